"""The young people of L'Aigle-Mortagne's demonstration: everyone is invented."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from web.samples.attempts import Try
from web.samples.clock import at
from web.samples.demo.people import NEVER, Youth, join
from web.samples.demo.world import World

YOUNG_PEOPLE = 44
EAGER = range(YOUNG_PEOPLE - 16, YOUNG_PEOPLE - 4)  # whose results come in with the last export
# Whose turn it is when somebody arrives: half of them come to Nadia Benali, whose day the tour shows.
FOLLOWS = ("Nadia Benali", "Paul Rey", "Nadia Benali", "Karim Morel", "Nadia Benali", "Élise Caron")

FIRST = (
    "Aminata Lucas Zoé Noé Éloïse Emmanuel Inès Théo Can Awa Léa Hugo Sarah Mathis Fatou Enzo Manon Yanis Chloé Bilal "
    "Camille Tom Nour Louis Jade Kylian Lina Adam Maëlys Rayan Océane Gabin Salomé Ilyes Margaux Axel Romane Nathan "
    "Anaïs Jean"
)
LAST = (
    "Diallo Martin Benaïssa Lefèvre D’Ornano Nkom Kowalski Moreau Öztürk Koné Petit Garnier Haddad Roussel Traoré "
    "Leroy Fontaine Belkacem Perrin Chevalier Marchand Nguyen Saïdi Girard Blanchard Lopez Meunier Amrani Guérin "
    "Dupuis Barbier Colin Rolland Mansouri Vidal Aubry Caron Leclerc Renaud Bono"
)
PROJECTS = (
    "Vente en boutique", "Aide-soignante ou aide-soignant", "Logistique, cariste", "Métiers du numérique",
    "Espaces verts", "Petite enfance", "Cuisine", "Bâtiment, électricité", "Secrétariat", "Pas encore de projet",
)  # fmt: skip
MANNERS = ("shares",) * 11 + ("starts-only", "no-test", "keeps", "declines", "leaves")

# Last name, first name, manner, what they type as their first name, and the working days before the last one when
# they arrive and (0: never) take the test, in the evening: what the tour must show whatever its date.
STAGED = (
    ("Ferrand", "Alix", "no-test", "Alix", 24, 0),
    ("Lemoine", "Sacha", "declines", "Sacha", 68, 0),
    ("Cordier", "Mina", "comes-back", "Mina", 20, 1),
    ("Rault", "Eden", "comes-back", "Eden", 45, 31),
    ("Tanguy", "Marie", "no-test", "Marie", 50, 0),
    ("Tanguy", "Marie-Lou", "no-test", "Marie", 50, 40),
    ("Vallet", "Maud", "keeps", "Maud", 30, 0),
)
# A workshop of six to come, and the one who waits for a seat there.
WORKSHOP = ("Bérénice Aubert", "Dylan Cotard", "Flavie Gosselin", "Idriss Hamel", "Justine Ledoux", "Loïs Picard")
WAITING = "Naëlle Prunier"
NOT_CHASED = dict.fromkeys(("chase-diagnostic", "chase-sharing", "close-or-plan"), NEVER)
NOT_BEGUN = dict.fromkeys(("present-pix", "plan-diagnostic"), NEVER)
TO_BOOK = dict.fromkeys(("plan-diagnostic", "book-workshop", "rebook-absent"), NEVER)
# Twice in the files: the first pair is left to be merged, the second one was.
TWICE = (("Lina Baudry", 40, 6), ("Kenza Morin", 45, 30))


def everyone(world: World) -> list[Youth]:
    """Those who come one after another, and those whom the tour needs."""
    made = [*_invented(world), *_staged(world), *_of_the_workshop(world), *_twice(world)]
    for youth in made:
        join(youth)
    return made


def _invented(world: World) -> list[Youth]:
    """The `EAGER` ones take the test within days of arriving."""
    random, first_names, last_names, made = world.random, FIRST.split(), LAST.split(), []
    for i, day in enumerate(_spread(world.days)):
        first, last = first_names[i % 40], last_names[(i * 7 + i // 40) % 40]
        number = f"{12_300 + 37 * i:05d}" if i % 9 else f"00{12_300 + 37 * i}"
        youth = Youth(
            number,
            last,
            first,
            date(2001 + random.randrange(8), 1 + random.randrange(12), 1 + random.randrange(28)),
            "CEJ" if random.random() < 0.55 else "PACEA",
            PROJECTS[random.randrange(len(PROJECTS))],
            world.cast.sites[random.randrange(2)],
            None if i == YOUNG_PEOPLE - 3 else FOLLOWS[i % len(FOLLOWS)],
            at(day, 9 + i % 8, 5),
            "shares" if i in EAGER else MANNERS[i % len(MANNERS)],
            (last, first, number),
            eager=i in EAGER,
        )
        youth.typed = _typed(i, youth)
        made.append(youth)
    return made


def _spread(days: Sequence[date]) -> list[date]:
    """Their arrivals: more of them lately, the first on the first day."""
    last = len(days) - 1
    spread = [days[round(last * (i / (YOUNG_PEOPLE - 1)) ** 0.62)] for i in range(YOUNG_PEOPLE)]
    return sorted(days[-8 + i % 4] if i in EAGER else day for i, day in enumerate(spread))


def _typed(i: int, youth: Youth) -> tuple[str, str, str | None]:
    """Names as people type them: shortened, swapped, without a number, with a zero lost, or with a formula's sign."""
    last, first, number = youth.last_name, youth.first_name, youth.number
    match i % 10:
        case 3:
            return first.upper(), last.upper(), number
        case 5:
            return last, first, None
        case 7:
            return f"={last}", first, number
        case 8:
            return last, first[0] + ".", number.lstrip("0")
    return last, first, number


def _staged(world: World) -> Iterator[Youth]:
    """Two leave and come back; two are sisters, and one types the other's name."""
    for i, (last, first, manner, typed, arrives, tests) in enumerate(STAGED):
        number = f"{24_100 + 41 * i}"
        youth = Youth(
            number,
            last,
            first,
            date(2004, 1 + i, 3 + i),
            "PACEA",
            PROJECTS[i],
            world.cast.sites[i % 2],
            FOLLOWS[0],
            at(world.days[-arrives], 9, 10 + i),
            manner,
            (last, typed, number if typed == first else None),
            eager=True,
            waits={} if tests else NOT_CHASED,
            sibling=f"{24_100 + 41 * (i + 1)}" if first == "Marie" else "",
        )
        if tests:
            began = at(world.days[-tests - 1], 20, 10)
            ended = began + timedelta(minutes=35)
            youth.tries.append(Try(began, ended, ended + timedelta(minutes=3), Decimal("0.55"), Decimal("0.5")))
        yield youth


def _of_the_workshop(world: World) -> Iterator[Youth]:
    """They came last week; who runs the workshop registers them, their advisors do not."""
    for i, name in enumerate((*WORKSHOP, WAITING)):
        first, last = name.split()
        number = f"{25_010 + 43 * i}"
        yield Youth(
            number,
            last,
            first,
            date(2005, 2 + i, 7 + i),
            "CEJ",
            PROJECTS[i],
            world.cast.sites[i % 2],
            FOLLOWS[i % 3],
            at(world.days[-7], 9, 20 + i),
            "shares",
            (last, first, number),
            waits=TO_BOOK,
        )


def _twice(world: World) -> Iterator[Youth]:
    """The second time without a number: nothing but the name and the birth date says who it is."""
    for i, (name, *arrivals) in enumerate(TWICE):
        first, last = name.split()
        for again, days in enumerate(arrivals):
            number = "" if again else f"{26_070 + 31 * i}"
            yield Youth(
                number,
                last,
                first,
                date(2005, 9, 4 + i),
                "PACEA",
                PROJECTS[4 + i],
                world.cast.sites[0],
                FOLLOWS[1 + 4 * again],
                at(world.days[-days], 9, 40 + i),
                "no-test",
                (last, first, number or None),
                waits=NOT_BEGUN if again else NOT_CHASED,
            )

"""Young people of L'Aigle-Mortagne's demonstration: everyone is invented."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from web.samples.clock import at
from web.samples.demo.cast import ScriptedCast
from web.samples.demo.people import NEVER, ScriptedYoung
from web.samples.youth import Attempt, typed

YOUNG_PEOPLE = 44
EAGER = range(YOUNG_PEOPLE - 16, YOUNG_PEOPLE - 4)  # their results come in with the last export
# Advisors in the order of arrivals: Nadia Benali, whose day the tour shows, has every second one.
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
    "Espaces verts", "Petite enfance", "Cuisine", "Bâtiment, électricité", "Secrétariat", "",
)  # fmt: skip
MANNERS = ("shares",) * 11 + ("starts-only", "no-test", "keeps", "declines", "leaves")

TYPED = {3: "swapped-capitals", 5: "no-number", 7: "formula", 8: "initial"}
"""Mistypes of every tenth name, by last digit of the rank."""

# Last name, first name, manner, first name as typed, then working days before the last one: of the arrival, and of the
# test, in the evening (0: never). The tour shows them, whatever its date.
STAGED = (
    ("Ferrand", "Alix", "no-test", "Alix", 24, 0),
    ("Lemoine", "Sacha", "declines", "Sacha", 68, 0),
    ("Cordier", "Mina", "comes-back", "Mina", 20, 1),
    ("Rault", "Eden", "comes-back", "Eden", 45, 31),
    ("Tanguy", "Marie", "no-test", "Marie", 50, 0),
    ("Tanguy", "Marie-Lou", "no-test", "Marie", 50, 40),
    ("Vallet", "Maud", "keeps", "Maud", 30, 0),
)
# The six seats of a workshop to come, and its waiting list.
WORKSHOP = ("Bérénice Aubert", "Dylan Cotard", "Flavie Gosselin", "Idriss Hamel", "Justine Ledoux", "Loïs Picard")
WAITING = "Naëlle Prunier"
NOT_CHASED = dict.fromkeys(("chase-diagnostic", "chase-sharing", "close-or-plan"), NEVER)
NOT_BEGUN = dict.fromkeys(("present-pix", "plan-diagnostic"), NEVER)
TO_BOOK = dict.fromkeys(("plan-diagnostic", "book-workshop", "rebook-absent"), NEVER)
# People with two dossiers: the first pair stays to be merged, the second one is merged.
TWICE = (("Lina Baudry", 40, 6), ("Kenza Morin", 45, 30))


def everyone(cast: ScriptedCast) -> list[ScriptedYoung]:
    """Returns the crowd, and the people whom the tour shows."""
    return [*_invented(cast), *_staged(cast), *_of_the_workshop(cast), *_twice(cast)]


def _invented(cast: ScriptedCast) -> list[ScriptedYoung]:
    """Draws the crowd. The `EAGER` take the test within days of arriving."""
    random, first_names, last_names, made = cast.random, FIRST.split(), LAST.split(), []
    for i, day in enumerate(_spread(cast.days)):
        name = f"{first_names[i % 40]} {last_names[(i * 7 + i // 40) % 40]}"
        number = f"{12_300 + 37 * i:05d}" if i % 9 else f"00{12_300 + 37 * i}"
        young = cast.newcomer(
            number,
            name,
            birth_date=date(2001 + random.randrange(8), 1 + random.randrange(12), 1 + random.randrange(28)),
            programme="CEJ" if random.random() < 0.55 else "PACEA",
            project=PROJECTS[random.randrange(len(PROJECTS))],
            site=random.randrange(2),
            advisor_name="" if i == YOUNG_PEOPLE - 3 else FOLLOWS[i % len(FOLLOWS)],
            arrives=at(day, 9 + i % 8, 5),
            manner="shares" if i in EAGER else MANNERS[i % len(MANNERS)],
            eager=i in EAGER,
        )
        young.typed = typed(young, TYPED.get(i % 10, ""))
        made.append(young)
    return made


def _spread(days: Sequence[date]) -> list[date]:
    """Returns the days of arrival: the first one is the first day, most are late."""
    last = len(days) - 1
    spread = [days[round(last * (i / (YOUNG_PEOPLE - 1)) ** 0.62)] for i in range(YOUNG_PEOPLE)]
    return sorted(days[-8 + i % 4] if i in EAGER else day for i, day in enumerate(spread))


def _staged(cast: ScriptedCast) -> Iterator[ScriptedYoung]:
    """Yields two people who leave and come back, two sisters of whom one types the other's name, and others."""
    for i, (last, first, manner, types, arrives, tests) in enumerate(STAGED):
        number, name = f"{24_100 + 41 * i}", f"{first} {last}"
        young = cast.newcomer(
            number,
            name,
            birth_date=date(2004, 1 + i, 3 + i),
            programme="PACEA",
            project=PROJECTS[i],
            site=i % 2,
            typed=(last, types, number if types == first else None),
            advisor_name=FOLLOWS[0],
            arrives=at(cast.days[-arrives], 9, 10 + i),
            manner=manner,
            eager=True,
            waits={} if tests else NOT_CHASED,
            sibling=f"{24_100 + 41 * (i + 1)}" if first == "Marie" else "",
        )
        if tests:
            began = at(cast.days[-tests - 1], 20, 10)
            ended = began + timedelta(minutes=35)
            young.attempts.append(Attempt(began, ended, ended + timedelta(minutes=3), Decimal("0.55"), Decimal("0.5")))
        yield young


def _of_the_workshop(cast: ScriptedCast) -> Iterator[ScriptedYoung]:
    """Yields the people who arrived last week. The facilitator registers them, their advisors do not."""
    for i, name in enumerate((*WORKSHOP, WAITING)):
        number = f"{25_010 + 43 * i}"
        yield cast.newcomer(
            number,
            name,
            birth_date=date(2005, 2 + i, 7 + i),
            programme="CEJ",
            project=PROJECTS[i],
            site=i % 2,
            advisor_name=FOLLOWS[i % 3],
            arrives=at(cast.days[-7], 9, 20 + i),
            manner="shares",
            waits=TO_BOOK,
        )


def _twice(cast: ScriptedCast) -> Iterator[ScriptedYoung]:
    """Yields the same people twice, the second time without a number."""
    for i, (name, *arrivals) in enumerate(TWICE):
        for again, days in enumerate(arrivals):
            number = "" if again else f"{26_070 + 31 * i}"
            yield cast.newcomer(
                number,
                name,
                birth_date=date(2005, 9, 4 + i),
                programme="PACEA",
                project=PROJECTS[4 + i],
                site=0,
                advisor_name=FOLLOWS[1 + 4 * again],
                arrives=at(cast.days[-days], 9, 40 + i),
                manner="no-test",
                waits=NOT_BEGUN if again else NOT_CHASED,
            )

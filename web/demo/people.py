"""Who is who in the demonstration: everyone is invented."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from pixflow.events.values import Role

STRUCTURE = "Mission locale de L’Aigle – Mortagne"
SITES = ("L’Aigle", "Mortagne-au-Perche")

STAFF: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("Nadia Benali", "nadia.benali@ml-demo.example", ("advisor",)),
    ("Paul Rey", "paul.rey@ml-demo.example", ("advisor",)),
    ("Karim Morel", "karim.morel@ml-demo.example", ("advisor",)),
    ("Élise Caron", "elise.caron@ml-demo.example", ("advisor",)),
    ("Sophie Lecomte", "sophie.lecomte@ml-demo.example", ("referent",)),
    ("Hélène Brault", "helene.brault@ml-demo.example", ("manager",)),
    ("Claire Vasseur", "claire.vasseur@ml-demo.example", ("auditor",)),
    ("Thomas Garnier", "thomas.garnier@ml-demo.example", ("facilitator",)),
    ("Bruno Petit", "bruno.petit@ml-demo.example", ("administrator",)),
)
# How many working days each advisor lets pass before acting, at most: Karim Morel is overwhelmed.
SLOWNESS = {"Nadia Benali": 12, "Paul Rey": 10, "Karim Morel": 18, "Élise Caron": 8}
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


@dataclass(slots=True)
class Try:
    """One try of the test, as Pix will tell it: `progress` when not finished."""

    started: datetime
    finished: datetime | None
    shared: datetime | None
    mastery: Decimal
    progress: Decimal


@dataclass(slots=True)
class Youth:
    """One invented young person; `typed` is what they type on Pix, which is not always their name.

    `left`: nobody chases them nor closes their dossier, so that the tour shows it. `sibling`: the number of the one
    whose test is first taken for theirs.
    """

    number: str
    last_name: str
    first_name: str
    birth_date: date
    programme: str
    project: str
    site: str
    advisor: str | None
    arrives: datetime
    manner: str
    typed: tuple[str, str, str | None]
    tries: list[Try] = field(default_factory=list)
    eager: bool = False
    left: bool = False
    sibling: str = ""


MANNERS = ("shares",) * 11 + ("starts-only", "no-test", "keeps", "declines", "leaves")


def invent(random: Random, count: int, arrivals: list[datetime], eager: range) -> list[Youth]:
    """`count` young people; the arrivals are in order. The `eager` ones take the test within days of arriving."""
    first_names, last_names = FIRST.split(), LAST.split()
    turns = range(count)
    pairs = [(first_names[i % 40], last_names[(i * 7 + i // 40) % 40]) for i in turns]
    made = []
    for i, arrives in enumerate(arrivals[:count]):
        first, last = pairs[i]
        number = f"{12_300 + 37 * i:05d}" if i % 9 else f"00{12_300 + 37 * i}"
        advisor = None if i == count - 3 else FOLLOWS[i % len(FOLLOWS)]
        youth = Youth(
            number, last, first, date(2001 + random.randrange(8), 1 + random.randrange(12), 1 + random.randrange(28)),
            "CEJ" if random.random() < 0.55 else "PACEA", PROJECTS[random.randrange(len(PROJECTS))],
            SITES[random.randrange(2)], advisor, arrives, MANNERS[i % len(MANNERS)], (last, first, number),
        )  # fmt: skip
        youth.typed = _typed(i, youth)
        if i in eager:
            youth.eager, youth.manner = True, "shares"
        made.append(youth)
    return made


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


# Last name, first name, manner, what they type as their first name, and the working days before the last one when
# they arrive and (0: never) take the test, in the evening: what the tour must show whatever its date.
STAGED = (
    ("Ferrand", "Alix", "no-test", "Alix", 24, 0),
    ("Lemoine", "Sacha", "declines", "Sacha", 68, 0),
    ("Cordier", "Mina", "comes-back", "Mina", 20, 1),
    ("Rault", "Eden", "comes-back", "Eden", 45, 31),
    ("Tanguy", "Marie", "no-test", "Marie", 50, 0),
    ("Tanguy", "Marie-Lou", "no-test", "Marie", 50, 40),
)


def stage(days: list[date], at: Callable[[date, int, int], datetime]) -> list[Youth]:
    """The young people of STAGED. Two leave and come back; two are sisters, and one types the other's name."""
    made = []
    for i, (last, first, manner, typed, arrives, tests) in enumerate(STAGED):
        number = f"{24_100 + 41 * i}"
        youth = Youth(
            number, last, first, date(2004, 1 + i, 3 + i), "PACEA", PROJECTS[i], SITES[i % 2], FOLLOWS[0],
            at(days[-arrives], 9, 10 + i), manner, (last, typed, number if typed == first else None),
            eager=True, left=not tests, sibling=f"{24_100 + 41 * (i + 1)}" if first == "Marie" else "",
        )  # fmt: skip
        if tests:
            began = at(days[-tests - 1], 20, 10)
            ended = began + timedelta(minutes=35)
            youth.tries.append(Try(began, ended, ended + timedelta(minutes=3), Decimal("0.55"), Decimal("0.5")))
        made.append(youth)
    return made

"""Young people of the Hautes-Pyrénées' demonstration: three groups in CEJ, and others; everyone is invented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from web.samples.clock import at
from web.samples.demo.cast import ScriptedCast
from web.samples.demo.people import NEVER, ScriptedYoung
from web.samples.youth import typed

OPEN = {"close-or-plan": NEVER}
NO_NUMBER = "Ilyes Nogaro"
"""Types no number on Pix."""


@dataclass(frozen=True, slots=True)
class Youth:
    """One young person. `skill` is their mastery, of 100; the other fields are those of ScriptedYoung."""

    name: str
    skill: int
    manner: str = "shares"
    presence: str = ""
    project: str = "Vente en boutique"
    waits: Mapping[str, int] = field(default_factory=dict)


FIRST_GROUP = (
    Youth("Maïa Fitère", 92, presence="ease", project="Assistante administrative"),
    Youth("Louna Bégué", 85, "declines-certification", "ease", "Soins à la personne"),
    Youth("Théo Cazenave", 22, "refused", "trouble", "Logistique, cariste", {"plan-retake": NEVER, **OPEN}),
    Youth("Rayan Soulé", 60, project="Maintenance des vélos"),
    Youth("Emma Dupuy", 72, "fails", "absent", "Accueil en station"),
)
SECOND_GROUP = (
    Youth(
        "Nino Abadie",
        90,
        "shares",
        "ease",
        "Métiers du numérique",
        {"complete-path": 8, "propose-certification": NEVER, **OPEN},
    ),
    Youth("Lila Carrère", 82, "shares", "ease", "Secrétariat", {"complete-path": NEVER}),
    Youth("Sofiane Haurie", 95, "shares", "ease", "Technicien informatique", OPEN),
    Youth("Enzo Lafforgue", 30, "shares", "trouble", "Espaces verts", {"follow-self-study": NEVER}),
    Youth("Jade Vergez", 40, "starts-only", "excused", "Cuisine", {"rebook-absent": 8, "explore-difficulty": NEVER}),
    Youth("Adam Pujol", 52, "silent", "present", "Bâtiment, électricité", {"refer": 2, "chase-partner": NEVER}),
    Youth("Chloé Bordenave", 55, "no-test", "absent", "Petite enfance", {"rebook-absent": 9}),
    Youth("Ilyes Nogaro", 64, project="Aide-soignant"),
    Youth("Manon Sarrat", 77, presence="ease", project="Tourisme"),
)
THIRD_GROUP = (
    Youth("Bastien Camou", 45),
    Youth("Célia Dastugue", 81),
    Youth("Elias Fourtané", 35),
    Youth("Inès Guchens", 70),
    Youth("Lucas Hourcade", 90),
    Youth("Nora Lacoste", 25),
    Youth("Tom Mailhes", 58),
    Youth("Yasmine Prat", 66),
    Youth("Zohra Vignaux", 50, waits={"plan-diagnostic": NEVER}),
)
OUTSIDE = (
    (0, Youth("Baptiste Cadéac", 45, project="Gestion d’une exploitation", waits=OPEN)),
    (-84, Youth("Noah Barrère", 50, project="Mécanique agricole", waits={"plan-retake": NEVER, **OPEN})),
    (-63, Youth("Anaïs Lacaze", 0, "no-need", project="Danse")),
    (-40, Youth("Inaya Duffau", 0, "no-test", project="Coiffure", waits=OPEN)),
    (-17, Youth("Samuel Estrade", 32, "refused", project="Conduite de chariots", waits={"offer-alternative": NEVER})),
    (-13, Youth("Mathis Portes", 88, project="Métiers du numérique", waits={"complete-path": NEVER})),
    (-9, Youth("Gaëlle Sénac", 66, project="Secrétariat médical", waits={"hold-debrief": NEVER})),
    (-6, Youth("Clara Mauran", 0, "no-test", project="Fleuriste", waits={"present-pix": NEVER})),
    (-30, Youth("Rémi Castet", 58, project="Menuiserie", waits={"record-outcome": NEVER})),
    (-3, Youth("Hugo Peyrot", 0, "no-test", project="", waits={"need": NEVER})),
)


def everyone(cast: ScriptedCast, marc: str, julien: str, lucie: str) -> list[ScriptedYoung]:
    """Returns the groups, each on one morning, then the others, on days of their own."""
    days, number, made = cast.days, iter(range(65_010, 70_000, 37)), []
    for group, advisor, day in ((FIRST_GROUP, marc, 3), (SECOND_GROUP, julien, -22), (THIRD_GROUP, marc, -4)):
        made += [_young(cast, next(number), part, "CEJ", advisor, days[day], n) for n, part in enumerate(group)]
    made += [_young(cast, next(number), part, "PACEA", lucie, days[day], n) for n, (day, part) in enumerate(OUTSIDE)]
    return made


def _young(
    cast: ScriptedCast, number: int, part: Youth, programme: str, advisor: str, day: date, n: int
) -> ScriptedYoung:
    young = cast.newcomer(
        str(number),
        part.name,
        birth_date=date(2004 + n % 4, 1 + n % 12, 3 + n),
        programme=programme,
        project=part.project,
        site=0 if programme == "CEJ" or n % 2 else 1,
        advisor_name=advisor,
        arrives=at(day, 9, 5) + timedelta(minutes=6 * n),
        manner=part.manner,
        mastery=Decimal(part.skill) / 100,
        presence=part.presence,
        prompt=True,
        waits=part.waits,
    )
    if part.name == NO_NUMBER:
        young.typed = typed(young, "no-number")
    return young

"""The demonstration of the Hautes-Pyrénées: who works there, and what happens once."""

from collections.abc import Iterator
from datetime import date, timedelta

from pixflow.pix_orga import Campaign
from web.samples.clock import at, working_days
from web.samples.demo import scenes
from web.samples.demo.cast import ScriptedCast
from web.samples.demo.people import Company
from web.samples.demo.pyrenees_youths import SECOND_GROUP, everyone
from web.samples.demo.story import Story, TimedScene
from web.samples.pix_exports import Offer

MARC, JULIEN, LUCIE = "Marc Cazaux", "Julien Peyret", "Lucie Abbadie"
SANDRINE, YANN, PHILIPPE = "Sandrine Fourcade", "Yann Castéra", "Philippe Duclos"
COMPANY = Company(
    structure="Mission locale des Hautes-Pyrénées",
    preset="hautes-pyrenees",
    sites=("Tarbes", "Lannemezan"),
    domain="ml65-demo.example",
    staff=(
        (MARC, "advisor"),
        (JULIEN, "advisor"),
        (LUCIE, "advisor"),
        (SANDRINE, "referent"),
        (YANN, "facilitator"),
        (PHILIPPE, "manager"),
        ("Anne Vidal", "auditor"),
        ("Denis Roques", "administrator"),
    ),
    referent=SANDRINE,
    slowness={MARC: 3, JULIEN: 3, LUCIE: 4},
    partners={
        "remise-a-niveau": "GRETA de Tarbes",
        "formation-generaliste": "Fablab de Lannemezan",
        "": "Maison de quartier",
    },
    lasts=timedelta(days=150),
)
OFFERS = (
    Offer(Campaign(541207, "BGRVTX417", "Diagnostic initial Pix emploi"), "initial", "Diagnostic initial Pix Emploi"),
    Offer(
        Campaign(541311, "CLNHPX582", "Parcours Cléa numérique"),
        "complete",
        "CléA numérique",
        "Prêt pour le CléA numérique",
    ),
    Offer(Campaign(541420, "PRFHPX693", "Profils de fin de période collective"), "profile", ""),
)
ROOM = "Salle informatique, 1er étage"
HELD = "aujourd’hui"


def timed_scenes(cast: ScriptedCast) -> Iterator[TimedScene]:
    """In pair first, then the group's advisor alone, who calls the assistant; one moved, one cancelled, one today."""
    day, after = cast.days, cast.sim.calendar.add
    yield at(day[1], 9, 20), scenes.schedule("premier", day[6], YANN, MARC, place=ROOM)
    yield at(day[9], 9, 20), scenes.schedule("suite", day[15], MARC, place=ROOM)
    yield at(day[12], 9, 20), scenes.move("suite", MARC, day[16], "Salle de réunion")
    yield at(day[-25], 9, 20), scenes.schedule("deuxieme", day[-19], YANN, JULIEN, place=ROOM)
    yield at(day[-20], 9, 8), scenes.schedule("rattrapage", day[-14], JULIEN, place=ROOM)
    yield at(day[-20], 9, 15), scenes.release("deuxieme", JULIEN, SECOND_GROUP[7].name)
    yield at(day[-13], 9, 20), scenes.schedule("retour", day[-5], JULIEN, place=ROOM)
    yield at(day[-12], 9, 20), scenes.lend(SECOND_GROUP[2].name, MARC, 3)
    yield at(day[-6], 9, 20), scenes.schedule(HELD, _today(cast), YANN, MARC, place=ROOM)
    yield at(day[-4], 9, 4), scenes.schedule("annule", after(day[-1], 3), JULIEN, place=ROOM)
    yield at(day[-4], 9, 6), scenes.fill("annule", JULIEN, SECOND_GROUP[6].name)
    yield at(day[-3], 9, 20), scenes.cancel("annule", JULIEN, "facilitator")
    yield at(day[-2], 9, 20), scenes.schedule("prochain", after(day[-1], 5), MARC, place=ROOM)
    yield at(day[-2], 9, 25), scenes.leave(JULIEN, MARC, after(day[-1], 6), after(day[-1], 10))


def _today(cast: ScriptedCast) -> date:
    """Returns today, or the last working day before it."""
    return [*working_days(cast.days[0], cast.opens_on, cast.sim.calendar)][-1]


STORY = Story(
    company=COMPANY,
    offers=OFFERS,
    youths=lambda cast: everyone(cast, MARC, JULIEN, LUCIE),
    scenes=timed_scenes,
    settle=scenes.settle((SANDRINE, YANN), (SANDRINE, YANN, MARC, JULIEN)),
    calls=("suite",),
    kept=(HELD,),
)

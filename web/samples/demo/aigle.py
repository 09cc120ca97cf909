"""The demonstration of L'Aigle-Mortagne: who works there, and what happens once."""

from collections.abc import Iterator
from datetime import timedelta

from pixflow.pix_orga import Campaign
from web.samples.clock import at
from web.samples.demo import aigle_scenes, scenes
from web.samples.demo.aigle_youths import WAITING, WORKSHOP, everyone
from web.samples.demo.cast import ScriptedCast
from web.samples.demo.people import Company
from web.samples.demo.story import Story, TimedScene
from web.samples.pix_exports import Offer

NADIA, PAUL, KARIM, ELISE = "Nadia Benali", "Paul Rey", "Karim Morel", "Élise Caron"
SOPHIE, THOMAS = "Sophie Lecomte", "Thomas Garnier"
COMPANY = Company(
    structure="Mission locale de L’Aigle – Mortagne",
    preset="laigle-mortagne",
    sites=("L’Aigle", "Mortagne-au-Perche"),
    domain="ml-demo.example",
    staff=(
        (NADIA, "advisor"),
        (PAUL, "advisor"),
        (KARIM, "advisor"),
        (ELISE, "advisor"),
        (SOPHIE, "referent"),
        ("Hélène Brault", "manager"),
        ("Claire Vasseur", "auditor"),
        (THOMAS, "facilitator"),
        ("Bruno Petit", "administrator"),
    ),
    referent=SOPHIE,
    slowness={NADIA: 12, PAUL: 10, KARIM: 18, ELISE: 8},  # Karim Morel is overwhelmed
    partners={
        "cafe-numerique": "Médiathèque de Mortagne",
        "epn-fablab": "Fablab de L’Aigle",
        "plongee-numerique": "viaformation",
        "metiers-numeriques": "Campus numérique d’Alençon",
        "": "Centre social de L’Aigle",
    },
    lasts=timedelta(days=122),
)
OFFERS = (
    aigle_scenes.INITIAL,
    Offer(
        Campaign(530277, "LTBJUP656", "Diagnostic complet (parcours Cléa numérique)"),
        "complete",
        "CléA numérique",
        "Prêt pour le CléA numérique",
    ),
)
ROOM = "Salle multimédia, 12 place Boislandry"


def timed_scenes(cast: ScriptedCast) -> Iterator[TimedScene]:
    """Workshops past, moved, cancelled and to come; an absence, a duplicate, a grid being discussed."""
    day, after = cast.days, cast.sim.calendar.add
    yield at(day[-62], 9, 20), scenes.schedule("hiver", day[-50], THOMAS, NADIA, place=ROOM)
    yield at(day[-45], 9, 20), scenes.schedule("report", day[-28], THOMAS, PAUL, place=ROOM)
    yield at(day[-31], 9, 20), scenes.move("report", THOMAS, day[-26], ROOM)
    yield at(day[-22], 9, 20), scenes.schedule("annule", day[-14], SOPHIE, place=ROOM)
    yield at(day[-16], 9, 20), scenes.cancel("annule", SOPHIE, "room")
    yield at(day[-15], 9, 20), scenes.schedule("referente", day[-9], SOPHIE, place=ROOM)
    yield at(day[-4], 9, 5), scenes.schedule("complet", after(day[-1], 2), THOMAS, PAUL, place=ROOM, capacity=6)
    yield at(day[-4], 9, 15), scenes.schedule("suivant", after(day[-1], 9), THOMAS, NADIA, place=ROOM)
    yield at(day[-4], 9, 10), scenes.fill("complet", THOMAS, *WORKSHOP, WAITING)
    yield at(day[-2], 9, 15), scenes.release("complet", THOMAS, WORKSHOP[-1])
    yield at(day[-36], 9, 15), scenes.leave(PAUL, ELISE, day[-35], day[-31])
    yield at(day[-25], 9, 15), aigle_scenes.merge
    yield at(day[-4], 9, 30), aigle_scenes.draft
    yield at(day[-3], 9, 15), aigle_scenes.endorse(PAUL, True, "")
    yield at(day[-3], 9, 25), aigle_scenes.endorse(ELISE, False, "Et le fablab, à partir de 45 ?")
    yield at(day[-2], 9, 10), aigle_scenes.endorse(NADIA, True, "Testé avec trois jeunes")
    yield at(day[-2], 9, 20), scenes.set_aside(NADIA, PAUL)
    yield at(day[-2], 9, 40), aigle_scenes.forget_me


STORY = Story(
    company=COMPANY,
    offers=OFFERS,
    youths=everyone,
    scenes=timed_scenes,
    settle=scenes.settle((SOPHIE,), (SOPHIE, NADIA, THOMAS), (KARIM, "Claire Vasseur", "Bruno Petit")),
    arrived=aigle_scenes.mistake,
    morning=aigle_scenes.undeclared,
    end=aigle_scenes.end,
)

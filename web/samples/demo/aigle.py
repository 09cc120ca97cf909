"""The demonstration of L'Aigle-Mortagne: who works there, and what happens once."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from pixflow.pix_orga import Campaign
from web.samples.clock import at
from web.samples.demo import aigle_scenes, team, workshops
from web.samples.demo.aigle_youths import WAITING, WORKSHOP, everyone
from web.samples.demo.people import Cast
from web.samples.demo.story import Scene, Story
from web.samples.demo.world import World
from web.samples.pix_exports import Offer

NADIA, PAUL, KARIM, ELISE = "Nadia Benali", "Paul Rey", "Karim Morel", "Élise Caron"
SOPHIE, THOMAS = "Sophie Lecomte", "Thomas Garnier"
CAST = Cast(
    structure="Mission locale de L’Aigle – Mortagne",
    preset="laigle-mortagne",
    sites=("L’Aigle", "Mortagne-au-Perche"),
    domain="ml-demo.example",
    staff=(
        (NADIA, ("advisor",)),
        (PAUL, ("advisor",)),
        (KARIM, ("advisor",)),
        (ELISE, ("advisor",)),
        (SOPHIE, ("referent",)),
        ("Hélène Brault", ("manager",)),
        ("Claire Vasseur", ("auditor",)),
        (THOMAS, ("facilitator",)),
        ("Bruno Petit", ("administrator",)),
    ),
    referent=SOPHIE,
    direction="Hélène Brault",
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


def scenes(world: World) -> Iterator[Scene]:
    """Workshops past, moved, cancelled and to come; an absence, a duplicate, a grid being discussed."""
    day = world.days
    yield at(day[-62], 9, 20), _workshop("hiver", day[-50], THOMAS, NADIA)
    yield at(day[-45], 9, 20), _workshop("report", day[-28], THOMAS, PAUL)
    yield at(day[-31], 9, 20), partial(workshops.move, name="report", by=THOMAS, day=day[-26], place=ROOM)
    yield at(day[-22], 9, 20), _workshop("annule", day[-14], SOPHIE)
    yield at(day[-16], 9, 20), partial(workshops.cancel, name="annule", by=SOPHIE, reason="room")
    yield at(day[-15], 9, 20), _workshop("referente", day[-9], SOPHIE)
    yield at(day[-4], 9, 5), _workshop("complet", world.calendar.add(day[-1], 2), THOMAS, PAUL, capacity=6)
    yield at(day[-4], 9, 15), _workshop("suivant", world.calendar.add(day[-1], 9), THOMAS, NADIA)
    yield at(day[-4], 9, 10), lambda world: workshops.fill(world, "complet", THOMAS, *WORKSHOP, WAITING)
    yield at(day[-2], 9, 15), lambda world: workshops.release(world, "complet", THOMAS, WORKSHOP[-1])
    yield at(day[-36], 9, 15), partial(team.leave, name=PAUL, deputy=ELISE, first=day[-35], last=day[-31])
    yield at(day[-25], 9, 15), aigle_scenes.merge
    yield at(day[-4], 9, 30), aigle_scenes.draft
    yield at(day[-3], 9, 15), partial(aigle_scenes.endorse, name=PAUL, endorsed=True, comment="")
    yield (
        at(day[-3], 9, 25),
        partial(aigle_scenes.endorse, name=ELISE, endorsed=False, comment="Et le fablab, à partir de 45 ?"),
    )
    yield (
        at(day[-2], 9, 10),
        partial(aigle_scenes.endorse, name=NADIA, endorsed=True, comment="Testé avec trois jeunes"),
    )
    yield at(day[-2], 9, 20), partial(team.set_aside, name=NADIA, to=PAUL)
    yield at(day[-2], 9, 40), aigle_scenes.forget_me


def _workshop(name: str, held: date, *runners: str, capacity: int = 8) -> Callable[[World], None]:
    site = CAST.sites[0]
    return lambda world: workshops.schedule(
        world, name, held, *runners, by=runners[0], site=site, place=ROOM, capacity=capacity
    )


STORY = Story(
    cast=CAST,
    offers=OFFERS,
    youths=everyone,
    scenes=scenes,
    settle=partial(
        team.settle,
        referents=(SOPHIE,),
        trained=(SOPHIE, NADIA, THOMAS),
        not_yet=(KARIM, "Claire Vasseur", "Bruno Petit"),
    ),
    arrived=aigle_scenes.mistake,
    morning=aigle_scenes.morning,
    end=aigle_scenes.end,
)

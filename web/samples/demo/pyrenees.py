"""The demonstration of the Hautes-Pyrénées: who works there, and what happens once."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from pixflow.dossier import lending
from pixflow.pix_orga import Campaign
from web.samples.clock import at
from web.samples.demo import team, workshops
from web.samples.demo.people import Cast, Youth
from web.samples.demo.pyrenees_youths import SECOND_GROUP, everyone
from web.samples.demo.story import Scene, Story
from web.samples.demo.world import World
from web.samples.pix_exports import Offer

MARC, JULIEN, LUCIE = "Marc Cazaux", "Julien Peyret", "Lucie Abbadie"
SANDRINE, YANN, PHILIPPE = "Sandrine Fourcade", "Yann Castéra", "Philippe Duclos"
CAST = Cast(
    structure="Mission locale des Hautes-Pyrénées",
    preset="hautes-pyrenees",
    sites=("Tarbes", "Lannemezan"),
    domain="ml65-demo.example",
    staff=(
        (MARC, ("advisor",)),
        (JULIEN, ("advisor",)),
        (LUCIE, ("advisor",)),
        (SANDRINE, ("referent",)),
        (YANN, ("facilitator",)),
        (PHILIPPE, ("manager",)),
        ("Anne Vidal", ("auditor",)),
        ("Denis Roques", ("administrator",)),
    ),
    referent=SANDRINE,
    direction=PHILIPPE,
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


def scenes(world: World) -> Iterator[Scene]:
    """In pair first, then the group's advisor alone, who calls the assistant; one moved, one cancelled, one today."""
    day = world.days
    yield at(day[1], 9, 20), _workshop("premier", day[6], YANN, MARC)
    yield at(day[9], 9, 20), _workshop("suite", day[15], MARC)
    yield at(day[12], 9, 20), partial(workshops.move, name="suite", by=MARC, day=day[16], place="Salle de réunion")
    yield at(day[-25], 9, 20), _workshop("deuxieme", day[-19], YANN, JULIEN)
    yield at(day[-20], 9, 8), _workshop("rattrapage", day[-14], JULIEN)
    yield at(day[-20], 9, 15), lambda world: workshops.release(world, "deuxieme", JULIEN, SECOND_GROUP[7].name)
    yield at(day[-13], 9, 20), _workshop("retour", day[-5], JULIEN)
    yield at(day[-12], 9, 20), _lend
    yield at(day[-6], 9, 20), _workshop(HELD, _today(world), YANN, MARC)
    yield at(day[-4], 9, 4), _workshop("annule", world.calendar.add(day[-1], 3), JULIEN)
    yield at(day[-4], 9, 6), lambda world: workshops.fill(world, "annule", JULIEN, SECOND_GROUP[6].name)
    yield at(day[-3], 9, 20), partial(workshops.cancel, name="annule", by=JULIEN, reason="facilitator")
    yield at(day[-2], 9, 20), _workshop("prochain", world.calendar.add(day[-1], 5), MARC)
    yield at(day[-2], 9, 25), partial(_away, first=world.calendar.add(day[-1], 6), last=world.calendar.add(day[-1], 10))


def _today(world: World) -> date:
    """Today, or the last day worked before it."""
    day = world.calendar.local_day(world.opens_at)
    while not world.calendar.is_working(day):
        day -= timedelta(days=1)
    return day


def _workshop(name: str, held: date, *runners: str) -> Callable[[World], None]:
    site = CAST.sites[0]
    return lambda world: workshops.schedule(world, name, held, *runners, by=runners[0], site=site, place=ROOM)


def _lend(world: World) -> None:
    """A colleague follows somebody for a few days; the dossier comes back by itself."""
    dossier = world.named(SECOND_GROUP[2].name)[0]
    said = {"advisor": world.staff[MARC], "until": world.calendar.add(world.today, 3)}
    world.say(PHILIPPE, {"dossier": dossier}, lending.lend_dossier, **said)


def _away(world: World, first: date, last: date) -> None:
    team.leave(world, JULIEN, MARC, first, last)


def _youths(world: World) -> list[Youth]:
    return everyone(world, MARC, JULIEN, LUCIE)


STORY = Story(
    cast=CAST,
    offers=OFFERS,
    youths=_youths,
    scenes=scenes,
    settle=partial(team.settle, referents=(SANDRINE, YANN), trained=(SANDRINE, YANN, MARC, JULIEN)),
    calls=("suite",),
    kept=(HELD,),
)

"""What happens once at L'Aigle-Mortagne: mistakes put right, two dossiers made one, a grid discussed, a late export."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from pixflow.dossier import merging, retraction
from pixflow.dossier.erasure import request_erasure
from pixflow.dossier.stages import orientation
from pixflow.participation.matches import undo_match
from pixflow.participation.matching import Person, rank
from pixflow.pix_orga import Campaign
from pixflow.protocol import drafting
from pixflow.protocol.grille import Grille
from pixflow.unit_of_work import Step
from projections.store.catch_up import ReadSide
from web.samples import pix_exports
from web.samples.attempts import Try
from web.samples.clock import at
from web.samples.demo import referent, team
from web.samples.demo.aigle_youths import TWICE
from web.samples.demo.people import Youth, take_test
from web.samples.demo.world import World
from web.samples.pix_exports import Offer

EXPORTS = "exports-a-importer"
INITIAL = Offer(
    Campaign(530214, "HPVBRC358", "Diagnostic initial Pix emploi"),
    "initial",
    "Diagnostic initial Pix Emploi",
    strangers=True,
)
UNDECLARED = Offer(Campaign(530391, "TQKWJD742", "Atelier numérique de L’Aigle"), "initial", "Diagnostic initial")
AWAY, DEPUTY, LONG = "Élise Caron", "Nadia Benali", timedelta(days=9)
NOTE = "Au-dessus de 45, ils n’ont pas besoin du CAP LEC : trois mois de recul le montrent"


def mistake(world: World, youth: Youth, dossier: UUID) -> None:
    """Pix presented, noted on the wrong day, taken back at once with its reason."""
    if not youth.number.endswith("3") or not youth.advisor:
        return
    world.clock.go(referent.later(world, 10))
    done = world.say(
        youth.advisor,
        {"dossier": dossier},
        orientation.present_pix,
        occasion="welcome",
        on=world.today - timedelta(days=1),
    )
    world.clock.go(referent.later(world, 5))
    world.say(
        youth.advisor,
        {"dossier": dossier},
        retraction.retract,
        version=done.recorded[0].originator_version,
        reason="erreur de date",
    )


def morning(world: World, read: ReadSide, everyone: Sequence[Youth]) -> None:
    """What was matched yesterday to a sister is put right; on the last day an unknown campaign comes in."""
    if world.today == world.days[-1]:
        referent.bring_in(world, read, _undeclared(world, everyone))
    _correct(world)


def _undeclared(world: World, everyone: Sequence[Youth]) -> tuple[str, bytes]:
    """An export of a campaign that nobody has declared: three people took it yesterday."""
    began = world.clock.now - timedelta(hours=18)
    one = Try(began, began + timedelta(minutes=40), None, Decimal("0.6"), Decimal(1))
    return pix_exports.export(UNDECLARED, [(youth, one) for youth in everyone[:3]], world.clock.now, world.random)


def _correct(world: World) -> None:
    numbers = {youth.number: id for id, youth in world.dossiers.items() if youth.number}
    sisters = {id: numbers[youth.sibling] for id, youth in world.dossiers.items() if youth.sibling in numbers}
    for wrong, right in sisters.items():
        for participation in world.state(wrong).diagnostic.participations:
            world.say(
                world.cast.referent,
                {"participation": participation, "dossier": wrong},
                undo_match,
                reason="C’est le test de sa sœur Marie-Lou, vu avec elles",
                context={"participation_id": participation},
            )
            typed, known = (
                Person(found.last_name, found.first_name, None)
                for found in (world.engine.state("participation", participation), world.state(right))
            )
            referent.confirm(world, participation, rank(typed, [(right, known)]))


def merge(world: World) -> None:
    """The second dossier of somebody is joined to the first."""
    first, again = (id for id, youth in world.dossiers.items() if youth.name == TWICE[1][0])
    dossier, told = world.state(again), world.engine.history(again)
    joined = {"into": first, "gives_number": False, "version": dossier.version}
    taken = {"other": dossier, "duplicate": again, "told": told}
    world.say_all(
        world.cast.referent,
        [
            Step({"dossier": again}, merging.merge_dossier, joined),
            Step({"dossier": first}, merging.take_over_duplicate, {}, taken),
        ],
    )


def forget_me(world: World) -> None:
    """Somebody whose path is over asks to be forgotten; the direction has not answered yet."""
    over = (id for id, _, state in world.states() if state.closed and not (state.merged or state.late))
    world.say(world.cast.referent, {"dossier": next(over)}, request_erasure, reason="request")


def draft(world: World) -> None:
    """The first band would end at 45."""
    now = world.engine.references().grille(world.today).document
    low, middle, *rest = now.bands
    proposed = Grille(now.name, now.rounding, (replace(low, high=45), replace(middle, low=46), *rest))
    streams = {"grille": world.opened.stream("grille")}
    world.say(world.cast.referent, streams, drafting.draft_grille, document=proposed, note=NOTE, replaces=0)


def endorse(world: World, name: str, endorsed: bool, comment: str) -> None:
    world.say(
        name,
        {"grille": world.opened.stream("grille")},
        drafting.endorse_grille,
        draft=1,
        endorsed=endorsed,
        comment=comment,
        context={"by": str(world.staff[name])},
    )


def end(world: World, everyone: Sequence[Youth]) -> None:
    """From today on an advisor is away; and today's export, not imported, is there to be dropped on Résultats."""
    team.leave(world, AWAY, DEPUTY, world.today, world.today + LONG)
    yesterday = world.calendar.local_day(world.clock.now) - timedelta(days=1)
    planned = [youth for youth in everyone if youth.manner == "shares" and not youth.tries and not youth.waits]
    for youth in planned[:4]:
        take_test(youth, at(yesterday, 17), world.random)
    name, content = referent.exported(world, INITIAL, everyone)
    folder = world.opened.folder / EXPORTS
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)

"""How a demonstration's team made Pix its own, who is away, and what somebody sets aside."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pixflow.decision import Decision
from pixflow.dossier import follow_up
from pixflow.engine import new_id
from pixflow.team import absences, milestones
from web.samples.demo.world import World

RESTING, HANDED = "En stage jusque-là, prévenu par SMS", "Je suis en formation cette semaine-là"


def settle(world: World, *, referents: Sequence[str], trained: Sequence[str] = (), not_yet: Sequence[str] = ()) -> None:
    """The référents are designated, everybody is told; most took the test, some were trained."""
    for name in referents:
        _note(world, name, milestones.designate_referent, site=None)
    for name, _ in world.cast.staff:
        _note(world, name, milestones.hold_briefing, title="Réunion d’équipe : à quoi sert Pix")
        if name not in not_yet:
            _note(world, name, milestones.take_pix)
    for name in trained:
        _note(world, name, milestones.attend_training, title="Prise en main de Pix Orga")


def leave(world: World, name: str, deputy: str, first: date, last: date) -> None:
    """Somebody will be away, and somebody else sees to their dossiers."""
    id = new_id(world.command(), "absence")
    said = {"first": first, "last": last, "deputy": world.staff[deputy]}
    world.say(name, {"staff": world.staff[name]}, absences.declare_absence, absence=id, **said)


def set_aside(world: World, name: str, to: str) -> None:
    """Of what somebody has to do, one thing rests until a day, and a colleague does another."""
    owed = {id: task for id, _, _, task in world.owed([name]) if task.stage in ("prescription", "parcours")}
    mine = sorted(owed.items(), key=lambda one: one[1].opens, reverse=True)
    until = world.calendar.add(world.today, 8)
    for (id, task), n in zip(mine, range(2), strict=False):
        said: dict[str, Any] = {"until": until, "reason": RESTING}
        if n:
            said = {"until": until, "to": world.staff[to], "note": HANDED}
        decide: Decision[..., Any] = follow_up.hand_over_task if n else follow_up.snooze_task
        world.say(name, {"dossier": id}, decide, task=task.key, **said)


def _note(world: World, name: str, decide: Decision[..., Any], **said: Any) -> None:
    world.say(world.cast.direction, {"staff": world.staff[name]}, decide, **said)

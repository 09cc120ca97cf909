"""Scenes that any demonstration may play, each once."""

from collections.abc import Callable, Sequence
from datetime import date

from pixflow.dossier import follow_up
from pixflow.team import milestones
from pixflow.team.staff import Absence
from web.samples import phrases
from web.samples.demo.cast import ScriptedCast
from web.samples.team import declare_absence, note

Scene = Callable[[ScriptedCast], object]
"""Something that happens once."""


def settle(referents: Sequence[str], trained: Sequence[str], not_yet: Sequence[str] = ()) -> Scene:
    """Designates the référents and briefs everybody; most take the test, some are trained."""

    def play(cast: ScriptedCast) -> None:
        sim, everybody = cast.sim, cast.roster.members.values()
        sim.execute(note(sim, cast.roster.named(name), milestones.designate_referent, site=None) for name in referents)
        for one in everybody:
            sim.execute([note(sim, one, milestones.hold_briefing, title=phrases.BRIEFING)])
            if one.name not in not_yet:
                sim.execute([note(sim, one, milestones.take_pix)])
        training = {"title": phrases.TRAINING}
        sim.execute(note(sim, cast.roster.named(name), milestones.attend_training, **training) for name in trained)

    return play


def schedule(name: str, day: date, *runners: str, place: str, capacity: int = 8) -> Scene:
    def play(cast: ScriptedCast) -> None:
        members = [cast.roster.named(runner) for runner in runners]
        cast.sim.execute([cast.workshops.set_up(name, day, members, place, capacity)])

    return play


def move(name: str, by: str, day: date, place: str) -> Scene:
    return lambda cast: cast.sim.execute([cast.workshops.move(cast.workshops.called(name), cast.actor(by), day, place)])


def cancel(name: str, by: str, reason: str) -> Scene:
    return lambda cast: cast.sim.execute([cast.workshops.cancel(cast.workshops.called(name), cast.actor(by), reason)])


def fill(name: str, by: str, *young_people: str) -> Scene:
    """Books a seat for each, or a place on the waiting list."""

    def play(cast: ScriptedCast) -> None:
        for young in young_people:
            case = cast.case(cast.named(young)[0], by)
            cast.sim.execute([cast.workshops.book(case, cast.workshops.called(name))])

    return play


def release(name: str, by: str, young: str) -> Scene:
    return lambda cast: cast.sim.execute(
        [cast.workshops.release(cast.case(cast.named(young)[0], by), cast.workshops.named[name])]
    )


def leave(name: str, deputy: str, first: date, last: date) -> Scene:
    """Declares an absence, with a deputy."""

    def play(cast: ScriptedCast) -> None:
        away = Absence(cast.sim.log.new_id(), first, last, cast.roster.named(deputy).id)
        cast.roster.named(name).away.append(away)
        cast.sim.execute([declare_absence(cast.roster.named(name), away)])

    return play


def lend(young: str, to: str, days: int) -> Scene:
    return lambda cast: cast.sim.execute(
        [cast.lend(cast.named(young)[0], cast.roster.named(to), cast.sim.calendar.add(cast.sim.today, days))]
    )


def set_aside(name: str, to: str) -> Scene:
    """Snoozes one task of somebody, and hands another one over."""

    def play(cast: ScriptedCast) -> None:
        owed = {young: task for young, task in cast.owed([name]) if task.stage in ("prescription", "parcours")}
        latest = sorted(owed.items(), key=lambda one: one[1].opens, reverse=True)[:2]
        until = cast.sim.calendar.add(cast.sim.today, 8)
        for (young, task), handed in zip(latest, (False, True), strict=False):
            case, colleague = cast.case(young, name), cast.roster.named(to)
            said = {"to": colleague.id, "note": phrases.HANDED[0]} if handed else {"reason": phrases.RESTING[0]}
            decide = follow_up.hand_over_task if handed else follow_up.snooze_task
            cast.sim.execute([case.say(decide, task=task.key, until=until, **said)])

    return play

"""Working day of a demonstration: the référent's morning, the advisors' round, the evening."""

from datetime import date
from functools import partial

from pixflow.dossier import follow_up as closing
from pixflow.tasks import Kind, Task
from web.samples.clock import at
from web.samples.demo.cast import EVENING, ScriptedCast, scripted
from web.samples.demo.people import ScriptedYoung
from web.samples.simulation import Case

FIRST_EXPORT, FIRST_MATCH, FIRST_TASK = 8 * 60 + 40, 8 * 60 + 50, 9 * 60 + 10
MONDAY, THURSDAY = 0, 3
AT_MOST = 18
"""Most tasks that the advisors do in one day."""
LEFT_FOR_YOU = 2
"""Working days before the end during which doubtful results stay on the board."""
UNSENT = 4
"""Results that stay to be dispatched."""
SETTLED = (None, "obtained", "not-obtained", "declined")


def plan(cast: ScriptedCast, day: date, last_scene: int | None) -> None:
    """Plans a day; without `last_scene` it is not over."""
    cast.plan((day, FIRST_EXPORT), partial(_morning, cast))
    if last_scene is not None:
        cast.plan((day, max(FIRST_TASK, last_scene)), partial(_round, cast))
        cast.plan((day, EVENING), partial(_evening, cast))


def _morning(cast: ScriptedCast) -> None:
    """Imports the exports of Mondays and Thursdays, and works on what they brought."""
    today, last = cast.sim.today, cast.days[-1]
    for (purpose, _), (season, *_rest) in cast.pix.seasons.items():
        if today == last or today.weekday() in ((MONDAY, THURSDAY) if purpose == "initial" else (THURSDAY,)):
            cast.pix.bring_in(season, cast.actor(cast.company.referent))
    cast.sim.log.go((today, FIRST_MATCH))
    left = cast.sim.calendar.count(today, last) <= LEFT_FOR_YOU
    if not left:
        cast.matching.work()
    _dispatch(cast, UNSENT if left else 0)
    for young, task in _waiting(cast, "review-late-event", 2):
        cast.sim.execute(cast.sim.perform(young, task.key))
    cast.matching.correct()


def _dispatch(cast: ScriptedCast, unsent: int) -> None:
    """Dispatches results, the oldest first, but for the last ones."""
    ready = [(young, task) for young, task in _waiting(cast, "dispatch-result", 0) if young.advisor]
    ready.sort(key=lambda one: (one[1].why.on, one[0].name))
    for young, task in ready[: max(0, len(ready) - unsent)]:
        cast.sim.log.wait(1)
        cast.sim.execute(cast.sim.perform(young, task.key))


def _waiting(cast: ScriptedCast, kind: Kind, days: int) -> list[tuple[ScriptedYoung, Task]]:
    """Returns the tasks of a kind that have waited so many working days."""
    today, count = cast.sim.today, cast.sim.calendar.count
    tasks = [(young, task) for young in cast.here() for task in young.owed.values() if task.kind == kind]
    return [(young, task) for young, task in tasks if count(task.opens, today) >= days and not young.never(kind)]


def _round(cast: ScriptedCast) -> None:
    """Plans what has waited long enough, twenty minutes apart, then the workshops."""
    _judge(cast)
    today, slowness = cast.sim.today, cast.company.slowness
    ready = [
        (young, task)
        for young, task in cast.owed(slowness)
        if cast.sim.calendar.count(task.opens, today) >= young.patience(task, slowness)
    ]
    for n, (young, task) in enumerate(ready[:AT_MOST]):
        cast.sim.plan((today, FIRST_TASK + 20 * n), partial(cast.sim.perform, young, task.key))
    cast.workshops.hold()


def _judge(cast: ScriptedCast) -> None:
    """Assesses, the day after the welcome, the needs that the protocol leaves to the advisor."""
    if cast.sim.protocol.concerned == "all":
        return
    for case in cast.cases():
        state = case.state
        new = state.opened is None or state.opened.on == cast.sim.today
        decided = state.programme == "CEJ" or state.closed or state.orientation.need
        if not (new or decided or scripted(case).never("need")):
            cast.sim.execute(cast.judge(case))


def _evening(cast: ScriptedCast) -> None:
    for case in cast.cases():
        _close_path(cast, case)
        _leave_and_come_back(cast, case)


def _close_path(cast: ScriptedCast, case: Case) -> None:
    """Closes a path some days after its last action; some people take the test again all the same."""
    state, young = case.state, scripted(case)
    actions, certified = state.parcours.actions.values(), state.parcours.certification
    if state.closed or state.last is None or not actions or young.never("close-or-plan"):
        return
    settled = (certified.step if certified else None) in SETTLED
    quiet = cast.sim.calendar.count(state.last.on, cast.sim.today) >= 6
    if settled and quiet and all(one.over for one in actions):
        cast.sim.execute(cast.end_path(case, "done", ""))
        if len(young.first_name) % 3 == 0:
            young.take_test(at(cast.working_day(4), 18), cast.random)


def _leave_and_come_back(cast: ScriptedCast, case: Case) -> None:
    """Closes the dossier of somebody who moves away, and reopens it once the référent read their result."""
    state, tested = case.state, case.state.diagnostic.participations
    if scripted(case).manner != "comes-back" or state.opened is None:
        return
    if state.closed and tested and not state.late:
        reason = "De retour à L’Aigle, test passé entre-temps"
        cast.sim.execute([case.say(closing.reopen_dossier, reason=reason)])
    elif not state.closed and not tested and cast.sim.calendar.count(state.opened.on, cast.sim.today) >= 12:
        cast.sim.execute([case.say(closing.close_dossier, reason="moved", note="Chez ses parents, à Caen")])

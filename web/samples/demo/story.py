"""Base of the demonstrations: plays the young people, the scenes and the days of a script."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial

from pixflow.dossier import follow_up
from pixflow.tasks import Kind, Task
from web.samples.agenda import at, minute_of
from web.samples.demo.cast import EVENING, scripted
from web.samples.demo.people import ScriptedYoung
from web.samples.demo.scenes import Scenes
from web.samples.roster import hire
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
Scene = tuple[datetime, Callable[[], object]]
"""An act that happens once, at its moment."""
DAY_ENDS, MIDNIGHT = 17, 24 * 60


class Story(Scenes):
    """One demonstration; its class holds its `company`."""

    def youths(self) -> list[ScriptedYoung]:
        """Returns everybody who will come."""
        raise NotImplementedError

    def scenes(self) -> Iterator[Scene]:
        raise NotImplementedError

    def settle(self) -> None:
        """Plays the first morning."""
        raise NotImplementedError

    def conclude(self, now: datetime) -> None:
        """Plays the moment when the demonstration is opened."""
        self.sim.log.go(minute_of(now))
        self.sim.log.clock.go(now)

    def play(self, now: datetime) -> None:
        sim, pix = self.sim, self.pix
        sim.execute(hire(self.roster.members.values()))
        self.settle()
        for seasons in pix.seasons.values():
            sim.execute(pix.declare(seasons[0], self.actor(self.company.referent), None))
        pix.everyone = self.youths()
        last_scenes = self._plan_scenes()
        for today in self.days:
            self.plan((today, FIRST_EXPORT), self._morning)
            whole = at(today, DAY_ENDS) < now
            if whole:
                self.plan((today, max(FIRST_TASK, last_scenes.get(today, 0))), self._round)
                self.plan((today, EVENING), self._evening)
            sim.run((today, MIDNIGHT) if whole else min(minute_of(now), (today, EVENING - 1)))
        self.conclude(now)

    def _plan_scenes(self) -> dict[date, int]:
        """Plans the arrivals and the scenes; returns the minute of the last one of each day."""
        last: dict[date, int] = {}
        arrivals: list[Scene] = [(young.arrives, partial(self.welcome, young)) for young in self.pix.everyone]
        for moment, scene in (*arrivals, *self.scenes()):
            today, minute = minute_of(moment)
            self.plan((today, minute), scene)
            last[today] = max(minute, last.get(today, 0))
        return last

    # --- a day

    def _morning(self) -> None:
        """Imports the exports of Mondays and Thursdays, and works on what they brought."""
        today, last = self.sim.today, self.days[-1]
        for (purpose, _), (season, *_rest) in self.pix.seasons.items():
            if today == last or today.weekday() in ((MONDAY, THURSDAY) if purpose == "initial" else (THURSDAY,)):
                self.pix.bring_in(season, self.actor(self.company.referent))
        self.sim.log.go((today, FIRST_MATCH))
        left = self.sim.calendar.count(today, last) <= LEFT_FOR_YOU
        if not left:
            self.matching.work()
        ready = [(young, task) for young, task in self._waiting("dispatch-result", 0) if young.advisor]
        ready.sort(key=lambda one: (one[1].why.on, one[0].name))  # the oldest first
        for young, task in ready[: max(0, len(ready) - (UNSENT if left else 0))]:
            self.sim.log.wait(1)
            self.sim.execute(self.sim.perform(young, task.key))
        for young, task in self._waiting("review-late-event", 2):
            self.sim.execute(self.sim.perform(young, task.key))
        self.matching.correct()

    def _waiting(self, kind: Kind, days: int) -> list[tuple[ScriptedYoung, Task]]:
        """Returns the tasks of a kind that have waited so many working days."""
        today, count = self.sim.today, self.sim.calendar.count
        tasks = [(young, task) for young in self.here() for task in young.owed.values() if task.kind == kind]
        return [(young, task) for young, task in tasks if count(task.opens, today) >= days and not young.never(kind)]

    def _round(self) -> None:
        """Plans what has waited long enough, twenty minutes apart, then the workshops."""
        self._judge()
        today, slowness = self.sim.today, self.company.slowness
        ready = [
            (young, task)
            for young, task in self.owed(slowness)
            if self.sim.calendar.count(task.opens, today) >= young.patience(task, slowness)
        ]
        for n, (young, task) in enumerate(ready[:AT_MOST]):
            self.sim.plan((today, FIRST_TASK + 20 * n), partial(self.sim.perform, young, task.key))
        self.workshops.hold()

    def _judge(self) -> None:
        """Assesses, the day after the welcome, the needs that the protocol leaves to the advisor."""
        if self.sim.protocol.concerned == "all":
            return
        for case in self.cases():
            state = case.state
            new = state.opened is None or state.opened.on == self.sim.today
            decided = state.programme == "CEJ" or state.closed or state.orientation.need
            if not (new or decided or scripted(case).never("need")):
                self.sim.execute(self.judge(case))

    def _evening(self) -> None:
        for case in self.cases():
            self._close_path(case)
            self._leave_and_come_back(case)

    def _close_path(self, case: Case) -> None:
        """Closes a path some days after its last action; some people take the test again all the same."""
        state, young = case.state, scripted(case)
        actions, certified = state.parcours.actions.values(), state.parcours.certification
        if state.closed or state.last is None or not actions or young.never("close-or-plan"):
            return
        settled = (certified.step if certified else None) in SETTLED
        quiet = self.sim.calendar.count(state.last.on, self.sim.today) >= 6
        if settled and quiet and all(one.over for one in actions):
            self.sim.execute(self.end_path(case, "done", ""))
            if len(young.first_name) % 3 == 0:
                young.take_test(at(self.working_day(4), 18), self.random)

    def _leave_and_come_back(self, case: Case) -> None:
        """Closes the dossier of somebody who moves away, and reopens it once the référent read their result."""
        state, tested = case.state, case.state.diagnostic.participations
        if scripted(case).manner != "comes-back" or state.opened is None:
            return
        if state.closed and tested and not state.late:
            reason = "De retour à L’Aigle, test passé entre-temps"
            self.sim.execute([case.say(follow_up.reopen_dossier, reason=reason)])
        elif not state.closed and not tested and self.sim.calendar.count(state.opened.on, self.sim.today) >= 12:
            self.sim.execute([case.say(follow_up.close_dossier, reason="moved", note="Chez ses parents, à Caen")])

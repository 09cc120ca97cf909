"""The simulation at work: each moment the errands that are due, then what follows from them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from random import Random
from typing import Any, Protocol
from uuid import UUID

from pixflow import tasks
from pixflow.actor import Actor
from pixflow.decision import Decision
from pixflow.dossier.state import Dossier
from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.events.values import Purpose
from pixflow.protocol.document import ProtocolDocument
from pixflow.reference_data import References
from pixflow.streams import kind_of
from pixflow.tasks import Kind, Task
from pixflow.unit_of_work import Step
from pixflow.working_days import Calendar
from web.samples.attempts import Try
from web.samples.clock import PARIS
from web.samples.population import parameters
from web.samples.population.agenda import OPENS, SHUTS, Agenda, Desk, Errand, Moment, Said
from web.samples.population.dossier_cache import Dossiers
from web.samples.population.parameters import Days
from web.samples.population.roster import House
from web.samples.population.youth import Young


@dataclass(slots=True)
class Case:
    """One dossier on somebody's desk: whose, how it stands, who sees to it now."""

    young: Young
    state: Dossier
    by: Actor

    def say(self, decide: Decision[..., Any], context: dict[str, Any] | None = None, **sent: Any) -> Said:
        return Said(self.by, (Step({"dossier": self.young.dossier}, decide, sent, context or {}),))


Turn = Callable[["Play", Case], Iterable[Said]]
"""What is done with a dossier when its moment comes."""
Deed = Callable[["Play", Case, Task], Iterable[Said]]
"""What is done about a task."""


class Matches(Protocol):
    """Who matches participations."""

    def meet(self, young: Young) -> None: ...


class Tests(Protocol):
    """Pix Orga, as young people and advisors meet it."""

    def season(self, purpose: Purpose, site: int) -> Any: ...
    def takes(self, young: Young, purpose: Purpose, one: Try) -> None: ...
    def shares(self, young: Young, one: Try, shared: datetime) -> None: ...


class Seats(Protocol):
    """The workshops of all sites."""

    def seat(self, case: "Case") -> Said | None: ...
    def book(self, case: "Case", held: Any) -> Said: ...
    def release(self, case: "Case", workshop: UUID) -> Said: ...


class Play:
    """Everything that errands look at: the house, who is followed, the agenda, chance.

    `listeners` hear what is recorded on streams of their kind; `deeds` are what is done about each kind of task.
    """

    matching: Matches
    pix: Tests
    workshops: Seats

    def __init__(
        self, engine: Engine, desk: Desk, agenda: Agenda, house: House, random: Random, deeds: Mapping[Kind, Deed]
    ) -> None:
        self.engine = engine
        self.desk = desk
        self.agenda = agenda
        self.house = house
        self.random = random
        self.deeds = deeds
        self.calendar: Calendar = engine.references().calendar
        self.dossiers = Dossiers(engine)
        self.young: dict[UUID, Young] = {}
        self.listeners: dict[str, Callable[[Recorded], object]] = {"dossier": self.dossiers.hear}

    # --- when

    @property
    def refs(self) -> References:
        return self.engine.references()

    @property
    def protocol(self) -> ProtocolDocument:
        return self.refs.protocol(self.today)

    @property
    def today(self) -> date:
        return self.desk.moment[0]

    @property
    def now(self) -> datetime:
        return self.desk.clock.now

    def in_days(self, days: Days | int) -> date:
        """A working day, as many of them from today."""
        return self.calendar.add(self.today, days.draw(self.random) if isinstance(days, Days) else days)

    def on(self, day: date) -> Moment:
        """A moment of somebody's working hours, later than now: that day, or the next one when it is too late."""
        minute = OPENS + self.random.randrange(SHUTS - OPENS - 30)
        today, now = self.desk.moment
        if day <= today:
            day, minute = today, max(minute, now + 3 + self.random.randrange(30))
            if minute >= SHUTS:
                day, minute = self.calendar.add(today, 1), OPENS + self.random.randrange(90)
        return self.calendar.add(day, 0), minute

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    # --- what is to come

    def later(self, young: Young, when: Days | int | Moment, turn: Turn) -> None:
        """Somebody sees to a dossier then, whoever follows it by that time, as long as it is open."""
        moment = when if isinstance(when, tuple) else self.on(self.in_days(when))
        self.agenda.add(moment, Errand((young.dossier,), partial(self._turn, young, turn)))

    def _turn(self, young: Young, turn: Turn) -> Iterable[Said]:
        state = self.dossiers.of(young.dossier)
        if state.closed or state.opened is None:
            return ()
        by = self.house.doer(state, young.site, self.today)
        if by is None:
            self.later(young, self._once_back(state), turn)
            return ()
        return turn(self, Case(young, state, by))

    def _once_back(self, state: Dossier) -> Moment:
        back = self.house.back(state, self.today)
        return self.on(self.calendar.add(back or self.today, 1 + self.random.randrange(3)))

    # --- what is owed

    def look(self, ids: Iterable[UUID]) -> None:
        """Plan what these dossiers owe now and did not before."""
        known = [id for id in ids if id in self.young]
        refs = self.refs
        for id, state in self.dossiers.many(known).items():
            young = self.young[id]
            young.advisor, young.open = state.advisor, state.closed is None
            before = young.owed
            young.owed = {task.key: task for task in tasks.of_dossier(state, refs)}
            for key, task in young.owed.items():
                if key not in before or _turn_of(before[key]) != _turn_of(task):
                    self._plan(young, state, task)

    def _plan(self, young: Young, state: Dossier, task: Task) -> None:
        if task.kind in self.deeds:
            errand = Errand((young.dossier,), partial(self._due, young, task))
            self.agenda.add(self._when(state, task), errand)

    def _when(self, state: Dossier, task: Task) -> Moment:
        if task.appointment:
            local = task.appointment.astimezone(PARIS)
            return max((local.date(), local.hour * 60 + local.minute + 50), self.on(self.today))
        if task.paused and task.paused > self.today:
            return self.on(task.paused)
        if task.kind == "present-pix" and self.chance(parameters.AT_WELCOME):
            return self.on(self.today)
        forgotten = task.role == "advisor" and self.chance(parameters.FORGOTTEN)
        waits = (parameters.REMEMBERED if forgotten else parameters.PATIENCE[task.kind]).draw(self.random)
        member = self.house.members.get(state.advisor) if state.advisor and task.role == "advisor" else None
        tempo = member.tempo if member and not forgotten else 1.0
        return self.on(self.calendar.add(max(task.opens, self.today), round(waits * tempo)))

    def _due(self, young: Young, task: Task) -> Iterable[Said]:
        """The errand of a task: nothing when it is no longer owed as it was."""
        owed = young.owed.get(task.key)
        if owed is None or _turn_of(owed) != _turn_of(task):
            return ()
        state = self.dossiers.of(young.dossier)
        by = self.house.doer(state, young.site, self.today, owed)
        if by is None:
            self.again(young, task, self._once_back(state))
            return ()
        return self.deeds[task.kind](self, Case(young, state, by), owed)

    def again(self, young: Young, task: Task, moment: Moment | None = None) -> None:
        """The same task, tried once more some days later."""
        moment = moment or self.on(self.in_days(parameters.AGAIN))
        self.agenda.add(moment, Errand((young.dossier,), partial(self._due, young, task)))

    # --- time goes by

    def go_on(self) -> None:
        """The next errands, what they say, and what that makes others owe."""
        moment = self.agenda.first()
        assert moment is not None
        self.desk.go(moment)
        busy: set[UUID] = set()
        said: list[Said] = []
        for errand in self.agenda.take():
            if busy.isdisjoint(errand.about):
                busy.update(errand.about)
                said += errand.run()
            else:
                self.agenda.add(moment, errand)
        self.hear(self.desk.say(said))

    def hear(self, recorded: Iterable[Recorded]) -> None:
        moved: dict[UUID, None] = {}
        for one in recorded:
            kind = kind_of(one.event)
            if kind in self.listeners:
                self.listeners[kind](one)
            if kind == "dossier":
                moved[one.originator_id] = None
        self.look(moved)


def _turn_of(task: Task) -> tuple[object, ...]:
    """What makes it another turn of the same task: it is seen to again."""
    return task.why.version, task.chases, task.appointment, task.paused, task.handed_to

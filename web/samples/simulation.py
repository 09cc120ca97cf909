"""Engine of both casts: runs the actions of each moment, then plans the tasks that their events open."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from random import Random
from typing import Any, Protocol
from uuid import UUID

from pixflow import tasks
from pixflow.actor import Actor
from pixflow.decision import Decision
from pixflow.documents.protocol import ProtocolDocument
from pixflow.dossier.evolve import evolve
from pixflow.dossier.state import Dossier
from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.events.dossier import DossierOpened
from pixflow.folding import RETRACTIONS
from pixflow.reference_data import References
from pixflow.streams import kind_of
from pixflow.structure_folder import OpenStructure
from pixflow.tasks import Task
from pixflow.working_days import Calendar
from web.samples import parameters
from web.samples.agenda import OPENS, SHUTS, Agenda, AgendaTime, CommandLog, PlannedCommand, command
from web.samples.parameters import Days
from web.samples.roster import Roster
from web.samples.youth import Young

KEPT = 20_000
"""Most dossiers in the cache; the others are read again from the store."""


class Dossiers:
    """Cache of the dossiers that changed last (LRU), kept current by recorded events."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[UUID, Dossier] = OrderedDict()

    def of(self, id: UUID) -> Dossier:
        return self.many([id])[id]

    def many(self, ids: Iterable[UUID]) -> dict[UUID, Dossier]:
        wanted = list(ids)
        lost = [id for id in wanted if id not in self._known]
        if lost:
            self._known.update(self._engine.states("dossier", lost))
        for id in wanted:
            self._known.move_to_end(id)
        dossiers = {id: self._known[id] for id in wanted}
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return dossiers

    def hear(self, recorded: Recorded) -> None:
        id = recorded.originator_id
        if isinstance(recorded.event, RETRACTIONS):
            self._known.pop(id, None)
        elif id in self._known or isinstance(recorded.event, DossierOpened):
            self._known[id] = evolve(self._known.get(id, Dossier()), recorded)


@dataclass(slots=True)
class Case:
    """One dossier in somebody's hands: the young person, the dossier's state, the actor, the task if there is one."""

    young: Young
    state: Dossier
    by: Actor
    owed: Task | None = None

    @property
    def task(self) -> Task:
        assert self.owed is not None
        return self.owed

    @property
    def subject(self) -> UUID:
        """Returns the id that the task's key names."""
        return UUID(self.task.key.split(":", 1)[1])

    def say(self, decide: Decision[..., Any], context: dict[str, Any] | None = None, **sent: Any) -> PlannedCommand:
        return command(self.by, {"dossier": self.young.dossier}, decide, context, **sent)


FollowUp = Callable[[Case], Iterable[PlannedCommand]]
"""Commands on a dossier, planned for a later moment."""


class Cast(Protocol):
    """Behaviours that a simulation asks for."""

    def when(self, state: Dossier, task: Task) -> AgendaTime | None:
        """Returns the moment to do a new task; None when the cast finds the task by itself, or leaves it."""

    def perform(self, case: Case) -> Iterable[PlannedCommand]:
        """Returns the commands that answer the case's task."""


class Simulation:
    """State shared by every action. `listeners` receive the events of streams of their kind."""

    cast: Cast

    def __init__(self, opened: OpenStructure, log: CommandLog, agenda: Agenda, roster: Roster, random: Random) -> None:
        self.engine = engine = opened.engine
        self.structure = opened.stream("structure")
        self.log = log
        self.agenda = agenda
        self.roster = roster
        self.random = random
        self.calendar: Calendar = engine.references().calendar
        self.dossiers = Dossiers(engine)
        self.young: dict[UUID, Young] = {}
        self.listeners: dict[str, Callable[[Recorded], object]] = {
            "dossier": self.dossiers.hear,
            "grille": lambda recorded: self.look(list(self.young)),  # one in force may read their results otherwise
        }

    # --- dates

    @property
    def refs(self) -> References:
        return self.engine.references()

    @property
    def protocol(self) -> ProtocolDocument:
        return self.refs.protocol(self.today)

    @property
    def today(self) -> date:
        return self.log.moment[0]

    @property
    def now(self) -> datetime:
        return self.log.clock.now

    def in_days(self, days: Days | int) -> date:
        """Returns a working day, counted from today; a delay is drawn."""
        return self.calendar.add(self.today, days.draw(self.random) if isinstance(days, Days) else days)

    def on(self, day: date) -> AgendaTime:
        """Draws a moment of working hours, later than now: that day, or the next one when it is too late."""
        minute = OPENS + self.random.randrange(SHUTS - OPENS - 30)
        today, now = self.log.moment
        if day <= today:
            day, minute = today, max(minute, now + 3 + self.random.randrange(30))
            if minute >= SHUTS:
                day, minute = self.calendar.add(today, 1), OPENS + self.random.randrange(90)
        return self.calendar.add(day, 0), minute

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    # --- planning

    def plan(self, moment: AgendaTime, run: Callable[[], Iterable[PlannedCommand]], *about: UUID) -> None:
        self.agenda.add(moment, (about, run))

    def plan_follow_up(self, young: Young, when: Days | int | AgendaTime, follow_up: FollowUp) -> None:
        """Plans a follow-up by the advisor of that moment; it is dropped once the dossier is closed."""
        moment = when if isinstance(when, tuple) else self.on(self.in_days(when))
        self.plan(moment, partial(self._follow_up, young, follow_up), young.dossier)

    def _follow_up(self, young: Young, follow_up: FollowUp) -> Iterable[PlannedCommand]:
        state = self.dossiers.of(young.dossier)
        if state.closed or state.opened is None:
            return ()
        by = self.roster.doer(state, young.site, self.today)
        if by is None:
            self.plan_follow_up(young, self._once_back(state), follow_up)
            return ()
        return follow_up(Case(young, state, by))

    def _once_back(self, state: Dossier) -> AgendaTime:
        back = self.roster.back(state, self.today)
        return self.on(self.calendar.add(back or self.today, 1 + self.random.randrange(3)))

    # --- tasks

    def look(self, ids: Iterable[UUID]) -> None:
        """Refreshes what these dossiers owe, and plans each new task."""
        known = [id for id in ids if id in self.young]
        refs = self.refs
        for id, state in self.dossiers.many(known).items():
            young = self.young[id]
            young.advisor, young.open = state.advisor, state.closed is None
            before = young.owed
            young.owed = {task.key: task for task in tasks.of_dossier(state, refs)}
            for key, task in young.owed.items():
                is_new = key not in before or _occurrence(before[key]) != _occurrence(task)
                if is_new and (moment := self.cast.when(state, task)):
                    self.do_task(young, task, moment)

    def do_task(self, young: Young, task: Task, moment: AgendaTime) -> None:
        self.plan(moment, partial(self._perform_due, young, task), young.dossier)

    def try_again(self, young: Young, task: Task) -> None:
        """Plans one more try at a task, some days later."""
        self.do_task(young, task, self.on(self.in_days(parameters.AGAIN)))

    def _perform_due(self, young: Young, task: Task) -> Iterable[PlannedCommand]:
        """Performs a task, unless it is no longer owed, or owed for another reason."""
        owed = young.owed.get(task.key)
        return self.perform(young, task.key) if owed and _occurrence(owed) == _occurrence(task) else ()

    def perform(self, young: Young, key: str) -> Iterable[PlannedCommand]:
        """Performs a task if it is owed; later, when nobody acts today."""
        task, state = young.owed.get(key), self.dossiers.of(young.dossier)
        by = self.roster.doer(state, young.site, self.today, task) if task else None
        if task and by:
            return self.cast.perform(Case(young, state, by, task))
        if task:
            self.do_task(young, task, self._once_back(state))
        return ()

    # --- running

    def run(self, until: AgendaTime) -> None:
        """Runs the actions planned up to that moment, it included."""
        while (moment := self.agenda.first()) and moment <= until:
            self.log.go(moment)
            busy: set[UUID] = set()
            planned: list[PlannedCommand] = []
            for about, run in self.agenda.take():
                if busy.isdisjoint(about):
                    busy.update(about)
                    planned += run()
                else:
                    self.agenda.add(moment, (about, run))
            self.execute(planned)

    def execute(self, planned: Iterable[PlannedCommand]) -> None:
        self.hear(self.log.execute(list(planned)))

    def hear(self, recorded: Iterable[Recorded]) -> None:
        moved: dict[UUID, None] = {}
        for fact in recorded:
            kind = kind_of(fact.event)
            if kind in self.listeners:
                self.listeners[kind](fact)
            if kind == "dossier":
                moved[fact.originator_id] = None
        self.look(moved)


def _occurrence(task: Task) -> tuple[object, ...]:
    """Returns what tells two occurrences of one task apart."""
    return task.why.version, task.chases, task.appointment, task.snoozed_until, task.handed_to

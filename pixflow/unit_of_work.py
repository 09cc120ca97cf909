"""One command: loads states, takes decisions in order, stamps their events."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_type_hints
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow import authorization, tasks
from pixflow.actor import Actor
from pixflow.authorization import Subject
from pixflow.decision import Argument, Decision
from pixflow.events.base import Event, Recorded, event_day
from pixflow.events.values import Profile, Result
from pixflow.folding import RETRACTIONS
from pixflow.identity import contains_control, contains_nir
from pixflow.reference_data import References
from pixflow.refused import Refused
from pixflow.streams import KINDS, Claims, kind_of
from pixflow.workshop.booking import is_registered

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
LARGEST = 2**31 - 1
"""The largest number of an integer column of PostgreSQL."""
_BOUNDED = frozenset({Result, Profile})
"""Values that `check_values` leaves to the reader of exports, which bounds each cell: they come by the thousand."""
_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
_ONE_LINE = frozenset({"last_name", "first_name", "name"})


class Guard(Struct, frozen=True):
    """The condition that a step was planned on: Refused("moved") once it no longer holds.

    `holds` gets the states of the step's streams, then those of the streams `beside`, which the decision does not
    get.
    """

    holds: Callable[..., bool]
    beside: Mapping[str, UUID] = {}


class Step(Struct, frozen=True):
    """One decision on named streams; each name is a kind of streams.KINDS.

    `sent` are the arguments from the person, `context` those from the program: new ids, documents, times.
    """

    streams: Mapping[str, UUID]
    decision: Decision[..., Any]
    sent: Mapping[str, Any] = {}
    context: Mapping[str, Any] = {}
    guard: Guard | None = None

    @property
    def read(self) -> Mapping[str, UUID]:
        """The streams that the step reads: its own, and those of its guard."""
        return {**self.streams, **self.guard.beside} if self.guard else self.streams


class LoadedStream(Struct, frozen=True):
    """A loaded stream: its kind, its events, their fold."""

    kind: str
    events: list[Recorded]
    state: Any

    @property
    def version(self) -> int:
        return self.events[-1].originator_version if self.events else 0

    def append(self, new: list[Recorded]) -> "LoadedStream":
        events = self.events + new
        if any(isinstance(recorded.event, RETRACTIONS) for recorded in new):
            return LoadedStream(self.kind, events, KINDS[self.kind].fold(events))
        state = self.state
        for recorded in new:
            state = KINDS[self.kind].evolve(state, recorded)
        return LoadedStream(self.kind, events, state)


def fold_stream(kind: str, events: list[Recorded]) -> LoadedStream:
    """Folds a stream. Raises Refused("unknown-stream") when it is of another kind."""
    if events and kind_of(events[0].event) != kind:
        raise Refused("unknown-stream")
    return LoadedStream(kind, events, KINDS[kind].fold(events))


class Stale(Exception):
    """The page was out of date: the events `meanwhile` were recorded on the stream `name` since the version seen."""

    def __init__(self, name: str, meanwhile: list[Recorded]) -> None:
        super().__init__(name)
        self.name = name
        self.meanwhile = meanwhile


class UnitOfWork:
    """Takes the decisions of a command in order, each on the state left by the ones before."""

    def __init__(
        self,
        load: Callable[[str, Iterable[UUID]], dict[UUID, LoadedStream]],
        refs: References,
        by: Actor,
        now: datetime,
        via: str,
        command_id: UUID,
        seen: Mapping[str, int],
    ) -> None:
        self._load = load
        self.refs = refs
        self.by = by
        self.now = now
        self._today = refs.calendar.local_day(now)
        self._via = via
        self.command_id = command_id
        self._seen = seen
        self._base: dict[UUID, LoadedStream] = {}
        self._current: dict[UUID, LoadedStream] = {}
        self._steps: Sequence[Step] = ()
        self._outcomes: list[list[Recorded]] = []

    @property
    def versions(self) -> dict[UUID, int]:
        """The version of each stream that was read: those loaded, and the team's for a decision that gets the team."""
        team = self.refs.team if any(Argument.TEAM in step.decision.needs for step in self._steps) else {}
        loaded = {stream: one.version for stream, one in self._base.items()}
        return {person: member.version for person, member in team.items()} | loaded

    def decide(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._take(steps, {stream for step in steps for stream in step.read.values()})
        self._outcomes = [self._decide(step) for step in steps]

    def decide_again(self, moved: set[UUID], references: Callable[[], References]) -> None:
        """Repeats the steps on streams, or a team, that moved, and those that share a stream with them."""
        again: set[int] = set()
        touched = set(moved)
        if team := moved & self.refs.team.keys():
            self.refs = references()
        read = [{*s.read.values(), *(team if Argument.TEAM in s.decision.needs else ())} for s in self._steps]
        while more := {i for i, streams in enumerate(read) if i not in again and touched & streams}:
            again |= more
            touched |= {stream for i in more for stream in self._steps[i].read.values()}
        if again:
            self._take([self._steps[i] for i in sorted(again)], touched)
            for i in sorted(again):
                self._outcomes[i] = self._decide(self._steps[i])

    def events(self) -> list[Recorded]:
        """Returns the stamped events, in the order of the steps."""
        return [recorded for outcome in self._outcomes for recorded in outcome]

    def before_and_after(self, stream: UUID) -> tuple[LoadedStream, LoadedStream]:
        return self._base[stream], self._current[stream]

    def claims(self) -> Iterable[tuple[UUID, Claims, Claims]]:
        """Yields for each stream the values it held before, and those it holds now.

        An erased person's claims are kept: an import must not bring them back. They still hold them once the erasure
        is stopped.
        """
        for stream, before in self._base.items():
            kind, after = KINDS[before.kind], self._current[stream]
            held, now = kind.claims(before.state), kind.claims(after.state)
            if _is_erased(before) and not _is_erased(after):
                held |= now
            yield stream, held, now | (held if _is_erased(after) else frozenset())

    def _take(self, steps: Sequence[Step], wanted: set[UUID]) -> None:
        by_kind: dict[str, dict[UUID, None]] = {}
        for step in steps:
            for kind, stream in step.read.items():
                if stream in wanted:
                    by_kind.setdefault(kind, {})[stream] = None
        for kind, streams in by_kind.items():
            found = self._load(kind, streams)
            self._base |= found
            self._current |= found

    def _decide(self, step: Step) -> list[Recorded]:
        decision = step.decision
        loaded = {name: self._current[stream] for name, stream in step.streams.items()}
        dossier, workshop = loaded.get("dossier"), loaded.get("workshop")
        sent = frozenset(str(value) for value in step.sent.values())
        member = step.streams.get("staff")
        subject = Subject(dossier.state if dossier else None, member, workshop.state if workshop else None, sent)
        authorization.require(self.by, decision, subject, self.refs, self._today)
        if decision.on_erased != "decide" and any(_is_erased(one) for one in loaded.values()):
            if decision.on_erased == "ignore":
                return []
            raise Refused("person-erased")
        states = [one.state for one in loaded.values()]
        if step.guard and not step.guard.holds(*states, *(self._current[s].state for s in step.guard.beside.values())):
            raise Refused("moved")
        decided = decision.function(*states, **self._arguments(step, loaded))
        if decision.checks_retracted:
            self._require_retraction(decided, loaded["dossier"])
        by_name = decided if isinstance(decided, Mapping) else {next(iter(loaded)): decided}
        outcome: list[Recorded] = []
        for name, events in by_name.items():
            new = self._stamp(step.streams[name], loaded[name], events)
            self._check_seen(name, loaded[name], new)
            self._current[step.streams[name]] = loaded[name].append(new)
            outcome += new
        return outcome

    def _require_retraction(self, decided: Iterable[Event], dossier: LoadedStream) -> None:
        retracted = {event.version for event in decided if isinstance(event, RETRACTIONS)}
        again = [event for event in decided if not isinstance(event, RETRACTIONS)]
        events = (r for r in dossier.events if r.originator_version in retracted or r.event in again)
        authorization.require_retraction(self.by, events, dossier.state, self.refs, self._today)

    def _arguments(self, step: Step, loaded: Mapping[str, LoadedStream]) -> dict[str, Any]:
        dated = {"on": self._today} if step.decision.dated else {}
        added: dict[str, Any] = {need: _ADDED[need](step, loaded, self) for need in step.decision.needs}
        return {**dated, **step.sent, **step.context, **added}

    def _stamp(self, stream: UUID, loaded: LoadedStream, events: Iterable[Event]) -> list[Recorded]:
        stamped = []
        for version, event in enumerate(events, loaded.version + 1):
            check_values(event)
            if getattr(event, "on", self._today) > self._today:
                raise Refused("future", field="on", on=event_day(event))
            stamped.append(
                Recorded(stream, version, event, self.now, self.by.id, self.by.acting_for, self._via, self.command_id)
            )
        return stamped

    def _check_seen(self, name: str, loaded: LoadedStream, new: list[Recorded]) -> None:
        seen = self._seen.get(name)
        if seen is None or seen >= loaded.version:
            return
        events = [*loaded.events, *new]
        stages = {stage_of(recorded, events) for recorded in new} - {None}
        meanwhile = [r for r in loaded.events if r.originator_version > seen and r.command != self.command_id]
        if any(stage_of(recorded, events) in stages for recorded in meanwhile):
            raise Stale(name, meanwhile)


def _entrusted(step: Step, loaded: Mapping[str, LoadedStream], work: UnitOfWork) -> bool:
    workshop, dossier = loaded["workshop"], loaded["dossier"]
    registered = is_registered(workshop.state, workshop.events, step.streams["dossier"], work.by.id)
    return registered or authorization.is_entrusted(work.by, workshop.state, dossier.state, work.refs, work.now)


_ADDED: Mapping[Argument, Callable[[Step, Mapping[str, LoadedStream], UnitOfWork], Any]] = {
    Argument.ACTOR: lambda step, loaded, work: work.by.id,
    Argument.NOW: lambda step, loaded, work: work.now,
    Argument.ENTRUSTED: _entrusted,
    # The events of the dossier; without one, of the only stream.
    Argument.HISTORY: lambda step, loaded, work: loaded.get("dossier", next(iter(loaded.values()))).events,
    Argument.WORKSHOP_HISTORY: lambda step, loaded, work: loaded["workshop"].events,
    # The keys of the dossier's tasks, each with the version of the event that opened it.
    Argument.OPEN_TASKS: lambda step, loaded, work: {
        task.key: task.why.version for task in tasks.of_dossier(loaded["dossier"].state, work.refs)
    },
    Argument.TEAM: lambda step, loaded, work: work.refs.team,
    Argument.PERSON: lambda step, loaded, work: step.streams["staff"],
    Argument.CAMPAIGN_ID: lambda step, loaded, work: step.streams["campaign"],
    Argument.DOSSIER_ID: lambda step, loaded, work: step.streams["dossier"],
    Argument.PARTICIPATION_ID: lambda step, loaded, work: step.streams["participation"],
    Argument.WORKSHOP_ID: lambda step, loaded, work: step.streams["workshop"],
}


def _is_erased(loaded: LoadedStream) -> bool:
    return getattr(loaded.state, "erased", None) is not None


def stage_of(recorded: Recorded, history: Sequence[Recorded]) -> str | None:
    """Returns the stage of an event. A retraction has its target's."""
    if isinstance(recorded.event, RETRACTIONS):
        return history[recorded.event.version - history[0].originator_version].event.STAGE
    return recorded.event.STAGE


def check_texts(sent: Mapping[str, Any]) -> None:
    """Checks the text of every field, at any depth.

    Raises Refused("nir") for a social security number (docs/domain.md#nir), and Refused("control-character"). Ids and
    SHA-256 digests are skipped: one task key in 1,400 would look like a social security number.
    """
    for field, value in sent.items():
        for text in _texts(value):
            if contains_control(text, lines=field not in _ONE_LINE):
                raise Refused("control-character", field=field)
            if contains_nir(_ID.sub("", text)):
                raise Refused("nir", field=field)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Struct) or is_dataclass(value):
        yield from _texts(msgspec.to_builtins(value, builtin_types=(UUID, date, datetime, Decimal)))


def check_values(value: Any, name: str = "") -> None:
    """Raises Refused("bad-date") for an impossible day, Refused("number-too-large") for a number that no table holds.

    A mistyped year would stay on every page. A number without end would keep every page from being made. `value` is an
    event, or what its field `name` holds.
    """
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise Refused("number-too-large", field=name, most=LARGEST)
    elif isinstance(value, date):
        if not FIRST_DAY <= (value.date() if isinstance(value, datetime) else value) <= LAST_DAY:
            raise Refused("bad-date", field=name)
    elif isinstance(value, tuple):
        for one in value:
            check_values(one, name)
    else:
        kind: Any = type(value)
        for field in _fields_to_check(kind):
            check_values(getattr(value, field), name or field)


@cache
def _fields_to_check(kind: Any) -> tuple[str, ...]:
    """Returns the names of the fields that hold numbers or days, their own or those of a value inside."""
    return tuple(name for name, hint in get_type_hints(kind).items() if _holds(hint))


def _holds(hint: Any) -> bool:
    if hint in _BOUNDED:
        return False
    if isinstance(hint, type) and not get_args(hint):
        return (hint is not bool and issubclass(hint, int | date)) or (
            is_dataclass(hint) and bool(_fields_to_check(hint))
        )
    return any(map(_holds, get_args(hint)))

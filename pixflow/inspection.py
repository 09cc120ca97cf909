"""Finds what somebody changed in a store, a part at a time (docs/faults.md#f13, docs/operations.md#monitoring).

A seal shows every change of an event with personal data. The other events have only their place and their command.
A digest shows every change of a file. A fold shows every claim that is gone."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow.documents.resource import ResourceDocument
from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.store import UNOPENED, Damaged, EventRow
from pixflow.store.durable_files import replace, write_new
from pixflow.store.locks import FileLock
from pixflow.store.replacement import INSPECTION
from pixflow.streams import KINDS, kind_of

Code = Literal["position", "version", "span", "end", "opening", "command", "author", "file", "claim", "register"]
"""Codes of faults.

`position`: a position before is missing. `version`: not the next version of its stream. `span`: commands overlap, or
positions before belong to none. `end`: the last event, the last command and the store's counter differ. `opening`: it
does not open. `command`: its command is not recorded, or has other positions. `author`: another person's command.
`file`: a file that it names is missing, or has another content. `claim`: its stream, which it begins, holds a
value that is not claimed for it, such as an i-Milo number: another one may take it. `register`: it is not what the
register has read.
"""
Changed = Callable[[Sequence[EventRow]], Collection[int]]
"""Returns the positions of those events that differ from what the register has read."""
SPAN = 2_000
"""Positions that are read at once."""


class Fault(Struct, frozen=True):
    """A fault and its position. It names topic, stream and version of an event, never content."""

    code: Code
    position: int
    topic: str = ""
    stream: UUID | None = None
    version: int = 0


def compare_nothing(rows: Sequence[EventRow]) -> Collection[int]:
    """Returns nothing: there is no register."""
    return ()


def event_faults(engine: Engine, head: int, after: int = 0, changed: Changed = compare_nothing) -> list[Fault]:
    """Opens the events after a position, up to `head`, and returns the faults."""
    spans = ((first, min(first + SPAN, head)) for first in range(after, head, SPAN))
    return [fault for first, last in spans for fault in span_faults(engine, first, last, changed)]


def select_unopened(faults: Iterable[Fault]) -> list[Fault]:
    """Returns the faults of events that do not open, or not with their files."""
    return [one for one in faults if one.code in ("opening", "file")]


def differing(faults: Iterable[Fault]) -> list[Fault]:
    """Returns the faults of events that are not those that the register has read."""
    return [one for one in faults if one.code == "register"]


def order_faults(engine: Engine) -> list[Fault]:
    """Returns faults of positions, versions and commands, at most a hundred of each. It opens no event."""
    return [Fault(code, position) for code, position in engine.recorder.disorder()]


def span_faults(engine: Engine, after: int, last: int, changed: Changed = compare_nothing) -> list[Fault]:
    """Opens the events after a position, to `last` included, and compares each with its command."""
    rows = engine.recorder.log(after, last - after, last)
    engine.keys.load({row[0] for row in rows})
    differing = set(changed(rows))
    faults = [Fault("register", row[4], row[2], row[0], row[1]) for row in rows if row[4] in differing]
    opened = []
    for stream, version, topic, state, position in rows:
        try:
            opened.append(engine.mapper.open_row(stream, version, topic, state, position, proven=True))
        except UNOPENED:
            faults.append(Fault("opening", position, topic, stream, version))
    return [*faults, *_command_faults(engine, opened), *_file_faults(engine, opened), *_claim_faults(engine, opened)]


def _fault(code: Code, one: Recorded) -> Fault:
    return Fault(code, one.position, one.event.TOPIC, one.originator_id, one.originator_version)


def _command_faults(engine: Engine, events: Sequence[Recorded]) -> Iterator[Fault]:
    commands = engine.recorder.commands({one.command for one in events})
    for recorded in events:
        command = commands.get(recorded.command)
        if command is None or not command.first_position <= recorded.position <= command.last_position:
            yield _fault("command", recorded)
        elif command.actor != recorded.by:
            yield _fault("author", recorded)


def _file_faults(engine: Engine, events: Sequence[Recorded]) -> Iterator[Fault]:
    """Reads each file once that these events name."""
    documents = ((one, getattr(one.event, "document", None)) for one in events)
    naming = [(one, {note.digest for note in of.files}) for one, of in documents if isinstance(of, ResourceDocument)]
    bad = set()
    for digest in set().union(*(named for _, named in naming)):
        try:
            whole = engine.recorder.files.read(digest) is not None
        except Damaged:
            whole = False
        bad |= set() if whole else {digest}
    yield from (_fault("file", one) for one, named in naming if named & bad)


def _claim_faults(engine: Engine, events: Sequence[Recorded]) -> Iterator[Fault]:
    """Compares the values that each stream holds with its claims, where its first event stands."""
    begun: defaultdict[str, dict[UUID, Recorded]] = defaultdict(dict)
    for one in events:
        if one.originator_version == 1:
            begun[kind_of(one.event)][one.originator_id] = one
    for kind, first in begun.items():
        if gone := _unclaimed(engine, kind, first):
            with engine.recorder.exclusive():  # a command may have moved a claim between the two looks
                gone = _unclaimed(engine, kind, gone)
        yield from (_fault("claim", first[stream]) for stream in gone)


def _unclaimed(engine: Engine, kind: str, streams: Collection[UUID]) -> set[UUID]:
    """Returns the streams that hold a value which is not claimed for them."""
    held: defaultdict[str, dict[str, UUID]] = defaultdict(dict)
    for stream, state in _states(engine, kind, streams).items():
        for claimed, value in KINDS[kind].claims(state):
            held[claimed][value] = stream
    gone = set()
    for claimed, values in held.items():
        holders = engine.claim_holders(claimed, values)
        gone |= {stream for value, stream in values.items() if holders.get(value) != stream}
    return gone


def _states(engine: Engine, kind: str, streams: Collection[UUID]) -> Mapping[UUID, object]:
    """Returns the folds of the streams that open."""
    states: dict[UUID, object] = {}
    try:
        return engine.states(kind, streams)
    except UNOPENED:
        for stream in streams:
            with suppress(*UNOPENED):
                states[stream] = engine.state(kind, stream)
    return states


# --- inspection of every event in passes, a part at a time (docs/operations.md#monitoring)
#
# <slug>/inspection.json says where the pass stands and what it found: positions, streams, stored names. It has no
# personal data. A file that is missing, damaged or ahead of the events begins a pass anew.


SECONDS = 60.0
"""Time that `pixflow doctor` gives to a structure: about 300,000 events."""
_STEP = 10 * SPAN
"""Positions between two writings of the file."""
_MOST = 1_000
"""Most faults that the file holds."""


class Pass(Struct, frozen=True):
    """The pass since `began` has opened the events up to `reached`.

    `ended` and `head` are the time and the last position of the last whole pass. `faults` are those of this pass up to
    `reached`, and those of the pass before beyond it.
    """

    began: datetime
    reached: int = 0
    faults: tuple[Fault, ...] = ()
    ended: datetime | None = None
    head: int = 0


def read(folder: Path, head: int) -> Pass | None:
    """Returns the pass of a structure whose last position is `head`; None without one."""
    with suppress(OSError, msgspec.MsgspecError):
        found = msgspec.json.decode((folder / INSPECTION).read_bytes(), type=Pass)
        return found if max(found.reached, found.head) <= head else None
    return None


def go_on(folder: Path, engine: Engine, seconds: float | None = SECONDS, changed: Changed = compare_nothing) -> Pass:
    """Opens events after those of the last run, for some seconds or up to the last one. Returns the pass.

    None stands for every event, from the first one.
    """
    head, until = engine.head(), monotonic() + (seconds or 0)
    known = read(folder, head)
    after = known.reached if known and seconds is not None else 0
    while True:
        last = min(after + _STEP, head)
        done = _note(folder, head, after, last, event_faults(engine, last, after, changed), engine.clock())
        after = last
        if last == head or (seconds is not None and monotonic() >= until):
            return done


def inspect_all(folder: Path, engine: Engine, changed: Changed = compare_nothing) -> list[Fault]:
    """Opens every event at once, and returns all faults. A file that cannot be written is left out."""
    head = engine.head()
    faults = event_faults(engine, head, changed=changed)
    with suppress(OSError):
        _note(folder, head, 0, head, faults, engine.clock())
    return faults


def _note(folder: Path, head: int, after: int, last: int, new_faults: Iterable[Fault], now: datetime) -> Pass:
    """Notes that the events after a position, to `last` included, were opened."""
    path = folder / INSPECTION
    with FileLock(folder / "inspection.lock"):
        last_pass = read(folder, head) or Pass(now)
        kept = (one for one in last_pass.faults if not after < one.position <= last)
        faults = tuple(sorted((*kept, *new_faults), key=lambda one: one.position)[:_MOST])
        began = last_pass.began if after else now
        done = (
            Pass(began, 0, faults, now, head)
            if last == head
            else Pass(began, last, faults, last_pass.ended, last_pass.head)
        )
        (replace if path.exists() else write_new)(path, msgspec.json.encode(done))
    return done

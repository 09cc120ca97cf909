"""Inspection of every event in passes, a part at a time (docs/operations.md#monitoring).

<slug>/inspection.json says where the pass stands and what it found: positions, streams, stored names. It has no
personal data. A file that is missing, damaged or ahead of the events begins a pass anew.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import monotonic

import msgspec
from msgspec import Struct

from pixflow.engine import Engine
from pixflow.inspection.faults import SPAN, Fault, event_faults, span_faults
from pixflow.store.durable_files import replace, write_new
from pixflow.store.locks import FileLock
from pixflow.store.replacement import INSPECTION

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


def go_on(folder: Path, engine: Engine, seconds: float | None = SECONDS) -> Pass:
    """Opens events after those of the last run, for some seconds or up to the last one. Returns the pass.

    None stands for every event, from the first one.
    """
    head, until = engine.head(), monotonic() + (seconds or 0)
    known = read(folder, head)
    after = known.reached if known and seconds is not None else 0
    while True:
        last = min(after + _STEP, head)
        found = [
            one for first in range(after, last, SPAN) for one in span_faults(engine, first, min(first + SPAN, last))
        ]
        done = _note(folder, head, after, last, found, engine.clock())
        after = last
        if last == head or (seconds is not None and monotonic() >= until):
            return done


def whole(folder: Path, engine: Engine) -> list[Fault]:
    """Opens every event at once, and returns all faults. A file that cannot be written is left out."""
    head = engine.head()
    found = list(event_faults(engine, head))
    with suppress(OSError):
        _note(folder, head, 0, head, found, engine.clock())
    return found


def _note(folder: Path, head: int, after: int, last: int, found: Iterable[Fault], now: datetime) -> Pass:
    """Notes that the events after a position, to `last` included, were opened."""
    path = folder / INSPECTION
    with FileLock(folder / "inspection.lock"):
        known = read(folder, head) or Pass(now)
        kept = (one for one in known.faults if not after < one.position <= last)
        faults = tuple(sorted((*kept, *found), key=lambda one: one.position)[:_MOST])
        began = known.began if after else now
        done = Pass(began, 0, faults, now, head) if last == head else Pass(began, last, faults, known.ended, known.head)
        (replace if path.exists() else write_new)(path, msgspec.json.encode(done))
    return done

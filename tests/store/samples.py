"""Small events and stores for these tests; the house's own events are tested elsewhere."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread
from typing import ClassVar
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from pixflow.events.base import Event, Recorded
from pixflow.store import Claim, NewCommand
from pixflow.store.keys import Keys
from tests import forks

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 24, 9, 30, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Noted(Event):
    TOPIC: ClassVar[str] = "sample.Noted"

    text: str
    tags: tuple[str, ...] = ()
    on: date = date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class Counted(Event):
    TOPIC: ClassVar[str] = "sample.Counted"

    score: int
    about: UUID | None = None


def recorded(event: Event, *, stream: UUID | None = None, version: int = 1, at: datetime = AT) -> Recorded:
    return Recorded(stream or uuid4(), version, event, at, "staff-1", None, "web", uuid4())


def stored(stream: UUID, *versions: int, topic: str = "sample.Noted", state: bytes = b"{}") -> list[StoredEvent]:
    return [StoredEvent(stream, version, topic, state) for version in versions]


def command(id: UUID | None = None) -> NewCommand:
    return NewCommand(id or uuid4(), "staff-1", b"fingerprint")


def claim(value: str, stream: UUID, kind: str = "i-milo") -> Claim:
    return Claim(kind, value.encode(), stream)


@contextmanager
def running(*works: Callable[[], object]) -> Iterator[None]:
    """Runs these beside the block, each in a thread, and waits for them."""
    threads = [Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


@contextmanager
def raw(folder: Path) -> Iterator[sqlite3.Connection]:
    """The store's file by SQLite alone, as an administrator would open it."""
    with closing(sqlite3.connect(folder / "events.db", isolation_level=None)) as connection:
        yield connection


def start(*args: object, stdin: int | None = None) -> "subprocess.Popen[str]":
    """Another process of ours: see writer.py. Those to kill, or to know by their number, are no forks."""
    python = sys.executable if args[0] in ("load", "serve") else forks.program("python")
    return subprocess.Popen(
        [python, "-m", "tests.store.writer", *map(str, args)],
        cwd=ROOT, stdin=stdin, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: "subprocess.Popen[str]") -> list[str]:
    """Returns the output of a process, after it ended without error."""
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0
    return out.split()


def unsealed(keys: Keys, stream: UUID, place: bytes, sealed: bytes) -> bytes | None:
    """Returns what was sealed at a place of a stream, None when the key is destroyed."""
    key = keys.of(stream)
    return key.open(place, sealed) if key else None

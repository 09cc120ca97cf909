"""Copy of a store: one SQLite file with the tables of `events.db`, from either store."""

import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from pixflow.store import StoreRefused
from pixflow.store.durable_files import sync
from pixflow.store.sqlite.recorder import in_words

_PATIENCE = 2.0


class CopyContent(Struct, frozen=True):
    """Content of a copy: `head` is its last position and the number of its events."""

    head: int
    commands: int
    claims: int
    files: int = 0


def content_of(copy: Path) -> CopyContent:
    """Returns the content of a copy. Raises StoreRefused when positions are missing."""
    with open_copy(copy) as database:
        events, first, head = database.execute(
            "SELECT COUNT(*), COALESCE(MIN(position), 1), COALESCE(MAX(position), 0) FROM stored_events"
        ).fetchone()
        commands, claims = (
            database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608 — names of our own
            for table in ("commands", "claims")
        )
        has_files = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchone()
        files = database.execute("SELECT COUNT(*) FROM files").fetchone()[0] if has_files else 0
    if (first, head) != (1, events):
        raise StoreRefused(f"{copy} has {events} events between positions {first} and {head}")
    return CopyContent(head, commands, claims, files)


def check(copy: Path) -> None:
    """Raises StoreRefused when SQLite finds the file damaged."""
    with open_copy(copy) as database:
        found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreRefused(f"{copy} is damaged: {found}")


def streams(copy: Path, topics: Collection[str]) -> set[UUID]:
    """Returns the streams that have an event of one of these topics."""
    marks = ", ".join("?" * len(topics))
    with open_copy(copy) as database:
        rows = database.execute(
            f"SELECT DISTINCT originator_id FROM stored_events WHERE topic IN ({marks})",  # noqa: S608 — marks only
            list(topics),
        )
        return {UUID(name) for (name,) in rows}


@contextmanager
def exclude_others(path: Path) -> Iterator[None]:
    """Excludes every other user of the database meanwhile, and moves its write-ahead log into it.

    Accepts a file that SQLite cannot read. Raises StoreBusy.
    """
    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as database:
        try:
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise in_words(error) from error
        except sqlite3.DatabaseError:
            pass
        yield


def duplicate(copy: Path, place: Path) -> None:
    """Copies a file that nobody changes to a new one, durably, for its owner alone."""
    place.touch(mode=0o600, exist_ok=False)
    shutil.copyfile(copy, place)
    sync(place)


def commands(copy: Path) -> list[tuple[str, int, int]]:
    """Returns id, first and last position of every command, in order of position."""
    with open_copy(copy) as database:
        return database.execute("SELECT id, first_position, last_position FROM commands ORDER BY 2").fetchall()


def has_event(copy: Path, stream: UUID, version: int, state: bytes) -> bool:
    """Tells if a copy has this very event."""
    wanted = (stream.hex, version, state)
    with open_copy(copy) as database:
        asked = "SELECT 1 FROM stored_events WHERE originator_id = ? AND originator_version = ? AND state = ?"
        return database.execute(asked, wanted).fetchone() is not None


@contextmanager
def open_copy(copy: Path) -> Iterator[sqlite3.Connection]:
    """Opens a file read-only, without creating files beside it."""
    try:
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            yield database
    except sqlite3.Error as error:
        raise StoreRefused(f"{copy} cannot be read: {error}") from error

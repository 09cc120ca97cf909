"""The read stores of a structure: files beside the events, named by what made them, and a pointer to the live one."""

import hashlib
import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

import pixflow
import projections
from projections.catch_up import BATCH, ReadSide
from projections.change import Source

POINTER = "live"


@cache
def fingerprint() -> str:
    """What the rows depend on: the sources of pixflow/ and projections/, and the holiday data."""
    digest = hashlib.sha256(version("holidays").encode())
    for package in (pixflow, projections):
        root = Path(package.__file__ or "").parent
        for path in sorted(root.rglob("*.py")):
            digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def database(path: Path | None) -> Engine:
    """A SQLite read store; in memory when no path is given."""
    if path is None:
        made = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
    else:
        # A request holds one connection and may take another to catch up: the threads of the server are the limit.
        made = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False}, max_overflow=-1)

    @event.listens_for(made, "connect")
    def _settings(raw, _record) -> None:  # type: ignore[no-untyped-def]
        raw.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "secure_delete=ON",
            "busy_timeout=10000",
            "cache_size=-16000",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def _begin(connection) -> None:  # type: ignore[no-untyped-def]
        connection.exec_driver_sql("BEGIN")

    return made


def live(folder: Path) -> Path | None:
    """The store in use, None when there is none or when other sources made it."""
    pointer = folder / POINTER
    if not pointer.exists():
        return None
    path = folder / pointer.read_text().strip()
    return path if path.name.startswith(f"{fingerprint()}-") and path.exists() else None


def rebuild(folder: Path, source: Source, progress: Callable[[int, int], None] = lambda done, total: None) -> Path:
    """Make a new store beside the live one, bring it to the head, point to it, and delete the older ones.

    `progress` is called with the position reached and the head.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    numbers = [int(found.group(1)) for path in folder.iterdir() if (found := re.fullmatch(r"\w+-(\d+)\.db", path.name))]
    path = folder / f"{fingerprint()}-{max(numbers, default=0) + 1}.db"
    made = database(path)
    side = ReadSide(source, made)
    head = source.head()
    while side.position < head:
        progress(side.catch_up(limit=BATCH), head)
    side.catch_up()
    made.dispose()
    point(folder, path)
    return path


def point(folder: Path, path: Path) -> None:
    """Make this store the live one, atomically, and delete the others."""
    written = folder / f"{POINTER}.new"
    with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(path.name + "\n")
        file.flush()
        os.fsync(file.fileno())
    written.replace(folder / POINTER)
    for other in folder.glob("*.db*"):
        if not other.name.startswith(path.name):
            other.unlink(missing_ok=True)


class Live:
    """The live read store of one structure, followed when a rebuild points elsewhere.

    `turn` is held while catching up (read.lock). A folder without a store, or with one that other sources made, must be
    rebuilt first: LookupError.
    """

    def __init__(self, folder: Path, source: Source, turn: AbstractContextManager[Any] = nullcontext()) -> None:
        self._folder = folder
        self._source = source
        self._turn = turn
        self._mutex = Lock()
        self._seen: tuple[int, int] | None = None
        self._side: ReadSide | None = None

    @property
    def side(self) -> ReadSide:
        """The read side to ask, opened anew when the pointer has moved."""
        found = os.stat(self._folder / POINTER)
        stamp = (found.st_mtime_ns, found.st_ino)
        with self._mutex:
            if self._side is None or stamp != self._seen:
                path = live(self._folder)
                if path is None:
                    raise LookupError(f"{self._folder} has no read store of this version: pixflow rebuild")
                self.close()
                self._side, self._seen = ReadSide(self._source, database(path), self._turn), stamp
            return self._side

    def close(self) -> None:
        if self._side is not None:
            self._side.database.dispose()
            self._side = None

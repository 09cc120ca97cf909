"""Whether pixflow can be relied upon here: what /readyz says of what is served, `pixflow doctor` of a data folder.

A finding is a code, how grave it is, and numbers: no name, nothing of a person.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from stat import S_IMODE
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import select

from pixflow import erasing
from pixflow.backups import manifest
from pixflow.backups.backup import folder_of, noted
from pixflow.backups.restore import set_aside
from pixflow.engine import Engine
from pixflow.events.catalogue import sealed_topics
from pixflow.store import StoreRefused
from pixflow.structure_folder import Opened
from projections import bookkeeping
from projections.store.catch_up import ReadSide
from projections.store.stores import Live

Level = Literal["good", "note", "alarm"]

FREE = 500_000_000
"""Bytes of disk under which an import, or a backup, may no longer fit."""
LATE = timedelta(minutes=5)
"""`serve` and `tick` bring the tables up to date each minute."""
BACKUP = timedelta(hours=25)
"""A backup a day, which does not always end at the same minute."""
LOG = 64_000_000
"""Bytes of a write-ahead log that should be emptied beyond 4 MB: somebody has been reading for too long."""
TOLERATED = timedelta(seconds=2)


class Finding(Struct, frozen=True):
    """What one check says. Sentences are in web/french/doctor.py."""

    check: str
    level: Level
    details: dict[str, Any] = {}


def tried(check: Callable[..., Finding], *about: Any, **limits: Any) -> Finding:
    """What the check says; one that fails is an alarm too."""
    try:
        return check(*about, **limits)
    except Exception as error:
        return Finding(check.__name__, "alarm", {"error": type(error).__name__})


# --- this machine


def disk(folder: Path, free: int = FREE) -> Finding:
    """Room for what is to come."""
    left = shutil.disk_usage(folder).free
    return Finding("disk", "good" if left >= free else "alarm", {"free": left, "wanted": free})


# --- the store


def durability(engine: Engine) -> Finding:
    """Whether what is confirmed outlives a power cut."""
    try:
        engine.recorder.check_durable()
        level: Level = "good"
    except StoreRefused:
        level = "alarm"
    return Finding("durability", level, {"store": engine.recorder.KIND})


def version(engine: Engine) -> Finding:
    """Whether the store warns of something that an operator may change."""
    warns = bool(engine.recorder.warnings)
    return Finding("version", "note" if warns else "good", {"store": engine.recorder.KIND})


def clock(engine: Engine) -> Finding:
    """Whether the last event seems to come from the future: the clock of this machine was set back."""
    head = engine.head()
    ahead = max((one.at - engine.clock() for one in engine.read(head - 1, 1)), default=timedelta())
    return Finding("clock", "alarm" if ahead > TOLERATED else "good", {"seconds": max(0, round(ahead.total_seconds()))})


def log(opened: Opened, most: int = LOG) -> Finding:
    """The size of the write-ahead log."""
    path = opened.folder / "events.db-wal"
    size = path.stat().st_size if path.exists() else 0
    return Finding("log", "good" if size <= most else "alarm", {"size": size})


# --- the read tables


def tables(engine: Engine, reads: Live) -> Finding:
    """How many events the tables do not show yet, and for how long the oldest of them has waited."""
    if reads.stores.live() is None:
        return Finding("tables", "note", {"lag": engine.head()})
    reached = _reached(reads.side)
    lag = engine.head() - reached
    if lag < 0:
        return Finding("tables", "alarm", {"lag": lag, "why": "ahead"})
    waiting = engine.read(reached, 1) if lag else []
    waited = max((engine.clock() - one.at for one in waiting), default=timedelta())
    told = {"lag": lag, "minutes": max(0, waited // timedelta(minutes=1))}
    return Finding("tables", "alarm" if waited > LATE else "good", told)


def stopped(reads: Live) -> Finding:
    """How many streams each table could not show."""
    found = Counter(row.projection for row in reads.side.stopped()) if reads.stores.live() else Counter()
    return Finding("stopped", "alarm" if found else "good", {"streams": found.total(), "tables": dict(found)})


def _reached(side: ReadSide) -> int:
    """Where the tables are, whichever process brought them there."""
    with side.database.connect() as connection:
        return connection.execute(select(bookkeeping.position.c.position)).scalar() or 0


# --- keys and backups


def keys(opened: Opened) -> Finding:
    """How many streams hold sealed data whose key is not there, neither whole nor destroyed."""
    lost = opened.engine.keys.lost(opened.engine.recorder.streams(sealed_topics()))
    return Finding("keys", "alarm" if lost else "good", {"lost": len(lost)})


def erasures(opened: Opened) -> Finding:
    """Whether somebody is erased whose keys, or whose line of the register, are not as they should be yet."""
    return Finding("erasures", "alarm" if erasing.unfinished(opened) else "good")


def modes(data: Path, slug: str) -> Finding:
    """The files of keys that others than their owner may open."""
    files = [*(data / "keys").glob(f"{slug}.*"), *(data / slug).glob("keys.db*")]
    open_to_others = sorted(path.name for path in files if S_IMODE(path.stat().st_mode) & 0o077)
    return Finding("modes", "alarm" if open_to_others else "good", {"files": open_to_others})


def aside(opened: Opened) -> Finding:
    """What restores have replaced and nobody has deleted yet: erasing does not reach whoever is in it alone."""
    found = set_aside(opened)
    return Finding("aside", "note" if found else "good", {"places": found})


def backup(data: Path, slug: str, now: datetime, oldest: timedelta = BACKUP) -> Finding:
    """How old the last backup is, in hours: of those in the data folder, and of the one that was put elsewhere."""
    made = max((one.manifest.made for one in manifest.all_of(folder_of(data, slug))), default=None)
    told: dict[str, Any] = {}
    if (elsewhere := noted(data / slug)) and (made is None or elsewhere.made > made):
        made, told = elsewhere.made, {"why": "elsewhere", "path": elsewhere.path}
    if made is None:
        return Finding("backup", "alarm", {"why": "none"})
    age = now - made
    return Finding("backup", "good" if age <= oldest else "alarm", {"hours": age // timedelta(hours=1), **told})


# --- all of them


def quick(opened: Opened, reads: Live) -> list[Finding]:
    """What may be asked every few seconds of a structure that is served."""
    engine = opened.engine
    return [
        tried(durability, engine),
        tried(tables, engine, reads),
        tried(stopped, reads),
        tried(clock, engine),
        tried(disk, opened.folder),
    ]


def whole(opened: Opened, reads: Live) -> list[Finding]:
    """Everything about a structure that opens."""
    engine, data = opened.engine, opened.folder.parent
    found = [
        tried(durability, engine),
        tried(version, engine),
        tried(clock, engine),
        tried(keys, opened),
        tried(erasures, opened),
        tried(aside, opened),
        tried(tables, engine, reads),
        tried(stopped, reads),
    ]
    if opened.database is None:
        found.append(tried(log, opened))
    return [*found, *outside(data, opened.slug, engine.clock())]


def outside(data: Path, slug: str, now: datetime) -> list[Finding]:
    """What can be said of a structure even when it does not open."""
    return [tried(modes, data, slug), tried(backup, data, slug, now), tried(disk, data)]

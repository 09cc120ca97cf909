"""Health checks: a tick runs the quick ones on a served structure, `pixflow doctor` all of them on a data folder.

A finding is a code, a level and numbers. It contains no personal data.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from stat import S_IMODE
from typing import Any, Literal

import msgspec
from msgspec import Struct

from pixflow import erasing, inspection
from pixflow.access_journal import seal
from pixflow.access_journal.journal import open_journal
from pixflow.backups import erasure_log, manifest
from pixflow.backups.backup import folder_of, last_external_backup
from pixflow.engine import Engine
from pixflow.events.catalogue import sealed_topics
from pixflow.events.structure import JournalSealed
from pixflow.inspection import Fault, Pass
from pixflow.refused import Refused
from pixflow.restore.sources import set_aside
from pixflow.store import DatabaseRefused, RecordsLost, StoreRefused, folders
from pixflow.store.durable_files import replace, write_new
from pixflow.structure_folder import OpenStructure
from projections import audit_trail
from projections.store.catch_up import ReadSide
from projections.store.fill import ALL, share_filled
from projections.store.stores import Live
from web.french.errors import failures
from web.hosting.clock_watch import TOLERATED, unseen
from web.hosting.read_tables import reached_by

Level = Literal["good", "note", "alarm"]

FREE = 500_000_000
"""Free bytes below which an import or a backup may fail."""
LATE = timedelta(minutes=5)
"""Age of an event that the tables do not show yet. `serve` and `tick` update the tables each minute."""
BACKUP = timedelta(hours=25)
"""Age of the last backup: one a day, with an hour of margin."""
PASS = timedelta(days=7)
"""Age of the last time that every event was opened. A backup opens them all."""
LOG = 64_000_000
"""Bytes of the write-ahead log. SQLite truncates it at 4 MB unless a reader holds it for too long."""
UNSEEN = timedelta(days=1)
"""The lead of the clock over the time that pixflow saw pass, at most."""


class Finding(Struct, frozen=True):
    """The result of one check. Its sentence is in web/french/health.py."""

    check: str
    level: Level
    details: dict[str, Any] = {}


def judge(check: str, wrong: object, **details: Any) -> Finding:
    """Returns an alarm where something is `wrong`, with the details of a check."""
    return Finding(check, "alarm" if wrong else "good", details)


def run(name: str, check: Callable[..., Finding], *about: Any, **limits: Any) -> Finding:
    """Returns the finding of a check. One that raises is an alarm of its name, which says why, and what to do."""
    try:
        with folders.access_in_words():
            return check(*about, **limits)
    except Refused as error:
        return Finding(name, "alarm", {"refusal": error.code, **error.details})
    except Exception as error:
        told = {"records": (error.code, str(error))} if isinstance(error, RecordsLost) else {}
        return Finding(name, "alarm", {"error": type(error).__name__, "said": failures.sentence(error), **told})


# --- this machine


def disk(folder: Path, free: int = FREE) -> Finding:
    """Checks the free space."""
    left = shutil.disk_usage(folder).free
    return judge("disk", left < free, free=left, wanted=free)


# --- the store


def durability(engine: Engine) -> Finding:
    """Checks that a confirmed command survives a power cut."""
    lost = False
    try:
        engine.recorder.check_durable()
    except (DatabaseRefused, RecordsLost):  # nothing answers
        raise
    except StoreRefused:
        lost = True
    return judge("durability", lost, store=engine.recorder.KIND)


def version(engine: Engine) -> Finding:
    """Reports a flaw of the store that an operator can mend."""
    flawed = engine.recorder.has_known_flaw
    return Finding("version", "note" if flawed else "good", {"store": engine.recorder.KIND})


def clock(opened: OpenStructure, reads: Live) -> Finding:
    """Checks that no event is in the future: if one is, this machine's clock was set back.

    Checks that the clock is not far ahead of the time that pixflow saw pass: nothing ends by age until then.
    """
    engine = opened.engine
    times = [one.at for one in engine.read(engine.head() - 1, 1)]
    if reads.opens():
        times += reads.latest(_latest)
    ahead = max((at - engine.clock() for at in times), default=timedelta())
    leap = unseen(opened.folder.parent, engine.clock())
    if ahead <= TOLERATED and leap > UNSEEN:
        return Finding("clock", "alarm", {"why": "leap", "days": leap // timedelta(days=1)})
    return judge("clock", ahead > TOLERATED, seconds=max(0, round(ahead.total_seconds())))


def log(opened: OpenStructure, limit: int = LOG) -> Finding:
    """Checks the size of the write-ahead log."""
    path = opened.folder / "events.db-wal"
    size = path.stat().st_size if path.exists() else 0
    return judge("log", size > limit, size=size)


# --- changes that somebody made in the database


def triggers(engine: Engine) -> Finding:
    """Lists the missing triggers that keep events and commands from being changed."""
    missing = engine.recorder.missing_triggers()
    return judge("triggers", missing, missing=missing)


def order(engine: Engine) -> Finding:
    """Checks positions, versions and the positions of commands, without opening an event."""
    found = inspection.order_faults(engine)
    return judge("order", found, faults=_positions(found))


def facts(
    opened: OpenStructure,
    seconds: float | None = inspection.SECONDS,
    changed: inspection.Changed = inspection.compare_nothing,
) -> Finding:
    """Opens events after those of the last check, for some seconds.

    It compares each with its command, and with what the register has read.
    """
    return _pass(opened, inspection.go_on(opened.folder, opened.engine, seconds, changed), opened.engine.head())


def access(opened: OpenStructure) -> Finding:
    """Compares every line of the access journal with its chain, and every day with its seal.

    The last lines may be gone unseen until their day is sealed: `until` is the last day that is.
    """
    folders.check_databases(opened.folder / "access")
    journal = open_journal(opened.folder, opened.database, opened.schema)
    events = (recorded.event for recorded in opened.engine.history(opened.stream("structure")))
    try:
        faults = seal.faults(journal, opened.engine, [one for one in events if isinstance(one, JournalSealed)])
    except StoreRefused:
        if opened.database:  # the server lets nobody in
            raise
        return Finding("access", "alarm", {"why": "unread"})
    finally:
        journal.close()
    lines = {"changed": "lines_changed", "missing": "lines_missing", "day": "days"}
    told = {lines[code]: count for code, count in Counter(one.code for one in faults).items()}
    if faults:
        return Finding("access", "alarm", {"access": told})
    sealed = opened.engine.references().structure.sealed
    return Finding("access", "good", {"until": sealed} if sealed else {"why": "none"})


def last_facts(opened: OpenStructure, head: int | None = None) -> Finding:
    """Returns what `facts` or a backup last found, for who has just looked at the `head`. It opens no event."""
    head = opened.engine.head() if head is None else head
    known = inspection.read(opened.folder, head)
    return _pass(opened, known, head) if known else Finding("facts", "note")


def _pass(opened: OpenStructure, last_pass: Pass, head: int) -> Finding:
    age = opened.engine.clock() - (last_pass.ended or last_pass.began)
    details = {"reached": last_pass.reached or last_pass.head, "head": head, "days": max(0, age // timedelta(days=1))}
    late = not -TOLERATED <= age <= PASS
    why = "late" if late and not last_pass.faults else "part" if last_pass.reached and last_pass.ended else ""
    why = why or ("first" if last_pass.reached else "")
    level: Level = "alarm" if last_pass.faults or late else "good"
    return Finding("facts", level, {"faults": _positions(last_pass.faults), **details, **({"why": why} if why else {})})


def _positions(faults: Sequence[Fault]) -> dict[str, list[int]]:
    positions: dict[str, list[int]] = {}
    for one in faults:
        positions.setdefault(one.code, []).append(one.position)
    return positions


# --- the read tables


def tables(engine: Engine, reads: Live) -> Finding:
    """Checks that there are tables, the number of events that they do not show yet, and the age of the oldest."""
    if not reads.opens():
        return Finding("tables", "alarm", {"lag": engine.head(), "why": "other" if reads.stores.other() else "none"})
    reached = reads.latest(reached_by)
    lag = engine.head() - reached
    if lag < 0:
        return Finding("tables", "alarm", {"lag": lag, "why": "ahead"})
    waiting = engine.read(reached, 1) if lag else []
    waited = max((engine.clock() - one.at for one in waiting), default=timedelta())
    return judge("tables", waited > LATE, lag=lag, minutes=max(0, waited // timedelta(minutes=1)))


def stopped(reads: Live) -> Finding:
    """Counts the streams that each projection stopped on."""
    found = Counter(row.projection for row in reads.latest(ReadSide.stopped)) if reads.stores.live() else Counter()
    return judge("stopped", found, streams=found.total(), tables=dict(found))


def check_past(reads: Live) -> Finding:
    """Tells how much of the past has its day rows, in hundredths."""
    share = reads.latest(_share) if reads.stores.live() else 0
    return Finding("past", "good" if share == ALL else "note", {"share": share})


def _share(side: ReadSide) -> int:
    with side.database.connect() as connection:
        return share_filled(connection)


def _latest(side: ReadSide) -> list[datetime]:
    with side.database.connect() as connection:
        return audit_trail.latest(connection)


# --- keys and backups


def keys(opened: OpenStructure) -> Finding:
    """Counts the streams with sealed data whose key is missing, neither present nor destroyed, or damaged."""
    vault = opened.engine.keys
    lost = vault.lost(opened.engine.recorder.streams(sealed_topics())) | vault.damaged()
    return judge("keys", lost, lost=len(lost))


def erasures(opened: OpenStructure) -> Finding:
    """Checks that every erased person's keys are destroyed and that the register lists them.

    Counts the erasures without proof: something else than pixflow wrote them.
    """
    if forged := erasure_log.forged(opened):
        return Finding("erasures", "alarm", {"why": "forged", "forged": forged})
    if (people := len(erasure_log.list_unfinished(opened))) > erasing.AT_ONCE:
        return Finding("erasures", "alarm", {"why": "many", "people": people})
    return judge("erasures", erasing.has_unfinished(opened))


def destroyed(opened: OpenStructure) -> Finding:
    """Counts the destroyed keys without an erasure: something else than pixflow destroyed them."""
    emptied = erasure_log.count_unnamed(opened)
    return judge("destroyed", emptied, emptied=emptied)


def modes(data: Path, slug: str) -> Finding:
    """Lists the key files that other users of the machine can open."""
    files = [*(data / "keys").glob(f"{slug}.*"), *(data / slug).glob("keys.db*")]
    open_to_others = sorted(path.name for path in files if S_IMODE(path.stat().st_mode) & 0o077)
    return judge("modes", open_to_others, files=open_to_others)


def aside(opened: OpenStructure) -> Finding:
    """Lists old data that a restore moved aside. Erasure does not reach people who are only in it."""
    found = set_aside(opened)
    return Finding("aside", "note" if found else "good", {"places": found})


def backup(data: Path, slug: str, now: datetime, oldest: timedelta = BACKUP) -> Finding:
    """Checks the age in hours of the last backup, in the data folder or in another place, and that each one reads.

    One dated after `now` says nothing of its age.
    """
    dates = (one.manifest.made for one in manifest.all_of(folder_of(data, slug)))
    latest = now + TOLERATED
    made = max((one for one in dates if one <= latest), default=None)
    details: dict[str, Any] = {}
    elsewhere = last_external_backup(data / slug)
    if elsewhere and elsewhere.made <= latest and (made is None or elsewhere.made > made):
        made, details = elsewhere.made, {"why": "elsewhere", "path": elsewhere.path}
    age = now - made if made else timedelta()
    if unread := manifest.unread_of(folder_of(data, slug)):
        hours = {"hours": age // timedelta(hours=1)} if made else {}
        return Finding("backup", "alarm", {"why": "unread", "places": list(map(str, unread)), **hours})
    if made is None:
        return Finding("backup", "alarm", {"why": "none"})
    return judge("backup", age > oldest, hours=age // timedelta(hours=1), **details)


# --- groups of checks


def all_findings(
    opened: OpenStructure,
    reads: Live,
    seconds: float | None = inspection.SECONDS,
    changed: inspection.Changed = inspection.compare_nothing,
) -> list[Finding]:
    """Runs every check of `pixflow doctor` on a structure that opens, `facts` for some seconds (None: to its end)."""
    engine, data = opened.engine, opened.folder.parent
    findings = [
        run("durability", durability, engine),
        run("version", version, engine),
        run("clock", clock, opened, reads),
        run("triggers", triggers, engine),
        run("order", order, engine),
        run("facts", facts, opened, seconds=seconds, changed=changed),
        run("access", access, opened),
        run("keys", keys, opened),
        run("erasures", erasures, opened),
        run("destroyed", destroyed, opened),
        run("aside", aside, opened),
        run("tables", tables, engine, reads),
        run("stopped", stopped, reads),
        run("past", check_past, reads),
    ]
    if opened.database is None:
        findings.append(run("log", log, opened))
    return [*findings, *file_findings(data, opened.slug, engine.clock())]


def file_findings(data: Path, slug: str, now: datetime) -> list[Finding]:
    """Runs the checks of `pixflow doctor` that need no open structure."""
    return [run("modes", modes, data, slug), run("backup", backup, data, slug, now), run("disk", disk, data)]


# --- the last result of `pixflow doctor` on a structure, for a monitor: `<structure>/doctor.json`, instants and codes


RESULT = "doctor.json"


class DoctorResult(Struct, frozen=True):
    """The end of a run, and the codes of its alarms."""

    ended: datetime
    alarms: tuple[str, ...]


def keep_result(folder: Path, findings: Sequence[Finding], now: datetime) -> None:
    """Keeps the result of a run. A folder that takes no file keeps the one before: its age tells."""
    alarms = tuple(one.check for one in findings if one.level == "alarm")
    path = folder / RESULT
    with suppress(OSError):
        (replace if path.exists() else write_new)(path, msgspec.json.encode(DoctorResult(now, alarms)))


def last_result(folder: Path) -> DoctorResult | None:
    """Returns the last result of a structure; None before the first, and for a file that cannot be read."""
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode((folder / RESULT).read_bytes(), type=DoctorResult)
    return None

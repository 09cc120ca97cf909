"""Seals the access journal of each day into the structure's events, and checks it against its seals."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from pixflow.access_journal.journal import PART, AccessJournal, JournalStore, id_of, line_of, month_of, oldest_kept
from pixflow.access_journal.line import ChainHead, first_of, instant, micros, next_head
from pixflow.actor import CLOCK, Actor
from pixflow.engine import Engine, new_id
from pixflow.events.structure import JournalSealed
from pixflow.structure import seal_journal

MARGIN = timedelta(minutes=5)
"""The time that a day's last lines may take to be written."""
_LAST = """SELECT chain, max(number), count(*) FROM lines WHERE at >= $1 AND at < $2 GROUP BY chain"""
_DIGEST = "SELECT digest FROM lines WHERE chain = $1 AND number = $2"
_COUNT = "SELECT count(*) FROM lines WHERE at >= $1 AND at < $2"
_FIRST = "SELECT min(at) FROM lines"
_CHAINS = "SELECT DISTINCT chain FROM lines ORDER BY chain"
_CHAIN = "SELECT * FROM lines WHERE chain = $1 AND number > $2 ORDER BY number LIMIT $3"


class JournalFault(Struct, frozen=True):
    """A fault of a month: lines changed or missing in a chain, or a day with another number of lines."""

    code: Literal["changed", "missing", "day"]
    month: int
    about: str


def seal_days(engine: Engine, stream: UUID, journal: AccessJournal) -> int:
    """Seals every day that is over and has lines, and returns how many. Idempotent."""
    refs = engine.references()
    over = refs.calendar.local_day(engine.clock() - MARGIN) - timedelta(days=1)
    since = max(filter(None, (refs.structure.sealed, journal.sealed_until)), default=None)
    first = since + timedelta(days=1) if since else _first_day(engine, journal.store)
    days = [first + timedelta(days=n) for n in range((over - first).days + 1)] if first else []
    count = sum(_seal(engine, stream, journal.store, day) for day in days)
    journal.sealed_until = over
    return count


def faults(journal: AccessJournal, engine: Engine, seals: Sequence[JournalSealed]) -> list[JournalFault]:
    """Returns the faults of the lines that are kept: each line is compared with its chain, each day with its seal."""
    months = journal.store.months()
    chains = [fault for month in months for fault in _chain_faults(journal.store, month)]
    kept = [one for one in seals if month_of(one.day) >= oldest_kept(engine.today())]
    return chains + [fault for seal in kept for fault in _seal_faults(engine, journal.store, seal)]


def midnight(day: date, zone: str) -> int:
    """Returns the instant when a local day begins."""
    return micros(datetime.combine(day, time(), ZoneInfo(zone)))


def _first_day(engine: Engine, store: JournalStore) -> date | None:
    """Returns the local day of the first line, None without a line."""
    for month in store.months():
        for (at,) in store.select(month, _FIRST):
            if at is not None:
                return engine.references().calendar.local_day(instant(at))
    return None


def _bounds(engine: Engine, day: date) -> tuple[int, int]:
    zone = engine.references().structure.zone
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)


def _seal(engine: Engine, stream: UUID, store: JournalStore, day: date) -> bool:
    month = month_of(day)
    chains = store.select(month, _LAST, *_bounds(engine, day))
    heads = []
    for chain, number, _ in chains:
        ((digest,),) = store.select(month, _DIGEST, id_of(chain), number)
        heads.append(str(ChainHead(id_of(chain), number, bytes(digest))))
    if not heads:
        return False
    engine.execute(
        {"structure": stream},
        seal_journal,
        by=Actor(CLOCK),
        command_id=new_id(stream, f"seal_journal {day}"),
        via="cli",
        day=day,
        heads=tuple(sorted(heads)),
        lines=sum(count for *_, count in chains),
    )
    return True


def _chain_faults(store: JournalStore, month: int) -> Iterator[JournalFault]:
    for (found,) in store.select(month, _CHAINS):
        chain = id_of(found)
        head = first_of(chain)
        while rows := store.select(month, _CHAIN, chain, head.number, PART):
            for row in rows:
                line, number, digest = line_of(row), row[2], bytes(row[13])
                if number != head.number + 1:
                    yield JournalFault("missing", month, f"{chain.hex} {head.number + 1}")
                elif next_head(head, line).digest != digest:
                    yield JournalFault("changed", month, f"{chain.hex} {number}")
                head = ChainHead(chain, number, digest)


def _seal_faults(engine: Engine, store: JournalStore, seal: JournalSealed) -> Iterator[JournalFault]:
    month = month_of(seal.day)
    for text in seal.heads:
        head = ChainHead.read(text)
        rows = store.select(month, _DIGEST, head.chain, head.number)
        if not rows:
            yield JournalFault("missing", month, f"{head.chain.hex} {head.number}")
        elif bytes(rows[0][0]) != head.digest:
            yield JournalFault("changed", month, f"{head.chain.hex} {head.number}")
    counted = sum(count for (count,) in store.select(month, _COUNT, *_bounds(engine, seal.day)))
    if counted != seal.lines:
        yield JournalFault("day", month, seal.day.isoformat())

"""The key of a participation, since the file has no stable id (PIX.md §0 fact 4, §1.11)."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii

from pixflow.pix_orga.export import Row

_WORD = re.compile(r"[a-z0-9]+")
_LAST_DAY = date.max


class Key(NamedTuple):
    """Normalised names, external id or "", start or "" (ISO: a UTC time or a day), rank among equal keys from 0."""

    last_name: str
    first_name: str
    external_id: str
    start: str
    ordinal: int


def normalise(text: str) -> str:
    """Lower-case ASCII words joined by one space."""
    return " ".join(_WORD.findall(_ascii(text).lower()))


def participation_keys(rows: Sequence[Row]) -> tuple[Key, ...]:
    """The key of each row without its campaign, in the order of `rows`; the ordinal does not depend on that order."""
    return _keys(rows, lambda row: row.started.isoformat() if row.started else "")


def day_keys(rows: Sequence[Row]) -> tuple[Key, ...]:
    """The same with the UTC day of the start: a row with only a day has the key of the one with a time."""
    return _keys(rows, lambda row: _day(row.started).isoformat() if row.started else "")


def _keys(rows: Sequence[Row], start: Callable[[Row], str]) -> tuple[Key, ...]:
    keys: list[Key | None] = [None] * len(rows)
    seen: Counter[tuple[str, str, str, str]] = Counter()
    for place in sorted(range(len(rows)), key=lambda place: _rank(rows[place])):
        row = rows[place]
        base = (normalise(row.last_name), normalise(row.first_name), row.external_id or "", start(row))
        keys[place] = Key(*base, seen[base])
        seen[base] += 1
    return tuple(key for key in keys if key is not None)


def _rank(row: Row) -> tuple[object, ...]:
    """Shared rows first, by the day of sharing: what is shared no longer changes, so a later export ranks it alike."""
    shared = _day(row.shared_at) if row.shared_at else _LAST_DAY
    start = row.started.isoformat() if row.started else ""
    time = row.shared_at.isoformat() if row.shared_at else ""
    return (not row.shared, shared, start, time, -(row.mastery or 0), -(row.progress or 0))


def _day(at: datetime | date) -> date:
    return at.astimezone(UTC).date() if isinstance(at, datetime) else at


@lru_cache(maxsize=32768)
def _ascii(text: str) -> str:
    return anyascii(text)

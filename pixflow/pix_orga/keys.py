"""The key of a participation, since the file has no stable id (PIX.md §0 fact 4, §1.11)."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from anyascii import anyascii

from pixflow.pix_orga.export import Row

Moment = datetime | date | None
Rank = tuple[bool, str, Decimal | int, Decimal | int, str]

_WORD = re.compile(r"[a-z0-9]+")


class Key(NamedTuple):
    """Normalised names, external id or "", start or "" (ISO: a UTC time or a day), rank among equal keys from 0."""

    last_name: str
    first_name: str
    external_id: str
    start: str
    ordinal: int


def normalise(text: str) -> str:
    """Lower-case ASCII words joined by one space."""
    return " ".join(_WORD.findall(anyascii(text).lower()))


def participation_keys(rows: Sequence[Row]) -> tuple[Key, ...]:
    """The key of each row without its campaign, in the order of `rows`; the ordinal does not depend on that order."""
    return _keys(rows, _time, _rank_by_time)


def day_keys(rows: Sequence[Row]) -> tuple[Key, ...]:
    """The same with the UTC day of the start: a row with only a day has the key of the one with a time."""
    return _keys(rows, _day, _rank_by_day)


def _keys(rows: Sequence[Row], start: Callable[[Moment], str], rank: Callable[[Row], Rank]) -> tuple[Key, ...]:
    keys: dict[int, Key] = {}
    seen: Counter[tuple[str, str, str, str]] = Counter()
    for place in sorted(range(len(rows)), key=lambda place: rank(rows[place])):
        row = rows[place]
        base = (normalise(row.last_name), normalise(row.first_name), row.external_id or "", start(row.started))
        keys[place] = Key(*base, seen[base])
        seen[base] += 1
    return tuple(keys[place] for place in range(len(rows)))


def _rank_by_time(row: Row) -> Rank:
    """Shared rows first, as they were shared: a row shared later never takes the rank of one shared before."""
    return (not row.shared, _time(row.shared_at), -(row.mastery or 0), -(row.progress or 0), _time(row.started))


def _rank_by_day(row: Row) -> Rank:
    """Only what files with and without times both say; times come last."""
    return (not row.shared, _day(row.shared_at), -(row.mastery or 0), -(row.progress or 0), _time(row.started))


def _time(at: Moment) -> str:
    return at.isoformat() if at else ""


def _day(at: Moment) -> str:
    return (at.astimezone(UTC).date() if isinstance(at, datetime) else at).isoformat() if at else ""

"""Key of a participation, because the file has no stable id (docs/pix-orga.md#import-rules)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from pixflow.identity import normalise
from pixflow.pix_orga.export import AssessmentRow, ExportEntry, ProfileRow

Start = datetime | date | None
Rank = tuple[bool, str, Decimal, Decimal, str]


class Key(NamedTuple):
    """Normalised names, external id or "", start or "" (ISO: a UTC time or a day), rank among equal keys from 0.

    A profile collection has no start: the key has the time of sending instead, "" until the profile is sent.
    """

    last_name: str
    first_name: str
    external_id: str
    start: str
    ordinal: int


def participation_keys(rows: Sequence[ExportEntry]) -> tuple[Key, ...]:
    """Returns the key of each row without its campaign, in order. The ordinal does not depend on that order."""
    keys: dict[int, Key] = {}
    seen: Counter[tuple[str, str, str, str]] = Counter()
    for place in sorted(range(len(rows)), key=lambda place: _rank(rows[place])):
        row = rows[place]
        base = (normalise(row.last_name), normalise(row.first_name), row.external_id or "", _time(_dated(row)))
        keys[place] = Key(*base, seen[base])
        seen[base] += 1
    return tuple(keys[place] for place in range(len(rows)))


def _dated(row: ExportEntry) -> Start:
    return row.started if isinstance(row, AssessmentRow) else row.shared_at


def _rank(row: ExportEntry) -> Rank:
    """Ranks shared rows first, in order of sharing: a row shared later never takes the rank of an earlier one."""
    best, done = Decimal(0), Decimal(0)
    if isinstance(row, AssessmentRow):
        best, done = row.mastery or best, row.progress or done
    elif isinstance(row, ProfileRow):
        best = Decimal(row.pix or 0)
    return (not row.shared, _time(row.shared_at), -best, -done, _time(_dated(row)))


def _time(at: Start) -> str:
    return at.isoformat() if at else ""

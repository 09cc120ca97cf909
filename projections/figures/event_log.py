"""The event log of a period: its file, whom it is about, and the fact that says it was issued."""

from collections.abc import Collection
from datetime import date, timedelta
from hashlib import sha256
from secrets import token_bytes
from typing import Any, NamedTuple
from uuid import UUID

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from pixflow.events.values import LogStandard
from pixflow.indicators.event_log import alias_with, traces, xes
from pixflow.indicators.object_log import ocel
from projections.contract import Source
from projections.figures.refresh import histories


class EventLogFile(NamedTuple):
    """A log in a standard. `dossiers` are those of its cases, `said` the fields of `EventLogIssued` but its reason."""

    content: bytes
    dossiers: Collection[UUID]
    said: dict[str, Any]


def a_year_until(last: date) -> date:
    """Returns the first day of the year that ends on a day."""
    return last - relativedelta(years=1) + timedelta(days=1)


def event_log(
    connection: Connection,
    source: Source,
    first: date,
    last: date,
    standard: LogStandard = "xes",
    *,
    linked: bool = False,
) -> EventLogFile:
    """Returns the log of the paths begun in a period. Its aliases are of this file alone: their key is not kept.

    A `linked` one leads back to dossiers.
    """
    day_of = None if linked else source.references_at(source.head()).calendar.local_day
    alias = alias_with(token_bytes(32))
    told = histories(connection, source)
    made = traces(((stream, events) for stream, kind, events in told if kind == "dossier"), alias, first, last)
    lines = xes(made, alias, day_of) if standard == "xes" else ocel(made, alias, day_of)
    content = b"".join(f"{line}\n".encode() for line in lines)
    counts = {"cases": len(made), "events": sum(len(events) for _, events in made)}
    said = {"first": first, "last": last, "standard": standard, "digest": sha256(content).hexdigest(), **counts}
    return EventLogFile(content, frozenset(events[0].originator_id for _, events in made), said)

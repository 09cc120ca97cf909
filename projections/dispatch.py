"""Current initial results: those to dispatch to an advisor, and those dispatched."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, case, false, func, or_, select, true

from pixflow.reference_data import References
from projections.result_routing import results
from projections.statements import Statement, among

Periods = tuple[tuple[date | None, date | None], ...] | None
"""First day and the day after the last one; None: every day."""
_OLDEST = (results.c.received_on, results.c.sort, results.c.stream)


def to_dispatch(
    connection: Connection,
    limit: int = 50,
    offset: int = 0,
    refs: References | None = None,
    streams: Collection[UUID] | None = None,
) -> list[Any]:
    """Returns the current initial results that no advisor has received, oldest first.

    With `refs`, only those that the protocol of their day sends through the référent. With `streams`, only theirs.
    """
    asked = {"limit": limit, "offset": offset, "streams": streams}
    return list(_to_dispatch(connection, _by_referent(refs), **asked))


@Statement
def _to_dispatch(periods: Periods, limit: int, offset: int, streams: Collection[UUID] | None) -> Select[Any]:
    query = select(results).where(*_routed(periods), *among(results.c.stream, streams))
    return query.order_by(*_OLDEST).limit(limit).offset(offset)


def followed(
    connection: Connection,
    advisors: Iterable[UUID],
    limit: int,
    refs: References,
    streams: Collection[UUID] | None = None,
) -> list[Any]:
    """Returns dossier, participation and advisor of the results to dispatch whose dossier one of these follows."""
    asked = {"advisors": list(advisors), "limit": limit, "streams": streams}
    return list(_followed(connection, _by_referent(refs), **asked))


@Statement
def _followed(
    periods: Periods, advisors: Collection[UUID], limit: int, streams: Collection[UUID] | None
) -> Select[Any]:
    wanted = (*_routed(periods), *among(results.c.stream, streams), results.c.advisor.in_(advisors))
    query = select(results.c.stream, results.c.participation, results.c.advisor).where(*wanted)
    return query.order_by(*_OLDEST).limit(limit)


def to_dispatch_total(
    connection: Connection, refs: References | None = None, streams: Collection[UUID] | None = None
) -> int:
    return int(_to_dispatch_total(connection, _by_referent(refs), streams=streams).scalar_one())


@Statement
def _to_dispatch_total(periods: Periods, streams: Collection[UUID] | None) -> Select[Any]:
    return select(func.count()).select_from(results).where(*_routed(periods), *among(results.c.stream, streams))


def current_results(connection: Connection, dossiers: Iterable[UUID]) -> dict[UUID, Any]:
    """Returns the current initial result of each of these dossiers, dispatched or not."""
    query = select(results).where(results.c.stream.in_(list(dossiers)))
    return {row.stream: row for row in connection.execute(query)}


def dispatched_counts(connection: Connection, since: date) -> dict[UUID, tuple[int, int]]:
    """Counts the results that each advisor received since a day, and how many of them are debriefed."""
    return {advisor: (given, held) for advisor, given, held in _dispatched_counts(connection, since=since)}


@Statement
def _dispatched_counts(since: date) -> Select[Any]:
    query = select(results.c.dispatched_to, func.count(), func.count(results.c.debriefed_on))
    return query.where(results.c.dispatched_on >= since).group_by(results.c.dispatched_to)


def dispatched(
    connection: Connection, since: date, advisors: Sequence[UUID], limit: int = 50, offset: int = 0
) -> list[Any]:
    """Returns the results that these advisors received since a day, in the order of the advisors, latest first."""
    if not advisors:
        return []
    place = case({advisor: place for place, advisor in enumerate(advisors)}, value=results.c.dispatched_to)
    query = select(results).where(results.c.dispatched_on >= since, results.c.dispatched_to.in_(advisors))
    query = query.order_by(place, results.c.dispatched_on.desc(), results.c.sort, results.c.stream)
    return list(connection.execute(query.limit(limit).offset(offset)))


def _routed(periods: Periods) -> tuple[ColumnElement[bool], ...]:
    """Selects the results that no advisor has received, of these periods."""
    undone = results.c.dispatched_on.is_(None), results.c.debriefed_on.is_(None)
    within = () if periods is None else (or_(false(), *(_within(*period) for period in periods)),)
    return *undone, ~results.c.closed, ~results.c.withdrawn, *within


def _within(start: date | None, end: date | None) -> ColumnElement[bool]:
    since = results.c.received_on >= start if start else true()
    return and_(since, results.c.received_on < end) if end else since


def _by_referent(refs: References | None) -> Periods:
    """Returns the periods whose protocol sends results through the référent. The first one has no beginning."""
    if refs is None:
        return None
    starts = sorted({day for day, _ in refs.protocols.published})
    periods = zip([None, *starts[1:]], starts, [*starts[1:], None], strict=True) if starts else ()
    return tuple((since, end) for since, day, end in periods if refs.protocol(day).result_route == "referent")

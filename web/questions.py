"""Questions that these pages ask of the read tables, beside those of the projections' own modules."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from pixflow.people import Scope
from projections import advisor_queue, audit_trail, dossier_sheet

_queue = advisor_queue.table.c
_sheet = dossier_sheet.table.c
_trail = audit_trail.table.c


# --- Ma boîte


def due_days(connection: Connection, owner: UUID, today: date, wanted: advisor_queue.Filter) -> dict[date, int]:
    """How many of an advisor's visible rows are due on each day."""
    named = msgspec.structs.asdict(wanted).items()
    query = select(_queue.due, func.count().label("n")).where(
        _queue.owner == owner, _visible(today), *(_queue[name] == value for name, value in named if value)
    )
    return {row.due: row.n for row in connection.execute(query.group_by(_queue.due))}


def first_to_come(connection: Connection, owner: UUID, today: date) -> date | None:
    """The day the next of an advisor's rows opens."""
    query = select(func.min(_queue.opens)).where(_queue.owner == owner, _queue.opens > today)
    return connection.execute(query).scalar()


def pile_total(connection: Connection, role: str, kind: str, today: date) -> int:
    query = select(func.count()).select_from(advisor_queue.table)
    return int(connection.execute(query.where(_pile(role, kind, today))).scalar_one())


def pile(connection: Connection, role: str, kind: str, today: date, limit: int, offset: int) -> list[Any]:
    """The rows of one pile of a role, the oldest first."""
    query = select(advisor_queue.table).where(_pile(role, kind, today))
    return list(connection.execute(query.order_by(_queue.due, _queue.name, _queue.key).limit(limit).offset(offset)))


def waiting_long_total(connection: Connection, roles: frozenset[str], me: UUID, today: date) -> int:
    query = select(func.count()).select_from(advisor_queue.table)
    return int(connection.execute(query.where(_escalated(roles, me, today))).scalar_one())


def waiting_long(
    connection: Connection, roles: frozenset[str], me: UUID, today: date, limit: int, offset: int
) -> list[Any]:
    """The rows of others that are so late that somebody of these roles sees them too, the oldest first."""
    query = select(advisor_queue.table).where(_escalated(roles, me, today))
    return list(connection.execute(query.order_by(_queue.due, _queue.name, _queue.key).limit(limit).offset(offset)))


def _visible(today: date) -> ColumnElement[bool]:
    return and_(_queue.opens <= today, or_(_queue.lapses.is_(None), _queue.lapses > today))


def _pile(role: str, kind: str, today: date) -> ColumnElement[bool]:
    return and_(_queue.role == role, _queue.kind == kind, _visible(today))


def _escalated(roles: frozenset[str], me: UUID, today: date) -> ColumnElement[bool]:
    to_referent = and_(_queue.role == "advisor", _queue.to_referent <= today) if "referent" in roles else false()
    to_manager = _queue.to_manager <= today if "manager" in roles else false()
    theirs = or_(_queue.owner.is_(None), _queue.owner != me)
    if "referent" in roles:
        theirs = and_(theirs, _queue.role != "referent")
    return and_(_visible(today), or_(to_referent, to_manager), theirs)


# --- Dossiers


def dossier_counts(connection: Connection, scope: Scope) -> Sequence[Any]:
    """How many dossiers somebody reads, by stage, programme, site, and whether closed or followed by nobody."""
    unassigned = _sheet.advisor.is_(None)
    columns = (_sheet.stage, _sheet.programme, _sheet.site, _sheet.closed)
    query = select(*columns, unassigned.label("unassigned"), func.count().label("n"))
    if scope.whose != "all":
        query = query.where(_sheet.advisor == scope.advisor if scope.whose == "own" else false())
    return connection.execute(query.group_by(*columns, unassigned)).all()


# --- Rejouer


def recent(connection: Connection, limit: int, among: int = 400) -> list[Any]:
    """The dossiers changed last, each with its last fact; looks at the `among` latest facts."""
    query = select(audit_trail.table).where(_trail.kind == "dossier").order_by(_trail.position.desc()).limit(among)
    found: dict[UUID, Any] = {}
    for row in connection.execute(query):
        found.setdefault(row.stream, row)
    return list(found.values())[:limit]


def position_at(connection: Connection, instant: datetime) -> int:
    """The last position recorded at or before an instant, 0 when nothing was."""
    known = _trail.at <= instant.astimezone(UTC).replace(tzinfo=None)
    query = select(_trail.position).where(known).order_by(_trail.at.desc(), _trail.position.desc()).limit(1)
    return int(connection.execute(query).scalar() or 0)

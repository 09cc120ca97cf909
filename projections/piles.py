"""Piles of the queue: tasks that a role owes, and late tasks that are escalated to it."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, case, false, func, not_, or_, select, tuple_

from projections.advisor_queue import URGENT, Owners, handed, table, visible

PILE_ROLES = frozenset({"referent", "manager"})
"""The roles whose tasks belong to no person: they stand in piles."""


class Pile(Struct, frozen=True):
    """Tasks of one kind that a role owes."""

    kind: str
    count: int
    late: int
    oldest: date


def piles(connection: Connection, roles: Collection[str], today: date) -> list[Pile]:
    """Returns the piles that somebody with these roles sees, one row a kind."""
    if PILE_ROLES.isdisjoint(roles):
        return []
    late = func.sum(case((table.c.due < today, 1), else_=0))
    query = select(table.c.kind, func.count(), late, func.min(table.c.due))
    found = connection.execute(query.where(_piled(roles), visible(today)).group_by(table.c.kind))
    return [Pile(kind, count, int(overdue), oldest) for kind, count, overdue, oldest in found]


def pile_total(connection: Connection, roles: Collection[str], kind: str, today: date) -> int:
    query = select(func.count()).select_from(table)
    return int(connection.execute(query.where(_pile(roles, kind, today))).scalar_one())


def pile(connection: Connection, roles: Collection[str], kind: str, today: date, limit: int, offset: int) -> list[Any]:
    """Returns the rows of one pile of these roles, the oldest first."""
    query = select(table).where(_pile(roles, kind, today))
    return list(connection.execute(query.order_by(*URGENT).limit(limit).offset(offset)))


def waiting_long_total(connection: Connection, roles: frozenset[str], owners: Owners, today: date) -> int:
    if roles.isdisjoint(("referent", "manager")):
        return 0
    query = select(func.count()).select_from(table)
    return int(connection.execute(query.where(_escalated(roles, owners, today))).scalar_one())


class WaitingCount(Struct, frozen=True):
    """Number of late rows of one kind and one person; `late_owner` is "" for nobody."""

    late_kind: str
    late_owner: str
    n: int


def waiting_long_counts(
    connection: Connection, roles: frozenset[str], owners: Owners, today: date
) -> list[WaitingCount]:
    """Counts the late rows of others that are escalated to these roles, by kind and by person."""
    if roles.isdisjoint(("referent", "manager")):
        return []
    query = select(table.c.kind, table.c.owner, func.count()).where(_escalated(roles, owners, today))
    found = connection.execute(query.group_by(table.c.kind, table.c.owner).order_by(table.c.kind, table.c.owner))
    return [WaitingCount(kind, str(owner or ""), n) for kind, owner, n in found]


def waiting_long(
    connection: Connection,
    roles: frozenset[str],
    owners: Owners,
    today: date,
    limit: int,
    offset: int,
    kind: str = "",
    owner: UUID | None = None,
) -> list[Any]:
    """Returns the late rows of others that are escalated to these roles, the oldest first, of one kind and person."""
    query = select(table).where(_escalated(roles, owners, today))
    query = query.where(table.c.kind == kind) if kind else query
    query = query.where(table.c.owner == owner) if owner else query
    return list(connection.execute(query.order_by(*URGENT).limit(limit).offset(offset)))


def waiting_long_of(
    connection: Connection, roles: frozenset[str], owners: Owners, today: date, keys: Collection[tuple[UUID, str]]
) -> list[Any]:
    """Returns the late rows that are escalated to these roles, among these streams and keys, the oldest first."""
    if roles.isdisjoint(("referent", "manager")):
        return []
    query = select(table).where(_escalated(roles, owners, today), tuple_(table.c.stream, table.c.key).in_(keys))
    return list(connection.execute(query.order_by(*URGENT)))


def _pile(roles: Collection[str], kind: str, today: date) -> ColumnElement[bool]:
    return and_(_piled(roles), table.c.kind == kind, visible(today))


def _piled(roles: Collection[str]) -> ColumnElement[bool]:
    return table.c.role.in_(PILE_ROLES & frozenset(roles))


def _escalated(roles: frozenset[str], owners: Owners, today: date) -> ColumnElement[bool]:
    of_others = and_(table.c.role.in_(("advisor", "facilitator")), table.c.to_referent <= today)
    to_referent = of_others if "referent" in roles else false()
    to_manager = table.c.to_manager <= today if "manager" in roles else false()
    theirs = or_(table.c.owner.is_(None), table.c.owner.not_in(owners))
    claimed = and_(handed(today), table.c.handed_to.in_(owners))
    theirs = and_(theirs, not_(claimed), table.c.role.not_in(PILE_ROLES & roles))
    return and_(visible(today), or_(to_referent, to_manager), theirs)

"""Dossiers whose tasks a seat in a workshop would answer."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from projections.advisor_queue import Owners, table
from projections.directory import people


def groups_without_seat(
    connection: Connection, kinds: Sequence[str], owners: Owners | None, but: Collection[UUID], cej: bool
) -> dict[str, int]:
    """Counts the dossiers of each group that owe one of these kinds; "" stands for no group."""
    query = select(table.c.group, func.count()).where(*_without_seat(kinds, owners, but, cej))
    return dict(connection.execute(query.group_by(table.c.group)).all())


def without_seat(
    connection: Connection,
    kinds: Sequence[str],
    owners: Owners | None,
    but: Collection[UUID],
    cej: bool,
    group: str,
    limit: int,
    offset: int,
) -> list[Any]:
    """Returns the dossiers of these owners (None: all) that owe one of these kinds, but some, by their last names.

    `cej`: puts those in CEJ first, and includes those without a planned diagnostic, because a workshop is where it is
    taken. `group`: only that group; "" for all.
    """
    first = [case((table.c.programme == "CEJ", 0), else_=1)] if cej else []
    query = select(table).join(people, people.c.stream == table.c.stream)
    query = query.where(*_without_seat(kinds, owners, but, cej))
    query = query.where(table.c.group == group) if group else query
    query = query.order_by(*first, people.c.sort, table.c.stream, table.c.key)
    return list(connection.execute(query.limit(limit).offset(offset)))


def _without_seat(
    kinds: Sequence[str], owners: Owners | None, but: Collection[UUID], cej: bool
) -> Iterator[ColumnElement[bool]]:
    mandatory = and_(table.c.kind == "plan-diagnostic", table.c.programme == "CEJ")
    yield or_(table.c.kind.in_(kinds), mandatory) if cej else table.c.kind.in_(kinds)
    yield table.c.stream.not_in(but)
    if owners is not None:
        yield table.c.owner.in_(owners)

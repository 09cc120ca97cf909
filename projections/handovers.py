"""Portfolios handed over: the loans that still run, and the dossiers that one command moved to a colleague."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Select, func, or_, select

from projections.dossier_sheet import table
from projections.statements import Statement


class PortfolioLoan(Struct, frozen=True):
    """Open dossiers that a colleague follows for their advisor through a day; `n` counts them."""

    lender: UUID
    borrower: UUID
    until: date
    n: int


def loans(connection: Connection, people: Collection[UUID] | None = None) -> list[PortfolioLoan]:
    """Returns the loans of these people, lent or borrowed, by their last day; those of everybody without `people`."""
    return [PortfolioLoan(*row) for row in _loans(connection, people=people)]


@Statement
def _loans(people: Collection[UUID] | None) -> Select[Any]:
    kept = [table.c.lender.is_not(None), ~table.c.closed]
    if people is not None:
        kept.append(or_(table.c.lender.in_(people), table.c.advisor.in_(people)))
    alike = (table.c.lender, table.c.advisor, table.c.lent_until)
    return select(*alike, func.count()).where(*kept).group_by(*alike).order_by(table.c.lent_until, *alike[:2])


def lent(connection: Connection, lender: UUID, borrower: UUID, until: date) -> list[UUID]:
    """Returns the dossiers of one loan, closed ones too, by name."""
    query = select(table.c.stream).where(table.c.lent_until == until, table.c.lender == lender)
    return list(
        connection.execute(query.where(table.c.advisor == borrower).order_by(table.c.sort, table.c.stream)).scalars()
    )


def lent_before(connection: Connection, day: date) -> list[tuple[UUID, date]]:
    """Returns the dossiers lent to a colleague until before a day, closed ones too, each with its last day."""
    query = select(table.c.stream, table.c.lent_until).where(table.c.lender.is_not(None), table.c.lent_until < day)
    found = connection.execute(query.order_by(table.c.lent_until, table.c.stream))
    return [(row.stream, row.lent_until) for row in found]


class PortfolioMove(Struct, frozen=True):
    """Dossiers that one command moved to a colleague, and that they follow since; `until` is None for good.

    `returned`: they were lent, and went back to their lender.
    """

    bulk: UUID
    owner: UUID | None
    to: UUID
    until: date | None
    on: date
    returned: bool
    n: int


def moves(connection: Connection, since: date) -> list[PortfolioMove]:
    """Returns the dossiers moved with others since a day, the latest command first."""
    return [PortfolioMove(*row) for row in _moves(connection, since=since)]


@Statement
def _moves(since: date) -> Select[Any]:
    whom = (table.c.bulk, table.c.owner_before, table.c.advisor)
    how = (table.c.lent_until, table.c.assigned_on, table.c.returned)
    query = select(*whom, *how, func.count()).where(table.c.bulk.is_not(None), table.c.assigned_on >= since)
    return query.group_by(*whom, *how).order_by(table.c.assigned_on.desc(), *whom)

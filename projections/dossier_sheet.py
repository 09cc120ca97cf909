"""The list of dossiers: one row each, for filters and counts. The page of one dossier reads its state instead."""

from collections.abc import Collection, Iterable
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Index,
    Integer,
    Select,
    String,
    Table,
    Uuid,
    and_,
    func,
    or_,
    select,
    text,
    tuple_,
)

from pixflow import tasks
from pixflow.authorization import Scope
from pixflow.documents.grille import percent
from pixflow.dossier.retention import RULES, Rule
from pixflow.dossier.state import Dossier, current_stage
from pixflow.identity import list_name, normalise
from projections import directory
from projections.contract import Change, Row, keys, metadata, optional, required
from projections.statements import Statement, having, list_rows, list_values, page_of, pair_columns, question, row_of

NAME = "dossier_sheet"
KINDS = frozenset({"dossier"})
_FIELDS = attrgetter(
    "opened", "last_name", "first_name", "birth_date", "imilo_number", "programme", "group", "collective_end",
    "site", "phone", "advisor", "lent", "transfer", "assigned", "joined", "closed", "merged", "orientation",
    "diagnostic", "prescription", "parcours",
)  # fmt: skip


def _read(dossier: Dossier) -> Any:
    """Returns what the row shows. Nothing is the last of somebody erased."""
    return (*_FIELDS(dossier), dossier.last.on if dossier.last else None)


READS = {"dossier": _read}
RULED = True

_LENT = text("lender IS NOT NULL")
_OPEN: Any = {"sqlite_where": text("closed = 0")}
table = Table(
    "dossier_sheet",
    metadata,
    *keys(stream=Uuid),
    *required(sort=String, last_name=String, first_name=String, programme=String, group=String, site=String),
    *required(returned=Boolean, to_prescribe=Boolean, closed=Boolean, merged=Boolean, opened_on=Date),
    *optional(birth_date=Date, imilo_number=String, collective_end=Date, advisor=Uuid, lent_until=Date, lender=Uuid),
    *optional(bulk=Uuid, owner_before=Uuid, assigned_on=Date, stage=String, percent=Integer, phone=String),
    Column("last_on", Date, info={"kept": False}),
    Index("sheet_sorted", "sort"),
    Index("sheet_of_advisor", "advisor", "sort"),
    Index("sheet_lent", "lender", "lent_until", sqlite_where=_LENT),
    Index("sheet_of_bulk", "bulk"),
    Index("sheet_of_group", "group", "sort"),
    Index("sheet_open", "sort", **_OPEN),
    Index("sheet_followed", "advisor", "group", **_OPEN),
)
days = Table("dossier_days", metadata, *keys(stream=Uuid, key=String), *required(day=Date, last=Date))
"""The days set of each dossier (pixflow.tasks.DaySet): a seat in a workshop, a diagnostic."""
TABLES = KEPT = (table, days)


def rows(change: Change) -> dict[Table, list[Row]]:
    """Returns one row for an opened dossier, and those of its days set."""
    state = change.after
    if state.opened is None:
        return {table: [], days: []}
    current = state.diagnostic.current("initial")
    mastery = current[1].result.mastery if current else None
    row = row_of(
        table,
        state,
        stream=change.stream,
        sort=normalise(list_name(state)),
        group=state.group or "",
        lent_until=state.lent.until if state.lent else None,
        lender=state.lent.back_to if state.lent else None,
        bulk=state.transfer.bulk if state.transfer else None,
        owner_before=state.transfer.owner if state.transfer else None,
        returned=state.transfer is not None and state.transfer.returned,
        assigned_on=state.assigned.on if state.assigned else None,
        stage=current_stage(state, {task.kind for task in tasks.of_dossier(state, change.refs)}),
        percent=percent(mastery) if mastery is not None else None,
        to_prescribe=mastery is not None and current[0] not in state.prescription.built,
        closed=state.closed is not None,
        merged=state.merged is not None,
        opened_on=state.opened.on,
        last_on=state.last.on,
    )
    return {table: [row], days: [row_of(days, one, stream=change.stream) for one in tasks.days_set(state)]}


class DossierFilter(Struct, frozen=True):
    """Filter of the list; an empty field means all. `state` is open, closed or unassigned."""

    stage: str = ""
    programme: str = ""
    site: str = ""
    state: str = "open"
    group: str = ""


def total(connection: Connection, scope: Scope, wanted: DossierFilter) -> int:
    return int(_total(connection, scope.whose, wanted, advisors=scope.advisors).scalar_one())


@Statement
def _total(whose: str, wanted: DossierFilter, advisors: Collection[UUID]) -> Select[Any]:
    return select(func.count()).select_from(table).where(*_among(whose, advisors), *_filtered(wanted))


def has_any(connection: Connection) -> bool:
    """Tells if there is a dossier at all."""
    return connection.execute(select(table.c.stream).limit(1)).first() is not None


def counts(connection: Connection, scope: Scope, text: str = "") -> list[Any]:
    """Counts the dossiers that somebody may read, by stage, programme, site, group, and as closed or unassigned.

    With a text, those that fit it (directory.fitting).
    """
    if not text:
        return list(_counts(connection, scope.whose, advisors=scope.advisors))
    return list(connection.execute(_select_counts(scope.whose, text, advisors=scope.advisors)))


def _select_counts(whose: str, text: str = "", *, advisors: Collection[UUID]) -> Select[Any]:
    unassigned = table.c.advisor.is_(None)
    columns = (table.c.stage, table.c.programme, table.c.site, table.c.group, table.c.closed)
    query = select(*columns, unassigned.label("unassigned"), func.count().label("n"))
    return query.where(*_among(whose, advisors), *_fitting(text)).group_by(*columns, unassigned)


_counts = Statement(_select_counts)


def of_group(connection: Connection, scope: Scope, group: str) -> list[Any]:
    """Returns the open dossiers of a group that somebody may read, by name."""
    query = select(table).where(*_scope(scope), *_filtered(DossierFilter()))
    query = query.where(table.c.group == group, table.c.group != "")
    return list(connection.execute(query.order_by(table.c.sort, table.c.stream)))


@question(pair_columns)
def portfolio_sizes() -> Select[Any]:
    """Returns the number of open dossiers of each advisor; None: of nobody."""
    return select(table.c.advisor, func.count()).where(~table.c.closed).group_by(table.c.advisor)


def groups_by_advisor(connection: Connection) -> dict[UUID, set[str]]:
    """Returns the groups of the open dossiers that each advisor follows."""
    query = select(table.c.advisor, table.c.group).where(table.c.advisor.is_not(None), table.c.group != "")
    groups: dict[UUID, set[str]] = {}
    for advisor, group in connection.execute(query.where(~table.c.closed).distinct()):
        groups.setdefault(advisor, set()).add(group)
    return groups


@question(lambda found: {stream: (site, group) for stream, site, group in found})
def places(dossiers: Iterable[UUID]) -> Select[Any]:
    """Returns the site and the group of each of these dossiers."""
    return select(table.c.stream, table.c.site, table.c.group).where(table.c.stream.in_(dossiers))


def followed(
    connection: Connection, dossiers: Iterable[UUID], advisors: Collection[UUID], since: date
) -> dict[UUID, tuple[UUID, bool]]:
    """Returns the advisor of each of these dossiers that one of these advisors follows.

    The flag tells if the dossier was given to them since a day, later than the day of its opening.
    """
    wanted = list(dossiers)
    parts = (wanted[at : at + 500] for at in range(0, len(wanted), 500))
    return {
        stream: (advisor, assigned is not None and assigned >= since and assigned > opened)
        for part in parts
        for stream, advisor, assigned, opened in _followed(connection, part, advisors)
    }


@question(list)
def _followed(dossiers: Collection[UUID], advisors: Collection[UUID]) -> Select[Any]:
    query = select(table.c.stream, table.c.advisor, table.c.assigned_on, table.c.opened_on)
    return query.where(table.c.stream.in_(dossiers), table.c.advisor.in_(advisors))


@question(list_rows)
def portfolio(advisor: UUID, limit: int | None = None, offset: int = 0) -> Select[Any]:
    """Returns the open dossiers of an advisor, by name."""
    query = select(table).where(table.c.advisor == advisor, ~table.c.closed).limit(limit).offset(offset)
    return query.order_by(table.c.sort, table.c.stream)


def scores(connection: Connection, scope: Scope) -> dict[tuple[int, str], int]:
    """Counts open dossiers that somebody may read, by percent and programme, without a prescription on the result."""
    columns = (table.c.percent, table.c.programme)
    query = select(*columns, func.count()).where(*_to_prescribe(scope)).group_by(*columns)
    return {(percent, programme): count for percent, programme, count in connection.execute(query)}


def scored(
    connection: Connection, scope: Scope, scores: Collection[tuple[int, str]], limit: int = 50, offset: int = 0
) -> list[Any]:
    """Returns these dossiers with one of these percents in one of these programmes, by name."""
    query = select(table).where(*_to_prescribe(scope), tuple_(table.c.percent, table.c.programme).in_(scores))
    return page_of(connection, query.order_by(table.c.sort, table.c.stream), limit, offset)


def list_past(
    connection: Connection, cutoffs: Iterable[tuple[Rule, date]], limit: int = 50, offset: int = 0
) -> list[Any]:
    """Returns the dossiers whose last event is not after the day of their rule, oldest first, without duplicates."""
    query = select(table).where(*_filter_past(cutoffs)).order_by(table.c.last_on, table.c.sort, table.c.stream)
    return page_of(connection, query, limit, offset)


def past_counts(connection: Connection, cutoffs: Iterable[tuple[Rule, date]]) -> list[Any]:
    """Counts these dossiers by programme, and by whether they are closed."""
    query = select(table.c.programme, table.c.closed, func.count().label("n")).where(*_filter_past(cutoffs))
    return list(connection.execute(query.group_by(table.c.programme, table.c.closed)))


def newly_past(
    connection: Connection,
    scope: Scope,
    before: Iterable[tuple[Rule, date]],
    after: Iterable[tuple[Rule, date]],
    limit: int,
    offset: int,
) -> list[Any]:
    """Returns the dossiers of the scope past the days of `after`, but not those of `before`, by name."""
    query = select(table).where(*_newly_past(scope, before, after)).order_by(table.c.sort, table.c.stream)
    return page_of(connection, query, limit, offset)


def newly_past_count(
    connection: Connection, scope: Scope, before: Iterable[tuple[Rule, date]], after: Iterable[tuple[Rule, date]]
) -> int:
    query = select(func.count()).select_from(table).where(*_newly_past(scope, before, after))
    return int(connection.execute(query).scalar_one())


def _newly_past(
    scope: Scope, before: Iterable[tuple[Rule, date]], after: Iterable[tuple[Rule, date]]
) -> list[ColumnElement[bool]]:
    return [*_scope(scope), *_filter_past(after), ~_over(before)]


def _filter_past(cutoffs: Iterable[tuple[Rule, date]]) -> list[ColumnElement[bool]]:
    return [~table.c.merged, _over(cutoffs)]


def _over(cutoffs: Iterable[tuple[Rule, date]]) -> ColumnElement[bool]:
    named = {rule: programme for programme, rule in RULES.items()}
    come = []
    for rule, day in cutoffs:
        mine = table.c.programme == named[rule] if rule in named else table.c.programme.not_in(named.values())
        come.append(and_(mine, table.c.last_on <= day))
    return or_(*come)


def _to_prescribe(scope: Scope) -> list[ColumnElement[bool]]:
    return [*_scope(scope), table.c.to_prescribe, ~table.c.closed]


def _scope(scope: Scope) -> list[ColumnElement[bool]]:
    return _among(scope.whose, scope.advisors)


def _among(whose: str, advisors: Collection[UUID]) -> list[ColumnElement[bool]]:
    match whose:
        case "all":
            return []
        case "own":
            return [table.c.advisor.in_(advisors)]
    return [table.c.stream.is_(None)]


def selected(whose: str, advisors: Collection[UUID], wanted: DossierFilter, text: str) -> list[ColumnElement[bool]]:
    """Selects the dossiers of the list that somebody may read and that fit the filter and the text."""
    return [*_among(whose, advisors), *_filtered(wanted), *_fitting(text)]


def _fitting(text: str) -> list[ColumnElement[bool]]:
    return [table.c.stream.in_(directory.fitting(text))] if text else []


def _filtered(wanted: DossierFilter) -> list[ColumnElement[bool]]:
    named = {"stage": wanted.stage, "programme": wanted.programme, "site": wanted.site, "group": wanted.group}
    conditions = [having(table.c[name], value) for name, value in named.items() if value]
    match wanted.state:
        case "open":
            conditions.append(~table.c.closed)
        case "closed":
            conditions.append(table.c.closed)
        case "unassigned":
            conditions += [~table.c.closed, table.c.advisor.is_(None)]
    return conditions


# --- portfolios handed over: the loans that still run, and the dossiers that one command moved to a colleague


class PortfolioLoan(Struct, frozen=True):
    """Open dossiers that a colleague follows for their advisor through a day; `n` counts them."""

    lender: UUID
    borrower: UUID
    until: date
    n: int


@question(lambda found: [PortfolioLoan(*row) for row in found])
def loans(people: Collection[UUID] | None = None) -> Select[Any]:
    """Returns the loans of these people, lent or borrowed, by their last day; those of everybody without `people`."""
    conditions = [table.c.lender.is_not(None), ~table.c.closed]
    if people is not None:
        conditions.append(or_(table.c.lender.in_(people), table.c.advisor.in_(people)))
    alike = (table.c.lender, table.c.advisor, table.c.lent_until)
    return select(*alike, func.count()).where(*conditions).group_by(*alike).order_by(table.c.lent_until, *alike[:2])


@question(list_values)
def lent(lender: UUID, borrower: UUID, until: date) -> Select[Any]:
    """Returns the dossiers of one loan, closed ones too, by name."""
    loan = (table.c.lent_until == until, table.c.lender == lender, table.c.advisor == borrower)
    return select(table.c.stream).where(*loan).order_by(table.c.sort, table.c.stream)


@question(list_rows)
def lent_before(day: date) -> Select[Any]:
    """Returns the dossiers lent to a colleague until before a day, closed ones too, each with its last day."""
    query = select(table.c.stream, table.c.lent_until).where(table.c.lender.is_not(None), table.c.lent_until < day)
    return query.order_by(table.c.lent_until, table.c.stream)


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


@question(lambda found: [PortfolioMove(*row) for row in found])
def moves(since: date) -> Select[Any]:
    """Returns the dossiers moved with others since a day, the latest command first."""
    whom = (table.c.bulk, table.c.owner_before, table.c.advisor)
    how = (table.c.lent_until, table.c.assigned_on, table.c.returned)
    query = select(*whom, *how, func.count()).where(table.c.bulk.is_not(None), table.c.assigned_on >= since)
    return query.group_by(*whom, *how).order_by(table.c.assigned_on.desc(), *whom)

"""The list of dossiers: one page of it, in the order that is asked, each dossier with its next task."""

from collections.abc import Collection
from datetime import date
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, case, func, not_, or_, select

from pixflow.authorization import Scope
from projections import advisor_queue, dossier_sheet
from projections.dossier_sheet import DossierFilter, selected, table
from projections.statements import Statement

By = Literal["name", "programme", "site", "stage", "advisor", "next", "opened_on", "last_on", "percent"]
_next = advisor_queue.table.alias("next_task")
_set = dossier_sheet.days.alias("next_day")
_DOSSIER = (
    "stream", "sort", "last_name", "first_name", "phone", "imilo_number", "programme", "site", "collective_end",
    "stage", "advisor", "closed", "opened_on", "last_on", "percent",
)  # fmt: skip
"""Columns of a dossier that the list shows or is sorted by."""
_TASK = ("key", "kind", "details", "opens", "due", "paused", "appointment", "place", "chases", "why_on")
"""Columns of the next task: all that its line says (web/french/tasks.py)."""


class ListOrder(Struct, frozen=True):
    """Order of the list; dossiers without a value come last, equal ones by name.

    `ranks` are the values of the column in their order, for one that the page names in words.
    """

    by: By = "name"
    falling: bool = False
    ranks: tuple[Any, ...] = ()


def page(
    connection: Connection,
    scope: Scope,
    wanted: DossierFilter,
    today: date,
    order: ListOrder,
    text: str = "",
    limit: int = 50,
    offset: int = 0,
) -> list[Any]:
    """Returns the dossiers that somebody may read and that fit the text (directory.fitting), with their next tasks.

    The next task is the first visible one by its day, else the first one to come. A closed dossier has none. `set_key`
    and `set_day` are a day set, when it comes before a task to come.
    """
    arguments: dict[str, Any] = {"advisors": scope.advisors, "today": today, "limit": limit, "offset": offset}
    if text:  # which no statement keeps in memory
        return list(connection.execute(_select(scope.whose, wanted, order, text, **arguments)))
    return list(_page(connection, scope.whose, wanted, order, **arguments))


def _select(
    whose: str,
    wanted: DossierFilter,
    order: ListOrder,
    text: str = "",
    *,
    advisors: Collection[UUID],
    today: date,
    limit: int,
    offset: int,
) -> Select[Any]:
    """Selects the page, then its next tasks; by the day of these, all tasks, then the page."""
    rows = select(*(table.c[name] for name in _DOSSIER)).where(*selected(whose, advisors, wanted, text))
    if order.by != "next":
        rows = rows.order_by(*_in_order(order, table.c, today)).limit(limit).offset(offset)
    dossiers = rows.subquery("dossiers")
    first = and_(_next.c.stream == dossiers.c.stream, _next.c.key == _first_key(dossiers, today))
    before = and_(_set.c.stream == dossiers.c.stream, _set.c.key == _first_day(dossiers, today), _waits_longer(today))
    columns = (*(_next.c[name] for name in _TASK), _set.c.key.label("set_key"), _set.c.day.label("set_day"))
    query = select(dossiers, *columns).select_from(dossiers.outerjoin(_next, first).outerjoin(_set, before))
    query = query.order_by(*_in_order(order, dossiers.c, today))
    return query.limit(limit).offset(offset) if order.by == "next" else query


_page = Statement(_select)


def _first_key(dossiers: Subquery, today: date) -> ColumnElement[str]:
    task = advisor_queue.table.c
    first = (not_(advisor_queue.visible(today)), _day(task, today), task.key)
    query = select(task.key).where(task.stream == dossiers.c.stream, or_(task.lapses.is_(None), task.lapses > today))
    return query.order_by(*first).limit(1).correlate(dossiers).scalar_subquery()


def _first_day(dossiers: Subquery, today: date) -> ColumnElement[str]:
    """Returns the key of the first day set that is still to come."""
    day = dossier_sheet.days.c
    query = select(day.key).where(day.stream == dossiers.c.stream, day.last >= today).order_by(day.day, day.key)
    return query.limit(1).correlate(dossiers).scalar_subquery()


def _waits_longer(today: date) -> ColumnElement[bool]:
    """Tells if the next task opens after a day set, or comes back then. A task to do now comes first."""
    waits = or_(_next.c.opens > today, and_(_next.c.paused.is_not(None), _next.c.paused > today))
    return or_(_next.c.key.is_(None), and_(waits, _set.c.day <= _day(_next.c, today)))


def _day(task: Any, today: date) -> ColumnElement[date]:
    """Returns the day when a snoozed task is back, when one to come opens, when one that is open is due."""
    return case((task.paused > today, task.paused), (task.opens > today, task.opens), else_=task.due)


def _in_order(order: ListOrder, dossier: Any, today: date) -> list[ColumnElement[Any]]:
    name = [dossier.sort, dossier.stream]
    if order.by == "name":
        return [name[0].desc() if order.falling else name[0], name[1]]
    if order.by == "next":
        value: ColumnElement[Any] = func.coalesce(_set.c.day, _day(_next.c, today))
    elif order.ranks:
        ranked = ((dossier[order.by] == one, rank) for rank, one in enumerate(order.ranks))
        value = case(*ranked)
    else:
        value = dossier[order.by]
    return [value.is_(None), value.desc() if order.falling else value, *name]

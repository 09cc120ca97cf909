"""The list of dossiers: one page of it, in the order that is asked, each dossier with its next task."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, get_args

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, case, not_, or_, select

from pixflow.authorization import Scope
from projections import advisor_queue
from projections.dossier_sheet import DossierFilter, selected, table
from projections.statements import page_of

By = Literal["name", "programme", "site", "stage", "advisor", "next", "opened_on", "last_on", "percent"]
ORDERS: tuple[By, ...] = get_args(By)
_next = advisor_queue.table.alias("next_task")
_SHOWN = ("kind", "details", "opens", "due", "paused", "appointment", "place", "chases", "why_on")
"""Columns of the next task: all that its line says (web/french/tasks.py)."""


class ListOrder(Struct, frozen=True):
    """ListOrder of the list; dossiers without a value come last, equal ones by name.

    `ranks` are the values of the column in their order, for one that the page names in words.
    """

    by: By = "name"
    falling: bool = False
    ranks: Sequence[Any] = ()


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

    The next task is the first visible one by its day, else the first one to come. A closed dossier has none.
    """
    first = and_(_next.c.stream == table.c.stream, _next.c.key == _first_key(today))
    query = select(table, *(_next.c[name] for name in _SHOWN)).select_from(table.outerjoin(_next, first))
    query = query.where(*selected(scope, wanted, text))
    return page_of(connection, query.order_by(*_in_order(order, today)), limit, offset)


def _first_key(today: date) -> ColumnElement[str]:
    task = advisor_queue.table.c
    first = (not_(advisor_queue.visible(today)), _day(task, today), task.key)
    query = select(task.key).where(task.stream == table.c.stream, or_(task.lapses.is_(None), task.lapses > today))
    return query.order_by(*first).limit(1).correlate(table).scalar_subquery()


def _day(task: Any, today: date) -> ColumnElement[date]:
    """Returns the day when a snoozed task is back, when one to come opens, when one that is open is due."""
    return case((task.paused > today, task.paused), (task.opens > today, task.opens), else_=task.due)


def _in_order(order: ListOrder, today: date) -> list[ColumnElement[Any]]:
    name = [table.c.sort, table.c.stream]
    if order.by == "name":
        return [name[0].desc() if order.falling else name[0], name[1]]
    if order.by == "next":
        value: ColumnElement[Any] = _day(_next.c, today)
    elif order.ranks:
        ranked = ((table.c[order.by] == one, rank) for rank, one in enumerate(order.ranks))
        value = case(*ranked)
    else:
        value = table.c[order.by]
    return [value.is_(None), value.desc() if order.falling else value, *name]

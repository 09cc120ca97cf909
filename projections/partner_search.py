"""Questions of the list of partners: those of a status that filters and words find, a page at a time."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Column, ColumnElement, Connection, Select, and_, case, false, func, intersect, select

from pixflow.identity import normalise
from pixflow.partners.state import first_days
from projections.partners import table, terms, words
from projections.statements import WITHOUT, list_rows, page_of, pair_columns, question

TERMS = ("kind", "label")
WORDS = 10
"""Words of a search that count."""


class PartnerFilter(Struct, frozen=True):
    """A question to the list; "" asks nothing. `text` has beginnings of words of names and communes.

    `hours` are the texts of opening hours that are wanted, or, with `other_hours`, those that are not. None wants all.
    """

    status: str
    today: date
    text: str = ""
    kind: str = ""
    label: str = ""
    freshness: str = ""
    hours: tuple[str, ...] | None = None
    other_hours: bool = False


def page(connection: Connection, asked: PartnerFilter, limit: int, offset: int) -> list[Any]:
    """Returns the partners found, by commune, then by name."""
    query = select(table).where(*_filter_rows(asked)).order_by(table.c.town, table.c.sort, table.c.stream)
    return page_of(connection, query, limit, offset)


@question(list_rows)
def of_streams(streams: Sequence[UUID]) -> Select[Any]:
    """Returns these partners, by commune, then by name."""
    return select(table).where(table.c.stream.in_(streams)).order_by(table.c.town, table.c.sort, table.c.stream)


def places(connection: Connection, filters: PartnerFilter) -> list[Any]:
    """Returns what the map of all partners found needs, in the order of their pages."""
    columns = (
        table.c.stream, table.c.name, table.c.commune, table.c.town, table.c.latitude, table.c.longitude,
        table.c.teaches,
    )  # fmt: skip
    query = select(*columns).where(*_filter_rows(filters))
    return list(connection.execute(query.order_by(table.c.town, table.c.sort, table.c.stream)))


def hours_of(connection: Connection, asked: PartnerFilter) -> list[str]:
    """Returns the texts of opening hours of the partners found, each once."""
    return sorted(connection.execute(select(table.c.hours).where(*_filter_rows(asked)).distinct()).scalars())


def towns(connection: Connection, filters: PartnerFilter) -> list[Any]:
    """Returns the communes of the partners found: how many, and the middle of those that have coordinates."""
    query = select(
        table.c.town,
        func.max(table.c.commune).label("commune"),
        func.count().label("count"),
        func.avg(table.c.latitude).label("latitude"),
        func.avg(table.c.longitude).label("longitude"),
        func.max(case((table.c.teaches, 1), else_=0)).label("teaches"),
    ).where(*_filter_rows(filters))
    return list(connection.execute(query.group_by(table.c.town).order_by(table.c.town)))


@question(lambda found: {commune: (latitude, longitude) for commune, latitude, longitude in found})
def middles() -> Select[Any]:
    """Returns the middle of the listed partners of each commune that have coordinates."""
    query = select(table.c.commune, func.avg(table.c.latitude), func.avg(table.c.longitude))
    query = query.where(table.c.status == "listed", table.c.commune != "", table.c.latitude.is_not(None))
    return query.group_by(table.c.commune).order_by(table.c.commune)


def counts(connection: Connection, filters: PartnerFilter) -> dict[str, dict[str, int]]:
    """Returns, for each filter, the number of partners that each of its values would find with the other filters."""
    counts_by_filter: dict[str, dict[str, int]] = {}
    for name in TERMS:
        query = select(terms.c.value, func.count()).where(terms.c.facet == name, terms.c.status == filters.status)
        query = query.where(*_of_days(terms.c.confirmed, filters), *_in_terms(terms.c.stream, filters, but=name))
        counts_by_filter[name] = pair_columns(connection.execute(query.group_by(terms.c.value).order_by(terms.c.value)))
    fresh, ageing = first_days(filters.today)
    day = table.c.confirmed
    how = case((day.is_(None), "unknown"), (day >= fresh, "fresh"), (day >= ageing, "ageing"), else_="old")
    query = select(how, func.count()).where(table.c.status == filters.status, *_in_terms(table.c.stream, filters))
    return {**counts_by_filter, "freshness": pair_columns(connection.execute(query.group_by(how).order_by(how)))}


def _filter_rows(filters: PartnerFilter) -> Iterable[ColumnElement[bool]]:
    yield table.c.status == filters.status
    yield from _of_days(table.c.confirmed, filters)
    yield from _in_terms(table.c.stream, filters)
    if filters.hours is not None:
        yield table.c.hours.not_in(filters.hours) if filters.other_hours else table.c.hours.in_(filters.hours)


def _of_days(column: Column[date], asked: PartnerFilter) -> Iterable[ColumnElement[bool]]:
    fresh, ageing = first_days(asked.today)
    match asked.freshness:
        case "fresh":
            yield column >= fresh
        case "ageing":
            yield and_(column >= ageing, column < fresh)
        case "old":
            yield column < ageing
        case "unknown":
            yield column.is_(None)
        case other if other:
            yield false()


def _in_terms(column: Column[UUID], filters: PartnerFilter, but: str = "") -> Iterable[ColumnElement[bool]]:
    """Selects the streams that have the kind, the label and the words asked for; the filter `but` is left out."""
    wanted = normalise(filters.text).split()
    if filters.text and not wanted:
        yield false()
    with_each = [
        select(terms.c.stream).where(
            terms.c.facet == name,
            terms.c.status == filters.status,
            terms.c.value == ("" if value == WITHOUT else value),
        )
        for name in TERMS
        if name != but and (value := getattr(filters, name))
    ]
    with_each += [
        select(words.c.stream).where(words.c.word >= word, words.c.word < word + "\x7f") for word in wanted[:WORDS]
    ]
    if with_each:
        yield column.in_(intersect(*with_each))

"""Partners: each with its file, its offers, its places in the sources, its former names."""

from collections.abc import Collection, Iterable
from dataclasses import fields
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import JSON, Boolean, Connection, Date, Float, Index, Integer, Select, String, Table, Uuid, func, select

from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.identity import normalise
from pixflow.partners.state import PartnerState, to_review
from projections.contract import Change, Row, keys, metadata, optional, required
from projections.statements import Statement, among, by_key, list_rows, pair_columns, question, row_of

NAME = "territory.partners"
KINDS = frozenset({"partner"})
INDEXED = 200
"""Characters of a text that pages search and sort by."""

table = Table(
    "partners",
    metadata,
    *keys(stream=Uuid),
    *required(status=String, name=String, sort=String, commune=String, town=String, phone=String, email=String),
    *required(to_review=Boolean, offers=Integer, teaches=Boolean, hours=String, details=JSON),
    *optional(confirmed=Date, checked=Date, used=Date, into=Uuid, latitude=Float, longitude=Float),
    Index("partners_by_town", "status", "town", "sort", "stream"),
    Index("partners_by_day", "status", "confirmed", "stream"),
    Index("partners_by_commune", "commune"),
    Index("partners_joined", "into"),
)
offers = Table("partner_offers", metadata, *keys(stream=Uuid, offer=Uuid), *required(closed=Boolean, terms=JSON))
places = Table(
    "partner_places",
    metadata,
    *keys(stream=Uuid, key=String),
    *required(source=String, place=String, digest=String, gone=Boolean),
    Index("partner_places_by_source", "source"),
)
names = Table("partner_names", metadata, *keys(stream=Uuid, sort=String))
terms = Table(
    "partner_terms",
    metadata,
    *keys(stream=Uuid, facet=String, value=String),
    *required(status=String),
    *optional(confirmed=Date),
    Index("partner_terms_found", "facet", "value", "status", "confirmed", "stream"),
    sqlite_with_rowid=False,
)
"""The terms that filter partners: kinds of their offers, and their programmes; "" for none."""
words = Table(
    "partner_words",
    metadata,
    *keys(word=String, stream=Uuid),
    Index("partner_words_of", "stream"),
    sqlite_with_rowid=False,
)
"""The words of their names and communes. No search is of an earlier day."""
KEPT = (table, offers, places, names, terms)
TABLES = (*KEPT, words)


def rows(change: Change) -> dict[Table, list[Row]]:
    state: PartnerState = change.after
    if state.listed is None and state.suggested is None:
        return {}
    details = state.details
    partner = _partner(change.stream, state, details)
    if state.into:
        return {table: [partner]}
    return {
        table: [partner],
        offers: [
            {"stream": change.stream, "offer": id, "closed": one.closed is not None, "terms": _plain(one.terms)}
            for id, one in state.offers.items()
        ],
        places: [
            row_of(places, one, stream=change.stream, key=key, gone=one.gone is not None)
            for key, one in state.sources.items()
        ],
        names: [{"stream": change.stream, "sort": sort} for sort in {sort_of(name) for name in state.names}],
        terms: _terms(change.stream, state, details),
        words: [
            {"word": word, "stream": change.stream}
            for word in {word[:INDEXED] for word in normalise(f"{details.name} {details.town}").split()}
        ],
    }


def _terms(stream: UUID, state: PartnerState, details: PartnerDetails) -> list[Row]:
    status, confirmed = _status(state), state.confirmed
    kinds = {one.kind for one in state.open_offers().values()} if status == "listed" else set()
    values_by_facet: dict[str, set[str]] = {
        "kind": {*kinds} or {""},
        "label": {label[:INDEXED] for label in details.labels} or {""},
    }
    return [
        {"stream": stream, "facet": facet, "value": value, "status": status, "confirmed": confirmed}
        for facet, values in values_by_facet.items()
        for value in sorted(values)
    ]


def _partner(stream: UUID, state: PartnerState, details: PartnerDetails) -> Row:
    offered = state.open_offers().values()
    latitude, longitude = details.point or (None, None)
    return row_of(
        table,
        details,
        stream=stream,
        status=_status(state),
        sort=sort_of(details.name),
        commune=details.commune[:INDEXED],
        town=details.town[:INDEXED],
        confirmed=state.confirmed,
        checked=state.checked.on if state.checked else None,
        used=state.used,
        to_review=to_review(state),
        into=state.into,
        offers=len(offered),
        teaches=any(one.kind != "access" for one in offered),
        latitude=latitude,
        longitude=longitude,
        details=_plain(details),
    )


def sort_of(name: str) -> str:
    """Returns the key of a name, as tables sort it and find it."""
    return normalise(name)[:INDEXED]


def _status(state: PartnerState) -> str:
    if state.into:
        return "joined"
    if state.delisted:
        return "delisted"
    return "listed" if state.listed else "suggested"


def _plain(value: OfferTerms | PartnerDetails) -> dict[str, Any]:
    """Returns the fields that say something."""
    return {one.name: told for one in fields(value) if (told := getattr(value, one.name)) != one.default}


def details_of(row: Any) -> PartnerDetails:
    """Returns the file of a row."""
    return msgspec.convert(row.details, PartnerDetails)


def terms_of(row: Any) -> OfferTerms:
    """Returns the terms of an offer's row."""
    return msgspec.convert(row.terms, OfferTerms)


def find(connection: Connection, stream: UUID) -> Any:
    """Returns a partner's row, that of the partner it was joined to; None when unknown."""
    found = _one(connection, stream=stream).first()
    return find(connection, found.into) if found and found.into else found


_one = Statement(lambda stream: select(table).where(table.c.stream == stream))


@question(pair_columns)
def titles(streams: Iterable[UUID]) -> Select[Any]:
    """Returns the names of these partners."""
    return select(table.c.stream, table.c.name).where(table.c.stream.in_(streams))


@question(list_rows)
def listed(status: str = "listed") -> Select[Any]:
    """Returns the partners of a status, by commune, then by name."""
    return select(table).where(table.c.status == status).order_by(table.c.town, table.c.sort, table.c.stream)


@question(list_rows)
def list_offers() -> Select[Any]:
    """Returns every open offer of a listed partner, with its partner's name and place."""
    of_partner = (table.c.name, table.c.commune, table.c.town, table.c.latitude, table.c.longitude)
    query = select(offers.c.stream, offers.c.offer, offers.c.terms, *of_partner)
    query = query.join(table, table.c.stream == offers.c.stream).where(~offers.c.closed, table.c.status == "listed")
    return query.order_by(offers.c.stream, offers.c.offer)


def of_commune(connection: Connection, commune: str, town: str) -> list[Any]:
    """Returns the listed partners of a commune, by its code, or by its name without one."""
    here = table.c.commune == commune if commune else table.c.town == town
    return list(
        connection.execute(select(table).where(table.c.status == "listed", here).order_by(table.c.sort, table.c.stream))
    )


def joined_to(connection: Connection, streams: Collection[UUID]) -> dict[UUID, UUID]:
    """Returns the partners joined to these, and those joined to them before, each with the one of `streams`."""
    joins: dict[UUID, UUID] = {}
    goes_on = {stream: stream for stream in streams}
    while goes_on:
        goes_on = {row.stream: goes_on[row.into] for row in _joined(connection, values=sorted(goes_on))}
        joins |= goes_on
    return joins


_joined = Statement(lambda values: select(table.c.stream, table.c.into).where(table.c.into.in_(values)))


@question(lambda found: by_key((row.stream, row) for row in found))
def open_offers(streams: Collection[UUID] | None = None) -> Select[Any]:
    """Returns the open offers of listed partners, by partner; of these partners only when they are given."""
    query = select(offers).join(table, table.c.stream == offers.c.stream).where(*among(offers.c.stream, streams))
    return query.where(~offers.c.closed, table.c.status == "listed").order_by(offers.c.stream, offers.c.offer)


@question(lambda found: by_key((row.stream, row) for row in found))
def every_offer() -> Select[Any]:
    """Returns the offers of every partner, open or closed, by partner."""
    return select(offers).order_by(offers.c.stream, offers.c.offer)


@question(list_rows)
def places_of(sources: Collection[str]) -> Select[Any]:
    """Returns the places of these sources that became partners."""
    return select(places).where(places.c.source.in_(sources)).order_by(places.c.stream, places.c.key)


def find_by_name(connection: Connection, sorts: Collection[str]) -> dict[str, UUID]:
    """Returns the partner of each normalised name: a listed one's own name, or a name attached to it."""
    return {row.sort: row.stream for one in _BY_NAME for row in one(connection, values=list(sorts))}


def names_of(connection: Connection, streams: Collection[UUID]) -> dict[str, UUID]:
    """Returns the normalised names that mean one of these partners: their own, and those attached to them."""
    return {row.sort: row.stream for one in _BY_STREAM for row in one(connection, values=list(streams))}


def _names(of: Table, by: str, *only: Any) -> Statement:
    found = select(of.c.sort, of.c.stream).where(*only).order_by("sort", "stream")
    return Statement(lambda values: found.where(of.c[by].in_(values)))


_BY_NAME = (_names(table, "sort", table.c.status == "listed"), _names(names, "sort"))
_BY_STREAM = (_names(table, "stream"), _names(names, "stream"))


@question(pair_columns)
def counts() -> Select[Any]:
    """Returns the number of partners of each status."""
    return select(table.c.status, func.count()).group_by(table.c.status).order_by(table.c.status)

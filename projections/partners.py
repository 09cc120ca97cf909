"""Partners: each with its file, its offers, its places in the sources, its former names."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    func,
    select,
)

from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.identity import normalise
from pixflow.partners.state import PartnerState, to_review
from projections.contract import Change, Row, metadata
from projections.statements import Statement, among, by_key

NAME = "territory.partners"
KINDS = frozenset({"partner"})
APPENDS = False
READS: dict[str, Any] = {}
INDEXED = 200
"""Characters of a text that an index holds: PostgreSQL refuses entries of more than 2,704 bytes."""

table = Table(
    "partners",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("status", String, nullable=False),  # suggested, listed, delisted, joined
    Column("name", String, nullable=False),
    Column("sort", String, nullable=False),
    Column("commune", String, nullable=False),
    Column("town", String, nullable=False),
    Column("phone", String, nullable=False),
    Column("email", String, nullable=False),
    Column("confirmed", Date),
    Column("used", Date),
    Column("to_review", Boolean, nullable=False),
    Column("into", Uuid),
    Column("offers", Integer, nullable=False),
    Column("teaches", Boolean, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("hours", String, nullable=False),
    Column("details", JSON, nullable=False),
    Index("partners_by_town", "status", "town", "sort", "stream"),
    Index("partners_by_day", "status", "confirmed", "stream"),
    Index("partners_by_commune", "commune"),
    Index("partners_joined", "into"),
)
offers = Table(
    "partner_offers",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("offer", Uuid, primary_key=True),
    Column("closed", Boolean, nullable=False),
    Column("terms", JSON, nullable=False),
)
places = Table(
    "partner_places",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("key", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("place", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("gone", Boolean, nullable=False),
    Index("partner_places_by_source", "source"),
)
names = Table(
    "partner_names",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("sort", String, primary_key=True),
)
terms = Table(
    "partner_terms",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("facet", String, primary_key=True),  # kind, label, word
    Column("value", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("confirmed", Date),
    Index("partner_terms_found", "facet", "value", "status", "confirmed", "stream"),
    sqlite_with_rowid=False,
)
"""The terms that find partners: kinds of their offers, their programmes ("" for none), words of their names."""
TABLES = (table, offers, places, names, terms)


def rows(change: Change) -> dict[Table, list[Row]]:
    state: PartnerState = change.after
    if state.listed is None and state.suggested is None:
        return {}
    if state.into:
        return {table: [_partner(change.stream, state)]}
    return {
        table: [_partner(change.stream, state)],
        offers: [
            {"stream": change.stream, "offer": id, "closed": one.closed is not None, "terms": _plain(one.terms)}
            for id, one in state.offers.items()
        ],
        places: [
            {
                "stream": change.stream,
                "key": key,
                "source": one.source,
                "place": one.place,
                "digest": one.digest,
                "gone": one.gone is not None,
            }
            for key, one in state.sources.items()
        ],
        names: [{"stream": change.stream, "sort": sort} for sort in {sort_of(name) for name in state.names}],
        terms: _terms(change.stream, state),
    }


def _terms(stream: UUID, state: PartnerState) -> list[Row]:
    details, status, confirmed = state.details, _status(state), state.confirmed
    kinds = {one.kind for one in state.open_offers().values()} if status == "listed" else set()
    found: dict[str, set[str]] = {
        "kind": {*kinds} or {""},
        "label": {label[:INDEXED] for label in details.labels} or {""},
        "word": {word[:INDEXED] for word in normalise(f"{details.name} {details.town}").split()},
    }
    return [
        {"stream": stream, "facet": facet, "value": value, "status": status, "confirmed": confirmed}
        for facet, values in found.items()
        for value in sorted(values)
    ]


def _partner(stream: UUID, state: PartnerState) -> Row:
    details = state.details
    return {
        "stream": stream,
        "status": _status(state),
        "name": details.name,
        "sort": sort_of(details.name),
        "commune": details.commune[:INDEXED],
        "town": details.town[:INDEXED],
        "phone": details.phone,
        "email": details.email,
        "confirmed": state.confirmed,
        "used": state.used,
        "to_review": to_review(state),
        "into": state.into,
        "offers": len(offered := state.open_offers()),
        "teaches": any(one.kind != "access" for one in offered.values()),
        "latitude": details.point[0] if details.point else None,
        "longitude": details.point[1] if details.point else None,
        "hours": details.hours,
        "details": _plain(details),
    }


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
    return {name: one for name, one in asdict(value).items() if one not in ("", (), None, False)}


# --- the questions


def details_of(row: Any) -> PartnerDetails:
    """Returns the file of a row."""
    return msgspec.convert(row.details, PartnerDetails)


def terms_of(row: Any) -> OfferTerms:
    """Returns the terms of an offer's row."""
    return msgspec.convert(row.terms, OfferTerms)


def one(connection: Connection, stream: UUID) -> Any:
    """Returns a partner's row, that of the partner it was joined to; None when unknown."""
    found = _one(connection, stream=stream).first()
    return one(connection, found.into) if found and found.into else found


_one = Statement(lambda stream: select(table).where(table.c.stream == stream))


def titles(connection: Connection, streams: Iterable[UUID]) -> dict[UUID, str]:
    """Returns the names of these partners."""
    return {row.stream: row.name for row in _titles(connection, streams=list(streams))}


_titles = Statement(lambda streams: select(table.c.stream, table.c.name).where(table.c.stream.in_(streams)))


def listed(connection: Connection, status: str = "listed") -> list[Any]:
    """Returns the partners of a status, by commune, then by name."""
    query = select(table).where(table.c.status == status)
    return list(connection.execute(query.order_by(table.c.town, table.c.sort, table.c.stream)))


def offered(connection: Connection) -> list[Any]:
    """Returns every open offer of a listed partner, with its partner's name and point."""
    return list(connection.execute(_OFFERED))


_OFFERED = (
    select(
        offers.c.stream,
        offers.c.offer,
        offers.c.terms,
        table.c.name,
        table.c.commune,
        table.c.latitude,
        table.c.longitude,
    )
    .join(table, table.c.stream == offers.c.stream)
    .where(~offers.c.closed, table.c.status == "listed")
    .order_by(offers.c.stream, offers.c.offer)
)


def of_commune(connection: Connection, commune: str, town: str) -> list[Any]:
    """Returns the listed partners of a commune, by its code, or by its name without one."""
    here = table.c.commune == commune if commune else table.c.town == town
    return list(
        connection.execute(select(table).where(table.c.status == "listed", here).order_by(table.c.sort, table.c.stream))
    )


def joined_to(connection: Connection, streams: Collection[UUID]) -> dict[UUID, UUID]:
    """Returns the partners joined to these, each with the one that goes on."""
    return {row.stream: row.into for row in _joined(connection, streams=list(streams))}


@Statement
def _joined(streams: Any) -> Any:
    return select(table.c.stream, table.c.into).where(table.c.into.in_(streams)).order_by(table.c.stream)


def open_offers(connection: Connection, streams: Iterable[UUID] | None = None) -> dict[UUID, list[Any]]:
    """Returns the open offers of listed partners, by partner; of these partners only when they are given."""
    rows = _open_offers(connection, streams=None if streams is None else list(streams))
    return by_key((row.stream, row) for row in rows)


@Statement
def _open_offers(streams: Any) -> Any:
    query = select(offers).join(table, table.c.stream == offers.c.stream).where(*among(offers.c.stream, streams))
    return query.where(~offers.c.closed, table.c.status == "listed").order_by(offers.c.stream, offers.c.offer)


def offer_ids(connection: Connection) -> dict[UUID, list[UUID]]:
    """Returns the offers of every partner, open or closed."""
    query = select(offers.c.stream, offers.c.offer).order_by(offers.c.stream, offers.c.offer)
    return by_key(connection.execute(query))


def places_of(connection: Connection, sources: Collection[str]) -> list[Any]:
    """Returns the places of these sources that became partners."""
    query = select(places).where(places.c.source.in_(list(sources)))
    return list(connection.execute(query.order_by(places.c.stream, places.c.key)))


def named(connection: Connection, sorts: Collection[str]) -> dict[str, UUID]:
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


def counts(connection: Connection) -> dict[str, int]:
    """Returns the number of partners of each status."""
    found = connection.execute(select(table.c.status, func.count()).group_by(table.c.status).order_by(table.c.status))
    return dict(map(tuple, found))

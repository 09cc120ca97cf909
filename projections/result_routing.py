"""Résultats: the participations to match, and the current initial results."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    Uuid,
    and_,
    case,
    false,
    func,
    or_,
    select,
    text,
    true,
)

from pixflow.dossier.state import Dossier
from pixflow.events.values import Moment, Profile, Result
from pixflow.identity import imilo_number, normalise
from pixflow.participation.state import Participation
from pixflow.reference_data import References
from projections.contract import Change, Row, metadata
from projections.statements import Statement, among, page_of

NAME = "result_routing"
KINDS = frozenset({"participation", "dossier"})
APPENDS = False
READS = {
    "dossier": attrgetter(
        "last_name",
        "first_name",
        "programme",
        "site",
        "advisor",
        "closed",
        "diagnostic",
        "prescription.dispatched",
        "prescription.debriefs",
    )
}

LEFT_OUT = text("(set_aside OR vanished)")
participations = Table(
    "routing_participations",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("campaign", Uuid, nullable=False),
    Column("purpose", String),
    Column("last_name", String, nullable=False),
    Column("first_name", String, nullable=False),
    Column("sort", String, nullable=False),
    Column("external_id", String),
    Column("number", String),
    Column("started_day", Date),
    Column("started_at", DateTime),
    Column("ordinal", Integer, nullable=False),
    Column("progress", String),
    Column("result", Text),
    Column("profile", Text),
    Column("shared_day", Date),
    Column("mastery", String),
    Column("pix", Integer),
    Column("certifiable", Boolean),
    Column("vanished", Boolean, nullable=False),
    Column("seen", DateTime),
    Column("dossier", Uuid),
    Column("automatic", Boolean, nullable=False),
    Column("rejected", Text, nullable=False),
    Column("set_aside", Boolean, nullable=False),
    Column("waiting", Boolean, nullable=False),
    Column("imported_on", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Index("routing_of_campaign", "campaign"),
    Index("routing_waiting", "waiting", "imported_on"),
    Index("routing_number", "number"),
    Index("routing_name", "last_name"),
    Index("routing_left_out", "set_aside", "vanished", sqlite_where=LEFT_OUT, postgresql_where=LEFT_OUT),
)
results = Table(
    "routing_results",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("participation", Uuid, nullable=False),
    Column("name", String, nullable=False),
    Column("sort", String, nullable=False),
    Column("programme", String, nullable=False),
    Column("site", String, nullable=False),
    Column("advisor", Uuid),
    Column("mastery", String),
    Column("shared_day", Date, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("dispatched_on", Date),
    Column("dispatched_to", Uuid),
    Column("debriefed_on", Date),
    Column("closed", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Index("routing_dispatched", "dispatched_on"),
)
TABLES = (participations, results)

_ENCODER = msgspec.json.Encoder()


class KnownParticipation(Struct, frozen=True):
    """The known state of one participation of a campaign, for the next export of it."""

    stream: UUID
    last_name: str
    first_name: str
    external_id: str | None
    started: Moment | None
    ordinal: int
    progress: Decimal | None
    result: Result | None
    vanished: bool
    dossier: UUID | None
    seen: datetime | None
    profile: Profile | None = None


def rows(change: Change) -> dict[Table, list[Row]]:
    """Returns a participation's row, or a dossier's current initial result."""
    if change.kind == "participation":
        known = [_participation(change.stream, change.after)] if change.after.imported else []
        return {participations: known, results: []}
    return {participations: [], results: _result(change.stream, change.after)}


def _participation(stream: UUID, state: Participation) -> Row:
    started, result, profile = state.started, state.result, state.profile
    shared = result or profile
    return {
        "stream": stream,
        "campaign": state.campaign,
        "purpose": state.purpose,
        "last_name": state.last_name,
        "sort": normalise(f"{state.last_name} {state.first_name}"),
        "first_name": state.first_name,
        "external_id": state.external_id,
        "number": _number(state.external_id),
        "started_day": started.day if started else None,
        "started_at": started.at.replace(tzinfo=None) if started and started.at else None,
        "ordinal": state.ordinal,
        "progress": str(state.progress) if state.progress is not None else None,
        "result": _ENCODER.encode(result).decode() if result else None,
        "profile": _ENCODER.encode(profile).decode() if profile else None,
        "shared_day": shared.shared.day if shared else None,
        "mastery": str(result.mastery) if result and result.mastery is not None else None,
        "pix": profile.pix if profile else None,
        "certifiable": profile.certifiable if profile else None,
        "vanished": state.vanished is not None,
        "seen": state.seen.replace(tzinfo=None) if state.seen else None,
        "dossier": state.dossier,
        "automatic": state.automatic,
        "rejected": " ".join(map(str, state.rejected)),
        "set_aside": state.set_aside is not None,
        "waiting": state.waiting,
        "imported_on": state.imported.on if state.imported else None,
        "version": state.version,
    }


def _result(stream: UUID, dossier: Dossier) -> list[Row]:
    current = dossier.diagnostic.current("initial")
    if current is None or current[1].result is None or current[1].received is None:
        return []
    participation, link = current
    assert link.result is not None
    assert link.received is not None
    dispatched = dossier.prescription.dispatched.get(participation)
    debrief = dossier.prescription.debriefs.get(participation)
    return [
        {
            "stream": stream,
            "participation": participation,
            "name": f"{dossier.first_name} {dossier.last_name}",
            "sort": normalise(f"{dossier.first_name} {dossier.last_name}"),
            "programme": dossier.programme,
            "site": dossier.site,
            "advisor": dossier.advisor,
            "mastery": str(link.result.mastery) if link.result.mastery is not None else None,
            "shared_day": link.result.shared.day,
            "received_on": link.received.on,
            "dispatched_on": dispatched.stamp.on if dispatched else None,
            "dispatched_to": dispatched.advisor if dispatched else None,
            "debriefed_on": debrief.on if debrief else None,
            "closed": dossier.closed is not None,
            "withdrawn": link.withdrawn is not None,
        }
    ]


def _number(external_id: str | None) -> str | None:
    try:
        return imilo_number(external_id) if external_id else None
    except ValueError:
        return None


# --- the questions


def known(connection: Connection, campaign: UUID) -> list[KnownParticipation]:
    """Returns every participation of a campaign."""
    decode, decode_profile = msgspec.json.Decoder(Result).decode, msgspec.json.Decoder(Profile).decode
    found = connection.execute(select(participations).where(participations.c.campaign == campaign))
    return [
        KnownParticipation(
            row.stream,
            row.last_name,
            row.first_name,
            row.external_id,
            _moment(row),
            row.ordinal,
            Decimal(row.progress) if row.progress is not None else None,
            decode(row.result) if row.result else None,
            row.vanished,
            row.dossier,
            row.seen,
            decode_profile(row.profile) if row.profile else None,
        )
        for row in found
    ]


def waiting(
    connection: Connection, limit: int = 50, offset: int = 0, streams: Collection[UUID] | None = None
) -> list[Any]:
    """Returns the participations of declared campaigns that wait for a match, oldest first; of these only, if any."""
    return list(_waiting(connection, limit=limit, offset=offset, streams=streams))


@Statement
def _waiting(limit: int, offset: int, streams: Collection[UUID] | None) -> Select[Any]:
    row = participations.c
    query = select(participations).where(*is_waiting(), *among(row.stream, streams))
    return query.order_by(row.imported_on, row.sort, row.stream).limit(limit).offset(offset)


def waiting_total(connection: Connection, streams: Collection[UUID] | None = None) -> int:
    return int(_waiting_total(connection, streams=streams).scalar_one())


@Statement
def _waiting_total(streams: Collection[UUID] | None) -> Select[Any]:
    query = select(func.count()).select_from(participations)
    return query.where(*is_waiting(), *among(participations.c.stream, streams))


def one(connection: Connection, stream: UUID) -> Any:
    """Returns one participation's row, None when unknown."""
    return connection.execute(select(participations).where(participations.c.stream == stream)).first()


def many(connection: Connection, streams: Iterable[UUID]) -> dict[UUID, Any]:
    """Returns the rows of these participations."""
    return {row.stream: row for row in _many(connection, streams=set(streams))}


_many = Statement(lambda streams: select(participations).where(participations.c.stream.in_(streams)))


def of_campaigns(connection: Connection) -> dict[UUID, int]:
    """Counts the participations of each campaign."""
    return dict(_of_campaigns(connection).all())


_of_campaigns = Statement(lambda: select(participations.c.campaign, func.count()).group_by(participations.c.campaign))


def set_aside(connection: Connection, limit: int = 20, offset: int = 0) -> list[Any]:
    """Returns the participations set aside, latest first."""
    query = select(participations).where(participations.c.set_aside)
    order = participations.c.imported_on.desc(), participations.c.sort, participations.c.stream
    return page_of(connection, query.order_by(*order), limit, offset)


def vanished(connection: Connection, limit: int = 20, offset: int = 0) -> list[Any]:
    """Returns the participations no longer exported."""
    query = select(participations).where(participations.c.vanished)
    order = participations.c.seen.desc().nulls_last(), participations.c.sort, participations.c.stream
    return page_of(connection, query.order_by(*order), limit, offset)


def left_out_totals(connection: Connection) -> tuple[int, int]:
    """Returns the numbers of participations set aside, and of those no longer exported."""
    aside, gone = _left_out_totals(connection).one()
    return aside, gone


@Statement
def _left_out_totals() -> Select[int, int]:
    row = participations.c
    aside, gone = (func.count(case((column, 1))) for column in (row.set_aside, row.vanished))
    return select(aside, gone).where(LEFT_OUT)


def is_waiting() -> tuple[Any, ...]:
    return participations.c.waiting, participations.c.purpose.is_not(None)


def _moment(row: Any) -> Moment | None:
    return Moment(row.started_day, row.started_at) if row.started_day else None


# --- current initial results: those to dispatch to an advisor, and those dispatched


Periods = tuple[tuple[date | None, date | None], ...] | None
"""First day and the day after the last one; None: every day."""
_OLDEST = (results.c.received_on, results.c.sort, results.c.stream)


def to_dispatch(
    connection: Connection,
    limit: int = 50,
    offset: int = 0,
    refs: References | None = None,
    streams: Collection[UUID] | None = None,
) -> list[Any]:
    """Returns the current initial results that no advisor has received, oldest first.

    With `refs`, only those that the protocol of their day sends through the référent. With `streams`, only theirs.
    """
    asked = {"limit": limit, "offset": offset, "streams": streams}
    return list(_to_dispatch(connection, _by_referent(refs), **asked))


@Statement
def _to_dispatch(periods: Periods, limit: int, offset: int, streams: Collection[UUID] | None) -> Select[Any]:
    query = select(results).where(*_routed(periods), *among(results.c.stream, streams))
    return query.order_by(*_OLDEST).limit(limit).offset(offset)


def followed(
    connection: Connection,
    advisors: Iterable[UUID],
    limit: int,
    refs: References,
    streams: Collection[UUID] | None = None,
) -> list[Any]:
    """Returns dossier, participation and advisor of the results to dispatch whose dossier one of these follows."""
    asked = {"advisors": list(advisors), "limit": limit, "streams": streams}
    return list(_followed(connection, _by_referent(refs), **asked))


@Statement
def _followed(
    periods: Periods, advisors: Collection[UUID], limit: int, streams: Collection[UUID] | None
) -> Select[Any]:
    wanted = (*_routed(periods), *among(results.c.stream, streams), results.c.advisor.in_(advisors))
    query = select(results.c.stream, results.c.participation, results.c.advisor).where(*wanted)
    return query.order_by(*_OLDEST).limit(limit)


def to_dispatch_total(
    connection: Connection, refs: References | None = None, streams: Collection[UUID] | None = None
) -> int:
    return int(_to_dispatch_total(connection, _by_referent(refs), streams=streams).scalar_one())


@Statement
def _to_dispatch_total(periods: Periods, streams: Collection[UUID] | None) -> Select[Any]:
    return select(func.count()).select_from(results).where(*_routed(periods), *among(results.c.stream, streams))


def current_results(connection: Connection, dossiers: Iterable[UUID]) -> dict[UUID, Any]:
    """Returns the current initial result of each of these dossiers, dispatched or not."""
    query = select(results).where(results.c.stream.in_(list(dossiers)))
    return {row.stream: row for row in connection.execute(query)}


def dispatched_counts(connection: Connection, since: date) -> dict[UUID, tuple[int, int]]:
    """Counts the results that each advisor received since a day, and how many of them are debriefed."""
    return {advisor: (given, held) for advisor, given, held in _dispatched_counts(connection, since=since)}


@Statement
def _dispatched_counts(since: date) -> Select[Any]:
    query = select(results.c.dispatched_to, func.count(), func.count(results.c.debriefed_on))
    return query.where(results.c.dispatched_on >= since).group_by(results.c.dispatched_to)


def dispatched(
    connection: Connection, since: date, advisors: Sequence[UUID], limit: int = 50, offset: int = 0
) -> list[Any]:
    """Returns the results that these advisors received since a day, in the order of the advisors, latest first."""
    if not advisors:
        return []
    place = case({advisor: place for place, advisor in enumerate(advisors)}, value=results.c.dispatched_to)
    query = select(results).where(results.c.dispatched_on >= since, results.c.dispatched_to.in_(advisors))
    query = query.order_by(place, results.c.dispatched_on.desc(), results.c.sort, results.c.stream)
    return page_of(connection, query, limit, offset)


def _routed(periods: Periods) -> tuple[ColumnElement[bool], ...]:
    """Selects the results that no advisor has received, of these periods."""
    undone = results.c.dispatched_on.is_(None), results.c.debriefed_on.is_(None)
    within = () if periods is None else (or_(false(), *(_within(*period) for period in periods)),)
    return *undone, ~results.c.closed, ~results.c.withdrawn, *within


def _within(start: date | None, end: date | None) -> ColumnElement[bool]:
    since = results.c.received_on >= start if start else true()
    return and_(since, results.c.received_on < end) if end else since


def _by_referent(refs: References | None) -> Periods:
    """Returns the periods whose protocol sends results through the référent. The first one has no beginning."""
    if refs is None:
        return None
    starts = sorted({day for day, _ in refs.protocols.published})
    periods = zip([None, *starts[1:]], starts, [*starts[1:], None], strict=True) if starts else ()
    return tuple((since, end) for since, day, end in periods if refs.protocol(day).result_route == "referent")

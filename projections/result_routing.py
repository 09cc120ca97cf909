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
from pixflow.identity import imilo_number, list_name, normalise
from pixflow.participation.state import Participation
from pixflow.reference_data import References
from projections.contract import Change, Row, keys, metadata, optional, required
from projections.statements import (
    Statement,
    among,
    key_by_stream,
    list_rows,
    page_of,
    pair_columns,
    question,
    row_of,
    take_first,
    take_number,
)

NAME = "result_routing"
KINDS = frozenset({"participation", "dossier"})
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
    *keys(stream=Uuid),
    *required(campaign=Uuid, last_name=String, first_name=String, sort=String, ordinal=Integer, vanished=Boolean),
    *required(automatic=Boolean, rejected=Text, set_aside=Boolean, waiting=Boolean, imported_on=Date, version=Integer),
    *optional(purpose=String, external_id=String, number=String, started_day=Date, started_at=DateTime),
    *optional(progress=String, result=Text, profile=Text, shared_day=Date, mastery=String, pix=Integer),
    *optional(certifiable=Boolean, seen=DateTime, dossier=Uuid),
    Index("routing_of_campaign", "campaign"),
    Index("routing_waiting", "waiting", "imported_on"),
    Index("routing_number", "number"),
    Index("routing_name", "last_name"),
    Index("routing_left_out", "set_aside", "vanished", sqlite_where=LEFT_OUT),
)
results = Table(
    "routing_results",
    metadata,
    *keys(stream=Uuid),
    *required(participation=Uuid, name=String, sort=String, programme=String, site=String, shared_day=Date),
    *required(received_on=Date, closed=Boolean, withdrawn=Boolean),
    *optional(advisor=Uuid, mastery=String, dispatched_on=Date, dispatched_to=Uuid, debriefed_on=Date),
    Index("routing_dispatched", "dispatched_on"),
)
TABLES = KEPT = (participations, results)

_ENCODER = msgspec.json.Encoder()


class KnownParticipation(Struct):
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
    return row_of(
        participations,
        state,
        stream=stream,
        sort=normalise(list_name(state)),
        number=_number(state.external_id),
        started_day=started.day if started else None,
        started_at=started.at.replace(tzinfo=None) if started and started.at else None,
        progress=str(state.progress) if state.progress is not None else None,
        result=_ENCODER.encode(result).decode() if result else None,
        profile=_ENCODER.encode(profile).decode() if profile else None,
        shared_day=shared.shared.day if shared else None,
        mastery=str(result.mastery) if result and result.mastery is not None else None,
        pix=profile.pix if profile else None,
        certifiable=profile.certifiable if profile else None,
        vanished=state.vanished is not None,
        seen=state.seen.replace(tzinfo=None) if state.seen else None,
        rejected=" ".join(map(str, state.rejected)),
        set_aside=state.set_aside is not None,
        imported_on=state.imported.on if state.imported else None,
    )


def _result(stream: UUID, dossier: Dossier) -> list[Row]:
    current = dossier.diagnostic.current("initial")
    if current is None or current[1].result is None or current[1].received is None:
        return []
    participation, link = current
    assert link.result is not None
    assert link.received is not None
    dispatched = dossier.prescription.dispatched.get(participation)
    debrief = dossier.prescription.debriefs.get(participation)
    name = list_name(dossier)
    row = row_of(
        results,
        dossier,
        stream=stream,
        participation=participation,
        name=name,
        sort=normalise(name),
        mastery=str(link.result.mastery) if link.result.mastery is not None else None,
        shared_day=link.result.shared.day,
        received_on=link.received.on,
        dispatched_on=dispatched.stamp.on if dispatched else None,
        dispatched_to=dispatched.advisor if dispatched else None,
        debriefed_on=debrief.on if debrief else None,
        closed=dossier.closed is not None,
        withdrawn=link.withdrawn is not None,
    )
    return [row]


def _number(external_id: str | None) -> str | None:
    try:
        return imilo_number(external_id) if external_id else None
    except ValueError:
        return None


def list_participations(connection: Connection, campaign: UUID) -> list[KnownParticipation]:
    """Returns every participation of a campaign."""
    decode, decode_profile = msgspec.json.Decoder(Result).decode, msgspec.json.Decoder(Profile).decode
    rows = connection.execute(select(participations).where(participations.c.campaign == campaign))
    return [
        KnownParticipation(
            row.stream,
            row.last_name,
            row.first_name,
            row.external_id,
            Moment(row.started_day, row.started_at) if row.started_day else None,
            row.ordinal,
            Decimal(row.progress) if row.progress is not None else None,
            decode(row.result) if row.result else None,
            row.vanished,
            row.dossier,
            row.seen,
            decode_profile(row.profile) if row.profile else None,
        )
        for row in rows
    ]


@question(list_rows)
def list_waiting(limit: int = 50, offset: int = 0, streams: Collection[UUID] | None = None) -> Select[Any]:
    """Returns the participations of declared campaigns that wait for a match, oldest first; of these only, if any."""
    row = participations.c
    query = select(participations).where(*is_waiting(), *among(row.stream, streams))
    return query.order_by(row.imported_on, row.sort, row.stream).limit(limit).offset(offset)


@question(take_number)
def waiting_total(streams: Collection[UUID] | None = None) -> Select[Any]:
    query = select(func.count()).select_from(participations)
    return query.where(*is_waiting(), *among(participations.c.stream, streams))


@question(take_first)
def find(stream: UUID) -> Select[Any]:
    """Returns one participation's row, None when unknown."""
    return select(participations).where(participations.c.stream == stream)


@question(key_by_stream)
def many(streams: Iterable[UUID]) -> Select[Any]:
    """Returns the rows of these participations."""
    return select(participations).where(participations.c.stream.in_(streams))


@question(pair_columns)
def of_campaigns() -> Select[Any]:
    """Counts the participations of each campaign."""
    return select(participations.c.campaign, func.count()).group_by(participations.c.campaign)


@question(list_rows)
def set_aside(limit: int = 20, offset: int = 0) -> Select[Any]:
    """Returns the participations set aside, latest first."""
    query = select(participations).where(participations.c.set_aside).limit(limit).offset(offset)
    return query.order_by(participations.c.imported_on.desc(), participations.c.sort, participations.c.stream)


@question(list_rows)
def vanished(limit: int = 20, offset: int = 0) -> Select[Any]:
    """Returns the participations no longer exported."""
    query = select(participations).where(participations.c.vanished).limit(limit).offset(offset)
    return query.order_by(participations.c.seen.desc().nulls_last(), participations.c.sort, participations.c.stream)


@question(take_first)
def left_out_totals() -> Select[int, int]:
    """Returns the numbers of participations set aside, and of those no longer exported."""
    row = participations.c
    aside, gone = (func.count(case((column, 1))) for column in (row.set_aside, row.vanished))
    return select(aside, gone).where(LEFT_OUT)


def is_waiting() -> tuple[Any, ...]:
    return participations.c.waiting, participations.c.purpose.is_not(None)


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


@question(key_by_stream)
def current_results(dossiers: Iterable[UUID]) -> Select[Any]:
    """Returns the current initial result of each of these dossiers, dispatched or not."""
    return select(results).where(results.c.stream.in_(dossiers))


@question(lambda found: {advisor: (given, held) for advisor, given, held in found})
def dispatched_counts(since: date) -> Select[Any]:
    """Counts the results that each advisor received since a day, and how many of them are debriefed."""
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

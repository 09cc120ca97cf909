"""The impact of a protocol's limits: dossiers whose retention would end, workshops with more seats."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pixflow.documents.protocol import ProtocolDocument
from pixflow.dossier import retention
from projections import dossier_sheet, workshops
from web.desk.desk import Desk
from web.french import dates, privacy
from web.french.protocol import drafts as french
from web.french.typography import plural
from web.http.pagination import SIZE, Pager
from web.http.people import People, listed

SHOWN = 50
"""Workshops named: those of a year or so."""


@dataclass(frozen=True, slots=True)
class FallingDue:
    """A dossier whose retention would end, and why."""

    stream: UUID
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class RetentionImpact:
    """The dossiers whose retention would end that day and does not today: their number in words, one page of them.

    `visible`: this person reads dossiers; if not, none is named or counted.
    """

    visible: bool
    sentence: str
    dossiers: Sequence[FallingDue]
    pager: Pager


@dataclass(frozen=True, slots=True)
class LargeWorkshop:
    stream: UUID
    when: str
    where: str
    seats: str


@dataclass(frozen=True, slots=True)
class SeatImpact:
    """The workshops to come with more seats than the protocol would allow: their number in words, and the next ones."""

    sentence: str
    workshops: Sequence[LargeWorkshop]


def people(impact: RetentionImpact) -> People:
    """Returns the young people whom an impact names."""
    return listed(row.stream for row in impact.dossiers)


def retention_impact(
    desk: Desk, before: ProtocolDocument, after: ProtocolDocument, day: date, page: int
) -> RetentionImpact | None:
    """Returns the dossiers that a shorter retention would end on a day; None when no period is shorter."""
    if not _shorter(before, after):
        return None
    was, now = (list(retention.cutoffs(one.retention, day)) for one in (before, after))
    total = dossier_sheet.newly_past_count(desk.read, desk.scope, was, now)
    kept = {"le": day.isoformat()}
    pager = Pager.at(total, page, "/protocole/projet/protocole", kept, anchor="#conservation")
    rows = dossier_sheet.newly_past(desk.read, desk.scope, was, now, SIZE, pager.offset)
    return RetentionImpact(
        visible=desk.scope.whose != "none",
        sentence=french.falling_due(total, desk.scope.whose == "own", day),
        dossiers=[
            FallingDue(
                row.stream,
                f"{row.first_name} {row.last_name}",
                privacy.why_passed(retention.retention_period(after.retention, row.programme, row.last_on), row.closed),
            )
            for row in rows
        ],
        pager=pager,
    )


def seat_impact(desk: Desk, before: ProtocolDocument, after: ProtocolDocument, day: date) -> SeatImpact | None:
    """Returns the workshops from a day on with too many seats; None when the protocol allows as many as before."""
    largest = after.workshops.largest
    if largest >= before.workshops.largest:
        return None
    found = workshops.larger_than(desk.read, largest, day)
    return SeatImpact(
        french.too_large(len(found), largest),
        [
            LargeWorkshop(
                row.stream,
                dates.weekday_day(row.day, year=True),
                row.site,
                f"{plural(row.capacity, 'place')}, {plural(row.taken, 'inscrit·e')}",
            )
            for row in found[:SHOWN]
        ],
    )


def sentences(desk: Desk, before: ProtocolDocument, after: ProtocolDocument) -> list[str]:
    """Returns in words, without a name, what the limits of a protocol would do today."""
    return list(_sentences(desk, before, after))


def _sentences(desk: Desk, before: ProtocolDocument, after: ProtocolDocument) -> Iterator[str]:
    retained = retention_impact(desk, before, after, desk.today, 1)
    if retained and retained.visible:
        yield retained.sentence
    if seats := seat_impact(desk, before, after, desk.today):
        yield seats.sentence


def _shorter(before: ProtocolDocument, after: ProtocolDocument) -> bool:
    return any(getattr(after.retention, rule) < getattr(before.retention, rule) for rule in privacy.RULES)

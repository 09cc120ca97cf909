"""I23: the partners of the list, those to whom somebody was referred in the period, and what the list lacks.

A referral names a partner of the list by its id, or by one of its names: the list of the day decides, so that a name
attached later counts for the referrals of before.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, FromClause, and_, func, or_, select, tuple_

from pixflow.indicators.catalogue import COUNTED
from pixflow.indicators.facts import ELSEWHERE, JOINED, LISTED, NAMED, SENT, USED
from projections.figures.entries import entries, is_referral
from projections.figures.selection import Conditions, FigureQuestion, entries_of, in_period, there

OF_REFERRALS = {COUNTED: USED, "elsewhere": ELSEWHERE}
"""The numbers of referrals that depend on the list, each with its part."""


class PartnerList(Struct, frozen=True):
    """The partners of the list, the partner of each name, and the partner that goes on for one joined to it."""

    listed: frozenset[UUID]
    names: dict[str, UUID]
    joined: dict[UUID, UUID]

    def find(self, partner: UUID | None, name: str) -> UUID | None:
        """Returns the partner of a referral, None when it is in no list."""
        found = partner or self.names.get(name)
        while found in self.joined:
            found = self.joined[found]
        return found if found in self.listed else None


class Naming(Struct, frozen=True):
    """The referrals of the period that name one partner in the same way: how many there are, and the latest day.

    `partner` is the one of the list, None when it is in no list.
    """

    reason: str
    subject: UUID | None
    n: int
    latest: date
    partner: UUID | None


def referrals(table: FromClause, asked: FigureQuestion) -> Conditions:
    """Selects the referrals of the period. A cut parts them: the list of partners is the same for everybody."""
    return [is_referral(table), in_period(table, asked), *there(asked)]


def namings(connection: Connection, asked: FigureQuestion) -> list[Naming]:
    """Returns the referrals of the period by the name that they give."""
    table, partners = entries_of(asked), partner_list(connection)
    alike = (table.c.reason, table.c.subject)
    query = select(*alike, func.count(), func.max(table.c.on)).where(*referrals(table, asked)).group_by(*alike)
    return [
        Naming(reason, subject, n, latest, partners.find(subject, reason))
        for reason, subject, n, latest in connection.execute(query)
    ]


def tallies(found: Iterable[Naming]) -> Counter[str]:
    """Counts the referrals of the period by part; a partner of the list counts once."""
    made = Counter({USED: len({one.partner for one in found} - {None})})
    for one in found:
        made[SENT] += one.n
        made[ELSEWHERE] += one.n if one.partner is None else 0
    return +made


def elsewhere(found: Iterable[Naming]) -> tuple[list[str], list[UUID]]:
    """Returns the names and the partners that referrals give, and that are in no list."""
    unknown = [one for one in found if one.partner is None]
    names = {one.reason for one in unknown if one.subject is None}
    return sorted(names), sorted({one.subject for one in unknown if one.subject is not None})


def is_elsewhere(table: FromClause, names: Any, subjects: Any) -> ColumnElement[bool]:
    """Selects the referrals whose partner is in no list. Whoever names a partner by its id needs no name."""
    by_name = and_(table.c.subject.is_(None), table.c.reason.in_(names))
    return or_(by_name, table.c.subject.in_(subjects))


def of_latest_day(table: FromClause, found: Collection[Naming]) -> ColumnElement[bool]:
    """Selects the referrals of the latest day of each partner of the list, and others of that day and name."""
    days: dict[UUID, date] = {}
    for one in found:
        if one.partner:
            days[one.partner] = max(one.latest, days.get(one.partner, one.latest))
    last = [(one.reason, one.latest) for one in found if one.partner and one.latest == days[one.partner]]
    return tuple_(table.c.reason, table.c.on).in_(last)


def first_of_each(found: Iterable[Naming], rows: Iterable[Any]) -> list[Any]:
    """Returns the first row of each partner of the list. Rows have a `subject` and a `reason`."""
    partners = {(one.reason, one.subject): one.partner for one in found}
    first: dict[UUID, Any] = {}
    for row in rows:
        if partner := partners[row.reason, row.subject]:
            first.setdefault(partner, row)
    return list(first.values())


def partner_list(connection: Connection) -> PartnerList:
    """Returns the list of partners as the entries have it."""
    parts = (LISTED, NAMED, JOINED)
    columns = (entries.c.stream, entries.c.part, entries.c.reason, entries.c.subject)
    query = select(*columns).where(entries.c.indicator == "I23", entries.c.part.in_(parts))
    found = list(connection.execute(query.order_by(entries.c.stream)))
    listed = frozenset(row.stream for row in found if row.part == LISTED)
    names = [row for row in found if row.part == NAMED]
    names.sort(key=lambda row: row.stream in listed)  # of two with one name, the one that is still listed
    joined = {row.stream: row.subject for row in found if row.part == JOINED}
    return PartnerList(listed, {row.reason: row.stream for row in names}, joined)

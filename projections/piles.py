"""Piles of the queue: tasks that a role owes, and late tasks that are escalated to it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, and_, case, false, func, not_, or_, select, tuple_

from pixflow.working_days import Calendar
from projections.advisor_queue import PILED, URGENT, Owners, handed, table, visible
from projections.statements import Statement, by_key, list_rows, page_of, question

PILE_ROLES = frozenset({"referent", "manager"})
"""The roles whose tasks belong to no person: they stand in piles."""


BANDS: dict[str, int] = {"0": 0, "1-2": 2, "3-5": 5, "6-10": 10}
"""Bands of lateness: the most working days past due. OVER is the last one."""
OVER = "11"


class Lateness(Struct, frozen=True):
    """The first due day of each band on a day, the least late first; later than all is OVER."""

    starts: tuple[tuple[str, date], ...]

    @classmethod
    def on(cls, calendar: Calendar, today: date) -> "Lateness":
        starts = [("0", today)]
        for band, most in list(BANDS.items())[1:]:
            day = starts[-1][1]
            while calendar.count(day - timedelta(days=1), today) <= most:
                day -= timedelta(days=1)
            starts.append((band, day))
        return cls(tuple(starts))

    def band(self, due: date) -> str:
        return next((band for band, start in self.starts if due >= start), OVER)


class Pile(Struct, frozen=True):
    """Tasks of one kind that a role owes; `ages` counts them by band of lateness."""

    kind: str
    count: int
    late: int
    oldest: date
    ages: Mapping[str, int]


def piles(connection: Connection, roles: Collection[str], today: date, lateness: Lateness) -> list[Pile]:
    """Returns the piles that somebody with these roles sees, one row a kind."""
    if PILE_ROLES.isdisjoint(roles):
        return []
    found = _piles(connection, lateness, PILE_ROLES & frozenset(roles), today=today)
    made = []
    for kind, rows in by_key((kind, row) for kind, *row in found).items():
        ages = {band: n for band, n, _ in rows}
        count = sum(ages.values())
        made.append(Pile(kind, count, count - ages.get("0", 0), min(oldest for *_, oldest in rows), ages))
    return made


@Statement
def _piles(lateness: Lateness, roles: frozenset[str], today: date) -> Select[Any]:
    query = select(table.c.kind, _band(lateness).label("band"), func.count(), func.min(table.c.due))
    return query.where(_piled(roles), visible(today)).group_by(table.c.kind, "band").order_by(table.c.kind, "band")


def pile(
    connection: Connection,
    roles: Collection[str],
    kind: str,
    today: date,
    limit: int,
    offset: int,
    lateness: Lateness | None = None,
    band: str = "",
) -> list[Any]:
    """Returns the rows of one pile of these roles, the oldest first; with `band`, those of one band."""
    query = select(table).where(_pile(roles, kind, today), *_in_band(lateness, band))
    return page_of(connection, query.order_by(*URGENT), limit, offset)


def piled_of_keys(
    connection: Connection, roles: Collection[str], today: date, keys: Collection[tuple[UUID, str]]
) -> list[Any]:
    """Returns the rows of the piles of these roles, among these streams and keys, the oldest first."""
    chosen = tuple_(table.c.stream, table.c.key).in_(keys)
    query = select(table).where(_piled(roles), visible(today), chosen)
    return list(connection.execute(query.order_by(*URGENT)))


def pile_streams(
    connection: Connection, roles: Collection[str], kind: str, today: date, lateness: Lateness, band: str
) -> list[UUID]:
    """Returns the subjects of one band of a pile."""
    query = select(table.c.stream).where(_pile(roles, kind, today), *_in_band(lateness, band))
    return list(connection.execute(query.order_by(table.c.stream)).scalars())


def waiting_long_total(connection: Connection, roles: frozenset[str], owners: Owners, today: date) -> int:
    if roles.isdisjoint(("referent", "manager")):
        return 0
    return int(_waiting_long_total(connection, frozenset(roles), owners=owners, today=today).scalar_one())


@Statement
def _waiting_long_total(roles: frozenset[str], owners: Owners, today: date) -> Select[Any]:
    return select(func.count()).select_from(table).where(_escalated(roles, owners, today))


class WaitingCount(Struct, frozen=True):
    """Number of late rows of one kind, one person and one band; `late_owner` is "" for nobody."""

    late_kind: str
    late_owner: str
    late_band: str
    n: int


class WaitingFilter(Struct, frozen=True):
    """Filter of the late rows; an empty field means all.

    `grouped` is a column, "kind" or "owner", and its values in order: the rows stand in this order first.
    """

    kind: str = ""
    owner: UUID | None = None
    band: str = ""
    grouped: tuple[str, tuple[Any, ...]] = ("", ())


def waiting_long_counts(
    connection: Connection, roles: frozenset[str], owners: Owners, today: date, lateness: Lateness
) -> list[WaitingCount]:
    """Counts the late rows of others that are escalated to these roles, by kind, by person and by band."""
    if roles.isdisjoint(("referent", "manager")):
        return []
    found = _waiting_long_counts(connection, frozenset(roles), lateness, owners=owners, today=today)
    return [WaitingCount(kind, str(owner or ""), band, n) for kind, owner, band, n in found]


@Statement
def _waiting_long_counts(roles: frozenset[str], lateness: Lateness, owners: Owners, today: date) -> Select[Any]:
    alike = (table.c.kind, table.c.owner, "band")
    query = select(table.c.kind, table.c.owner, _band(lateness).label("band"), func.count())
    return query.where(_escalated(roles, owners, today)).group_by(*alike).order_by(*alike)


def waiting_long(
    connection: Connection,
    roles: frozenset[str],
    owners: Owners,
    today: date,
    lateness: Lateness,
    late: WaitingFilter,
    limit: int,
    offset: int,
) -> list[Any]:
    """Returns the late rows of others that are escalated to these roles, filtered, the oldest first in each group."""
    if roles.isdisjoint(("referent", "manager")):
        return []
    asked = {"owners": owners, "today": today, "limit": limit, "offset": offset}
    return list(_waiting_long(connection, frozenset(roles), lateness, late, **asked))


@Statement
def _waiting_long(
    roles: frozenset[str], lateness: Lateness, late: WaitingFilter, owners: Owners, today: date, limit: int, offset: int
) -> Select[Any]:
    query = select(table).where(_escalated(roles, owners, today), *_in_band(lateness, late.band))
    query = query.where(table.c.kind == late.kind) if late.kind else query
    query = query.where(table.c.owner == late.owner) if late.owner else query
    column, values = late.grouped
    places = {value: place for place, value in enumerate(values)}
    order = [case(places, value=table.c[column], else_=len(places))] if places else []
    return query.order_by(*order, *URGENT).limit(limit).offset(offset)


def waiting_long_of(
    connection: Connection, roles: frozenset[str], owners: Owners, today: date, keys: Collection[tuple[UUID, str]]
) -> list[Any]:
    """Returns the late rows that are escalated to these roles, among these streams and keys, the oldest first."""
    if roles.isdisjoint(("referent", "manager")):
        return []
    query = select(table).where(_escalated(roles, owners, today), tuple_(table.c.stream, table.c.key).in_(keys))
    return list(connection.execute(query.order_by(*URGENT)))


def _band(lateness: Lateness) -> ColumnElement[str]:
    return case(*((table.c.due >= start, band) for band, start in lateness.starts), else_=OVER)


def _in_band(lateness: Lateness | None, band: str) -> Sequence[ColumnElement[bool]]:
    return [_band(lateness) == band] if lateness and band else []


@question(list_rows)
def late_debriefs(today: date) -> Select[Any]:
    """Returns for each advisor how many of their debriefs are late, and since which day at most."""
    late = (table.c.kind == "hold-debrief", table.c.due < today, table.c.owner.is_not(None))
    return select(table.c.owner, func.count(), func.min(table.c.due)).where(*late).group_by(table.c.owner)


def _pile(roles: Collection[str], kind: str, today: date) -> ColumnElement[bool]:
    return and_(_piled(roles), table.c.kind == kind, visible(today))


def _piled(roles: Collection[str]) -> ColumnElement[bool]:
    return and_(PILED, table.c.role.in_(PILE_ROLES & frozenset(roles)))


def _escalated(roles: frozenset[str], owners: Owners, today: date) -> ColumnElement[bool]:
    of_others = and_(table.c.role.in_(("advisor", "facilitator")), table.c.to_referent <= today)
    to_referent = of_others if "referent" in roles else false()
    to_manager = table.c.to_manager <= today if "manager" in roles else false()
    theirs = or_(table.c.owner.is_(None), table.c.owner.not_in(owners))
    claimed = and_(handed(today), table.c.handed_to.in_(owners))
    theirs = and_(theirs, not_(claimed), table.c.role.not_in(PILE_ROLES & roles))
    return and_(table.c.due <= today, visible(today), or_(to_referent, to_manager), theirs)

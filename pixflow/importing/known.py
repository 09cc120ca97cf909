"""What is known and what the file says of one participation, in the same words."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Protocol, TypeVar
from uuid import UUID

from msgspec import Struct

from pixflow.events.values import Moment, Part, Result
from pixflow.identity import normalise
from pixflow.pix_orga import Key, Row, participation_keys
from pixflow.working_days import Calendar

T = TypeVar("T")
Base = tuple[str, str, str, str]


class KnownRow(Protocol):
    """One participation of the campaign as the read side knows it; a time without a zone is UTC."""

    @property
    def stream(self) -> UUID: ...
    @property
    def last_name(self) -> str: ...
    @property
    def first_name(self) -> str: ...
    @property
    def external_id(self) -> str | None: ...
    @property
    def started(self) -> Moment | None: ...
    @property
    def ordinal(self) -> int: ...
    @property
    def progress(self) -> Decimal | None: ...
    @property
    def result(self) -> Result | None: ...
    @property
    def vanished(self) -> bool: ...
    @property
    def dossier(self) -> UUID | None: ...


class Said(Struct, frozen=True):
    """One row of the file, in the values that events carry."""

    row: Row
    key: Key
    started: Moment | None
    result: Result | None

    @property
    def base(self) -> Base:
        return self.key[:4]

    @property
    def progress(self) -> Decimal | None:
        """A fraction of 1; a shared row is finished, whatever its column says or lacks."""
        return Decimal(1) if self.row.shared else self.row.progress


def said(rows: tuple[Row, ...], calendar: Calendar, exported_at: datetime | None) -> list[Said]:
    """The rows of an export; days are the structure's, and a row shared without a date is dated by its start."""
    return [_said(row, key, calendar, exported_at) for row, key in zip(rows, participation_keys(rows), strict=True)]


def _said(row: Row, key: Key, calendar: Calendar, exported_at: datetime | None) -> Said:
    started = _moment(row.started, calendar)
    shared = (_moment(row.shared_at, calendar) or started or _moment(exported_at, calendar)) if row.shared else None
    return Said(row, key, started, _result(row, shared) if shared else None)


def _moment(at: datetime | date | None, calendar: Calendar) -> Moment | None:
    if isinstance(at, datetime):
        return Moment(calendar.local_day(at), at)
    return Moment(at) if at else None


def _result(row: Row, shared: Moment) -> Result:
    return Result(
        shared=shared,
        mastery=row.mastery,
        palier=row.palier,
        paliers=row.paliers,
        badges=row.badges,
        competences=tuple(Part(part.name, part.mastered, part.targeted) for part in row.competences),
        domains=tuple(Part(part.name, part.mastered, part.targeted) for part in row.domains),
    )


def base_of(known: KnownRow) -> Base:
    """The participation's key without its ordinal, as pix_orga.Key has it."""
    at = known.started and _start(known.started)
    names = normalise(known.last_name), normalise(known.first_name)
    return (*names, known.external_id or "", at.isoformat() if at else "")


def has_day_only(started: Moment | None) -> bool:
    return started is not None and started.at is None


def utc_day(moment: Moment | None) -> str:
    """The UTC day, ISO, which is what a date without a time means in an export (PIX.md §1.6); "" for none."""
    at = moment and _start(moment)
    return (at.date() if isinstance(at, datetime) else at).isoformat() if at else ""


def same_result(one: Result, other: Result) -> bool:
    """Nothing is contradicted: what only one of the two tells (a time, a badge of later) is no other result."""
    return one == other or (
        (one.mastery, one.palier) == (other.mastery, other.palier)
        and _same_moment(one.shared, other.shared)
        and _agree(dict(one.badges), dict(other.badges))
        and _agree(_by_name(one.competences), _by_name(other.competences))
        and _agree(_by_name(one.domains), _by_name(other.domains))
    )


def _by_name(parts: tuple[Part, ...]) -> dict[str, Part]:
    return {part.name: part for part in parts}


def _agree(one: dict[str, T], other: dict[str, T]) -> bool:
    return all(one[name] == other[name] for name in one if name in other)


def _same_moment(one: Moment, other: Moment) -> bool:
    if one.at and other.at:
        return _start(one) == _start(other)
    return utc_day(one) == utc_day(other)


def _start(moment: Moment) -> datetime | date:
    if moment.at is None:
        return moment.day
    return moment.at.astimezone(UTC) if moment.at.tzinfo else moment.at.replace(tzinfo=UTC)

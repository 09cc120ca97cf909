"""What is known and what the file says of one participation, in the same words."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Protocol, TypeVar
from uuid import UUID

from msgspec import Struct

from pixflow.events.values import Level, Moment, Part, Profile, Result
from pixflow.identity import normalise
from pixflow.pix_orga import Entry, Key, ProfileRow, Row, participation_keys
from pixflow.working_days import Calendar

T = TypeVar("T")
N = TypeVar("N", Part, Level)
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
    def profile(self) -> Profile | None: ...
    @property
    def vanished(self) -> bool: ...
    @property
    def dossier(self) -> UUID | None: ...


class Said(Struct, frozen=True):
    """One row of the file, in the values that events carry."""

    row: Entry
    key: Key
    started: Moment | None
    result: Result | None
    profile: Profile | None = None

    @property
    def base(self) -> Base:
        return self.key[:4]

    @property
    def progress(self) -> Decimal | None:
        """A fraction of 1; a shared row is finished, whatever its column says or lacks. A profile has none."""
        if not isinstance(self.row, Row):
            return None
        return Decimal(1) if self.row.shared else self.row.progress

    @property
    def dated(self) -> Moment | None:
        """What its key names it by."""
        return self.profile.shared if self.profile else self.started

    @property
    def unsent(self) -> bool:
        """A profile that was not sent: nothing dates it."""
        return isinstance(self.row, ProfileRow) and not self.row.shared


def said(rows: tuple[Entry, ...], calendar: Calendar, exported_at: datetime | None) -> list[Said]:
    """The rows of an export; days are the structure's, and a row shared without a date is dated by its start."""
    return [_said(row, key, calendar, exported_at) for row, key in zip(rows, participation_keys(rows), strict=True)]


def _said(row: Entry, key: Key, calendar: Calendar, exported_at: datetime | None) -> Said:
    started = _moment(row.started, calendar) if isinstance(row, Row) else None
    shared = (_moment(row.shared_at, calendar) or started or _moment(exported_at, calendar)) if row.shared else None
    if shared and isinstance(row, Row):
        return Said(row, key, started, _result(row, shared))
    return Said(row, key, started, None, _profile(row, shared) if shared and isinstance(row, ProfileRow) else None)


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


def _profile(row: ProfileRow, shared: Moment) -> Profile:
    return Profile(
        shared=shared,
        pix=row.pix,
        certifiable=row.certifiable,
        certifiable_competences=row.certifiable_competences,
        levels=row.levels,
    )


def dated(known: KnownRow) -> Moment | None:
    """What the participation's key names it by: when it was begun, or when the profile was sent."""
    return known.profile.shared if known.profile else known.started


def base_of(known: KnownRow) -> Base:
    """The participation's key without its ordinal, as pix_orga.Key has it."""
    moment = dated(known)
    at = moment and _start(moment)
    names = normalise(known.last_name), normalise(known.first_name)
    return (*names, known.external_id or "", at.isoformat() if at else "")


def has_day_only(moment: Moment | None) -> bool:
    return moment is not None and moment.at is None


def utc_day(moment: Moment | None) -> str:
    """Returns the UTC day of an export's date, ISO, "" for none (docs/pix-orga.md#dates)."""
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


def same_profile(one: Profile, other: Profile) -> bool:
    """The same for profiles."""
    return one == other or (
        (one.pix, one.certifiable, one.certifiable_competences)
        == (other.pix, other.certifiable, other.certifiable_competences)
        and _same_moment(one.shared, other.shared)
        and _agree(_by_name(one.levels), _by_name(other.levels))
    )


def is_since(moment: Moment, when: datetime) -> bool:
    """Later than an instant; a day is, unless it is over by then."""
    start = _start(moment)
    return start > when if isinstance(start, datetime) else start >= when.astimezone(UTC).date()


def _by_name(parts: tuple[N, ...]) -> dict[str, N]:
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

"""One participation, as it is known and as the file shows it, with the same fields."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar
from uuid import UUID

from msgspec import Struct

from pixflow.events.values import Level, Moment, Part, Profile, Result
from pixflow.identity import normalise
from pixflow.pix_orga import AssessmentRow, ExportEntry, Key, PartResult, ProfileRow, participation_keys
from pixflow.pix_orga.export import utc_moment
from pixflow.working_days import Calendar

T = TypeVar("T")
N = TypeVar("N", Part, Level)
Base = tuple[str, str, str, str]


class KnownRow(Protocol):
    """One known participation of the campaign. A time without a zone is UTC."""

    stream: UUID
    last_name: str
    first_name: str
    external_id: str | None
    started: Moment | None
    ordinal: int
    progress: Decimal | None
    result: Result | None
    profile: Profile | None
    vanished: bool
    dossier: UUID | None


class FileRow(Struct, frozen=True):
    """One row of the file, with the values that events carry."""

    row: ExportEntry
    key: Key
    started: Moment | None
    result: Result | None
    profile: Profile | None = None

    @property
    def base(self) -> Base:
        return self.key[:4]

    @property
    def progress(self) -> Decimal | None:
        """The fraction of 1. A shared row is finished, even if its column says otherwise. None for a profile."""
        if not isinstance(self.row, AssessmentRow):
            return None
        return Decimal(1) if self.row.shared else self.row.progress

    @property
    def dated(self) -> Moment | None:
        """The date in its key."""
        return self.profile.shared if self.profile else self.started

    @property
    def unsent(self) -> bool:
        """Tells whether it is a profile that was not sent: it has no date."""
        return isinstance(self.row, ProfileRow) and not self.row.shared


def file_rows(rows: tuple[ExportEntry, ...], calendar: Calendar, exported_at: datetime | None) -> list[FileRow]:
    """Returns the rows of an export, with the structure's days. A row shared without a date is dated by its start."""
    dated_rows = []
    sent = _moment(utc_moment(exported_at) if exported_at else None, calendar)
    for row, key in zip(rows, participation_keys(rows), strict=True):
        started = _moment(row.started, calendar) if isinstance(row, AssessmentRow) else None
        shared = (_moment(row.shared_at, calendar) or started or sent) if row.shared else None
        result = profile = None
        if shared and isinstance(row, AssessmentRow):
            alike: dict[str, Any] = {name: getattr(row, name) for name in ("mastery", "palier", "paliers", "badges")}
            competences, domains = _parts(row.competences), _parts(row.domains)
            result = Result(shared=shared, competences=competences, domains=domains, **alike)
        elif shared and isinstance(row, ProfileRow):
            names = ("pix", "certifiable", "certifiable_competences", "levels")
            profile = Profile(shared=shared, **{name: getattr(row, name) for name in names})
        dated_rows.append(FileRow(row, key, started, result, profile))
    return dated_rows


def _moment(utc: Moment | None, calendar: Calendar) -> Moment | None:
    """Returns a time of Pix with the day of the structure."""
    return Moment(calendar.local_day(utc.at), utc.at) if utc and utc.at else utc


def _parts(parts: Iterable[PartResult]) -> tuple[Part, ...]:
    return tuple(Part(one.name, one.mastered, one.targeted) for one in parts)


def find_date(known: KnownRow) -> Moment | None:
    """Returns the date in the key of a participation: its start, or the sending of the profile."""
    return known.profile.shared if known.profile else known.started


def base_of(participation: KnownRow) -> Base:
    """Returns the key of a participation without its ordinal, in the form of pix_orga.Key."""
    moment = find_date(participation)
    at = moment and _start(moment)
    names = normalise(participation.last_name), normalise(participation.first_name)
    return (*names, participation.external_id or "", at.isoformat() if at else "")


def has_day_only(moment: Moment | None) -> bool:
    return moment is not None and moment.at is None


def utc_day(moment: Moment | None) -> str:
    """Returns the UTC day of an export's date, ISO, "" for none (docs/pix-orga.md#dates)."""
    at = moment and _start(moment)
    return (at.date() if isinstance(at, datetime) else at).isoformat() if at else ""


def same_result(result: Result, other: Result) -> bool:
    """Tells whether two results agree. A field that only one of them has (a time, a later badge) does not count."""
    return result == other or (
        (result.mastery, result.palier) == (other.mastery, other.palier)
        and _same_moment(result.shared, other.shared)
        and _agree(dict(result.badges), dict(other.badges))
        and _agree(_by_name(result.competences), _by_name(other.competences))
        and _agree(_by_name(result.domains), _by_name(other.domains))
    )


def same_profile(profile: Profile, other: Profile) -> bool:
    """Tells whether two profiles agree. A field that only one of them has does not count."""
    return profile == other or (
        (profile.pix, profile.certifiable, profile.certifiable_competences)
        == (other.pix, other.certifiable, other.certifiable_competences)
        and _same_moment(profile.shared, other.shared)
        and _agree(_by_name(profile.levels), _by_name(other.levels))
    )


def is_since(moment: Moment, when: datetime) -> bool:
    """Tells whether a time is after an instant. A day counts as after it, unless the day is over by then."""
    start = _start(moment)
    return start > when if isinstance(start, datetime) else start >= when.astimezone(UTC).date()


def _by_name(parts: tuple[N, ...]) -> dict[str, N]:
    return {part.name: part for part in parts}


def _agree(one: dict[str, T], other: dict[str, T]) -> bool:
    return all(one[name] == other[name] for name in one if name in other)


def _same_moment(moment: Moment, other: Moment) -> bool:
    if moment.at and other.at:
        return _start(moment) == _start(other)
    return utc_day(moment) == utc_day(other)


def _start(moment: Moment) -> datetime | date:
    if moment.at is None:
        return moment.day
    return moment.at.astimezone(UTC) if moment.at.tzinfo else moment.at.replace(tzinfo=UTC)

"""One participation in a Pix campaign: one try by one person, as Pix Orga exports it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pixflow.events import Event
from pixflow.events.values import Moment, Profile, Purpose, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationImported(Event):
    """A row met for the first time. `progress` is a fraction of 1; `ordinal` tells equal rows apart."""

    TOPIC: ClassVar[str] = "participation.ParticipationImported"
    campaign: UUID
    purpose: Purpose | None
    last_name: str
    first_name: str
    external_id: str | None
    imported: tuple[tuple[str, str], ...] = ()
    started: Moment | None
    progress: Decimal | None
    ordinal: int
    exported_at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeSettled(Event):
    """The campaign was declared after this row came in, and matching may begin; or its purpose was corrected."""

    TOPIC: ClassVar[str] = "participation.PurposeSettled"
    purpose: Purpose
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationProgressed(Event):
    """A later export shows another progress, or shows a vanished row again."""

    TOPIC: ClassVar[str] = "participation.ParticipationProgressed"
    progress: Decimal | None
    exported_at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultShared(Event):
    TOPIC: ClassVar[str] = "participation.ResultShared"
    result: Result
    exported_at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileShared(Event):
    """The profile was sent. From then on its sending names the row, `ordinal` among those of the same minute."""

    TOPIC: ClassVar[str] = "participation.ProfileShared"
    profile: Profile
    ordinal: int
    exported_at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationVanished(Event):
    """A later export no longer shows the row: deleted in Pix Orga. Its result is kept."""

    TOPIC: ClassVar[str] = "participation.ParticipationVanished"
    exported_at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchConfirmed(Event):
    """Whose it is. `score` is 0 to 100; reasons and warnings are matching's codes; `others` were proposed too."""

    TOPIC: ClassVar[str] = "participation.MatchConfirmed"
    dossier: UUID
    automatic: bool
    score: int
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    others: tuple[UUID, ...] = ()
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRejected(Event):
    """Not this dossier: it is not proposed again."""

    TOPIC: ClassVar[str] = "participation.MatchRejected"
    dossier: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationSetAside(Event):
    """Nobody's here: a test account, a colleague, someone followed elsewhere."""

    TOPIC: ClassVar[str] = "participation.ParticipationSetAside"
    reason: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted(Event):
    TOPIC: ClassVar[str] = "participation.Retracted"
    version: int
    reason: str
    on: date

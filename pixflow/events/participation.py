"""One participation in a Pix campaign: one try by one person, as Pix Orga exports it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pixflow.events.base import Event, Personal
from pixflow.events.values import Moment, Profile, Purpose, Result

PLAIN = frozenset({
    "campaign", "purpose", "ordinal", "exported_at", "on", "dossier", "automatic", "score", "reasons",
    "warnings", "others", "version", "row", "proof",
})  # fmt: skip
"""Fields in clear: ids, days, and codes of actions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationImported(Event):
    """A new row. `progress` is a fraction of 1; `ordinal` distinguishes equal rows."""

    TOPIC: ClassVar[str] = "participation.ParticipationImported"
    campaign: UUID
    purpose: Purpose | None
    last_name: Personal[str]
    first_name: Personal[str]
    external_id: Personal[str | None]
    imported: Personal[tuple[tuple[str, str], ...]] = ()
    started: Personal[Moment | None]
    progress: Personal[Decimal | None]
    ordinal: int
    exported_at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeSettled(Event):
    """The declared or corrected purpose of the campaign: matching may begin."""

    TOPIC: ClassVar[str] = "participation.PurposeSettled"
    purpose: Purpose
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationProgressed(Event):
    """Another progress in a later export, or the return of a vanished row."""

    TOPIC: ClassVar[str] = "participation.ParticipationProgressed"
    progress: Personal[Decimal | None]
    exported_at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultShared(Event):
    TOPIC: ClassVar[str] = "participation.ResultShared"
    result: Personal[Result]
    exported_at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileShared(Event):
    """The profile was sent. Its sending date now identifies the row, with `ordinal` among those of the same minute."""

    TOPIC: ClassVar[str] = "participation.ProfileShared"
    profile: Personal[Profile]
    ordinal: int
    exported_at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationVanished(Event):
    """A later export no longer shows the row: it was deleted in Pix Orga. Its result is kept."""

    TOPIC: ClassVar[str] = "participation.ParticipationVanished"
    exported_at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchConfirmed(Event):
    """The match with a dossier.

    `score` is 0 to 100; reasons and warnings are codes of matching; `others` were proposed too.
    """

    TOPIC: ClassVar[str] = "participation.MatchConfirmed"
    CLOSES: ClassVar[bool] = True
    dossier: UUID
    automatic: bool
    score: int
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    others: tuple[UUID, ...] = ()
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRejected(Event):
    """A rejected dossier: it is not proposed again."""

    TOPIC: ClassVar[str] = "participation.MatchRejected"
    dossier: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationSetAside(Event):
    """A participation of nobody here: a test account, a colleague, a person followed elsewhere."""

    TOPIC: ClassVar[str] = "participation.ParticipationSetAside"
    CLOSES: ClassVar[bool] = True
    reason: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(Event):
    """Its person was erased, and the key of this stream destroyed.

    It ends the stream. `row` is a digest that recognises their rows in later exports, None when another
    participation holds it. `proof` is as in dossier.PersonErased.
    """

    TOPIC: ClassVar[str] = "participation.PersonErased"
    dossier: UUID
    row: str | None
    on: date
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted(Event):
    TOPIC: ClassVar[str] = "participation.Retracted"
    version: int
    reason: Personal[str]
    on: date

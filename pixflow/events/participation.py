"""One participation in a Pix campaign: one try by one person, as Pix Orga exports it."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pixflow.events.base import Event, Personal, event
from pixflow.events.values import Moment, Profile, Purpose, Result

PLAIN = frozenset({
    "campaign", "purpose", "ordinal", "exported_at", "on", "dossier", "automatic", "score", "reasons",
    "warnings", "others", "version", "row", "proof",
})  # fmt: skip
"""Fields in clear: ids, days, and codes of actions."""


@event("participation.ParticipationImported")
class ParticipationImported(Event):
    """A new row. `progress` is a fraction of 1; `ordinal` distinguishes equal rows."""

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


@event("participation.PurposeSettled")
class PurposeSettled(Event):
    """The declared or corrected purpose of the campaign: matching may begin."""

    purpose: Purpose
    on: date


@event("participation.ParticipationProgressed")
class ParticipationProgressed(Event):
    """Another progress in a later export, or the return of a vanished row."""

    progress: Personal[Decimal | None]
    exported_at: datetime
    on: date


@event("participation.ResultShared")
class ResultShared(Event):
    result: Personal[Result]
    exported_at: datetime
    on: date


@event("participation.ProfileShared")
class ProfileShared(Event):
    """The profile was sent. Its sending date now identifies the row, with `ordinal` among those of the same minute."""

    profile: Personal[Profile]
    ordinal: int
    exported_at: datetime
    on: date


@event("participation.ParticipationVanished")
class ParticipationVanished(Event):
    """A later export no longer shows the row: it was deleted in Pix Orga. Its result is kept."""

    exported_at: datetime
    on: date


@event("participation.MatchConfirmed", closes=True)
class MatchConfirmed(Event):
    """The match with a dossier.

    `score` is 0 to 100; reasons and warnings are codes of matching; `others` were proposed too.
    """

    dossier: UUID
    automatic: bool
    score: int
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    others: tuple[UUID, ...] = ()
    on: date


@event("participation.MatchRejected")
class MatchRejected(Event):
    """A rejected dossier: it is not proposed again."""

    dossier: UUID
    on: date


@event("participation.ParticipationSetAside", closes=True)
class ParticipationSetAside(Event):
    """A participation of nobody here: a test account, a colleague, a person followed elsewhere."""

    reason: Personal[str]
    on: date


@event("participation.PersonErased")
class PersonErased(Event):
    """Its person was erased, and the key of this stream destroyed.

    It ends the stream. `row` is a digest that recognises their rows in later exports, None when another
    participation holds it. `proof` is as in dossier.PersonErased.
    """

    dossier: UUID
    row: str | None
    on: date
    proof: str = ""


@event("participation.ErasureStopped")
class ErasureStopped(Event):
    """The erasure of that version no longer counts: it was stopped, with that of its person."""

    version: int
    on: date


@event("participation.Retracted")
class Retracted(Event):
    version: int
    reason: Personal[str]
    on: date

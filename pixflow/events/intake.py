"""The exports received for one campaign: counts only, no personal data."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pixflow.events.base import Event

PLAIN = frozenset({
    "digest", "campaign", "exported_at", "new", "progressed", "shared", "unchanged", "vanished", "problems",
    "on", "organisation", "version", "taken", "left",
})  # fmt: skip
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReceived(Event):
    """One export file recorded. `digest` is the file's SHA-256 in hex, `exported_at` UTC.

    `organisation` is the one that the file names, "" before pixflow read it.
    """

    TOPIC: ClassVar[str] = "intake.ExportReceived"
    digest: str
    campaign: UUID
    exported_at: datetime
    new: int
    progressed: int
    shared: int
    unchanged: int
    vanished: int
    problems: int
    on: date
    organisation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportTakenBack(Event):
    """The export of that version counts no more: `taken` of its rows went with it, and `left` stayed.

    Its file may be imported again. A row that stayed may be taken back later, without another of these events.
    """

    TOPIC: ClassVar[str] = "intake.ExportTakenBack"
    version: int
    campaign: UUID
    exported_at: datetime
    taken: int
    left: int
    on: date

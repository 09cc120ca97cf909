"""The exports received for one campaign: counts only, no personal data."""

from datetime import date, datetime
from uuid import UUID

from pixflow.events.base import Event, event

PLAIN = frozenset({
    "digest", "campaign", "exported_at", "new", "progressed", "shared", "unchanged", "vanished", "problems",
    "on", "organisation", "version", "taken", "left",
})  # fmt: skip
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@event("intake.ExportReceived")
class ExportReceived(Event):
    """One export file recorded. `digest` is the file's SHA-256 in hex, `exported_at` UTC.

    `organisation` is the one that the file names, "" before pixflow read it.
    """

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


@event("intake.ExportTakenBack")
class ExportTakenBack(Event):
    """The export of that version counts no more: `taken` of its rows went with it, and `left` stayed.

    Its file may be imported again. A row that stayed may be taken back later, without another of these events.
    """

    version: int
    campaign: UUID
    exported_at: datetime
    taken: int
    left: int
    on: date

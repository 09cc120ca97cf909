"""The structure: one Mission locale."""

from datetime import date, datetime
from typing import Literal

from pixflow.events.base import Event, event

RotationMotive = Literal["departure", "exposure", "routine"]
"""Motives of a rotation, from a closed list: a text could name a person, and this stream is in clear."""

ListPage = Literal[
    "queue", "pile", "waiting", "dossiers", "to-match", "to-dispatch", "dispatched", "workshops", "workshop", "team",
    "figure", "journal", "partners", "what-if",
]  # fmt: skip
"""Pages whose list somebody may take as a file."""

Motive = Literal["damage", "loss", "mistake", "move", "drill"]
"""Motives of a restore, from a closed list: a text could name a person, and this stream is in clear."""

PLAIN = frozenset(
    {
        *("name", "sites", "zone", "calendar", "on", "pixflow", "demonstration"),
        *("kept", "lost", "backup", "made", "motive", "keys", "backups", "day", "heads", "lines"),
        *("header", "columns", "site", "first", "last", "page", "filters", "rows", "digest", "epoch", "count"),
        *("people", "address"),
    }
)
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@event("structure.StructureOpened")
class StructureOpened(Event):
    """`calendar` is a code of working_days.CODES, `zone` an IANA time zone.

    A `demonstration` holds no real person: it is served without passwords.
    """

    name: str
    sites: tuple[str, ...]
    zone: str
    calendar: str
    on: date
    demonstration: bool = False


@event("structure.ProgramStarted")
class ProgramStarted(Event):
    """The version of pixflow that serves the structure from now on: evidence names it."""

    pixflow: str


@event("structure.KeyRotated")
class KeyRotated(Event):
    """Another key of the structure wraps its ring key: `keys` keys of streams and `backups` local backups follow."""

    motive: RotationMotive
    keys: int
    backups: int
    on: date


@event("structure.BackupRestored")
class BackupRestored(Event):
    """A backup took the place of the events. `backup` is its name, `made` its time (UTC).

    `kept`: the events that stood before and stand again. `lost`: those that stand no more, None if they could not be
    counted.
    """

    kept: int
    lost: int | None
    backup: str
    made: datetime
    motive: Motive
    on: date


@event("structure.RegisterBegun")
class RegisterBegun(Event):
    """The register of all facts begins its epoch: the first, or another after a restore or a loss of its folder.

    `kept`: the facts that the epoch before has read and that stand unchanged, 0 for the first.
    """

    epoch: int
    kept: int
    on: date


@event("structure.JournalSealed")
class JournalSealed(Event):
    """The access journal of a day as it stood when the day was over: the number of its lines, and its chains.

    Each of `heads` is a chain, the number of its last line of that day, and its digest as two ids.
    """

    day: date
    heads: tuple[str, ...]
    lines: int


@event("structure.SiteLocated")
class SiteLocated(Event):
    """The address of a site, as papers say it; "" once nobody knows it."""

    site: str
    address: str
    on: date


@event("structure.TeamConfirmed")
class TeamConfirmed(Event):
    """The direction confirmed that everybody in the team still works here, and how many they are."""

    people: int
    on: date


@event("structure.PortfolioMapped")
class PortfolioMapped(Event):
    """The fields chosen for the columns of a portfolio, as pairs: the position from 1, and the field, "" for ignored.

    `header` is a digest of the titles, for a title may hold a name. Without columns, the titles count again.
    """

    header: str
    columns: tuple[tuple[int, str], ...]
    on: date


@event("structure.ShortcutOpened")
class ShortcutOpened(Event):
    """A computer of the structure opened the page of the tests that day: at most one a day and site, nobody named.

    `site` is "" for the page of all sites.
    """

    site: str
    on: date


@event("structure.OrganisationAccepted")
class OrganisationAccepted(Event):
    """An organisation of Pix Orga is the structure's own: that of its first export, or another that was accepted."""

    name: str
    on: date


@event("structure.OrganisationWithdrawn")
class OrganisationWithdrawn(Event):
    """An organisation is the structure's own no more: the only export that named it was taken back."""

    name: str
    on: date


@event("structure.ErasuresAllowed")
class ErasuresAllowed(Event):
    """The operator allows `count` more erasures than usual within 24 hours of this event."""

    count: int
    on: date


@event("structure.ReadingsIssued")
class ReadingsIssued(Event):
    """Somebody took the file of who looked at whom, from a day to another, with the names of so many young people."""

    first: date
    last: date
    people: int
    on: date


@event("structure.ListIssued")
class ListIssued(Event):
    """Somebody took the list of a page as a file: its rows, and the number of young people whom it names.

    Each of `filters` is a parameter of the address and its code; "" stands for a text, which may hold a name.
    `digest` is the SHA-256 of the list as CSV.
    """

    page: ListPage
    filters: tuple[tuple[str, str], ...]
    rows: int
    people: int
    digest: str
    on: date

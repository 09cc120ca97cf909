"""Routes of the protocol and the grid: the versions in force, and the earlier ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ProtocolDocument, in_force
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates, privacy
from web.french.events import details
from web.french.protocol import drafts as french
from web.french.protocol.differences import Difference, protocol_changes
from web.french.typography import say
from web.http.addresses import Number
from web.http.pagination import address
from web.http.people import NOBODY
from web.http.templates import Page, page
from web.pages.privacy.retention_routes import VALIDATING
from web.pages.protocol.documents import BandText, ProtocolText, grid_text, protocol_text
from web.pages.protocol.drafts import KINDS, DocumentKind, DocumentName, GridChanges, grid_changes
from web.pages.protocol.earlier_drafts import EarlierDraft, earlier_drafts

router = APIRouter()
T = TypeVar("T", ProtocolDocument, Grille)


@dataclass(frozen=True, slots=True)
class Version(Generic[T]):
    """One published document: its number, from 1, its first day, and True for the one in force."""

    number: int
    since: date
    document: T
    now: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in a list of versions, with its address; `shown` is the one on the page.

    `withdraws` is the address that takes its publication back, "" where it cannot be.
    """

    number: int
    name: str
    since: date
    now: bool
    shown: bool
    href: str
    withdraws: str


@dataclass(frozen=True, slots=True)
class VersionDifferences:
    """The differences of a version with the one in force, before and after in the order of their first days.

    `start` is the address of a draft that starts from the version, "" for somebody who may propose none.
    """

    title: str
    start: str
    grid: GridChanges | None = None
    protocol: Sequence[Difference] = ()


@dataclass(frozen=True, slots=True)
class DraftRow:
    """The draft of a document with its author and its endorsements; no `title` when there is none.

    `may_propose`: the person at the desk may propose one.
    """

    what: str
    may_propose: bool
    title: str = ""
    author: str = ""
    on: date | None = None
    endorsements: str = ""


@dataclass(frozen=True, kw_only=True)
class ProtocolPage(Page):
    """A protocol and a grid, those in force or others; `retention` are labels and numbers of months in words.

    `grid_differences` and `protocol_differences` are None for the versions in force. `reading` are limits.
    `receipt` says what was just done with a draft; `withdrawable` is the version just published, while its publication
    may be taken back; `refused` says why it may not. `sees_retention`: this person reads the page of dossiers to erase.
    `organisations` are those of the structure in Pix Orga, each with who accepted it.
    """

    template = "protocol/page.html"
    block = "protocol"
    shows = NOBODY

    structure: str
    today: date
    receipt: str
    withdrawable: VersionRow | None
    refused: str
    drafts: Sequence[DraftRow]
    earlier: Sequence[tuple[DocumentName, EarlierDraft]]
    protocol: Version[ProtocolDocument]
    grid: Version[Grille]
    text: ProtocolText
    bands: Sequence[BandText]
    retention: Sequence[tuple[str, str]]
    reading: Sequence[tuple[str, int]]
    sees_retention: bool
    organisations: Sequence[tuple[str, str]]
    versions: Sequence[tuple[str, Sequence[VersionRow]]]
    grid_differences: VersionDifferences | None
    protocol_differences: VersionDifferences | None


@router.get("/protocole")
def read(
    request: Request,
    desk: AtDesk,
    protocole: Number = 0,
    grille: Number = 0,
    publie: str = "",
    ecarte: str = "",
    compte: str = "",
) -> Response:
    """Shows the protocol and the grid in force; `protocole` and `grille` choose another version by its number.

    `publie` and `ecarte` name the document whose draft was just published or dropped, `compte` the one whose
    publication could not be taken back.
    """
    protocols, grids = _versions(desk)
    protocol, grid = _chosen(protocols, protocole), _chosen(grids, grille)
    rows = {
        "protocole": _rows(desk, protocols, protocol, "protocole", {"grille": str(grille or "")}),
        "grille": _rows(desk, grids, grid, "grille", {"protocole": str(protocole or "")}),
    }
    shown = ProtocolPage(
        structure=desk.refs.structure.name,
        today=desk.today,
        receipt=_receipt({"grille": grids, "protocole": protocols}, publie, ecarte, desk.today),
        withdrawable=next((row for row in rows.get(publie, ()) if row.withdraws), None),
        refused=french.NOT_WITHDRAWN if compte in rows else "",
        earlier=[(kind.what, one) for kind in KINDS.values() for one in earlier_drafts(desk, kind)],
        drafts=[row for kind in KINDS.values() if (row := _draft_row(desk, kind)).title or row.may_propose],
        protocol=protocol,
        grid=grid,
        text=protocol_text(protocol.document),
        bands=grid_text(desk, grid.document),
        retention=_retention(protocol.document),
        reading=[(label, getattr(protocol.document.reading, name)) for name, label in details.READING.items()],
        sees_retention=not desk.roles.isdisjoint(VALIDATING),
        organisations=_organisations(desk),
        versions=[
            ("Protocoles publiés", rows["protocole"]),
            ("Grilles publiées", rows["grille"]),
        ],
        grid_differences=_differences(desk, KINDS["grille"], grids, grid),
        protocol_differences=_differences(desk, KINDS["protocole"], protocols, protocol),
    )
    return page(request, shown)


def _organisations(desk: Desk) -> list[tuple[str, str]]:
    """Returns the structure's own organisations of Pix Orga, each with who accepted it and when."""
    names = names_for(desk)
    text = "reconnue le {on} par {name}"
    return [
        (one.name, say(text, on=dates.day(one.on, year=True), name=names.staff(UUID(one.by))))
        for one in desk.refs.structure.organisations
    ]


def _retention(document: ProtocolDocument) -> list[tuple[str, str]]:
    return [(label, privacy.months(getattr(document.retention, rule))) for rule, label in privacy.RULES.items()]


def _draft_row(desk: Desk, kind: DocumentKind) -> DraftRow:
    draft, may_propose = kind.draft_of(desk), desk.may(kind.draft)
    if draft is None:
        return DraftRow(kind.what, may_propose)
    title, endorsements = french.title(kind.what, draft.number), french.endorsements(len(draft.endorsed_by))
    return DraftRow(kind.what, may_propose, title, names_for(desk).staff(draft.by), draft.on, endorsements)


def _receipt(published: Mapping[str, Sequence[Version[Any]]], what: str, dropped: str, today: date) -> str:
    """Returns what was just done with a draft, in a sentence, "" for nothing."""
    if dropped in published:
        return french.dropped(dropped)
    last = published[what][-1] if what in published else None
    return french.published(what, last.number, last.since, today) if last else ""


def _versions(desk: Desk) -> tuple[list[Version[ProtocolDocument]], list[Version[Grille]]]:
    """Returns every published protocol and every published grid, in order."""
    refs = desk.refs
    numbered = [(day, (number, document)) for number, (day, document) in enumerate(refs.protocols.published, 1)]
    now = in_force(numbered, desk.today)[0]
    protocols = [Version(number, day, document, number == now) for day, (number, document) in numbered]
    current = refs.grille(desk.today).number
    return protocols, [
        Version(one.number, day, one.document, one.number == current) for day, one in refs.grilles.published
    ]


def _differences(
    desk: Desk, kind: DocumentKind, published: Sequence[Version[Any]], shown: Version[Any]
) -> VersionDifferences | None:
    now = next(one for one in published if one.now)
    if shown.now:
        return None
    first, last = (now, shown) if shown.since > now.since else (shown, now)
    title = french.from_version(kind.what, first.number, last.number)
    start = f"/protocole/projet/{kind.what}/modifier?depuis={shown.number}" if desk.may(kind.draft) else ""
    if kind.what == "grille":
        return VersionDifferences(title, start, grid=grid_changes(first.document, last.document))
    return VersionDifferences(title, start, protocol=protocol_changes(first.document, last.document))


def _chosen(published: Sequence[Version[T]], number: int) -> Version[T]:
    for version in published:
        if version.number == number or (not number and version.now):
            return version
    raise HTTPException(404)


def _rows(
    desk: Desk, published: Sequence[Version[T]], shown: Version[T], name: DocumentName, kept: dict[str, str]
) -> list[VersionRow]:
    """Returns the versions, the latest first. The last publication may be taken back until its first day."""
    last = published[-1]
    may = desk.may(KINDS[name].withdraw) and last.since > desk.today
    return [
        VersionRow(
            one.number,
            one.document.name,
            one.since,
            one.now,
            one.number == shown.number,
            address("/protocole", {**kept, name: "" if one.now else str(one.number)}),
            f"/protocole/projet/{name}/annuler" if may and one is last else "",
        )
        for one in reversed(published)
    ]

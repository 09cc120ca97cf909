"""Earlier drafts of a document: dropped, replaced or published, with their opinions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import HTTPException

from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ProtocolDocument, in_force
from pixflow.events.base import Recorded
from pixflow.events.grille import GrilleDraftDropped, GrilleDrafted, GrillePublicationWithdrawn, GrillePublished
from pixflow.events.protocol import (
    ProtocolDraftDropped,
    ProtocolDrafted,
    ProtocolPublicationWithdrawn,
    ProtocolPublished,
)
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french.protocol import drafts as french
from web.french.protocol.differences import Difference, protocol_changes
from web.http.people import NOBODY
from web.http.templates import Page
from web.pages.protocol.documents import BandText, ProtocolText, grid_text, protocol_text
from web.pages.protocol.drafts import DocumentKind, GridChanges, OpinionRow, grid_changes, opinions, trail


@dataclass(frozen=True, slots=True)
class EarlierDraft:
    """A draft that is no longer under discussion; `end` says in words what became of it.

    `before` is the document that was in force when it was proposed.
    """

    number: int
    document: Grille | ProtocolDocument
    before: Grille | ProtocolDocument
    note: str
    author: str
    on: date
    end: str

    @property
    def name(self) -> str:
        return self.document.name


@dataclass(frozen=True, kw_only=True)
class EarlierDraftPage(Page):
    """An earlier draft: its changes from the version of its day, the opinions, the whole of it."""

    template = "protocol/drafts/earlier.html"
    shows = NOBODY

    title: str
    draft: EarlierDraft
    opinions: Sequence[OpinionRow]
    grid: GridChanges | None
    bands: Sequence[BandText]
    changes: Sequence[Difference]
    text: ProtocolText | None


def earlier_drafts(desk: Desk, kind: DocumentKind) -> list[EarlierDraft]:
    """Returns the drafts that are no longer under discussion, the latest first."""
    open_one = kind.draft_of(desk)
    events = trail(desk, kind)
    drafts = [
        EarlierDraft(
            number=event.draft,
            document=event.document,
            before=_in_force(events[:place], event.on),
            note=event.note,
            author=names_for(desk).staff(recorded.by),
            on=event.on,
            end=next(_ends(event, events[place + 1 :]), ""),
        )
        for place, recorded in enumerate(events)
        if isinstance(event := recorded.event, GrilleDrafted | ProtocolDrafted)
    ]
    return [one for one in reversed(drafts) if open_one is None or one.number != open_one.number]


def earlier_draft_page(desk: Desk, kind: DocumentKind, number: int) -> EarlierDraftPage:
    """Returns the page of an earlier draft. Raises 404 for a number that is none."""
    draft = next((one for one in earlier_drafts(desk, kind) if one.number == number), None)
    if draft is None:
        raise HTTPException(404)
    now, before = draft.document, draft.before
    grids = (before, now) if isinstance(before, Grille) and isinstance(now, Grille) else None
    protocols = (before, now) if isinstance(before, ProtocolDocument) and isinstance(now, ProtocolDocument) else None
    return EarlierDraftPage(
        title=french.title(kind.what, number),
        draft=draft,
        opinions=list(opinions(desk, kind, number)),
        grid=grid_changes(*grids) if grids else None,
        bands=grid_text(desk, grids[1]) if grids else [],
        changes=protocol_changes(*protocols) if protocols else [],
        text=protocol_text(protocols[1]) if protocols else None,
    )


def _in_force(earlier: Sequence[Recorded], day: date) -> Any:
    """Returns the document in force on a day, as the events before say."""
    published: list[tuple[date, Any]] = []
    for recorded in earlier:
        match recorded.event:
            case (
                GrillePublished(document=document, from_day=since)
                | ProtocolPublished(document=document, from_day=since)
            ):
                published.append((since, document))
            case GrillePublicationWithdrawn() | ProtocolPublicationWithdrawn():
                published.pop()
    return in_force(published, day)


def _ends(draft: GrilleDrafted | ProtocolDrafted, later: Sequence[Recorded]) -> Iterator[str]:
    for recorded in later:
        match recorded.event:
            case GrilleDraftDropped(draft=number, reason=reason) | ProtocolDraftDropped(draft=number, reason=reason):
                if number == draft.draft:
                    yield french.end_dropped(reason)
            case GrilleDrafted(draft=number) | ProtocolDrafted(draft=number):
                yield french.end_replaced(number)
            case GrillePublished(document=document, from_day=day) | ProtocolPublished(document=document, from_day=day):
                if document == draft.document:
                    yield french.end_published(day)

"""The documents that the team drafts and publishes: protocols, grids, definitions of indicators."""

from datetime import date
from typing import Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from pixflow.actor import OPERATOR
from pixflow.decision import NOBODY, decision
from pixflow.documents.definitions import BUILT_IN, Definitions
from pixflow.documents.grille import Grille, problems
from pixflow.documents.protocol import ProtocolDocument
from pixflow.events import grille as g
from pixflow.events import indicators as i
from pixflow.events import protocol as p
from pixflow.events.base import Event, Recorded
from pixflow.refused import Refused

T = TypeVar("T")
P = TypeVar("P")


class Opinion(Struct, frozen=True):
    """The latest opinion of one colleague on a draft."""

    endorsed: bool
    comment: str
    on: date


class Draft(Struct, Generic[T], frozen=True):
    """A document under discussion. `by` is a staff id, `opinions` the latest opinions by staff id."""

    number: int
    document: T
    note: str
    by: str
    on: date
    opinions: dict[str, Opinion] = {}

    @property
    def endorsed_by(self) -> tuple[str, ...]:
        """The colleagues who endorse it, in the order of their first opinion."""
        return tuple(id for id, opinion in self.opinions.items() if opinion.endorsed)


class Numbered(Struct, Generic[T], frozen=True):
    """A document and its number; 0 is that of the definitions built in."""

    number: int
    document: T


class Documents(Struct, Generic[T, P], frozen=True):
    """Every published document with its first day, in order of publication, and the draft.

    `drafts` counts all drafts; `made_of` is the number of the draft published last, 0 for none, `made` that draft.
    """

    version: int = 0
    published: tuple[tuple[date, P], ...] = ()
    draft: Draft[T] | None = None
    drafts: int = 0
    made_of: int = 0
    made: Draft[T] | None = None


class Protocols(Documents[ProtocolDocument, ProtocolDocument], frozen=True):
    """The protocols of a structure: their number is their place among those published, from 1."""


class Grilles(Documents[Grille, Numbered[Grille]], frozen=True):
    """The grids of a structure."""

    def numbered(self, number: int | None) -> Grille | None:
        """Returns the published grid of a number, None for an unknown one."""
        return next((known.document for _, known in self.published if known.number == number), None)


class GivenReport(Struct, frozen=True):
    """A report as it was given, and who gave it."""

    event: i.ReportIssued
    by: str
    version: int


class IndicatorDocuments(Documents[Definitions, Numbered[Definitions]], frozen=True):
    """The definitions of the indicators, the reports given, and the targets set by main step and site."""

    reports: tuple[GivenReport, ...] = ()
    aims: dict[tuple[str, str], int] = {}

    def on(self, day: date) -> Numbered[Definitions]:
        """Returns the definitions in force on a day: the last ones published from that day or an earlier one."""
        return next((numbered for first, numbered in reversed(self.published) if first <= day), Numbered(0, BUILT_IN))

    def aim(self, step: str, site: str, day: date) -> int:
        """Returns the young people who should pass a main step in a year, at a site or "" for all; 0 for no target.

        One of all that was never set by itself is that of the definitions in force.
        """
        known = {} if site else dict(self.on(day).document.aims)
        return self.aims.get((step, site), known.get(step, 0))

    def numbered(self, number: int) -> Numbered[Definitions] | None:
        """Returns the definitions of a number, None for an unknown one."""
        every = (Numbered(0, BUILT_IN), *(numbered for _, numbered in self.published))
        return next((numbered for numbered in every if numbered.number == number), None)


S = TypeVar("S", Protocols, Grilles, IndicatorDocuments)


def evolve(state: S, recorded: Recorded) -> S:
    """Returns the documents after an event of their stream: protocols, grids and definitions live the same life."""
    documents = replace(state, version=recorded.originator_version)
    match event := recorded.event:
        case p.ProtocolDrafted() | g.GrilleDrafted() | i.DefinitionsDrafted():
            draft = Draft(event.draft, event.document, event.note, recorded.by, event.on)
            return replace(documents, draft=draft, drafts=event.draft)
        case p.ProtocolEndorsed() | g.GrilleEndorsed() | i.DefinitionsEndorsed():
            if documents.draft is None or documents.draft.number != event.draft:
                return documents
            opinions = {**documents.draft.opinions, recorded.by: Opinion(event.endorsed, event.comment, event.on)}
            return replace(documents, draft=replace(documents.draft, opinions=opinions))
        case p.ProtocolDraftDropped() | g.GrilleDraftDropped() | i.DefinitionsDraftDropped():
            return replace(documents, draft=None)
        case p.ProtocolPublished(document=document, from_day=day):
            return _published(documents, day, document, document)
        case g.GrillePublished(document=numbered) | i.DefinitionsPublished(document=numbered):
            return _published(documents, event.from_day, numbered, Numbered(event.number, numbered))
        case p.ProtocolPublicationWithdrawn() | g.GrillePublicationWithdrawn():
            return _withdrawn(documents)
        case i.AimSet(step=step, site=site) if isinstance(state, IndicatorDocuments):
            return replace(documents, aims={**state.aims, (step, site): event.yearly})
        case i.ReportIssued() if isinstance(state, IndicatorDocuments):
            given = GivenReport(event, recorded.by, recorded.originator_version)
            return replace(documents, reports=(*state.reports, given))
    return documents


def _published(state: S, day: date, document: object, entry: object) -> S:
    """Adds a publication, and removes the draft that was published; another one stays."""
    published = (*state.published, (day, entry))
    if state.draft is None or state.draft.document != document:
        return replace(state, published=published, made_of=0, made=None)
    return replace(state, published=published, draft=None, made_of=state.draft.number, made=state.draft)


def _withdrawn(state: S) -> S:
    """Removes the last publication; its draft is under discussion again, unless another one is."""
    return replace(state, published=state.published[:-1], draft=state.draft or state.made, made_of=0, made=None)


@decision("publish_protocol", NOBODY, system=(OPERATOR,))
def publish_protocol(protocols: Protocols, *, document: ProtocolDocument, from_day: date) -> list[Event]:
    """Publishes a protocol from that day. The same document again changes nothing."""
    if protocols.published and protocols.published[-1][1] == document:
        return []
    return [p.ProtocolPublished(document=document, from_day=from_day)]


@decision("publish_grille", NOBODY, system=(OPERATOR,))
def publish_grille(grilles: Grilles, *, document: Grille, from_day: date) -> list[Event]:
    """Publishes a grid from that day, under the next number. Raises Refused("bad-grille") for a gap or an overlap."""
    if grilles.published and grilles.published[-1][1].document == document:
        return []
    must_hold(document)
    return [g.GrillePublished(document=document, number=len(grilles.published) + 1, from_day=from_day)]


def must_hold(grille: Grille) -> None:
    """Raises Refused("bad-grille") with the numbers that fail first."""
    found = problems(grille)
    if found:
        raise Refused("bad-grille", code=found[0].code, numbers=found[0].numbers)

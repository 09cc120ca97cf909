"""The documents that the team drafts and publishes: protocols, grids, definitions of indicators."""

from collections.abc import Sequence
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
from pixflow.folding import fold as fold_events
from pixflow.refused import Refused

T = TypeVar("T")


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


class Protocols(Struct, frozen=True):
    """Every published protocol with its first day, in order of publication, and the draft.

    `drafts` counts all drafts; `made_of` is the number of the draft published last, 0 for none, `made` that draft.
    """

    version: int = 0
    published: tuple[tuple[date, ProtocolDocument], ...] = ()
    draft: Draft[ProtocolDocument] | None = None
    drafts: int = 0
    made_of: int = 0
    made: Draft[ProtocolDocument] | None = None


class NumberedGrille(Struct, frozen=True):
    number: int
    document: Grille


class Grilles(Struct, frozen=True):
    """Every published grid with its first day and number, in order of publication, and the draft.

    `drafts` counts all drafts; `made_of` is the number of the draft published last, 0 for none, `made` that draft.
    """

    version: int = 0
    published: tuple[tuple[date, NumberedGrille], ...] = ()
    draft: Draft[Grille] | None = None
    drafts: int = 0
    made_of: int = 0
    made: Draft[Grille] | None = None


S = TypeVar("S", Protocols, Grilles)


def fold_protocols(events: Sequence[Recorded]) -> Protocols:
    return fold_events(Protocols(), evolve_protocols, events)


def evolve_protocols(state: Protocols, recorded: Recorded) -> Protocols:
    known = replace(state, version=recorded.originator_version)
    match recorded.event:
        case p.ProtocolPublished(document=document, from_day=day):
            return _published(replace(known, published=(*state.published, (day, document))), document)
        case p.ProtocolDrafted(draft=number, document=document, note=note, on=on):
            return replace(known, draft=Draft(number, document, note, recorded.by, on), drafts=number)
        case p.ProtocolEndorsed(draft=number, endorsed=endorsed, comment=comment, on=on):
            return _said(known, number, recorded.by, Opinion(endorsed, comment, on))
        case p.ProtocolDraftDropped():
            return replace(known, draft=None)
        case p.ProtocolPublicationWithdrawn():
            return _withdrawn(known)
    return known


def fold_grilles(events: Sequence[Recorded]) -> Grilles:
    return fold_events(Grilles(), evolve_grilles, events)


def evolve_grilles(state: Grilles, recorded: Recorded) -> Grilles:
    known = replace(state, version=recorded.originator_version)
    match recorded.event:
        case g.GrillePublished(document=document, number=number, from_day=day):
            published = (*state.published, (day, NumberedGrille(number, document)))
            return _published(replace(known, published=published), document)
        case g.GrilleDrafted(draft=number, document=document, note=note, on=on):
            return replace(known, draft=Draft(number, document, note, recorded.by, on), drafts=number)
        case g.GrilleEndorsed(draft=number, endorsed=endorsed, comment=comment, on=on):
            return _said(known, number, recorded.by, Opinion(endorsed, comment, on))
        case g.GrilleDraftDropped():
            return replace(known, draft=None)
        case g.GrillePublicationWithdrawn():
            return _withdrawn(known)
    return known


def _published(state: S, document: object) -> S:
    """Removes the draft that was published; another one stays."""
    if state.draft is None or state.draft.document != document:
        return replace(state, made_of=0, made=None)
    return replace(state, draft=None, made_of=state.draft.number, made=state.draft)


def _withdrawn(state: S) -> S:
    """Removes the last publication; its draft is under discussion again, unless another one is."""
    published = state.published[:-1]
    return replace(state, published=published, draft=state.draft or state.made, made_of=0, made=None)


def _said(state: S, number: int, by: str, opinion: Opinion) -> S:
    if state.draft is None or state.draft.number != number:
        return state
    return replace(state, draft=replace(state.draft, opinions={**state.draft.opinions, by: opinion}))


@decision("publish_protocol", NOBODY, system=(OPERATOR,), dated=False)
def publish_protocol(protocols: Protocols, *, document: ProtocolDocument, from_day: date) -> list[Event]:
    """Publishes a protocol from that day. The same document again changes nothing."""
    if protocols.published and protocols.published[-1][1] == document:
        return []
    return [p.ProtocolPublished(document=document, from_day=from_day)]


@decision("publish_grille", NOBODY, system=(OPERATOR,), dated=False)
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


# --- definitions of the indicators, published under a number from a day, their draft, and the reports given


class NumberedDefinitions(Struct, frozen=True):
    """Definitions and their number; 0 is that of those built in."""

    number: int
    document: Definitions


class GivenReport(Struct, frozen=True):
    """A report as it was given, and who gave it."""

    event: i.ReportIssued
    by: str
    version: int


class IndicatorDocuments(Struct, frozen=True):
    """Every published definitions with their first day, in order of publication, the draft, and the reports given."""

    version: int = 0
    published: tuple[tuple[date, NumberedDefinitions], ...] = ()
    draft: Draft[Definitions] | None = None
    drafts: int = 0
    made_of: int = 0
    reports: tuple[GivenReport, ...] = ()

    def on(self, day: date) -> NumberedDefinitions:
        """Returns the definitions in force on a day: the last ones published from that day or an earlier one."""
        there = [found for first, found in self.published if first <= day]
        return there[-1] if there else NumberedDefinitions(0, BUILT_IN)

    def numbered(self, number: int) -> NumberedDefinitions | None:
        """Returns the definitions of a number, None for an unknown one."""
        known = (NumberedDefinitions(0, BUILT_IN), *(found for _, found in self.published))
        return next((one for one in known if one.number == number), None)


def fold(events: Sequence[Recorded]) -> IndicatorDocuments:
    return fold_events(IndicatorDocuments(), evolve, events)


def evolve(state: IndicatorDocuments, recorded: Recorded) -> IndicatorDocuments:
    known = replace(state, version=recorded.originator_version)
    match event := recorded.event:
        case i.DefinitionsDrafted(draft=number, document=document, note=note, on=on):
            return replace(known, draft=Draft(number, document, note, recorded.by, on), drafts=number)
        case i.DefinitionsEndorsed(draft=number, endorsed=endorsed, comment=comment, on=on):
            return _endorsed(known, number, recorded.by, Opinion(endorsed, comment, on))
        case i.DefinitionsDraftDropped():
            return replace(known, draft=None)
        case i.DefinitionsPublished(number=number, document=document, from_day=day):
            published = (*state.published, (day, NumberedDefinitions(number, document)))
            made_of = state.draft.number if state.draft else 0
            return replace(known, published=published, draft=None, made_of=made_of)
        case i.ReportIssued():
            return replace(
                known, reports=(*state.reports, GivenReport(event, recorded.by, recorded.originator_version))
            )
    return known


def _endorsed(state: IndicatorDocuments, number: int, by: str, opinion: Opinion) -> IndicatorDocuments:
    if state.draft is None or state.draft.number != number:
        return state
    return replace(state, draft=replace(state.draft, opinions={**state.draft.opinions, by: opinion}))

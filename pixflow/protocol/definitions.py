"""Definitions of the indicators, published under a number from a day, their draft, and the reports given."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from pixflow.documents.definitions import BUILT_IN, Definitions
from pixflow.events.base import Recorded
from pixflow.events.documents import indicators as i
from pixflow.folding import fold as fold_events
from pixflow.protocol.publishing import Draft, Opinion


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

"""Decisions on the definitions of the indicators, proposed, endorsed, published or dropped; and on reports."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pixflow.decision import REFERENT_AND_MANAGER, REVIEWERS, TEAM, decision
from pixflow.documents.definitions import LONGEST_TARGET, RULES, TARGETED, Definitions
from pixflow.documents.small_numbers import SMALL, is_small
from pixflow.events.base import Event
from pixflow.events.documents import indicators as i
from pixflow.protocol.definitions import IndicatorDocuments
from pixflow.protocol.drafting import adds_opinion, current_draft, must_replace, ready, says_already
from pixflow.protocol.publishing import Opinion
from pixflow.refused import Refused, required


@decision("draft_definitions", REFERENT_AND_MANAGER)
def draft_definitions(
    indicators: IndicatorDocuments, *, document: Definitions, note: str, replaces: int, on: date
) -> list[Event]:
    """Proposes definitions. They replace the draft numbered `replaces` (0: none), whose endorsements are lost."""
    if says_already(indicators.draft, document, note):
        return []
    must_replace(indicators.draft, replaces)
    if indicators.on(on).document == document:
        raise Refused("nothing-changed")
    required(document.name, "name")
    _must_hold(document)
    return [i.DefinitionsDrafted(draft=indicators.drafts + 1, document=document, note=note.strip(), on=on)]


def _must_hold(document: Definitions) -> None:
    """Raises Refused for a target of no indicator or out of range, and for a rule switched off without a reason."""
    for indicator, days in document.targets:
        if indicator not in TARGETED:
            raise Refused("unknown-indicator", field=indicator)
        if not 0 <= days <= LONGEST_TARGET:
            raise Refused("out-of-range", field=indicator, found=days, low=0, high=LONGEST_TARGET)
    if not 1 <= document.silent <= LONGEST_TARGET:
        raise Refused("out-of-range", field="silent", found=document.silent, low=1, high=LONGEST_TARGET)
    for rule, reason in document.without:
        if rule not in RULES:
            raise Refused("unknown-indicator", field=rule)
        required(reason, rule)


@decision("endorse_definitions", TEAM)
def endorse_definitions(
    indicators: IndicatorDocuments, *, draft: int, endorsed: bool, comment: str, by: str, on: date
) -> list[Event]:
    """Records a colleague's comment or endorsement, or withdraws it. `by` is their staff id."""
    opinion = Opinion(endorsed, comment.strip(), on)
    if not adds_opinion(current_draft(indicators.draft, draft), opinion, by):
        return []
    return [i.DefinitionsEndorsed(draft=draft, endorsed=endorsed, comment=opinion.comment, on=on)]


@decision("drop_definitions_draft", REFERENT_AND_MANAGER)
def drop_definitions_draft(indicators: IndicatorDocuments, *, draft: int, reason: str, on: date) -> list[Event]:
    """Drops the draft, for a reason."""
    if indicators.draft is None and draft in range(1, indicators.drafts + 1) and draft != indicators.made_of:
        return []
    current_draft(indicators.draft, draft)
    return [i.DefinitionsDraftDropped(draft=draft, reason=required(reason, "reason"), on=on)]


@decision("publish_definitions", REFERENT_AND_MANAGER)
def publish_definitions(
    indicators: IndicatorDocuments, *, draft: int, from_day: date, alone: bool, on: date
) -> list[Event]:
    """Publishes the draft under the next number, from today or a later day. `alone`: also without any endorsement."""
    if draft == indicators.made_of and indicators.published[-1][0] == from_day:
        return []
    document = ready(current_draft(indicators.draft, draft), from_day, alone, on)
    return [i.DefinitionsPublished(number=len(indicators.published) + 1, document=document, from_day=from_day)]


@decision("issue_event_log", REVIEWERS)
def issue_event_log(
    indicators: IndicatorDocuments,
    *,
    first: date,
    last: date,
    reason: str,
    cases: int,
    events: int,
    digest: str,
    on: date,
) -> list[Event]:
    """Records that a log of paths for process mining leaves the structure, and why."""
    why = required(reason, "reason")
    return [i.EventLogIssued(first=first, last=last, reason=why, cases=cases, events=events, digest=digest, on=on)]


@decision("issue_report", REFERENT_AND_MANAGER)
def issue_report(
    indicators: IndicatorDocuments,
    *,
    title: str,
    first: date,
    last: date,
    day: date,
    clock: Literal["known", "true"],
    definitions: int,
    rows: Sequence[i.ReportRow],
    digest: str,
    on: date,
) -> list[Event]:
    """Records a report as it is given. Raises Refused("small-number") when a row still shows one."""
    shown = {number for row in rows for number in (row.counted, row.among)}
    bounds = {least for row in rows for least in (row.counted_least, row.among_least)} - {SMALL.low}
    if any(is_small(number) for number in shown | bounds):
        raise Refused("small-number")
    return [
        i.ReportIssued(
            number=len(indicators.reports) + 1,
            title=required(title, "title"),
            first=first,
            last=last,
            day=day,
            clock=clock,
            definitions=definitions,
            rows=tuple(rows),
            digest=digest,
            on=on,
        )
    ]

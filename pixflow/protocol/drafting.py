"""Decisions on drafts of protocols, grids and definitions: proposed, endorsed, published or dropped; and on reports."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal, TypeVar

from pixflow.decision import REFERENT, REFERENT_AND_MANAGER, REVIEWERS, TEAM, Argument, decision
from pixflow.documents.definitions import LONGEST_TARGET, RULES, TARGETED, Definitions
from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ProtocolDocument, ReadingLimits, Retention, in_force, out_of_range
from pixflow.documents.small_numbers import SMALL, is_small
from pixflow.events import grille as g
from pixflow.events import indicators as i
from pixflow.events import protocol as p
from pixflow.events.base import Event
from pixflow.protocol.publishing import Draft, Grilles, IndicatorDocuments, Opinion, Protocols, must_hold
from pixflow.refused import Refused, required
from pixflow.team.staff import Team

NOTICE = 7
"""Days of the calendar between such a publication and its first day."""


def first_day(on: date) -> date:
    """Returns the first day that such a publication may count from, when it is made that day."""
    return on + timedelta(days=NOTICE)


def changes_safeguards(
    published: Sequence[tuple[date, ProtocolDocument]], document: ProtocolDocument, from_day: date
) -> bool:
    """Tells if a document changes retention or reading limits, against the one in force on its first day."""
    return bool(published) and _safeguards(in_force(published, from_day)) != _safeguards(document)


def changes_to_come(protocols: Protocols, today: date) -> Iterator[tuple[int, date]]:
    """Yields the number and the first day of each publication to come that changes retention or reading limits.

    One of before may do so too, when another one was published meanwhile for an earlier day.
    """
    published = protocols.published
    for number, (day, document) in enumerate(published, 1):
        before = in_force(published, day - timedelta(days=1))
        counts = day > today and in_force(published, day) is document
        if counts and _safeguards(before) != _safeguards(document):
            yield number, day


def _safeguards(document: ProtocolDocument) -> tuple[Retention, ReadingLimits]:
    return document.retention, document.reading


def must_have_a_second(draft: Draft[ProtocolDocument], from_day: date, team: Team, actor: str, on: date) -> None:
    """Checks that a manager other than its author approves the draft, or publishes it, and that it leaves a notice.

    Where nobody but the author is a manager, any colleague counts. The roles are those of the day of publication.
    Raises Refused("notice-needed"), Refused("direction-approves") or Refused("colleague-approves").
    """
    if from_day < (first := first_day(on)):
        raise Refused("notice-needed", first=first)
    held = {str(id): member.roles_on(on) for id, member in team.items()}
    directing = {id for id, roles in held.items() if "manager" in roles}
    alone = directing == {draft.by}
    able = {id for id, roles in held.items() if roles} if alone else directing
    closed = {str(id) for id, member in team.items() if member.access.suspended}
    if not able.isdisjoint({actor, *draft.endorsed_by} - {draft.by} - closed):
        return
    if alone:
        raise Refused("colleague-approves")
    raise Refused("direction-approves")


# --- decisions on the draft of a protocol or grid: proposed, endorsed, published or dropped


T = TypeVar("T")


@decision("draft_protocol", REFERENT)
def draft_protocol(
    protocols: Protocols, *, document: ProtocolDocument, note: str, replaces: int, on: date
) -> list[Event]:
    """Proposes a protocol. It replaces the draft numbered `replaces` (0: none), whose endorsements are lost."""
    if says_already(protocols.draft, document, note):
        return []
    must_replace(protocols.draft, replaces)
    if protocols.published and protocols.published[-1][1] == document:
        raise Refused("nothing-changed")
    required(document.name, "name")
    if not document.modalities:
        raise Refused("required", field="modalities")
    for field, found, low, high in out_of_range(document):
        raise Refused("out-of-range", field=field, found=found, low=low, high=high)
    return [p.ProtocolDrafted(draft=protocols.drafts + 1, document=document, note=note.strip(), on=on)]


@decision("draft_grille", REFERENT)
def draft_grille(grilles: Grilles, *, document: Grille, note: str, replaces: int, on: date) -> list[Event]:
    """Proposes a grid. It replaces the draft numbered `replaces` (0: none), whose endorsements are lost."""
    if says_already(grilles.draft, document, note):
        return []
    must_replace(grilles.draft, replaces)
    if grilles.published and grilles.published[-1][1].document == document:
        raise Refused("nothing-changed")
    required(document.name, "name")
    must_hold(document)
    return [g.GrilleDrafted(draft=grilles.drafts + 1, document=document, note=note.strip(), on=on)]


@decision("endorse_protocol", TEAM)
def endorse_protocol(
    protocols: Protocols, *, draft: int, endorsed: bool, comment: str, by: str, on: date
) -> list[Event]:
    """Records a colleague's comment or endorsement, or withdraws it. `by` is their staff id."""
    opinion = Opinion(endorsed, comment.strip(), on)
    if not adds_opinion(current_draft(protocols.draft, draft), opinion, by):
        return []
    return [p.ProtocolEndorsed(draft=draft, endorsed=opinion.endorsed, comment=opinion.comment, on=on)]


@decision("endorse_grille", TEAM)
def endorse_grille(grilles: Grilles, *, draft: int, endorsed: bool, comment: str, by: str, on: date) -> list[Event]:
    """Records a colleague's comment or endorsement, or withdraws it. `by` is their staff id."""
    opinion = Opinion(endorsed, comment.strip(), on)
    if not adds_opinion(current_draft(grilles.draft, draft), opinion, by):
        return []
    return [g.GrilleEndorsed(draft=draft, endorsed=opinion.endorsed, comment=opinion.comment, on=on)]


@decision("drop_protocol_draft", REFERENT)
def drop_protocol_draft(protocols: Protocols, *, draft: int, reason: str, on: date) -> list[Event]:
    """Drops the draft, for a reason."""
    if protocols.draft is None and draft in range(1, protocols.drafts + 1) and draft != protocols.made_of:
        return []
    current_draft(protocols.draft, draft)
    return [p.ProtocolDraftDropped(draft=draft, reason=required(reason, "reason"), on=on)]


@decision("drop_grille_draft", REFERENT)
def drop_grille_draft(grilles: Grilles, *, draft: int, reason: str, on: date) -> list[Event]:
    """Drops the draft, for a reason."""
    if grilles.draft is None and draft in range(1, grilles.drafts + 1) and draft != grilles.made_of:
        return []
    current_draft(grilles.draft, draft)
    return [g.GrilleDraftDropped(draft=draft, reason=required(reason, "reason"), on=on)]


@decision("publish_protocol_draft", REFERENT_AND_MANAGER, Argument.TEAM, Argument.ACTOR)
def publish_protocol_draft(
    protocols: Protocols, *, draft: int, from_day: date, alone: bool, on: date, team: Team, actor: str
) -> list[Event]:
    """Publishes the draft from today or a later day. `alone`: also without any endorsement.

    One that changes retention or reading limits needs a second person and a notice (safeguards.must_have_a_second).
    """
    if draft == protocols.made_of and protocols.published[-1][0] == from_day:
        return []
    current = current_draft(protocols.draft, draft)
    document = ready(current, from_day, alone, on)
    if changes_safeguards(protocols.published, document, from_day):
        must_have_a_second(current, from_day, team, actor, on)
    return [p.ProtocolPublished(document=document, from_day=from_day)]


@decision("publish_grille_draft", REFERENT_AND_MANAGER)
def publish_grille_draft(grilles: Grilles, *, draft: int, from_day: date, alone: bool, on: date) -> list[Event]:
    """Publishes the draft under the next number, from today or a later day. `alone`: also without any endorsement."""
    if draft == grilles.made_of and grilles.published[-1][0] == from_day:
        return []
    document = ready(current_draft(grilles.draft, draft), from_day, alone, on)
    return [g.GrillePublished(number=len(grilles.published) + 1, document=document, from_day=from_day)]


@decision("withdraw_protocol_publication", REFERENT_AND_MANAGER)
def withdraw_protocol_publication(protocols: Protocols, *, number: int, on: date) -> list[Event]:
    """Takes back the last publication before its first day. Its draft is under discussion again."""
    if number == len(protocols.published) + 1:
        return []
    _must_be_to_come(protocols, number, on)
    return [p.ProtocolPublicationWithdrawn(number=number, on=on)]


@decision("withdraw_grille_publication", REFERENT_AND_MANAGER)
def withdraw_grille_publication(grilles: Grilles, *, number: int, on: date) -> list[Event]:
    """Takes back the last publication before its first day. Its draft is under discussion again."""
    if number == len(grilles.published) + 1:
        return []
    _must_be_to_come(grilles, number, on)
    return [g.GrillePublicationWithdrawn(number=number, on=on)]


def _must_be_to_come(state: Protocols | Grilles, number: int, on: date) -> None:
    if number != len(state.published):
        raise Refused("not-last-publication", number=len(state.published))
    if number == 1 or state.published[-1][0] <= on:
        raise Refused("publication-counts", from_day=state.published[-1][0])


def says_already(draft: Draft[T] | None, document: T, note: str) -> bool:
    """Tells if this document is under discussion already."""
    return draft is not None and (draft.document, draft.note) == (document, note.strip())


def must_replace(draft: Draft[T] | None, replaces: int) -> None:
    """Raises Refused("other-draft") when a colleague proposed another draft meanwhile."""
    if draft is not None and draft.number != replaces:
        raise Refused("other-draft", draft=draft.number)


def current_draft(draft: Draft[T] | None, number: int) -> Draft[T]:
    """Returns the draft of this number. Raises Refused("no-draft") or Refused("other-draft")."""
    if draft is None:
        raise Refused("no-draft", draft=number)
    must_replace(draft, number)
    return draft


def adds_opinion(draft: Draft[T], opinion: Opinion, by: str) -> bool:
    """Tells if this differs from the colleague's latest opinion. Raises Refused("own-draft") for an own endorsement."""
    if opinion.endorsed and by == draft.by:
        raise Refused("own-draft")
    known = draft.opinions.get(by)
    if known and (known.endorsed, known.comment) == (opinion.endorsed, opinion.comment):
        return False
    takes_back = known is not None and known.endorsed
    if not opinion.endorsed and not opinion.comment and not takes_back:
        raise Refused("required", field="comment")
    return True


def ready(draft: Draft[T], from_day: date, alone: bool, on: date) -> T:
    """Returns the document, if it may be published from that day."""
    if from_day < on:
        raise Refused("from-the-past", from_day=from_day)
    if not draft.endorsed_by and not alone:
        raise Refused("nobody-endorsed")
    return draft.document


# --- decisions on the definitions of the indicators, proposed, endorsed, published or dropped; and on reports


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

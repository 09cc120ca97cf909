"""Decisions on drafts of protocols, grids and definitions: proposed, endorsed, published, dropped; reports, targets."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from pixflow.decision import AUDITOR, REFERENT, REFERENT_AND_MANAGER, REVIEWERS, TEAM, decision
from pixflow.documents.definitions import AIMED, LARGEST_AIM, LONGEST_TARGET, RULES, TARGETED, Definitions
from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ErasureDelay, ProtocolDocument, ReadingLimits, Retention, in_force, out_of_range
from pixflow.documents.small_numbers import SMALL, is_small
from pixflow.events import grille as g
from pixflow.events import indicators as i
from pixflow.events import protocol as p
from pixflow.events.base import Event
from pixflow.events.values import LogStandard
from pixflow.protocol.publishing import Documents, Draft, Grilles, IndicatorDocuments, Numbered, Protocols, must_hold
from pixflow.refused import Refused, required
from pixflow.team.staff import Team

# --- two people change retention and reading limits
#
# Source: docs/decisions/0031-a-second-person-confirms-a-role.md.


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


def _safeguards(document: ProtocolDocument) -> tuple[Retention, ReadingLimits, ErasureDelay]:
    return document.retention, document.reading, document.erasure


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


# --- the life of a document, the same for protocols, grids and definitions


State = Documents[Any, Any]
New = Callable[..., Event]
"""The event to record."""


def _draft(state: State, new: New, document: Any, note: str, replaces: int, on: date) -> list[Event]:
    """Proposes a document that holds, unless it is under discussion already.

    It replaces the draft numbered `replaces`. Raises Refused("other-draft") when a colleague proposed one meanwhile.
    """
    if state.draft and (state.draft.document, state.draft.note) == (document, note.strip()):
        return []
    _must_be(state.draft, replaces)
    if _latest(state, on) == document:
        raise Refused("nothing-changed")
    required(document.name, "name")
    _must_hold(document)
    return [new(draft=state.drafts + 1, document=document, note=note.strip(), on=on)]


def _latest(state: State, on: date) -> object:
    """Returns the document that a draft must differ from: the last one published, or the definitions in force."""
    if isinstance(state, IndicatorDocuments):
        return state.on(on).document
    last = state.published[-1][1] if state.published else None
    return last.document if isinstance(last, Numbered) else last


def _must_hold(document: ProtocolDocument | Grille | Definitions) -> None:
    """Raises Refused for a document that is not whole, or with a value out of range."""
    match document:
        case Grille():
            must_hold(document)
        case ProtocolDocument():
            if not document.modalities:
                raise Refused("required", field="modalities")
            for field, found, low, high in out_of_range(document):
                raise Refused("out-of-range", field=field, found=found, low=low, high=high)
        case Definitions():
            _must_judge(document)


def _must_judge(document: Definitions) -> None:
    """Raises Refused for a target of nothing or out of range, and for a rule switched off without a reason."""
    for indicator, days in document.targets:
        if indicator not in TARGETED:
            raise Refused("unknown-indicator", field=indicator)
        if not 0 <= days <= LONGEST_TARGET:
            raise Refused("definition-out-of-range", field=indicator, found=days, low=0, high=LONGEST_TARGET)
    if not 1 <= document.silent <= LONGEST_TARGET:
        raise Refused("definition-out-of-range", field="silent", found=document.silent, low=1, high=LONGEST_TARGET)
    for rule, reason in document.without:
        if rule not in RULES:
            raise Refused("unknown-indicator", field=rule)
        required(reason, rule)
    for step, aim in document.aims:
        if step not in AIMED:
            raise Refused("unknown-indicator", field=step)
        if not 1 <= aim <= LARGEST_AIM:
            raise Refused("definition-out-of-range", field=step, found=aim, low=1, high=LARGEST_AIM)


def _must_be(draft: Draft[Any] | None, number: int) -> None:
    if draft and draft.number != number:
        raise Refused("other-draft", draft=draft.number)


def _current(state: State, number: int) -> Draft[Any]:
    """Returns the draft of this number. Raises Refused("no-draft") or Refused("other-draft")."""
    if state.draft is None:
        raise Refused("no-draft", draft=number)
    _must_be(state.draft, number)
    return state.draft


def _endorse(state: State, new: New, draft: int, endorsed: bool, comment: str, by: str, on: date) -> list[Event]:
    """Records an opinion that differs from the colleague's latest. Raises Refused("own-draft") for an own draft."""
    current, comment = _current(state, draft), comment.strip()
    if endorsed and by == current.by:
        raise Refused("own-draft")
    latest = current.opinions.get(by)
    if latest and (latest.endorsed, latest.comment) == (endorsed, comment):
        return []
    if not (endorsed or comment or (latest and latest.endorsed)):
        raise Refused("required", field="comment")
    return [new(draft=draft, endorsed=endorsed, comment=comment, on=on)]


def _drop(state: State, new: New, draft: int, reason: str, on: date) -> list[Event]:
    if state.draft is None and draft in range(1, state.drafts + 1) and draft != state.made_of:
        return []
    _current(state, draft)
    return [new(draft=draft, reason=required(reason, "reason"), on=on)]


def _is_published(state: State, draft: int, from_day: date) -> bool:
    """Tells if this draft was the last one published, from that day."""
    return draft == state.made_of and state.published[-1][0] == from_day


def _ready(state: State, number: int, from_day: date, alone: bool, on: date) -> Draft[Any]:
    """Returns the draft, if it may be published from that day."""
    draft = _current(state, number)
    if from_day < on:
        raise Refused("from-the-past", from_day=from_day)
    if not draft.endorsed_by and not alone:
        raise Refused("nobody-endorsed")
    return draft


def _publish(state: State, new: New, draft: int, from_day: date, alone: bool, on: date) -> list[Event]:
    """Publishes the draft under the next number."""
    if _is_published(state, draft, from_day):
        return []
    document = _ready(state, draft, from_day, alone, on).document
    return [new(number=len(state.published) + 1, document=document, from_day=from_day)]


def _withdraw(state: State, new: New, number: int, on: date) -> list[Event]:
    """Takes back the last publication before its first day, but the first publication of all."""
    last = len(state.published)
    if number == last + 1:
        return []
    if number != last:
        raise Refused("not-last-publication", number=last)
    if number == 1 or state.published[-1][0] <= on:
        raise Refused("publication-counts", from_day=state.published[-1][0])
    return [new(number=number, on=on)]


# --- decisions on protocols


@decision("draft_protocol", REFERENT)
def draft_protocol(
    protocols: Protocols, *, document: ProtocolDocument, note: str, replaces: int, on: date
) -> list[Event]:
    """Proposes a protocol. It replaces the draft numbered `replaces` (0: none), whose endorsements are lost."""
    return _draft(protocols, p.ProtocolDrafted, document, note, replaces, on)


@decision("endorse_protocol", TEAM)
def endorse_protocol(
    protocols: Protocols, *, draft: int, endorsed: bool, comment: str, by: str, on: date
) -> list[Event]:
    """Records a colleague's comment or endorsement, or withdraws it. `by` is their staff id."""
    return _endorse(protocols, p.ProtocolEndorsed, draft, endorsed, comment, by, on)


@decision("drop_protocol_draft", REFERENT)
def drop_protocol_draft(protocols: Protocols, *, draft: int, reason: str, on: date) -> list[Event]:
    """Drops the draft, for a reason."""
    return _drop(protocols, p.ProtocolDraftDropped, draft, reason, on)


@decision("publish_protocol_draft", REFERENT_AND_MANAGER)
def publish_protocol_draft(
    protocols: Protocols, *, draft: int, from_day: date, alone: bool, on: date, team: Team, actor: str
) -> list[Event]:
    """Publishes the draft from today or a later day. `alone`: also without any endorsement.

    One that changes retention or reading limits needs a second person and a notice (must_have_a_second).
    """
    if _is_published(protocols, draft, from_day):
        return []
    current = _ready(protocols, draft, from_day, alone, on)
    if changes_safeguards(protocols.published, current.document, from_day):
        must_have_a_second(current, from_day, team, actor, on)
    return [p.ProtocolPublished(document=current.document, from_day=from_day)]


@decision("withdraw_protocol_publication", REFERENT_AND_MANAGER)
def withdraw_protocol_publication(protocols: Protocols, *, number: int, on: date) -> list[Event]:
    """Takes back the last publication before its first day. Its draft is under discussion again."""
    return _withdraw(protocols, p.ProtocolPublicationWithdrawn, number, on)


# --- decisions on grids


@decision("draft_grille", REFERENT)
def draft_grille(grilles: Grilles, *, document: Grille, note: str, replaces: int, on: date) -> list[Event]:
    """Proposes a grid. It replaces the draft numbered `replaces` (0: none), whose endorsements are lost."""
    return _draft(grilles, g.GrilleDrafted, document, note, replaces, on)


@decision("endorse_grille", TEAM)
def endorse_grille(grilles: Grilles, *, draft: int, endorsed: bool, comment: str, by: str, on: date) -> list[Event]:
    """Records a colleague's comment or endorsement, or withdraws it. `by` is their staff id."""
    return _endorse(grilles, g.GrilleEndorsed, draft, endorsed, comment, by, on)


@decision("drop_grille_draft", REFERENT)
def drop_grille_draft(grilles: Grilles, *, draft: int, reason: str, on: date) -> list[Event]:
    """Drops the draft, for a reason."""
    return _drop(grilles, g.GrilleDraftDropped, draft, reason, on)


@decision("publish_grille_draft", REFERENT_AND_MANAGER)
def publish_grille_draft(grilles: Grilles, *, draft: int, from_day: date, alone: bool, on: date) -> list[Event]:
    """Publishes the draft under the next number, from today or a later day. `alone`: also without any endorsement."""
    return _publish(grilles, g.GrillePublished, draft, from_day, alone, on)


@decision("withdraw_grille_publication", REFERENT_AND_MANAGER)
def withdraw_grille_publication(grilles: Grilles, *, number: int, on: date) -> list[Event]:
    """Takes back the last publication before its first day. Its draft is under discussion again."""
    return _withdraw(grilles, g.GrillePublicationWithdrawn, number, on)


# --- decisions on the definitions of the indicators, and on what leaves the structure


@decision("draft_definitions", REFERENT_AND_MANAGER)
def draft_definitions(
    indicators: IndicatorDocuments, *, document: Definitions, note: str, replaces: int, on: date
) -> list[Event]:
    """Proposes definitions. They replace the draft numbered `replaces` (0: none), whose endorsements are lost."""
    return _draft(indicators, i.DefinitionsDrafted, document, note, replaces, on)


@decision("endorse_definitions", TEAM)
def endorse_definitions(
    indicators: IndicatorDocuments, *, draft: int, endorsed: bool, comment: str, by: str, on: date
) -> list[Event]:
    """Records a colleague's comment or endorsement, or withdraws it. `by` is their staff id."""
    return _endorse(indicators, i.DefinitionsEndorsed, draft, endorsed, comment, by, on)


@decision("drop_definitions_draft", REFERENT_AND_MANAGER)
def drop_definitions_draft(indicators: IndicatorDocuments, *, draft: int, reason: str, on: date) -> list[Event]:
    """Drops the draft, for a reason."""
    return _drop(indicators, i.DefinitionsDraftDropped, draft, reason, on)


@decision("publish_definitions", REFERENT_AND_MANAGER)
def publish_definitions(
    indicators: IndicatorDocuments, *, draft: int, from_day: date, alone: bool, on: date
) -> list[Event]:
    """Publishes the draft under the next number, from today or a later day. `alone`: also without any endorsement."""
    return _publish(indicators, i.DefinitionsPublished, draft, from_day, alone, on)


@decision("issue_event_log", REVIEWERS, reauthentication="always")
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
    standard: LogStandard = "xes",
) -> list[Event]:
    """Records that a log of paths for process mining leaves the structure, and why: nobody outside finds a dossier."""
    said: dict[str, Any] = {"cases": cases, "events": events, "digest": digest, "on": on, "standard": standard}
    return [i.EventLogIssued(first=first, last=last, reason=required(reason, "reason"), linked=False, **said)]


@decision("issue_linked_log", AUDITOR, reauthentication="always")
def issue_linked_log(
    indicators: IndicatorDocuments,
    *,
    first: date,
    last: date,
    reason: str,
    cases: int,
    events: int,
    digest: str,
    on: date,
    standard: LogStandard = "xes",
) -> list[Event]:
    """Records that a log leaves which leads back to dossiers, and why."""
    said: dict[str, Any] = {"cases": cases, "events": events, "digest": digest, "on": on, "standard": standard}
    return [i.EventLogIssued(first=first, last=last, reason=required(reason, "reason"), linked=True, **said)]


@decision("set_aim", REFERENT_AND_MANAGER)
def set_aim(
    indicators: IndicatorDocuments, *, step: str, site: str, yearly: int, on: date, sites: Sequence[str]
) -> list[Event]:
    """Sets how many young people should pass a main step in a year, at a site or "" for all; 0 ends the target."""
    if step not in AIMED:
        raise Refused("unknown-indicator", field="step")
    if site not in ("", *sites):
        raise Refused("unknown-site", field="site")
    if not 0 <= yearly <= LARGEST_AIM:
        raise Refused("definition-out-of-range", field="yearly", found=yearly, low=0, high=LARGEST_AIM)
    if indicators.aim(step, site, on) == yearly:
        return []
    return [i.AimSet(step=step, site=site, yearly=yearly, on=on)]


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

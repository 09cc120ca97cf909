"""Decisions on the draft of a protocol or grid: proposed, endorsed, published or dropped."""

from datetime import date
from typing import TypeVar

from pixflow.decision import REFERENT, REFERENT_AND_MANAGER, TEAM, Argument, decision
from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ProtocolDocument, out_of_range
from pixflow.events import grille as g
from pixflow.events import protocol as p
from pixflow.events.base import Event
from pixflow.protocol.publishing import Draft, Grilles, Opinion, Protocols, must_hold
from pixflow.protocol.safeguards import changes_safeguards, must_have_a_second
from pixflow.refused import Refused, required
from pixflow.team.staff import Team

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

"""A protocol or a grid made together: drafted, endorsed by the team, published from a day, or dropped."""

from datetime import date
from typing import TypeVar

from pixflow.decision import REFERENT, REFERENT_AND_MANAGER, TEAM, decision
from pixflow.events import grille as g
from pixflow.events import protocol as p
from pixflow.events.base import Event
from pixflow.protocol.document import ProtocolDocument, out_of_range
from pixflow.protocol.grille import Grille
from pixflow.protocol.publishing import Draft, Grilles, Opinion, Protocols, must_hold
from pixflow.refused import Refused, required

T = TypeVar("T")


@decision("draft_protocol", REFERENT)
def draft_protocol(
    protocols: Protocols, *, document: ProtocolDocument, note: str, replaces: int, on: date
) -> list[Event]:
    """Propose a protocol to the team; the endorsements of `replaces`, the draft it was written over (0: none), fall."""
    if _says_already(protocols.draft, document, note):
        return []
    _must_replace(protocols.draft, replaces)
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
    """Propose a grid to the team; the endorsements of `replaces`, the draft it was written over (0: none), fall."""
    if _says_already(grilles.draft, document, note):
        return []
    _must_replace(grilles.draft, replaces)
    if grilles.published and grilles.published[-1][1].document == document:
        raise Refused("nothing-changed")
    required(document.name, "name")
    must_hold(document)
    return [g.GrilleDrafted(draft=grilles.drafts + 1, document=document, note=note.strip(), on=on)]


@decision("endorse_protocol", TEAM)
def endorse_protocol(
    protocols: Protocols, *, draft: int, endorsed: bool, comment: str, by: str, on: date
) -> list[Event]:
    """A colleague comments on the draft, endorses it, or takes their endorsement back; `by` is their staff id."""
    said = Opinion(endorsed, comment.strip(), on)
    if not _adds(_current(protocols.draft, draft), said, by):
        return []
    return [p.ProtocolEndorsed(draft=draft, endorsed=said.endorsed, comment=said.comment, on=on)]


@decision("endorse_grille", TEAM)
def endorse_grille(grilles: Grilles, *, draft: int, endorsed: bool, comment: str, by: str, on: date) -> list[Event]:
    """A colleague comments on the draft, endorses it, or takes their endorsement back; `by` is their staff id."""
    said = Opinion(endorsed, comment.strip(), on)
    if not _adds(_current(grilles.draft, draft), said, by):
        return []
    return [g.GrilleEndorsed(draft=draft, endorsed=said.endorsed, comment=said.comment, on=on)]


@decision("drop_protocol_draft", REFERENT)
def drop_protocol_draft(protocols: Protocols, *, draft: int, reason: str, on: date) -> list[Event]:
    """The draft will not be published."""
    if protocols.draft is None and draft in range(1, protocols.drafts + 1) and draft != protocols.made_of:
        return []
    _current(protocols.draft, draft)
    return [p.ProtocolDraftDropped(draft=draft, reason=required(reason, "reason"), on=on)]


@decision("drop_grille_draft", REFERENT)
def drop_grille_draft(grilles: Grilles, *, draft: int, reason: str, on: date) -> list[Event]:
    """The draft will not be published."""
    if grilles.draft is None and draft in range(1, grilles.drafts + 1) and draft != grilles.made_of:
        return []
    _current(grilles.draft, draft)
    return [g.GrilleDraftDropped(draft=draft, reason=required(reason, "reason"), on=on)]


@decision("publish_protocol_draft", REFERENT_AND_MANAGER)
def publish_protocol_draft(protocols: Protocols, *, draft: int, from_day: date, alone: bool, on: date) -> list[Event]:
    """The draft counts from today or a later day; `alone`: even though nobody endorsed it."""
    if draft == protocols.made_of and protocols.published[-1][0] == from_day:
        return []
    document = _ready(_current(protocols.draft, draft), from_day, alone, on)
    return [p.ProtocolPublished(document=document, from_day=from_day)]


@decision("publish_grille_draft", REFERENT_AND_MANAGER)
def publish_grille_draft(grilles: Grilles, *, draft: int, from_day: date, alone: bool, on: date) -> list[Event]:
    """The draft counts from today or a later day, under the next number; `alone`: even though nobody endorsed it."""
    if draft == grilles.made_of and grilles.published[-1][0] == from_day:
        return []
    document = _ready(_current(grilles.draft, draft), from_day, alone, on)
    return [g.GrillePublished(number=len(grilles.published) + 1, document=document, from_day=from_day)]


def _says_already(draft: Draft[T] | None, document: T, note: str) -> bool:
    return draft is not None and (draft.document, draft.note) == (document, note.strip())


def _must_replace(draft: Draft[T] | None, replaces: int) -> None:
    """What a colleague proposed meanwhile is not put aside unseen."""
    if draft is not None and draft.number != replaces:
        raise Refused("other-draft", draft=draft.number)


def _current(draft: Draft[T] | None, number: int) -> Draft[T]:
    if draft is None:
        raise Refused("no-draft", draft=number)
    _must_replace(draft, number)
    return draft


def _adds(draft: Draft[T], said: Opinion, by: str) -> bool:
    """Whether this is more than the colleague's latest word; nobody endorses their own draft."""
    if said.endorsed and by == draft.by:
        raise Refused("own-draft")
    known = draft.opinions.get(by)
    if known and (known.endorsed, known.comment) == (said.endorsed, said.comment):
        return False
    takes_back = known is not None and known.endorsed
    if not said.endorsed and not said.comment and not takes_back:
        raise Refused("required", field="comment")
    return True


def _ready(draft: Draft[T], from_day: date, alone: bool, on: date) -> T:
    """The document, if it may be published from that day."""
    if from_day < on:
        raise Refused("from-the-past", from_day=from_day)
    if not draft.endorsed_by and not alone:
        raise Refused("nobody-endorsed")
    return draft.document

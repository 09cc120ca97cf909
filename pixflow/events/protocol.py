"""The protocol: roles, moments and delays."""

from datetime import date

from pixflow.documents.protocol import ProtocolDocument
from pixflow.events.base import Event, event

PLAIN = frozenset({"draft", "document", "note", "on", "endorsed", "comment", "reason", "from_day", "number"})
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@event("protocol.ProtocolDrafted")
class ProtocolDrafted(Event):
    """A protocol proposed to the team under the number `draft`. It replaces an earlier draft."""

    draft: int
    document: ProtocolDocument
    note: str
    on: date


@event("protocol.ProtocolEndorsed")
class ProtocolEndorsed(Event):
    """A colleague's comment or endorsement of a draft. The latest one counts."""

    draft: int
    endorsed: bool
    comment: str
    on: date


@event("protocol.ProtocolDraftDropped")
class ProtocolDraftDropped(Event):
    draft: int
    reason: str
    on: date


@event("protocol.ProtocolPublished")
class ProtocolPublished(Event):
    """A protocol, in force from a day."""

    document: ProtocolDocument
    from_day: date


@event("protocol.ProtocolPublicationWithdrawn")
class ProtocolPublicationWithdrawn(Event):
    """The last publication of a protocol, taken back before its first day. Its draft is under discussion again."""

    number: int
    on: date

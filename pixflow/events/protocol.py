"""The protocol: roles, moments and delays."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pixflow.documents.protocol import ProtocolDocument
from pixflow.events.base import Event

PLAIN = frozenset({"draft", "document", "note", "on", "endorsed", "comment", "reason", "from_day", "number"})
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolDrafted(Event):
    """A protocol proposed to the team under the number `draft`. It replaces an earlier draft."""

    TOPIC: ClassVar[str] = "protocol.ProtocolDrafted"
    draft: int
    document: ProtocolDocument
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolEndorsed(Event):
    """A colleague's comment or endorsement of a draft. The latest one counts."""

    TOPIC: ClassVar[str] = "protocol.ProtocolEndorsed"
    draft: int
    endorsed: bool
    comment: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolDraftDropped(Event):
    TOPIC: ClassVar[str] = "protocol.ProtocolDraftDropped"
    draft: int
    reason: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolPublished(Event):
    """A protocol, in force from a day."""

    TOPIC: ClassVar[str] = "protocol.ProtocolPublished"
    document: ProtocolDocument
    from_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolPublicationWithdrawn(Event):
    """The last publication of a protocol, taken back before its first day. Its draft is under discussion again."""

    TOPIC: ClassVar[str] = "protocol.ProtocolPublicationWithdrawn"
    number: int
    on: date

"""The protocol: who does what, when, and within which delays."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pixflow.events.base import Event
from pixflow.protocol.document import ProtocolDocument

PLAIN = frozenset({"draft", "document", "note", "on", "endorsed", "comment", "reason", "from_day"})
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolDrafted(Event):
    """The whole document, proposed to the team under the number `draft`; it takes the place of an earlier draft."""

    TOPIC: ClassVar[str] = "protocol.ProtocolDrafted"
    draft: int
    document: ProtocolDocument
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolEndorsed(Event):
    """A colleague's word on a draft: a comment, and whether they endorse it. Their latest word holds."""

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
    """The whole document, in force from a day."""

    TOPIC: ClassVar[str] = "protocol.ProtocolPublished"
    document: ProtocolDocument
    from_day: date

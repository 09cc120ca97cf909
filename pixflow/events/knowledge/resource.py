"""A resource of the shared knowledge: its texts, and what the team says of it."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pixflow.documents.resource import ResourceDocument
from pixflow.events.base import Event

PLAIN = frozenset({"document", "proposal", "revision", "note", "reason", "useful", "comment", "on"})
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceProposed(Event):
    """The text of a proposal, under its number. It replaces an earlier proposal, and is shown at no step."""

    TOPIC: ClassVar[str] = "resource.ResourceProposed"
    proposal: int
    document: ResourceDocument
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDeclined(Event):
    TOPIC: ClassVar[str] = "resource.ProposalDeclined"
    CLOSES: ClassVar[bool] = True
    proposal: int
    reason: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceShared(Event):
    """The first text of a resource."""

    TOPIC: ClassVar[str] = "resource.ResourceShared"
    CLOSES: ClassVar[bool] = True
    document: ResourceDocument
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRevised(Event):
    """A later text, whole. A resource that was withdrawn is back."""

    TOPIC: ClassVar[str] = "resource.ResourceRevised"
    CLOSES: ClassVar[bool] = True
    document: ResourceDocument
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChecked(Event):
    """Somebody read it again: it is still right."""

    TOPIC: ClassVar[str] = "resource.ResourceChecked"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceWithdrawn(Event):
    """It is shown at no step any more; its texts stay readable."""

    TOPIC: ClassVar[str] = "resource.ResourceWithdrawn"
    CLOSES: ClassVar[bool] = True
    reason: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceMarked(Event):
    """A colleague's word on the text of that number: useful or not. Their latest one counts."""

    TOPIC: ClassVar[str] = "resource.ResourceMarked"
    revision: int
    useful: bool
    comment: str
    on: date

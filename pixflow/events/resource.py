"""A resource of the shared knowledge: its texts, and what the team says of it."""

from datetime import date

from pixflow.documents.resource import ResourceDocument
from pixflow.events.base import Event, event

PLAIN = frozenset({"document", "proposal", "revision", "note", "reason", "useful", "comment", "on"})
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@event("resource.ResourceProposed")
class ResourceProposed(Event):
    """The text of a proposal, under its number. It replaces an earlier proposal, and is shown at no step."""

    proposal: int
    document: ResourceDocument
    note: str
    on: date


@event("resource.ProposalDeclined", closes=True)
class ProposalDeclined(Event):
    proposal: int
    reason: str
    on: date


@event("resource.ResourceShared", closes=True)
class ResourceShared(Event):
    """The first text of a resource."""

    document: ResourceDocument
    note: str
    on: date


@event("resource.ResourceRevised", closes=True)
class ResourceRevised(Event):
    """A later text, whole. A resource that was withdrawn is back."""

    document: ResourceDocument
    note: str
    on: date


@event("resource.ResourceChecked")
class ResourceChecked(Event):
    """Somebody read it again: it is still right."""

    on: date


@event("resource.ResourceWithdrawn", closes=True)
class ResourceWithdrawn(Event):
    """It is shown at no step any more; its texts stay readable."""

    reason: str
    on: date


@event("resource.ResourceMarked")
class ResourceMarked(Event):
    """A colleague's word on the text of that number: useful or not. Their latest one counts."""

    revision: int
    useful: bool
    comment: str
    on: date

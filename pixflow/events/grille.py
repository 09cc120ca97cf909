"""The reading grid: what a score proposes."""

from datetime import date

from pixflow.documents.grille import Grille
from pixflow.events.base import Event, event

PLAIN = frozenset({"draft", "document", "note", "on", "endorsed", "comment", "reason", "number", "from_day"})
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@event("grille.GrilleDrafted")
class GrilleDrafted(Event):
    """A grid proposed to the team under the number `draft`. It replaces an earlier draft."""

    draft: int
    document: Grille
    note: str
    on: date


@event("grille.GrilleEndorsed")
class GrilleEndorsed(Event):
    """A colleague's comment or endorsement of a draft. The latest one counts."""

    draft: int
    endorsed: bool
    comment: str
    on: date


@event("grille.GrilleDraftDropped")
class GrilleDraftDropped(Event):
    draft: int
    reason: str
    on: date


@event("grille.GrillePublished")
class GrillePublished(Event):
    """A grid published under its number, in force from a day."""

    number: int
    document: Grille
    from_day: date


@event("grille.GrillePublicationWithdrawn")
class GrillePublicationWithdrawn(Event):
    """The last publication of a grid, taken back before its first day. Its draft is under discussion again."""

    number: int
    on: date

"""The reading grid: what a score proposes."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pixflow.documents.grille import Grille
from pixflow.events.base import Event

PLAIN = frozenset({"draft", "document", "note", "on", "endorsed", "comment", "reason", "number", "from_day"})
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrilleDrafted(Event):
    """A grid proposed to the team under the number `draft`. It replaces an earlier draft."""

    TOPIC: ClassVar[str] = "grille.GrilleDrafted"
    draft: int
    document: Grille
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GrilleEndorsed(Event):
    """A colleague's comment or endorsement of a draft. The latest one counts."""

    TOPIC: ClassVar[str] = "grille.GrilleEndorsed"
    draft: int
    endorsed: bool
    comment: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GrilleDraftDropped(Event):
    TOPIC: ClassVar[str] = "grille.GrilleDraftDropped"
    draft: int
    reason: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GrillePublished(Event):
    """A grid published under its number, in force from a day."""

    TOPIC: ClassVar[str] = "grille.GrillePublished"
    number: int
    document: Grille
    from_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GrillePublicationWithdrawn(Event):
    """The last publication of a grid, taken back before its first day. Its draft is under discussion again."""

    TOPIC: ClassVar[str] = "grille.GrillePublicationWithdrawn"
    number: int
    on: date

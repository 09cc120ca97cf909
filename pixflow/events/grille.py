"""The reading grid: what a score proposes."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pixflow.events import Event
from pixflow.grille import Grille


@dataclass(frozen=True, slots=True, kw_only=True)
class GrillePublished(Event):
    """The whole grid under its number, in force from a day."""

    TOPIC: ClassVar[str] = "grille.GrillePublished"
    number: int
    document: Grille
    from_day: date

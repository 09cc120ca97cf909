"""Choices that somebody makes in the preview of a file of places."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Way = Literal["apart", "aside"] | int
"""A doubtful place is another one than those that it is like, is set aside, or is the same as the one of this rank."""


class PlaceChoices(Struct, frozen=True):
    """Choices for the places of a file; by default those of the terminal.

    `aside`: keys of new places that are not kept. `back`: keys of places set aside before that are wanted again.
    `ways`: what becomes of doubtful places, by line. `settled_only`: doubtful places without a way are not listed.
    `vanished`: the places that the sources no longer have are noted.
    """

    aside: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    ways: Mapping[int, Way] = {}
    settled_only: bool = False
    vanished: bool = True

"""Listed partners that a free name of former referrals may mean, with the reasons. A person decides."""

from collections.abc import Iterable, Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct
from rapidfuzz import fuzz

MOST = 3
CLOSE = 85
"""Likeness of two names, 0 to 100, from which one may be the other mistyped."""
_SMALL = frozenset({"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "sur"})
Reason = Literal["same", "within", "close"]


class KnownName(Struct, frozen=True):
    """The name of a listed partner and that of its commune, both normalised."""

    partner: UUID
    name: str
    town: str


class NameMatch(Struct, frozen=True):
    """A partner that a name may mean. `sure` when no other one may, and two words at least say so."""

    partner: UUID
    reason: Reason
    sure: bool


def matches(name: str, known: Iterable[KnownName]) -> list[NameMatch]:
    """Returns the partners that a normalised name may mean, the likeliest first."""
    found = [(reason, one) for one in known if (reason := _reason(name, one))]
    order: Sequence[Reason] = ("same", "within", "close")
    found.sort(key=lambda pair: (order.index(pair[0]), -fuzz.token_sort_ratio(name, pair[1].name), pair[1].name))
    words = len(_words(name))
    return [
        NameMatch(one.partner, reason, len(found) == 1 and (reason == "same" or words > 1))
        for reason, one in found[:MOST]
    ]


def _reason(name: str, one: KnownName) -> Reason | None:
    said, own, there = _words(name), _words(one.name), _words(one.town)
    if not said or not own:
        return None
    if said == own or said == own | there:
        return "same"
    if said < own or own < said:
        return "within"
    return "close" if fuzz.token_sort_ratio(" ".join(sorted(said)), " ".join(sorted(own))) >= CLOSE else None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.replace("-", " ").replace("'", " ").split()) - _SMALL

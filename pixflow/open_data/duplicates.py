"""Finds the places that may be the same, each pair with its reasons: a person joins them, or says that they differ."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Literal

from msgspec import Struct
from rapidfuzz import fuzz

from pixflow.identity import normalise
from pixflow.open_data.coordinates import kilometres
from pixflow.open_data.place import Place

Reason = Literal["near", "address", "siret", "phone", "name", "name-close"]
POINTS: dict[Reason, int] = {"near": 40, "address": 35, "siret": 30, "phone": 20, "name": 30, "name-close": 15}
PROPOSED_FROM = 50
NEAR = 0.1
"""Kilometres."""
SAME_ADDRESS, SAME_NAME, CLOSE_NAME = 88, 85, 60
"""Likeness of two texts, 0..100."""
COMPARED = 200
"""Characters of a name and of an address that are compared."""
MANY, FEW = 150, 50
"""Places of a commune from which not every pair is compared; places that share a mark which is still worth a look."""
_SMALL_WORDS = re.compile(r"\b(?:de|du|des|la|le|les|l|d|et|a|au|aux|en|sur|sous)\b")


class Likeness(Struct, frozen=True):
    """A pair of places of one commune, and why they may be the same."""

    one: Place
    other: Place
    reasons: tuple[Reason, ...]

    @property
    def points(self) -> int:
        return sum(POINTS[reason] for reason in self.reasons)


def duplicates(places: Iterable[Place], others: Iterable[Place] = ()) -> list[Likeness]:
    """Returns the pairs with at least 50 points, within a commune, the surest first. None is a pair of `others`."""
    by_commune: defaultdict[str, list[_Compared]] = defaultdict(list)
    for those, is_other in ((places, False), (others, True)):
        for place in those:
            by_commune[place.insee or normalise(place.commune)].append(_Compared(place, is_other))
    found = (
        Likeness(one.place, other.place, _reasons(one, other))
        for group in by_commune.values()
        for one, other in _pairs(group)
        if not (one.is_other and other.is_other)
    )
    return sorted((pair for pair in found if pair.points >= PROPOSED_FROM), key=lambda pair: -pair.points)


class _Compared:
    """A place with its texts made ready, once for all its pairs."""

    def __init__(self, place: Place, is_other: bool) -> None:
        self.place, self.is_other = place, is_other
        self.name = _words(place.name[:COMPARED])
        self.address = _words(place.address[:COMPARED])
        self.phone = "".join(filter(str.isdigit, place.phone))[-9:]

    def marks(self) -> Iterator[tuple[str, str]]:
        """Yields what a pair has in common: a SIRET, a telephone, a word of the address or of the name."""
        yield "siret", self.place.siret or ""
        yield "phone", self.phone
        for word in {*self.address.split()}:
            yield "address", word
        for word in {*self.name.split()}:
            yield "name", word


def _pairs(group: Sequence[_Compared]) -> Iterable[tuple[_Compared, _Compared]]:
    """Returns every pair of a commune; of a large one, those with a mark that few places have."""
    if len(group) <= MANY:
        return combinations(group, 2)
    marked: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for rank, one in enumerate(group):
        for mark in one.marks():
            if mark[1]:
                marked[mark].append(rank)
    few = (ranks for ranks in marked.values() if len(ranks) <= FEW)
    met = {pair for ranks in few for pair in combinations(ranks, 2)}
    return ((group[one], group[other]) for one, other in sorted(met))


def _words(text: str) -> str:
    return " ".join(_SMALL_WORDS.sub(" ", normalise(text)).split())


def _reasons(one: _Compared, other: _Compared) -> tuple[Reason, ...]:
    reasons = tuple(_facts(one, other))
    if sum(POINTS[reason] for reason in reasons) + POINTS["name"] < PROPOSED_FROM:
        return reasons
    likeness = fuzz.token_set_ratio(one.name, other.name, score_cutoff=CLOSE_NAME)
    if likeness < CLOSE_NAME:
        return reasons
    return (*reasons, "name" if likeness >= SAME_NAME else "name-close")


def _facts(one: _Compared, other: _Compared) -> Iterator[Reason]:
    here, there = one.place, other.place
    if here.point and there.point and kilometres(here.point, there.point) <= NEAR:
        yield "near"
    if one.address and other.address and fuzz.token_sort_ratio(one.address, other.address, score_cutoff=SAME_ADDRESS):
        yield "address"
    if here.siret and here.siret == there.siret:
        yield "siret"
    if one.phone and one.phone == other.phone:
        yield "phone"

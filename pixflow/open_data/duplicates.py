"""Finds the places that may be the same, each pair with its reasons: a person joins them, or says that they differ."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Literal

from msgspec import Struct
from rapidfuzz import fuzz

from pixflow.identity import normalise
from pixflow.open_data.locations import kilometres
from pixflow.open_data.place import Place

Reason = Literal["near", "address", "siret", "phone", "email", "name", "name-close", "same-name"]
POINTS: dict[Reason, int] = {
    "near": 40, "address": 35, "siret": 30, "phone": 20, "email": 30, "name": 30, "name-close": 15, "same-name": 50,
}  # fmt: skip
"""`same-name`: the same words, and one of the two has neither an address nor a point that could tell them apart."""
PROPOSED_FROM = 50
NEAR, NEAR_DEGREES = 0.1, 0.001
"""Kilometres; degrees of latitude, a little more."""
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
        return _points(self.reasons)


def duplicates(places: Iterable[Place], others: Iterable[Place] = ()) -> list[Likeness]:
    """Returns the pairs with at least 50 points, within a commune, the surest first. None is a pair of `others`."""
    by_commune: defaultdict[str, list[_Compared]] = defaultdict(list)
    for place in places:
        by_commune[_commune(place)].append(_Compared(place, is_other=False))
    for place in others:
        if (commune := _commune(place)) in by_commune:
            by_commune[commune].append(_Compared(place, is_other=True))
    pairs = []
    for one, other in (pair for group in by_commune.values() for pair in _pairs(group)):
        if not (one.is_other and other.is_other) and _points(reasons := _reasons(one, other)) >= PROPOSED_FROM:
            pairs.append(Likeness(one.place, other.place, tuple(reasons)))
    return sorted(pairs, key=lambda pair: -pair.points)


def _commune(place: Place) -> str:
    return place.insee or normalise(place.commune)


def _points(reasons: Iterable[Reason]) -> int:
    return sum(POINTS[reason] for reason in reasons)


class _Compared:
    """A place with its texts made ready, once for all its pairs."""

    def __init__(self, place: Place, is_other: bool) -> None:
        self.place, self.is_other = place, is_other
        self.name = _words(place.name[:COMPARED])
        self.address = " ".join(sorted(_words(place.address[:COMPARED]).split()))
        self.numbers = frozenset(filter(str.isdecimal, self.address.split()))
        self.phone = "".join(filter(str.isdigit, place.phone))[-9:]
        self.email = place.email.casefold()

    @property
    def is_placed(self) -> bool:
        return bool(self.address or self.place.point)

    def marks(self) -> Iterator[tuple[str, str]]:
        """Yields what a pair has in common: a SIRET, a means to reach them, a word of the address or the name."""
        yield "siret", self.place.siret or ""
        yield "phone", self.phone
        yield "email", self.email
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


def _reasons(entry: _Compared, other: _Compared) -> list[Reason]:
    here, there = entry.place, other.place
    reasons: list[Reason] = []
    if here.point and there.point and abs(here.point[0] - there.point[0]) <= NEAR_DEGREES:
        reasons += ["near"] if kilometres(here.point, there.point) <= NEAR else []
    if _same_address(entry, other):
        reasons.append("address")
    if here.siret and here.siret == there.siret:
        reasons.append("siret")
    if entry.phone and entry.phone == other.phone:
        reasons.append("phone")
    if entry.email and entry.email == other.email:
        reasons.append("email")
    if not reasons and entry.name and entry.name == other.name and not (entry.is_placed and other.is_placed):
        return ["same-name"]
    if reasons and _points(reasons) + POINTS["name"] >= PROPOSED_FROM:
        likeness = fuzz.token_set_ratio(entry.name, other.name, score_cutoff=CLOSE_NAME)
        if likeness >= CLOSE_NAME:
            reasons.append("name" if likeness >= SAME_NAME else "name-close")
    return reasons


def _same_address(entry: _Compared, other: _Compared) -> bool:
    """Tells if two addresses are alike; two numbers of one street are two addresses."""
    if (
        not entry.address
        or not other.address
        or (entry.numbers and other.numbers and not entry.numbers & other.numbers)
    ):
        return False
    return fuzz.ratio(entry.address, other.address, score_cutoff=SAME_ADDRESS) > 0

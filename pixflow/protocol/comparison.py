"""Compares two grids: their bands, their proposals, and the scores that are read otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

from pixflow.documents.grille import Band, Grille, Proposal, band_of, reads_otherwise


@dataclass(frozen=True, slots=True)
class BandChange:
    """A band before and after; None when new or removed. Proposals with the same id are the same."""

    before: Band | None
    after: Band | None

    @property
    def added(self) -> tuple[Proposal, ...]:
        return _without(self.after, self.before)

    @property
    def removed(self) -> tuple[Proposal, ...]:
        return _without(self.before, self.after)

    @property
    def altered(self) -> tuple[tuple[Proposal, Proposal], ...]:
        """The proposals with the same id and another text."""
        then = {one.id: one for one in self.after.proposals} if self.after else {}
        pairs = ((one, then[one.id]) for one in _proposals(self.before) if one.id in then)
        return tuple((was, is_) for was, is_ in pairs if was != is_)

    @property
    def reordered(self) -> bool:
        """Tells if the proposals kept are in another order."""
        was, is_ = ([one.id for one in _proposals(band)] for band in (self.before, self.after))
        return [id for id in was if id in is_] != [id for id in is_ if id in was]


@dataclass(frozen=True, slots=True)
class Move:
    """The percents from `first` to `last`, both included, with their band now and next, which say different things.

    `elsewhere`: it is another band; else the same one with other texts or proposals.
    """

    first: int
    last: int
    before: Band
    after: Band
    elsewhere: bool


def band_changes(before: Grille, after: Grille) -> tuple[BandChange, ...]:
    """Returns the changed bands of both grids, in order."""
    heirs = _heirs(before.bands, after.bands)
    named = {then: now for now, then in heirs.items()}
    changes = [
        BandChange(before.bands[named[i]] if i in named else None, band) for i, band in enumerate(after.bands)
    ] + [BandChange(band, None) for i, band in enumerate(before.bands) if i not in heirs]
    return tuple(sorted((one for one in changes if one.before != one.after), key=_place))


def moves(before: Grille, after: Grille) -> tuple[Move, ...]:
    """Returns the percents that would be read otherwise, in order. Both grids are valid (`problems` is empty)."""
    heirs = _heirs(before.bands, after.bands)
    percent_moves: list[Move] = []
    for percent in range(101):
        now, then = band_of(before, percent), band_of(after, percent)
        if not reads_otherwise(now, then):
            continue
        elsewhere = heirs.get(before.bands.index(now)) != after.bands.index(then)
        last = percent_moves[-1] if percent_moves else None
        if last and last.last == percent - 1 and (last.before, last.after) == (now, then):
            percent_moves[-1] = Move(last.first, percent, now, then, elsewhere)
        else:
            percent_moves.append(Move(percent, percent, now, then, elsewhere))
    return tuple(percent_moves)


def _heirs(before: Sequence[Band], after: Sequence[Band]) -> dict[int, int]:
    """Pairs the bands of both grids that say the same, and else those that share the most percents."""
    pairs = {}
    for i, band in enumerate(before):
        heir = max(range(len(after)), key=lambda j: _likeness(band, after[j]))
        back = max(range(len(before)), key=lambda k: _likeness(before[k], after[heir]))
        if back == i and any(_likeness(band, after[heir])):
            pairs[i] = heir
    return pairs


def _likeness(one: Band, other: Band) -> tuple[bool, int]:
    shared = min(one.high, other.high) - max(one.low, other.low) + 1
    return not reads_otherwise(one, other), max(0, shared)


def _proposals(band: Band | None) -> tuple[Proposal, ...]:
    return band.proposals if band else ()


def _without(band: Band | None, other: Band | None) -> tuple[Proposal, ...]:
    known = {one.id for one in _proposals(other)}
    return tuple(one for one in _proposals(band) if one.id not in known)


def _place(change: BandChange) -> tuple[int, bool]:
    band = change.after or change.before
    return (band.low if band else 0, change.after is None)

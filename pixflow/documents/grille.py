"""The reading grid: bands of a percentage, an objective and ordered proposals for each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Literal

ProblemCode = Literal["gap", "overlap", "start", "end", "order", "empty", "duplicate-proposal", "rounding"]

KINDS = ("action", "check", "complete", "certification", "cv")
PROGRAMMES = ("CEJ", "PACEA", "other")


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing the grid proposes; the advisor decides. `kind`: action, check, complete, certification or cv.

    `advisor_only` keeps it off every paper the young person receives (docs/domain.md#papers).
    `programmes` empty means every programme, `other` those of no list and none; `needs_project`: only if the
    professional project calls for it, which the advisor judges.
    """

    id: str
    label: str
    kind: str
    note: str = ""
    advisor_only: bool = False
    partner: str | None = None
    programmes: tuple[str, ...] = ()
    needs_project: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """The whole percents from `low` to `high`, both included."""

    low: int
    high: int
    objective: str
    short: str
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class Grille:
    """Contiguous bands over 0-100, in order, with the rounding rule stated (docs/domain.md#reading-grid)."""

    name: str
    rounding: Literal["half-up"] = "half-up"
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class GrilleProblem:
    """The reason for refusing a grid, with the numbers that fail.

    `numbers` by code: gap and overlap, the first and last percent concerned; start and end, the percent that stands
    in place of 0 or 100; order, the two lows, or the low and high, in the wrong order; empty, nothing for a grid
    without bands, else the band without proposals; duplicate-proposal, the band, and the id in `detail`; rounding,
    nothing, and the unknown rule in `detail`.
    """

    code: ProblemCode
    numbers: tuple[int, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reading of a score: rounding, band, grid version, and proposals for the programme."""

    mastery: Decimal
    percent: int
    rounding: str
    grille_number: int
    band: Band
    proposals: tuple[Proposal, ...]


def problems(grille: Grille) -> tuple[GrilleProblem, ...]:
    """Returns every reason why a percent of 0..100 lacks one band; empty when the grid is valid.

    Source: docs/domain.md#reading-grid: gaps and overlaps are refused with the numbers that fail.
    """
    rounding = () if grille.rounding == "half-up" else (GrilleProblem("rounding", detail=grille.rounding),)
    return (*rounding, *_of_order(grille.bands), *_of_cover(grille.bands), *_of_proposals(grille.bands))


def percent(mastery: Decimal) -> int:
    """Returns a mastery of 0..1 as a whole percent: round half up of 100 × Decimal (docs/domain.md#reading-grid).

    Raises ValueError outside 0..1.
    """
    if not mastery.is_finite() or not 0 <= mastery <= 1:
        raise ValueError(f"mastery is a fraction of 0..1, not {mastery}")
    return int(mastery.quantize(Decimal("0.01"), ROUND_HALF_UP) * 100)


def band_of(grille: Grille, percent: int) -> Band:
    """Returns the first band that holds this percent. Raises ValueError when none does."""
    for band in grille.bands:
        if band.low <= percent <= band.high:
            return band
    raise ValueError(f"no band holds {percent} %")


def is_for(proposal: Proposal, programme: str) -> bool:
    """Tells if a proposal is for this programme, "" for none (docs/domain.md#reading-grid)."""
    known = programme if programme in PROGRAMMES else "other"
    return not proposal.programmes or bool({programme, known} & set(proposal.programmes))


def proposals_of(band: Band, programme: str | None) -> tuple[Proposal, ...]:
    """Returns the proposals of a band for this programme, "" for none; for None, those of every programme."""
    return tuple(one for one in band.proposals if programme is None or is_for(one, programme))


def explain(grille: Grille, number: int, mastery: Decimal, programme: str | None = None) -> Explanation:
    """Explains the reading of a score: arithmetic, grid number, and proposals for this programme.

    Without a programme, every proposal of the band. Raises ValueError as its parts do.
    """
    rounded = percent(mastery)
    band = band_of(grille, rounded)
    return Explanation(mastery, rounded, grille.rounding, number, band, proposals_of(band, programme))


def reads_otherwise(before: Band, after: Band, programme: str | None = None) -> bool:
    """Tells if the second band has another name, objective or actions for this programme; for None, for any one.

    Bounds do not count: nobody is told another thing because a neighbour left the band.
    """
    said = [(band.short, band.objective, proposals_of(band, programme)) for band in (before, after)]
    return said[0] != said[1]


def _of_order(bands: tuple[Band, ...]) -> Iterator[GrilleProblem]:
    for band in bands:
        if band.low > band.high:
            yield GrilleProblem("order", (band.low, band.high))
    for before, after in pairwise(bands):
        if after.low < before.low:
            yield GrilleProblem("order", (before.low, after.low))


def _of_cover(bands: tuple[Band, ...]) -> Iterator[GrilleProblem]:
    upright = sorted((band for band in bands if band.low <= band.high), key=lambda band: band.low)
    if not upright:
        return
    if upright[0].low != 0:
        yield GrilleProblem("start", (upright[0].low,))
    reached = upright[0].high
    for band in upright[1:]:
        if band.low > reached + 1:
            yield GrilleProblem("gap", (reached + 1, band.low - 1))
        elif band.low <= reached:
            yield GrilleProblem("overlap", (band.low, min(band.high, reached)))
        reached = max(reached, band.high)
    if reached != 100:
        yield GrilleProblem("end", (reached,))


def _of_proposals(bands: tuple[Band, ...]) -> Iterator[GrilleProblem]:
    if not bands:
        yield GrilleProblem("empty")
    for band in bands:
        if not band.proposals:
            yield GrilleProblem("empty", (band.low, band.high))
        for id_, times in Counter(proposal.id for proposal in band.proposals).items():
            if times > 1:
                yield GrilleProblem("duplicate-proposal", (band.low, band.high), id_)

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.documents.grille import Band, Grille, GrilleProblem, Proposal, band_of, explain, is_for, percent, problems

CAFE = Proposal("cafe", "Café numérique", "action")


def band(low: int, high: int, *proposals: Proposal) -> Band:
    return Band(low, high, "objective", "short", proposals or (CAFE,))


def grille(*bounds: tuple[int, int]) -> Grille:
    return Grille("G", bands=tuple(band(low, high) for low, high in bounds))


LAIGLE = grille((0, 40), (41, 70), (71, 100))


@st.composite
def valid_grilles(draw: st.DrawFn) -> Grille:
    cuts = sorted(draw(st.sets(st.integers(0, 99), max_size=12)))
    bands = (band(low, high) for low, high in zip([0, *(cut + 1 for cut in cuts)], [*cuts, 100], strict=True))
    return Grille("G", bands=tuple(replace(one, short=draw(st.sampled_from(("A", "B", "C")))) for one in bands))


any_bounds = st.lists(st.tuples(st.integers(-3, 104), st.integers(-3, 104)), max_size=5)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ([(0, 40), (43, 70), (71, 100)], [GrilleProblem("gap", (41, 42))]),
        ([(0, 40), (42, 100)], [GrilleProblem("gap", (41, 41))]),
        ([(0, 40), (38, 70), (71, 100)], [GrilleProblem("overlap", (38, 40))]),
        ([(0, 100), (41, 70)], [GrilleProblem("overlap", (41, 70))]),
        ([(1, 100)], [GrilleProblem("start", (1,))]),
        ([(0, 40), (41, 99)], [GrilleProblem("end", (99,))]),
        ([(0, 40), (41, 101)], [GrilleProblem("end", (101,))]),
        ([(41, 100), (0, 40)], [GrilleProblem("order", (41, 0))]),
        ([(0, 100), (70, 41)], [GrilleProblem("order", (70, 41))]),
        ([], [GrilleProblem("empty")]),
    ],
)
def test_a_grid_is_refused_with_the_numbers_that_fail(
    bounds: list[tuple[int, int]], expected: list[GrilleProblem]
) -> None:
    assert list(problems(grille(*bounds))) == expected


def test_several_problems_are_all_told() -> None:
    found = problems(grille((2, 40), (40, 70), (75, 90)))
    assert found == (
        GrilleProblem("start", (2,)),
        GrilleProblem("overlap", (40, 40)),
        GrilleProblem("gap", (71, 74)),
        GrilleProblem("end", (90,)),
    )


def test_a_proposal_stands_once_in_a_band_but_may_stand_in_two() -> None:
    assert problems(Grille("G", bands=(band(0, 50, CAFE), band(51, 100, CAFE)))) == ()
    assert problems(Grille("G", bands=(band(0, 100, CAFE, CAFE),))) == (
        GrilleProblem("duplicate-proposal", (0, 100), "cafe"),
    )


def test_a_band_without_proposals_and_an_unknown_rounding_are_refused() -> None:
    bare = Grille("G", bands=(Band(0, 100, "objective", "short", ()),))
    assert problems(bare) == (GrilleProblem("empty", (0, 100)),)
    floor = Grille("G", "floor", LAIGLE.bands)  # type: ignore[arg-type]
    assert problems(floor) == (GrilleProblem("rounding", detail="floor"),)


@pytest.mark.parametrize(
    ("mastery", "expected"),
    [
        ("0", 0),
        ("0.4", 40),
        ("0.40", 40),
        ("0.41", 41),
        ("0.404999", 40),
        ("0.405", 41),
        ("0.705", 71),
        ("0.29", 29),
        ("1", 100),
        ("0.00499999999999999999999999999999999999", 0),
    ],
)
def test_percent_rounds_half_up(mastery: str, expected: int) -> None:
    assert percent(Decimal(mastery)) == expected


@pytest.mark.parametrize("mastery", ["-0.01", "1.01", "73", "NaN", "Infinity"])
def test_percent_refuses_what_is_no_fraction(mastery: str) -> None:
    with pytest.raises(ValueError, match=r"fraction of 0\.\.1"):
        percent(Decimal(mastery))


@given(st.integers(0, 100))
def test_two_decimals_are_never_rounded(whole: int) -> None:
    assert percent(Decimal(whole) / 100) == whole


@given(st.decimals(0, 1, places=6), st.decimals(0, 1, places=6))
def test_percent_keeps_the_order(a: Decimal, b: Decimal) -> None:
    low, high = sorted((a, b))
    assert percent(low) <= percent(high)


@given(valid_grilles(), st.integers(0, 100))
def test_every_percent_has_exactly_one_band_of_a_valid_grid(valid: Grille, whole: int) -> None:
    assert problems(valid) == ()
    assert [b for b in valid.bands if b.low <= whole <= b.high] == [band_of(valid, whole)]


@given(any_bounds)
def test_a_grid_without_problems_is_one_that_covers_each_percent_once(bounds: list[tuple[int, int]]) -> None:
    covered = [whole for low, high in bounds for whole in range(low, high + 1)]
    upright = all(low <= high for low, high in bounds)
    assert (problems(grille(*bounds)) == ()) == (upright and covered == list(range(101)))


def test_no_band_is_an_error() -> None:
    with pytest.raises(ValueError, match="no band holds 101"):
        band_of(LAIGLE, 101)


def test_explain_tells_the_score_the_rounding_the_band_and_the_proposals() -> None:
    told = explain(LAIGLE, 3, Decimal("0.705"))
    assert (told.mastery, told.percent, told.rounding, told.grille_number) == (Decimal("0.705"), 71, "half-up", 3)
    assert (told.band, told.proposals) == (LAIGLE.bands[2], (CAFE,))


@pytest.mark.parametrize(
    ("programmes", "programme", "expected"),
    [
        ((), "CEJ", True),
        ((), "", True),
        (("CEJ",), "CEJ", True),
        (("CEJ",), "PACEA", False),
        (("CEJ",), "", False),
        (("other",), "", True),
        (("other",), "AIJ", True),
        (("other",), "PACEA", False),
        (("AIJ", "CEJ"), "AIJ", True),
    ],
)
def test_a_proposal_is_for_its_programmes_or_for_all(
    programmes: tuple[str, ...], programme: str, expected: bool
) -> None:
    assert is_for(Proposal("x", "X", "action", programmes=programmes), programme) == expected


def test_explain_leaves_out_what_is_for_other_programmes_and_keeps_what_depends_on_the_project() -> None:
    cej = Proposal("cej", "Atelier CEJ", "action", programmes=("CEJ",))
    certification = Proposal("certification", "Certification", "certification", needs_project=True)
    one = Grille("G", bands=(band(0, 100, cej, certification),))
    assert explain(one, 1, Decimal("0.5"), "PACEA").proposals == (certification,)
    assert explain(one, 1, Decimal("0.5"), "CEJ").proposals == (cej, certification)
    assert explain(one, 1, Decimal("0.5")).proposals == (cej, certification)

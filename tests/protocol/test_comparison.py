from dataclasses import replace

import pytest
from hypothesis import given

from pixflow import presets
from pixflow.documents.grille import Band, Grille, Proposal, band_of, reads_otherwise
from pixflow.protocol.comparison import BandChange, Move, band_changes, moves
from tests.documents.test_grille import valid_grilles

CAFE, CV = Proposal("cafe", "Café numérique", "action"), Proposal("cv", "CV", "cv")


def band(low: int, high: int, *proposals: Proposal, objective: str = "objective") -> Band:
    return Band(low, high, objective, "short", proposals or (CAFE,))


def named(**bounds: tuple[int, int]) -> Grille:
    return Grille("G", bands=tuple(replace(band(*both), short=name) for name, both in bounds.items()))


GRID = named(low=(0, 40), middle=(41, 70), high=(71, 100))
LOW, MIDDLE, HIGH = GRID.bands


def test_the_first_band_ending_at_45_moves_those_from_41_to_45() -> None:
    after = named(low=(0, 45), middle=(46, 70), high=(71, 100))
    assert moves(GRID, after) == (Move(41, 45, MIDDLE, after.bands[0], elsewhere=True),)
    assert [(one.before, one.after) for one in band_changes(GRID, after)] == [
        (LOW, after.bands[0]),
        (MIDDLE, after.bands[1]),
    ]


def test_a_band_that_leaves_most_percents_to_another_changes_its_bounds_and_nobody_else_is_moved() -> None:
    after = named(low=(0, 60), middle=(61, 70), high=(71, 100))
    assert moves(GRID, after) == (Move(41, 60, MIDDLE, after.bands[0], elsewhere=True),)
    assert band_changes(GRID, after) == (BandChange(LOW, after.bands[0]), BandChange(MIDDLE, after.bands[1]))


def test_two_halves_that_say_what_the_whole_said_move_nobody() -> None:
    halves = (replace(MIDDLE, high=60), replace(MIDDLE, low=61))
    after = Grille("G", bands=(LOW, *halves, HIGH))
    assert moves(GRID, after) == ()
    assert band_changes(GRID, after) == (BandChange(MIDDLE, halves[0]), BandChange(None, halves[1]))


def test_another_name_objective_or_action_for_a_programme_is_another_reading_and_bounds_are_none() -> None:
    assert not reads_otherwise(LOW, replace(LOW, low=3, high=5))
    assert reads_otherwise(LOW, replace(LOW, short="Autre"))
    assert reads_otherwise(LOW, replace(LOW, objective="Autre"))
    for_cej = replace(LOW, proposals=(CAFE, replace(CV, programmes=("CEJ",))))
    assert [reads_otherwise(LOW, for_cej, one) for one in ("CEJ", "PACEA", "", None)] == [True, False, False, True]


def test_of_a_band_split_the_larger_half_goes_on() -> None:
    after = named(fresh=(0, 24), new=(25, 40), middle=(41, 70), high=(71, 100))
    assert moves(GRID, after) == (
        Move(0, 24, LOW, after.bands[0], elsewhere=False),
        Move(25, 40, LOW, after.bands[1], elsewhere=True),
    )
    assert band_changes(GRID, after) == (BandChange(LOW, after.bands[0]), BandChange(None, after.bands[1]))


def test_of_two_bands_merged_the_larger_goes_on() -> None:
    after = named(low=(0, 70), high=(71, 100))
    assert moves(GRID, after) == (Move(41, 70, MIDDLE, after.bands[0], elsewhere=True),)
    assert band_changes(GRID, after) == (BandChange(LOW, after.bands[0]), BandChange(MIDDLE, None))


def test_a_band_that_says_something_else_stays_the_same_band() -> None:
    after = Grille("G", bands=(band(0, 40, CAFE, CV), MIDDLE, HIGH))
    assert moves(GRID, after) == (Move(0, 40, LOW, after.bands[0], elsewhere=False),)


def test_what_a_band_proposes_otherwise_is_told_by_id() -> None:
    with_partner = replace(CAFE, partner="Médiathèque")
    change = BandChange(band(0, 40, CAFE, CV), band(0, 40, Proposal("lec", "CAP LEC", "action"), with_partner))
    assert [one.id for one in change.added] == ["lec"]
    assert [one.id for one in change.removed] == ["cv"]
    assert change.altered == ((CAFE, with_partner),)
    assert not change.reordered
    assert BandChange(band(0, 40, CAFE, CV), band(0, 40, CV, CAFE)).reordered


def test_a_new_band_brings_all_its_proposals() -> None:
    change = BandChange(None, band(0, 40, CAFE, CV))
    assert (change.added, change.removed, change.altered) == ((CAFE, CV), (), ())


@pytest.mark.parametrize("name", presets.names())
def test_nothing_changes_to_itself(name: str) -> None:
    one = presets.load(name).grille
    assert moves(one, one) == ()
    assert band_changes(one, one) == ()


@given(valid_grilles(), valid_grilles())
def test_every_move_is_what_both_grids_say_and_no_percent_moves_twice(before: Grille, after: Grille) -> None:
    found = moves(before, after)
    for percent in range(101):
        told = reads_otherwise(band_of(before, percent), band_of(after, percent))
        assert told == any(one.first <= percent <= one.last for one in found)
    seen = [percent for move in found for percent in range(move.first, move.last + 1)]
    assert seen == sorted(set(seen))
    for move in found:
        for percent in range(move.first, move.last + 1):
            assert (band_of(before, percent), band_of(after, percent)) == (move.before, move.after)


@given(valid_grilles(), valid_grilles())
def test_every_band_of_both_stands_once_among_those_that_changed_or_stayed(before: Grille, after: Grille) -> None:
    found = band_changes(before, after)
    stayed = [one for one in before.bands if one in after.bands]
    was = [one.before for one in found if one.before]
    now = [one.after for one in found if one.after]
    assert sorted(one.low for one in [*was, *stayed]) == [one.low for one in before.bands]
    assert sorted(one.low for one in [*now, *stayed]) == [one.low for one in after.bands]

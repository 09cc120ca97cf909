"""Results read again by another grid: who moves, what it cannot tell, and the control."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pixflow.documents.grille import Band, Grille, Proposal, band_of
from pixflow.events.base import Event, Recorded
from pixflow.events.dossier import (
    ActionAdded,
    DossierMerged,
    PrescriptionBuilt,
    ProgrammeJoined,
    ResultReceived,
    Retracted,
)
from pixflow.events.values import Action, Moment, Result
from pixflow.protocol.publishing import Numbered
from pixflow.protocol.what_if import ProposalCount, ScoredResult, proposal_counts, read_again, scored_results
from tests.documents.test_grille import grille, valid_grilles
from tests.given import stamped

SPRING, SUMMER = date(2026, 3, 2), date(2026, 6, 1)
FIRST, SECOND = UUID(int=1), UUID(int=2)
LEC, CLEA = Proposal("lec", "CAP LEC", "action"), Proposal("clea", "Cléa numérique", "action")
LOW, HIGH = Band(0, 40, "o", "bas", (LEC,)), Band(41, 100, "o", "haut", (CLEA,))
GRID = Grille("G", bands=(LOW, HIGH))
DRAFT = Grille("D", bands=(Band(0, 45, "o", "bas", (LEC,)), Band(46, 100, "o", "haut", (CLEA,))))
"""The first band goes five points higher."""


def result(percent: int, *, on: date = SPRING, participation: UUID = FIRST, purpose: str = "initial") -> Event:
    shared = Result(shared=Moment(on, None), mastery=Decimal(percent) / 100)
    return ResultReceived(participation=participation, purpose=purpose, result=shared, on=on)  # type: ignore[arg-type]


def built(percent: int, *kept: str, number: int = 1, participation: UUID = FIRST, grid: Grille = GRID) -> Event:
    band = band_of(grid, percent)
    return PrescriptionBuilt(
        participation=participation,
        grille=number,
        percent=percent,
        low=band.low,
        high=band.high,
        proposed=tuple(one.id for one in band.proposals),
        actions=tuple(Action(UUID(int=9), id, "action", id) for id in kept),
        wish="",
        project="",
        reason="",
        on=SPRING,
    )


def of(*events: Event) -> list[Recorded]:
    return list(stamped(events))


def scored(*histories: Sequence[Recorded], first: date = SPRING, last: date = SUMMER) -> list[ScoredResult]:
    return list(scored_results(histories, first, last))


def readings(*events: Event, draft: Grille = DRAFT) -> list:  # type: ignore[type-arg]
    return list(read_again(scored(of(*events)), [(SPRING, Numbered(1, GRID))], draft))


def test_the_results_of_the_period_are_read_and_no_other() -> None:
    events = of(result(30), result(60, on=SUMMER, participation=SECOND))
    assert [one.mastery for one in scored(events)] == [Decimal("0.3"), Decimal("0.6")]
    assert [one.mastery for one in scored(events, last=SPRING)] == [Decimal("0.3")]
    assert scored(events, first=date(2026, 6, 2), last=date(2026, 7, 1)) == []


def test_a_complete_diagnostic_a_retracted_result_and_a_duplicate_are_left_out() -> None:
    assert scored(of(result(30, purpose="complete"))) == []
    assert scored(of(result(30), Retracted(version=1, reason="erreur", on=SPRING))) == []
    assert scored(of(result(30), DossierMerged(into=SECOND, participations=(), gives_number=False, on=SPRING))) == []


def test_a_programme_is_that_of_the_prescription() -> None:
    def joined(programme: str) -> Event:
        return ProgrammeJoined(programme=programme, group=None, collective_end=None, on=SPRING)

    (one,) = scored(of(joined("PACEA"), result(30), built(30, "lec"), joined("CEJ")))
    assert one.programme == "PACEA"
    (one,) = scored(of(joined("PACEA"), result(30), joined("CEJ")))
    assert one.programme == "CEJ"


def test_five_points_more_place_43_percent_in_the_band_below() -> None:
    (one,) = readings(result(43))
    assert (one.elsewhere, one.lost, one.gained) == (True, {"clea"}, {"lec"})
    assert not readings(result(40))[0].elsewhere
    assert not readings(result(46))[0].elsewhere


def test_a_band_of_other_bounds_and_of_other_actions_for_another_programme_moves_nobody() -> None:
    cej = Proposal("cej", "CAP Digital", "action", programmes=("CEJ",))
    draft = Grille("D", bands=(LOW, Band(41, 90, "o", "haut", (CLEA, cej)), Band(91, 100, "o", "haut", (CLEA,))))
    joined = ProgrammeJoined(programme="CEJ", group=None, collective_end=None, on=SPRING)
    assert [one.move for one in readings(result(95), result(60, participation=SECOND), draft=draft)] == [None, None]
    assert [one.move is None for one in readings(joined, result(95), draft=draft)] == [True]
    assert [one.gained for one in readings(joined, result(60), draft=draft) if one.move] == [{"cej"}]


def test_a_prescription_that_keeps_what_the_draft_leaves_out_is_not_computed() -> None:
    assert readings(result(43), built(43, "clea"))[0].is_open
    assert not readings(result(43), built(43))[0].is_open
    assert not readings(result(50), built(50, "clea"))[0].is_open
    added = ActionAdded(
        participation=FIRST, added=Action(UUID(int=8), "clea", "complete", "clea"), reason="", on=SUMMER
    )
    assert readings(result(43), built(43), added)[0].is_open
    assert not readings(result(43), built(43), added, Retracted(version=3, reason="", on=SUMMER))[0].is_open


def test_the_control_tells_a_prescription_that_its_grid_does_not_give_back() -> None:
    (same,) = readings(result(43), built(43, "clea"))
    assert (same.is_recorded, same.differs) == (True, False)
    (other,) = readings(result(43), built(43, "lec", grid=DRAFT))
    assert (other.is_recorded, other.differs) == (True, True)
    (nothing,) = readings(result(43))
    assert (nothing.is_recorded, nothing.differs) == (False, False)


def test_a_grid_that_is_lost_shows_in_the_control() -> None:
    """The event that published grid 2 does not open."""
    (one,) = readings(result(43), built(43, "lec", number=2, grid=DRAFT))
    assert (one.is_recorded, one.differs) == (True, True)


def test_counts_of_proposals_say_what_each_would_have_received() -> None:
    found = readings(result(43), result(44, participation=SECOND))
    assert proposal_counts(found) == [ProposalCount(CLEA, 2, 0), ProposalCount(LEC, 0, 2)]


@given(valid_grilles(), st.lists(st.integers(0, 100), max_size=20))
def test_a_draft_equal_to_what_is_in_force_changes_nothing(grid: Grille, percents: list[int]) -> None:
    events = [result(one, participation=UUID(int=n)) for n, one in enumerate(percents)]
    made = [built(one, participation=UUID(int=n), grid=grid) for n, one in enumerate(percents)]
    found = list(read_again(scored(of(*events, *made)), [(SPRING, Numbered(1, grid))], grid))
    assert len(found) == len(percents)
    assert not any(one.move or one.differs or one.is_open for one in found)
    assert proposal_counts(found) == []


@given(valid_grilles(), st.integers(0, 100))
def test_draft_and_document_exchanged_show_in_the_control(other: Grille, percent: int) -> None:
    grid = grille((0, 100))
    events = of(result(percent), built(percent, grid=grid))
    (one,) = read_again(scored(events), [(SPRING, Numbered(1, other))], grid)
    assert one.differs == (len(other.bands) > 1)

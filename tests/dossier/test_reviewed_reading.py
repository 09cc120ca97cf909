"""A grid in force tells: what was told counts until somebody tells the new reading, or keeps that of then."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from msgspec import structs

from pixflow.discretion import history_without_marked, marked_actions
from pixflow.documents.grille import Grille, Proposal, explain
from pixflow.dossier.stages.prescription import add_action, hold_debrief, review_reading
from pixflow.events import dossier as d
from pixflow.events.base import Event
from pixflow.events.values import Action
from pixflow.protocol.publishing import Grilles, Numbered
from pixflow.reference_data import References
from pixflow.score_reading import changes, counting_grid
from tests.given import (
    ADDED,
    ANSWERING,
    DAY,
    DEBRIEFED,
    LATER,
    PARTICIPATION,
    PRESET,
    RESULT_IN,
    SECOND,
    added,
    built,
    closed,
    debriefed,
    dispatched,
    given,
    linked,
    received,
    references,
    result,
    reviewed,
    stamped,
    state_of,
    tasks_of,
    withdrawn,
)

AGAIN = (linked(LATER, SECOND), received(LATER, SECOND))
TOLD = (*RESULT_IN, dispatched(), debriefed(grille=2))
SAID: dict[str, Any] = {
    "number": 1, "told": True, "note": "", **ANSWERING,
}  # fmt: skip


@pytest.mark.parametrize("told", [True, False])
def test_the_new_reading_is_told_or_that_of_then_is_kept(told: bool) -> None:
    said = {**SAID, "told": told, "note": " vu ensemble "}
    given(*TOLD).when(review_reading, **said).then(replace(reviewed(told=told), note="vu ensemble"))


def test_the_interview_says_which_grid_read_its_score_and_none_without_one() -> None:
    said = {"participation": PARTICIPATION, "channel": "meeting", "note": "", "number": 2}
    given(*RESULT_IN).when(hold_debrief, **said).then(debriefed(grille=2))
    unscored = (*RESULT_IN[:-1], received(result=result(mastery=None)))
    given(*unscored).when(hold_debrief, **said).then(debriefed(grille=None))


@pytest.mark.parametrize(
    ("history", "changed", "code"),
    [
        pytest.param(RESULT_IN, {}, "debrief-first", id="nothing was told"),
        pytest.param((*TOLD, closed()), {}, "closed", id="a closed dossier"),
        pytest.param((*TOLD, *AGAIN), {}, "debrief-first", id="another result, not told yet"),
        pytest.param(TOLD, {"in_force": 3}, "grid-not-in-force", id="a grid replaced meanwhile"),
        pytest.param(TOLD, {"number": 9}, "grid-not-in-force", id="a number of no grid"),
        pytest.param(DEBRIEFED, {}, "reading-unchanged", id="the reading that was told"),
        pytest.param(TOLD, {"on": DAY - timedelta(days=1)}, "before-its-debrief", id="before the interview"),
        pytest.param((*TOLD, reviewed(told=False)), {}, "reading-reviewed", id="another answer to one grid"),
    ],
)  # fmt: skip
def test_what_is_refused(history: tuple[Event, ...], changed: dict[str, Any], code: str) -> None:
    given(*history).when(review_reading, **{**SAID, **changed}).refused(code)


def grids(*documents: Grille) -> References:
    """The grids that follow each other, a week apart from DAY on, numbered from 1."""
    published = tuple((DAY + timedelta(weeks=n), Numbered(n + 1, one)) for n, one in enumerate(documents))
    return structs.replace(references(), grilles=Grilles(1, published))


def named(name: str, *proposals: Proposal) -> Grille:
    """The preset's grid with another name for its lowest band, and other proposals if any."""
    lowest, *others = PRESET.grille.bands
    changed = replace(lowest, short=name, proposals=proposals or lowest.proposals)
    return replace(PRESET.grille, bands=(changed, *others))


def asked(refs: References, *events: Event) -> list[tuple[int, date, date | None]]:
    return [(one.number, one.first, one.until) for one in changes(refs, state_of("dossier", *events))]


def counts(refs: References, *events: Event) -> int:
    day = DAY + timedelta(weeks=50)
    return counting_grid(refs, state_of("dossier", *events), PARTICIPATION, day).number


def test_each_grid_asks_from_its_first_day_until_the_next() -> None:
    refs = grids(named("A"), named("B"), named("C"))
    second, third = DAY + timedelta(weeks=1), DAY + timedelta(weeks=2)
    assert asked(refs, *DEBRIEFED) == [(2, second, third), (3, third, None)]
    assert asked(refs, *DEBRIEFED, reviewed(second, 2)) == [(3, third, None)]
    tasks = {task.key: task for task in tasks_of(*DEBRIEFED, refs=refs) if task.kind == "review-reading"}
    assert [(one.opens, one.lapses) for one in tasks.values()] == [(second, third), (third, None)]


def test_told_it_counts_kept_it_does_not() -> None:
    refs = grids(named("A"), named("B"), named("C"))
    assert counts(refs, *RESULT_IN) == 3, "nothing told yet: the grid of the day"
    assert counts(refs, *DEBRIEFED) == 1
    assert counts(refs, *DEBRIEFED, reviewed(grille=2)) == 2
    assert counts(refs, *DEBRIEFED, reviewed(grille=2, told=False)) == 1
    assert counts(refs, *DEBRIEFED, built(), reviewed(grille=3)) == 3
    assert counts(refs, *RESULT_IN, dispatched(), debriefed(grille=None)) == 1, "recorded before: the grid of its day"
    assert counts(refs, *RESULT_IN, debriefed(grille=9)) == 1, "a grid that is gone"


def test_a_grid_that_says_the_same_asks_nothing() -> None:
    lowest, middle, *rest = PRESET.grille.bands
    moved = replace(PRESET.grille, bands=(replace(lowest, high=38), replace(middle, low=39), *rest))
    assert asked(grids(PRESET.grille, moved), *DEBRIEFED) == [], "other bounds: name, objective and actions stay"
    back = grids(named("A"), named("B"), named("A"))
    assert [one[0] for one in asked(back, *DEBRIEFED)] == [2], "the third says what was told"
    kept = (*DEBRIEFED, reviewed(grille=2, told=False))
    assert asked(grids(named("A"), named("B"), named("B")), *kept) == [], "one answer for one reading"


def test_a_programme_has_its_own_proposals() -> None:
    others = (*PRESET.grille.bands[0].proposals, Proposal("pacea", "Atelier PACEA", "action", programmes=("PACEA",)))
    refs = grids(PRESET.grille, named(PRESET.grille.bands[0].short, *others))
    assert asked(refs, *DEBRIEFED) == []
    pacea = d.ProgrammeJoined(programme="PACEA", group=None, collective_end=None, on=DAY)
    assert [one[0] for one in asked(refs, pacea, *DEBRIEFED)] == [2]


@pytest.mark.parametrize("after", [(withdrawn(),), AGAIN], ids=["vanished from Pix", "another result"])
def test_nobody_is_asked_about_a_result_that_counts_no_more(after: tuple[Event, ...]) -> None:
    assert asked(grids(named("A"), named("B")), *DEBRIEFED, *after) == []


@for_all(st.lists(st.sampled_from("ABC"), min_size=1, max_size=5), st.lists(st.booleans(), max_size=6))
def test_answered_each_time_nothing_is_asked_any_more_and_what_counts_was_told(
    names: list[str], answers: list[bool]
) -> None:
    refs, history, told = grids(*map(named, names)), [*DEBRIEFED], names[0]
    for answer in answers:
        if not (open_ := asked(refs, *history)):
            break
        number, first, _ = open_[0]
        history.append(reviewed(first, number, told=answer))
        told = names[number - 1] if answer else told
        assert number not in [one[0] for one in asked(refs, *history)]
    grid = counting_grid(refs, state_of("dossier", *history), PARTICIPATION, DAY)
    assert explain(grid.document, grid.number, Decimal("0.35")).band.short == told


def test_once_told_the_prescription_grows_by_what_the_new_grid_proposes() -> None:
    new = Proposal("radio", "Atelier radio", "action")
    said = {
        "participation": PARTICIPATION, "proposal": "radio", "label": "", "reason": "le veut", "action": ADDED,
    }  # fmt: skip
    history = (*DEBRIEFED, built())
    given(*history).when(add_action, **said, grille=PRESET.grille).refused("unknown-proposal")
    action = Action(ADDED, "Atelier radio", "action", "radio")
    given(*history, reviewed(grille=2)).when(add_action, **said, grille=named("B", new)).then(
        replace(added(action=action), reason="le veut")
    )


def test_what_the_told_grid_keeps_for_the_advisor_leaves_nowhere() -> None:
    check = Proposal("vue", "Vue à vérifier", "check", advisor_only=True)
    refs = grids(named("A"), named("B", check))
    action = added(action=Action(ADDED, "Vue à vérifier", "check", "vue"))
    history = (*DEBRIEFED, built(), reviewed(grille=2), action)
    assert marked_actions(refs, state_of("dossier", *history)) == {ADDED}
    assert action not in [one.event for one in history_without_marked(refs, stamped(history))]


STRUCK = d.Retracted(version=len(DEBRIEFED), reason="autre jour", on=DAY)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("prescription", [(), (built(),)], ids=["no prescription", "a prescription"])
def test_the_interview_corrected_leaves_the_answer_that_was_given(told: bool, prescription: tuple[Event, ...]) -> None:
    refs = grids(named("A"), named("B"))
    history = (*DEBRIEFED, *prescription, reviewed(DAY + timedelta(weeks=1), 2, told=told), STRUCK, debriefed())
    assert counts(refs, *history) == (2 if told else 1)
    assert asked(refs, *history) == []


def test_without_its_interview_nothing_was_told() -> None:
    refs = grids(named("A"), named("B"))
    assert asked(refs, *DEBRIEFED, reviewed(grille=2, told=False), STRUCK) == []
    assert counts(refs, *DEBRIEFED, STRUCK) == 2, "the grid of the day"


def test_a_prescription_is_no_other_telling() -> None:
    told = state_of("dossier", *DEBRIEFED, built(LATER)).prescription.reading_of(PARTICIPATION)
    assert (told.stamp.on, told.grille) == (DAY, 1)


@for_all(st.lists(st.sampled_from(["built", "told", "kept", "added"]), max_size=6))
def test_the_state_and_the_history_keep_the_same_back(steps: list[str]) -> None:
    check = Proposal("vue", "Vue à vérifier", "check", advisor_only=True)
    refs, history = grids(named("A", check), named("B", check, *PRESET.grille.bands[0].proposals)), [*DEBRIEFED]
    for number, step in enumerate(steps, 1):
        action = Action(UUID(int=number), "Vue à vérifier", "check", "vue")
        history.append(
            {
                "built": built(actions=(action,)),
                "told": reviewed(grille=2),
                "kept": reviewed(grille=2, told=False),
                "added": added(action=action),
            }[step]
        )
    state = state_of("dossier", *history)
    standing = {one.id for made in state.prescription.built.values() for one in made.all_actions}
    left = [one.event for one in history_without_marked(refs, stamped(history))]
    shown = {one.id for event in left for one in d.prescribed_by(event)}
    assert standing - marked_actions(refs, state) == standing & shown

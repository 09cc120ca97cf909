"""A CEJ group renamed, or its collective period prolonged: said of each dossier, and taken back."""

from dataclasses import replace
from datetime import date

from pixflow.dossier.identity import correct_group, undo_group
from pixflow.events import dossier as d
from tests.given import DAY, LATER, closed, given, joined, opened, presented

END = date(2027, 3, 31)
MOVED = replace(joined(on=LATER), group="CEJ 5", collective_end=END)


def test_the_group_and_its_end_change_the_programme_stays() -> None:
    said = {"group": " CEJ 5 ", "collective_end": END, "on": LATER}
    given(opened(), joined()).when(correct_group, **said).then(MOVED)
    given(opened(), joined(), MOVED).when(correct_group, **said).then_nothing()
    given(opened(), joined()).when(correct_group, **{**said, "group": " "}).refused("required", field="group")
    given(opened(), joined()).when(correct_group, **{**said, "collective_end": None}).then(
        replace(joined(on=LATER), group="CEJ 5")
    )


def test_only_an_open_dossier_of_a_group_changes_group() -> None:
    said = {"group": "CEJ 5", "collective_end": END, "on": DAY}
    given(opened(), joined("PACEA")).when(correct_group, **said).refused("no-group")
    given(opened()).when(correct_group, **said).refused("no-group")
    given(opened(), joined(), closed()).when(correct_group, **said).refused("closed", on=DAY)


def test_it_is_taken_back_as_long_as_it_is_what_stands() -> None:
    back = {"version": 3, "reason": "annulé", "on": LATER}
    undone = d.Retracted(version=3, reason="annulé", on=LATER)
    given(opened(), joined(), MOVED, presented()).when(undo_group, **back).then(undone)
    given(opened(), joined(), MOVED, joined("PACEA")).when(undo_group, **back).refused("regrouped-since")
    given(opened(), joined(), presented()).when(undo_group, **back).refused("unknown-event", version=3)


def test_joining_a_programme_is_not_taken_back_so() -> None:
    back = {"version": 2, "reason": "annulé", "on": LATER}
    given(opened(), joined()).when(undo_group, **back).refused("unknown-event", version=2)
    given(opened(), joined("PACEA"), joined()).when(undo_group, **{**back, "version": 3}).refused("unknown-event")

from typing import Any

import pytest

from pixflow.events.structure import ProgramStarted, StructureOpened
from pixflow.structure import open_structure, start_program
from tests.given import DAY, given, state_of

LAIGLE: dict[str, Any] = {
    "name": "ML L'Aigle", "sites": ("L'Aigle", "Mortagne"), "zone": "Europe/Paris", "calendar": "FR", "on": DAY,
}  # fmt: skip


def test_a_structure_opens() -> None:
    given().when(open_structure, **LAIGLE).then(StructureOpened(**LAIGLE))
    reunion = LAIGLE | {"zone": "Indian/Reunion", "calendar": "FR-974"}
    given().when(open_structure, **reunion).then(StructureOpened(**reunion))


@pytest.mark.parametrize(
    ("changes", "code", "details"),
    [
        ({"calendar": "FR-00"}, "unknown-calendar", {"calendar": "FR-00"}),
        ({"zone": "Europe/Mortagne"}, "unknown-zone", {"zone": "Europe/Mortagne"}),
        ({"sites": ()}, "required", {"field": "sites"}),
        ({"name": " "}, "required", {"field": "name"}),
    ],
)
def test_a_structure_is_refused(changes: dict[str, Any], code: str, details: dict[str, Any]) -> None:
    given().when(open_structure, **LAIGLE | changes).refused(code, **details)


def test_each_version_of_the_program_says_once_that_it_started() -> None:
    opened = StructureOpened(**LAIGLE)
    given(opened).when(start_program, pixflow="0.1.0").then(ProgramStarted(pixflow="0.1.0"))
    given(opened, ProgramStarted(pixflow="0.1.0")).when(start_program, pixflow="0.2.0").then(
        ProgramStarted(pixflow="0.2.0")
    )
    assert state_of("structure", opened, ProgramStarted(pixflow="0.1.0")).pixflow == "0.1.0"

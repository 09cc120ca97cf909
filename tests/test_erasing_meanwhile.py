"""Commands during an erasure: nothing of the person stays readable, nothing brings them back."""

from collections.abc import Iterator
from dataclasses import replace as replace_row
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pixflow.dossier.merging import merge_dossier, take_over_duplicate
from pixflow.refused import Refused
from pixflow.unit_of_work import Step
from tests.importing.house import STARTED, House, shared
from tests.importing.test_meanwhile import before_the_lock
from tests.test_erasing import AWA, BAH, LATER, WHO, asked, employed, erase, found_in, known

AGAIN = shared(replace_row(AWA, started=STARTED + timedelta(days=3)))
"""A second try of that person."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = employed(House(tmp_path))
    yield made
    made.side.database.dispose()
    made.engine.close()


@pytest.fixture
def person(house: House) -> UUID:
    return known(house)


def names(house: House) -> set[str]:
    return {one.last_name for one in house.participations()}


def merged(house: House, duplicate: UUID, into: UUID) -> None:
    history, state = house.engine.history(duplicate), house.dossier(duplicate)
    gives = house.dossier(into).imilo_number is None
    house.engine.execute_all(
        [
            Step(
                {"dossier": duplicate}, merge_dossier, {"into": into, "gives_number": gives, "version": state.version}
            ),
            Step(
                {"dossier": into},
                take_over_duplicate,
                {"other": state, "duplicate": duplicate, "duplicate_history": history},
            ),
        ],
        "merge",
        by=house.referent,
        command_id=uuid4(),
        via="web",
    )


# --- before the erasure has the lock


def test_a_participation_matched_meanwhile_goes_with_them(
    house: House, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(house, person)
    before_the_lock(house, monkeypatch, lambda: house.receive([shared(AWA), BAH, AGAIN], LATER))
    erase(house, person)
    assert names(house) == {"Bah"}
    assert found_in(house.opened.folder.parent) == []


def test_a_duplicate_that_joins_meanwhile_goes_with_them(
    house: House, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = house.open("Zanzibar", "Ozgul")
    asked(house, person)
    before_the_lock(house, monkeypatch, lambda: merged(house, double, person))
    erase(house, person)
    assert house.dossier(double).erased


def test_who_became_a_duplicate_since_goes_with_the_dossier_that_goes_on(house: House, person: UUID) -> None:
    first = house.open("Zanzibar", "Ozgul")
    asked(house, person)
    merged(house, person, first)
    with pytest.raises(Refused, match="already-merged"):
        erase(house, person)
    assert house.dossier(person).last_name == WHO[0]
    asked(house, first)
    erase(house, first)
    assert house.dossier(person).erased


# --- once they are erased


def test_an_export_read_before_does_not_bring_them_back(house: House, person: UUID) -> None:
    prepared = house.prepare([shared(AWA), shared(BAH), AGAIN], LATER)
    asked(house, person)
    erase(house, person)
    counts = house.record(prepared).counts
    assert (counts.new, counts.shared) == (0, 1)
    assert names(house) == {"Bah"}


def test_nor_does_one_whose_person_is_erased_just_before_it_has_the_lock(
    house: House, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(house, person)
    before_the_lock(house, monkeypatch, lambda: erase(house, person))
    assert house.receive([shared(AWA), shared(BAH), AGAIN], LATER).new == 0
    assert names(house) == {"Bah"}

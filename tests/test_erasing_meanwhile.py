"""Commands during an erasure: nothing of the person stays readable, nothing brings them back."""

from dataclasses import replace as replace_row
from datetime import timedelta
from uuid import UUID

import pytest

from pixflow.pix_orga.export import utc_moment
from pixflow.refused import Refused
from tests import erasures
from tests.result_import.house import STARTED, House, shared
from tests.result_import.test_meanwhile import before_the_lock
from tests.test_erasing import AWA, BAH, LATER, asked, erase, found_in, house, person

__all__ = ["house", "person"]
AGAIN = shared(replace_row(AWA, started=utc_moment(STARTED + timedelta(days=3))))
"""A second try of that person."""


def names(house: House) -> set[str]:
    return {one.last_name for one in house.participations()}


# --- before the erasure has the lock


def test_a_participation_matched_meanwhile_goes_with_them(
    house: House, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(house, person)
    with monkeypatch.context() as patch:
        before_the_lock(house, patch, lambda: house.receive([shared(AWA), BAH, AGAIN], LATER))
        with pytest.raises(Refused, match="erasure-changed"):
            erase(house, person)
    erase(house, person)
    assert names(house) == {"Bah"}
    assert found_in(house.opened.folder.parent) == []


def test_nobody_joins_them_meanwhile(house: House, person: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    other = house.open("Zanzibar", "Ozgul")

    def join() -> None:
        with pytest.raises(Refused, match="erasure-asked"):
            erasures.merge(house.opened, other, person, house.referent)

    asked(house, person)
    before_the_lock(house, monkeypatch, join)
    erase(house, person)
    assert house.dossier(other).last_name == "Zanzibar"


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

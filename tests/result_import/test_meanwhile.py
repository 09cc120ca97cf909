"""Events between the reading of an export and its recording: decided again, nothing lost."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest

from pixflow.dossier.follow_up import take_note
from pixflow.participation.matches import confirm_match
from pixflow.refused import Refused
from pixflow.result_import import Importer, ImportResult
from tests.result_import.house import FIRST, House, row, shared
from tests.store.samples import running

LATER = FIRST + timedelta(days=7)
AWA, BAH = row("Diallo", "Awa", "0012345"), row("Bah", "Ali", "77")


def before_the_lock(house: House, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Act once, when the next command has been decided and is about to be recorded."""
    recorder = house.engine.recorder
    taken, insert = recorder.exclusive, recorder.insert_unless_moved
    left = [act]

    def act_once() -> None:
        if left:
            left.pop()()

    @contextmanager
    def exclusive():
        act_once()
        with taken():
            yield

    def insert_unless_moved(*stored, **beside):
        act_once()
        return insert(*stored, **beside)

    monkeypatch.setattr(recorder, "exclusive", exclusive)
    monkeypatch.setattr(recorder, "insert_unless_moved", insert_unless_moved)


def test_a_write_to_a_matched_dossier_is_kept_and_the_import_decided_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = house.open("Diallo", "Awa", "0012345")
    house.declare()

    def note() -> None:
        house.do(take_note, {"dossier": dossier}, text="Rappelée")

    before_the_lock(house, monkeypatch, note)
    assert house.receive([shared(AWA), BAH]).new == 2
    assert [type(r.event).__name__ for r in house.engine.history(dossier)] == [
        "DossierOpened",
        "NoteTaken",
        "ParticipationLinked",
        "ResultReceived",
    ]
    assert [r.originator_version for r in house.engine.history(dossier)] == [1, 2, 3, 4]


def test_a_match_confirmed_meanwhile_receives_the_result(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.declare()
    house.receive([AWA, BAH])
    dossier = house.open("Diallo", "Aoua")
    participation = next(one.stream for one in house.known(house.campaign) if one.last_name == "Diallo")

    def confirm() -> None:
        said = {"participation_id": participation, "dossier_id": dossier, "automatic": False, "score": 70}
        lists: dict[str, tuple[()]] = {"reasons": (), "warnings": (), "others": ()}
        house.do(confirm_match, {"participation": participation, "dossier": dossier}, **said, **lists)

    before_the_lock(house, monkeypatch, confirm)
    assert house.receive([shared(AWA), BAH], LATER).shared == 1
    assert house.dossier(dossier).diagnostic.current("initial")


def test_the_same_export_imported_meanwhile_is_recorded_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before_the_lock(house, monkeypatch, lambda: house.record(house.prepare([AWA, BAH])))
    assert house.receive([AWA, BAH]).new == 0
    assert len(house.participations()) == 2


def test_a_newer_export_imported_meanwhile_makes_this_one_older(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [row(f"J{n}", "Sam") for n in range(20)]
    house.receive([AWA, *many])

    def newer() -> None:
        house.receive([AWA, *many, BAH], LATER + timedelta(days=1))

    before_the_lock(house, monkeypatch, newer)
    counts = house.receive(many, LATER)
    assert (counts.vanished, counts.unchanged) == (0, 20)
    assert not any(one.vanished for one in house.participations())


def test_a_campaign_declared_meanwhile_leaves_no_row_without_purpose(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.receive([AWA])
    before_the_lock(house, monkeypatch, lambda: house.declare(house.campaign))
    house.receive([AWA, BAH], LATER)
    assert [one.purpose for one in house.participations()] == ["initial", "initial"]


def test_an_export_that_comes_in_during_a_declaration_is_settled_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.receive([AWA])
    before_the_lock(house, monkeypatch, lambda: house.receive([AWA, BAH], LATER))
    house.declare(house.campaign)
    assert [one.purpose for one in house.participations()] == ["initial", "initial"]


def test_a_dossier_opened_meanwhile_is_matched_all_the_same(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.declare()
    opened = []
    before_the_lock(house, monkeypatch, lambda: opened.append(house.open("Diallo", "Awa", "0012345")))
    house.receive([shared(AWA), BAH])
    assert {one.last_name: one.dossier for one in house.participations()} == {"Diallo": opened[0], "Bah": None}


def test_two_at_once_record_each_row_once(house: House) -> None:
    rows = [row(f"Jeune{n}", "Sam") for n in range(200)]
    ready, outcomes = Barrier(2), list[ImportResult | Refused]()

    def importing() -> None:
        importer = Importer(house.engine, house.opened.stream("structure"), lambda campaign: house.known(campaign))
        prepared = house.prepare(rows)
        ready.wait()
        try:
            outcomes.append(importer.record(prepared, by=house.referent, command_id=uuid4()))
        except Refused as refused:
            outcomes.append(refused)

    with running(*[importing] * 2):
        pass
    assert sorted(one.counts.new if isinstance(one, ImportResult) else -1 for one in outcomes) == [0, 200]
    assert len(house.participations()) == 200

"""Faults that a review found, each as it was met: ids of another kind, days out of time, many people at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from pixflow import presets, structure_folder
from pixflow.dossier import follow_up, retraction
from pixflow.dossier.stages import prescription
from pixflow.participation.campaign import find_campaign
from pixflow.participation.matches import reject_match, set_participation_aside, undo_match
from pixflow.refused import Refused
from pixflow.store import AlreadyServed
from pixflow.store.locks import ServeLock
from projections.store import stores
from tests.web import paths
from tests.web.client import LocalClient, words
from tests.web.paths import House
from web.hosting.served_structure import serve_one

NADIA, PAUL, SOPHIE = "Nadia Benali", "Paul Rey", "Sophie Lecomte"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with paths.house(tmp_path) as made:
        yield made


@pytest.mark.parametrize(("name", "sent"), [("ecarter", {"reason": "essai"}), ("aucun", {})])
def test_an_id_of_another_kind_is_refused_and_breaks_nothing(house: House, name: str, sent: dict[str, str]) -> None:
    dossier = house.opened()
    for stream in (dossier, uuid4()):
        before = house.served.engine.head()
        data = {"command_id": str(uuid4()), **sent, **({"dossier": str(dossier)} if name == "aucun" else {})}
        answer = house.client(SOPHIE).post(f"/resultats/{stream}/{name}", data=data)
        assert answer.status_code in (303, 404, 422)
        assert house.served.engine.head() == before
    assert house.client(NADIA).get("/boite").status_code == 200


def test_a_decision_on_a_stream_of_another_kind_is_refused(house: House) -> None:
    dossier = house.opened()
    with pytest.raises(Refused, match="unknown-stream"):
        house.says(SOPHIE, set_participation_aside, {"participation": dossier}, reason="essai")
    for decide, said in ((set_participation_aside, {"reason": "essai"}), (reject_match, {"dossier": dossier})):
        with pytest.raises(Refused, match="unknown-participation"):
            house.says(SOPHIE, decide, {"participation": uuid4()}, **said)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize(
    ("form", "sent"),
    [
        ("appointment", {"task": "present-pix", "hour": "10:00", "day": "DAY"}),
        ("plan", {"campaign": "CAMPAIGN", "modality": "home", "planned_for": "DAY"}),
        ("programme", {"programme": "CEJ", "collective_end": "DAY"}),
        ("present", {"occasion": "welcome", "on": "DAY"}),
        ("note", {"text": "essai", "on": "DAY"}),
    ],
)
def test_a_day_out_of_time_is_refused_where_it_is_typed(
    house: House, form: str, sent: dict[str, str], day: str
) -> None:
    dossier = house.opened()
    values = {"DAY": day, "CAMPAIGN": str(house.campaign)}
    said = {name: values.get(value, value) for name, value in sent.items()}
    data = {"command_id": str(uuid4()), "on": house.today.isoformat(), **said}
    answer = house.client(NADIA).post(f"/dossiers/{dossier}/{form}", data=data)
    assert answer.status_code == 422
    assert "1900" in answer.text or "à venir" in answer.text
    assert house.client(NADIA).get(f"/dossiers/{dossier}").status_code == 200


def test_the_engine_refuses_a_day_out_of_time_whoever_says_it(house: House) -> None:
    dossier = house.opened()
    with pytest.raises(Refused, match="bad-date"):
        house.says(NADIA, follow_up.take_note, {"dossier": dossier}, text="essai", on=date(1, 1, 1))


def test_the_engine_refuses_a_number_that_no_table_holds_whoever_says_it(house: House) -> None:
    told = {"code": None, "name": "Essai", "pix_course": None}
    with pytest.raises(Refused, match="number-too-large"):
        house.says(SOPHIE, find_campaign, {"campaign": uuid4()}, pix_id=2**31, **told)


def test_replay_at_a_day_out_of_time_says_so(house: House) -> None:
    dossier = house.opened()
    for day in ("0001-01-01", "9999-12-31"):
        assert house.client(SOPHIE).get(f"/rejouer/{dossier}?le={day}&h=00:00").status_code == 200


def test_many_people_at_once_are_all_served(house: House) -> None:
    dossier = house.opened()
    cookies = dict(house.client(NADIA).cookies)
    client = LocalClient(house.app, cookies=cookies, follow_redirects=False)

    def write(n: int) -> int:
        data = {"command_id": str(uuid4()), "on": house.today.isoformat(), "text": f"note {n}"}
        return client.post(f"/dossiers/{dossier}/note", data=data).status_code

    def read(_: int) -> int:
        return client.get("/boite").status_code

    with client, ThreadPoolExecutor(40) as pool:
        assert set(pool.map(write, range(40))) == {303}
        assert set(pool.map(read, range(40))) == {200}
    kept = [r for r in house.served.engine.history(dossier) if r.event.TOPIC == "dossier.NoteTaken"]
    assert len(kept) == 40


def test_undoing_a_wrong_match_gives_the_dossier_back_to_its_advisor(house: House) -> None:
    dossier = house.opened()
    participation = house.took(dossier)
    before = house.served.engine.state("dossier", dossier).advisor
    paul = house.people[PAUL]
    house.says(SOPHIE, prescription.dispatch_result, {"dossier": dossier}, participation=participation, advisor=paul)
    assert house.served.engine.state("dossier", dossier).advisor == paul
    house.says(
        SOPHIE,
        undo_match,
        {"participation": participation, "dossier": dossier},
        reason="homonyme",
        context={"participation_id": participation},
    )
    assert house.served.engine.state("dossier", dossier).advisor == before == house.people[NADIA]


def test_only_who_may_say_it_takes_it_back(house: House) -> None:
    dossier = house.opened()
    participation = house.took(dossier)
    done = house.says(
        SOPHIE,
        prescription.dispatch_result,
        {"dossier": dossier},
        participation=participation,
        advisor=house.people[NADIA],
    )
    version = done.recorded[0].originator_version
    with pytest.raises(Refused, match="not-allowed"):
        house.says(NADIA, retraction.retract, {"dossier": dossier}, version=version, reason="erreur")
    assert house.says(SOPHIE, retraction.retract, {"dossier": dossier}, version=version, reason="erreur").recorded


def test_a_read_store_is_not_taken_from_under_a_serving_process(tmp_path: Path) -> None:
    opened = structure_folder.create(tmp_path, name="Ici", preset=presets.load("laigle-mortagne"), sites=("Ici",))
    reads = serve_one(opened).reads
    reads.close()
    other = reads.stores.folder.rename(reads.stores.place / "0123456789abcdef")  # as of other sources
    with ServeLock(opened.folder), pytest.raises(AlreadyServed):
        serve_one(opened)
    assert (other / stores.POINTER).exists()
    opened.engine.close()


def test_a_body_too_large_is_refused_before_it_is_kept(house: House) -> None:
    files = {"export": ("export.csv", b"x" * (7 * 1024 * 1024), "text/csv")}
    assert house.client(SOPHIE).post("/resultats/import", files=files).status_code == 413
    dossier = house.opened()
    data = {"command_id": str(uuid4()), "on": house.today.isoformat(), "text": "x" * 6_000}
    assert house.client(NADIA).post(f"/dossiers/{dossier}/note", data=data).status_code == 422


def test_after_a_fault_the_page_says_whether_it_was_recorded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = LocalClient(house.app, cookies=dict(house.client(NADIA).cookies), raise_server_exceptions=False)

    def failing(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    def press() -> str:
        data = {"command_id": str(uuid4()), "on": house.today.isoformat(), "occasion": "welcome"}
        answer = client.post(f"/dossiers/{house.opened()}/present", data=data)
        assert answer.status_code == 500
        return words(answer.text)

    monkeypatch.setattr("web.pages.dossier.sheet._see", failing)
    assert "est bien enregistrée" in press()
    monkeypatch.undo()
    monkeypatch.setattr("web.desk.commands.record", failing)
    assert "n’est pas enregistrée" in press()

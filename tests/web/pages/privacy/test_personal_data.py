"""The rights of the person: a copy of everything that is kept, and nothing of anybody else."""

import json
import re
from dataclasses import fields, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from pixflow.actor import OPERATOR
from pixflow.documents.protocol import Retention
from pixflow.dossier import follow_up, retraction
from pixflow.dossier.stages import orientation, parcours
from pixflow.dossier.stages.prescription import explore_difficulty
from pixflow.events.values import Partner
from pixflow.participation import matches
from pixflow.protocol import publishing
from tests.web.arranged import held, scheduled, seat
from tests.web.client import words
from tests.web.filled import texts
from tests.web.paths import House, house
from web import typesetting
from web.cli.app import app

NADIA, SOPHIE, HELENE = "Nadia Benali", "Sophie Lecomte", "Hélène Morin"
MONDAY = date(2026, 3, 16)


def paper(at_work: House, dossier: UUID, who: str = SOPHIE) -> str:
    """The words of the PDF, without its line breaks: a word may be cut where a column ends."""
    answer = at_work.client(who).get(f"/dossiers/{dossier}/droits/tout.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="donnees-personnelles.pdf"'
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    return squeezed(text)


def file(at_work: House, dossier: UUID, who: str = SOPHIE) -> dict[str, Any]:
    answer = at_work.client(who).get(f"/dossiers/{dossier}/droits/tout.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="donnees-personnelles.json"'
    found: dict[str, Any] = answer.json()
    return found


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def facts(known: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        fact for kind in ("dossiers", "participations", "workshops") for one in known[kind] for fact in one["facts"]
    ]


def full(at_work: House) -> UUID:
    """A dossier where every kind of thing was typed, each a word found nowhere else."""
    dossier, actions = at_work.prescribed(
        first="Prénomine",
        last="Nomercier",
        imilo_number="9081726",
        phone="0698765432",
        email="courriel@jeune.exemple",
        programme="CEJ",
        group="Groupe Zircon",
        collective_end=date(2026, 6, 30),
        project="Projetissime",
    )
    held(at_work, dossier, trouble=True)
    at_work.on(
        dossier,
        explore_difficulty,
        cause="comprehension",
        note="Notexploration",
        tutorials="Tutorielix",
        context={"study": uuid4()},
    )
    sent = {"partner": Partner(None, "Partenarium"), "starts": None, "ends": date(2026, 5, 4), "note": "Notorientation"}
    referral = uuid4()
    at_work.on(dossier, parcours.send_referral, action=actions[1], context={"referral": referral}, **sent)
    at_work.on(dossier, parcours.answer_referral, referral=referral, answer="refused", reason="Refusologie")
    wrong = at_work.on(dossier, follow_up.take_note, text="Noterreur " + "mot " * 80 + "Findenote").recorded[0]
    at_work.on(dossier, retraction.retract, version=wrong.originator_version, reason="Motifretrait")
    return dossier


TYPED = (
    "Prénomine", "Nomercier", "9081726", "courriel@jeune.exemple", "Groupe Zircon", "Projetissime", "Notexploration",
    "Tutorielix", "Partenarium", "Notorientation", "Refusologie", "Noterreur", "Findenote", "Motifretrait",
    "Refaire le test après une formation courte", "Le code de la route se révise en ligne",
    "Permis de conduire : code en ligne", "Illettrisme à vérifier", "Mener une recherche et une veille d’information",
)  # fmt: skip
"""Words that `full` types, that the grid keeps for the advisor, and that Pix said."""


def test_everything_that_was_typed_is_in_both_files(at_work: House) -> None:
    dossier = full(at_work)
    known, printed = file(at_work, dossier), paper(at_work, dossier)
    written = json.dumps(known, ensure_ascii=False)
    assert [one for one in TYPED if one not in written] == []
    assert [one for one in TYPED if squeezed(one) not in printed] == []
    assert "+33698765432" in written
    assert "0698765432" in printed
    assert "comprehension" in written
    assert "compréhension" in printed


def test_every_fact_is_there_as_it_is_kept_with_who_wrote_it(at_work: House) -> None:
    dossier = full(at_work)
    known, history = file(at_work, dossier), at_work.served.engine.history(dossier)
    told = known["dossiers"][0]["facts"]
    assert [fact["version"] for fact in told] == [r.originator_version for r in history]
    for fact, recorded in zip(told, history, strict=True):
        assert fact["topic"] == recorded.event.TOPIC
        assert set(fact["content"]) == {one.name for one in fields(recorded.event)}  # type: ignore[arg-type]
        assert fact["by"] in (NADIA, SOPHIE)
    retracted = [fact for fact in told if fact["retracted"]]
    assert [fact["topic"] for fact in retracted] == ["dossier.NoteTaken"]
    assert "Motifretrait" in retracted[0]["retracted"]
    assert {one["name"] for one in known["writers"]} == {NADIA, SOPHIE}
    assert known["participations"][0]["facts"][0]["content"]["last_name"] == "Nomercier"
    assert {fact["topic"] for fact in known["workshops"][0]["facts"]} == {
        "workshop.SeatTaken",
        "workshop.AttendanceMarked",
    }
    assert at_work.campaign.hex in {UUID(id).hex for id in known["names"]}


def test_nothing_of_another_young_person_is_there(at_work: House) -> None:
    """One shares a workshop, one had his result matched here by mistake, one was merged by mistake."""
    dossier = at_work.opened("Aminata", "Diallo")
    other = at_work.opened("Bastien", "Voisin", imilo_number="77001")
    workshop = scheduled(at_work)
    for one in (dossier, other):
        seat(at_work, workshop, one)
    wrong = at_work.took(other, "0.83")
    at_work.says(
        SOPHIE,
        matches.undo_match,
        {"participation": wrong, "dossier": other},
        reason="autre personne",
        context={"participation_id": wrong},
    )
    at_work.says(
        SOPHIE,
        matches.confirm_match,
        {"participation": wrong, "dossier": dossier},
        automatic=False,
        score=50,
        reasons=(),
        warnings=(),
        others=(other,),
        context={"participation_id": wrong, "dossier_id": dossier},
    )
    at_work.says(
        SOPHIE,
        matches.undo_match,
        {"participation": wrong, "dossier": dossier},
        reason="autre personne",
        context={"participation_id": wrong},
    )
    known = file(at_work, dossier)
    told = json.dumps(known, ensure_ascii=False) + paper(at_work, dossier)
    for foreign in ("Voisin", "Bastien", "77001", "0.83", "83\u202f%", str(other), str(wrong)):
        assert foreign not in told, foreign
    withheld = [fact["topic"] for fact in facts(known) if fact["withheld"]]
    assert withheld == ["dossier.ParticipationLinked", "dossier.ResultReceived"]
    assert [fact["content"] for fact in facts(known) if fact["withheld"]] == [None, None]


def test_what_came_from_a_merge_that_was_parted_again_is_another_s(at_work: House) -> None:
    dossier, other = at_work.opened("Aminata", "Diallo"), at_work.opened("Aminata", "Diallo-Sow")
    at_work.on(other, follow_up.take_note, text="Notevoisine")
    at_work.on(other, orientation.present_pix, occasion="welcome")
    client = at_work.client(SOPHIE)
    joined = client.post(f"/dossiers/{other}/fusion", data={"command_id": str(uuid4()), "into": str(dossier)})
    assert joined.status_code == 303
    together = file(at_work, other)
    assert together["person"]["id"] == str(dossier)
    assert [one["id"] for one in together["dossiers"]] == [str(dossier), str(other)]
    assert "Notevoisine" in json.dumps(together)
    client.post(f"/dossiers/{other}/fusion/defaire", data={"command_id": str(uuid4()), "reason": "deux personnes"})
    parted = file(at_work, dossier)
    assert [one["id"] for one in parted["dossiers"]] == [str(dossier)]
    told = json.dumps(parted, ensure_ascii=False) + paper(at_work, dossier)
    assert "Notevoisine" not in told
    assert "Diallo-Sow" not in told


def test_the_page_says_what_is_in_it_and_only_who_answers_the_person_opens_it(at_work: House) -> None:
    dossier = full(at_work)
    for who in (SOPHIE, HELENE):
        count = len(facts(file(at_work, dossier, who)))
        page = at_work.client(who).get(f"/dossiers/{dossier}/droits")
        assert "Tout ce que pixflow sait de cette personne" in words(page.text)
        assert f"{count} lignes : l’identité" in words(page.text)
        assert f"/dossiers/{dossier}/droits" in at_work.client(who).get(f"/dossiers/{dossier}").text
    for end in ("", "/tout.pdf", "/tout.json"):
        assert at_work.client(NADIA).get(f"/dossiers/{dossier}/droits{end}").status_code == 403
        assert at_work.client(SOPHIE).get(f"/dossiers/{uuid4()}/droits{end}").status_code == 404
    assert "/droits" not in at_work.client(NADIA).get(f"/dossiers/{dossier}").text


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def ran(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_writes_both_files_for_their_owner_alone(terminal: Path) -> None:
    with house(terminal, MONDAY) as at_work:
        dossier = full(at_work)
    folder = terminal / "pour elle"
    folder.mkdir()
    said = ran("export-person", "9081726", "--to", folder)
    assert "Nomercier" not in said
    written = sorted(folder.iterdir())
    assert [path.name for path in written] == [f"personne-{dossier}.json", f"personne-{dossier}.pdf"]
    assert [path.stat().st_mode & 0o777 for path in written] == [0o600, 0o600]
    assert json.loads(written[0].read_text())["person"]["last_name"] == "Nomercier"
    assert squeezed("Findenote") in squeezed("".join(p.extract_text() for p in PdfReader(written[1]).pages))
    missing = CliRunner().invoke(app, ["export-person", str(uuid4())])
    assert missing.exit_code == 1


def test_the_command_writes_no_file_when_the_paper_is_not_made(terminal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with house(terminal, MONDAY) as at_work:
        full(at_work)
    (folder := terminal / "pour elle").mkdir()
    monkeypatch.setattr(typesetting, "LONGEST", 0.01)
    result = CliRunner().invoke(app, ["export-person", "9081726", "--to", str(folder)])
    assert (result.exit_code, list(folder.iterdir())) == (1, [])
    assert "Le PDF n’a pas pu être fait" in result.output


# --- how long


def test_dossiers_kept_long_enough_are_listed_the_oldest_first_with_why(at_work: House) -> None:
    at_work.day(date(2024, 3, 15))
    at_work.opened("Ancien", "Zola", programme="CEJ")
    at_work.day(date(2024, 3, 16))
    closed, double = at_work.opened("Clos", "Albret"), at_work.opened("Double", "Albret")
    at_work.on(closed, follow_up.close_dossier, reason="moved", note="")
    at_work.day(date(2024, 3, 17))
    kept = at_work.opened("Gardé", "Albret")
    at_work.client(SOPHIE).post(f"/dossiers/{double}/fusion", data={"command_id": str(uuid4()), "into": str(kept)})
    at_work.day(MONDAY)
    page = at_work.client(HELENE).get("/conservation")
    assert texts(page.text, ".item-who") == ["Zola Ancien CEJ", "Albret Clos"]
    assert texts(page.text, ".item-why") == [
        "ouvert, sans suite, dernière activité le 15 mars 2024 ; en CEJ : 24 mois, passés le 15 mars 2026",
        "clos, dernière activité le 16 mars 2024 ; autre programme, ou aucun : 24 mois, passés le 16 mars 2026",
    ]
    assert "2 dossiers · en CEJ : 24 mois, en PACEA : 24 mois" in words(page.text)
    at_work.day(date(2026, 3, 17))
    assert len(texts(at_work.client(SOPHIE).get("/conservation").text, ".item-who")) == 3


def test_the_months_are_those_of_the_protocol_in_force(at_work: House) -> None:
    at_work.day(date(2025, 3, 16))
    at_work.opened("Ancien", "Zola", programme="CEJ")
    at_work.day(MONDAY)
    client = at_work.client(SOPHIE)
    assert "Aucun dossier" in words(client.get("/conservation").text)
    shorter = replace(at_work.served.refs.protocol(MONDAY), retention=Retention(cej=12))
    at_work.says(
        OPERATOR,
        publishing.publish_protocol,
        {"protocol": at_work.served.opened.stream("protocol")},
        document=shorter,
        from_day=MONDAY,
    )
    assert texts(client.get("/conservation").text, ".item-who") == ["Zola Ancien CEJ"]
    assert "En CEJ 12 mois En PACEA 24 mois" in words(client.get("/protocole").text)
    assert "/conservation" not in at_work.client(NADIA).get("/protocole").text
    assert at_work.client(NADIA).get("/conservation").status_code == 403


def test_the_command_counts_and_names_nobody(terminal: Path) -> None:
    with house(terminal, date(2024, 3, 15)) as at_work:
        at_work.opened("Ancien", "Zola", programme="CEJ")
        closed = at_work.opened("Clos", "Albret", programme="Garantie jeunes")
        at_work.on(closed, follow_up.close_dossier, reason="moved", note="")
    said = ran("retention")
    assert "Zola" not in said
    assert re.search(r"en CEJ +24\smois +1 +0", said)
    assert json.loads(ran("retention", "--json")) == [
        {"rule": "cej", "months": 24, "past": 1, "closed": 0},
        {"rule": "pacea", "months": 24, "past": 0, "closed": 0},
        {"rule": "other", "months": 24, "past": 1, "closed": 1},
    ]


def test_the_paper_says_who_opened_the_dossier_once_a_day_and_that_it_is_kept(at_work: House) -> None:
    dossier = at_work.planned()
    for path in ("", "", "", "/fiche"):
        assert at_work.client(NADIA).get(f"/dossiers/{dossier}{path}").status_code == 200
    said = paper(at_work, dossier)
    assert said.count(squeezed(f"{NADIA} : la fiche du diagnostic, le dossier (3 fois)")) == 1
    assert squeezed("Il note aussi qui l’ouvre, quand et pourquoi") in said
    assert squeezed("ne garde pas trace") not in said

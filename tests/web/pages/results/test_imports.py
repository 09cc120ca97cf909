"""An export in the browser: previewed, questioned, recorded once; a campaign declared; what is refused, in words."""

import csv
import itertools
import os
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from pixflow.pix_orga import ExportCampaign
from pixflow.pix_orga.samples import write_export
from pixflow.uploads import Uploads
from tests.result_import.house import row, shared
from tests.web.client import words
from tests.web.exports import CAMPAIGN, FIRST, LATER, LATER_ROWS, LEO, ROWS, ZOE, Board, dossiers, fields
from tests.web.filled import texts
from tests.web.paths import House
from tests.web.tags import parsed

OTHER = ExportCampaign(481700, "LTBJUP656", "Cléa numérique, mai")


def figures(html: str) -> list[str]:
    return texts(html, ".figures li")


def kept(board: Board) -> list[str]:
    return os.listdir(board.house.served.opened.folder / "uploads")


# --- the whole of it


def test_an_export_with_its_traps_then_a_later_one_then_the_first_again(at_work: House, board: Board) -> None:
    dossiers(at_work)
    where = board.upload(ROWS)
    preview = board.page(where)
    assert figures(preview) == ["8 nouvelles", "0 avancée", "0 partagée", "0 inchangée", "0 disparue"]
    said = words(preview)
    assert "8 participations de 7 personnes, 5 résultats partagés" in said
    assert "Exporté le 12 mai 2026, 09:10" in said
    assert "Ligne 9 : « 26/10/2025 02:30 » tombe dans l’heure d’octobre" in said
    assert "=Colin @Tom 0012345 nouvelle résultat 40 %" in said
    assert "Aucun export enregistré" in board.said()

    recorded = board.follow(board.press(where, f"form[action='{where}']"))
    assert "Export enregistré : 8 nouvelles, 1 anomalie ; 5 rapprochées d’elles-mêmes" in recorded
    assert "À rapprocher · 3" in recorded
    assert "À transmettre · 3" in recorded
    assert "Un seul rapprochement s’annule dans" in recorded
    assert kept(board) == []

    at_work.day(LATER.date())
    later = board.upload(LATER_ROWS, LATER)
    assert figures(board.page(later)) == ["1 nouvelle", "1 avancée", "1 partagée", "5 inchangées", "1 disparue"]
    unanswered = board.press(later, f"form[action='{later}']")
    assert unanswered.status_code == 422
    assert "dans ce fichier : est-ce normal ?" in words(unanswered.text)
    assert "Dites d’abord ce qu’il en est des participations disparues." in words(unanswered.text)
    answered = board.follow(board.press(later, f"form[action='{later}']", vanished="accept"))
    assert "Export enregistré : 1 nouvelle, 1 avancée, 1 partagée, 1 disparue, 1 anomalie" in answered
    assert "Disparues de l’export · 1" in answered

    head = at_work.served.engine.head()
    again = board.upload(ROWS)
    assert "Ce fichier est déjà enregistré le 12 mai 2026, 11:12 (Sophie Lecomte) : rien à faire." in board.said(again)
    assert at_work.served.engine.head() == head
    assert kept(board) == []


# --- before it is recorded


def test_a_row_is_shown_with_what_becomes_of_it(board: Board) -> None:
    board.record(ROWS)
    board.house.day(LATER.date())
    rows = [
        " ".join(line.get_text(" ").split())
        for line in parsed(board.page(board.upload(LATER_ROWS, LATER))).select("tbody tr")
    ]
    assert rows == [
        '— D\'Arc; dit "Le Chat" Anaïs +33612345678 disparue test terminé',
        "7 Perrin Lina 12349 partagée test terminé résultat 62 %",
        "8 KAMARA Jo Ibrahim 12350 avancée 5 % du test 60 % du test, non partagé",
        "9 Le Bihan Yann 13000 nouvelle 10 % du test, non partagé",
    ]


def test_a_file_with_another_name_asks_when_it_was_exported(board: Board) -> None:
    files = {"export": ("renommé.csv", write_export(CAMPAIGN, ROWS), "text/csv")}
    where = board.client.post("/resultats/import", files=files).headers["Location"]
    assert "Quand ce fichier a-t-il été exporté ?" in board.said(where)
    assert parsed(board.page(where)).select_one("form.questions")["method"] == "get"
    future = board.client.get(where, params={"exported_at": "2027-01-01T08:00"})
    assert future.status_code == 422
    assert "Cette heure est à venir" in words(future.text)
    answered = f"{where}?exported_at=2026-05-12T09:10"
    assert "Exporté le 12 mai 2026, 09:10" in board.said(answered)
    assert "8 nouvelles" in board.follow(board.press(answered, f"form[action='{where}']"))


def test_a_second_free_column_asks_which_is_the_external_id(board: Board) -> None:
    rows = [replace(one, imported=(("Antenne", "Nord"),)) for one in ROWS]
    where = board.upload(rows)
    assert texts(board.page(where), ".choice label") == [
        "Antenne",
        "Numéro de dossier i-Milo",
        "Aucune de ces colonnes",
    ]
    none = parsed(board.page(f"{where}?external_id_column=-"))
    assert "0012345" not in none.select_one("tbody").get_text()
    chosen = board.page(f"{where}?external_id_column=Numéro de dossier i-Milo")
    assert "0012345" in parsed(chosen).select_one("tbody").get_text()
    board.press(f"{where}?external_id_column=Numéro de dossier i-Milo", f"form[action='{where}']")
    campaign = board.house.served.refs.campaigns[board.house.campaign]
    assert campaign.external_id_column == "Numéro de dossier i-Milo"


def test_rows_that_cannot_be_told_apart_are_left_or_recorded(board: Board) -> None:
    twins = [row("Petit", "Léa"), row("Petit", "Léa", progress=LEO.progress)]
    board.record(twins)
    board.house.day(LATER.date())
    where = board.upload([shared(one, "0.3") for one in twins], LATER)
    assert "se ressemblent trop pour être distinguées" in board.said(where)
    assert board.press(where, f"form[action='{where}']").status_code == 422
    done = board.follow(board.press(where, f"form[action='{where}']", doubtful="record"))
    assert "Export enregistré : 2 partagées" in done


def test_an_older_export_says_what_it_may_still_add(board: Board) -> None:
    board.record(ROWS)
    said = board.said(board.upload([ZOE, row("Avant", "Lui")], FIRST - timedelta(days=7)))
    assert "Cet export est plus ancien que celui du 12 mai 2026, 09:10, déjà enregistré" in said


def test_many_rows_are_shown_by_fifty(board: Board) -> None:
    where = board.upload([row(f"Jeune{n:04}", "Sam") for n in range(120)])
    first, last = board.page(where), board.page(f"{where}?p=3")
    assert [len(parsed(one).select("tbody tr")) for one in (first, last)] == [50, 20]
    assert "101 à 120 sur 120" in words(last)


# --- not recorded


def test_a_refused_file_says_why_line_by_line_and_is_not_kept(board: Board) -> None:
    data = write_export(CAMPAIGN, ROWS).replace(b";0,7;", b";70;").replace(b'"Oui"', b'"Peut-\xc3\xaatre"', 1)
    answer = board.client.post("/resultats/import", files={"export": ("x.csv", data, "text/csv")})
    assert answer.status_code == 422
    said = words(answer.text)
    assert "Ligne 2 : « Peut-être » devrait être Oui ou Non" in said
    assert "le fichier n’est pas gardé" in said
    assert kept(board) == []


def test_a_cancelled_import_leaves_nothing(board: Board) -> None:
    assert board.client.post("/resultats/import").headers["Location"] == "/resultats", "no file"
    where = board.upload(ROWS)
    assert len(kept(board)) == 2, "the file, and what was read of it"
    assert board.client.post(f"{where}/annuler").headers["Location"] == "/resultats"
    assert kept(board) == []
    assert board.client.get(where).status_code == 410


def test_a_file_gone_after_an_hour_says_so(board: Board) -> None:
    where = board.upload(ROWS)
    form = parsed(board.page(where)).select_one(f"form[action='{where}']")
    for path in (board.house.served.opened.folder / "uploads").iterdir():
        os.utime(path, (path.stat().st_mtime - 3700,) * 2)
    for answer in (board.client.get(where), board.send(form)):
        assert answer.status_code == 410
        assert "Ce fichier n’attend plus" in words(answer.text)
    assert kept(board) == []
    assert board.client.get(f"/resultats/import/{'0' * 32}").status_code == 410
    assert board.client.get("/resultats/import/passwd").status_code == 410


def test_sent_twice_or_previewed_twice_it_is_recorded_once(board: Board) -> None:
    one, other = board.upload(ROWS), board.upload(ROWS)
    form = parsed(board.page(one)).select_one(f"form[action='{one}']")
    first, head = board.send(form), board.house.served.engine.head()
    assert board.send(form).headers["Location"] == first.headers["Location"]
    assert board.house.served.engine.head() == head
    assert "déjà enregistré" in board.said(other)
    assert "déjà enregistré" in board.follow(board.press(other, f"form[action='{other}']"))


def test_an_export_is_parsed_once_from_its_choice_to_its_record(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    parse, parses = csv.reader, itertools.count()
    monkeypatch.setattr(csv, "reader", lambda *cells, **form: (next(parses), parse(*cells, **form))[1])
    where = board.upload([replace(one, imported=(("Antenne", "Nord"),)) for one in ROWS])
    chosen = next(parses)
    assert chosen > 0
    answered = f"{where}?external_id_column=Numéro de dossier i-Milo"
    assert "8 nouvelles" in board.follow(board.press(answered, f"form[action='{where}']"))
    assert next(parses) == chosen + 1, "the count itself"


def test_what_was_read_of_an_export_is_sealed_and_goes_with_it(board: Board) -> None:
    where = board.upload(ROWS)
    folder = board.house.served.opened.folder / "uploads"
    stored = [path.read_bytes() for path in folder.iterdir()]
    assert len(stored) == 2, "the file, and what was read of it"
    assert not any(name.encode() in sealed for sealed in stored for name in ("Haddad", "Le Bihan", "0012345"))
    board.press(where, f"form[action='{where}']")
    assert kept(board) == []


def test_a_reading_that_is_damaged_is_read_again(board: Board) -> None:
    where = board.upload(ROWS)
    uploads, token = Uploads(board.house.served.opened.folder / "uploads"), where.rpartition("/")[2]
    (reading,) = uploads.folder.glob("*.*")
    reading.unlink()
    uploads.keep_reading(token, "export", b"of another version")
    assert "8 nouvelles" in board.follow(board.press(where, f"form[action='{where}']"))


def test_a_column_that_is_not_in_the_file_is_asked_again(board: Board) -> None:
    where = board.upload([replace(one, imported=(("Antenne", "Nord"),)) for one in ROWS])
    said = {"command_id": str(uuid4()), "external_id_column": "Autre colonne"}
    for refused in (board.client.get(where, params=said), board.client.post(where, data=said)):
        assert refused.status_code == 422
        assert "Antenne" in texts(refused.text, ".choice label")
    assert "Aucun export enregistré" in board.said()


# --- campaigns


def test_an_undeclared_campaign_waits_then_settles_and_matches(at_work: House, board: Board) -> None:
    people = dossiers(at_work)
    said = board.said(board.record(ROWS, campaign=OTHER))
    assert "Campagne à déclarer : Cléa numérique, mai" in said
    assert "8 participations attendent" in said
    assert "À rapprocher · 0" in said
    where = parsed(board.page()).select_one("#campagnes a")["href"]
    form = board.page(where)
    assert fields(parsed(form).select_one(f"form[action='{where}']"))["code"] == "LTBJUP656"
    refused = board.press(where, f"form[action='{where}']", name="")
    assert refused.status_code == 422
    assert "Rien n’est encore enregistré : 2 points sont à revoir." in words(refused.text)
    declared = board.press(where, f"form[action='{where}']", purpose="initial", site="Mortagne")
    assert not parsed(board.page(declared.headers["Location"])).select(".undo-all"), "its matches are of several people"
    done = board.follow(declared)
    assert "se corrigent dans la page de la campagne" in done
    assert "Campagne déclarée : Cléa numérique, mai, diagnostic initial" in done
    assert "5 participations rapprochées d’elles-mêmes" in done
    assert "Campagne à déclarer" not in done
    assert "À rapprocher · 3" in done
    assert at_work.state(people["Zoé Haddad"]).diagnostic.current("initial")
    assert "Corriger l’usage" in board.said(where)


def test_a_campaign_is_declared_before_any_export(board: Board) -> None:
    url = "/resultats/campagnes/nouvelle"
    form = parsed(board.page(url)).select_one(f"form[action='{url}']")
    said = {**fields(form), "name": "Cléa", "code": "ltb jup 656", "purpose": "complete"}
    done = board.follow(board.client.post(url, data=said))
    assert "Campagne déclarée : Cléa, diagnostic complet (Cléa numérique)" in done
    taken = board.client.post(url, data={**said, "command_id": str(uuid4()), "purpose": "other"})
    assert taken.status_code == 422
    assert 'value="ltb jup 656"' in taken.text
    elsewhere = board.client.post(url, data={**said, "command_id": str(uuid4()), "code": "ABCDEF234", "site": "Paris"})
    assert elsewhere.status_code == 422
    unknown = f"/resultats/campagnes/{uuid4()}"
    assert board.client.get(unknown).status_code == board.client.post(unknown, data={}).status_code == 404

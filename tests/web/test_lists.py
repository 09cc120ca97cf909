"""Lists as files, on the list of dossiers: who may, what is noted and recorded, what is refused, the manifest."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from pixflow.actor import OPERATOR
from pixflow.documents.protocol import ReadingLimits
from pixflow.events.structure import ListIssued
from pixflow.protocol import publishing
from pixflow.store import StoreFull
from tests.web.access_lines import NewLines
from tests.web.client import words
from tests.web.filled import fill
from tests.web.paths import House, house
from tests.web.tags import parsed
from tests.web.taken import issued, sheets, table, taken
from web.desk import exports
from web.french.typography import THIN
from web.http.tables import Cell, Share, csv_of, workbook_of

NADIA, PAUL, SOPHIE, CLAIRE, HELENE, YANN = (
    "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Claire Vasseur", "Hélène Morin", "Yann Le Goff",
)  # fmt: skip
MONDAY = date(2026, 3, 16)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def at_work(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    if request.param == "postgresql":
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("database_url"))
    with house(tmp_path / "data", MONDAY) as made:
        yield made


def limited(house: House, **limits: int) -> None:
    document = replace(house.served.refs.protocol(house.today), reading=ReadingLimits(**limits))
    streams = {"protocol": house.served.opened.stream("protocol")}
    house.says(OPERATOR, publishing.publish_protocol, streams, document=document, from_day=house.today)


def test_a_list_leaves_whole_with_its_filters_and_says_so_of_itself(at_work: House) -> None:
    fill(at_work, 60, site="Mortagne")
    fill(at_work, 2, site="L’Aigle")
    at_work.opened(site="L’Aigle", phone="0612345678", imilo_number="12345")
    nadia = at_work.client(NADIA)
    assert len(taken(nadia, "/dossiers")) == 63
    rows = taken(nadia, "/dossiers?site=L%E2%80%99Aigle&tri=-nom")
    assert [row["Nom"] for row in rows] == ["Nom0002", "Nom0001", "Diallo"]
    assert rows[2] == {
        "Nom": "Diallo", "Prénom": "Aminata", "N° i-Milo": "12345", "Téléphone": "06 12 34 56 78", "Programme": "",
        "Site": "L’Aigle", "Étape": "1 Orientation", "À suivre": "Présenter Pix", "À suivre le": "2026-04-07",
        "Ouvert le": "2026-03-16", "Dernière activité": "2026-03-16", "Résultat (%)": "", "Clos": "non",
    }  # fmt: skip


def test_the_second_sheet_says_what_the_file_is(at_work: House) -> None:
    at_work.opened(site="L’Aigle")
    at_work.opened(first="Léo", site="Mortagne")
    head, sophie = at_work.served.engine.head(), at_work.client(SOPHIE)
    content = sophie.get("/dossiers.csv?site=Mortagne").content
    _, said = sheets(sophie.get("/dossiers.xlsx?site=Mortagne"))
    assert said == {
        "Ce que dit ce fichier": None, "Structure": "Mission locale de L’Aigle – Mortagne", "Liste": "Dossiers",
        "Filtres": "État\xa0: Ouverts · Site\xa0: Mortagne", "Vue au": "16\xa0mars\xa02026",
        "Journal jusqu’au n°": head + 1, "Sortie par": SOPHIE, "Sortie le": "16\xa0mars\xa02026, 10:12", "Lignes": 1,
        "Jeunes": 1, "Définitions des indicateurs": "celles de pixflow",
        "Empreinte de la liste en CSV (SHA-256)": sha256(content).hexdigest(),
    }  # fmt: skip


def test_it_is_logged_twice_once_a_person_list_and_day(at_work: House) -> None:
    mine, other = at_work.opened(site="L’Aigle"), at_work.opened(first="Léo", advisor=PAUL)
    lines, nadia, sophie = NewLines(at_work.served), at_work.client(NADIA), at_work.client(SOPHIE)
    lines.take()
    for kind in ("csv", "xlsx", "csv"):
        assert nadia.get(f"/dossiers.{kind}").status_code == 200
    first = nadia.get("/dossiers.csv")
    shown = [(line.what, line.page, line.ids) for line in lines.take()]
    assert shown[:2] == [("shown", "GET /dossiers.csv", [mine]), ("shown", "GET /dossiers.xlsx", [mine])]
    whole = sophie.get("/dossiers.csv")
    (line,) = lines.take()
    assert set(line.ids) == {mine, other}
    of_nadia = ListIssued(
        page="dossiers", filters=(), rows=1, people=1, digest=sha256(first.content).hexdigest(), on=MONDAY
    )
    of_sophie = replace(of_nadia, rows=2, people=2, digest=sha256(whole.content).hexdigest())
    assert issued(at_work) == [(NADIA, of_nadia), (SOPHIE, of_sophie)]
    assert nadia.get("/dossiers.csv?site=L%E2%80%99Aigle&tri=suite").status_code == 200
    assert issued(at_work)[-1][1].filters == (("tri", "suite"), ("site", "L’Aigle"))
    journal = words(at_work.client(CLAIRE).get("/journal").text)
    assert "Liste sortie en fichier : Dossiers, 2 lignes, 2 jeunes" in journal
    assert "Liste sortie en fichier : Dossiers (ordre suite, site L’Aigle), 1 ligne, 1 jeune" in journal


def test_a_text_of_a_filter_stands_in_no_fact(at_work: House) -> None:
    fill(at_work, 1, programme="CEJ", group="Groupe de Zanzibar", collective_end=date(2026, 12, 1))
    nadia = at_work.client(NADIA)
    for query in ("groupe=Groupe+de+Zanzibar", "tri=Zanzibar", "etat=Zanzibar", "recu=Zanzibar"):
        assert len(table(nadia.get(f"/dossiers.csv?{query}"))) == 1
    _, said = sheets(nadia.get("/dossiers.xlsx?groupe=Groupe+de+Zanzibar"))
    assert "Groupe CEJ\xa0: Groupe de Zanzibar" in said["Filtres"]
    head = at_work.served.engine.head()
    for query in ("site=Zanzibar", "etape=Zanzibar", "programme=Zanzibar"):
        assert table(nadia.get(f"/dossiers.csv?{query}")) == [], "an empty list leaves, and hands nothing out"
    assert at_work.served.engine.head() == head
    facts = [event.filters for _, event in issued(at_work)]
    assert facts == [(("groupe", ""),), (), (("etat", "all"),)]


def test_who_may_not_read_the_page_has_no_file(at_work: House) -> None:
    at_work.opened()
    head = at_work.served.engine.head()
    for kind in ("csv", "xlsx"):
        assert at_work.client(YANN).get(f"/dossiers.{kind}").status_code == 403
        assert at_work.client(NADIA).head(f"/dossiers.{kind}").status_code == 200
        assert at_work.client(YANN).post(f"/dossiers.{kind}", data={"q": "diallo"}).status_code == 403
        answer = at_work.client(NADIA).get(f"/dossiers.{kind}", headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, "another site led here"
        assert at_work.client(PAUL).get("/dossiers.csv").text.count("\n") == 1, "titles alone"
    assert at_work.served.engine.head() == head


def test_no_file_leaves_when_its_fact_cannot_be_recorded(at_work: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work.opened()
    lines = NewLines(at_work.served)

    def full(*args: Any, **said: Any) -> None:
        raise StoreFull

    monkeypatch.setattr(exports, "issue", full)
    answer = at_work.client(NADIA).get("/dossiers.csv")
    assert (answer.status_code, "Diallo" in answer.text) == (503, False)
    assert [line.people for line in lines.take()] == [1]


def test_more_rows_than_a_file_takes_are_refused_in_words(at_work: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 3)
    fill(at_work, 4, site="Mortagne")
    lines, client = NewLines(at_work.served), at_work.client(NADIA)
    answer = client.get("/dossiers.xlsx?site=Mortagne&tri=suite")
    assert answer.status_code == 422
    assert "Cette liste a 4 lignes, et un fichier 3 au plus : choisissez une étape, un site ou un groupe." in words(
        answer.text
    )
    (back,) = parsed(answer.text).select("#main a.btn-primary")
    assert back["href"] == "/dossiers?tri=suite&site=Mortagne"
    assert (lines.take(), issued(at_work)) == ([], [])


def test_more_people_than_somebody_may_read_at_once_get_words_and_stop_nobody(at_work: House) -> None:
    limited(at_work, people=40)
    dossiers = fill(at_work, 31)
    sophie, lines = at_work.client(SOPHIE), NewLines(at_work.served)
    answer = sophie.get("/dossiers.csv")
    assert answer.status_code == 422
    (line,) = lines.take()
    told = line.what, line.page, line.member, line.people, line.fresh, line.why, line.ids
    assert told == ("refused", "GET /dossiers.csv", at_work.people[SOPHIE], 31, 0, "", []), "it counts nowhere"
    shown = words(at_work.client(CLAIRE).get("/consultations").text)
    assert "Fichier refusé, il nommerait 31 personnes ou plus" in shown
    assert (
        "Ce fichier nommerait trop de personnes d’un coup : choisissez une étape, un site ou un groupe, "
        "ou prenez une partie toutes les dix minutes."
    ) in words(answer.text)
    assert issued(at_work) == []
    lines.take()
    sophie.get("/dossiers")
    assert [line.fresh for line in lines.take()] == [31], "a file that did not leave has shown nobody"
    assert len(table(at_work.client(NADIA).get("/dossiers.csv"))) == len(dossiers), "her own do not count"


def test_what_a_list_showed_before_counts_once(at_work: House) -> None:
    """A file leaves a quarter of the limits to the pages after it; the same list twice shows nobody more."""
    limited(at_work, people=40)
    fill(at_work, 20, site="L’Aigle")
    fill(at_work, 15, site="Mortagne")
    sophie = at_work.client(SOPHIE)
    for kind in ("csv", "xlsx", "csv"):
        assert sophie.get(f"/dossiers.{kind}?site=L%E2%80%99Aigle").status_code == 200
    assert sophie.get("/dossiers.csv?site=Mortagne").status_code == 422, "35 of 40"
    assert sophie.get("/dossiers?site=Mortagne").status_code == 200
    at_work.pass_by(minutes=11)
    assert sophie.get("/dossiers.csv?site=Mortagne").status_code == 200


def test_the_limit_of_a_day_counts_too(at_work: House) -> None:
    limited(at_work, people=40, listed=45)
    fill(at_work, 20, site="L’Aigle")
    fill(at_work, 16, site="Mortagne")
    sophie = at_work.client(SOPHIE)
    assert sophie.get("/dossiers.csv?site=L%E2%80%99Aigle").status_code == 200
    at_work.pass_by(minutes=11)
    assert sophie.get("/dossiers.csv?site=Mortagne").status_code == 422


def test_a_list_that_a_text_narrows_leaves_by_its_form_and_no_fact_says_the_text(at_work: House) -> None:
    fill(at_work, 3)
    at_work.opened()
    nadia = at_work.client(NADIA)
    page = parsed(nadia.post("/dossiers?tri=suite", data={"q": "diallo"}).text)
    buttons = page.select(".download button")
    assert {button["form"] for button in buttons} == {page.select_one("form.find")["id"]}
    first, second = (nadia.post(button["formaction"], data={"q": "diallo"}) for button in buttons)
    assert [row["Nom"] for row in table(first)] == ["Diallo"]
    assert "Texte\xa0: diallo" in sheets(second)[1]["Filtres"]
    assert [event.filters for _, event in issued(at_work)] == [(("q", ""), ("tri", "suite"))]
    elsewhere = nadia.post("/dossiers.csv", data={"q": "diallo"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403


def test_an_empty_list_has_no_link(at_work: House) -> None:
    assert not parsed(at_work.client(NADIA).get("/dossiers").text).select(".download")
    at_work.opened()


def test_no_cell_is_a_formula_nor_breaks_the_workbook() -> None:
    odd = ["=cmd|' /C calc'!A0", "+33", "a\x0bb\ufffe", '<b>&"', "é\n»", ""]
    cells = next(csv.reader(StringIO(csv_of([odd]).decode("utf-8-sig")), delimiter=";"))
    assert cells == ["'=cmd|' /C calc'!A0", "'+33", *odd[2:]]
    book = load_workbook(BytesIO(workbook_of({"Été & co": [["a"] * 6, odd], "Deux": []})))
    assert book.sheetnames == ["Été & co", "Deux"]
    assert [cell.value for cell in book["Été & co"][2]] == ["=cmd|' /C calc'!A0", "+33", "ab", '<b>&"', "é\n»", None]
    assert "f" not in {cell.data_type for cell in book["Été & co"][2]}


def test_dates_and_percents_of_a_workbook_are_typed_and_its_titles_filter() -> None:
    rows: list[list[Cell]] = [
        ["Jour", "Part", "Nombre"],
        [date(2026, 12, 2), Share(0.655), 12],
        [date(2024, 2, 29), "", 0],
    ]
    book = load_workbook(BytesIO(workbook_of({"Liste": [["Mission locale"], *rows], "De ce fichier": rows}, 2)))
    first, second = book.worksheets
    assert (first.auto_filter.ref, first.freeze_panes, second.auto_filter.ref) == ("A2:C4", "A3", None)
    assert [cell.value for cell in first[3]] == [datetime(2026, 12, 2), 0.655, 12]
    assert [cell.number_format for cell in first[3]] == ["mm-dd-yy", "0%", "General"], "14 is each country's own"
    lines = csv_of(rows).decode("utf-8-sig").splitlines()
    assert lines[1:] == [f"2026-12-02;66{THIN}%;12", "2024-02-29;;0"]
    wide = load_workbook(BytesIO(workbook_of({"Large": [["a"] * 703]}))).active
    assert wide.auto_filter.ref == "A1:AAA1"

"""Reports: frozen when given, small numbers hidden, beside today's numbers."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest

from pixflow.dossier.stages import orientation
from tests.web.client import InspectingClient, words
from tests.web.paths import House, house
from tests.web.tags import parsed

MONDAY = date(2026, 3, 16)
HELENE = "Hélène Morin"
HERE = "/indicateurs/rapports"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    """Seven young people, of whom six saw Pix."""
    with house(tmp_path, MONDAY) as made:
        for number in range(7):
            dossier = made.opened(last=f"Jeune{number}", imilo_number=f"77{number}")
            if number:
                made.on(dossier, orientation.present_pix, occasion="welcome")
        yield made


def given(client: InspectingClient, **said: Any) -> str:
    sent = {"command_id": str(uuid4()), "title": "Dialogue de gestion", "day": f"{MONDAY}", **said}
    answer = client.post(HERE, data=sent)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def cells(client: InspectingClient, path: str) -> dict[str, list[str]]:
    rows = parsed(client.get(path).text).select("#report tbody tr")
    return {row.th.text.strip(): [cell.text.strip() for cell in row.select("td")] for row in rows}


def test_a_report_does_not_move(at_work: House) -> None:
    client = at_work.client(HELENE)
    path = given(client)
    before = {label: given_now[0] for label, given_now in cells(client, path).items()}
    at_work.day(MONDAY + timedelta(1))
    for number in range(6):
        at_work.on(at_work.opened(last=f"Autre{number}"), orientation.present_pix, occasion="welcome")
    after = cells(client, path)
    assert {label: given_now[0] for label, given_now in after.items()} == before
    assert after["Jeunes concernés"][0] != after["Jeunes concernés"][1]
    assert given(client) != path, "the next one has its own number"


def test_small_numbers_stay_inside(at_work: House) -> None:
    client = at_work.client(HELENE)
    shown = cells(client, given(client))
    assert shown["Présentation de Pix"][0] == "masqué / 7", "one waits: the six would tell it"
    assert not [cell for row in shown.values() for cell in row if cell.split(" ")[0] in {"1", "2", "3", "4"}]
    inside = client.get("/indicateurs/I2").text
    assert "6\N{NO-BREAK SPACE}concernés" in inside


def test_files_and_a_report_say_the_page_s_numbers_or_a_true_bound(tmp_path: Path) -> None:
    """Of thirty-seven, two wait: the page says thirty-five."""
    with house(tmp_path, MONDAY) as made:
        for number in range(37):
            dossier = made.opened(last=f"Jeune{number}", imilo_number=f"77{number}")
            if number > 1:
                made.on(dossier, orientation.present_pix, occasion="welcome")
        client = made.client(HELENE)
        page = parsed(client.get("/indicateurs/I2").text)
        assert page.select_one("#numbers").text.startswith("35\N{NO-BREAK SPACE}concernés à qui Pix")
        path = given(client)
        assert cells(client, path)["Présentation de Pix"][0] == "33 ou plus / 37"
        assert cells(client, path)["Jeunes concernés"][0] == "37 / 37"
        rows = list(
            csv.reader(StringIO(client.get("/indicateurs/I2/tableau.csv").text.lstrip("\ufeff")), delimiter=";")
        )
        book = openpyxl.load_workbook(BytesIO(client.get("/indicateurs/I2/tableau.xlsx").content)).active
        sheet = [["" if cell is None else str(cell) for cell in row] for row in book.iter_rows(values_only=True)]
        for table in (rows, sheet):
            told = [row[2:5] for row in table if row and row[0] == "I2"]
            assert told == [
                ["", "33 ou plus", "37"],
                ["fait", "33 ou plus", "37"],
                ["en attente, dans le délai", "< 5", "37"],
                ["en attente, en retard", "0", "37"],
                ["sorti autrement", "0", "37"],
            ]
        heads = [row[0] for row in rows if len(row) == 1]
        for said in (
            heads,
            *([words(client.get(one).text)] for one in ("/indicateurs", "/indicateurs/I2", HERE, path)),
        ):
            assert any("Hors de la structure, pour que personne ne soit reconnu" in one for one in said)


def test_a_report_of_a_day_to_come_is_asked_again(at_work: House) -> None:
    client = at_work.client(HELENE)
    for day in ("2099-01-01", "2026-02-31", "2026-03-15", ""):
        answer = client.post(HERE, data={"command_id": str(uuid4()), "title": "Trop tôt", "day": day})
        assert answer.status_code == 422
        assert parsed(answer.text).select("#day[aria-invalid]")
    assert "Trop tôt" not in client.get(HERE).text


def test_a_report_needs_a_title(at_work: House) -> None:
    client = at_work.client(HELENE)
    assert client.post(HERE, data={"command_id": str(uuid4()), "title": " "}).status_code == 422
    assert client.get(f"{HERE}/1").status_code == 404

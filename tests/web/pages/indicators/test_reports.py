"""Reports: frozen when given, small numbers hidden, beside today's numbers."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pixflow.dossier.stages import orientation
from tests.web.client import InspectingClient
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
    sent = {"command_id": str(uuid4()), "title": "Dialogue de gestion", **said}
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
    assert shown["Présentation de Pix"][0] == "< 5 / 7", "one waits: the six would tell it"
    assert not [cell for row in shown.values() for cell in row if cell.split(" ")[0] in {"1", "2", "3", "4"}]
    inside = client.get("/indicateurs/I2").text
    assert "6\N{NO-BREAK SPACE}présentations" in inside


def test_a_report_needs_a_title(at_work: House) -> None:
    client = at_work.client(HELENE)
    assert client.post(HERE, data={"command_id": str(uuid4()), "title": " "}).status_code == 422
    assert client.get(f"{HERE}/1").status_code == 404

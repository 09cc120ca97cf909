"""A page that follows what is recorded elsewhere asks its own address with the tag it was drawn at."""

from datetime import date

import pytest

from pixflow.dossier.stages import orientation
from tests.web.filled import HTMX
from tests.web.paths import House
from tests.web.tags import parsed

NADIA, SOPHIE = "Nadia Benali", "Sophie Lecomte"


def tag(page: str) -> str:
    """Returns the tag of the page's live block, "" without one."""
    block = parsed(page).select_one("[data-live]")
    return str(block["hx-ptag"]) if block else ""


@pytest.mark.parametrize(
    ("name", "address"),
    [(NADIA, "/boite"), (NADIA, "/dossiers?etape=orientation"), (SOPHIE, "/resultats"), (SOPHIE, "/dossiers/{}")],
)
def test_nothing_new_is_304_and_an_event_or_a_day_is_the_block_anew(at_work: House, name: str, address: str) -> None:
    dossier = at_work.opened()
    client, address = at_work.client(name), address.format(dossier)
    drawn = tag(client.get(address).text)
    assert drawn == f"{at_work.served.engine.head()}:2026-03-16"
    same = client.get(address, headers={**HTMX, "HX-PTag": drawn})
    assert (same.status_code, same.text) == (304, "")
    at_work.on(dossier, orientation.present_pix, occasion="welcome")
    moved = client.get(address, headers={**HTMX, "HX-PTag": drawn})
    assert moved.status_code == 200
    assert tag(moved.text) == f"{at_work.served.engine.head()}:2026-03-16"
    at_work.day(date(2026, 3, 17))
    assert tag(client.get(address, headers={**HTMX, "HX-PTag": tag(moved.text)}).text).endswith(":2026-03-17")


def test_a_page_with_an_open_form_does_not_follow(at_work: House) -> None:
    dossier = at_work.opened()
    client = at_work.client(NADIA)
    assert tag(client.get(f"/dossiers/{dossier}").text)
    assert not tag(client.get(f"/dossiers/{dossier}?formulaire=note").text)
    refused = client.post(f"/dossiers/{dossier}/note", data={}, headers=HTMX)
    assert refused.status_code == 422
    assert not tag(refused.text)


def test_a_stranger_is_told_nothing(at_work: House) -> None:
    client = at_work.client(NADIA)
    drawn = tag(client.get("/boite").text)
    client.cookies.clear()
    assert client.get("/boite", headers={"HX-PTag": drawn}).status_code == 303

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from pixflow import presets
from tests.web.client import InspectingClient, words
from tests.web.filled import hire, said, structures_of, texts
from tests.web.paths import House, house
from tests.web.tags import parsed
from web.app import create_app


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, date(2026, 3, 16)) as made:
        yield made


def stranger(at_work: House) -> InspectingClient:
    return InspectingClient(create_app(at_work.host), follow_redirects=False)


def test_everyone_stands_under_the_first_of_their_roles(at_work: House) -> None:
    hire(at_work, "Zoé Double", "manager", "advisor")
    page = stranger(at_work).get("/qui").text
    assert texts(page, ".people h2") == ["Mission locale de L’Aigle – Mortagne"]
    assert texts(page, ".people h3") == [
        "Conseiller·ère",
        "Référent·e Pix",
        "Direction",
        "Auditeur·rice",
        "Administrateur·rice",
    ]
    assert texts(page, ".people .btn")[:3] == ["Nadia Benali", "Paul Rey", "Zoé Double et direction"]


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("Nadia Benali", "/boite"),
        ("Sophie Lecomte", "/boite"),
        ("Hélène Morin", "/boite"),
        ("Claire Vasseur", "/rejouer"),
        ("Yann Le Goff", "/protocole"),
    ],
)
def test_one_becomes_somebody_and_begins_where_they_begin(at_work: House, name: str, home: str) -> None:
    client = stranger(at_work)
    form = next(one for one in parsed(client.get("/qui").text).select("form") if said(one.button) == name)
    sent = {field["name"]: field["value"] for field in form.select("input")}
    answer = client.post("/qui", data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, home)
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    page = client.get(home)
    assert page.status_code == 200
    assert name in words(page.text)
    assert client.get("/").headers["Location"] == home
    assert texts(client.get("/qui").text, ".btn[aria-current]") == [name]


def test_without_having_chosen_every_page_leads_to_the_choice(at_work: House) -> None:
    client = stranger(at_work)
    for path in ("/", "/boite", "/dossiers", "/rejouer", "/protocole"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/qui")


def test_nobody_becomes_a_stranger(at_work: House) -> None:
    client = stranger(at_work)
    known = str(at_work.people["Nadia Benali"])
    for structure, person in ((at_work.slug, str(uuid4())), ("elsewhere", known)):
        assert client.post("/qui", data={"structure": structure, "person": person}).status_code == 404
    assert client.post("/qui", data={"structure": at_work.slug, "person": "nobody"}).status_code == 422
    client.cookies.set("pixflow_person", f"elsewhere/{known}")
    assert client.get("/boite").headers["Location"] == "/qui"


def test_outside_a_demonstration_nobody_chooses(at_work: House) -> None:
    at_work.host.demo = False
    client = stranger(at_work)
    assert client.get("/qui").status_code == 404
    sent = {"structure": at_work.slug, "person": str(at_work.people["Nadia Benali"])}
    assert client.post("/qui", data=sent).status_code == 404


def test_somebody_of_one_structure_is_nobody_in_another(tmp_path: Path) -> None:
    plain = presets.load("laigle-mortagne")
    with structures_of(tmp_path, {"Mission A": plain, "Mission B": plain}) as houses:
        a, b = houses["Mission A"], houses["Mission B"]
        client = stranger(a)
        assert texts(client.get("/qui").text, ".people h2") == ["Mission A", "Mission B"]
        sent = {"structure": b.slug, "person": str(a.people["Nadia Benali"])}
        assert client.post("/qui", data=sent).status_code == 404

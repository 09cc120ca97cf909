"""The outlines of communes on the page of the territory: loaded, shown, refused in words."""

from typing import Any
from uuid import uuid4

import pytest

from pixflow.partners.state import Catalogue
from pixflow.place_import.outlines import MAX_BYTES
from tests.place_import.test_outlines import METRES, SQUARE, feature, file, polygon
from tests.place_import.test_reading import HEAVY
from tests.web.client import InspectingClient
from tests.web.pages.partners.conftest import HELENE, NADIA
from tests.web.paths import House
from tests.web.tags import parsed

PAGE = "/partenaires/territoire"
LOAD = f"{PAGE}/contours"
ONE = file(feature("61214", polygon(SQUARE)))
TWO = file(feature("61214", polygon(SQUARE)), feature("61342", polygon(SQUARE)))


def load(client: InspectingClient, data: bytes = ONE, credit: str = "IGN", command: str = "") -> Any:
    sent = {"command_id": command or str(uuid4()), "credit": credit}
    return client.post(LOAD, data=sent, files={"outlines": ("contours.geojson", data)})


def known(at_work: House) -> tuple[str, list[str]]:
    state: Catalogue = at_work.served.engine.state("catalogue", at_work.served.opened.stream("catalogue"))
    return state.credit, list(state.outlines)


def text(client: InspectingClient, address: str) -> str:
    return " ".join(parsed(client.get(address).text).select_one("main").text.replace("\xa0", " ").split())


def test_outlines_are_loaded_told_and_replaced(at_work: House, referent: InspectingClient) -> None:
    assert "n’a que des points, et les distances sont moins sûres." in text(referent, PAGE)
    command = str(uuid4())
    done = load(referent, command=command)
    assert done.status_code == 303
    said = text(referent, done.headers["location"])
    assert "Contours de 1 commune : IGN" in said
    assert "1 commune dessinée. Source : IGN." in said
    assert "communes du territoire n’ont pas de contour." in said
    assert known(at_work) == ("IGN", ["61214"])
    head = at_work.served.engine.head()
    assert load(referent, command=command).headers["location"] == done.headers["location"], "sent twice"
    again = load(referent)
    assert again.headers["location"] == f"{PAGE}?deja=1"
    assert "était déjà enregistré" in text(referent, again.headers["location"])
    assert at_work.served.engine.head() == head
    assert load(at_work.client(HELENE), TWO, "IGN 2026").status_code == 303, "a manager too"
    assert known(at_work) == ("IGN 2026", ["61214", "61342"])
    assert parsed(referent.get(PAGE).text).select_one("#credit")["value"] == "IGN 2026"


@pytest.mark.parametrize(
    ("data", "credit", "field", "said"),
    [
        (b"nom;commune", "IGN", "outlines", "Ce fichier n’est pas un GeoJSON"),
        (b" " * (MAX_BYTES + 1), "IGN", "outlines", "pèse plus de 5 Mo"),
        (file(feature("61214", polygon(METRES))), "IGN", "outlines", "ne sont pas en France"),
        (file(feature("61", polygon(SQUARE))), "IGN", "outlines", "le contour d’aucune commune"),
        (HEAVY, "IGN", "outlines", "trop lourd à lire"),
        (b"", "IGN", "outlines", "Ce fichier n’est pas un GeoJSON"),
        (ONE, "  ", "credit", "Écrivez d’où viennent les contours."),
        (ONE, "x" * 201, "credit", "200 caractères"),
    ],
)
def test_a_refused_file_says_why_on_its_field_and_leaves_what_was_there(
    at_work: House, referent: InspectingClient, data: bytes, credit: str, field: str, said: str
) -> None:
    load(referent, TWO, "IGN 2025")
    before, head = known(at_work), at_work.served.engine.head()
    answer = load(referent, data, credit)
    page = parsed(answer.text)
    assert answer.status_code == 422
    assert said in page.select_one(f"#{field}-error").text.replace("\xa0", " ")
    assert [one["href"] for one in page.select(".errors a")] == [f"#{field}"]
    assert page.select("textarea#departments"), "the territory is still there"
    assert (known(at_work), at_work.served.engine.head()) == (before, head)


def test_a_form_without_a_file_asks_for_it(at_work: House, referent: InspectingClient) -> None:
    sent = {"command_id": str(uuid4()), "credit": "IGN"}
    for answer in (
        referent.post(LOAD, data=sent),
        referent.post(LOAD, data=sent, files={"outlines": ("", b"")}),
        referent.post(LOAD, data=sent | {"outlines": ONE.decode()}),
    ):
        assert answer.status_code == 422
        assert "Choisissez le fichier des contours." in answer.text.replace("\xa0", " ")
    assert known(at_work) == ("", [])


def test_an_advisor_loads_nothing(at_work: House) -> None:
    assert load(at_work.client(NADIA)).status_code == 403
    assert at_work.client(NADIA).get(PAGE).status_code == 403

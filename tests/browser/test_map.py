"""The map of partners in a real browser: its ground is loaded, its points are opened, with and without scripts."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from pixflow.events.values import OfferTerms
from pixflow.partners.listing import list_offer
from pixflow.place_import.outlines import rings_of
from tests.browser.house import arrive, listening
from tests.place_import.test_outlines import METRES, feature, file, polygon
from tests.web.pages.partners.conftest import SOPHIE, listed
from tests.web.pages.partners.test_map import OUTLINES, TERRITORY, at
from tests.web.paths import house

pytestmark = pytest.mark.browser
GROUND = file(*(
    feature(code, polygon(*([[east, north] for north, east in ring] for ring in rings_of(text))))
    for code, text in OUTLINES.items()
))  # fmt: skip
CARD = "#card"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a house with three places, an offer of one of them, and no outline."""
    with house(tmp_path, date(2026, 3, 16)) as made:
        for name, code, town in (("Médiathèque", "65440", "Tarbes"), ("Espace numérique", "65286", "Lourdes")):
            listed(made, at(name, code, town))
        cafe = listed(made, at("Tiers-lieu", "65258", "Lannemezan"))
        terms = OfferTerms(label="Café du jeudi", kind="cafe")
        made.says(SOPHIE, list_offer, {"partner": cafe}, offer=uuid4(), terms=terms)
        with listening(made.app) as address:
            yield address


def load(tab: Page, data: bytes) -> None:
    tab.get_by_label("Contours des communes").set_input_files(
        {"name": "contours.geojson", "mimeType": "application/geo+json", "buffer": data}
    )
    tab.get_by_label("D’où ils viennent").fill("IGN, Admin Express")
    tab.get_by_role("button", name="Charger les contours").click()


@pytest.mark.parametrize("scripts", [pytest.param(True, id="with scripts"), pytest.param(False, id="without")])
def test_the_ground_is_loaded_and_a_point_opens_its_card(
    served: str, new_tab: Callable[..., Page], check_page: Callable[[Page], None], scripts: bool
) -> None:
    tab = new_tab(java_script_enabled=scripts)
    check = check_page if scripts else lambda page: None
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    arrive(tab, SOPHIE, url=served)
    tab.goto(f"{served}/partenaires")
    check(tab)
    expect(tab.locator(".map .land")).to_have_count(0)
    tab.get_by_role("link", name="Donner un fond à cette carte").click()
    check(tab)
    tab.get_by_label("Autres communes").fill("\n".join(TERRITORY))
    for box in tab.locator("input[name=grouping]").all():
        box.uncheck()
    tab.get_by_role("button", name="Enregistrer le territoire").click()
    tab.get_by_role("link", name="Changer le territoire").click()

    load(tab, file(feature("65440", polygon(METRES))))
    expect(tab.get_by_role("alert")).to_contain_text("Ces contours ne sont pas en France")
    check(tab)
    load(tab, GROUND)
    expect(tab.locator(".notice")).to_contain_text("Contours de 6 communes")
    check(tab)

    tab.goto(f"{served}/partenaires")
    expect(tab.locator(".map .land:not(.around)")).to_have_count(1)
    expect(tab.locator(".map .town").filter(has_text="Tarbes")).to_be_attached()
    check(tab)
    tab.locator(".map").get_by_role("link", name="Espace numérique, Lourdes").click()
    expect(tab.locator(CARD)).to_contain_text("aucune offre inscrite")
    expect(tab.locator(CARD)).to_be_focused()
    check(tab)
    tab.get_by_role("link", name="Fermer : Lourdes").click()
    expect(tab.locator(CARD)).to_have_count(0)
    if scripts:
        expect(tab.locator(".map").get_by_role("link", name="Espace numérique, Lourdes")).to_be_focused()

    tab.locator(".map").get_by_role("link", name="Tiers-lieu, Lannemezan").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator(CARD)).to_contain_text("Café du jeudi")
    tab.keyboard.press("Tab")
    expect(tab.locator(CARD).get_by_role("link", name="Tiers-lieu")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Tiers-lieu")

    tab.goto(f"{served}/partenaires?genre=cafe")
    expect(tab.locator(".map a")).to_have_count(1)
    expect(tab.locator(".places .item")).to_have_count(1)
    check(tab)
    assert {url.split("/")[2] for url in asked} == {served.split("/")[2]}, "nobody else is asked"


def test_the_list_stands_beside_the_map_when_there_is_room_and_before_it_on_a_phone(
    served: str, new_tab: Callable[..., Page]
) -> None:
    tab = new_tab()
    arrive(tab, SOPHIE, url=served)
    tab.goto(f"{served}/partenaires")
    places, drawing = tab.locator(".places").first, tab.locator("svg.map")
    left, right = places.bounding_box(), drawing.bounding_box()
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]
    tab.set_viewport_size({"width": 390, "height": 820})
    above, below = places.bounding_box(), drawing.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]

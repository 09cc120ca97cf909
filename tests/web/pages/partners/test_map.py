"""The ground of the map: the territory and its neighbours, towns by their size, sites; the card of a point."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.partners import catalogue
from pixflow.partners.listing import list_offer
from pixflow.place_import.outlines import middles
from tests.web.client import InspectingClient
from tests.web.pages.partners.conftest import NADIA, SOPHIE, listed
from tests.web.paths import House
from tests.web.tags import Tag, parsed
from web.pages.partners.map_ground import WIDTH, MapFrame, inhabitants

STEP = 50


def square(east: int, north: int) -> str:
    """Returns an outline of 50 steps a side: about five kilometres."""
    return f"{east} {north} {STEP} 0 0 {STEP} -{STEP} 0 0 -{STEP}"


OUTLINES = {
    "65440": square(0, 43200),  # Tarbes
    "65047": square(50, 43200),  # Aureilhan
    "65286": square(-50, 43100),  # Lourdes
    "65258": square(380, 43100),  # Lannemezan
    "65059": square(0, 43100),  # Bagnères-de-Bigorre, beside the territory
    "61214": square(600, 48700),  # L'Aigle
}
MIDDLES = middles(OUTLINES)
TERRITORY = ("65440", "65047", "65286", "65258")


@pytest.fixture
def ground(at_work: House) -> House:
    streams = {"catalogue": at_work.served.opened.stream("catalogue")}
    said = {"groupings": (), "communes": TERRITORY, "radius": 0, "sites": {"L’Aigle": "65258"}}
    at_work.says(SOPHIE, catalogue.state_territory, streams, **said)
    at_work.says(SOPHIE, catalogue.receive_outlines, streams, credit="IGN 2018", outlines=OUTLINES)
    return at_work


def at(name: str, code: str, town: str, moved: float = 0) -> PartnerDetails:
    north, east = MIDDLES[code]
    return PartnerDetails(name=name, commune=code, town=town, point=(north + moved, east))


def drawn(client: InspectingClient, address: str = "/partenaires") -> Tag:
    page: Tag = parsed(client.get(address).text.replace("\xa0", " "))
    return page


def test_the_territory_and_its_neighbours_are_drawn_and_nothing_further(ground: House) -> None:
    listed(ground, at("Médiathèque", "65440", "Tarbes"))
    listed(ground, at("Fablab de L’Aigle", "61214", "L’Aigle"))
    page = drawn(ground.client(NADIA))
    land = {one["class"]: one["d"].count("M") for one in page.select("svg.map path[class*=land]")}
    assert land == {"land": 4, "land around": 1}
    assert [one["aria-label"] for one in page.select("svg.map a")] == ["Médiathèque, Tarbes"]
    assert "Hors de la carte, et dans la liste : 1 lieu." in page.text
    assert "Fablab de L’Aigle" in page.text, "the list has it"
    assert "Contours : IGN 2018." in page.text


def test_the_largest_town_names_a_point_and_a_town_without_a_place_has_its_name(ground: House) -> None:
    for rank in range(3):
        beside = PartnerDetails(name=f"Aureilhan {rank}", commune="65047", town="Aureilhan", point=(43.24, 0.03))
        listed(ground, beside)
    listed(ground, at("Médiathèque", "65440", "Tarbes"))
    page = drawn(ground.client(NADIA))
    (point,) = page.select("svg.map a")
    assert point["aria-label"].startswith("4 lieux : Médiathèque, Aureilhan 0")
    names = {one.text: one["class"].split()[2:] for one in page.select("svg.map text.town")}
    assert names == {"Tarbes": ["large"], "Lourdes": [], "Lannemezan": []}
    assert inhabitants("65440") > inhabitants("65286") > inhabitants("65258")


def test_the_sites_are_flagged_and_said(ground: House) -> None:
    listed(ground, at("Médiathèque", "65440", "Tarbes"))
    page = drawn(ground.client(NADIA))
    assert [one["aria-label"] for one in page.select("svg.map .site")] == ["Votre site : L’Aigle"]
    assert "Drapeau : votre site (L’Aigle)." in page.text


def test_a_point_opens_a_card_that_leads_to_each_place_and_closes(ground: House) -> None:
    near, far = (
        listed(ground, at("Médiathèque", "65440", "Tarbes")),
        listed(ground, at("Tiers-lieu", "65258", "Lannemezan")),
    )
    twins = [listed(ground, at(f"Lieu {rank:02}", "65440", "Tarbes", 0.0001)) for rank in range(12)]
    client = ground.client(NADIA)
    links = {one["aria-label"]: one["href"] for one in drawn(client).select("svg.map a")}
    assert not drawn(client).select("#card")
    page = drawn(client, links["Tiers-lieu, Lannemezan"])
    assert page.select_one("#card h3").text == "Lannemezan"
    assert [one["href"] for one in page.select("#card .plain a")] == [f"/partenaires/{far}"]
    assert page.select_one("svg.map a[aria-current]")["aria-label"] == "Tiers-lieu, Lannemezan"
    assert not drawn(client, page.select_one("#card .actions a")["href"]).select("#card")
    for stream in (near, twins[11]):
        card = drawn(client, f"/partenaires?lieu={stream}").select_one("#card")
        assert card.select_one("h3").text == "13 lieux, à Tarbes ou tout près"
        assert len(card.select(".plain")) == 10
        assert "3 autres lieux sont dans la liste." in card.text


def test_the_points_and_the_card_of_an_earlier_day_stay_on_that_day(ground: House) -> None:
    stream = listed(ground, at("Médiathèque", "65440", "Tarbes"))
    day = ground.today
    ground.day(day + timedelta(7))
    page = drawn(ground.client(SOPHIE), f"/partenaires?lieu={stream}&au={day}")
    asked = [one["hx-get"] for one in page.select("main [hx-get]")]
    assert len(asked) == len(["the point", "the card's end"])
    assert [address for address in asked if f"au={day}" not in address] == []


def test_the_map_of_an_earlier_day_has_its_ground(ground: House) -> None:
    listed(ground, at("Médiathèque", "65440", "Tarbes"))
    day = ground.today
    land = "svg.map [class*=land], svg.map .town"
    now = len(drawn(ground.client(SOPHIE)).select(land))
    ground.day(day + timedelta(7))
    ground.served.tick()
    for clock in ("", "&horloge=vrai"):
        page = drawn(ground.client(SOPHIE), f"/partenaires?au={day}{clock}")
        assert len(page.select(land)) == now > 1
        assert "Contours : IGN 2018." in page.text


def test_the_filter_by_offer_filters_the_map_and_keeps_its_card(ground: House) -> None:
    stream = listed(ground, at("Tiers-lieu", "65258", "Lannemezan"))
    listed(ground, at("Médiathèque", "65440", "Tarbes"))
    terms = OfferTerms(label="Café du jeudi", kind="cafe")
    ground.says(SOPHIE, list_offer, {"partner": stream}, offer=uuid4(), terms=terms)
    page = drawn(ground.client(NADIA), "/partenaires?genre=cafe")
    (point,) = page.select("svg.map a")
    assert point["href"] == f"/partenaires?genre=cafe&p=1&lieu={stream}#card"
    assert "Café du jeudi" in drawn(ground.client(NADIA), point["href"]).select_one("#card").text


@pytest.mark.parametrize("place", ["", "nobody", "65258", "%00", "x" * 3000])
def test_the_card_of_a_place_that_is_not_on_the_map_stays_shut(ground: House, place: str) -> None:
    listed(ground, at("Médiathèque", "65440", "Tarbes"))
    assert not drawn(ground.client(NADIA), f"/partenaires?lieu={place}").select("#card")


POINTS = st.tuples(st.floats(-23, 51), st.floats(-63, 56))


@given(st.lists(POINTS, min_size=1, max_size=6), st.floats(0, 100))
def test_a_frame_has_its_points_and_is_no_larger_than_the_drawing(
    points: list[tuple[float, float]], around: float
) -> None:
    frame = MapFrame(points, around)
    assert all(frame.has(point) for point in points)
    assert 0 < frame.height <= WIDTH
    length, units = frame.scale()
    assert 0 < units <= WIDTH / 3 or length == 1

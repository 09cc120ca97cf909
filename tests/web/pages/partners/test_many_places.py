"""Partenaires with 520 places of a file, on both stores: imported on the web, paged, found, filtered, drawn."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pixflow.events.values import OfferTerms
from pixflow.partners import listing
from projections import partners
from tests.open_data.samples import inclusion_geojson, inclusion_json, mediation, mediation_json
from tests.open_data.test_reader import ROWS
from tests.postgres import Cluster
from tests.web.client import InspectingClient
from tests.web.pages.partners.conftest import SOPHIE
from tests.web.paths import House, house
from tests.web.pressing import sent_by
from tests.web.tags import Tag, parsed
from tests.web.taken import issued, sheets, taken

MONDAY = date(2026, 6, 15)
IMPORT = "/partenaires/import"
TOWNS = (("L'Aigle", "61300", "61214", 48.763, 0.628), ("Rai", "61270", "61342", 48.749, 0.587))
PLACES = 520


def place(number: int) -> dict[str, str]:
    """Returns a place: one of three in Rai, one of four old, one of five with a programme, one of ten without hours."""
    name, postal_code, code, north, east = TOWNS[number % 3 == 0]
    return {
        "id": str(number),
        "nom": f"Lieu {number:03}",
        "pivot": "",
        "commune": name,
        "code_postal": postal_code,
        "code_insee": code,
        "adresse": f"{number} rue des Tanneurs",
        "telephone": f"+332330{number:05}",
        "latitude": str(north),
        "longitude": str(east),
        "date_maj": "2023-01-02" if number % 4 == 0 else "2026-05-12",
        "dispositif_programmes_nationaux": "France Services" if number % 5 == 0 else "",
        "horaires": "" if number % 10 == 0 else "Mo-Fr 08:00-20:00",
    }


FILE = mediation(*map(place, range(PLACES)))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def at_work(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    cluster: Cluster | None = request.getfixturevalue("postgres") if request.param == "postgres" else None
    with pytest.MonkeyPatch.context() as environment:
        url = cluster.create_database() if cluster else ""
        environment.setenv("PIXFLOW_DATABASE_URL", url)
        with house(tmp_path_factory.mktemp("places"), MONDAY) as made:
            where = previewed(referent := made.client(SOPHIE), FILE)
            assert figures(referent, where) == {"nouveaux lieux": PLACES}
            recorded = referent.post(where, data=choices(referent, where))
            assert figures(referent, recorded.headers["location"]) == {"partenaires inscrits": PLACES}
            yield made
        if cluster:
            cluster.drop_database(url)


def previewed(client: InspectingClient, data: bytes) -> str:
    answer = client.post(IMPORT, files={"places": ("lieux", data)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def choices(client: InspectingClient, where: str) -> dict[str, Any]:
    return dict(sent_by(client.get(where).text, "form.portfolio"))


def figures(client: InspectingClient, where: str) -> dict[str, int]:
    """Returns the numbers of a preview by their words."""
    page = client.get(where)
    assert page.status_code == 200
    said = [one.text.replace("\xa0", "") for one in parsed(page.text).select(".figures li:not(.none)")]
    return {words: int(number) for number, _, words in (one.partition(" ") for one in said)}


def text(client: InspectingClient, address: str) -> str:
    return " ".join(client.get(address).text.replace("\xa0", " ").split())


def rows(page: Tag) -> list[str]:
    return [one.text.strip() for one in page.select(".places .item-who")]


def test_each_place_stands_on_one_page_of_fifty_under_its_commune(referent: InspectingClient) -> None:
    seen, address, pages = list[str](), "/partenaires", 0
    while address:
        page = parsed(referent.get(address).text)
        seen += (shown := rows(page))
        assert len(shown) <= 50
        headings = {" ".join(one.text.split()) for one in page.select("section:not(:has(svg)) > h2")}
        assert headings <= {"L’Aigle 346 partenaires", "Rai 174 partenaires"}
        following = page.select_one("a[rel=next]")
        address, pages = (str(following["href"]) if following else ""), pages + 1
    assert (len(seen), len(set(seen)), pages) == (PLACES, PLACES, 11)
    assert rows(parsed(referent.get("/partenaires?p=99").text)) == seen[500:]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("q=lieu+01", 10),
        ("q=RAÏ", 174),
        ("q=017+aigle", 1),
        ("q=017+rai", 0),
        ("q=introuvable", 0),
        ("q=%3F", 0),
        ("fraicheur=old", 130),
        ("fraicheur=old&label=France+Services", 26),
        ("label=aucun&q=rai", 139),
        ("genre=aucun", PLACES),
        ("genre=cafe", 0),
        ("fraicheur=strange", 0),
        ("ouvert=oui", 468),
        ("ouvert=non&q=rai", 18),
        ("etat=suggested", 0),
    ],
)
def test_the_search_and_the_filters_count_what_they_find(referent: InspectingClient, asked: str, count: int) -> None:
    page = referent.get(f"/partenaires?{asked}")
    said = parsed(page.text).select_one(".head p").text.replace("\xa0", " ")
    assert int(said.split(" ")[0].replace("aucun", "0").replace("Aucun", "0")) == count, said
    assert len(rows(parsed(page.text))) == min(count, 50)


def test_a_menu_says_what_each_filter_finds_with_the_others(referent: InspectingClient) -> None:
    page = parsed(referent.get("/partenaires?q=rai&fraicheur=old").text)
    links = {" ".join(one.text.replace("\xa0", " ").split()): one["href"] for one in page.select(".facet a")}
    for words, href in links.items():
        if found := re.search(r" (\d+)$", words):
            assert f"{found[1]} partenaire" in text(referent, href), words
    assert {"France Services 9", "Sans programme 35", "À jour (6 mois) 130"} <= set(links)


def test_a_partner_of_two_kinds_of_offers_counts_once_under_its_programme(
    at_work: House, referent: InspectingClient
) -> None:
    with at_work.served.read().database.connect() as connection:
        stream: UUID = partners.find_by_name(connection, ["lieu 005"])["lieu 005"]
    for kind in ("digital", "cafe"):
        terms = OfferTerms(label=kind, kind=kind)
        at_work.says(SOPHIE, listing.list_offer, {"partner": stream}, offer=uuid4(), terms=terms)
    assert "1 partenaire, avec ces filtres" in text(referent, "/partenaires?genre=cafe&label=France+Services")
    at_work.says(SOPHIE, listing.delist_partner, {"partner": stream}, reason="closed")
    assert "Aucun partenaire avec ces filtres" in text(referent, "/partenaires?genre=cafe")
    assert "Lieu 005" in text(referent, "/partenaires?etat=delisted&q=005")
    at_work.says(SOPHIE, listing.relist_partner, {"partner": stream})


def test_the_map_of_many_places_draws_their_communes_and_that_of_few_each_place(referent: InspectingClient) -> None:
    points = parsed(referent.get("/partenaires?p=8").text).select("svg.map a")
    assert [one["aria-label"].replace("\xa0", " ") for one in points] == ["346 lieux : L’Aigle", "174 lieux : Rai"]
    assert [one["href"] for one in points] == [f"/partenaires?p=8&lieu={code}#card" for code in ("61214", "61342")]
    card = parsed(referent.get("/partenaires?lieu=61214").text).select_one("#card")
    assert {one.text.strip(): one["href"] for one in card.select("li a")} == {"L’Aigle": "/partenaires?q=L%27Aigle"}
    few = parsed(referent.get("/partenaires?q=lieu+01").text).select("svg.map a")
    assert [one["aria-label"].replace("\xa0", " ") for one in few] == [
        "7 lieux : Lieu 010, Lieu 011, Lieu 013, Lieu 014, Lieu 016, Lieu 017, Lieu 019",
        "3 lieux : Lieu 012, Lieu 015, Lieu 018",
    ]


WRITERS = st.sampled_from([mediation, mediation_json, inclusion_json, inclusion_geojson])


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate])
@given(WRITERS, ROWS)
def test_a_damaged_file_is_previewed_or_refused_and_no_row_of_it_is_lost(
    at_work: House, write: Callable[..., bytes], damaged: list[dict[str, str]]
) -> None:
    """Each row is counted once; a row without damage comes last, so that the columns are known."""
    client = at_work.client(SOPHIE)
    answer = client.post(IMPORT, files={"places": ("lieux", write(*damaged, {}))})
    assert answer.status_code in (303, 422)
    if answer.status_code == 303:
        found = figures(client, answer.headers["location"])
        assert sum(number for words, number in found.items() if not words.startswith("disparu")) == len(damaged) + 1


def test_the_file_has_every_partner_found_and_keeps_no_searched_text(
    at_work: House, referent: InspectingClient
) -> None:
    rows = taken(referent, "/partenaires?q=rai&fraicheur=old")
    assert len(rows) == 44
    assert {row["Commune"] for row in rows} == {"Rai"}
    assert list(rows[0])[:4] == ["Nom", "Adresse", "Code postal", "Commune"]
    said = sheets(referent.get("/partenaires.xlsx?q=rai&fraicheur=old"))[1]
    assert " ".join(str(said["Filtres"]).split()).startswith("Inscrits · Recherche : rai · Fiche : ")
    assert issued(at_work)[-1][1].filters == (("q", ""), ("fraicheur", "old"))
    assert taken(referent, "/partenaires?q=zanzibar") == []

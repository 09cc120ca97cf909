"""One number wherever it stands, for each person of both structures: in the rail, on pages, in files, in a report."""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import StringIO
from typing import Any, get_args
from uuid import uuid4

import pytest

from pixflow.documents.small_numbers import FEWEST
from pixflow.events.values import Role
from pixflow.indicators.catalogue import EVERY, INDICATORS
from tests.web.client import words
from tests.web.samples.teams import Person, Team, demonstrations, number, said
from web.french.typography import upper_first
from web.http.addresses import SIZE

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
HERE = "/indicateurs"
WHOLE = re.compile("etat=(among|stuck)|conseiller=")
"""In the address of a number: it counts a whole, or the load of an advisor."""
OWN_ROWS = "#queue > .group:not([aria-labelledby=piles], [aria-labelledby=en-attente], .resting) > .items > .item"


@pytest.fixture(scope="module")
def teams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Team]]:
    with demonstrations(tmp_path_factory.mktemp("demo"), NOW) as both:
        yield both


@pytest.fixture(params=[0, 1], ids=["L'Aigle-Mortagne", "Hautes-Pyrénées"])
def team(request: pytest.FixtureRequest, teams: list[Team]) -> Team:
    place: int = request.param
    return teams[place]


def test_every_role_is_there_and_a_deputy(teams: list[Team]) -> None:
    assert {role for team in teams for one in team.people for role in one.roles} == set(get_args(Role))
    assert max(len(team.covered(one)) for team in teams for one in team.people) == 2


def test_every_counter_of_the_rail_is_that_of_its_page(team: Team) -> None:
    counted = {href for who in team.people for href, count in who.rail.items() if count is not None}
    assert counted == {"/boite", "/dossiers", "/ateliers", "/resultats"}
    for who in team.people:
        for href, count in who.rail.items():
            page = who.page(href)
            assert [link["href"] for link in page.select("#rail a[aria-current]")] == [href]
            if href == "/dossiers":
                assert count == said(page, "dossiers?") == len(who.file("/dossiers.csv")), who.name
                assert count == len(who.rows(href, "tr.item")), who.name
            elif href == "/resultats":
                assert count == results(who, page)
            elif href == "/ateliers":
                assert count == to_see_to(who, page), who.name


def results(who: Person, page: Any) -> int:
    """Returns how many results wait, once each board has as many entries and lines as it says."""
    told: list[int] = []
    for board, entries in (("a-rapprocher", ".entry"), ("a-transmettre", ".entry"), ("transmis", "")):
        told.append(number(page.select_one(f"#{board} h2").text))
        assert told[-1] == len(who.file(f"/resultats/{board}.csv"))
        assert not entries or told[-1] == len(page.select(f"#{board} {entries}"))
    return told[0] + told[1]


def to_see_to(who: Person, page: Any) -> int:
    """Returns how many workshops somebody must mark, and how many seats and calls for help wait for them.

    The list has the workshops of the whole house: one's own stand behind « Les miens ».
    """
    assert said(page, "ateliers? à venir") == len(who.file("/ateliers.csv")) == len(page.select(".items > .item"))
    assert said(page, "à traiter pour vous") == who.rail["/ateliers"], who.name
    mine = [who.page(f"/ateliers?miens=1&quand={when}") for when in ("to-come", "past")]
    return sum(len(one.select("a[href$='/presence']")) for one in mine) + len(page.select(".notice"))


def test_every_number_of_mon_activite_but_zeros_is_as_long_as_its_list_and_its_file(team: Team) -> None:
    for who in team.of("advisor"):
        numbers = {href: one for href, one in who.numbers("/mon-activite").items() if one[1]}
        all_agree(who, {**numbers, "/mon-activite/I18?etat=among": ("", team.loads[who.name][0])})


def all_agree(who: Person, numbers: Mapping[str, tuple[str, int]]) -> None:
    """Asserts that a number, the heading of its list and the rows are one; so is the file of a whole, or of an advisor.

    The files come after the pages: each is a new fact, after which pages are counted anew.
    """
    for href, (label, count) in numbers.items():
        page = who.page(href)
        assert number(page.select_one("#liste small").text) == count, (who.name, label, href)
        assert len(page.select("#liste ~ table tbody tr")) == min(count, SIZE), (who.name, label, href)
    for href, (label, count) in numbers.items():
        if count and WHOLE.search(href):
            assert len(who.file(href.replace("?", "/liste.csv?"))) == count, (who.name, label, href)


def test_every_number_of_indicateurs_is_as_long_as_its_list_and_its_file(team: Team) -> None:
    """Those of the first screen and of the page of each figure: of months the last one, of parts those not zero."""
    (direction,) = team.of("manager")
    first = direction.numbers(HERE)
    for reader in team.of("referent") + team.of("auditor"):
        assert reader.numbers(HERE) == first, reader.name
    numbers = dict(first)
    for id in EVERY:
        for href, (label, count) in direction.numbers(f"{HERE}/{id}").items():
            assert numbers.setdefault(href, (label, count))[1] == count, (id, label)
    assert {href.removeprefix(f"{HERE}/").partition("?")[0] for href in numbers} == EVERY.keys()
    told = {href: one for href, one in numbers.items() if "mois=" not in href or f"{NOW:%Y-%m}" in href}
    all_agree(direction, {href: one for href, one in told.items() if one[1] or WHOLE.search(href)})


def test_files_and_a_report_tell_the_numbers_of_the_pages_or_a_true_bound(team: Team) -> None:
    """Small numbers are hidden on purpose in what leaves the house, and whatever would tell them."""
    (direction,) = team.of("manager")
    whole = figures(direction, f"{HERE}.csv")
    assert {row["Indicateur"] for row in whole} == {one.id for one in INDICATORS}
    for one in INDICATORS:
        links = direction.numbers(f"{HERE}/{one.id}", "section[aria-labelledby=numbers]").values()
        shown = {label.rstrip(" :\N{NO-BREAK SPACE}"): count for label, count in links}
        counted, among = list(shown.values())[:2]
        for rows in ([row for row in whole if row["Indicateur"] == one.id],
                     figures(direction, f"{HERE}/{one.id}/tableau.csv")):  # fmt: skip
            assert is_true(rows[0]["Nombre"], counted), one.id
            assert is_true(rows[0]["Sur"], among), one.id
            for row in rows[1:]:
                name = upper_first(row["Partie"]) + ", conformes" if one.id == "I24" else row["Partie"]
                assert is_true(row["Nombre"], shown[name]), (one.id, name)
    given = direction.client.post(f"{HERE}/rapports", data={
        "command_id": str(uuid4()), "title": "Dialogue de gestion", "day": f"{NOW:%Y-%m-%d}",
    })  # fmt: skip
    report = direction.page(given.headers["location"]).select("#report tbody tr")
    assert [[words(cell.text) for cell in row.select("td")] for row in report] == [
        [words(f"{row['Nombre']} / {row['Sur']}" + (f" ({row['Part']})" if row["Part"] else "")), "pareil"]
        for row in whole
    ]


def figures(who: Person, path: str) -> list[dict[str, str]]:
    """Returns the rows of a file of figures, below what it says of itself."""
    text = who.client.get(path).text
    return list(csv.DictReader(StringIO(text[text.index("Indicateur;") :]), delimiter=";"))


def is_true(told: str, count: int) -> bool:
    """Tells if a number that leaves the house is that of the page, or a bound of it; a small one never is told."""
    if told == "masqué":
        return True
    if told.startswith("<"):
        return 0 < count < FEWEST
    if told.endswith("ou plus"):
        return count >= number(told) >= FEWEST
    return number(told) == count and (count == 0 or count >= FEWEST)

"""One number wherever it stands, for each person of both structures: in the rail, on pages, in files, in a report."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from io import StringIO
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest

from pixflow.documents.small_numbers import FEWEST
from pixflow.events.values import Role
from pixflow.indicators.catalogue import EVERY, INDICATORS
from tests.web.client import LocalClient, words
from tests.web.tags import parsed
from tests.web.taken import table
from web.app import create_app
from web.desk.dependencies import COOKIE
from web.french.typography import upper_first
from web.hosting.host import open_host
from web.http.addresses import SIZE
from web.samples import demo

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
HERE = "/indicateurs"
WHOLE = re.compile("etat=(among|stuck)|conseiller=")
"""In the address of a number: it counts a whole, or the load of an advisor."""
OWN_ROWS = "#queue > .group:not([aria-labelledby=piles], [aria-labelledby=en-attente], .resting) > .items > .item"


def number(text: str) -> int:
    """Returns the number in a text, 0 for none."""
    return int("0" + re.sub(r"\D", "", text))


def said(page: Any, pattern: str) -> int:
    """Returns the number that the heading of a page says so."""
    found = re.search(rf"(\d+) {pattern}", words(str(page.select_one(".head p"))).replace("\N{NO-BREAK SPACE}", " "))
    return int(found[1]) if found else 0


@dataclass
class Person:
    """Somebody of a structure, in a browser that does not inspect: the pages are many."""

    id: UUID
    name: str
    roles: frozenset[Role]
    client: LocalClient

    def page(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, (self.name, path)
        return parsed(answer.text)

    def rows(self, path: str, selector: str) -> list[Any]:
        """Returns what a selector finds on every page of a list."""
        page = self.page(path)
        following = page.select_one(".pager a[rel=next]")
        return [*page.select(selector), *(self.rows(following["href"], selector) if following else ())]

    def file(self, path: str) -> list[dict[str, str]]:
        return table(self.client.get(path))

    @cached_property
    def rail(self) -> dict[str, int | None]:
        links = self.page("/equipe").select("#rail a")
        return {link["href"]: number(link.select_one(".count").text) if link.select_one(".count") else None
                for link in links}  # fmt: skip

    @cached_property
    def tasks(self) -> list[dict[str, str]]:
        """The rows of their box, those of whom they deputise for included; none without a box."""
        return self.file("/boite.csv") if "/boite" in self.rail else []

    def numbers(self, path: str, within: str = "main") -> dict[str, tuple[str, int]]:
        """Returns the numbers of a page that lead to their list, by its address: their words, and the number."""
        links = self.page(path).select(f"{within} a[href*='etat='][aria-label]")
        parts = ((link["href"], link["aria-label"].removesuffix(", mois incomplet").rpartition(" ")) for link in links)
        return {href: (label, number(count)) for href, (label, _, count) in parts}


@dataclass
class Team:
    people: Sequence[Person]

    def of(self, role: Role) -> list[Person]:
        return [one for one in self.people if role in one.roles]

    @cached_property
    def loads(self) -> dict[str, tuple[int, int, int]]:
        """The dossiers of each person, their tasks, and those past their day, as Équipe says."""
        rows = self.people[0].file("/equipe.csv")
        return {row["Nom"]: (int(row["Dossiers"]), int(row["À faire"]), int(row["En retard"])) for row in rows}

    def covered(self, who: Person) -> list[str]:
        """Returns the names of those whose dossiers somebody sees to: their own, and whom they deputise for."""
        absent = who.page("/equipe").select_one(".acting-for")
        return [one.name for one in self.people if one is who or (absent and one.name in absent.text)]


@pytest.fixture(scope="module")
def teams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Team]]:
    folder = tmp_path_factory.mktemp("demo")
    slugs = demo.build(folder, NOW)
    with open_host(folder, demo=True, clock=lambda: NOW) as host:
        app = create_app(host)

        def person(slug: str, id: UUID) -> Person:
            member = host.structures[slug].refs.team[id]
            client = LocalClient(app, follow_redirects=False)
            client.cookies.set(COOKIE, f"{slug}/{id}")
            return Person(id, member.name, member.roles_on(NOW.date()), client)

        yield [Team([person(slug, id) for id in host.structures[slug].refs.team]) for slug in slugs]


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
    mine = [who.page(f"/ateliers?miens=1&quand={when}") for when in ("to-come", "past")]
    return sum(len(one.select("a[href$='/presence']")) for one in mine) + len(page.select(".notice"))


def test_the_box_has_what_the_rail_the_files_and_mon_activite_count(team: Team) -> None:
    for who in team.people:
        if "/boite" not in who.rail:
            assert who.client.get("/boite.csv").status_code == 403, who.name
            continue
        page = who.page("/boite")
        todo, late, waiting = said(page, "à faire"), said(page, "en retard"), said(page, "en attente")
        piles = page.select(".pile-line")
        assert who.rail["/boite"] == todo + waiting, who.name
        assert todo == len(who.tasks) + len(piles)
        assert len(who.tasks) == len(page.select(OWN_ROWS))
        assert late == late_ones(who.tasks) + len(page.select(".pile-line .due.late"))
        assert waiting == len(who.file("/boite/en-attente.csv")) == len(page.select("#en-attente ~ .items > .item"))
        for pile in piles:  # a pile is one thing to do, however many tasks it has
            path = f"/boite?pile={pile['id'].removeprefix('pile-')}"
            held = len(who.file(path.replace("?", ".csv?")))
            assert number(pile.a.text) == held == len(who.rows(path, ".items > .item"))
        if "advisor" in who.roles:
            own = who.page("/mon-activite")
            assert (said(own, "à faire"), said(own, "en retard")) == (todo, late)


def late_ones(tasks: Sequence[dict[str, str]]) -> int:
    return sum(one["En retard"] == "oui" for one in tasks)


def test_the_loads_of_equipe_are_the_boxes_and_the_dossiers(team: Team) -> None:
    """A box has the tasks of whom one deputises for, too; a pile belongs to nobody."""
    shown = {row.th.text.strip(): tuple(number(cell.text) for cell in row.select("td.number"))
             for row in team.people[0].page("/equipe").select("tr[id^='personne-']")}  # fmt: skip
    assert shown == team.loads
    for who in team.people:
        covered = [team.loads[name] for name in team.covered(who)]
        assert (len(who.tasks), late_ones(who.tasks)) == tuple(sum(one[place] for one in covered) for place in (1, 2))
        if who.tasks:
            own = who.file(f"/boite.csv?pour={who.id}")
            assert (len(own), late_ones(own)) == team.loads[who.name][1:], who.name
        if "advisor" in who.roles:
            assert who.rail["/dossiers"] == sum(dossiers for dossiers, *_ in covered), who.name


def test_the_loads_of_indicateurs_are_the_dossiers_and_what_is_owed_in_them(team: Team) -> None:
    """They go by who follows a dossier. Équipe goes by who has a task: a workshop to mark counts, a pile does not."""
    (direction,) = team.of("manager")
    both = direction.file("/dossiers.csv"), direction.file("/dossiers.csv?etat=closed")
    opened, closed = ({(f"{one['Nom']} {one['Prénom']}", one["Téléphone"]): one["Suivi par"] for one in file}
                      for file in both)  # fmt: skip
    followed, owed = {**closed, **opened}, Counter[tuple[str, str]]()
    for one in (task for who in team.people for task in every_task(who)):
        if (young := (one["Nom"], one["Téléphone"])) in followed:
            owed[followed[young], one["En retard"]] += 1
    rows = direction.page(HERE).select("#loads ~ table tbody tr")
    found = {row.th.text.strip(): tuple(number(cell.text) for cell in row.select("td")) for row in rows}
    assert len(both[0]) == sum(dossiers for dossiers, *_ in found.values()) == direction.rail["/dossiers"]
    nobodys = found.pop("personne", None)
    for name, (dossiers, tasks, late) in found.items():
        assert dossiers == list(opened.values()).count(name) == team.loads[name][0]
        assert (tasks, late) == (owed[name, "oui"] + owed[name, "non"], owed[name, "oui"]), name
    if nobodys:  # of a dossier of nobody, one task is in a pile, to assign it; the others wait for its advisor
        assert nobodys[0] == sum(owed["sans conseiller·ère", late] for late in ("oui", "non")) < nobodys[1]


def every_task(who: Person) -> list[dict[str, str]]:
    """Returns the tasks that somebody has, and those of the piles of their role."""
    if "/boite" not in who.rail:
        return []
    piles = [one["id"].removeprefix("pile-") for one in who.page("/boite").select(".pile-line")]
    paths = [f"/boite.csv?pour={who.id}", *(f"/boite.csv?pile={pile}" for pile in piles)]
    return [task for path in paths for task in who.file(path)]


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

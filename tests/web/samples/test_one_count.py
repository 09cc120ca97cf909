"""One number of what waits, and of who is certifiable, in every place, for everybody of both structures, thrice."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from pixflow import tasks
from pixflow.dossier.state import Dossier
from tests.web.client import words
from tests.web.samples.teams import Person, Team, demonstrations, number, said
from tests.web.samples.test_same_numbers import figures, is_true
from web.hosting import notices

HERE = "/indicateurs"
MOMENTS = {
    "a Wednesday in March": datetime(2026, 3, 18, 15, 30, tzinfo=UTC),
    "a Monday in March": datetime(2026, 3, 16, 7, tzinfo=UTC),
    "a Wednesday in December": datetime(2026, 12, 2, 10, tzinfo=UTC),
}
OWN_ROWS = "#queue > .group:not([aria-labelledby=piles], [aria-labelledby=en-attente], .resting) > .items > .item"
FOR_THE_TEAM = "(?:à faire )?pour l\N{RIGHT SINGLE QUOTATION MARK}équipe"
Count = tuple[int, int]
"""Tasks, and those of them past their day."""


@pytest.fixture(scope="module", params=MOMENTS)
def teams(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Team]]:
    with ExitStack() as stack:
        yield stack.enter_context(demonstrations(tmp_path_factory.mktemp("demo"), MOMENTS[request.param]))


@pytest.fixture(params=[0, 1], ids=["L'Aigle-Mortagne", "Hautes-Pyrénées"])
def team(request: pytest.FixtureRequest, teams: list[Team]) -> Team:
    place: int = request.param
    return teams[place]


def count(rows: Sequence[dict[str, str]]) -> Count:
    return len(rows), sum(row["En retard"] == "oui" for row in rows)


def total(counts: Sequence[Count]) -> Count:
    return sum(n for n, _ in counts), sum(late for _, late in counts)


def piles(who: Person) -> dict[str, Count]:
    """Returns the piles of their roles, by kind, once the page, the list and the file of each have as many tasks."""
    found = {}
    for pile in who.page("/boite").select(".pile-line"):
        kind = pile["id"].removeprefix("pile-")
        found[kind] = count(who.file(f"/boite.csv?pile={kind}"))
        listed = who.rows(f"/boite?pile={kind}", ".items > .item")
        assert number(pile.a.text) == found[kind][0] == len(listed), (who.name, kind)
    return found


def digests(team: Team) -> dict[str, Count]:
    """Returns what the e-mail of the morning tells each person, in its subject and in the sum of its lines."""
    engine, told = team.served.engine, {}
    due = notices.due_by_day(engine, team.served.read(), "http://127.0.0.1")
    for one in (one for one in due if one.kind == "digest"):
        (who,) = (person for person in team.people if person.id == one.person)
        subject, text = (told_.replace("\N{NO-BREAK SPACE}", " ") for told_ in (one.subject, one.text))
        found = re.search(r"(\d+) tâches? à faire(?:, dont (\d+) en retard)?", subject)
        told[who.name] = (int(found[1]), int(found[2] or 0)) if found else (0, 0)
        lines = re.findall(r"^- (\d+) .*?(?:, dont (\d+) en retard)? : http\S+(?<!#en-attente)$", text, re.MULTILINE)
        assert total([(int(n), int(late or 0)) for n, late in lines]) == told[who.name], who.name
    return told


def test_what_is_to_do_is_one_number_in_the_box_the_rail_the_email_and_mon_activite(team: Team) -> None:
    """It is what stands in one's name, or in the name of whom one deputises for, and what one's roles owe."""
    mails, steered = digests(team), 0
    for who in team.people:
        if "/boite" not in who.rail:
            assert who.client.get("/boite.csv").status_code == 403, who.name
            assert who.name not in mails
            continue
        page, of_roles = who.page("/boite"), piles(who)
        told = said(page, "à faire"), said(page, "en retard")
        assert told == total([count(who.tasks), *of_roles.values()]), who.name
        assert who.rail["/boite"] == told[0], who.name
        assert len(who.tasks) == len(page.select(OWN_ROWS))
        heading = page.select_one("#piles")
        steers = said(page, FOR_THE_TEAM)
        assert steers == (number(heading.text) if heading else 0) == total(list(of_roles.values()))[0]
        waiting = said(page, "en attente")
        assert waiting == len(who.file("/boite/en-attente.csv")) == len(page.select("#en-attente ~ .items > .item"))
        if who.name in mails:
            assert mails[who.name] == told, who.name
        else:
            assert team.served.refs.team[who.id].absence(team.now.date()) or told[0] + waiting == 0, who.name
        if "advisor" in who.roles:
            own = who.page("/mon-activite")
            assert (said(own, "à faire"), said(own, "en retard")) == told, who.name
        steered += bool(of_roles)
    assert mails, "on a working day"
    assert steered, "somebody has piles"


def test_what_stands_in_a_name_is_one_number_in_equipe_indicateurs_the_boxes_and_their_files(team: Team) -> None:
    direction = team.of("manager")[0]
    shown = {row.th.text.strip(): tuple(number(cell.text) for cell in row.select("td.number"))
             for row in team.people[0].page("/equipe").select("tr[id^='personne-']")}  # fmt: skip
    assert shown == team.loads
    rows = direction.page(HERE).select("#loads ~ table tbody tr")
    charge = {row.th.text.strip(): tuple(number(cell.text) for cell in row.select("td")) for row in rows}
    links = {row.th.text.strip(): [link["href"] for link in row.select("td a")] for row in rows}
    nobody = charge.pop("personne en particulier", (0, 0, 0))
    assert charge == {name: load for name, load in team.loads.items() if any(load[:2])}
    for name, load in charge.items():
        for path, n in zip(links[name], load, strict=True):
            assert number(direction.page(path).select_one("#liste small").text) == n, (name, path)
            assert len(direction.file(path.replace("?", "/liste.csv?"))) == n, (name, path)
    for who in team.people:
        load = team.loads[who.name]
        member = words(str(direction.page(f"/equipe/{who.id}").main)).replace("\N{NO-BREAK SPACE}", " ")
        assert (f"{load[1]} tâche" in member) == bool(load[1]), who.name
        covered = [team.loads[name] for name in team.covered(who)]
        if "/boite" in who.rail:
            assert count(who.tasks) == total([one[1:] for one in covered]), who.name
            assert count(who.file(f"/boite.csv?pour={who.id}")) == load[1:], who.name
        else:
            assert load == (0, 0, 0), who.name
        if "advisor" in who.roles:
            assert who.rail["/dossiers"] == sum(dossiers for dossiers, *_ in covered), who.name
    by_kind = {kind: n for who in team.people if "/boite" in who.rail for kind, n in piles(who).items()}
    assert nobody[1:] == total([*by_kind.values(), unowned(team)])


def dossiers(team: Team) -> list[Dossier]:
    engine = team.served.engine
    opened = {one.originator_id for one in engine.read(0, engine.head()) if one.event.TOPIC == "dossier.DossierOpened"}
    return list(engine.states("dossier", opened).values())


def unowned(team: Team) -> Count:
    """Returns what waits for an advisor in the dossiers that nobody follows: no role owes it."""
    today = team.now.date()
    owed = [
        task
        for dossier in dossiers(team)
        if dossier.advisor is None
        for task in tasks.of_dossier(dossier, team.served.refs)
        if task.role == "advisor" and task.is_visible(today) and not (task.snoozed_until and task.snoozed_until > today)
    ]
    return len(owed), sum(task.due < today for task in owed)


# --- certifiable


def test_who_is_certifiable_is_one_number_in_the_tasks_the_figures_the_files_and_a_report(team: Team) -> None:
    (direction,) = team.of("manager")
    everybody = dossiers(team)
    names = [f"{one.first_name} {one.last_name}" for one in everybody if one.diagnostic.certifiable]
    assert names
    assert {f"{one.first_name} {one.last_name}" for one in everybody if is_to_propose(team, one)} <= set(names)
    assert sorted(row["Qui"] for row in direction.file(f"{HERE}/I12/liste.csv?etat=among")) == sorted(names)
    ((page, *_),) = [
        [n for label, n in direction.numbers(f"{HERE}/I12").values() if label.startswith("Jeunes certifiables")]
    ]
    assert page == len(names)
    told = of_certification(direction)
    assert is_true(told["csv"], len(names))
    assert told["csv"] == told["xlsx"]
    given = direction.client.post(
        f"{HERE}/rapports", data={"command_id": str(uuid4()), "title": "Certification", "day": f"{team.now:%Y-%m-%d}"}
    )
    rows = direction.page(given.headers["location"]).select("#report tbody tr")
    (reported,) = [row for row in rows if "Certification Pix" in row.text]
    assert words(str(reported.select_one("td"))).partition(" / ")[2].startswith(told["csv"])


def is_to_propose(team: Team, one: Dossier) -> bool:
    return any(task.kind == "propose-certification" for task in tasks.of_dossier(one, team.served.refs))


def of_certification(who: Person) -> dict[str, str]:
    """Returns among how many I12 counts, as each file of all figures says."""
    (sheet,) = load_workbook(BytesIO(who.client.get(f"{HERE}.xlsx").content)).worksheets
    rows = list(sheet.values)
    titles = next(n for n, row in enumerate(rows) if "Indicateur" in row)
    book: list[Any] = [dict(zip(rows[titles], row, strict=True)) for row in rows[titles + 1 :]]
    text: list[Any] = figures(who, f"{HERE}.csv")
    found = {
        kind: [row for row in rows if row["Indicateur"] == "I12"] for kind, rows in (("csv", text), ("xlsx", book))
    }
    return {kind: str(rows[0]["Sur"]) for kind, rows in found.items()}

"""Each kind of task: its row says its due day, its form removes it, and docs/event-model.md#the-tasks comes true.

Rows are seen on Thursday 2 April 2026, before the week-end of Easter: the working days that follow are the 3rd, then
the 7th to the 10th.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest
from playwright.sync_api import Page, expect

from pixflow.events.dossier import DossierOpened
from pixflow.events.workshop import WorkshopScheduled
from pixflow.tasks import Kind, Task, of_dossier, of_workshop
from tests.browser.house import listening
from tests.browser.person import Person
from tests.browser.states import HELENE, SAMIR, SOPHIE, THURSDAY
from tests.browser.task_cases import CASES, Case
from tests.browser.team_task_cases import TEAM_CASES, TeamCase, owed_by_the_team
from tests.web import form_cases
from tests.web.arranged import MONDAY
from tests.web.filled import hire
from tests.web.paths import House, house
from web.desk.dependencies import COOKIE
from web.french.dates import due_words
from web.french.tasks import WORDS

pytestmark = pytest.mark.browser
NADIA = "Nadia Benali"


def by_form() -> Iterator[tuple[Kind, str, form_cases.Case]]:
    """Yields the kinds that end by the form of their button, or by the other one, with the case of this form."""
    ends = {(key.split()[0], case.form): case for case in form_cases.FORM_CASES for key in case.gone}
    for kind in get_args(Kind):
        for form, other in ((WORDS[kind].form, ""), WORDS[kind].other):
            if case := ends.get((kind, form)):
                yield kind, other, case


BY_FORM = list(by_form())


def test_every_kind_has_a_case() -> None:
    assert {case.kind for case in CASES} | {case.kind for case in TEAM_CASES} | {kind for kind, *_ in BY_FORM} == set(
        get_args(Kind)
    )


@pytest.fixture
def locale(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        hire(made, SAMIR, "facilitator")
        made.day(THURSDAY)
        yield made


def pressed() -> Iterator[object]:
    """The first case of each kind; the others are for `make trials`."""
    seen = set[str]()
    for case in CASES:
        yield pytest.param(case, id=case.kind, marks=[pytest.mark.trial] if case.kind in seen else [])
        seen.add(case.kind)


@pytest.mark.parametrize("case", list(pressed()))
def test_the_button_and_the_form_of_a_row_remove_it(locale: House, kept_tab: Page, case: Case) -> None:
    case.prepare(locale)
    locale.day(THURSDAY)
    before, awaited = rows(locale), to_come(locale)
    owed = next(task for task in before if kind_of(task) == case.kind)
    queue = f"/boite?pile={case.kind}" if before[owed] in (SOPHIE, HELENE) else "/boite"
    with listening(locale.app) as url:
        doer = arrived(locale, kept_tab, url, before[owed])
        doer.goes(url + queue)
        row = doer.page.locator(f"#{owed}")
        expect(row.locator(".due")).to_have_text(case.due)
        row.locator(".item-act > a.btn").click()
        do(doer, case)
        doer.goes(url + queue)
        expect(row).to_have_count(0)
    after = rows(locale)
    assert set(before) - set(after) == {owed}
    assert sorted(map(kind_of, set(after) - set(before))) == sorted(case.appear)
    assert to_come(locale) - awaited == {(day, kind) for kind, day in case.later.items()}
    for kind, day in case.later.items():
        locale.day(day - timedelta(days=1))
        assert kind not in kinds(locale)
        locale.day(day)
        assert kind in kinds(locale)


@pytest.mark.parametrize(
    ("kind", "other", "case"),
    [pytest.param(*one, id=f"{one[0]} {one[2].form}", marks=[pytest.mark.trial] if one[1] else []) for one in BY_FORM],
)
def test_the_button_of_a_row_opens_the_form_that_removes_it(
    locale: House, kept_tab: Page, kind: Kind, other: str, case: form_cases.Case
) -> None:
    """Values, and days of what comes instead, are those of the form's case."""
    locale.day(MONDAY)
    dossier, about = case.arrange(locale)
    said = case.said | ({"workshop": str(about)} if case.form == "book" else {})
    said |= {name: str(locale.people[said[name]]) for name in ("advisor", "to") if name in said}
    locale.day(max(MONDAY, *(task.opens for task in owed_by_row(locale).values() if task.kind == kind)))
    before, tasks = rows(locale), shown(locale)
    owed = max((row for row, task in tasks.items() if task.kind == kind), key=lambda row: str(about) in row)
    queue = f"/boite?pile={kind}" if before[owed] in (SOPHIE, HELENE) else "/boite"
    with listening(locale.app) as url:
        doer = arrived(locale, kept_tab, url, before[owed])
        doer.goes(url + queue)
        row = doer.page.locator(f"#{owed}")
        expect(row.locator(".due")).to_have_text(due_words(tasks[owed].due, locale.today))
        row.locator(".item-act > a.btn").click()
        if other:
            doer.opens(other)
        doer.answers(said)
        doer.goes(url + queue)
        expect(row).to_have_count(0)
    after = rows(locale)
    assert isinstance(locale.events(dossier)[-1], case.event)
    assert before.keys() - after.keys() == {owed}
    assert after.keys() - before.keys() == shown(locale).keys() - tasks.keys()


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("team")) as made:
        owed_by_the_team(made)
        yield made


@pytest.mark.parametrize("case", TEAM_CASES, ids=lambda case: case.kind)
def test_a_task_of_the_team_is_done_where_its_row_leads(team: House, kept_tab: Page, case: TeamCase) -> None:
    queue = f"/boite?pile={case.kind}" if case.by in (SOPHIE, HELENE) else "/boite"
    with listening(team.app) as url:
        doer = arrived(team, kept_tab, url, case.by)
        doer.goes(url + queue)
        row = doer.page.locator(f"[id^=task-][id*='{case.kind}']").filter(has_text=case.about)
        act = row.locator(".item-act")
        (act.get_by_role("button", name=case.press) if case.press else act.locator("> a.btn")).click()
        case.do(doer)
        doer.goes(url + queue)
        expect(row).to_have_count(0)


def arrived(locale: House, page: Page, url: str, name: str) -> Person:
    """Somebody whose browser remembers who they are."""
    page.context.add_cookies([{"name": COOKIE, "value": f"{locale.slug}/{locale.people[name]}", "url": url}])
    return Person(page, name, known=True)


def do(doer: Person, case: Case) -> None:
    """On the page that the button led to: fill the form, or the other one, and save it; or press its buttons."""
    if case.kind == "mark-attendance":
        return mark(doer, case.press)
    if case.kind == "confirm-erasure":
        return keep(doer, case)
    if case.press:
        return decide(doer, case)
    if case.other:
        doer.opens(case.other)
    return doer.saves(case.told, case.said, button="")


def mark(doer: Person, presses: tuple[str, ...]) -> None:
    """On the page of the workshop: each button of the card stays pressed."""
    doer.page.wait_for_url("**/presence")
    for name in presses:
        button = doer.page.locator(".card-line").get_by_role("button", name=name)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")


def keep(doer: Person, case: Case) -> None:
    """On the page of the person's rights: the dossier is kept."""
    doer.fills(case.said, within="#effacement")
    doer.presses(*case.press)
    doer.sees("Demander l’effacement")


def decide(doer: Person, case: Case) -> None:
    """On the results' board."""
    doer.page.wait_for_url("**/resultats**")
    doer.fills(case.said, within="main form")
    board = doer.page.locator("#a-rapprocher, #a-transmettre, #campaign")
    for name in case.press:
        board.get_by_role("button", name=name).first.click()
    doer.sees(case.told, within=".notice")


def rows(house: House) -> dict[str, str]:
    """The ids of every row that the team sees, those of the piles included, and who sees it."""
    found: dict[str, str] = {}
    for name in (HELENE, NADIA, SOPHIE, SAMIR):
        client = house.client(name)
        queue = client.get("/boite").text
        piles = [client.get(f"/boite?pile={pile}").text for pile in re.findall('id="pile-([^"]+)"', queue)]
        found |= {task: name for html in (queue, *piles) for task in re.findall('id="(task-[^"]+)"', html)}
    return found


def kinds(house: House) -> set[str]:
    """Returns the kinds of the rows and of the piles of every queue."""
    queues = [house.client(name).get("/boite").text for name in (HELENE, NADIA, SOPHIE, SAMIR)]
    shown = {kind_of(task) for queue in queues for task in re.findall('id="(task-[^"]+)"', queue)}
    return shown.union(*(re.findall('id="pile-([^"]+)"', queue) for queue in queues))


def owed_by_row(house: House) -> dict[str, Task]:
    """Returns the tasks of every dossier and workshop, today's and later ones, by the ids of their rows."""
    engine, refs = house.served.engine, house.served.refs
    found: dict[str, Task] = {}
    for recorded in engine.read(0, 10_000):
        stream, owed = recorded.originator_id, list[Task]()
        if isinstance(recorded.event, DossierOpened):
            owed = of_dossier(engine.state("dossier", stream), refs)
        if isinstance(recorded.event, WorkshopScheduled):
            owed = of_workshop(engine.state("workshop", stream), refs)
        found |= {f"task-{stream}-{task.key.replace(':', '-')}": task for task in owed}
    return found


def shown(house: House) -> dict[str, Task]:
    return {row: task for row, task in owed_by_row(house).items() if task.is_visible(house.today)}


def to_come(house: House) -> set[tuple[date, Kind]]:
    """Returns the tasks that will open later, of every dossier and workshop, without another event."""
    return {(task.opens, task.kind) for task in owed_by_row(house).values() if task.opens > house.today}


def kind_of(task: str) -> Kind:
    """A row's id is that of its stream, then its key: the kind and what it is about."""
    key = task.removeprefix("task-")[37:]
    return next(kind for kind in get_args(Kind) if key.startswith(kind))


def test_a_due_day_is_told_across_a_holiday_then_as_late(locale: House, new_tab: Callable[..., Page]) -> None:
    locale.day(date(2026, 3, 31))
    locale.dispatched()
    told = {2: "mercredi", 7: "demain", 8: "aujourd’hui", 9: "1 j de retard", 13: "3 j de retard"}
    with listening(locale.app) as url:
        nadia = Person(new_tab(base_url=url), NADIA)
        for day, due in told.items():
            locale.day(date(2026, 4, day))
            nadia.goes_to_queue()
            expect(nadia.row("Aminata").locator(".due")).to_have_text(due)
        nadia.sees("1 à faire, dont 1 en retard")
        expect(nadia.page.locator("#group-late")).to_have_text("En retard · 1")


def test_an_appointment_gives_a_row_its_day_and_missed_gives_it_back(
    locale: House, new_tab: Callable[..., Page]
) -> None:
    locale.day(date(2026, 3, 24))
    locale.dispatched()
    locale.day(THURSDAY)
    with listening(locale.app) as url:
        nadia = Person(new_tab(base_url=url), NADIA)
        due = nadia.row("Aminata").locator(".due")
        expect(due).to_have_text("2 j de retard")
        nadia.page.keyboard.press("j")
        nadia.page.keyboard.press("r")
        nadia.saves("Rendez-vous fixé le mardi 7 avril", {"Jour": "2026-04-07", "Heure": "09:30", "Lieu": "L’Aigle"})
        nadia.goes_to_queue()
        expect(due).to_have_text("mar. 7, 09:30")
        locale.day(date(2026, 4, 7))
        nadia.goes_to_queue()
        expect(due).to_have_text("aujourd’hui, 09:30")
        nadia.row("Aminata").locator(".item-who a").click()
        nadia.opens("Absent·e")
        nadia.saves("Rendez-vous manqué")
        nadia.goes_to_queue()
        expect(due).to_have_text("aujourd’hui")

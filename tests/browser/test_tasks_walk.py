"""Every kind of task: its row says when it is due, its button and its form remove it, and DOMAIN.md §6 says what comes.

Rows are seen on Thursday 2 April 2026, before the week-end of Easter: the working days that follow are the 3rd, then
the 7th to the 10th.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pixflow.tasks import STAGE_OF, Kind
from tests.browser.house import listening
from tests.browser.person import Person
from tests.browser.states import SOPHIE, THURSDAY, chased, finished, late, quiet, running, undeclared, waiting
from tests.web.paths import House, house

pytestmark = pytest.mark.browser
NADIA = "Nadia Benali"
Said = Mapping[str, str | bool]


@dataclass(frozen=True)
class Case:
    """How a row comes to be there, and what is done with it.

    `due` is how the row says its day; `press` names a button of the results' board, "" for a form. `appear` are the
    kinds seen at once, `later` those that come on a day, and not the day before.
    """

    kind: Kind
    prepare: Callable[[House], object]
    due: str
    said: Said = field(default_factory=dict)
    told: str = ""
    press: str = ""
    appear: tuple[Kind, ...] = ()
    later: tuple[date, Kind] | None = None


CASES = (
    Case(
        "present-pix", House.opened, "24 avril", {"au premier accueil": True}, "Pix présenté",
        appear=("plan-diagnostic",),
    ),
    Case(
        "plan-diagnostic", House.presented, "10 avril", {"À partir du": "2026-04-03", "au bureau": True},
        "Diagnostic prévu à partir du 3 avril", later=(date(2026, 4, 27), "chase-diagnostic"),
    ),
    Case(
        "chase-diagnostic", lambda house: chased(house, date(2026, 3, 12)), "mercredi", {"non": True},
        "Relance par téléphone", later=(date(2026, 4, 24), "chase-diagnostic"),
    ),
    Case(
        "chase-diagnostic", lambda house: chased(house, date(2026, 1, 29), date(2026, 2, 19), date(2026, 3, 12)),
        "mercredi", {"non": True}, "Relance par téléphone", appear=("close-or-plan",),
    ),
    Case(
        "chase-sharing", finished, "mercredi", {"oui": True}, "Relance par téléphone",
        later=(date(2026, 4, 8), "chase-sharing"),
    ),
    Case(
        "declare-campaign", undeclared, "demain", {"Diagnostic initial": True}, "Campagne déclarée", "Déclarer",
        appear=("match-participation",),
    ),
    Case(
        "match-participation", waiting, "mardi", told="c’est Aminata Diallo", press="C’est cette personne",
        appear=("dispatch-result",),
    ),
    Case(
        "dispatch-result", House.scored, "mardi", told="transmis à Nadia", press="Transmettre",
        appear=("hold-debrief",),
    ),
    Case(
        "assign-advisor", lambda house: house.opened(advisor=None), "mardi", {"Conseillère ou conseiller": NADIA},
        "Dossier affecté", appear=("present-pix",),
    ),
    Case("hold-debrief", House.dispatched, "10 avril", {}, "Restitution tenue", appear=("build-prescription",)),
    Case(
        "build-prescription", House.debriefed, "10 avril", {"CAP LEC": True, "Café numérique": True},
        "Prescription construite", appear=("refer", "refer"),
    ),
    Case(
        "refer", House.prescribed, "10 avril", {"Partenaire": "EPN", "Fin prévue": "2026-04-30"},
        "Orientation vers EPN", later=(date(2026, 4, 30), "record-outcome"),
    ),
    Case(
        "record-outcome", running, "10 avril", {"abandonnée": True}, "Action abandonnée",
        later=(date(2026, 7, 2), "close-or-plan"),
    ),
    Case("close-or-plan", quiet, "10 avril", {"déménagement": True}, "Dossier clos"),
    Case("review-late-event", late, "10 avril", {}, "Fait tardif relu"),
)  # fmt: skip


def test_every_kind_has_a_case() -> None:
    assert {case.kind for case in CASES} == set(STAGE_OF)


@pytest.fixture
def locale(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        made.day(THURSDAY)
        yield made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_the_button_and_the_form_of_a_row_remove_it(locale: House, new_tab: Callable[..., Page], case: Case) -> None:
    case.prepare(locale)
    locale.day(THURSDAY)
    before = rows(locale)
    owed = next(task for task in before if kind_of(task) == case.kind)
    queue = "/boite" if before[owed] == NADIA else f"/boite?pile={case.kind}"
    with listening(locale.app) as url:
        doer = Person(new_tab(base_url=url), before[owed])
        doer.goes(queue)
        row = doer.page.locator(f"#{owed}")
        expect(row.locator(".due")).to_have_text(case.due)
        row.locator(".item-act > a.btn").click()
        do(doer, case)
        doer.goes(queue)
        expect(row).to_have_count(0)
    after = rows(locale)
    assert set(before) - set(after) == {owed}
    assert sorted(map(kind_of, set(after) - set(before))) == sorted(case.appear)
    if case.later:
        day, kind = case.later
        locale.day(day - timedelta(days=1))
        assert kind not in map(kind_of, rows(locale))
        locale.day(day)
        assert kind in map(kind_of, rows(locale))


def do(doer: Person, case: Case) -> None:
    """On the page that the button led to: fill the form and save it, or press a button of the board."""
    if not case.press:
        return doer.saves(case.told, case.said, button="")
    doer.page.wait_for_url("**/resultats**")
    doer.fills(case.said, within="main form")
    doer.page.locator("#a-rapprocher, #a-transmettre, #campaign").get_by_role("button", name=case.press).first.click()
    return doer.sees(case.told, within=".notice")


def rows(house: House) -> dict[str, str]:
    """The ids of every row that the team sees, those of the piles included, and who sees it."""
    found: dict[str, str] = {}
    for name in (NADIA, SOPHIE):
        client = house.client(name)
        queue = client.get("/boite").text
        piles = [client.get(f"/boite?pile={pile}").text for pile in re.findall('id="pile-([^"]+)"', queue)]
        found |= {task: name for html in (queue, *piles) for task in re.findall('id="(task-[^"]+)"', html)}
    return found


def kind_of(task: str) -> Kind:
    """A row's id is that of its stream, then its key: the kind and what it is about."""
    key = task.removeprefix("task-")[37:]
    return next(kind for kind in STAGE_OF if key.startswith(kind))


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

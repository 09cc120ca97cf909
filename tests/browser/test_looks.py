"""The page of the busiest advisor: filters on one line, rows of one height, a task in the first half of a phone."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from pixflow.team.absences import declare_absence
from tests.browser.house import arrive, listening
from tests.web.filled import fill, hire, receive
from tests.web.paths import House, house
from web.desk.dependencies import COOKIE

pytestmark = pytest.mark.browser
NADIA, PAUL, ZOE, ELISE, HELENE = (
    "Nadia Benali",
    "Paul Rey",
    "Zoé Pereira-Chérif",
    "Élise Chauvin-Le Goff",
    "Hélène Morin",
)
DAY = date(2026, 6, 22)
CEJ = {"programme": "CEJ", "group": "mars"}
BOXES = """rows => rows.map(row => {
  const box = (name) => {
    const cell = row.querySelector(name);
    if (!cell?.textContent.trim()) return null;
    const text = document.createRange();
    text.selectNodeContents(cell);
    return text.getBoundingClientRect().toJSON();
  };
  const [due, act, stage] = [".due", ".item-act .btn", ".stage"].map(box);
  return {height: Math.round(row.getBoundingClientRect().height), due, act, stage};
})"""
"""Of each row: its height, and the box of the text of its due day, its button, its stage."""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, House]]:
    """Nadia deputises for three colleagues; her rows are of many kinds, two programmes, two sites and two groups."""
    with house(tmp_path_factory.mktemp("data"), date(2026, 1, 5)) as made:
        for name in (ZOE, ELISE):
            hire(made, name, "advisor")
        for name in (PAUL, ZOE, ELISE):
            _absent(made, name)
            fill(made, 1, advisor=name, **CEJ)
        made.presented(first="Aïssatou", last="Couturier-Delanoë", site="L’Aigle", programme="CEJ", group="avril")
        made.planned(first="Marie", last="Tanguy", programme="PACEA")
        made.dispatched(first="Naomie", last="Évrard", programme="CEJ")
        made.debriefed(first="Jade", last="Öztürk", programme="PACEA")
        dossier, actions = made.prescribed(first="Yanis", last="Bono", **CEJ)
        made.referred(dossier, actions[0])
        fill(made, 3, programme="Obligation de formation")
        made.day(DAY)
        with listening(made.app) as url:
            yield url, made


def _absent(made: House, name: str) -> None:
    days = {"first": DAY, "last": date(2026, 6, 30)}
    made.says(HELENE, declare_absence, {"staff": made.people[name]}, absence=uuid4(), deputy=made.people[NADIA], **days)


def enter(tab: Page, busy: tuple[str, House], path: str = "/boite") -> None:
    url, made = busy
    value = f"{made.slug}/{made.people[NADIA]}"
    tab.context.add_cookies([{"name": COOKIE, "value": value, "url": url}])
    tab.goto(url + path)


def height(tab: Page, selector: str) -> float:
    box = tab.locator(selector).first.bounding_box()
    assert box is not None, selector
    return box["height"]


@pytest.mark.parametrize("path", ["/boite", "/dossiers"])
def test_the_filters_of_the_busiest_advisor_stand_in_groups_on_one_line(
    busy: tuple[str, House], tab: Page, path: str
) -> None:
    enter(tab, busy, path)
    assert height(tab, ".chips") < 36
    tab.locator(".facet summary", has_text="Programme").click()
    tab.locator(".facet a", has_text="PACEA").click()
    expect(tab.locator(".chips a[aria-current]").last).to_have_text("PACEA 2 : ôter ce filtre×")
    assert height(tab, ".chips") < 36
    tab.locator(".facet + a").click()
    expect(tab.locator(".facet + a")).to_have_count(0)


@pytest.mark.parametrize("width", [1360, 1120, 800, 390])
def test_the_header_holds_three_deputyships(busy: tuple[str, House], tab: Page, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 844})
    enter(tab, busy)
    expect(tab.locator(".acting-for")).to_contain_text(ELISE)
    assert height(tab, ".top") <= (62 if width > 767 else 130)
    box, change = tab.locator("#search").bounding_box(), tab.get_by_role("link", name="changer").bounding_box()
    assert box is not None
    assert box["width"] > 150
    assert change is not None
    assert change["x"] + change["width"] <= width
    assert box["x"] + box["width"] < change["x"] or change["y"] > box["y"] + box["height"] - 8


def test_rows_have_one_height_and_nothing_touches(busy: tuple[str, House], tab: Page) -> None:
    enter(tab, busy)
    rows: list[dict[str, Any]] = tab.locator(".queue .items .item").evaluate_all(BOXES)
    assert len(rows) > 10
    assert {row["height"] for row in rows} == {40}
    for row in rows:
        assert row["due"]["right"] < row["act"]["left"] - 8, row
        if row["stage"]:
            assert abs(row["stage"]["bottom"] - row["due"]["bottom"]) <= 1, row


def test_on_a_phone_the_first_task_stands_in_the_first_half(busy: tuple[str, House], tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    enter(tab, busy)
    box = tab.locator(".items .item-who").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 422


def test_on_a_phone_the_first_result_stands_in_the_first_half(locale: House, url: str, tab: Page) -> None:
    """Results to match come first, or when there are none, those to dispatch; a press opens the choice of a file."""
    receive(locale, fill(locale, 3), NADIA)
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.context.add_cookies([{"name": COOKIE, "value": f"{locale.slug}/{locale.people['Sophie Lecomte']}", "url": url}])
    tab.goto(f"{url}/resultats")
    box = tab.locator(".entry h3").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 422
    with tab.expect_file_chooser():
        tab.get_by_label("Importer un export Pix Orga").click()


def test_the_score_beside_an_interview_covers_nothing_when_it_scrolls(locale: House, url: str, tab: Page) -> None:
    dossier, result = locale.debriefed()
    arrive(tab, NADIA, f"/dossiers/{dossier}?formulaire=prescription&sur={result}", url)
    tab.set_viewport_size({"width": 1360, "height": 500})
    tab.locator(".near").evaluate("near => scrollTo(0, near.getBoundingClientRect().top + scrollY - 150)")
    score, near = (tab.locator(part).bounding_box() for part in (".interview .reading", ".interview .near"))
    assert score
    assert near
    assert score["y"] + score["height"] > near["y"], "they stand at one height"
    assert score["x"] + score["width"] <= near["x"]


def test_the_rail_of_a_phone_scrolls_to_where_one_is(busy: tuple[str, House], tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    enter(tab, busy, "/protocole")
    expect(tab.locator("#rail [aria-current]")).to_be_in_viewport(ratio=1)


def test_keys_move_along_the_rows_of_a_table_too(busy: tuple[str, House], tab: Page) -> None:
    enter(tab, busy, "/equipe")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    expect(tab.locator("tbody tr").nth(1).locator("th a")).to_be_focused()
    expect(tab.locator("tbody tr.current")).to_have_count(1)


def test_a_menu_of_filters_goes_by_keys(busy: tuple[str, House], tab: Page) -> None:
    enter(tab, busy)
    menu = tab.locator(".facet", has_text="Programme")
    menu.locator("summary").press("Enter")
    tab.keyboard.press("ArrowDown")
    expect(menu.locator("a").first).to_be_focused()
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Escape")
    expect(menu.locator("summary")).to_be_focused()
    expect(menu.locator("a").first).to_be_hidden()


def test_keys_do_a_row_save_it_and_take_it_back_and_the_focus_is_never_lost(busy: tuple[str, House], tab: Page) -> None:
    enter(tab, busy, "/boite?tache=present-pix&programme=Obligation+de+formation")
    tab.keyboard.press("j")
    tab.keyboard.press("x")
    expect(tab.locator(".pick-box input").first).to_be_checked()
    tab.keyboard.press("f")
    tab.get_by_label("au premier accueil").check()
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".notice").first).to_contain_text("Pix présenté")
    expect(tab.locator("main :focus, main:focus")).to_have_count(1)
    tab.keyboard.press("z")
    expect(tab.locator(".notice").first).to_contain_text("Annulé : Pix présenté")
    expect(tab.locator("main :focus, main:focus")).to_have_count(1)
    expect(tab.locator(".now")).to_contain_text("Présenter Pix")
    tab.keyboard.press("f")
    expect(tab.get_by_label("au premier accueil")).to_be_visible()


def test_a_key_that_leads_to_another_page_gives_it_the_focus(busy: tuple[str, House], tab: Page) -> None:
    """Plain navigation, with no swap: places, a row's appointment, its dossier, what comes next."""
    here = tab.locator("main :focus, main:focus")
    enter(tab, busy, "/protocole")
    for keys, path in (("gd", "/dossiers"), ("gb", "/boite")):
        for key in keys:
            tab.keyboard.press(key)
        tab.wait_for_url(f"**{path}")
        expect(here).to_have_count(1)
    for key, there in (("r", "formulaire=appointment"), ("s", "formulaire=snooze"), ("Enter", "/dossiers/")):
        enter(tab, busy, "/boite?programme=CEJ&groupe=mars")
        tab.keyboard.press("j")
        tab.keyboard.press(key)
        tab.wait_for_url(f"**{there}**")
        expect(here).to_have_count(1)
    enter(tab, busy, "/boite?tache=present-pix")
    tab.keyboard.press("j")
    tab.keyboard.press("f")
    tab.get_by_label("au premier accueil").check()
    tab.keyboard.press("Control+Enter")
    expect(tab.locator(".notice").first).to_contain_text("Pix présenté")
    tab.keyboard.press("n")
    tab.wait_for_url("**formulaire=present**")
    expect(here).to_have_count(1)
    expect(tab.locator(".notice")).to_have_count(0)


def test_without_a_key_the_page_begins_at_its_first_link(busy: tuple[str, House], tab: Page) -> None:
    enter(tab, busy)
    tab.get_by_role("link", name="Dossiers").first.click()
    tab.wait_for_url("**/dossiers")
    tab.keyboard.press("Tab")
    expect(tab.locator(".skip")).to_be_focused()


def test_the_bars_of_the_team_leave_rows_of_one_height(busy: tuple[str, House], tab: Page) -> None:
    enter(tab, busy, "/equipe")
    with_load = tab.locator("tr[id^=personne-]:has(.load-bar)", has=tab.get_by_role("link", name=NADIA))
    without = tab.locator("tr[id^=personne-]:not(:has(.load-bar))", has_text="Sophie Lecomte")
    boxes = [row.bounding_box() for row in (with_load, without)]
    heights = {box["height"] for box in boxes if box}
    assert len(heights) == 1
    assert max(heights) <= 36

"""A workshop marked by somebody standing up, on a phone: one thumb, eight people, one press each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from pixflow.dossier.state import Seat
from tests.browser.house import known, listening
from tests.web.arranged import MONDAY, scheduled, seat
from tests.web.filled import hire
from tests.web.paths import House, house

pytestmark = pytest.mark.browser
SAMIR = "Samir Haddad"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 820}, "has_touch": True, "is_mobile": True}
PRESSES = (
    ("En difficulté", 0), ("À l’aise", 1), *(("Présent·e", n) for n in range(2, 6)), ("Absent·e", 6), ("Excusé·e", 7),
)  # fmt: skip
"""Eight people, eight presses: in trouble or at ease is present too."""
PRESSED = len(PRESSES) + 2


@dataclass(frozen=True)
class Room:
    """A workshop of today with eight registrants, in a house on a port of this machine."""

    house: House
    address: str
    workshop: UUID
    people: list[UUID]

    def seat(self, n: int) -> Seat:
        return self.house.state(self.people[n]).diagnostic.seats[self.workshop]


@contextmanager
def opened(data: Path) -> Iterator[Room]:
    with house(data) as made:
        made.day(MONDAY)
        samir = hire(made, SAMIR, "facilitator")
        workshop = scheduled(made, facilitators=(samir,))
        people = [made.opened(f"Prénom{n}", f"Nom{n}", "Paul Rey") for n in range(8)]
        for dossier in people:
            seat(made, workshop, dossier)
        with listening(made.app) as address:
            yield Room(made, address, workshop, people)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with opened(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A room for tests that only look at pages."""
    with opened(tmp_path_factory.mktemp("data")) as made:
        yield made


def enter(page: Page, room: Room, path: str = "/presence") -> None:
    """Samir at his tab, on a page of the workshop, or another one of Ateliers."""
    known(page, SAMIR, room.address)
    page.goto(room.address + (path if path.startswith("/ateliers") else f"/ateliers/{room.workshop}{path}"))


def mark_everybody(page: Page, room: Room) -> None:
    for label, n in PRESSES:
        card = page.locator(f"#p-{room.people[n]}")
        card.get_by_role("button", name=label).tap()
        expect(card.get_by_role("button", name=label)).to_have_attribute("aria-pressed", "true")


def assert_everybody_is_marked(room: Room) -> None:
    assert [room.seat(n).status for n in range(8)] == ["attended"] * 6 + ["missed"] * 2
    assert [room.seat(n).trouble for n in range(3)] == [True, False, False]
    assert [room.seat(n).ease for n in range(3)] == [False, True, False]
    assert [room.seat(n).reason for n in (6, 7)] == ["", "excused"]
    assert {room.seat(n).stamp.on for n in range(8)} == {MONDAY}


def test_eight_people_are_marked_on_a_phone_with_one_press_each(room: Room, new_tab: Callable[..., Page]) -> None:
    page = new_tab(**PHONE)
    enter(page, room)
    mark_everybody(page, room)
    assert_everybody_is_marked(room)
    expect(page.get_by_role("status").first).to_contain_text("tout est noté")
    page.reload()
    assert page.locator("button[aria-pressed=true]").count() == PRESSED


def test_no_card_moves_under_the_thumb(room: Room, new_tab: Callable[..., Page]) -> None:
    page = new_tab(**PHONE)
    enter(page, room)
    tops = "[...document.querySelectorAll('.card-line')].map((card) => card.getBoundingClientRect().top + scrollY)"
    before = page.evaluate(tops)
    for label, n in (("En difficulté", 0), ("Absent·e", 1), ("Présent·e", 2)):
        card = page.locator(f"#p-{room.people[n]}")
        card.get_by_role("button", name=label).tap()
        expect(card.get_by_role("button", name="Annuler")).to_be_visible()
    assert page.evaluate(tops) == before


def test_a_style_that_something_left_on_the_page_is_not_carried_over(room: Room, new_tab: Callable[..., Page]) -> None:
    """A screenshot or an extension leaves an empty one; set again by a script, the page's policy would complain."""
    page = new_tab(**PHONE)
    enter(page, room)
    page.evaluate("for (const one of document.querySelectorAll('main [id]')) one.style.color = 'red'")
    mark_everybody(page, room)


def test_all_the_others_are_one_press_within_reach(
    room: Room, new_tab: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    page = new_tab(**PHONE)
    enter(page, room)
    page.locator(f"#p-{room.people[6]}").get_by_role("button", name="Absent·e").tap()
    others = page.get_by_role("button", name="Les 7 autres sont présent·es")
    box = others.bounding_box()
    assert box
    assert box["y"] + box["height"] <= 820, "in sight at the top of the page too"
    others.tap()
    expect(others).to_have_count(0)
    expect(page.get_by_role("status").first).to_contain_text("tout est noté")
    check_page(page)
    page.locator(".notice").get_by_role("button", name="Annuler").tap()
    expect(page.get_by_role("status").first).to_contain_text("7 à noter sur 8")
    others.tap()
    expect(page.get_by_role("status").first).to_contain_text("tout est noté")
    page.locator(f"#p-{room.people[7]}").get_by_role("button", name="Annuler").tap()
    expect(page.get_by_role("status").first).to_contain_text("1 à noter sur 8")


def test_the_keyboard_marks_people_and_takes_back_the_mark_of_a_card_or_of_all(
    room: Room, new_tab: Callable[..., Page]
) -> None:
    page = new_tab()
    enter(page, room)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    second = page.locator(f"#p-{room.people[1]}")
    expect(second.get_by_role("button", name="Absent·e")).to_have_attribute("aria-pressed", "true")
    expect(second.locator(":focus")).to_have_count(1)  # the card was drawn anew, and gets the focus back
    page.keyboard.press("f")
    expect(second.get_by_role("button", name="Présent·e")).to_have_attribute("aria-pressed", "true")
    expect(second.locator(":focus")).to_have_count(1)
    page.keyboard.press("z")
    expect(page.get_by_role("status").first).to_contain_text("8 à noter sur 8")
    page.get_by_role("button", name="Les 8 autres sont présent·es").click()
    expect(page.get_by_role("status").first).to_contain_text("tout est noté")
    page.keyboard.press("z")
    expect(page.get_by_role("status").first).to_contain_text("8 à noter sur 8")


def test_every_button_is_large_enough_for_a_thumb(room: Room, new_tab: Callable[..., Page]) -> None:
    page = new_tab(**PHONE)
    enter(page, room)
    page.locator(f"#p-{room.people[0]}").get_by_role("button", name="Présent·e").tap()
    expect(page.locator(f"#p-{room.people[0]}").get_by_role("button", name="Annuler")).to_be_visible()
    boxes = [button.bounding_box() for button in page.locator("main button:visible").all()]
    assert boxes
    assert all(box and box["height"] >= 44 and box["width"] >= 44 for box in boxes)


def test_the_same_without_javascript(room: Room, new_tab: Callable[..., Page]) -> None:
    page = new_tab(java_script_enabled=False, **PHONE)
    enter(page, room)
    mark_everybody(page, room)
    assert_everybody_is_marked(room)


@pytest.mark.parametrize(
    "path",
    ["/ateliers", "/ateliers?vue=mois", "/ateliers/nouveau", "", "?formulaire=move", "/presence", "/avis",
     "/emargement"],
)  # fmt: skip
def test_the_pages_of_workshops_pass_axe_wide_and_narrow(
    shared: Room, kept_tab: Page, check_page: Callable[[Page], None], path: str
) -> None:
    enter(kept_tab, shared, path)
    check_page(kept_tab)


def test_the_page_of_the_room_s_computers_passes_axe(
    shared: Room, kept_tab: Page, check_page: Callable[[Page], None]
) -> None:
    kept_tab.goto(f"{shared.address}/t/{shared.house.slug}")
    expect(kept_tab.get_by_text("KMRTWX482")).to_be_visible()
    check_page(kept_tab)

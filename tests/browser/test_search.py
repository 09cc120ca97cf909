"""The search box with a keyboard: names proposed while one types, the first result in reach, views kept by name."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.house import be, listening
from tests.browser.person import Person
from tests.web.filled import fill
from tests.web.paths import house

pytestmark = pytest.mark.browser
NADIA, SOPHIE = "Nadia Benali", "Sophie Lecomte"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, UUID]]:
    """A house on a port of this machine, and Emmanuel Kowalski's dossier among 61."""
    data: Path = tmp_path_factory.mktemp("data")
    with house(data, date(2026, 3, 16)) as made:
        dossier = made.opened(first="Emmanuel", last="Kowalski", imilo_number="12350", site="L’Aigle")
        made.opened(first="Anna", last="Kowalska")
        fill(made, 30, programme="CEJ")
        fill(made, 29)
        with listening(made.app) as url:
            yield url, dossier


@pytest.fixture
def url(served: tuple[str, UUID]) -> str:
    return served[0]


@pytest.fixture
def dossier(served: tuple[str, UUID]) -> UUID:
    return served[1]


@pytest.fixture
def nadia(url: str, new_tab: Callable[..., Page]) -> Person:
    return Person(new_tab(base_url=url), NADIA)


def test_a_mistyped_name_is_proposed_and_opened_with_the_arrows(
    nadia: Person, dossier: UUID, check_page: Callable[[Page], None]
) -> None:
    page = nadia.page
    page.keyboard.press("/")
    page.keyboard.type("jowalski", delay=20)
    names = page.locator("#suggested a")
    expect(names).to_have_count(2)
    expect(page.locator("#suggested-said")).to_have_text(re.compile("2.dossiers proposés, flèche vers le bas"))
    check_page(page)
    page.keyboard.press("ArrowDown")
    expect(names.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(names.last).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/dossiers/{dossier}"))


def test_escape_and_leaving_put_the_names_away(nadia: Person) -> None:
    page = nadia.page
    page.locator("#search").press_sequentially("kowal")
    expect(page.locator("#suggested a")).to_have_count(2)
    page.locator("#live span").click()
    expect(page.locator("#suggested")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#suggested")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("#suggested")).to_be_hidden()
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("kowal")


def test_no_name_that_was_typed_stands_in_an_address(nadia: Person) -> None:
    asked: list[str] = []
    nadia.page.on("request", lambda request: asked.append(request.url))
    nadia.page.locator("#search").press_sequentially("kowalski")
    expect(nadia.page.locator("#suggested a")).to_have_count(2)
    nadia.page.locator("#search").press("Enter")
    nadia.page.wait_for_url("**/dossiers/*-*")
    assert any(address.endswith("/chercher/proches") for address in asked)
    assert not [address for address in asked if "kowal" in address.lower()]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_first_result_has_the_focus(
    url: str, dossier: UUID, new_tab: Callable[..., Page], scripts: bool, check_page: Callable[[Page], None]
) -> None:
    page = new_tab(base_url=url, java_script_enabled=scripts)
    be(page, NADIA)
    page.locator("#search").fill("jowalski")
    page.locator("#search").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recherche")
    expect(page.get_by_role("link", name="Kowalski Emmanuel")).to_be_focused()
    if scripts:
        check_page(page)
        page.keyboard.press("j")
        expect(page.get_by_role("link", name="Kowalska Anna")).to_be_focused()
        page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/dossiers/{dossier}"))


# --- views


def keep(page: Page, name: str) -> None:
    page.get_by_role("button", name="Garder cette vue").click()
    page.get_by_label("Son nom").fill(name)
    page.get_by_role("button", name="Garder", exact=True).click()


def test_a_view_is_kept_by_name_found_again_and_forgotten(nadia: Person, check_page: Callable[[Page], None]) -> None:
    page = nadia.page
    nadia.goes("/boite")
    expect(page.locator("#views")).to_be_hidden()
    nadia.goes("/boite?recu=00000000-0000-0000-0000-000000000001")
    expect(page.locator("#views")).to_be_hidden()
    nadia.goes("/boite?programme=CEJ")
    page.get_by_role("button", name="Garder cette vue").click()
    expect(page.get_by_role("dialog", name="Garder cette vue")).to_be_visible()
    expect(page.get_by_label("Son nom")).to_have_value("CEJ")
    check_page(page)
    page.keyboard.press("Escape")
    keep(page, "Mes CEJ du lundi")
    nadia.sees("Vue gardée : Mes CEJ du lundi", within="#toasts")
    expect(page.get_by_role("button", name="Garder cette vue")).to_be_hidden()
    nadia.goes("/dossiers")
    expect(page.locator("#views")).to_be_hidden()
    nadia.goes("/boite")
    page.get_by_role("link", name="Mes CEJ du lundi").click()
    expect(page).to_have_url(re.compile(r"/boite\?programme=CEJ$"))
    expect(page.locator("#views [aria-current]")).to_have_text("Mes CEJ du lundi")
    check_page(page)
    page.get_by_role("button", name="Oublier la vue Mes CEJ du lundi").click()
    expect(page.get_by_role("button", name="Garder cette vue")).to_be_visible()
    nadia.goes("/boite")
    expect(page.locator("#views")).to_be_hidden()


def test_a_view_is_of_whoever_kept_it_though_the_browser_is_shared(nadia: Person) -> None:
    nadia.goes("/dossiers?programme=CEJ")
    keep(nadia.page, "CEJ")
    be(nadia.page, SOPHIE)
    nadia.goes("/dossiers")
    expect(nadia.page.locator("#views")).to_be_hidden()
    be(nadia.page, NADIA)
    nadia.goes("/dossiers")
    expect(nadia.page.locator("#views a")).to_have_text(["CEJ"])


def test_the_address_of_a_view_is_copied_without_its_page(nadia: Person, url: str) -> None:
    context: BrowserContext = nadia.page.context
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    nadia.goes("/dossiers?programme=CEJ&p=2")
    nadia.presses("Copier son lien")
    nadia.sees("Lien copié.", within="#toasts")
    assert nadia.page.evaluate("navigator.clipboard.readText()") == f"{url}/dossiers?programme=CEJ"


def test_a_view_that_fits_nothing_any_more_says_so_and_can_be_forgotten(nadia: Person) -> None:
    """A site was renamed since; something else than an address was put there: neither is an error."""
    nadia.page.evaluate("""() => localStorage.setItem(`pixflow-views-${document.body.dataset.me}`, JSON.stringify([
        {name: "Ancien site", address: "/boite?site=Ailleurs"}, {name: "Dehors", address: "//exemple.fr/"},
        {name: "Code", address: "javascript:alert(1)"}, {name: 3, address: "/boite"}, null]))""")
    nadia.goes("/boite")
    expect(nadia.page.locator("#views a")).to_have_text(["Ancien site"])
    nadia.page.get_by_role("link", name="Ancien site").click()
    nadia.sees("Rien à faire avec ces filtres.")
    nadia.page.get_by_role("button", name="Oublier la vue Ancien site").click()
    nadia.page.locator(".chips a", has_text="Ailleurs").click()
    expect(nadia.page).to_have_url(re.compile("/boite$"))
    nadia.page.evaluate("() => localStorage.setItem(`pixflow-views-${document.body.dataset.me}`, '{')")
    nadia.goes("/boite?programme=CEJ")
    keep(nadia.page, "CEJ")
    expect(nadia.page.locator("#views a")).to_have_text(["CEJ"])

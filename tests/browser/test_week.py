"""Ma semaine in a browser: one press copies the lines for i-Milo; without JavaScript they are selected; it prints."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import known
from tests.web.paths import House

pytestmark = pytest.mark.browser
NADIA = "Nadia Benali"


def test_a_week_is_copied_walked_and_printed(
    locale: House, url: str, tab: Page, check_page: Callable[[Page], None]
) -> None:
    locale.planned(imilo_number="12345")
    locale.presented(first="Hugo", last="Masson")
    known(tab, NADIA, url)
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.goto(f"{url}/mon-activite")
    check_page(tab)
    tab.get_by_role("button", name="Tout copier pour i-Milo").press("Enter")
    expect(tab.locator("#toasts")).to_contain_text("Texte copié.")
    both = tab.locator("pre.copy").all_text_contents()
    assert tab.evaluate("navigator.clipboard.readText()") == "\n\n".join(both)
    assert both[0].startswith("Aminata Diallo, n°\xa0i-Milo 12345\n- 16\xa0mars\xa02026\xa0: Pix présenté")
    tab.get_by_text("Les lignes pour i-Milo").click()
    tab.get_by_role("button", name="Copier pour i-Milo : Hugo Masson").press("Enter")
    tab.wait_for_function("text => navigator.clipboard.readText().then((copied) => copied === text)", arg=both[1])
    tab.get_by_text("Les lignes pour i-Milo").click()
    tab.get_by_role("link", name="Semaine d’avant").click()
    expect(tab.locator(".week .empty")).to_contain_text("Vous n’avez rien noté cette semaine-là.")
    tab.get_by_label("La semaine du").fill("2026-03-18")
    tab.get_by_role("button", name="Montrer").click()
    expect(tab.get_by_role("heading", name="Lundi 16 mars", exact=True)).to_be_visible()
    tab.emulate_media(media="print")
    head = "Mission locale de L’Aigle – Mortagne · imprimé le 16\xa0mars\xa02026 par Nadia Benali"
    expect(tab.locator(".printed")).to_have_text(head)
    for hidden in ("#steps", "#I18", ".weeks"):
        expect(tab.locator(hidden)).to_be_hidden()
    expect(tab.locator("[data-copy-text] >> visible=true")).to_have_count(0)
    days, whole = (tab.locator(one).bounding_box() for one in (".week-days .items", ".week-days"))
    assert days
    assert whole
    assert days["width"] == whole["width"], "no part of the sheet is left white beside the days"


def test_without_javascript_the_lines_are_selected(locale: House, url: str, new_tab: Callable[..., Page]) -> None:
    locale.presented()
    tab = new_tab(java_script_enabled=False)
    known(tab, NADIA, url)
    tab.goto(f"{url}/mon-activite")
    expect(tab.get_by_role("button", name="Tout copier pour i-Milo")).to_be_hidden()
    tab.get_by_text("Les lignes pour i-Milo").click()
    expect(tab.locator("pre.copy")).to_be_visible()

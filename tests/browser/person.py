"""Somebody of the team at a browser of their own: what they open, fill and press."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.house import arrive

NOTHING = "no line of the history"


class Person:
    """`page` is their tab; it knows who they are, and stands `at` an address: where their work begins.

    `known`: it knew that already, and stands nowhere yet.
    """

    def __init__(self, page: Page, name: str, *, at: str = "/", known: bool = False) -> None:
        self.page = page
        self.name = name
        if not known:
            arrive(page, name, at)

    # --- where they go

    def goes(self, address: str) -> None:
        self.page.goto(address)

    def goes_to_queue(self) -> None:
        self.goes("/boite")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Ma boîte")

    def finds(self, name: str) -> None:
        """Opens the one dossier that the search finds."""
        search = self.page.locator("#search")
        search.fill(name)
        search.press("Enter")
        self.page.wait_for_url("**/dossiers/*-*")

    # --- what they see

    def row(self, who: str, verb: str = "") -> Locator:
        """The rows of a queue about somebody."""
        return self.page.locator(".item").filter(has_text=who).filter(has_text=verb)

    def sees(self, *texts: str, within: str = "main") -> None:
        """Waits for a part with these texts: looks at each frame, where `expect` would look more and more seldom."""
        part = self.page.locator(within).first
        for text in texts:
            with suppress(TimeoutError):
                part.filter(has_text=text).wait_for()
            expect(part).to_contain_text(text)

    def sees_no(self, text: str, within: str = "main") -> None:
        expect(self.page.locator(within).first).not_to_contain_text(text)

    def texts(self, selector: str) -> list[str]:
        """The words of each part that a selector finds, with ordinary spaces."""
        return [" ".join(text.split()) for text in self.page.locator(selector).all_inner_texts()]

    # --- what they do

    def starts(self, who: str, verb: str) -> None:
        """Presses the button of a row: the form it leads to is open."""
        self.row(who, verb).locator(".item-act > a.btn").click()
        expect(self.page.locator("#form")).to_be_visible()

    def opens(self, label: str, within: str = ".sheet") -> None:
        """Presses a link that opens a form; one in a closed menu is unfolded first."""
        link = self.page.locator(within).get_by_role("link", name=label, exact=True, include_hidden=True).first
        unfold(link)
        link.click()
        expect(self.page.locator("#form")).to_be_visible()

    def fills(self, said: Mapping[str, str | bool], within: str = "#form") -> None:
        """Labels and what to put there; True checks a box or chooses an answer, False clears a box."""
        for label, value in said.items():
            fill(labelled(self.page.locator(within), label), value)

    def saves(self, told: str, said: Mapping[str, str | bool] | None = None, *, button: str = "Enregistrer") -> None:
        """Fills the open form, sends it, and reads what is told to have been recorded. A search in it is left alone."""
        self.fills(said or {})
        ours = self.page.locator("#form button:not([role=search] *)")
        self.page.locator("#form").get_by_role("button", name=button).and_(ours).click()
        self.sees(told, within=".notice")

    def answers(self, said: Mapping[str, Any]) -> None:
        """Fills the open form by the names of its fields, sends it, and reads the newest line of the history."""
        form = self.page.locator("#form form[method=post]")
        for name, value in said.items():
            for one in value if isinstance(value, list) else [value]:
                put(form.locator(f"[name={name}]"), one)
        form.get_by_role("button").last.click()
        notice, newest = self.page.locator(".notice").first, self.page.locator("#historique .timeline p").first
        expect(notice).to_contain_text("Enregistré")
        expect(notice).to_contain_text(newest.text_content() or NOTHING)

    def presses(self, button: str, within: str = "main") -> None:
        found = self.page.locator(within).get_by_role("button", name=button, include_hidden=True).first
        unfold(found)
        found.click()

    def follows(self, label: str) -> None:
        """Presses a link of the page; one in a closed fold is unfolded first."""
        link = self.page.locator("main").get_by_role("link", name=label, include_hidden=True).first
        unfold(link)
        link.click()

    def uploads(self, file: Path) -> None:
        """Chooses a file on the results page; a browser with scripts sends it at once."""
        self.goes("/resultats")
        self.page.get_by_label("Importer un export Pix Orga").set_input_files(file)


def labelled(within: Locator, label: str) -> Locator:
    """The field whose label begins with these words."""
    return within.get_by_label(re.compile(rf"^{spaced(label)}(?![-\w])")).first


def spaced(words: str) -> str:
    """A pattern of these words, whatever spaces French typography puts between them."""
    return r"\s*" + r"\s".join(map(re.escape, words.split(" ")))


def fill(field: Locator, value: str | bool) -> None:
    unfold(field)
    if isinstance(value, bool):
        field.set_checked(value)
    elif field.evaluate("field => field.tagName") == "SELECT":
        option = field.locator("option", has_text=re.compile(f"^{spaced(value)}")).first
        field.select_option(option.get_attribute("value"))
    else:
        field.fill(value)


def put(field: Locator, value: str) -> None:
    """Gives a field of the form its value: chooses it, ticks it, or writes it."""
    if field.first.get_attribute("type") in ("radio", "checkbox"):
        box = field.and_(field.page.locator(f'[value="{value}"]'))
        unfold(box)
        box.check()
    elif field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value)
    else:
        unfold(field)
        field.fill(value)


def unfold(hidden: Locator) -> None:
    """Opens the menus and folds that something stands in, from the outside in, as a person would."""
    hidden.wait_for(state="attached")  # counting does not wait for a page on its way
    outer: Callable[[], Locator] = lambda: hidden.locator("xpath=ancestor::details[not(@open)]").first  # noqa: E731
    while outer().count():
        outer().locator("> summary").click()

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import Page, expect

from tests.browser.house import listening
from web.http import errors, forms, security, templates
from web.http.people import NOBODY

pytestmark = pytest.mark.browser

ROLES = "animatrice, référente Pix, direction"
FRAME = templates.Frame("Mission locale", "Nadia Benali", ROLES, [("/", "Ma boîte", 12, True)], True, True)
FORM = """{% extends "base.html" %}
{% block title %}Note{% endblock %}
{% block content %}<h1>Note</h1>
{{ ui.stepper([{"label": STAGES.orientation, "state": "current", "lines": ["à présenter"]}]) }}
{{ ui.score_bar(40, [{"low": 0, "high": 40, "label": "bas"}, {"low": 41, "high": 100, "label": "haut"}]) }}
{% block form %}<form method="post" action="/" hx-post="/" hx-target="this" hx-swap="outerHTML">
{{ ui.hidden("7f6a2b1e-0000-4000-8000-000000000001") }}{{ ui.error_summary(errors) }}
{{ ui.field("text", "Texte", error=errors.get("text", "")) }}
{{ ui.field("kind", "Genre", "checks", ["a"], options=[("a", "A"), ("b", "B", "rare")]) }}
<button class="btn btn-primary">Noter</button>
<button class="btn" type="button" hx-post="/fault" hx-target="closest form">Faillir</button>
</form>{% endblock %}{% endblock %}"""


class Note(forms.Form):
    text: str
    kind: tuple[str, ...] = ()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    loader = templates.environment().loader
    assert loader is not None
    monkeypatch.setattr(templates.environment(), "loader", ChoiceLoader([DictLoader({"form.html": FORM}), loader]))
    app = FastAPI()
    errors.install(app)
    security.protect(app, errors.refuse)

    @app.get("/")
    def show(request: Request) -> Response:
        request.state.frame = FRAME
        return templates.show(request, "form.html", "form", NOBODY, errors={})

    @app.post("/")
    def note(request: Request, data: forms.FormData) -> Response:
        _, wrong = forms.validate(Note, data)
        request.state.frame = FRAME
        return templates.show(request, "form.html", "form", NOBODY, errors=wrong)

    @app.post("/fault")
    def fault() -> None:
        raise RuntimeError

    with listening(app) as url:
        yield f"{url}/"


def test_the_frame_and_its_forms_pass_axe_and_fit_a_phone(
    site: str, tab: Page, check_page: Callable[[Page], None]
) -> None:
    tab.goto(site)
    check_page(tab)


def test_control_a_new_element_of_a_page_that_passed_is_checked(
    site: str, tab: Page, check_page: Callable[[Page], None]
) -> None:
    tab.goto(site)
    check_page(tab)
    tab.evaluate("document.querySelector('main').append(document.createElement('button'))")
    with pytest.raises(AssertionError, match="button-name"):
        check_page(tab)


def test_control_a_page_that_is_still_arriving_is_checked_whole(
    silent_tab: Page, check_page: Callable[[Page], None]
) -> None:
    app = FastAPI()

    @app.get("/")
    def draw_slowly() -> Response:
        async def parts() -> AsyncIterator[str]:
            yield "<!doctype html><html lang=fr><head><title>Note</title>"
            yield " " * 2_000  # the browser shows nothing before it has as much
            await asyncio.sleep(0.5)
            yield "</head><body><main><h1>Note</h1><button></button></main></body></html>"

        return StreamingResponse(parts(), media_type="text/html")

    with listening(app) as url:
        silent_tab.goto(url, wait_until="commit")
        with pytest.raises(AssertionError, match="button-name"):
            check_page(silent_tab)


def test_the_system_chooses_dark_without_a_cookie(site: str, tab: Page) -> None:
    tab.emulate_media(color_scheme="dark")
    tab.goto(site)
    expect(tab.locator("body")).to_have_css("background-color", "rgb(18, 18, 27)")


def test_after_a_refusal_the_summary_has_the_focus(site: str, silent_tab: Page) -> None:
    silent_tab.goto(site)
    silent_tab.get_by_role("button", name="Noter").click()
    expect(silent_tab.locator(".errors")).to_be_focused()
    expect(silent_tab.locator("h1")).to_have_count(1)


def test_a_fault_leaves_the_page_as_it_is_and_says_so(site: str, silent_tab: Page) -> None:
    silent_tab.goto(site)
    silent_tab.get_by_label("Texte").fill("brouillon")
    silent_tab.get_by_role("button", name="Faillir").click()
    expect(silent_tab.locator("#toasts")).to_contain_text("Nous ne savons pas si votre action est enregistrée.")
    expect(silent_tab.get_by_label("Texte")).to_have_value("brouillon")
    silent_tab.get_by_role("button", name="Fermer ce message").click()
    expect(silent_tab.locator("#toasts .notice")).to_have_count(0)

import re
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from fastapi import FastAPI, HTTPException, Request, Response
from jinja2 import ChoiceLoader, DictLoader

from tests.web.client import InspectingClient, problems, words
from web.http import errors, forms, security, templates
from web.http.people import NOBODY

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
BANDS = [
    {"low": 0, "high": 40, "label": "savoirs de base"},
    {"low": 41, "high": 70, "label": "développer"},
    {"low": 71, "high": 100, "label": "valoriser"},
]
NOTE = """{% extends "base.html" %}
{% block title %}Note{% endblock %}
{% block content %}<h1>Note</h1>
{% block form %}<form method="post" action="/note">{{ ui.hidden("7f6a2b1e-0000-4000-8000-000000000001", 3) }}
{{ ui.error_summary(errors) }}
{{ ui.field("text", "Texte", "textarea", values.text, error=errors.get("text", ""), required=true) }}
{{ ui.field("on", "Le", "date", values.on, error=errors.get("on", "")) }}
<button class="btn">Noter</button></form>{% endblock %}{% endblock %}"""


class Note(forms.Form):
    text: str
    on: date | None = None
    kinds: tuple[Literal["a", "b"], ...] = ()
    done: bool = False


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    loader = templates.environment().loader
    assert loader is not None
    monkeypatch.setattr(templates.environment(), "loader", ChoiceLoader([DictLoader({"note.html": NOTE}), loader]))
    app = FastAPI()
    errors.install(app, recorded=lambda request: True)
    security.protect(app, errors.refuse, url="https://pixflow.example")

    @app.get("/note")
    def show(request: Request) -> Response:
        return templates.show(request, "note.html", "form", NOBODY, errors={}, values={"text": "", "on": None})

    @app.post("/note")
    def note(request: Request, data: forms.FormData) -> Response:
        value, wrong = forms.validate(Note, data)
        if value is None:
            return templates.show(request, "note.html", "form", NOBODY, errors=wrong, values=data)
        return templates.redirect(request, "/note#fait")

    @app.post("/fault")
    def fault() -> None:
        raise RuntimeError("the store burns")

    @app.get("/slow")
    def slow() -> None:
        raise HTTPException(503)

    @app.get("/guarded")
    def guarded() -> None:
        raise HTTPException(303, headers={"Location": "/qui"})

    return app


@pytest.fixture
def client(app: FastAPI) -> InspectingClient:
    return InspectingClient(app, raise_server_exceptions=False, follow_redirects=False)


def sent(**fields: Any) -> dict[str, Any]:
    return {"command_id": "7f6a2b1e-0000-4000-8000-000000000001", "seen": "3", **fields}


def test_a_page_is_whole_and_its_fragment_is_the_same_block(client: InspectingClient) -> None:
    whole, part = client.get("/note").text, client.get("/note", headers=HTMX).text
    assert "<html" in whole
    assert part.startswith("<form")
    assert part in whole


@pytest.mark.parametrize(
    "more", [{"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}, {"HX-Request-Type": "full"}]
)
def test_boosted_links_and_history_get_the_whole_page(client: InspectingClient, more: dict[str, str]) -> None:
    answer = client.get("/note", headers=HTMX | more)
    assert "<html" in answer.text
    assert answer.headers["Vary"] == "HX-Request"


def test_a_refused_form_comes_back_with_its_values_and_french_errors(client: InspectingClient) -> None:
    answer = client.post("/note", data=sent(text="", on="31/02/2026"), headers=HTMX)
    assert answer.status_code == 422
    assert 'value="31/02/2026"' in answer.text
    assert "Rien n’est encore enregistré : 2 points sont à revoir." in words(answer.text)
    assert "Écrivez une date qui existe, comme 16/03/2026." in words(answer.text)
    assert 'href="#text"' in answer.text


def test_after_a_form_the_browser_is_sent_on(client: InspectingClient) -> None:
    answer = client.post("/note", data=sent(text=" vu "))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/note#fait")
    elsewhere = client.post("/note", data=sent(text="vu"), headers=HTMX | {"HX-Current-URL": "http://localhost/"})
    assert elsewhere.headers["HX-Redirect"] == "/note#fait"
    here = client.post("/note", data=sent(text="vu"), headers=HTMX | {"HX-Current-URL": "http://localhost/note"})
    assert here.headers["HX-Refresh"] == "true"


def test_a_route_may_send_away_whoever_is_not_known(client: InspectingClient) -> None:
    assert client.get("/guarded").headers["Location"] == "/qui"
    assert client.get("/guarded", headers=HTMX).headers["HX-Redirect"] == "/qui"


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_a_redirection_never_leaves_the_site(url: str) -> None:
    request = Request({"type": "http", "headers": []})
    with pytest.raises(ValueError, match="not a path"):
        templates.redirect(request, url)


def test_one_value_of_a_list_is_a_list_and_an_emptied_field_is_none() -> None:
    value, wrong = forms.validate(Note, sent(text=" vu ", on="", kinds="a"))
    assert wrong == {}
    assert value is not None
    assert (value.text, value.on, value.kinds, value.done, value.seen) == ("vu", None, ("a",), False, 3)


@pytest.mark.parametrize("mark", ["\0", "\x1b", "\x07"])
def test_a_control_character_is_refused_on_its_field(mark: str) -> None:
    value, wrong = forms.validate(Note, sent(text=f"vu{mark}", kinds=["a", mark]))
    assert value is None
    assert {name: words(said) for name, said in wrong.items()} == dict.fromkeys(
        ("text", "kinds"),
        "Un caractère invisible s’est glissé dans ce texte, à la place de « \N{REPLACEMENT CHARACTER} » : effacez-le.",
    )
    assert forms.validate(Note, sent(text="vu\r\n\tici"))[1] == {}


def test_what_a_form_did_not_ask_is_refused() -> None:
    value, wrong = forms.validate(Note, sent(text="vu", nir=""))
    assert value is None
    assert wrong == {"nir": "Ce champ n’est pas attendu ici."}


def test_every_answer_carries_the_safe_headers(client: InspectingClient) -> None:
    for answer in (
        client.get("/note"),
        client.get("/nowhere"),
        client.post("/fault"),
        client.get("/static/pixflow.js"),
    ):
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/note").headers["Cache-Control"] == "no-store"
    assert "immutable" in client.get(security.static_url("pixflow.css")).headers["Cache-Control"]


def test_a_form_from_another_site_is_refused_in_french(client: InspectingClient) -> None:
    answer = client.post("/note", data=sent(text="vu"), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Ce formulaire vient d’un autre site" in words(answer.text)


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/nowhere", 404, "rien n’était à enregistrer"),
        ("DELETE", "/note", 405, "Votre action n’est pas enregistrée."),
        ("GET", "/slow", 503, "Recommencez dans quelques secondes."),
        ("POST", "/fault", 500, "Votre action est bien enregistrée."),
    ],
)
def test_an_error_page_says_whether_the_action_was_recorded(
    client: InspectingClient, method: str, path: str, status: int, said: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert said in words(answer.text)
    assert "burns" not in answer.text


def test_for_htmx_an_error_is_a_toast_and_nothing_else(client: InspectingClient) -> None:
    answer = client.post("/fault", headers=HTMX)
    assert re.match(r'\s*<hx-partial hx-target="#toasts" hx-swap="beforeend">', answer.text)
    assert "<main" not in answer.text


def test_a_program_gets_its_errors_as_json(client: InspectingClient) -> None:
    answer = client.get("/slow", headers={"Accept": "application/json"})
    assert answer.json()["status"] == 503
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("percent", "said"),
    [
        (0, "0 % : dans 0-40"),
        (40, "40 % : encore dans 0-40"),
        (41, "41 % : déjà dans 41-70"),
        (100, "100 % : dans 71-100"),
    ],
)
def test_the_mark_of_a_score_stands_inside_its_band(percent: int, said: str) -> None:
    macros: Any = templates.environment().globals["ui"]
    bar = macros.score_bar(percent, BANDS)
    assert said in words(bar)
    left, width = re.search(r'class="band here" x="([\d.]+)%" y="24" width="([\d.]+)%"', bar).groups()
    mark = float(re.search(r'<svg x="([\d.]+)%"', bar).group(1))
    assert float(left) < mark < float(left) + float(width)


def test_the_frame_names_person_structure_and_place() -> None:
    frame = templates.Frame(
        "Mission locale", "Nadia Benali", "conseillère", [("/", "Ma boîte", 2500, True)], True, True, "dark"
    )
    named = {"title": "Titre", "sentence": "Phrase.", "recorded": "Rien.", "back": "", "again": "", "status": 404}
    html = templates.environment().get_template("error.html").render(frame=frame, **named)
    assert problems(html) == []
    assert 'data-bs-theme="dark"' in html
    assert '<a href="/" aria-current="page">Ma boîte <span class="count">2\u202f500</span>' in html
    assert "Démonstration" in html
    assert 'role="search" method="post" action="/chercher"' in html


def test_vendored_files_are_what_their_record_says() -> None:
    import base64
    import hashlib

    folder = Path(security.STATIC) / "vendor"
    rows = re.findall(r"^\| (\S+\.(?:js|css)) \|.*\| (\S+) \|$", (folder / "README.md").read_text(), re.MULTILINE)
    assert {name for name, _ in rows} == {path.name for path in folder.iterdir() if path.suffix in (".js", ".css")}
    for name, digest in rows:
        assert base64.b64encode(hashlib.sha384((folder / name).read_bytes()).digest()).decode() == digest

"""Templates: the environment, and the answer that draws a page or one of its blocks."""

import re
import typing
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context, Macro
from jinja2_fragments import render_block
from markupsafe import Markup

from pixflow.identity import list_name
from web.french import dates, tasks, typography, vocabulary
from web.french.dossier import path
from web.french.events import resources
from web.http import forms, markdown
from web.http.addresses import carrying
from web.http.day_bar import DayBar
from web.http.people import People, note, with_receipt
from web.http.security import HERE, renamed, static_url


class Texts(typing.Protocol):
    """HTML that pages have drawn before."""

    def get(self, key: Hashable) -> Markup | None: ...
    def put(self, key: Hashable, made: Markup) -> Markup: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts around every page. `nav`: address, label, counter or None, and True for this page.

    `acting_for` names the colleagues this person deputises for today.
    `theme` is light, dark or None (the system's); `change` is the address of the choice of a person, in a
    demonstration; otherwise `account` offers one's account, and `lone` asks for a second way in.
    `toasts` are sentences to show once, each with its tone: done, note or late.
    `me` tells a shared browser whose views it keeps; `views` are those of this list that an account keeps, None in a
    demonstration.
    `printed` is the day that a printed page says, None without a desk.
    `day` is the bar of a list that has earlier days.
    `tag` tells a live page if it changed. `texts` are drawn once (Desk.memory). `staff` names a colleague by their id.
    """

    structure_name: str = ""
    person_name: str = ""
    role_label: str = ""
    nav: Sequence[tuple[str, str, int | None, bool]] = ()
    demo: bool = False
    search: bool = False
    theme: str | None = None
    change: str | None = None
    account: bool = False
    lone: bool = False
    toasts: Sequence[tuple[str, str]] = ()
    acting_for: Sequence[str] = ()
    me: str = ""
    views: Sequence[typing.Any] | None = None
    tag: str = ""
    texts: Texts | None = None
    staff: typing.Callable[[str | UUID], str] = lambda id: "une personne"
    printed: date | None = None
    day: DayBar | None = None

    @property
    def past(self) -> bool:
        """True on a list of an earlier day: it offers nothing to do."""
        return self.day is not None and self.day.moment is not None


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """A band of the grid as `ui.score_bar` draws it; both ends are in the band."""

    low: int
    high: int
    label: str


class FrenchTypesetting(Extension):
    """Gives the fixed text and the strings of templates their non-breaking spaces and apostrophes, when compiled.

    Text that ends with "de" or "que" becomes a filter of the value that follows: `de {{ name }}` is `{{ (name)|de }}`.
    """

    def filter_stream(self, stream: TokenStream) -> typing.Iterator[Token]:
        said = word = ""
        for token in stream:
            if token.type == "string":
                token = Token(token.lineno, "string", typography.typeset(token.value))
            if token.type == "data":
                said += typography.typeset(token.value)
                continue
            if token.type == "variable_begin" and (elided := _ELIDED.search(said)):
                said, word = said[: elided.start()], elided[1]
            if said:
                yield Token(token.lineno, "data", said)
                said = ""
            if word and token.type == "variable_end":
                yield from _piped(token.lineno, word)
                word = ""
            yield token
            if word and token.type == "variable_begin":
                yield Token(token.lineno, "lparen", "(")
        if said:
            yield Token(0, "data", said)


_ELIDED = re.compile(r"\b([DdQq]u?e) $")


def _piped(line: int, word: str) -> typing.Iterator[Token]:
    """Yields the end of `(…)|string|de`, and `|upper_first` for a word with a capital."""
    filters = ["string", word.lower(), *(["upper_first"] if word[0].isupper() else [])]
    yield Token(line, "rparen", ")")
    for name in filters:
        yield Token(line, "pipe", "|")
        yield Token(line, "name", name)


LABELS = {name: words for name, words in vars(vocabulary).items() if name.isupper()}
LABELS |= {name: getattr(resources, name) for name in ("AUDIENCES", "BANDS", "KINDS")} | {"VERBS": tasks.VERBS}
"""The tables of French labels that templates see, by code."""
FILTERS = {
    function.__name__: function
    for function in (
        typography.de, typography.lower_first, typography.number, typography.percent, typography.phone,
        typography.plural, typography.typeset, typography.upper_first, path.fraction, path.group, path.lives,
        path.mastered, path.site, carrying, typography.que, dates.clock, dates.day, dates.instant, dates.weekday,
        dates.weekday_day, list_name,
    )
}  # fmt: skip


COMMAND = str(uuid4())
"""Stands for the command of a form while a page is drawn: nobody can type it."""


@cache
def environment() -> Environment:
    """Returns the only template environment.

    Every template sees `ui` (the macros), `static`, `new_command` and the LABELS.
    """
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[FrenchTypesetting],
    )
    made.globals.update(static=static_url, new_command=lambda: COMMAND, once=_draw_once, renamed=renamed, **LABELS)
    made.globals.update(labels_of=forms.labels, rows_of=forms.rows, asks_day=forms.asks_day)
    made.filters.update(FILTERS, staff=_staff, label=_label, options=_options, markdown=markdown.html)
    made.globals["ui"] = macros = made.get_template("_macros.html").module
    for drawn_often in ("icon", "stage_chip"):
        setattr(macros, drawn_often, cache(getattr(macros, drawn_often)))
    return made


@pass_context
def _staff(context: Context, id: str | UUID) -> str:
    """Returns the name of a colleague, as the person at the desk reads it."""
    return typing.cast(str, context["frame"].staff(id))


def _label(code: Hashable, labels: Mapping[Hashable, str]) -> str:
    return labels.get(code, str(code))


def _options(labels: Mapping[Hashable, str]) -> list[tuple[str, str]]:
    return [(str(code), typography.upper_first(label)) for code, label in labels.items()]


@pass_context
def _draw_once(context: Context, macro: Macro, *shown: Hashable, **flags: Hashable) -> Markup:
    """Returns what a macro draws of these values: drawn once for equal ones (projections/store/catch_up.py).

    The macro shows nothing else, but the commands of its forms, the labels and the references.
    """
    texts: Texts | None = context["frame"].texts
    key = (macro.name, *shown, *flags.items())
    if texts is None:
        return Markup(macro(*shown, **flags))  # noqa: S704 the macro has escaped it
    return texts.get(key) or texts.put(key, Markup(macro(*shown, **flags)))  # noqa: S704


def wants_block(request: Request) -> bool:
    """Tells if htmx asks for a part of the page. Boosted links and the history need the whole page."""
    header = request.headers.get
    return (
        header("HX-Request") == "true"
        and header("HX-Request-Type") == "partial"
        and header("HX-Boosted") != "true"
        and header("HX-History-Restore-Request") != "true"
    )


def show(
    request: Request,
    template: str,
    block: str | None,
    people: People,
    *,
    status: int = 200,
    alone: bool | None = None,
    **names: Any,
) -> HTMLResponse:
    """Draws a template with these names, or for htmx its `block` alone. Notes the `people` whom it and a receipt show.

    It sees `request`, `status`, `frame` (of request.state) and `fragment`, a block alone, too. A fragment has the rail
    beside it, and may add `<hx-partial>`. With `errors` the page is a form that is refused: 422, and it stays at the
    address where it was opened. `alone` says if the block is drawn alone, whatever is asked.
    """
    status = 422 if names.get("errors") else status
    part = block if (wants_block(request) if alone is None else alone) else None
    note(request, with_receipt(people, names.get("receipt")))
    frame = getattr(request.state, "frame", None) or Frame()
    names |= {"request": request, "status": status, "frame": frame, "fragment": part is not None}
    if part is None:
        html = environment().get_template(template).render(names)
    else:
        html = render_block(environment(), template, part, names)
    html = frame.day.keep(html) if frame.day and frame.past else html
    html += _rail(frame) if part else ""
    first, *rest = html.split(COMMAND)
    html = first + "".join(f"{uuid4()}{part}" for part in rest)  # each form has a command of its own
    response = HTMLResponse(html, status, {"Vary": "HX-Request"})
    if status == 422 and alone is None:
        response.headers["HX-Replace-Url"] = "false"
    return response


def _rail(frame: Frame) -> str:
    """Returns the rail with its counters, to swap beside a fragment: a command may have changed them."""
    if not frame.nav:
        return ""
    rail = environment().get_template("_rail.html").render(frame=frame)
    return f'<hx-partial hx-target="#rail" hx-swap="outerHTML">{rail}</hx-partial>'


def redirect(request: Request, url: str) -> Response:
    """Redirects to `url`: 303, or for htmx the header that loads it. Reloads when only the fragment differs.

    Raises ValueError when `url` is not a path of ours.
    """
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError(f"not a path: {url}")
    if request.headers.get("HX-Request") != "true":
        return RedirectResponse(url, 303)
    here, there = urlsplit(request.headers.get("HX-Current-URL", "")), urlsplit(url)
    if (here.path, here.query) == (there.path, there.query):
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    return Response(status_code=204, headers={"HX-Redirect": url})

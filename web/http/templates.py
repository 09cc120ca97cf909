"""Pages and forms: templates, whole pages or their blocks, what a form sent, headers, static files."""

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2_fragments import render_block

from web.french import dates, vocabulary
from web.http.static import HERE, static_url


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page. `nav`: (address, word, counter or None, is it this page).

    `acting_for` names the colleagues this person deputises for today.
    `theme` is light, dark or None (the system's); `change` is where one becomes somebody else.
    `toasts`: sentences to show once, as (text, tone), tone being done, note or late.
    `me` tells browsers shared by several people whose things they keep; `tag` is what a live page is compared with.
    """

    structure_name: str = ""
    person_name: str = ""
    role_label: str = ""
    nav: Sequence[tuple[str, str, int | None, bool]] = ()
    demo: bool = False
    search: bool = False
    theme: str | None = None
    change: str | None = None
    toasts: Sequence[tuple[str, str]] = ()
    acting_for: Sequence[str] = ()
    me: str = ""
    tag: str = ""


class FrenchTypesetting(Extension):
    """Gives the fixed text of templates its non-breaking spaces and its apostrophes, once, when compiled."""

    def filter_stream(self, stream: TokenStream) -> typing.Iterator[Token]:
        for token in stream:
            yield Token(token.lineno, token.type, vocabulary.typeset(token.value)) if token.type == "data" else token


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[FrenchTypesetting],
    )
    environment.globals.update(static=static_url, words=vocabulary, dates=dates)
    environment.filters.update(
        typeset=vocabulary.typeset, number=vocabulary.number, percent=vocabulary.percent, plural=vocabulary.plural
    )
    environment.filters.update(day=dates.day, weekday_day=dates.weekday_day, instant=dates.instant)
    environment.globals["ui"] = macros = environment.get_template("_macros.html").module
    for drawn_often in ("icon", "stage_chip"):
        setattr(macros, drawn_often, cache(getattr(macros, drawn_often)))
    return environment


@cache
def environment() -> Environment:
    """The one template environment. Every template and block sees `ui` (the macros), `words`, `dates`, `static`."""
    return _environment()


def wants_block(request: Request) -> bool:
    """True for a request of htmx that swaps a part of the page; boosted links and history need all of it."""
    said = request.headers.get
    return (
        said("HX-Request") == "true"
        and said("HX-Request-Type") == "partial"
        and said("HX-Boosted") != "true"
        and said("HX-History-Restore-Request") != "true"
    )


def page(
    request: Request, template: str, context: Mapping[str, Any], *, block: str | None = None, status: int = 200
) -> HTMLResponse:
    """The whole page, or only `block` when htmx asked for a part. `frame` comes from request.state unless given.

    Templates also see `request` and `fragment` (bool: only a block is drawn, so `<hx-partial>` may be added).
    """
    return draw(request, template, context, block=block if wants_block(request) else None, status=status)


def draw(
    request: Request, template: str, context: Mapping[str, Any], *, block: str | None, status: int
) -> HTMLResponse:
    """`block` of a template and the rail beside it, or the whole page when that is None."""
    frame = getattr(request.state, "frame", None) or Frame()
    seen = {"request": request, "frame": frame, "fragment": block is not None, **context}
    if block is None:
        html = environment().get_template(template).render(seen)
    else:
        html = render_block(environment(), template, block, seen) + _rail(frame)
    return HTMLResponse(html, status, {"Vary": "HX-Request"})


def _rail(frame: Frame) -> str:
    """The rail's counters beside a fragment: what was just recorded may have moved them."""
    if not frame.nav:
        return ""
    rail = environment().get_template("_rail.html").render(frame=frame)
    return f'<hx-partial hx-target="#rail" hx-swap="outerHTML">{rail}</hx-partial>'


def redirect(request: Request, url: str) -> Response:
    """See `url` next: 303, or for htmx the header that loads it (a reload when only its fragment differs).

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

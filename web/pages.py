"""Pages and forms: templates, whole pages or their blocks, what a form sent, headers, static files."""

import hashlib
import inspect
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from asgi_cross_origin_protection import CrossOriginProtection
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2_fragments import render_block
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from starlette.datastructures import MutableHeaders
from starlette.formparsers import MultiPartParser
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pixflow.work import FIRST_DAY, LAST_DAY
from web.french import dates, words

HERE = Path(__file__).parent
STATIC = HERE / "static"
OWN_HOSTS = ("127.0.0.1", "localhost", "testserver")
MOST_BYTES = 6 * 1024 * 1024  # a file of 5 MB and what a form says beside it
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}

M = TypeVar("M", bound=BaseModel)


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


def _in_our_time(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise PydanticCustomError("date_range", "out of range")
    return day


Day = Annotated[date, AfterValidator(_in_our_time)]
"""A day that a form may say: a year mistyped is refused where it is typed."""


class Form(BaseModel):
    """Base of every form: unknown fields are refused, texts are trimmed.

    `command_id` is the fresh id each rendered form carries, `seen` the version of the dossier it was drawn from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_max_length=5_000)
    command_id: UUID
    seen: int | None = None


class FrenchTypesetting(Extension):
    """Gives the fixed text of templates its non-breaking spaces and its apostrophes, once, when compiled."""

    def filter_stream(self, stream: TokenStream) -> typing.Iterator[Token]:
        for token in stream:
            yield Token(token.lineno, token.type, words.typeset(token.value)) if token.type == "data" else token


@cache
def static_url(path: str) -> str:
    """The address of one of our files, which changes with its content: a browser may keep it for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()
    return f"/static/{path}?v={digest[:12]}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[FrenchTypesetting],
    )
    environment.globals.update(static=static_url, words=words, dates=dates)
    environment.filters.update(typeset=words.typeset, number=words.number, percent=words.percent, plural=words.plural)
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


async def form_data(request: Request) -> dict[str, Any]:
    """What the form sent: text, UploadFile, or a list where a name came several times. Use it as `FormData`."""
    if getattr(request.state, "too_large", False):
        raise HTTPException(413)
    sent = await request.form()
    request.state.command_id = sent.get("command_id")
    return {name: values[0] if len(values := sent.getlist(name)) == 1 else values for name in sent}


FormData = Annotated[dict[str, Any], Depends(form_data)]


def validate(model: type[M], data: Mapping[str, Any]) -> tuple[M | None, dict[str, str]]:
    """The form's value and no errors, or None and one French sentence by field name ("" for the whole form).

    An emptied field is None, never its default; a list field accepts one value; an absent one has its default.
    """
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    cleaned = {name: _cleaned(value, fields.get(name)) for name, value in data.items()}
    try:
        return model.model_validate(cleaned), {}
    except ValidationError as refused:
        errors: dict[str, str] = {}
        for error in refused.errors(include_url=False):
            name = ".".join(str(part) for part in error["loc"][:1])
            kind = error["type"]
            if error["input"] is None and kind != "extra_forbidden":
                kind = "missing"
            errors.setdefault(name, words.invalid(kind, error.get("ctx", {})))
        return None, errors


def _cleaned(value: Any, field: FieldInfo | None) -> Any:
    if field is not None and _is_many(field.annotation):
        values = value if isinstance(value, list) else [value]
        return [one for one in values if one != ""]
    return None if isinstance(value, str) and not value.strip() else value


def _is_many(annotation: Any) -> bool:
    origin = typing.get_origin(annotation) or annotation
    if inspect.isclass(origin):
        return issubclass(origin, list | tuple | set | frozenset)
    return any(_is_many(part) for part in typing.get_args(annotation))


class SafeHeaders:
    """Puts the security headers on every answer, and forbids caches to keep those that say nothing of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                put_headers(MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, send_safely)


def put_headers(headers: MutableHeaders) -> None:
    """Adds the security headers; a cache rule already there stays."""
    headers.update(HEADERS)
    headers.setdefault("Cache-Control", "no-store")


class LimitedBody:
    """Refuses a body over `most` bytes with 413, before reading it when its length is told, else while reading."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        told = dict(scope["headers"]).get(b"content-length", b"0")
        scope.setdefault("state", {})["too_large"] = told.isdigit() and int(told) > self.most
        read = 0

        async def receive_within() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_within, send)


class OwnFiles(StaticFiles):
    """Our static files; an address that carries the file's digest never changes its content."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        scope = kwargs.get("scope") or args[2]
        kept = "public, max-age=31536000, immutable" if b"v=" in scope["query_string"] else "no-cache"
        response.headers["Cache-Control"] = kept
        return response


def protect(app: FastAPI, *, hosts: Sequence[str] = (), deny: ASGIApp | None = None) -> None:
    """Mounts /static and puts the guards around `app`: known hosts, own origin for writes, safe headers.

    `hosts` are added to this machine's own names; `deny` answers a form sent from another site.
    """
    app.mount("/static", OwnFiles(directory=STATIC), name="static")
    app.add_middleware(CrossOriginProtection, deny_app=deny)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*OWN_HOSTS, *hosts], www_redirect=False)
    app.add_middleware(LimitedBody)
    MultiPartParser.spool_max_size = MOST_BYTES  # what may be sent stays in memory: no copy in clear on a disk
    app.add_middleware(SafeHeaders)

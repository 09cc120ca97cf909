"""Checks of every request before its route: headers, static files, hosts, origin, whole bodies, addresses."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus, urlencode, urlsplit

from anyio import fail_after
from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers, MutableHeaders
from starlette.formparsers import MultiPartParser
from starlette.responses import RedirectResponse
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pixflow.identity import contains_control
from web.french.errors import pages

HERE = Path(__file__).parents[1]

STATIC = HERE / "static"


@cache
def static_url(path: str) -> str:
    """Returns the address of a static file. It changes with the content, so a browser may cache it for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()
    return f"/static/{path}?v={digest[:12]}"


# --- security headers, the static files served, and the guards of every request


HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "publickey-credentials-create=(self), publickey-credentials-get=(self)",
}
TLS_ONLY = "max-age=31536000; includeSubDomains"
"""A browser then asks over TLS alone, for a year (ASVS 5.0 3.4.1)."""


class SafeHeaders:
    """ASGI middleware: puts the security headers on every answer. An answer without a cache rule is not stored.

    An https `url` is asked over TLS alone.
    """

    def __init__(self, app: ASGIApp, url: str = "") -> None:
        self.app = app
        self._tls = url.startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                put_headers(headers := MutableHeaders(scope=message))
                if self._tls:
                    headers["Strict-Transport-Security"] = TLS_ONLY
            await send(message)

        await self.app(scope, receive, send_safely)


def put_headers(headers: MutableHeaders) -> None:
    """Adds the security headers. Those already there stay: rules of caches, and stricter ones."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")


class ToldRedirects:
    """ASGI middleware: answers 204 with `Pixflow-Location` instead of 303 to a script that says it sends a form.

    A browser hides from scripts where a redirect leads (network.js).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 303:
                headers = MutableHeaders(scope=message)
                headers["Pixflow-Location"] = headers["Location"]
                del headers["Location"]
                message["status"] = 204
            await send(message)

        asks = scope["type"] == "http" and Headers(scope=scope).get("pixflow-form") == "sent"
        await self.app(scope, receive, send_told if asks else send)


class OwnFiles(StaticFiles):
    """Serves static files. The content of an address with a digest never changes."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        scope = kwargs.get("scope") or args[2]
        kept = "public, max-age=31536000, immutable" if b"v=" in scope["query_string"] else "no-cache"
        response.headers["Cache-Control"] = kept
        return response


def protect(app: FastAPI, refuse: Callable[..., ASGIApp], *, url: str = "") -> None:
    """Mounts /static and adds the guards: safe headers, known hosts, own origin, whole bodies, readable addresses.

    `url` is the public address of the pages, known beside the names of this machine. `refuse` makes the answer to a
    request that no route sees: a page of a status, with other words as `title` and `instead`.
    """
    app.mount("/static", OwnFiles(directory=STATIC), name="static")
    app.add_middleware(ReadableAddresses, deny=refuse(400, instead=pages.UNREADABLE))
    app.add_middleware(ToldRedirects)
    app.add_middleware(WholeMessages, refuse=refuse)
    app.add_middleware(CrossOriginGuard, deny=refuse(403, instead=pages.FROM_ELSEWHERE))
    app.add_middleware(KnownHosts, url=url, deny=refuse(400, title=pages.UNKNOWN_HOST, instead=pages.known_host(url)))
    # Personal data in an upload is not written to the disk in clear. Starlette reads the limit from the class alone: it
    # holds for every application of the process.
    MultiPartParser.spool_max_size = MOST_BYTES
    app.add_middleware(SafeHeaders, url=url)


# --- known hosts: a request names this machine or the public address of the pages (PIXFLOW_URL)


THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names of this machine, accepted with every port: a tunnel may end on another one."""
DEFAULT_PORTS = {"http": 80, "https": 443}


class KnownHosts:
    """ASGI middleware: `deny` answers a request to an unknown host, as a page of another site may send (DNS rebinding).

    `url` is the public address: its host and its port are known. A `Host` without a port means the scheme's own port.
    """

    def __init__(self, app: ASGIApp, url: str, deny: ASGIApp) -> None:
        self.app = app
        self.deny = deny
        self._port = DEFAULT_PORTS.get(urlsplit(url).scheme)
        self._public = self._completed(authority(url))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = scope["type"] != "http" or self.knows(Headers(scope=scope).getlist("host"))
        await (self.app if known else self.deny)(scope, receive, send)

    def knows(self, hosts: list[str]) -> bool:
        """Tells if a request with these `Host` headers is for us. It has exactly one."""
        asked = authority(f"//{hosts[0]}") if len(hosts) == 1 else None
        return asked is not None and (asked[0] in THIS_MACHINE or self._completed(asked) == self._public)

    def _completed(self, asked: tuple[str, int | None] | None) -> tuple[str, int | None] | None:
        return (asked[0], asked[1] or self._port) if asked else None


# --- forms of other sites (CSRF), by the rules of Go's `net/http.CrossOriginProtection`
# Decision record: docs/decisions/0029-our-own-guards-at-the-http-edge.md


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
UNGUESSABLE = "/p/"
"""Beginning of addresses that are secrets themselves: whoever knows one needs no cookie of the browser.

Their pages send no referrer, so an older browser sends `Origin: null` with their forms.
"""
OWN_SITE = frozenset({"same-origin", "none"})


class CrossOriginGuard:
    """ASGI middleware: `deny` answers a request that may write and that another origin sent."""

    def __init__(self, app: ASGIApp, deny: ASGIApp) -> None:
        self.app = app
        self.deny = deny

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = scope["type"] == "http" and not scope["path"].startswith(UNGUESSABLE)
        denied = guarded and is_cross_origin(scope["method"], Headers(scope=scope))
        await (self.deny if denied else self.app)(scope, receive, send)


def is_cross_origin(method: str, headers: Headers) -> bool:
    """Tells if another origin sent a request that may write.

    `Sec-Fetch-Site` decides where the browser sends it: "same-site" is another origin too. An older browser sends
    `Origin`, which must name the host and port of the request. The scheme is not compared: behind a proxy that ends
    TLS it is unknown. A program sends neither header, and no cookie of a browser with them: it passes.
    """
    if method in SAFE_METHODS:
        return False
    if site := headers.get("sec-fetch-site"):
        return site not in OWN_SITE
    return _is_another(headers.get("origin"), headers)


def is_led_from_elsewhere(headers: Headers, *, pressed: bool = False) -> bool:
    """Tells if a page of another origin led a browser here. An older browser says it in `Referer` alone.

    With `pressed`, a link that somebody pressed leads nobody: an e-mail has such links.
    """
    if pressed and headers.get("sec-fetch-user") == "?1":
        return False
    if site := headers.get("sec-fetch-site"):
        return site not in OWN_SITE
    return _is_another(headers.get("referer"), headers)


def _is_another(sender: str | None, headers: Headers) -> bool:
    if not sender:
        return False
    known = authority(sender)
    return known is None or known != authority(f"//{headers.get('host', '')}")


def authority(url: str) -> tuple[str, int | None] | None:
    """Returns the host and the port of an address, None for one without a host."""
    try:
        parts = urlsplit(url)
        return (parts.hostname, parts.port) if parts.hostname else None
    except ValueError:
        return None


# --- bodies read whole before the application runs, and answers sent after it ended


MOST_BYTES = 6 * 1024 * 1024
"""Bytes of one body: a file of 5 MB and the fields of its form."""
HELD_BYTES = 64 * 1024 * 1024
"""Bytes that all bodies in memory may hold together, without the first 64 kB of each."""
FREE_BYTES = 64 * 1024
SECONDS = 120.0
"""Seconds for a whole body: 5 MB at 0.4 Mbit/s."""
PAUSE = 10.0
"""Seconds between two parts of a body."""


class BodyRefused(Exception):
    """A body that is not taken: `status` 408 (too slow), 413 (too large) or 503 (too many at once)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Disconnected(Exception):
    """The client left before its body was complete."""


class WholeMessages:
    """ASGI middleware: the application waits neither for a client that sends slowly nor for one that reads slowly.

    The application may therefore take a turn, a thread or a connection of the database: no client keeps it.
    `refuse` makes the answer to a body that is not taken, from its status.
    """

    def __init__(
        self,
        app: ASGIApp,
        refuse: Callable[[int], ASGIApp],
        *,
        most: int = MOST_BYTES,
        held: int = HELD_BYTES,
        seconds: float = SECONDS,
        pause: float = PAUSE,
    ) -> None:
        self.app = app
        self.refuse = refuse
        self._most, self._left, self._seconds, self._pause = most, held, seconds, pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
            return
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        try:
            with self._memory() as take:
                body = await self._read(Headers(scope=scope), receive, take)
                await self.app(scope, _given(body, receive), keep)
        except BodyRefused as refused:
            await self.refuse(refused.status)(scope, receive, send)
        except Disconnected:
            return
        finally:
            for message in answer:
                await send(message)

    @contextmanager
    def _memory(self) -> Iterator[Callable[[int], None]]:
        """Yields a function that takes bytes for one body, and gives them back at the end. It raises BodyRefused."""
        taken = 0

        def take(size: int) -> None:
            nonlocal taken
            if size > self._left:
                raise BodyRefused(503)
            taken += size
            self._left -= size

        try:
            yield take
        finally:
            self._left += taken

    async def _read(self, headers: Headers, receive: Receive, take: Callable[[int], None]) -> bytes:
        """Returns the whole body. Raises BodyRefused and Disconnected."""
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > self._most:
            raise BodyRefused(413)
        body, more = bytearray(), bool(length) or "transfer-encoding" in headers
        try:
            with fail_after(self._seconds):
                while more:
                    part, more = await self._part(receive)
                    body += part
                    if len(body) > self._most:
                        raise BodyRefused(413)
                    if len(body) > FREE_BYTES:
                        take(len(part))
        except TimeoutError:
            raise BodyRefused(408) from None
        return bytes(body)

    async def _part(self, receive: Receive) -> tuple[bytes, bool]:
        """Returns the next part of the body, and if more follows."""
        with fail_after(self._pause):
            message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        return message.get("body", b""), message.get("more_body", False)


def _given(body: bytes, receive: Receive) -> Receive:
    """Returns a `receive` that gives the whole body first."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_whole() -> Message:
        return messages.pop() if messages else await receive()

    return receive_whole


# --- redirects an address whose parameters were renamed: e-mails, bookmarks and saved views still hold the old names


RENAMED: dict[str, dict[str, str]] = {
    "/boite": {"kind": "tache", "stage": "etape", "group": "groupe", "fait": "recu"},
    "/boite/plusieurs": {"do": "faire", "task": "tache"},
    "/resultats": {"form": "formulaire"},
    "/dossiers": {"state": "etat", "stage": "etape", "group": "groupe", "fait": "recu"},
    "/dossiers/groupe": {"group": "groupe", "name": "nom", "until": "fin"},
    "/dossiers/{id:uuid}": {"form": "formulaire", "about": "sur"},
    "/ateliers/{id:uuid}": {"form": "formulaire", "group": "groupe"},
    "/ateliers/{id:uuid}/inscrire": {"group": "groupe"},
    "/journal": {"fait": "sorte"},
    "/equipe/{id:uuid}": {"form": "formulaire", "about": "sur"},
}
"""For each path the parameters that were renamed: the old name, then the new one."""
_PATHS = [(compile_path(path)[0], names) for path, names in RENAMED.items()]


def current(path: str, query: str) -> str | None:
    """Returns the address that has the new names, or None when this one has no old name."""
    pairs, new = parse_qsl(query, keep_blank_values=True), renamed(path)
    if new.keys().isdisjoint(name for name, _ in pairs):
        return None
    return f"{quote(path)}?{urlencode([(new.get(name, name), value) for name, value in pairs])}"


def renamed(path: str) -> dict[str, str]:
    """Returns the parameters of a path that were renamed: the old name, then the new one."""
    return next((names for pattern, names in _PATHS if pattern.match(path)), {})


class OldAddresses:
    """ASGI middleware: answers 307 to an address with old names. The method and the body stay the same."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope.get("query_string", b"")
        there = current(scope["path"], query.decode("latin-1")) if scope["type"] == "http" and query else None
        await (RedirectResponse(there, 307) if there else self.app)(scope, receive, send)


class ReadableAddresses:
    """ASGI middleware: `deny` answers an address with a control character, which no page writes."""

    def __init__(self, app: ASGIApp, deny: ASGIApp) -> None:
        self.app = app
        self.deny = deny

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query: bytes = scope.get("query_string", b"")
        address = f"{scope.get('path')}?{unquote_plus(query.decode('latin-1'))}"
        readable = scope["type"] != "http" or not contains_control(address, lines=False)
        await (self.app if readable else self.deny)(scope, receive, send)

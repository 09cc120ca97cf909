"""Security headers, the static files served, and the guards of every request."""

from typing import Any, Protocol

from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.formparsers import MultiPartParser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.french.errors import pages
from web.http.bodies import MOST_BYTES, WholeMessages
from web.http.cross_origin import CrossOriginGuard
from web.http.known_hosts import KnownHosts
from web.http.static import STATIC

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


class OwnFiles(StaticFiles):
    """Serves static files. The content of an address with a digest never changes."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        scope = kwargs.get("scope") or args[2]
        kept = "public, max-age=31536000, immutable" if b"v=" in scope["query_string"] else "no-cache"
        response.headers["Cache-Control"] = kept
        return response


class Refuse(Protocol):
    """Makes the answer to a request that no route sees: a page with these words."""

    def __call__(self, status: int, *, title: str = "", instead: str = "") -> ASGIApp: ...


def protect(app: FastAPI, refuse: Refuse, *, url: str = "") -> None:
    """Mounts /static and adds the guards: safe headers, known hosts, own origin for writes, whole bodies.

    `url` is the public address of the pages, known beside the names of this machine.
    """
    app.mount("/static", OwnFiles(directory=STATIC), name="static")
    app.add_middleware(WholeMessages, refuse=refuse)
    app.add_middleware(CrossOriginGuard, deny=refuse(403, instead=pages.FROM_ELSEWHERE))
    app.add_middleware(KnownHosts, url=url, deny=refuse(400, title=pages.UNKNOWN_HOST, instead=pages.known_host(url)))
    _keep_uploads_in_memory()
    app.add_middleware(SafeHeaders, url=url)


def _keep_uploads_in_memory() -> None:
    """Keeps personal data in an upload from being written to the disk in clear.

    Starlette reads the limit from the class and has no parameter for it: it holds for every application of the process.
    """
    MultiPartParser.spool_max_size = MOST_BYTES

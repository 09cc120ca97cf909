"""Security headers, the limit on the size of a request, and the static files served."""

from collections.abc import Sequence
from typing import Any

from asgi_cross_origin_protection import CrossOriginProtection
from fastapi import FastAPI, HTTPException, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.formparsers import MultiPartParser
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.http.static import STATIC

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


class SafeHeaders:
    """ASGI middleware: puts the security headers on every answer. An answer without a cache rule is not stored."""

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


class BodyLimit:
    """ASGI middleware: refuses a body over `most` bytes with 413, before reading it when its length is known."""

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
    """Serves static files. The content of an address with a digest never changes."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        scope = kwargs.get("scope") or args[2]
        kept = "public, max-age=31536000, immutable" if b"v=" in scope["query_string"] else "no-cache"
        response.headers["Cache-Control"] = kept
        return response


def protect(app: FastAPI, *, hosts: Sequence[str] = (), deny: ASGIApp | None = None) -> None:
    """Mounts /static and adds the guards: safe headers, size limit, known hosts, own origin for writes.

    `hosts` are added to the names of this machine; `deny` answers a form of another site.
    """
    app.mount("/static", OwnFiles(directory=STATIC), name="static")
    app.add_middleware(CrossOriginProtection, deny_app=deny)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*OWN_HOSTS, *hosts], www_redirect=False)
    app.add_middleware(BodyLimit)
    _keep_uploads_in_memory()
    app.add_middleware(SafeHeaders)


def _keep_uploads_in_memory() -> None:
    """Keeps personal data in an upload from being written to the disk in clear.

    Starlette reads the limit from the class and has no parameter for it: it holds for every application of the process.
    """
    MultiPartParser.spool_max_size = MOST_BYTES

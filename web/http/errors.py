"""Error pages, in French: the cause, and whether the action was recorded."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from pixflow.store import StoreError
from web.french.errors import pages
from web.french.past import READ_ONLY
from web.http import security
from web.http.day_bar import DAY
from web.http.people import NOBODY
from web.http.security import SAFE_METHODS, authority
from web.http.templates import redirect, show

Recorded = Callable[[Request], bool | None]
Refused = Callable[[Request, int], None]


def install(app: FastAPI, *, recorded: Recorded | None = None, refused: Refused = lambda request, status: None) -> None:
    """Answers every error of `app` with a page. HTTPException(303) with a Location redirects.

    `recorded` tells, after a fault, if the request's command is in the store; None if that is unknown. `refused` writes
    down a 403 or a 404; when the journal does not take it, the answer is 503.
    """

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        headers = error.headers or {}
        if error.status_code == 303:
            return redirect(request, headers["Location"])
        if error.status_code in (403, 404):
            try:
                refused(request, error.status_code)
            except StoreError:
                return answer(request, 503, False)
        response = answer(request, error.status_code, was_recorded(request, error.status_code, recorded))
        response.headers.update(headers)
        return response

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        return answer(request, 422, False)

    @app.exception_handler(Exception)
    def fault(request: Request, error: Exception) -> Response:
        response = answer(request, 500, was_recorded(request, 500, recorded))
        security.put_headers(response.headers)
        return response


def answer(
    request: Request, status: int, recorded: bool | None, *, title: str = "", instead: str = "", again: str = ""
) -> Response:
    """Returns the error page, or its toast alone for htmx. `title` and `instead` replace the words of the status.

    `again` is the address of a request that waits for a click: nothing of it is recorded yet.
    """
    shown = _words(request, status, recorded, title, instead, again)
    headers = {"Retry-After": "5"} if status == 503 else {}
    if "application/json" in request.headers.get("Accept", ""):
        return JSONResponse(shown, status, headers)
    alone = request.headers.get("HX-Request") == "true"
    response = show(request, "error.html", "toast", NOBODY, alone=alone, **shown)
    response.headers.update(headers)
    return response


def _words(
    request: Request, status: int, recorded: bool | None, title: str, instead: str, again: str
) -> dict[str, Any]:
    """Returns an error in words. `recorded` is a sentence about the action, `back` the page that it was sent from."""
    usual, sentence = pages.SENTENCES.get(status) or (HTTPStatus(status).phrase, "")
    if status == 405 and DAY in request.query_params:
        sentence = READ_ONLY
    outcome = {True: pages.RECORDED, False: pages.NOT_RECORDED, None: pages.NOT_KNOWN}[recorded]
    if again or request.method in SAFE_METHODS:
        outcome = pages.NOT_YET if again else pages.NOTHING_TO_RECORD
    return {
        "title": title or usual,
        "sentence": instead or sentence,
        "recorded": outcome,
        "back": _back(request),
        "status": status,
        "again": again,
    }


def refuse(status: int, *, title: str = "", instead: str = "") -> ASGIApp:
    """Returns an ASGI application that answers a refused request with a page: nothing is recorded."""

    async def refusal(scope: Scope, receive: Receive, send: Send) -> None:
        response = answer(Request(scope, receive), status, False, title=title, instead=instead)
        await response(scope, receive, send)

    return refusal


def _back(request: Request) -> str:
    """Returns the address of our page that sent a form, "" when the browser names none."""
    sender = request.headers.get("Referer", "")
    if request.method in SAFE_METHODS or authority(sender) != authority(f"//{request.headers.get('Host', '')}"):
        return ""
    parts = urlsplit(sender)
    path = parts.path.lstrip("/\\")
    return f"/{path}?{parts.query}" if parts.query else f"/{path}"


def was_recorded(request: Request, status: int, recorded: Recorded | None) -> bool | None:
    """Tells if a failed request recorded its command; None if that is unknown."""
    if status < 500:
        return False
    try:
        return recorded(request) if recorded else None
    except Exception:
        return None

"""The web application: its pages, its error pages, its middleware."""

from contextlib import nullcontext
from uuid import UUID

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import OperationalError, PendingRollbackError

from pixflow.documents.protocol import NoDocument
from pixflow.store import Damaged, StoreBusy, StoreFull, StoreLost, UnknownTopic
from pixflow.turns import Busy
from projections.store.folds import StreamDamaged
from projections.store.stores import NoStore
from web.desk import dependencies
from web.desk.commands import FromElsewhere
from web.desk.journal_writer import DeskJournalWriter, MassReading, stop_reading
from web.desk.signed_in import SessionLocked, read_return_path
from web.french.errors import pages as error_pages
from web.hosting.host import Host
from web.hosting.machine.metrics import UNMEASURED, Metrics
from web.hosting.machine.requests import ConcurrencyLimit, InTurn, RequestLog, limit_for
from web.http import errors, security
from web.http.people import OnlyNoted
from web.http.security import OldAddresses
from web.pages import ROUTES
from web.pages.account import lock

UNAVAILABLE = (StoreBusy, StoreFull, StoreLost, OperationalError, PendingRollbackError, NoStore)
"""Errors of a store or of the read tables. PendingRollbackError: a connection was lost while catch_up retried."""

DAMAGED: tuple[type[Exception], ...] = (Damaged, UnknownTopic, StreamDamaged, NoDocument)
"""Errors of a stream of which one event does not open; or no protocol or no grid does: pages are computed with them."""


def create_app(host: Host, url: str = "", *, metrics: Metrics | None = None, logged: bool = False) -> FastAPI:
    """Builds the application for the structures of `host`; `url` is the public address of its pages.

    `metrics` measures its requests; `logged` writes a line for each.
    """
    telemetry = metrics.telemetry() if metrics else UNMEASURED
    # The routes themselves: a router that is included builds each of its routes once more, in each application.
    app = FastAPI(
        title="pixflow",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=telemetry,
        routes=[*ROUTES],
        redirect_slashes=False,
    )
    app.state.host = host
    app.state.metrics = metrics
    _answer_errors(app)
    # The innermost first: a request passes `protect` first, and the limit last.
    if limit := limit_for(host):
        app.add_middleware(ConcurrencyLimit, limit=limit)
    for middleware in (InTurn, OnlyNoted, OldAddresses):
        app.add_middleware(middleware)
    security.protect(app, errors.refuse, url=url)
    if logged:
        app.add_middleware(RequestLog, host=host)
    return app


def _answer_errors(app: FastAPI) -> None:
    """Gives every error an answer: 503 for a silent store, 424 for a damaged stream, 304 for a page up to date."""
    errors.install(app, recorded=_has_recorded, refused=_note_refusal)
    for kind in UNAVAILABLE:
        app.add_exception_handler(kind, _unavailable)
    for damaged in DAMAGED:
        app.add_exception_handler(damaged, _damaged)
    app.add_exception_handler(dependencies.NotModified, lambda request, error: Response(status_code=304))
    app.add_exception_handler(Busy, _busy)
    app.add_exception_handler(SessionLocked, lock.locked)
    app.add_exception_handler(MassReading, _stopped)
    app.add_exception_handler(FromElsewhere, _led_here)


def _has_recorded(request: Request) -> bool | None:
    """Returns, after a fault, whether the form's command is recorded; None if that is unknown.

    On PostgreSQL a commit may still be under way after its answer was lost: it holds the structure's lock until it has
    ended. Raises the errors of the store.
    """
    sent = getattr(request.state, "command_id", None)
    if not isinstance(sent, str):
        return None
    served = getattr(request.state, "served", None) or dependencies.served_for(request)
    with served.engine.recorder.exclusive() if served.opened.database else nullcontext():
        return served.engine.has_recorded(UUID(sent))


def _stopped(request: Request, error: Exception) -> Response:
    """Answers 403 instead of a page, and suspends the account."""
    assert isinstance(error, MassReading)
    stop_reading(error)
    return errors.answer(request, 403, None, title=error_pages.STOPPED, instead=error_pages.TOO_MUCH)


def _led_here(request: Request, error: Exception) -> Response:
    """Asks whoever another site has led to a fact if they want it: their own click goes on."""
    instead = error_pages.LED_HERE
    return errors.answer(
        request, 403, False, title=error_pages.IS_IT_YOU, instead=instead, again=read_return_path(request)
    )


def _note_refusal(request: Request, status: int) -> None:
    writer: DeskJournalWriter | None = getattr(request.state, "journal_writer", None)
    if writer is not None:
        writer.note_refusal(status)


def _unavailable(request: Request, error: Exception) -> Response:
    """Answers 503 when the store or the read tables do not answer. The command may be recorded all the same.

    After StoreLost it may be recorded later: nobody may say that it is not.
    """
    instead = error_pages.FULL if isinstance(error, StoreFull) else ""
    recorded = errors.was_recorded(request, 503, _has_recorded)
    if isinstance(error, StoreLost):
        recorded = recorded or None
    return errors.answer(request, 503, recorded, instead=instead)


def _busy(request: Request, error: Exception) -> Response:
    """Answers 503 when a page finds no place in a line (pixflow/turns.py)."""
    recorded = errors.was_recorded(request, 503, _has_recorded)
    return errors.answer(request, 503, recorded, title=error_pages.IN_LINE, instead=error_pages.COME_BACK)


def _damaged(request: Request, error: Exception) -> Response:
    """Answers 424 when one event of what is asked for does not open."""
    recorded, missing = errors.was_recorded(request, 500, _has_recorded), isinstance(error, NoDocument)
    title, instead = (error_pages.NO_DOCUMENT, error_pages.WITHOUT_DOCUMENT) if missing else ("", "")
    return errors.answer(request, 424, recorded, title=title, instead=instead)

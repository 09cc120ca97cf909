"""Requests of one process: their lines in the log, and how many run at once.

The log is one JSON line on stderr for each event. It has codes, ids and route templates, never a person's words.
"""

import logging
import sys
from time import perf_counter
from uuid import uuid4

import structlog
from anyio import CapacityLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pixflow.turns import request_state
from web import security_events
from web.accounts.sessions import Session
from web.french import logs
from web.hosting.host import Host

METHODS, FORBIDDEN = ("GET", "HEAD", "POST"), 403
UNLIMITED = ("/static/", "/healthz", "/readyz", "/metrics")
"""Beginnings of paths that need no turn: files, and the answers to a monitor."""
_log = logging.getLogger("pixflow.requests")


class _InFrench(structlog.stdlib.ProcessorFormatter):
    """Formats a message as its French sentence, with the text that the code logs as `code`."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(logs.in_french(record))


def write_json() -> None:
    """Makes every message of this process one JSON line on stderr, those of libraries too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _InFrench(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in ("pixflow.requests", "pixflow.security"):
        logging.getLogger(name).setLevel(logging.INFO)


class RequestLog:
    """ASGI middleware: a line for each request, and its id in every line meanwhile.

    A line has the template of the route, the status, the milliseconds, the structure and the account. That of a
    partner's page has the id of the link, which opens nothing.
    """

    def __init__(self, app: ASGIApp, host: Host) -> None:
        self.app = app
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(UNLIMITED):
            await self.app(scope, receive, send)
            return
        began, status = perf_counter(), 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with structlog.contextvars.bound_contextvars(request=uuid4().hex):
            try:
                await self.app(scope, receive, send_noted)
            finally:
                state = scope.get("state", {})
                session: Session | None = state.get("session")
                served = self._host.at(session.structure) if session else None
                if status == FORBIDDEN:
                    security_events.note("authz_fail", account=session.account if session else None)
                fields = {
                    "method": scope["method"] if scope["method"] in METHODS else "other",
                    "route": getattr(scope.get("route"), "path", None),
                    "status": status,
                    "ms": round((perf_counter() - began) * 1000, 1),
                    "slug": served.opened.slug if served else None,
                    "link": state.get("link"),
                    "account": str(session.account) if session else None,
                }
                _log.info("request", extra=fields)


class InTurn:
    """ASGI middleware: what a page starts beside itself waits in the turn of its person (pixflow/turns.py)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = request_state.set(scope.setdefault("state", {}))
        try:
            await self.app(scope, receive, send)
        finally:
            request_state.reset(token)


class ConcurrencyLimit:
    """ASGI middleware: at most `limit` concurrent requests. Waiting requests hold no database connection."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self._limiter = CapacityLimiter(limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(UNLIMITED):
            async with self._limiter:
                await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def limit_for(host: Host) -> int | None:
    """Returns the limit that the host's pools allow; None on SQLite, which has no pool.

    On PostgreSQL a request holds at most two connections: one to read, one to write. It may ask for a third. The tick
    and the alarms hold one each while they ask for another; `/readyz` asks for one outside the limit. The pool
    therefore keeps four connections more than two per request, so that no request waits for ever.
    """
    pools = {served.opened.database.pool for served in host.structures.values() if served.opened.database}
    return min((pool.max_size - 4) // 2 for pool in pools) if pools else None

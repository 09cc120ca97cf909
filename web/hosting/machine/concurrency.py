"""Limit of concurrent requests, where requests share a pool of connections."""

from anyio import CapacityLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from web.hosting.host import Host

UNLIMITED = ("/static/", "/healthz", "/readyz", "/metrics")
"""Beginnings of paths that need no turn: files, and the answers to a monitor."""


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

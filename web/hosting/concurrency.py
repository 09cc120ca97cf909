"""How many requests are answered at a time where they share a pool of connections."""

from anyio import CapacityLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from web.hosting.site import Site


class AtOnce:
    """At most so many requests at a time; the others wait, holding nothing, for as long as their senders do."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self._turns = CapacityLimiter(most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/static/"):
            async with self._turns:
                await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def most(site: Site) -> int | None:
    """None on SQLite, which has no pool.

    On PostgreSQL a request that holds two connections of its process (the page's; one that writes) may ask for a third
    to go on, and so may the tick: with one more than all of these hold, somebody always goes on.
    """
    pools = {served.opened.database.pool for served in site.structures.values() if served.opened.database}
    return min((pool.max_size - 3) // 2 for pool in pools) if pools else None

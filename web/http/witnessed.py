"""Keeps back an answer of somebody's desk that does not say whom it shows."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SHOWING = (200, 410, 422)
"""Statuses of answers with a page or a file. The others redirect, or are error pages."""


class Unwitnessed(Exception):
    """An answer does not say whom it shows: its page declares no `shows`, or a file was sent without `note`."""


class Witnessed:
    """ASGI middleware: an answer to somebody at a desk leaves only after its people were noted (web/http/people.py)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_witnessed(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in SHOWING:
                witness = scope.get("state", {}).get("witness")
                if witness is not None and not witness.noted:
                    raise Unwitnessed(scope["route"].path)
            await send(message)

        await self.app(scope, receive, send_witnessed)

"""Bodies read whole before the application runs, and answers sent after it ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from anyio import fail_after
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
        try:
            with self._memory() as take:
                body = await self._read(Headers(scope=scope), receive, take)
                await self.app(scope, _given(body, receive), _kept_in(answer))
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


def _kept_in(answer: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        answer.append(message)

    return keep

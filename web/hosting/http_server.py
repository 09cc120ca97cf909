"""uvicorn with limits: no client keeps a connection, fills the log, or delays the end of the process.

A body has its limits in web/http/security.py.
"""

import asyncio
import logging
import resource
import socket
from collections import Counter
from contextlib import suppress
from http import HTTPStatus
from typing import Any, ClassVar

import h11
import uvicorn
from h11._receivebuffer import ReceiveBuffer
from starlette.types import ASGIApp
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.french.logs import LEFT_OUT
from web.hosting.machine.process import CONNECTIONS

END_SECONDS = 5
"""Seconds that a request in progress keeps after SIGTERM; then its connection is closed."""
KEEP_ALIVE_SECONDS = 130
"""Longer than nginx (60 s) and Caddy (2 minutes) keep it: a form sent while it is closed gets no answer."""
BACKLOG = 128
"""Connections that the system accepts before the process does. The loop takes as many at once."""

HEADER_BYTES = 16 * 1024
"""Bytes of a request line and its headers."""
LENGTHS = (b"content-length:", b"transfer-encoding:")
"""Beginnings of the lines that say where a body ends."""


class CheckedLines(ReceiveBuffer):
    """Bytes of a client, whose headers a proxy cannot read otherwise: h11 takes LF alone, folded lines, two lengths.

    Each line ends with CR LF, none continues another one, and one at most gives the length of the body (RFC 9112, 2.2,
    5.2 and 6.1). h11 counts the bytes of incomplete headers only.
    """

    def maybe_extract_lines(self) -> list[bytearray] | None:
        before = len(self)
        lines = super().maybe_extract_lines()
        if lines is not None:
            size = before - len(self) - len(b"\r\n")
            if size > HEADER_BYTES:
                raise h11.LocalProtocolError("headers too long", error_status_hint=431)
            if size != sum(len(line) + len(b"\r\n") for line in lines):
                raise h11.LocalProtocolError("a line without CR")
            if any(line.startswith((b" ", b"\t")) for line in lines):
                raise h11.LocalProtocolError("a folded line")
            if b"," in b",".join(line for line in lines if line.lower().startswith(LENGTHS)):
                raise h11.LocalProtocolError("two lengths")
        return lines

    def maybe_extract_next_line(self) -> bytearray | None:
        line = super().maybe_extract_next_line()
        if line is not None and b"\r" in line[: -len(b"\r\n")]:
            raise h11.LocalProtocolError("CR alone before a chunk")
        return line


class CheckedRequests(h11.Connection):
    """Requests of one connection, each read with `CheckedLines`. An answer to a body that is not read is the last one.

    `status` is that of the answer to a request that is refused.
    """

    status = 400

    def __init__(self) -> None:
        super().__init__(h11.SERVER, HEADER_BYTES)
        self._receive_buffer = CheckedLines()

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        try:
            return super().next_event()
        except h11.RemoteProtocolError as error:
            self.status = error.error_status_hint
            raise

    def send_with_data_passthrough(self, event: h11.Event) -> list[bytes] | None:
        """Says `Connection: close` before the end of a body. A server that keeps it may take the rest for a request."""
        if isinstance(event, h11.Response) and self.their_state is h11.SEND_BODY:
            headers = [*event.headers, (b"connection", b"close")]
            event = h11.Response(status_code=event.status_code, headers=headers, reason=event.reason)
        return super().send_with_data_passthrough(event)


class BoundedConnection(H11Protocol):
    """A connection of HTTP/1.1 that gives its client a limited time.

    A request that cannot be read, or that `CheckedRequests` refuses, is answered and closes it. The headers of a
    request arrive within `header_seconds` of its first byte, those of the first request within `header_seconds` of the
    connection. A client that reads less than 64 kB in `stall_seconds` is cut off. When `most` connections are open, the
    one that waits longest for a request makes room for a new one; when each has a request in progress, the new one is
    closed. What a client sends after its last answer is read for `rest_seconds`, up to `rest_bytes`, and dropped.
    """

    header_seconds: ClassVar[float] = 10
    stall_seconds: ClassVar[float] = 30
    most: ClassVar[int] = min(CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
    """500, and at most half of the files that the process may open."""
    rest_seconds: ClassVar[float] = 30
    rest_bytes: ClassVar[int] = 64 * 1024 * 1024
    rests: ClassVar[set[asyncio.Task[None]]] = set()
    """Connections closed whose rest is read, at most one for four of `most`."""

    _deadline: asyncio.TimerHandle | None = None
    _waits_since: float | None = None
    conn: CheckedRequests

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = CheckedRequests()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        has_room = len(self.connections) < self.most or self._make_room()
        super().connection_made(transport)
        if has_room:
            self._watch()
        else:
            self._leave()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def send_400_response(self, msg: str) -> None:
        """Answers a request that is refused with its own status, 400 or another, and closes."""
        status = HTTPStatus(self.conn.status)
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        for event in (
            h11.Response(status_code=status, headers=headers, reason=status.phrase.encode()),
            h11.Data(data=msg.encode()),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._expect_reading()
        else:
            self._watch()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._expect_reading()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._forget_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_deadline()
        is_answered = self.conn.our_state in (h11.MUST_CLOSE, h11.CLOSED)
        if is_answered and self.conn.their_state in (h11.SEND_BODY, h11.ERROR):
            with suppress(OSError):
                self._read_rest()
        super().connection_lost(exc)

    def _read_rest(self) -> None:
        """Lets a client that still sends read its answer: the system takes it back when bytes are left unread (RST)."""
        if len(self.rests) < self.most // 4:
            rest: socket.socket = self.transport.get_extra_info("socket").dup()
            task = self.loop.create_task(read_rest(rest, self.rest_seconds, self.rest_bytes))
            self.rests.add(task)
            task.add_done_callback(self.rests.discard)
            task.add_done_callback(lambda _: rest.close())

    def _watch(self) -> None:
        """Starts the time of the next headers when the connection waits for them; ends it when they are there."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._waits_since = None
            if not self.flow.write_paused:
                self._forget_deadline()
        elif not self.transport.is_closing():
            self._waits_since = self._waits_since or self.loop.time()
            if self._deadline is None and self.timeout_keep_alive_task is None:
                self._deadline = self.loop.call_later(self.header_seconds, self.transport.abort)

    def _expect_reading(self, unread: int | None = None) -> None:
        """Cuts the client off unless it reads the answer, `unread` bytes of it before; looks again after a while."""
        self._forget_deadline()
        size = self.transport.get_write_buffer_size()
        if unread is not None and size > unread - HIGH_WATER_LIMIT:
            self.transport.abort()
        else:
            self._deadline = self.loop.call_later(self.stall_seconds, self._expect_reading, size)

    def _make_room(self) -> bool:
        """Closes the connection that waits longest for a request, and tells if there was one."""
        waiting = [(one._waits_since, one) for one in self.connections if isinstance(one, BoundedConnection)]
        oldest = min((pair for pair in waiting if pair[0]), key=lambda pair: pair[0] or 0, default=None)
        if oldest:
            oldest[1]._leave()
        return oldest is not None

    def _leave(self) -> None:
        self._waits_since = None
        self.connections.discard(self)
        self.transport.abort()

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


async def read_rest(rest: socket.socket, seconds: float, most: int) -> None:
    """Ends the answer, and drops what the client sends until it closes. It has so many seconds and bytes."""
    loop = asyncio.get_running_loop()
    with suppress(OSError, TimeoutError):
        rest.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(seconds):
            while most > 0 and (part := await loop.sock_recv(rest, HIGH_WATER_LIMIT)):
                most -= len(part)
                await asyncio.sleep(0)  # sock_recv waits only when nothing is there


class RepeatedRecords(logging.Filter):
    """Lets each message through ten times a minute. Its next time says how many were left out."""

    most = 10

    def __init__(self) -> None:
        super().__init__()
        self._minute = 0
        self._counts: Counter[str] = Counter()
        self._before: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        about = str(record.msg).partition("\n")[0]
        if (minute := int(record.created // 60)) != self._minute:
            self._minute, self._before, self._counts = minute, self._counts, Counter()
        if (left_out := self._before.pop(about, 0) - self.most) > 0:
            record.msg = LEFT_OUT.format(record.msg, left_out)
        self._counts[about] += 1
        return self._counts[about] <= self.most


BOUNDED_LOGS = RepeatedRecords()


def http_server(
    app: ASGIApp, connection: type[BoundedConnection] = BoundedConnection, *, trusted: str = ""
) -> uvicorn.Server:
    """Returns the server of an application, its logs bounded. `trusted`: whose forwarded headers count."""
    config = uvicorn.Config(
        app,
        http=connection,
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=trusted,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=END_SECONDS,
    )
    for name in ("uvicorn.error", "asyncio"):
        logging.getLogger(name).addFilter(BOUNDED_LOGS)
    return uvicorn.Server(config)

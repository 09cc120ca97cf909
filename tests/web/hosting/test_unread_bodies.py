"""Answers to a body that is not read whole: each is read by its client, and what follows begins no request."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any, cast

import h11
import httpx2
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.browser.house import listening
from tests.web.hosting.test_http_server import PATIENCE, Brief, connected, is_closed_on, read
from tests.web.paths import house
from web.app import create_app
from web.hosting.http_server import BoundedConnection, CheckedRequests
from web.http.security import FREE_BYTES, MOST_BYTES, WholeMessages

METHODS = (b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE")
HERE, ELSEWHERE = b"Host: 127.0.0.1", b"Host: evil.example"
ASKED = [
    (b"/", (HERE,)),
    (b"/", (ELSEWHERE,)),
    (b"/", (HERE, b"Sec-Fetch-Site: cross-site")),
    (b"/", (HERE, b"Origin: https://evil.example")),
    (b"/", (HERE, b"Connection: keep-alive")),
    (b"/p/x", (HERE, b"Sec-Fetch-Site: cross-site")),
    (b"/%00", (HERE,)),
    (b"/dossiers?state=x", (HERE,)),
    (b"/static/pixflow.css", (HERE,)),
    (b"/static/none", (HERE,)),
    (b"/fault", (HERE,)),
]
"""Requests whose body does not end: one for each guard, limit and static file."""
LARGE, SMALL, MUCH = MOST_BYTES + 1, 100, FREE_BYTES + 10_000
BODIES = [
    (b"Content-Length: %d" % LARGE, b"", b"x" * LARGE),
    (b"Content-Length: %d" % LARGE, b"x" * MUCH, b"x" * (LARGE - MUCH)),
    (b"Content-Length: %d" % (2 * MUCH), b"x" * (MUCH + 1), b"x" * (MUCH - 1)),
    (b"Content-Length: %d" % SMALL, b"", b"x" * SMALL),
    (b"Content-Length: %d" % SMALL, b"x" * 40, b"x" * (SMALL - 40)),
    (b"Content-Length: %d\r\nExpect: 100-continue" % LARGE, b"", b"x" * LARGE),
    (b"Content-Length: %d\r\nExpect: 100-continue" % SMALL, b"", b"x" * SMALL),
    (b"Transfer-Encoding: chunked", b"", b"0\r\n\r\n"),
    (b"Transfer-Encoding: chunked", b"28\r\n" + b"x" * 20, b"x" * 20 + b"\r\n0\r\n\r\n"),
    (b"Transfer-Encoding: chunked", b"%x\r\n" % LARGE + b"x" * MUCH, b"x" * (LARGE - MUCH) + b"\r\n0\r\n\r\n"),
]
"""Headers of bodies, what of each is sent, and the rest."""
AFTER = b"GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


class OldRequests(CheckedRequests):
    """Requests of the server before: an answer to an unread body says nothing of the connection."""

    send_with_data_passthrough = h11.Connection.send_with_data_passthrough


class OldServer(BoundedConnection):
    """The server before, which keeps the connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = OldRequests()


class Recorder:
    """The application, and the paths that it is asked; it fails at /fault before it reads."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.paths: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.paths.append(scope.get("path", ""))
        if scope.get("path") == "/fault":
            raise RuntimeError
        await self.app(scope, receive, send)


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """The application of a demonstration. A body pauses for a moment at most, and all of them hold little."""
    limits = cast(Any, WholeMessages.__init__).__kwdefaults__
    monkeypatch.setitem(limits, "pause", 0.02)
    monkeypatch.setitem(limits, "held", MUCH)
    with house(tmp_path) as made:
        yield Recorder(create_app(made.host))


def first_answer(client: socket.socket) -> bytes:
    """All that comes until the headers of an answer have ended, without `100 Continue`."""
    said = b""
    while b"\r\n\r\n" not in said.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n"):
        part = client.recv(65_536)
        assert part, said
        said += part
    return said.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")


def said_to(url: str, method: bytes, asked: tuple[bytes, tuple[bytes, ...]], body: tuple[bytes, bytes, bytes]) -> bytes:
    """All that the server says of a request whose body comes after the answer, and another request after the body."""
    (path, lines), (length, begun, rest) = asked, body
    head = b"\r\n".join((method + b" " + path + b" HTTP/1.1", *lines, length, b"", b""))
    with connected(url, head + begun) as client:
        said = first_answer(client)
        with suppress(ConnectionError):
            client.sendall(rest + AFTER)
        return said + b"".join(iter(lambda: read(client), b""))


@pytest.mark.parametrize("method", METHODS)
def test_no_answer_to_an_unread_body_keeps_the_connection(recording: Recorder, method: bytes) -> None:
    with listening(recording) as url:
        for asked, body in product(ASKED, BODIES):
            said, case = said_to(url, method, asked, body), (asked, body[0], len(body[1]))
            assert re.findall(rb"HTTP/1\.1 \d+", said) == [said[:12]], case
            assert said.lower().count(b"\r\nconnection: close\r\n") == 1, case
        assert {httpx2.get(f"{url}/healthz", timeout=PATIENCE).status_code for _ in range(12)} == {200}
    assert "/smuggled" not in recording.paths


def test_each_limit_and_each_guard_gives_such_an_answer(recording: Recorder) -> None:
    """Control of the enumeration: it meets them all."""
    with listening(recording) as url:
        found = {said_to(url, b"POST", asked, body)[9:12] for asked, body in product(ASKED, BODIES)}
        found |= {said_to(url, b"GET", asked, BODIES[0])[9:12] for asked in ASKED}
    assert found == {b"200", b"400", b"403", b"404", b"405", b"408", b"413", b"500", b"503"}


def test_a_server_that_keeps_the_connection_reads_another_request(recording: Recorder) -> None:
    """Control: what the rule forbids, by the server before."""
    with listening(recording, OldServer) as url:
        assert said_to(url, b"POST", (b"/", (HERE,)), BODIES[0]).count(b"HTTP/1.1 ") == 2
    assert "/smuggled" in recording.paths


def test_a_body_that_is_read_keeps_the_connection(recording: Recorder) -> None:
    """A small form that another site sends comes with its headers: nothing of it is left."""
    refused = b"POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 5\r\n\r\nabcde"
    with listening(recording) as url, connected(url, refused + AFTER) as client:
        assert b"".join(iter(lambda: read(client), b"")).count(b"HTTP/1.1 ") == 2


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 5 * MOST_BYTES])
@pytest.mark.parametrize("host", [HERE, ELSEWHERE])
def test_who_sends_it_all_first_reads_the_answer(recording: Recorder, host: bytes, size: int) -> None:
    """A browser reads once it has sent the file. Closed before, the connection would be reset, and the page lost."""
    head = b"POST / HTTP/1.1\r\n" + host + b"\r\nContent-Length: %d\r\n\r\n" % size
    with listening(recording) as url, connected(url) as client:
        client.sendall(head + b"x" * size)
        said = b"".join(iter(lambda: client.recv(65_536), b""))
        assert said.startswith(b"HTTP/1.1 413 " if host is HERE else b"HTTP/1.1 400 ")
        assert said.rstrip().endswith(b"</html>")


def test_a_request_that_is_refused_is_read_to_its_end_too(recording: Recorder) -> None:
    refused = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n"
    with listening(recording) as url, connected(url) as client:
        client.sendall(refused + b"x" * 5_000_000)
        assert b"".join(iter(lambda: client.recv(65_536), b"")).startswith(b"HTTP/1.1 400 ")


class BriefRest(Brief):
    rest_seconds = 0.4


class SmallRest(Brief):
    rest_seconds = PATIENCE
    rest_bytes = 1_000_000


@pytest.mark.parametrize(("connection", "part"), [(BriefRest, b"x"), (SmallRest, b"x" * 100_000)])
def test_who_sends_without_end_is_cut_off(
    recording: Recorder, connection: type[BoundedConnection], part: bytes
) -> None:
    head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 7000000000\r\n\r\n"
    with listening(recording, connection) as url, connected(url, head) as client:
        first_answer(client)
        assert is_closed_on(client, part, every=0.05)


def test_few_such_clients_are_read_at_once(recording: Recorder) -> None:
    """`Brief` takes twenty connections: it reads on for five."""

    class Patient(Brief):
        rest_seconds = 3600

    head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 7000000000\r\n\r\n"
    with listening(recording, Patient) as url:
        held = [connected(url, head) for _ in range(12)]
        for client in held:
            assert first_answer(client).startswith(b"HTTP/1.1 413 ")
        assert len(Patient.rests) <= 5
        assert httpx2.get(f"{url}/healthz", timeout=PATIENCE).status_code == 200
        for client in held:
            client.close()
    assert not Patient.rests

"""The HTTP server under clients that open, send half, read nothing, or never end. Real sockets, a real uvicorn."""

import html
import logging
import os
import re
import resource
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import httpx2
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from pixflow import presets, structure_folder
from tests import forks
from tests.browser.house import listening
from web.app import create_app
from web.hosting.host import Host, open_host
from web.hosting.http_server import HEADER_BYTES, BoundedConnection, RepeatedRecords
from web.hosting.settings import Settings

HALF_A_POST = (
    b"POST /qui HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 100\r\n\r\nstructure=x"
)


PATIENCE = 600.0
"""Longest wait on a busy machine, in seconds."""


class Brief(BoundedConnection):
    header_seconds = 0.6
    stall_seconds = 0.4
    most = 20


async def large(scope: Scope, receive: Receive, send: Send) -> None:
    """An application whose answer at /large no buffer of the system holds."""
    await PlainTextResponse("x" * (64_000_000 if scope["path"] == "/large" else 2))(scope, receive, send)


def connected(url: str, first: bytes = b"") -> socket.socket:
    host, _, port = url.removeprefix("http://").partition(":")
    made = socket.create_connection((host, int(port)), timeout=PATIENCE)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what is sent in parts arrives in parts
    made.sendall(first)
    return made


def is_closed(client: socket.socket) -> bool:
    """Tells if the server closes the connection within its time; reads what it still says."""
    try:
        while client.recv(65_536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


def is_closed_on(client: socket.socket, part: bytes, every: float) -> bool:
    """Tells if the server closes the connection within minutes of a client that sends a part again and again."""
    end = monotonic() + PATIENCE
    with suppress(OSError):
        while monotonic() < end:
            client.sendall(part)
            sleep(every)
        return False
    return True


@contextmanager
def clients(url: str, count: int, first: bytes = b"") -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(connected(url, first)) for _ in range(count)]


# --- half-sent requests


@pytest.fixture
def host(store: str, tmp_path: Path) -> Iterator[Host]:
    opened(tmp_path)
    with open_host(tmp_path, demo=True) as host:
        yield host


def opened(data: Path) -> None:
    """Makes a demonstration, in the store of the settings."""
    about: dict[str, Any] = {"name": "Alençon", "sites": ("Alençon",), "demonstration": True}
    preset, database = presets.load("laigle-mortagne"), Settings().database()
    structure_folder.create(data, preset=preset, database=database, **about).engine.close()


def test_fifty_half_sent_forms_stop_no_page(host: Host) -> None:
    with listening(create_app(host)) as url, clients(url, 50, HALF_A_POST):
        sleep(0.2)
        for path in ("/healthz", "/readyz", "/qui"):
            assert httpx2.get(f"{url}{path}", timeout=PATIENCE).status_code == 200


def test_fifty_clients_that_read_nothing_stop_no_page(host: Host) -> None:
    asked = b"GET /qui HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 50
    with listening(create_app(host)) as url, clients(url, 50, asked):
        for path in ("/healthz", "/readyz", "/qui"):
            assert httpx2.get(f"{url}{path}", timeout=PATIENCE).status_code == 200


# --- requests that are refused


async def counting(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that answers with the length of the body that it was given."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await PlainTextResponse(str(len(body)))(scope, receive, send)


def answered(url: str, *parts: bytes) -> bytes:
    """All that the server says until it closes the connection, of a request sent in parts."""
    with connected(url) as client:
        with suppress(ConnectionResetError, BrokenPipeError):
            for part in parts:
                client.sendall(part)
        return b"".join(iter(lambda: read(client), b""))


def asked(*lines: bytes, path: bytes = b"/") -> bytes:
    return b"\r\n".join((b"GET " + path + b" HTTP/1.1", b"Host: 127.0.0.1", *lines, b"", b""))


LAST = (b"Connection: close",)
"""The server closes after an answer, so that `answered` ends."""


def test_headers_of_sixteen_kilobytes_are_taken_and_one_byte_more_is_refused() -> None:
    """At once, in two parts, or in the address: the limit is of the line and its headers together."""
    room = HEADER_BYTES - len(asked(b"A: ", *LAST)) + 2
    most = asked(b"A: " + b"x" * room, *LAST)
    assert len(most) == HEADER_BYTES + 2, "the empty line ends them"
    many = [b"A%d: b" % one for one in range(2_000)]
    with listening(large) as url:
        assert answered(url, most).startswith(b"HTTP/1.1 200 ")
        assert answered(url, most[:9_000], most[9_000:]).startswith(b"HTTP/1.1 200 ")
        for long in (
            asked(b"A: x" + b"x" * room, *LAST),
            asked(b"A: " + b"x" * 40_000),
            asked(path=b"/" + b"x" * 40_000),
            asked(*many),
        ):
            assert answered(url, long).startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n"), len(long)
        assert answered(url, b"GET / HTTP/1.1\r\nA: " + b"x" * 40_000).startswith(b"HTTP/1.1 431 "), "unfinished"
        assert httpx2.get(url, timeout=PATIENCE).status_code == 200


SMUGGLED = b"5\r\nabcde\r\n0\r\n\r\n" + asked(path=b"/smuggled")


@pytest.mark.parametrize(
    "lengths",
    [
        [b"Content-Length: 5", b"Transfer-Encoding: chunked"],
        [b"Transfer-Encoding: chunked", b"Content-Length: 0"],
        [b"CONTENT-LENGTH: 15", b"transfer-encoding:CHUNKED"],
        [b"Content-Length: 5", b"Content-Length: 6"],
        [b"Content-Length: 5", b"content-length:5"],
        [b"Content-Length: 5, 5"],
        [b"Content-Length: 5,"],
        [b"Transfer-Encoding: chunked, chunked"],
        [b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"],
        [b"Transfer-Encoding: xchunked", b"Content-Length: 5"],
        [b"Content-Length: +5"],
        [b"Content-Length : 5"],
    ],
)
def test_a_body_with_two_lengths_is_refused_and_nothing_after_it_is_read(lengths: list[bytes]) -> None:
    """A proxy and the server that differ about the end of a body would take a part of it for another request."""
    with listening(counting) as url:
        said = answered(url, asked(*lengths).replace(b"GET", b"POST", 1) + SMUGGLED)
        assert said.count(b"HTTP/1.1 ") == 1
        assert said.split()[1] in (b"400", b"501")
        assert b"connection: close" in said.lower()


HEADERS = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKS = b"3;c=d\r\nabc\r\n2\r\nde\r\n0\r\nB: c\r\nC: d\r\n\r\n"


def misread() -> Iterator[bytes]:
    """Yields a request with LF alone, or a folded line, at each end of a line that is not data."""
    for whole, before, after in ((HEADERS, b"", CHUNKS), (CHUNKS, HEADERS, b"")):
        ends = [found.start() for found in re.finditer(b"\r\n", whole)]
        for end in ends:
            for other in (b"\n", b"\n\n", b"\r\n ", b"\r\n\t", b"\n ", b"\r\n \r\n", b"\r", b"\r\r\n"):
                yield before + whole[:end] + other + whole[end + 2 :] + after


@pytest.mark.parametrize("first", [b"", asked()])
def test_a_line_that_a_proxy_may_read_otherwise_is_refused(first: bytes) -> None:
    """Whatever is pipelined, at once or byte by byte: its own error, and nothing after it is read."""
    with listening(counting) as url:
        for request in misread():
            sent = first + request + asked(path=b"/smuggled")
            for parts in ([sent], re.findall(b"(?s).", sent)):
                with connected(url) as client:
                    with suppress(ConnectionError):
                        for part in parts:
                            client.sendall(part)
                    client.shutdown(socket.SHUT_WR)
                    said = b"".join(iter(lambda: read(client), b""))
                read_before = bool(first) + request.startswith(HEADERS + CHUNKS)
                assert re.findall(rb"HTTP/1.1 (\d+)", said) == [b"200"] * read_before + [b"400"], request
                assert said.lower().count(b"connection: close") == 1


def test_lines_that_end_with_cr_lf_are_read() -> None:
    """Control: the request of which each other spelling is refused, at once and byte by byte, twice."""
    twice = (HEADERS + CHUNKS) * 2 + asked(*LAST)
    with listening(counting) as url:
        for parts in ([twice], re.findall(b"(?s).", twice)):
            assert answered(url, *parts).count(b"\r\n\r\n5") == 2


@pytest.mark.parametrize("length", [b"Content-Length: 5", b"Transfer-Encoding: chunked"])
def test_a_body_with_one_length_is_read(length: bytes) -> None:
    body = b"abcde" if b"Length" in length else b"5\r\nabcde\r\n0\r\n\r\n"
    with listening(counting) as url:
        said = answered(url, asked(length).replace(b"GET", b"POST", 1) + body + asked(*LAST))
        assert said.count(b"HTTP/1.1 200 ") == 2
        assert said.count(b"\r\n\r\n5") == 1


def test_a_second_request_is_checked_as_the_first_one() -> None:
    twice = asked(b"Content-Length: 5", b"Transfer-Encoding: chunked").replace(b"GET", b"POST", 1)
    with listening(counting) as url:
        said = answered(url, asked() + twice + SMUGGLED)
        assert re.findall(rb"HTTP/1.1 (\d+)", said) == [b"200", b"400"]
        assert answered(url, asked() + asked(b"A: " + b"x" * 40_000)).count(b"HTTP/1.1 431 ") == 1


# --- connections


@pytest.mark.parametrize("first", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"])
def test_a_request_that_does_not_begin_or_end_is_closed(first: bytes) -> None:
    with listening(large, Brief) as url, connected(url, first) as client:
        assert is_closed(client)


def test_headers_that_come_by_drops_are_closed_too() -> None:
    with listening(large, Brief) as url, connected(url, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n") as client:
        assert is_closed_on(client, b"A: b\r\n", every=0.05)


def test_a_second_request_has_the_same_time() -> None:
    class Patient(Brief):
        header_seconds = PATIENCE

    with listening(large, Patient) as url, connected(url, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") as client:
        assert client.recv(10_000).startswith(b"HTTP/1.1 200")
        Patient.header_seconds = Brief.header_seconds
        client.sendall(b"GET / HTTP/1.1\r\n")
        assert is_closed(client)


@pytest.mark.parametrize("connection", [b"keep-alive", b"close"])
def test_who_reads_nothing_is_cut_off(connection: bytes) -> None:
    """The client begins to read once the server has left: it gets what the system held, not the rest."""
    left = Event()

    class Told(Brief):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            left.set()

    asked = b"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: " + connection + b"\r\n\r\n"
    with listening(large, Told) as url, connected(url, asked) as client:
        assert left.wait(PATIENCE)
        assert sum(map(len, iter(lambda: read(client), b""))) < 64_000_000


def read(client: socket.socket) -> bytes:
    try:
        return client.recv(1_000_000)
    except ConnectionResetError:
        return b""


@pytest.mark.trial
def test_who_reads_slowly_is_served_to_the_end() -> None:
    """It reads within each three seconds, and for longer: a machine that stops it as long would fail this."""
    asked = b"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"

    class Slow(Brief):
        stall_seconds = 3

    with listening(large, Slow) as url, connected(url, asked) as client:
        length, end = 0, monotonic() + Slow.stall_seconds
        while part := client.recv(2_000_000):
            length += len(part)
            sleep(0.15)
        assert length > 64_000_000
        assert monotonic() > end


def test_a_connection_that_waits_makes_room_for_a_new_one() -> None:
    class Patient(Brief):
        header_seconds = 3600

    with listening(large, Patient) as url, clients(url, 50) as idle:
        assert httpx2.get(url, timeout=PATIENCE).status_code == 200
        assert is_closed(idle[0])
        idle[-1].settimeout(0.2)
        assert not is_closed(idle[-1])


# --- the whole process


SERVE = "from web.cli.app import app; from web.hosting import http_server; http_server.{}; app()"


@contextmanager
def served(data: Path, files: int, so: str = "__name__") -> Iterator[tuple[str, subprocess.Popen[str], Path]]:
    """`pixflow serve --demo` that may open so many files: its address, its process, what it says of errors.

    `so` sets something in the module of the server first.
    """
    opened(data)
    command = [forks.program("python"), "-c", SERVE.format(so), "serve", "--demo", "--port", "0"]
    said = data.parent / "stderr"
    with (
        said.open("w") as stderr,
        subprocess.Popen(
            command,
            env={**os.environ, "PIXFLOW_DATA": str(data), "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)),
        ) as process,
    ):
        assert process.stdout is not None
        found = re.search(r"http://[\d.:]+", process.stdout.readline())
        assert found is not None
        try:
            yield found[0], process, said
        finally:
            process.kill()


def test_more_idle_connections_than_files_stop_nothing_and_write_no_log(tmp_path: Path) -> None:
    half = "BoundedConnection.most = 64"  # a program that forks has counted the files of another process
    with served(tmp_path / "data", 128, half) as (url, _, said), clients(url, 300):
        for _ in range(3):
            assert httpx2.get(f"{url}/healthz", timeout=PATIENCE).status_code == 200
            assert httpx2.get(f"{url}/qui", timeout=PATIENCE).status_code == 200
        assert said.stat().st_size < 10_000


def test_the_page_for_an_unknown_host_names_the_address_that_serve_printed(tmp_path: Path) -> None:
    with served(tmp_path / "data", 1024) as (url, _, _):
        answer = httpx2.get(f"{url}/qui", headers={"Host": "evil.example"}, timeout=PATIENCE)
        assert answer.status_code == 400
        assert f"Son adresse est {url} :" in html.unescape(answer.text).replace("\xa0", " ")


def test_it_ends_at_sigterm_with_a_request_unfinished(tmp_path: Path) -> None:
    """The rest of a form comes byte by byte, for a minute and a half. A request in progress has one second."""
    whole: list[socket.socket] = []

    def drip(client: socket.socket) -> None:
        with suppress(OSError):
            for _ in range(89):
                client.sendall(b"x")
                sleep(1)
            whole.append(client)

    brief = served(tmp_path / "data", 1024, "END_SECONDS = 1")
    with brief as (url, process, _), clients(url, 3, HALF_A_POST) as half, clients(url, 3):
        assert httpx2.get(f"{url}/healthz", timeout=PATIENCE).status_code == 200
        dripping = [Thread(target=drip, args=[client]) for client in half]
        for thread in dripping:
            thread.start()
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        for thread in dripping:
            thread.join()
    assert not whole


def test_a_message_repeated_without_end_is_written_ten_times_a_minute() -> None:
    bounded = RepeatedRecords()

    def passed(second: float, said: str) -> list[str]:
        records = [logging.LogRecord("x", logging.WARNING, "", 0, said, None, None) for _ in range(100)]
        for record in records:
            record.created = second
        return [str(record.msg) for record in records if bounded.filter(record)]

    assert passed(0, "Invalid HTTP request received.") == ["Invalid HTTP request received."] * 10
    assert passed(1, "Invalid HTTP request received.") == []
    assert passed(2, "another") == ["another"] * 10
    assert passed(60, "another")[0] == "another (et 90 avant lui)"
    assert passed(61, "Invalid HTTP request received.")[:2] == [
        "Invalid HTTP request received. (et 190 avant lui)",
        "Invalid HTTP request received.",
    ]

"""A wire between a client and the PostgreSQL server that can be cut at a chosen instant."""

import socket
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Literal, Self

SOCKET = ".s.PGSQL.5432"

Fault = Literal["question", "half", "late", "answer", "commit", "silence"]


GOODBYE = b"X\0\0\0\4"
"""The last message of a client, which waits for no answer: when it is carried is anybody's guess."""


class Wire:
    """`with Wire(server, folder) as wire:` listens at a socket in `folder` for a server whose socket is in `server`.

    `wire.fault` is what happens to the next message, once: "question", it never reaches the server, and the wire is
    cut; "half", half of it does; "late", the wire is cut and the message reaches the server all the same, once
    `arrives` is set; "answer", the server carries it out, and the wire is cut before its answer; "commit", the same
    of the next that commits; "silence", nothing passes any more. `wire.questions` counts the messages to the server
    but its last one.
    """

    def __init__(self, server: Path, folder: Path) -> None:
        self.fault: Fault | None = None
        self.questions = 0
        self.arrives = Event()
        self.folder = folder
        self._server = str(server / SOCKET)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / SOCKET))
        self._closed = False
        self._open: list[socket.socket] = [self._listening]

    def __enter__(self) -> Self:
        self._listening.listen()
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def cut(self) -> None:
        """Every connection that is open, as keepalives cut those that are silent for long."""
        for one in self._open[1:]:
            _close(one)
        del self._open[1:]

    def close(self) -> None:
        self._closed = True
        self.arrives.set()
        for one in self._open:
            _close(one)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                self._open += [client, server]
                if self._closed:
                    return self.close()
                try:
                    server.connect(self._server)
                except OSError:
                    _close(client)
                    continue
                Thread(target=self._carry, args=[client, server, "question"], daemon=True).start()
                Thread(target=self._carry, args=[server, client, "answer"], daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, what: Fault) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self.questions += what == "question" and data != GOODBYE
                if self.fault == "silence":
                    continue
                if fault := self._take(what, data):
                    if fault == "late":
                        _close(source)
                        self.arrives.wait()
                    if fault in ("half", "late"):
                        target.sendall(data[: len(data) // 2] if fault == "half" else data)
                    break
                target.sendall(data)
        _close(source)
        _close(target)

    def _take(self, direction: Fault, data: bytes) -> Fault | None:
        """The fault that awaits this message, once."""
        fault = self.fault
        if fault in (None, "silence") or (fault in ("answer", "commit")) != (direction == "answer"):
            return None
        if fault == "commit" and b"COMMIT\0" not in data:
            return None
        self.fault = None
        return fault


def _close(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()

"""A wire between a client and the PostgreSQL server that can be cut at a chosen instant."""

import socket
from contextlib import suppress
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Literal, Self

SOCKET = ".s.PGSQL.5432"

Fault = Literal["question", "answer", "silence"]


class Wire:
    """`with Wire(server, folder) as wire:` listens at a socket in `folder` for a server whose socket is in `server`.

    `wire.fault` is what happens to the next message, once: "question", it never reaches the server, and the wire is
    cut; "answer", the server carries it out, and the wire is cut before its answer; "silence", nothing passes any more.
    """

    def __init__(self, server: Path, folder: Path) -> None:
        self.fault: Fault | None = None
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

    def close(self) -> None:
        self._closed = True
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
                if self.fault == "silence":
                    continue
                if self.fault == what:
                    self.fault = None
                    break
                target.sendall(data)
        _close(source)
        _close(target)


def _close(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()

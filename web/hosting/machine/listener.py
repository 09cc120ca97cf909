"""The socket that pixflow listens on, and the proxy whose forwarded headers it believes.

A listener accepts connections before the application starts: a client waits instead of being refused.
"""

import os
import socket
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISSOCK
from typing import Any

from web.hosting.machine import systemd

SYSTEMD = "systemd"
"""Name of the socket that systemd opens."""
_FOR_GROUP = 0o117
"""Umask of a socket: its owner and its group connect, nobody else."""


class CannotServe(Exception):
    """Raised with a code and details before anything is served. Its sentence is in web/french/errors/serving.py."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def listen_on(port: int) -> socket.socket:
    """Listens on a port of 127.0.0.1. Raises CannotServe("port-taken")."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError:
        listener.close()
        raise CannotServe("port-taken", port=port) from None
    return listener


def listen_at(where: str) -> socket.socket:
    """Listens on a UNIX socket: the path of a new one, or the one that systemd opened.

    Raises CannotServe: "no-systemd-socket", "socket-taken", "socket-open-to-others".
    """
    listener = _from_systemd() if where == SYSTEMD else _at_path(Path(where))
    if listener.family == socket.AF_UNIX and S_IMODE(os.stat(listener.getsockname()).st_mode) & 0o007:
        raise CannotServe("socket-open-to-others", path=listener.getsockname())
    return listener


def trusted_proxies(listener: socket.socket, *, proxy: bool) -> str:
    """Returns the addresses whose forwarded headers count, as uvicorn reads them.

    A UNIX socket has no address: whoever may open it is the proxy. On a port any program of this machine may connect,
    so `proxy` must say that there is one.
    """
    if listener.family == socket.AF_UNIX:
        return "*"
    return "127.0.0.1" if proxy else ""


def _from_systemd() -> socket.socket:
    if listener := systemd.inherited():
        return listener
    raise CannotServe("no-systemd-socket")


def _at_path(path: Path) -> socket.socket:
    """Makes a socket in the place of one that nobody listens on any more."""
    _delete_abandoned(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(_FOR_GROUP)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise CannotServe("socket-taken", path=str(path)) from None
    finally:
        os.umask(before)
    listener.listen()
    return listener


def _delete_abandoned(path: Path) -> None:
    with suppress(FileNotFoundError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        if S_ISSOCK(path.stat().st_mode):
            try:
                caller.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()

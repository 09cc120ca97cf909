"""The process as the system sees it: its memory, its files, the socket that it listens on, and systemd."""

import ctypes
import gc
import os
import resource
import socket
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISSOCK
from typing import Any


class CannotServe(Exception):
    """Raised with a code and details before anything is served. Its sentence is in web/french/errors/serving.py."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


# --- memory: the heap of glibc (mallopt(3), malloc_trim(3)), and Python's collector of cycles

_ARENA_MAX = -8
_YOUNG = 10_000
"""New objects before the collector looks at them, 700 by default: fewer objects of a page grow old."""


def share_heap() -> None:
    """Gives all threads of this process one heap. To be called before they start. Another C library has its own way.

    Python runs one thread at a time: heaps of their own keep memory apart, and save no time.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def trim_heap() -> None:
    """Gives free memory back to the system."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def freeze_heap() -> None:
    """Leaves all objects of the start out of the collector's work, which stops every thread meanwhile.

    To be called once, when the process begins to serve. What the start has used and left is given back first.
    """
    gc.collect()
    trim_heap()
    gc.freeze()
    gc.set_threshold(_YOUNG)


# --- files that the process may open, and those that its structures need

EACH, OTHERS = 20, 40
"""Files of one structure while people work, and of the rest of a process without connections of HTTP."""
CONNECTIONS = 500
"""Connections of HTTP, at most half of the files (http_server.py)."""


def make_room(structures: int) -> None:
    """Lets this process open the files of so many structures.

    Raises the soft limit where the hard one lets it. Raises CannotServe("few-files") where it does not.
    """
    files = EACH * structures + OTHERS
    wanted = files + min(CONNECTIONS, files)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise CannotServe("few-files", structures=structures, wanted=wanted, most=hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


# --- the socket, and the proxy whose forwarded headers count: connections are accepted before the application starts

SYSTEMD = "systemd"
"""Name of the socket that systemd opens."""
_FOR_GROUP = 0o117
"""Umask of a socket: its owner and its group connect, nobody else."""
FIRST = 3
"""Number of the first socket that systemd opens for a service (sd_listen_fds(3))."""


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
    listener = _inherited() if where == SYSTEMD else _at_path(Path(where))
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


def _inherited() -> socket.socket:
    """Returns the one socket that systemd opened for this process. Raises CannotServe when there is none or more."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
        raise CannotServe("no-systemd-socket")
    return socket.socket(fileno=FIRST)


def _at_path(path: Path) -> socket.socket:
    """Makes a socket in the place of one that nobody listens on any more."""
    with suppress(FileNotFoundError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        if S_ISSOCK(path.stat().st_mode):
            try:
                caller.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
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


def notify(state: str) -> None:
    """Sends a state such as `READY=1` to systemd (sd_notify(3)); does nothing without systemd."""
    if address := os.environ.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(state.encode(), address.replace("@", "\0", 1) if address[0] == "@" else address)

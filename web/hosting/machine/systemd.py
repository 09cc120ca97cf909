"""Messages of a service to systemd (sd_notify(3)), and the socket that it opens (sd_listen_fds(3))."""

import os
import socket

FIRST = 3
"""Number of the first socket that systemd opens for a service."""


def notify(state: str) -> None:
    """Sends a state such as `READY=1` to systemd; does nothing without systemd."""
    if address := os.environ.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(state.encode(), address.replace("@", "\0", 1) if address[0] == "@" else address)


def inherited() -> socket.socket | None:
    """Returns the one socket that systemd opened for this process, None when there is none or more."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
        return None
    return socket.socket(fileno=FIRST)

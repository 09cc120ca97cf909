"""`pixflow serve` in a process of its own, for people who sign in."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from typer.testing import CliRunner

from tests import forks
from tests.web.paths import house
from web.accounts import invitations
from web.cli.app import app

URL = "https://pixflow.exemple.fr"
HOST = "pixflow.exemple.fr"
PIXFLOW = str(Path(sys.executable).with_name("pixflow"))


def made(data: Path) -> Path:
    """A data folder with a structure, and one person invited to sign in."""
    with house(data, url=URL) as built:
        person = built.people["Nadia Benali"]
        invitations.invite(built.host.site.store, built.served.opened.id, person, "nadia@exemple.fr", "operator")
    return data


def environment(data: Path, **settings: str | None) -> dict[str, str]:
    """Returns the environment of a process; None leaves a setting out."""
    found = {**os.environ, "PIXFLOW_DATA": str(data), "PIXFLOW_URL": URL, "COLUMNS": "200", **settings}
    return {name: value for name, value in found.items() if value is not None}


def refused(data: Path, *words: str, **settings: str | None) -> str:
    """Runs `pixflow serve` where it refuses, in this process. Returns what it says."""
    with log_of_its_own():
        answer = CliRunner(env=environment(data, **settings)).invoke(app, ["serve", *words])
    assert answer.exit_code == 1, answer.stdout
    return " ".join(answer.stderr.split())


@contextmanager
def log_of_its_own() -> Iterator[None]:
    """Lets `serve` replace the handlers of the log. Those of pytest are back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    root.handlers = []
    try:
        yield
    finally:
        root.handlers, root.level = before


@contextmanager
def serving(
    data: Path, *words: str, program: Sequence[str] = (), **settings: str | None
) -> Iterator[subprocess.Popen[str]]:
    """Serves until the end of the block. Waits for READY=1 on a socket of systemd's kind."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(data.parent / "notify"))
        told.settimeout(600)
        settings = {"NOTIFY_SOCKET": str(data.parent / "notify"), **settings}
        with (
            (data.parent / "stderr").open("w") as log,
            subprocess.Popen(
                [*(program or [forks.program()]), "serve", *words],
                env=environment(data, **settings),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            ) as process,
        ):
            try:
                assert told.recv(100) == b"READY=1"
                yield process
            finally:
                process.terminate()
                process.wait(600)
                (data.parent / "notify").unlink()


def at_socket(path: Path) -> httpx2.Client:
    """A client of a UNIX socket, as a proxy is."""
    transport: Any = httpx2.HTTPTransport(uds=str(path))
    return httpx2.Client(transport=transport, base_url=f"http://{HOST}", timeout=600)

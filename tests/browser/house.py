"""A Mission locale begun from an empty folder with pixflow's own commands, and served to a browser."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import patch

from playwright.sync_api import Page
from starlette.types import ASGIApp
from typer.testing import CliRunner

from pixflow import structure_folder
from pixflow.events.base import Recorded
from tests.web.tags import parsed
from web.accounts.store import open_accounts
from web.app import create_app
from web.cli.app import app
from web.desk.dependencies import COOKIE
from web.hosting.host import open_host, open_site, serving
from web.hosting.http_server import BoundedConnection, http_server
from web.hosting.mail import outbox_for
from web.hosting.served_structure import ServedStructure
from web.hosting.settings import Settings

NAME = "Mission locale de L’Aigle – Mortagne"
SITES = ("L’Aigle", "Mortagne")
TEAM = (
    ("Sophie Lecomte", "referent"),
    ("Nadia Benali", "advisor"),
    ("Paul Rey", "advisor"),
    ("Hélène Morin", "manager"),
    ("Claire Vasseur", "auditor"),
    ("Yann Le Goff", "administrator"),
)


class Clock:
    """The time of a house, moved by hand: a day, and an hour in UTC."""

    def __init__(self, day: date, hour: int = 8) -> None:
        self.set(day, hour)

    def __call__(self) -> datetime:
        return self.now

    def set(self, day: date, hour: int = 8, minute: int = 0) -> None:
        self.now = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def pixflow(data: Path, clock: Callable[[], datetime], *arguments: object) -> str:
    """Returns the output of a command of the terminal on that folder at that time. It must succeed."""
    told = CliRunner(env={"PIXFLOW_DATA": str(data), "COLUMNS": "200"})
    with (
        patch.dict(structure_folder.create.__kwdefaults__, clock=clock),
        patch.dict(structure_folder.open_one.__kwdefaults__, clock=clock),
        patch.dict(open_accounts.__kwdefaults__, clock=clock),
        patch.dict(open_site.__kwdefaults__, clock=clock),
    ):
        result = told.invoke(app, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result.output.replace("\N{NO-BREAK SPACE}", " ")


def begin(data: Path, clock: Callable[[], datetime], *, demo: bool = True) -> None:
    """From an empty folder: the structure and its team."""
    sites = [argument for one in SITES for argument in ("--site", one)]
    pixflow(
        data, clock, "init", *(["--demo"] if demo else []), "--preset", "laigle-mortagne", "--structure", NAME, *sites
    )
    for name, role in TEAM:
        pixflow(data, clock, "staff", "add", name, address(name), "--role", role)


def address(name: str) -> str:
    """Somebody's e-mail."""
    plain = name.lower().replace("é", "e").replace("è", "e").replace(" ", ".", 1).replace(" ", "")
    return f"{plain}@exemple.fr"


class House:
    """A house being served: where, its clock, and what its store holds."""

    def __init__(self, url: str, clock: Clock, served: ServedStructure) -> None:
        self.url = url
        self.clock = clock
        self.engine = served.engine
        self._served = served

    def tick(self) -> None:
        """Runs the periodic jobs of `pixflow serve --demo`."""
        self._served.tick(outbox_for(Settings(smtp=""), self._served.opened.folder, demo=True), self.url)

    @property
    def head(self) -> int:
        """The position of the last fact recorded."""
        return self.engine.head()

    def recorded(self, after: int = 0) -> list[Recorded]:
        """Everything recorded after a position."""
        return self.engine.read(after, 1_000_000)


@contextmanager
def served(data: Path, clock: Clock) -> Iterator[House]:
    """The one structure of the folder, as `pixflow serve --demo` serves it."""
    with open_host(data, demo=True, clock=clock) as made, serving(made), listening(create_app(made)) as url:
        yield House(url, clock, next(iter(made.structures.values())))


@contextmanager
def signing_in(data: Path, clock: Clock) -> Iterator[House]:
    """The one structure of the folder, as `pixflow serve` serves it: its people sign in."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://localhost:{listener.getsockname()[1]}"
        site = open_site(Settings(), data, url, create=True, clock=clock)
        with open_host(data, site=site, clock=clock) as made, serving(made), answering(create_app(made, url), listener):
            yield House(url, clock, next(iter(made.structures.values())))
        assert site
        site.store.close()


@contextmanager
def listening(served: ASGIApp, connection: type[BoundedConnection] = BoundedConnection) -> Iterator[str]:
    """The address of an application, in a thread of its own, on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener, answering(served, listener, connection):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def answering(
    served: ASGIApp, listener: socket.socket, connection: type[BoundedConnection] = BoundedConnection
) -> Iterator[None]:
    server = http_server(served, connection)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def be(page: Page, name: str) -> None:
    """Choose who to be: from then on this browser is that person's."""
    page.goto("/qui")
    page.get_by_role("button", name=name).click()
    page.wait_for_url(lambda url: not url.endswith("/qui"))


def arrive(page: Page, name: str, at: str = "/", url: str = "") -> None:
    """This browser is that person's, and stands there: at `/`, where their work begins.

    Nobody chooses on the page of names: to draw it takes longer than most of what a test looks at.
    """
    known(page, name, url)
    page.goto(url + at)


def known(page: Page, name: str, url: str = "") -> None:
    """This browser is that person's; it stands where it stood. `url` is that of the house, "" for the browser's own."""
    names = page.context.request.get(f"{url}/qui")
    forms = parsed(names.text()).select("form[action='/qui']")
    form = next(form for form in forms if form.button.begins == name)
    structure, person = (form.select_one(f"[name={one}]")["value"] for one in ("structure", "person"))
    page.context.add_cookies([{"name": COOKIE, "value": f"{structure}/{person}", "url": names.url}])

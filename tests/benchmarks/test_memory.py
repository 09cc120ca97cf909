"""An hour of ten people's work on the real server, as fast as it goes: the memory it holds, and whether it grows."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from random import Random
from threading import Lock, Thread
from uuid import UUID, uuid4

import pytest
from httpx2 import Client, Response

from pixflow.events.dossier import DossierClosed
from pixflow.store.postgres.database import Database
from tests.benchmarks.measure import Aim, Line, Report, noted, sized, spent
from tests.benchmarks.population import LAST_NAMES, NOTE, House, Life, fill, structure
from tests.clock import today

DOSSIERS, ADVISORS = 180, 9
PAGES, COMMANDS = sized((18, 6), (180, 60), (180, 60))
"""Of one person in an hour: a page every 20 seconds, a command a minute."""
BESIDE = ("/boite", "/boite", "/boite", "/dossiers", "/ateliers", "/protocole", "/equipe")
ABOUT = ("", "", "", "?formulaire=note", "?formulaire=contact", "/fiche")
PAPER = "/fiche.pdf"
PIXFLOW = str(Path(sys.executable).with_name("pixflow"))

pytestmark = pytest.mark.benchmark


def test_memory(tmp_path: Path, report: Report) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc on this machine")
    slug, followed, _ = populated(tmp_path, DOSSIERS, ADVISORS)
    with served(tmp_path) as (pid, address):
        hour = Hour(pid, address, slug)
        whole = spent(lambda: hour.pass_by(followed))
    asked = (PAGES + COMMANDS) * len(followed)
    assert len(hour.held) == asked + 1
    start, tenth, half, end = (hour.held[asked * part // 100] for part in (0, 10, 50, 100))
    lines = [
        Line("the hour's work, ten at once", [whole], asked, "requests"),
        Line("a page, ten at once", hour.pages, 1, "page"),
        Line("a command and the page that follows, ten at once", hour.commands, 1, "command"),
    ]
    aims = [
        Aim("memory after the hour", end, 250, " MB", slack=1.5),
        Aim("what the last half of it added", end - half, 5, " MB"),
    ]
    note = (
        f"memory: {start:.0f} MB at the start, {tenth:.0f} after a tenth, {half:.0f} after half, {end:.0f} at the end"
    )
    report.add(
        "memory of serve", lines, aims, [note, f"{DOSSIERS} dossiers, {PAGES} pages and {COMMANDS} commands each"]
    )


class Hour:
    """An hour of requests: seconds of each answer, and the server's memory after it, in MB."""

    def __init__(self, pid: int, address: str, slug: str) -> None:
        self.pages: list[float] = []
        self.commands: list[float] = []
        self.held = [resident(pid)]
        self._pid = pid
        self._address = address
        self._slug = slug
        self._lock = Lock()

    def pass_by(self, followed: dict[UUID, list[UUID]]) -> None:
        """Everybody works at once, each on their own dossiers, as fast as they are answered."""
        threads = [Thread(target=self._work, args=pair) for pair in followed.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, person: UUID, dossiers: list[UUID]) -> None:
        chance = Random(person.int)
        todo = [True] * PAGES + [False] * COMMANDS
        chance.shuffle(todo)
        with Client(base_url=self._address, follow_redirects=True, timeout=60) as browser:
            browser.post("/qui", data={"structure": self._slug, "person": str(person)}).raise_for_status()
            for reads in todo:
                with noted(self.pages if reads else self.commands):
                    dossier = f"/dossiers/{chance.choice(dossiers)}"
                    answer = looked(browser, chance, dossier) if reads else entered(browser, chance, dossier)
                answer.raise_for_status()
                with self._lock:
                    self.held.append(resident(self._pid))


def looked(browser: Client, chance: Random, dossier: str) -> Response:
    """Half of the pages are of one dossier; one in ten is a search, one in a hundred a paper to print."""
    drawn = chance.random()
    if drawn < 0.01:
        return browser.get(f"{dossier}{PAPER}")
    if drawn < 0.1:
        return browser.post("/chercher", data={"q": chance.choice(LAST_NAMES)})
    return browser.get(f"{dossier}{chance.choice(ABOUT)}" if drawn < 0.55 else chance.choice(BESIDE))


def entered(browser: Client, chance: Random, dossier: str) -> Response:
    """A note, or another project."""
    form, name = chance.choice((("note", "text"), ("project", "project")))
    said = {name: f"{NOTE} {chance.randrange(1000)}", "command_id": str(uuid4()), "on": str(today())}
    return browser.post(f"{dossier}/{form}", data=said)


def populated(
    data: Path, dossiers: int, advisors: int, database: Database | None = None
) -> tuple[str, dict[UUID, list[UUID]], list[Life]]:
    """A structure: its name in addresses, the dossiers that each person reads, the référente first, and all lives."""
    opened, house = structure(data, database=database), House(advisors=advisors)
    lives = [Life(house, number, begins_within=540) for number in range(dossiers)]
    said = (one for life in lives for one in life.told() if not isinstance(one[2], DossierClosed))
    fill(opened.engine, chain(house.told(), said))
    opened.engine.close()
    followed = {person: [life.dossier for life in lives if life.advisor == person] for person in house.advisors}
    return opened.slug, {house.referent: [life.dossier for life in lives], **followed}, lives


def environment(data: Path, database: Database | None = None) -> dict[str, str]:
    url = database.url if database else ""
    return {**os.environ, "PIXFLOW_DATA": str(data), "PIXFLOW_DATABASE_URL": url, "COLUMNS": "200"}


@contextmanager
def served(data: Path, database: Database | None = None) -> Iterator[tuple[int, str]]:
    """The server in a process of its own: its number, and its address."""
    command = [PIXFLOW, "serve", "--demo", "--port", "0"]
    with subprocess.Popen(command, env=environment(data, database), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        yield process.pid, found[0]
        process.terminate()
        process.wait(10)


def resident(pid: int) -> float:
    """The memory that a process holds, in MB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1000

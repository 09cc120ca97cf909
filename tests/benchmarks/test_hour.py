"""An hour of thirty people's work on the real server, at their own pace, with ten imports and a rebuild meanwhile."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from random import Random
from statistics import quantiles
from threading import Barrier, Lock, Thread
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Client, HTTPError, Response

from pixflow.events.dossier import DossierClosed
from pixflow.pix_orga.export import AssessmentRow, ExportCampaign, PartResult, utc_moment
from pixflow.pix_orga.samples import file_name, write_export
from pixflow.store.postgres.database import Database
from tests.benchmarks.measure import Aim, Line, Report, noted, sized, spent
from tests.benchmarks.population import COMPETENCES, DOMAINS, LAST_NAMES, NOTE, House, Life, fill, structure
from tests.clock import today
from tests.web.tags import parsed

DOSSIERS, ADVISORS, MINUTES = sized((200, 5, 1.0), (2_500, 29, 2.0), (25_000, 29, 60.0))
PAGES, COMMANDS = 3, 1
"""Of one person in a minute."""
IMPORTS, ROWS = 10, sized(20, 200, 200)
CAMPAIGN = ExportCampaign(481_516, "MILOPIX0", "Pix emploi initial")
BESIDE = ("/boite", "/boite", "/boite", "/dossiers", "/ateliers", "/protocole", "/equipe")
ABOUT = ("", "", "", "?formulaire=note", "?formulaire=contact", "/fiche")
PAPER = "/fiche.pdf"
PIXFLOW = str(Path(sys.executable).with_name("pixflow"))
EXPORTED = datetime(2026, 5, 12, 9, 10, tzinfo=UTC)
COMPETENCE_SKILLS, DOMAIN_SKILLS = 6, 12

pytestmark = pytest.mark.benchmark


def test_hour(store: str, database: Database | None, tmp_path: Path, report: Report) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc on this machine")
    slug, followed, lives = populated(tmp_path, DOSSIERS, ADVISORS, database)
    with served(tmp_path, database) as (pid, address):
        hour = Shift(pid, address, slug)
        whole = spent(lambda: hour.pass_by(environment(tmp_path, database), followed, lives))
    assert hour.imported == IMPORTS
    assert hour.rebuilt, "the rebuild ended within the hour"
    asked = len(hour.pages) + len(hour.commands)
    lines = [
        Line(f"{len(followed)} people at their own pace", [whole], asked, "requests"),
        Line("a page", hour.pages, 1, "page"),
        Line("a command and the page that follows", hour.commands, 1, "command"),
        Line(f"an export of {ROWS} rows, read, shown and recorded", hour.imports, 1, "import"),
        Line("the rebuild meanwhile", hour.rebuilt, 1, "rebuild"),
    ]
    aims = [
        Aim(f"p95 of a page, {store}", quantiles(hour.pages, n=20)[-1] * 1000, 150, " ms", slack=8),
        Aim(f"answers that are errors, {store}", len(hour.errors), 1),
        Aim(f"most memory of serve, {store}", max(hour.held), 300, " MB", slack=1.6),
    ]
    per = f"{PAGES} pages and {COMMANDS} command a minute each, {MINUTES:g} minutes, {DOSSIERS:,} dossiers"
    late = quantiles(hour.commands, n=20)[-1] * 1000
    notes = [per, f"p95 of a command: {late:.0f} ms", *hour.errors[:5]]
    report.add(f"an hour of thirty people, {store}", lines, aims, notes)


class Shift:
    """People at work: seconds of each answer, what failed, and the server's memory after each answer, in MB."""

    def __init__(self, pid: int, address: str, slug: str) -> None:
        self.pages: list[float] = []
        self.commands: list[float] = []
        self.imports: list[float] = []
        self.rebuilt: list[float] = []
        self.errors: list[str] = []
        self.held = [resident(pid)]
        self.imported = 0
        self._pid, self._address, self._slug = pid, address, slug
        self._lock = Lock()

    def pass_by(self, where: dict[str, str], followed: dict[UUID, list[UUID]], lives: list[Life]) -> None:
        """Everybody works on their own dossiers. The first one, a référente, imports; an operator rebuilds at half.

        The hour begins when all have signed in: thirty people do not do so in one second.
        """
        referent = next(iter(followed))
        threads = [Thread(target=self._work, args=pair) for pair in followed.items()]
        threads += [Thread(target=self._import, args=(referent, lives)), Thread(target=self._rebuild, args=(where,))]
        self._ready = Barrier(len(threads), self._begin, timeout=300)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, person: UUID, dossiers: list[UUID]) -> None:
        chance = Random(person.int)
        count = round((PAGES + COMMANDS) * MINUTES)
        due = sorted(chance.uniform(0, MINUTES * 60) for _ in range(count))
        with self._browser(person) as browser:
            self._ready.wait()
            for number, at in enumerate(due):
                reads = number % (PAGES + COMMANDS) < PAGES
                dossier = f"/dossiers/{chance.choice(dossiers)}"
                self._wait(at)
                with noted(self.pages if reads else self.commands):
                    self._answered(looked if reads else entered, browser, chance, dossier)

    def _import(self, referent: UUID, lives: list[Life]) -> None:
        with self._browser(referent) as browser:
            self._ready.wait()
            for number in range(IMPORTS):
                self._wait((number + 0.5) * MINUTES * 60 / IMPORTS)
                some = lives[number * ROWS : (number + 1) * ROWS]
                at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=IMPORTS - number)
                data = write_export(CAMPAIGN, [row_of(life, place) for place, life in enumerate(some)])
                with noted(self.imports):
                    self._answered(recorded, browser, file_name(CAMPAIGN, at), data)
                self.imported += 1

    def _rebuild(self, where: dict[str, str]) -> None:
        self._ready.wait()
        self._wait(MINUTES * 30)
        with noted(self.rebuilt):
            subprocess.run([PIXFLOW, "rebuild"], env=where, check=True, capture_output=True)

    @contextmanager
    def _browser(self, person: UUID) -> Iterator[Client]:
        with Client(base_url=self._address, follow_redirects=True, timeout=60) as browser:
            browser.post("/qui", data={"structure": self._slug, "person": str(person)}).raise_for_status()
            yield browser

    def _answered(self, ask: Callable[..., Response], *said: object) -> None:
        try:
            ask(*said).raise_for_status()
        except HTTPError as error:
            self.errors.append(repr(error))
        with self._lock:
            self.held.append(resident(self._pid))

    def _begin(self) -> None:
        self._began = monotonic()

    def _wait(self, until: float) -> None:
        sleep(max(0, self._began + until - monotonic()))


def recorded(browser: Client, name: str, data: bytes) -> Response:
    """Sends an export, looks at its preview, and records it."""
    preview = browser.post("/resultats/import", files={"export": (name, data, "text/csv")}).raise_for_status()
    where = preview.url.path
    form = next(one for one in parsed(preview.text).select("form") if one.get("action") == where)
    said = {one["name"]: one.get("value") or "" for one in form.select("input[name]")}
    return browser.post(where, data=said)


def row_of(life: Life, number: int) -> AssessmentRow:
    """Two rows in three are shared, whoever they are; every other row is of somebody we follow."""
    started = EXPORTED - timedelta(days=20, minutes=number)
    begun = AssessmentRow(
        line=number + 2,
        last_name=life.last_name.upper(),
        first_name=life.first_name,
        external_id=f"{100_000 + number}",
        imported=(),
        progress=Decimal("0.4"),
        started=utc_moment(started),
        shared=False,
        shared_at=None,
        paliers=4,
    )
    if number % 3 == 0:
        return begun
    result: dict[str, Any] = {"mastery": Decimal("0.5"), "palier": 2, "badges": (("Bases", True),)}
    result |= {"competences": parts(COMPETENCES, COMPETENCE_SKILLS), "domains": parts(DOMAINS, DOMAIN_SKILLS)}
    return replace(
        begun, progress=Decimal(1), shared=True, shared_at=utc_moment(started + timedelta(hours=1)), **result
    )


def parts(names: tuple[str, ...], skills: int) -> tuple[PartResult, ...]:
    return tuple(PartResult(name, Decimal("0.5"), skills, skills // 2) for name in names)


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

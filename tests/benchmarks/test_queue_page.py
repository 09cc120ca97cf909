"""Ma boîte of an advisor and of a référente, among 2,500 and among 25,000 dossiers, through the whole application."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from pixflow import tasks
from pixflow.dossier.evolve import fold
from pixflow.engine import Engine
from pixflow.events import dossier as d
from tests.benchmarks.measure import Aim, Line, Report, interleaved, spent
from tests.benchmarks.population import (
    FIRST,
    FIRST_NAMES,
    LAST_NAMES,
    SITES,
    House,
    Life,
    Said,
    fill,
    recorded,
    structure,
)
from web.app import create_app
from web.site import site

OWED, PILED, LATE, SHOWN = 60, 60, 60, 50
FEW, MANY = 2_500, 25_000
ROUNDS = 150
NOW = datetime(FIRST.year, FIRST.month, FIRST.day, 8, tzinfo=UTC) + timedelta(days=240)
PEOPLE = ("advisor", "référente")

Browsers = dict[tuple[str, int], TestClient]

pytestmark = pytest.mark.benchmark


@pytest.fixture
def browsers(tmp_path: Path) -> Iterator[Browsers]:
    """The browsers of both in a structure of each size."""
    with ExitStack() as stack:
        structures = [stack.enter_context(signed_in(tmp_path / str(size), size)) for size in (FEW, MANY)]
        yield {key: browser for browsers in structures for key, browser in browsers.items()}


def test_queue_page(browsers: Browsers, report: Report) -> None:
    drawn_first = {key: browser.get("/boite").text for key, browser in browsers.items()}
    heads = {who: {head(page) for (of, _), page in drawn_first.items() if of == who} for who in PEOPLE}
    assert [len(found) for found in heads.values()] == [1, 1]
    assert {page.count('class="item-due"') - page.count("pile-line") for page in drawn_first.values()} == {SHOWN}
    contenders = {
        f"{who} among {size:,} dossiers": partial(drawn, browser) for (who, size), browser in browsers.items()
    }
    seconds = interleaved(ROUNDS, contenders, collect=False)
    lines = [Line(what, seconds[what], 1, "page") for what in contenders]
    notes = [f"{who}: {said}; {SHOWN} lines drawn" for who, (said,) in heads.items()]
    report.add("queue page", lines, [*aims(lines)], [*notes, "by the test client"])


def head(page: str) -> str:
    """What the page counts: "Mercredi 3 septembre · 60 à faire…"."""
    found = BeautifulSoup(page, "html.parser").select_one(".head p")
    assert found is not None
    return " ".join(found.get_text().split())


def aims(lines: Sequence[Line]) -> Iterator[Aim]:
    for line in lines:
        yield Aim(f"{line.what}, median", line.median * 1000, 30, " ms")
        yield Aim(f"{line.what}, 95th percentile", quantiles(line.seconds, n=20)[-1] * 1000, 30, " ms", slack=4)
    for who in PEOPLE:
        few, many = (line for line in lines if line.what.startswith(who))
        yield Aim(f"{who}, growth from {FEW:,} to {MANY:,} dossiers", many.median / few.median, 1.1, "×")


def drawn(browser: TestClient) -> float:
    return spent(lambda: browser.get("/boite").raise_for_status())


@contextmanager
def signed_in(data: Path, size: int) -> Iterator[Browsers]:
    """A structure of `size` dossiers, served, its first advisor and its référente at work."""
    opened, house = structure(data, NOW), House()
    fill(opened.engine, house.told())
    mine = owing(opened.engine, house, house.advisors[0])
    fill(opened.engine, [*(one for path in mine for one in path), *of_others(house, size - len(mine))])
    opened.engine.close()
    with site(data, demo=True, clock=lambda: NOW) as served, ExitStack() as stack:
        made: Browsers = {}
        for who, person in zip(PEOPLE, (house.advisors[0], house.referent), strict=True):
            browser = made[who, size] = stack.enter_context(TestClient(create_app(served)))
            browser.post("/qui", data={"structure": opened.slug, "person": str(person)}).raise_for_status()
        yield made


def owing(engine: Engine, house: House, advisor: UUID) -> list[list[Said]]:
    """Paths of the advisor's dossiers, until 60 tasks are to be done today."""
    refs, today, owed = engine.references(), engine.today(), 0
    paths: list[list[Said]] = []
    while owed < OWED:
        life = Life(house, len(paths), begins_within=180, advisor=advisor)
        path = [one for one in life.told() if one[0] < NOW]
        dossier = fold(list(recorded(one for one in path if one[1] == life.dossier)))
        due = [task for task in tasks.of_dossier(dossier, refs) if task.role == "advisor" and task.opens <= today]
        if due and owed + len(due) <= OWED:
            owed += len(due)
            paths.append(path)
    return paths


def of_others(house: House, count: int) -> Iterator[Said]:
    """Colleagues' dossiers: 60 without an advisor, 60 neglected for long; of the rest half closed, half on time."""
    for number in range(count):
        dossier = house.id()
        if number < PILED:
            yield from begun(house, dossier, NOW - timedelta(days=1), advisor=None)
            continue
        advisor = house.chance.choice(house.advisors[1:])
        began = NOW - timedelta(days=90 if number < PILED + LATE else 3)
        yield from begun(house, dossier, began, advisor)
        if number >= PILED + LATE:
            yield closed(dossier, began) if number % 2 else planned(house, dossier, began)


def begun(house: House, dossier: UUID, at: datetime, advisor: UUID | None) -> Iterator[Said]:
    """Opened, Pix presented."""
    on, site = at.date(), house.chance.choice(SITES)
    last, first = house.chance.choice(LAST_NAMES), house.chance.choice(FIRST_NAMES)
    yield (
        at,
        dossier,
        d.DossierOpened(last_name=last, first_name=first, birth_date=None, imilo_number=None, site=site, on=on),
    )
    if advisor:
        yield at, dossier, d.AdvisorAssigned(advisor=advisor, on=on)
    yield at, dossier, d.PixPresented(occasion="welcome", on=on)


def planned(house: House, dossier: UUID, at: datetime) -> Said:
    """Nothing is owed before two weeks have passed."""
    day = at.date()
    return at, dossier, d.DiagnosticPlanned(
        plan=house.id(), campaign=house.campaigns["initial"], modality="home", mediator=False, place="",
        planned_for=day, on=day,
    )  # fmt: skip


def closed(dossier: UUID, at: datetime) -> Said:
    return at, dossier, d.DossierClosed(reason="moved", note="", on=at.date())

"""Ma boîte of an advisor who owes 60 tasks, among 250 and among 2,500 dossiers, through the whole application."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from pixflow import tasks
from pixflow.dossier.evolve import fold
from pixflow.engine import Engine
from tests.benchmarks.measure import Aim, Line, Report, interleaved, spent
from tests.benchmarks.population import FIRST, House, Life, Said, fill, recorded, structure
from web.app import create_app
from web.site import site

OWED = 60
FEW, MANY = 250, 2_500
ROUNDS = 300
NOW = datetime(FIRST.year, FIRST.month, FIRST.day, 8, tzinfo=UTC) + timedelta(days=240)

pytestmark = pytest.mark.benchmark


@pytest.fixture
def browsers(tmp_path: Path) -> Iterator[dict[int, TestClient]]:
    """The advisor's browser in a structure of each size."""
    with ExitStack() as stack:
        yield {size: stack.enter_context(signed_in(tmp_path / str(size), size)) for size in (FEW, MANY)}


def test_queue_page(browsers: dict[int, TestClient], report: Report) -> None:
    pages = {size: browser.get("/boite") for size, browser in browsers.items()}
    assert all(f">{OWED}<" in page.text or f"{OWED} " in page.text for page in pages.values())
    assert len({page.text.count('id="task-') for page in pages.values()}) == 1
    contenders = {str(size): partial(drawn, browser) for size, browser in browsers.items()}
    seconds = interleaved(ROUNDS, contenders, collect=False)
    lines = [Line(f"queue page among {size:,} dossiers", seconds[str(size)], 1, "page") for size in browsers]
    few, many = lines
    p95 = {line.what: statistics.quantiles(line.seconds, n=20)[-1] * 1000 for line in lines}
    aims = [
        *(Aim(f"{line.what}, median", line.median * 1000, 30, " ms") for line in lines),
        *(Aim(f"{what}, 95th percentile", value, 30, " ms") for what, value in p95.items()),
        Aim("growth from 250 to 2,500 dossiers", many.median / few.median, 1.1, "×"),
    ]
    size = len(pages[MANY].content) / 1000
    report.add("queue page", lines, aims, [f"{OWED} tasks owed, 50 drawn, {size:.0f} kB of HTML, by the test client"])
    assert many.median < 0.3


def drawn(browser: TestClient) -> float:
    return spent(lambda: browser.get("/boite").raise_for_status())


@contextmanager
def signed_in(data: Path, size: int) -> Iterator[TestClient]:
    """A structure of `size` dossiers, served, and its first advisor at it."""
    opened, house = structure(data, NOW), House()
    me = house.advisors[0]
    fill(opened.engine, house.told())
    mine = owing(opened.engine, house, me)
    others = [Life(house, len(mine) + n, begins_within=180, advisor=one_of(house)) for n in range(size - len(mine))]
    said = [*(one for path in mine for one in path), *(one for life in others for one in so_far(life))]
    fill(opened.engine, said)
    opened.engine.close()
    with site(data, demo=True, clock=lambda: NOW) as served, TestClient(create_app(served)) as browser:
        browser.post("/qui", data={"structure": opened.slug, "person": str(me)}).raise_for_status()
        yield browser


def owing(engine: Engine, house: House, advisor: UUID) -> list[list[Said]]:
    """Paths of the advisor's dossiers, until 60 tasks are to be done today."""
    refs, today, owed = engine.references(), engine.today(), 0
    paths: list[list[Said]] = []
    while owed < OWED:
        life = Life(house, len(paths), begins_within=180, advisor=advisor)
        path = so_far(life)
        dossier = fold(list(recorded(one for one in path if one[1] == life.dossier)))
        due = [task for task in tasks.of_dossier(dossier, refs) if task.role == "advisor" and task.opens <= today]
        if due and owed + len(due) <= OWED:
            owed += len(due)
            paths.append(path)
    return paths


def so_far(life: Life) -> list[Said]:
    return [one for one in life.told() if one[0] < NOW]


def one_of(house: House) -> UUID:
    return house.chance.choice(house.advisors[1:])

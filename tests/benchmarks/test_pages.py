"""Queue, results, dossier, search, team and replay among 1,000 to 125,000 dossiers, through the application."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import quantiles
from uuid import UUID

import pytest
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient

from pixflow import tasks
from pixflow.dossier.evolve import fold
from pixflow.engine import Engine
from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.events.values import Moment, Result
from projections.store.catch_up import ReadSide
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.benchmarks.names import Names, mistyped
from tests.benchmarks.population import FIRST, SITES, House, Life, Said, fill, recorded, structure
from tests.postgres import Cluster
from tests.web.client import OWN_URL
from tests.web.tags import parsed
from web.app import create_app
from web.hosting.host import open_host
from web.hosting.settings import Settings

OWED, PILED, LATE, SHOWN = 60, 60, 60, 50
TO_MATCH, TO_DISPATCH = 50, 50
DOSSIERS = sized((500, 1_000), (1_000, 25_000), (1_000, 25_000, 125_000))
ROUNDS = sized(3, 100, 60)
SEARCHES = 50
NOW = datetime(FIRST.year, FIRST.month, FIRST.day, 8, tzinfo=UTC) + timedelta(days=240)
ADVISOR, REFERENT = "advisor", "référente"
EMPTY = "an empty page"
GROWTH = {"results": 1.2, "team, after a fact": 1.2}
MOST = {"queue, advisor": 4, "queue, référente": 4, "results": 10, "dossier": 4.5, "replay": 4}
"""The time that a page may take, in times of an empty page through the same application and client."""

pytestmark = pytest.mark.benchmark


class Served:
    """A structure of `size` dossiers, served: its first advisor and its référente at work on one of the dossiers."""

    def __init__(
        self, size: int, browsers: dict[str, TestClient], side: ReadSide, dossier: UUID, names: Sequence[str]
    ) -> None:
        self.size = size
        self.browsers = browsers
        self.side = side
        chance = Random(2)
        typed = cycle([mistyped(chance, name) for name in names])
        self.pages: dict[str, Callable[[], object]] = {
            EMPTY: partial(self.get, ADVISOR, "/vide"),
            "queue, advisor": partial(self.get, ADVISOR, "/boite"),
            "queue, référente": partial(self.get, REFERENT, "/boite"),
            "results": partial(self.get, REFERENT, "/resultats"),
            "dossier": partial(self.get, ADVISOR, f"/dossiers/{dossier}"),
            "search, a letter mistyped": lambda: self.find(next(typed)),
            "team, after a fact": partial(self.get_anew, REFERENT, "/equipe"),
            "replay": partial(self.get, REFERENT, f"/rejouer/{dossier}?version=10"),
        }

    def get(self, who: str, address: str) -> str:
        return str(self.browsers[who].get(address).raise_for_status().text)

    def get_anew(self, who: str, address: str) -> str:
        """Returns a page that was not drawn since the last fact: the load of each colleague is counted again."""
        self.side.memory.follow((), self.side.refs)
        return self.get(who, address)

    def find(self, text: str) -> None:
        answered = self.browsers[REFERENT].post("/chercher", data={"q": text}, follow_redirects=False)
        assert answered.status_code < 400


@pytest.fixture
def houses(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[list[Served]]:
    """A structure of each size."""
    cluster: Cluster | None = request.getfixturevalue("cluster") if store == "PostgreSQL" else None
    with ExitStack() as stack, pytest.MonkeyPatch.context() as environment:
        made = []
        for size in DOSSIERS:
            environment.setenv("PIXFLOW_DATABASE_URL", cluster.create_database() if cluster else "")
            made.append(stack.enter_context(served(tmp_path / str(size), size)))
        yield made


def test_pages(houses: list[Served], store: str, report: Report) -> None:
    heads = {who: {head(house.get(who, "/boite")) for house in houses} for who in (ADVISOR, REFERENT)}
    assert [len(found) for found in heads.values()] == [1, 1]
    assert {lines_of(house.get(who, "/boite")) for house in houses for who in heads} == {SHOWN}
    assert {rows_of(house.get(REFERENT, "/resultats")) for house in houses} == {TO_MATCH + TO_DISPATCH}
    contenders = {
        f"{page}, {house.size:,} dossiers": partial(spent, draw)
        for house in houses
        for page, draw in house.pages.items()
    }
    seconds = interleaved(ROUNDS, contenders, collect=False)
    lines = [Line(what, seconds[what], 1, "page") for what in sorted(contenders, key=_by_page(houses[0]))]
    notes = [f"{who}: {said}; {SHOWN} lines drawn" for who, (said,) in heads.items()]
    report.add(f"pages, {store}", lines, [*aims(lines, houses)], [*notes, "by the test client"])


def _by_page(house: Served) -> Callable[[str], int]:
    pages = list(house.pages)
    return lambda what: next(index for index, page in enumerate(pages) if what.startswith(page))


def aims(lines: Sequence[Line], houses: Sequence[Served]) -> Iterator[Aim]:
    sizes = f"{houses[0].size:,} to {houses[-1].size:,} dossiers"
    empty = next(line.median for line in lines if line.what.startswith(EMPTY))
    for page in [page for page in houses[0].pages if page != EMPTY]:
        of_page = [line for line in lines if line.what.startswith(page)]
        growth = of_page[-1].median / of_page[0].median
        yield Aim(f"{page}, growth from {sizes}", growth, GROWTH.get(page, 1.1), "×")
        if page in MOST:
            yield Aim(f"{page}, against an empty page", of_page[0].median / empty, MOST[page], "×")
        if page.startswith("queue"):
            slowest = max(quantiles(line.seconds, n=20)[-1] for line in of_page)
            yield Aim(f"{page}, 95th percentile", slowest * 1000, 30, " ms", slack=4)


def head(page: str) -> str:
    """Returns the heading of the queue: "Mercredi 3 septembre · 60 à faire…"."""
    found = parsed(page).select_one(".head p")
    assert found is not None
    return " ".join(found.get_text().split())


def lines_of(page: str) -> int:
    return page.count('class="item-due"') - page.count("pile-line")


def rows_of(page: str) -> int:
    """Returns the number of rows to match and to dispatch on the board."""
    return page.count('id="p-') + page.count('id="r-')


@contextmanager
def served(data: Path, size: int) -> Iterator[Served]:
    opened, house = structure(data, NOW, Settings().database()), House()
    fill(opened.engine, house.told())
    mine = owing(opened.engine, house, house.advisors[0])
    called = Names(house.chance, 9_000)
    names = [(called(0.12), called(0.15)) for _ in range(size - len(mine))]
    fill(opened.engine, [*(one for path in mine for one in path), *of_others(house, names)])
    opened.engine.close()
    with open_host(data, demo=True, clock=lambda: NOW) as found, ExitStack() as stack:
        browsers: dict[str, TestClient] = {}
        for who, person in ((ADVISOR, house.advisors[0]), (REFERENT, house.referent)):
            app = create_app(found)
            app.add_api_route("/vide", lambda: HTMLResponse(""))
            browser = browsers[who] = stack.enter_context(TestClient(app, OWN_URL))
            browser.post("/qui", data={"structure": opened.slug, "person": str(person)}).raise_for_status()
        longest = max(mine, key=len)
        side = found.structures[opened.slug].read()
        yield Served(size, browsers, side, longest[0][1], [last for last, _ in names[:SEARCHES]])


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


def of_others(house: House, names: Sequence[tuple[str, str]]) -> Iterator[Said]:
    """Colleagues' dossiers: 60 without an advisor, 60 neglected for long; of the rest half closed, half on time.

    50 of these have a result to dispatch; 50 participations more wait to be matched, their names a little mistyped.
    """
    yield from to_match(house, names[:TO_MATCH])
    for number, name in enumerate(names):
        dossier = house.id()
        if number < PILED:
            yield from begun(house, dossier, name, NOW - timedelta(days=1), advisor=None)
            continue
        advisor = house.chance.choice(house.advisors[1:])
        began = NOW - timedelta(days=90 if number < PILED + LATE else 3)
        yield from begun(house, dossier, name, began, advisor)
        if number >= PILED + LATE:
            yield closed(dossier, began) if number % 2 else planned(house, dossier, began)
            if number % 2 == 0 and number < PILED + LATE + 2 * TO_DISPATCH:
                yield from to_dispatch(house, dossier, began)


def begun(house: House, dossier: UUID, name: tuple[str, str], at: datetime, advisor: UUID | None) -> Iterator[Said]:
    """Opened, Pix presented."""
    on, site, (last, first) = at.date(), house.chance.choice(SITES), name
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
    return (
        at,
        dossier,
        d.DiagnosticPlanned(
            plan=house.id(),
            campaign=house.campaigns["initial"],
            modality="home",
            mediator=False,
            place="",
            planned_for=day,
            on=day,
        ),
    )


def to_match(house: House, names: Iterable[tuple[str, str]]) -> Iterator[Said]:
    """Participations shared yesterday under a name with a mistake in it, without a number."""
    at = NOW - timedelta(days=1)
    shared = Moment(at.date(), at)
    for last, first in names:
        participation, typed = house.id(), mistyped(house.chance, last).upper()
        yield (
            at,
            participation,
            p.ParticipationImported(
                campaign=house.campaigns["initial"],
                purpose="initial",
                last_name=typed,
                first_name=first,
                external_id="",
                started=shared,
                progress=Decimal(1),
                ordinal=0,
                exported_at=at,
                on=at.date(),
            ),
        )
        yield at, participation, p.ResultShared(result=result(shared), exported_at=at, on=at.date())


def to_dispatch(house: House, dossier: UUID, at: datetime) -> Iterator[Said]:
    """A result received, which nobody has told the advisor of."""
    participation, shared, on = house.id(), Moment(at.date(), at), at.date()
    yield (
        at,
        dossier,
        d.ParticipationLinked(
            participation=participation,
            campaign=house.campaigns["initial"],
            purpose="initial",
            started=shared,
            progress=Decimal(1),
            on=on,
        ),
    )
    yield at, dossier, d.ResultReceived(participation=participation, purpose="initial", result=result(shared), on=on)


def result(shared: Moment) -> Result:
    return Result(shared=shared, mastery=Decimal("0.4"))


def closed(dossier: UUID, at: datetime) -> Said:
    return at, dossier, d.DossierClosed(reason="moved", note="", on=at.date())

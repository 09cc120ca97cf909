"""Finding a name among 25,000 dossiers, against comparing what was typed with every name."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles
from uuid import UUID

import pytest
from rapidfuzz import fuzz, process
from sqlalchemy import Connection

from pixflow.authorization import Scope
from pixflow.events import dossier as d
from pixflow.identity import normalise
from projections import directory, name_search, similarity
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.benchmarks.names import Names, mistyped
from tests.benchmarks.population import FIRST, SITES, House, Said, fill, structure

DOSSIERS = sized(500, 25_000, 25_000)
SEARCHES = sized(10, 100, 100)
SHOWN = 8
EVERYONE = Scope("all")

Finder = Callable[[str], list[str]]
"""Returns the names shown for a typed text."""

pytestmark = pytest.mark.benchmark


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[Connection, dict[UUID, str]]]:
    """The read tables of 25,000 dossiers, and everybody's name by dossier."""
    opened, house = structure(tmp_path / "data"), House()
    last, first = Names(house.chance, 9_000), Names(house.chance, 900)
    people = {house.id(): (last(0.12), first(0.15)) for _ in range(DOSSIERS)}
    lives = [
        one for number, (stream, names) in enumerate(people.items()) for one in told(house, number, stream, *names)
    ]
    fill(opened.engine, [*house.told(), *lives])
    side = ReadSide(opened.engine, sqlite.database(tmp_path / "read.db"))
    side.catch_up()
    with side.database.connect() as connection:
        yield connection, {stream: normalise(" ".join(names)) for stream, names in people.items()}
    side.database.dispose()
    opened.engine.close()


def told(house: House, number: int, stream: UUID, last: str, first: str) -> Iterator[Said]:
    at = datetime(FIRST.year, FIRST.month, FIRST.day, 9, tzinfo=UTC)
    names, site = {"last_name": last, "first_name": first}, house.chance.choice(SITES)
    yield at, stream, d.DossierOpened(**names, birth_date=None, imilo_number=f"{number}", site=site, on=FIRST)
    yield at, stream, d.AdvisorAssigned(advisor=house.chance.choice(house.advisors), on=FIRST)


def test_search(asked: tuple[Connection, dict[UUID, str]], report: Report) -> None:
    connection, names = asked
    chance = Random(2)
    sought = [names[stream] for stream in chance.choices(list(names), k=SEARCHES)]
    typed = [" ".join(mistyped(chance, word) for word in name.split()) for name in sought]
    own = Scope("own", next(iter(directory.named(connection, [next(iter(names))]).values())).advisor)
    finders: dict[str, Finder] = {
        f"trigrams, then at most {name_search.CANDIDATES} names compared": partial(near, connection, EVERYONE),
        "every name compared, all kept in memory": partial(compared, names),
        "every name compared, read from the tables": lambda text: compared(loaded(connection), text),
        "trigrams, among one's own dossiers": partial(near, connection, own),
    }
    found: dict[str, list[list[str]]] = {what: [] for what in finders}
    contenders = {what: partial(timed, find, iter(typed), found[what]) for what, find in finders.items()}
    seconds = interleaved(SEARCHES, contenders, collect=False)
    lines = [Line(what, seconds[what], 1, "search") for what in finders]
    everyone, linear, *_, mine = finders
    shares = {what: share_found(sought, found[what]) for what in (everyone, linear)}
    aims = [
        Aim("search, median", lines[0].median * 1000, 30, " ms"),
        Aim("search, 95th percentile", quantiles(seconds[everyone], n=20)[-1] * 1000, 30, " ms"),
        Aim("among one's own, 95th percentile", quantiles(seconds[mine], n=20)[-1] * 1000, 30, " ms"),
        Aim("found among the first eight", shares[everyone], 98, " %", at_least=True),
    ]
    notes = [
        f"{DOSSIERS:,} dossiers, {len(set(names.values())):,} names; a mistake in every word typed",
        f"every name compared finds {shares[linear]:.1f} % among the first eight",
    ]
    report.add("search", lines, aims, notes)
    assert lines[0].median < 0.3


def timed(find: "Finder", typed: Iterator[str], found: list[list[str]]) -> float:
    text = next(typed)
    return spent(lambda: found.append(find(text)))


def near(connection: Connection, scope: Scope, text: str) -> list[str]:
    return [normalise(f"{one.last_name} {one.first_name}") for one in name_search.near(connection, text, scope, SHOWN)]


def compared(names: dict[UUID, str], text: str) -> list[str]:
    """The most alike, each name compared with what was typed."""
    found = process.extract(text, names, scorer=fuzz.token_sort_ratio, score_cutoff=similarity.ALIKE - 15, limit=SHOWN)
    return [name for name, _, _ in found]


def loaded(connection: Connection) -> dict[UUID, str]:
    return {one.stream: normalise(f"{one.last_name} {one.first_name}") for one in directory.everyone(connection)}


def share_found(sought: list[str], found: list[list[str]]) -> float:
    """In how many of 100 searches the name stands among those shown."""
    return 100 * sum(name in shown for name, shown in zip(sought, found, strict=True)) / len(sought)

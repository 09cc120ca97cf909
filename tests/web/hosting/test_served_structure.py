"""A structure in use while `pixflow rebuild` replaces its tables, on both stores."""

from collections import Counter
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from sys import setprofile
from threading import Event, Thread
from time import sleep
from types import CodeType, FrameType
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from pixflow.store import StoreBusy
from projections import directory
from projections.contract import folds, position
from projections.figures.paths import paths
from projections.figures.refresh import is_fresh
from projections.store import stores
from projections.store.catch_up import ReadSide
from projections.store.stores import Stores
from tests.web.paths import House, house
from tests.web.pressing import press
from web.hosting import served_structure
from web.hosting.read_tables import reads_of
from web.hosting.served_structure import LiveTables, structure_in_use

SOPHIE = "Sophie Lecomte"


@pytest.fixture
def at_work(store: str, tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "data") as made:
        yield made


def test_who_waits_for_tables_that_a_rebuild_replaces_gets_the_new_ones(at_work: House) -> None:
    """They wait for the lock of the tables while another page follows the pointer, and closes them."""
    served, browser = at_work.served, at_work.client(SOPHIE)
    dossier = at_work.opened()
    answers: list[tuple[int, bool]] = []
    asked = Event()

    def ask() -> None:
        asked.set()
        answer = browser.get("/dossiers")
        answers.append((answer.status_code, str(dossier) in answer.text))

    old = served.reads.side
    waiting = [Thread(target=ask) for _ in range(3)]
    with old._mutex:
        for thread in waiting:
            thread.start()
        assert asked.wait(600)
        sleep(0.3)
        stores.rebuild(served.reads.stores, served.engine)
        assert served.reads.side is not old
    for thread in waiting:
        thread.join()
    assert answers == [(200, True)] * 3
    left = {file.name for file in served.reads.stores.folder.glob("*.db")}
    assert left <= {served.reads.stores.live()}, "nobody makes the old file again"


def test_a_rebuild_leaves_no_entry_of_figures_to_make(at_work: House) -> None:
    served = at_work.served
    at_work.scored()
    served.rebuild(lambda done, total: None)
    side = served.read()
    with side.database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(paths)).scalar_one() == 1
        assert is_fresh(side, connection, served.today(), 0)


Moment = tuple[CodeType, int]
"""The return of a function: its code, and 1 for the first time."""
WATCHED = {
    function.__code__
    for function in (
        *(Stores.live, Stores._stamp, Stores._pointed, Stores.hold, Stores.open),
        *(stores.Live._live, ReadSide.__init__, ReadSide.catch_up, LiveTables.renew, served_structure._connected),
    )
}


def test_whenever_a_rebuild_ends_a_page_shows_what_was_recorded(at_work: House) -> None:
    """Another process replaces the tables at each moment of a request in turn. The page is drawn after a command."""
    opened = at_work.served.opened

    def replace() -> None:
        stores.rebuild(reads_of(opened).stores, opened.engine)

    def ask() -> None:
        served = structure_in_use(opened)
        before = at_work.opened()
        with served.reading() as tables:
            assert before in shown(tables)
            after = at_work.opened()
            tables.renew()
            assert after in shown(tables)
        served.reads.close()

    every: list[Moment] = []
    with watched(WATCHED, every.append):
        ask()
    assert {code for code, _ in every} >= {ReadSide.catch_up.__code__, served_structure._connected.__code__}
    for moment in every:
        with at(moment, replace):
            ask()


def test_tables_that_cannot_be_renewed_are_still_read(at_work: House) -> None:
    """The page that tells of the error is drawn from them."""

    def fail() -> None:
        raise StoreBusy("lost")

    before = at_work.opened()
    with at_work.served.reading() as tables:
        with pytest.raises(StoreBusy), at((ReadSide.catch_up.__code__, 1), fail):
            tables.renew()
        assert before in shown(tables)


def test_a_command_is_answered_though_a_crash_empties_the_tables_just_then(
    at_work: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL empties tables without a log when it starts after a crash."""
    renew = LiveTables.renew

    def emptied(tables: LiveTables) -> None:
        with tables.side.writing() as connection:
            connection.execute(delete(folds))
        renew(tables)

    dossier, _ = at_work.dispatched()
    monkeypatch.setattr(LiveTables, "renew", emptied)
    answer = press(at_work.client("Nadia Benali"), dossier, "note", text="rappelée")
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, f"/dossiers/{dossier}")


def test_no_page_is_unknown_though_a_crash_empties_the_tables_just_then(
    at_work: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command sent again would be said not to be recorded."""
    dossier, _ = at_work.dispatched()
    client = at_work.client("Nadia Benali")
    assert client.get(f"/dossiers/{dossier}").status_code == 200
    catch_up = ReadSide.catch_up

    def emptied(side: ReadSide, *asked: Any, **named: Any) -> int:
        reached = catch_up(side, *asked, **named)
        with side.writing() as connection:
            connection.execute(delete(folds))
            connection.execute(delete(position))
        return reached

    monkeypatch.setattr(ReadSide, "catch_up", emptied)
    assert client.get(f"/dossiers/{dossier}").status_code == 503


def shown(tables: LiveTables) -> set[Any]:
    """Returns the dossiers that the tables have."""
    return set(tables.connection.execute(select(directory.people.c.stream)).scalars())


@contextmanager
def at(moment: Moment, act: Callable[[], None]) -> Iterator[None]:
    """Does something when a moment comes."""
    came: list[Moment] = []

    def look(now: Moment) -> None:
        if now == moment:
            setprofile(None)
            came.append(now)
            act()

    with watched({moment[0]}, look):
        yield
    assert came


@contextmanager
def watched(codes: Container[CodeType], look: Callable[[Moment], None]) -> Iterator[None]:
    """Calls `look` at each moment of these functions in this thread."""
    times: Counter[CodeType] = Counter()

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "return" and frame.f_code in codes:
            times[frame.f_code] += 1
            look((frame.f_code, times[frame.f_code]))

    setprofile(profile)
    try:
        yield
    finally:
        setprofile(None)

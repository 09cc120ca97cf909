"""A structure in use while `pixflow rebuild` replaces its tables, on both stores."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import sleep

import pytest
from sqlalchemy import func, select

from projections.figures.paths import paths
from projections.figures.snapshot import is_fresh
from projections.store import stores
from tests.web.paths import House, house
from web.hosting.settings import Settings

SOPHIE = "Sophie Lecomte"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def at_work(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "postgres":
            patch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("database_url"))
        with house(tmp_path / "data") as made:
            yield made
        if database := Settings().database():
            database.close()


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
        assert asked.wait(10)
        sleep(0.3)
        stores.rebuild(served.reads.stores, served.engine)
        assert served.reads.side is not old
    for thread in waiting:
        thread.join()
    assert answers == [(200, True)] * 3
    left = {file.name for file in (served.opened.folder / "read").glob("*.db")}
    assert left <= {served.reads.stores.live()}, "nobody makes the old file again"


def test_a_rebuild_leaves_no_entry_of_figures_to_make(at_work: House) -> None:
    served = at_work.served
    at_work.scored()
    served.rebuild(lambda done, total: None)
    side = served.read()
    with side.database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(paths)).scalar_one() == 1
        assert is_fresh(side, connection, served.today(), 0)

"""Work beside pages: beyond a few of a person, the page says to come back, and others go on."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

from pixflow.turns import MOST_OF_ONE, WaitingLine
from tests.web.client import words
from tests.web.pages.protocol.test_drafts import HELENE, SOPHIE
from tests.web.paths import House, house
from tests.web.tags import parsed
from web import typesetting
from web.hosting.figures import MOMENTS


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def at_work(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    if request.param == "postgresql":
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("database_url"))
    with house(tmp_path / "data", date(2026, 3, 16)) as made:
        yield made


@contextmanager
def taken(line: WaitingLine, waiting: str, at_work: House, page: str) -> Iterator[list[int]]:
    """Takes every turn of a line, and lets somebody wait for as many pages as she may: yields how each is answered."""
    answers: list[int] = []
    asked = [Thread(target=lambda: answers.append(_get(at_work, waiting, page))) for _ in range(MOST_OF_ONE)]
    with ExitStack() as turns:
        for _ in range(line._at_once):
            turns.enter_context(line.turn())
        for one in asked:
            one.start()
        while len(line._places) < line._at_once + MOST_OF_ONE:
            sleep(0.01)
        yield answers
    for one in asked:
        one.join()


def _get(at_work: House, name: str, page: str) -> int:
    return int(at_work.client(name).get(page).status_code)


@pytest.mark.parametrize("what", ["a paper", "an earlier day", "figures of an earlier day"])
def test_beyond_a_few_a_page_says_to_come_back(at_work: House, what: str) -> None:
    dossier = at_work.planned()
    at_work.day(date(2026, 3, 18))
    page, line = {
        "a paper": (f"/dossiers/{dossier}/fiche.pdf", typesetting._PAPERS),
        "an earlier day": ("/dossiers?au=2026-03-17", MOMENTS),
        "figures of an earlier day": ("/indicateurs?au=2026-03-17", MOMENTS),
    }[what]
    assert _get(at_work, SOPHIE, page) == 200
    with taken(line, SOPHIE, at_work, page) as answers:
        refused = at_work.client(SOPHIE).get(page)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert "Réessayez dans un instant" in words(refused.text)
        assert parsed(refused.text).select_one("a[href='/boite']")
        assert _get(at_work, SOPHIE, f"/dossiers/{dossier}") == 200
        asked = Thread(target=lambda: answers.append(_get(at_work, HELENE, page)))
        asked.start()
        while not any(one.who == at_work.people[HELENE] for one in line._places):
            sleep(0.01)
    asked.join()
    assert answers == [200] * (MOST_OF_ONE + 1)
    assert line._places == []

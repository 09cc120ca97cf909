"""Read tables are a cache: gone or damaged ones are told, and `serve` makes them anew, on both stores."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from projections.figures.refresh import refresh
from tests.projections.conftest import everything
from tests.web.client import LocalClient
from tests.web.paths import House, house
from web.app import create_app
from web.cli.app import app
from web.hosting import health
from web.hosting.clock_jobs import Round
from web.hosting.mail import Mail
from web.hosting.served_structure import serve_one

SOPHIE = "Sophie Lecomte"
Harm = Callable[[House], None]


def _live_file(at_work: House) -> Path:
    name = at_work.served.reads.stores.live()
    assert name
    return at_work.served.reads.stores.folder / name


def no_folder(at_work: House) -> None:
    shutil.rmtree(at_work.served.opened.folder / "read")


def no_file(at_work: House) -> None:
    at_work.served.reads.close()
    _live_file(at_work).unlink()


def truncated(at_work: House) -> None:
    at_work.served.reads.close()
    content = _live_file(at_work).read_bytes()
    _live_file(at_work).write_bytes(content[: len(content) // 2])


def emptied(at_work: House) -> None:
    at_work.served.reads.close()
    _live_file(at_work).write_bytes(b"")


def scribbled(at_work: House) -> None:
    at_work.served.reads.close()
    content = _live_file(at_work).read_bytes()
    _live_file(at_work).write_bytes(b"no database" + content[11:])


def no_table(at_work: House) -> None:
    with sqlite3.connect(_live_file(at_work)) as database:
        database.execute("DROP TABLE dossier_sheet")
    database.close()


HARMS: tuple[Harm, ...] = (no_folder, no_file, truncated, emptied, scribbled, no_table)


@pytest.fixture(params=HARMS, ids=lambda harm: harm.__name__)
def harm(request: pytest.FixtureRequest) -> Harm:
    harm: Harm = request.param
    return harm


@pytest.fixture
def at_work(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    with house(tmp_path / "data") as made:
        made.opened()
        made.served.tick()
        yield made


def all_rows(at_work: House) -> dict[str, list[str]]:
    side = at_work.served.read()
    refresh(side, at_work.served.today())
    return everything(side)


def readiness(at_work: House) -> Any:
    with closing(Round()) as shared:
        at_work.host.look(at_work.served, shared)
    return LocalClient(create_app(at_work.host)).get("/readyz")


def nowhere(mail: Mail) -> None:
    raise ConnectionRefusedError("no server")


def test_they_are_told_and_made_anew_while_it_serves(at_work: House, harm: Harm) -> None:
    shown = all_rows(at_work)
    browser = at_work.client(SOPHIE)
    assert browser.get("/dossiers").status_code == 200
    harm(at_work)
    assert browser.get("/dossiers").status_code == 503
    answer = readiness(at_work)
    assert (answer.status_code, answer.json()["alarms"]) == (503, ["tables"])
    told = {one.check: one for one in health.all_findings(at_work.served.opened, at_work.served.reads)}["tables"]
    assert (told.level, told.details["why"]) == ("alarm", "none")
    at_work.served.tick(nowhere)
    assert browser.get("/dossiers").status_code == 200
    assert readiness(at_work).status_code == 200
    assert all_rows(at_work) == shown
    assert len(list((at_work.served.opened.folder / "read").rglob("*.db"))) == 1


def test_they_are_made_anew_at_the_next_start(at_work: House, harm: Harm) -> None:
    shown = all_rows(at_work)
    harm(at_work)
    with closing(serve_one(at_work.served.opened).reads) as reads:
        refresh(reads.side, at_work.served.today())
        assert everything(reads.side) == shown


def test_rebuild_does_not_need_them(at_work: House, harm: Harm) -> None:
    harm(at_work)
    result = CliRunner().invoke(app, ["rebuild"])
    assert result.exit_code == 0, result.output
    assert at_work.client(SOPHIE).get("/dossiers").status_code == 200

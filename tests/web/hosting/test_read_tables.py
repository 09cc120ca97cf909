"""The process that makes missing read tables: for whoever serves, and not without them, on both stores."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest
from msgspec.json import decode, encode

from pixflow.refused import Refused
from pixflow.store import BuildLost, FormatRefused, StoreError
from projections.figures.refresh import refresh
from projections.store import stores
from tests import forks
from tests.projections.conftest import everything
from tests.web.hosting.conftest import ON_SQLITE
from tests.web.paths import House, house
from web.hosting import read_tables, structure_process
from web.hosting.read_tables import reads_of
from web.hosting.served_structure import serve_one

WORKS = "from web.hosting.structure_process import main; main()"
START = """
import signal
import sys
from pathlib import Path
from pixflow import structure_folder
from web.hosting import read_tables, structure_process
from web.hosting.served_structure import serve_one
from web.hosting.settings import Settings
read_tables.PART = 0
structure_process.COMMAND = tuple(sys.argv[2:])
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background begins without
folder = Path(sys.argv[1])
serve_one(structure_folder.open_one(folder.parent, folder.name, database=Settings().database()))
"""
"""A process that serves a structure of more than no event, and makes its tables by a command."""

TALKING = """
import logging
from projections.figures.refresh import refresh
from projections.store import stores
from web.hosting import structure_process
ensure = stores.ensure
def talking(*given):
    try:
        raise ValueError("why")
    except ValueError:
        logging.getLogger("pixflow").exception("not counted")
    ensure(*given)
stores.ensure = talking
structure_process.main()
"""
"""A process that makes tables and logs an error meanwhile."""


@pytest.fixture
def at_work(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A structure with an event more than this process may show itself."""
    with house(tmp_path / "data") as made:
        made.scored()
        made.served.read()
        monkeypatch.setattr(read_tables, "PART", made.served.engine.head() - 1)
        yield made


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes tables in a process that imports nothing: its own start is that of the first test."""
    monkeypatch.setattr(structure_process, "COMMAND", (forks.program("python"), "-c", WORKS))


def lose(at_work: House) -> stores.Stores:
    """Leaves no live tables, as an upgrade does. Returns the stores."""
    found = reads_of(at_work.served.opened).stores
    name = found.live()
    assert name
    found.discard(name)
    return found


def makers(at_work: House) -> list[int]:
    """Returns the processes that make the tables of a structure."""
    said = "\0".join([*structure_process.COMMAND, str(at_work.served.opened.folder), ""])
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if _read(path).endswith(said)]


def _read(path: Path) -> str:
    with suppress(OSError):  # it has ended
        return path.read_text(errors="replace")
    return ""


def within(seconds: float, ask: Callable[[], bool]) -> bool:
    end = monotonic() + seconds
    while not (answer := ask()) and monotonic() < end:
        sleep(0.05)
    return answer


def rows(at_work: House, reads: stores.Live) -> dict[str, list[str]]:
    refresh(side := reads.side, at_work.served.today())
    return everything(side)


def refuse(*_: object) -> None:
    raise AssertionError("made in this process")


def test_a_process_of_its_own_makes_the_same_tables(at_work: House, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, reached = rows(at_work, at_work.served.reads), list[tuple[int, int]]()
    lose(at_work)
    with monkeypatch.context() as patch:
        patch.setattr(stores, "ensure", refuse)
        with closing(serve_one(at_work.served.opened, lambda *told: reached.append(told)).reads) as reads:
            assert rows(at_work, reads) == shown
    head = at_work.served.engine.head()
    assert reached[-1] == (head, head)


@pytest.mark.usefixtures("forked")
def test_they_are_made_in_the_database_of_the_structure(at_work: House, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(at_work)
    with monkeypatch.context() as patch:
        patch.setenv("PIXFLOW_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
        with closing(serve_one(at_work.served.opened).reads) as reads:
            assert reads.side.position == at_work.served.engine.head()


@ON_SQLITE
@pytest.mark.usefixtures("forked")
def test_damaged_ones_are_made_so_while_it_serves(at_work: House, monkeypatch: pytest.MonkeyPatch) -> None:
    lose(at_work)
    monkeypatch.setattr(stores, "ensure", refuse)
    at_work.served.make_tables()
    assert at_work.served.read().position == at_work.served.engine.head()


@pytest.mark.parametrize("live", [True, False])
def test_no_process_is_started_for_live_tables_or_few_events(
    live: bool, at_work: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not live:
        lose(at_work)
        monkeypatch.setattr(read_tables, "PART", at_work.served.engine.head())
    monkeypatch.setattr(structure_process, "COMMAND", ("/no/such/program",))
    with closing(serve_one(at_work.served.opened).reads) as reads:
        assert reads.side.position == at_work.served.engine.head()


@ON_SQLITE
@pytest.mark.usefixtures("forked")
def test_its_error_is_raised_where_it_was_started(at_work: House) -> None:
    lose(at_work)
    (at_work.served.opened.folder / "structure.json").unlink()
    with pytest.raises(Refused, match="structure-gone"):
        serve_one(at_work.served.opened)


@ON_SQLITE
@pytest.mark.usefixtures("forked")
def test_an_error_arrives_with_what_it_knows(at_work: House) -> None:
    """Another version has changed the structure since it was opened here."""
    lose(at_work)
    described = at_work.served.opened.folder / "structure.json"
    described.write_bytes(encode(decode(described.read_bytes()) | {"format": 99}))
    with pytest.raises(FormatRefused, match="format 99") as raised:
        serve_one(at_work.served.opened)
    assert raised.value.found == 99


@pytest.mark.usefixtures("forked")
def test_one_that_is_killed_is_told_and_the_next_start_makes_them(at_work: House) -> None:
    shown = rows(at_work, at_work.served.reads)
    found, raised = lose(at_work), list[Exception]()

    def start() -> None:
        try:
            serve_one(at_work.served.opened)
        except StoreError as error:
            raised.append(error)

    with found.making():  # where it waits
        starting = Thread(target=start)
        starting.start()
        assert within(600, lambda: bool(makers(at_work)))
        os.kill(makers(at_work)[0], signal.SIGKILL)
        starting.join()
    assert [(type(error), str(error)[-3:]) for error in raised] == [(BuildLost, " -9")]
    assert found.live() is None
    with closing(serve_one(at_work.served.opened).reads) as reads:
        assert rows(at_work, reads) == shown


def test_what_killed_ones_leave_goes_before_the_next_fills_the_disk(at_work: House) -> None:
    """On a machine with too little memory one is killed each minute."""
    found = lose(at_work)
    left, seen = {found.make(), found.make()}, set[str]()
    stores.ensure(found, at_work.served.engine, lambda done, total: seen.update(kept(found)))
    assert len(seen) == 1
    assert seen == set(kept(found)) == {found.live()}
    assert not left & seen


def kept(found: stores.Stores) -> list[str]:
    """Returns the names of all stores, live or not."""
    return [path.name for path in found.folder.glob("*.db")]


KILLED = pytest.param("postgres", signal.SIGKILL, marks=pytest.mark.postgres)


@pytest.mark.parametrize(
    ("store", "how"),
    [*(("sqlite", how) for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)), KILLED],
    indirect=["store"],
)
@pytest.mark.usefixtures("forked")
def test_it_ends_with_the_process_that_started_it(how: signal.Signals, at_work: House) -> None:
    found = lose(at_work)
    with found.making():
        command = [forks.program("python"), "-c", START, str(at_work.served.opened.folder), *structure_process.COMMAND]
        with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as server:
            assert server.stderr
            assert within(600, lambda: bool(makers(at_work)))
            (child,) = makers(at_work)
            os.killpg(server.pid, how)  # as a terminal does
            said = server.stderr.read()  # the child has it too: both have ended
            assert within(600, lambda: not Path(f"/proc/{child}").exists())
    assert server.returncode == -how
    assert (b"KeyboardInterrupt" in said) is (how is signal.SIGINT)
    assert found.live() is None


@ON_SQLITE
def test_what_it_logs_is_logged_here(
    at_work: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lose(at_work)
    monkeypatch.setattr(structure_process, "COMMAND", (forks.program("python"), "-c", TALKING))
    with closing(serve_one(at_work.served.opened).reads) as reads:
        assert reads.side.position == at_work.served.engine.head()
    (told,) = [record for record in caplog.records if record.name == "pixflow"]
    assert (told.levelname, told.getMessage()) == ("ERROR", "not counted")
    assert (told.exc_text or "").endswith("ValueError: why")

"""Load, decide and save on a dossier of 30 events, against the library's declarative Aggregate doing the same."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest

from pixflow.actor import Actor
from pixflow.dossier.follow_up import take_note
from pixflow.dossier.stages.parcours import send_referral
from pixflow.engine import Engine, new_id
from pixflow.events.base import Event
from pixflow.events.values import Partner
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from pixflow.unit_of_work import fold_stream
from tests.benchmarks.declarative import Dossier, Dossiers, on_postgres, on_sqlite, replayed
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.benchmarks.population import House, Life, Said, fill, structure

T = TypeVar("T")

ROUNDS = sized(1, 9, 9)
COMMANDS = sized(10, 100, 100)
MEMORY = Path("/dev/shm")
NOW = datetime(2026, 9, 15, 9, tzinfo=UTC)
SAID: dict[str, Any] = {
    "partner": Partner(None, "ViaFormation"),
    "starts": None,
    "ends": date(2026, 12, 18),
    "note": "à rappeler",
}

pytestmark = pytest.mark.benchmark


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory, where a commit waits for no disk."""
    if not MEMORY.is_dir():
        pytest.skip("no folder in memory on this machine")
    with TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


def test_load_decide_save(tmp_path: Path, memory: Path, report: Report) -> None:
    house = House()
    lives = [Life(house, number, begins_within=30) for number in range(ROUNDS * COMMANDS)]
    paths = [life.thirty() for life in lives]
    told = [[event for _, _, event in path] for path in paths]
    with ExitStack() as stack:
        places = (tmp_path, memory, tmp_path / "again", memory / "again")
        on_disk, in_memory, *again = (stack.enter_context(filled(folder, house, paths)) for folder in places)
        full, light = (stack.enter_context(closing(Dossiers(on_sqlite(at / "a.db")))) for at in (tmp_path, memory))
        contenders = {
            "pixflow: Engine.execute": ours(on_disk, lives),
            "Aggregate, synchronous=FULL": theirs(full, lives, told),
            "pixflow, files in memory": ours(in_memory, lives),
            "Aggregate, files in memory": theirs(light, lives, told),
            "pixflow, the second command on a dossier": ours(again[0], lives, noted=True),
            "pixflow, the second command, files in memory": ours(again[1], lives, noted=True),
        }
        seconds = interleaved(ROUNDS, contenders)
        assert len(on_disk.engine.history(lives[-1].dossier)) == 31
        assert on_disk.engine.head() == in_memory.engine.head()
    lines = [Line(what, seconds[what], COMMANDS, "commands") for what in contenders]
    mine, same, mine_light, light_one, second, second_light = lines
    aims = [
        Aim("against the Aggregate at the same durability", mine.rate / same.rate, 2.3, "×", at_least=True),
        Aim(
            "against the Aggregate, files in memory", mine_light.rate / light_one.rate, 3.5, "×", at_least=True, slack=4
        ),
        Aim("the second command", second.rate / same.rate, 2.3, "×", at_least=True),
        Aim("the second command, files in memory", second_light.rate / light_one.rate, 3.5, "×", at_least=True),
    ]
    report.add("load, decide, save", lines, aims)


def test_load(tmp_path: Path, database: Database | None, store: str, report: Report) -> None:
    house = House()
    lives = [Life(house, number, begins_within=30) for number in range(COMMANDS)]
    paths = [life.thirty() for life in lives]
    told = [[event for _, _, event in path] for path in paths]
    with filled(tmp_path, house, paths, database) as opened, ExitStack() as stack:
        library = Dossiers(on_postgres(database) if database else on_sqlite(tmp_path / "a.db"))
        stack.callback(library.close)
        dossiers = [replayed(events) for events in told]
        for one in dossiers:
            library.save(one)
        ids = [life.dossier for life in lives]
        theirs: Callable[[UUID], Dossier] = library.repository.get
        contenders = {
            "pixflow: Engine.history and its fold, nothing kept": lambda: for_each(partial(folded, opened.engine), ids),
            "pixflow: Engine.state, once more": lambda: for_each(partial(opened.engine.state, "dossier"), ids),
            "Aggregate: repository.get": lambda: for_each(theirs, [one.id for one in dossiers]),
        }
        seconds = interleaved(ROUNDS, contenders)
    lines = [Line(what, seconds[what], COMMANDS, "loads") for what in contenders]
    cold, again, library_ = lines
    aims = [
        Aim("against the Aggregate, nothing kept", cold.rate / library_.rate, 5, "×", at_least=True, slack=2.5),
        Aim("against the Aggregate, once more", again.rate / library_.rate, 5, "×", at_least=True),
    ]
    report.add(f"loading 30 events, {store}", lines, aims)


def folded(engine: Engine, dossier: UUID) -> object:
    return fold_stream("dossier", engine.history(dossier)).state


@contextmanager
def filled(
    folder: Path, house: House, paths: Sequence[Sequence[Said]], database: Database | None = None
) -> Iterator[OpenStructure]:
    """A structure with its team and these dossiers."""
    opened = structure(folder / "data", NOW, database)
    fill(opened.engine, [*house.told(), *(said for path in paths for said in path)])
    yield opened
    opened.engine.close()


def ours(opened: OpenStructure, lives: Sequence[Life], *, noted: bool = False) -> Callable[[], float]:
    """The whole of a command: its id and fingerprint, the actor's right, the decision, its stamps, claims, versions.

    With `noted`, a note was taken in each dossier just before: its stream is kept.
    """
    turns = some(lives)
    opened.engine.references()  # read once when a program starts

    def refer(life: Life) -> None:
        command = uuid4()
        opened.engine.execute(
            {"dossier": life.dossier},
            send_referral,
            by=Actor(str(life.advisor)),
            command_id=command,
            seen={"dossier": 30},
            context={"referral": new_id(command, "referral")},
            action=life.actions[2].id,
            **SAID,
        )

    def note(life: Life) -> None:
        by = Actor(str(life.advisor))
        opened.engine.execute({"dossier": life.dossier}, take_note, by=by, command_id=uuid4(), text="à rappeler")

    def run() -> float:
        turn = next(turns)
        if noted:
            for_each(note, turn)
        return for_each(refer, turn)

    return run


def theirs(application: Dossiers, lives: Sequence[Life], told: Sequence[Sequence[Event]]) -> Callable[[], float]:
    """Returns the library's run: equal rules and event, nothing else."""
    dossiers = [replayed(events) for events in told]
    for turn in some(dossiers):
        application.save(*turn)
    turns = some(list(zip(dossiers, lives, strict=True)))

    def refer(pair: tuple[Dossier, Life]) -> None:
        dossier, life = pair
        application.send_referral(dossier.id, referral=uuid4(), action=life.actions[2].id, on=NOW.date(), **SAID)

    return lambda: for_each(refer, next(turns))


def some(items: Sequence[T]) -> Iterator[list[T]]:
    """As many as a round takes, then the next ones."""
    left = iter(items)
    while turn := list(islice(left, COMMANDS)):
        yield turn


def for_each(work: Callable[[T], object], items: Sequence[T]) -> float:
    return spent(lambda: [work(item) for item in items])

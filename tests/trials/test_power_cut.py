"""Power cuts: from a trace of what a structure at work asked of its disk, what the disk may hold is made and opened."""

import filecmp
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from msgspec import Struct

from pixflow import structure_folder
from pixflow.store import Damaged, StoreError
from pixflow.structure_folder import OpenStructure
from tests.conftest import unavailable
from tests.trials.disk import Disk
from tests.trials.mission import numbered_dossier
from tests.trials.report import TrialReport
from tests.trials.scale import SEED, many, rounds
from tests.trials.strace import calls, traced
from tests.trials.verdict import EVERYTHING, must_be_sound, must_show, times_recorded
from web.hosting.served_structure import serve_one

ROOT = Path(__file__).parents[2]
SHORT, LONG = 8, 3000
COMMANDS = 60
CUTS_OF_A_TRACE = 300
CONTROLS = {"normal": "synchronous=NORMAL", "keys": "keys that are not synced"}
Traces = Callable[[int, str], Disk]


@pytest.fixture(autouse=True)
def _strace() -> None:
    if shutil.which("strace") is None:
        unavailable("strace")


class Left(Struct):
    """The data folder after a cut, and the words of the commands acknowledged before it."""

    data: Path
    acknowledged: dict[UUID, str]

    def open(self) -> OpenStructure:
        (slug,) = structure_folder.slugs(self.data)
        return structure_folder.open_one(self.data, slug)


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Traces:
    """Traces of a new structure and people at work on it, by seed and way of working."""
    folder = tmp_path_factory.mktemp("traces")

    @cache
    def at_work(seed: int, how: str) -> Disk:
        root, trace = folder / f"{how}-{seed}", folder / "trace"
        root.mkdir()
        words = [sys.executable, "-m", "tests.trials.workload", str(root), str(seed), str(COMMANDS), how]
        said = traced(words, trace, cwd=ROOT)
        disk = Disk(root, calls(trace))
        assert len(said) == len(disk.said) == 1 + COMMANDS
        return disk

    return at_work


def after_cuts(traces: Traces, folder: Path, count: int, how: str) -> Iterator[Left]:
    """Yields the disk after each cut, at random moments after the structure was created."""
    chance = Random(SEED)
    for number in range(count):
        seed = SEED + number // CUTS_OF_A_TRACE
        disk = traces(seed, how)
        cut = chance.randrange(disk.said[0][0] + 1, disk.lines + 1)
        with noted(f"cut {number}, at line {cut} of the trace of seed {seed}"):
            yield left_by(disk, cut, chance, folder / "left")
        shutil.rmtree(folder / "left")


def left_by(disk: Disk, cut: int, chance: Random, folder: Path) -> Left:
    disk.build(folder, cut, chance)
    said = (line.split(" ", 1) for line in disk.acknowledged(cut)[1:])
    return Left(folder, {UUID(command): words for command, words in said})


@contextmanager
def noted(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        error.add_note(what)
        raise


def must_be_whole(left: Left) -> None:
    """Files sound, every acknowledged command there once and readable, every table shown, and work goes on."""
    opened = left.open()
    for path in opened.folder.glob("*.db"):
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with closing(serve_one(opened)) as served:
        events = must_be_sound(served.engine)
        assert set(times_recorded(events, left.acknowledged)) <= {1}
        assert all(served.engine.has_recorded(command) for command in left.acknowledged)
        side = served.read()
        numbered_dossier(served.engine, next(iter(served.refs.team)))
        must_show(side, served.engine)


@rounds("cuts", SHORT, LONG)
def test_every_acknowledged_command_survives(
    cuts: int, traces: Traces, tmp_path: Path, trial_report: TrialReport
) -> None:
    acknowledged = 0
    for left in after_cuts(traces, tmp_path, cuts, "sound"):
        must_be_whole(left)
        acknowledged += len(left.acknowledged)
    trial_report.add("power cut, SQLite", f"{cuts} cuts", f"{acknowledged} acknowledged commands, each there once")


@pytest.mark.trial
def test_control_a_cut_just_after_an_answer_loses_what_was_not_synced(traces: Traces, tmp_path: Path) -> None:
    """Between the last two answers a file may have been synced for another reason: not before each of eight."""
    disk = traces(SEED, "normal")
    answers = enumerate(line for line, _ in disk.said[-SHORT:])
    assert any(loses(left_by(disk, line + 1, Losing(), tmp_path / f"{number}")) for number, line in answers)


@pytest.mark.trial
@pytest.mark.parametrize(("how", "cuts"), [(how, many("cuts", LONG)) for how in CONTROLS])
def test_control_without_the_syncs_acknowledged_commands_are_lost(
    how: str, cuts: int, traces: Traces, tmp_path: Path, trial_report: TrialReport
) -> None:
    losing = sum(loses(left) for left in after_cuts(traces, tmp_path, cuts, how))
    trial_report.add(f"control: {CONTROLS[how]}", f"{cuts} cuts", f"acknowledged commands lost in {losing} of them")
    assert losing > 0


def loses(left: Left) -> bool:
    """Returns true if an acknowledged command is missing or unreadable."""
    try:
        with closing(left.open().engine) as engine:
            engine.read(0, EVERYTHING)
            return not all(engine.has_recorded(command) for command in left.acknowledged)
    except (StoreError, Damaged):
        return True


def test_a_disk_that_keeps_everything_holds_what_the_real_one_does(traces: Traces, tmp_path: Path) -> None:
    """The model of the disk is itself tried: nothing that was written is missing from the trace."""
    disk = traces(SEED, "sound")
    disk.build(tmp_path / "left", disk.lines, Keeping())
    assert differing(filecmp.dircmp(disk.root, tmp_path / "left")) == []
    assert (tmp_path / "left" / "ici" / "events.db").stat().st_size > 100_000


def test_a_number_that_is_open_again_before_its_close_has_answered_stays_open(tmp_path: Path) -> None:
    """The kernel gives the number of a file away while another thread still waits for the answer of its close."""
    root = tmp_path / "root"
    path = "".join(f"\\x{byte:02x}" for byte in str(root / "a").encode())
    (trace := tmp_path / "trace").write_text(
        f'1 openat(AT_FDCWD, "{path}", O_RDWR|O_CREAT) = 5\n'
        "1 close(5 <unfinished ...>\n"
        f'2 openat(AT_FDCWD, "{path}", O_RDWR) = 5\n'
        "1 <... close resumed>) = 0\n"
        '2 pwrite64(5, "\\x61", 1, 0) = 1\n'
    )
    disk = Disk(root, calls(trace))
    disk.build(tmp_path / "left", disk.lines, Keeping())
    assert (tmp_path / "left" / "a").read_bytes() == b"a"


class Keeping(Random):
    """A chance by which every sector and every name is kept."""

    def random(self) -> float:
        return 0.0

    def choice(self, among: Any) -> Any:
        return 1.0

    def randint(self, least: int, most: int) -> int:
        return most


class Losing(Random):
    """A chance by which nothing is kept that was not synced."""

    def random(self) -> float:
        return 1.0

    def choice(self, among: Any) -> Any:
        return among[0]

    def randint(self, least: int, most: int) -> int:
        return least


def differing(compared: "filecmp.dircmp[str]") -> list[str]:
    inside = [name for one in compared.subdirs.values() for name in differing(one)]
    return [*compared.left_only, *compared.right_only, *compared.diff_files, *compared.funny_files, *inside]

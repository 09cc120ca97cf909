"""Read stores of a place: one process makes them, all follow them, those of other code go once nobody reads there."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from pixflow.store.locks import FileLock
from pixflow.structure_folder import OpenStructure
from projections.store import sqlite, stores
from projections.store.catch_up import ReadSide
from projections.store.stores import POINTER, Live, NoStore, Stores
from tests.projections.conftest import everything

LIFE, OTHER_LIFE = UUID(int=1 << 100), UUID(int=2 << 100)


def another_code(place: Path) -> Path:
    """Leaves a store of other code, as an update does. Returns its folder."""
    folder = place / "0123456789abcdef-00000010"
    folder.mkdir()
    (folder / "1.db").write_bytes(b"rows in clear")
    (folder / POINTER).write_text("1.db\n")
    return folder


def test_those_who_start_at_one_moment_make_one_store(played: OpenStructure, tmp_path: Path) -> None:
    processes = [Stores(tmp_path / "read", LIFE, lambda: FileLock(tmp_path / "make.lock", 600)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: stores.ensure(one, played.engine), processes))
    assert {one.live() for one in processes} == {path.name for path in processes[0].folder.glob("*.db")}


def test_several_catch_up_at_once(played: OpenStructure, tmp_path: Path) -> None:
    sides = [
        ReadSide(played.engine, sqlite.database(tmp_path / "shared.db"), FileLock(tmp_path / "read.lock", 600))
        for _ in range(3)
    ]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda side: side.catch_up(batch=100), sides))
    alone = ReadSide(played.engine, sqlite.database(None))
    alone.catch_up()
    assert {side.position for side in sides} == {played.engine.head()}
    assert [everything(side) for side in sides] == [everything(alone)] * 3
    assert [side.refs for side in sides] == [played.engine.references()] * 3


def test_those_of_other_code_are_not_used(played: OpenStructure, tmp_path: Path) -> None:
    another_code(tmp_path)
    made = Stores(tmp_path, LIFE)
    assert (made.live(), made.other()) == (None, True)
    with pytest.raises(NoStore):
        _ = Live(made, played.engine).side
    stores.ensure(made, played.engine)
    assert made.live()
    assert not made.other()


def test_those_of_another_life_are_not_used(played: OpenStructure, tmp_path: Path) -> None:
    stores.ensure(Stores(tmp_path, LIFE), played.engine)
    assert Stores(tmp_path, LIFE).live()
    assert Stores(tmp_path, OTHER_LIFE).live() is None


def test_what_an_older_pixflow_left_goes_and_nothing_else(played: OpenStructure, tmp_path: Path) -> None:
    """Its stores stood in the place itself."""
    made = Stores(tmp_path, LIFE)
    stores.ensure(made, played.engine)
    old = ["live", "live.new", "0123456789abcdef-17.db", "0123456789abcdef-17.db-wal", "0123456789abcdef-17.db-shm"]
    kept = ["notes.txt", "backup.db"]
    for name in [*old, *kept]:
        (tmp_path / name).write_text("1.db\n")
    another_code(tmp_path)
    stores.tidy(made)
    assert {path.name for path in tmp_path.iterdir()} == {made.folder.name, *kept}
    assert made.live()


def test_a_process_of_other_code_keeps_its_tables_until_it_ends(played: OpenStructure, tmp_path: Path) -> None:
    """During an update both serve: the pages of the older one stay."""
    older = Stores(tmp_path, LIFE)
    older.folder = tmp_path / "0123456789abcdef-00000010"
    older._pointer = str(older.folder / POINTER)
    stores.ensure(older, played.engine)
    reads = Live(older, played.engine)
    before = everything(reads.side)
    made = Stores(tmp_path, LIFE)
    stores.rebuild(made, played.engine)
    stores.tidy(made)
    assert everything(reads.side) == before
    reads.close()
    stores.tidy(made)
    assert not older.folder.exists()


def test_a_folder_that_goes_at_each_moment_of_an_opening_is_no_store(
    played: OpenStructure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Stores(tmp_path, LIFE)
    stores.ensure(made, played.engine)
    hold, other = Stores.hold, Stores(tmp_path, OTHER_LIFE)
    for late in (False, True):
        stores.ensure(made, played.engine)
        reads = Live(made, played.engine)

        def gone(late: bool = late) -> object:
            held = hold(made) if late else None
            other.tidy_others()
            return held or hold(made)

        with monkeypatch.context() as patch:
            patch.setattr(made, "hold", gone)
            if late:
                assert reads.side.position == played.engine.head(), "whoever holds it keeps it"
            else:
                with pytest.raises(NoStore):
                    _ = reads.side
        reads.close()
        assert made.folder.exists() is late


def test_a_build_that_fails_leaves_no_file(played: OpenStructure, tmp_path: Path) -> None:
    made = Stores(tmp_path, LIFE)

    def fail(done: int, total: int) -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        stores.ensure(made, played.engine, fail)
    assert list(made.folder.glob("*.db*")) == []
    assert made.live() is None

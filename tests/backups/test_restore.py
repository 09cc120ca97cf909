"""A restore that is refused, cut off or run twice leaves the old structure or the new one, and never neither."""

import os
import sys
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from pixflow import structure_folder
from pixflow.backups import BackupError, key_copies
from pixflow.restore.restore import restore
from pixflow.restore.sources import set_aside
from pixflow.store import AlreadyServed, StoreBusy, replacement
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from projections import directory
from projections.store import stores
from tests.backups.house import House
from tests.damage import flip
from tests.trials.report import TrialReport
from web.hosting.read_tables import reads_of

CHANGES = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.copyfile", "sqlite3.connect", "open"})
KILLED = 9


def built(opened: OpenStructure) -> None:
    stores.rebuild(reads_of(opened).stores, opened.engine)


def shown(house: House, *dossiers: UUID) -> set[UUID]:
    """Returns the dossiers among these that the live read tables show."""
    with closing(reads_of(house.opened)) as reads:
        side = reads.side
        side.catch_up()
        with side.database.connect() as connection:
            return set(directory.find_people(connection, list(dossiers)))


@pytest.fixture
def earlier(house: House) -> tuple[Path, UUID, UUID]:
    """A backup, a dossier that it has, and one recorded after it."""
    before = house.dossier("Diallo")
    backup = house.backed_up().path
    after = house.dossier("Martin")
    built(house.opened)
    return backup, before, after


def left_behind(house: House) -> list[str]:
    """Returns what a restore that is over must not leave."""
    names = (replacement.READY, replacement.ORDER)
    return [name for name in names if (house.opened.folder / name).exists()]


# --- refused


def fails(opened: OpenStructure) -> None:
    raise OSError(28, "No space left on device")


def test_one_that_fails_leaves_the_healthy_structure(house: House, earlier: tuple[Path, UUID, UUID]) -> None:
    backup, before, after = earlier
    head = house.opened.engine.head()
    with pytest.raises(OSError, match="No space"):
        house.restored(backup, replace=True, rebuild=fails)
    house.reopen()
    assert structure_folder.slugs(house.data) == ["ici"]
    assert house.opened.engine.head() == head
    assert (house.name(before), house.name(after)) == ("Diallo", "Martin")
    assert shown(house, before, after) == {before, after}
    assert left_behind(house) == []
    assert set_aside(house.opened) == []


def test_keys_and_register_stay_as_they_are_when_it_is_refused(house: House, earlier: tuple[Path, UUID, UUID]) -> None:
    backup, before, _ = earlier
    copy = key_copies.read(backup)
    copy.streams.clear()
    (backup / key_copies.FILE).write_bytes(msgspec.json.encode(copy))
    house.reopen()
    held = {path.name: path.read_bytes() for path in (house.data / "keys").iterdir()}
    keys = house.opened.engine.keys.vault.streams()
    with pytest.raises(OSError, match="No space"):
        house.restored(backup, replace=True, rebuild=fails)
    house.reopen()
    assert {path.name: path.read_bytes() for path in (house.data / "keys").iterdir()} == held
    assert house.opened.engine.keys.vault.streams() == keys
    assert house.name(before) == "Diallo"


def test_an_event_that_does_not_open_is_named_and_nothing_is_replaced(house: House) -> None:
    bad = house.dossier("Mauvais")
    head = house.opened.engine.head()
    flip(house.opened, head)
    backup = house.backed_up().path
    good = house.dossier("Bon")
    with pytest.raises(BackupError) as caught:
        house.restored(backup, replace=True)
    assert caught.value.code == "unopened"
    assert caught.value.details == {"position": head, "stream": str(bad), "topic": "dossier.DossierOpened", "count": 1}
    house.reopen()
    assert house.name(good) == "Bon"
    done = house.restored(backup, replace=True, damaged=True, rebuild=built)
    assert [one.position for one in done.unopened] == [head]
    assert house.name(good) == ""


# --- what was replaced


def test_what_was_set_aside_can_be_put_back(house: House, earlier: tuple[Path, UUID, UUID]) -> None:
    backup, before, after = earlier
    aside = house.restored(backup, replace=True, rebuild=built).aside
    assert shown(house, before, after) == {before}
    head = house.put_aside(aside)
    done = house.restored(aside, replace=True, rebuild=built)
    assert (house.name(before), house.name(after)) == ("Diallo", "Martin")
    assert shown(house, before, after) == {before, after}
    assert (done.kept, done.lost) == (head - 1, 1), "the fact of the first restore is lost"
    assert len(set_aside(house.opened)) == 2


def test_someone_erased_meanwhile_does_not_come_back_from_aside(house: House, earlier: tuple[Path, UUID, UUID]) -> None:
    backup, before, after = earlier
    aside = house.restored(backup, replace=True).aside
    house.erase(before)
    assert house.restored(aside, replace=True, rebuild=built).erased == 1
    assert (house.name(before), house.name(after)) == ("", "Martin")
    assert shown(house, before, after) == {after}


# --- cut off


def cut_off(house: House, backup: Path, number: int, full: bool) -> int:
    """Restores in another process, which ends (or finds the disk full) at its operation of that number.

    Returns the exit code: 0 when the restore ended before, KILLED when it was cut, 1 when it was refused.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left = number

    def counted() -> bool:
        nonlocal left
        left -= 1
        if left < 0 and not full:
            os._exit(KILLED)
        return left < 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in CHANGES or (event == "open" and not _writes(arguments)):
            return
        if counted() and event in ("open", "os.mkdir", "shutil.copyfile", "sqlite3.connect"):
            raise OSError(28, "No space left on device")

    run = psycopg.Connection.execute

    def statement(connection: Any, query: Any, *rest: Any, **more: Any) -> Any:
        if counted() and not str(query).startswith("SELECT"):
            raise psycopg.errors.DiskFull
        return run(connection, query, *rest, **more)

    try:
        database = Database(house.database.url) if house.database else None
        sys.addaudithook(hook)
        setattr(psycopg.Connection, "execute", statement)  # noqa: B010 — an attribute with overloads
        restore(house.data, backup, motive="drill", replace=True, rebuild=built, clock=house.clock, database=database)
    except BaseException:
        os._exit(1)
    os._exit(0)


def _writes(arguments: tuple[Any, ...]) -> bool:
    path, _, flags = arguments
    return isinstance(path, (str, os.PathLike)) and "data" in str(path) and bool(flags & (os.O_WRONLY | os.O_RDWR))


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.trial)], ids=["some", "every"])
@pytest.mark.parametrize("full", [False, True], ids=["killed", "full disk"])
def test_cut_off_at_any_operation_the_old_one_or_the_new_one_is_there(
    house: House, earlier: tuple[Path, UUID, UUID], full: bool, every: bool, trial_report: TrialReport
) -> None:
    """Each try begins with the same structure. It ends when a restore passes before the operation comes.

    Of some operations, a full disk meets those between the ones where it is killed.
    """
    backup, before, after = earlier
    outcomes: dict[str, int] = {"old": 0, "new": 0}
    house.opened.engine.close()
    if house.database:
        house.database.close()
    step = 1 if every else 12 if house.database else 8
    for number in range(step // 2 if full else 0, 1000, step):
        house.clock()
        code = cut_off(house, backup, number, full)
        if house.database:
            house.database = Database(house.database.url)
        house.reopen()
        assert structure_folder.slugs(house.data) == ["ici"]
        assert house.name(before) == "Diallo"
        new = house.name(after) == ""
        outcomes["new" if new else "old"] += 1
        assert new or code != 0
        built(house.opened) if reads_of(house.opened).stores.live() is None else None
        assert shown(house, before, after) == ({before} if new else {before, after})
        assert left_behind(house) == []
        if new:
            aside = set_aside(house.opened)[-1]
            house.restored(aside, replace=True, rebuild=built)
            assert house.name(after) == "Martin"
        house.opened.engine.close()
        if house.database:
            house.database.close()
        if code == 0:
            break
    else:
        pytest.fail("no restore passed")
    done = f"{'full disk' if full else 'killed'} at {outcomes['old'] + outcomes['new']} operations"
    trial_report.add(
        "cut-off restore, postgres" if house.database else "cut-off restore, sqlite", done, f"whole: {outcomes}"
    )
    assert outcomes["old"] > (5 if every else 2)
    assert outcomes["new"] > 0
    if house.database:
        house.database = Database(house.database.url)
    house.reopen()


# --- meanwhile


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens records that are being replaced waits a tenth of a second, not ten."""
    lock = replacement.lock
    monkeypatch.setattr(replacement, "lock", lambda folder, limit=0.1: lock(folder, 0.1))


@pytest.mark.usefixtures("impatient")
def test_of_two_at_once_one_is_refused_and_one_is_done(house: House, earlier: tuple[Path, UUID, UUID]) -> None:
    backup, before, after = earlier
    house.opened.engine.close()
    outcomes: list[str] = []

    def put_back() -> None:
        try:
            about: dict[str, Any] = {"clock": house.clock, "database": house.database}
            restore(house.data, backup, motive="drill", replace=True, rebuild=slowly, **about)
            outcomes.append("done")
        except (AlreadyServed, StoreBusy) as error:
            outcomes.append(type(error).__name__)

    def slowly(opened: OpenStructure) -> None:
        other = Thread(target=put_back)
        if not outcomes:
            outcomes.append("begun")
            other.start()
            other.join()
        built(opened)

    put_back()
    assert outcomes[0] == "begun"
    assert outcomes[-1] == "done"
    assert outcomes[1] in ("AlreadyServed", "StoreBusy")
    house.reopen()
    assert (house.name(before), house.name(after)) == ("Diallo", "")
    assert left_behind(house) == []


@pytest.mark.usefixtures("impatient")
def test_nobody_opens_it_while_it_is_being_replaced(files: House) -> None:
    backup = files.backed_up().path
    waits: list[str] = []

    def meanwhile(opened: OpenStructure) -> None:
        try:
            structure_folder.open_one(files.data, "ici")
        except StoreBusy:
            waits.append("busy")

    files.restored(backup, replace=True, rebuild=meanwhile)
    assert waits == ["busy"]

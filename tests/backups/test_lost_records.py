"""A part of a structure that is gone, emptied or an older copy: it does not open, nothing is made in its place."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import msgspec
import pytest

from pixflow import structure_folder
from pixflow.refused import Refused
from pixflow.store import LossCode, RecordsLost, watermark
from pixflow.store.postgres.database import Database
from tests.backups.house import PRESET, House
from tests.people import open_dossier

SCHEMA = "pixflow_ici"


def lost(house: House) -> LossCode:
    """Returns the reason why the structure does not open."""
    with suppress(Exception):
        house.opened.engine.close()
    with pytest.raises(RecordsLost) as caught:
        house.reopen()
    return caught.value.code


def delete(house: House, *statements: str) -> None:
    """Changes what is stored behind pixflow's back, without triggers."""
    house.opened.engine.close()
    if house.database:
        with house.database.owner() as owner:
            owner.execute("SET session_replication_role = replica")
            for statement in statements:
                owner.execute(statement.replace("@", f"{SCHEMA}.").encode())
        return
    for name in ("events.db", "keys.db"):
        with closing(sqlite3.connect(house.opened.folder / name)) as file, file, suppress(sqlite3.OperationalError):
            file.execute("DROP TRIGGER IF EXISTS stored_events_delete")
            for statement in statements:
                file.execute(statement.replace("@", ""))


def takes_back(house: House, head: int) -> None:
    """Leaves the events up to a position, as an older copy has them."""
    update = (f"UPDATE @head SET position = {head}",) if house.database else ()
    delete(house, f"DELETE FROM @stored_events WHERE position > {head}", *update)


def test_what_is_gone_does_not_open_and_nothing_is_made(house: House) -> None:
    dossier = house.dossier()
    backup = house.backed_up().path
    for tables, code in ((("stored_events", "commands", "claims"), "events"), (("stream_keys", "ring"), "keys")):
        for _ in range(2):
            if house.database:
                delete(house, *(f"DROP TABLE IF EXISTS @{table} CASCADE" for table in tables))
            else:
                house.opened.engine.close()
                (house.opened.folder / f"{code}.db").unlink(missing_ok=True)
            assert lost(house) == code
        house.restored(backup, replace=True)
        assert house.name(dossier) == "Diallo"


def test_events_that_are_all_gone_do_not_open(house: House) -> None:
    backup = house.backed_up().path
    takes_back(house, 0)
    shutil.rmtree(house.data / "backups" / "kept", ignore_errors=True)
    watermark.path_of(house.opened.folder).unlink()
    assert lost(house) == "events"
    house.restored(backup, replace=True)


def test_an_older_copy_of_the_events_does_not_open(house: House) -> None:
    head = house.opened.engine.head()
    house.dossier()
    house.opened.note()
    takes_back(house, head)
    for _ in range(2):
        assert lost(house) == "older-events"


def test_an_older_copy_of_the_keys_does_not_open(house: House) -> None:
    dossier = house.dossier()
    house.opened.note()
    backup = house.backed_up().path
    delete(house, "DELETE FROM @stream_keys")
    assert lost(house) == "older-keys"
    house.restored(backup, replace=True)
    assert house.name(dossier) == "Diallo"


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: path.write_bytes(b"")], ids=["gone", "emptied"])
def test_without_a_watermark_the_last_backup_tells_an_older_copy(house: House, lose: Callable[[Path], None]) -> None:
    head = house.opened.engine.head()
    dossier = house.dossier()
    backup = house.backed_up().path
    takes_back(house, head)
    lose(watermark.path_of(house.opened.folder))
    assert lost(house) == "older-events"
    house.restored(backup, replace=True)
    assert house.name(dossier) == "Diallo"


@pytest.mark.parametrize("marked", [True, False])
def test_a_restore_of_an_earlier_backup_is_no_loss(house: House, marked: bool) -> None:
    """Later backups have more events: they were made before the restore."""
    early = house.backed_up().path
    for last in ("Diallo", "Petit", "Roy"):
        house.dossier(last)
    house.backed_up()
    house.restored(early, replace=True, motive="mistake")
    head = house.opened.engine.head()
    mark = watermark.path_of(house.opened.folder)
    for _ in range(2):
        if not marked:
            mark.unlink()
        house.reopen()
    house.dossier("Aline")
    house.backed_up()
    takes_back(house, head)
    if not marked:
        mark.unlink()
    assert lost(house) == "older-events", "the backup made since has this restore"


def test_a_damaged_backup_and_one_of_another_structure_of_this_name(house: House) -> None:
    head = house.opened.engine.head()
    house.dossier()
    made = house.backed_up().path
    takes_back(house, head)
    watermark.path_of(house.opened.folder).unlink()
    manifest = made / "manifest.json"
    was = manifest.read_bytes()
    manifest.write_bytes(was.replace(str(house.opened.id).encode(), str(house.opened.stream("other")).encode()))
    house.reopen()
    house.opened.engine.close()
    manifest.write_bytes(was)
    made.rename(made.with_name(f"{made.name}-damaged"))
    assert lost(house) == "older-events"


def test_who_had_it_open_during_a_restore_leaves_the_watermark(house: House) -> None:
    early = house.backed_up().path
    house.dossier()
    stale = house.opened
    house.restored(early, replace=True)
    mark = watermark.path_of(house.opened.folder)
    written = mark.read_bytes()
    life = watermark.read(stale.folder, stale.id).life
    assert life != stale.life
    msgspec.structs.replace(house.opened, life=stale.life).note()
    assert mark.read_bytes() == written
    house.reopen()


def test_two_processes_that_write_and_open_find_no_loss(house: House) -> None:
    other = structure_folder.open_one(house.data, "ici", database=house.database)
    for _ in range(3):
        open_dossier(other.engine, "Petit")
        house.dossier()
        other.note()
        house.reopen()
        open_dossier(other.engine, "Roy")
        house.opened.note()
    other.engine.close()


def test_a_ring_that_is_lost_or_an_older_copy_comes_back(house: House) -> None:
    dossier, gone = house.dossier(), house.dossier("Petit")
    ring = house.data / "keys" / "ici.ring"
    older = ring.read_bytes()
    house.erase(gone)
    backup = house.backed_up().path
    for content in (older, b"", None):
        house.opened.engine.close()
        ring.unlink() if content is None else ring.write_bytes(content)
        assert lost(house) == "ring"
        house.restored(backup, replace=True)
        assert (house.name(dossier), house.name(gone)) == ("Diallo", "")


def test_an_older_vault_brings_no_destroyed_key_back(files: House) -> None:
    gone = files.dossier("Petit")
    files.opened.engine.recorder.truncate()
    kept = files.data / "kept.db"
    with closing(sqlite3.connect(files.opened.folder / "keys.db")) as now, closing(sqlite3.connect(kept)) as copy:
        now.backup(copy)
    files.erase(gone)
    backup = files.backed_up().path
    files.opened.engine.close()
    shutil.copy(kept, files.opened.folder / "keys.db")
    assert lost(files) == "older-keys"
    files.restored(backup, replace=True)
    assert files.name(gone) == ""


@pytest.mark.parametrize("part", ["key", "ring"])
def test_the_part_of_the_keys_that_is_lost_is_named(files: House, part: str) -> None:
    (files.data / "keys" / f"ici.{part}").unlink()
    assert lost(files) == {"key": "structure-key", "ring": "ring"}[part]


def test_no_structure_takes_the_name_and_the_backups_of_one_that_is_lost(files: House) -> None:
    backup = files.backed_up().path
    files.opened.engine.close()
    shutil.rmtree(files.opened.folder)
    for path in (files.data / "keys").iterdir():
        path.unlink()
    with pytest.raises(Refused, match="structure-exists"):
        structure_folder.create(files.data, name="Ici", preset=PRESET, sites=("Ici",))
    assert backup.exists()


@pytest.mark.postgres
def test_a_schema_that_lost_its_commands_is_replaced(databases: Callable[[], Database], tmp_path: Path) -> None:
    house = House(tmp_path / "data", databases)
    dossier = house.dossier()
    backup = house.backed_up().path
    delete(house, "DROP TABLE @commands")
    assert lost(house) == "events"
    assert house.restored(backup, replace=True).lost is None
    assert house.name(dossier) == "Diallo"
    house.opened.engine.close()

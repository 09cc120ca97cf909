"""Backups: whole or not there, taken while others write; what is put back is all of it, and nobody who was erased."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import sleep
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import select

from pixflow import erasing
from pixflow.actor import OPERATOR, Actor
from pixflow.backups import BackupError, erasure_log, key_copies, manifest
from pixflow.backups.backup import ExternalBackup, back_up, folder_of, keep, last_external_backup
from pixflow.backups.manifest import EVENTS, Backup
from pixflow.events.structure import BackupRestored
from pixflow.restore.restore import restore
from pixflow.restore.sources import set_aside
from pixflow.store import AlreadyServed, RecordsLost, StoreBusy, StoreRefused
from pixflow.store.locks import ServeLock
from pixflow.store.postgres.database import Database
from pixflow.store.replacement import READY
from pixflow.store.sqlite import copy as sqlite_copy
from pixflow.team.membership import add_member
from projections.store import sqlite
from projections.store.catch_up import DAYS, ReadSide
from projections.store.day_rows import of_all_days
from projections.store.fill import Timeline, fill
from tests import erasures
from tests.backups.house import House, nothing


def refused(backup: Path, house: House, **how: Any) -> str:
    with pytest.raises(BackupError) as caught:
        house.restored(backup, **how)
    return caught.value.code


# --- taking one


def test_a_backup_is_three_files_for_their_owner_alone_and_never_the_structure_s_key(house: House) -> None:
    house.dossier()
    backup = house.backed_up()
    assert backup.path == house.data / "backups" / "ici" / f"{backup.manifest.made:%Y-%m-%dT%H%M%SZ}"
    assert sorted(path.name for path in backup.path.iterdir()) == [EVENTS, key_copies.FILE, manifest.FILE]
    assert {path.stat().st_mode & 0o777 for path in backup.path.iterdir()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (backup.path, *backup.path.parents[:2])} == {0o700}
    key = (house.data / "keys" / "ici.key").read_bytes()
    assert not [path for path in backup.path.iterdir() if key in path.read_bytes()]
    said = manifest.verified(backup.path)
    assert (said.structure, said.slug, said.store) == (house.opened.id, "ici", house.opened.engine.recorder.KIND)
    assert (said.holding.head, said.holding.commands, said.holding.claims) == (house.opened.engine.head(), 2, 0)


def test_it_may_be_kept_elsewhere(files: House, tmp_path: Path) -> None:
    backup = back_up(files.opened, tmp_path / "disk")
    assert backup.path.parent == tmp_path / "disk" / "ici"
    assert not folder_of(files.data, "ici").exists()
    assert last_external_backup(files.opened.folder) == ExternalBackup(str(backup.path), backup.manifest.made)
    again = back_up(files.opened, tmp_path / "disk")
    assert last_external_backup(files.opened.folder) == ExternalBackup(str(again.path), again.manifest.made)


def test_it_is_whole_whatever_is_written_meanwhile(house: House) -> None:
    """Every event of it has its key, every position is there."""
    stop = Flag()

    def write() -> None:
        while not stop.is_set():
            house.dossier()

    def backed_up() -> Backup:
        """Takes a backup, then waits for the writer: on a busy machine it gets no turn between two backups."""
        head, backup = house.opened.engine.head(), house.backed_up()
        while house.opened.engine.head() == head and writer.is_alive():
            sleep(0.001)
        return backup

    writer = Thread(target=write)
    writer.start()
    try:
        backups = [backed_up() for _ in range(5)]
    finally:
        stop.set()
        writer.join()
    heads = [manifest.verified(backup.path).holding.head for backup in backups]
    assert heads == sorted(heads)
    assert heads[0] < heads[-1], "nothing was written meanwhile"
    house.restored(backups[0].path, replace=True)
    read = house.opened.engine.read(0, 10_000)
    assert [one.position for one in read] == list(range(1, heads[0] + 2)), "and one that tells of the restore"


def test_what_fails_leaves_nothing_and_what_a_crash_left_goes(files: House) -> None:
    folder = folder_of(files.data, "ici")
    left = folder / ".2026-03-01T080000Z"
    left.mkdir(parents=True)
    (left / key_copies.FILE).write_bytes(b"half")
    (files.data / "keys" / "ici.ring").rename(files.data / "ring")
    with pytest.raises(StoreRefused):
        files.backed_up()
    assert [path.name for path in folder.iterdir()] == [".lock"]
    (files.data / "ring").rename(files.data / "keys" / "ici.ring")
    assert files.backed_up().path.exists()


def test_two_in_one_second_are_refused(files: House) -> None:
    backup = files.backed_up()
    files.now = backup.manifest.made - timedelta(seconds=1)
    with pytest.raises(BackupError, match="backup-exists"):
        files.backed_up()
    assert manifest.verified(backup.path)


def test_the_oldest_go(files: House) -> None:
    backups = [files.backed_up() for _ in range(4)]
    gone = keep(folder_of(files.data, "ici"), 2, files.now)
    assert gone == [backup.path for backup in backups[:2]]
    assert manifest.all_of(folder_of(files.data, "ici")) == backups[2:]


@pytest.mark.parametrize("years", [1, -1])
def test_a_backup_of_a_day_when_the_clock_was_wrong_makes_none_go_before_it(files: House, years: int) -> None:
    """The clock was a year ahead, or behind, for one night: the backup of the next night is the latest."""
    before = files.backed_up()
    files.now += timedelta(days=365 * years)
    wrong = files.backed_up()
    files.now -= timedelta(days=365 * years)
    after = files.backed_up()
    assert keep(folder_of(files.data, "ici"), 2, files.now) == [wrong.path]
    assert keep(folder_of(files.data, "ici"), 1, files.now) == [before.path]
    assert manifest.all_of(folder_of(files.data, "ici")) == [after]


def test_a_backup_made_while_the_clock_is_behind_is_the_latest(files: House) -> None:
    before = files.backed_up()
    files.now -= timedelta(days=365)
    after = files.backed_up()
    assert keep(folder_of(files.data, "ici"), 1, files.now) == [before.path]
    assert after.path.exists()


# --- what is none, or is damaged


def test_what_is_no_backup_is_refused(files: House, tmp_path: Path) -> None:
    backup = files.backed_up().path
    assert refused(tmp_path, files) == "not-a-backup"
    (backup / manifest.FILE).write_text("{}")
    assert refused(backup, files) == "not-a-backup"
    (backup / manifest.FILE).write_text('{"format": 3}')
    assert refused(backup, files) == "newer-format"
    (backup / manifest.FILE).write_text('{"format": 1}')
    assert refused(backup, files) == "older-format"


@pytest.mark.parametrize("name", [EVENTS, key_copies.FILE])
def test_a_file_that_lacks_its_end_is_refused(files: House, name: str) -> None:
    backup = files.backed_up().path
    os.truncate(backup / name, (backup / name).stat().st_size // 2)
    assert refused(backup, files, replace=True) == "damaged"
    (backup / name).unlink()
    assert refused(backup, files, replace=True) == "damaged"


def test_a_changed_byte_is_refused(files: House) -> None:
    backup = files.backed_up().path
    content = bytearray((backup / EVENTS).read_bytes())
    content[len(content) // 2] ^= 1
    (backup / EVENTS).write_bytes(content)
    assert refused(backup, files, replace=True) == "damaged"


def test_a_missing_event_is_refused_even_under_a_digest_that_fits(files: House) -> None:
    files.dossier()
    backup = files.backed_up()
    with closing(sqlite3.connect(backup.path / EVENTS)) as database, database:
        database.execute("DROP TRIGGER stored_events_delete")
        database.execute("DELETE FROM stored_events WHERE position = 2")
    said = msgspec.structs.replace(backup.manifest, sha256={EVENTS: manifest.digest(backup.path / EVENTS)})
    (backup.path / manifest.FILE).write_bytes(msgspec.json.encode(said))
    assert refused(backup.path, files, replace=True) == "damaged"


def test_a_copy_by_cp_while_somebody_writes_is_no_backup(files: House, tmp_path: Path) -> None:
    """A copy of the file alone misses the events of its write-ahead log."""
    shutil.copy(files.opened.folder / EVENTS, tmp_path / "copied.db")
    with pytest.raises(StoreRefused):
        sqlite_copy.content_of(tmp_path / "copied.db")


# --- putting it back


def test_what_was_recorded_comes_back_and_what_came_later_is_gone(house: House) -> None:
    before = house.dossier("Diallo")
    told = house.opened.engine.read(0, 100)
    backup = house.backed_up()
    assert set_aside(house.opened) == []
    after = house.dossier("Martin")
    done = house.restored(backup.path, replace=True)
    *restored, fact = house.opened.engine.read(0, 100)
    assert restored == told
    assert isinstance(fact.event, BackupRestored)
    assert (fact.by, fact.event.kept, fact.event.lost) == ("system:operator", len(told), 1)
    assert (fact.event.backup, fact.event.motive) == (backup.path.name, "drill")
    assert (done.kept, done.lost) == (len(told), 1)
    assert (house.name(before), house.name(after)) == ("Diallo", "")
    assert (done.slug, done.erased) == ("ici", 0)
    assert house.put_aside(done.aside) == len(told) + 1
    assert set_aside(house.opened) == [done.aside], "until somebody deletes it"
    house.dossier("Petit")
    assert house.opened.engine.head() == len(told) + 2


def test_a_structure_that_is_there_is_left_alone(house: House, tmp_path: Path) -> None:
    dossier = house.dossier()
    backup = house.backed_up().path
    assert refused(backup, house) == "structure-there"
    house.reopen()
    assert house.name(dossier) == "Diallo"
    other = House(tmp_path / "other")
    theirs = other.backed_up().path
    other.opened.engine.close()
    assert refused(theirs, house, replace=True) == "other-structure"


def test_one_that_is_served_or_used_is_not_replaced(files: House) -> None:
    backup, head = files.backed_up().path, files.opened.engine.head()
    with ServeLock(files.opened.folder), pytest.raises(AlreadyServed):
        files.restored(backup, replace=True)
    files.reopen()
    with pytest.raises(StoreBusy):
        restore(files.data, backup, replace=True, rebuild=nothing, motive="drill")
    assert files.opened.engine.head() == head
    assert not (files.opened.folder / READY).exists()
    files.restored(backup, replace=True)


@pytest.mark.postgres
def test_nothing_is_replaced_while_another_process_is_connected(
    tmp_path: Path, databases: Callable[[], Database]
) -> None:
    house = House(tmp_path, databases)
    backup = house.backed_up().path
    with closing(Database(house.database.url)) as other, other.owner(), pytest.raises(AlreadyServed):
        house.restored(backup, replace=True)
    assert house.reopen().engine.head() == 3
    house.restored(backup, replace=True)
    house.opened.engine.close()


def test_on_another_machine_the_structure_s_key_is_all_that_is_needed(house: House, tmp_path: Path) -> None:
    dossier = house.dossier()
    backup = shutil.copytree(house.backed_up().path, tmp_path / "disk")
    house.moves(tmp_path / "machine")
    house.restored(backup)
    assert house.name(dossier) == "Diallo"
    assert house.opened.id == manifest.read(backup).structure
    keys = (house.data / "keys").glob("ici.*")
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}


@pytest.mark.postgres
@pytest.mark.parametrize("to_postgres", [True, False])
def test_a_structure_moves_from_one_store_to_the_other(
    to_postgres: bool, tmp_path: Path, databases: Callable[[], Database]
) -> None:
    house = House(tmp_path / "data", (lambda: None) if to_postgres else databases)
    dossier = house.dossier()
    told = house.opened.engine.read(0, 100)
    backup = house.backed_up()
    assert backup.manifest.store == ("sqlite" if to_postgres else "postgresql")
    house.new_database = databases if to_postgres else lambda: None
    house.moves(tmp_path / "machine")
    house.restored(backup.path)
    assert house.opened.engine.read(0, 100)[:-1] == told
    house.dossier("Petit")
    again = house.backed_up()
    assert (again.manifest.store, again.manifest.holding.head) != (backup.manifest.store, len(told))
    house.restored(again.path, replace=True)
    assert house.name(dossier) == "Diallo"
    house.opened.engine.close()


def test_without_the_structure_s_key_or_with_another_nothing_is_restored(files: House, tmp_path: Path) -> None:
    files.dossier()
    backup = files.backed_up().path
    files.moves(tmp_path / "machine")
    (files.data / "keys" / "ici.key").unlink()
    assert refused(backup, files) == "no-structure-key"
    (files.data / "keys" / "ici.key").write_bytes(b"k" * 32)
    assert refused(backup, files) == "keys-not-opened"
    assert not list(files.data.glob("*/structure.json"))
    assert {path.name for path in (files.data / "keys").iterdir()} == {"ici.key", "ici.lock"}


def test_a_lost_or_damaged_vault_is_made_again_of_the_backup(files: House) -> None:
    dossier = files.dossier()
    backup = files.backed_up().path
    vault = files.opened.folder / "keys.db"
    files.opened.engine.close()
    vault.write_bytes(b"no database at all" * 100)
    files.restored(backup, replace=True)
    assert files.name(dossier) == "Diallo"
    vault.unlink()
    files.restored(backup, replace=True)
    assert files.name(dossier) == "Diallo"


def test_a_backup_without_the_key_of_one_of_its_streams_is_refused(files: House) -> None:
    dossier = files.dossier()
    backup = files.backed_up().path
    copy = key_copies.read(backup)
    del copy.streams[dossier]
    (backup / key_copies.FILE).write_bytes(msgspec.json.encode(copy))
    files.opened.engine.close()
    (files.opened.folder / "keys.db").unlink()
    assert refused(backup, files, replace=True) == "keys-missing"


# --- keys that are lost


def lose_keys(house: House, *streams: UUID) -> None:
    """Deletes keys from the vault, as an older copy of it lacks them."""
    with closing(sqlite3.connect(house.opened.folder / "keys.db")) as vault, vault:
        vault.executemany("DELETE FROM stream_keys WHERE stream = ?", [[stream.hex] for stream in streams])


def test_a_structure_that_lost_its_vault_does_not_open_until_a_backup_is_put_back(house: House) -> None:
    dossier = house.dossier()
    backup = house.backed_up().path
    house.opened.engine.close()
    if house.database is None:
        (house.opened.folder / "keys.db").unlink()
    else:
        with house.database.owner() as owner:
            for table in ("ring", "stream_keys"):
                owner.execute(SQL("DELETE FROM {}").format(Identifier(str(house.opened.schema), table)))
    for _ in range(2):
        with pytest.raises(RecordsLost, match=r"is (gone|empty)"):
            house.reopen()
    house.restored(backup, replace=True)
    assert house.name(dossier) == "Diallo"


def test_a_backup_is_never_worse_than_the_one_before(files: House) -> None:
    """Neither made nor refreshed while the structure lacks a key that is not destroyed."""
    lost, gone = files.dossier("Diallo"), files.dossier("Zanzibar")
    files.erase(gone)
    backup = files.backed_up().path
    held = (backup / key_copies.FILE).read_bytes()
    lose_keys(files, lost)
    files.opened.engine.keys.ring.change_structure_key()
    for attempt in (back_up, key_copies.refresh_keys):
        with pytest.raises(BackupError, match="keys-missing"):
            attempt(files.opened)
    assert (backup / key_copies.FILE).read_bytes() == held
    assert manifest.all_of(folder_of(files.data, "ici"))[-1].path == backup


def test_an_erasure_is_done_even_where_a_key_is_lost(files: House) -> None:
    lost, gone = files.dossier("Diallo"), files.dossier("Zanzibar")
    backup = files.backed_up().path
    lose_keys(files, lost)
    erasures.erase(files.opened, gone)
    assert files.name(gone) == ""
    assert erasing.is_pending(files.opened), "the backup has the key"
    files.restored(backup, replace=True)
    assert not erasing.is_pending(files.opened)
    assert (files.name(lost), files.name(gone)) == ("Diallo", "")
    assert key_copies.read(backup).streams[gone] is None


# --- who was erased


def test_a_backup_of_before_does_not_bring_an_erased_person_back(house: House) -> None:
    gone, stays = house.dossier("Zanzibar"), house.dossier("Petit")
    backup = house.backed_up().path
    house.erase(gone)
    done = house.restored(backup, replace=True)
    assert done.erased == 1
    assert (house.name(gone), house.name(stays)) == ("", "Petit")
    assert house.opened.engine.state("dossier", gone).erased
    assert house.restored(house.backed_up().path, replace=True).erased == 0, "the facts say it by now"


@pytest.mark.parametrize("stopped", [True, False])
def test_a_restore_stops_an_erasure_that_waits(house: House, stopped: bool) -> None:
    """Somebody may have stopped it since: whoever was back stays, and an erasure is confirmed anew."""
    waiting, member = house.dossier("Diallo"), uuid4()
    said: Any = {"name": "Odile Roy", "email": "odile@exemple.fr", "site": None, "roles": ("manager",)}
    house.opened.engine.execute({"staff": member}, add_member, by=Actor(OPERATOR), command_id=uuid4(), **said)
    erasures.request(house.opened, waiting)
    erasures.confirm(house.opened, waiting, Actor(str(member)))
    assert (house.name(waiting), erasing.settle(house.opened)) == ("", 0)
    backup = house.backed_up().path
    if stopped:
        erasing.stop(house.opened, waiting, "erreur", by=Actor(OPERATOR), command_id=uuid4())
    house.now += timedelta(hours=73)
    house.restored(backup, replace=True)
    assert house.name(waiting) == "Diallo"
    house.now += timedelta(hours=73)
    assert erasing.settle(house.opened, by_age=True) == 0
    assert house.name(waiting) == "Diallo"
    assert house.opened.engine.state("dossier", waiting).erasure, "it is asked as before"
    erasures.confirm(house.opened, waiting, Actor(str(member)))
    house.now += timedelta(hours=73)
    assert erasing.settle(house.opened, by_age=True) == 1
    assert house.name(waiting) == ""


def test_a_restored_backup_keeps_no_day_of_an_erased_person(house: House) -> None:
    gone, _ = house.dossier("Zanzibar"), house.dossier("Petit")
    backup = house.backed_up().path
    house.now += timedelta(days=1)
    house.erase(gone)
    house.restored(backup, replace=True)
    side = ReadSide(house.opened.engine, sqlite.database(None))
    side.catch_up()
    while not fill(side, Timeline(side.source)):
        pass
    with side.database.connect() as connection:
        rows = str([connection.execute(select(of_all_days(*table))).all() for table in DAYS.items()])
    assert ("Zanzibar" in rows, "Petit" in rows) == (False, True)


def test_an_erasure_takes_the_key_out_of_every_backup_of_the_data_folder(files: House, tmp_path: Path) -> None:
    gone, stays = files.dossier("Zanzibar"), files.dossier("Petit")
    backups = [files.backed_up().path for _ in range(2)]
    known = [(backup / key_copies.FILE).open("rb") for backup in backups]
    held = key_copies.read(backups[0])
    files.erase(gone)
    for file in known:
        assert set(file.read()) == {0}, "what the file held is overwritten"
        file.close()
    for backup in backups:
        copy = key_copies.read(backup)
        assert copy.streams[gone] is None
        assert copy.ring != held.ring
    backup = shutil.copytree(backups[0], tmp_path / "disk")
    files.moves(tmp_path / "machine")
    files.restored(backup)
    assert (files.name(gone), files.name(stays)) == ("", "Petit")
    assert files.opened.engine.state("dossier", gone).erased, "the backup has the register too"


def test_a_backup_kept_elsewhere_does_not_bring_them_back_where_the_register_is(files: House, tmp_path: Path) -> None:
    """Not even when the vault of this machine is lost."""
    gone, stays = files.dossier("Zanzibar"), files.dossier("Petit")
    kept = back_up(files.opened, tmp_path / "disk").path
    assert key_copies.read(kept).streams[gone]
    files.erase(gone)
    files.opened.engine.close()
    (files.opened.folder / "keys.db").unlink()
    assert files.restored(kept, replace=True).erased == 1
    assert (files.name(gone), files.name(stays)) == ("", "Petit")
    assert not files.opened.engine.keys.vault.streams()[gone]


def test_a_register_whose_last_line_is_torn_does_not_stop_a_restore(files: House) -> None:
    gone, other = files.dossier("Zanzibar"), files.dossier("Petit")
    backup = files.backed_up().path
    files.erase(gone)
    files.erase(other)
    register = files.opened.folder.parent / "keys" / f"{files.opened.slug}.erased"
    register.write_bytes(register.read_bytes()[:-20])
    assert files.restored(backup, replace=True).erased == 2, "the backup has the register too"
    assert [one.person for one in erasure_log.register(files.opened)] == [gone, other]


def test_backups_that_are_of_today_are_left_as_they_are(files: House) -> None:
    files.dossier()
    path = files.backed_up().path / key_copies.FILE
    stamp = path.stat().st_ino
    assert key_copies.refresh_keys(files.opened) == 0
    assert path.stat().st_ino == stamp
    files.opened.engine.keys.ring.change_structure_key()
    assert key_copies.refresh_keys(files.opened) == 1
    files.restored(path.parent, replace=True)

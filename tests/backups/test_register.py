"""Backups and restores listen to the register: facts that differ from what it has read are damage."""

import shutil
from random import Random

import pytest

from pixflow import inspection
from pixflow.backups import BackupError, manifest
from pixflow.backups.backup import back_up, keep
from pixflow.ledger.register import RegisterDiffers
from tests.backups.house import House
from tests.ledger.registers import Copy, filled, follow, register_of
from tests.test_inspection import Writer


def changed_behind(house: House) -> int:
    """Changes a fact in clear that the register has read. Returns its position."""
    filled(house, 3, 3)
    position = house.opened.engine.head()
    follow(register_of(house), house.opened)
    Writer(house.opened).change(position, b"a 1 b", b"a 1 c")
    house.reopen()
    return position


def test_a_changed_fact_is_damage_and_the_good_backups_stay(house: House) -> None:
    register = register_of(house)
    good = back_up(house.opened, register=register)
    position = changed_behind(house)
    damaged = back_up(house.opened, register=register)
    assert damaged.path.name.endswith("-damaged")
    assert (damaged.manifest.unopened, damaged.manifest.differing) == (0, 1)
    assert keep(good.path.parent, 1, house.now) == []
    assert manifest.all_of(good.path.parent) == [good]
    known = inspection.read(house.opened.folder, house.opened.engine.head())
    assert known
    assert [(one.code, one.position) for one in known.faults] == [("register", position)]


def test_facts_that_are_gone_are_damage(files: House) -> None:
    """Data and keys of before come back by hand, and people work on them."""
    register, keys = register_of(files), files.data / "keys"
    follow(register, files.opened)
    files.opened.engine.close()
    for folder in (files.opened.folder, keys):
        shutil.copytree(folder, files.data.parent / "before" / folder.name)
    files.reopen()
    filled(files, 5, 0)
    follow(register, files.opened)
    read = files.opened.engine.head()
    files.opened.engine.close()
    for folder in (files.opened.folder, keys):
        shutil.rmtree(folder)
        shutil.copytree(files.data.parent / "before" / folder.name, folder)
    files.reopen()
    head = files.opened.engine.head()
    assert back_up(files.opened, register=register).manifest.differing == read - head
    files.dossier()
    worked = back_up(files.opened, register=register)
    assert worked.manifest.differing == read - head
    assert worked.path.name.endswith("-damaged")


def test_a_restore_is_no_damage_before_its_epoch_begins_nor_after(house: House) -> None:
    register = register_of(house)
    filled(house, 3, 0)
    follow(register, house.opened)
    backup = house.backed_up()
    filled(house, 3, 0)
    follow(register, house.opened)
    house.restored(backup.path, replace=True, read=lambda opened: register.unknown)
    house.dossier()
    assert back_up(house.opened, register=register).manifest.differing == 0
    register.check(house.opened.engine)
    follow(register, house.opened)
    assert back_up(house.opened, register=register).manifest.differing == 0


def test_what_was_set_aside_holds_what_an_earlier_epoch_has_read(house: House) -> None:
    register = register_of(house)
    follow(register, house.opened)
    backup = house.backed_up()
    filled(house, 3, 0)
    follow(register, house.opened)
    aside = house.restored(backup.path, replace=True, read=lambda opened: register.unknown).aside
    follow(register, house.opened)
    assert house.restored(aside, replace=True, read=lambda opened: register.unknown).differing == 0


def test_an_older_copy_from_between_two_restores_begins_no_epoch(files: House) -> None:
    """Its last restore is one that the register knows: no new one came."""
    register = register_of(files)
    follow(register, files.opened)
    backup = files.backed_up()
    files.restored(backup.path, replace=True)
    follow(register, files.opened)
    files.opened.engine.close()
    shutil.copytree(files.data, files.data.parent / "before")
    files.reopen()
    filled(files, 3, 0)
    files.restored(files.backed_up().path, replace=True)
    epoch = follow(register, files.opened).origin
    files.opened.engine.close()
    shutil.rmtree(files.data)
    shutil.copytree(files.data.parent / "before", files.data)
    files.reopen()
    with pytest.raises(RegisterDiffers) as found:
        follow(register, files.opened)
    assert found.value.code in ("shorter", "changed")
    assert register.checkpoints()[-1][0].origin == epoch


@pytest.mark.parametrize("of", ["the backup", "its manifest"])
def test_a_changed_backup_is_restored_only_when_accepted(house: House, of: str) -> None:
    """The register of this machine tells; on another one, the manifest."""
    register = register_of(house)
    position = changed_behind(house)
    made = back_up(house.opened, register=register if of == "its manifest" else None)
    how = {} if of == "its manifest" else {"read": lambda opened: register.unknown}
    with pytest.raises(BackupError) as caught:
        house.restored(made.path, replace=True, **how)
    assert (caught.value.code, caught.value.details) == ("changed", {"count": 1})
    house.reopen()
    done = house.restored(made.path, replace=True, damaged=True, **how)
    assert done.differing == 1
    if how:
        follow(register, house.opened)
        kept = register.checkpoints()[-1][0].kept
        assert kept == position - 1, "another epoch takes over what stands before the change"


@pytest.mark.parametrize("damage", ["DELETE FROM tiles", "UPDATE tiles SET hashes = zeroblob(length(hashes))"])
def test_a_damaged_register_accuses_no_fact(files: House, damage: str) -> None:
    register = register_of(files)
    filled(files, 3, 0)
    follow(register, files.opened)
    Copy(register.file, Random(0))(damage)
    rows = files.opened.engine.recorder.log(0, 1000)
    assert register.changed(files.opened.engine)(rows) == register.unknown(rows) == []
    assert back_up(files.opened, register=register).manifest.differing == 0

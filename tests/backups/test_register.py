"""Backups and restores listen to the register: facts that differ from what it has read are damage."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from pixflow import inspection
from pixflow.actor import OPERATOR, Actor
from pixflow.backups import BackupError, manifest
from pixflow.backups.backup import back_up, keep
from pixflow.engine import new_id
from pixflow.ledger.register import Register, RegisterDiffers
from pixflow.structure import record_restore
from tests.backups.house import House
from tests.ledger.registers import Copy, filled, follow, put_back, records, register_of
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
    house.restored(backup.path, replace=True, register=lambda opened: register)
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
    aside = house.restored(backup.path, replace=True, register=lambda opened: register).aside
    follow(register, house.opened)
    assert house.restored(aside, replace=True, register=lambda opened: register).differing == 0


# --- what only the database tells


def older(house: House, register: Register, root: Path) -> None:
    kept = records(house)
    filled(house, 3, 0)
    follow(register, house.opened)
    put_back(house, kept)


def older_and_worked_on(house: House, register: Register, root: Path) -> None:
    older(house, register, root)
    filled(house, 5, 0)


def older_with_a_fact_of_a_restore(house: House, register: Register, root: Path) -> None:
    older(house, register, root)
    engine, stream = house.opened.engine, house.opened.stream("structure")
    engine.execute(
        {"structure": stream}, record_restore, by=Actor(OPERATOR), command_id=new_id(stream, "by hand"), via="cli",
        kept=2, lost=9, backup="", made=house.now, motive="loss",
    )  # fmt: skip


def of_between_two_restores(house: House, register: Register, root: Path) -> None:
    """No epoch began with the first one: both came between two looks."""
    backup = back_up(house.opened, root).path
    house.restored(backup, replace=True, register=lambda opened: register)
    kept = records(house)
    house.restored(backup, replace=True, register=lambda opened: register)
    filled(house, 3, 0)
    follow(register, house.opened)
    put_back(house, kept)


def of_before_the_register_was_lost(house: House, register: Register, root: Path) -> None:
    """The one that began since knows the last restore alone."""
    backup = back_up(house.opened, root).path
    house.restored(backup, replace=True, register=lambda opened: register)
    follow(register, house.opened)
    kept = records(house)
    house.restored(backup, replace=True, register=lambda opened: register)
    filled(house, 3, 0)
    register.file.unlink()
    register.file.with_suffix(".key").unlink()
    begin(register, house)
    put_back(house, kept)


def restored_while_the_register_was_away(house: House, register: Register, root: Path) -> None:
    backup = back_up(house.opened, root).path
    filled(house, 3, 0)
    follow(register, house.opened)
    folder = register.file.parent
    folder.rename(root / "away")
    assert not house.restored(backup, replace=True, register=lambda opened: register).heard
    assert not folder.exists()
    (root / "away").rename(folder)


def begin(register: Register, house: House) -> None:
    register.follow(house.opened.engine, house.opened.stream("structure"), anew=True)


@pytest.mark.parametrize(
    "put",
    [older, older_and_worked_on, older_with_a_fact_of_a_restore, of_between_two_restores,
     of_before_the_register_was_lost, restored_while_the_register_was_away],
)  # fmt: skip
def test_a_database_put_back_by_hand_begins_no_epoch_until_the_operator_does(
    house: House, tmp_path: Path, put: Callable[[House, Register, Path], None]
) -> None:
    register = register_of(house)
    filled(house, 3, 3)
    alike = follow(register, house.opened).size
    put(house, register, tmp_path)
    before, head = register.checkpoints(), house.opened.engine.head()
    for look in (lambda: follow(register, house.opened), lambda: register.check(house.opened.engine)):
        with pytest.raises(RegisterDiffers) as found:
            look()
        assert found.value.code in ("shorter", "changed")
    assert (register.checkpoints(), house.opened.engine.head()) == (before, head), "nothing begins, nothing is recorded"
    assert back_up(house.opened, tmp_path / "apart", register).manifest.differing > 0
    begin(register, house)
    epoch = register.checkpoints()[-1][0]
    assert (epoch.number, epoch.kept >= alike) == (before[-1][0].number + 1, True)
    begin(register, house)
    assert register.checkpoints()[-1][0] == epoch, "once is enough"
    assert register.checkpoints()[: len(before)] == before
    register.check(house.opened.engine)
    assert back_up(house.opened, tmp_path / "apart", register).manifest.differing == 0


def test_what_a_restore_did_not_bring_back_as_it_was_is_an_alarm_until_the_operator_begins(
    house: House, tmp_path: Path
) -> None:
    """Somebody changes what the restore kept before the register looks: its fact says one thing, the events another."""
    register = register_of(house)
    filled(house, 3, 3)
    changed = house.opened.engine.head()
    follow(register, house.opened)
    backup = back_up(house.opened, tmp_path).path
    house.restored(backup, replace=True, register=lambda opened: register)
    Writer(house.opened).change(changed, b"a 1 b", b"a 1 c")
    house.reopen()
    for _ in range(2):
        for look in (lambda: follow(register, house.opened), lambda: register.check(house.opened.engine)):
            with pytest.raises(RegisterDiffers) as found:
                look()
            assert (found.value.code, found.value.position) == ("changed", changed)
    begin(register, house)
    assert register.checkpoints()[-1][0].kept == changed - 1
    register.check(house.opened.engine)


def test_an_older_copy_from_between_two_restores_begins_no_epoch(files: House) -> None:
    """Its last restore is one that the register knows: no new one came."""
    register = register_of(files)
    follow(register, files.opened)
    backup = files.backed_up()
    files.restored(backup.path, replace=True, register=lambda opened: register)
    follow(register, files.opened)
    files.opened.engine.close()
    shutil.copytree(files.data, files.data.parent / "before")
    files.reopen()
    filled(files, 3, 0)
    files.restored(files.backed_up().path, replace=True, register=lambda opened: register)
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
    how = {} if of == "its manifest" else {"register": lambda opened: register}
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
    assert register.compare(files.opened.engine)(rows) == register.find_unknown(rows) == []
    assert back_up(files.opened, register=register).manifest.differing == 0

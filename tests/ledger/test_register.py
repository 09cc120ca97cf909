"""The register follows the events of both stores, signs only what extends what it signed, and says where it differs."""

import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from pixflow.backups.backup import back_up
from pixflow.events.structure import RegisterBegun
from pixflow.ledger import verify
from pixflow.ledger.register import SPAN, Register, RegisterClosed, RegisterDiffers, leaf_of
from pixflow.ledger.verify import Tree, check, extends, includes, read_held
from pixflow.reference_data import References
from pixflow.store.locks import FileLock
from tests.backups.house import House
from tests.ledger.registers import BASE, Copy, copied, filled, follow, key_of, register_of
from tests.test_inspection import Writer, _end


def epochs(house: House) -> list[tuple[int, int]]:
    history = house.opened.engine.history(house.opened.stream("structure"))
    return [(one.event.epoch, one.event.kept) for one in history if isinstance(one.event, RegisterBegun)]


def test_it_signs_all_facts_its_own_beginning_too(house: House, tmp_path: Path) -> None:
    register = register_of(house)
    assert register.last() is None
    assert register.holders() == []
    made = follow(register, house.opened)
    assert (made.origin, made.size) == (BASE, house.opened.engine.head())
    assert epochs(house) == [(1, 0)]
    assert made.signed_by(key_of(register))
    assert follow(register, house.opened) == made == register.last()
    report = check(copied(house, tmp_path / "copy.db"), [], register.file)
    assert (report.size, report.root, report.findings) == (made.size, made.root, [])


def test_each_checkpoint_extends_those_before_and_holds_each_fact(house: House) -> None:
    register, signed = register_of(house), []
    for people in (1, 3, 0, 40, 7):
        filled(house, people, people // 2)
        signed.append(follow(register, house.opened))
    last = signed[-1]
    for one in signed:
        assert extends(one.size, one.root, last.size, last.root, register.consistency(one.size, last.size))
    for row in house.opened.engine.recorder.log(0, 1000):
        path = register.inclusion(row[4], last.size, last.root[:10].hex())
        assert includes(leaf_of(row), row[4] - 1, last.size, path, last.root)
    for wrong in ((0, last.size), (last.size + 1, last.size), (1, last.size + 1)):
        with pytest.raises(LookupError):
            register.inclusion(*wrong, last.root[:10].hex())
    for wrong in ((-1, last.size), (last.size, last.size - 1), (1, last.size + 1)):
        with pytest.raises(LookupError):
            register.consistency(*wrong)


def test_files_are_for_their_owner_alone_and_the_key_stays(files: House) -> None:
    register = register_of(files)
    follow(register, files.opened)
    made = {path.name: path.stat().st_mode & 0o777 for path in register.file.parent.iterdir()}
    assert made["ici.db"] == made["ici.key"] == 0o600
    key = key_of(register)
    files.dossier()
    follow(register_of(files), files.opened)
    assert key_of(register) == key


def test_the_origin_of_the_beginning_stays(files: House) -> None:
    follow(register_of(files), files.opened)
    files.dossier()
    other = Register(files.data.parent / "ledger", "ici", "ailleurs.fr/registre/00")
    assert follow(other, files.opened).origin == BASE


# --- what it refuses to sign


def test_a_fact_that_changed_behind_it_is_not_signed(house: House) -> None:
    register = register_of(house)
    filled(house, 3, 2)
    signed = follow(register, house.opened)
    Writer(house.opened).change(signed.size - 1, b'"by":"', b'"by":"x')
    house.dossier()
    with pytest.raises(RegisterDiffers) as found:
        follow(register, house.opened)
    assert (found.value.code, found.value.position) == ("changed", signed.size - 1)
    assert register.last() == signed
    rows = house.opened.engine.recorder.log(0, 1000)
    changed = register.compare(house.opened.engine)
    assert (changed(rows), changed([])) == ([signed.size - 1], [])


def test_events_that_are_gone_are_not_signed(house: House) -> None:
    register = register_of(house)
    follow(register, house.opened)
    filled(house, 3, 0)
    signed = follow(register, house.opened)
    write = Writer(house.opened)
    write("DELETE FROM @.stored_events WHERE position = ?", signed.size)
    write("DELETE FROM @.commands WHERE last_position = ?", signed.size)
    _end(write, signed.size - 1)
    with pytest.raises(RegisterDiffers) as found:
        follow(register, house.opened)
    assert (found.value.code, found.value.position) == ("shorter", signed.size)


def test_its_own_rows_that_changed_are_never_mended(files: House) -> None:
    register = register_of(files)
    filled(files, 3, 0)
    follow(register, files.opened)
    copy = Copy(register.file, Random(0))
    kept = copy("SELECT hashes FROM tiles WHERE level = 0")[0][0]
    copy("UPDATE tiles SET hashes = ? WHERE level = 0", bytes(len(kept)))
    files.dossier()
    for _ in range(2):
        with pytest.raises(RegisterDiffers, match="tiles"):
            follow(register, files.opened)
    copy("DELETE FROM tiles")
    with pytest.raises(RegisterDiffers, match="tiles"):
        follow(register, files.opened)


def test_a_key_that_is_lost_is_not_replaced(files: House) -> None:
    register = register_of(files)
    follow(register, files.opened)
    (register.file.parent / "ici.key").unlink()
    files.dossier()
    with pytest.raises(RegisterClosed):
        follow(register, files.opened)


# --- epochs


def test_a_restore_begins_an_epoch_that_shares_what_was_kept(house: House, tmp_path: Path) -> None:
    register = register_of(house)
    filled(house, 5, 0)
    early = follow(register, house.opened)
    backup = house.backed_up()
    filled(house, 5, 0)
    late = follow(register, house.opened)
    (tmp_path / "late.txt").write_text(register.note())
    house.restored(backup.path, replace=True, register=lambda opened: register)
    again = follow(register, house.opened)
    assert again.origin == f"{BASE}/2"
    assert epochs(house) == [(1, 0), (2, early.size)]
    assert follow(register, house.opened) == again
    copy = copied(house, tmp_path / "copy.db")
    papers = [f"{one.size} {one.short}" for one in (early, late, again)]
    known = [*(one for paper in papers for one in read_held(paper)), *read_held(str(tmp_path / "late.txt"))]
    report = check(copy, known, register.file)
    assert [one.name for one in report.kept] == [papers[0], papers[2]]
    assert {(one.code, one.details["kept"]) for one in report.findings} == {
        ("either", early.size), ("restored", early.size),
    }  # fmt: skip
    assert any("repris" in line for line in verify.words(report))
    assert [epoch.number for epoch, _ in register.checkpoints()] == [1, 2]


def test_a_later_epoch_keeps_the_address_of_the_first(files: House) -> None:
    """The key of an auditor names it: another one would not be of this register."""
    register = register_of(files)
    follow(register, files.opened)
    backup = files.backed_up()
    files.dossier()
    files.restored(backup.path, replace=True, register=lambda opened: register)
    moved = Register(files.data.parent / "ledger", "ici", "ailleurs.fr/registre/00")
    again = follow(moved, files.opened)
    assert again.origin == f"{BASE}/2"
    key = key_of(register).of(again.origin)
    assert key
    assert again.signed_by(key)


def test_two_restores_between_two_looks_share_the_least(files: House) -> None:
    register = register_of(files)
    follow(register, files.opened)
    backups = []
    for _ in range(2):
        backups.append(files.backed_up())
        filled(files, 3, 0)
    follow(register, files.opened)
    for backup in reversed(backups):
        files.restored(backup.path, replace=True, register=lambda opened: register)
    follow(register, files.opened)
    assert epochs(files)[-1] == (2, backups[0].manifest.holding.head)


def test_a_restore_to_before_its_beginning(files: House) -> None:
    backup = files.backed_up()
    register = register_of(files)
    follow(register, files.opened)
    files.restored(backup.path, replace=True, register=lambda opened: register)
    assert follow(register, files.opened).origin == f"{BASE}/2"
    assert epochs(files) == [(2, backup.manifest.holding.head)]


def test_in_a_lost_folder_the_operator_alone_begins_an_epoch_with_a_fact(house: House, tmp_path: Path) -> None:
    register = register_of(house)
    filled(house, 2, 0)
    before = follow(register, house.opened)
    shutil.rmtree(register.file.parent)
    with pytest.raises(RegisterClosed, match="lost"):
        follow(register, house.opened)
    assert not register.file.parent.exists(), "the mount point stays empty"
    begun = register.follow(house.opened.engine, house.opened.stream("structure"), anew=True)
    assert begun.origin == f"{BASE}/2"
    assert epochs(house) == [(1, 0), (2, before.size)]
    copy = copied(house, tmp_path / "copy.db")
    report = check(copy, read_held(f"{before.size} {before.short}"), register.file)
    assert (report.findings, len(report.kept)) == ([], 1)


def test_a_beginning_that_was_cut_off_goes_on(files: House) -> None:
    register = register_of(files)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files.opened.engine, "execute", _crash)
        with pytest.raises(OSError, match="cut"):
            follow(register, files.opened)
    assert epochs(files) == []
    assert follow(register, files.opened).origin == BASE
    assert epochs(files) == [(1, 0)]


def _crash(*args: object, **kwargs: object) -> None:
    raise OSError("cut")


# --- disks, processes


def test_two_processes_follow_at_once(files: House) -> None:
    filled(files, 10, 0)
    registers = [register_of(files) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: follow(one, files.opened), registers))
    assert len({one.root for one in found}) == 1
    assert epochs(files) == [(1, 0)]


def test_a_register_that_another_process_begins_meanwhile_is_not_lost(
    files: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = files.opened.engine, register_of(files)
    look = engine.references

    def meanwhile() -> References:
        if not other.epoch:
            monkeypatch.setattr(engine, "references", look)
            follow(other, files.opened)
        return look()

    monkeypatch.setattr(engine, "references", meanwhile)
    assert follow(register_of(files), files.opened) == other.last()


@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_an_error_of_the_system(files: House) -> None:
    files.data.parent.chmod(0o500)
    with pytest.raises(RegisterClosed, match="shut"):
        follow(register_of(files), files.opened)


def test_a_disk_that_is_full_loses_nothing_and_is_followed_later(files: House) -> None:
    register = register_of(files)
    filled(files, 3, 0)
    signed = follow(register, files.opened)
    filled(files, 30, 0)
    with closing(sqlite3.connect(register.file)) as ours:
        pages = ours.execute("PRAGMA page_count").fetchone()[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pixflow.ledger.register._OPENING", f"PRAGMA synchronous = FULL; PRAGMA max_page_count = {pages}")
        filled(files, 200, 0)
        with pytest.raises(RegisterClosed, match="full"):
            follow(register, files.opened)
    assert register.last() == signed
    assert follow(register, files.opened).size == files.opened.engine.head()


def test_more_facts_than_are_read_at_once(files: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixflow.ledger.register.SPAN", 7)
    register = register_of(files)
    filled(files, 20, 0)
    found, tree = follow(register, files.opened), Tree()
    for row in files.opened.engine.recorder.log(0, 1000):
        tree.add(leaf_of(row))
    assert (tree.size, tree.root()) == (found.size, found.root)
    assert SPAN > 7


def test_who_holds_a_checkpoint_is_noted(files: House) -> None:
    register = register_of(files)
    first = follow(register, files.opened)
    register.hand("auditrice", files.now)
    files.dossier()
    second = follow(register, files.opened)
    register.hand("temoin", files.now, "— temoin AAAA\n")
    assert [(one.holder, one.size) for one in register.holders()] == [
        ("temoin", second.size),
        ("auditrice", first.size),
    ]
    assert register.note().endswith("— temoin AAAA\n")
    with pytest.raises(LookupError):
        register.note(2)


# --- what is lost, damaged or held by another


def test_events_that_know_no_restore_are_no_new_epoch(files: House) -> None:
    """Whoever puts older files back by hand has no restore to show: an alarm, and nothing is signed."""
    register = register_of(files)
    follow(register, files.opened)
    filled(files, 5, 0)
    signed = follow(register, files.opened)
    Copy(register.file, Random(0))("UPDATE epochs SET restore = ?", "0" * 32)
    write = Writer(files.opened)
    write("DELETE FROM @.stored_events WHERE position = ?", signed.size)
    write("DELETE FROM @.commands WHERE last_position = ?", signed.size)
    _end(write, signed.size - 1)
    with pytest.raises(RegisterDiffers) as found:
        follow(register, files.opened)
    assert (found.value.code, register.last()) == ("shorter", signed)


@pytest.mark.parametrize("named", ["ici.lock", "ici.key"])
def test_a_file_that_cannot_be_opened_closes_it(files: House, named: str) -> None:
    register = register_of(files)
    follow(register, files.opened)
    (register.file.parent / named).unlink()
    (register.file.parent / named).mkdir()
    files.dossier()
    with pytest.raises(RegisterClosed):
        follow(register, files.opened)


def test_another_process_that_holds_it_long_closes_it(files: House) -> None:
    register = register_of(files)
    follow(register, files.opened)
    files.dossier()
    with FileLock(register.file.with_suffix(".lock")), pytest.raises(RegisterClosed):
        follow(register_of(files), files.opened)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM tiles", "UPDATE tiles SET hashes = 7", "UPDATE checkpoints SET note = 'x'", "DROP TABLE epochs",
        "UPDATE epochs SET began = 'x'", "UPDATE epochs SET began = x'00'", "DROP TABLE tiles",
    ],
)  # fmt: skip
def test_a_damaged_register_stops_neither_a_backup_nor_an_inspection(files: House, damage: str) -> None:
    register = register_of(files)
    filled(files, 3, 0)
    follow(register, files.opened)
    Copy(register.file, Random(0))(damage)
    made = back_up(files.opened, register=register)
    assert not made.manifest.damaged
    rows = files.opened.engine.recorder.log(0, 1000)
    assert register.compare(files.opened.engine)(rows) == []

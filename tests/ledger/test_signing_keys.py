"""Another key takes over: the old one says so, whoever knew the old one knows the new one, and a crash leaves one."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pixflow.ledger import notes, register, verify
from pixflow.ledger.notes import Signer
from pixflow.ledger.register import Register, RegisterClosed, RegisterDiffers
from pixflow.ledger.verify import PublicKey, Unreadable, check, checkpoint, read_held
from pixflow.ledger.witness import LogWitness
from pixflow.store import durable_files
from tests.backups.house import House
from tests.ledger.registers import Copy, copied, filled, follow, key_of, register_of
from tests.test_inspection import Writer


def rotate(register: Register, house: House) -> PublicKey:
    return register.rotate(house.opened.engine, house.opened.stream("structure"))


class Rotated:
    """A register whose key was changed once: notes of before, of then and of after, and the handover."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.register = house, register_of(house)
        follow(self.register, house.opened)
        self.old = self.known()
        self.before = self.kept(folder / "before.txt")
        house.dossier()
        self.new = rotate(self.register, house)
        self.then = self.kept(folder / "then.txt")
        self.handover = folder / "handover.txt"
        self.handover.write_text(self.register.known_keys()[-1].note)
        house.dossier()
        follow(self.register, house.opened)
        self.after = self.kept(folder / "after.txt")
        self.copy = copied(house, folder / "copy.db")

    def known(self) -> PublicKey:
        return key_of(self.register)

    def kept(self, path: Path) -> Path:
        path.write_text(self.register.note())
        return path

    def read(self, *files: Path, keys: list[PublicKey] | None = None) -> list[verify.Held]:
        found = [one for file in files for one in read_held(str(file))]
        return verify.check_signatures(found, [self.old] if keys is None else keys)


@pytest.fixture
def rotated(house: House, tmp_path: Path) -> Rotated:
    return Rotated(house, tmp_path)


def test_whoever_knows_the_old_key_knows_the_new_one_by_the_handover(rotated: Rotated) -> None:
    assert rotated.new != rotated.old
    assert rotated.new.name == rotated.old.name
    files = (rotated.after, rotated.before, rotated.handover, rotated.then)
    report = check(rotated.copy, rotated.read(*files), rotated.register.file)
    assert (report.findings, len(report.kept)) == ([], 4)
    assert any(f"une autre clé signe le registre : {rotated.new.text}" in line for line in verify.words(report))
    with pytest.raises(Unreadable, match="aucune des clés"):
        rotated.read(rotated.after)
    assert rotated.read(rotated.after, keys=[rotated.new])


def test_both_keys_sign_the_last_checkpoint_of_the_old_one(rotated: Rotated) -> None:
    then, handover = checkpoint(rotated.then.read_text()), checkpoint(rotated.handover.read_text())
    assert (then.size, then.root) == (handover.size, handover.root)
    for key in (rotated.old, rotated.new):
        assert then.signed_by(key)
        assert handover.signed_by(key)
    after = checkpoint(rotated.after.read_text())
    assert after.signed_by(rotated.new)
    assert not after.signed_by(rotated.old)


def test_each_key_is_told_with_its_days_and_its_end(rotated: Rotated) -> None:
    first, second = rotated.register.known_keys()
    assert (first.key.public, second.key) == (rotated.old.public, rotated.new)
    assert first.key.until == (1, checkpoint(rotated.then.read_text()).size)
    assert first.since < second.since
    assert (first.note, second.note) == ("", rotated.handover.read_text())


def test_a_key_that_nobody_knew_hands_over_nothing(rotated: Rotated, tmp_path: Path) -> None:
    """Whoever has a checkpoint adds a line of their own to it: the old key says nothing of that one."""
    thief, origin = Signer(b"t" * 32, rotated.old.name), rotated.old.name
    then = checkpoint(rotated.then.read_text())
    (tmp_path / "line.txt").write_text(rotated.then.read_text() + thief.line(then.text))
    forged = thief.handover(then, thief, thief.key)
    old = next(line for line in rotated.then.read_text().splitlines(keepends=True) if line.startswith("— "))
    (tmp_path / "named.txt").write_text(thief.handover(then, thief, thief.key))
    (tmp_path / "lent.txt").write_text(forged + old)
    (tmp_path / "theirs.txt").write_text(thief.checkpoint(then.size + 1, bytes(32)))
    assert rotated.read(tmp_path / "line.txt")[0].successor == ""
    for file in ("line.txt", "named.txt", "lent.txt"):
        with pytest.raises(Unreadable):
            rotated.read(tmp_path / file, tmp_path / "theirs.txt")
    assert checkpoint(forged).origin == origin


def test_the_old_key_signs_nothing_after_its_end(rotated: Rotated, tmp_path: Path) -> None:
    """Whoever has seen it goes on with it: the checkpoint is refused, in the same epoch and in a later one."""
    private = b"o" * 32
    old, new = Signer(private, rotated.old.name), Signer(b"n" * 32, rotated.old.name)
    last = checkpoint(old.checkpoint(7, bytes(32)))
    (tmp_path / "handover.txt").write_text(old.handover(last, new, new.key))
    later = Signer(private, f"{rotated.old.name}/2").checkpoint(3, bytes(32))
    for text in (old.checkpoint(8, bytes(32)), later):
        (tmp_path / "late.txt").write_text(text)
        assert rotated.read(tmp_path / "late.txt", keys=[old.key])
        with pytest.raises(Unreadable, match="ne servait plus"):
            rotated.read(tmp_path / "late.txt", tmp_path / "handover.txt", keys=[old.key])


def test_unknown_lines_are_ignored_and_a_false_one_of_a_known_key_refuses_the_note(rotated: Rotated) -> None:
    text = rotated.then.read_text()
    rotated.then.write_text(text + Signer(b"x" * 32, "ailleurs.fr").line(b"nothing"))
    assert rotated.read(rotated.then)
    key = rotated.new
    false = f"— {key.name} {notes.base64(key.id + bytes(64))}\n"
    rotated.then.write_text(text + false)
    with pytest.raises(Unreadable, match="fausse"):
        rotated.read(rotated.then, keys=[rotated.old, rotated.new])


def test_a_witness_that_knows_both_takes_the_checkpoint_of_either(rotated: Rotated, tmp_path: Path) -> None:
    ours = rotated.register
    witness = LogWitness(tmp_path / "witness", "temoin.fr", [rotated.old, rotated.new])
    size = checkpoint(rotated.then.read_text()).size
    assert witness.add(f"old 0\n\n{rotated.then.read_text()}", rotated.house.now).status == 200
    assert witness.add(ours.extension(size), rotated.house.now).status == 200
    false = f"— {rotated.old.name} {notes.base64(rotated.old.id + bytes(64))}\n"
    assert witness.add(ours.extension(size) + false, rotated.house.now).status == 403
    alone = LogWitness(tmp_path / "alone", "temoin.fr", [rotated.old])
    assert alone.add(ours.extension(0), rotated.house.now).status == 403


def test_keys_change_again_and_over_epochs(files: House, tmp_path: Path) -> None:
    ours, kept = register_of(files), [tmp_path / f"{n}.txt" for n in range(3)]
    follow(ours, files.opened)
    first, backup = key_of(ours), files.backed_up()
    rotate(ours, files)
    rotate(ours, files)
    files.restored(backup.path, replace=True, register=lambda opened: ours)
    follow(ours, files.opened)
    last = rotate(ours, files)
    files.dossier()
    follow(ours, files.opened)
    assert [one.key.until for one in ours.known_keys()][-2:] == [(2, backup.manifest.holding.head + 2), None]
    for file, note in zip(kept, [one.note for one in ours.known_keys()[1:]], strict=True):
        file.write_text(note)
    (tmp_path / "last.txt").write_text(ours.note())
    found = [one for file in (*kept, tmp_path / "last.txt") for one in read_held(str(file))]
    assert verify.check_signatures(found, [first])[2].successor == last.text


def test_two_processes_change_it_at_once(files: House) -> None:
    follow(register_of(files), files.opened)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda ours: rotate(ours, files), (register_of(files), register_of(files))))
    ours = register_of(files)
    keys = ours.known_keys()
    files.dossier()
    assert len(keys) == 3
    assert follow(ours, files.opened).signed_by(keys[-1].key)


def test_a_register_that_differs_hands_over_nothing(house: House) -> None:
    ours = register_of(house)
    filled(house, 3, 2)
    signed = follow(ours, house.opened)
    Writer(house.opened).change(signed.size - 1, b'"by":"', b'"by":"x')
    house.dossier()
    with pytest.raises(RegisterDiffers):
        rotate(ours, house)
    assert len(ours.known_keys()) == 1


# --- killed in the middle

CUTS: list[tuple[Any, str]] = [
    (register, "discard"), (register, "wipe_behind"), (durable_files, "_wipe"), (Signer, "handover"),
    (Register, "known_keys"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "what"), CUTS, ids=[name for _, name in CUTS])
def test_a_change_that_was_cut_off_leaves_one_key_that_signs(
    files: House, monkeypatch: pytest.MonkeyPatch, where: Any, what: str
) -> None:
    ours = register_of(files)
    follow(ours, files.opened)
    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(where, what, _cut)
            with pytest.raises((KeyboardInterrupt, RegisterClosed)):
                rotate(ours, files)
        files.dossier()
        signed = follow(register_of(files), files.opened)
        assert signed.signed_by(key_of(ours))
        assert sum(signed.signed_by(one.key) for one in ours.known_keys()) == 1
    new = rotate(ours, files)
    files.dossier()
    assert follow(ours, files.opened).signed_by(new)


def _cut(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_disk_that_is_full_changes_no_key(files: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = register_of(files)
    follow(ours, files.opened)
    old = key_of(ours)

    def full(path: Path, content: bytes) -> None:
        path.touch()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(notes, "write_new", full)
        with pytest.raises(RegisterClosed):
            rotate(ours, files)
    assert key_of(ours) == old
    assert rotate(ours, files) != old


def test_another_key_put_in_its_place_signs_nothing(files: House) -> None:
    ours = register_of(files)
    follow(ours, files.opened)
    (ours.file.parent / "ici.key").write_bytes(b"x" * 32)
    files.dossier()
    with pytest.raises(RegisterClosed):
        follow(ours, files.opened)


def test_a_register_of_before_this_table_goes_on_with_its_key(files: House) -> None:
    ours = register_of(files)
    signed = follow(ours, files.opened)
    key = key_of(ours)
    Copy(ours.file, Random(0))("DROP TABLE keys")
    assert follow(ours, files.opened) == signed
    assert key_of(ours) == key

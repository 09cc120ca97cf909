"""Whoever has every key and right over the database is found: by the tiles, or by what somebody outside holds."""

import ast
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest

from pixflow.ledger import notes, verify
from pixflow.ledger.notes import WITNESS, Signer
from pixflow.ledger.register import Register
from pixflow.ledger.verify import PublicKey, check, read_held
from tests.backups.house import House
from tests.ledger.registers import Copy, copied, filled, follow, key_of, register_of, seal

TRIES = 10
WITNESSING = Signer(b"w" * 32, "temoin.exemple.fr", WITNESS)


class Kept:
    """A structure whose checkpoint somebody holds, which went on since: its copy, its tiles, two held checkpoints."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder / "data")
        filled(self.house, 12, 6)
        self.older = copied(self.house, folder / "older.db")
        self.register = register_of(self.house)
        self.first = self._held(folder / "first.txt")
        filled(self.house, 12, 0)
        for n in range(6):
            seal(self.house, date(2026, 2, 1) + timedelta(days=n))
        self.last = self._held(folder / "last.txt")
        self.copy = copied(self.house, folder / "events.db")
        self.house.opened.engine.close()

    def _held(self, path: Path) -> Path:
        found = follow(self.register, self.house.opened)
        self.register.hand("temoin", self.house.now, WITNESSING.cosignature(found.text, self.house.now))
        path.write_text(self.register.note())
        return path

    @property
    def keys(self) -> list[PublicKey]:
        return [key_of(self.register), WITNESSING.key]

    def found(self, copy: Path, *known: Path, tiles: bool = False) -> set[str]:
        roots = [one for path in known for one in read_held(str(path), self.keys)]
        return {one.code for one in check(copy, roots, self.register.file if tiles else None).findings}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("kept"))


def a_day_edited_in_clear(copy: Copy) -> None:
    position, *_, state = copy.any("structure.JournalSealed")
    copy.write(position, re.sub(rb'"day":"2026-0(\d)', rb'"day":"2025-0\1', state))


def a_forged_fact_inserted(copy: Copy) -> None:
    """Inserts a fact among others. One more at the end stands in no checkpoint yet, as a true one does."""
    head = copy.head
    while (found := copy.any("structure.JournalSealed"))[0] == head:
        pass
    position, stream, version, topic, state = found
    copy.renumber(position, 1)
    copy("UPDATE stored_events SET originator_version = -originator_version WHERE originator_id = ? "
         "AND originator_version > ?", stream, version)  # fmt: skip
    copy("UPDATE stored_events SET originator_version = 1 - originator_version WHERE originator_version < 0")
    id = uuid4().hex
    forged = re.sub(rb'"command":"[^"]*"', f'"command":"{UUID(id)}"'.encode(), state)
    copy("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)", position + 1, stream, version + 1, topic, forged)
    copy("INSERT INTO commands VALUES (?, 'system:clock', x'00', ?, ?)", id, position + 1, position + 1)


def the_tail_cut(copy: Copy) -> None:
    ((last,),) = copy("SELECT last_position FROM commands ORDER BY last_position DESC LIMIT 1 OFFSET ?",
                      copy.random.randrange(1, 8))  # fmt: skip
    copy("DELETE FROM stored_events WHERE position > ?", last)
    copy("DELETE FROM commands WHERE first_position > ?", last)


def an_author_forged(copy: Copy) -> None:
    position, *_, state = copy.any("structure.JournalSealed")
    copy.write(position, state.replace(b'"by":"system:clock"', b'"by":"system:site"'))
    copy("UPDATE commands SET actor = 'system:site' WHERE first_position = ?", position)


def two_facts_reordered(copy: Copy) -> None:
    one, other = copy.any("dossier.%"), copy.any("structure.JournalSealed")
    for row, to in ((one, other), (other, one)):
        copy("UPDATE stored_events SET position = ? WHERE position = ?", -to[0], row[0])
        copy("UPDATE commands SET first_position = ?, last_position = ? WHERE first_position = ?",
             -to[0], -to[0], row[0])  # fmt: skip
    copy("UPDATE stored_events SET position = -position WHERE position < 0")
    copy("UPDATE commands SET first_position = -first_position, last_position = -last_position WHERE last_position < 0")


def a_time_moved(copy: Copy) -> None:
    position, *_, state = copy.any("structure.JournalSealed")
    copy.write(position, re.sub(rb'"at":"2026-03-02T', b'"at":"2026-03-01T', state))


def a_bit_flipped(copy: Copy) -> None:
    position, *_, state = copy.any()
    at = copy.random.randrange(len(state))
    copy.write(position, state[:at] + bytes([state[at] ^ 1 << copy.random.randrange(8)]) + state[at + 1 :])


def a_fact_deleted(copy: Copy) -> None:
    position, stream, version, *_ = copy.any("structure.JournalSealed")
    copy("DELETE FROM stored_events WHERE position = ?", position)
    copy("DELETE FROM commands WHERE first_position = ?", position)
    copy("UPDATE stored_events SET originator_version = originator_version - 1 WHERE originator_id = ? "
         "AND originator_version > ?", stream, version)  # fmt: skip
    copy.renumber(position, -1)


def a_topic_changed(copy: Copy) -> None:
    position = copy.any("structure.JournalSealed")[0]
    copy("UPDATE stored_events SET topic = 'structure.TeamConfirmed' WHERE position = ?", position)


def another_continuation(copy: Copy) -> None:
    the_tail_cut(copy)
    while copy.head < 100:
        a_forged_fact_at_the_end(copy)


def a_forged_fact_at_the_end(copy: Copy) -> None:
    _, stream, _, topic, state = copy.any("structure.JournalSealed")
    ((version,),) = copy("SELECT max(originator_version) FROM stored_events WHERE originator_id = ?", stream)
    id, position = uuid4().hex, copy.head + 1
    forged = re.sub(rb'"command":"[^"]*"', f'"command":"{UUID(id)}"'.encode(), state)
    copy("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)", position, stream, version + 1, topic, forged)
    copy("INSERT INTO commands VALUES (?, 'system:clock', x'00', ?, ?)", id, position, position)


TAMPERINGS: list[Callable[[Copy], None]] = [
    a_day_edited_in_clear, a_forged_fact_inserted, the_tail_cut, an_author_forged, two_facts_reordered, a_time_moved,
    a_bit_flipped, a_fact_deleted, a_topic_changed, another_continuation,
]  # fmt: skip


def test_a_clean_copy_is_what_was_held(kept: Kept) -> None:
    assert kept.found(kept.copy, kept.first, kept.last, tiles=True) == set()
    report = check(kept.copy, [], kept.register.file)
    assert (report.root, report.size) == (read_held(str(kept.last))[0].root, read_held(str(kept.last))[0].size)
    assert [one["epoch"] for one in report.epochs] == [1]


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_a_tampering_is_found_by_the_tiles_and_by_what_is_held(
    tamper: Callable[[Copy], None], kept: Kept, tmp_path: Path
) -> None:
    for seed in range(TRIES):
        copy = Copy.of(kept.copy, tmp_path / "bent.db", seed)
        tamper(copy)
        tiles, known = kept.found(copy.file, tiles=True), kept.found(copy.file, kept.first, kept.last)
        assert tiles & {"fact", "shorter"}, seed
        assert known & {"interval", "cut"}, seed


def test_an_older_database_put_back_is_found(kept: Kept) -> None:
    assert "shorter" in kept.found(kept.older, tiles=True)
    assert "cut" in kept.found(kept.older, kept.last)


def test_a_clock_set_back_is_found_by_the_date_of_a_witness_alone(kept: Kept, tmp_path: Path) -> None:
    copy = Copy.of(kept.copy, tmp_path / "bent.db", 0)
    a_forged_fact_at_the_end(copy)
    position, *_, state = copy("SELECT * FROM stored_events ORDER BY position DESC LIMIT 1")[0]
    copy.write(position, re.sub(rb'"at":"2026-03-02T', b'"at":"2026-03-01T', state))
    assert kept.found(copy.file, tiles=True) == set()
    assert kept.found(copy.file, kept.last) == {"backdated"}


def test_control_with_nothing_held_a_cut_tail_is_unseen(kept: Kept, tmp_path: Path) -> None:
    copy = Copy.of(kept.copy, tmp_path / "bent.db", 0)
    the_tail_cut(copy)
    assert kept.found(copy.file) == set()


def test_control_with_the_tiles_in_the_database_a_tree_made_anew_passes(kept: Kept, tmp_path: Path) -> None:
    """Whoever can write the tiles as well makes them anew: what somebody outside holds is left."""
    copy = Copy.of(kept.copy, tmp_path / "bent.db", 1)
    a_day_edited_in_clear(copy)
    rewritten = b"".join(
        verify.leaf(
            verify.entry(position, version, bytes.fromhex(stream.replace("-", "")), verify.body(topic.encode(), state))
        )
        for position, stream, version, topic, state in copy("SELECT * FROM stored_events ORDER BY position")
    )
    theirs = Copy(Path(shutil.copy(kept.register.file, tmp_path / "tiles.db")), Random(0))
    theirs("UPDATE tiles SET hashes = ? WHERE level = 0 AND n = 0", rewritten)
    assert check(copy.file, [], theirs.file).findings == []
    assert kept.found(copy.file, kept.last) == {"interval"}


def test_the_fact_is_named_and_the_interval(kept: Kept, tmp_path: Path) -> None:
    copy = Copy.of(kept.copy, tmp_path / "bent.db", 3)
    position = copy("SELECT max(position) FROM stored_events WHERE topic = 'structure.JournalSealed'")[0][0]
    copy.write(position, copy("SELECT state FROM stored_events WHERE position = ?", position)[0][0] + b" ")
    both = [one for path in (kept.first, kept.last) for one in read_held(str(path))]
    report = check(copy.file, both, kept.register.file)
    told = {one.code: one.details for one in report.findings}
    assert told["fact"]["position"] == position
    assert (told["interval"]["since"], told["interval"]["position"]) == (both[0].size + 1, both[1].size)
    assert [one.name for one in report.kept] == [str(kept.first)]


# --- what is held, and what is no such thing


def test_the_line_of_a_paper_is_a_held_root(kept: Kept, tmp_path: Path) -> None:
    last = read_held(str(kept.last))[0]
    for line in (f"{last.size} {verify.short(last.root)}", f"{last.size} faits · {verify.short(last.root)}"):
        assert check(kept.copy, read_held(line)).kept
    copy = Copy.of(kept.copy, tmp_path / "bent.db", 3)
    a_day_edited_in_clear(copy)
    assert {one.code for one in check(copy.file, read_held(f"{last.size} {verify.short(last.root)}")).findings} == {
        "interval"
    }


def bent(note: str) -> Iterator[str]:
    text, lines = note.split("\n\n")
    origin, size, root = text.split("\n")
    yield from ("", "\n\n", note[:-1], note.replace("\n\n", "\n"), note.replace("— ", "- "))
    yield from (note.replace(size, one, 1) for one in (f"0{size}", "-1", f"+{size}", f"{size} ", "1e3", "9" * 30))
    yield note.replace(root, root[:-1] + ("A" if root[-1] != "A" else "B"))
    yield note.replace(root, root[:-4])
    made = lines.split()[2]
    yield note.replace(made, made[:-8] + "_" + made[-7:])
    yield note.replace("\n\n", "\n\n\n")
    yield note.replace(origin, origin + "\r")


def test_a_note_that_is_written_otherwise_is_refused(kept: Kept) -> None:
    note = kept.last.read_text()
    assert verify.checkpoint(note).size == read_held(str(kept.last))[0].size
    for one in bent(note):
        with pytest.raises(verify.Unreadable):
            verify.checkpoint(one)


def test_a_false_signature_of_a_known_key_is_refused_and_an_unknown_line_is_not(kept: Kept, tmp_path: Path) -> None:
    note = kept.last.read_text()
    other = Signer(b"x" * 32, "ailleurs.fr")
    path = tmp_path / "held.txt"
    path.write_text(note + other.line(b"nothing"))
    assert read_held(str(path), kept.keys)
    forged = note.replace(str(verify.checkpoint(note).size), "7", 1)
    path.write_text(forged)
    with pytest.raises(verify.Unreadable, match="signature"):
        read_held(str(path), kept.keys)
    unsigned = Signer(b"x" * 32, verify.checkpoint(note).origin)
    path.write_text(unsigned.checkpoint(7, bytes(32)))
    with pytest.raises(verify.Unreadable, match="aucune des clés"):
        read_held(str(path), kept.keys)


def test_a_key_reads_back_and_a_bent_one_is_refused(kept: Kept) -> None:
    for key in kept.keys:
        assert PublicKey.read(key.text) == key
        for text in (
            "",
            key.text[1:],
            key.text[:-4],
            key.text.replace("+", " "),
            key.text.replace(key.id.hex(), "0" * 8),
        ):
            with pytest.raises(verify.Unreadable):
                PublicKey.read(text)


def test_signatures_agree_with_the_library(kept: Kept) -> None:
    for n in range(10):
        signer = Signer(bytes([n]) * 32, "a.fr")
        text = bytes(range(n * 20))
        made = verify.strict(signer.line(text).split()[2])[4:]
        assert verify.is_signed(signer.key.public, text, made)
        assert not verify.is_signed(signer.key.public, text + b"x", made)
        assert not verify.is_signed(signer.key.public, text, made[:32] + bytes(32))
        assert not verify.is_signed(signer.key.public, text, made[:-1])
        high = int.from_bytes(made[32:], "little") + 2**252 + 27742317777372353535851937790883648493
        assert not verify.is_signed(signer.key.public, text, made[:32] + high.to_bytes(32, "little"))
    assert not verify.is_signed(b"\xff" * 32, b"", bytes(64))


RFC_8032 = (
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
)


def test_the_vector_of_rfc_8032() -> None:
    public, *signature = map(bytes.fromhex, RFC_8032)
    assert verify.is_signed(public, b"", b"".join(signature))


# --- proofs


def proof_of(register: Register, position: int) -> str:
    last = verify.checkpoint(register.note())
    path = register.inclusion(position, last.size, last.root[:10].hex())
    return notes.proof(position - 1, path, register.note())


def test_a_proof_is_read_and_a_bent_one_is_refused(kept: Kept, tmp_path: Path) -> None:
    text = proof_of(kept.register, 9)
    path = tmp_path / "9.tlog-proof"
    path.write_text(text)
    assert check(kept.copy, read_held(str(path), kept.keys)).kept
    lines = text.split("\n")
    for one in (
        text.replace("index 8", "index 08"), text.replace("index 8", "index -8"), text.replace("@v1", "@v2"),
        text.replace(lines[2], lines[2][:-4]), text.replace(lines[2], lines[2] + " "),
        text.replace(lines[2], "\n".join([lines[2]] * 64)), text.replace("index 8", "extra AA\nindex 8"),
    ):  # fmt: skip
        with pytest.raises(verify.Unreadable):
            verify.proof(one)


# --- the file alone


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    alone = shutil.copy(verify.__file__, cwd / "verifier.py")
    return subprocess.run([sys.executable, "-I", alone, *map(str, arguments)], capture_output=True, text=True, cwd=cwd)


def test_the_file_runs_alone_and_its_exit_codes(kept: Kept, tmp_path: Path) -> None:
    keys = [word for key in kept.keys for word in ("--key", key.text)]
    good = run(kept.copy, kept.first, kept.last, *keys, "--register", kept.register.file, cwd=tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.count("Inchangé") == 2
    copy = Copy.of(kept.copy, tmp_path / "bent.db", 1)
    a_day_edited_in_clear(copy)
    bad = run(copy.file, kept.last, "--register", kept.register.file, cwd=tmp_path)
    assert bad.returncode == 1
    assert "n’est plus celui que le registre a lu" in bad.stdout
    (tmp_path / "nothing.txt").write_text("nothing")
    for arguments in (
        [tmp_path / "none.db"], [tmp_path / "nothing.txt"], [kept.copy, tmp_path / "nothing.txt"],
        [kept.copy, "--key", "nothing"], [kept.copy, "--key=--"], [kept.copy, "--register", tmp_path / "none.db"], [],
    ):  # fmt: skip
        failed = run(*arguments, cwd=tmp_path)
        assert failed.returncode == 2, arguments
        assert failed.stderr
        assert "Traceback" not in failed.stderr


def test_the_file_needs_the_standard_library_alone_and_python_3_9() -> None:
    tree = ast.parse(Path(verify.__file__).read_text(), feature_version=(3, 9))
    imported = {
        name.name.partition(".")[0] for one in ast.walk(tree) if isinstance(one, ast.Import) for name in one.names
    } | {(one.module or "").partition(".")[0] for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


def test_a_damaged_database_is_not_read(kept: Kept, tmp_path: Path) -> None:
    content = kept.copy.read_bytes()
    broken = tmp_path / "broken.db"
    broken.write_bytes(content[: len(content) // 2])
    assert run(broken, cwd=tmp_path).returncode in (1, 2)
    broken.write_bytes(content[:100] + bytes(4000) + content[4100:])
    assert run(broken, cwd=tmp_path).returncode == 2


def test_a_row_of_another_type_is_a_finding(kept: Kept, tmp_path: Path) -> None:
    for column, value in (("originator_id", "no id"), ("originator_version", "x"), ("state", "text"), ("topic", "")):
        copy = Copy.of(kept.copy, tmp_path / "bent.db", 1)
        copy("DROP TABLE IF EXISTS other")
        copy("CREATE TABLE other AS SELECT * FROM stored_events")
        copy(f"UPDATE other SET {column} = ? WHERE position = 9", value)
        copy("DROP TABLE stored_events")
        copy("ALTER TABLE other RENAME TO stored_events")
        assert "fact" in kept.found(copy.file, tiles=True), column


# --- a copy made to fool the file, or to stop it


def loose(kept: Kept, to: Path) -> Copy:
    """A copy whose tables have neither types nor keys."""
    copy = Copy.of(kept.copy, to, 1)
    for table in ("stored_events", "commands"):
        copy(f"CREATE TABLE other AS SELECT * FROM {table}")
        copy(f"DROP TABLE {table}")
        copy(f"ALTER TABLE other RENAME TO {table}")
    return copy


@pytest.mark.parametrize("value", [None, "x", b"\xff", 1.5, 2**63 - 1, -1, 9, "", "\x1b[2K"])
@pytest.mark.parametrize(
    "column",
    ["position", "originator_id", "originator_version", "topic", "state", "id", "actor", "first_position",
     "last_position"],
)  # fmt: skip
def test_no_value_of_a_column_stops_it(kept: Kept, tmp_path: Path, column: str, value: object) -> None:
    copy = loose(kept, tmp_path / "bent.db")
    of_events = column in ("position", "originator_id", "originator_version", "topic", "state")
    table, place = ("stored_events", "position") if of_events else ("commands", "last_position")
    copy(f"UPDATE {table} SET {column} = ? WHERE {place} = 8", value)
    report = check(copy.file, read_held(str(kept.last)), kept.register.file)
    if of_events:
        assert {"fact", "interval"} <= {one.code for one in report.findings}
    assert report.findings
    assert list(verify.words(report))


@pytest.mark.parametrize(
    "data",
    [b"7", b"{}", b'{"epoch":"x","kept":2,"on":"2026-03-02"}', b'{"epoch":2,"kept":null}', b'{"epoch":2,"kept":"x"}',
     b"[" * 100_000, b'{"epoch":2,"kept":1,"at":7,"position":"x"}', b'{"epoch":' + b"9" * 5000 + b',"kept":1}'],
)  # fmt: skip
def test_a_forged_beginning_of_an_epoch_stops_nothing(kept: Kept, tmp_path: Path, data: bytes) -> None:
    copy = Copy.of(kept.copy, tmp_path / "bent.db", 1)
    position, *_, state = copy.any("structure.RegisterBegun")
    copy.write(position, state[: state.index(b'"data":') + 7] + data + b"}")
    report = check(copy.file, read_held(str(kept.last)))
    assert report.findings
    assert list(verify.words(report))


def test_what_is_said_twice_of_a_fact_is_not_read(kept: Kept, tmp_path: Path) -> None:
    """The application reads the second of two names, and the name with an escape."""
    for more in (b',"at":"2025-01-01T08:00:00Z"}', b',"\\u0062y":"system:site"}'):
        copy = Copy.of(kept.copy, tmp_path / "bent.db", 0)
        a_forged_fact_at_the_end(copy)
        position, *_, state = copy("SELECT * FROM stored_events ORDER BY position DESC LIMIT 1")[0]
        copy.write(position, state[:-1] + more)
        assert kept.found(copy.file, kept.last) & {"unreadable", "author", "backdated"}


def test_an_id_that_is_written_otherwise_is_a_difference(kept: Kept, tmp_path: Path) -> None:
    """The application would not find the dossier any more."""
    for bent in ("upper(originator_id)", "' ' || originator_id", "replace(originator_id, '-', '') || ' '"):
        copy = loose(kept, tmp_path / "bent.db")
        stream = copy.any("dossier.%")[1]
        copy(f"UPDATE stored_events SET originator_id = {bent} WHERE originator_id = ?", stream)
        assert "fact" in kept.found(copy.file, tiles=True), bent


def test_a_view_or_a_journal_beside_it_is_no_copy(kept: Kept, tmp_path: Path) -> None:
    for table in ("stored_events", "commands"):
        copy = Copy.of(kept.copy, tmp_path / "bent.db", 1)
        copy(f"ALTER TABLE {table} RENAME TO other")
        copy(f"CREATE VIEW {table} AS SELECT * FROM other")
        with pytest.raises(verify.Unreadable, match=table):
            check(copy.file, [])
    copy = Copy.of(kept.copy, tmp_path / "other.db", 1)
    for end in ("-wal", "-journal"):
        beside = tmp_path / f"other.db{end}"
        beside.write_bytes(b"x")
        with pytest.raises(verify.Unreadable, match=end):
            check(copy.file, [])
        beside.unlink()
    with pytest.raises(verify.Unreadable):
        check(tmp_path, [])


def test_tiles_of_other_types_and_none_at_all(kept: Kept, tmp_path: Path) -> None:
    theirs = Copy.of(kept.register.file, tmp_path / "tiles.db", 0)
    for value in (10**12, "x", 1.5):
        theirs("UPDATE tiles SET hashes = ? WHERE level = 0", value)
        assert "fact" in {one.code for one in check(kept.copy, [], theirs.file).findings}
    theirs("DELETE FROM tiles")
    with pytest.raises(verify.Unreadable, match="aucune empreinte"):
        check(kept.copy, [], theirs.file)


# --- what is held, as people type and forge it


def test_the_line_of_a_paper_as_people_type_it(kept: Kept) -> None:
    last = read_held(str(kept.last))[0]
    short = verify.short(last.root)
    for typed in (short.lower(), short.replace("0", "O").replace("1", "I"), short.replace("1", "l")):
        assert check(kept.copy, read_held(f"{last.size} {typed}")).kept, typed
    for bent in (f"{last.size} UUUU-UUUU-UUUU-UUUU", f"{'9' * 5000} {short}"):
        with pytest.raises(verify.Unreadable):
            read_held(bent)


def test_a_note_of_another_origin_is_refused_with_the_keys_of_a_register(kept: Kept, tmp_path: Path) -> None:
    path = tmp_path / "held.txt"
    for origin in ("ailleurs.fr/registre/a/x", "ailleurs.fr/registre/a/" + "9" * 5000, "ailleurs.fr"):
        path.write_text(Signer(b"x" * 32, origin).checkpoint(7, bytes(32)))
        assert check(kept.copy, read_held(str(path))).findings
        with pytest.raises(verify.Unreadable, match="aucune des clés"):
            read_held(str(path), kept.keys)


def test_a_proof_between_two_dates_needs_the_signature_of_the_key(kept: Kept, tmp_path: Path) -> None:
    first = verify.checkpoint(kept.first.read_text())
    last = verify.checkpoint(kept.register.note())
    path = kept.register.consistency(first.size, last.size)
    forged = Signer(b"x" * 32, last.origin).checkpoint(last.size, last.root)
    (tmp_path / "proof.txt").write_text(notes.extension(first.size, path, forged))
    refused = run(tmp_path / "proof.txt", kept.first, "--key", key_of(kept.register).text, cwd=tmp_path)
    assert (refused.returncode, "aucune des clés" in refused.stderr) == (2, True)


def test_what_a_proof_adds_stops_nothing(kept: Kept) -> None:
    lines = proof_of(kept.register, 9).split("\n")
    for extra in (b"[" * 100_000, b"7", b"[]", b'{"state":7}', b'{"state":"e30=","stream":"x","topic":7,"version":1}'):
        text = "\n".join([lines[0], "extra " + b64encode(extra).decode(), *lines[1:]])
        with pytest.raises(verify.Unreadable):
            verify.read_fact(verify.proof(text)) or pytest.fail("nothing")


def test_a_copy_writes_nothing_else_to_a_terminal(kept: Kept, tmp_path: Path) -> None:
    copy = Copy.of(kept.copy, tmp_path / "bent.db", 1)
    copy("UPDATE stored_events SET topic = ? WHERE position = 8", "\x1b[2K\x1b[1A\u202e")
    told = run(copy.file, "--register", kept.register.file, cwd=tmp_path)
    assert told.returncode == 1
    assert not re.search("[\x1b\u202e]", told.stdout)
    alone = [sys.executable, "-I", verify.__file__, str(copy.file), "--register", str(kept.register.file)]
    ascii = subprocess.run(alone, capture_output=True, env={"PYTHONIOENCODING": "ascii"})
    assert (ascii.returncode, ascii.stderr) == (1, b"")


# --- between two dates, with a paper


def test_a_paper_stands_for_its_checkpoint_in_a_proof_between_two_dates(files: House, tmp_path: Path) -> None:
    register, papers = register_of(files), list[verify.Checkpoint]()
    for _ in range(7):
        papers.append(follow(register, files.opened))
        files.dossier()
    last = follow(register, files.opened)
    for one in papers:
        proof, (paper,) = register.extension(one.size), read_held(f"{one.size} {one.short}")
        (other,) = read_held(f"{one.size} {verify.short(bytes(32))}")
        said = {find.code for find in verify.compare(proof, [paper]).findings}
        assert said == (set() if one.size & (one.size - 1) else {"paper"}), one.size
        assert {find.code for find in verify.compare(proof, [other]).findings} <= {"apart", "paper"}
        assert verify.compare(proof, [other]).findings
    report = verify.compare(register.extension(papers[-1].size), read_held(f"{last.size} {last.short}"))
    assert (report.findings, len(report.kept)) == ([], 1)


def test_a_checkpoint_of_an_earlier_epoch_is_said_to_be_one(files: House, tmp_path: Path) -> None:
    register = register_of(files)
    follow(register, files.opened)
    backup = files.backed_up()
    files.dossier()
    follow(register, files.opened)
    (tmp_path / "late.txt").write_text(register.note())
    files.restored(backup.path, replace=True, register=lambda opened: register)
    follow(register, files.opened)
    report = verify.compare(register.extension(1), read_held(str(tmp_path / "late.txt")))
    assert [one.code for one in report.findings] == ["epoch"]
    assert any("de l’époque 1 du registre, cette preuve de l’époque 2" in line for line in verify.words(report))

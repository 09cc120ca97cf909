"""The keys: one a stream, gone for good once destroyed, wherever a copy of the vault may lie."""

import os
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixflow.store import Damaged, StoreRefused
from pixflow.store.keys import Keys, Ring
from pixflow.store.sqlite.vault import SqliteVault
from tests import forks
from tests.store.samples import unsealed

STRUCTURE, STREAM, OTHER = uuid4(), uuid4(), uuid4()
PLACE = b"place"
Another = Callable[..., Keys]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Ring.create(tmp_path, "ml")
    return tmp_path


@pytest.fixture
def keys(another: Another) -> Keys:
    return another()


@pytest.fixture
def another(folder: Path) -> Iterator[Another]:
    """Opens the keys as another process does, and closes them after the test."""
    with ExitStack() as opened:

        def open_keys(vault: Path = folder) -> Keys:
            made = SqliteVault(vault / "keys.db", create=True)
            return opened.enter_context(closing(Keys(STRUCTURE, Ring(folder, "ml"), made, create=True)))

        yield open_keys


def test_what_is_sealed_opens_there_and_says_nothing(keys: Keys) -> None:
    sealed = keys.seal(STREAM, PLACE, b"secret")
    assert b"secret" not in sealed
    assert unsealed(keys, STREAM, PLACE, sealed) == b"secret"
    assert sealed != keys.seal(STREAM, PLACE, b"secret")


@pytest.mark.parametrize(
    ("structure", "stream", "place"),
    [(uuid4(), STREAM, PLACE), (STRUCTURE, OTHER, PLACE), (STRUCTURE, STREAM, b"elsewhere")],
    ids=["structure", "stream", "place"],
)
def test_what_is_sealed_opens_nowhere_else(keys: Keys, structure: UUID, stream: UUID, place: bytes) -> None:
    keys.ensure([OTHER])
    sealed = keys.seal(STREAM, PLACE, b"secret")
    keys.structure = structure
    keys.forget([STREAM, OTHER])
    with pytest.raises(Damaged, match="not sealed there"):
        unsealed(keys, stream, place, sealed)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(st.binary(max_size=64), st.data())
def test_a_flipped_bit_is_found(keys: Keys, content: bytes, data: st.DataObject) -> None:
    sealed = bytearray(keys.seal(STREAM, PLACE, content))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Damaged):
        unsealed(keys, STREAM, PLACE, bytes(sealed))


def test_another_process_has_the_same_key_and_makes_no_second_one(keys: Keys, another: Another) -> None:
    other = another()
    keys.ensure([STREAM])
    other.ensure([STREAM])
    assert unsealed(other, STREAM, PLACE, keys.seal(STREAM, PLACE, b"secret")) == b"secret"


def test_more_streams_than_are_remembered_have_their_keys_at_once(
    keys: Keys, another: Another, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixflow.store.keys._REMEMBERED", 3)
    streams = [uuid4() for _ in range(5)]
    another().ensure(streams[:2])
    asked = Counter[str]()
    for name in ("add", "read"):
        monkeypatch.setattr(keys.vault, name, counted(asked, name, getattr(keys.vault, name)))
    keys.ensure(streams)
    assert asked == {"read": 1, "add": 1}
    keys.ensure([OTHER])
    keys.load([OTHER, *streams])
    assert {stream.int for stream in streams} < keys._known.keys(), "all that were asked for are at hand"


class EmptiedAtOnce(dict[int, Any]):
    """A cache that another thread empties as soon as a key is in it."""

    def __setitem__(self, stream: int, key: Any) -> None: ...

    def update(self, *_: Any, **__: Any) -> None: ...


def test_a_key_that_was_read_is_used_whatever_another_thread_does_to_the_cache(keys: Keys) -> None:
    sealed = {stream: keys.seal(stream, PLACE, b"secret") for stream in (STREAM, OTHER)}
    keys.destroy([OTHER])
    keys._known = EmptiedAtOnce()
    assert unsealed(keys, STREAM, PLACE, sealed[STREAM]) == b"secret"
    assert unsealed(keys, OTHER, PLACE, sealed[OTHER]) is None
    assert keys.digest([STREAM], b"a command")
    with pytest.raises(Damaged, match="not in the vault"):
        keys.of(uuid4())


def counted(asked: Counter[str], name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def counting(*given: Any) -> Any:
        asked[name] += 1
        assert asked[name] < 20, "for ever"
        return call(*given)

    return counting


def test_a_lost_key_is_damage_and_a_destroyed_one_is_silence(keys: Keys) -> None:
    sealed = keys.seal(STREAM, PLACE, b"secret")
    with pytest.raises(Damaged, match="not in the vault"):
        unsealed(keys, OTHER, PLACE, sealed)
    keys.destroy([STREAM])
    assert unsealed(keys, STREAM, PLACE, sealed) is None


def test_a_destroyed_key_never_comes_back(keys: Keys, another: Another) -> None:
    keys.ensure([STREAM])
    keys.destroy([STREAM, OTHER])
    for asked in (keys, another()):
        asked.ensure([STREAM, OTHER])
        for stream in (STREAM, OTHER):
            with pytest.raises(StoreRefused, match="destroyed"):
                asked.seal(stream, PLACE, b"secret")


def test_the_others_open_as_before_in_every_process(keys: Keys, another: Another) -> None:
    other, third = another(), uuid4()
    sealed = keys.seal(OTHER, PLACE, b"kept")
    keys.destroy([STREAM])
    assert unsealed(other, OTHER, PLACE, sealed) == b"kept"
    assert unsealed(keys, third, PLACE, other.seal(third, PLACE, b"new")) == b"new"
    assert unsealed(another(), OTHER, PLACE, sealed) == b"kept"


def test_a_copy_of_the_vault_from_before_opens_nothing_that_was_destroyed(
    keys: Keys, folder: Path, another: Another
) -> None:
    """The attacker has the whole disk: the old vault, every file of keys, and the sealed event."""
    sealed = keys.seal(STREAM, PLACE, b"secret")
    before = folder / "before"
    before.mkdir()
    for path in folder.glob("keys.db*"):
        shutil.copy(path, before)
    assert unsealed(another(before), STREAM, PLACE, sealed) == b"secret"
    keys.destroy([STREAM])
    with pytest.raises(StoreRefused, match="lacks the ring key"):
        unsealed(another(before), STREAM, PLACE, sealed)


def test_no_file_holds_a_key_in_clear_nor_a_destroyed_one_at_all(keys: Keys, folder: Path) -> None:
    keys.ensure([STREAM])
    with closing(sqlite3.connect(folder / "keys.db")) as database:
        ((wrapped,),) = database.execute("SELECT wrapped FROM stream_keys").fetchall()
    assert anywhere(folder, wrapped)
    keys.destroy([STREAM])
    assert not anywhere(folder, wrapped)


def anywhere(folder: Path, sought: bytes) -> bool:
    return any(sought in path.read_bytes() for path in folder.rglob("*") if path.is_file())


class Cut(Exception):
    """The power goes."""


@pytest.mark.parametrize("step", ["renew", "keep_only"])
def test_a_renewal_that_was_cut_loses_no_key(
    keys: Keys, another: Another, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    sealed, gone = keys.seal(OTHER, PLACE, b"kept"), keys.seal(STREAM, PLACE, b"secret")

    def cut(*_: object) -> None:
        raise Cut

    monkeypatch.setattr(keys.vault if step == "renew" else keys.ring, step, cut)
    with pytest.raises(Cut):
        keys.destroy([STREAM])
    again = another()
    again.settle()
    assert unsealed(again, OTHER, PLACE, sealed) == b"kept"
    assert unsealed(again, STREAM, PLACE, gone) == (b"secret" if step == "renew" else None)
    assert len(again.ring._rings) == 1


def test_the_structure_s_key_changes_and_everything_opens(keys: Keys, folder: Path, another: Another) -> None:
    sealed, old = keys.seal(STREAM, PLACE, b"secret"), (folder / "ml.key").read_bytes()
    digest = keys.digest_key
    keys.ring.change_structure_key()
    assert not anywhere(folder, old)
    again = another()
    assert (unsealed(again, STREAM, PLACE, sealed), again.digest_key) == (b"secret", digest)
    keys.destroy([OTHER])
    assert unsealed(another(), STREAM, PLACE, sealed) == b"secret"


@pytest.mark.parametrize("step", ["_write", "_take_over"])
def test_a_change_of_the_structure_s_key_that_was_cut_opens_all_the_same(
    keys: Keys, another: Another, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    sealed = keys.seal(STREAM, PLACE, b"secret")

    def cut(*_: object) -> None:
        raise Cut

    monkeypatch.setattr(keys.ring, step, cut)
    with pytest.raises(Cut):
        keys.ring.change_structure_key()
    assert unsealed(another(), STREAM, PLACE, sealed) == b"secret"
    another().ring.change_structure_key()
    assert unsealed(another(), STREAM, PLACE, sealed) == b"secret"


@pytest.mark.parametrize("left", ["ml.ring.new", "ml.key.next"])
def test_what_a_crash_left_is_overwritten_at_the_next_change(
    keys: Keys, folder: Path, another: Another, left: str
) -> None:
    (folder / left).write_bytes(b"a key" * 10)
    with (folder / left).open("rb") as held:
        keys.ring.change_structure_key()
        assert set(held.read()) == {0}
    assert another().digest_key == keys.digest_key


def test_who_opens_it_meanwhile_waits_for_the_change(keys: Keys, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is wrapped by the new key already, and the old key still stands: nobody else takes over."""
    opened: list[Ring] = []
    reader = Thread(target=lambda: opened.append(Ring(folder, "ml")))
    take_over = keys.ring._take_over

    def look_first() -> None:
        reader.start()
        reader.join(0.1)
        assert opened == []
        take_over()

    monkeypatch.setattr(keys.ring, "_take_over", look_first)
    keys.ring.change_structure_key()
    reader.join()
    assert [ring.digest_key for ring in opened] == [keys.digest_key]


READER = """
import sys
from pathlib import Path
from pixflow.store.keys import Ring
ring, count = Ring(Path(sys.argv[1]), "ml"), 0
print("ready", flush=True)
while not (Path(sys.argv[1]) / "enough").exists():
    assert Ring(Path(sys.argv[1]), "ml").digest_key == ring.digest_key
    count += 1
    if count == 20:
        (Path(sys.argv[1]) / "read").touch()
print(count)
"""


def test_another_process_reads_them_at_any_moment(folder: Path) -> None:
    ring = Ring(folder, "ml")
    command = [forks.program("python"), "-c", READER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "ready\n"
        try:
            changes = 0
            while reader.poll() is None and (changes < 50 or not (folder / "read").exists()):
                ring.change_structure_key()
                with ring.changing():
                    ring.keep_only(ring.grow()[0])
                changes += 1
        finally:
            (folder / "enough").touch()
        told, error = reader.communicate()
    assert (reader.returncode, error) == (0, "")
    assert int(told) >= 20


@pytest.mark.parametrize("length", [0, 16, 31])
def test_a_key_of_another_length_is_told_in_words(folder: Path, length: int) -> None:
    (folder / "ml.key").write_bytes(bytes(length))
    with pytest.raises(StoreRefused, match="not the key that wrapped"):
        Ring(folder, "ml")


def test_without_its_key_or_with_another_a_structure_does_not_open(folder: Path) -> None:
    key = folder / "ml.key"
    key.write_bytes(bytes(32))
    with pytest.raises(StoreRefused, match="not the key that wrapped"):
        Ring(folder, "ml")
    key.unlink()
    with pytest.raises(StoreRefused, match="cannot be read"):
        Ring(folder, "ml")


def test_nothing_is_overwritten(folder: Path) -> None:
    with pytest.raises(FileExistsError):
        Ring.create(folder, "ml")


def test_a_damaged_vault_is_refused_and_its_file_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    path.write_bytes(b"no database " * 1000)
    with pytest.raises(StoreRefused) as refused:
        SqliteVault(path)
    assert refused.traceback  # which keeps what was half made
    assert str(path) not in {os.path.realpath(one) for one in Path("/proc/self/fd").iterdir()}

"""The vault of wrapped stream keys, on both stores."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from pixflow.store import StoreRefused
from pixflow.store.keys import Keys, Ring, RingMoved, Vault
from pixflow.store.sqlite.vault import SqliteVault
from tests.store.places import Place
from tests.store.samples import running, unsealed

A, B, C = uuid4(), uuid4(), uuid4()


@pytest.fixture
def vault(place: Place) -> Iterator[Vault]:
    with closing(place.vault()) as vault:
        vault.renew(1, bytes)
        yield vault


def test_a_damaged_file_is_refused_in_words(tmp_path: Path) -> None:
    with closing(SqliteVault(tmp_path / "keys.db", create=True)) as vault:
        vault.renew(1, bytes)
        vault.add(1, {A: b"a"})
        with closing(sqlite3.connect(tmp_path / "keys.db")) as other:
            other.execute("UPDATE stream_keys SET stream = 'zzz'")
            other.commit()
        with pytest.raises(StoreRefused, match="damaged"):
            vault.streams()


def test_an_empty_vault_has_no_ring(place: Place) -> None:
    with closing(place.vault()) as vault:
        assert (vault.ring(), vault.read([A]), vault.streams()) == (0, (0, {}), {})


def test_a_key_is_kept_and_not_replaced(vault: Vault, place: Place) -> None:
    vault.add(1, {A: b"a", B: b"b"})
    vault.add(1, {A: b"another", C: b"c"})
    with closing(place.vault()) as other:
        assert other.read([A, B, C, uuid4()]) == (1, {A: b"a", B: b"b", C: b"c"})


def test_a_key_wrapped_by_another_ring_key_is_not_kept(vault: Vault) -> None:
    with pytest.raises(RingMoved):
        vault.add(2, {A: b"a"})
    assert vault.streams() == {}


def test_a_renewal_wraps_every_key_anew_and_empties_those_destroyed(vault: Vault) -> None:
    vault.add(1, {A: b"a", B: b"b"})
    vault.renew(2, lambda wrapped: wrapped + b"2", [A, C, C])
    vault.renew(3, lambda wrapped: wrapped + b"3")
    assert vault.ring() == 3
    assert vault.read([A, B, C]) == (3, {A: None, B: b"b23", C: None})
    vault.add(3, {A: b"back", C: b"back"})
    assert vault.streams() == {A: False, B: True, C: False}


def test_a_renewal_that_fails_changes_nothing(vault: Vault) -> None:
    vault.add(1, {A: b"a", B: b"b"})

    def failing(wrapped: bytes) -> bytes:
        raise ValueError(wrapped)

    with pytest.raises(ValueError, match="b'b'"):
        vault.renew(2, failing, [A])
    assert vault.read([A, B]) == (1, {A: b"a", B: b"b"})
    vault.add(1, {C: b"c"})


def test_keys_made_while_others_are_renewed_open_afterwards(place: Place, tmp_path: Path) -> None:
    ring = Ring.create(tmp_path / "keys", "ml")
    structure, streams = uuid4(), [[uuid4() for _ in range(15)] for _ in range(3)]
    together = Barrier(4, timeout=600)
    Keys(structure, ring, place.vault(), create=True).close()

    def opened() -> Keys:
        return Keys(structure, Ring(tmp_path / "keys", "ml"), place.vault())

    def make(mine: list[UUID]) -> None:
        with closing(opened()) as keys:
            together.wait()
            sealed.update({stream: keys.seal(stream, b"place", stream.bytes) for stream in mine})

    sealed: dict[UUID, bytes] = {}
    with running(*(partial(make, mine) for mine in streams)), closing(opened()) as keys:
        together.wait()
        for _ in range(5):
            keys.destroy([uuid4()])
    with closing(opened()) as keys:
        assert [unsealed(keys, stream, b"place", sealed[stream]) for mine in streams for stream in mine] == [
            stream.bytes for mine in streams for stream in mine
        ]

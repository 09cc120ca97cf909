"""A key is destroyed only for an erasure that pixflow recorded: writing one into its store destroys nothing."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.sql import SQL, Identifier

from pixflow import erasing
from pixflow.actor import OPERATOR
from pixflow.backups import erasure_log, key_copies
from pixflow.backups.backup import back_up
from pixflow.store.keys import Keys
from tests import erasures
from tests.backups.house import House


def write(house: House, table: str, **row: Any) -> None:
    """Inserts a row as whoever may write to the store does, past pixflow."""
    names, values = list(row), list(row.values())
    if house.database is None:
        texts = [value.hex if isinstance(value, UUID) else value for value in values]
        marks = ", ".join("?" * len(texts))
        with closing(sqlite3.connect(house.opened.folder / "events.db")) as base, base:
            base.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", texts)
        return
    with house.database.owner() as owner:
        owner.execute(SQL("SET ROLE {}").format(Identifier(str(house.database.role))))
        into = Identifier(str(house.opened.schema), table)
        columns, places = SQL(", ").join(map(Identifier, names)), SQL(", ").join([SQL("%s")] * len(values))
        owner.execute(SQL("INSERT INTO {} ({}) VALUES ({})").format(into, columns, places), values)
        head = Identifier(str(house.opened.schema), "head")
        position = SQL("SELECT max(position) FROM {}").format(Identifier(str(house.opened.schema), "stored_events"))
        owner.execute(SQL("UPDATE {} SET position = ({})").format(head, position))


def forge(
    house: House, dossier: UUID, command: UUID | None = None, *, topic: str = "dossier.PersonErased", **data: Any
) -> UUID:
    """Writes an erasure of this dossier; with a `command`, as an event of it."""
    engine = house.opened.engine
    said = {"reason": "request", "participations": [], "duplicates": [], "on": "2026-03-02", **data}
    command = command or uuid4()
    stamps = {"at": "2026-03-02T09:00:00Z", "by": OPERATOR, "via": "cli", "command": str(command)}
    place = {"originator_id": dossier, "originator_version": engine.recorder.versions([dossier])[dossier] + 1}
    state = json.dumps({**stamps, "data": said}).encode()
    write(house, "stored_events", position=engine.head() + 1, **place, topic=topic, state=state)
    return command


def empty(house: House, stream: UUID) -> None:
    """Destroys a key as whoever may write to the store does, past pixflow."""
    if house.database is None:
        with closing(sqlite3.connect(house.opened.folder / "keys.db")) as base, base:
            base.execute("UPDATE stream_keys SET wrapped = NULL WHERE stream = ?", [stream.hex])
        return
    with house.database.owner() as owner:
        owner.execute(SQL("SET ROLE {}").format(Identifier(str(house.database.role))))
        keys = Identifier(str(house.opened.schema), "stream_keys")
        owner.execute(SQL("UPDATE {} SET wrapped = NULL WHERE stream = %s").format(keys), [stream])


def alive(keys: Keys) -> set[UUID]:
    return {stream for stream, there in keys.vault.streams().items() if there}


def test_an_erasure_written_into_the_store_destroys_nothing(house: House) -> None:
    dossier = house.dossier()
    backup = back_up(house.opened).path
    forge(house, dossier)
    before = alive(house.opened.engine.keys)
    for _ in range(2):
        assert erasing.settle(house.opened) == 0
        house.opened.engine.close()
        house.reopen()
    assert alive(house.opened.engine.keys) == before
    assert erasure_log.register(house.opened) == []
    assert key_copies.read(backup).streams[dossier]
    assert not erasing.has_unfinished(house.opened)
    assert erasure_log.forged(house.opened) == 1


def test_nor_does_one_with_its_command_and_a_request_before_it(house: House) -> None:
    dossier = house.dossier()
    erasures.request(house.opened, dossier)
    head, command = house.opened.engine.head(), uuid4()
    write(
        house, "commands", id=command, actor=OPERATOR, fingerprint=b"", first_position=head + 1, last_position=head + 1
    )
    for proof in ("", "0" * 64):
        forge(house, dossier, command, proof=proof)
    assert erasing.settle(house.opened) == 0
    assert dossier in alive(house.opened.engine.keys)


def test_nor_does_one_that_repeats_a_true_one(house: House) -> None:
    gone, dossier = house.dossier(), house.dossier("Bah")
    erasures.erase(house.opened, gone)
    true = house.opened.engine.history(gone)[-1]
    forge(house, dossier, true.command, proof=true.event.proof)  # type: ignore[attr-defined]
    assert erasing.settle(house.opened) == 0
    assert dossier in alive(house.opened.engine.keys)


def test_a_true_one_is_done_beside_it(house: House) -> None:
    gone, dossier = house.dossier(), house.dossier("Bah")
    forge(house, dossier, duplicates=[str(gone)])
    erasures.erase(house.opened, gone)
    assert dossier in alive(house.opened.engine.keys)
    assert gone not in alive(house.opened.engine.keys)
    assert [one.person for one in erasure_log.register(house.opened)] == [gone]
    assert erasure_log.count_unnamed(house.opened) == 0


def test_a_key_that_somebody_emptied_is_seen(house: House) -> None:
    gone, dossier = house.dossier(), house.dossier("Bah")
    erasures.erase(house.opened, gone)
    assert erasure_log.count_unnamed(house.opened) == 0
    empty(house, dossier)
    assert erasure_log.count_unnamed(house.opened) == 1


def test_more_than_a_few_at_once_wait_for_the_operator(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [house.dossier(f"Nom {n}") for n in range(erasing.AT_ONCE + 1)]
    with monkeypatch.context() as patch:
        patch.setattr(Keys, "destroy", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
        for one in people:
            with pytest.raises(erasing.ErasureUnfinished):
                erasures.erase(house.opened, one)
    with pytest.raises(erasing.ManyErasures) as many:
        erasing.settle(house.opened)
    assert many.value.count == len(people)
    assert alive(house.opened.engine.keys) >= set(people)
    assert erasing.has_unfinished(house.opened)
    assert erasing.settle(house.opened, most=None) == len(people)
    assert not erasing.has_unfinished(house.opened)


def test_a_restored_backup_forgets_as_many_as_there_were(house: House, tmp_path: Path) -> None:
    people = [house.dossier(f"Nom {n}") for n in range(erasing.AT_ONCE + 2)]
    backup = back_up(house.opened).path
    kept = shutil.copytree(backup, tmp_path / "kept")
    for one in people:
        erasures.erase(house.opened, one)
    done = house.restored(kept, replace=True)
    assert done.erased == len(people)
    assert not erasing.has_unfinished(house.opened)
    assert (erasure_log.forged(house.opened), erasure_log.count_unnamed(house.opened)) == (0, 0)

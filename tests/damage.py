"""Damage of stored events: bytes that change on the disk, as a failing disk or somebody with an editor changes them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier

from pixflow.engine import Engine
from pixflow.inspection import Fault, event_faults, order_faults
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure


def all_faults(engine: Engine) -> list[Fault]:
    """Returns every fault: the order first, then the events."""
    return [*order_faults(engine), *event_faults(engine, engine.head())]


def flip(opened: OpenStructure, position: int) -> None:
    """Changes the last quoted byte of the state of one event: its content, or its seal."""
    _change(opened, position, _flipped)


def cut(opened: OpenStructure, position: int) -> None:
    """Takes the first byte of the state of one event away: it is no JSON any more."""
    _change(opened, position, lambda state: state[1:])


@contextmanager
def _unguarded(opened: OpenStructure) -> Iterator[Callable[..., Any]]:
    """Yields a way to run SQLite's statements on the stored events of each store, without their triggers."""
    if opened.database is None:
        with closing(sqlite3.connect(opened.folder / "events.db")) as database, database:
            found = database.execute("SELECT sql FROM sqlite_master WHERE name = 'stored_events_update'")
            (trigger,) = found.fetchone()
            database.execute("DROP TRIGGER stored_events_update")
            yield lambda statement, *values: database.execute(statement, values)
            database.execute(trigger)
        return
    table = f'"{opened.schema}".stored_events'
    with opened.database.owner() as owner, owner.transaction():
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
        yield lambda statement, *values: owner.execute(
            statement.replace("stored_events", table).replace("?", "%s").encode(), values
        )
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL".encode())


def _change(opened: OpenStructure, position: int, changed: Callable[[bytes], bytes]) -> None:
    with _unguarded(opened) as run:
        (state,) = run("SELECT state FROM stored_events WHERE position = ?", position).fetchone()
        run("UPDATE stored_events SET state = ? WHERE position = ?", changed(state), position)


def open_as_demonstration(opened: OpenStructure, *, appended: bool) -> None:
    """Writes "demonstration" into the first event of a structure, or into another one at the end of its stream."""
    engine = opened.engine
    stream, _, topic, state, _ = engine.recorder.log(0, 1)[0]
    version, position = len(engine.recorder.rows(stream)) + 1, engine.head() + 1
    forged = state.replace(b'"demonstration":false', b'"demonstration":true')
    assert forged != state
    with _unguarded(opened) as run:
        if not appended:
            run("UPDATE stored_events SET state = ? WHERE position = 1", forged)
            return
        whose = stream if opened.database else stream.hex
        run("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)", position, whose, version, topic, forged)
        if opened.database:
            run(f'UPDATE "{opened.schema}".head SET position = ?', position)


def garble(opened: OpenStructure, position: int, column: str) -> None:
    """Writes a byte that no text has into a column of one event. On SQLite."""
    with _unguarded(opened) as run:
        changed = f"CAST(X'FF' || substr({column}, 2) AS TEXT)"
        run(f"UPDATE stored_events SET {column} = {changed} WHERE position = ?", position)


def flip_key(opened: OpenStructure, stream: UUID) -> None:
    """Changes a byte of the wrapped key of a stream."""
    (wrapped,) = [key for key in opened.engine.keys.vault.read([stream])[1].values() if key]
    changed = wrapped[:9] + bytes([wrapped[9] ^ 1]) + wrapped[10:]
    if opened.database is None:
        with closing(sqlite3.connect(opened.folder / "keys.db")) as vault, vault:
            vault.execute("UPDATE stream_keys SET wrapped = ? WHERE stream = ?", [changed, stream.hex])
        return
    table = Identifier(str(opened.schema), "stream_keys")
    with opened.database.owner() as owner:
        owner.execute(SQL("UPDATE {} SET wrapped = %s WHERE stream = %s").format(table), [changed, stream])


def _flipped(state: bytes) -> bytes:
    """Returns a state with another last letter or digit: that of the seal, where there is one."""
    changed = bytearray(state)
    at = max(place for place, byte in enumerate(changed) if chr(byte).isalnum()) - 3
    changed[at] = ord("A") if changed[at] != ord("A") else ord("B")
    return bytes(changed)


def fill_table(database: Database, schema: str, table: str) -> None:
    """The server has no room for a row of this table, new or changed."""
    with database.owner() as owner:
        owner.execute(
            f"""CREATE FUNCTION "{schema}".no_space() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$""".encode()
        )
        where = f'"{schema}"."{table}" EXECUTE FUNCTION "{schema}".no_space()'
        owner.execute(f"CREATE TRIGGER no_space BEFORE INSERT OR UPDATE ON {where}".encode())

"""Damage of stored events: bytes that change on the disk, as a failing disk or somebody with an editor changes them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
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


def _change(opened: OpenStructure, position: int, changed: Callable[[bytes], bytes]) -> None:
    if opened.database is None:
        with closing(sqlite3.connect(opened.folder / "events.db")) as database, database:
            trigger = database.execute("SELECT sql FROM sqlite_master WHERE name = 'stored_events_update'").fetchone()
            database.execute("DROP TRIGGER stored_events_update")
            (state,) = database.execute("SELECT state FROM stored_events WHERE position = ?", [position]).fetchone()
            database.execute("UPDATE stored_events SET state = ? WHERE position = ?", [changed(state), position])
            database.execute(trigger[0])
        return
    table = Identifier(str(opened.schema), "stored_events")
    with opened.database.owner() as owner, owner.transaction():
        owner.execute(SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(table))
        (state,) = owner.execute(SQL("SELECT state FROM {} WHERE position = %s").format(table), [position]).fetchall()[
            0
        ]
        owner.execute(SQL("UPDATE {} SET state = %s WHERE position = %s").format(table), [changed(state), position])
        owner.execute(SQL("ALTER TABLE {} ENABLE TRIGGER ALL").format(table))


def open_as_demonstration(opened: OpenStructure, *, appended: bool) -> None:
    """Writes "demonstration" into the first event of a structure, or into another one at the end of its stream."""
    engine = opened.engine
    stream, _, topic, state, _ = engine.recorder.log(0, 1)[0]
    version, position = len(engine.recorder.rows(stream)) + 1, engine.head() + 1
    forged = state.replace(b'"demonstration":false', b'"demonstration":true')
    assert forged != state
    if opened.database is None:
        with closing(sqlite3.connect(opened.folder / "events.db")) as database, database:
            if appended:
                row = (position, stream.hex, version, topic, forged)
                database.execute("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)", row)
            else:
                trigger = database.execute("SELECT sql FROM sqlite_master WHERE name = 'stored_events_update'")
                again = trigger.fetchone()[0]
                database.execute("DROP TRIGGER stored_events_update")
                database.execute("UPDATE stored_events SET state = ? WHERE position = 1", [forged])
                database.execute(again)
        return
    table, head = Identifier(str(opened.schema), "stored_events"), Identifier(str(opened.schema), "head")
    with opened.database.owner() as owner, owner.transaction():
        if appended:
            insert = SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, %s)").format(table)
            owner.execute(insert, [position, stream, version, topic, forged])
            owner.execute(SQL("UPDATE {} SET position = %s").format(head), [position])
        else:
            owner.execute(SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(table))
            owner.execute(SQL("UPDATE {} SET state = %s WHERE position = 1").format(table), [forged])
            owner.execute(SQL("ALTER TABLE {} ENABLE TRIGGER ALL").format(table))


def garble(opened: OpenStructure, position: int, column: str) -> None:
    """Writes a byte that no text has into a column of one event. On SQLite."""
    with closing(sqlite3.connect(opened.folder / "events.db")) as database, database:
        trigger = database.execute("SELECT sql FROM sqlite_master WHERE name = 'stored_events_update'").fetchone()
        database.execute("DROP TRIGGER stored_events_update")
        database.execute(
            f"UPDATE stored_events SET {column} = CAST(X'FF' || substr({column}, 2) AS TEXT) WHERE position = ?",
            [position],
        )
        database.execute(trigger[0])


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

"""Damage of stored events: bytes that change on the disk, as a failing disk or somebody with an editor changes them."""

import sqlite3
from contextlib import closing

from psycopg.sql import SQL, Identifier

from pixflow.structure_folder import OpenStructure


def flip(opened: OpenStructure, position: int) -> None:
    """Changes the last quoted byte of the state of one event: its content, or its seal."""
    if opened.database is None:
        with closing(sqlite3.connect(opened.folder / "events.db")) as database, database:
            trigger = database.execute("SELECT sql FROM sqlite_master WHERE name = 'stored_events_update'").fetchone()
            database.execute("DROP TRIGGER stored_events_update")
            (state,) = database.execute("SELECT state FROM stored_events WHERE position = ?", [position]).fetchone()
            database.execute("UPDATE stored_events SET state = ? WHERE position = ?", [_flipped(state), position])
            database.execute(trigger[0])
        return
    table = Identifier(str(opened.schema), "stored_events")
    with opened.database.owner() as owner, owner.transaction():
        owner.execute(SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(table))
        (state,) = owner.execute(SQL("SELECT state FROM {} WHERE position = %s").format(table), [position]).fetchall()[
            0
        ]
        owner.execute(SQL("UPDATE {} SET state = %s WHERE position = %s").format(table), [_flipped(state), position])
        owner.execute(SQL("ALTER TABLE {} ENABLE TRIGGER ALL").format(table))


def open_as_demonstration(opened: OpenStructure, *, appended: bool) -> None:
    """Changes the first event of a structure, or appends another one, so that it says "demonstration"."""
    if opened.database is None:
        with closing(sqlite3.connect(opened.folder / "events.db")) as database, database:
            trigger = database.execute("SELECT sql FROM sqlite_master WHERE name = 'stored_events_update'").fetchone()
            database.execute("DROP TRIGGER stored_events_update")
            said = "CAST(replace(CAST(state AS TEXT), '\"demonstration\":false', '\"demonstration\":true') AS BLOB)"
            database.execute(
                "INSERT INTO stored_events (position, originator_id, originator_version, topic, state) SELECT "
                f"(SELECT max(position) + 1 FROM stored_events), originator_id, 2, topic, {said} "
                "FROM stored_events WHERE position = 1"
                if appended
                else f"UPDATE stored_events SET state = {said} WHERE position = 1"
            )
            database.execute(trigger[0])
        return
    table = Identifier(str(opened.schema), "stored_events")
    said = (
        "convert_to(replace(convert_from(state, 'UTF8'), '\"demonstration\":false', '\"demonstration\":true'), 'UTF8')"
    )
    with opened.database.owner() as owner, owner.transaction():
        owner.execute(SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(table))
        owner.execute(
            SQL(
                "INSERT INTO {0} (position, originator_id, originator_version, topic, state) SELECT "
                f"(SELECT max(position) + 1 FROM {{0}}), originator_id, 2, topic, {said} FROM {{0}} WHERE position = 1"
                if appended
                else f"UPDATE {{0}} SET state = {said} WHERE position = 1"
            ).format(table)
        )
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


def _flipped(state: bytes) -> bytes:
    """Returns a state with another last letter or digit: that of the seal, where there is one."""
    changed = bytearray(state)
    at = max(place for place, byte in enumerate(changed) if chr(byte).isalnum()) - 3
    changed[at] = ord("A") if changed[at] != ord("A") else ord("B")
    return bytes(changed)

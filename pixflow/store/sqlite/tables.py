"""Tables of one structure on SQLite, and the triggers that make events and commands append-only.

Triggers are created with their table, and never again by themselves: one that is missing is an alarm.
"""

from collections.abc import Iterable

TABLES = [
    """CREATE TABLE IF NOT EXISTS stored_events (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        originator_id TEXT NOT NULL,
        originator_version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        state BLOB NOT NULL,
        UNIQUE (originator_id, originator_version))""",
    """CREATE TABLE IF NOT EXISTS commands (
        id TEXT PRIMARY KEY NOT NULL,
        actor TEXT NOT NULL,
        fingerprint BLOB NOT NULL,
        first_position INTEGER NOT NULL,
        last_position INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS claims (
        kind TEXT NOT NULL,
        digest BLOB NOT NULL,
        stream TEXT NOT NULL,
        PRIMARY KEY (kind, digest)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS files (
        digest TEXT PRIMARY KEY NOT NULL,
        content BLOB NOT NULL)""",
]
ALWAYS = {"stored_events", "commands", "claims"}
"""The tables that every version made. A file without one of them was emptied; the others are completed."""
TRIGGERS = [
    f"""CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
    for table in ("stored_events", "commands")
    for verb in ("update", "delete")
]
# INSERT OR REPLACE deletes without firing a delete trigger.
TRIGGERS += [
    """CREATE TRIGGER stored_events_replace BEFORE INSERT ON stored_events
        WHEN EXISTS (SELECT 1 FROM stored_events WHERE position = NEW.position)
        OR EXISTS (SELECT 1 FROM stored_events
            WHERE originator_id = NEW.originator_id AND originator_version = NEW.originator_version)
        BEGIN SELECT RAISE(ABORT, 'stored_events is append-only'); END""",
    """CREATE TRIGGER commands_replace BEFORE INSERT ON commands
        WHEN EXISTS (SELECT 1 FROM commands WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'commands is append-only'); END""",
]


def missing_triggers(found: Iterable[str]) -> list[str]:
    """Returns the names of the triggers that are not among these statements, word for word."""
    there = {" ".join(statement.split()) for statement in found}
    return [statement.split()[2] for statement in TRIGGERS if " ".join(statement.split()) not in there]

"""Triggers that are gone are told at once, and come back only when somebody asks."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.store.places import AnyRecorder, Place, PostgresPlace, SqlitePlace
from tests.store.samples import raw, stored

Change = tuple[str, list[str]]
ON_SQLITE: dict[str, Change] = {
    "one dropped": ("DROP TRIGGER stored_events_delete", ["stored_events_delete"]),
    "of commands": ("DROP TRIGGER commands_update", ["commands_update"]),
    "replaced": (
        """DROP TRIGGER stored_events_update;
        CREATE TRIGGER stored_events_update BEFORE UPDATE ON stored_events BEGIN SELECT 1; END""",
        ["stored_events_update"],
    ),
}
ON_POSTGRES: dict[str, Change] = {
    "one dropped": ("DROP TRIGGER append_only ON @.stored_events", ["stored_events"]),
    "disabled": ("ALTER TABLE @.commands DISABLE TRIGGER append_only", ["commands"]),
    "only at a delete": (
        "CREATE OR REPLACE TRIGGER append_only BEFORE DELETE ON @.stored_events EXECUTE FUNCTION @.append_only()",
        ["stored_events"],
    ),
    "without effect": (
        "CREATE OR REPLACE FUNCTION @.append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        ["stored_events", "commands"],
    ),
    "rights": ("GRANT UPDATE ON @.stored_events TO {role}", ["stored_events (rights)"]),
}


def write(place: Place, statement: str) -> None:
    """Writes as the owner of the tables."""
    if isinstance(place, SqlitePlace):
        with raw(place.folder) as connection:
            connection.executescript(statement)
    elif isinstance(place, PostgresPlace):
        name, role = Identifier(place.schema), Identifier(place.database.role or "")
        with psycopg.connect(place.database.url, autocommit=True) as connection:
            connection.execute(SQL(statement.replace("@", "{schema}")).format(schema=name, role=role))


def reopened(place: Place, ask: Callable[[AnyRecorder], list[str] | None]) -> list[str] | None:
    with closing(place.factory()) as store:
        return ask(store.application_recorder())


CASES = [pytest.param("sqlite", *case, id=f"sqlite, {way}") for way, case in ON_SQLITE.items()] + [
    pytest.param("postgres", *case, id=f"postgres, {way}", marks=pytest.mark.postgres)
    for way, case in ON_POSTGRES.items()
]


@pytest.mark.parametrize(("place", "statement", "missing"), CASES, indirect=["place"])
def test_a_trigger_that_is_gone_is_told_and_stays_gone(
    place: Place, recorder: AnyRecorder, statement: str, missing: list[str]
) -> None:
    recorder.insert_events(stored(uuid4(), 1))
    assert recorder.missing_triggers() == []
    write(place, statement)
    assert reopened(place, lambda again: again.missing_triggers()) == missing
    reopened(place, lambda again: again.replace_triggers())
    assert reopened(place, lambda again: again.missing_triggers()) == []
    before = place.dump()
    with pytest.raises((sqlite3.Error, psycopg.Error), match="append-only"):
        write(place, f"DELETE FROM {'' if isinstance(place, SqlitePlace) else '@.'}stored_events")
    assert place.dump() == before

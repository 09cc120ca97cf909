"""Tables of one structure on PostgreSQL, and the rights of its role (docs/faults.md#rights)."""

from collections.abc import Iterable
from typing import LiteralString

from psycopg.sql import SQL, Identifier, Literal

from pixflow.store import RecordsLost, StoreRefused
from pixflow.store.postgres.database import Database, Owner, lock_number
from pixflow.store.postgres.pipeline import rows

HELD = "PX001"
"""SQLSTATE of a claim that another stream holds. The message is its kind, the detail its holder."""

_LONGEST = 63  # PostgreSQL truncates longer names, in bytes

_TABLES: tuple[LiteralString, ...] = (
    "CREATE SCHEMA IF NOT EXISTS {schema}",
    """CREATE TABLE IF NOT EXISTS {schema}.stored_events (
        position bigint PRIMARY KEY,
        originator_id uuid NOT NULL,
        originator_version integer NOT NULL,
        topic text NOT NULL,
        state bytea NOT NULL,
        UNIQUE (originator_id, originator_version))""",
    # Sealed data do not compress.
    "ALTER TABLE {schema}.stored_events ALTER state SET STORAGE EXTERNAL",
    """CREATE TABLE IF NOT EXISTS {schema}.commands (
        id uuid PRIMARY KEY,
        actor text NOT NULL,
        fingerprint bytea NOT NULL,
        first_position bigint NOT NULL,
        last_position bigint NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS {schema}.claims (
        kind text NOT NULL,
        digest bytea NOT NULL,
        stream uuid NOT NULL,
        PRIMARY KEY (kind, digest))""",
    """CREATE TABLE IF NOT EXISTS {schema}.head (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        position bigint NOT NULL) WITH (fillfactor = 10)""",
    "INSERT INTO {schema}.head (position) VALUES (0) ON CONFLICT DO NOTHING",
    "CREATE TABLE IF NOT EXISTS {schema}.stream_keys (stream uuid PRIMARY KEY, wrapped bytea)",
    "CREATE TABLE IF NOT EXISTS {schema}.ring (number integer NOT NULL)",
    "CREATE TABLE IF NOT EXISTS {schema}.files (digest text PRIMARY KEY, content bytea NOT NULL)",
)
_APPEND_ONLY: LiteralString = """
    BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END
    """
_TRIGGERS: tuple[LiteralString, ...] = (
    f"CREATE OR REPLACE FUNCTION {{schema}}.append_only() RETURNS trigger LANGUAGE plpgsql AS $${_APPEND_ONLY}$$",
    """CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.stored_events
        FOR EACH STATEMENT EXECUTE FUNCTION {schema}.append_only()""",
    """CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.commands
        FOR EACH STATEMENT EXECUTE FUNCTION {schema}.append_only()""",
    """CREATE OR REPLACE FUNCTION {schema}.held() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE holder uuid;
        BEGIN
            SELECT stream INTO holder FROM {schema}.claims WHERE kind = NEW.kind AND digest = NEW.digest;
            IF NOT FOUND THEN RETURN NEW; END IF;
            IF holder = NEW.stream THEN RETURN NULL; END IF;
            RAISE EXCEPTION USING ERRCODE = {held}, MESSAGE = NEW.kind, DETAIL = holder;
        END $$""",
    """CREATE OR REPLACE TRIGGER held BEFORE INSERT ON {schema}.claims
        FOR EACH ROW EXECUTE FUNCTION {schema}.held()""",
)
_RIGHTS: tuple[LiteralString, ...] = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT ON {schema}.stored_events, {schema}.commands TO {role}",
    "GRANT SELECT, INSERT, DELETE ON {schema}.claims TO {role}",
    "GRANT SELECT, UPDATE ON {schema}.head TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.stream_keys, {schema}.ring TO {role}",
    "GRANT SELECT, INSERT ON {schema}.files TO {role}",
)
# A trigger that is disabled, or has another body or moment, is missing.
_MISSING = b"""SELECT name FROM unnest(ARRAY['stored_events', 'commands']) AS name WHERE NOT EXISTS (
    SELECT FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1::text) AND relname = name
    AND tgname = 'append_only' AND tgenabled IN ('O', 'A') AND tgqual IS NULL AND prosrc = $2::text
    AND pg_get_triggerdef(pg_trigger.oid) LIKE '% BEFORE DELETE OR UPDATE OR TRUNCATE ON % FOR EACH STATEMENT %')
    UNION ALL SELECT name || ' (rights)' FROM unnest(ARRAY['stored_events', 'commands']) AS name WHERE $3::text <> ''
    AND has_table_privilege($3::text, format('%I.%I', $1::text, name), 'UPDATE, DELETE, TRUNCATE')"""
EVENTS: frozenset[str] = frozenset({"stored_events", "commands", "claims", "head"})
KEYS: frozenset[str] = frozenset({"stream_keys", "ring"})
"""The tables that every version made, of the events and of the keys. The others are completed."""
_FOUND = b"""SELECT relname::text, has_table_privilege(pg_class.oid, 'INSERT') FROM pg_class
    JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = $1::text AND relkind = 'r'"""


def make_tables(database: Database, schema: str, wanted: frozenset[str], *, create: bool) -> None:
    """Creates the tables of a schema where it may, even while others do, else those that a later version added.

    Raises RecordsLost when one of those `wanted` is gone, StoreRefused for too long a name.
    """
    if len(schema.encode()) > _LONGEST:
        raise StoreRefused(f"PostgreSQL would cut the name {schema!r}")
    (found,) = database.execute((_FOUND, [schema.encode()]))
    there = dict(rows(found))
    if not create and (gone := wanted - there.keys()):
        raise RecordsLost("keys" if wanted == KEYS else "events", f"{schema} has no {', '.join(sorted(gone))}")
    whole = there.keys() >= EVENTS | KEYS and there.get("files")
    if whole or not (create or wanted == EVENTS):  # else the keys would make the events
        return
    with database.owner() as owner, owner.transaction():
        owner.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(f"pixflow tables {schema}")])
        lay(owner, schema, database.role)


def lay(owner: Owner, schema: str, role: str | None) -> None:
    """Creates the tables within a transaction that holds the lock.

    Triggers are created with their tables, and never again by themselves: one that is missing is an alarm.
    """
    there = owner.execute("SELECT to_regclass(%s)", [f"{Identifier(schema).as_string()}.stored_events"]).fetchone()
    new = there == (None,)
    _execute(owner, schema, role, (*_TABLES, *(_TRIGGERS if new else ()), *(_RIGHTS if role else ())))


def lay_triggers(owner: Owner, schema: str, role: str | None) -> None:
    """Creates the triggers again, within a transaction: their functions name the schema, which was renamed."""
    _execute(owner, schema, role, _TRIGGERS)


def missing_triggers(database: Database, schema: str) -> list[str]:
    """Returns the tables whose trigger is gone or changed, or whose rows the writer's role may change."""
    values = [schema.encode(), _APPEND_ONLY.encode(), (database.role or "").encode()]
    (found,) = database.execute((_MISSING, values))
    return [name for (name,) in rows(found)]


def replace_triggers(database: Database, schema: str) -> None:
    """Creates the triggers again, and takes the rights to change rows from the writer's role."""
    revoke: tuple[LiteralString, ...] = (
        "REVOKE UPDATE, DELETE, TRUNCATE ON {schema}.stored_events, {schema}.commands FROM {role}",
    )
    enable: tuple[LiteralString, ...] = tuple(
        f"ALTER TABLE {{schema}}.{table} ENABLE TRIGGER append_only" for table in ("stored_events", "commands")
    )
    with database.owner() as owner, owner.transaction():
        _execute(owner, schema, database.role, (*_TRIGGERS, *enable, *(revoke if database.role else ())))


def _execute(owner: Owner, schema: str, role: str | None, steps: Iterable[LiteralString]) -> None:
    names = {"schema": Identifier(schema), "held": Literal(HELD), "role": Identifier(role or "")}
    for step in steps:
        owner.execute(SQL(step).format(**names))


def exist(database: Database, schema: str) -> bool:
    """Tells whether a schema exists."""
    (found,) = database.execute((b"SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema.encode()]))
    return bool(found.ntuples)


def remove(database: Database, schema: str) -> None:
    """Drops the schema of a structure with its content."""
    with database.owner() as owner:
        owner.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))

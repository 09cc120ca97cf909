"""The access journal on PostgreSQL: the schema `<structure>__access`, with a partition a month.

The role of the pool inserts and selects lines; it changes and deletes none. Only the owner drops a month.
"""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from eventsourcing.persistence import IntegrityError
from psycopg.sql import SQL, Identifier

from pixflow.access_journal.line import INDEXES, Question, Value
from pixflow.store.postgres.database import Database, lock_number
from pixflow.store.postgres.pipeline import Statement, bigint, rows

_PARENT: tuple[LiteralString, ...] = (
    "CREATE SCHEMA IF NOT EXISTS {schema}",
    """CREATE TABLE IF NOT EXISTS {schema}.lines (month bigint NOT NULL, chain uuid NOT NULL, number bigint NOT NULL,
        at bigint NOT NULL, what text NOT NULL, page text NOT NULL, account uuid, member uuid, session bytea,
        dossier uuid, people bigint NOT NULL, fresh bigint NOT NULL, why text NOT NULL, digest bytea NOT NULL,
        listed bytea, PRIMARY KEY (month, chain, number)) PARTITION BY LIST (month)""",
    "ALTER TABLE {schema}.lines ADD COLUMN IF NOT EXISTS listed bytea",
)
_MONTH: tuple[LiteralString, ...] = (
    "CREATE TABLE IF NOT EXISTS {schema}.{lines} PARTITION OF {schema}.lines FOR VALUES IN ({month})",
)
_RIGHTS: tuple[LiteralString, ...] = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT ON {schema}.lines, {schema}.{lines} TO {role}",
)
# One round trip; a lost answer is tried again, with the same number in the same chain.
_INSERT = """WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))
    INSERT INTO @.lines SELECT $1::bigint, $2::uuid, $3::bigint, $4::bigint, $5::text, $6::text, $7::uuid, $8::uuid,
    $9::bytea, $10::uuid, $11::bigint, $12::bigint, $13::text, $14::bytea, $15::bytea
    FROM quick ON CONFLICT DO NOTHING"""
_DURABLY: Statement = b"SELECT set_config('synchronous_commit', 'on', true)", ()
# To plan the question anew takes longer than to answer it.
_BY_INDEX: Statement = (
    b"SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)",
    (),
)
_FIELDS = "month, chain, number, at, what, page, account, member, session, dossier, people, fresh, why, digest, "
# Right before, while and after another process adds the column.
_MAYBE_LISTED = "decode(substr(to_jsonb(lines) ->> 'listed', 3), 'hex')"
_MONTHS = b"""SELECT substr(relname, 7)::bigint,
    EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'listed')
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = $1::text AND relname LIKE 'lines\\_%' AND relkind = 'r' ORDER BY 1"""


class PostgresJournal:
    """Lines in a schema beside the structure's, as `SqliteJournal`. A power cut may lose the last second of lines."""

    def __init__(self, database: Database, schema: str) -> None:
        self._database = database
        self._schema = f"{schema}__access"
        self._insert = _INSERT.replace("@", Identifier(self._schema).as_string()).encode()
        self._known: dict[int, bool] = {}

    def add(self, month: int, values: tuple[Value, ...], questions: Sequence[Question] = ()) -> list[tuple[Any, ...]]:
        """Adds a line; makes its month when it is new, of before, or deleted by another process meanwhile."""
        self._make_whole(month)
        try:
            return self._add(month, values, questions)
        except IntegrityError:
            self._known = {}
            self._make(month)
            return self._add(month, values, questions)

    def _add(self, month: int, values: tuple[Value, ...], questions: Sequence[Question]) -> list[tuple[Any, ...]]:
        line = self._insert, [_to_column(value) for value in values]
        asked = [self._complete(*question) for question in questions if self._has(question[0])]
        answers = self._database.execute(line, then=[_BY_INDEX, *asked] if asked else ())
        return [row for answer in answers[2:] for row in rows(answer)]

    def take(self, month: int, lines: Sequence[Sequence[Value]]) -> None:
        """Inserts the lines of another store, in one transaction and durably. Lines that are there stay."""
        self._make_whole(month)
        inserts = [(self._insert, [_to_column(value) for value in (*line, None)[:15]]) for line in lines]
        self._database.execute(*inserts, _DURABLY)

    def select(self, month: int, statement: str, *values: Value) -> list[tuple[Any, ...]]:
        if not self._has(month):
            return []
        (answer,) = self._database.execute(self._complete(month, statement, *values))
        return rows(answer)

    def _complete(self, month: int, statement: str, *values: Value) -> Statement:
        table = f"{Identifier(self._schema).as_string()}.lines_{month} AS lines"
        every = _FIELDS + ("listed" if self._known.get(month) else _MAYBE_LISTED)
        asked = statement.replace("FROM lines", f"FROM {table}").replace("SELECT *", f"SELECT {every}")
        return asked.encode(), [_to_column(value) for value in values]

    def months(self) -> list[int]:
        return list(self._months())

    def _months(self) -> dict[int, bool]:
        """Returns the months that are there, in order, and if they have every column."""
        (answer,) = self._database.execute((_MONTHS, [self._schema.encode()]))
        return dict(rows(answer))

    def drop(self, month: int) -> None:
        self._known.pop(month, None)
        with self._database.owner() as owner:
            table = Identifier(self._schema, f"lines_{month:d}")
            owner.execute(SQL("DROP TABLE IF EXISTS {}").format(table))

    def close(self) -> None:
        """Does nothing: the pool belongs to the process."""

    def _has(self, month: int) -> bool:
        if not self._known.get(month):
            self._known = self._months()
        return month in self._known

    def _make_whole(self, month: int) -> None:
        if not (self._has(month) and self._known.get(month)):
            self._make(month)

    def _make(self, month: int) -> None:
        """Makes the partition of a month, and the schema before it, even while another process does."""
        names = {"schema": Identifier(self._schema), "lines": Identifier(f"lines_{month:d}"), "month": SQL(str(month))}
        role = self._database.role
        with self._database.owner() as owner, owner.transaction():
            owner.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(f"pixflow access {self._schema}")])
            for statement in (*_PARENT, *INDEXES, *_MONTH, *(_RIGHTS if role else ())):
                lines = {**names, "lines": Identifier(self._schema, "lines")} if statement in INDEXES else names
                owner.execute(SQL(statement).format(**lines, role=Identifier(role or "")))
        self._known[month] = True


def _to_column(value: Value) -> bytes | None:
    match value:
        case UUID():
            return value.bytes
        case int():
            return bigint(value)
        case str():
            return value.encode()
    return value

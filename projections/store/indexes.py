"""Indexes and sums of the read tables, away while all rows are written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, Table

from projections.bookkeeping import metadata
from projections.figures import sums
from projections.store.postgres import SCHEMA

DROPS = {"sqlite": "DROP INDEX {}", "postgresql": "DO 'BEGIN DROP INDEX {}; END'"}
"""Within DO, psycopg does not notice that something is dropped: it would forget every prepared statement."""


@contextmanager
def without_indexes(database: Engine) -> Iterator[None]:
    """Drops the indexes, and makes them again at the end: to sort once costs less than to keep order row by row.

    So are the sums of figures (sums.py).
    Then PostgreSQL counts the rows: before it has, it reads a whole table where an index finds few. It notes that every
    reader sees them: before it has, it reads the rows too where an index has all that is asked.
    """
    with database.begin() as connection:
        drop_indexes(connection, metadata.sorted_tables)
    yield
    with database.begin() as connection:
        create_indexes(connection, metadata.sorted_tables)
    if database.dialect.name == "postgresql":
        schema = database.get_execution_options()[SCHEMA]
        tables = ", ".join(f"{schema}.{table.name}" for table in metadata.sorted_tables)
        with database.execution_options(**{SCHEMA: None}).connect() as connection:  # VACUUM takes no transaction
            connection.exec_driver_sql(f"VACUUM (ANALYZE) {tables}")


def drop_indexes(connection: Connection, tables: Sequence[Table]) -> None:
    """Drops the indexes of these tables, and pauses the sums of figures."""
    for index in (index for table in tables for index in table.indexes):
        connection.exec_driver_sql(DROPS[connection.dialect.name].format(index.name))
    sums.pause(connection)


def create_indexes(connection: Connection, tables: Sequence[Table]) -> None:
    """Sums the entries, and creates the indexes of these tables."""
    sums.resume(connection)
    for index in (index for table in tables for index in table.indexes):
        index.create(connection)

"""Chooses the transaction of plain batches for a database."""

from sqlalchemy import Engine

from projections.store.postgres import DATABASE, SCHEMA
from projections.store.postgres_transaction import PostgresTransaction
from projections.store.sqlite_transaction import SqliteTransaction
from projections.store.transaction import PlainTransaction


def plain_transaction(database: Engine) -> PlainTransaction:
    options = database.get_execution_options()
    if DATABASE in options:
        return PostgresTransaction(options[DATABASE], options[SCHEMA])
    return SqliteTransaction(database)

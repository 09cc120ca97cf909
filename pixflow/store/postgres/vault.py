"""Keys of one structure on PostgreSQL: two tables beside its events (docs/faults.md#keys).

Its log and old rows hold destroyed keys for a while: wrapped by a ring key that no longer exists.
"""

from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import Identifier

from pixflow.store import StoreBusy
from pixflow.store.keys import RingMoved
from pixflow.store.postgres.database import Database, Transaction, in_words, lock_number
from pixflow.store.postgres.pipeline import ConnectionLost, Statement, bigint, byteas, rows, uuids
from pixflow.store.postgres.tables import KEYS, make_tables

_RING = b"SELECT COALESCE(max(number), 0) FROM @.ring"
_READ = b"""SELECT (SELECT COALESCE(max(number), 0) FROM @.ring), stream, wrapped
    FROM (VALUES (true)) AS one LEFT JOIN @.stream_keys ON stream = ANY($1)"""
_ADD = b"""INSERT INTO @.stream_keys SELECT * FROM unnest($1::uuid[], $2::bytea[])
    WHERE EXISTS (SELECT FROM @.ring WHERE number = $3::bigint) ON CONFLICT DO NOTHING RETURNING stream"""
_KEYS = b"SELECT stream, wrapped FROM @.stream_keys WHERE wrapped IS NOT NULL"
_EMPTY = b"INSERT INTO @.stream_keys SELECT unnest($1::uuid[]) ON CONFLICT (stream) DO UPDATE SET wrapped = NULL"
_REWRAP = b"""UPDATE @.stream_keys SET wrapped = anew.wrapped
    FROM unnest($1::uuid[], $2::bytea[]) AS anew (stream, wrapped) WHERE stream_keys.stream = anew.stream"""


class PostgresVault:
    """A `Vault` in a structure's schema. Only `create` makes its tables, else they must be there: RecordsLost."""

    def __init__(self, database: Database, schema: str, *, create: bool = False) -> None:
        make_tables(database, schema, KEYS, create=create)
        self._database = database
        self._name = Identifier(schema).as_bytes()
        self._lock = lock_number(f"pixflow keys {schema}")

    def ring(self) -> int:
        ((number,),) = self._rows(_RING)
        return int(number)

    def count(self) -> int:
        ((number,),) = self._rows(b"SELECT count(*) FROM @.stream_keys")
        return int(number)

    def read(self, streams: Iterable[UUID]) -> tuple[int, dict[UUID, bytes | None]]:
        found = self._rows(_READ, uuids(streams))
        return found[0][0], {stream: wrapped for _, stream, wrapped in found if stream}

    def add(self, ring: int, wrapped: Mapping[UUID, bytes]) -> set[UUID]:
        lock: Statement = (b"SELECT pg_advisory_xact_lock_shared(%d)" % self._lock, ())
        added = self._statement(_ADD, uuids(wrapped), byteas(wrapped.values()), bigint(ring))
        *_, stored, answer = self._database.execute(lock, added, self._statement(_RING))
        if rows(answer) != [(ring,)]:
            raise RingMoved
        return {stream for (stream,) in rows(stored)}

    def renew(self, ring: int, rewrap: Callable[[bytes], bytes], destroyed: Iterable[UUID] = ()) -> None:
        """Renews, and checks after a lost connection: a committed renewal shows the number of its ring."""
        gone = set(destroyed)
        deadline = monotonic() + self._database.limit
        lock: Statement = (b"SELECT pg_advisory_xact_lock(%d)" % self._lock, ())
        transaction = Transaction(self._database, [lock, self._statement(_RING)], deadline)
        try:
            while (found := transaction.execute(self._statement(_KEYS))) and transaction.head != ring:
                anew = {stream: rewrap(wrapped) for stream, wrapped in rows(found[0]) if stream not in gone}
                if self._commit(transaction, ring, anew, gone, deadline):
                    return
        finally:
            transaction.end()

    def _commit(
        self, transaction: Transaction, ring: int, anew: Mapping[UUID, bytes], gone: set[UUID], deadline: float
    ) -> bool:
        changes = [
            self._statement(_EMPTY, uuids(gone)),
            self._statement(_REWRAP, uuids(anew), byteas(anew.values())),
            self._statement(b"DELETE FROM @.ring"),
            self._statement(b"INSERT INTO @.ring VALUES ($1::bigint)", bigint(ring)),
        ]
        try:
            transaction.commit(changes)
        except ConnectionLost as error:
            if monotonic() >= deadline:
                raise StoreBusy(str(error)) from error
            return False
        except psycopg.Error as error:
            raise in_words(error) from error
        return True

    def streams(self) -> dict[UUID, bool]:
        return dict(self._rows(b"SELECT stream, wrapped IS NOT NULL FROM @.stream_keys"))

    def close(self) -> None:
        """Does nothing: the pool belongs to the process."""

    def _rows(self, sql: bytes, *values: bytes) -> list[Any]:
        (answer,) = self._database.execute(self._statement(sql, *values))
        return rows(answer)

    def _statement(self, sql: bytes, *values: bytes) -> Statement:
        return sql.replace(b"@", self._name), values

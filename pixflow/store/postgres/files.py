"""Files of a structure on PostgreSQL."""

from psycopg.sql import Identifier

from pixflow.store.files import checked, digest_of
from pixflow.store.postgres.database import Database
from pixflow.store.postgres.pipeline import rows


class PostgresFiles:
    """`Files` in a structure's schema."""

    def __init__(self, database: Database, schema: str) -> None:
        self._database = database
        name = Identifier(schema).as_bytes()
        self._keep = b"INSERT INTO %s.files VALUES ($1::text, $2::bytea) ON CONFLICT DO NOTHING" % name
        self._read = b"SELECT content FROM %s.files WHERE digest = $1::text" % name

    def keep(self, content: bytes) -> str:
        digest = digest_of(content)
        self._database.execute((self._keep, [digest.encode(), content]))
        return digest

    def read(self, digest: str) -> bytes | None:
        (answer,) = self._database.execute((self._read, [digest.encode()]))
        found = rows(answer)
        return checked(digest, bytes(found[0][0]) if found else None)

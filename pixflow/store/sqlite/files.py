"""Files of a structure on SQLite."""

from pixflow.store.files import checked, digest_of
from pixflow.store.sqlite.connections import HardenedDatastore


class SqliteFiles:
    """`Files` in `events.db`."""

    def __init__(self, datastore: HardenedDatastore) -> None:
        self._datastore = datastore

    def keep(self, content: bytes) -> str:
        digest = digest_of(content)
        with self._datastore.transaction(commit=True) as c:
            c.execute("INSERT OR IGNORE INTO files VALUES (?, ?)", [digest, content])
        return digest

    def read(self, digest: str) -> bytes | None:
        with self._datastore.reading() as cursor:
            row = cursor.execute("SELECT content FROM files WHERE digest = ?", [digest]).fetchone()
        return checked(digest, row[0] if row else None)

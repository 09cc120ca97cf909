"""Factory of the event store of one structure on SQLite."""

from pathlib import Path

from eventsourcing.sqlite import SQLiteFactory

from pixflow.store import RecordsLost, StoreRefused
from pixflow.store.durable_files import private_file
from pixflow.store.sqlite.connections import HardenedDatastore, is_gone
from pixflow.store.sqlite.recorder import HardenedRecorder


class HardenedFactory(SQLiteFactory):
    """Factory of the library, which returns HardenedRecorder only."""

    datastore: HardenedDatastore

    def __init__(self, folder: Path, limit: float = 10.0, *, create: bool = False) -> None:
        if not folder.is_dir():
            raise StoreRefused(f"{folder} is not a folder")
        path = folder / "events.db"
        if create:
            private_file(path)
        elif is_gone(path):
            raise RecordsLost("events", f"{path} is gone or empty")
        self._create = create
        super().__init__({self.SQLITE_DBNAME: str(path)})
        self.datastore = HardenedDatastore(path, limit)

    def application_recorder(self) -> HardenedRecorder:
        recorder = HardenedRecorder(self.datastore)
        if not self._create:
            recorder.check_there()
        recorder.create_table()
        return recorder


def factory(folder: Path, limit: float = 10.0, *, create: bool = False) -> HardenedFactory:
    """Returns the store of the structure in an existing folder. `limit` is the longest wait for write.lock, in seconds.

    Only `create` makes the file and its tables; without it, both must be there, else RecordsLost. Opening it
    (`application_recorder`) raises StoreRefused when the file cannot be a durable store.
    """
    return HardenedFactory(folder, limit, create=create)

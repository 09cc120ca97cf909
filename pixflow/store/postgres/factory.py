"""Factory of the event store of one structure on PostgreSQL."""

import os

from eventsourcing.persistence import InfrastructureFactory, ProcessRecorder, TrackingRecorder
from eventsourcing.utils import strtobool

from pixflow.store import StoreRefused
from pixflow.store.postgres.database import Database
from pixflow.store.postgres.recorder import PostgresRecorder
from pixflow.store.postgres.tables import EVENTS, make_tables

_FUNCTIONS = "POSTGRES_ENABLE_DB_FUNCTIONS"


class PostgresFactory(InfrastructureFactory[TrackingRecorder]):
    """Factory of the library for one schema, which returns PostgresRecorder only. It does not close the pool."""

    def __init__(self, database: Database, schema: str, *, create: bool = False) -> None:
        super().__init__({})
        self._create = create
        self.database = database
        self.schema = schema

    def application_recorder(self) -> PostgresRecorder:
        make_tables(self.database, self.schema, EVENTS, create=self._create)
        return PostgresRecorder(self.database, self.schema)

    def aggregate_recorder(self, purpose: str = "events") -> PostgresRecorder:
        return self.application_recorder()

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        raise NotImplementedError("read stores keep their own position")

    def process_recorder(self) -> ProcessRecorder:
        raise NotImplementedError("read stores keep their own position")


def factory(database: Database, schema: str, *, create: bool = False) -> PostgresFactory:
    """Returns the store of the structure in `schema`.

    Opening it (`application_recorder`) creates the tables with `create` only, and raises RecordsLost without. Raises
    StoreRefused when the environment asks for the functions of the library, which skip events (docs/faults.md#f6).
    """
    if strtobool(os.environ.get(_FUNCTIONS, "no")):
        raise StoreRefused(f"{_FUNCTIONS} is set: with it the library loses events for who reads while others write")
    return PostgresFactory(database, schema, create=create)

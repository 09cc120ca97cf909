"""The library's ProjectionRunner making the rows of our projections: one transaction an event, as its users do.

It cannot follow an application whose events are in SQLite: that recorder has no subscriptions. So the events stand in
the library's recorder in memory, and only the rows are in a database; folds and histories are kept in memory, and
nothing is asked of a store.
"""

from collections.abc import Iterable, Sequence
from threading import Event as Signal
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, Tracking
from eventsourcing.popo import POPOApplicationRecorder
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteCursor, SQLiteFactory, SQLiteTrackingRecorder
from eventsourcing.utils import Environment, EnvType
from psycopg.types.json import Json
from sqlalchemy import JSON, Engine, Table
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from pixflow import reference_data
from pixflow.events.base import Recorded
from pixflow.events.catalogue import catalogue
from pixflow.folding import RETRACTIONS
from pixflow.reference_data import References
from pixflow.store.postgres.database import Database
from pixflow.store.sealing import TypedMapper
from pixflow.streams import KINDS, kind_of
from projections.contract import Change, Row
from projections.store.catch_up import PROJECTIONS, appends, concerns
from projections.store.transaction import delete_streams, insert_rows
from tests.benchmarks.declarative import Pool, postgres_settings
from tests.benchmarks.measure import spent


class Past:
    """Past events: state and events of each stream, and reference data."""

    def __init__(self, events: Iterable[Recorded]) -> None:
        self.refs = References()
        self.states: dict[UUID, Any] = {}
        self.events: dict[UUID, tuple[Recorded, ...]] = {}
        for recorded in events:
            self.then(recorded)

    def then(self, recorded: Recorded) -> Change:
        stream, kind = recorded.originator_id, kind_of(recorded.event)
        before, history = self.states.get(stream), (*self.events.get(stream, ()), recorded)
        if before is None or isinstance(recorded.event, RETRACTIONS):
            after = KINDS[kind].fold(history)
        else:
            after = KINDS[kind].evolve(before, recorded)
        self.refs = reference_data.evolve(self.refs, recorded)
        self.states[stream], self.events[stream] = after, history
        return Change(stream, kind, before, after, (recorded,), self.refs)


class Told(Application[UUID]):
    """An application that only tells what was recorded."""

    name = "pixflow"
    kept: ClassVar[POPOApplicationRecorder]

    def construct_mapper(self) -> TypedMapper:
        return TypedMapper(catalogue())

    def construct_recorder(self) -> POPOApplicationRecorder:
        return self.kept


class Driver:
    """Connection for our statements, over the library's cursor on SQLite."""

    dialect = SQLiteDialect()

    def __init__(self, cursor: SQLiteCursor) -> None:
        self._cursor = cursor

    def exec_driver_sql(self, statement: str, rows: Sequence[Any]) -> None:
        self._cursor.executemany(statement, rows)


class Shown:
    """One change shown: the rows of its stream replaced, table by table."""

    def show(self, change: Change, cursor: Any) -> None:
        for projection in PROJECTIONS:
            if change.kind in projection.KINDS:
                self._project(projection, change, cursor)

    def _project(self, projection: Any, change: Change, cursor: Any) -> None:
        if change.before and not appends(projection) and not concerns(projection, change):
            return
        made = projection.rows(change)
        for table in projection.TABLES:
            if change.before and not appends(projection):
                self._delete(cursor, table, change.stream)
            if rows := made.get(table):
                self._insert(cursor, table, rows)

    def _delete(self, cursor: Any, table: Table, stream: UUID) -> None:
        raise NotImplementedError

    def _insert(self, cursor: Any, table: Table, rows: Sequence[Row]) -> None:
        raise NotImplementedError


class ViewsOnSqlite(Shown, SQLiteTrackingRecorder):
    """The library's tracking recorder beside our tables, written by our own statements."""

    def follow(self, change: Change, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self.show(change, Driver(cursor))
            self._insert_tracking(cursor, tracking)

    def _delete(self, cursor: Any, table: Table, stream: UUID) -> None:
        delete_streams(cursor, table, [stream])

    def _insert(self, cursor: Any, table: Table, rows: Sequence[Row]) -> None:
        insert_rows(cursor, table, rows)


class ViewsOnPostgres(Shown, PostgresTrackingRecorder):
    """Views on PostgreSQL: prepared by psycopg, all rows of a stream in one statement."""

    schema: ClassVar[str]

    def follow(self, change: Change, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self.show(change, cursor)
            self._insert_tracking(cursor, tracking)

    def _delete(self, cursor: Any, table: Table, stream: UUID) -> None:
        cursor.execute(f"DELETE FROM {self.schema}.{table.name} WHERE stream = %s", [stream], prepare=True)

    def _insert(self, cursor: Any, table: Table, rows: Sequence[Row]) -> None:
        values = ", ".join(["%s"] * len(table.columns))
        cursor.executemany(
            f"INSERT INTO {self.schema}.{table.name} VALUES ({values})", [_values(table, r) for r in rows]
        )


def _values(table: Table, row: Row) -> list[Any]:
    return [Json(row[one.name]) if isinstance(one.type, JSON) else row[one.name] for one in table.columns]


class OnSqlite(SQLiteFactory):
    """The library's, with the `synchronous` of our read stores."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self.datastore.pool = Pool(self.datastore.pool.db_name, "NORMAL")


class Showing(Projection[Any]):
    name = "views"
    past: ClassVar[Past]
    last: ClassVar[int]
    reached: ClassVar[Signal]

    def process_event(self, domain_event: Recorded, tracking: Tracking) -> None:
        self.view.follow(self.past.then(domain_event), tracking)
        if tracking.notification_id == self.last:
            self.reached.set()


def in_memory(events: Iterable[Recorded]) -> POPOApplicationRecorder:
    """The library's plain recorder, with these events."""
    mapper, recorder = TypedMapper(catalogue()), POPOApplicationRecorder()
    recorder.insert_events([mapper.to_stored_event(recorded) for recorded in events])
    return recorder


class Followed:
    """Runners that show, batch after batch, what came after a position, in tables that stand at it."""

    def __init__(self, events: Sequence[Recorded], after: int, tables: Engine, database: Database | None) -> None:
        self._events = events
        self._reached = after
        self._past = Past(events[:after])
        self._view: type[Any]
        if database is None:
            self._view, module = ViewsOnSqlite, "tests.benchmarks.runner:OnSqlite"
            self._env = {"VIEWS_SQLITE_DBNAME": str(tables.url.database)}
        else:
            module = "eventsourcing.postgres"
            schema = tables.get_execution_options()["schema"]
            self._view = type("ViewsOnPostgres", (ViewsOnPostgres,), {"schema": schema})
            self._env = {f"VIEWS_{name}": value for name, value in postgres_settings(database).items()}
        self._env["VIEWS_PERSISTENCE_MODULE"] = module
        with InfrastructureFactory[Any].construct(Environment("views", self._env)) as factory:
            factory.tracking_recorder(self._view).insert_tracking(Tracking(Told.name, after))
            factory.close()

    def __call__(self, count: int) -> float:
        """The seconds that one takes to show the next ones."""
        recorder, reached = in_memory(self._events[: self._reached + count]), Signal()
        self._reached += count
        told = type("Told", (Told,), {"name": Told.name, "kept": recorder})
        showing = type(
            "Showing", (Showing,), {"name": "views", "past": self._past, "last": self._reached, "reached": reached}
        )

        def run() -> None:
            with ProjectionRunner[Told, Any](
                application_class=told, projection_class=showing, view_class=self._view, env=self._env
            ) as runner:
                while not reached.wait(0.1) and not runner.is_interrupted.is_set():
                    pass

        return spent(run)

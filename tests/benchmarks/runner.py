"""The library's ProjectionRunner making the rows of our projections: one transaction an event, as its users do.

It cannot follow an application whose events are in SQLite: that recorder has no subscriptions. So the events stand in
the library's recorder in memory, and only the rows are in SQLite. They are written by our own statements; folds and
histories are kept in memory, and nothing is asked of a store.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from pathlib import Path
from threading import Event as Signal
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import Tracking
from eventsourcing.popo import POPOApplicationRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteCursor, SQLiteFactory, SQLiteTrackingRecorder
from eventsourcing.utils import Environment, EnvType
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from pixflow import references
from pixflow.events import Recorded, catalogue
from pixflow.folds import RETRACTIONS
from pixflow.references import References
from pixflow.store.mapper import TypedMapper
from pixflow.streams import KINDS, kind_of
from projections.bulk import delete_streams, insert_rows
from projections.catch_up import PROJECTIONS
from projections.change import Change
from tests.benchmarks.declarative import Pool
from tests.benchmarks.measure import spent


class Past:
    """What has happened so far: the fold and the events of each stream, and the references."""

    def __init__(self, events: Iterable[Recorded]) -> None:
        self.refs = References()
        self.states: dict[UUID, Any] = {}
        self.events: dict[UUID, tuple[Recorded, ...]] = {}
        for recorded in events:
            self.then(recorded)

    def __copy__(self) -> "Past":
        made = Past(())
        made.refs, made.states, made.events = self.refs, dict(self.states), dict(self.events)
        return made

    def then(self, recorded: Recorded) -> Change:
        stream, kind = recorded.originator_id, kind_of(recorded.event)
        before, history = self.states.get(stream), (*self.events.get(stream, ()), recorded)
        if before is None or isinstance(recorded.event, RETRACTIONS):
            after = KINDS[kind].fold(history)
        else:
            after = KINDS[kind].evolve(before, recorded)
        self.refs = references.evolve(self.refs, recorded)
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
    """What our statements ask of a connection, over the library's cursor."""

    dialect = SQLiteDialect()

    def __init__(self, cursor: SQLiteCursor) -> None:
        self._cursor = cursor

    def exec_driver_sql(self, statement: str, rows: Sequence[Any]) -> None:
        self._cursor.executemany(statement, rows)


class Views(SQLiteTrackingRecorder):
    """The library's tracking recorder beside our tables."""

    def show(self, change: Change, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            for projection in PROJECTIONS:
                if change.kind in projection.KINDS:
                    self._project(Driver(cursor), projection, change)
            self._insert_tracking(cursor, tracking)

    def _project(self, driver: Any, projection: Any, change: Change) -> None:
        reads = projection.READS.get(change.kind)
        if change.before and reads and not projection.APPENDS and reads(change.before) == reads(change.after):
            return
        made = projection.rows(change)
        for table in projection.TABLES:
            if change.before and not projection.APPENDS:
                delete_streams(driver, table, [change.stream])
            insert_rows(driver, table, made.get(table, ()))


class Factory(SQLiteFactory):
    """The library's, with the `synchronous` of our read stores."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self.datastore.pool = Pool(self.datastore.pool.db_name, "NORMAL")


class Showing(Projection[Views]):
    name = "views"
    past: ClassVar[Past]
    last: ClassVar[int]
    reached: ClassVar[Signal]

    def process_event(self, domain_event: Recorded, tracking: Tracking) -> None:
        self.view.show(self.past.then(domain_event), tracking)
        if tracking.notification_id == self.last:
            self.reached.set()


def in_memory(events: Iterable[Recorded]) -> POPOApplicationRecorder:
    """The library's plain recorder, with these events."""
    mapper, recorder = TypedMapper(catalogue()), POPOApplicationRecorder()
    recorder.insert_events([mapper.to_stored_event(recorded) for recorded in events])
    return recorder


def followed(recorder: POPOApplicationRecorder, past: Past, after: int, path: Path) -> float:
    """The seconds that a runner takes to show, in the tables at `path`, what came after a position."""
    env = {"VIEWS_PERSISTENCE_MODULE": "tests.benchmarks.runner:Factory", "VIEWS_SQLITE_DBNAME": str(path)}
    with Factory(Environment("views", env)) as factory:
        factory.tracking_recorder(Views).insert_tracking(Tracking(Told.name, after))
        factory.close()
    reached = Signal()
    head = recorder.max_notification_id()
    told = type("Told", (Told,), {"name": Told.name, "kept": recorder})
    showing = type("Showing", (Showing,), {"name": "views", "past": copy(past), "last": head, "reached": reached})

    def run() -> None:
        with ProjectionRunner[Told, Views](
            application_class=told, projection_class=showing, view_class=Views, env=env
        ) as runner:
            while not reached.wait(0.1) and not runner.is_interrupted.is_set():
                pass

    return spent(run)

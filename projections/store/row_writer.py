"""Rows of the projections. A projection that fails on one stream stops for that stream alone."""

import logging
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from projections.bookkeeping import stopped
from projections.contract import Change, Projection
from projections.store.transaction import NeedsQueries, WriteTransaction

_log = logging.getLogger(__name__)


class RowWriter:
    """Writes the rows of changes, and remembers which projection stopped for which stream."""

    def __init__(self) -> None:
        self.stopped: set[tuple[str, UUID]] = set()

    def load(self, connection: Connection) -> None:
        """Reads what is stopped from the tables: another process may have written them."""
        self.stopped = set(connection.execute(select(stopped.c.projection, stopped.c.stream)).all())

    def write(
        self, batch: WriteTransaction, changes: Sequence[Change], projections: Sequence[Projection], position: int
    ) -> None:
        """Writes the rows of all projections in one savepoint; if one fails, the rows of each in its own.

        `position` is the last event that the tables show.
        """
        if not self.stopped:
            try:
                with batch.savepoint():
                    for projection in projections:
                        write_rows(batch, projection, _of_kinds(projection, changes))
                return
            except NeedsQueries:
                raise
            except Exception as error:
                _log.warning("rows are written for each projection alone: %s", type(error).__name__)
        for projection in projections:
            self._write_alone(batch, projection, _of_kinds(projection, changes), position)

    def stop(self, connection: Connection, name: str, stream: UUID, position: int, error: Exception) -> None:
        """Records that a projection, or the fold, does not show a stream from a position on."""
        self.resume(connection, name, stream)
        self.stopped.add((name, stream))
        row = {"projection": name, "stream": stream, "position": position, "code": type(error).__name__}
        connection.execute(insert(stopped), row)

    def resume(self, connection: Connection, name: str, stream: UUID) -> None:
        """Records that a projection shows a stream again."""
        connection.execute(delete(stopped).where(stopped.c.projection == name, stopped.c.stream == stream))
        self.stopped.discard((name, stream))

    def _write_alone(
        self, batch: WriteTransaction, projection: Projection, changes: Sequence[Change], position: int
    ) -> None:
        """Tries stopped streams again, unless rows are only added: the missed rows come with the next rebuild."""
        again = [change for change in changes if (projection.NAME, change.stream) in self.stopped]
        if projection.APPENDS:
            projection.forget(batch.connection, [change.stream for change in again if change.forgets])
            again = []
        sound = [change for change in changes if (projection.NAME, change.stream) not in self.stopped]
        try:
            with batch.savepoint():
                write_rows(batch, projection, sound)
        except Exception:
            again += sound
        for change in again:
            self._write_one(batch, projection, change, position)

    def _write_one(self, batch: WriteTransaction, projection: Projection, change: Change, position: int) -> None:
        again = (projection.NAME, change.stream) in self.stopped
        self.resume(batch.connection, projection.NAME, change.stream)
        try:
            with batch.savepoint():
                write_rows(batch, projection, [change], whole=again)
        except Exception as error:
            reached = change.events[-1].position if change.events else position
            self.stop(batch.connection, projection.NAME, change.stream, reached, error)


def write_rows(
    batch: WriteTransaction, projection: Projection, changes: Sequence[Change], *, whole: bool = False
) -> None:
    """Writes the rows of these changes.

    Skips changes of nothing that the projection reads, unless `whole`.
    """
    everything = projection.APPENDS or whole
    moved = changes if everything else [change for change in changes if concerns(projection, change)]
    if not moved:
        return
    made = [(change, projection.rows(change)) for change in moved]
    if projection.APPENDS and (gone := [change.stream for change in moved if change.forgets]):
        projection.forget(batch.connection, gone)
    for table in projection.TABLES:
        if projection.APPENDS:
            rows = [row for _, one in made for row in one.get(table, ())]
            batch.append(table, rows)
        else:
            batch.replace(table, ((change, one.get(table, ())) for change, one in made))


def _of_kinds(projection: Projection, changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.kind in projection.KINDS]


def concerns(projection: Projection, change: Change) -> bool:
    """Tells whether something changed that the projection reads."""
    reads = projection.READS.get(change.kind)
    return change.before is None or reads is None or change.forgets or reads(change.before) != reads(change.after)

"""The indicators of a structure on a day, by one of the two clocks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from sqlalchemy import Connection

from pixflow.documents.definitions import Definitions
from pixflow.indicators.entry import Basis, Clock
from pixflow.reference_data import References
from projections import audit_trail
from projections.figures.past import as_of
from projections.figures.questions import values
from projections.figures.refresh import Cells, basis_of, cells_of, complete
from projections.store.catch_up import ReadSide
from web.hosting.served_structure import ServedStructure


@dataclass(frozen=True)
class Counting:
    """Where the questions of the indicators are asked: tables, references and definitions of a day."""

    connection: Connection
    refs: References
    basis: Basis
    today: date
    side: ReadSide | None = None

    @cached_property
    def cells(self) -> Cells:
        """The cells of each cut, each with its number of dossiers."""
        return cells_of(self.side, self.connection, self.today) if self.side else values(self.connection)


@contextmanager
def counting(
    served: ServedStructure, day: date, clock: Clock = "known", definitions: Definitions | None = None
) -> Iterator[Counting]:
    """Yields the tables to count in: today's, or those of an earlier day or of other definitions, made in memory."""
    side, today = served.read(), served.today()
    with complete(side, today) as read:
        if day >= today and definitions is None:
            yield Counting(read, side.refs, basis_of(side.refs, today), today, side)
            return
        refs = served.refs
        if clock == "known" and day < today:
            end = datetime.combine(day + timedelta(1), time(), ZoneInfo(refs.structure.zone)).astimezone(UTC)
            refs = served.engine.references_at(audit_trail.position_at(read, end - timedelta(microseconds=1)))
        basis = basis_of(refs, today)
        basis = replace(basis, definitions=definitions or served.refs.definitions(today).document)
        with as_of(read, served.engine, refs, basis, day, clock) as connection:
            yield Counting(connection, refs, basis, today)

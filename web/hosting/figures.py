"""The indicators of a structure on a day, by one of the two clocks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from pixflow.documents.definitions import Definitions
from pixflow.indicators.entry import Clock
from projections import audit_trail
from projections.figures.past import as_of
from projections.figures.refresh import basis_of
from web.hosting.figure_tables import Counting, counting_today
from web.hosting.served_structure import ServedStructure


@contextmanager
def counting(
    served: ServedStructure, day: date, clock: Clock = "known", definitions: Definitions | None = None
) -> Iterator[Counting]:
    """Yields the tables to count in: today's, or those of an earlier day or of other definitions, made in memory."""
    side, today = served.read(), served.today()
    with counting_today(side, today) as found:
        if day >= today and definitions is None:
            yield found
            return
        read = found.connection
        refs = served.refs
        if clock == "known" and day < today:
            end = datetime.combine(day + timedelta(1), time(), ZoneInfo(refs.structure.zone)).astimezone(UTC)
            refs = served.engine.references_at(audit_trail.position_at(read, end - timedelta(microseconds=1)))
        basis = basis_of(refs, today)
        basis = replace(basis, definitions=definitions or served.refs.definitions(today).document)
        with as_of(read, served.engine, refs, basis, day, clock) as connection:
            yield Counting(connection, refs, basis, today)

"""The indicators of a structure on a day, by one of the two clocks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from pixflow.documents.definitions import Definitions
from pixflow.indicators.clocks import Clock
from pixflow.indicators.entry import Basis
from pixflow.reference_data import References
from projections import audit_trail
from projections.figures.past import as_of
from projections.figures.refresh import basis_of, refresh
from web.hosting.served_structure import ServedStructure


class Counting(Struct, frozen=True):
    """Where the questions of the indicators are asked: tables, references and definitions of a day."""

    connection: Connection
    refs: References
    basis: Basis


@contextmanager
def counting(
    served: ServedStructure, day: date, clock: Clock = "known", definitions: Definitions | None = None
) -> Iterator[Counting]:
    """Yields the tables to count in: today's, or those of an earlier day or of other definitions, made in memory."""
    side, today = served.read(), served.today()
    refresh(side, today)
    with side.database.connect() as read:
        if day >= today and definitions is None:
            yield Counting(read, side.refs, basis_of(side.refs, today))
            return
        refs = _known(served, read, day) if clock == "known" and day < today else served.refs
        basis = basis_of(refs, today)
        basis = replace(basis, definitions=definitions or served.refs.definitions(today).document)
        with as_of(read, refs, basis, day, clock) as connection:
            yield Counting(connection, refs, basis)


def _known(served: ServedStructure, read: Connection, day: date) -> References:
    """Returns the references as they stood at the end of a day."""
    zone = ZoneInfo(served.refs.structure.zone)
    end = datetime.combine(day + timedelta(1), time(), zone).astimezone(UTC)
    return served.engine.references_at(audit_trail.position_at(read, end - timedelta(microseconds=1)))

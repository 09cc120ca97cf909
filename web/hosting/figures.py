"""The indicators of a structure on a day, by one of the two clocks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache, partial

from msgspec.structs import replace

from pixflow.documents.definitions import Definitions
from pixflow.folding import Clock, Moment
from pixflow.turns import WaitingLine
from projections import audit_trail
from projections.figures.questions import values
from projections.figures.refresh import basis_of, counting_today
from projections.figures.tallies import Counting
from projections.store.past_tables import figures_at
from web.hosting.served_structure import ServedStructure

MOMENTS = WaitingLine(2)
"""Tables of an earlier moment: two are made at once."""


@contextmanager
def counting(
    served: ServedStructure, day: date, clock: Clock = "known", definitions: Definitions | None = None
) -> Iterator[Counting]:
    """Yields the tables to count in: today's, or those of an earlier day or of other definitions, made in memory.

    Raises Busy.
    """
    side, today = served.read(), served.today()
    with counting_today(side, today) as tables:
        if day >= today and definitions is None:
            yield tables
            return
        read = tables.connection
        refs = served.refs
        if clock == "known" and day < today:
            refs = served.engine.references_at(audit_trail.last_of_day(read, day, refs.calendar))
        basis = basis_of(refs, today)
        basis = replace(basis, definitions=definitions or served.refs.definitions(today).document)
        with MOMENTS.making(figures_at(read, served.engine, refs, basis, Moment(day, clock))) as connection:
            yield Counting(connection, refs, basis, today, cache(partial(values, connection)))

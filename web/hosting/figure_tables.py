"""The tables of the figures of today, with what they are counted with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import Connection

from pixflow.indicators.entry import Basis
from pixflow.reference_data import References
from projections.figures.questions import values
from projections.figures.refresh import Cells, basis_of, cells_of, complete
from projections.store.catch_up import ReadSide


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
def counting_today(side: ReadSide, today: date) -> Iterator[Counting]:
    """Yields the tables of today."""
    with complete(side, today) as read:
        yield Counting(read, side.refs, basis_of(side.refs, today), today, side)

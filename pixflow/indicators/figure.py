"""A figure: a number among another one, and its parts."""

from msgspec import Struct

FEWEST = 5
"""The least number of cases that a rate is told of."""


class Part(Struct, frozen=True):
    """A share of a figure, by name: a state, a band, a rule. `counts` and `of` are the names of its two cells."""

    name: str
    counted: int
    among: int
    median: int | None = None
    ninth: int | None = None
    """Days by which a half, and nine in ten, have arrived; for I21, the change in points."""
    counts: str = ""
    of: str = ""

    @property
    def rate(self) -> float | None:
        return rate(self.counted, self.among)


class Figure(Struct, frozen=True):
    """`counted` among `among`, and the parts. `shares` is false where the two are two volumes, not a share."""

    counted: int
    among: int
    parts: tuple[Part, ...] = ()
    shares: bool = True

    @property
    def rate(self) -> float | None:
        return rate(self.counted, self.among) if self.shares else None


def rate(counted: int, among: int) -> float | None:
    """The share, 0 to 1; None under five cases."""
    return counted / among if among >= FEWEST else None

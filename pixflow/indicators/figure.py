"""A figure: what is counted among what, each as the facts behind it."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from pixflow.indicators.cohorts import STATES, CohortEntry
from pixflow.indicators.path import Fact, fact

FEWEST = 5
"""The least number of cases that a rate is told of."""


class Part(Struct, frozen=True):
    """A share of a figure, by name: a state, a band, a rule. `among` is the number it is a share of."""

    name: str
    facts: tuple[Fact, ...]
    among: int
    median: int | None = None
    ninth: int | None = None
    """Working days by which a half, and nine in ten, have arrived."""


class Figure(Struct, frozen=True):
    """`counted` among `among`, and the parts. `shares` is false where the two are two volumes, not a share."""

    counted: tuple[Fact, ...]
    among: tuple[Fact, ...]
    parts: tuple[Part, ...] = ()
    shares: bool = True

    @property
    def rate(self) -> float | None:
        """The share, 0 to 1; None under five cases."""
        return len(self.counted) / len(self.among) if self.shares and len(self.among) >= FEWEST else None


def of_cohort(entries: Sequence[CohortEntry]) -> Figure:
    """Returns the figure of a cohort: done among entered. Its parts are the four states, whose sum is the cohort."""
    by_state = {state: tuple(_of_state(entries, state)) for state in STATES}
    parts = tuple(Part(state, facts, len(entries)) for state, facts in by_state.items())
    return Figure(by_state["done"], tuple(fact(one.path, one.entered) for one in entries), parts)


def _of_state(entries: Iterable[CohortEntry], state: str) -> Iterable[Fact]:
    return (fact(one.path, one.ended or one.entered) for one in entries if one.state == state)

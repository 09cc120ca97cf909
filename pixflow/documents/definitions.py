"""The definitions of the indicators of a structure: target days, working or calendar days, what counts as presented."""

from dataclasses import dataclass
from datetime import date

TARGETED = ("I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11")
"""The indicators with a delay. Without a target of its own, one takes the protocol's in force on the day of entry."""
RULES = tuple(f"R{number}" for number in range(1, 16))
LONGEST_TARGET = 365
AIMED = ("presented", "begun", "debriefed", "prescribed", "started")
"""The main steps, which may have a target of their own."""
LARGEST_AIM = 100_000
_YEAR = 365


@dataclass(frozen=True, slots=True)
class Definitions:
    """`targets` are pairs of an indicator and days. `silent`: calendar days without activity before a path is silent.

    `workshop_presents`: a workshop attended counts as Pix presented, and planned. `without` are the rules of
    conformance that the structure switched off, each with its reason. `aims` are pairs of a main step and the young
    people who should pass it in a year, as set with the definitions: one set since, by itself, counts in their place.
    """

    name: str
    targets: tuple[tuple[str, int], ...] = ()
    working_days: bool = True
    workshop_presents: bool = True
    silent: int = 60
    without: tuple[tuple[str, str], ...] = ()
    aims: tuple[tuple[str, int], ...] = ()

    def target(self, indicator: str, usual: int) -> int:
        """Returns the target days of an indicator, the usual ones when it has none of its own."""
        return next((days for one, days in self.targets if one == indicator), usual)

    def judges(self, rule: str) -> bool:
        """Tells if a rule counts."""
        return not any(one == rule for one, _ in self.without)


def of_period(yearly: int, first: date, last: date) -> int:
    """Returns the part of a year's young people that falls to a period."""
    return round(yearly * min((last - first).days + 1, _YEAR) / _YEAR)


BUILT_IN = Definitions("")
"""Those in force until a structure publishes its own; their number is 0."""

"""The definitions of the indicators of a structure: target days, working or calendar days, what counts as presented."""

from dataclasses import dataclass, field

TARGETED = ("I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11")
"""The indicators with a delay. Without a target of its own, one takes the protocol's in force on the day of entry."""
RULES = tuple(f"R{number}" for number in range(1, 16))
LONGEST_TARGET = 365


@dataclass(frozen=True, slots=True)
class Definitions:
    """`targets` are days by indicator. `silent`: calendar days without activity after which a path is silent.

    `workshop_presents`: a workshop attended counts as Pix presented, and planned. `without` are the rules of
    conformance that the structure switched off, each with its reason.
    """

    name: str
    targets: dict[str, int] = field(default_factory=dict)
    working_days: bool = True
    workshop_presents: bool = True
    silent: int = 60
    without: dict[str, str] = field(default_factory=dict)


BUILT_IN = Definitions("")
"""Those in force until a structure publishes its own; their number is 0."""

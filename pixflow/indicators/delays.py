"""Delays by Kaplan-Meier: who still waits counts for the days they waited (docs/indicators.md#delays)."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct


class Waited(Struct, frozen=True):
    """So many working days between two milestones, or since the first when `over` is false."""

    days: int
    over: bool


def quantile(waits: Iterable[Waited], share: float) -> int | None:
    """Returns the first day by which this share has arrived, by the product-limit estimate; None when it has not.

    Those who left are given as not `over`, with the days until they left. Source: Kaplan and Meier (1958).
    """
    counted = Counter(waits)
    at_risk, remaining = sum(counted.values()), 1.0
    for days in sorted({one.days for one in counted}):
        arrived = counted[Waited(days, True)]
        if arrived:
            remaining *= 1 - arrived / at_risk
            if remaining <= 1 - share + 1e-12:
                return days
        at_risk -= arrived + counted[Waited(days, False)]
    return None

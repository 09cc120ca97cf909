"""Examples of a property, where one takes long."""

from hypothesis import settings


def few(share: float) -> int:
    """Returns how many to draw: a share of those of the profile, which draws ten times as many in trials."""
    return max(1, round(settings().max_examples * share))

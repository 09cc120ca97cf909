"""Sizes of trials: small in `make test`, large in `make trials`.

PIXFLOW_TRIALS_SEED gives all chance another seed, PIXFLOW_TRIALS_<WHAT> another number of kills, cuts…
"""

import os

import pytest

SEED = int(os.environ.get("PIXFLOW_TRIALS_SEED", "1"))


def many(what: str, usual: int) -> int:
    """Returns the number of repetitions of a trial."""
    return int(os.environ.get(f"PIXFLOW_TRIALS_{what.upper()}", usual))


def rounds(what: str, short: int, long: int) -> pytest.MarkDecorator:
    """The argument `what` of a test: `short` in an ordinary run, `long` in a trial."""
    return pytest.mark.parametrize(what, [short, pytest.param(many(what, long), marks=pytest.mark.trial)])

"""What every test shares: a missing browser or database server skips its tests, but fails them in CI."""

import os
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI") == "true"


def unavailable(what: str) -> NoReturn:
    """Skips the test for want of `what`; in CI, where everything is installed, fails it."""
    if IN_CI:
        pytest.fail(f"{what} is missing, and CI runs everything", pytrace=False)
    pytest.skip(f"{what} is missing")

from collections.abc import Iterator

import pytest

from tests.trials.proofs import Proofs


@pytest.fixture(scope="session")
def proofs() -> Iterator[Proofs]:
    """Collects what the run did and found; printed at its end."""
    made = Proofs()
    yield made
    print(f"\n\n{made.table()}")

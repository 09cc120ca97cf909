"""Password hashes for tests that ask whether a password is the right one, not what its hash costs."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from web.accounts.factors import passwords

CHEAP, TRUE = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), passwords._hasher


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A password takes 8 KiB to hash, not 46 MiB and 53 ms."""
    monkeypatch.setattr(passwords, "_hasher", lambda: CHEAP)
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


@pytest.fixture
def true_hashes(cheap_hashes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords take what they take in pixflow."""
    monkeypatch.setattr(passwords, "_hasher", TRUE)

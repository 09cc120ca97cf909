"""Attempts: four are free, then one waits longer each time; a place may fail more often than a person."""

import subprocess
from pathlib import Path

import pytest

from pixflow.refused import Refused
from pixflow.store.postgres.database import Database
from tests import forks
from tests.trials.scale import rounds
from tests.web.accounts.conftest import Clock
from web.accounts import attempts
from web.accounts.store import AccountStore

WHO = b"nadia"


def waits(store: AccountStore, who: bytes = WHO, place: str | None = None) -> int:
    """Returns the seconds that an attempt must wait, 0 when it was counted."""
    try:
        attempts.count(store, "password", who, place)
    except Refused as refused:
        return int(str(refused.details["seconds"]))
    return 0


def test_from_the_fifth_failure_the_wait_doubles(store: AccountStore, clock: Clock) -> None:
    assert [waits(store) for _ in range(5)] == [0] * 5
    for minutes in (1, 2, 4, 8, 16, 32, 64, 64):
        assert waits(store) == minutes * 60
        clock.pass_by(minutes=minutes, seconds=-1)
        assert waits(store) == 1
        clock.pass_by(seconds=1)
        assert waits(store) == 0


def test_after_twenty_five_a_day_one_waits_until_midnight(store: AccountStore, clock: Clock) -> None:
    clock.now = clock.now.replace(hour=0)
    evaluated, left = 0, 0
    for _ in range(60):
        if (left := waits(store)) > 64 * 60:
            break
        evaluated += left == 0
        clock.pass_by(seconds=left)
    assert (evaluated, left) == (25, (24 * 60 - 17 * 60 - 3) * 60)
    clock.pass_by(seconds=left - 1)
    assert waits(store) == 1
    clock.pass_by(seconds=1)
    assert (clock.now.hour, waits(store)) == (0, 0)


def test_a_right_one_is_taken_back(store: AccountStore) -> None:
    for _ in range(4):
        waits(store)
    attempts.forgive(store, "password", WHO)
    assert [waits(store) for _ in range(5)] == [0] * 5
    assert waits(store) == 60


def test_factors_and_people_count_apart(store: AccountStore) -> None:
    for _ in range(5):
        waits(store)
    assert waits(store) == 60
    assert waits(store, b"paul") == 0
    attempts.count(store, "totp", WHO)


def test_a_place_counts_for_many_people(store: AccountStore) -> None:
    found = [waits(store, bytes([one]), "192.0.2.7") for one in range(52)]
    assert found[:50] == [0] * 50
    assert found[50] == 60
    assert waits(store, b"x", "192.0.2.200") > 0, "the same network"
    assert waits(store, b"y", "198.51.100.1") == 0
    assert waits(store, b"z", "a name") == 0


def test_a_place_that_waits_fills_no_account_and_an_account_that_waits_no_place(store: AccountStore) -> None:
    for one in range(50):
        waits(store, bytes([one]), "192.0.2.7")
    assert [waits(store, WHO, "192.0.2.7") for _ in range(9)] == [60] * 9
    assert [waits(store, WHO, "198.51.100.1") for _ in range(5)] == [0] * 5, "the account has failed nowhere"
    assert [waits(store, WHO, "198.51.100.1") for _ in range(60)] == [60] * 60
    assert waits(store, b"paul", "198.51.100.1") == 0, "the place has failed five times"


def test_one_who_succeeds_frees_no_others_at_their_place(store: AccountStore) -> None:
    for one in range(49):
        waits(store, bytes([one]), "192.0.2.7")
        if one % 10 == 0:
            attempts.count(store, "password", b"owner", "192.0.2.7")
            attempts.forgive(store, "password", b"owner", "192.0.2.7")
    assert waits(store, b"x", "192.0.2.7") == 0
    assert waits(store, b"y", "192.0.2.7") == 60


@pytest.mark.parametrize(
    ("place", "same"), [("2001:db8:1::1", True), ("2001:db8:1:ffff::2", True), ("2001:db8:2::", False)]
)
def test_a_place_of_ipv6_is_a_house(place: str, same: bool) -> None:
    assert (attempts.place_key(place) == attempts.place_key("2001:db8:1::9")) is same


def test_a_clock_that_steps_back_opens_nothing(store: AccountStore, clock: Clock) -> None:
    for _ in range(5):
        waits(store)
    clock.pass_by(hours=-3)
    assert waits(store) > 60


def test_a_clock_that_was_a_year_ahead_keeps_nobody_out_for_a_year(store: AccountStore, clock: Clock) -> None:
    clock.pass_by(days=365)
    for _ in range(8):
        waits(store)
    clock.pass_by(days=-365)
    assert attempts.locked(store) == 0
    assert waits(store) == 0
    assert waits(store) > 60, "failures still count"


def test_old_counts_go(store: AccountStore, clock: Clock) -> None:
    for _ in range(5):
        waits(store)
    attempts.sweep(store)
    assert waits(store) == 60
    clock.pass_by(days=2)
    attempts.sweep(store)
    assert [waits(store) for _ in range(5)] == [0] * 5


GUESSES = """
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from pixflow.refused import Refused
from pixflow.store.postgres.database import Database
from web.accounts import attempts
from web.accounts.store import open_accounts
folder, url, guesses = sys.argv[1:]
def process(_):
    store = open_accounts(Path(folder), Database(url) if url else None)
    def guess(_):
        try:
            attempts.count(store, "password", b"nadia")
        except Refused:
            return 0
        return 1
    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(guess, range(int(guesses))))
with get_context("fork").Pool(4, maxtasksperchild=1) as processes:
    print(sum(processes.map(process, range(4), chunksize=1)))
"""
"""Four processes that guess at once; they share their imports only."""


@rounds("guesses", 45, 1_000)
def test_over_processes_five_are_evaluated(
    guesses: int, tmp_path: Path, database: Database | None, store: AccountStore
) -> None:
    command = [forks.program("python"), "-c", GUESSES, str(tmp_path), database.url if database else "", str(guesses)]
    assert int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) == 5

"""The suite passes at any hour: it runs whole under libfaketime, on days and in hours that break careless code.

Between 23:00 (22:00 in summer) and midnight UTC, the day of Europe/Paris is not the day of UTC.
"""

import glob
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import unavailable
from tests.trials.report import TrialReport

pytestmark = pytest.mark.trial

PYTEST = ("-m", "pytest", "-p", "no:cacheprovider")
ROOT = Path(__file__).parents[2]
LIBRARY = "/usr/lib/*/faketime/libfaketimeMT.so.1"
HOURS = {
    "31 December, half past eleven in the evening": datetime(2027, 12, 31, 23, 30, tzinfo=UTC),
    "29 February": datetime(2028, 2, 29, 10, 0, tzinfo=UTC),
    "summer time begins": datetime(2027, 3, 28, 0, 59, tzinfo=UTC),
    "summer time ends": datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
}
NOON, LATE = datetime(2027, 1, 14, 12, 0, tzinfo=UTC), datetime(2027, 1, 14, 23, 30, tzinfo=UTC)
CARELESS = """
import sqlite3
import subprocess
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

ASKED = {
    "this process": lambda: datetime.now(UTC).date().isoformat(),
    "another process": lambda: subprocess.check_output(["date", "--utc", "+%F"], text=True).strip(),
    "SQLite": lambda: sqlite3.connect(":memory:").execute("SELECT date()").fetchone()[0],
}


@pytest.mark.parametrize("asked", ASKED)
def test_the_day_of_utc_is_that_of_paris(asked):
    assert ASKED[asked]() == datetime.now(ZoneInfo("Europe/Paris")).date().isoformat()
"""
THREADS = """
import threading
import time


def work():
    for _ in range(2_000_000):
        pass


threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(time.process_time())
"""


@pytest.fixture
def library() -> str:
    found = glob.glob(LIBRARY)
    return found[0] if found else unavailable("libfaketime (Debian's package libfaketime)")


def run(library: str, now: datetime, bytecode: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Python in a process whose clock, and that of each process it starts, says `now` at its start.

    An offset needs no memory shared by the processes. Durations stay as they are: the monotonic clock is not set.
    Without FORCE_MONOTONIC_FIX=0 a wait on that clock ends at once, and a thread that waits for the interpreter spins.
    """
    environment = os.environ | {
        "LD_PRELOAD": library,
        "FAKETIME": f"{now.timestamp() - time.time():+.0f}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        "FAKE_UTIME": "1",
        "FAKETIME_SKIP_CMDS": "postgres",  # whose timeouts do not fire under libfaketime
        "PYTHONPATH": str(Path(__file__).with_name("shifted_files")),
        "PYTHONPYCACHEPREFIX": str(bytecode),
    }
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("hour", HOURS)
def test_the_suite_passes(hour: str, library: str, tmp_path: Path, trial_report: TrialReport) -> None:
    """Everything but benchmarks, trials and the browser, which keeps a clock of its own."""
    wanted = ("-m", "not benchmark and not trial and not browser", "-n", "auto", "--dist", "loadfile")
    only = os.environ.get("PIXFLOW_TRIALS_TESTS", "")
    done = run(library, HOURS[hour], tmp_path, *PYTEST, *wanted, *only.split())
    told = f"{hour}; only {only}" if only else hour
    trial_report.add(f"the suite at {HOURS[hour]:%H:%M} UTC", told, "passed" if done.returncode == 0 else "FAILED")
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]


def test_a_thread_that_waits_for_another_does_not_spin(library: str, tmp_path: Path) -> None:
    assert float(run(library, LATE, tmp_path, "-c", THREADS).stdout) < 1


def test_control_a_test_that_takes_the_day_of_utc_fails_late_in_the_evening(library: str, tmp_path: Path) -> None:
    careless = tmp_path / "test_careless.py"
    careless.write_text(CARELESS)
    for now, told in ((NOON, "3 passed"), (LATE, "3 failed")):
        assert told in run(library, now, tmp_path / "bytecode", *PYTEST, "-n0", str(careless)).stdout

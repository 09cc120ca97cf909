"""Shared fixtures. Without a browser or a database server, tests are skipped, and fail in CI."""

import logging
import os
from collections.abc import Generator, Iterator
from datetime import date
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

from pixflow.decision import Decision
from pixflow.events.base import Event
from pixflow.garbage import without_garbage_collection
from tests.postgres import Cluster, NoServer
from tests.trials.report import TrialReport
from web.hosting.machine.process import freeze_heap

# How long an example takes, or to draw it, is the machine's affair; speed is measured in tests/benchmarks.
settings.register_profile("house", max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("trials", settings.get_profile("house"), max_examples=200)
settings.load_profile("house")

LONGEST = ("test_access.py", "test_callers.py", "test_form_fuzz.py")
IN_CI = os.environ.get("CI") == "true"
UMASK = os.umask(0o022)
os.umask(UMASK)
for size in ("COLUMNS", "LINES"):  # of the runner: what a command prints to no terminal has no width
    os.environ.pop(size, None)


def pytest_configure(config: pytest.Config) -> None:
    """Does without the plugin of Playwright: it wraps every test, and the fixtures of the browser are ours."""
    config.pluginmanager.unregister(name="playwright")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Starts three workers for two cores: each waits a third of its time, for a server, a browser or a process."""
    return (3 * (os.cpu_count() or 1) + 1) // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with the files that take longest, for which one worker alone would run at the end."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Names a decision, an event or a day in the id of a test: `decide10` names none."""
    match val:
        case Decision():
            return val.name
        case Event():
            return type(val).__name__
        case date():
            return val.isoformat()
    return None


def pytest_runtest_setup() -> None:
    """Undoes what a command of the terminal sets for its process: its umask, and its log on a stream that is gone."""
    os.umask(UMASK)
    for handler in [*logging.root.handlers]:
        if getattr(getattr(handler, "stream", None), "closed", False):
            logging.root.removeHandler(handler)


def unavailable(what: str) -> NoReturn:
    """Skips the test for want of `what`; in CI, where everything is installed, fails it."""
    if IN_CI:
        pytest.fail(f"{what} is missing, and CI runs everything", pytrace=False)
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The PostgreSQL server of this run (of this worker), started by the first test that asks for it."""
    try:
        cluster = Cluster()
    except NoServer as missing:
        unavailable(str(missing))
    with cluster:
        yield cluster


@pytest.fixture
def database_url(postgres: Cluster) -> Iterator[str]:
    """An empty database of the test's own."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def trial_report() -> Iterator[TrialReport]:
    """Collects what the trials of a run did and found; printed at its end."""
    made = TrialReport()
    yield made
    print(f"\n\n{made.table()}")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collects without the garbage collector, which then works as it does while pixflow serves."""
    with without_garbage_collection():
        collected = yield
    freeze_heap()
    return collected

"""`/readyz` and an idle minute of the periodic jobs, where ten and two hundred structures are served."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from pixflow import presets, structure_folder
from pixflow.store.postgres.database import Database
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.postgres import Cluster
from tests.web.client import LocalClient
from web.app import create_app
from web.cli.server import tick_all
from web.hosting.host import Host, open_host
from web.hosting.settings import Settings

FEW, MANY = sized((2, 4), (10, 200), (10, 400))
ROUNDS = sized(2, 25, 40)
ASKED = 20
"""Questions of a monitor in a round."""
MOST = 1.2
URL = "https://pixflow.exemple.fr"

pytestmark = pytest.mark.benchmark


def test_many_structures(tmp_path: Path, store: str, report: Report, request: pytest.FixtureRequest) -> None:
    cluster: Cluster | None = request.getfixturevalue("cluster") if store == "PostgreSQL" else None
    with ExitStack() as stack, pytest.MonkeyPatch.context() as environment:
        hosts = {}
        for size in (FEW, MANY):
            environment.setenv("PIXFLOW_DATABASE_URL", cluster.create_database() if cluster else "")
            hosts[size] = stack.enter_context(serving(tmp_path / str(size), size))
        for host in hosts.values():  # the first has waited while the others were made: its monitor would say so
            idle(host)
        monitors = {size: LocalClient(create_app(host)) for size, host in hosts.items()}
        ask = {f"/readyz, {size} structures": partial(computed, partial(readyz, one)) for size, one in monitors.items()}
        tick = {f"a minute of {size}": partial(spent, partial(idle, host)) for size, host in hosts.items()}
        seconds = interleaved(ROUNDS, {**ask, **tick}, collect=False)
        counts = [*(ASKED for _ in ask), *hosts]
        units = [*("question" for _ in ask), *("structure" for _ in hosts)]
        lines = [
            Line(what, found, n, unit) for (what, found), n, unit in zip(seconds.items(), counts, units, strict=True)
        ]
        few, many, *_ = (line.median for line in lines)
        report.add(
            f"many structures, {store}",
            lines,
            [Aim(f"/readyz with {MANY} structures, against {FEW}", many / few, MOST, "×")],
            ["empty structures without accounts; /readyz by the processor; a minute looks for new structures too"],
        )


@contextmanager
def serving(data: Path, size: int) -> Iterator[Host]:
    """So many empty structures, whose jobs have nothing left to do."""
    database: Database | None = Settings().database()
    preset = presets.load("laigle-mortagne")
    for number in range(size):
        name = f"Mission {number}"
        structure_folder.create(data, name=name, preset=preset, sites=(name,), database=database).engine.close()
    with open_host(data) as host:
        for _ in range(3):
            idle(host)
        yield host


def computed(work: Callable[[], object]) -> float:
    """The seconds of the processor that `work` takes, in all threads of this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


def idle(host: Host) -> None:
    tick_all(host, Settings(url=URL), 0)


def readyz(client: LocalClient) -> None:
    for _ in range(ASKED):
        assert client.get("/readyz").status_code == 200

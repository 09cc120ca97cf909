"""One case through its four stages with a task queue: pixflow, Viewflow, and a status column with an audit table."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.benchmarks.cases.asked import HERE, Asked, started
from tests.benchmarks.cases.work import PAGE, STEPS
from tests.benchmarks.environment import python_with
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized
from tests.postgres import Cluster

OPEN = sized((100,), (1_000, 10_000), (1_000, 10_000, 100_000))
ROUNDS = sized(1, 9, 9)
CASES = sized(2, 40, 40)
TIMES = {"inbox": 50, "history": 50, "page": 10}
"""Number of times that a round asks each question."""
PROGRAMS = {"ours": "pixflow", "by_viewflow": "Viewflow", "by_hand": "a status column"}
LEAST = {"SQLite": (2.5, 0.65), "PostgreSQL": (2, 0.75)}
"""By store, how many times as fast as Viewflow and as the status column a case is to be."""

Contenders = dict[str, Asked]

pytestmark = pytest.mark.benchmark


@pytest.fixture
def contenders(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Contenders]:
    """Each in a process of its own, over a database of its own."""
    cluster: Cluster | None = request.getfixturevalue("cluster") if store == "PostgreSQL" else None
    apart = {"by_viewflow": python_with(HERE / "requirements.txt")}
    with ExitStack() as stack:
        made: Contenders = {}
        for program, name in PROGRAMS.items():
            url = cluster.create_database() if cluster else None
            made[name] = stack.enter_context(started(program, tmp_path / program, url, apart.get(program)))
        yield made


def test_cases(contenders: Contenders, store: str, report: Report) -> None:
    asked: dict[str, list[Line]] = {"work": [], **{question: [] for question in TIMES}}
    for size in OPEN:
        for one in contenders.values():
            one("fill", cases=size)
        asked["work"] += measured(contenders, size, "work", "cases", CASES, cases=CASES)
        for question, times in TIMES.items():
            asked[question] += measured(contenders, size, question, question, times, times=times)
    for one in contenders.values():
        assert one("inbox", times=1)["found"] == PAGE
        assert one("history", times=1)["found"] > len(STEPS)
    about = f"{len(STEPS) + 1} transactions a case, the task queue brought up to date after each"
    notes = {"work": [about], "inbox": [f"the first {PAGE} of one advisor's tasks"], "page": ["by its own test client"]}
    for question, lines in asked.items():
        aims = [*against(lines, store)] if question == "work" else []
        report.add(f"four stages, {question}, {store}", lines, aims, notes.get(question, []))


def against(lines: Sequence[Line], store: str) -> Iterator[Aim]:
    """Yields the aims among the fewest open cases."""
    mine, *others = lines[: len(PROGRAMS)]
    for other, least in zip(others, LEAST[store], strict=True):
        yield Aim(f"work, against {other.what}, {store}", mine.rate / other.rate, least, "×", at_least=True)


def measured(contenders: Contenders, size: int, do: str, unit: str, count: int, **how: int) -> Iterator[Line]:
    """A line for each contender, among so many open cases."""
    rounds = {name: partial(one.seconds, do, **how) for name, one in contenders.items()}
    for name, seconds in interleaved(ROUNDS, rounds).items():
        yield Line(f"{name}, {size:,} open cases", seconds, count, unit)

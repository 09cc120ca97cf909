"""Timing contenders side by side, and saying what came of it."""

import gc
import json
import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

JSON = "PIXFLOW_BENCH_JSON"
"""The environment variable that names the file to write the measures to."""
SIZES = ("small", "usual", "full")
SIZE = os.environ.get("PIXFLOW_BENCH") or "usual"
"""`PIXFLOW_BENCH=full` measures at the largest sizes too, `small` only shows that everything runs."""


T = TypeVar("T")


def sized(small: T, usual: T, full: T) -> T:
    """Returns the value for the size of this run."""
    return (small, usual, full)[SIZES.index(SIZE)]


@dataclass(frozen=True)
class Line:
    """One contender: what a round of it took, in seconds, for `count` of a `unit`."""

    what: str
    seconds: Sequence[float]
    count: int
    unit: str

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def rate(self) -> float:
        return self.count / self.median


@dataclass(frozen=True)
class Aim:
    """An aim: `measured` must stay below `limit`, or reach it if `at_least`.

    The run fails where it is missed `slack` times over: by default twice the limit, or half of what was to be reached.
    """

    what: str
    measured: float
    limit: float
    unit: str = ""
    at_least: bool = False
    slack: float = 2

    @property
    def met(self) -> bool:
        return self._within(1)

    @property
    def failed(self) -> bool:
        return not self._within(self.slack)

    def _within(self, slack: float) -> bool:
        return self.measured >= self.limit / slack if self.at_least else self.measured < self.limit * slack

    def __str__(self) -> str:
        aimed = f"{'at least' if self.at_least else 'under'} {self.limit:,g}{self.unit}"
        measured = f"{self.measured:,.0f}" if self.measured >= 100 else f"{self.measured:.3g}"
        said = f"{self.what}: {measured}{self.unit}, aim {aimed}"
        if self.met:
            return f"aim met: {said}"
        return f"AIM MISSED by {abs(self.measured - self.limit) / self.limit:.0%}: {said}"


@dataclass
class Report:
    """The measurements of a run, by benchmark."""

    benchmarks: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(self, name: str, lines: Sequence[Line], aims: Sequence[Aim], notes: Sequence[str] = ()) -> None:
        """Prints a table whose ratios are against the first line, then the aims, and keeps them.

        AssertionError where an aim is missed by more than its slack: something has become slow. Not in a small run.
        """
        told = [_told(line, lines[0]) for line in lines]
        print(f"\n\n### {name}\n")
        print("| what | one round, median | lowest to highest | rate | time against the first |\n|---|---|---|---|---|")
        for one in told:
            print("| " + " | ".join(one) + " |")
        print("\n" + "\n".join(f"- {said}" for said in (*map(str, aims), *notes)))
        self.benchmarks[name] = {
            "lines": [{**asdict(line), "median": line.median, "rate": line.rate} for line in lines],
            "aims": [{**asdict(aim), "met": aim.met} for aim in aims],
            "notes": list(notes),
        }
        far = [str(aim) for aim in aims if aim.failed and SIZE != "small"]
        assert not far, "; ".join(far)

    def write(self) -> None:
        """To the file that the environment names, if any."""
        if (path := os.environ.get(JSON)) and self.benchmarks:
            document = {"measured_on": date.today().isoformat(), "machine": machine(), "benchmarks": self.benchmarks}
            Path(path).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def interleaved(
    rounds: int, contenders: Mapping[str, Callable[[], float]], *, collect: bool = True
) -> dict[str, list[float]]:
    """The seconds each contender says it took, round by round; each round begins with another one.

    Nobody pays for another's garbage: it is collected in between, unless `collect` is False (for short rounds).
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            if collect:
                gc.collect()
            seconds[name].append(contenders[name]())
    return seconds


def spent(work: Callable[[], object]) -> float:
    """The seconds that `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def noted(seconds: list[float]) -> Iterator[None]:
    """Appends the seconds that the block takes."""
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds.append(time.perf_counter() - began)


def machine() -> dict[str, object]:
    """Returns processor and versions, without the name of the machine."""
    model = next((line.split(":", 1)[1].strip() for line in _cpu_lines() if line.startswith("model name")), "unknown")
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "eventsourcing": version("eventsourcing"),
    }


def _cpu_lines() -> list[str]:
    info = Path("/proc/cpuinfo")
    return info.read_text().splitlines() if info.exists() else []


def _told(line: Line, first: Line) -> tuple[str, str, str, str, str]:
    low, high = min(line.seconds), max(line.seconds)
    each = (line.median / line.count) / (first.median / first.count)
    return (
        line.what,
        f"{_time(line.median)} for {line.count:,} {line.unit}",
        f"{_time(low)} to {_time(high)}",
        f"{line.rate:,.0f} {line.unit}/s",
        f"{each:.2f}×",
    )


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"

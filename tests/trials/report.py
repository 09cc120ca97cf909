"""The results of the trials, as the table of docs/trials.md."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.measure import machine
from tests.clock import today
from tests.trials.scale import SEED

ROOT = Path(__file__).parents[2]


@dataclass
class TrialReport:
    """The rows of one run: the trial, what was done, what was found."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, trial: str, done: str, found: str) -> None:
        """Keeps and prints a row as soon as it is known, before it is judged: what fails, or is cut, is told too."""
        self.rows.append((trial, done, found))
        print(_line(self.rows[-1]), flush=True)

    def table(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in machine().items())
        head = f"{today()}, commit {_commit()}, seed {SEED}; {told}"
        return "\n".join([head, "", *map(_line, (("trial", "done", "found"), ("---",) * 3, *self.rows))])


def _line(row: tuple[str, ...]) -> str:
    return f"| {' | '.join(row)} |"


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip() or "unknown"

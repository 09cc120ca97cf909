"""A contender in a process of its own, asked line by line."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


class Asked:
    """The answer of a contender, with the seconds that it measured."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self, do: str, **how: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps({"do": do, **how}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        assert line, f"{do}: the contender has ended, see above"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def seconds(self, do: str, **how: Any) -> float:
        return float(self(do, **how)["seconds"])


@contextmanager
def started(program: str, folder: Path, postgres: str | None, python: Path | None = None) -> Iterator[Asked]:
    """One of the programs here, over a new SQLite file in the folder or over an empty PostgreSQL database."""
    folder.mkdir()
    where = json.dumps({"folder": str(folder), "postgres": postgres})
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    command = [str(python or sys.executable), "-m", f"tests.benchmarks.cases.{program}", where]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Asked(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait(60) == 0

"""Progress of long commands: a bar on a terminal, some lines in a file."""

import os
import re
import subprocess
from contextlib import suppress
from pathlib import Path

from tests import forks
from tests.web.hosting.machine.served import PIXFLOW

LINE = ["simulate", "--young-people", "4", "--months", "3", "--data"]
DAY = re.compile(r"\d+(?:er)?\s[a-zéû]+\s2\d{3}\s:\s([\d\s]+)\sfaits")


def test_a_simulation_tells_a_file_how_far_it_is_in_ten_lines(tmp_path: Path) -> None:
    told = subprocess.run([PIXFLOW, *LINE, str(tmp_path / "data")], capture_output=True, text=True, check=True)
    facts = [int(re.sub(r"\s", "", found[1])) for line in told.stderr.splitlines() if (found := DAY.fullmatch(line))]
    assert len(facts) == len(told.stderr.splitlines()) == 10
    assert facts == sorted(facts)
    assert "Ensuite" in told.stdout


def test_a_simulation_shows_a_terminal_one_bar_that_goes(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [forks.program(), *LINE, str(tmp_path / "data")], stdout=subprocess.PIPE, stderr=theirs, text=True
    ) as process:
        os.close(theirs)
        told = b""
        with suppress(OSError):  # the end of a terminal
            while more := os.read(ours, 10_000):
                told += more
        assert process.stdout
        assert "Ensuite" in process.stdout.read()
    os.close(ours)
    assert process.returncode == 0, told.decode()
    assert "━" in told.decode()
    assert DAY.search(told.decode())

"""From a commit to the tables that show it: in the process that recorded it, and in another one."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pixflow.actor import OPERATOR, Actor
from pixflow.dossier.identity import state_project
from pixflow.store.postgres.database import Database
from tests.benchmarks.cases.asked import ROOT
from tests.benchmarks.measure import Aim, Line, Report, noted, sized
from tests.benchmarks.population import House, Life, fill, structure
from tests.benchmarks.viewer import shown
from web.hosting.host import open_host
from web.hosting.served_structure import ServedStructure

DOSSIERS = sized(10, 1_000, 1_000)
COMMITS = sized(5, 200, 500)

BY = Actor(OPERATOR)

pytestmark = pytest.mark.benchmark


@pytest.fixture
def served(
    tmp_path: Path, database: Database | None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[ServedStructure, list[UUID]]]:
    """A structure and its dossiers."""
    opened, house = structure(tmp_path, database=database), House()
    lives = [Life(house, number, begins_within=30) for number in range(DOSSIERS)]
    fill(opened.engine, [*house.told(), *(one for life in lives for one in life.thirty())])
    opened.engine.close()
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", database.url if database else "")
    with open_host(tmp_path) as found:
        yield found.structures[opened.slug], [life.dossier for life in lives]


def test_commit_to_view(served: tuple[ServedStructure, list[UUID]], tmp_path: Path, store: str, report: Report) -> None:
    here, dossiers = served
    recorded: list[float] = []
    same: list[float] = []
    other: list[float] = []
    with viewer(tmp_path) as ask:
        for turn in range(COMMITS):
            dossier, project = dossiers[turn % len(dossiers)], f"Projet {turn}"
            with noted(recorded):
                here.engine.execute({"dossier": dossier}, state_project, by=BY, command_id=uuid4(), project=project)
            there = turn % 2
            with noted(other if there else same):
                found = ask(dossier) if there else shown(here, dossier)
            assert found == project
    lines = [
        Line("the commit itself: Engine.execute", recorded, 1, "commit"),
        Line("then shown in the same process", same, 1, "view"),
        Line("then shown in another process, which is asked at once", other, 1, "view"),
    ]
    aim = Aim(
        f"shown in the same process, against its commit, {store}", lines[1].median / lines[0].median, 1, "×", slack=4
    )
    report.add(f"commit to view, {store}", lines, [aim])


@contextmanager
def viewer(data: Path) -> Iterator[Callable[[UUID], str]]:
    """Yields a function that returns what another process shows of a dossier."""
    command = [sys.executable, "-m", "tests.benchmarks.viewer", str(data)]
    with subprocess.Popen(
        command, cwd=ROOT, env=dict(os.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        told, answers = process.stdin, process.stdout
        assert answers.readline().strip() == "ready"

        def ask(dossier: UUID) -> str:
            print(dossier, file=told, flush=True)
            return answers.readline().rstrip("\n")

        yield ask
        told.close()
        assert process.wait(60) == 0

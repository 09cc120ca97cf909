"""Too low a limit of open files is refused in words, before a structure opens."""

import os
import resource
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pixflow import presets, structure_folder
from tests import forks
from tests.web.hosting.conftest import ON_SQLITE
from web.hosting.machine.process import CONNECTIONS, EACH, OTHERS
from web.hosting.settings import Settings

NAMES = ("Alençon", "Argentan", "Sées")
WANTED = 2 * (EACH * len(NAMES) + OTHERS)


@pytest.fixture
def data(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "1000")
    database, preset = Settings().database(), presets.load("laigle-mortagne")
    for name in NAMES:
        about: dict[str, Any] = {"name": name, "sites": (name,), "demonstration": True}
        structure_folder.create(tmp_path / "data", preset=preset, database=database, **about).engine.close()
    if database:
        database.close()
    return tmp_path / "data"


def started(program: list[str], soft: int, hard: int) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    return subprocess.run(program, preexec_fn=limit, env=os.environ, capture_output=True, text=True)


SERVES = """
import os, resource, sys
from pathlib import Path
from web.hosting.host import open_host
with open_host(Path(sys.argv[1]), demo=True) as host:
    assert len(os.listdir("/proc/self/fd")) <= int(sys.argv[2])
    print(len(host.structures), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def test_a_limit_below_what_the_structures_need_is_refused_in_words(data: Path) -> None:
    serves = [forks.program("python"), "-c", SERVES, str(data), str(WANTED // 2)]
    answer = started([forks.program(), "serve", "--demo", "--port", "0"], WANTED - 1, WANTED - 1)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith(f"Refusé. Les structures de ce dossier (3) demandent {WANTED} fichiers ouverts")
    assert f"ulimit -n {WANTED}" in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert started(serves, 100, WANTED).stdout == f"3 {WANTED}\n", "the soft limit follows where the hard one lets it"


@ON_SQLITE
def test_a_command_that_opens_one_structure_at_a_time_needs_few_files(data: Path) -> None:
    for words in (["tick"], ["backup"]):
        answer = started([forks.program(), *words], 32, 32)
        assert (answer.returncode, answer.stderr) == (0, "")


def test_the_units_have_room_for_a_thousand_structures() -> None:
    unit = next((Path(__file__).parents[4] / "docs" / "install" / "systemd").glob("*.d/*.conf")).read_text()
    assert int(unit.partition("LimitNOFILE=")[2].split()[0]) > EACH * 1_000 + OTHERS + CONNECTIONS

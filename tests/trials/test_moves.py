"""docs/operations.md, *A new machine* and *From SQLite to PostgreSQL*, followed in a shell on a real structure.

`systemctl` and `chown` do nothing there: no service runs, and the folder has one owner.
"""

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from pixflow import structure_folder
from pixflow.access_journal.journal import open_journal
from pixflow.access_journal.line import Line, micros
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier.identity import open_dossier
from pixflow.store.postgres.database import Database
from tests.test_docs import OPERATIONS, blocks, section
from web.accounts.store import open_accounts
from web.accounts.tables import invitations

pytestmark = pytest.mark.trial
SLUG = "mission-locale-d-alencon"
SHELL = """systemctl() {{ :; }}
chown() {{ :; }}
pixflow() {{
    [ ! -f {secret} ] || export PIXFLOW_DATABASE_URL="$(cat {secret})"
    PIXFLOW_DATA={data} {python} -m pixflow "$@"
}}
"""


class Machine:
    """A folder that stands for the root of a machine: its data, and the secret of its database."""

    def __init__(self, root: Path) -> None:
        self.root, self.data, self.secret = root, root / "lib" / "pixflow", root / "database_url"
        self.data.parent.mkdir(parents=True)

    def follow(self, commands: str, url: str = "") -> str:
        """Runs commands of the page, with the paths of this machine. Returns what they print."""
        for written, here in (
            ("/etc/credstore/pixflow_database_url", str(self.secret)),
            ("/var/lib", str(self.data.parent)),
            ("postgresql://pixflow:secret@localhost/pixflow", url),
        ):
            commands = commands.replace(written, here)
        start = SHELL.format(secret=self.secret, data=self.data, python=sys.executable)
        answer = subprocess.run(
            ["/bin/sh", "-eu"], input=start + commands, cwd=self.root, capture_output=True, text=True
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def is_whole(self, database: Database | None = None) -> None:
        """Fails unless the dossier opens by its name, the invitation waits, and who looked is known."""
        opened = structure_folder.open_one(self.data, SLUG, database=database)
        with closing(opened.engine), closing(open_journal(opened.folder, database, opened.schema)) as journal:
            (dossier,) = opened.engine.recorder.streams(["dossier.DossierOpened"])
            assert opened.engine.state("dossier", dossier).last_name == "Diallo"
            assert len(journal.of_dossier(dossier, 9)) == 1
        store = open_accounts(self.data, database)
        assert store
        with closing(store), store.read() as connection:
            assert connection.execute(select(func.count()).select_from(invitations)).scalar() == 1


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with a structure: a dossier, which somebody opened, and an invitation."""
    made = Machine(tmp_path / "one")
    made.follow(
        """pixflow init --preset laigle-mortagne --structure "Mission locale d'Alençon" --site Alençon
        pixflow staff add "Sophie Martin" sophie@ml.example --role manager
        pixflow account invite sophie@ml.example"""
    )
    opened = structure_folder.open_one(made.data, SLUG)
    with closing(opened.engine) as engine, closing(open_journal(opened.folder, None, None)) as journal:
        dossier, who = opened.stream("somebody"), {"last_name": "Diallo", "first_name": "Aminata", "birth_date": None}
        about: dict[str, Any] = {**who, "imilo_number": None, "site": "Alençon", "advisor": None}
        command = opened.stream("command")
        engine.execute({"dossier": dossier}, open_dossier, by=Actor(OPERATOR), command_id=command, via="cli", **about)
        line = Line(micros(engine.clock()), "shown", "GET /dossiers/{dossier}", dossier=dossier, why="role")
        journal.write(line, engine.today())
    return made


def commands(title: str) -> list[str]:
    return [code for _, code in blocks(section(OPERATIONS, title), "sh")]


def test_the_whole_folder_moves_to_another_machine(machine: Machine, tmp_path: Path) -> None:
    pack, unpack, _ = commands("A new machine")
    machine.follow("pixflow backup")
    machine.follow(pack)
    new = Machine(tmp_path / "other")
    (machine.root / "pixflow-data.tar").rename(new.root / "pixflow-data.tar")
    shutil.rmtree(machine.data)
    new.follow(unpack)
    new.is_whole()


def test_a_machine_that_is_lost_comes_back_from_keys_and_backups(machine: Machine, tmp_path: Path) -> None:
    *_, bring = commands("A new machine")
    machine.follow("pixflow backup")
    new = Machine(tmp_path / "other")
    for kept in ("keys", "backups", f"{SLUG}/access"):
        shutil.copytree(machine.data / kept, new.data / kept)
    shutil.rmtree(machine.data)
    new.follow(bring)
    new.is_whole()


@pytest.mark.postgres
def test_a_structure_moves_from_files_to_a_server(machine: Machine, database_url: str) -> None:
    (move,) = commands("From SQLite to PostgreSQL")
    machine.follow(move, database_url)
    with closing(Database(database_url)) as database:
        machine.is_whole(database)

"""A site that loses a file or a schema, the commands that somebody runs then, and what docs/operations.md advises."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from copy import copy
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import psycopg
from msgspec import Struct
from typer.testing import CliRunner, Result

from pixflow import structure_folder
from pixflow.actor import SITE, Actor
from pixflow.structure_folder import OpenStructure
from pixflow.team.accounts import open_account
from tests import erasures, forks
from tests.copies import copy_of
from tests.people import open_dossier
from tests.postgres import find_binaries
from web.accounts import accounts, memberships
from web.accounts.store import FOLDER, open_accounts
from web.cli.app import app
from web.hosting import settings
from web.hosting.settings import Settings

PROGRAMS = Path(sys.executable).parent
SLUG, SOPHIE, NADIA = "ici", "sophie@exemple.fr", "nadia@exemple.fr"
DOCS = Path(__file__).parent.parent / "docs" / "operations.md"
BLOCK = re.compile(r"^```sh\n# (?P<what>[^\n]*)\n(?P<commands>.*?)^```$", re.DOTALL | re.MULTILINE)
_FLEETING = re.compile(r"\.lock$|-wal$|-shm$|/read/|/access/|inspection\.json$|clock\.json$|\.head$|serve\.|/uploads")


class Whole(Struct, frozen=True):
    """Content of a site: the digest of its events up to a position, the names that it reads, who has an account."""

    head: int
    digest: str
    names: tuple[str, ...]
    people: int


class Site:
    """A data folder with a structure, its accounts and backups, and copies of an earlier day.

    Its settings are those of the environment; `url` is that of PostgreSQL, "" for SQLite.
    """

    def __init__(self, folder: Path) -> None:
        self.stands(folder)
        self.csv.write_text("any")
        self.ran("init", "--preset", "laigle-mortagne", "--structure", "Ici")
        self._joins(SOPHIE, "Sophie Lecomte")
        with self.opened() as opened:
            self.dossier, self.gone = open_dossier(opened.engine, "Diallo"), open_dossier(opened.engine, "Zanzibar")
        self._keep()
        with self.opened() as opened:
            open_dossier(opened.engine, "Petit")
            erasures.erase(opened, self.gone)
        self._joins(NADIA, "Nadia Benali")
        self.ran("keys", "rotate", "--reason", "routine")
        self.ran("rebuild")  # doctor alarms of tables that stay behind for five minutes
        self.ran("backup")
        shutil.copytree(self.data / "keys", self.apart)
        self.whole = self.look()

    def stands(self, folder: Path) -> None:
        """Is in a folder, and in the database of the settings."""
        self.url = Settings().database_url
        self.data, self.older, self.apart = folder / "data", folder / "older", folder / "apart"
        self.csv = folder / "any.csv"

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, [str(one) for one in words])

    def ran(self, *words: str) -> None:
        result = self.run(*words)
        assert result.exit_code == 0, (words, result.output)

    @contextmanager
    def opened(self) -> Iterator[OpenStructure]:
        opened = structure_folder.open_one(self.data, SLUG, database=Settings().database())
        with closing(opened.engine):
            yield opened
            opened.note()

    def look(self) -> Whole:
        """Returns what the site has now, of the events only those that it had when it was whole."""
        with self.opened() as opened:
            head = self.whole.head if hasattr(self, "whole") else opened.engine.head()
            rows = opened.engine.recorder.log(0, head, head)
            states = opened.engine.states("dossier", sorted({row[0] for row in rows if row[2].startswith("dossier.")}))
            names = tuple(sorted(state.last_name for state in states.values()))
            store = open_accounts(self.data, Settings().database())
            assert store
            with closing(store):
                people = len(memberships.of_structure(store, opened.id))
        told = repr([(*row[:3], bytes(row[3]), row[4]) for row in rows])
        return Whole(head, sha256(told.encode()).hexdigest(), names, people)

    def kept(self, part: str) -> dict[str, bytes]:
        """Returns the files that nothing may change: keys, databases, and the backups of the part that is lost."""
        others = f"backups/{SLUG if part in (ACCOUNTS, SITE_KEY) else FOLDER}/"
        files = {str(path.relative_to(self.data)): path for path in self.data.rglob("*") if path.is_file()}
        kept = (name for name in files if not _FLEETING.search(name) and not name.startswith(others))
        return {name: files[name].read_bytes() for name in kept}

    def serve(self) -> Result | subprocess.CompletedProcess[str]:
        """Starts `serve`, which must refuse: it would go on else."""
        words = [forks.program(), "serve", "--port", "0"]
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120, env=os.environ)

    def advised(self, what: str) -> None:
        """Does what *Lost files* says of a part, as an operator types it."""
        if database := Settings().database():
            database.close()  # a restore wants no other process of pixflow
            settings._open_database.cache_clear()
        found = {block["what"]: block["commands"] for block in BLOCK.finditer(DOCS.read_text())}
        on_store = f"{what}, PostgreSQL" if self.url else what
        script = (found.get(on_store) or found[what]).replace("STRUCTURE", SLUG).replace("COPY", str(self.apart))
        path = f"{Path(forks.program()).parent}:{PROGRAMS}:{find_binaries() if self.url else ''}:{os.environ['PATH']}"
        done = subprocess.run(
            ["/bin/bash", "-euc", script], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (script, done.stdout, done.stderr)

    def asked(self, statement: str) -> list[tuple[object, ...]]:
        """Runs a statement as the owner of the database, without its triggers."""
        with psycopg.connect(self.url, autocommit=True) as owner:
            owner.execute("SET session_replication_role = replica")
            found = owner.execute(statement.encode())
            return found.fetchall() if found.description else []

    def tables(self, schema: str) -> list[str]:
        return [str(name) for (name,) in self.asked(f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'")]

    def _keep(self) -> None:
        """Keeps copies of an earlier day."""
        shutil.copytree(self.data, self.older)
        for schema in SCHEMAS if self.url else ():
            self.asked(f"CREATE SCHEMA older_{schema}")
            for table in self.tables(schema):
                self.asked(f"CREATE TABLE older_{schema}.{table} AS TABLE {schema}.{table}")

    def _joins(self, email: str, name: str) -> None:
        """Adds somebody to the team, who opens an account."""
        self.ran("staff", "add", name, email, "--role", "referent")
        self.ran("account", "invite", email)
        with self.opened() as opened:
            (member,) = (id for id, one in opened.engine.references().team.items() if one.email == email)
            opened.engine.execute({"staff": member}, open_account, by=Actor(SITE), command_id=uuid4(), way="password")
            store = open_accounts(self.data, Settings().database())
            assert store
            with closing(store):
                account = accounts.create(store, email).id
                accounts.set_password(store, account, "hashed")
                memberships.accept(store, account, opened.id, member)


def site(folder: Path) -> Site:
    """A copy of a site that is made once, in the folder above that of the settings."""
    made = copy(copy_of("lost_files", folder, _site))
    made.stands(folder)
    return made


def _site(folder: Path) -> Site:
    with patch.dict(os.environ, PIXFLOW_DATA=str(folder / "data")):
        return Site(folder)


# --- what is lost

STRUCTURE_SCHEMA, SITE_SCHEMA = SCHEMAS = ("pixflow_ici", "pixflow__site")
Damage = Callable[[Site], None]
STRUCTURE, KEY, ACCOUNTS, SITE_KEY = "events, keys, ring", "the structure's key", "accounts", "the site's key"
"""Parts, by the names that *Lost files* gives them."""


def gone(site: Site, name: str) -> None:
    for path in site.data.glob(f"{name}*" if name.endswith(".db") else name):
        path.unlink()


def emptied(site: Site, name: str) -> None:
    gone(site, name)
    (site.data / name).touch(mode=0o600)


def older(site: Site, name: str) -> None:
    gone(site, name)
    shutil.copy(site.older / name, site.data / name)


def schema_gone(site: Site, name: str) -> None:
    site.asked(f"DROP SCHEMA {name} CASCADE")


def schema_emptied(site: Site, name: str) -> None:
    for table in site.tables(name):
        site.asked(f"DROP TABLE {name}.{table} CASCADE")


def schema_older(site: Site, name: str) -> None:
    for table in site.tables(name):
        site.asked(f"DELETE FROM {name}.{table}")
        site.asked(f"INSERT INTO {name}.{table} TABLE older_{name}.{table}")


ON_FILES = {"gone": gone, "emptied": emptied, "older": older}
ON_SCHEMAS = {"gone": schema_gone, "emptied": schema_emptied, "older": schema_older}


def _of(damage: Callable[[Site, str], None], name: str) -> Damage:
    return lambda site: damage(site, name)


def _ways(
    part: str, *names: str, ways: Mapping[str, Callable[[Site, str], None]] = ON_FILES, old: bool = True
) -> dict[str, tuple[str, Damage]]:
    kept = {way: damage for way, damage in ways.items() if old or way != "older"}
    return {f"{name} {way}": (part, _of(damage, name)) for name in names for way, damage in kept.items()}


FILES = {
    **_ways(STRUCTURE, "keys/ici.ring"),
    **_ways(STRUCTURE, "ici/structure.json", old=False),
    **_ways(KEY, "keys/ici.key"),
    **_ways(SITE_KEY, "keys/_site.key", old=False),
}
"""Damages of the files that both stores have."""
SQLITE = {**_ways(STRUCTURE, "ici/events.db", "ici/keys.db"), **_ways(ACCOUNTS, "_site/accounts.db")}
POSTGRES = {**_ways(STRUCTURE, STRUCTURE_SCHEMA, ways=ON_SCHEMAS), **_ways(ACCOUNTS, SITE_SCHEMA, ways=ON_SCHEMAS)}


def commands(site: Site, part: str, damage: str) -> list[tuple[str, ...]]:
    """Returns the commands that must refuse, or alarm, while a part is lost."""
    for_all = [("doctor",), ("backup", "--keep", "1")]
    invite = ("account", "invite", NADIA)
    if part in (ACCOUNTS, SITE_KEY):
        return for_all if damage.endswith("older") else [*for_all, invite, ("account", "list")]
    return [
        ("init", "--preset", "laigle-mortagne", "--structure", "Ici"),
        *for_all,
        ("rebuild",),
        ("keys", "rotate", "--reason", "routine"),
        ("tick",),
        ("import", str(site.csv), "--as", SOPHIE),
        ("erase", str(site.dossier), "--reason", "request"),
        ("erasures", "--yes"),
        ("queue", "--as", SOPHIE),
        invite,
    ]


def must_lose_nothing(site: Site, name: str) -> int:
    """Damages a site, runs every command, does what is advised. Returns the number of commands that said no."""
    part, damage = {**FILES, **(POSTGRES if site.url else SQLITE)}[name]
    damage(site)
    before, refused = site.kept(part), 0
    lines = commands(site, part, name)
    for words in lines:
        result = site.run(*words)
        assert result.exit_code == 1, (name, words, result.exit_code, result.output, result.exception)
        assert isinstance(result.exception, SystemExit), (name, words, result.exception)
        assert "Traceback" not in result.output
        if words[0] in ("doctor", "backup", "rebuild", "tick") and part in (STRUCTURE, KEY):
            assert SLUG in result.output, (name, words, result.output)
        now = site.kept(part)
        changed = {path for path, content in before.items() if now.get(path) != content}
        assert changed == set(), (name, words, changed)
        refused += 1
    if not (part == ACCOUNTS and name.endswith("older")):
        served = site.serve()
        assert isinstance(served, subprocess.CompletedProcess)
        assert served.returncode == 1, (name, served.stdout, served.stderr)
        assert "Traceback" not in served.stderr
        refused += 1
    site.advised(part)
    assert site.look() == site.whole, name
    site.ran("doctor")
    return refused

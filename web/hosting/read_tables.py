"""The read tables of a structure: where they stand, and the process that makes those that are missing."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from pixflow import structure_folder
from pixflow.backups import manifest
from pixflow.backups.backup import last_external_backup
from pixflow.refused import Refused
from pixflow.store import BuildLost, RecordsLost, folders
from pixflow.store.durable_files import private_folder
from pixflow.store.locks import FileLock
from pixflow.structure_folder import OpenStructure
from projections import contract
from projections.store import stores
from projections.store.catch_up import PART, Progress, ReadSide
from projections.store.folds import position_of_tables
from web.hosting.settings import sound
from web.hosting.structure_process import ProcessLost, Say, found_by


def reads_of(opened: OpenStructure) -> stores.Live:
    """Returns the read stores of a structure: SQLite files of this machine, whatever store keeps its events.

    They stand in its folder, or in PIXFLOW_TABLES. Raises PermissionError, and Refused("tables-shared") for tables of
    PostgreSQL's events on a disk that other machines may write to.
    """
    home, elsewhere = opened.folder, sound().tables
    if elsewhere:
        home = elsewhere / f"{opened.slug}-{opened.id.hex[:8]}"
    if elsewhere or opened.database:
        folders.check_local(home)

    def making() -> FileLock:
        private_folder(home)
        return building

    building = FileLock(home / "make.lock", limit=600)
    return stores.Live(stores.Stores(home / "read", opened.life, making), opened.engine, FileLock(home / "read.lock"))


def open_whole(data: Path, slug: str, **how: Any) -> OpenStructure:
    """Opens a structure as `structure_folder.open_one` does.

    Raises RecordsLost too when its read tables show events that are gone: the events are an older copy. Each names the
    last backup.
    """
    with naming_backup(data, slug):
        opened = structure_folder.open_one(data, slug, **how)
        try:
            _check_reached(opened)
        except BaseException:
            opened.engine.close()
            raise
        return opened


@contextmanager
def naming_backup(data: Path, slug: str) -> Iterator[None]:
    """Lets RecordsLost name the last backup of a structure."""
    try:
        yield
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
    with folders.access_in_words(), suppress(stores.NoStore):
        reads = reads_of(opened)
        for folder in (reads.stores.place.parent, reads.stores.place, reads.stores.folder):
            folders.check_access(folder)
            folders.check_databases(folder)
        if (reached := _reached(reads)) > (head := opened.engine.head()):
            raise RecordsLost("older-events", f"{head} events are there, and read tables show {reached}")


def _reached(reads: stores.Live) -> int:
    """Returns the position of the tables, 0 without live ones. Their rows are left to who reads them."""
    if not (name := reads.stores.live()):
        return 0
    database = reads.stores.open(name)
    try:
        with database.connect() as connection:
            return position_of_tables(connection)[0]
    except DatabaseError:  # Live tells damage from the rest
        with closing(reads):
            return reads.latest(reached_by)
    finally:
        database.dispose()


def reached_by(side: ReadSide) -> int:
    """Returns the position of the tables, as any process last wrote it."""
    with side.database.connect() as connection:
        return connection.execute(select(contract.position.c.position)).scalar() or 0


def make_missing(opened: OpenStructure, missing: stores.Stores, progress: Progress) -> None:
    """Makes read tables unless some are live. More than a part of events takes a process of its own.

    Python keeps for good much of what a build takes, and whoever serves runs for months. Raises the errors of the
    build, and BuildLost when its process is killed.
    """
    if opened.engine.head() <= PART:
        stores.ensure(missing, opened.engine, progress)
        return
    try:
        for done, total in found_by(_make, opened):
            progress(done, total)
    except ProcessLost as lost:
        raise BuildLost(str(lost)) from lost


def _make(opened: OpenStructure, asked: None, say: Say) -> None:
    """Makes the tables of a structure, unless some are live. Says how far it is."""
    with closing(reads_of(opened)) as reads:
        stores.ensure(reads.stores, opened.engine, lambda done, total: say((done, total)))

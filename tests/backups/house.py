"""A structure to save and to put back, on either store."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier

from pixflow import presets, structure_folder
from pixflow.backups import key_copies
from pixflow.backups.backup import back_up
from pixflow.backups.manifest import EVENTS, Backup
from pixflow.restore.restore import RestoreReport, restore
from pixflow.store.postgres.database import Database
from pixflow.store.sqlite import copy as sqlite_copy
from pixflow.structure_folder import OpenStructure
from tests import erasures
from tests.people import open_dossier

PRESET = presets.load("laigle-mortagne")
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


class House:
    """A structure in a data folder, or in a database beside it; each look at its clock is a second later."""

    def __init__(self, data: Path, new_database: Callable[[], Database | None] = lambda: None) -> None:
        self.data, self.now, self.new_database = data, START, new_database
        self.database = new_database()
        self.opened = structure_folder.create(
            data, name="Ici", preset=PRESET, sites=("Mortagne",), clock=self.clock, database=self.database
        )

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def reopen(self) -> OpenStructure:
        self.opened.engine.close()
        self.opened = structure_folder.open_one(self.data, "ici", clock=self.clock, database=self.database)
        return self.opened

    def dossier(self, last: str = "Diallo") -> UUID:
        """A dossier more."""
        return open_dossier(self.opened.engine, last)

    def backed_up(self) -> Backup:
        return back_up(self.opened)

    def restored(self, backup: Path | str, **how: Any) -> RestoreReport:
        """Put back, whoever has it open here having left; then open again."""
        self.opened.engine.close()
        how = {"rebuild": nothing, "motive": "drill", **how}
        done = restore(self.data, Path(backup), clock=self.clock, database=self.database, **how)
        self.reopen()
        return done

    def moves(self, data: Path) -> None:
        """To another machine, where nothing is but the structure's key."""
        (data / "keys").mkdir(parents=True)
        shutil.copy(self.data / "keys" / "ici.key", data / "keys")
        self.opened.engine.close()
        self.data, self.database = data, self.new_database()

    def put_aside(self, aside: str) -> int:
        """Returns the number of events there."""
        if self.database is None:
            return sqlite_copy.content_of(Path(aside) / EVENTS).head
        asked = SQL("SELECT count(*) FROM {}").format(Identifier(aside, "stored_events"))
        with self.database.owner() as owner:
            return int(owner.execute(asked).fetchall()[0][0])

    def name(self, dossier: UUID) -> str:
        """Returns the first name, or nothing once the person is erased."""
        name: str = self.opened.engine.state("dossier", dossier).last_name
        return name

    def erase(self, dossier: UUID) -> None:
        erasures.erase(self.opened, dossier)
        key_copies.refresh_keys(self.opened)


def nothing(opened: OpenStructure) -> None:
    """There are no read stores to make anew."""

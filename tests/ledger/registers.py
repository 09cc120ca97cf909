"""A structure with its register, and a copy of its events to bend."""

import shutil
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pixflow.actor import CLOCK, Actor
from pixflow.engine import new_id
from pixflow.ledger.register import Register
from pixflow.ledger.verify import Checkpoint, PublicKey
from pixflow.store import watermark
from pixflow.structure import seal_journal
from pixflow.structure_folder import OpenStructure
from tests.backups.house import House
from tests.test_inspection import Writer
from tests.test_inspection import _end as counted

BASE = "pix.exemple.fr/registre/00"


def register_of(house: House, name: str = "ledger") -> Register:
    return Register(house.data.parent / name, house.opened.slug, BASE)


def follow(register: Register, opened: OpenStructure) -> Checkpoint:
    return register.follow(opened.engine, opened.stream("structure"))


def key_of(register: Register) -> PublicKey:
    return register.known_keys()[-1].key


def filled(house: House, people: int, days: int) -> None:
    """Sealed facts of young people, and facts in clear."""
    for n in range(people):
        house.dossier(f"Diallo {chr(97 + n % 26)}")
        if n < days:
            seal(house, date(2026, 1, 1) + timedelta(days=n))


def seal(house: House, day: date) -> None:
    seal_day(house.opened, day)


def seal_day(opened: OpenStructure, day: date) -> None:
    """A fact in clear."""
    stream = opened.stream("structure")
    opened.engine.execute(
        {"structure": stream}, seal_journal, by=Actor(CLOCK), command_id=new_id(stream, f"seal_journal {day}"),
        via="cli", day=day, heads=("a 1 b",), lines=3,
    )  # fmt: skip


def records(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of its events and commands, as somebody who may read the database keeps them."""
    return {table: Writer(house.opened)(f"SELECT * FROM @.{table}") for table in ("stored_events", "commands")}


def put_back(house: House, kept: dict[str, list[tuple[Any, ...]]]) -> None:
    """Puts records back by hand: no restore, and nothing beside the database, says so."""
    write = Writer(house.opened)
    for table, rows in kept.items():
        write(f"DELETE FROM @.{table}")
        for row in rows:
            write(f"INSERT INTO @.{table} VALUES ({', '.join('?' * len(row))})", *row)
    counted(write, len(kept["stored_events"]))
    watermark.path_of(house.opened.folder).unlink()
    house.reopen()


def copied(house: House, to: Path) -> Path:
    """The events as the file of a backup, whichever store they come from."""
    to.touch()
    house.opened.engine.recorder.copy_to(to)
    return to


class Copy:
    """A copy of events in a file, which somebody bends who has every key and right."""

    def __init__(self, file: Path, random: Random) -> None:
        self.file, self.random = file, random
        with closing(self._open()) as opened, opened:
            for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                opened.execute(f"DROP TRIGGER {name}")

    @classmethod
    def of(cls, file: Path, to: Path, seed: int) -> "Copy":
        return cls(Path(shutil.copy(file, to)), Random(seed))

    def __call__(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(self._open()) as opened, opened:
            return opened.execute(statement, values).fetchall()

    def _open(self) -> sqlite3.Connection:
        opened = sqlite3.connect(self.file)
        opened.execute("PRAGMA synchronous = OFF")  # a bent copy need not outlive the machine
        return opened

    @property
    def head(self) -> int:
        return int(self("SELECT max(position) FROM stored_events")[0][0])

    def any(self, topic: str = "%", after: int = 0) -> tuple[Any, ...]:
        """A random fact: position, stream, version, topic, state."""
        return self.random.choice(
            self("SELECT * FROM stored_events WHERE topic LIKE ? AND position > ? ORDER BY position", topic, after)
        )

    def write(self, position: int, state: bytes) -> None:
        self("UPDATE stored_events SET state = ? WHERE position = ?", state, position)

    def renumber(self, after: int, by: int) -> None:
        """Moves all positions after one, of events and of commands."""
        self("UPDATE stored_events SET position = -position WHERE position > ?", after)
        self("UPDATE stored_events SET position = ? - position WHERE position < 0", by)
        for column in ("first_position", "last_position"):
            self(f"UPDATE commands SET {column} = {column} + ? WHERE {column} > ?", by, after)

"""Erased people leave no bytes in the files of the read tables, after their dossiers were worked on one by one."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import update

from pixflow.actor import OPERATOR, Actor
from pixflow.dossier.follow_up import take_note
from pixflow.dossier.identity import correct_contact, open_dossier
from pixflow.engine import Engine
from projections.contract import position
from projections.store import sqlite
from projections.store.catch_up import DAYS
from tests import erasures
from tests.trials.mission import SITE, Mission, found
from tests.trials.report import TrialReport
from tests.trials.scale import SEED, many
from web.hosting.served_structure import ServedStructure, serve_one

_TRACE = re.compile(rb"zan[k-t]{6}|[+]33698[0-9]{6}")  # no part of an id looks like either
pytestmark = pytest.mark.trial

PEOPLE, ERASED, TIMES = many("people", 2_000), many("erased", 1_800), many("seeds", 5)
STEPS = 4
"""Times that somebody works on each dossier after it was opened."""


class Youth:
    """An invented person, whose name and phone stand nowhere else."""

    def __init__(self, number: int) -> None:
        self.dossier = uuid4()
        self.name = f"Zan{''.join(chr(107 + int(digit)) for digit in f'{number:06}')}"
        self.phone = f"0698{number:06}"

    def traces(self) -> set[bytes]:
        """Returns what tells of them in small letters: their name, and their phone as it is stored."""
        return {self.name.lower().encode(), b"+33" + self.phone[1:].encode()}


class Office:
    """The advisor's work in a structure; its read tables follow each command."""

    def __init__(self, served: ServedStructure, mission: Mission, chance: Random) -> None:
        self.served = served
        self.by = Actor(str(mission.advisor))
        self.advisor = mission.advisor
        self.chance = chance

    @property
    def engine(self) -> Engine:
        return self.served.engine

    def work(self, youths: Sequence[Youth]) -> None:
        """Opens dossiers and works on those already open, in an order of chance."""
        visits = [youth for youth in youths for _ in range(STEPS + 1)]
        self.chance.shuffle(visits)
        met: set[UUID] = set()
        for youth in visits:
            if youth.dossier not in met:
                self._open(youth)
                met.add(youth.dossier)
            else:
                self._go_on(youth)
            self.served.read()

    def erase(self, youths: Sequence[Youth]) -> None:
        """Erases people, and wipes the read tables now and then."""
        for youth in youths:
            erasures.erase(self.served.opened, youth.dossier)
            if self.chance.random() < 1 / 20:
                self.served.read()
        self.served.read()

    def _open(self, youth: Youth) -> None:
        identity = {"last_name": youth.name, "first_name": "Aminata", "birth_date": None, "imilo_number": None}
        self._do(open_dossier, youth, **identity, site=SITE, advisor=self.advisor)

    def _go_on(self, youth: Youth) -> None:
        if self.chance.random() < 0.5:
            self._do(correct_contact, youth, phone=youth.phone, email=self._words(1) + "@exemple.fr")
        else:
            self._do(take_note, youth, text=f"{youth.name} {self._words(self.chance.randint(1, 60))}")

    def _words(self, count: int) -> str:
        return " ".join("".join(self.chance.choices("abcdefgh", k=6)) for _ in range(count))

    def _do(self, decision: Any, youth: Youth, **sent: Any) -> None:
        by = Actor(OPERATOR) if decision is open_dossier else self.by
        self.engine.execute({"dossier": youth.dossier}, decision, by=by, command_id=uuid4(), **sent)


def left(folder: Path, youths: Sequence[Youth]) -> list[tuple[str, bytes]]:
    """Returns each trace of these people in a file of the folder, in capitals or not."""
    traces = set().union(*(youth.traces() for youth in youths))
    there = {path.name: set(_TRACE.findall(path.read_bytes().lower())) for path in folder.rglob("*") if path.is_file()}
    return [(name, trace) for name, found in there.items() for trace in sorted(found & traces)]


@contextmanager
def office(data: Path, seed: int) -> Iterator[Office]:
    mission = found(data, dossiers=0)
    with mission.opened() as opened, closing(serve_one(opened)) as served:
        yield Office(served, mission, Random(seed))


def a_month_ago(served: ServedStructure) -> None:
    """Makes the work of today that of an earlier day: its rows are kept at the end of that day."""
    with served.read().writing() as connection:
        connection.execute(update(position).values(day=position.c.day - 30))
        for days in DAYS.values():
            connection.execute(update(days).values(begun=days.c.begun - 30))


def erased_of(data: Path, seed: int) -> list[tuple[str, bytes]]:
    youths = [Youth(number) for number in range(PEOPLE)]
    with office(data, seed) as at_work:
        at_work.work(youths)
        a_month_ago(at_work.served)
        gone = at_work.chance.sample(youths, ERASED)
        assert len(left(at_work.served.opened.folder / "read", gone)) > ERASED, "the check would find nothing"
        at_work.erase(gone)
        return left(at_work.served.opened.folder / "read", gone)


def test_nobody_erased_is_left_in_the_read_tables(tmp_path: Path, trial_report: TrialReport) -> None:
    found_after = [erased_of(tmp_path / str(seed), SEED + seed) for seed in range(TIMES)]
    trial_report.add(
        "erased people in the files of read/",
        f"{TIMES} times {PEOPLE} dossiers worked on one by one, {ERASED} erased",
        f"{sum(map(len, found_after))} traces left",
    )
    assert found_after == [[]] * TIMES


def test_control_what_is_overwritten_where_it_stands_leaves_copies(
    tmp_path: Path, trial_report: TrialReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "write_anew", emptied)
    found_after = erased_of(tmp_path, SEED)
    trial_report.add(
        "control: secure_delete without VACUUM",
        f"{PEOPLE} dossiers worked on one by one, {ERASED} erased",
        f"{len(found_after)} traces left",
    )
    assert found_after


def emptied(database: Database) -> bool:
    """Moves the write-ahead log into the file, and does not rewrite it."""
    with database.connect() as connection:
        driver: Any = connection.connection.driver_connection
        connection.rollback()
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return True

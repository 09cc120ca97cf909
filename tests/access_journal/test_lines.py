"""Tests the access journal on both stores: months, the chain, its seals, and every way to tamper with it."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from msgspec import structs

from pixflow import presets, structure_folder
from pixflow.access_journal import reading as mass_reading
from pixflow.access_journal import seal
from pixflow.access_journal.journal import AccessJournal, Period, open_journal
from pixflow.access_journal.line import ChainHead, Line, Why, first_of, instant, join_people, micros, next_head
from pixflow.access_journal.postgres import PostgresJournal
from pixflow.access_journal.reading import DELAY, SOON, Bounds, Counts, MemberReading
from pixflow.access_journal.sqlite import SqliteJournal
from pixflow.backups.backup import back_up
from pixflow.events.structure import JournalSealed
from pixflow.restore.restore import restore
from pixflow.store import StoreFull
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from tests.test_engine import at_once

FIRST = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
NADIA, DOSSIER = uuid4(), uuid4()


class Opened:
    """A structure with a journal, and a clock that stands still until a test moves it."""

    def __init__(self, data: Path, database: Database | None) -> None:
        self.now = FIRST
        self.structure: OpenStructure = structure_folder.create(
            data,
            name="Mission locale de Tarbes",
            preset=presets.load("laigle-mortagne"),
            sites=("Tarbes",),
            clock=lambda: self.now,
            database=database,
        )
        self.journals: list[AccessJournal] = []
        self.journal = self.again()

    def again(self) -> AccessJournal:
        """Returns the journal as another process opens it."""
        self.journals.append(open_journal(self.structure.folder, self.structure.database, self.structure.schema))
        return self.journals[-1]

    def close(self) -> None:
        for journal in self.journals:
            journal.close()
        self.structure.engine.close()

    def write(self, journal: AccessJournal | None = None, **said: Any) -> None:
        line = {"dossier": DOSSIER, "why": "role", "member": NADIA, **said}
        at = micros(self.now)
        (journal or self.journal).write(Line(at, "shown", "GET /dossiers", **line), self.structure.engine.today())

    def count(self, journal: AccessJournal | None = None, **said: Any) -> Counts:
        """Writes a line of one's own dossier, which counts nothing, and counts the lines before it."""
        line = Line(micros(self.now), "shown", "GET /dossiers", member=NADIA, **{"why": "own", **said})
        today = self.structure.engine.today()
        return (journal or self.journal).write_and_count(line, today, seal.midnight(today, "Europe/Paris"), 0)

    def seal(self) -> int:
        return seal.seal_days(self.structure.engine, self.structure.stream("structure"), self.journal)

    def seals(self) -> list[JournalSealed]:
        history = self.structure.engine.history(self.structure.stream("structure"))
        return [one.event for one in history if isinstance(one.event, JournalSealed)]

    def faults(self) -> list[str]:
        return [fault.code for fault in seal.faults(self.again(), self.structure.engine, self.seals())]

    def tamper(self, statement: str) -> None:
        """Changes rows as somebody who owns the database."""
        if self.structure.database and self.structure.schema:
            with psycopg.connect(self.structure.database.url, autocommit=True) as owner:
                owner.execute(statement.replace("lines", f"{self.structure.schema}__access.lines_202603").encode())
            return
        with closing(sqlite3.connect(self.file, isolation_level=None)) as file:
            for trigger in ("no_update", "no_delete"):
                file.execute(f"DROP TRIGGER IF EXISTS {trigger}")
            file.execute(statement)

    @property
    def file(self) -> Path:
        return self.structure.folder / "access" / "2026-03.db"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    database = Database(request.getfixturevalue("database_url")) if request.param == "postgres" else None
    made = Opened(tmp_path, database)
    yield made
    made.close()
    if database:
        database.close()


@pytest.mark.postgres
def test_lines_in_files_follow_their_structure_to_a_server(tmp_path: Path, database_url: str) -> None:
    """Cut off once: what was moved stays, the rest comes with the next opening. Their seals hold there."""
    files = Opened(tmp_path, None)
    for days in (0, 1, 33):
        files.now = FIRST + timedelta(days=days)
        files.write()
        files.write(files.again())
        files.seal()
    backup = back_up(files.structure).path
    files.close()
    files.file.parent.rename(tmp_path / "access")
    shutil.rmtree(files.structure.folder)
    with closing(Database(database_url)) as database:
        restore(
            tmp_path, backup, motive="move", rebuild=lambda opened: None, clock=lambda: files.now, database=database
        )
        (tmp_path / "access").rename(files.file.parent)
        server = PostgresJournal(database, structure_folder.schema_of(files.structure.slug))
        moved = SqliteJournal(files.structure.folder)
        server.take(202603, moved.select(202603, "SELECT * FROM lines WHERE number = 1"))
        moved.close()
        slug = files.structure.slug
        there = structure_folder.open_one(tmp_path, slug, clock=lambda: files.now, database=database)
        with closing(there.engine), closing(open_journal(there.folder, database, there.schema)) as journal:
            seals = [one.event for one in there.engine.history(there.stream("structure"))]
            assert seal.faults(journal, there.engine, [one for one in seals if isinstance(one, JournalSealed)]) == []
            assert journal.store.months() == [202603, 202605]
            assert len(journal.of_dossier(DOSSIER, 9)) == 6
    assert list(files.file.parent.iterdir()) == []


def test_a_month_that_another_process_deleted_is_made_again(opened: Opened) -> None:
    """A program whose clock was a year ahead forgot it: pages go on, and doctor finds what is missing."""
    opened.write()
    opened.again().store.drop(202603)
    opened.write()
    opened.count()
    (row,) = opened.again().of_dossier(DOSSIER, 9)
    assert row.dossier == DOSSIER


def test_the_bytes_of_a_chain() -> None:
    """Made by hand: the program of today checks the lines of a year ago."""
    at, chain = int(FIRST.timestamp()) * 1_000_000, UUID(int=5)
    line = Line(micros(FIRST), "shown", "GET /dossiers", UUID(int=1), UUID(int=2), b"12345678", why="role")
    numbers = [number.to_bytes(8) for number in (at, 0, 0)]
    texts = [b"shown", b"GET /dossiers", UUID(int=1).bytes, UUID(int=2).bytes, b"12345678"]
    written = [len(one).to_bytes(4) + one for one in (numbers[0], *texts)] + [b"\xff" * 4]
    written += [len(one).to_bytes(4) + one for one in (*numbers[1:], b"role")]
    head = next_head(first_of(chain), line)
    assert head.digest == sha256(b"\x20" + chain.bytes + (1).to_bytes(8) + b"".join(written)).digest()
    assert (head.number, ChainHead.read(str(head)), instant(at)) == (1, head, FIRST)


def test_a_day_that_is_over_is_sealed_once(opened: Opened) -> None:
    assert opened.seal() == 0, "no line yet"
    for _ in range(3):
        opened.write()
    other = opened.again()
    opened.write(other)
    assert opened.seal() == 0, "the day is not over"
    opened.now += timedelta(days=1)
    opened.write()
    assert (opened.seal(), opened.seal()) == (1, 0)
    (fact,) = opened.seals()
    assert (fact.day, fact.lines, len(fact.heads)) == (date(2026, 3, 30), 4, 2)
    assert opened.structure.engine.references().structure.sealed == date(2026, 3, 30)
    assert opened.again().sealed_until is None
    assert opened.faults() == []


def test_a_day_is_over_five_minutes_after_its_midnight(opened: Opened) -> None:
    """Its last lines may be written a moment later. A day without lines has no seal."""
    opened.now = datetime(2026, 4, 1, 21, 59, 59, 999_999, tzinfo=UTC)
    opened.write()
    opened.now = datetime(2026, 4, 1, 22, 4, 59, 999_999, tzinfo=UTC)
    opened.write()
    assert opened.seal() == 0
    opened.now += timedelta(microseconds=1)
    opened.journal.sealed_until = None  # as in a process that begins
    assert opened.seal() == 1
    assert [(seal.day, seal.lines) for seal in opened.seals()] == [(date(2026, 4, 1), 1)]
    opened.now += timedelta(days=3)
    assert opened.seal() == 1
    assert [(seal.day, seal.lines) for seal in opened.seals()][1:] == [(date(2026, 4, 2), 1)]
    assert opened.faults() == []


def test_the_next_month_is_another_file_and_its_chain_begins_anew(opened: Opened) -> None:
    opened.write()
    opened.now += timedelta(days=3)
    opened.write()
    assert opened.journal.store.months() == [202603, 202604]
    assert opened.seal() == 1
    opened.now += timedelta(days=1)
    assert opened.seal() == 1
    assert [seal.day for seal in opened.seals()] == [date(2026, 3, 30), date(2026, 4, 2)]
    assert opened.faults() == []
    assert [line.at for line in opened.journal.of_dossier(DOSSIER, 9)] == [
        micros(FIRST + timedelta(days=3)), micros(FIRST),
    ]  # fmt: skip


@pytest.mark.parametrize("opened", ["sqlite"], indirect=True)
def test_a_month_whose_making_was_cut_off_is_made(opened: Opened) -> None:
    """A full disk, or a crash, left its file without a table."""
    folder = opened.structure.folder / "access"
    folder.mkdir()
    (folder / "2026-03.db").touch()
    opened.write()
    assert opened.faults() == []


@pytest.mark.parametrize("opened", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_and_the_next_line_begins_a_chain(opened: Opened) -> None:
    opened.now = datetime(2026, 12, 1, 8, tzinfo=UTC)
    opened.write()
    assert opened.journal.store.months() == [202612]
    file = opened.journal.store._connection(202612)
    file.execute("PRAGMA max_page_count = 1")  # as many as there are
    with pytest.raises(StoreFull):
        write_many(opened, 1_000)
    file.execute("PRAGMA max_page_count = 1000000")
    opened.write()
    assert opened.faults() == []


def write_many(opened: Opened, number: int) -> None:
    for _ in range(number):
        opened.write()


def test_a_month_goes_after_twelve_whole_ones(opened: Opened) -> None:
    opened.write()
    assert opened.journal.forget(date(2027, 3, 31)) == []
    assert opened.journal.forget(date(2027, 4, 1)) == [202603]
    assert opened.journal.store.months() == []
    opened.now = datetime(2027, 4, 1, 8, tzinfo=UTC)
    opened.write()
    assert opened.journal.store.months() == [202704]
    assert opened.faults() == [], "what is forgotten is no fault"


TAMPERINGS = {
    "a reader": "UPDATE lines SET member = account WHERE number = 2",
    "a dossier": "UPDATE lines SET dossier = chain WHERE number = 1",
    "an instant": "UPDATE lines SET at = at + 1 WHERE number = 3",
    "a page": "UPDATE lines SET page = 'GET /boite' WHERE number = 2",
    "a reason": "UPDATE lines SET why = 'own' WHERE number = 2",
    "a person of a list": "UPDATE lines SET listed = substr(listed, 1, 16) WHERE number = 2",
    "the people of a list": "UPDATE lines SET listed = NULL WHERE number = 3",
    "people of no list": "UPDATE lines SET listed = digest WHERE number = 1",
    "a digest": "UPDATE lines SET digest = (SELECT digest FROM lines WHERE number = 1) WHERE number = 3",
    "a line removed": "DELETE FROM lines WHERE number = 2",
    "the first removed": "DELETE FROM lines WHERE number = 1",
    "the last removed": "DELETE FROM lines WHERE number = 3",
    "a line inserted": (
        "INSERT INTO lines SELECT month, chain, 4, at, what, page, account, member, session,"
        " dossier, people, fresh, why, digest, listed FROM lines WHERE number = 3"
    ),
    "everything": "DELETE FROM lines",
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_tampering_is_found(opened: Opened, what: str) -> None:
    for people in ([], [DOSSIER, NADIA], [DOSSIER]):
        opened.write(listed=join_people(people))
    opened.now += timedelta(days=1)
    opened.seal()
    opened.journal.close()
    opened.tamper(TAMPERINGS[what])
    assert opened.faults(), what


def test_a_fault_names_its_chain_and_its_line(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """In each part of a chain that is read at once."""
    monkeypatch.setattr(seal, "PART", 2)
    for _ in range(4):
        opened.write()
    opened.now += timedelta(days=1)
    opened.seal()
    chain = ChainHead.read(opened.seals()[0].heads[0]).chain.hex
    opened.journal.close()
    opened.tamper("DELETE FROM lines WHERE number = 2")
    opened.tamper("UPDATE lines SET page = 'GET /boite' WHERE number = 4")
    found = seal.faults(opened.again(), opened.structure.engine, opened.seals())
    assert [(one.code, one.month, one.about) for one in found] == [
        ("missing", 202603, f"{chain} 2"),
        ("changed", 202603, f"{chain} 4"),
        ("day", 202603, "2026-03-30"),
    ]


def test_a_chain_that_was_computed_anew_is_found_by_its_seal(opened: Opened) -> None:
    """The owner of the database writes the same lines of another reader, with digests that fit."""
    for _ in range(3):
        opened.write()
    opened.now += timedelta(days=1)
    opened.seal()
    opened.journal.close()
    opened.tamper("DELETE FROM lines")
    forged = opened.again()
    forged._heads[202603] = first_of(ChainHead.read(opened.seals()[0].heads[0]).chain)
    opened.now -= timedelta(days=1)
    for _ in range(3):
        opened.write(forged, member=uuid4())
    opened.now += timedelta(days=1)
    forged.close()
    assert opened.faults() == ["changed"]


def test_a_forged_chain_of_a_sealed_day_is_found(opened: Opened) -> None:
    opened.write()
    opened.now += timedelta(days=1)
    opened.seal()
    opened.now -= timedelta(days=1)
    opened.write(opened.again())
    opened.now += timedelta(days=1)
    assert opened.faults() == ["day"]


def test_the_missing_file_of_a_day_is_found(opened: Opened) -> None:
    opened.write()
    opened.now += timedelta(days=1)
    opened.seal()
    opened.journal.store.drop(202603)
    assert set(opened.faults()) == {"missing", "day"}
    opened.now = datetime(2027, 3, 31, 8, tzinfo=UTC)
    assert set(opened.faults()) == {"missing", "day"}
    opened.now = datetime(2027, 4, 1, 8, tzinfo=UTC)
    assert opened.faults() == [], "it is kept no more"


def test_lines_of_many_threads_stand_in_one_chain(opened: Opened) -> None:
    def write_twenty() -> None:
        for _ in range(20):
            opened.write()

    at_once([write_twenty] * 8)
    (((numbers, chains),),) = [opened.journal.store.select(202603, _NUMBERS)]
    assert (numbers, chains, opened.faults()) == (160, 1, [])


_NUMBERS = "SELECT max(number), count(DISTINCT chain) FROM lines"


def test_a_reading_is_counted_in_ten_minutes_and_in_a_day(opened: Opened) -> None:
    def counts() -> tuple[int, ...]:
        return structs.astuple(opened.count(opened.again()))

    for _ in range(2):
        opened.write(dossier=DOSSIER)
    for why in ("role", "glass", "own", "task"):
        opened.write(dossier=uuid4(), why=why)
    opened.write(dossier=None, people=50, fresh=40)
    opened.write(dossier=uuid4(), member=uuid4())
    assert counts() == (3, 3, 40, 40)
    opened.now += timedelta(minutes=10, microseconds=-1)
    assert counts() == (3, 3, 40, 40)
    opened.now += timedelta(microseconds=1)
    assert counts() == (0, 3, 0, 40), "ten minutes, to the microsecond"
    opened.write(dossier=uuid4())
    assert counts() == (1, 4, 0, 40)
    opened.now += timedelta(hours=13, minutes=40)
    assert counts() == (0, 4, 0, 40), "until midnight"
    opened.now += timedelta(minutes=10)
    assert counts() == (0, 0, 0, 0), "until midnight"


def test_two_processes_count_what_the_store_has(opened: Opened) -> None:
    """Whatever one remembers: across midnight and months, lines by dozens, a clock set back, an account restored."""
    chance, written, restored = Random(5), list[Line](), 0
    processes = [opened.journal, opened.again()]
    dossiers = [uuid4() for _ in range(12)]
    opened.now = datetime(2026, 3, 31, 20, 0, tzinfo=UTC)

    def line() -> Line:
        dossier = chance.choice([None, *dossiers])
        fresh = 0 if dossier else chance.randrange(1, 50)
        why: Why = chance.choice(["role", "glass", "own"])
        at = micros(opened.now) - chance.choice([0, 0, 1, DELAY])
        return Line(at, "shown", "", None, NADIA, None, dossier, 0, fresh, why)

    for _ in range(120):
        opened.now += timedelta(seconds=chance.choice([0, 0, 1, 9, 25, 40, 200, 590, -7, -100, 1_800]))
        restored = chance.choices([restored, micros(opened.now)], [30, 1])[0]
        today, process = opened.structure.engine.today(), chance.choice(processes)
        midnight = seal.midnight(today, "Europe/Paris")
        for _ in range(chance.choice([0, 0, 0, 2, 15, 16, 40])):
            written.append(line())
            process.write(written[-1], today)
        written.append(structs.replace(line(), at=micros(opened.now)))
        counts = chance.choice(processes).write_and_count(written[-1], today, midnight, restored)
        assert counts == counted(written, max(written[-1].at - SOON, restored), max(midnight, restored))
    processes[1].close()


def counted(lines: list[Line], soon: int, day: int) -> Counts:
    far = [one for one in lines if one.why in ("role", "glass")]
    dossiers_soon = {one.dossier for one in far if one.dossier and one.at > soon}
    dossiers = len({one.dossier for one in far if one.dossier and one.at >= day})
    people, listed = sum(one.fresh for one in far if one.at > soon), sum(one.fresh for one in far if one.at >= day)
    return Counts(len(dossiers_soon), dossiers, people, listed)


def test_what_is_remembered_serves_within_its_bounds_for_ten_minutes() -> None:
    reading, at = MemberReading(Bounds(1_000, 500), at=10_000), 10_000
    reading.learn([], at + 5)
    assert reading.known_until == at + 5 - 30_000_000, "thirty seconds"
    assert reading.serves(Bounds(1_000, 500), at)
    assert reading.serves(Bounds(1_001, 501), at + SOON - 1)
    assert not reading.serves(Bounds(1_001, 501), at + SOON)
    assert not reading.serves(Bounds(999, 500), at), "a clock was set back by a moment"
    assert not reading.serves(Bounds(1_000, 499), at), "and by a day"
    assert reading.serves(Bounds(1_000, 500), reading.known_until)
    assert not reading.serves(Bounds(1_000, 500), reading.known_until - 1), "a line of an instant before is another's"
    reading.learn([], at)
    assert reading.known_until == at + 5 - DELAY, "of two pages at once, the earlier one may be counted last"


def test_a_line_that_waited_long_counts_after_ten_minutes_at_the_latest(opened: Opened) -> None:
    """Another process was stopped between the instant of a line and its writing."""
    opened.count(why="role")
    opened.now += timedelta(minutes=5)
    late = Line(micros(opened.now), "shown", "", None, NADIA, None, uuid4(), 0, 0, "role")
    opened.now += timedelta(minutes=2)
    opened.count(why="role")
    other = opened.again()
    other.write(late, opened.structure.engine.today())
    opened.now += timedelta(minutes=3)
    assert opened.count(why="role") == Counts(soon=1, day=1, people=0, listed=0)
    other.close()


def months_read(journal: AccessJournal, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Returns a list to which each month is added that is read from now on."""
    months, select = [], journal.store.select

    def noted(month: int, *asked: Any) -> Any:
        months.append(month)
        return select(month, *asked)

    monkeypatch.setattr(journal.store, "select", noted)
    return months


@pytest.mark.parametrize("opened", ["sqlite"], indirect=True)
def test_sixteen_lines_that_are_new_are_read_anew(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short question gives so many: there may be more."""
    other = opened.again()
    opened.count()
    read = months_read(opened.journal, monkeypatch)
    for _ in range(15):
        opened.write(other)
    assert (opened.count().day, read) == (1, [202603])
    opened.write(other, dossier=uuid4())
    assert (opened.count().day, read) == (2, [202603] * 3)


def test_the_last_readings_of_a_dossier_come_from_as_many_months_as_needed(opened: Opened) -> None:
    for n in range(4):
        opened.write(session=bytes([n]) * 8)
        opened.now += timedelta(hours=2)
    opened.now += timedelta(days=2)
    opened.write(session=b"5" * 8)
    found = opened.journal.of_dossier(DOSSIER, 3)
    assert [line.session for line in found] == [b"5" * 8, b"\3" * 8, b"\2" * 8]
    assert opened.journal.page(Period(0, micros(opened.now) + 1), 2, 3)[0].session == b"\1" * 8


@pytest.mark.parametrize(
    ("day", "minutes", "months"),
    [(1, 3, [202604, 202603]), (1, 10, [202604]), (1, 9, [202604, 202603]), (1, 700, [202604]), (2, 3, [202604])],
)
@pytest.mark.parametrize("opened", ["sqlite"], indirect=True)
def test_a_count_reads_the_month_before_for_ten_minutes(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, day: int, minutes: int, months: list[int]
) -> None:
    opened.now = instant(seal.midnight(date(2026, 4, day), "Europe/Paris") + minutes * 60_000_000)
    read = months_read(opened.journal, monkeypatch)
    opened.count()
    assert read == months
    assert opened.journal.store.months() == [202604], "to read makes no month"


def test_lines_are_read_of_everybody_and_of_one_member_across_months(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, paul, first = opened.journal, uuid4(), micros(opened.now)
    for n in range(3):
        opened.write(dossier=None, people=n)
        opened.now += timedelta(minutes=1)
    opened.write(member=paul)
    opened.now += timedelta(days=3)
    for dossier in (DOSSIER, uuid4()):
        opened.write(member=paul, dossier=dossier)
    until = micros(opened.now) + 1
    all_of_them, pauls = Period(first, until), Period(first, until, paul)
    assert (journal.total(all_of_them), journal.total(pauls)) == (6, 3)
    assert journal.total(Period(first, micros(opened.now))) == 4, "until an instant, without it"
    lines = journal.page(all_of_them, 9, 0)
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
    assert [line for offset in (0, 2, 4, 6) for line in journal.page(all_of_them, 2, offset)] == lines
    assert [line.at for line in journal.between(first, until)] == sorted(line.at for line in lines)
    assert {line.member for line in journal.page(pauls, 9, 0)} == {paul}
    sums = [(one.dossier, one.times, one.people) for one in journal.read_in(pauls)]
    assert sums[0] == (DOSSIER, 1, 0)
    assert len(sums) == 3
    assert journal.read_in(all_of_them) == journal.read_in(pauls)
    (of_lists,) = journal.listed_in(all_of_them)
    assert (of_lists.dossier, of_lists.times, of_lists.people) == (None, 2, 3)
    months = months_read(journal, monkeypatch)
    assert [line.at for line in journal.of_dossier(DOSSIER, 1)] == [micros(opened.now)]
    assert journal.page(all_of_them, 2, 0) == lines[:2]
    assert months == [202604, 202604], "a month that is not needed is not read"


def test_people_shown_again_that_day_are_not_fresh(opened: Opened) -> None:
    """In another process, and after a start: each page leaves its line after it was counted."""
    paul, lea = uuid4(), uuid4()

    def fresh(journal: AccessJournal, *people: UUID, member: UUID = NADIA) -> int:
        today = opened.structure.engine.today()
        found = journal.fresh(member, people, today, seal.midnight(today, "Europe/Paris"), micros(opened.now))
        opened.write(journal, member=member, dossier=None, fresh=found, listed=join_people(people))
        return found

    first, other = opened.journal, opened.again()
    assert fresh(first, paul, paul) == 1
    assert fresh(first, paul, lea) == 1
    assert fresh(other, paul, lea) == 0, "what the first one showed"
    assert fresh(first, paul, member=uuid4()) == 1, "of one member"
    people = [uuid4() for _ in range(3_000)]
    opened.now += timedelta(minutes=1)
    assert fresh(other, *people) == 3_000
    assert fresh(first, *people, uuid4()) == 1, "what was shown since its last question"
    assert fresh(opened.again(), *people, lea) == 0, "at a start"
    opened.now += timedelta(days=1)
    assert [fresh(one, lea) for one in (first, other, first)] == [1, 0, 0], "another day"
    opened.now += timedelta(days=2)
    assert [fresh(one, lea) for one in (other, first)] == [1, 0], "another month"
    assert opened.faults() == []


@pytest.mark.parametrize(
    "evening",
    [datetime(2026, month, 31, hour, 55, tzinfo=UTC) for month, hour in ((1, 22), (3, 21), (12, 22))],
    ids=["January", "March", "December"],
)
def test_a_reading_around_midnight_counts_in_both_months(opened: Opened, evening: datetime) -> None:
    """Five minutes to midnight in Paris, in summer and in winter; then three minutes past."""
    opened.now = evening
    opened.write(dossier=uuid4())
    opened.now += timedelta(minutes=8)
    opened.write(dossier=uuid4())
    assert opened.count(why="role", dossier=DOSSIER) == Counts(soon=3, day=2, people=0, listed=0), "with its own line"


def test_a_list_names_its_people_once_each_with_those_that_no_line_names(opened: Opened) -> None:
    """An empty list, one of 3,000, a page drawn anew that lists others, a line that counts; over a month's end."""
    journal, people, first = opened.journal, sorted(uuid4() for _ in range(3_000)), micros(opened.now)
    opened.write(dossier=None, people=0)
    opened.write(dossier=None, people=3_007, listed=join_people(reversed(people)))
    opened.now += timedelta(days=2)
    again = Line(
        micros(opened.now),
        "refreshed",
        "GET /dossiers",
        None,
        NADIA,
        None,
        DOSSIER,
        1,
        0,
        "role",
        join_people(people[:1]),
    )
    for line in (again, structs.replace(again, what="counted"), structs.replace(again, what="stopped", people=0)):
        journal.write(line, opened.structure.engine.today())
    last = micros(opened.now)
    assert next(journal.between(first, last)).ids == []
    found = opened.again().listed_in(Period(first, last + 1, NADIA))
    assert [one.dossier for one in found] == [*people, None]
    assert [(one.first, one.last, one.times, one.people) for one in found[:2]] == [
        (first, last, 2, 2),
        (first, first, 1, 1),
    ]
    assert (found[-1].times, found[-1].people) == (1, 7)
    assert opened.journal.listed_in(Period(first, last + 1, uuid4())) == []
    assert [line.dossier for line in journal.of_dossier(people[0], 9)] == [], "to be listed is no opening"
    assert opened.faults() == []


@pytest.mark.postgres
def test_the_role_of_the_pool_changes_and_deletes_no_line(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    opened = Opened(tmp_path, database)
    opened.write()
    schema = f"{opened.structure.schema}__access"
    for statement in ("UPDATE {}.lines SET people = 9", "DELETE FROM {}.lines", "DROP TABLE {}.lines_202603"):
        with pytest.raises(Exception, match="lines"):
            database.execute((statement.format(schema).encode(), []))
    assert opened.faults() == []
    opened.close()
    database.close()


def test_no_row_of_a_file_is_changed_or_deleted(tmp_path: Path) -> None:
    opened = Opened(tmp_path, None)
    opened.write()
    with closing(sqlite3.connect(opened.file)) as file:
        for statement in ("UPDATE lines SET people = 9", "DELETE FROM lines"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                file.execute(statement)
    assert oct(opened.file.stat().st_mode & 0o777) == "0o600"
    assert oct(opened.file.parent.stat().st_mode & 0o777) == "0o700"
    opened.close()


def test_a_file_that_is_deleted_meanwhile_is_noticed(tmp_path: Path) -> None:
    opened = Opened(tmp_path, None)
    opened.write()
    opened.file.unlink()
    opened.write()
    assert opened.faults() == ["missing"]
    opened.close()


def test_of_many_pages_at_once_in_two_processes_no_more_than_the_limit_are_shown(opened: Opened) -> None:
    shown = []
    processes = [opened.again(), opened.again()]

    def read_ten(journal: AccessJournal) -> None:
        for _ in range(10):
            counts = opened.count(journal, dossier=uuid4(), why="glass")
            if not mass_reading.is_reached(counts, mass_reading.NARROW):
                shown.append(counts.soon)

    at_once(partial(read_ten, processes[n % 2]) for n in range(6))
    assert len(shown) <= 30
    assert opened.faults() == []
    for journal in processes:
        journal.close()


def test_a_page_drawn_anew_is_no_opening_and_counts_for_the_limits(opened: Opened) -> None:
    """The openings come back as they were written: a session is recognised by them."""
    session, at = b"12345678", micros(opened.now)
    shown = Line(at, "shown", "GET /dossiers", member=NADIA, session=session, dossier=DOSSIER, why="role")
    again = structs.replace(shown, at=at + 1, what="refreshed")
    for line in (shown, again, structs.replace(again, dossier=uuid4())):
        opened.journal.write(line, opened.structure.engine.today())
    assert opened.again().of_dossier(DOSSIER, 9) == [shown]
    opened.now += timedelta(seconds=1)
    assert opened.count().day == 2

"""A step of the wall clock is an alarm, changes no order, and ends nothing by age (docs/faults.md#f10)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from pixflow import presets, structure_folder
from pixflow.access_journal.line import Line, micros
from pixflow.actor import OPERATOR
from pixflow.dossier import assignment
from pixflow.store import durable_files
from pixflow.team.membership import record_departure
from pixflow.uploads import Uploads
from tests.people import open_one
from tests.web.french.test_sentences import assert_well_set
from tests.web.paths import House, house
from web.accounts import accounts, invitations, memberships, tables
from web.cli.server import tick_all, tick_site
from web.french import health as french_health
from web.hosting import health
from web.hosting.clock_watch import ClockWatch, SeenTime
from web.hosting.health import Finding
from web.hosting.settings import Settings

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
YEAR = 365 * DAY


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_step_is_told_once_and_time_that_passes_is_not(hours: int) -> None:
    watch = ClockWatch(NOON, 100.0)
    assert watch.step(NOON + timedelta(seconds=60), 160.0) is None
    stepped = NOON + timedelta(seconds=120, hours=hours)
    assert watch.step(stepped, 220.0) == timedelta(hours=hours)
    assert watch.step(stepped + timedelta(seconds=60), 280.0) is None


def test_events_recorded_after_a_step_back_come_after(tmp_path: Path) -> None:
    now = [NOON]
    opened = structure_folder.create(
        tmp_path, name="Ici", preset=presets.load("laigle-mortagne"), sites=("Ici",), clock=lambda: now[0]
    )
    seen = []
    for hour in (0, -1):
        now[0] = NOON + timedelta(hours=hour)
        done = open_one(opened.engine)
        seen.append((done.recorded[0].position, done.recorded[0].at))
    assert seen[0][0] < seen[1][0]
    assert seen[0][1] > seen[1][1]
    assert [r.at for r in opened.engine.read(0, 100)][-1] == NOON - timedelta(hours=1)
    opened.engine.close()


# --- the time that pixflow saw pass


class Machine:
    """A wall clock that tests set, and a monotonic one that only moves on. `start` is a new process."""

    def __init__(self, data: Path) -> None:
        self.data, self.wall, self.monotonic = data, NOON, 0.0
        self.start()

    def start(self) -> None:
        self.seen = SeenTime(self.data, lambda: self.wall, lambda: self.monotonic)

    def after(self, passed: timedelta, jump: timedelta = timedelta()) -> bool:
        """Time passes and the clock jumps. Tells if the time seen is the present."""
        self.wall, self.monotonic = self.wall + passed + jump, self.monotonic + passed.total_seconds()
        return self.seen.reaches_now()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    assert made.after(timedelta()), "the first reading of a folder is believed"
    return made


def test_a_clock_ahead_for_one_reading_is_not_believed(machine: Machine) -> None:
    assert not machine.after(MINUTE, YEAR)
    assert machine.after(MINUTE, -YEAR)


def test_a_clock_ahead_for_good_is_believed_after_an_hour_a_day(machine: Machine) -> None:
    assert not machine.after(MINUTE, YEAR)
    believed = [machine.after(HOUR) for _ in range(17 * 24)]
    assert believed.index(True) in range(15 * 24, 16 * 24 + 1)
    assert all(believed[believed.index(True) :])


def test_a_weekend_without_pixflow_is_seen_in_the_morning(machine: Machine) -> None:
    machine.wall += 2.5 * DAY
    machine.start()
    believed = [machine.after(10 * MINUTE) for _ in range(18)]
    assert believed.index(True) in range(12, 17)


@pytest.mark.parametrize("passed", [MINUTE, HOUR])
def test_a_restart_waits_for_nothing(machine: Machine, passed: timedelta) -> None:
    machine.wall += passed
    machine.start()
    assert machine.after(timedelta())


def test_a_clock_that_starts_in_1970_and_is_set_right_costs_some_minutes(machine: Machine) -> None:
    right = machine.wall
    machine.wall = datetime(1970, 1, 1, tzinfo=UTC)
    machine.start()
    assert machine.after(MINUTE), "nothing is early"
    machine.wall = right
    assert [machine.after(MINUTE) for _ in range(5)][-1]


def test_a_restart_while_the_clock_is_ahead_believes_an_hour_of_it(machine: Machine) -> None:
    machine.wall += YEAR
    for _ in range(100):
        machine.start()
        assert not machine.after(timedelta())


def test_another_process_of_the_folder_believes_no_more(machine: Machine) -> None:
    other = Machine(machine.data)
    other.wall += YEAR
    assert not other.after(MINUTE)
    assert not machine.after(MINUTE, YEAR)
    assert machine.after(MINUTE, -YEAR)


steps = st.lists(
    st.tuples(st.integers(0, 3 * 24 * 60), st.integers(-800 * 24, 800 * 24) | st.just(0), st.booleans()), max_size=12
)


@given(steps)
def test_no_reading_is_believed_sooner_than_time_allows(readings: list[tuple[int, int, bool]]) -> None:
    with TemporaryDirectory() as folder:
        machine, starts = Machine(Path(folder)), 1
        machine.after(timedelta())
        for minutes, jump, restarts in readings:
            if restarts:
                machine.start()
                starts += 1
            if machine.after(minutes * MINUTE, jump * HOUR):
                assert machine.wall - NOON <= 24 * timedelta(seconds=machine.monotonic) + starts * HOUR
        assert machine.after(500 * DAY), "a clock that goes on is believed"


def test_a_full_disk_stops_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(durable_files, "replace", full)
    assert machine.after(HOUR)


# --- what ends or goes by age


class Aged:
    """A structure with one thing of each kind that ends or goes by its age."""

    def __init__(self, at_work: House) -> None:
        self.house, site = at_work, at_work.host.site
        assert site
        self.store, self.here = site.store, at_work.served.opened.id
        self.dossier = at_work.opened()
        line = Line(micros(at_work.now), "shown", "GET /dossiers", dossier=self.dossier, why="role")
        at_work.served.journal.write(line, at_work.today)
        for who in ("Nadia Benali", "Claire Vasseur"):
            account = accounts.create(self.store, f"{at_work.people[who]}@exemple.fr").id
            memberships.accept(self.store, account, self.here, at_work.people[who])
        self.alone = accounts.create(self.store, "personne@exemple.fr").id
        invitations.invite(self.store, self.here, at_work.people["Paul Rey"], "paul@exemple.fr", OPERATOR)
        until = at_work.today + 30 * DAY
        at_work.says("Hélène Morin", record_departure, {"staff": at_work.people["Claire Vasseur"]}, last_day=until)
        paul = at_work.people["Paul Rey"]
        at_work.on(self.dossier, assignment.lend_dossier, "Sophie Lecomte", advisor=paul, until=until)
        Uploads(at_work.served.opened.folder / "uploads").keep(b"x", "export.csv")
        at_work.served.read()

    def tick(self) -> None:
        tick_all(self.house.host, Settings(url=""), 8123)

    @property
    def left(self) -> dict[str, Any]:
        """Returns the things that a wrong clock must not touch."""
        nadia, claire = (self.house.people[who] for who in ("Nadia Benali", "Claire Vasseur"))
        known = memberships.of_structure(self.store, self.here)
        uploads = self.house.served.opened.folder / "uploads"
        with self.store.read() as connection:
            invited = connection.execute(select(func.count()).select_from(tables.invitations)).scalar()
        return {
            "months": self.house.served.journal.store.months(),
            "sealed": self.house.served.refs.structure.sealed,
            "account": accounts.find(self.store, self.alone) is not None,
            "awake": not known[nadia].asleep,
            "here": known[claire].ended is None,
            "invited": invited,
            "lent": self.house.state(self.dossier).lent is not None,
            "upload": uploads.exists() and len(list(uploads.iterdir())),
        }


@pytest.fixture
def aged(store: str, tmp_path: Path) -> Iterator[Aged]:
    with house(tmp_path, url="https://pixflow.exemple.fr") as made:
        found = Aged(made)
        found.tick()
        yield found


def test_a_clock_a_year_ahead_for_one_tick_ends_nothing(aged: Aged) -> None:
    before = aged.left
    assert all(value for name, value in before.items() if name != "sealed")
    aged.house.pass_by(days=400)
    aged.tick()
    assert aged.left == before
    aged.house.pass_by(days=-400)
    aged.tick()
    assert aged.left == before


def test_a_process_that_starts_while_the_clock_is_ahead_ends_nothing(aged: Aged) -> None:
    before = aged.left
    aged.house.pass_by(days=400)
    host = aged.house.host
    host.seen_time = SeenTime(host.data, lambda: aged.house.now)
    assert host.site
    tick_site(host, host.site, by_age=host.seen_time.reaches_now())
    aged.tick()
    assert aged.left == before


def test_a_clock_ahead_for_good_ends_all_of_it_after_a_while(aged: Aged) -> None:
    """Without this the tests before would pass on a clock that ends nothing ever."""
    monotonic = 0.0
    aged.house.host.seen_time = SeenTime(aged.house.host.data, lambda: aged.house.now, lambda: monotonic)
    aged.house.pass_by(days=400)
    aged.tick()
    assert aged.left["months"] == [202601]
    for _ in range(18):
        monotonic += DAY.total_seconds()
        aged.house.pass_by(days=1)
        aged.tick()
    # The files of uploads have the time of the disk, not that of this test.
    told = {name: value for name, value in aged.left.items() if name not in ("sealed", "upload")}
    assert not any(told.values()), told


def test_doctor_tells_of_a_clock_far_ahead(aged: Aged) -> None:
    served = aged.house.served
    assert health.clock(served.opened, served.reads).level == "good"
    aged.house.pass_by(days=1)
    assert health.clock(served.opened, served.reads).level == "good", "a night without pixflow"
    aged.house.pass_by(days=399)
    found = health.clock(served.opened, served.reads)
    assert found == Finding("clock", "alarm", {"why": "leap", "days": 400})
    said = french_health.sentence("clock", "alarm", found.details)
    assert "400\N{NO-BREAK SPACE}jours" in said
    assert_well_set(said)

"""A tick that finds nothing moved ends after one statement, and records and sends what any other would."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError

from pixflow import erasing, presets, structure_folder
from pixflow.access_journal.line import Line, micros
from pixflow.actor import CLOCK
from pixflow.dossier import assignment as lending
from pixflow.dossier.assignment import break_glass
from pixflow.dossier.stages import parcours
from pixflow.events.values import Partner
from pixflow.refused import Refused
from pixflow.team.absences import declare_absence
from pixflow.team.membership import change_roles, record_departure
from pixflow.workshop import booking
from tests.examples import few
from tests.postgres import Cluster
from tests.store.proxy import Wire
from tests.web.arranged import scheduled, seat
from tests.web.client import LocalClient
from tests.web.filled import auditor_gone
from tests.web.hosting.test_notices import Kept
from tests.web.paths import House, house
from web.accounts import accounts, memberships
from web.app import create_app
from web.cli.server import tick_all, tick_site
from web.hosting.clock_jobs import Round
from web.hosting.host import open_host, open_site
from web.hosting.served_structure import ServedStructure
from web.hosting.settings import Settings

URL = "https://pixflow.exemple.fr"
MONDAY = date(2026, 3, 16)
NADIA, PAUL, SOPHIE, HELENE = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin"
ADDRESS = "accueil@mediatheque.exemple"
STORES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def at_work(store: str, tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "data", MONDAY) as made:
        auditor_gone(made)
        made.opened()
        yield made


def rested(at_work: House, outbox: Any = None, **said: Any) -> bool:
    return at_work.served.tick(outbox, URL, **said).rested


def settle(at_work: House, outbox: Any = None) -> None:
    """Ticks until one finds nothing to do: whatever a tick records wakes the next one."""
    for _ in range(4):
        if rested(at_work, outbox):
            return
    raise AssertionError("the jobs never rest")


# --- what wakes it


def recorded_here(at_work: House) -> None:
    at_work.opened()


def recorded_elsewhere(at_work: House) -> None:
    with elsewhere(at_work) as other:
        other.opened()


def over_at_midnight(at_work: House) -> None:
    at_work.day(MONDAY, 23)  # Paris is an hour ahead


def sealed_after_midnight(at_work: House) -> None:
    at_work.day(MONDAY, 22)
    settle(at_work)
    at_work.pass_by(minutes=49)  # 0:01 in Paris: a new day
    settle(at_work)
    at_work.pass_by(minutes=5)


def morning(at_work: House) -> None:
    at_work.day(MONDAY + timedelta(days=1), 5)
    settle(at_work)
    at_work.pass_by(hours=1.3)  # 7:30 in Paris


def clock_set_back(at_work: House) -> None:
    at_work.pass_by(minutes=-5)


def shortcut(at_work: House) -> None:
    at_work.served.shortcuts.add("Mortagne")


def erasure_that_waits(at_work: House) -> None:
    erasing.owe(at_work.served.opened)


def tables_made_anew(at_work: House) -> None:
    with elsewhere(at_work) as other:
        other.served.rebuild(lambda done, total: None)


def no_tables(at_work: House) -> None:
    reads = at_work.served.reads.stores
    (reads.folder / str(reads.live())).unlink()


@contextmanager
def elsewhere(at_work: House) -> Iterator[House]:
    """Another process that works on the same structure."""
    with open_host(at_work.host.data, demo=True, clock=lambda: at_work.now) as host:
        other = House(host, at_work._clock)
        other.people, other.campaign = at_work.people, at_work.campaign
        yield other


WAKES = (
    recorded_here, recorded_elsewhere, over_at_midnight, sealed_after_midnight, morning, clock_set_back, shortcut,
    erasure_that_waits, tables_made_anew, no_tables,
)  # fmt: skip
OF_THE_STORE = (recorded_here, recorded_elsewhere, tables_made_anew, no_tables)
"""Those that a store tells; the others wake it by the clock or from memory."""


@pytest.mark.parametrize(
    ("store", "wake"),
    [
        *(("sqlite", wake) for wake in WAKES),
        *(pytest.param("postgres", wake, marks=pytest.mark.postgres) for wake in OF_THE_STORE),
    ],
    indirect=["store"],
)
def test_it_rests_until_something_moves(at_work: House, wake: Callable[[House], None]) -> None:
    settle(at_work)
    at_work.pass_by(minutes=1)
    assert rested(at_work)
    wake(at_work)
    assert not rested(at_work)
    settle(at_work)


def test_what_it_may_do_more_wakes_it(at_work: House) -> None:
    """E-mails that leave now, and a clock that is believed again."""
    kept = Kept()
    settle(at_work)
    assert [rested(at_work, by_age=False) for _ in range(2)] == [False, True]
    assert [rested(at_work, by_age=True) for _ in range(2)] == [False, True]
    assert not rested(at_work, kept)
    assert [mail.to for mail in kept.mails] == ["nadia@exemple.fr"]


def test_a_mail_that_could_not_leave_keeps_it_awake(at_work: House) -> None:
    kept = Kept()
    kept.broken = True
    assert [rested(at_work, kept) for _ in range(3)] == [False] * 3
    kept.broken = False
    settle(at_work, kept)
    assert len(kept.mails) == 1


def test_a_register_that_could_not_follow_keeps_it_awake(at_work: House) -> None:
    settle(at_work)
    register = at_work.served.register
    file, aside = register.file, register.file.with_suffix(".aside")
    file.rename(aside)
    file.mkdir()
    at_work.opened()
    assert [rested(at_work) for _ in range(3)] == [False] * 3
    file.rmdir()
    aside.rename(file)
    settle(at_work)
    assert [one.size for _, one in register.checkpoints()] == [at_work.served.engine.head()]


def test_an_alarm_that_could_not_leave_is_tried_again_and_then_rests(at_work: House) -> None:
    at_work.says("Yann Le Goff", change_roles, {"staff": at_work.people[PAUL]}, roles=("advisor", "referent"))
    kept, served = Kept(), at_work.served
    kept.broken = True
    assert (served.alarm(kept, URL), served.rests) == (0, {})
    kept.broken = False
    assert served.alarm(kept, URL) == 1
    assert [mail.to for mail in kept.mails] == ["helene@exemple.fr"]
    assert [served.alarm(kept, URL) for _ in range(2)] == [0, 0]
    assert "alarm" in served.rests


def test_what_is_recorded_while_it_works_wakes_the_next(at_work: House, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(at_work)
    at_work.pass_by(days=1)
    settle(at_work)
    at_work.served.rests.clear()

    def meanwhile(today: date) -> list[int]:
        at_work.opened()
        at_work.served.read()
        return []

    with monkeypatch.context() as patch:
        patch.setattr(at_work.served.journal, "forget", meanwhile)
        assert not rested(at_work)
    assert not rested(at_work)
    settle(at_work)


def test_an_old_upload_goes_while_it_rests(at_work: House) -> None:
    settle(at_work)
    folder = at_work.served.opened.folder / "uploads"
    folder.mkdir(exist_ok=True)
    (old := folder / ("0" * 32)).write_bytes(b"")
    os.utime(old, (before := (at_work.now - timedelta(days=60)).timestamp(), before))
    report = at_work.served.tick()
    assert (report.swept, report.rested, list(folder.iterdir())) == (1, True, [])


def test_a_table_that_somebody_drops_at_night_is_made_again_once_asked_for(at_work: House) -> None:
    """No check asks for it each minute: the job or the page that does meets the error."""
    settle(at_work)
    with at_work.served.reads.side.writing() as connection:
        connection.exec_driver_sql("DROP TABLE workshop_seats")
    assert rested(at_work)
    at_work.pass_by(days=1)
    with pytest.raises(DatabaseError, match="workshop_seats"):
        at_work.served.tick()
    settle(at_work)
    with at_work.served.read().database.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM workshop_seats").scalar() == 0


def test_a_membership_that_comes_back_ends_again_while_its_structure_rests(tmp_path: Path) -> None:
    """`pixflow account restore` brings back the access of who has left since."""
    with house(tmp_path, MONDAY, url=URL) as made:
        site, claire, here = made.host.site, made.people["Claire Vasseur"], made.served.opened.id
        assert site
        made.says(HELENE, record_departure, {"staff": claire}, last_day=MONDAY)
        made.day(MONDAY + timedelta(days=1))

        def is_out() -> bool:
            tick_all(made.host, Settings(url=URL), 0)
            return memberships.of_structure(site.store, here)[claire].ended is not None

        account = accounts.create(site.store, "claire@exemple.fr").id
        for _ in range(4):
            tick_all(made.host, Settings(url=URL), 0)
        assert "tick" in made.served.rests
        for _ in range(2):
            memberships.accept(site.store, account, here, claire)
            assert [is_out() for _ in range(2)] == [True, True]


# --- what it asks


@pytest.mark.postgres
def test_an_idle_structure_is_asked_twice_a_minute_and_readyz_asks_nothing(
    postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted on the wire: once by its jobs, once for its triggers. Its accounts and its lock cost it nothing more."""
    database_url = postgres.create_database()
    with TemporaryDirectory(prefix="pixflow-wire-") as folder, Wire(postgres.folder, Path(folder)) as wire:
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", f"{database_url.partition('?')[0]}?host={folder}")
        database, preset = Settings().database(), presets.load("laigle-mortagne")
        assert database
        for name in ("Alençon", "Argentan", "Sées"):
            structure_folder.create(tmp_path, name=name, preset=preset, sites=(name,), database=database).engine.close()
        site = open_site(Settings(), tmp_path, URL, create=True)
        assert site
        with closing(database), open_host(tmp_path, site=site) as host:

            def trips(work: Callable[..., object], *about: Any, **said: Any) -> int:
                before = wire.questions
                work(*about, **said)
                return wire.questions - before

            def minute(one: ServedStructure, shared: Round) -> None:
                assert one.tick(None, URL, shared=shared).rested
                host.look(one, shared, rested=True)

            for _ in range(3):
                tick_all(host, Settings(url=URL), 0)
            served = list(host.structures.values())
            with closing(Round()) as shared:
                first, *others = [trips(minute, one, shared) for one in served]
            assert others == [2, 2]
            assert first < 10, "with the connection of the round"
            assert [trips(one.alarm, Kept(), URL) for one in served] > [1, 1, 1]
            assert [trips(one.alarm, Kept(), URL) for one in served] == [1, 1, 1]
            assert trips(LocalClient(create_app(host)).get, "/readyz") == 0
            resting = trips(tick_site, host, site, resting=host.structures)
            host.structures = {}
            assert resting == trips(tick_site, host, site)
            host.structures = {one.opened.slug: one for one in served}
        site.store.close()
    postgres.drop_database(database_url)


def test_readyz_asks_no_store_and_tells_when_the_jobs_hang(at_work: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = LocalClient(create_app(at_work.host))
    tick_all(at_work.host, Settings(url=""), 0)
    with monkeypatch.context() as patch:
        patch.setattr(type(at_work.served.engine), "head", None)
        patch.setattr(type(at_work.served.reads), "latest", None)
        assert client.get("/readyz").status_code == 200
    at_work.host.ticked -= 181
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["alarms"]) == (503, ["tick"])
    assert answer.json()["age"] >= 181
    tick_all(at_work.host, Settings(url=""), 0)
    assert client.get("/readyz").json()["age"] == 0


def test_a_resting_structure_is_told_of_what_stands_beside_its_tables(at_work: House) -> None:
    """A trigger that is gone, for example."""
    client = LocalClient(create_app(at_work.host))
    for _ in range(4):
        tick_all(at_work.host, Settings(url=""), 0)
    assert client.get("/readyz").json()["alarms"] == []
    if database := at_work.served.opened.database:
        with database.owner() as owner:
            owner.execute(f'DROP TRIGGER append_only ON "{at_work.served.opened.schema}".commands'.encode())
    else:
        with at_work.served.engine.recorder.datastore.transaction(commit=True) as cursor:
            cursor.execute("DROP TRIGGER commands_delete")
    with closing(Round()) as shared:
        assert at_work.served.tick(Kept(), URL, shared=shared).rested
        at_work.host.look(at_work.served, shared, rested=True)
    assert client.get("/readyz").json()["alarms"] == ["triggers"]


# --- the same as ticks that never rest


class Twin:
    """A structure whose jobs run here, while two processes work on it. What they send and record is counted."""

    def __init__(self, here: House, there: House) -> None:
        self.houses = {True: here, False: there}
        self.here, self.kept, self.rested = here, Kept(), 0
        self.dossiers = [here.opened(last=f"Nom {n}") for n in range(8)]

    def does(self, step: "Step") -> None:
        house = self.houses[step.here]
        if step.does:
            with suppress(Refused):
                step.does(house, self.dossiers[step.which])
        house.pass_by(minutes=step.minutes)

    def ticks(self, how: "How", *, rests: bool) -> tuple[Counter[tuple[str, str]], Counter[str]]:
        """Returns what left, and what the clock recorded."""
        served, head, sent = self.here.served, self.here.served.engine.head(), len(self.kept.mails)
        if not rests:
            served.rests.clear()
        self.kept.broken = how.broken
        served.alarm(self.kept, URL)
        self.rested += served.tick(self.kept if how.mails else None, URL, by_age=how.by_age).rested
        clocks = [one.event.TOPIC for one in served.engine.read(head, 1_000) if one.by == CLOCK]
        mails = Counter((mail.to, mail.subject) for mail in self.kept.mails[sent:])
        return mails, Counter(clocks)


class How(NamedTuple):
    """The way of one tick: whether it has an outbox, whose server answers, and whether the clock is believed."""

    mails: bool
    broken: bool
    by_age: bool


@dataclass(frozen=True)
class Step:
    """An action of somebody, in one process or the other, the time that passes, and the ticks that follow."""

    does: Callable[[House, UUID], None] | None
    which: int
    here: bool
    minutes: int
    ticks: list[How]


def lends(house: House, dossier: UUID) -> None:
    until = house.today + timedelta(days=1)
    house.on(dossier, lending.lend_dossier, SOPHIE, advisor=house.people[PAUL], until=until)


def fills_a_workshop(house: House, dossier: UUID) -> None:
    """Its last seat is offered to who waits: the offer ends by itself."""
    made, people = (
        scheduled(house, day=house.today + timedelta(days=20), capacity=2),
        [house.opened() for _ in range(4)],
    )
    for one in people:
        seat(house, made, one)
    house.says(SOPHIE, booking.release_seat, {"workshop": made, "dossier": people[0]})


def refers(house: House, dossier: UUID) -> None:
    """To a partner who gets a link, then reminders, then the question of the outcome."""
    dossier, actions = house.prescribed()
    until = house.today + timedelta(days=8)
    context = {"referral": uuid4(), "link": uuid4(), "until": until}
    said = {"partner": Partner(None, "Médiathèque"), "starts": None, "ends": until, "note": "", "email": ADDRESS}
    house.on(dossier, parcours.send_referral, action=actions[1], agreed=True, context=context, **said)


def receives(house: House, dossier: UUID) -> None:
    house.on(dossier, break_glass, PAUL, reason="à l’accueil", context={"nth": 1})


def is_away(house: House, dossier: UUID) -> None:
    person, today = house.people[NADIA], house.today
    context = {"absence": uuid4(), "person": person, "team": house.served.refs.team}
    house.says(SOPHIE, declare_absence, {"staff": person}, first=today, last=today, deputy=None, context=context)


def gives_a_role(house: House, dossier: UUID) -> None:
    person = {"staff": house.people[PAUL]}
    for roles in (("advisor", "referent"), ("advisor",)):
        with suppress(Refused):
            house.says("Yann Le Goff", change_roles, person, roles=roles)
            break


def looks(house: House, dossier: UUID) -> None:
    line = Line(micros(house.now), "shown", "GET /dossiers", dossier=dossier, why="role")
    house.served.journal.write(line, house.today)


def opens_the_page_of_tests(house: House, dossier: UUID) -> None:
    house.served.shortcuts.add("Mortagne")


DOES = (
    *[None] * 4, lends, fills_a_workshop, refers, receives, is_away, gives_a_role, looks, opens_the_page_of_tests,
    lambda house, dossier: house.opened(),
)  # fmt: skip
USUAL = How(mails=True, broken=False, by_age=True)
HOWS = (USUAL, USUAL, USUAL, USUAL._replace(broken=True), USUAL._replace(mails=False), USUAL._replace(by_age=False))
STEPS = st.lists(
    st.builds(
        Step,
        does=st.sampled_from(DOES),
        which=st.integers(0, 7),
        here=st.booleans(),
        minutes=st.sampled_from([0, 1, 7, 45, 300, 300, 420, 1440, 4320, -30, -1500]),
        ticks=st.lists(st.sampled_from(HOWS), min_size=2, max_size=4),
    ),
    min_size=1,
    max_size=12,
)


@contextmanager
def twin(data: Path) -> Iterator[Twin]:
    with house(data, MONDAY) as here, elsewhere(here) as there:
        yield Twin(here, there)


@pytest.fixture(params=STORES)
def twins(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Twin, Twin]]:
    with ExitStack() as stack:
        made = []
        for name in ("a", "b"):
            if request.param == "postgres":
                monkeypatch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("postgres").create_database())
            made.append(stack.enter_context(twin(tmp_path / name)))
        yield made[0], made[1]
        assert made[0].rested > 0
        assert made[1].rested == 0
        assert made[0].kept.mails


# The twins remember: an example that fails could not be shrunk, nor played again alone.
@settings(
    max_examples=few(0.3), derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_ticks_that_rest_send_and_record_what_ticks_that_never_rest_do(
    twins: tuple[Twin, Twin], steps: list[Step]
) -> None:
    """The twins go on from one example to the next, so that each begins in another state."""
    resting, restless = twins
    for step in steps:
        for one in twins:
            one.does(step)
        for how in step.ticks:
            assert resting.ticks(how, rests=True) == restless.ticks(how, rests=False)

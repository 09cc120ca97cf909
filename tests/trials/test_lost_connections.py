"""PostgreSQL lost under load, again and again: backends terminated, the server restarted, the wire to it cut."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import replace

from pixflow import structure_folder
from pixflow.engine import Engine
from pixflow.store import StoreBusy
from pixflow.store.postgres import recorder
from pixflow.store.postgres.database import Database, Transaction
from tests.clock import today
from tests.postgres import Cluster
from tests.store.proxy import Fault, Wire
from tests.trials.clients import Crowd
from tests.trials.mission import Mission, found
from tests.trials.report import TrialReport
from tests.trials.scale import SEED, many
from tests.trials.server import Server
from tests.trials.verdict import EVERYTHING, must_be_sound, must_show, repeated
from tests.web.client import InspectingClient
from web.app import create_app
from web.desk.dependencies import COOKIE
from web.french.errors.pages import NOT_KNOWN
from web.hosting.host import Host
from web.hosting.served_structure import serve_one

pytestmark = pytest.mark.postgres

REST = {"terminations": 0.3, "restarts": 2.0, "wires": 0.3}
"""Seconds at most before each."""
LONGEST = 3.0
FAULTS: dict[Fault, int] = {"question": 2, "half": 2, "answer": 2, "commit": 4, "late": 1, "silence": 1}
"""Faults of a message, with their frequency out of twelve."""
TERMINATE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'pixflow-%'
    ORDER BY state = 'idle', random() LIMIT 1"""


class Between:
    """Breaks the connection between the served structure and its database."""

    def __init__(self, cluster: Cluster, url: str, wire: Wire, chance: Random) -> None:
        self.cluster, self.url, self.wire, self.chance = cluster, url, wire, chance
        self.done: Counter[str] = Counter()

    def terminate(self) -> None:
        """Terminates backends, those at work by preference."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            while connection.execute(TERMINATE).fetchone() != (True,):
                sleep(0.001)
        self.done["terminated"] += 1

    def restart(self) -> None:
        how = self.chance.choice(("fast", "immediate"))
        self.cluster.restart(how)
        self.done[f"restarted, {how}"] += 1

    def cut(self) -> None:
        """Late messages and silences last for longer than anybody waits, now and then."""
        (fault,) = self.chance.choices(list(FAULTS), list(FAULTS.values()))
        self.wire.arrives.clear()
        self.wire.fault = fault
        if fault in ("late", "silence"):
            sleep(self.chance.uniform(0, LONGEST))
        if fault == "silence":
            self.wire.fault = None
            self.wire.cut()
        self.wire.arrives.set()
        while self.wire.fault:
            sleep(0.001)
        self.done[f"cut, {fault}"] += 1


HARMS: dict[str, Callable[[Between], None]] = {
    "terminations": Between.terminate,
    "restarts": Between.restart,
    "wires": Between.cut,
}
LONG = {"terminations": 300, "restarts": 20, "wires": 120}


@pytest.fixture
def wire(postgres: Cluster) -> Iterator[Wire]:
    with TemporaryDirectory(prefix="pixflow-wire-") as folder, Wire(postgres.folder, Path(folder)) as wire:
        yield wire


def over(wire: Wire, mission: Mission, cluster: Cluster) -> Mission:
    """Returns the mission, reached through the wire."""
    return replace(mission, url=mission.url.replace(str(cluster.folder), str(wire.folder)))


@pytest.mark.parametrize(
    "harms",
    [
        ["terminations"] * 5 + ["restarts"] + ["wires"] * 4,
        *(pytest.param([harm] * many(harm, count), id=harm, marks=pytest.mark.trial) for harm, count in LONG.items()),
    ],
)
def test_nothing_is_lost_nothing_twice_nothing_denied(
    harms: Sequence[str], database_url: str, postgres: Cluster, wire: Wire, tmp_path: Path, trial_report: TrialReport
) -> None:
    mission, chance = found(tmp_path, database_url), Random(SEED)
    between = Between(postgres, database_url, wire, chance)
    server = Server(over(wire, mission, postgres))
    with server.living():
        crowd = Crowd(server)
        for harm in chance.sample(harms, len(harms)):
            sleep(chance.uniform(0, REST[harm]))
            HARMS[harm](between)
        crowd.stop()
    with mission.opened() as opened:
        events = must_be_sound(opened.engine)
        times = crowd.times(events)
        trial_report.add(
            "PostgreSQL lost under load",
            ", ".join(f"{count} {what}" for what, count in sorted(between.done.items())),
            f"{times.total()} commands acknowledged, {crowd.told_again(events)} of them by a later try: "
            f"{dict(times)} by times recorded; {len(crowd.denied)} tries said not to be recorded, "
            f"{crowd.denied_wrongly(events)} wrongly",
        )
        assert crowd.unexpected == []
        assert crowd.denied_wrongly(events) == 0
        assert set(times) == {1}
        with closing(serve_one(opened)) as served:
            must_show(served.read(), served.engine)


@pytest.mark.trial
def test_control_without_a_look_nor_an_id_something_is_there_twice_and_was_denied(
    database_url: str, postgres: Cluster, wire: Wire, tmp_path: Path, trial_report: TrialReport
) -> None:
    mission, cuts, twice = found(tmp_path, database_url), 0, many("twice", 3)
    server = Server(over(wire, mission, postgres), without="a look")
    with server.living(), mission.opened() as opened:
        crowd = Crowd(server, remembers=False)
        while repeated(opened.engine.read(0, EVERYTHING)) < twice and cuts < 30 * twice:
            wire.fault = "commit"
            while wire.fault:
                sleep(0.001)
            cuts += 1
        crowd.stop()
        events = must_be_sound(opened.engine)
    doubles, denied = repeated(events), crowd.denied_wrongly(events)
    trial_report.add(
        "control: no look at what a lost commit did, a fresh id for each try",
        f"{cuts} cuts",
        f"{doubles} commands there more than once, {denied} tries wrongly said not to be recorded",
    )
    assert doubles >= twice
    assert denied > 0


@pytest.mark.parametrize(("trips", "status"), [(1, 303), (2, 503)], ids=["one round trip", "two round trips"])
def test_nobody_hears_that_a_command_on_its_way_is_not_recorded(
    trips: int, status: int, database_url: str, postgres: Cluster, wire: Wire, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A commit that arrives after it was given up: a second one has recorded the command, or nobody knows."""
    mission = found(tmp_path, database_url)
    with impatient(over(wire, mission, postgres)) as client:
        late_once(wire, monkeypatch, trips)
        form = {"command_id": str(uuid4()), "text": "note", "on": today().isoformat()}
        answer = client.post(f"/dossiers/{mission.dossiers[0]}/note", data=form)
        assert answer.status_code == status
        assert status == 303 or NOT_KNOWN.split(".")[0] in answer.text
        wire.arrives.set()
        assert client.post(f"/dossiers/{mission.dossiers[0]}/note", data=form).status_code == 303
    with mission.opened() as opened:
        assert [recorded.originator_version for recorded in opened.engine.history(mission.dossiers[0])][2:] == [3]


def test_a_command_on_its_way_is_not_denied_though_nobody_could_save_it_again(
    database_url: str, postgres: Cluster, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mission, save_alone = found(tmp_path, database_url), Engine._save_alone

    def busy(*_: Any) -> None:
        monkeypatch.setattr(Engine, "_save_alone", save_alone)
        raise StoreBusy("PostgreSQL does not answer")

    with impatient(over(wire, mission, postgres)) as client:
        late_once(wire, monkeypatch, 1)
        monkeypatch.setattr(Engine, "_save_alone", busy)
        form = {"command_id": str(uuid4()), "text": "note", "on": today().isoformat()}
        answer = client.post(f"/dossiers/{mission.dossiers[0]}/note", data=form)
        assert answer.status_code == 503
        assert NOT_KNOWN.split(".")[0] in answer.text
        wire.arrives.set()
        assert client.post(f"/dossiers/{mission.dossiers[0]}/note", data=form).status_code == 303


@contextmanager
def impatient(mission: Mission) -> Iterator[InspectingClient]:
    """The advisor's browser, where PostgreSQL is waited for two seconds."""
    with closing(Database(mission.url, limit=2.0)) as database:
        opened = structure_folder.open_one(mission.data, mission.slug, database=database)
        with closing(serve_one(opened)) as served:
            found = Host(mission.data, lambda slug: served, demo=True)
            found.open_structures()
            client = InspectingClient(create_app(found))
            client.follow_redirects = False
            client.cookies.set(COOKIE, f"{mission.slug}/{mission.advisor}")
            yield client


def late_once(wire: Wire, monkeypatch: pytest.MonkeyPatch, trips: int) -> None:
    """The next commit arrives when the wire says so."""
    place, name = (recorder, "at_once") if trips == 1 else (Transaction, "commit")
    commit = getattr(place, name)

    def late(*sent: Any) -> Any:
        monkeypatch.setattr(place, name, commit)
        wire.fault = "late"
        return commit(*sent)

    if trips == 2:
        monkeypatch.setattr(recorder.PostgresRecorder, "insert_unless_moved", lambda *_, **__: None)
    monkeypatch.setattr(place, name, late)

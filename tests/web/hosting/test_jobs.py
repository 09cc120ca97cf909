"""The threads of periodic jobs: no error ends them, and `/readyz` says within a round that a store is away."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from uuid import UUID, uuid4

import pytest
from psycopg.conninfo import conninfo_to_dict

from pixflow.events.dossier import NoteTaken
from tests.postgres import USER, Cluster
from tests.trials.report import TrialReport
from tests.web.client import InspectingClient
from tests.web.hosting.conftest import ON_POSTGRES, ON_SQLITE
from tests.web.pages.account.conftest import SOPHIE, Browser, first_visit
from tests.web.paths import House, house
from web.app import create_app
from web.cli import server
from web.hosting.settings import Settings

ROUND = 0.05
END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
PATIENCE = 120.0


@pytest.fixture
def at_work(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("PGPASSWORD", "of before")
    with house(tmp_path, url="https://pixflow.exemple.fr") as made:
        yield made


@contextmanager
def jobs(made: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Thread]]:
    """Yields the threads of `serve`, with short rounds."""
    monkeypatch.setattr(server, "TICK_SECONDS", ROUND)
    monkeypatch.setattr(server, "ALARM_SECONDS", ROUND)
    stop = Event()
    threads = [
        Thread(target=server.repeat, args=(partial(job, made.host, Settings(), 8000), seconds, stop), daemon=True)
        for job, seconds in server.jobs_of()
    ]
    for one in threads:
        one.start()
    yield threads
    stop.set()
    for one in threads:
        one.join(PATIENCE)


def comes(what: Callable[[], bool]) -> bool:
    """Waits for something that other threads bring. Tells if it came."""
    end = monotonic() + PATIENCE
    while not (came := what()) and monotonic() < end:
        sleep(ROUND)
    return came


def signed(made: House) -> bool:
    """Tells if the register has read the last event, as the jobs let it."""
    last = made.served.register.last()
    return last is not None and last.size == made.served.engine.head()


@contextmanager
def away(cluster: Cluster, how: str, name: str, ledger: Path = Path()) -> Iterator[None]:
    """Stops the server, lets nobody enter the database, changes the password, or moves the register away."""
    if how == "register":
        ledger.rename(ledger.with_name("apart"))
        ledger.touch()
        yield
        ledger.unlink()
        ledger.with_name("apart").rename(ledger)
    elif how == "stopped":
        cluster.stop("immediate")
        yield
        cluster.start()
    elif how == "password":
        rules = cluster.folder / "data" / "pg_hba.conf"
        before = rules.read_text()
        rules.write_text(f"local {name} all scram-sha-256\n{before}")
        cluster.run(f"ALTER ROLE {USER} PASSWORD 'another'")
        cluster.run("SELECT pg_reload_conf()")
        cluster.run(END.format(name=name))
        yield
        rules.write_text(before)
        cluster.run("SELECT pg_reload_conf()")
    else:
        cluster.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        cluster.run(END.format(name=name))
        yield
        cluster.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@ON_POSTGRES
@pytest.mark.parametrize("how", ["stopped", "refused", "password"])
def test_after_the_server_was_away_the_jobs_run_and_the_process_is_ready_again(
    at_work: House, postgres: Cluster, database_url: str, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    database = at_work.served.opened.database
    assert database
    monkeypatch.setattr(database, "limit", 0.2)
    client = InspectingClient(create_app(at_work.host))
    with jobs(at_work, monkeypatch) as threads:
        assert comes(lambda: signed(at_work))
        with away(postgres, how, str(conninfo_to_dict(database_url)["dbname"])):
            assert comes(lambda: client.get("/readyz").status_code == 503)
            said = client.get("/readyz").json()
            assert not said["ready"]
            assert said["alarms"]
            sleep(20 * ROUND)
        assert comes(lambda: client.get("/readyz").status_code == 200)
        at_work.opened()
        assert comes(lambda: signed(at_work))
        assert all(one.is_alive() for one in threads)


@ON_POSTGRES
@pytest.mark.parametrize("how", ["stopped", "refused", "password"])
def test_the_alarms_of_a_third_of_a_minute_tell_that_a_store_is_away(
    at_work: House, postgres: Cluster, database_url: str, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    database = at_work.served.opened.database
    assert database
    monkeypatch.setattr(database, "limit", 0.2)
    client, age = InspectingClient(create_app(at_work.host)), at_work.host.ticked
    with away(postgres, how, str(conninfo_to_dict(database_url)["dbname"])):
        server.alarm_all(at_work.host, Settings(), 8000)
        assert client.get("/readyz").status_code == 503
    assert at_work.host.ticked == age, "the jobs of a minute did not run"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@ON_POSTGRES
def test_control_without_the_guard_an_absent_server_ends_the_jobs(
    at_work: House, postgres: Cluster, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = at_work.served.opened.database
    assert database
    monkeypatch.setattr(database, "limit", 0.2)
    monkeypatch.setattr(server, "log_error", lambda job: nullcontext())
    with jobs(at_work, monkeypatch) as threads, away(postgres, "stopped", ""):
        assert comes(lambda: not threads[0].is_alive())


@ON_SQLITE
def test_each_job_of_a_round_that_fails_lets_the_others_run(
    at_work: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Accounts that lost a table end no round, and the age of the jobs stays young."""
    site = at_work.host.site
    assert site
    with site.store.write() as connection:
        connection.exec_driver_sql("DROP TABLE link_requests")
        connection.exec_driver_sql("DROP TABLE memberships")
    at_work.opened()
    at_work.host.ticked -= 1_000
    with jobs(at_work, monkeypatch) as threads:
        assert comes(lambda: signed(at_work))
        assert comes(lambda: "tick of the accounts" in caplog.messages)
        assert all(one.is_alive() for one in threads)
    assert "tick of the links" in caplog.messages
    assert InspectingClient(create_app(at_work.host)).get("/readyz").json()["age"] < 1_000


class Poster(Thread):
    """Writes note after note in an advisor's browser, and sends each again until it is answered."""

    def __init__(self, browser: Browser, dossier: UUID) -> None:
        super().__init__(daemon=True)
        self.browser, self.dossier, self.done = browser, dossier, Event()
        self.acknowledged: list[str] = []
        self.others: Counter[int] = Counter()

    def run(self) -> None:
        while not self.done.is_set():
            text = f"note {len(self.acknowledged)}"
            form = {"command_id": str(uuid4()), "text": text, "on": "2026-01-05"}
            while (answer := self.browser.post(f"/dossiers/{self.dossier}/note", data=form)).status_code != 303:
                self.others[answer.status_code] += 1
            self.acknowledged.append(text)
            sleep(0.01)


@pytest.mark.trial
@ON_POSTGRES
@pytest.mark.parametrize("how", ["stopped", "refused", "password", "register"])
def test_ninety_seconds_away_under_a_poster(
    at_work: House, postgres: Cluster, database_url: str, trial_report: TrialReport, how: str
) -> None:
    """The jobs of `serve`, at their own pace, run within a minute of the return, and every answer is kept."""
    site, stop = at_work.host.site, Event()
    assert site
    poster = Poster(first_visit(at_work, site, SOPHIE), at_work.opened())
    client, ledger = InspectingClient(create_app(at_work.host)), at_work.served.register.file.parent
    run = [
        Thread(target=server.repeat, args=(partial(job, at_work.host, Settings(), 8000), seconds, stop), daemon=True)
        for job, seconds in server.jobs_of()
    ]
    server.tick_all(at_work.host, Settings(), 8000)
    for one in (*run, poster):
        one.start()
    refused = 0.0
    with away(postgres, how, str(conninfo_to_dict(database_url)["dbname"]), ledger):
        began = monotonic()
        while monotonic() < began + 90:
            if not refused and client.get("/readyz").status_code == 503:
                refused = monotonic() - began
            sleep(1)
    back, head = monotonic(), at_work.served.engine.head()
    while (last := at_work.served.register.last()) is None or last.size < head:
        assert monotonic() < back + 10 * PATIENCE
        sleep(ROUND)
    took = monotonic() - back
    poster.done.set()
    poster.join(PATIENCE)
    stop.set()
    notes = Counter(
        one.event.text for one in at_work.served.engine.history(poster.dossier) if isinstance(one.event, NoteTaken)
    )
    lost = [text for text in poster.acknowledged if notes[text] != 1]
    trial_report.add(
        f"90 seconds without: {how}",
        f"{len(poster.acknowledged)} notes acknowledged, {dict(poster.others)} other answers",
        f"{len(lost)} lost or twice; not ready after {refused:.0f} s; the jobs ran {took:.0f} s after the return",
    )
    assert lost == []
    assert set(poster.others) <= {503}
    assert (0 < refused < 60) == (how != "register")
    assert took < 60 + 15

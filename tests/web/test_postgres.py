"""The demonstration on PostgreSQL: the same pages as on SQLite, from several processes that serve at once."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from pixflow import structure_folder
from pixflow.events.values import Role
from pixflow.refused import Refused
from projections.figures.refresh import refresh
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from projections.store.fill import Timeline, fill
from tests import forks
from tests.browser.house import listening
from tests.postgres import Cluster
from tests.projections.conftest import everything
from tests.web.client import InspectingClient
from web.app import create_app
from web.desk.dependencies import COOKIE
from web.hosting.host import Host, open_host, serving
from web.hosting.mail import Mail
from web.hosting.served_structure import ServedStructure
from web.hosting.settings import CONNECTIONS, Settings
from web.http.day_bar import LISTS
from web.samples import demo

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
ROLES: tuple[Role, ...] = ("advisor", "referent", "auditor", "facilitator")
PAGES = (
    "/boite", "/resultats", "/dossiers", "/ateliers", "/equipe", "/rejouer", "/journal", "/protocole", "/doublons",
    "/conservation",
)  # fmt: skip
DAYS = [f"{path}?au=2026-03-05{clock}" for path in LISTS for clock in ("", "&horloge=vrai")]
SOUGHT = ("ben", "martin lea", "lefevr", "00")
FEW = 2
NOTES = 12
STRUCTURE = UUID(int=61)
CROWD = 2 * CONNECTIONS
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
_TO_OTHERS = re.compile(r'href="(/(?:dossiers|ateliers|rejouer|equipe|resultats/campagnes)/[0-9a-f-]{36})"')


@contextmanager
def kept_at(url: str, data: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIXFLOW_DATABASE_URL", url)
        patch.setenv("PIXFLOW_DATA", str(data))
        yield


def play(data: Path) -> None:
    """All ids follow from the structure's: the same names in the same order, those of homonyms too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure_folder, "uuid4", lambda: STRUCTURE)
        demo.play(data, NOW, demo.AIGLE)


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    data = tmp_path_factory.mktemp("sqlite")
    play(data)
    with open_host(data, demo=True, clock=lambda: NOW) as made:
        yield made


@pytest.fixture(scope="module")
def on_postgres(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    url, data = postgres.create_database(), tmp_path_factory.mktemp("postgres")
    with kept_at(url, data):
        play(data)
        with open_host(data, demo=True, clock=lambda: NOW) as made:
            yield made
        database = Settings().database()
    assert database is not None
    database.close()
    postgres.drop_database(url)


def one(made: Host) -> ServedStructure:
    return made.structures[demo.SLUG]


def url_of(made: Host) -> str:
    database = one(made).opened.database
    assert database is not None
    return database.url


def cookie(served: ServedStructure, role: Role) -> Mapping[str, str]:
    """Of the first who has this role."""
    team = sorted((member.name, id) for id, member in served.refs.team.items() if role in member.roles)
    return {COOKIE: f"{demo.SLUG}/{team[0][1]}"}


def seen(made: Host, role: Role) -> list[tuple[str, int, str]]:
    """Returns the pages of the menu, some pages they link to, a replay of some of them, a search, lists of a day.

    These come from all events, then from day rows.
    """
    served = one(made)
    client = InspectingClient(create_app(made), cookies=dict(cookie(served, role)), follow_redirects=False)
    pages = [(path, client.get(path)) for path in PAGES]
    found = (list(dict.fromkeys(_TO_OTHERS.findall(page.text)))[:FEW] for _, page in pages)
    pages += [(path, client.get(path)) for path in dict.fromkeys(link for links in found for link in links)]
    pages += [(path, client.get(f"{path}?version=2")) for path, _ in pages if path.startswith("/rejouer/")]
    pages += [(text, client.post("/chercher", data={"q": text})) for text in SOUGHT]
    pages += [(path, client.get(path)) for path in DAYS]
    while not fill(served.read(), Timeline(served.engine)):
        pass
    pages += [(path, client.get(path)) for path in DAYS]
    return [(named(path), page.status_code, named(page.text)) for path, page in pages]


def named(text: str) -> str:
    """The ids of a text, which are other ones each time, as numbers in their order."""
    ids: dict[str, str] = {}
    return _ID.sub(lambda found: ids.setdefault(found[0], f"id-{len(ids)}"), text)


@pytest.mark.parametrize("role", ROLES)
def test_pages_are_the_same(on_sqlite: Host, on_postgres: Host, role: Role) -> None:
    theirs, ours = seen(on_sqlite, role), seen(on_postgres, role)
    assert [page[:2] for page in ours] == [page[:2] for page in theirs]
    assert {status for _, status, _ in ours} >= {200}
    for mine, other in zip(ours, theirs, strict=True):
        assert mine == other


def test_a_structure_kept_elsewhere_is_refused_by_where_it_is(on_sqlite: Host, on_postgres: Host) -> None:
    with pytest.raises(Refused, match="kept-on-postgresql"):
        structure_folder.open_one(on_postgres.data, demo.SLUG)
    with pytest.raises(Refused, match="kept-in-files"):
        structure_folder.open_one(on_sqlite.data, demo.SLUG, database=one(on_postgres).opened.database)


@contextmanager
def another_process(made: Host) -> Iterator[str]:
    """Yields the address of another process that serves the structure."""
    environment = {**os.environ, "PIXFLOW_DATABASE_URL": url_of(made), "PIXFLOW_DATA": str(made.data)}
    command = [forks.program(), "serve", "--demo", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://[\d.:]+", process.stdout.readline())
        assert found is not None
        try:
            yield found[0]
        finally:
            process.terminate()


def tick_elsewhere(made: Host) -> None:
    """Runs the jobs as another program, by the clock of the tests: a year later it would forget their month."""
    with open_host(made.data, demo=True, clock=lambda: NOW) as other:
        one(other).tick()


def remark(number: int) -> str:
    return f"remarque {number}."


def test_processes_that_serve_at_once_see_what_each_other_records(on_postgres: Host) -> None:
    served = one(on_postgres)
    with (
        another_process(on_postgres) as there,
        serving(on_postgres),
        listening(create_app(on_postgres)) as here,
        ExitStack() as closed,
    ):
        advisor = dict(cookie(served, "advisor"))
        people = [
            closed.enter_context(httpx2.Client(base_url=url, cookies=advisor, timeout=600)) for url in (here, there)
        ]
        (dossier, *_) = _TO_OTHERS.findall(people[0].get("/dossiers").text)

        def note(number: int) -> int:
            said = {"command_id": str(uuid4()), "on": NOW.date().isoformat(), "text": remark(number)}
            return people[number % 2].post(f"{dossier}/note", data=said).status_code

        with ThreadPoolExecutor(4) as pool, kept_at(url_of(on_postgres), on_postgres.data):
            ticked = pool.submit(tick_elsewhere, on_postgres)
            assert list(pool.map(note, range(NOTES))) == [303] * NOTES
        ticked.result()
        for person in people:
            assert set(re.findall(r"remarque \d+\.", person.get(dossier).text)) == set(map(remark, range(NOTES)))
    afresh = ReadSide(served.engine, sqlite.database(None))
    afresh.catch_up()
    for side in (served.read(), afresh):
        refresh(side, served.today())
    assert everything(served.read()) == everything(afresh)


def test_many_at_once_wait_for_their_turn(on_postgres: Host) -> None:
    """More than there are connections: none is held by one who waits for another's."""
    advisor = dict(cookie(one(on_postgres), "advisor"))
    with listening(create_app(on_postgres)) as url, ThreadPoolExecutor(CROWD) as pool:
        asked = pool.map(lambda _: httpx2.get(f"{url}/boite", cookies=advisor, timeout=600), range(CROWD))
        assert {answer.status_code for answer in asked} == {200}


def test_of_two_clocks_at_once_one_sends_what_is_due(on_postgres: Host) -> None:
    served, sent = one(on_postgres), list[Mail]()

    def leaves(mail: Mail) -> None:
        assert served.tick(sent.append).sent == 0
        sent.append(mail)

    assert served.tick(leaves).sent == len(sent) > 0
    assert served.tick(sent.append).sent == 0

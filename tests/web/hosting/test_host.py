"""The host: structures opened at the start, those that come later, and those that do not open."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pixflow import presets, structure_folder
from pixflow.backups.backup import back_up
from pixflow.refused import Refused
from pixflow.restore.restore import restore
from pixflow.store import AlreadyServed, RecordsLost, StoreRefused
from pixflow.store.locks import ServeLock
from pixflow.store.postgres.database import Database
from tests import somebody
from tests.damage import open_as_demonstration
from tests.store.test_folders import LOSSES
from tests.web.client import InspectingClient, words
from tests.web.hosting.conftest import ON_POSTGRES
from tests.web.paths import house
from web.accounts import accounts, memberships
from web.app import create_app
from web.cli import server
from web.cli.server import tick_all
from web.desk.dependencies import COOKIE
from web.hosting.host import Host, open_host, serving
from web.hosting.settings import Settings


def opened(data: Path, name: str, *, demonstration: bool = True) -> Path:
    """A new structure, in the store of the settings; its folder."""
    about: dict[str, Any] = {"name": name, "sites": (name,), "demonstration": demonstration}
    preset, database = presets.load("laigle-mortagne"), Settings().database()
    made = structure_folder.create(data, preset=preset, database=database, **about)
    made.engine.close()
    return made.folder


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Host]:
    """Alençon is served; Argentan, beside it, has a damaged document."""
    opened(tmp_path, "Alençon")
    document = opened(tmp_path, "Argentan") / "structure.json"
    document.rename(document.with_suffix(".good"))
    document.write_bytes(b"{")
    with open_host(tmp_path, demo=True) as made, serving(made):
        yield made


def mend(served: Host) -> None:
    document = served.data / "argentan" / "structure.json"
    document.with_suffix(".good").replace(document)


def test_a_structure_that_does_not_open_keeps_no_other_from_being_served(served: Host) -> None:
    assert list(served.structures) == ["alencon"]
    assert isinstance(served.closed["argentan"], StoreRefused)
    client = InspectingClient(create_app(served))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["closed"], answer.json()["structures"]) == (200, 1, 1)
    assert "store" in answer.json()["alarms"]
    page = words(client.get("/qui").text)
    assert "Alençon" in page
    assert "La structure « argentan » ne s’ouvre pas pour l’instant" in page


def test_where_no_structure_opens_the_process_is_not_ready(served: Host) -> None:
    client = InspectingClient(create_app(served))
    served.closed |= {"alencon": StoreRefused("no key")}
    one = served.structures.pop("alencon")
    answer = client.get("/readyz")
    served.structures["alencon"] = one
    assert (answer.status_code, answer.json()["structures"], answer.json()["closed"]) == (503, 0, 2)


@pytest.mark.parametrize("lose", LOSSES)
def test_one_that_is_gone_is_told_at_the_start_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lose: Callable[[Path], None]
) -> None:
    opened(tmp_path, "Alençon")
    lose(opened(tmp_path, "Argentan"))
    with open_host(tmp_path, demo=True) as made, serving(made):
        server._say_what_is_wrong(made)
        said = " ".join(capsys.readouterr().err.split())
        assert "argentan ne s’ouvre pas, les autres structures sont servies. La structure « argentan » n’est" in said
        tick_all(made, Settings(), 8000)
        answer = InspectingClient(create_app(made)).get("/readyz").json()
        assert (answer["ready"], answer["closed"], answer["structures"], answer["alarms"]) == (True, 1, 1, ["store"])


def test_a_folder_that_cannot_be_read_any_more_stops_nobody_and_is_counted(tmp_path: Path) -> None:
    with somebody.reachable() as data:
        opened(data, "Alençon")
        with open_host(data, demo=True) as made:
            with somebody.without(data, data / "keys"):
                made.open_structures()
            assert (list(made.structures), list(made.closed)) == (["alencon"], [data.name])
            made.open_structures()
            assert made.closed == {}
        with somebody.without(data, data / "keys"), pytest.raises(Refused, match="not-owned"), open_host(data):
            pass


def test_one_that_accounts_alone_know_is_counted(tmp_path: Path) -> None:
    with house(tmp_path, url="https://pixflow.exemple.fr") as built:
        assert built.host.site
        store, gone, account = built.host.site.store, uuid4(), accounts.create(built.host.site.store, "a@ml.fr")
        memberships.accept(store, account.id, built.served.opened.id, uuid4())
        memberships.accept(store, account.id, gone, uuid4())
        built.host.open_structures()
        assert list(built.host.closed) == [str(gone)]
        memberships.end(store, gone, memberships.of_structure(store, gone))
        built.host.open_structures()
        assert built.host.closed == {}


def test_once_mended_it_is_served_within_a_minute(served: Host) -> None:
    tick_all(served, Settings(), 8000)
    assert list(served.closed) == ["argentan"]
    mend(served)
    tick_all(served, Settings(), 8000)
    assert (sorted(served.structures), served.closed) == (["alencon", "argentan"], {})
    answer = InspectingClient(create_app(served)).get("/readyz").json()
    assert answer["closed"] == 0
    assert "store" not in answer["alarms"]


def test_a_structure_made_meanwhile_is_served_by_this_process_alone(served: Host) -> None:
    folder = opened(served.data, "Sées")
    tick_all(served, Settings(), 8000)
    assert "sees" in served.structures
    with pytest.raises(AlreadyServed):
        ServeLock(folder).acquire()


def test_a_structure_is_not_served_while_it_is_being_made(served: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    publish = structure_folder._publish

    def meanwhile(*of: Any, **about: Any) -> None:
        tick_all(served, Settings(), 8000)
        assert isinstance(served.closed["sees"], StoreRefused)
        publish(*of, **about)

    monkeypatch.setattr(structure_folder, "_publish", meanwhile)
    opened(served.data, "Sées")
    tick_all(served, Settings(), 8000)
    assert served.structures["sees"].refs.structure.name == "Sées"


def test_a_real_structure_is_never_opened_without_a_password(tmp_path: Path) -> None:
    real = opened(tmp_path, "Alençon", demonstration=False)
    with pytest.raises(Refused, match="not-a-demonstration"), open_host(tmp_path, demo=True):
        pass
    with open_host(tmp_path) as made:
        assert list(made.structures) == [real.name]


@pytest.mark.parametrize("appended", [True, False])
def test_who_writes_to_the_database_makes_no_demonstration_of_a_real_structure(
    tmp_path: Path, store: str, *, appended: bool
) -> None:
    database = Settings().database()
    preset = presets.load("laigle-mortagne")
    real = structure_folder.create(tmp_path, name="Alençon", preset=preset, sites=("Alençon",), database=database)
    open_as_demonstration(real, appended=appended)
    real.engine.close()
    again = structure_folder.open_one(tmp_path, real.slug, database=database)
    assert again.engine.references().structure.demonstration
    again.engine.close()
    with pytest.raises(Refused, match="not-a-demonstration"), open_host(tmp_path, demo=True):
        pass


@pytest.mark.parametrize("demonstration", [True, False])
def test_a_restored_backup_stays_a_demonstration_or_a_real_structure(tmp_path: Path, *, demonstration: bool) -> None:
    opened(tmp_path, "Alençon", demonstration=demonstration)
    one = structure_folder.open_one(tmp_path, "alencon")
    if not demonstration:
        open_as_demonstration(one, appended=False)
    backup = back_up(one)
    one.engine.close()
    restore(tmp_path, backup.path, replace=True, motive="drill", rebuild=lambda opened: None)
    refusal = nullcontext() if demonstration else pytest.raises(Refused, match="not-a-demonstration")
    with refusal, open_host(tmp_path, demo=True) as made:
        assert list(made.structures) == ["alencon"]


def test_beside_a_demonstration_a_real_structure_stays_closed(tmp_path: Path) -> None:
    """A backup may be restored beside a demonstration; `create` refuses both in one folder."""
    opened(tmp_path / "real", "Alençon", demonstration=False).rename(tmp_path / "alencon")
    for key in (tmp_path / "real" / "keys").iterdir():
        (tmp_path / "keys").mkdir(exist_ok=True)
        key.rename(tmp_path / "keys" / key.name)
    (tmp_path / "demonstration").touch()
    opened(tmp_path, "Argentan")
    with open_host(tmp_path, demo=True) as made:
        tick_all(made, Settings(), 8000)
        assert list(made.structures) == ["argentan"]
        page = words(InspectingClient(create_app(made)).get("/qui").text)
        assert "La structure « alencon » ne s’ouvre pas" in page
        home = InspectingClient(create_app(made), follow_redirects=False, cookies={COOKIE: f"alencon/{uuid4()}"})
        assert home.get("/boite").headers["Location"] == "/qui"


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True)])
def test_a_demonstration_has_a_folder_of_its_own(tmp_path: Path, *, first: bool, second: bool) -> None:
    opened(tmp_path, "Alençon", demonstration=first)
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    with pytest.raises(Refused, match="demonstration-folder" if first else "real-folder"):
        opened(tmp_path, "Argentan", demonstration=second)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == before


@ON_POSTGRES
def test_on_postgresql_the_schema_says_what_it_is(tmp_path: Path, store: str) -> None:
    for name, demonstration in (("Alençon", False), ("Argentan", True)):
        opened(tmp_path / name, name, demonstration=demonstration)
    with pytest.raises(Refused, match="not-a-demonstration"), open_host(tmp_path / "Alençon", demo=True):
        pass
    with open_host(tmp_path / "Argentan", demo=True) as made:
        assert list(made.structures) == ["argentan"]


def test_what_another_process_serves_stays_closed_until_it_is_left(served: Host) -> None:
    folder = opened(served.data, "Sées")
    with ServeLock(folder):
        tick_all(served, Settings(), 8000)
        assert isinstance(served.closed["sees"], AlreadyServed)
    tick_all(served, Settings(), 8000)
    assert "sees" in served.structures


def test_at_the_start_another_process_is_not_passed_over(tmp_path: Path) -> None:
    opened(tmp_path, "Alençon")
    with ServeLock(opened(tmp_path, "Argentan")), pytest.raises(AlreadyServed), open_host(tmp_path):
        pass  # its tables would have to be made, under the other's eyes
    with open_host(tmp_path):
        pass
    with ServeLock(tmp_path / "argentan"), open_host(tmp_path) as made, pytest.raises(AlreadyServed), serving(made):
        pass


def test_where_nothing_opens_nothing_is_served(tmp_path: Path) -> None:
    (opened(tmp_path, "Alençon") / "structure.json").write_bytes(b"{")
    with pytest.raises(StoreRefused, match="damaged"), open_host(tmp_path):
        pass


@pytest.mark.parametrize("lose", [lambda files: files[0].unlink(), lambda files: [one.unlink() for one in files]])
def test_files_taken_away_from_a_served_structure_are_told_and_served_again_once_back(
    tmp_path: Path, lose: Callable[[list[Path]], object]
) -> None:
    """SQLite writes on in a file that nobody finds again, and a copy of yesterday would take what follows."""
    folder, apart = opened(tmp_path / "data", "Alençon"), tmp_path / "apart"
    opened(tmp_path / "data", "Argentan")
    with open_host(tmp_path / "data", demo=True) as made, serving(made):
        client = InspectingClient(create_app(made))
        tick_all(made, Settings(), 8000)
        head = made.structures["alencon"].engine.head()
        shutil.copytree(folder, apart)
        lose(sorted(path for path in folder.iterdir() if path.name.startswith("events.db")))
        tick_all(made, Settings(), 8000)
        assert isinstance(made.closed["alencon"], RecordsLost)
        answer = client.get("/readyz").json()
        assert (answer["ready"], answer["closed"], answer["alarms"]) == (True, 1, ["store"])
        for path in apart.glob("events.db*"):
            shutil.copy(path, folder)
        tick_all(made, Settings(), 8000)
        assert (list(made.structures), made.closed) == (["argentan", "alencon"], {})
        assert made.structures["alencon"].engine.head() == head


def test_a_folder_taken_away_from_a_served_structure_is_told_and_served_again_once_back(served: Host) -> None:
    mend(served)
    tick_all(served, Settings(), 8000)
    for name in ("keys.db", "structure.json", ""):
        path, apart = served.data / "argentan" / name, served.data.parent / "apart"
        path.rename(apart)
        tick_all(served, Settings(), 8000)
        assert (list(served.structures), list(served.closed)) == (["alencon"], ["argentan"]), name
        apart.rename(path)
        tick_all(served, Settings(), 8000)
        assert (list(served.structures), served.closed) == (["alencon", "argentan"], {}), name


@ON_POSTGRES
def test_a_schema_taken_away_from_a_served_structure_is_told_and_served_again_once_back(
    tmp_path: Path, store: str
) -> None:
    with closing(Database(Settings().database_url)) as database:
        for name in ("Alençon", "Argentan"):
            opened(tmp_path, name)
        with open_host(tmp_path, demo=True) as made, serving(made), database.owner() as owner:
            client = InspectingClient(create_app(made))
            tick_all(made, Settings(), 8000)
            owner.execute("ALTER SCHEMA pixflow_alencon RENAME TO apart")
            for _ in range(2):  # one meets the error, the next one looks for the schema
                tick_all(made, Settings(), 8000)
            assert isinstance(made.closed["alencon"], RecordsLost)
            answer = client.get("/readyz").json()
            assert (answer["ready"], answer["closed"], answer["alarms"]) == (True, 1, ["store"])
            owner.execute("ALTER SCHEMA apart RENAME TO pixflow_alencon")
            tick_all(made, Settings(), 8000)
            assert (list(made.structures), made.closed) == (["argentan", "alencon"], {})

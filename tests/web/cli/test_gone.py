"""A structure that is gone, or that this user cannot read, under each command: named, exit 1, the others done."""

import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import msgspec
import pytest
from typer.testing import Result

from pixflow import erasing, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.backups import key_copies
from pixflow.structure_folder import OpenStructure
from tests import damage, erasures, somebody
from tests.copies import copy_of
from tests.people import open_dossier
from tests.store.test_folders import LOSSES
from tests.web.cli import test_app
from tests.web.cli.test_app import NADIA, SOPHIE
from tests.web.cli.test_backups import plain
from web.accounts import accounts, memberships
from web.accounts.store import open_accounts
from web.hosting.settings import Settings

EVERY = [("backup", "--to", "elsewhere"), ("doctor",), ("doctor", "--replace-triggers"), ("tick",), ("rebuild",)]
ONE = [*EVERY, ("queue", "--as", SOPHIE), ("keys", "rotate", "--reason", "routine"), ("account", "list")]
UNDONE = {"backup": "rien n’est sauvegardé.", "tick": "rien n’est fait.", "rebuild": "rien n’est fait."}
DONE = {"backup": "tarbes : 1", "doctor": "tarbes ✓", "tick": "tarbes : Envois", "rebuild": "tarbes : Tables"}


ON_POSTGRES = pytest.param("postgresql", marks=pytest.mark.postgres)


def on_stores(name: str, cases: Sequence[Any], both: int) -> pytest.MarkDecorator:
    """Runs every case on SQLite, and the first ones on PostgreSQL too."""
    runs = [("sqlite", case) for case in cases]
    more = [pytest.param("postgresql", case, marks=pytest.mark.postgres) for case in cases[:both]]
    return pytest.mark.parametrize(("data", name), [*runs, *more], indirect=["data"])


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def data(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder with two structures, each with a backup; all commands have run once."""
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else ""
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", url)
    with somebody.reachable() as made:
        monkeypatch.chdir(made)
        copy_of("two_structures", made / "data", two_structures)
        monkeypatch.setenv("PIXFLOW_DATA", str(made / "data"))
        monkeypatch.setenv("COLUMNS", "1000")
        (made / "elsewhere").mkdir(mode=0o777)
        (made / "elsewhere").chmod(0o777)
        yield made / "data"


def two_structures(data: Path) -> None:
    with patch.dict(os.environ, PIXFLOW_DATA=str(data)):
        for name in ("Ici", "Tarbes"):
            ran("init", "--preset", "laigle-mortagne", "--structure", name)
        ran("staff", "add", "Sophie Lecomte", SOPHIE, "--role", "referent", "--structure", "ici")
        ran("backup")
        ran("tick")
        ran("doctor")
    data.chmod(0o755)


def run(*arguments: str) -> Result:
    """Runs a command; each `elsewhere` is another one, for two backups of one second."""
    return test_app.run(*(f"elsewhere/{uuid4()}" if one == "elsewhere" else one for one in arguments))


def ran(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def advised(text: str) -> list[str]:
    """Returns the restore that an output advises."""
    (command,) = set(re.findall(r"pixflow (restore \S+ --replace --reason \w+)", plain(text)))
    return shlex.split(command)


def parts(data: Path) -> list[tuple[Path, int]]:
    """Returns all that knows a structure, numbered."""
    known = (data / "ici", *sorted((data / "keys").glob("ici.*")), data / "backups" / "ici")
    return [(part, number) for number, part in enumerate(known)]


def check_told(words: str) -> None:
    """Every command on all structures names it and does the others; those on one say it too."""
    for command in EVERY:
        result = run(*command)
        assert result.exit_code == 1, command
        assert words in plain(result.output), command
        assert f"ici : {UNDONE[command[0]]}" in plain(result.output) if command[0] in UNDONE else "ici" in result.output
        assert DONE[command[0]] in plain(result.output), command
    for command in ONE:
        result = run(*command, "--structure", "ici")
        assert result.exit_code == 1, command
        assert words in plain(result.output), command
        assert not isinstance(result.exception, Exception), command
    told = doctored()
    assert set(told) == {"ici", "tarbes"}
    assert told["ici"]["store"]["level"] == "alarm"
    assert words in plain(told["ici"]["store"]["details"]["said"])


def doctored() -> dict[str, dict[str, Any]]:
    """Returns the findings of each structure, by check."""
    found = msgspec.json.decode(run("doctor", "--json").stdout)
    return {slug: {one["check"]: one for one in findings} for slug, findings in found.items()}


def alarms(slug: str) -> set[str]:
    return {check for check, one in doctored()[slug].items() if one["level"] == "alarm"}


@on_stores("lose", LOSSES, 1)
def test_one_that_is_gone_is_named_by_every_command_and_what_they_advise_brings_it_back(
    data: Path, lose: Callable[[Path], None]
) -> None:
    lose(data / "ici")
    check_told("La structure « ici » n’est plus là : ")
    result = run("init", "--preset", "laigle-mortagne", "--structure", "Ici")
    assert (result.exit_code, "Une structure s’appelle déjà ainsi (ici)" in plain(result.output)) == (1, True)
    if not (data / "ici").is_dir():
        (data / "ici").unlink(missing_ok=True)
    ran(*advised(run("tick").output))
    ran("backup", "--to", "elsewhere")
    ran("tick")
    ran("queue", "--as", SOPHIE, "--structure", "ici")
    assert "store" not in alarms("ici")


def test_when_its_document_alone_is_lost_nothing_recorded_is(data: Path) -> None:
    """A restore sets newer events aside: they come back after it."""
    ran("staff", "add", "Nadia Benali", NADIA, "--role", "advisor", "--structure", "ici")
    (data / "ici" / "structure.json").unlink()
    back = ran(*advised(run("backup", "--to", "elsewhere").output))
    assert run("queue", "--as", NADIA, "--structure", "ici").exit_code == 1
    ran(*advised(back))
    ran("queue", "--as", NADIA, "--structure", "ici")


@pytest.mark.parametrize("data", ["sqlite"], indirect=True)
def test_one_without_a_backup_here_comes_back_from_elsewhere(data: Path) -> None:
    shutil.move(data / "backups" / "ici", "copy")
    shutil.rmtree(data / "ici")
    check_told("La structure « ici » n’est plus là : ")
    (last,) = Path("copy").glob("*Z")
    assert advised(run("tick").output) == ["restore", "DOSSIER", "--replace", "--reason", "loss"]
    ran("restore", str(last), "--replace", "--reason", "loss")
    ran("queue", "--as", SOPHIE, "--structure", "ici")


def test_one_that_was_removed_on_purpose_is_forgotten_once_nothing_knows_it(data: Path) -> None:
    for part, number in parts(data):
        assert run("tick").exit_code == (1 if number else 0)
        part.rename(data.parent / f"away-{number}")
    ran("tick")
    ran("backup", "--to", "elsewhere")
    assert doctored().keys() == {"tarbes"}


# --- what this user cannot read


@on_stores("part", ["ici", "keys/ici.key", "keys/ici.ring", "ici/structure.json", "ici/restore.lock"], 1)
def test_one_that_this_user_cannot_read_is_named_by_every_command(data: Path, part: str) -> None:
    with somebody.without(data, data / part):
        check_told(f"Le compte {somebody.name()} ne peut pas lire ou écrire {data / part}")


@on_stores("closed", [("ici/events.db", 0), ("ici/events.db", 0o444), ("ici/keys.db", 0)], 0)
def test_a_database_that_this_user_cannot_write_is_named(data: Path, closed: tuple[str, int]) -> None:
    part, mode = closed
    with somebody.without(data, data / part, mode):
        check_told(f"Le compte {somebody.name()} ne peut pas lire ou écrire {data / part}")


@on_stores("part", ["", "keys"], 0)
def test_a_folder_that_knows_them_all_is_one_sentence(data: Path, part: str) -> None:
    with somebody.without(data, data / part):
        for command in (*ONE, ("init", "--preset", "laigle-mortagne", "--structure", "Sées")):
            result = run(*command)
            assert result.exit_code == 1, command
            assert plain(result.output).count("ne peut pas lire ou écrire") == 1, command
            assert f"{data / part}," in plain(result.output), command


def test_backups_that_cannot_be_read_stop_nothing_else(data: Path) -> None:
    with somebody.without(data, data / "backups"):
        for command in EVERY:
            result = run(*command)
            assert result.exit_code == 1, command
            assert f"ne peut pas lire ou écrire {data / 'backups'}," in plain(result.output), command
            assert DONE[command[0]] in plain(result.output), command


def of_root(mode: int, part: str = "") -> Callable[[Path], AbstractContextManager[None]]:
    def closing(data: Path) -> AbstractContextManager[None]:
        return somebody.without(data, next((data / "_ledger").glob(part)) if part else data / "_ledger", mode)

    return closing


def bent(bend: Callable[[Path], object]) -> Callable[[Path], AbstractContextManager[None]]:
    def bending(data: Path) -> AbstractContextManager[None]:
        bend(data / "_ledger")
        return nullcontext()

    return bending


def a_file(ledger: Path) -> None:
    shutil.rmtree(ledger)
    ledger.touch()


def a_link_to_itself(ledger: Path) -> None:
    shutil.rmtree(ledger)
    ledger.symlink_to(ledger)


def a_folder_as_lock(ledger: Path) -> None:
    lock = next(ledger.glob("ici-*.lock"))
    lock.unlink()
    lock.mkdir()


def random_bytes(ledger: Path) -> None:
    next(ledger.glob("ici-*.db")).write_bytes(os.urandom(9_000))


def of_another(ledger: Path) -> None:
    """Another structure's register, with its key."""
    for one in (".db", ".key"):
        shutil.copy(next(ledger.glob(f"tarbes-*{one}")), next(ledger.glob(f"ici-*{one}")))


@on_stores(
    "closed",
    [
        (of_root(0), "shut"), (bent(a_file), "shut"), (bent(random_bytes), "unread"), (bent(of_another), "other"),
        (of_root(0o555), "shut"), (of_root(0, "ici-*.db"), "shut"), (of_root(0o444, "ici-*.db"), "shut"),
        (of_root(0, "ici-*.key"), "shut"), (of_root(0, "ici-*.lock"), "shut"), (bent(a_link_to_itself), "lost"),
        (bent(a_folder_as_lock), "shut"),
    ],
    4,
)  # fmt: skip
def test_a_register_that_is_closed_stops_neither_backup_nor_doctor(
    data: Path, closed: tuple[Callable[[Path], AbstractContextManager[None]], str]
) -> None:
    close, why = closed
    ran("tick")
    whole = {check: one["level"] for check, one in doctored()["ici"].items() if check != "register"}
    before = set((data / "backups" / "ici").iterdir())
    with close(data):
        for words in (("backup", "--keep", "1"), ("backup", "--to", "elsewhere")):
            saved = run(*words)
            assert (saved.exit_code, saved.stdout.count("faits")) == (1, 2), saved.output
            assert "ici : Registre : " in plain(saved.stderr)
            assert "-damaged" not in saved.output
        found = doctored()
        told = found["ici"].pop("register")
        assert run("tick").exit_code == 1
        begun = run("register", "begin", "--structure", "ici")
    assert (told["level"], told["details"]["why"]) == ("alarm", why)
    assert {check: one["level"] for check, one in found["ici"].items()} == whole, "all checks, and none accuses"
    assert found["tarbes"].keys() == {*whole, "register"}
    assert (begun.exit_code, "Refusé" in begun.stderr) == (1, True)
    assert len(set((data / "backups" / "ici").iterdir()) - before) == 1
    assert set((data / "backups" / "ici").iterdir()) >= before, "nothing is deleted"


@on_stores("part", ["", "{last}", "{last}/manifest.json"], 1)
def test_backups_of_one_that_cannot_be_read_are_no_absence(data: Path, part: str) -> None:
    last = last_of(data).rename(last_of(data).with_name("2026-01-01T000000Z"))
    closed = last.parent / part.format(last=last.name)
    with somebody.without(data, closed):
        told = doctored()["ici"]
        assert told["backup"]["level"] == "alarm"
        assert "not-owned" in told["backup"]["details"].values()
        assert f"ne peut pas lire ou écrire {closed}," in plain(run("doctor", "--structure", "ici").output)
        result = run("backup", "--keep", "1", "--structure", "ici")
        assert (result.exit_code, str(closed) in result.output) == (1, True), result.output
    assert last.is_dir()


@on_stores("part", ["", "{last}", "{last}/keys.json"], 1)
def test_a_rotation_passes_over_no_backup_that_it_cannot_read(data: Path, part: str) -> None:
    closed = data / "backups" / "ici" / part.format(last=last_of(data).name)
    before = (data / "keys" / "ici.ring").read_bytes(), ran("queue", "--as", SOPHIE, "--structure", "ici")
    with somebody.without(data, closed):
        result = run("keys", "rotate", "--reason", "routine", "--structure", "ici")
        assert (result.exit_code, f"ne peut pas lire ou écrire {closed}," in plain(result.output)) == (1, True)
    assert ((data / "keys" / "ici.ring").read_bytes(), ran("queue", "--as", SOPHIE, "--structure", "ici")) == before


@on_stores("part", ["", "{last}", "{last}/keys.json"], 1)
def test_an_erasure_stays_unfinished_while_a_backup_cannot_be_read(data: Path, part: str) -> None:
    opened = structure_folder.open_one(data, "ici", database=Settings().database())
    with closing(opened.engine):
        person = open_dossier(opened.engine, "Diallo")
        last = last_of(data)
        request = erasures.request(opened, person)
        with somebody.without(data, data / "backups" / "ici" / part.format(last=last.name)):
            with pytest.raises(erasing.ErasureUnfinished):
                erasing.erase(opened, person, request, by=Actor(OPERATOR), command_id=uuid4())
            assert run("tick").exit_code == 1
        assert erasing.is_pending(opened)
        assert not refreshed(opened, last)
    ran("tick")
    assert refreshed(opened, last)
    assert not erasing.is_pending(opened)


def refreshed(opened: OpenStructure, backup: Path) -> bool:
    """Tells if a backup knows the erasures of today."""
    register = opened.folder.parent / "keys" / f"{opened.slug}.erased"
    return key_copies.read(backup).erased == register.read_bytes()


@pytest.mark.parametrize("data", ["sqlite"], indirect=True)
def test_read_tables_that_cannot_be_read_are_named(data: Path) -> None:
    with somebody.without(data, data / "ici" / "read"):
        result = run("doctor", "--structure", "ici")
        assert (result.exit_code, "PermissionError" in result.output) == (1, False)
        assert f"ne peut pas lire ou écrire {data / 'ici' / 'read'}," in plain(result.output)


def last_of(data: Path) -> Path:
    """Returns the folder of the last backup of « ici »."""
    return max((data / "backups" / "ici").glob("*Z"))


# --- what only accounts know


@pytest.fixture
def known(data: Path) -> UUID:
    """The id of a structure where Sophie may sign in."""
    settings = Settings()
    opened = structure_folder.open_one(data, "ici", database=settings.database())
    store = open_accounts(data, settings.database(), create=True)
    assert store
    with closing(opened.engine), closing(store):
        (member,) = opened.engine.references().team
        memberships.accept(store, accounts.create(store, SOPHIE).id, opened.id, member)
    return opened.id


def test_accounts_know_a_structure_of_which_nothing_else_is_left(data: Path, known: UUID) -> None:
    for part, number in parts(data):
        assert str(known) not in run("tick").output
        assert run("account", "forget", str(known)).exit_code == 1
        part.rename(data.parent / f"away-{number}")
    for command in EVERY:
        result = run(*command)
        assert result.exit_code == 1, command
        assert f"(structure {known})" in plain(result.output), command
        assert DONE[command[0]] in plain(result.output), command
    assert "pixflow account forget" in plain(run("tick", "--structure", str(known)).output)
    assert "n’existe pas" in plain(run("tick", "--structure", str(uuid4())).output)
    assert run("account", "forget", str(uuid4())).exit_code == 1
    assert "1 accès retiré." in plain(ran("account", "forget", str(known)))
    ran("tick")
    ran("backup", "--to", "elsewhere")


@pytest.mark.parametrize("hidden", ["does not open", "says that it is a demonstration"])
def test_the_accounts_are_looked_at_beside_each_structure(data: Path, hidden: str) -> None:
    """Whoever damages a structure, or writes « demonstration » into its first event, hides no forged account."""
    invited = ("account", "invite", SOPHIE, "--structure", "ici")
    ran(*invited)
    assert doctored()["ici"]["account_store"]["level"] == "good"
    (data / "keys" / "_site.key").chmod(0o644)
    if hidden == "does not open":
        (data / "ici" / "structure.json").write_bytes(b"{")
    else:
        opened = structure_folder.open_one(data, "ici", database=Settings().database())
        damage.open_as_demonstration(opened, appended=False)
        opened.engine.close()
    told = doctored()
    assert [told[slug]["account_store"]["details"].get("why") for slug in ("ici", "tarbes")] == ["modes", "modes"]
    assert {"tls", "breached_passwords"} <= told["ici"].keys()

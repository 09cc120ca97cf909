"""`pixflow backup`, `restore` and `doctor` as an operator types them."""

import ast
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

import pytest

from pixflow import backups as pixflow_backups
from pixflow import restore as pixflow_restore
from pixflow.backups import BackupError, manifest
from tests.web.cli.test_app import NADIA, SOPHIE, commands_once, ran, run, said
from tests.web.french.test_sentences import assert_well_set
from web.french.errors import backups as errors_backups


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with two structures."""
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    return commands_once("two_empty_structures", tmp_path / "data", two_structures)


def two_structures() -> None:
    for name in ("Ici", "Tarbes"):
        ran("init", "--preset", "laigle-mortagne", "--structure", name)


def plain(text: str) -> str:
    return " ".join(text.split())


def backups(data: Path, slug: str = "ici") -> list[Path]:
    return [one.path for one in manifest.all_of(data / "backups" / slug)]


def team(slug: str = "ici") -> set[str]:
    """Returns the known people of the two."""
    known = {SOPHIE, NADIA}
    return {one for one in known if run("queue", "--as", one, "--structure", slug).exit_code == 0}


def test_every_structure_is_saved_and_the_keys_that_are_not_are_told(data: Path) -> None:
    output = plain(ran("backup"))
    assert "ici : 13 faits" in output
    assert "Les clés des structures n’y sont pas : gardez-les à part" in output
    assert [len(backups(data, slug)) for slug in ("ici", "tarbes")] == [1, 1]


def test_one_structure_is_saved_elsewhere(data: Path, tmp_path: Path) -> None:
    one = said("backup", "--structure", "ici", "--to", str(tmp_path / "disk"))[0]
    assert Path(one["path"]).parent == tmp_path / "disk" / "ici"
    assert (one["events"], one["deleted"]) == (13, 0)
    assert not (data / "backups").exists()


def test_one_that_cannot_be_saved_keeps_no_other_from_it(data: Path) -> None:
    (data / "keys" / "ici.ring").unlink()
    result = run("backup")
    assert result.exit_code == 1
    assert "ici : rien n’est sauvegardé." in plain(result.output)
    assert "tarbes : 13 faits" in plain(result.output)
    assert [len(backups(data, slug)) for slug in ("ici", "tarbes")] == [0, 1]
    assert "gardez-les à part" not in run("backup", "--structure", "ici").output, "there is no backup to keep them from"


def test_the_oldest_go(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran("backup", "--structure", "ici")
    first = backups(data)[0]
    older = shutil.move(first, first.with_name("2026-01-01T000000Z"))
    assert said("backup", "--structure", "ici", "--keep", "1")[0]["deleted"] == 1
    assert not older.exists()


def test_a_backup_is_put_back_and_what_was_there_is_aside(data: Path) -> None:
    ran("staff", "add", "Sophie Lecomte", SOPHIE, "--role", "referent", "--structure", "ici")
    ran("backup", "--structure", "ici")
    ran("staff", "add", "Nadia Benali", NADIA, "--role", "advisor", "--structure", "ici")
    assert team() == {SOPHIE, NADIA}
    backup = str(backups(data)[0])
    refused = run("restore", "--reason", "drill", backup)
    assert refused.exit_code == 1
    assert "La structure « ici » est déjà là. Avec --replace" in plain(refused.output)
    told = said("restore", "--reason", "drill", backup, "--replace")
    assert (told["slug"], told["erased"]) == ("ici", 0)
    assert Path(told["aside"], "events.db").exists()
    assert told["aside"] in "".join(ran("doctor", "--structure", "ici").split())
    shutil.rmtree(told["aside"])
    assert "Mis de côté Rien." in plain(ran("doctor", "--structure", "ici"))
    assert team() == {SOPHIE}, "the tables too are those of the backup"


def test_it_is_put_back_where_nothing_is(data: Path) -> None:
    ran("backup", "--structure", "ici")
    shutil.rmtree(data / "ici")
    output = plain(ran("restore", "--reason", "drill", str(backups(data)[0])))
    assert "ici : 13 faits, sauvegarde du" in output
    assert "Ce qui était là" not in output


@pytest.mark.parametrize(
    ("folder", "options", "told"),
    [
        ("absent", [], "n’existe pas"),
        ("data/ici", [], "n’est pas une sauvegarde de pixflow"),
        ("backup", ["--structure", "../ici"], "n’est pas un nom de dossier"),
        ("backup", ["--structure", "tarbes", "--replace"], "n’est pas la structure de cette sauvegarde"),
        ("backup", ["--structure", "autre"], "La clé de la structure n’est pas là"),
    ],
)
def test_what_cannot_be_put_back_is_told(
    data: Path, tmp_path: Path, folder: str, options: list[str], told: str
) -> None:
    ran("backup", "--structure", "ici")
    shutil.copytree(backups(data)[0], tmp_path / "backup")
    result = run("restore", "--reason", "drill", str(tmp_path / folder), *options)
    assert result.exit_code == (2 if folder == "absent" else 1)
    assert told in plain(result.output)
    assert "Traceback" not in result.output


def test_the_doctor_ends_with_1_when_something_is_to_do(data: Path) -> None:
    result = run("doctor")
    assert result.exit_code == 1
    assert "✗ Dernière sauvegarde Aucune : lancez « pixflow backup »" in plain(result.output)
    assert "✗ Tables de lecture" in plain(result.output), "neither serve nor tick has run"
    ran("tick")
    ran("backup")
    assert "✓ Dernière sauvegarde" in plain(ran("doctor"))
    assert "SQLite : ce qui est confirmé survit à une coupure." in plain(ran("doctor"))


def test_the_doctor_puts_triggers_back_when_asked(data: Path) -> None:
    ran("tick")
    ran("backup")
    with closing(sqlite3.connect(data / "ici" / "events.db")) as file:
        file.execute("DROP TRIGGER stored_events_delete")
    for _ in range(2):
        result = run("doctor")
        assert result.exit_code == 1
        assert "✗ Déclencheurs stored_events_delete : absents ou changés." in plain(result.output)
    assert "ici : déclencheurs remis (stored_events_delete)." in plain(ran("doctor", "--replace-triggers"))
    assert "✓ Déclencheurs" in plain(ran("doctor"))


def test_the_doctor_examines_what_does_not_open(data: Path) -> None:
    ran("tick")
    (data / "keys" / "ici.ring").unlink()
    ran("backup", "--structure", "tarbes")
    result = run("doctor", "--json")
    assert result.exit_code == 1
    assert said("doctor", "--structure", "tarbes").keys() == {"tarbes"}
    found = {one["check"]: one for one in json.loads(result.stdout)["ici"]}
    assert "ici.ring" in found["store"]["details"]["said"]
    assert found["backup"]["level"] == "alarm"
    assert "Ouverture" in run("doctor", "--structure", "ici").output
    refused = run("doctor", "--structure", "ailleurs")
    assert "Structures connues" in plain(refused.output)


def test_older_data_are_refused_in_words(data: Path) -> None:
    """A structure made before stamps were bound to the seal has no format in its document."""
    document = data / "ici" / "structure.json"
    (made := json.loads(document.read_bytes())).pop("format")
    document.write_text(json.dumps(made))
    shutil.rmtree(data / "tarbes")
    for key in (data / "keys").glob("tarbes.*"):
        key.unlink()
    run("doctor")  # which keeps its result
    files = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    for line in (["backup"], ["rebuild"], ["tick"], ["keys", "rotate", "--reason", "routine"], ["serve", "--demo"]):
        result = run(*line)
        assert result.exit_code == 1, line
        assert "Une version plus ancienne de pixflow a fait ces données (format 1" in plain(result.output)
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == files


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://me:s3cr%zt@host/base", "PIXFLOW_DATABASE_URL ne se lit pas"),
        ("postgresql://me:s3cr@zt@host/base", "PIXFLOW_DATABASE_URL ne se lit pas"),
        ("postgresql://me:s3cr@127.0.0.1:9/base", "PostgreSQL ne répond pas"),
    ],
)
def test_no_part_of_the_secret_is_told(data: Path, monkeypatch: pytest.MonkeyPatch, url: str, told: str) -> None:
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", url)
    for line in (["doctor"], ["doctor", "--json"], ["retention", "--structure", "ici"]):
        output = plain(run(*line).output)
        assert told in output
        assert "s3cr" not in output
        assert "zt@" not in output


# --- in words


def raised() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every BackupError of the engine, read in its source: its code and the names of its details."""
    for path in chain(*(Path(room.__path__[0]).glob("*.py") for room in (pixflow_backups, pixflow_restore))):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "BackupError":
                assert isinstance(node.args[0], ast.Constant)
                yield str(node.args[0].value), tuple(one.arg for one in node.keywords if one.arg)


@pytest.mark.parametrize(("code", "names"), sorted(set(raised())))
def test_every_refusal_is_a_sentence(code: str, names: tuple[str, ...]) -> None:
    sentence = errors_backups.sentence(BackupError(code, **dict.fromkeys(names, "2")))
    assert_well_set(sentence)
    assert sentence.endswith(".")


def test_no_sentence_is_left_over() -> None:
    assert {code for code, _ in raised()} == errors_backups.SENTENCES.keys()


def of_before(data: Path, second: int) -> Path:
    """Backs all up, under the name of another second. Returns the backup of Ici."""
    ran("backup")
    made = [backups(data, slug)[-1] for slug in ("tarbes", "ici")]
    return [one.rename(one.with_name(f"2026-01-01T00000{second}Z")) for one in made][-1]


def test_a_fact_that_the_register_knows_as_changed_deletes_no_backup_and_is_restored_when_accepted(data: Path) -> None:
    assert run("tick").exit_code == 0
    good = [of_before(data, second) for second in range(2)]
    with closing(sqlite3.connect(data / "ici" / "events.db")) as events, events:
        events.execute("DROP TRIGGER stored_events_update")
        changed = """CAST(replace(CAST(state AS TEXT), '"via":"cli"', '"via":"web"') AS BLOB)"""
        events.execute(f"UPDATE stored_events SET state = {changed} WHERE position = 5")
    neighbour = backups(data, "tarbes")
    done = run("backup", "--keep", "1")
    assert done.exit_code == 1
    assert "1 fait n’est plus celui que le registre a lu : cette sauvegarde est mise à part" in plain(done.stderr)
    assert "ici" in plain(done.stderr)
    assert backups(data) == good
    assert not any(one.exists() for one in neighbour), "the neighbour's are deleted as ever"
    (damaged,) = (data / "backups" / "ici").glob("*-damaged")
    refused = run("restore", str(damaged), "--replace", "--reason", "drill")
    assert refused.exit_code == 1
    assert "Des faits de cette sauvegarde (1) ne sont plus ceux que le registre a lus" in plain(refused.stderr)
    accepted = run("restore", str(damaged), "--replace", "--reason", "drill", "--damaged")
    assert accepted.exit_code == 0
    assert "1 fait n’est plus celui que le registre a lu : il commence une autre époque" in plain(accepted.stdout)
    assert run("tick").exit_code == 0


@pytest.mark.parametrize("damage", ["DELETE FROM tiles", "DROP TABLE epochs"])
def test_a_register_that_cannot_be_compared_deletes_no_backup(data: Path, damage: str) -> None:
    assert run("tick").exit_code == 0
    good = [of_before(data, second) for second in range(2)]
    (file,) = (data / "_ledger").glob("ici-*.db")
    with closing(sqlite3.connect(file)) as register, register:
        register.execute(damage)
    done = run("backup", "--keep", "1")
    assert done.exit_code == 1
    assert "Registre" in done.stderr
    assert not list((data / "backups" / "ici").glob("*-damaged")), "no fact is accused"
    assert backups(data)[: len(good)] == good

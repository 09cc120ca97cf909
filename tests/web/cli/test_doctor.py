"""`pixflow doctor` on a site with one broken file: it goes to its end, says what to do, and accuses nothing else."""

import os
import random
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest
from typer.testing import CliRunner, Result

from pixflow.access_journal.journal import open_journal
from pixflow.access_journal.line import Line, micros
from pixflow.ledger.register import RegisterClosed
from tests import lost_files, somebody
from tests.copies import copy_of
from tests.trials.small_disk import small_disk
from tests.web.french.test_sentences import assert_well_set
from tests.web.hosting.conftest import ON_POSTGRES, ON_SQLITE
from web.cli import doctor
from web.cli.app import app
from web.french import health as french
from web.hosting import health
from web.hosting.health import Finding

TELLS = re.compile(
    r"« (pixflow|chown|chmod|serve|tick) |[Rr]emettez|[Vv]érifiez|[Mm]ettez|[Vv]oyez|[Dd]onnez|restaurez|Supprimez"
)
"""Words of a sentence that says what to do."""
NOTHING_TOLD = re.compile(r"Prévenez la personne|a échoué|n’a pas prévu")
ACCUSES = re.compile(
    r"abîmé|copie plus ancienne|n’est plus là|ne sont plus là|manque|account restore|Quelqu’un a écrit"
)
CONCERNED = {
    r"ici/(events|keys)\.db.*|ici/structure\.json|keys/ici\.(key|ring)|ici/(write|restore)\.lock": {"Ouverture"},
    r"ici/read/.*": {"Ouverture", "Tables de lecture"},
    r"ici/inspection\..*": {"Lecture des faits"},
    r"ici/access/.*": {"Consultations"},
    r"keys/ici\.erased": {"Effacements"},
    r"backups/ici/.*": {"Dernière sauvegarde"},
    r"_site/.*|keys/_site\..*|backups/_site/.*": {"Comptes"},
    r"clock\.json": {"Horloge"},
    r"_ledger/.*": {"Registre"},
}
"""Titles of the checks that may alarm for a file of a data folder. No check alarms for another file."""
Told = dict[str, dict[str, tuple[str, str]]]
"""The mark and the sentence of each check, by its title, of each structure."""
NEEDED = re.compile(r"ici/(events|keys)\.db|ici/structure\.json|keys/(ici\.(key|ring)|_site\.key)|_site/accounts\.db")
"""Files without which something is lost."""


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def ran(*words: str) -> None:
    result = run(*words)
    assert result.exit_code == 0, (words, result.output)


@pytest.fixture
def site(store: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[lost_files.Site]:
    """A site with two structures, which have all that a doctor reads."""
    with somebody.reachable() as folder:
        monkeypatch.setenv("PIXFLOW_DATA", str(folder / "data"))
        monkeypatch.setenv("COLUMNS", "10000")
        made = copy_of("doctor", folder, two_structures)
        made.stands(folder)
        folder.chmod(0o755)  # a copy has the mode of its model
        yield made


def two_structures(folder: Path) -> lost_files.Site:
    with patch.dict(os.environ, PIXFLOW_DATA=str(folder / "data"), COLUMNS="10000"):
        made = lost_files.Site(folder)
        ran("init", "--preset", "laigle-mortagne", "--structure", "Tarbes")
        ran("backup", "--to", str(folder / "elsewhere"))
        ran("tick")
        with made.opened() as opened:
            now = opened.engine.clock()
            with closing(open_journal(opened.folder, opened.database, opened.schema)) as journal:
                journal.write(Line(micros(now), "shown", "/dossiers"), now.date())
        ran("backup", "--structure", "tarbes")
        ran("rebuild")
        ran("doctor")
        return made


def told(result: Result) -> Told:
    """Returns what a doctor prints."""
    found: Told = {}
    for line in result.stdout.replace("\xa0", " ").splitlines():
        if match := re.match(r"([✓!✗])  (.+?)  +(.*?) *$", line):
            [*found.values()][-1][match[2]] = match[1], match[3]
        else:
            found[line.strip()] = {}
    return found


def marks(checks: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {title: mark for title, (mark, _) in checks.items()}


# --- one broken file


def missing(path: Path, _: Path) -> None:
    path.unlink()


def empty(path: Path, _: Path) -> None:
    path.write_bytes(b"")


def noise(path: Path, _: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(max(200, path.stat().st_size)))


def folder(path: Path, _: Path) -> None:
    path.unlink()
    path.mkdir()


def another(path: Path, data: Path) -> None:
    """Takes the file of the other structure that is most alike."""
    parts = [part.replace("ici", "tarbes") for part in path.relative_to(data).parts]
    alike = sorted(data.joinpath(*parts[:-1]).rglob(f"{parts[-1].partition('-')[0].partition('.')[0]}*{path.suffix}"))
    path.write_bytes([path, *alike][-1].read_bytes())


def closed(path: Path, _: Path) -> None:
    """Belongs to somebody else: `doctor` runs without it."""


WAYS = [missing, empty, noise, folder, another, closed]


def wrong(name: str, way: Callable[..., None], result: Result, whole: Told) -> Iterator[str]:
    """Yields what is wrong with the answer of `doctor`, once a file is broken in a way."""
    if result.exception and not isinstance(result.exception, SystemExit):
        yield f"fell: {result.exception!r}"
        return
    found, of_site = told(result), "ici" not in name
    concerned = {title for pattern, titles in CONCERNED.items() if re.fullmatch(pattern, name) for title in titles}
    if found.keys() != whole.keys():
        yield f"structures: {list(found)}"
        return
    for slug, checks in found.items():
        may = concerned if slug == "ici" or of_site else set[str]()
        for title, (mark, said) in checks.items():
            if mark == "✗" and title not in may:
                yield f"{slug}: accuses {title}: {said}"
            if mark == "✗" and (not TELLS.search(said) or NOTHING_TOLD.search(said)):
                yield f"{slug}: says nothing to do: {title}: {said}"
        if slug != "ici" and marks(checks).keys() != marks(whole[slug]).keys():
            yield f"{slug}: has not all its checks"
    alarms = [said for mark, said in found["ici"].values() if mark == "✗"]
    if len(alarms) != len(set(alarms)):
        yield f"says one cause twice: {alarms}"
    if result.exit_code != int(any(mark == "✗" for checks in found.values() for mark, _ in checks.values())):
        yield f"ends with {result.exit_code}"
    if NEEDED.fullmatch(name) and not alarms:
        yield "says nothing"
    if (
        way is another
        and re.fullmatch(r"_ledger/ici.*\.db", name)
        and "registre d’une autre structure" not in str(alarms)
    ):
        yield "takes another's register for its own"


@ON_SQLITE
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_each_file_that_is_broken(site: lost_files.Site, way: Callable[[Path, Path], None]) -> None:
    whole, kept = told(run("doctor")), site.data.with_name("kept")
    shutil.copytree(site.data, kept)
    files = sorted(path.relative_to(kept) for path in kept.rglob("*") if path.is_file() and "tarbes" not in str(path))
    assert set(map(str, files)) > {"ici/events.db", "ici/doctor.json", "keys/ici.head", "clock.json"}
    found = []
    for file in files:
        shutil.rmtree(site.data)
        shutil.copytree(kept, site.data)
        before = (kept / file).read_bytes()
        way(site.data / file, site.data)
        broken = way is closed or not (site.data / file).is_file() or (site.data / file).read_bytes() != before
        if way is closed:
            with somebody.without(site.data, site.data / file):
                result = run("doctor", "--seconds", "0")
        else:
            result = run("doctor", "--seconds", "0")
        found += [f"{file}: {one}" for one in wrong(str(file), way, result, whole) if broken]
    assert found == []


@ON_SQLITE
@pytest.mark.parametrize("kind", ["limit", "tmpfs"])
def test_a_full_disk_accuses_nothing(
    site: lost_files.Site, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(kind, tmp_path) as disk:
        shutil.copytree(site.data, tmp_path / "data")
        monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
        disk.fill(0)
        result = run("doctor")
        disk.make_room()
        assert result.exit_code == 1
        for checks in told(result).values():
            said = [said for mark, said in checks.values() if mark == "✗"]
            assert [one for one in said if ACCUSES.search(one)] == []
            assert sum(one.startswith("Le disque est plein") for one in said) == 1, said
        for checks in told(run("doctor")).values():
            assert {title for title, (mark, _) in checks.items() if mark == "✗"} <= {"Place sur le disque"}


# --- one cause


def damage_a_page(data: Path) -> None:
    """Overwrites a page that an opening does not read."""
    path = data / "ici" / "events.db"
    with closing(sqlite3.connect(path)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'commands'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(random.Random(1).randbytes(size))


def copy_identity(data: Path) -> None:
    shutil.copy(data / "tarbes" / "structure.json", data / "ici" / "structure.json")


def cut_identity(data: Path) -> None:
    (data / "ici" / "structure.json").write_bytes(b"{")


def must_be_one_alarm(site: lost_files.Site, words: str) -> str:
    """Every command says it once, and all is well with the other structure. Returns the restore that it advises."""
    advised = set()
    for command in (("doctor",), ("backup", "--json", "--to", str(site.data.parent / "another"))):
        result = run(*command)
        said = result.output.replace("\xa0", " ")
        assert result.exit_code == 1, command
        assert words in said
        assert "personne qui l’exploite" not in said
        advised |= set(re.findall(r"pixflow (restore \S+ --replace --reason loss)", said))
    found = told(run("doctor"))
    assert found.keys() == {"ici", "tarbes"}
    assert [title for title, (mark, _) in found["ici"].items() if mark == "✗"] == ["Ouverture"]
    assert "✗" not in marks(found["tarbes"]).values()
    assert {one.parent.name for one in (site.data.parent / "another").glob("*/*Z")} == {"tarbes"}
    (one,) = advised
    return str(one)


@ON_SQLITE
def test_one_damaged_page_is_one_alarm_and_what_it_advises_brings_all_back(site: lost_files.Site) -> None:
    damage_a_page(site.data)
    advised = must_be_one_alarm(site, "Une base de la structure, faits ou clés des personnes, est abîmée.")
    assert "store" in [one["check"] for one in msgspec.json.decode(run("doctor", "--json").stdout)["ici"]]
    ran(*advised.split())
    ran("tick")
    ran("doctor")


@pytest.mark.parametrize(
    ("broken", "words"),
    [(copy_identity, "Deux dossiers de structures ont le même numéro"), (cut_identity, "structure.json ne se lit pas")],
)
def test_a_structure_json_that_is_not_its_own(
    site: lost_files.Site, broken: Callable[[Path], None], words: str
) -> None:
    broken(site.data)
    advised = must_be_one_alarm(site, words)
    (site.data / "ici" / "structure.json").rename(site.data / "ici" / "aside.json")
    ran(*advised.split())
    ran("tick")
    ran("doctor")


@ON_SQLITE
def test_events_of_another_structure_are_named_as_such(site: lost_files.Site) -> None:
    for path in (site.data / "tarbes").glob("events.db*"):
        path.unlink()
    shutil.copy(site.data / "ici" / "events.db", site.data / "tarbes" / "events.db")
    found = told(run("doctor"))["tarbes"]
    assert [title for title, (mark, _) in found.items() if mark == "✗"] == ["Ouverture"]
    assert "est celui d’une autre structure que les faits" in found["Ouverture"][1]


@ON_POSTGRES
def test_a_server_that_lets_nobody_in_is_said_once(site: lost_files.Site) -> None:
    with patch.dict(os.environ, PIXFLOW_DATABASE_URL=re.sub(r"//\w+@", "//nobody_here@", site.url)):
        result = run("doctor")
    assert result.exit_code == 1
    for checks in told(result).values():
        alarms = [(title, said) for title, (mark, said) in checks.items() if mark == "✗"]
        ((title, said),) = alarms
        assert title == "Ouverture"
        assert "vérifiez dans PIXFLOW_DATABASE_URL la personne" in said
        assert said.endswith("Pas vérifié non plus, pour cette raison : Comptes.")


@ON_SQLITE
def test_a_backup_whose_manifest_does_not_read_is_named(site: lost_files.Site) -> None:
    (path,) = (site.data / "backups" / "ici").glob("*Z")
    (path / "manifest.json").write_text("{")
    mark, said = told(run("doctor"))["ici"]["Dernière sauvegarde"]
    assert (mark, said.startswith(f"{path} : le manifeste manque ou ne se lit pas")) == ("✗", True)
    (found,) = [one for one in msgspec.json.decode(run("doctor", "--json").stdout)["ici"] if one["check"] == "backup"]
    assert (found["level"], found["details"]["places"]) == ("alarm", [str(path)])


# --- what is no file


@ON_SQLITE
def test_the_name_of_a_structure_that_is_not_there(site: lost_files.Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXFLOW_STRUCTURE", "nope")
    result = run("doctor")
    assert result.exit_code == 1
    for checks in told(result).values():
        mark, said = checks["Réglages"]
        assert (mark, "« nope »" in said, "ici, tarbes" in said) == ("✗", True, True)


@ON_SQLITE
@pytest.mark.parametrize("value", ["ledger", "FOLDER/file"])
def test_a_wrong_ledger_begins_no_register_elsewhere(
    site: lost_files.Site, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(site.data / "_ledger")
    with patch.dict(os.environ, PIXFLOW_LEDGER=value.replace("FOLDER", str(tmp_path))):
        saved, found = run("backup"), told(run("doctor"))
    assert (saved.exit_code, saved.stdout.count("faits")) == (1, 2)
    assert "La sauvegarde se fait sans ce réglage." in saved.stderr
    for checks in found.values():
        assert [title for title, (mark, _) in checks.items() if mark == "✗"] == ["Réglages"]
        assert "Registre" not in checks
    assert not (site.data / "_ledger").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


@ON_SQLITE
def test_a_check_that_nobody_named_is_printed_as_it_is(
    site: lost_files.Site, capsys: pytest.CaptureFixture[str]
) -> None:
    def raises() -> Finding:
        raise RegisterClosed("shut")

    found = health.run("any_check", raises)
    assert (found.check, found.level, found.details["error"]) == ("any_check", "alarm", "RegisterClosed")
    doctor._print("ici", [found, Finding("any_check", "good")])
    printed = capsys.readouterr().out
    assert printed.count("any_check") == 2
    assert TELLS.search(printed)
    assert_well_set(french.sentence("any_check", "good", {}))

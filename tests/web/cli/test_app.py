"""The commands of the terminal, run as a person would: what they say, what they record, how they end."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args
from unittest.mock import patch
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner, Result

from pixflow import presets, structure_folder
from pixflow.actor import SITE, Actor
from pixflow.documents.grille import ProblemCode
from pixflow.presets import PresetError
from pixflow.store import StoreBusy
from pixflow.team.accounts import open_account
from tests import forks
from tests.copies import copy_of
from tests.web.cli.test_values import COMMANDS
from tests.web.french.test_sentences import assert_well_set
from tests.workbooks.workbooks import workbook
from web.accounts import accounts, memberships
from web.accounts.store import AccountStore, open_accounts
from web.cli.app import app
from web.cli.common.terminal import console, marked
from web.french.errors import presets as french
from web.hosting.mail import Mail
from web.hosting.settings import Settings
from web.samples import demo

SAMPLES = Path(__file__).parents[2] / "pix_orga" / "data"
EXPORT = SAMPLES / "resultats-diagnostic_initial_-_cej_printemps_2026-481516-2026-05-12-0910.csv"
PROFILES = next(SAMPLES.glob("*481620*"))
BIN = str(Path(sys.executable).parent)
SOPHIE, NADIA = "sophie@ml.example", "nadia@ml.example"
HELENE, YANN = "helene@ml.example", "yann@ml.example"
PORTFOLIO = """N° i-Milo;Nom;Prénom;Né(e) le;Site;Dispositif;Conseiller;Courriel
12-345;Benaïssa;Zoé;02/03/2006;Mortagne;CEJ;Nadia Benali;zoe@exemple.fr
12347;DIALLO;Aminata;05/11/2004;L’Aigle;PACEA;nadia@ml.example;aminata@exemple.fr
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "data"


@pytest.fixture
def house(data: Path) -> Path:
    """A structure with a référente and an advisor."""
    return commands_once("one_structure", data, one_structure)


def commands_once(name: str, data: Path, make: Callable[[], None]) -> Path:
    """Copies the data folder that commands have made in the first test that asks for it."""

    def made(folder: Path) -> None:
        with patch.dict(os.environ, PIXFLOW_DATA=str(folder)):
            make()

    copy_of(name, data, made)
    return data


def one_structure() -> None:
    ran("init", "--preset", "laigle-mortagne", "--structure", "L’Aigle", "--site", "L’Aigle", "--site", "Mortagne")
    ran("staff", "add", "Sophie Lecomte", SOPHIE, "--role", "referent")
    ran("staff", "add", "Nadia Benali", NADIA, "--role", "advisor")


@pytest.fixture
def managed(house: Path) -> Path:
    """A structure with two managers who have signed in."""
    for name, address in (("Hélène Morin", HELENE), ("Yann Guivarch", YANN)):
        ran("staff", "add", name, address, "--role", "manager")
        ran("account", "invite", address)
        enter(house, address)
    return house


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def ran(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def imported(folder: Path) -> None:
    (folder / "portefeuille.csv").write_text(PORTFOLIO)
    ran("dossiers", "import", str(folder / "portefeuille.csv"))


def said(*arguments: str):
    return json.loads(ran(*arguments, "--json"))


def test_init_says_what_comes_next_and_refuses_twice(data: Path):
    output = ran("init", "--preset", "laigle-mortagne", "--structure", "L’Aigle")
    assert "pixflow staff add" in output
    again = run("init", "--preset", "laigle-mortagne", "--structure", "L’Aigle")
    assert again.exit_code == 1
    assert [p.name for p in sorted(data.iterdir())] == ["keys", "l-aigle"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--preset", "laigle"], "laigle-mortagne"),
        (["--preset", "laigle-mortagne", "--calendar", "XX"], "XX"),
        (["--preset", "laigle-mortagne", "--zone", "Mars/Olympus"], "Mars/Olympus"),
    ],
)
def test_init_refuses_what_it_does_not_know_and_leaves_nothing(data: Path, options: list[str], told: str):
    result = run("init", "--structure", "Ici", *options)
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output
    assert not (data / "ici").exists()
    assert not (data / "keys" / "ici.key").exists()


@pytest.mark.parametrize("verb", [["init", "--preset", "laigle-mortagne"], ["simulate", "--young-people", "1"]])
def test_a_place_or_a_name_that_does_not_serve_is_told(data: Path, tmp_path: Path, verb: list[str]):
    (tmp_path / "file").write_text("")
    for options, told in (
        (["--data", str(tmp_path / "file"), "--structure", "Ici"], "ne se laisse pas lire ou écrire"),
        (["--structure", "long " * 60], "Ce nom est trop long"),
    ):
        result = run(*verb, *options)
        assert result.exit_code == 1
        assert told in result.output.replace("\n", " ")
        assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("position", [1, 2, 3], ids=["structure", "protocol", "grille"])
def test_a_fact_that_does_not_read_is_told(house: Path, position: int):
    """A command needs the structure, its protocol and its grid; any other stream stops alone."""
    with closing(sqlite3.connect(house / "l-aigle" / "events.db")) as database, database:
        database.execute("DROP TRIGGER stored_events_update")
        database.execute("UPDATE stored_events SET state = x'00' WHERE position = ?", (position,))
    result = run("queue", "--as", NADIA)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "Un fait enregistré ne se lit pas" in result.output.replace("\n", " ")


def test_init_takes_a_file_and_says_where_it_is_wrong(data: Path, tmp_path: Path):
    text = (Path(presets.__file__).parent / "laigle-mortagne.toml").read_text()
    wrong = tmp_path / "ours.toml"
    wrong.write_text(text.replace("low = 41", "low = 43", 1))
    result = run("init", "--preset", str(wrong), "--structure", "Ici")
    assert result.exit_code == 2
    assert "41" in result.output
    assert "42" in result.output
    right = tmp_path / "right.toml"
    right.write_text(text)
    ran("init", "--preset", str(right), "--structure", "Ici")


def broken(old: str, new: str) -> PresetError:
    text = (Path(presets.__file__).parent / "laigle-mortagne.toml").read_text()
    assert old in text
    with pytest.raises(PresetError) as caught:
        presets.read(text.replace(old, new, 1))
    return caught.value


PRESETS = [
    (PresetError("", None, "unknown-preset", found="laigle", nearest="laigle-mortagne"), "le plus proche est « laigle"),
    (PresetError("", None, "unknown-preset", found="x"), "Aucun protocole livré ni aucun fichier ne s’appelle « x »."),
    (PresetError("", 3, "not-utf8"), "le fichier n’est pas en UTF-8"),
    (broken("[grille]", "[grille"), "ce n’est pas du TOML : « Expected ']' at the end of a table declaration »."),
    (broken("tries = 3", "tris = 3"), "cette clé n’existe pas ; le plus proche est « tries »."),
    (broken('label = "CAP LEC"\n', ""), "cette clé manque."),
    (broken("refer = 5", 'refer = "5"'), "il faut un nombre entier, et non un texte entre guillemets."),
    (broken("tries = 3", "tries = 0"), "0 n’est pas de 1 à 20."),
    (broken('"half-up"', '"down"'), "« down » n’est pas une valeur connue. Valeurs : half-up."),
    (broken('stage = "parcours"', 'stage = "diagnostic"'), "les étapes sont orientation, diagnostic, prescription, d"),
    (broken("low = 41", "low = 43"), "aucune tranche ne couvre 41-42 %."),
    (broken("low = 41", "low = 39"), "deux tranches couvrent 39-40 %."),
    (broken("low = 0", "low = 1"), "la première tranche commence à 1 %, et non à 0 %."),
    (broken("high = 100", "high = 99"), "la dernière tranche finit à 99 %, et non à 100 %."),
    (broken("low = 41", "low = 71"), "les bornes 71 % et 70 % sont dans le mauvais ordre."),
    (broken('id = "cap-lec"', 'id = "illettrisme"'), "deux fois dans la même tranche (0-40 %) (« illettrisme »)."),
    (PresetError("grille.bands", 62, "grille-empty", numbers=()), "il manque des tranches"),
    (PresetError("grille.rounding", 62, "grille-rounding", numbers=(), detail="down"), "(« down »)."),
]  # fmt: skip


@pytest.mark.parametrize(("error", "told"), PRESETS, ids=[error.code for error, _ in PRESETS])
def test_a_preset_s_refusal_is_a_french_sentence_with_its_place_and_its_numbers(error: PresetError, told: str):
    said = french.sentence(error)
    assert_well_set(said)
    plain = re.sub(r"[\xa0\u202f]", " ", said)
    place = ", ".join(filter(None, (error.path, f"ligne {error.line}" if error.line else "")))
    assert plain.casefold().startswith(place)
    assert told in plain


def test_every_code_of_a_preset_s_refusal_has_its_sentence():
    codes = {
        "unknown-preset", "not-utf8", "syntax", "unknown-key", "missing-key", "wrong-type", "unknown-value",
        "out-of-range", "stages",
    }  # fmt: skip
    assert french.SENTENCES.keys() == codes
    assert {error.code for error, _ in PRESETS} == codes | {f"grille-{code}" for code in get_args(ProblemCode)}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["replay"], "Il manque DOSSIER. Aide : pixflow replay --help"),
        (["queue"], "Il manque --as. Aide : pixflow queue --help"),
        (["replay", "1", "--versin", "3"], "L’option --versin n’existe pas ; la plus proche est --version. Aide : "),
        (["replay", "1", "--version", "trois"], "La valeur de --version ne convient pas : un nombre entier."),
        (["replay", "1", "--version"], "L’option --version ne s’écrit pas ainsi."),
        (["tick", "encore"], "La ligne a un mot de trop. Aide : pixflow tick --help"),
        (["ouvrir"], "La commande « ouvrir » n’existe pas. Commandes : init, demo, queue,"),
        (["staff", "ad"], "La commande « ad » n’existe pas. Commandes : add, confirm, absence, leave."),
        (["read", "[b]absent.csv"], "Le fichier [b]absent.csv n’existe pas."),
        (["read", "/"], "/ est un dossier, et non un fichier."),
        (
            ["simulate", "--young-people", "9", "--months", "99999"],
            "--months ne convient pas : un nombre entier de 1 à 240.",
        ),
        (["simulate", "--young-people", "0"], "ne convient pas : un nombre entier de 1 à 100000."),
        (["serve", "--port", "99999"], "La valeur de --port ne convient pas : un nombre entier de 0 à 65535."),
        (["serve", "--demo", "--port", "-1"], "La valeur de --port ne convient pas : un nombre entier de 0 à 65535."),
        (["keys", "rotate", "--reason", "x"], "--reason ne convient pas : departure, exposure, routine."),
        (["import", str(EXPORT), "--as", "x", "--doubtful", "keep"], "--doubtful ne convient pas : leave, record."),
        (["staff", "add", "Nadia", NADIA, "--role", "chef"], "« chef » de --role ne convient pas : advisor, referent,"),
        (["init", "--structure", "Ici", "--preset", "laigle"], "le plus proche est «\xa0laigle-mortagne\xa0»"),
        (["export-person", "1", "--to", "absent"], "absent n’est pas un dossier."),
        (["restore", "absent", "--reason", "move"], "Le dossier absent n’existe pas."),
    ],
)
def test_a_line_that_cannot_be_read_is_answered_in_french(data: Path, line: list[str], told: str):
    result = CliRunner().invoke(app, line, prog_name="pixflow")
    assert result.exit_code == 2
    assert told in result.output
    assert "Error" not in result.output
    assert isinstance(result.exception, SystemExit)


ENGLISH = re.compile(r"<(int|str|bool|float|path)|\[ARGS|\[required\]|\[default|Show |Install |env var|NAME|EMAIL")


def test_help_is_in_french(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "200")
    for line in ([], ["--help"], *([*name.split(), "--help"] for name in (*COMMANDS, "staff", "dossiers"))):
        output = run(*line).output
        assert "Usage: " in output
        assert "Montrer cette aide." in output
        assert not ENGLISH.search(output), output


def test_the_version_is_that_of_the_package():
    assert ran("--version") == f"pixflow {version('pixflow')}\n"


def test_a_shell_gets_its_completion():
    told = subprocess.run(
        ["pixflow"], env={**os.environ, "_PIXFLOW_COMPLETE": "source_bash", "PATH": BIN}, capture_output=True, text=True
    )
    assert "complete -o default -F _pixflow_completion pixflow" in told.stdout


def test_python_runs_it_as_a_module(data: Path):
    line = [sys.executable, "-m", "pixflow", "queue", "--as", "x", "--json"]
    told = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (told.returncode, json.loads(told.stdout)["exit"]) == (1, 1)
    assert "pixflow init" in told.stderr


def test_nothing_is_cut_into_lines_of_eighty_unless_a_person_reads(house: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("COLUMNS")
    code = run("init", "--structure", "Ici", "--preset", "laigle-mortagne", "--calendar", "XX")
    assert len(code.output.splitlines()) == 1
    assert len(code.output) > 160
    monkeypatch.setenv("COLUMNS", "60")
    assert len(run("queue").output) < len(ran("staff", "--help"))
    assert max(map(len, ran("--help").splitlines())) <= 60


def test_staff_add_twice_adds_the_role_only(house: Path):
    assert "rien à changer" in ran("staff", "add", "Nadia Benali", NADIA, "--role", "advisor")
    ran("staff", "add", "Nadia Benali", NADIA.upper(), "--role", "referent")
    assert said("queue", "--as", NADIA)["piles"] == []
    result = run("staff", "add", "Nadia", "pas un courriel", "--role", "advisor")
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_the_address_of_a_colleague_under_another_name_is_asked_about(house: Path):
    line = ["staff", "add", "Nadja Bernard", NADIA, "--role", "referent"]
    asked = "nadia@ml.example est déjà le courriel de Nadia Benali, conseiller·ère"
    for answer in ("", "non\n"):
        refused = CliRunner().invoke(app, line, input=answer)
        assert refused.exit_code == 1
        assert asked in " ".join(refused.output.split())
    assert run("import", str(EXPORT), "--as", NADIA).exit_code == 1, "nothing was given"
    given = CliRunner().invoke(app, line, input="oui\n")
    assert (given.exit_code, "Nadia Benali : référent·e Pix" in given.output) == (0, True)
    assert "Nadia Benali : animateur·rice" in ran(*line[:-1], "facilitator", "--yes")
    assert "Paul Rey" in ran("staff", "add", "Paul Rey", "paul@ml.example", "--role", "advisor")


def test_staff_have_a_phone_or_none(house: Path):
    assert "rien à changer" not in ran(
        "staff", "add", "Nadia Benali", NADIA, "--role", "advisor", "--phone", "0199001234"
    )
    assert "rien à changer" in ran("staff", "add", "Nadia Benali", NADIA, "--role", "advisor")
    result = run("staff", "add", "Nadia Benali", NADIA, "--role", "advisor", "--phone", "112")
    assert "Ce téléphone ne se lit pas" in result.output


def test_staff_work_at_a_site_of_the_structure(house: Path):
    result = run("staff", "add", "Paul Rey", "paul@ml.example", "--role", "advisor", "--site", "Alençon")
    assert result.exit_code == 1
    assert "« Alençon » n’est pas un site de L’Aigle. Sites : L’Aigle, Mortagne." in result.output
    assert run("queue", "--as", "paul@ml.example").exit_code == 1
    ran("staff", "add", "Paul Rey", "paul@ml.example", "--role", "advisor", "--site", "l’aigle")
    assert said("queue", "--as", "paul@ml.example")["tasks"] == []


def test_without_a_structure_the_way_in_is_told(data: Path):
    result = run("queue", "--as", NADIA)
    assert result.exit_code == 1
    assert "pixflow init" in result.output


def test_serve_without_accounts_refuses_and_says_why(house: Path):
    result = run("serve")
    assert result.exit_code == 1
    assert "--demo" in result.output


def test_who_may_sign_in_is_listed_in_words_and_for_a_program(house: Path):
    ran("account", "invite", SOPHIE)
    assert "Sophie Lecomte : invité·e ; référent·e Pix" in ran("account", "list")
    sophie = {"name": "Sophie Lecomte", "email": SOPHIE, "roles": ["referent"]}
    nobody_yet: dict[str, Any] = {"state": "invited", "waiting": [], "last_sign_in": None, "last_day": None}
    assert sophie | nobody_yet in said("account", "list")
    assert "Personne n’a encore ouvert ce lien" in run("account", "confirm", SOPHIE).output
    assert run("account", "confirm", SOPHIE).exit_code == 1
    enter(house, SOPHIE)
    today = structure_folder.utc_now().astimezone(ZoneInfo("Europe/Paris")).date()
    entered = {"state": "confirmed", "last_sign_in": today.isoformat()}
    assert sophie | nobody_yet | entered in said("account", "list")
    ran("staff", "leave", SOPHIE, "--last-day", (today - timedelta(days=1)).isoformat(), "--anyway")
    gone = {**entered, "state": "left", "last_day": (today - timedelta(days=1)).isoformat()}
    assert sophie | nobody_yet | gone in said("account", "list")
    assert "Sophie Lecomte : a quitté l’équipe ; référent·e Pix ; dernière connexion le" in ran("account", "list")


def test_a_reset_that_the_operator_asked_is_withdrawn(managed: Path):
    ran("account", "reset", YANN)
    (yann,) = (one for one in said("account", "list") if one["email"] == YANN)
    assert yann["waiting"] == ["reset"]
    assert "attend : de nouveaux moyens d’entrer" in ran("account", "list")
    assert "demande retirée" in ran("account", "reset", YANN, "--cancel")
    assert "rien à changer" in ran("account", "reset", YANN, "--cancel")
    assert "attend" not in ran("account", "list")


def test_the_operator_helps_the_last_manager_and_asks_where_another_can(managed: Path, monkeypatch: pytest.MonkeyPatch):
    told: list[Mail] = []
    monkeypatch.setattr("web.pages.account.factor_mails.outbox_for", lambda *_, **__: told.append)
    for _ in range(2):
        assert "demandé ; une autre personne le confirme" in ran("account", "reset", YANN)
    assert [(one.to, "demande d’effacer" in one.text) for one in told] == [(YANN, True)], "its owner is told, once"
    ran("account", "suspend", HELENE)
    for _ in range(2):
        assert "demandé ; une autre personne le confirme" in ran("account", "reopen", HELENE)
    ran("account", "suspend", YANN)
    assert "Hélène Morin : accès rendu" in ran("account", "reopen", HELENE)
    assert "Hélène Morin : se connecte" in ran("account", "list")
    ran("account", "suspend", YANN)
    assert "moyens d’entrer effacés" in ran("account", "reset", HELENE)
    assert [(one.to, "viennent d’être effacés" in one.text) for one in told[1:]] == [(HELENE, True)]
    with accounts_of(managed) as store:
        known = accounts.find_email(store, HELENE)
    assert known
    assert not known.password
    assert "/invitation/" in ran("account", "invite", HELENE)


def test_what_was_cut_off_in_the_accounts_store_is_finished_by_the_same_command(
    managed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran("account", "suspend", YANN)
    for command, who, done, cut in (
        ("reset", HELENE, "moyens d’entrer effacés", (accounts, "forget_factors")),
        ("suspend", YANN, "déjà coupé", (memberships, "sleep")),
        ("reopen", YANN, "accès rendu", (memberships, "renew")),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(*cut, cut_off)
            assert run("account", command, who).exit_code == 1
        for _ in range(2):
            assert done in ran("account", command, who), command
    with accounts_of(managed) as store:
        helene, yann = (accounts.find_email(store, who) for who in (HELENE, YANN))
        assert helene
        assert not helene.password
        assert yann
        assert memberships.of_account(store, yann.id)[0].is_open


def cut_off(*_: object, **__: object) -> None:
    raise StoreBusy("the accounts store does not answer")


@contextmanager
def accounts_of(house: Path) -> Iterator[AccountStore]:
    store = open_accounts(house, None)
    assert store
    with closing(store):
        yield store


def enter(house: Path, address: str) -> None:
    """Opens the account of an invited member, as their first visit does."""
    opened = structure_folder.open_one(house, "l-aigle")
    with closing(opened.engine) as engine, accounts_of(house) as store:
        (member,) = (id for id, one in engine.references().team.items() if one.email == address)
        engine.execute({"staff": member}, open_account, by=Actor(SITE), command_id=uuid4(), way="password")
        account = accounts.create(store, address).id
        accounts.set_password(store, account, "hashed")
        memberships.accept(store, account, opened.id, member)


def test_a_demonstration_is_never_added_to_a_real_folder(house: Path):
    before = sorted(house.rglob("*"))
    for command in (["demo", "--no-serve"], ["simulate", "--young-people", "5"], ["serve", "--demo", "--port", "0"]):
        result = run(*command)
        assert result.exit_code == 1, command
        assert ("vraies structures" in result.output) == (command[0] != "serve")
    assert "n’est pas une démonstration" in run("serve", "--demo", "--port", "0").output
    assert sorted(path for path in house.rglob("*") if path.suffix not in (".lock", ".db-shm", ".db-wal")) == [
        path for path in before if path.suffix not in (".lock", ".db-shm", ".db-wal")
    ]


def test_a_structure_to_try_is_kept_apart_from_real_ones(data: Path):
    ran("init", "--demo", "--preset", "laigle-mortagne", "--structure", "Essai")
    refused = run("init", "--preset", "laigle-mortagne", "--structure", "Vraie")
    assert refused.exit_code == 1
    assert "celui d’une démonstration" in refused.output
    assert structure_folder.slugs(data) == ["essai"]


def test_without_a_setting_a_demonstration_has_another_folder_than_real_structures(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PIXFLOW_DATA", raising=False)
    assert Settings().demonstrations() != Settings().data
    assert Settings().demonstrations().parent == Settings().data.parent


def test_tick_and_rebuild_run_for_each_structure_or_for_one(house: Path):
    """One that fails stops no other: test_gone.py."""
    ran("init", "--preset", "hautes-pyrenees", "--structure", "Tarbes")
    assert ran("tick").splitlines() == [
        f"{slug} : Envois oubliés effacés : 0 · courriels envoyés : 0" for slug in ("l-aigle", "tarbes")
    ]
    assert ran("tick", "--structure", "tarbes") == "Envois oubliés effacés : 0 · courriels envoyés : 0\n"
    assert [line.partition(" : ")[0] for line in ran("rebuild").splitlines()] == ["l-aigle", "tarbes"]
    assert ran("rebuild", "--structure", "tarbes").startswith("Tables refaites")


def test_two_structures_must_be_told_apart(house: Path):
    ran("init", "--preset", "hautes-pyrenees", "--structure", "Tarbes")
    result = run("queue", "--as", NADIA)
    assert result.exit_code == 1
    assert "l-aigle, tarbes" in result.output
    assert said("queue", "--as", NADIA, "--structure", "l-aigle")["tasks"] == []
    assert run("queue", "--as", NADIA, "--structure", "tarbes").exit_code == 1
    for elsewhere in ("ailleurs", "../data/l-aigle", "./l-aigle", "/etc", "", "keys"):
        refused = run("queue", "--as", NADIA, "--structure", elsewhere)
        assert refused.exit_code == 1
        assert "n’existe pas. Structures connues" in refused.output.replace("\n", " ")
        assert isinstance(refused.exception, SystemExit)


def test_a_structure_is_remembered_by_a_setting(house: Path, monkeypatch: pytest.MonkeyPatch):
    ran("init", "--preset", "hautes-pyrenees", "--structure", "Tarbes")
    assert "PIXFLOW_STRUCTURE" in run("queue", "--as", NADIA).output
    monkeypatch.setenv("PIXFLOW_STRUCTURE", "l-aigle")
    assert said("queue", "--as", NADIA)["tasks"] == []
    assert run("queue", "--as", NADIA, "--structure", "tarbes").exit_code == 1
    assert len(ran("tick").splitlines()) == 2, "periodic jobs run for all"


def test_a_person_at_a_terminal_is_asked_which_structure(house: Path):
    ran("init", "--preset", "hautes-pyrenees", "--structure", "Tarbes")
    ours, theirs = os.openpty()
    line = [forks.program(), "queue", "--as", NADIA]
    with subprocess.Popen(line, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, b"nulle part\nl-aigle\n")
        told = b""
        with suppress(OSError):  # the end of a terminal
            while more := os.read(ours, 10_000):
                told += more
    os.close(ours)
    assert process.returncode == 0, told.decode()
    assert "l-aigle, tarbes" in told.decode()
    assert "Rien à faire" in told.decode()


def test_read_gives_the_sample_as_values(data: Path):
    found = said("read", str(EXPORT))
    assert found["kind"] == "assessment"
    assert found["campaign"] == {"id": 481516, "code": "KMRTWX482", "name": 'Diagnostic initial - CEJ "printemps" 2026'}
    assert found["pix_course"] == "Diagnostic initial Pix Emploi"
    assert found["exported_at"] == "2026-05-12T07:10:00Z"
    assert found["columns"] == []
    rows = [
        (r["line"], r["last_name"], r["first_name"], r["external_id"], r["progress"], r["shared"], r["mastery_percent"])
        for r in found["rows"]
    ]
    assert rows == [
        (2, "Benaïssa", "Zoé", "12-345", 1, True, 70),
        (3, "=Bono", "@Jean", "0012345", 1, True, 40),
        (4, "Diallo", "Aminata", "12347", 0.55, False, None),
        (5, "Diallo", "Aminata", "12347", 1, True, 40),
        (6, 'D\'Ornano; dit "Le Chat"', "Éloïse", "+33612345678", 1, True, 100),
        (7, "Lefèvre", "Noé", None, 1, True, 0),
        (8, "Martin", "Lucas", "12349", 1, False, None),
        (9, "NKOM Marie", "Emmanuel", "12350", 0.05, False, None),
    ]
    assert found["rows"][0]["started_at"] == "2026-04-01T12:00:00Z"
    assert found["rows"][0]["shared_at"] == "2026-04-01T12:31:00Z"
    assert found["rows"][2]["shared_at"] is None
    assert [(p["severity"], p["line"], p["code"]) for p in found["problems"]] == [("warning", 9, "ambiguous-hour")]


def test_read_keeps_a_day_a_day(data: Path):
    found = said("read", str(next(SAMPLES.glob("Resultats-Atelier*"))))
    assert [r["started_at"] for r in found["rows"]] == ["2024-05-14"] * 3
    assert [r["mastery_percent"] for r in found["rows"]] == [67, None, 33]


def test_read_refuses_with_exit_2(data: Path, tmp_path: Path):
    broken = tmp_path / EXPORT.name
    broken.write_bytes(EXPORT.read_bytes().replace(b";0,7;", b";70;", 1))
    result = run("read", str(broken), "--json")
    assert result.exit_code == 2
    refused = [p for p in json.loads(result.stdout)["problems"] if p["severity"] == "refused"]
    assert [p["code"] for p in refused] == ["rate-range"]
    assert run("read", str(broken)).exit_code == 2


def test_read_says_a_profile_collection_with_the_fields_of_its_own(data: Path):
    told = said("read", str(PROFILES))
    assert (told["kind"], told["problems"], told["campaign"]["id"]) == ("profile", [], 481620)
    first, _, waiting = told["rows"]
    assert (first["pix"], first["certifiable"], first["certifiable_competences"]) == (204, True, 10)
    assert (first["shared_at"], len(first["levels"])) == ("2026-06-18T13:02:00Z", 16)
    assert first["levels"][3] == {"competence": "Interagir", "level": 3, "pix": 31}
    assert (waiting["shared"], waiting["shared_at"], waiting["pix"], waiting["levels"]) == (False, None, None, [])
    lines = ran("read", str(PROFILES)).splitlines()
    assert "oui (10\xa0compétences)" in lines[2]
    assert "non partagé" in lines[4]


def test_a_profile_collection_is_not_imported_into_a_campaign_of_another_kind(house: Path, tmp_path: Path):
    ran("import", str(PROFILES), "--as", SOPHIE, "--exported-at", "2026-05-12T09:10")
    other = tmp_path / EXPORT.name
    other.write_bytes(EXPORT.read_bytes().replace(b";481516;", b";481620;"))
    result = run("import", str(other), "--as", SOPHIE)
    assert result.exit_code == 2
    assert "Ce fichier est une évaluation, ce que cette campagne n’est pas" in result.output


def test_a_portfolio_then_an_export_then_what_is_owed(house: Path, tmp_path: Path):
    portfolio = tmp_path / "portefeuille.csv"
    portfolio.write_text(PORTFOLIO)
    assert said("dossiers", "import", str(portfolio), "--preview")["recorded"] is None
    assert said("dossiers", "import", str(portfolio))["recorded"]["opened"] == 2
    assert said("dossiers", "import", str(portfolio))["recorded"]["opened"] == 0

    preview = said("import", str(EXPORT), "--as", SOPHIE, "--preview")
    assert (preview["new"], preview["recorded"]) == (8, False)
    assert said("import", str(EXPORT), "--as", SOPHIE)["recorded"] is True
    again = said("import", str(EXPORT), "--as", SOPHIE)
    assert (again["new"], again["seen_before"], again["recorded"]) == (0, True, False)
    assert "déjà enregistré" in ran("import", str(EXPORT), "--as", SOPHIE)

    piles = {pile["kind"]: pile["count"] for pile in said("queue", "--as", SOPHIE)["piles"]}
    assert piles == {"declare-campaign": 1}
    assert {task["kind"] for task in said("queue", "--as", NADIA)["tasks"]} == {"present-pix", "plan-diagnostic"}
    assert "Présenter Pix" in ran("queue", "--as", NADIA)
    assert "à déclarer" in ran("queue", "--as", SOPHIE)


def test_a_workbook_is_a_portfolio_too_and_a_sheet_is_chosen_by_its_number(house: Path, tmp_path: Path):
    header, *rows = (line.split(";") for line in PORTFOLIO.splitlines())
    path = tmp_path / "portefeuille.csv"
    path.write_bytes(workbook(header, rows[0], title="CEJ", PACEA=[header, rows[1]]))
    asked = run("dossiers", "import", str(path))
    assert asked.exit_code == 2
    assert "(1. CEJ · 2. PACEA) : choisissez-en une." in " ".join(asked.output.split())
    assert "--sheet" in asked.output
    assert said("dossiers", "import", str(path), "--sheet", "2")["recorded"]["opened"] == 1
    assert run("dossiers", "import", str(path), "--sheet", "3").exit_code == 2
    assert "Aminata DIALLO" in ran("replay", "12347")


def test_an_advisor_may_not_import(house: Path):
    result = run("import", str(EXPORT), "--as", NADIA)
    assert result.exit_code == 1
    assert said("queue", "--as", SOPHIE)["piles"] == []
    assert run("import", str(EXPORT), "--as", "personne@ml.example").exit_code == 1


def test_an_export_without_its_date_asks_for_it_with_exit_3(house: Path, tmp_path: Path):
    renamed = tmp_path / "export.csv"
    shutil.copy(EXPORT, renamed)
    asked = run("import", str(renamed), "--as", SOPHIE, "--json")
    assert asked.exit_code == 3
    assert json.loads(asked.stdout)["questions"] == ["exported-at"]
    assert run("import", str(renamed), "--as", SOPHIE, "--exported-at", "hier").exit_code == 2
    assert said("import", str(renamed), "--as", SOPHIE, "--exported-at", "2026-05-12T09:10")["recorded"] is True


def test_replay_by_number_by_version_and_by_date(house: Path, tmp_path: Path):
    imported(tmp_path)
    whole = said("replay", "12347")
    assert whole["facts"][0]["topic"] == "dossier.DossierOpened"
    assert whole["version"] == whole["total"] == len(whole["facts"])
    first = said("replay", "12347", "--version", "1")
    assert [fact["version"] for fact in first["facts"]] == [1]
    nobody_s = [[task["kind"] for task in one["tasks"] if task["kind"] == "assign-advisor"] for one in (first, whole)]
    assert nobody_s == [["assign-advisor"], []]
    assert "Aminata DIALLO" in ran("replay", "12347", "--version", "2")
    assert run("replay", "12347", "--version", "99").exit_code == 1
    assert run("replay", "12347", "--at", "2001-01-01").exit_code == 1
    assert run("replay", "12347", "--at", "demain").exit_code == 2
    assert run("replay", "99999").exit_code == 1
    both = run("replay", "12347", "--version", "1", "--at", "2026-01-01")
    assert (both.exit_code, "les deux à la fois" in both.output) == (2, True)


def test_every_refusal_is_one_document(house: Path):
    for line, code, why in (
        (["queue"], 2, "Il manque --as."),
        (["queue", "--as", "personne@ml.example"], 1, "Personne n’a le courriel personne@ml.example dans L’Aigle."),
        (["read", "absent.csv"], 2, "Le fichier absent.csv n’existe pas."),
        (["retention", "--structure", "ailleurs"], 1, "ailleurs"),
    ):
        result = run(*line, "--json")
        document = json.loads(result.stdout)
        assert document.keys() == {"refused", "exit", "message"}
        assert (result.exit_code, document["exit"], document["refused"]) == (code, code, True)
        assert why in document["message"]
        assert why in " ".join(result.stderr.split())


def test_rebuild_and_tick_leave_the_queue_as_it_was(house: Path, tmp_path: Path):
    imported(tmp_path)
    before = said("queue", "--as", NADIA)
    (pointer,) = (house / "l-aigle" / "read").glob("*/live")
    old = pointer.read_text()
    assert "Tables refaites" in ran("rebuild")
    assert pointer.read_text() != old
    assert said("queue", "--as", NADIA) == before
    assert ran("tick") == "Envois oubliés effacés : 0 · courriels envoyés : 0\n"


def test_the_demonstration_is_prepared_once_and_says_who_to_be(data: Path):
    output = ran("demo", "--no-serve")
    for name in ("Nadia Benali", "Sophie Lecomte", "Claire Vasseur"):
        assert name in output
    assert "déjà là" in ran("demo", "--no-serve")
    tasks = said("queue", "--as", "nadia.benali@ml-demo.example", "--structure", demo.SLUG)["tasks"]
    assert {task["role"] for task in tasks} == {"advisor"}


def test_names_are_printed_as_they_are_and_no_escape_reaches_the_terminal(house: Path, tmp_path: Path):
    """Names that hold markup come by an import; those that hold escapes were recorded before these were refused."""
    file = tmp_path / "portfolio.csv"
    file.write_text("Nom;Prénom;Né(e) le;Site;Conseiller\n[/b] Diallo;[red]Awa;02/03/2006;Mortagne;Nadia Benali\n")
    ran("dossiers", "import", str(file), "--as", SOPHIE)
    assert "[/b] Diallo [red]Awa" in " ".join(ran("queue", "--as", NADIA).split())
    assert "\N{REPLACEMENT CHARACTER}[2Jici [b]là[/b]" in printed("\x1b[2Jici [b]là[/b]")
    assert "\x9b" not in printed(marked("[bold]{name}[/]", name="\x9b31m[/]"))


def printed(text: str | Text) -> str:
    with console.capture() as capture:
        console.print(text)
        table = Table()
        table.add_column("Nom")
        table.add_row(text)
        console.print(table)
    return capture.get()

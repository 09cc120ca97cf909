"""Each setting takes each wrong value under each command: one sentence that names it, before anything is done."""

import json
import re
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pixflow.ledger.notes import WITNESS, Signer
from tests.web.cli.test_values import COMMANDS
from tests.web.french.test_sentences import assert_well_set
from web.accounts.oidc import issuer
from web.cli.app import app
from web.cli.common.french_typer import NIGHT
from web.cli.common.structures import each
from web.french.errors import serving
from web.hosting.settings import OF_TESTS, PREFIX, SECRET, Settings, Storage, faults, given, list_unknown, sound

ISSUER = {"PIXFLOW_OIDC_CLIENT_ID": "pixflow", "PIXFLOW_OIDC_SECRET": "vestiaire"}
WRONG = {
    "data": ["data", "~/pixflow", "FOLDER/file", "FOLDER/file/in", "/" + "n" * 5_000],
    "structure": ["L’Aigle", "../l-aigle", "l'aigle mortagne", "-"],
    "database_url": [
        "sqlite:///x", "mysql://u:vestiaire@h/x", "host=127.0.0.1 dbname=x", "x", "postgresql://u:ves@tiaire@h/x",
        "postgresql://h:port/x", "postgresql://[/x", "postgresql://h/x?vestiaire=1",
    ],
    "smtp": [
        "http://smtp.exemple.fr", "smtp.exemple.fr", "smtp://", "smtp://smtp.exemple.fr:port", "smtp://smtp.exemple.fr:0",
        "smtp://smtp.exemple.fr:99999", "smtp://pixflow@smtp.exemple.fr", "smtp://:vestiaire@smtp.exemple.fr", "smtp://[",
        "smtp://pixflow:ves/tiaire@smtp.exemple.fr", "smtp://pixflow:12/vestiaire@smtp.exemple.fr", "smtp://smtp..fr",
        "smtp://smtp.exemple.fr/", "smtp://smtp exemple.fr", "smtp://pixflow:v%C3%A9stiaire@smtp.exemple.fr",
        f"smtp://{'a' * 64}.fr",
    ],
    "smtp_security": ["none", "tls", "PLAIN", "true"],
    "sender": ["nobody", "pixflow <pixflow@exemple.fr>", "@exemple.fr", "pixflow@", "é@exemple.fr", "a..b@exemple.fr",
               "a@b@exemple.fr", "pixflow@exemple..fr", "a\nb@exemple.fr"],
    "url": [
        "pixflow.exemple.fr", "https://", "https://pixflow.exemple.fr/", "https://pixflow.exemple.fr/app", "https://[",
        "https://pixflow.exemple.fr:0", "https://pixflow.exemple.fr:99999", "https://moi@pixflow.exemple.fr", "https://é.fr",
        "https://pixflow.exemple.fr?", "ftp://pixflow.exemple.fr", "http://pixflow.exemple.fr", "http://192.168.1.4:8000",
    ],
    "proxy": ["maybe", "2", "vrai", "nginx"],
    "breached": ["FOLDER", "FOLDER/none", "file", "FOLDER/file/in", "/" + "n" * 5_000],
    "ledger": ["ledger", "FOLDER/file", "./ledger", "~/ledger"],
    "tables": ["tables", "FOLDER/file", "./tables", "~/tables"],
    "witness": ["https://temoin.exemple.fr", "temoin.exemple.fr KEY", "https://temoin.exemple.fr+nothing",
                "https://temoin.exemple.fr PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"],
    "witness_for": ["nothing", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"],
    "oidc_client_id": ["vest\udcffiaire", "ves\ntiaire"],
    "oidc_secret": ["vest\udcffiaire", "ves\ntiaire"],
    "oidc_issuer": ["issuer.exemple.fr", "http://issuer.exemple.fr", "https://", "https://[", "https://i.fr:0",
                    "https://issuer.exemple.fr/a?b", "https://issuer exemple.fr"],
    "oidc_alg": ["HS256", "none", "es256"],
    "oidc_profile": ["franceconnect", "1"],
}  # fmt: skip
"""Wrong values of each setting; FOLDER is that of the test. A wrong value of a secret holds a part of « vestiaire »."""


ALL = [(field, value) for field, values in WRONG.items() for value in [*values, "\udcff"]]


def test_every_setting_has_wrong_values() -> None:
    assert WRONG.keys() == Settings.model_fields.keys()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file; the data is not there yet."""
    for name in given():
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "10000")
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    (tmp_path / "file").write_text("")
    return tmp_path


def put(folder: Path, field: str, value: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Sets a setting, and what it needs beside. Returns its variable."""
    for name, other in ISSUER.items() if field == "oidc_issuer" else ():
        monkeypatch.setenv(name, other)
    variable = f"{PREFIX}{field}".upper()
    monkeypatch.setenv(variable, value.replace("FOLDER", str(folder)))
    return variable


@pytest.mark.parametrize(("field", "value"), ALL)
def test_a_wrong_value_is_one_sentence_that_names_it(
    folder: Path, field: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = put(folder, field, value, monkeypatch)
    (wrong,) = faults(Settings)
    assert wrong.field == field
    sentence = serving.setting(*wrong)
    assert sentence.startswith(variable)
    assert_well_set(sentence.replace(wrong.value, "") if wrong.value else sentence)
    assert "tiaire" not in sentence
    assert (wrong.value == "") == (field in SECRET)


@pytest.mark.parametrize(
    ("host", "fits"), [("localhost:8001", True), ("127.0.0.1", True), ("temoin.exemple.fr", False)]
)
def test_a_witness_answers_over_tls_or_on_this_machine(
    folder: Path, host: str, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "witness", f"http://{host}/temoin {Signer(bytes(32), 'temoin', WITNESS).key.text}", monkeypatch)
    assert [serving.setting(*one).partition(" (")[0] for one in faults(Settings)] == [
        "PIXFLOW_WITNESS n’est pas l’adresse d’un témoin, en https ou sur cette machine, puis sa clé"
    ][fits:]


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_setting_stops_each_command_before_it_does_anything(
    folder: Path, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = put(folder, field, WRONG[field][0], monkeypatch)
    for name, line in COMMANDS.items():
        if name in NIGHT and field not in Storage.model_fields:
            continue
        result = run(*name.split(), *line)
        assert result.exit_code == 1, (name, result.output)
        assert isinstance(result.exception, SystemExit)
        assert result.stderr.startswith(f"Refusé. {variable} "), (name, result.stderr)
        assert (result.stderr.count("\n"), result.stdout) == (1, "")
    assert [path.name for path in folder.iterdir()] == ["file"]


def test_each_sentence_belongs_to_a_wrong_value(folder: Path) -> None:
    said = {"structure unknown", "oidc_issuer alone", "data form"}  # each has a test of its own
    for field, value in ALL:
        with pytest.MonkeyPatch.context() as patch:
            put(folder, field, value, patch)
            said |= {key for one in faults(Settings) if (key := f"{one.field} {one.code}") in serving.SETTINGS} or {
                f"{field} form"
            }
    assert said == serving.SETTINGS.keys()


def test_a_program_reads_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXFLOW_PROXY", "maybe")
    monkeypatch.setenv("PIXFLOW_SENDER", "nobody")
    result = run("queue", "--as", "sophie@ml.example", "--json")
    told = json.loads(result.stdout)
    assert (told["refused"], told["exit"]) == (True, 1)
    assert re.fullmatch(r"PIXFLOW_SENDER .*\. PIXFLOW_PROXY .*\.", told["message"])


def test_the_help_is_there_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXFLOW_PROXY", "maybe")
    for words in (["--help"], ["backup", "--help"], ["account", "invite", "--help"], ["--version"]):
        assert run(*words).exit_code == 0
    assert run("account").exit_code == 2


def test_a_credential_is_a_setting_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name in capitals or not; a variable goes before it, and an empty one is none."""
    credentials = folder / "credentials"
    credentials.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    (credentials / "pixflow_proxy").write_text("maybe\n")
    (credentials / "PIXFLOW_SENDER").write_bytes(b"\xe9@exemple.fr")
    (credentials / "pixflow_smtp_securty").write_text("plain")
    (credentials / "another").write_text("maybe")
    assert [one.field for one in faults(Settings)] == ["sender", "proxy"]
    assert list_unknown() == {"PIXFLOW_SMTP_SECURTY": "PIXFLOW_SMTP_SECURITY"}
    monkeypatch.setenv("PIXFLOW_PROXY", "true")
    (credentials / "PIXFLOW_SENDER").write_text(" \n")
    assert Settings().proxy
    monkeypatch.setenv("PIXFLOW_PROXY", "")
    assert [one.field for one in faults(Settings)] == ["proxy"]


@pytest.mark.parametrize("nothing", ["", " "])
def test_an_empty_variable_is_not_set(folder: Path, nothing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIXFLOW_DATA")
    usual = Settings()
    for field in Settings.model_fields:
        monkeypatch.setenv(f"{PREFIX}{field}".upper(), nothing)
    monkeypatch.setenv("PIXFLOW_SMTP_SECURTY", nothing)
    assert Settings() == usual
    assert Settings().demonstrations() != usual.data
    assert list_unknown() == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("smtp", "smtp://moi@exemple.fr:ves@tiaire@smtp.exemple.fr:587"),
        ("smtp", "smtps://[::1]:465"),
        ("smtp", "smtp://localhost"),
        ("sender", "pixflow@localhost"),
        ("sender", "no-reply+pix.flow@ml.exemple.fr"),
        ("url", "https://pixflow.exemple.fr:8443"),
        ("url", "http://localhost:8000"),
        ("proxy", "1"),
        ("database_url", "postgresql:///pixflow"),
        ("database_url", "postgres://u@[::1]:5432/x?sslmode=verify-full"),
        ("oidc_issuer", "https://issuer.exemple.fr/a/"),
        ("breached", "FOLDER/file"),
    ],
)
def test_a_right_value_is_taken(folder: Path, field: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, field, value, monkeypatch)
    assert faults(Settings) == []


@pytest.mark.parametrize("missing", ISSUER)
def test_an_issuer_needs_a_registration(folder: Path, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, "oidc_issuer", "https://issuer.exemple.fr", monkeypatch)
    monkeypatch.setenv(missing, "")
    assert run("tick").stderr.startswith(f"Refusé. {serving.setting('oidc_issuer', 'alone')}")
    assert sound().oidc_issuer == ""


def test_the_issuer_takes_what_the_settings_take() -> None:
    fields = Settings.model_fields
    for field, known in (("oidc_alg", issuer.ALGORITHMS), ("oidc_profile", issuer.PROFILES)):
        assert getattr(fields[field].annotation, "__args__", ()) == known
        assert all(one in serving.SETTINGS[f"{field} form"] for one in known)


def test_without_a_home_the_folder_must_be_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIXFLOW_DATA")
    monkeypatch.setenv("HOME", "nowhere")
    assert [(one.field, one.code) for one in faults(Storage)] == [("data", "relative")]


def test_a_structure_of_the_settings_that_is_not_there_is_named(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXFLOW_STRUCTURE", "ailleurs")
    told = run("queue", "--as", "sophie@ml.example").stderr
    assert told.startswith("Refusé. PIXFLOW_STRUCTURE ")
    assert "l-aigle" in told
    assert run("tick").exit_code == 0, "a command for all ignores it"


# --- the night


@pytest.fixture
def house(folder: Path) -> Path:
    """Two structures, of which the first one does not open."""
    for name in ("L’Aigle", "Tarbes"):
        assert run("init", "--preset", "laigle-mortagne", "--structure", name).exit_code == 0
    return folder


@pytest.mark.parametrize("field", [one for one in WRONG if one not in Storage.model_fields])
def test_the_night_has_its_backup_and_fails_in_words(house: Path, field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = put(house, field, WRONG[field][0], monkeypatch)
    saved = run("backup", "--keep", "1", "--json")
    assert saved.exit_code == 1
    assert saved.stderr.startswith(f"{variable} ")
    assert [one["slug"] for one in json.loads(saved.stdout)] == ["l-aigle", "tarbes"]
    assert len(list((house / "data" / "backups").glob("*/*/manifest.json"))) == 2
    checked = run("doctor", "--seconds", "0", "--json")
    assert checked.exit_code == 1
    for findings in json.loads(checked.stdout).values():
        (found,) = [one for one in findings if one["check"] == "settings"]
        assert (found["level"], found["details"]["setting"]) == ("alarm", field)
        assert found["details"]["said"].startswith(variable)
        assert {one["check"] for one in findings} >= {"mail_server", "tls", "backup", "facts"}


def test_the_night_has_its_backup_on_postgresql_too(
    folder: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", database_url)
    assert run("init", "--preset", "laigle-mortagne", "--structure", "Tarbes").exit_code == 0
    monkeypatch.setenv("PIXFLOW_PROXY", "maybe")
    with closing(Storage().database()) as database:  # type: ignore[type-var]
        assert database
        saved = run("backup", "--json")
        assert (saved.exit_code, len(json.loads(saved.stdout))) == (1, 1)
        told = json.loads(run("doctor", "--seconds", "0", "--json").stdout)["tarbes"]
        assert [one["level"] for one in told if one["check"] == "settings"] == ["alarm"]
        assert run("tick").stderr.startswith("Refusé. PIXFLOW_PROXY ")


def test_doctor_tells_the_settings_of_a_structure_that_does_not_open(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXFLOW_PROXY", "maybe")
    (house / "data" / "l-aigle" / "structure.json").write_bytes(b"{")
    told = json.loads(run("doctor", "--seconds", "0", "--json").stdout)
    assert [one["level"] for one in told["l-aigle"] if one["check"] == "settings"] == ["alarm"]
    monkeypatch.delenv("PIXFLOW_PROXY")
    told = json.loads(run("doctor", "--seconds", "0", "--json").stdout)
    assert [one["level"] for one in told["tarbes"] if one["check"] == "settings"] == ["good"]


def test_an_error_that_nobody_foresaw_stops_no_other_structure(capsys: pytest.CaptureFixture[str]) -> None:
    def run_one(slug: str) -> str:
        return {"tarbes": "fait"}[slug]

    done, why = each(["l-aigle", "tarbes"], run_one, "rien n’est fait.")
    assert done == ["fait"]
    assert why is not None
    assert "KeyError" in why
    assert "l-aigle : rien n’est fait." in capsys.readouterr().err


# --- variables that are no settings


@pytest.mark.parametrize(
    ("field", "nearest"),
    [("SMTP_SECURTY", "SMTP_SECURITY"), ("DATABSE_URL", "DATABASE_URL"), ("send", "SENDER"), ("LANGUE", ""), ("", "")],
)
def test_a_variable_that_is_no_setting_is_told_once_and_stops_nothing(
    house: Path, field: str, nearest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}{field}", "plain")
    said = serving.phrase_unknown(f"{PREFIX}{field}".upper(), f"{PREFIX}{nearest}" if nearest else "")
    assert_well_set(said)
    for words in (["tick"], ["backup"], ["queue", "--structure", "tarbes", "--as", "nobody@ml.example"]):
        result = run(*words)
        assert result.stderr.count(said) == 1, result.output
        assert result.exit_code == (words[0] == "queue")
    findings = json.loads(run("doctor", "--seconds", "0", "--json").stdout)["tarbes"]
    assert [(one["level"], one["details"]["said"]) for one in findings if one["check"] == "settings"] == [
        ("note", said)
    ]


def test_the_variables_of_tests_are_known(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A benchmark starts pixflow, and its own variables are no mistake of an operator."""
    files = [path for path in Path(__file__).parents[2].rglob("*.py") if path != Path(__file__)]
    named = {name for path in files for name in re.findall(rf"(?<!_){PREFIX}[A-Z_]*[A-Z]\b", path.read_text())}
    used = {beginning for beginning in OF_TESTS for name in named if name.startswith(f"{PREFIX}{beginning}".upper())}
    assert used == set(OF_TESTS)
    for name in named:
        monkeypatch.setenv(name, "x")
    assert list_unknown() == {}


def test_the_next_command_names_a_whole_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = run("simulate", "--young-people", "1", "--months", "1", "--data", "here")
    assert f"PIXFLOW_DATA={folder / 'here'} pixflow serve --demo" in said.stdout

"""`pixflow register`: a copy that is checked, a proof between two checkpoints, the public keys."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pixflow.backups import manifest
from pixflow.ledger import verify
from pixflow.ledger.register import Register
from pixflow.ledger.verify import PublicKey, held
from web.cli.app import app


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, words)))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PIXFLOW_LEDGER", str(tmp_path / "apart"))
    monkeypatch.setenv("COLUMNS", "10000")
    assert run("init", "--preset", "laigle-mortagne", "--structure", "Sées").exit_code == 0
    return tmp_path


def backed_up(data: Path) -> Path:
    to = data / f"backups{len(list(data.iterdir()))}"
    assert run("backup", "--to", to).exit_code == 0
    return next(to.glob("sees/*Z/events.db"))


def test_before_a_tick_there_is_no_register(data: Path) -> None:
    (data / "old.txt").write_text("x")
    for words in (["register", "key"], ["register", "prove", "--from", str(data / "old.txt")]):
        result = run(*words)
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
        assert "Il n’y a pas encore de registre" in result.stderr


def test_a_copy_is_checked_and_a_proof_leads_from_one_checkpoint_to_the_next(data: Path) -> None:
    assert run("tick").exit_code == 0
    key = PublicKey.read(run("register", "key").stdout.removeprefix("Registre : "))
    first = backed_up(data)
    (data / "old.txt").write_text(_checkpoint(first))
    assert run("staff", "add", "Nadia", "nadia@ml.example", "--role", "manager").exit_code == 0
    assert run("tick").exit_code == 0
    last = backed_up(data)
    (data / "new.txt").write_text(_checkpoint(last))
    tiles = next((data / "apart").glob("sees-*.db"))
    good = run("register", "check", last, data / "old.txt", data / "new.txt", "--key", key.text, "--register", tiles)
    assert (good.exit_code, good.stdout.count("Inchangé")) == (0, 2)
    proof = run("register", "prove", "--from", data / "old.txt")
    assert proof.exit_code == 0
    assert verify.compare(proof.stdout, held(str(data / "old.txt"), [key])).kept
    (data / "proof.txt").write_text(proof.stdout)
    assert run("register", "check", data / "proof.txt", data / "old.txt", data / "new.txt").exit_code == 0
    cut = run("register", "check", first, data / "new.txt")
    assert cut.exit_code == 1
    assert "la fin manque" in cut.stdout


def _checkpoint(copy: Path) -> str:
    return manifest.read(copy.parent).checkpoint


def test_what_cannot_be_read_ends_with_2_and_what_is_not_extended_with_1(data: Path) -> None:
    assert run("tick").exit_code == 0
    (data / "nothing.txt").write_text("nothing")
    assert run("register", "check", data / "nothing.txt").exit_code == 2
    assert run("register", "check", data / "none.db", "x").exit_code == 2
    assert run("register", "prove", "--from", data / "none.txt").exit_code == 2
    refused = run("register", "prove", "--from", data / "nothing.txt")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "Ce point de contrôle ne se prouve pas" in refused.stderr


def test_doctor_says_where_the_register_stands_and_names_a_fact_that_changed(data: Path) -> None:
    assert "Aucun encore" in run("doctor").stdout
    assert run("tick").exit_code == 0
    said = run("doctor").stdout
    assert "Registre" in said
    assert "sur le disque des faits" in said


def test_the_key_changes_and_who_knew_the_old_one_checks_on(data: Path) -> None:
    for words in (["register", "rotate"],):
        assert "Il n’y a pas encore de registre" in run(*words).stderr
    assert run("tick").exit_code == 0
    old = run("register", "key").stdout.removeprefix("Registre : ").strip()
    rotated = run("register", "rotate")
    assert rotated.exit_code == 0
    new = run("register", "key").stdout.splitlines()[0].removeprefix("Registre : ")
    assert f"Le registre a une autre clé : {new}" in rotated.stdout
    assert f"Avant elle : {old}" in run("register", "key").stdout
    register = next((data / "apart").glob("sees-*.db"))
    (data / "handover.txt").write_text(Register(data / "apart", register.stem, "").known_keys()[-1].note)
    assert run("staff", "add", "Nadia", "nadia@ml.example", "--role", "manager").exit_code == 0
    assert run("tick").exit_code == 0
    copy = backed_up(data)
    (data / "new.txt").write_text(_checkpoint(copy))
    checked = run("register", "check", copy, data / "new.txt", data / "handover.txt", "--key", old)
    assert checked.exit_code == 0
    assert f"une autre clé signe le registre : {new}" in checked.stdout
    assert run("register", "check", copy, data / "new.txt", "--key", old).exit_code == 2


def test_the_key_of_a_witness_is_printed_too(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("tick").exit_code == 0
    key = run("register", "key").stdout.removeprefix("Registre : ").strip()
    monkeypatch.setenv("PIXFLOW_WITNESS_FOR", key)
    witness = run("register", "key").stdout.partition("Témoin : ")[2]
    assert PublicKey.read(witness).kind == 4

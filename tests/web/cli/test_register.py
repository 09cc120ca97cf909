"""`pixflow register`: a copy that is checked, a proof between two checkpoints, the public keys."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from pixflow.backups import manifest
from pixflow.ledger import notes, verify
from pixflow.ledger.notes import Signer
from pixflow.ledger.register import Register
from pixflow.ledger.verify import PublicKey, read_held
from pixflow.ledger.witness import LogWitness, WitnessAnswer
from pixflow.store.locks import FileLock, ServeLock
from tests.ledger.test_witness import NOW, OURS, Log
from web.cli.app import app
from web.hosting import registers
from web.hosting.settings import sound


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, words)))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PIXFLOW_LEDGER", str(tmp_path / "apart"))
    monkeypatch.setenv("COLUMNS", "10000")
    assert run("init", "--preset", "laigle-mortagne", "--structure", "Sées").exit_code == 0
    return tmp_path


def register_of(data: Path) -> Register:
    id = UUID(json.loads((data / "data" / "sees" / "structure.json").read_text())["id"]).hex
    return Register(data / "apart", f"sees-{id[:8]}", f"ici.fr/registre/{id}")


def backed_up(data: Path) -> Path:
    to = data / f"backups{len(list(data.iterdir()))}"
    assert run("backup", "--to", to).exit_code == 0
    return next(to.glob("sees/*Z/events.db"))


def test_before_a_tick_there_is_no_register(data: Path) -> None:
    (data / "old.txt").write_text(Signer(b"x" * 32, "ici.fr").checkpoint(1, bytes(32)))
    for words in (["register", "key"], ["register", "prove", "--from", str(data / "old.txt")], ["register", "begin"]):
        result = run(*words)
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
        assert "Il n’y a pas encore de registre" in result.stderr


@pytest.mark.parametrize("words", [["--key", "--"], ["--key=--"], ["--register", "--"], ["--", "--"]])
def test_two_hyphens_are_a_value_like_another(data: Path, words: list[str]) -> None:
    result = run("register", "check", backed_up(data), *words)
    assert result.exit_code == 2
    assert result.stderr.startswith("Rien n’est comparé")


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
    assert verify.compare(proof.stdout, read_held(str(data / "old.txt"), [key])).kept
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
    last = register_of(data).last()
    assert last
    (data / "forged.txt").write_text(Signer(b"x" * 32, last.origin).checkpoint(1, bytes(32)))
    refused = run("register", "prove", "--from", data / "forged.txt")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "Ce que vous gardez ne se prouve pas" in refused.stderr


def test_a_proof_leads_from_each_thing_that_an_auditor_has(data: Path) -> None:
    assert run("tick").exit_code == 0
    note = _checkpoint(backed_up(data))
    last = verify.checkpoint(note)
    recorded()
    assert run("tick").exit_code == 0
    (data / "empty.txt").write_text(note + "\n\n")
    (data / "quoted.txt").write_text(f"Bonjour,\n\n> {note}".replace("\n", "\n> "))
    (data / "mail.eml").write_text(f"Subject: x\nContent-Type: text/plain; charset=utf-8\n\nBonjour,\n\n{note}")
    line = f"{last.size} faits · {last.short}"
    for thing in (data / "empty.txt", data / "quoted.txt", data / "mail.eml", f"Registre : {line}", last.short):
        proof = run("register", "prove", "--from", thing)
        assert (proof.exit_code, proof.stdout.partition("\n")[0]) == (0, f"old {last.size}"), thing
        (data / "proof.txt").write_text(proof.stdout)
        checked = run("register", "check", data / "proof.txt", thing)
        assert (checked.exit_code, "Inchangé" in checked.stdout) == (0, True), thing
    key = PublicKey.read(run("register", "key").stdout.removeprefix("Registre : "))
    alone = run("register", "check", data / "mail.eml", "--key", key.text)
    assert (alone.exit_code, "Signé : " in alone.stdout) == (0, True)
    private = next((data / "apart").glob("sees-*.key")).read_bytes()
    (data / "fork.txt").write_text(Signer(private, last.origin).checkpoint(last.size, bytes(32)))
    fork = run("register", "prove", "--from", data / "fork.txt")
    assert (fork.exit_code, "une même clé a signé deux suites différentes" in fork.stderr) == (1, True)
    both = run("register", "check", data / "mail.eml", data / "fork.txt", "--key", key.text)
    assert (both.exit_code, "UNE MÊME CLÉ A SIGNÉ" in both.stdout) == (1, True)


def nonsense(folder: Path) -> Iterator[Path]:
    """Files that are nothing which anybody holds: absent, empty, a folder, unreadable, huge, of another kind."""
    (folder / "empty").touch()
    (folder / "binary").write_bytes(bytes(range(256)) * 3 + b"x")
    (folder / "text").write_text("old 3\n")
    (folder / "proof").write_text("c2sp.org/tlog-proof@v1\nindex 1\n\nx")
    (folder / "pdf").write_bytes(b"%PDF-1.7\n" + b"stream\n" * 1_000)
    (folder / "database").write_bytes(b"SQLite format 3\0" + bytes(4080))
    (folder / "huge").touch()
    os.truncate(folder / "huge", 1 << 40)
    (folder / "closed").write_text("x")
    (folder / "closed").chmod(0)
    yield from (folder / "absent", folder, Path("/dev/null"), Path("a\nb"), *sorted(folder.iterdir()))


def test_each_file_that_is_nothing_ends_with_2_in_words(data: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert run("tick").exit_code == 0
    copy, folder = backed_up(data), tmp_path_factory.mktemp("nonsense")
    for file in nonsense(folder):
        wrong: list[list[str | Path]] = [
            ["check", file, "1 AAAA-AAAA-AAAA-AAAA"], ["check", copy, file], ["check", copy, "--register", file],
            ["check", copy, "--key", file], ["prove", "--from", file],
        ]  # fmt: skip
        for words in wrong:
            result = run("register", *words)
            if file.name == "closed" and os.getuid() == 0:
                continue
            assert (result.exit_code, result.stderr.count("\n") <= 2) == (2, True), (words, result.output)
            assert "Traceback" not in result.output
            assert len(result.stderr) > 20


@pytest.mark.parametrize(
    "words",
    [[], ["nothing"], ["check"], ["check", "--none"], ["prove"], ["prove", "--from"], ["key", "x"], ["rotate", "x"],
     ["rotate", "--key", "x"]],
)  # fmt: skip
def test_wrong_options_end_with_2_in_words(data: Path, words: list[str]) -> None:
    result = run("register", *words)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert result.output


@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
def test_a_ledger_that_cannot_be_written_stops_no_job_and_doctor_says_so(data: Path) -> None:
    (data / "apart").mkdir(mode=0o500)
    assert alarmed() == ("shut", str(data / "apart"))
    assert run("backup", "--to", data / "backups").exit_code == 0
    (data / "apart").chmod(0o700)
    assert run("tick").exit_code == 0
    assert run("register", "key").exit_code == 0


def test_two_structures_of_one_name_share_a_ledger(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("tick").exit_code == 0
    first = run("register", "key").stdout
    monkeypatch.setenv("PIXFLOW_DATA", str(data / "other"))
    assert run("init", "--preset", "laigle-mortagne", "--structure", "Sées").exit_code == 0
    assert run("tick").exit_code == 0
    other = run("register", "key").stdout
    assert first.split("+")[0] != other.split("+")[0]
    assert len(list((data / "apart").glob("sees-*.db"))) == len(list((data / "apart").glob("sees-*.key"))) == 2
    assert "ne s’écrit pas" not in run("doctor").stdout
    monkeypatch.setenv("PIXFLOW_DATA", str(data / "data"))
    assert run("register", "key").stdout == first


def test_a_backup_that_is_put_back_while_pages_are_served_changes_no_register(data: Path) -> None:
    assert run("tick").exit_code == 0
    copy, key = backed_up(data).parent, run("register", "key").stdout
    with ServeLock(data / "data" / "sees"):
        refused = run("restore", copy, "--replace", "--reason", "drill")
        assert refused.exit_code == 1
    assert run("tick").exit_code == 0
    assert run("register", "key").stdout == key
    assert run("restore", copy, "--replace", "--reason", "drill").exit_code == 0
    assert run("tick").exit_code == 0
    assert [epoch.number for epoch, _ in register_of(data).checkpoints()] == [1, 2]


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
    (data / "handover.txt").write_text(register_of(data).known_keys()[-1].note)
    assert run("staff", "add", "Nadia", "nadia@ml.example", "--role", "manager").exit_code == 0
    assert run("tick").exit_code == 0
    copy = backed_up(data)
    (data / "new.txt").write_text(_checkpoint(copy))
    checked = run("register", "check", copy, data / "new.txt", data / "handover.txt", "--key", old)
    assert checked.exit_code == 0
    assert f"une autre clé signe le registre : {new}" in checked.stdout
    assert run("register", "check", copy, data / "new.txt", "--key", old).exit_code == 2


def told(check: str = "register") -> tuple[str, dict[str, Any]]:
    """The level and the details of a check of `doctor`."""
    found = {one["check"]: one for one in json.loads(run("doctor", "--json").stdout)["sees"]}
    return found[check]["level"], found[check]["details"]


def alarmed() -> tuple[str, str]:
    """Why the register alarms, and the file or the witness that it names: `doctor` and `tick` say it, in one sentence.

    The other jobs of `tick` run.
    """
    level, details = told()
    said, ticked = run("doctor"), tick()
    assert (level, said.exit_code, ticked.exit_code) == ("alarm", 1, 1)
    assert "Envois oubliés effacés" in ticked.stdout
    (sentence,) = re.findall(r"✗ +Registre +(.+)", said.stdout)
    assert sentence.strip() in ticked.stderr
    named = details.get("path") or details["witness"]
    assert named in sentence
    return details["why"], named


def tick() -> Result:
    registers._silent.clear()
    return run("tick")


def recorded(name: str = "nadia") -> None:
    assert run("staff", "add", name, f"{name}@ml.example", "--role", "manager").exit_code == 0


def replaced_by_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def replaced_by_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.touch()


@pytest.mark.parametrize(
    ("bend", "suffix", "why"),
    [
        (shutil.rmtree, "", "lost"), (replaced_by_a_file, "", "shut"), (Path.unlink, ".db", "lost"),
        (lambda file: file.write_bytes(b""), ".db", "lost"), (replaced_by_a_folder, ".db", "unread"),
        (lambda file: file.write_bytes(os.urandom(5_000)), ".db", "unread"), (Path.unlink, ".key", "key"),
        (lambda file: file.write_bytes(b"x" * 32), ".key", "key"), (replaced_by_a_folder, ".key", "key"),
        (lambda file: file.write_bytes(b""), ".key", "key"),
    ],
)  # fmt: skip
def test_a_part_that_is_lost_or_damaged_is_named_until_it_is_put_back(
    data: Path, monkeypatch: pytest.MonkeyPatch, bend: Callable[[Path], object], suffix: str, why: str
) -> None:
    monkeypatch.delenv("PIXFLOW_LEDGER")
    ledger = data / "data" / "_ledger"
    assert run("tick").exit_code == 0
    shutil.copytree(ledger, data / "copy")
    named = next(ledger.glob(f"sees-*{suffix}")) if suffix else ledger
    bend(named)
    recorded()
    expected = next((data / "copy").glob("sees-*.db")).name if bend is shutil.rmtree else ""
    assert alarmed() == (why, str(named / expected))
    assert run("register", "key").exit_code == (0 if why == "key" else 1)
    shutil.rmtree(ledger, ignore_errors=True)
    ledger.unlink(missing_ok=True)
    shutil.copytree(data / "copy", ledger)
    assert tick().exit_code == 0
    assert told()[1]["why"] == "beside"


@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
@pytest.mark.parametrize(
    ("suffix", "mode"), [("", 0o500), ("", 0), (".db", 0o400), (".db", 0), (".key", 0), (".lock", 0)]
)
def test_what_cannot_be_written_is_named(data: Path, suffix: str, mode: int) -> None:
    assert run("tick").exit_code == 0
    named = next((data / "apart").glob(f"sees-*{suffix}")) if suffix else data / "apart"
    before = named.stat().st_mode
    recorded()
    named.chmod(mode)
    assert alarmed() == ("shut", str(named))
    assert run("backup", "--to", data / "backups").exit_code == 0
    named.chmod(before)
    assert tick().exit_code == 0
    assert told()[0] != "alarm"


def test_a_lost_register_begins_anew_when_the_operator_says_so_and_the_former_does_not_go_on(
    store: str, data: Path
) -> None:
    ledger, disk, second = data / "apart", data / "disk", data / "second"
    assert run("tick").exit_code == 0
    assert "rien à commencer" in run("register", "begin").stderr
    ledger.rename(disk)
    ledger.mkdir(mode=0o700)
    file = next(disk.glob("sees-*.db")).name
    assert alarmed() == ("lost", str(ledger / file))
    assert list(ledger.iterdir()) == [], "the mount point stays empty"
    begun = run("register", "begin")
    assert (begun.exit_code, "n° 2" in begun.stdout) == (0, True)
    assert begun.stdout.partition("Sa clé : ")[2].split()[0] == run("register", "key").stdout.split()[-1]
    assert (told()[0], told()[1]["why"], told()[1]["epoch"]) == ("note", "anew", 2)
    assert tick().exit_code == 0
    ledger.rename(second)
    disk.rename(ledger)
    recorded()
    assert alarmed() == ("former", str(ledger / file))
    ledger.rename(disk)
    second.rename(ledger)
    assert tick().exit_code == 0
    shutil.rmtree(ledger)
    disk.rename(ledger)
    assert "n° 3" in run("register", "begin").stdout
    assert told()[1]["epoch"] == 3


def test_a_backup_made_while_the_register_does_not_follow_says_so(data: Path) -> None:
    """A full disk, or another process that holds it, is no alarm of what it has read: it is one of what waits."""
    assert tick().exit_code == 0
    recorded()
    with FileLock(next((data / "apart").glob("sees-*.lock"))):
        saved = run("backup", "--to", data / "first")
    assert (saved.exit_code, "Registre : Un autre processus tient" in saved.stderr) == (1, True)
    assert len(list((data / "first" / "sees").glob("*Z"))) == 1
    assert run("backup", "--to", data / "second").exit_code == 0


def test_a_restore_while_the_ledger_is_away_says_so_and_begins_when_the_operator_does(store: str, data: Path) -> None:
    assert tick().exit_code == 0
    copy = backed_up(data).parent
    recorded()
    assert tick().exit_code == 0
    (data / "apart").rename(data / "away")
    done = run("restore", copy, "--replace", "--reason", "drill")
    assert (done.exit_code, "n’a pas pu noter cette reprise" in done.stdout) == (0, True)
    (data / "away").rename(data / "apart")
    assert (told()[0], told()[1]["why"], tick().exit_code) == ("alarm", "shorter", 1)
    recorded()
    assert told()[1]["why"] in ("shorter", "changed")
    assert "n° 2" in run("register", "begin").stdout
    assert tick().exit_code == 0
    assert told()[0] != "alarm"
    assert "rien à commencer" in run("register", "begin").stderr


@contextmanager
def witnessing(answer: Callable[[str], WitnessAnswer]) -> Iterator[str]:
    """A witness of this machine, at the address that it yields."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, text = answer(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_of_two_copies_that_sign_the_one_that_the_witness_refuses_says_so(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("tick").exit_code == 0
    key = PublicKey.read(run("register", "key").stdout.removeprefix("Registre : "))
    witness = LogWitness(data / "witness", "temoin.fr", [key])
    name = witness.signer.key.name
    with witnessing(lambda body: witness.add(body, NOW)) as url:
        monkeypatch.setenv("PIXFLOW_WITNESS", f"{url} {witness.signer.key.text}")
        assert tick().exit_code == 0
        for folder in ("data", "apart"):
            shutil.copytree(data / folder, data / f"{folder}2")
        for one in ("ana", "bea", "cleo"):
            recorded(one)
        assert tick().exit_code == 0
        assert told()[0] != "alarm"
        monkeypatch.setenv("PIXFLOW_DATA", str(data / "data2"))
        monkeypatch.setenv("PIXFLOW_LEDGER", str(data / "apart2"))
        recorded("dora")
        assert tick().exit_code == 1
        assert alarmed() == ("witness-ahead", name)
        for one in ("eva", "fleur", "gaia"):
            recorded(one)
        assert tick().exit_code == 1
        assert alarmed() == ("witness-fork", name)
    assert tick().exit_code == 1, "nobody answers: what it said stays"
    assert alarmed() == ("witness-fork", name)
    monkeypatch.delenv("PIXFLOW_WITNESS")
    assert tick().exit_code == 0
    monkeypatch.setenv("PIXFLOW_DATA", str(data / "data"))
    monkeypatch.setenv("PIXFLOW_LEDGER", str(data / "apart"))
    assert told()[0] != "alarm"


@pytest.mark.parametrize(
    ("status", "text", "why"),
    [
        (403, "", "unknown"), (404, "", "unknown"), (422, "", "fork"), (409, "9999\n", "ahead"),
        (409, "9999x", "other"), (409, "", "other"), (400, "", "other"), (302, "", "other"), (200, "x", "other"),
        (500, "", ""), (503, "", ""),
    ],
)  # fmt: skip
def test_a_witness_that_refuses_is_told_with_its_reason_until_it_cosigns(
    data: Path, monkeypatch: pytest.MonkeyPatch, status: int, text: str, why: str
) -> None:
    assert run("tick").exit_code == 0
    key = PublicKey.read(run("register", "key").stdout.removeprefix("Registre : "))
    witness, answers = LogWitness(data / "witness", "temoin.fr", [key]), [WitnessAnswer(status, text)]
    with witnessing(lambda body: answers[0] if answers else witness.add(body, NOW)) as url:
        monkeypatch.setenv("PIXFLOW_WITNESS", f"{url} {witness.signer.key.text}")
        if why:
            assert tick().exit_code == 1
            assert alarmed() == (f"witness-{why}", witness.signer.key.name)
        else:
            assert tick().exit_code == 0
            assert told()[1]["why"] == "witness", "before what is only advice"
        answers.clear()
        assert tick().exit_code == 0
        assert told()[1]["why"] == "beside"


def test_doctor_of_a_witness_names_a_register_that_forked_until_it_watches_it_no_more(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Témoin des autres registres" not in run("doctor").stdout
    other = Signer(b"o" * 32, "ailleurs.fr/registre/1").key
    monkeypatch.setenv("PIXFLOW_WITNESS_FOR", f"{OURS.key.text} {other.text}")
    assert told("witness") == ("note", {"why": "none"})
    watching = registers.witness_of(sound(), data / "data")
    assert watching
    watching.add(Log().asks(0, 40), NOW)
    assert told("witness") == ("good", {"registers": []})
    watching.add(notes.extension(40, [], Log(salt=b"x").note(40)), NOW)
    assert told("witness") == ("alarm", {"registers": [OURS.key.name]})
    said = run("doctor")
    assert said.exit_code == 1
    assert f"portent la signature de {OURS.key.name}" in said.stdout
    monkeypatch.setenv("PIXFLOW_WITNESS_FOR", other.text)
    assert told("witness")[0] == "good"
    (data / "apart" / "_witness.db").write_bytes(b"damaged")
    assert told("witness")[0] == "alarm"
    (data / "apart" / "_witness.db").unlink()
    assert told("witness") == ("note", {"why": "none"}), "no tick: the evidence is gone with it"


def test_the_key_of_a_witness_is_printed_too(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("tick").exit_code == 0
    key = run("register", "key").stdout.removeprefix("Registre : ").strip()
    monkeypatch.setenv("PIXFLOW_WITNESS_FOR", key)
    witness = run("register", "key").stdout.partition("Témoin : ")[2]
    assert PublicKey.read(witness).kind == 4

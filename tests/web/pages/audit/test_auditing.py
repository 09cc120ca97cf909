"""The auditor's walk: a saved e-mail, a PDF and a copy, the system's Python, no network; each tampering is answered."""

import json
import os
import re
import shutil
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import NamedTuple

import pytest
from pypdf import PdfReader, PdfWriter

from pixflow.ledger.notes import Signer
from pixflow.ledger.verify import Checkpoint, PublicKey, short
from tests.ledger.registers import Copy, key_of, seal_day
from tests.ledger.test_verify import (
    a_bit_flipped,
    a_day_edited_in_clear,
    a_fact_deleted,
    another_continuation,
    the_tail_cut,
    two_facts_reordered,
)
from tests.test_docs import DOCS, NO_WORD, blocks
from tests.web.paths import House, house
from web.french import register as french
from web.hosting import mail, registers
from web.pages.audit.register import VERIFIER

NADIA, CLAIRE = "Nadia Benali", "Claire Vasseur"
PAGE = (DOCS / "auditing.md").read_text()
ALONE = """
import runpy, sys
def refused(event, *_):
    if event.startswith("socket."):
        raise OSError(event)
sys.addaudithook(refused)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a file with the standard library alone, where no socket opens."""
PYTHONS = [sys.executable, *(one for one in ["/usr/bin/python3"] if Path(one).exists())]
Row = tuple[object, ...]


class Desk(NamedTuple):
    """The things of an auditor, in a folder: `first` is the checkpoint of the e-mail, `last` of the PDF."""

    folder: Path
    key: PublicKey
    first: Checkpoint
    last: Checkpoint

    def says(self, line: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
        """Types a line there. `python3` is an interpreter without packages and without network."""
        named = self.folder / "bin" / "python3"
        named.parent.mkdir(exist_ok=True)
        (named.parent / "alone.py").write_text(ALONE)
        named.write_text(f'#!/bin/sh\nexec {python} -I -S {named.parent / "alone.py"} "$@"\n')
        named.chmod(0o755)
        said = {"PATH": f"{named.parent}:{os.environ['PATH']}", "KEY": self.key.text, "LANG": "C.UTF-8"}
        return subprocess.run(["sh", "-c", line], capture_output=True, text=True, cwd=self.folder, env=said)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with house(folder / "data", date(2026, 3, 16)) as made:
        yield Desk(folder, *_kept(made, folder))


def _kept(made: House, folder: Path) -> tuple[PublicKey, Checkpoint, Checkpoint]:
    """Lets a house work for some days, and writes what its auditor gets and asks for."""
    served, register = made.served, made.served.register
    for n in range(8):
        made.opened()
        seal_day(served.opened, date(2026, 2, 1) + timedelta(days=n))
    first = registers.follow(served.opened, register, begin=True)
    assert first
    copied(made, folder / "week.db")
    outbox = mail.folder_outbox(folder / "sent", "pixflow@ml.example")
    assert registers.write_to_auditors(served.engine, register, first, outbox, "https://pix.ml.example") == 1
    (sent,) = (folder / "sent").glob("*.eml")
    shutil.copy(sent, folder / "message.eml")
    for n in range(8):
        made.opened()
        seal_day(served.opened, date(2026, 3, 1) + timedelta(days=n))
    sheet = made.client(NADIA).get(f"/dossiers/{made.planned()}/fiche.pdf")
    (folder / "papier.pdf").write_bytes(sheet.content)
    last = register.last()
    assert last
    made.opened()
    registers.follow(served.opened, register)
    auditor = made.client(CLAIRE)
    with (folder / "message.eml").open("rb") as opened:
        proof = auditor.post("/registre/preuve", files={"fichier": ("message.eml", opened.read())})
    (folder / "proof.txt").write_text(proof.text)
    (folder / "verifier.py").write_bytes(auditor.get("/registre/verifier.py").content)
    shutil.copy(register.file, folder / "register.db")
    private = (register.file.parent / f"{register.file.stem}.key").read_bytes()
    forked = Signer(private, first.origin).checkpoint(first.size, bytes(32))
    received = message_from_bytes((folder / "message.eml").read_bytes(), policy=policy.default)
    received.set_content(f"Gardez ce message.\n\n{forked}")
    (folder / "other.eml").write_bytes(received.as_bytes())
    (folder / "lettre.txt").write_text("Bonjour,\n\nmerci de votre visite.\n")
    copy = Copy.of(copied(made, folder / "events.db"), folder / "changed.db", 0)
    position, *_, state = copy.any("structure.JournalSealed", first.size)
    assert position < last.size
    copy.write(position, re.sub(rb'"day":"2026-03', b'"day":"2026-01', state))
    shutil.copy(folder / "week.db", folder / "cut.db")
    return key_of(register), first, last


def copied(made: House, to: Path) -> Path:
    to.touch()
    made.served.engine.recorder.copy_to(to)
    return to


def transcripts() -> Iterator[tuple[int, str, str]]:
    """Yields each command of the page with its exit code, the number of its heading, and what it answers."""
    for code, part in re.findall(r"^## (\d): .*?\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE):
        for _, block in blocks(part, "console"):
            for turn in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                line, _, answer = turn.partition("\n")
                yield int(code), line, answer


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("code", "line", "answer"), list(transcripts()), ids=lambda value: str(value)[:40])
def test_the_page_of_auditors_is_what_they_read(desk: Desk, python: str, code: int, line: str, answer: str) -> None:
    said = desk.says(line, python)
    pattern = ".*?".join(re.escape("".join(part.split())) for part in answer.split(NO_WORD))
    assert re.fullmatch(pattern, "".join((said.stdout + said.stderr).split())), f"$ {line}\n{said.stdout}{said.stderr}"
    assert said.returncode == code


def test_the_page_shows_each_exit_code_and_what_is_served() -> None:
    assert {code for code, _, _ in transcripts()} == {0, 1, 2}
    assert b"2 nothing was compared" in VERIFIER


def test_from_an_e_mail_and_a_pdf_to_an_answer(desk: Desk) -> None:
    """Each thing that the house gave says the same, in any form in which it was kept."""
    note = message_from_bytes((desk.folder / "message.eml").read_bytes(), policy=policy.default)
    text = str(note.get_content())
    (desk.folder / "quoted.txt").write_text("Le 16 mars, pixflow a écrit :\n\n" + re.sub("(?m)^", "> ", text) + "\n\n")
    line = french.line(desk.last.size, desk.last.short)
    for thing, size in (
        ("message.eml", desk.first.size), ("quoted.txt", desk.first.size), ("papier.pdf", desk.last.size),
        (f"'{line}'", desk.last.size), (desk.last.short, desk.last.size),
    ):  # fmt: skip
        said = desk.says(f"python3 verifier.py events.db {thing}")
        assert (said.returncode, said.stderr) == (0, ""), said
        assert re.search(rf"^Inchangé : .*, {size} faits \(", said.stdout, re.MULTILINE), thing
    said = desk.says('python3 verifier.py events.db message.eml papier.pdf --key "$KEY" --register register.db')
    assert (said.returncode, said.stdout.count("Inchangé"), "Mortagne" in said.stdout) == (0, 2, True)


def test_a_pdf_of_another_key_or_with_another_fact_is_no_paper_of_the_house(desk: Desk) -> None:
    other = Signer(b"x" * 32, desk.key.name).key.text
    refused = desk.says(f"python3 verifier.py papier.pdf --key '{other}'")
    assert (refused.returncode, "aucune des clés données" in refused.stderr) == (2, True)
    ((content,),) = PdfReader(desk.folder / "papier.pdf").attachments.values()
    extra = re.findall(rb"^extra (.*)$", content, re.MULTILINE)[0]
    said = json.loads(b64decode(extra))
    said["content"] = b64encode(b64decode(said["content"]).replace(b"Mortagne", b"Moulins")).decode()
    forged = PdfWriter(clone_from=desk.folder / "papier.pdf")
    forged.add_attachment("fait.tlog-proof", content.replace(extra, b64encode(json.dumps(said).encode())))
    forged.write(desk.folder / "forged.pdf")
    for line in ('forged.pdf --key "$KEY"', "events.db forged.pdf"):
        told = desk.says(f"python3 verifier.py {line}")
        assert told.returncode == 1
        assert "✗ forged.pdf : ce contenu n’est pas celui qui fut enregistré." in told.stdout
        assert "Moulins" not in told.stdout


# --- each tampering


def rows(file: Path) -> list[Row]:
    return Copy.of(file, file.with_suffix(".read"), 0)("SELECT * FROM stored_events ORDER BY position")


def bent_time(topic: str) -> Callable[[Copy], None]:
    def bend(copy: Copy) -> None:
        position, *_, state = copy.any(topic)
        copy.write(position, re.sub(rb'"at":"2026-', b'"at":"2025-', state))

    bend.__name__ = f"the time of {topic}"
    return bend


def a_bit_in_a_sealed_fact(copy: Copy) -> None:
    position, *_, state = copy.any("dossier.%")
    at = copy.random.randrange(len(state))
    copy.write(position, state[:at] + bytes([state[at] ^ 1 << copy.random.randrange(8)]) + state[at + 1 :])


def the_file_of_a_week_ago(copy: Copy) -> None:
    shutil.copy(copy.file.with_name("week.db"), copy.file)


TAMPERINGS: list[Callable[[Copy], None]] = [
    a_day_edited_in_clear, bent_time("structure.JournalSealed"), bent_time("dossier.%"), a_bit_in_a_sealed_fact,
    a_bit_flipped, a_fact_deleted, two_facts_reordered, the_tail_cut, the_file_of_a_week_ago, another_continuation,
]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda one: one.__name__)
def test_a_tampering_is_answered_by_what_is_held_and_named_by_the_register(
    desk: Desk, tamper: Callable[[Copy], None], seed: int
) -> None:
    """The rows themselves, compared one by one, say which answer is right."""
    copy = Copy.of(desk.folder / "events.db", desk.folder / "bent.db", seed)
    tamper(copy)
    was, now = rows(desk.folder / "events.db"), rows(copy.file)
    changed = [n for n, row in enumerate(now[: len(was)], 1) if row != was[n - 1]]
    held = desk.says("python3 verifier.py bent.db message.eml papier.pdf")
    since = 1
    for name, size in (("message.eml", desk.first.size), ("papier.pdf", desk.last.size)):
        if now[:size] == was[:size]:
            assert f"Inchangé : {name}, {size} faits" in held.stdout
            since = size + 1
        elif len(now) < size:
            assert f"✗ {name} : il atteste {size} faits, cette copie en a moins : la fin manque." in held.stdout
        else:
            assert f"✗ {name} : entre les faits n° {since} et n° {size}, au moins un" in held.stdout
    if now[: desk.last.size] != was[: desk.last.size]:
        assert held.returncode == 1
    tiles = desk.says("python3 verifier.py bent.db --register register.db")
    assert tiles.returncode == 1
    assert list(map(int, re.findall(r"Le fait n° (\d+) .*n’est plus celui que le registre", tiles.stdout))) == changed
    shorter = f"Le registre a lu {len(was)} faits, cette copie en a {len(now)} : la fin manque."
    assert (shorter in tiles.stdout) == (len(now) < len(was))
    if tamper is two_facts_reordered:
        assert len(changed) == 2


def test_a_continuation_that_was_signed_too_is_told_as_a_fork(desk: Desk) -> None:
    """The house shows another history to somebody else, and signs it with its key."""
    said = desk.says('python3 verifier.py events.db message.eml other.eml papier.pdf --key "$KEY"')
    assert said.returncode == 1
    told = f"✗ UNE MÊME CLÉ A SIGNÉ DEUX SUITES DIFFÉRENTES : other.eml ({desk.first.size} faits, {short(bytes(32))})"
    assert told in said.stdout
    assert "remise" not in said.stdout
    without = desk.says("python3 verifier.py events.db message.eml other.eml")
    assert "Avec sa clé (--key), on saurait si elle a signé les deux." in without.stdout

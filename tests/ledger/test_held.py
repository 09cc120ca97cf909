"""Reads what auditors have: a saved message, a quoted checkpoint, the line of a paper; tells a fork as one."""

import itertools
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.ledger import verify
from pixflow.ledger.notes import Signer
from pixflow.ledger.verify import UNKNOWN, Checkpoint, Held, Unreadable, checkpoint, read
from tests.ledger.test_verify import Kept, kept, proof_of, run
from tests.ledger.test_witness import OURS, Log

__all__ = ["kept"]
HANDED = Log()
LAST = checkpoint(HANDED.note(90))
NOTES = (HANDED.note(90), OURS.handover(LAST, Signer(b"n" * 32, OURS.key.name), OURS.key))
"""A checkpoint, and one that hands over to another key: two lines sign it."""


def only(content: str | bytes) -> Held:
    (found,) = read("held", content.encode() if isinstance(content, str) else content)
    return found


@given(
    note=st.sampled_from(NOTES),
    before=st.sampled_from(["", "Bonjour,\n\nvoici 1 205 faits.\n", "Registre : 90 faits · K7QF-2M9A-XX4T-0PDE\n\n"]),
    after=st.sampled_from(["", "\n", "\n\n\n", "\n-- \nNadia — 02 33 00 00 00\n"]),
    quoted=st.sampled_from(["", "> ", ">", ">> > ", "    ", "\t", "| ", " \u00a0> "]),
    empty=st.booleans(),
    wrapped=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_a_checkpoint_is_read_as_mail_programs_leave_it(
    note: str, before: str, after: str, quoted: str, empty: bool, wrapped: bool, newline: str, mark: str
) -> None:
    lines = (before + (note.replace(" ", "\n") if wrapped else note) + after).split("\n")
    doubled = itertools.chain.from_iterable((line, "") for line in lines) if empty else lines
    found = only(mark + newline.join(f"{quoted}{line}  " for line in doubled))
    assert found.note == checkpoint(note)


def messages(text: str, pdf: bytes = b"") -> Iterator[bytes]:
    """A message with a text, as programs write and save it."""
    for policy, encoding in itertools.product((default, SMTP), ("8bit", "quoted-printable", "base64")):
        made = EmailMessage(policy)
        made["From"], made["To"], made["Subject"] = "pixflow@ml.example", "claire@ml.example", "Le point de contrôle"
        made.set_content(text, cte=encoding)
        yield made.as_bytes()
        yield b"From - Thu Dec  3 08:00:00 2026\n" + made.as_bytes()
        made.add_alternative(f"<p>{text}</p>", subtype="html")
        yield made.as_bytes()
        made.make_mixed()
        made.add_attachment(b"\xff\xd8" + bytes(range(256)), maintype="image", subtype="jpeg", filename="logo.jpg")
        yield made.as_bytes()
        forwarding = EmailMessage(policy)
        forwarding["Subject"] = "Tr"
        forwarding.set_content("Pour vous.")
        forwarding.add_attachment(made)
        yield forwarding.as_bytes()


def test_a_saved_message_is_read_however_it_was_encoded() -> None:
    for content in messages(f"Gardez ce message. Il atteste 90 faits ({LAST.short}).\n\n{HANDED.note(90)}"):
        assert only(content).note == LAST
    for content in messages(f"Quatre-vingt-dix — puis :\n\n> {HANDED.note(60)}\n\n{HANDED.note(90)}"):
        assert [one.size for one in read("held", content)] == [60, 90]


def test_a_message_of_parts_in_parts_is_refused_in_words() -> None:
    deep = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(5_000))
    with pytest.raises(Unreadable):
        read("held", f"Subject: x\n{deep}".encode())


LINE = f"Registre : 90 faits · {LAST.short}"


@pytest.mark.parametrize(
    "line",
    [LINE, LINE.lower(), LINE.removeprefix("Registre : "), f"Remis le 2 décembre 2026 par Nadia Benali · {LINE}",
     LINE.replace("faits ·", "faits\n·\n"), f"90 {LAST.short}", f"90 faits ({LAST.short})", LINE.replace("-", "-\n"),
     f"> {LINE}", f"{LINE}\n\nMerci"],
)  # fmt: skip
def test_the_line_of_a_paper_is_read_alone_and_in_a_text(line: str) -> None:
    for found in (only(line), *verify.read_held(line)):
        assert (found.size, found.root) == (90, LAST.root[:10])


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_a_number_of_facts_is_read_with_its_spaces(space: str) -> None:
    assert only(f"Registre{space}: 1{space}205{space}faits · {LAST.short}").size == 1_205


def test_the_code_alone_finds_its_place_in_a_copy(kept: Kept, tmp_path: Path) -> None:
    first = verify.read_held(str(kept.first))[0]
    (code,) = verify.read_held(verify.short(first.root).lower())
    assert code.size == UNKNOWN
    report = verify.check(kept.copy, [code])
    assert ([one.size for one in report.kept], report.findings) == ([first.size], [])
    (other,) = verify.read_held(LAST.short)
    report = verify.check(kept.copy, [other])
    assert [one.code for one in report.findings] == ["nowhere"]
    said = run(kept.copy, LAST.short, cwd=tmp_path)
    assert (said.returncode, "Le nombre de faits, imprimé devant le code" in said.stdout) == (1, True)


def test_the_code_alone_stands_in_a_proof_between_two_dates() -> None:
    for old, size in ((60, 60), (60, 90)):
        (code,) = verify.read_held(verify.short(checkpoint(HANDED.note(size)).root))
        report = verify.compare(HANDED.asks(old, 90), [code])
        assert [one.size for one in report.kept] == [size]


@pytest.mark.parametrize(
    "content",
    ["", "rien", "%PDF-1.7 sans preuve", "c2sp.org/tlog-proof@v1\n", "From: x\n\nrien", "UUUU-UUUU-UUUU-UUUU",
     f"{'9' * 19} {LAST.short}", "pix.fr 3 AAAA"],
)  # fmt: skip
def test_what_has_nothing_is_refused_in_words(content: str) -> None:
    with pytest.raises(Unreadable, match=r"\w+ \w+ \w+"):
        read("held", content.encode())


@given(st.binary(max_size=400), st.sampled_from([b"", b"Subject: x\n\n", b"%PDF", HANDED.note(90).encode()[:60]]))
def test_no_content_stops_the_reader(content: bytes, before: bytes) -> None:
    with suppress(Unreadable):
        read("held", before + content)


# --- a fork


def told(content: str, name: str) -> Held:
    return only(content)._replace(name=name)


def signed(*content: str) -> list[Held]:
    return verify.check_signatures([told(one, f"n{n}") for n, one in enumerate(content)], [OURS.key])


OTHER = Log(salt=b"x")


def test_two_trees_of_a_size_under_a_key_are_a_fork_and_the_key_says_so() -> None:
    both = signed(HANDED.note(90), OTHER.note(90))
    assert [one.code for one in verify.check_held(both).findings] == ["fork"]
    assert [one.code for one in verify.check_held(signed(HANDED.note(60), HANDED.note(90))).findings] == []
    roots = {90: LAST.root}
    kept, found = verify.compare_roots(roots, both, [])
    assert ([one.name for one in kept], [one.code for one in found]) == (["n0"], ["fork"])
    _, found = verify.compare_roots({90: b"x" * 32}, both, [])
    assert [one.code for one in found] == ["interval", "fork"]
    _, found = verify.compare_roots(roots, [one._replace(is_signed=False) for one in both], [])
    assert [one.code for one in found] == ["two"], "without the key, only that they exclude each other"


def test_a_tree_that_a_longer_one_does_not_begin_with_is_a_fork() -> None:
    roots = {size: checkpoint(HANDED.note(size)).root for size in (60, 90)}
    _, found = verify.compare_roots(roots, signed(OTHER.note(60), HANDED.note(90)), [])
    assert [one.code for one in found] == ["fork"]
    assert "UNE MÊME CLÉ A SIGNÉ DEUX SUITES DIFFÉRENTES : n0 (60 faits" in verify.SENTENCES["fork"].format(
        **found[0].details
    )
    _, found = verify.compare_roots(roots, signed(HANDED.note(60), OTHER.note(90)), [])
    assert [one.code for one in found] == ["interval"], "the copy may have changed since"
    elsewhere = Log(Signer(b"k" * 32, f"{OURS.key.name}/2"), salt=b"x")
    _, found = verify.compare_roots(roots, signed(elsewhere.note(60), HANDED.note(90)), [])
    assert [one.code for one in found] == ["interval"], "another epoch is another tree"


@pytest.mark.parametrize(
    ("old", "size", "code"), [(60, 60, "fork"), (60, 90, "fork"), (64, 64, "apart"), (60, 70, "apart")]
)
def test_a_proof_between_two_dates_tells_a_fork(old: int, size: int, code: str) -> None:
    (one,) = signed(OTHER.note(size))
    report = verify.compare(HANDED.asks(old, 90), [one], [OURS.key])
    assert [found.code for found in report.findings] == [code]
    unsigned = verify.compare(HANDED.asks(old, 90), [one._replace(is_signed=False)])
    assert [found.code for found in unsigned.findings] == ["two" if code == "fork" else code]


def test_a_line_of_a_paper_does_not_know_its_epoch() -> None:
    begun = [{"epoch": 1, "kept": 0}, {"epoch": 2, "kept": 50}]
    (line,) = verify.read_held(f"90 {LAST.short}")
    _, found = verify.compare_roots({90: b"x" * 32}, [line], begun)
    assert [one.code for one in found] == ["either"]
    _, found = verify.compare_roots({90: b"x" * 32}, signed(HANDED.note(90)), begun)
    assert [one.code for one in found] == ["restored"]


# --- without a copy


def test_what_is_held_is_checked_alone_with_a_key(kept: Kept, tmp_path: Path) -> None:
    key = ["--key", kept.keys[0].text]
    good = run(kept.first, kept.last, *key, cwd=tmp_path)
    assert (good.returncode, good.stdout.count("Signé : ")) == (0, 2)
    assert "Non lu : les faits." in good.stdout
    (tmp_path / "proof").write_text(proof_of(kept.register, 9))
    other = Signer(b"x" * 32, "ailleurs.fr").key.text
    for words, missing in (
        ([kept.first], "la clé du registre (--key), ou une copie"), ([kept.last, "--key", other], "aucune des clés"),
        ([tmp_path / "proof", *key], "une copie des faits"), ([kept.first, "90 " + LAST.short, *key], "une copie des"),
        (["Registre : 90 faits · " + LAST.short, *key], "une copie des faits"),
    ):  # fmt: skip
        refused = run(*words, cwd=tmp_path)
        assert (refused.returncode, missing in refused.stderr) == (2, True), (words, refused.stderr)


def test_wrong_words_of_the_command_are_told_in_french(kept: Kept, tmp_path: Path) -> None:
    for words, said in (
        ([], "Il manque ce qu’il faut vérifier"), (["--key"], "Il manque ce qui suit --key"), (["--key="], "Il manque"),
        (["--none", "x"], "--none n’est pas une option"), ([kept.copy, "-k", "x"], "-k n’est pas une option"),
    ):  # fmt: skip
        failed = run(*words, cwd=tmp_path)
        assert (failed.returncode, failed.stdout, said in failed.stderr) == (2, "", True), failed
        assert "COPIE" in failed.stderr
        assert "usage" not in failed.stderr
    helped = run("--help", cwd=tmp_path)
    assert (helped.returncode, helped.stderr, "Il sort avec 0" in helped.stdout) == (0, "", True)
    assert run("--", kept.copy, kept.last, cwd=tmp_path).returncode == 0


def test_what_is_not_read_is_said(kept: Kept, tmp_path: Path) -> None:
    first = verify.read_held(str(kept.first))[0]
    said = run(kept.copy, f"{first.size} {verify.short(first.root)}", cwd=tmp_path).stdout
    assert f"Non lu : ce qui suit le fait n° {first.size}" in said
    assert "Non lu : le texte imprimé du papier" in said
    assert "Non lu" not in run(kept.copy, kept.last, cwd=tmp_path).stdout


def test_a_checkpoint_and_its_bytes_stay_what_was_signed() -> None:
    found = only("> " + HANDED.note(90).replace("\n", "\n> ")).note
    assert isinstance(found, Checkpoint)
    assert found.signed_by(OURS.key)

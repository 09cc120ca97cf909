"""Vectors that others published: notes, checkpoints and cosignatures that they signed, proofs that they wrote.

C2SP signed-note and tlog-witness; golang.org/x/mod/sumdb/note; transparency-dev/formats; sum.golang.org; the log
arche2025h1 with the witness remora.n621.de; the test log of litewitness.
"""

from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from pixflow.ledger import notes, verify
from pixflow.ledger.notes import Signer
from pixflow.ledger.verify import PublicKey, Unreadable, checkpoint
from pixflow.ledger.witness import LogWitness

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_PETER = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
BY_ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
SPECIFIED = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
BY_SPECIFIED = (
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
SUM = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMS = [
    (6476701, "mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=",
     "Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw="),
    (10680630, "k1UQFwFXWQa7MF1BREWVQxIhScvUdgRepXuyRS3sRuE=",
     "Az3grqgyWctiMcdUtITQpkGSxEoEvbaAq7J3FpbaVlW1Zo47LX/jmeeE7LiBktpmR2d/1RsdocLU9HMXYXxHCVyf/AQ="),
]  # fmt: skip
ARCHE = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
REMORA = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
COSIGNED = """arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""  # noqa: E501
ASKED = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
"""  # noqa: E501


def is_signed(line: str, text: str, vkey: str) -> bool:
    key, made = PublicKey.read(vkey), verify.strict(line.split()[2])
    return made[:4] == key.id and verify.is_signed(key.public, text.encode(), made[4:])


# --- signed-note


def test_the_notes_of_the_specification_and_of_go_are_signed_by_their_keys_alone() -> None:
    assert is_signed(BY_PETER, TEXT, PETER)
    assert is_signed(BY_ENOCH, TEXT, ENOCH)
    assert is_signed(BY_SPECIFIED, "This is an example message.\n", SPECIFIED)
    assert not is_signed(BY_PETER, TEXT, ENOCH)
    assert not is_signed(BY_PETER, TEXT[:-1], PETER)


def test_the_seed_of_go_makes_its_key_and_its_line() -> None:
    signer = Signer(verify.strict(PETER_SEED)[1:], "PeterNeumann")
    assert (signer.key.text, signer.line(TEXT.encode())) == (PETER, BY_PETER)


def test_a_key_in_part_or_with_another_letter_is_refused() -> None:
    parts = [PETER[first:last] for first in range(len(PETER)) for last in range(first + 1, len(PETER) + 1)]
    others = [PETER[:n] + chr(ord(PETER[n]) + 1) + PETER[n + 1 :] for n in range(len(PETER))]
    longer = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="
    of_another_kind = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    for text in {*parts, *others, longer, of_another_kind} - {PETER}:
        with pytest.raises(Unreadable):
            PublicKey.read(text)


# --- tlog-checkpoint


@pytest.mark.parametrize(("size", "root", "line"), SUMS)
def test_the_checkpoints_of_the_sums_of_go(size: int, root: str, line: str) -> None:
    one = checkpoint(f"go.sum database tree\n{size}\n{root}\n\n— sum.golang.org {line}\n")
    assert (one.origin, one.size, b64encode(one.root).decode()) == ("go.sum database tree", size, root)
    assert one.signed_by(PublicKey.read(SUM))
    with pytest.raises(Unreadable, match="fausse"):
        one._replace(text=one.text.replace(b"tree", b"trea")).signed_by(PublicKey.read(SUM))


HASH = "dGhlIHZpZXcgZnJvbSB0aGUgdHJlZSB0b3BzIGlzIGc="


@pytest.mark.parametrize(
    "text",
    ["Head\n9944\n", f"\n9944\n{HASH}\n", f"Log\nbananas\n{HASH}\n", f"Log\n-34\n{HASH}\n",
     f"Log\n3438945738945739845734895735\n{HASH}\n", "Log\n123\nThisIsn'tBase64\n", f"Log\n9944\n{HASH}\n\n\n\n"],
)  # fmt: skip
def test_what_the_formats_of_checkpoints_refuse(text: str) -> None:
    with pytest.raises(Unreadable):
        checkpoint(f"{text}\n{BY_PETER}")


def test_lines_that_extend_a_checkpoint_are_signed_and_no_more_is_read_of_them() -> None:
    one = checkpoint(f"Log\n9944\n{HASH}\nlots\nof\nlines\n\n{BY_PETER}")
    assert one.text == f"Log\n9944\n{HASH}\nlots\nof\nlines\n".encode()
    assert one.successor is None


@pytest.mark.parametrize(
    "note",
    [TEXT, f"{TEXT}\n", f"{TEXT}\n{BY_PETER[:-1]}", f"\x01{TEXT}\n{BY_PETER}", f"{TEXT}\n{BY_PETER}Unexpected line.\n",
     f"{TEXT}\n{BY_PETER.replace('PeterNeumann', 'Bad Name')}"],
)  # fmt: skip
def test_the_notes_that_go_refuses(note: str) -> None:
    with pytest.raises(Unreadable):
        checkpoint(note.replace(TEXT, f"Log\n9944\n{HASH}\n"))


# --- tlog-cosignature


def test_a_log_and_a_witness_that_signed_one_checkpoint_in_2026() -> None:
    one, witness = checkpoint(COSIGNED), PublicKey.read(REMORA)
    assert one.signed_by(PublicKey.read(ARCHE))
    assert one.cosigned(witness) == [datetime(2026, 5, 23, 21, 50, 24, tzinfo=UTC)]
    with pytest.raises(Unreadable):
        checkpoint(COSIGNED.replace("1432088532", "42")).cosigned(witness)
    assert PublicKey.read(ARCHE).text == ARCHE
    assert witness.text == REMORA


# --- tlog-proof, tlog-witness


def test_a_proof_is_written_as_the_formats_write_it() -> None:
    one, other = (sha256(text).digest() for text in (b"hash1", b"hash2"))
    assert notes.proof(5, [one, other], "test checkpoint\n") == (
        f"c2sp.org/tlog-proof@v1\nindex 5\n{b64encode(one).decode()}\n{b64encode(other).decode()}\n\ntest checkpoint\n"
    )
    assert notes.proof(0, [], "checkpoint\n") == "c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n"


@pytest.mark.parametrize(
    "head",
    ["wrong-header\nindex 0", "c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0", "c2sp.org/tlog-proof@v1\n",
     "c2sp.org/tlog-proof@v1\nindex notanumber", "c2sp.org/tlog-proof@v1\nindex -5",
     "c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!", f"c2sp.org/tlog-proof@v1\nindex 0\n{'A' * 86}==",
     f"c2sp.org/tlog-proof@v1\nindex 0\n{'a' * 65 * 1024}"],
)  # fmt: skip
def test_the_proofs_that_the_formats_refuse(head: str) -> None:
    with pytest.raises(Unreadable):
        verify.proof(f"{head}\n\n{COSIGNED}")


def test_the_request_of_the_specification_of_witnesses_is_read() -> None:
    old, path, one = verify.extension(ASKED)
    assert (old, len(path), one.size, one.origin) == (20852014, 4, 20852163, "example.com/behind-the-sofa")
    assert len(one.signatures) == 2
    assert notes.extension(old, path, ASKED.partition("\n\n")[2]) == ASKED


LOG = "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f"
ROOTS = {
    1: f"2a{'0' * 62}",
    3: "45c088d4d939e9971298811f227d1295eaad57bbafae55cd71c171e7de48c25d",
    5: "42bb57ad06420afa4882c4a63ac6a1ec77480b330b2f20dfc53a0caa5f564e36",
}
MADE = {
    1: (
        "b7cf653aa9c565a1ca359db81bd3bc656ab2890c6ea4c0aec42295e80aa05049"
        "423505026434f987923ccdf07d440c152cd59e736e5914d8ada8d7a4d51b2106"
    ),
    3: (
        "655bb4871d15bc05032d67eece88900c4863a27f190393b99176391577f5def9"
        "71b023d9a418c3226b7b7ea47b33686d9b3849451dadc6b07c007c595af1ea0a"
    ),
    5: (
        "0fc43899968b48b5150b0e8fe7ad07b17c21c7056a6fe381deb0cd19ece103d5"
        "9b2119b5dbe5d54d8a1262ce67f01245c5898b4b56f747495804a17a2eec0f0c"
    ),
}
ONE, TWO, THREE, FOUR = (f"2a0{n}{'0' * 60}" for n in range(1, 5))
UPPER = "f9f50357e93def4078237b8aaea24ce1a3f5965a0f64ff26bebd99e30470d8b2"
LOWER = "c2088815d65f60dbfa594d4e96504ab169cb6084bf0c132ab7c521fd2e0eba41"


def test_a_witness_answers_the_log_of_litewitness_as_litewitness_does(tmp_path: Path) -> None:
    name, public = f"sigsum.org/v1/tree/{sha256(bytes.fromhex(LOG)).hexdigest()}", bytes.fromhex(LOG)
    key = PublicKey(name, verify.key_id(name, b"\1" + public), notes.CHECKPOINT, public)
    witness = LogWitness(tmp_path, "temoin.fr", [key])

    def asked(old: int, size: int, path: list[str], end: str = "") -> tuple[int, str]:
        made = MADE[size]
        line = notes.base64(key.id + bytes.fromhex(made[: len(made) - len(end)] + end))
        note = f"{name}\n{size}\n{notes.base64(bytes.fromhex(ROOTS[size]))}\n\n— {name} {line}\n"
        answer = witness.add(notes.extension(old, map(bytes.fromhex, path), note), datetime.now(UTC))
        return answer.status, "" if answer.status == 200 else answer.text

    assert asked(0, 1, []) == (200, "")
    assert asked(1, 3, [ONE, TWO], end="0b") == (403, "")
    assert asked(1, 3, []) == (422, "")
    assert asked(1, 3, [ONE, TWO[:-1] + "1"]) == (422, "")
    assert asked(1, 3, [ONE, TWO]) == (200, "")
    assert asked(1, 5, [ONE, UPPER, FOUR]) == (409, "3\n")
    assert asked(3, 5, [TWO, THREE, LOWER, FOUR]) == (200, "")

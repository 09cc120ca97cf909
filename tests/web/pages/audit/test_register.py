"""« Registre »: what an auditor reads and takes away; what everybody may ask; a witness; the proofs on papers."""

import re
import shutil
import sqlite3
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from time import sleep
from unittest.mock import Mock
from uuid import UUID

import pytest
from msgspec.structs import replace as changed
from pypdf import PdfReader

from pixflow.ledger import notes, verify
from pixflow.ledger.register import Register, RegisterClosed
from pixflow.ledger.verify import PublicKey, check, checkpoint, read_held
from pixflow.structure_folder import OpenStructure
from tests.erasures import erase
from tests.ledger.registers import key_of
from tests.web.arranged import scheduled, seat
from tests.web.client import words
from tests.web.paths import House, house
from tests.web.tags import parsed
from web.french import dates
from web.french import register as french
from web.french.notices import checkpoint as checkpoint_mail
from web.hosting import mail, registers
from web.hosting.settings import sound
from web.pages.audit.register import VERIFIER

CLAIRE, HELENE, NADIA, SOPHIE = "Claire Vasseur", "Hélène Morin", "Nadia Benali", "Sophie Lecomte"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def there(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    if request.param == "postgresql":
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("database_url"))
    with house(tmp_path / "data") as made:
        yield made


def followed(there: House) -> verify.Checkpoint:
    found = registers.follow(there.served.opened, there.served.register, begin=True)
    assert found
    return found


def page(there: House, who: str = CLAIRE) -> str:
    answer = there.client(who).get("/registre")
    assert answer.status_code == 200
    return words(answer.text)


def copied(there: House, to: Path) -> Path:
    to.touch()
    there.served.engine.recorder.copy_to(to)
    return to


# --- the page


def test_before_the_first_checkpoint_it_says_so(there: House) -> None:
    assert "Il n’y a pas encore de registre." in page(there)
    assert there.client(CLAIRE).post("/registre/preuve", data={"detenu": "x"}).status_code == 422


def test_the_last_checkpoint_who_holds_one_and_what_was_compared(there: House) -> None:
    last = followed(there)
    said = page(there)
    assert f"{last.size} faits · {last.short}" in said
    assert "Personne encore" in said
    assert "L’exploitant n’a rien comparé encore." in said
    there.served.register.hand(str(there.people[CLAIRE]), there.now)
    witness = notes.Signer(b"w" * 32, "temoin.exemple.fr/temoin", notes.WITNESS)
    there.served.register.hand(witness.key.name, there.now, witness.cosignature(last.text, there.now))
    said = page(there, HELENE)
    assert f"{CLAIRE} : {last.size} faits" in said
    assert "un témoin, temoin.exemple.fr/temoin" in said


def test_what_was_taken_checks_alone(there: House, tmp_path: Path) -> None:
    there.opened()
    followed(there)
    client = there.client(CLAIRE)
    note = tmp_path / "held.txt"
    note.write_text(parsed(client.get("/registre").text).select_one("pre.verbatim").text)
    key = PublicKey.read(words(client.get("/registre").text).split("La clé publique qui le vérifie : ")[1].split()[0])
    assert checkpoint(note.read_text()).signed_by(key)
    assert client.get("/registre/verifier.py").content == Path(verify.__file__).read_bytes() == VERIFIER
    there.opened()
    entries = tmp_path / "entrees.bin"
    entries.write_bytes(client.get("/registre/entrees").content)
    assert check(entries, read_held(str(note), [key])).findings == []
    followed(there)
    proof = client.post("/registre/preuve", data={"detenu": note.read_text().replace("\n", "\r\n")})
    assert (proof.status_code, proof.headers["content-disposition"]) == (200, 'attachment; filename="preuve.txt"')
    assert verify.compare(proof.text, read_held(str(note), [key])).kept
    bent = entries.read_bytes()
    entries.write_bytes(bent[:64] + bent[128:192] + bent[64:128] + bent[192:])
    assert {one.code for one in check(entries, read_held(str(note))).findings} >= {"position", "interval"}


@pytest.mark.parametrize("held", ["", "rien", "ailleurs.fr/registre/00\n3\nAAAA\n\n— ailleurs.fr/registre/00 AAAA"])
def test_what_is_no_checkpoint_of_this_register_is_answered_in_words(there: House, held: str) -> None:
    followed(there)
    answer = there.client(CLAIRE).post("/registre/preuve", data={"detenu": held})
    assert answer.status_code == 422
    assert "Ce que vous gardez ne se prouve pas" in words(answer.text)
    assert held.strip() in parsed(answer.text).select_one("textarea").text


def test_a_checkpoint_that_this_register_did_not_sign_is_not_extended(there: House) -> None:
    last = followed(there)
    forged = notes.Signer(b"x" * 32, last.origin).checkpoint(3, bytes(32))
    answer = there.client(CLAIRE).post("/registre/preuve", data={"detenu": forged})
    assert "ce registre ne l’a pas signé" in words(answer.text)


def proven(there: House, kept: str = "", file: tuple[str, bytes] | None = None) -> str:
    """Sends what an auditor holds. Returns the proof, or the words of the refusal."""
    files = {"fichier": file} if file else None
    answer = there.client(CLAIRE).post("/registre/preuve", data={"detenu": kept}, files=files)
    assert answer.status_code in (200, 422)
    return answer.text if answer.status_code == 200 else words(parsed(answer.text).select_one("[role=alert]").text)


def test_what_auditors_have_is_taken_as_it_is(there: House) -> None:
    dossier = there.planned()
    _, pdf = fiche(there, dossier)
    ((paper,),) = pdf.attachments.values()
    note = there.served.register.note()
    last = checkpoint(note)
    message = mail.message(
        mail.Mail("claire@ml.example", *checkpoint_mail(note, last.size, last.short, "https://pix.fr"), "x", there.now),
        "pixflow@ml.example",
    )
    there.opened()
    followed(there)
    wanted = there.served.register.extension(last.size)
    line = french.line(last.size, last.short)
    for text in (note, f"> {note}".replace("\n", "\n> "), f"{note}\n\n", message.get_content(), line, last.short):
        assert proven(there, text.replace("\n", "\r\n")) == wanted, text
    sheet = there.client(NADIA).get(f"/dossiers/{dossier}/fiche.pdf").content
    for name, content in (("a.eml", message.as_bytes()), ("a.tlog-proof", paper), ("a.txt", line.encode())):
        assert proven(there, file=(name, content)) == wanted, name
    assert proven(there, file=("fiche.pdf", sheet)).startswith("old ")
    size, code = last.size, f"{last.short[:-1]}{'A' if last.short[-1] != 'A' else 'B'}"
    for kept, said in (
        ("", "donnez un texte, ou un fichier"), (f"{note}\n{there.served.register.note()}", "il y en a 2 ici"),
        (code, "aucun point de contrôle de ce code"),
        (f"{size} {code}", f"à {size} faits, ce registre a un autre code"),
        (f"{size + 900} {last.short}", "n’en a lu que"), ("Registre : 12 faits", "il faut le message reçu"),
        ("tests/web/paths.py", "il faut le message reçu"),
    ):  # fmt: skip
        assert said in proven(there, kept), kept


def test_two_trees_of_a_size_under_the_key_of_the_house_are_a_fork(there: House) -> None:
    first, register = followed(there), there.served.register
    there.opened()
    last = followed(there)
    signer = notes.Signer((register.file.parent / f"{register.file.stem}.key").read_bytes(), last.origin)
    for size in (first.size, last.size):
        said = proven(there, signer.checkpoint(size, bytes(32)))
        assert f"une même clé a signé deux suites différentes de {size} faits, la vôtre (0000-0000-0000-0000)" in said
        assert verify.short(register.root(size, 1)) in said
    assert "une autre copie signe aussi" in proven(there, signer.checkpoint(last.size + 1, bytes(32)))
    later = notes.Signer(signer._private.private_bytes_raw(), f"{last.origin}/7")
    assert "il est de l’époque 7, dont ce registre n’a rien" in proven(there, later.checkpoint(1, bytes(32)))
    with closing(sqlite3.connect(register.file)) as opened, opened:
        opened.execute("UPDATE tiles SET hashes = zeroblob(length(hashes))")
    for kept in (signer.checkpoint(last.size, bytes(32)), f"{last.size} {last.short}"):
        assert "ne sont plus celles qu’il a signées" in proven(there, kept), "no fork is told of damaged hashes"


def test_what_an_earlier_epoch_had_is_said_to_be_gone_where_that_is_known(there: House) -> None:
    served, register = there.served, there.served.register
    early = followed(there)
    shutil.copy(register.file, copy := register.file.with_name("copy"))
    there.opened()
    late, note = followed(there), register.note()
    with closing(sqlite3.connect(register.file)) as opened, opened:
        values = (f"{late.origin}/2", early.size)
        opened.execute("INSERT INTO epochs SELECT 2, ?, ?, restore, began FROM epochs", values)
    with closing(sqlite3.connect(copy)) as opened:
        tiles = opened.execute("SELECT 2, level, n, hashes FROM tiles").fetchall()
    signer = notes.Signer((register.file.parent / f"{register.file.stem}.key").read_bytes(), f"{late.origin}/2")
    with closing(sqlite3.connect(register.file)) as opened, opened:
        opened.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", tiles)
        again = signer.checkpoint(early.size, early.root)
        opened.execute("INSERT INTO checkpoints VALUES (2, ?, ?, ?)", (early.size, again, there.now.isoformat()))
    assert served.register.epoch == 2
    for kept in (note, f"{late.size} {late.short}", late.short):
        said = proven(there, kept)
        assert f"il est de l’époque 1 ; le registre a été repris depuis, après {early.size} faits" in said
    assert proven(there, f"{early.size} {early.short}").startswith("old ")


def test_an_earlier_key_stays_told_and_its_checkpoint_provable(there: House) -> None:
    followed(there)
    register, engine = there.served.register, there.served.engine
    before = register.note()
    assert "Avant elle" not in page(there)
    register.rotate(engine, there.served.opened.stream("structure"))
    there.opened()
    followed(there)
    old, new = register.known_keys()
    said = page(there, HELENE)
    since, began = (words(dates.instant(one.since, "Europe/Paris")) for one in (new, old))
    assert f"Il est signé avec la clé qui sert depuis le {since}" in said
    assert f"la clé qui a servi du {began} au {since}" in said
    assert words(new.note) in said
    assert there.client(CLAIRE).post("/registre/preuve", data={"detenu": before}).status_code == 200


# --- for everybody


def test_tiles_are_those_of_the_specification(there: House) -> None:
    for _ in range(3):
        there.opened()
    last = followed(there)
    base, anybody = f"/registre/{there.served.opened.id.hex}", there.client(NADIA)
    anybody.cookies.clear()
    assert checkpoint(anybody.get(f"{base}/checkpoint").text) == last
    assert anybody.get(f"{base}/1/checkpoint").text == anybody.get(f"{base}/checkpoint").text
    leaves = anybody.get(f"{base}/tile/0/000.p/{last.size}").content
    tree = verify.Tree()
    for at in range(0, len(leaves), 32):
        tree.add(leaves[at : at + 32])
    assert tree.root() == last.root
    for wrong in (
        "checkpoint/x", "2/checkpoint", f"tile/0/000.p/{last.size + 1}", "tile/0/000", "tile/0/001", "tile/0/0",
        "tile/9/000",
        "tile/0/000.p/0", "tile/0/000.p/257", "tile/-1/000", "preuve/0-1/00", f"preuve/1-{last.size}/{'0' * 20}",
        f"preuve/{last.size + 1}-{last.size}/{last.root[:10].hex()}", f"preuve/1-{'9' * 30}/{last.root[:10].hex()}",
        f"{'9' * 30}/checkpoint", f"tile/{'9' * 30}/000", f"tile/0/{'x999/' * 9}000", f"1/tile/0/{'x999/' * 2000}000",
        f"{'9' * 5000}/checkpoint", f"preuve/{'9' * 5000}-1/00", "tile/0/٣٣٣", "tile/٣/000", "tile/0/%2e%2e/%2e%2e/000",
    ):  # fmt: skip
        assert anybody.get(f"{base}/{wrong}").status_code == 404, wrong
    for other in (f"/registre/{UUID(int=1).hex}/checkpoint", "/registre/nothing/checkpoint"):
        assert anybody.get(other).status_code == 404


def test_a_witness_of_another_house(there: House, monkeypatch: pytest.MonkeyPatch) -> None:
    last = followed(there)
    anybody = there.client(NADIA)
    assert anybody.post("/temoin/add-checkpoint", content=b"").status_code == 404, "this house is no witness"
    key = key_of(there.served.register)
    monkeypatch.setenv("PIXFLOW_WITNESS_FOR", key.text)
    asked = there.served.register.extension(0)
    cosigned = anybody.post("/temoin/add-checkpoint", content=asked)
    assert cosigned.status_code == 200
    witness = registers.witness_of(sound(), there.host.data)
    assert witness
    assert checkpoint(there.served.register.note() + cosigned.text).cosigned(witness.signer.key)
    there.opened()
    followed(there)
    behind = anybody.post("/temoin/add-checkpoint", content=asked)
    assert (behind.status_code, behind.headers["content-type"], behind.text) == (
        409, "text/x.tlog.size; charset=utf-8", f"{last.size}\n",
    )  # fmt: skip
    for failure in (sqlite3.OperationalError("locked"), PermissionError()):
        with monkeypatch.context() as patch:
            patch.setattr("pixflow.ledger.witness._take_checkpoint", Mock(side_effect=failure))
            assert anybody.post("/temoin/add-checkpoint", content=asked).status_code == 503
    for nonsense in (b"", b"\xff" * 100, asked.encode() * 100, b"old 1\n\n"):
        assert anybody.post("/temoin/add-checkpoint", content=nonsense).status_code == 400


def test_a_witness_that_is_down_or_lies_keeps_nobody_from_the_checkpoint(
    there: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    last, witness = followed(there), notes.Signer(b"w" * 32, "temoin.exemple.fr/temoin", notes.WITNESS)
    monkeypatch.setenv("PIXFLOW_WITNESS", f"https://temoin.exemple.fr/temoin {witness.key.text}")
    far = witness._line((1 << 60).to_bytes(8, "big") + witness._private.sign(verify.text_to_cosign(1 << 60, last.text)))
    for answer in (
        (500, ""), (200, ""), (200, "x" * 9), (409, "9" * 5000), (409, "٣"), (409, "-1"), (200, far),
        (200, witness.cosignature(b"other\n", there.now)),
    ):  # fmt: skip
        monkeypatch.setattr(registers, "_ask_witness", Mock(return_value=answer))
        monkeypatch.setattr(registers, "_silent", {})
        assert not registers.cosign(there.served.opened, there.served.register), answer
        assert followed(there) == last
        assert there.served.register.holders() == []
    false = notes.Signer(b"x" * 32, last.origin).line(b"nothing")
    good = witness.cosignature(last.text, there.now)
    monkeypatch.setattr(registers, "_ask_witness", asked := Mock(return_value=(200, false + good)))
    assert not registers.cosign(there.served.opened, there.served.register)
    assert asked.call_count == 0, "one that failed is not asked at once again"
    monkeypatch.setattr(registers, "_silent", {})
    assert registers.cosign(there.served.opened, there.served.register)
    assert there.served.register.note().endswith(good)
    assert false not in there.served.register.note()


@contextmanager
def answering(write: Callable[[BaseHTTPRequestHandler], object]) -> Iterator[str]:
    """A witness of this machine that writes what it likes."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                write(self)

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


def endlessly(one: BaseHTTPRequestHandler) -> None:
    for _ in range(10_000):
        one.wfile.write(b"x" * 65_536)


def slowly(one: BaseHTTPRequestHandler) -> None:
    for _ in range(40):
        one.wfile.write(b"x")
        sleep(0.05)


@pytest.mark.parametrize("write", [endlessly, slowly])
def test_a_witness_that_answers_without_end_is_left(
    there: House, monkeypatch: pytest.MonkeyPatch, write: Callable[[BaseHTTPRequestHandler], object]
) -> None:
    last, witness = followed(there), notes.Signer(b"w" * 32, "temoin/temoin", notes.WITNESS)
    monkeypatch.setattr(registers, "SECONDS", 0.5)
    monkeypatch.setattr(registers, "_silent", {})
    with answering(write) as url:
        monkeypatch.setenv("PIXFLOW_WITNESS", f"{url} {witness.key.text}")
        assert not registers.cosign(there.served.opened, there.served.register)
    monkeypatch.setattr(registers, "_silent", {})
    assert not registers.cosign(there.served.opened, there.served.register), "nobody listens there any more"
    assert followed(there) == last


def test_what_a_witness_did_not_sign_is_asked_again_and_doctor_tells(
    there: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = notes.Signer(b"w" * 32, "temoin.exemple.fr/temoin", notes.WITNESS)
    monkeypatch.setenv("PIXFLOW_WITNESS", f"https://temoin.exemple.fr/temoin {witness.key.text}")
    monkeypatch.setattr(registers, "_silent", {})
    monkeypatch.setattr(registers, "_ask_witness", Mock(side_effect=verify.Unreadable("down")))
    monkeypatch.setattr(Register, "is_apart", Mock(return_value=True))
    served, ours = there.served, changed(there.served.opened, demonstration=False)
    served.tick()
    assert not served.tick().rested
    served.register.hand("auditrice", there.now)
    found = registers.finding(ours, served.register)
    assert (found.level, found.details["why"]) == ("note", "witness")
    last = served.register.last()
    assert last
    good = witness.cosignature(last.text, there.now)
    monkeypatch.setattr(registers, "_ask_witness", Mock(return_value=(200, good)))
    monkeypatch.setattr(registers, "_silent", {})
    served.tick()
    assert served.tick().rested
    assert registers.finding(ours, served.register).level == "good"


def test_a_lost_register_is_told_on_the_page_and_its_next_epoch_for_a_month(there: House) -> None:
    followed(there)
    served, ours = there.served, changed(there.served.opened, demonstration=False)
    shutil.rmtree(served.register.file.parent)
    assert registers.finding(ours, served.register).details["why"] == "lost"
    assert "Le registre ne se lit pas" in page(there)
    served.register.follow(served.engine, served.opened.stream("structure"), anew=True)
    for days in (0, 30):
        there.pass_by(days=days)
        assert registers.finding(ours, served.register).details["why"] == "anew"
    there.pass_by(days=2)
    assert registers.finding(ours, served.register).details["why"] == "beside"


def test_a_register_that_did_not_follow_is_tried_again_without_a_new_fact(
    there: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = there.served
    served.tick()
    there.opened()
    with monkeypatch.context() as patch:
        patch.setattr(Register, "follow", Mock(side_effect=RegisterClosed("shut")))
        served.tick()
    assert not served.tick().rested
    last = served.register.last()
    assert last
    assert last.size == served.engine.head()
    assert served.tick().rested


def test_another_address_of_the_pages_is_no_other_register(there: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first = followed(there)
    monkeypatch.setenv("PIXFLOW_URL", "https://ailleurs.fr")
    there.opened()
    moved = registers.register_of(there.served.opened)
    then = registers.follow(there.served.opened, moved)
    assert then
    assert (then.origin, key_of(moved)) == (first.origin, key_of(there.served.register))
    assert then.signed_by(key_of(moved))


def test_a_register_that_begins_has_the_address_that_is_served(there: House) -> None:
    served, sizes = there.served, []
    for url in ("http://127.0.0.1:8123", "https://ailleurs.fr"):
        there.opened()
        served.tick(url=url)
        last = served.register.last()
        assert last
        assert last.origin == f"127.0.0.1:8123/demonstration/registre/{served.opened.id.hex}"
        sizes.append(last.size)
    assert sizes == sorted({*sizes})


def test_who_cannot_be_noted_gets_the_checkpoint_and_the_tick_goes_on(
    there: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = followed(there)
    monkeypatch.setattr(Register, "hand", Mock(side_effect=RegisterClosed("shut")))
    monkeypatch.setattr("web.hosting.notices.checkpoints", Mock(return_value=[Mock(), Mock()]))
    monkeypatch.setattr("web.hosting.notices.send", Mock(return_value=1))
    assert registers.write_to_auditors(there.served.engine, there.served.register, last, Mock(), "") == 1


# --- papers


def fiche(there: House, dossier: UUID) -> tuple[str, PdfReader]:
    registers.follow(there.served.opened, there.served.register, begin=True)
    client = there.client(NADIA)
    shown = client.get(f"/dossiers/{dossier}/fiche").text
    return shown, PdfReader(BytesIO(client.get(f"/dossiers/{dossier}/fiche.pdf").content))


def test_a_paper_prints_its_line_and_carries_its_proof(there: House, tmp_path: Path) -> None:
    dossier = there.planned()
    shown, pdf = fiche(there, dossier)
    line = re.search(r"Registre : (\d+) faits · ((?:[0-9A-Z]{4}-?){4})", words(shown))
    assert line
    (name, (content,)) = next(iter(pdf.attachments.items()))
    named = re.fullmatch(r"fait-(\d+)\.tlog-proof", name)
    assert named
    position = int(named[1])
    proof = verify.proof(content.decode())
    said = verify.read_fact(proof)
    assert said["topic"] == "dossier.DiagnosticPlanned"
    assert (said["data"]["place"], proof.at) == ("Mortagne", position - 1)
    copy = copied(there, tmp_path / "copy.db")
    assert check(copy, read_held(line[0].removeprefix("Registre : "))).kept
    code = re.search(r"/preuve#([\w-]+)", shown)
    assert code
    told = urlsafe_b64decode(code[1] + "=" * (-len(code[1]) % 4))
    assert (len(told), told[0], int.from_bytes(told[1:5], "big")) == (137, 1, position)


def test_a_proof_is_of_one_checkpoint_while_another_process_signs_the_next(
    there: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier, follow = there.planned(), registers.follow

    def meanwhile(opened: OpenStructure, register: Register, *, begin: bool = False) -> verify.Checkpoint | None:
        found = follow(opened, register, begin=begin)
        there.opened()
        follow(opened, register)
        return found

    monkeypatch.setattr(registers, "follow", meanwhile)
    _, pdf = fiche(there, dossier)
    proof = verify.proof(next(iter(pdf.attachments.values()))[0].decode())
    assert verify.read_fact(proof)["topic"] == "dossier.DiagnosticPlanned"
    assert proof.checkpoint.short in pdf.pages[0].extract_text()


def test_the_proof_of_a_prescription_tells_neither_the_score_nor_what_the_grid_keeps(there: House) -> None:
    dossier, _ = there.prescribed()
    followed(there)
    (participation,) = there.state(dossier).prescription.built
    answer = there.client(NADIA).get(f"/dossiers/{dossier}/prescription/{participation}.pdf")
    ((content,),) = PdfReader(BytesIO(answer.content)).attachments.values()
    proof = verify.proof(content.decode())
    said = verify.read_fact(proof)
    assert said["topic"] == "dossier.PrescriptionBuilt"
    assert set(said["data"]) == {"participation", "grille", "on"}
    assert not {"salt", "content"} & set(proof.extra)


def test_the_proof_holds_once_its_person_is_erased_and_another_salt_is_refused(there: House) -> None:
    dossier = there.planned()
    _, pdf = fiche(there, dossier)
    content = next(iter(pdf.attachments.values()))[0].decode()
    erase(there.served.opened, dossier)
    assert there.served.engine.keys.of(dossier) is None
    assert followed(there)
    proof = verify.proof(content)
    assert verify.read_fact(proof)["data"]["place"] == "Mortagne"
    first, now = proof.checkpoint, followed(there)
    path = there.served.register.consistency(first.size, now.size)
    assert verify.extends(first.size, first.root, now.size, now.root, path)
    for name, other in (("salt", "AAAA"), ("content", "e30="), ("topic", "dossier.Other"), ("version", 1)):
        with pytest.raises(verify.Unreadable):
            verify.read_fact(proof._replace(extra={**proof.extra, name: other}))


def test_a_paper_leaves_without_a_line_where_the_register_cannot_be_written(
    there: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = there.planned()
    (tmp_path / "file").write_text("")
    there.served.register.file = tmp_path / "file" / "register.db"
    shown, pdf = fiche(there, dossier)
    assert "Registre" not in words(shown)
    assert not pdf.attachments


@pytest.mark.parametrize("paper", ["emargement", "avis"])
def test_the_papers_of_a_workshop_print_the_line_too(there: House, paper: str) -> None:
    workshop = scheduled(there)
    followed(there)
    seat(there, workshop, there.planned())
    assert "Registre : " in words(there.client(NADIA).get(f"/ateliers/{workshop}/{paper}").text)

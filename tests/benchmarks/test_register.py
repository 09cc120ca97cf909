"""The register: following against reading, a commit with it, a PDF with its proof, and the file that checks."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from operator import itemgetter
from pathlib import Path

import pytest

from pixflow.ledger import notes, verify
from pixflow.ledger.register import SPAN, Register
from pixflow.ledger.verify import check, read_held
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.benchmarks.population import House, Life, fill, structure
from tests.people import open_dossier
from web.http.papers import Paper, pdf

DOSSIERS = sized(20, 2_500, 2_500)
ROUNDS = sized(1, 5, 9)

pytestmark = pytest.mark.benchmark


@pytest.fixture
def opened(tmp_path: Path, database: Database | None) -> Iterator[OpenStructure]:
    made, house = structure(tmp_path / "data", database=database), House(advisors=20)
    lives = [one for number in range(DOSSIERS) for one in Life(house, number, begins_within=540).told()]
    fill(made.engine, [*house.told(), *sorted(lives, key=itemgetter(0))])
    yield made
    made.engine.close()


def test_following_and_checking(opened: OpenStructure, tmp_path: Path, store: str, report: Report) -> None:
    engine, made = opened.engine, iter(range(1_000))

    def read() -> float:
        head = engine.head()
        return processor(lambda: [engine.recorder.log(after, SPAN) for after in range(0, head, SPAN)])

    def follow() -> float:
        register = Register(tmp_path / f"ledger{next(made)}", "ici", "ici.fr/registre/00")
        return processor(lambda: register.follow(engine, opened.stream("structure")))

    seconds = interleaved(ROUNDS, {"reading the rows": read, "following them": follow})
    head = engine.head()
    lines = [Line(name, seconds[name], head, "facts") for name in seconds]
    copy, register = tmp_path / "events.db", Register(tmp_path / "ledger0", "ici", "ici.fr/registre/00")
    copy.touch()
    engine.recorder.copy_to(copy)
    known = tmp_path / "held.txt"
    register.follow(engine, opened.stream("structure"))
    known.write_text(register.note())
    copy.unlink()
    copy.touch()
    engine.recorder.copy_to(copy)
    checked = [processor(lambda: check(copy, read_held(str(known)), register.file)) for _ in range(ROUNDS)]
    lines.append(Line("verify.py with tiles", checked, head, "facts"))
    ratio, least = lines[1].median / lines[0].median, min(checked) / head * 125_000
    aims = [Aim("following against reading", ratio, 3, "×"), Aim("verify.py of 125,000 facts", least, 3, " s")]
    last = verify.checkpoint(register.note())
    proven = spent(lambda: register.inclusion(last.size // 2, last.size, last.root[:10].hex()))
    report.add(f"the register, {store}", lines, aims, [f"one proof of inclusion: {proven * 1000:.2f} ms"])


def test_a_commit_with_the_register(opened: OpenStructure, tmp_path: Path, store: str, report: Report) -> None:
    """A commit knows nothing of the register: a follower beside it does not change what it costs."""
    engine, names = opened.engine, iter(range(1_000_000))
    register = Register(tmp_path / "ledger", "ici", "ici.fr/registre/00")

    def commits() -> float:
        began = time.process_time()
        for _ in range(sized(2, 50, 100)):
            open_dossier(engine, f"Diallo {next(names)}")
        return time.process_time() - began

    def followed() -> float:
        register.follow(engine, opened.stream("structure"))
        return commits()

    seconds = interleaved(ROUNDS, {"without a register": commits, "with one that follows": followed})
    lines = [Line(name, seconds[name], sized(2, 50, 100), "commits") for name in seconds]
    report.add(
        f"a commit, {store}", lines, [Aim("with a register", lines[1].median / lines[0].median, 1.02, "×", slack=1.2)]
    )


def test_a_pdf_with_its_proof(report: Report) -> None:
    bare = Paper(
        structure="Ici", title="Votre parcours", name="Aminata Diallo", facts=[("Où", "Mortagne")], issued="Le 3"
    )
    signer = notes.Signer(b"k" * 32, "ici.fr/registre/00")
    one = verify.checkpoint(signer.checkpoint(84_530, bytes(32)))
    proof = notes.proof(84_511, [bytes(32)] * 17, signer.checkpoint(84_530, bytes(32)), {"state": "x" * 900})
    code = f"https://pixflow.exemple.fr/preuve#{notes.code(84_512, bytes(32), one)}"
    told = replace(bare, proof=code, attached=[("fait-84512.tlog-proof", proof)])
    seconds = interleaved(
        ROUNDS, {"a PDF": lambda: spent(lambda: pdf(bare)), "with its proof": lambda: spent(lambda: pdf(told))}
    )
    lines = [Line(name, seconds[name], 1, "PDF") for name in seconds]
    report.add("a PDF", lines, [Aim("with its proof", lines[1].median / lines[0].median, 1.1, "×")])


def processor(work: Callable[[], object]) -> float:
    """The seconds of the processor that `work` takes."""
    began = time.process_time()
    work()
    return time.process_time() - began

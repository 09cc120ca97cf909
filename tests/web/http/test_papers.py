"""Each PDF follows PDF/UA-1: its identifier, its title, real lists and tables; and no page of it is nearly empty."""

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject
from segno import DataOverflowError

from web import typesetting
from web.http.papers import Paper, PaperEntry, pdf
from web.typesetting import PaperLost, compile_template

LETTER = Paper(
    structure="Mission locale",
    title="Votre parcours numérique",
    name="Zoé Petit",
    facts=[("Votre projet", "Vendeuse"), ("Une question", "Nadia Benali")],
    entries=[
        PaperEntry("Café numérique", [("Où", "Médiathèque"), ("Ensuite", "On vous attend.")]),
        PaperEntry("Atelier"),
    ],
    signatures=("Le jeune", "Pour la Mission locale"),
    issued="Document établi le 16 mars 2026",
)
PERSON = {
    "structure": "Mission locale",
    "title": "Ce que pixflow sait de vous",
    "name": "Zoé Petit",
    "lead": "Tout ce qui est enregistré sur vous.",
    "issued": "Document établi le 16 mars 2026",
    "sections": [
        {
            "title": "Votre dossier",
            "facts": [("Site", "Mortagne")],
            "entries": [{"said": "Ouvert", "stamp": "16 mars", "details": [("Site", "Mortagne")], "retracted": ""}],
        }
    ],
}


def sheet(names: int) -> Paper:
    rows = [(f"Personne {n}", "") for n in range(names)] + [("", "")] * 4
    return Paper(
        structure="Mission locale",
        title="Feuille d’émargement",
        name="Lundi 16 mars 2026",
        facts=[("Où", "Mortagne"), ("Animé par", "Nadia Benali"), ("Inscrits", f"{names} personnes")],
        titles=("Nom et prénom", "Signature"),
        rows=rows,
        signatures=("Nadia Benali", "Samir Haddad"),
        issued="Document établi le 16 mars 2026",
    )


PAPERS = {
    "letter": pdf(LETTER),
    "sheet": pdf(sheet(8)),
    "person": compile_template("privacy/person.typ", lambda: PERSON),
}


@pytest.mark.parametrize("name", PAPERS)
def test_a_pdf_names_its_standard_and_shows_its_title(name: str) -> None:
    root = PdfReader(BytesIO(PAPERS[name])).trailer["/Root"]
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()  # type: ignore[index]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]  # type: ignore[index]


def test_facts_and_actions_are_lists_and_rows_are_a_table() -> None:
    letter, table, person = (tags(PAPERS[name]) for name in ("letter", "sheet", "person"))
    assert (letter.count("L"), letter.count("LI"), letter.count("Lbl")) == (2, 4, 4)
    assert (table.count("Table"), table.count("TH"), table.count("TR")) == (1, 2, 13)
    assert (person.count("H1"), person.count("H2")) == (1, 1)
    assert (person.count("L"), person.count("LI")) == (3, 3)


@pytest.mark.parametrize("names", [1, 8, 15, 17, 20, 24, 28, 32, 40, 60])
def test_no_page_of_a_sheet_is_nearly_empty(names: int) -> None:
    pages = PdfReader(BytesIO(pdf(sheet(names)))).pages
    assert len(pages) == 1 or lowest(pages[-1]) < pages[-1].mediabox.height / 2
    assert names > 20 or len(pages) == 1


def test_a_letter_fills_the_upper_half_of_its_page_and_says_when_it_was_issued() -> None:
    (page,) = PdfReader(BytesIO(PAPERS["letter"])).pages
    assert lowest(page) < page.mediabox.height * 0.65
    assert "Document établi le 16 mars 2026" in page.extract_text()


def lowest(page: Any) -> float:
    """Returns the height, in points from the bottom, of the lowest text above the footer."""
    heights = []

    def visit(text: str, user: list[float], line: list[float], *_: Any) -> None:
        height = user[3] * line[5] + user[5]
        if text.strip() and height > 50:
            heights.append(height)

    page.extract_text(visitor_text=visit)
    return min(heights)


def tags(content: bytes) -> list[str]:
    root = PdfReader(BytesIO(content)).trailer["/Root"]
    return list(_tags(root["/StructTreeRoot"]["/K"]))  # type: ignore[index]


def _tags(node: Any) -> Iterator[str]:
    node = node.get_object()
    if isinstance(node, ArrayObject):
        for one in node:
            yield from _tags(one)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield str(node["/S"])[1:]
        if "/K" in node:
            yield from _tags(node["/K"])


def test_this_process_keeps_nothing_of_what_makes_a_pdf() -> None:
    assert "typst" not in sys.modules


def test_a_paper_that_cannot_be_made_says_why() -> None:
    with pytest.raises(PaperLost, match="No such file"):
        compile_template("papers/missing.typ", dict)


def test_its_process_starts_before_the_paper_is_drawn() -> None:
    """QR codes are drawn while Typst loads: that of a proof takes 3 ms."""
    started = set[int]()

    def draw() -> dict[str, Any]:
        for _ in range(10_000):
            started.update(makers())
            if started:
                break
            sleep(0.001)
        return PERSON

    compile_template("privacy/person.typ", draw)
    assert len(started) == 1


def test_a_paper_that_cannot_be_drawn_leaves_no_process() -> None:
    with pytest.raises(DataOverflowError):
        pdf(replace(LETTER, proof="x" * 5_000))
    assert not makers()


def test_a_text_that_no_font_draws_stops_no_paper() -> None:
    """The paper does not claim the standard then: a screen reader reads that text, a printer draws boxes."""
    made = pdf(replace(LETTER, name="李小龙", closing="À bientôt 🙂"))
    assert "Nadia Benali" in PdfReader(BytesIO(made)).pages[0].extract_text()
    assert b"pdfuaid" not in made


def test_two_are_made_at_once_whoever_asks() -> None:
    with ThreadPoolExecutor(8) as people:
        asked = [people.submit(pdf, LETTER) for _ in range(8)]
        most = 0
        while not all(one.done() for one in asked):
            most = max(most, len(makers()))
            sleep(0.001)
    assert all(one.result().startswith(b"%PDF") for one in asked)
    assert 1 <= most <= 2


def test_one_whose_process_is_killed_says_so_and_the_next_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process is slow to begin: on a busy machine one could end before it is killed."""
    with monkeypatch.context() as patch, ThreadPoolExecutor(3) as people:
        patch.setattr(typesetting, "_TYPESET", f"import time; time.sleep(600)\n{typesetting._TYPESET}")
        asked = [people.submit(pdf, LETTER) for _ in range(3)]
        while not all(one.done() for one in asked):
            for maker in makers():
                with suppress(ProcessLookupError):
                    os.kill(maker, signal.SIGKILL)
            sleep(0.001)
    assert {str(one.exception()) for one in asked} == {"code -9\n"}
    assert pdf(LETTER).startswith(b"%PDF")


def test_one_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "LONGEST", 0.01)
    with pytest.raises(PaperLost, match="longer than"):
        pdf(LETTER)
    assert not makers()


def makers() -> list[int]:
    """Returns the processes that make a PDF for this one."""
    found = [file.read_text().split() for file in Path("/proc/self/task").glob("*/children")]
    return [int(child) for some in found for child in some if b"typst" in _command(child)]


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended
        return b""

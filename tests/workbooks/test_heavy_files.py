"""Files made to cost much: each is read or refused by what it holds, in its own process, within 200 MB.

What each costs in time is compared in tests/trials/test_heavy_files.py.
"""

import subprocess
import sys
from typing import Any

import pytest

from pixflow import reading_process
from pixflow.portfolio_import.importer import read_in_turn
from pixflow.portfolio_import.reader import read
from pixflow.portfolio_import.texts import MAX_LENGTH
from pixflow.workbooks.records import MAX_BYTES, MAX_COLUMNS, MAX_LINE
from tests.workbooks import heavy_workbooks
from tests.workbooks.workbooks import workbook

MEGABYTES = 200

REFUSED = {
    "wide_rows": "workbook-too-heavy",
    "empty_cells": "workbook-too-heavy",
    "many_formats": "unpacked-too-large",
    "many_sheets": "too-many-sheets",
    "many_sheets_of_blank_rows": "workbook-too-heavy",
    "many_parts": "workbook-too-heavy",
    "one_huge_tag": "workbook-too-heavy",
    "one_huge_comment": "workbook-too-heavy",
    "one_huge_text": "workbook-too-heavy",
    "many_attributes": "workbook-too-heavy",
    "inline_texts": "workbook-too-heavy",
    "one_text_many_times": "workbook-too-heavy",
    "nested_texts": "workbook-too-heavy",
    "nested_cells": "workbook-too-heavy",
    "bomb": "unpacked-too-large",
    "bomb_that_lies": "broken-workbook",
    "bomb_of_lzma": "broken-workbook",
    "long_numbers": "workbook-too-heavy",
    "empty_rows": "workbook-too-heavy",
    "entities": "broken-workbook",
    "one_entity_many_times": "broken-workbook",
    "another_encoding": "broken-workbook",
    "cut": "broken-workbook",
    "no_zip": "broken-workbook",
    "many_entries": "workbook-too-heavy",
    "no_workbook": "not-a-workbook",
}
"""Those of the files that are refused; the others are read."""
EACH_TIME = ("bomb_that_lies", "empty_cells", "entities", "inline_texts", "many_sheets", "shared_texts")
"""One for each limit. The others cost two minutes, for trials."""


def _when(name: str) -> Any:
    return pytest.param(name, marks=() if name in EACH_TIME else pytest.mark.trial)


@pytest.mark.parametrize("name", [_when(name) for name in heavy_workbooks.MADE])
def test_each_workbook_is_read_or_refused_by_what_it_holds_within_200_megabytes(name: str) -> None:
    data = heavy_workbooks.MADE[name]()
    assert len(data) <= MAX_BYTES
    portfolio, _, megabytes = heavy_workbooks.measured(data)
    assert next((one.code for one in portfolio.problems if one.severity == "refused"), None) == REFUSED.get(name)
    assert megabytes < MEGABYTES


@pytest.mark.trial
def test_a_portfolio_of_twenty_thousand_rows_is_read_within_the_same_memory() -> None:
    portfolio, _, megabytes = heavy_workbooks.measured(heavy_workbooks.large_portfolio())
    assert (len(portfolio.rows), portfolio.problems) == (20_000, ())
    assert megabytes < MEGABYTES


def test_a_workbook_is_read_alike_in_a_process_of_its_own() -> None:
    data = workbook(("Nom", "Prénom", "Né(e) le"), ("Diallo", "Awa", "12/03/2005"), ("", "Ali", ""))
    assert read_in_turn(data) == read(data)
    assert read_in_turn(data, 2) == read(data, 2)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "workbook-too-heavy"),
        ("sys.exit(3)", "workbook-too-heavy"),
        ("reading_process.MAX_COMPUTING = 1; reading_process.limit()\nwhile True: pass", "too-long-here"),
    ],
    ids=["killed for its memory", "out of memory", "out of time"],
)
def test_a_process_ended_by_its_limits_is_a_refusal(monkeypatch: pytest.MonkeyPatch, end: str, code: str) -> None:
    program = f"import os, signal, sys; from pixflow import reading_process; {end}"
    monkeypatch.setattr(reading_process, "COMMAND", (sys.executable, "-I", "-c", program))
    (problem,) = read_in_turn(workbook(("Nom", "Prénom"))).problems
    assert (problem.severity, problem.code) == ("refused", code)


def test_the_process_has_no_more_memory_than_it_may_and_leaves_no_core() -> None:
    program = """
import resource
from pixflow.reading_process import limit
limit()
print(resource.getrlimit(resource.RLIMIT_CORE)[0])
try:
    bytearray(200_000_000)
except MemoryError:
    print("memory")
"""
    assert subprocess.check_output([sys.executable, "-I", "-c", program], text=True).split() == ["0", "memory"]


def test_a_process_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_process, "MAX_TIME", 0.001)
    monkeypatch.setattr(reading_process, "COMMAND", (sys.executable, "-I", "-c", "while True: pass"))
    (problem,) = read_in_turn(workbook(("Nom", "Prénom"))).problems
    assert (problem.severity, problem.code) == ("refused", "too-long-here")


def test_one_file_is_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_process, "MAX_WAIT", 0.01)
    with reading_process.FILES.turn():
        (problem,) = read_in_turn(b"Nom;Pr\xc3\xa9nom\nDiallo;Awa\n").problems
    assert (problem.severity, problem.code) == ("refused", "reader-busy")
    assert len(read_in_turn(b"Nom;Pr\xc3\xa9nom\nDiallo;Awa\n").rows) == 1


HEADER = "Nom;Prénom"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (HEADER + ";" * (MAX_BYTES - 50), "line-too-long", 1),
        ("\n".join((HEADER + ";a" * 250_000,) * 10), "line-too-long", 1),
        (f"{HEADER}\nDiallo;Awa{';' * MAX_LENGTH}\n", "line-too-long", 2),
        (f"{HEADER}\nDiallo;Awa\nBah;Ali{';' * MAX_COLUMNS}\n", "too-many-columns", 3),
        (HEADER + "\n" * (MAX_LINE + 1), "too-many-rows", None),
    ],
    ids=["header", "titles", "row", "columns", "blank lines"],
)
def test_a_text_has_lines_of_a_file_that_people_make(text: str, code: str, line: int | None) -> None:
    data = text.encode()
    assert len(data) <= MAX_BYTES
    (problem,) = read(data).problems
    assert (problem.severity, problem.code, problem.line) == ("refused", code, line)


def test_a_row_of_five_hundred_columns_is_read() -> None:
    assert len(read(f"{HEADER}\nDiallo;Awa{';' * (MAX_COLUMNS - 2)}\n".encode()).rows) == 1

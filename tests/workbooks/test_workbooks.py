"""Workbooks: the same rows as a CSV, what Excel makes of numbers and dates, sheets, formulas, and what is refused."""

import io
import struct
import warnings
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from pixflow.portfolio_import.entries import Entry
from pixflow.portfolio_import.reader import Portfolio, may_be_chosen, read
from pixflow.workbooks.markup import MAX_UNPACKED
from pixflow.workbooks.records import MAX_ROWS
from tests.counting import calls
from tests.portfolio_import.files import AWA, BAH, file
from tests.workbooks.workbooks import SHEET, TITLES, archive, changed, saved, workbook

NAMES = ("Nom", "Prénom")
AWA_TYPED = (
    "0012345", "DIALLO", "Awa", date(2005, 3, 12), 612345678, "Awa@example.org", "L'Aigle", "CEJ", "Printemps",
    datetime(2026, 6, 30, 12, 0), "MOREL Paul", "Vente",
)  # fmt: skip


def codes(portfolio: Portfolio) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.line) for problem in portfolio.problems]


def only(*rows: tuple[object, ...], **formats: str) -> Entry[str]:
    (entry,) = read(workbook(*rows, formats=formats)).rows
    return entry


def test_a_workbook_says_what_its_csv_says() -> None:
    typed, csv = read(workbook(TITLES, AWA_TYPED, BAH.split(";"))), read(file(AWA, BAH))
    assert (typed.columns, typed.rows, typed.problems) == (csv.columns, csv.rows, ())


CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff_"),
    max_size=12,
)


@given(st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=4))
def test_texts_are_read_alike_from_both(rows: list[list[str]]) -> None:
    header = ["N° i-Milo", "Nom", "Prénom", "Téléphone"]
    lines = (";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    text, book = read(file(*lines, header=";".join(header))), read(workbook(header, *rows))
    assert (text.columns, text.rows, text.problems) == (book.columns, book.rows, book.problems)


# --- numbers and dates


@pytest.mark.parametrize(
    ("cell", "shown_as", "number", "figures"),
    [
        ("0012345", "General", "0012345", False),
        ("12345", "General", "12345", False),
        (12345, "General", "12345", True),
        (12345.0, "0.00", "12345", True),
        (12345, "0000000", "0012345", False),
        (12345, "0000000;@", "0012345", False),
        (1234567, "0000000", "1234567", True),
        ("123.0", "General", "123", True),
    ],
)
def test_a_number_kept_as_figures_is_told(cell: object, shown_as: str, number: str, figures: bool) -> None:
    entry = only(("N° i-Milo", *NAMES), (cell, "Diallo", "Awa"), A2=shown_as)
    assert (entry.imilo_number, entry.figures) == (number, figures)


def test_a_style_that_the_workbook_does_not_have_is_none() -> None:
    data = workbook(("N° i-Milo", *NAMES), (12345, "Diallo", "Awa"))
    (entry,) = read(changed(data, SHEET, lambda xml: xml.replace('r="A2"', 'r="A2" s="99"'))).rows
    assert entry.imilo_number == "12345"


@pytest.mark.parametrize("cell", [123.5, datetime(2005, 3, 12), -5])
def test_what_is_no_number_leaves_the_row_out(cell: object) -> None:
    portfolio = read(workbook(("N° i-Milo", *NAMES), (cell, "Diallo", "Awa")))
    assert (codes(portfolio), portfolio.rows) == ([("bad-number", 2)], ())


@pytest.mark.parametrize(
    ("cell", "shown_as"),
    [
        (date(2005, 3, 12), "dd/mm/yyyy"),
        (datetime(2005, 3, 12, 23, 59), "yyyy-mm-dd hh:mm"),
        (datetime(2005, 3, 12), '[$-40C]d" "mmmm" "yyyy;@'),
        (38423, "General"),
        (38423.0, "General"),
        ("12/03/2005", "@"),
        ("12 mars 2005", "General"),
    ],
)
def test_a_day_is_a_date_a_serial_or_a_text(cell: object, shown_as: str) -> None:
    assert only((*NAMES, "Né(e) le"), ("Diallo", "Awa", cell), C2=shown_as).birth_date == date(2005, 3, 12)


def test_the_calendar_of_the_macintosh_begins_in_1904() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    assert book.active is not None
    book.active.append([*NAMES, "Né(e) le"])
    book.active.append(["Diallo", "Awa", date(2005, 3, 12)])
    assert read(saved(book)).rows[0].birth_date == date(2005, 3, 12)


@given(st.dates(date(1986, 1, 1), date(2016, 12, 31)))
def test_every_day_kept_as_a_date_is_that_day(born: date) -> None:
    assert only((*NAMES, "Né(e) le"), ("Diallo", "Awa", born)).birth_date == born


def test_a_date_that_cannot_be_is_told_and_quoted_nowhere() -> None:
    data = workbook((*NAMES, "Né(e) le"), ("Diallo", "Awa", 99_999_999), formats={"C2": "dd/mm/yyyy"})
    with warnings.catch_warnings(record=True) as said:
        assert codes(read(data)) == [("cell-error", 2)]
    assert not said


def test_a_social_security_number_kept_as_figures_refuses_the_file() -> None:
    portfolio = read(workbook((*NAMES, "Sécu"), ("Bah", "Ali", None), ("Diallo", "Awa", 205036100100242)))
    assert codes(portfolio) == [("nir", 3)]
    assert not portfolio.rows


# --- formulas


def with_formula(cell: str) -> bytes:
    """Awa, whose cell C2 is this XML."""
    data = workbook((*NAMES, "Projet"), ("Diallo", "Awa", 1), ("Bah", "Ali", 2))
    return changed(data, SHEET, lambda xml: xml.replace('<c r="C2" t="n"><v>1</v></c>', cell))


@pytest.mark.parametrize(
    ("cell", "project"),
    [
        ('<c r="C2" t="str"><f>A2&amp;" en vente"</f><v>Vente</v></c>', "Vente"),
        ('<c r="C2"><f t="shared" ref="C2:C3" si="0">1+1</f><v>2</v></c>', "2"),
        ('<c r="C2" t="str"><f>IF(A2="","x","")</f><v></v></c>', None),
        ('<c r="C2"/>', None),
    ],
)
def test_a_formula_says_the_value_that_was_kept(cell: str, project: str | None) -> None:
    portfolio = read(with_formula(cell))
    assert [(row.line, row.project) for row in portfolio.rows] == [(2, project), (3, "2")]
    assert not portfolio.problems


@pytest.mark.parametrize(
    ("cell", "code", "value"),
    [
        ("<c r='C2'><f>A2&amp;B2</f><v></v></c>", "formula-empty", ""),
        ("<c r='C2'><f>A2&amp;B2</f></c>", "formula-empty", ""),
        ("<c r='C2' t='e'><f>VLOOKUP(A2,D:E,2,0)</f><v>#N/A</v></c>", "cell-error", "#N/A"),
    ],
)
def test_a_formula_without_a_value_leaves_its_row_out_with_a_problem(cell: str, code: str, value: str) -> None:
    portfolio = read(with_formula(cell))
    (problem,) = portfolio.problems
    assert (problem.severity, problem.code, problem.line, problem.field, problem.value) == (
        "left",
        code,
        2,
        "project",
        value,
    )
    assert [row.last_name for row in portfolio.rows] == ["Bah"]


def test_a_formula_in_a_column_that_is_not_read_does_not_matter() -> None:
    data = workbook((*NAMES, "Âge"), ("Diallo", "Awa", 1))
    empty = changed(data, SHEET, lambda xml: xml.replace('<c r="C2" t="n"><v>1</v></c>', '<c r="C2"><f>1+1</f></c>'))
    assert (len(read(empty).rows), read(empty).problems) == (1, ())


# --- rows, titles and sheets


def test_merged_titles_may_stand_above_the_header_and_blank_rows_anywhere() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "Portefeuille au 1er juin"
    sheet.merge_cells("A1:D2")
    for line, row in {4: (*NAMES, None, "Site"), 5: ("Diallo", "Awa"), 8: ("Bah", "Ali", "note", "Mortagne")}.items():
        for place, value in enumerate(row, 1):
            sheet.cell(line, place, value)
    for line in range(9, 60):
        sheet.cell(line, 1).font = Font(bold=True)
        sheet.cell(line, 2, "  ")
    portfolio = read(saved(book))
    assert [(row.line, row.last_name, row.site) for row in portfolio.rows] == [
        (5, "Diallo", None),
        (8, "Bah", "Mortagne"),
    ]
    assert not portfolio.problems


def test_cells_beside_the_table_are_columns_without_a_title() -> None:
    portfolio = read(workbook(NAMES, ("Diallo", "Awa", "à rappeler"), ("Bah", "Ali")))
    assert [column.header for column in portfolio.columns] == ["Nom", "Prénom", ""]
    assert (len(portfolio.rows), portfolio.problems) == (2, ())


def test_what_a_file_says_of_its_own_size_is_not_believed() -> None:
    data = changed(workbook(NAMES, ("Diallo", "Awa")), SHEET, lambda xml: xml.replace('ref="A1:B2"', 'ref="A1"'))
    assert len(read(data).rows) == 1


def test_a_cell_far_away_costs_nothing() -> None:
    data = workbook(NAMES, ("Diallo", "Awa"))
    row = '<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
    far = changed(data, SHEET, lambda xml: xml.replace("</sheetData>", row))
    assert calls(lambda: read(far)) < 2 * calls(lambda: read(data))
    assert len(read(far).rows) == 1


def test_of_several_sheets_the_one_whose_header_fits_is_read() -> None:
    portfolio = read(workbook(("Lisez-moi",), title="Notice", Liste=[NAMES, ("Diallo", "Awa")], Vide=[]))
    assert [(sheet.position, sheet.name) for sheet in portfolio.sheets] == [(2, "Liste")]
    assert [row.last_name for row in portfolio.rows] == ["Diallo"]


def test_when_several_fit_one_must_be_chosen() -> None:
    data = workbook(NAMES, ("Diallo", "Awa"), title="CEJ", Notes=[("x",)], PACEA=[NAMES, ("Bah", "Ali")])
    portfolio = read(data)
    (problem,) = portfolio.problems
    assert (problem.severity, problem.code, problem.value) == ("refused", "several-sheets", "1. CEJ · 3. PACEA")
    assert [(sheet.position, sheet.name) for sheet in portfolio.sheets] == [(1, "CEJ"), (3, "PACEA")]
    assert [read(data, sheet).rows[0].last_name for sheet in (1, 3)] == ["Diallo", "Bah"]
    assert [codes(read(data, sheet)) for sheet in (2, 4)] == [[("no-names", None)], [("unknown-sheet", None)]]


def test_a_hidden_sheet_is_read_only_when_it_is_asked_for() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for sheet, name in ((book.active, "Diallo"), (book.create_sheet("Avant"), "Bah")):
        sheet.append(NAMES)
        sheet.append((name, "Awa"))
    book["Avant"].sheet_state = "hidden"
    data = saved(book)
    assert [read(data, sheet).rows[0].last_name for sheet in (None, 2)] == ["Diallo", "Bah"]


def test_when_no_header_is_known_the_filled_sheets_may_be_chosen_and_the_sheets_are_named() -> None:
    data = workbook(("a", "b"), ("Diallo", "Awa"), title="Un", Deux=[("c", "d"), ("Bah", "Ali")])
    asked = read(data)
    assert may_be_chosen(asked)
    assert [(one.code, one.value) for one in asked.problems] == [("several-sheets", "1. Un · 2. Deux")]
    assert [one.last_name for one in read(data, 2, ((1, "last_name"), (2, "first_name"))).rows] == ["Bah"]
    (problem,) = read(workbook(title="Un", Deux=[])).problems
    assert (problem.code, problem.value) == ("no-sheet", "1. Un · 2. Deux")
    assert codes(read(workbook(("a",)))) == [("no-names", None)]


# --- what is refused

LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old-workbook"),
        (LOCKED, "locked-workbook"),
        (
            archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content_dot_xml=b"<x/>"),
            "other-workbook",
        ),
        (archive(xl__workbook_dot_bin=b"x"), "other-workbook"),
        (archive(word__document_dot_xml=b"<w/>"), "not-a-workbook"),
        (archive(portefeuille_dot_csv=file(AWA)), "not-a-workbook"),
        (archive(xl__workbook_dot_xml=b"<workbook/>"), "broken-workbook"),
        (b"PK\x03\x04rest", "broken-workbook"),
        (workbook(NAMES, ("Diallo", "Awa"))[:-200], "broken-workbook"),
        (workbook(), "no-names"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_workbook_is_refused_in_words(data: bytes, code: str) -> None:
    is_refused(data, code)


def test_too_many_rows_are_refused_in_words() -> None:
    is_refused(workbook(NAMES, *[("a", "b")] * (MAX_ROWS + 1)), "too-many-rows")


def is_refused(data: bytes, code: str) -> None:
    portfolio = read(data)
    assert codes(portfolio) == [(code, None)]
    assert portfolio.refused


def test_a_bomb_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    data = changed(workbook(NAMES), SHEET, lambda xml: xml + " " * (MAX_UNPACKED + 1))
    assert len(data) < 200_000
    opened: list[str] = []
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda archive, name: opened.append(name))
    assert codes(read(data)) == [("unpacked-too-large", None)]
    assert opened == []


def test_a_bomb_that_lies_about_its_size_is_not_believed() -> None:
    honest = changed(workbook(NAMES), SHEET, lambda xml: xml + " " * (MAX_UNPACKED + 1))
    with zipfile.ZipFile(io.BytesIO(honest)) as opened:
        told = struct.pack("<L", opened.getinfo(SHEET).file_size)
    lying = honest.replace(told, struct.pack("<L", 1_000))
    assert lying != honest
    assert codes(read(lying)) == [("broken-workbook", None)]


def test_entities_that_multiply_are_refused() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 20}">' for n in range(1, 9))
    doctype = f'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY l0 "ha">{laughs}]>'
    data = changed(
        workbook(NAMES, ("Diallo", "Awa")), SHEET, lambda xml: doctype + xml.replace("<sheetData>", "<sheetData>&l8;")
    )
    assert codes(read(data)) == [("broken-workbook", None)]


SOUND = workbook(NAMES, ("Diallo", "Awa"))


@given(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_is_read_or_refused_in_words(place: int, instead: bytes) -> None:
    portfolio = read(SOUND[:place] + instead + SOUND[place + len(instead) :])
    assert portfolio.refused or portfolio.columns


@given(st.binary(max_size=300))
def test_any_archive_is_refused_in_words(data: bytes) -> None:
    assert read(b"PK\x03\x04" + data).refused

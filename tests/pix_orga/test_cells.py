"""Values of single cells, in original and edited files."""

from dataclasses import replace
from decimal import Decimal

import pytest

from pixflow.pix_orga.cells import unguard
from pixflow.pix_orga.reader import read
from pixflow.pix_orga.samples import cell
from tests.pix_orga.files import PENDING, SHARED, changed, codes, file


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("'=Bono", "=Bono"),
        ("'@Jean", "@Jean"),
        ("'+336", "+336"),
        ("'-Moreau", "-Moreau"),
        ("'Abdallah", "'Abdallah"),
        ("D'Ornano", "D'Ornano"),
        ("''=x", "''=x"),
        ("-5", "-5"),
        ("'", "'"),
        ("", ""),
    ],
)
def test_only_the_formula_guard_is_removed(written: str, said: str) -> None:
    assert unguard(written) == said


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1, "1"),
        (Decimal("0.670"), "0,67"),
        (Decimal("1.00"), "1"),
        (Decimal(10), "10"),
        (Decimal("0"), "0"),
        ("0012345", "0012345"),
        ("12-345", "12-345"),
        ("-5", "-5"),
        ("2024-05-14", "2024-05-14"),
        ("=x", '"\'=x"'),
        ('a "b"', '"a ""b"""'),
        ("NA", '"NA"'),
        ("", '""'),
        (None, '""'),
    ],
)
def test_cells_are_written_as_pix_orga_writes_them(value: str | int | Decimal | None, written: str) -> None:
    assert cell(value) == written


def test_a_line_is_where_a_record_starts_even_after_names_on_several_lines() -> None:
    rows = [replace(SHARED, last_name="Le\nGrand"), PENDING, replace(SHARED, first_name="A\r\nB")]
    export = read(file(*rows))
    assert [(row.line, row.last_name, row.first_name) for row in export.rows] == [
        (2, "Le\nGrand", "Éloïse"),
        (4, "Diallo", "Éloïse"),
        (5, "Diallo", "A\r\nB"),
    ]


def test_blank_lines_are_not_rows() -> None:
    assert [row.line for row in read(file(SHARED) + b"\n\n").rows] == [2]


def test_na_is_never_zero() -> None:
    row = read(file(SHARED, PENDING)).rows[1]
    assert (row.mastery, row.palier, row.badges, row.competences, row.skills) == (None, None, (), (), ())
    zero = read(file(replace(SHARED, mastery=Decimal(0), palier=0))).rows[0]
    assert (zero.mastery, zero.palier) == (Decimal(0), 0)


def test_an_external_id_that_says_na_is_a_text() -> None:
    assert read(file(replace(SHARED, external_id="NA"))).rows[0].external_id == "NA"


def test_nan_leaves_the_part_out() -> None:
    row = read(changed(";0,5;6;3;", ";NaN;0;0;")).rows[0]
    assert (row.competences, row.domains, row.mastery) == ((), SHARED.domains, Decimal("0.5"))


@pytest.mark.parametrize(("mastery", "told"), [("0.49", False), ("0.51", False), ("0.52", True), ("0.48", True)])
def test_mastery_may_differ_by_a_hundredth(mastery: str, told: bool) -> None:
    assert (("mastery-mismatch", 2) in codes(file(replace(SHARED, mastery=Decimal(mastery))))) == told


def test_files_of_other_programs_are_read_with_a_warning() -> None:
    for encoding in ("utf-8", "cp1252", "utf-16"):
        data = file(SHARED, PENDING)[3:].decode().replace("\n", "\r\n").replace('"', "").encode(encoding)
        assert [replace(row, line=2) for row in read(data).rows] == [SHARED, PENDING]


@pytest.mark.parametrize("text", ["0033612345678", "+33612345678", "1234567890123", "12345678901234", "0012345"])
def test_other_long_numbers_are_no_nir(text: str) -> None:
    assert read(file(replace(SHARED, external_id=text))).problems == ()

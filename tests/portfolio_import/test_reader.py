"""Reading: headers, encodings, delimiters, dates, and what is refused."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.portfolio_import.columns import read_columns
from pixflow.portfolio_import.entries import day
from pixflow.portfolio_import.reader import read
from pixflow.workbooks.records import MAX_ROWS
from tests.portfolio_import.files import AWA, BAH, HEADER, file


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("N° dossier", "imilo_number"),
        ("Numéro i-Milo", "imilo_number"),
        ("N° de dossier i-Milo", "imilo_number"),
        ("NUMERO DE DOSSIER", "imilo_number"),
        ("Nom", "last_name"),
        ("Nom de naissance", "last_name"),
        ("NOM D'USAGE", "last_name"),
        ("Prénom", "first_name"),
        ("prenom du jeune", "first_name"),
        ("Date de naissance", "birth_date"),
        ("Né(e) le", "birth_date"),
        ("Née le", "birth_date"),
        ("Tél. mobile", "phone"),
        ("Téléphone portable", "phone"),
        ("N° de téléphone", "phone"),
        ("Courriel", "email"),
        ("E-mail", "email"),
        ("Adresse électronique", "email"),
        ("Adresse mail", "email"),
        ("Site", "site"),
        ("Lieu d’accueil", "site"),
        ("Dispositif en cours", "programme"),
        ("Groupe CEJ", "group"),
        ("Fin de la période collective", "collective_end"),
        ("Conseiller référent", "advisor"),
        ("Conseiller·ère référent·e", "advisor"),
        ("E-mail du conseiller", "advisor"),
        ("Projet professionnel", "project"),
        ("Métier visé", "project"),
        ("Commune", "commune"),
        ("Ville de résidence", "commune"),
        ("Code postal", "commune"),
        ("Ville de naissance", None),
        ("Prénom du conseiller", None),
        ("", None),
    ],
)
def test_headers_are_read_whatever_their_accents_and_little_words(header: str, field: str | None) -> None:
    assert [column.field for column in read_columns([header])] == [field]


def test_a_control_character_leaves_its_row_out() -> None:
    portfolio = read(file(AWA.replace("DIALLO", "DIAL\x1b[31mLO"), BAH))
    assert [(one.severity, one.code, one.line, one.field) for one in portfolio.problems] == [
        ("left", "control-character", 2, "last_name")
    ]
    assert [row.last_name for row in portfolio.rows] == ["BAH"]


def test_a_line_is_read_field_by_field() -> None:
    portfolio = read(file(AWA, BAH))
    awa, bah = portfolio.rows
    assert not portfolio.problems
    assert (awa.line, awa.imilo_number, awa.last_name, awa.first_name) == (2, "0012345", "DIALLO", "Awa")
    assert (awa.birth_date, awa.phone, awa.email) == (date(2005, 3, 12), "+33612345678", "awa@example.org")
    assert (awa.site, awa.programme, awa.group, awa.collective_end) == (
        "L'Aigle",
        "CEJ",
        "Printemps",
        date(2026, 6, 30),
    )
    assert (awa.advisor, awa.project) == ("MOREL Paul", "Vente")
    assert (bah.phone, bah.email, bah.advisor, bah.project) == (None, None, None, None)


def test_the_columns_say_what_was_read_as_what_and_what_was_ignored() -> None:
    columns = read(file("x;DIALLO;Awa;non", header="Note;Nom;Prénom;Permis")).columns
    assert [(c.position, c.header, c.field) for c in columns] == [
        (1, "Note", None),
        (2, "Nom", "last_name"),
        (3, "Prénom", "first_name"),
        (4, "Permis", None),
    ]


def test_a_column_that_counts_the_rows_gives_no_number() -> None:
    portfolio = read(file("1;0012345;Diallo;Awa", "2;;Bah;Ali", header="N°;N° de dossier;Nom;Prénom"))
    assert [column.field for column in portfolio.columns] == [None, "imilo_number", "last_name", "first_name"]
    assert [row.imilo_number for row in portfolio.rows] == ["0012345", None]


@pytest.mark.parametrize(("text", "number"), [("123.0", "123"), ("123.00", "123"), ("0123.0", "0123")])
def test_a_number_written_as_a_decimal_loses_its_point(text: str, number: str) -> None:
    (row,) = read(file(f"{text};Diallo;Awa", header="N°;Nom;Prénom")).rows
    assert (row.imilo_number, row.figures) == (number, True)


def test_of_two_columns_for_one_field_the_preferred_that_is_filled_counts() -> None:
    header = "Nom de naissance;Nom d'usage;Prénom;Téléphone fixe;Portable"
    rows = read(file("Diallo;Bah;Awa;0233112233;", "Diallo;;Awa;0233112233;0612345678", header=header)).rows
    assert [(row.last_name, row.phone) for row in rows] == [("Bah", "+33233112233"), ("Diallo", "+33612345678")]


@pytest.mark.parametrize(
    ("header", "cells", "commune"),
    [
        ("Commune", "Tarbes", "65440"),
        ("Ville;Code postal", "Saint-Denis;97400", "97411"),
        ("Code postal;Ville", "93200;SAINT DENIS", "93066"),
        ("Code postal;Ville", "1000;Bourg-en-Bresse", "01053"),
        ("Code INSEE", "61214", "61214"),
        ("Code postal", "65000", "65440"),
        ("Commune;Code postal", ";", None),
    ],
)
def test_a_commune_is_read_by_its_name_and_its_postal_code(header: str, cells: str, commune: str | None) -> None:
    portfolio = read(file(f"Diallo;Awa;{cells}", header=f"Nom;Prénom;{header}"))
    assert ([row.commune for row in portfolio.rows], portfolio.problems) == ([commune], ())


def test_a_commune_that_may_be_several_is_left_empty() -> None:
    portfolio = read(file("Diallo;Awa;Saint-Denis", header="Nom;Prénom;Ville"))
    assert [(one.severity, one.code, one.field) for one in portfolio.problems] == [
        ("warning", "bad-commune", "commune")
    ]
    assert [row.commune for row in portfolio.rows] == [None]


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_three_delimiters_and_titles_above_the_header(mark: str) -> None:
    lines = f"Portefeuille au 1er juin\n\nNom{mark}Prénom{mark}Site\nDiallo{mark}Awa{mark}L'Aigle\n"
    (row,) = read(lines.encode()).rows
    assert (row.line, row.last_name, row.site) == (4, "Diallo", "L'Aigle")


def test_columns_are_read_as_somebody_says() -> None:
    data = file("1;Diallo;Awa;12/03/2005", header="Ref;Identite;Petit nom;Quand")
    unread = read(data)
    assert [column.header for column in unread.columns] == ["Ref", "Identite", "Petit nom", "Quand"]
    assert [problem.code for problem in unread.problems] == ["no-names"]
    chosen = read(data, None, [(2, "last_name"), (3, "first_name"), (4, "birth_date")])
    (row,) = chosen.rows
    assert (row.line, row.last_name, row.first_name, row.birth_date) == (2, "Diallo", "Awa", date(2005, 3, 12))
    assert [problem.code for problem in read(data, None, [(2, "last_name")]).problems] == ["no-names"]


def test_a_column_chosen_by_hand_comes_before_its_like_and_one_may_be_ignored() -> None:
    data = file("Diallo;Bah;Awa;0612345678;0233112233", header="Nom;Nom marital;Prénom;Portable;Joindre")
    (row,) = read(data, None, [(2, "last_name"), (4, None), (5, "phone")]).rows
    assert (row.last_name, row.phone) == ("Bah", "+33233112233")


def test_windows_1252_is_read_with_a_warning() -> None:
    portfolio = read("Nom;Prénom\nLefèvre;Noé\n".encode("cp1252"))
    assert portfolio.rows[0].first_name == "Noé"
    assert [problem.code for problem in portfolio.problems] == ["cp1252"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<html><table><tr><td>Nom</td></tr></table>", "web-page"),
        (b"Nom\0;Pr", "encoding"),
        (b"\x81\x8d\xff", "encoding"),
        (b"a;b\n1;2\n", "no-names"),
        (b'Nom;Prenom\n"Diallo;Awa\n', "broken-quotes"),
        (b"x" * (5 * 1024 * 1024 + 1), "too-large"),
        (b"Nom;Prenom\n" + b"a;b\n" * (MAX_ROWS + 1), "too-many-rows"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    portfolio = read(data)
    assert portfolio.refused
    assert [problem.code for problem in portfolio.problems if problem.severity == "refused"] == [code]
    assert not portfolio.rows


@pytest.mark.parametrize("place", range(12))
def test_a_social_security_number_anywhere_refuses_the_file_and_is_not_repeated(place: int) -> None:
    cells = AWA.split(";")
    cells[place] = "2 05 03 61 001 002 " + f"{97 - 2050361001002 % 97:02d}"
    portfolio = read(file(BAH, ";".join(cells)))
    (problem,) = portfolio.problems
    assert (problem.code, problem.line, problem.value) == ("nir", 3, "")
    assert not portfolio.rows


def test_a_social_security_number_in_an_ignored_column_too() -> None:
    portfolio = read(file("Diallo;Awa;2050361001002", header="Nom;Prénom;Sécu"))
    assert portfolio.refused


NIR = "2 05 03 61 001 002"


def test_a_social_security_number_names_its_cells_and_their_column() -> None:
    (problem,) = read(file(AWA.replace("Vente", f"Vente {NIR}"), BAH)).problems
    assert (problem.code, problem.line, problem.column) == ("nir", 2, "Projet professionnel")
    header = "Nom;Prénom;Projet;Note"
    twice = read(file(f"Bah;Ali;{NIR};x", f"Diallo;Awa;x;{NIR}", "Roy;Léa;Soins;", header=header)).problems
    assert [(one.code, one.line, one.column) for one in twice] == [("nir", 2, "Projet"), ("nir", 3, "Note")]


def test_a_column_of_social_security_numbers_is_told_once() -> None:
    (problem,) = read(file(f"Bah;Ali;{NIR}", f"Diallo;Awa;{NIR}", "Roy;Léa;x", header="Nom;Prénom;Sécu")).problems
    assert (problem.code, problem.line, problem.column) == ("nir-column", None, "Sécu")


def test_a_social_security_number_in_the_titles_is_found_and_not_repeated() -> None:
    (problem,) = read(file("Bah;Ali;x", header=f"Nom;Prénom;{NIR}")).problems
    assert (problem.code, problem.line, problem.column) == ("nir", 1, "C")


@pytest.mark.parametrize(
    ("line", "severity", "code", "field"),
    [
        (AWA.replace("DIALLO", " "), "left", "name-missing", "last_name"),
        (AWA.replace("Awa;", ";"), "left", "name-missing", "first_name"),
        (AWA.replace("0012345", "12/45"), "left", "bad-number", "imilo_number"),
        (AWA.replace("0012345", "en cours"), "left", "bad-number", "imilo_number"),
        (AWA + ";encore", "left", "cell-count", None),
        (AWA.replace("12/03/2005", "31/02/2005"), "warning", "bad-date", "birth_date"),
        (AWA.replace("06 12 34 56 78", "06 12"), "warning", "bad-phone", "phone"),
        (AWA.replace("Awa@example.org", "Awa@"), "warning", "bad-email", "email"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(line: str, severity: str, code: str, field: str | None) -> None:
    portfolio = read(file(BAH, line))
    (problem,) = portfolio.problems
    assert (problem.severity, problem.code, problem.line, problem.field) == (severity, code, 3, field)
    assert len(portfolio.rows) == (1 if severity == "left" else 2)


def test_a_short_line_says_nothing_of_the_rest() -> None:
    (row,) = read(file("0012345;DIALLO;Awa")).rows
    assert row.birth_date is None


@pytest.mark.parametrize("text", ["612345678", "33612345678", "6 12 34 56 78"])
def test_a_phone_whose_zero_or_plus_a_spreadsheet_ate_is_french(text: str) -> None:
    assert read(file(f"Diallo;Awa;{text}", header="Nom;Prénom;Tél")).rows[0].phone == "+33612345678"


@pytest.mark.parametrize(
    "text",
    [
        "12/03/2005", "12-03-2005", "12.3.2005", "12 03 2005", "12/03/05", "2005-03-12", "2005-03-12 00:00:00",
        "2005-03-12T00:00:00", "12/03/2005 00:00", "12 mars 2005", "12 MARS 2005", "38423",
    ],
)  # fmt: skip
def test_dates_as_people_write_them(text: str) -> None:
    assert day(text) == date(2005, 3, 12)


def test_other_months_and_centuries() -> None:
    assert (day("1er août 2004"), day("3 fév. 2004"), day("01/02/98")) == (
        date(2004, 8, 1),
        date(2004, 2, 3),
        date(1998, 2, 1),
    )


@pytest.mark.parametrize("text", ["", "hier", "13/13/2005", "2005", "12 jui 2005", "12/03", "99999"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError):
        day(text)


@given(st.dates(date(1986, 1, 1), date(2016, 12, 31)))
def test_every_form_of_a_day_is_that_day(born: date) -> None:
    serial = str((born - date(1899, 12, 30)) // timedelta(days=1))
    forms = (f"{born:%d/%m/%Y}", f"{born:%d.%m.%y}", born.isoformat(), f"{born.day}/{born.month}/{born.year}", serial)
    assert {day(form) for form in forms} == {born}


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    portfolio = read(data)
    assert portfolio.refused or portfolio.columns


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_any_text_after_a_header_is_read_or_told(text: str) -> None:
    portfolio = read(f"{HEADER}\n{text}".encode())
    assert portfolio.columns or portfolio.refused

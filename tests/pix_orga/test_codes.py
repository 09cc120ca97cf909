"""Each code has a file that earns it, at its line, with the details the package documents."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

import pixflow.pix_orga
from pixflow.pix_orga.cells import MAX_BYTES
from pixflow.pix_orga.export import CODES, ExportCampaign, PartResult
from pixflow.pix_orga.reader import MAX_ROWS, read
from pixflow.pix_orga.samples import write_export
from tests.pix_orga import profile_files
from tests.pix_orga.files import ATELIER, BOM, CAMPAIGN, DATA, PENDING, SHARED, changed, file

OCTOBER = '"26/10/2025 02:30"'
START = '"11/05/2026 15:00"'
PARIS = "Date et heure de début (Europe/Paris)"
LEVEL = "Niveau pour la compétence Mener une recherche et une veille d’information"
SENT_AT = "Date et heure de l'envoi (Europe/Paris)"
NAME = "resultats-x-7001-{}.csv"
BINARY_ZIP = b"PK\x03\x04" + bytes(40)


def two_campaigns() -> bytes:
    return file() + write_export(ExportCampaign(7002, "ABCDEF234", "Atelier été"), [SHARED] * 3).split(b"\n", 1)[1]


def of_organisations(first: str, second: str) -> bytes:
    data = [write_export(CAMPAIGN, [SHARED], organisation=name) for name in (first, second)]
    return data[0] + data[1].split(b"\n", 1)[1]


def many_rows() -> bytes:
    header, row = file().splitlines(keepends=True)
    short = b";".join(b"" for _ in row.split(b";")) + b"\n"
    return header + short * (MAX_ROWS + 1)


Case = tuple[Callable[[], bytes], str, int | None, dict[str, str] | None]


def nir_case(text: str) -> Case:
    return (lambda: file(replace(SHARED, external_id=text)), "", 2, {"column": "Numéro de dossier i-Milo"})


CASES: dict[str, list[Case]] = {
    "apple-double": [
        (file, "._" + NAME.format("2026-05-12-0910"), None, {}),
        (lambda: b"\0\5\x16\7\0\2", "", None, {}),
    ],
    "too-large": [(lambda: b"x" * (MAX_BYTES + 1), "", None, {"bytes": "5242881", "limit": "5242880"})],
    "zip": [(lambda: BINARY_ZIP, "a.csv", None, {})],
    "spreadsheet": [
        (lambda: BINARY_ZIP + b"xl/workbook.xml", "a.csv", None, {"format": "xlsx"}),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1", "", None, {"format": "xls"}),
        (lambda: BINARY_ZIP + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "", None, {"format": "ods"}),
    ],
    "empty": [(lambda: b"", "", None, {}), (lambda: BOM, "", None, {}), (lambda: BOM + b"\n \n", "", None, {})],
    "encoding": [
        (lambda: BOM + b"\xff\xfe", "", None, {}),
        (lambda: b'"\x81\xe9"\n', "", None, {}),
        (lambda: b"a\0b\n", "", None, {}),
        (lambda: b"\xff\xfea", "", None, {}),
    ],
    "not-pix-orga": [
        (lambda: BOM + b'"nom";"prenom"\n"a";"b"\n', "", None, {}),
        (lambda: BOM + b'"unclosed', "", None, {}),
        (lambda: BOM + b";" * 300_000, "", None, {}),
    ],
    "english-export": [
        (lambda: BOM + '"Organisation’s name";"Campaign ID"\n'.encode(), "", None, {}),
        (lambda: BOM + b'"Organisation\'s name","Participant\'s last name"\n', "", None, {}),
    ],
    "header-unknown": [
        (
            lambda: changed('"ID Campagne";', '"Autre";'),
            "",
            1,
            {"position": "2", "header": "Autre", "expected": "ID Campagne"},
        ),
        (lambda: changed("'@web2", "web2"), "", 1, {"position": "23", "header": "web2", "expected": ""}),
        (lambda: changed("profil cible du domaine Communication", "profil cible du domaine X"), "", 1, None),
    ],
    "header-missing": [
        (lambda: changed('"Partage (O/N)";', ""), "", 1, {"header": "Partage (O/N)"}),
        (lambda: BOM + file().split(b';"% maitrise')[0][3:] + b"\n", "", 1, None),
    ],
    "too-many-rows": [(many_rows, "", None, {"limit": "20000"})],
    "broken-quotes": [
        (lambda: file() + b'"Mission', "", 3, {}),
        (lambda: changed('"Éloïse"', '"Élo"ïse'), "", 2, {}),
        (lambda: changed("Éloïse", "É" * 200_000), "", 2, {}),
    ],
    "cell-count": [
        (lambda: file(PENDING, SHARED).rsplit(b";", 1)[0] + b"\n", "", 3, {"expected": "23", "found": "22"}),
        (lambda: changed(";12347;", ";12347;1;"), "", 2, {"expected": "23", "found": "24"}),
    ],
    "several-campaigns": [(two_campaigns, "", 3, {"first": "7001", "other": "7002"})],
    "several-organisations": [
        (lambda: of_organisations("Perche", "Ailleurs"), "", 3, {"first": "Perche", "other": "Ailleurs"})
    ],
    "organisation-missing": [
        (lambda: of_organisations("Perche", ""), "", 3, {}),
        (lambda: of_organisations(" ", "Perche"), "", 2, {}),
        (lambda: of_organisations("\u200b", "Perche"), "", 2, {}),
    ],
    "integer": [
        (lambda: changed(";7001;", ";7001,0;"), "", 2, {"column": "ID Campagne", "value": "7001,0"}),
        (lambda: changed(";6;3;", ";6;trois;"), "", 2, None),
        (lambda: changed(";6;3;", ";-6;3;"), "", 2, None),
        (lambda: changed(";6;3;", ";6;٣;"), "", 2, None),
        (lambda: changed(";7001;", ";2147483648;"), "", 2, None),
    ],
    "level-range": [(lambda: profile_files.changed(";5;1;9;", ";5;9;9;"), "", 2, {"column": LEVEL[:60], "value": "9"})],
    "rate": [
        (lambda: changed(";12347;1;", ";12347;fini;"), "", 2, {"column": "% de progression", "value": "fini"}),
        (lambda: changed(";0,5;6;3;", ";;6;3;"), "", 2, None),
    ],
    "rate-range": [
        (lambda: changed(";12347;1;", ";12347;73;"), "", 2, {"column": "% de progression", "value": "73"}),
        (lambda: changed(";12347;1;", ";12347;73 %;"), "", 2, {"column": "% de progression", "value": "73 %"}),
        (lambda: changed(";12347;1;", ";12347;0,7%;"), "", 2, None),
        (lambda: changed(";12347;1;", ";12347;-0,5;"), "", 2, None),
    ],
    "yes-no": [(lambda: changed('"Oui";"11/05', '"oui";"11/05'), "", 2, {"column": "Partage (O/N)", "value": "oui"})],
    "skill": [(lambda: changed('"OK"', '"PRESQUE"'), "", 2, {"column": "@web1", "value": "PRESQUE"})],
    "date": [
        (lambda: changed(START, '"31/02/2026 10:00"'), "", 2, {"column": PARIS, "value": "31/02/2026 10:00"}),
        (lambda: changed(START, '"29/03/2026 02:30"'), "", 2, None),
        (lambda: changed(START, "11/05/2026"), "", 2, None),
        (lambda: changed(START, "2026-13-01"), "", 2, None),
        (lambda: changed(START, '"2026-05-11T25:00:00Z"'), "", 2, None),
    ],
    "date-zone": [
        (lambda: changed(PARIS, "Date de début"), "", 2, {"column": "Date de début", "value": "11/05/2026 15:00"}),
        (lambda: changed(START, '"2026-05-11T13:00:00"'), "", 2, None),
    ],
    "control-character": [
        (lambda: file(replace(SHARED, last_name="Dia\x1b[31mllo")), "", 2, {"column": "Nom du Participant"}),
        (lambda: changed("Éloïse", "Élo\x07ïse"), "", 2, {"column": "Prénom du Participant"}),
        (lambda: changed("@web2", "@web2\x1b"), "", 1, None),
    ],
    "palier-range": [(lambda: file(replace(SHARED, palier=5)), "", 2, {"value": "5", "most": "4"})],
    "result-not-shared": [
        (lambda: changed('"Oui";"11/05', '"Non";"11/05'), "", 2, None),
        (lambda: file(SHARED, PENDING)[:-5] + b'"OK"\n', "", 3, {"column": "@web2"}),
    ],
    "na-on-shared": [(lambda: changed('"Non testé"', '"NA"'), "", 2, {"column": "@web2"})],
    "sent-without-date": [
        (lambda: profile_files.file(replace(profile_files.SENT, shared_at=None)), "", 2, {"column": SENT_AT})
    ],
    "nir": [
        nir_case("1850578006084"),
        nir_case("185057800608436"),
        nir_case("2 85 05 2A 006 084 36"),
        nir_case("NIR 1-85-05-78-006-084"),
        (lambda: file(replace(SHARED, last_name="Diallo 185057800608436")), "", 2, {"column": "Nom du Participant"}),
    ],
    "no-bom": [(lambda: file()[3:], "", None, {})],
    "utf-16": [(lambda: file()[3:].decode().encode("utf-16"), "", None, {})],
    "cp1252": [(lambda: file()[3:].decode().encode("cp1252"), "", None, {})],
    "delimiter": [
        (lambda: changed(",", ".").replace(b";", b","), "", None, {"delimiter": "comma"}),
        (lambda: changed(";", "\t"), "", None, {"delimiter": "tab"}),
    ],
    "resaved": [(lambda: changed("\n", "\r\n"), "", None, {}), (lambda: changed('"', ""), "", None, {})],
    "no-final-newline": [(lambda: file()[:-1], "", None, {})],
    "export-hour-unsure": [(file, NAME.format("2022-11-03-0410"), None, {"date": "2022-11-03", "time": "04:10"})],
    "external-id-column-unknown": [(file, "", None, {"header": "Matricule"})],
    "validation-bug": [
        (file, NAME.format("2024-12-20-1000"), None, {}),
        (file, NAME.format("2025-01-13-2359"), None, {}),
    ],
    "ambiguous-hour": [(lambda: changed(START, OCTOBER), "", 2, {"column": PARIS, "value": "26/10/2025 02:30"})],
    "mastery-null": [(lambda: file(replace(SHARED, mastery=None)), "", 2, {})],
    "mastery-mismatch": [
        (
            lambda: file(replace(SHARED, competences=(PartResult("Interagir", SHARED.competences[0].rate, 6, 0),))),
            "",
            2,
            {"rate": "0.5", "mastered": "0", "targeted": "6"},
        )
    ],
    "pix-null": [(lambda: profile_files.file(replace(profile_files.SENT, pix=None)), "", 2, {})],
    "pix-mismatch": [
        (lambda: profile_files.file(replace(profile_files.SENT, pix=12)), "", 2, {"pix": "12", "total": "89"})
    ],
    "certifiable-mismatch": [
        (lambda: profile_files.file(replace(profile_files.SENT, certifiable=False)), "", 2, {"counted": "5"}),
        (lambda: profile_files.file(replace(profile_files.SENT, certifiable_competences=4)), "", 2, {"counted": "5"}),
    ],
    "shared-without-date": [(lambda: file(replace(SHARED, shared_at=None)), "", 2, {})],
    "not-a-number": [(lambda: changed(";0,5;6;3;", ";NaN;0;0;"), "", 2, None)],
    "more-problems": [(lambda: file(*[replace(SHARED, mastery=None)] * 300), "", None, {"count": "101"})],
}
DOCUMENTED = {
    code: tuple(keys.split(", ")) if keys else ()
    for code, keys in re.findall(r"^- ([a-z0-9-]+) \(([a-z, ]*)\) — ", pixflow.pix_orga.__doc__ or "", re.MULTILINE)
}
REFUSED = (pixflow.pix_orga.__doc__ or "").split("Warnings:")[0]


def test_every_code_has_a_case() -> None:
    assert set(CASES) == CODES


def test_every_code_is_documented() -> None:
    assert set(DOCUMENTED) == CODES


@pytest.mark.parametrize(("code", "number"), [(code, n) for code, cases in CASES.items() for n in range(len(cases))])
def test_a_file_earns_its_code(code: str, number: int) -> None:
    make, name, line, details = CASES[code][number]
    choice = "Matricule" if code == "external-id-column-unknown" else None
    export = read(make(), name, external_id_column=choice)
    found = [problem for problem in export.problems if problem.code == code]
    assert found, export.problems
    assert found[0].line == line
    assert tuple(key for key, _ in found[0].details) == DOCUMENTED[code]
    assert details is None or dict(found[0].details) == details
    assert (found[0].severity == "refused") == (f"- {code} (" in REFUSED)
    assert export.refused == any(problem.severity == "refused" for problem in export.problems)
    assert not (export.refused and export.entries)


WARNINGS_ALONE = sorted(code for code in CODES if f"- {code} (" not in REFUSED)


@pytest.mark.parametrize("code", WARNINGS_ALONE)
def test_a_warning_refuses_nothing(code: str) -> None:
    for make, name, _, _ in CASES[code]:
        assert not read(make(), name).refused, read(make(), name).problems
        assert read(make(), name).entries


def test_details_are_short_and_never_hold_the_nir() -> None:
    nir = read(file(replace(SHARED, external_id="185057800608436"))).problems
    assert "185057800608436" not in repr(nir)
    long = read(changed(";12347;1;", f";12347;{'x' * 500};")).problems
    assert max(len(value) for problem in long for _, value in problem.details) == 60


def test_a_refusal_is_listed_even_after_hundreds_of_warnings() -> None:
    data = file(*[replace(SHARED, mastery=None)] * 500) + b"short\n"
    export = read(data)
    assert export.refused
    assert len(export.problems) == 200
    assert [problem.code for problem in export.problems if problem.severity == "refused"] == ["cell-count"]
    assert export.problems[-1].details == (("count", "302"),)


def test_all_the_problems_of_a_file_are_listed_by_line() -> None:
    data = changed(";12347;1;", ";12347;73;", file(SHARED, PENDING, SHARED)).replace(b'"Oui";"11/05', b'"O";"11/05')
    assert [(problem.line, problem.code) for problem in read(data).problems] == [
        (2, "yes-no"),
        (2, "rate-range"),
        (4, "yes-no"),
        (4, "rate-range"),
    ]


def test_a_second_campaign_is_told_once() -> None:
    assert [problem.code for problem in read(two_campaigns()).problems] == ["several-campaigns"]


def test_an_untouched_file_has_no_problem() -> None:
    assert read(file()).problems == ()
    assert read((DATA / ATELIER).read_bytes(), ATELIER).problems == ()
    assert read(file()).campaign == CAMPAIGN

"""Columns that come and go, told by position."""

from dataclasses import replace

import pytest

from pixflow.pix_orga.export import ExportCampaign, ExportColumn, Pairs, Role
from pixflow.pix_orga.reader import read
from pixflow.pix_orga.samples import ResultColumns, write_export
from tests.pix_orga.files import CAMPAIGN, PENDING, SHARED, changed, codes, file

LABEL = "Numéro de dossier i-Milo"
FIXED_LABELS = [
    "% de progression",
    "Partage (O/N)",
    "Date et heure de début (Europe/Paris)",
    "Date et heure du partage (Europe/Paris)",
    "% maitrise de l'ensemble des acquis du profil",
    "Nom du Participant",
    "Prénom du Participant",
    "Code",
    "Nombre de pix total",
]


def imported(*pairs: tuple[str, str]) -> bytes:
    return file(replace(SHARED, imported=pairs))


def without_external_id(*pairs: tuple[str, str]) -> bytes:
    row = replace(SHARED, imported=pairs, external_id=None)
    return write_export(CAMPAIGN, [row], external_id_label=None)


def free(data: bytes, choice: str | None = None) -> tuple[str | None, Pairs, list[tuple[str, Role]]]:
    export = read(data, external_id_column=choice)
    assert not export.refused, export.problems
    columns = [(column.header, column.role) for column in export.columns]
    return export.rows[0].external_id, export.rows[0].imported, columns


@pytest.mark.parametrize("label", FIXED_LABELS)
def test_an_external_id_may_bear_the_label_of_a_fixed_column(label: str) -> None:
    export = read(write_export(CAMPAIGN, [SHARED], external_id_label=label))
    assert (export.problems, export.rows) == ((), (SHARED,))


def test_no_free_column_is_no_external_id() -> None:
    assert free(without_external_id()) == (None, (), [])


def test_one_unknown_column_is_the_external_id() -> None:
    assert free(file()) == ("12347", (), [])


def test_one_unknown_column_may_be_declared_imported() -> None:
    assert free(file(), "") == (None, ((LABEL, "12347"),), [])


def test_two_unknown_columns_are_ambiguous_until_somebody_chooses() -> None:
    data = imported(("Site", "Bourg"), ("Cohorte", "2026"))
    export = read(data)
    assert export.columns == (
        ExportColumn(8, "Site", "imported"),
        ExportColumn(9, "Cohorte", "imported"),
        ExportColumn(10, LABEL, "external-id-candidate"),
    )
    assert free(data)[:2] == ("12347", (("Site", "Bourg"), ("Cohorte", "2026")))
    assert free(data, LABEL) == ("12347", (("Site", "Bourg"), ("Cohorte", "2026")), [])
    assert free(data, "Cohorte") == ("2026", (("Site", "Bourg"), (LABEL, "12347")), [])
    assert free(data, "") == (None, (("Site", "Bourg"), ("Cohorte", "2026"), (LABEL, "12347")), [])


def test_a_choice_that_is_not_in_the_file_is_asked_again() -> None:
    export = read(imported(("Site", "Bourg")), external_id_column="Matricule")
    assert [problem.code for problem in export.problems] == ["external-id-column-unknown"]
    assert len(export.columns) == 2


def test_a_choice_is_compared_whatever_its_apostrophe() -> None:
    data = write_export(CAMPAIGN, [SHARED], external_id_label="N° d’inscription")
    assert free(data, "N° d'inscription") == ("12347", (), [])


@pytest.mark.parametrize("labels", [("Classe",), ("Groupe", "Numéro Étudiant"), ("Site", "Classe")])
def test_student_labels_are_never_the_external_id(labels: tuple[str, ...]) -> None:
    pairs = tuple((label, "x") for label in labels)
    assert free(without_external_id(*pairs)) == (None, pairs, [])


def test_what_follows_a_student_label_is_the_external_id_without_a_doubt() -> None:
    assert free(imported(("Site", "Bourg"), ("Classe", "3B"))) == ("12347", (("Site", "Bourg"), ("Classe", "3B")), [])


def test_a_student_label_said_twice_is_the_external_id_the_second_time() -> None:
    data = write_export(CAMPAIGN, [replace(SHARED, imported=(("Classe", "3B"),))], external_id_label="Classe")
    assert free(data) == ("12347", (("Classe", "3B"),), [])


def test_files_of_2021_have_no_code_and_old_labels() -> None:
    campaign = ExportCampaign(12, None, "Ancienne")
    data = changed('"Parcours"', '"Nom du Profil Cible"', write_export(campaign, [SHARED], dates="day"))
    export = read(data)
    assert (export.campaign, export.pix_course, export.problems) == (campaign, "Diagnostic initial Pix Emploi", ())


def test_an_exam_file_has_no_progress() -> None:
    export = read(write_export(CAMPAIGN, [SHARED, PENDING], progress=False))
    assert export.kind == "assessment"
    assert [row.progress for row in export.rows] == [None, None]
    assert [row.external_id for row in export.rows] == ["12347", "12347"]


def test_a_profile_without_stages_badges_or_skills_is_read() -> None:
    row = replace(SHARED, palier=None, paliers=None, badges=(), skills=(), domains=())
    assert read(file(row)).rows == (row,)


def test_two_badges_of_one_title_are_both_kept() -> None:
    row = replace(SHARED, badges=(("Bases", True), ("Bases", False), ("@Bases", True)))
    assert read(file(row)).rows == (row,)


def test_typographic_apostrophes_and_decomposed_accents_in_headers_are_the_same() -> None:
    data = changed("l'ensemble", "l’ensemble", changed("d'acquis", "d’acquis", changed("Prénom du", "Pre\u0301nom du")))
    assert read(data).rows == (SHARED,)


def test_a_palier_of_minus_one_is_none() -> None:
    export = read(file(replace(SHARED, palier=-1)))
    assert (export.rows[0].palier, export.rows[0].paliers, export.problems) == (None, 4, ())


def test_a_header_alone_is_an_export_without_rows() -> None:
    columns = ResultColumns(4, ("Bases",), ("Interagir",))
    export = read(write_export(CAMPAIGN, (), columns=columns))
    assert (export.kind, export.refused, export.rows, export.campaign) == ("assessment", False, (), None)


def test_a_file_cut_inside_its_header_is_refused() -> None:
    data = file().split(b'"% maitrise', 1)[0]
    assert ("header-missing", 1) in codes(data) or ("header-unknown", 1) in codes(data)

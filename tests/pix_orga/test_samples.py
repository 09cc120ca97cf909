"""Both samples read as docs/pix-orga.md#example-481516 says; the writer writes them back byte for byte."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from pixflow.events.values import Moment
from pixflow.pix_orga.export import ExportCampaign, PartResult, utc_moment
from pixflow.pix_orga.samples import ResultColumns, file_name, write_export
from tests.pix_orga.files import ATELIER, DATA, PRINTEMPS, day, sample


def percent(rate: Decimal | None) -> int | None:
    return None if rate is None else int((rate * 100).quantize(Decimal(1), ROUND_HALF_UP))


def test_the_481516_example_gives_what_is_written() -> None:
    export = sample(PRINTEMPS)
    assert (export.kind, export.refused, export.columns) == ("assessment", False, ())
    assert export.campaign == ExportCampaign(481516, "KMRTWX482", 'Diagnostic initial - CEJ "printemps" 2026')
    assert export.pix_course == "Diagnostic initial Pix Emploi"
    assert export.exported_at == datetime(2026, 5, 12, 7, 10, tzinfo=UTC)
    assert [
        (row.line, row.last_name, row.first_name, row.external_id, percent(row.mastery)) for row in export.rows
    ] == [
        (2, "Benaïssa", "Zoé", "12-345", 70),
        (3, "=Bono", "@Jean", "0012345", 40),
        (4, "Diallo", "Aminata", "12347", None),
        (5, "Diallo", "Aminata", "12347", 40),
        (6, 'D\'Ornano; dit "Le Chat"', "Éloïse", "+33612345678", 100),
        (7, "Lefèvre", "Noé", None, 0),
        (8, "Martin", "Lucas", "12349", None),
        (9, "NKOM Marie", "Emmanuel", "12350", None),
    ]
    assert len({(row.last_name, row.first_name) for row in export.rows}) == 7
    assert [row.shared for row in export.rows] == [True, True, False, True, True, True, False, False]


def test_running_finished_and_ambiguous_rows_are_told_apart() -> None:
    export = sample(PRINTEMPS)
    running, finished, october = export.rows[2], export.rows[6], export.rows[7]
    assert (running.progress, running.shared) == (Decimal("0.55"), False)
    assert (finished.progress, finished.shared) == (Decimal(1), False)
    assert (october.started, october.line) == (utc_moment(datetime(2025, 10, 26, 0, 30, tzinfo=UTC)), 9)
    assert [(problem.severity, problem.code, problem.line) for problem in export.problems] == [
        ("warning", "ambiguous-hour", 9)
    ]


def test_results_of_a_shared_row_come_whole() -> None:
    row = sample(PRINTEMPS).rows[0]
    assert row.started == utc_moment(datetime(2026, 4, 1, 12, 0, tzinfo=UTC))
    assert row.shared_at == utc_moment(datetime(2026, 4, 1, 12, 31, tzinfo=UTC))
    assert (row.palier, row.paliers) == (3, 4)
    assert row.badges == (("Bases numériques pour l’emploi", True), ("Prêt pour le CléA numérique", False))
    assert row.competences[0] == PartResult("Mener une recherche et une veille d’information", Decimal("0.83"), 6, 5)
    assert [part.mastered for part in row.competences] == [5, 3, 4, 2]
    assert row.domains[2] == PartResult("Protection et sécurité", Decimal("0.4"), 5, 2)
    assert sample(PRINTEMPS).rows[6].competences == ()


def test_an_old_file_has_days_and_skills() -> None:
    export = sample(ATELIER)
    assert (export.problems, export.exported_at) == ((), datetime(2024, 5, 20, 12, 32, tzinfo=UTC))
    assert [(row.last_name, row.started, row.shared_at, row.mastery) for row in export.rows] == [
        ("Kowalski", Moment(day("2024-05-14")), Moment(day("2024-05-14")), Decimal("0.67")),
        ("-Moreau", Moment(day("2024-05-14")), None, None),
        ("Öztürk", Moment(day("2024-05-14")), Moment(day("2024-05-14")), Decimal("0.33")),
    ]
    assert export.rows[2].skills == (("@rechinfo1", "ok"), ("@rechinfo3", "untested"), ("@gerer2", "ko"))


def test_the_writer_gives_both_assessment_samples_byte_for_byte() -> None:
    new, old = sample(PRINTEMPS), sample(ATELIER)
    assert new.campaign
    assert old.campaign
    assert write_export(new.campaign, new.rows) == (DATA / PRINTEMPS).read_bytes()
    assert write_export(old.campaign, old.rows, external_id_label=None, dates="day") == (DATA / ATELIER).read_bytes()
    assert new.exported_at
    assert file_name(new.campaign, new.exported_at) == PRINTEMPS


def test_a_file_of_a_new_campaign_can_be_written_before_anybody_shared() -> None:
    columns = ResultColumns(4, ("Bases",), ("Interagir",), ("Communication et collaboration",), ("@web1",))
    data = write_export(ExportCampaign(1, None, "Vide"), (), columns=columns)
    assert data.count(b"\n") == 1
    assert data.endswith(b'"\'@web1"\n')

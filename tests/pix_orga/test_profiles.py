"""Profile collections: what the sample says, where columns stand, what is refused and what is only odd."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pixflow.events.values import Level, Moment
from pixflow.pix_orga.export import ExportCampaign, ExportColumn, ProfileRow, participation_keys, utc_moment
from pixflow.pix_orga.framework import COMPETENCES, DOMAINS
from pixflow.pix_orga.reader import read
from pixflow.pix_orga.samples import file_name, write_profiles
from tests.counting import calls
from tests.pix_orga.files import DATA, PROFIL, ambiguous_lines, day, sample
from tests.pix_orga.files import file as assessment
from tests.pix_orga.profile_files import CAMPAIGN, LEVELS, SENT, WAITING, changed, codes, file
from tests.pix_orga.test_round_trip import labels, texts, times

SENT_AT = "Date et heure de l'envoi (Europe/Paris)"
FIXED_LABELS = [
    "Envoi (O/N)",
    SENT_AT,
    "Nombre de pix total",
    "Certifiable (O/N)",
    "Niveau pour la compétence Interagir",
    "% maitrise de l'ensemble des acquis du profil",
    "Nom du Participant",
]


# --- the sample


def test_the_481620_example_gives_what_is_written() -> None:
    export = sample(PROFIL)
    assert (export.kind, export.refused, export.columns, export.problems) == ("profile", False, (), ())
    assert export.campaign == ExportCampaign(481620, "QWERTY456", "Profil Pix - certifiables ?")
    assert (export.pix_course, export.rows) == (None, ())
    assert export.exported_at == datetime(2026, 6, 19, 6, 30, tzinfo=UTC)
    assert [(row.line, row.last_name, row.external_id, row.shared, row.shared_at) for row in export.profiles] == [
        (2, "Diallo", "12347", True, utc_moment(datetime(2026, 6, 18, 13, 2, tzinfo=UTC))),
        (3, "Diallo", "12347", True, utc_moment(datetime(2026, 3, 20, 14, 10, tzinfo=UTC))),
        (4, "Lefèvre", None, False, None),
    ]
    assert [(row.pix, row.certifiable, row.certifiable_competences) for row in export.profiles] == [
        (204, True, 10),
        (34, False, 3),
        (None, None, None),
    ]
    levels = export.profiles[0].levels
    assert tuple(one.name for one in levels) == COMPETENCES
    assert (levels[0], levels[7], levels[9]) == (
        Level("Mener une recherche et une veille d’information", 3, 24),
        Level("Développer des documents textuels", 5, 40),
        Level("Adapter les documents à leur finalité", 0, 7),
    )
    assert export.profiles[2].levels == ()


def test_the_writer_gives_the_sample_byte_for_byte() -> None:
    export = sample(PROFIL)
    assert export.campaign
    assert export.exported_at
    assert write_profiles(export.campaign, export.profiles) == (DATA / PROFIL).read_bytes()
    assert file_name(export.campaign, export.exported_at) == PROFIL


def test_sixteen_competences_stand_in_five_domains() -> None:
    assert (len(COMPETENCES), len(set(COMPETENCES)), len(DOMAINS)) == (16, 16, 5)


# --- where the columns stand


@pytest.mark.parametrize("label", FIXED_LABELS)
def test_an_external_id_may_bear_the_label_of_a_fixed_column(label: str) -> None:
    export = read(write_profiles(CAMPAIGN, [SENT, WAITING], external_id_label=label))
    assert (export.kind, export.problems) == ("profile", ())
    assert export.profiles == (SENT, replace(WAITING, line=3))


def test_the_last_unknown_column_before_the_sending_is_the_external_id() -> None:
    imported = (("Groupe", "G2"), ("Classe", "3B"), ("Numéro Étudiant", "77"))
    export = read(file(replace(SENT, imported=imported)))
    assert (export.profiles[0].external_id, export.profiles[0].imported, export.columns) == ("12347", imported, ())


def test_two_unknown_columns_are_ambiguous_until_somebody_chooses() -> None:
    data = file(replace(SENT, imported=(("Site", "Bourg"),)))
    assert read(data).columns == (
        ExportColumn(7, "Site", "imported"),
        ExportColumn(8, "Numéro de dossier i-Milo", "external-id-candidate"),
    )
    chosen = read(data, external_id_column="Site")
    assert (chosen.columns, chosen.profiles[0].external_id) == ((), "Bourg")
    assert read(data, external_id_column="").profiles[0].external_id is None


def test_without_a_free_column_nobody_has_an_external_id() -> None:
    row = replace(SENT, external_id=None)
    assert read(write_profiles(CAMPAIGN, [row], external_id_label=None)).profiles == (row,)


def test_files_of_2021_have_no_code() -> None:
    campaign = ExportCampaign(12, None, "Ancienne")
    export = read(write_profiles(campaign, [replace(SENT, shared_at=Moment(day("2020-05-14")))], dates="day"))
    assert (export.campaign, export.problems) == (campaign, ())


@pytest.mark.parametrize("missing", ["Nombre de pix total", "Certifiable (O/N)", "Nombre de compétences certifiables"])
def test_a_column_that_every_export_has_is_missed(missing: str) -> None:
    assert codes(changed(f'"{missing}";', "")) == [("header-unknown", 1)]


def test_a_level_without_its_pix_refuses_the_header() -> None:
    data = changed("Nombre de pix pour la compétence Interagir", "Nombre de pix pour la compétence Agir")
    assert codes(data) == [("header-unknown", 1)]
    cut = file().split(b';"Nombre de pix pour la comp\xc3\xa9tence Construire')[0] + b"\n"
    assert codes(cut) == [("header-missing", 1)]


def test_typographic_apostrophes_in_headers_are_the_same() -> None:
    assert read(changed("l'envoi", "l’envoi")).profiles == (SENT,)


def test_a_header_alone_is_an_export_without_rows() -> None:
    export = read(write_profiles(CAMPAIGN, ()))
    assert (export.kind, export.refused, export.profiles, export.campaign) == ("profile", False, (), None)


def test_an_assessment_is_no_profile() -> None:
    assert (read(assessment()).kind, read(assessment()).profiles) == ("assessment", ())


# --- the three generations of dates


def test_a_day_stays_a_day_and_times_come_out_in_utc() -> None:
    old = read(write_profiles(CAMPAIGN, [SENT], dates="day")).profiles[0]
    assert old.shared_at == Moment(day("2026-05-11"))
    for dates in ("iso", "paris"):
        assert read(write_profiles(CAMPAIGN, [SENT], dates=dates)).profiles == (SENT,)


def test_the_hour_that_october_repeats_is_flagged() -> None:
    export = read(changed('"11/05/2026 15:40"', '"25/10/2026 02:30"'))
    assert [(problem.severity, problem.code, problem.line) for problem in export.problems] == [
        ("warning", "ambiguous-hour", 2)
    ]


# --- what is refused, and what is only odd


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (";89;", ";89,5;", "integer"),
        (";89;", ";-109;", "integer"),
        (";89;", ";cent;", "integer"),
        (";5;1;9;", ";5;9;9;", "level-range"),
        (";5;1;9;", ";5;1,5;9;", "integer"),
        ('"Oui";"11/05', '"oui";"11/05', "yes-no"),
        (';89;"Oui"', ';89;"Peut-être"', "yes-no"),
        (';89;"Oui"', ';89;"NA"', "na-on-shared"),
        ('"11/05/2026 15:40"', '"NA"', "na-on-shared"),
        ('"11/05/2026 15:40"', '""', "sent-without-date"),
        ('"11/05/2026 15:40"', '"31/02/2026 15:40"', "date"),
        (SENT_AT, "Date de l'envoi", "date-zone"),
        ('"Oui";"11/05/2026 15:40"', '"Non";"NA"', "result-not-shared"),
        ('"Éloïse"', '"1850578006084"', "nir"),
    ],
)
def test_a_line_that_cannot_be_right_refuses_the_file(old: str, new: str, code: str) -> None:
    export = read(changed(old, new))
    assert [(problem.severity, problem.code, problem.line) for problem in export.problems] == [("refused", code, 2)]
    assert export.profiles == ()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (replace(SENT, pix=None), "pix-null"),
        (replace(SENT, pix=12), "pix-mismatch"),
        (replace(SENT, certifiable=False), "certifiable-mismatch"),
        (replace(SENT, certifiable_competences=6), "certifiable-mismatch"),
    ],
)
def test_what_contradicts_itself_is_kept_with_a_remark(row: ProfileRow, code: str) -> None:
    export = read(file(row))
    assert [(problem.severity, problem.code) for problem in export.problems] == [("warning", code)]
    assert export.profiles == (row,)


def test_what_pix_left_empty_is_none() -> None:
    row = replace(SENT, certifiable=None, certifiable_competences=None, levels=(Level("Interagir", None, None),), pix=0)
    export = read(write_profiles(CAMPAIGN, [row], competences=["Interagir"]))
    assert (export.profiles, export.problems) == ((row,), ())


# --- keys (docs/pix-orga.md#import-rules)


def test_a_key_says_when_the_profile_was_sent_and_nothing_while_it_waits() -> None:
    later = replace(SENT, shared_at=utc_moment(datetime(2026, 6, 1, 8, 0, tzinfo=UTC)))
    assert participation_keys([later, WAITING, SENT, WAITING]) == (
        ("diallo", "eloise", "12347", "2026-06-01T08:00:00+00:00", 0),
        ("diallo", "eloise", "12347", "", 0),
        ("diallo", "eloise", "12347", "2026-05-11T13:40:00+00:00", 0),
        ("diallo", "eloise", "12347", "", 1),
    )


# --- round trip


@st.composite
def exports(draw: st.DrawFn) -> tuple[ExportCampaign, list[ProfileRow], dict[str, Any]]:
    competences = draw(st.lists(st.sampled_from(COMPETENCES), max_size=16, unique=True))
    imported = draw(st.sampled_from([(), ("Classe",), ("Groupe", "Classe")]))
    campaign = ExportCampaign(draw(st.integers(1, 10**9)), draw(st.none() | st.just("ABCDEF234")), draw(texts))
    counts = st.none() | st.integers(0, 1024)

    def row(sent: bool) -> ProfileRow:
        return ProfileRow(
            line=0,
            last_name=draw(texts),
            first_name=draw(texts),
            external_id=draw(texts) or None,
            imported=tuple((header, draw(texts)) for header in imported),
            shared=sent,
            shared_at=draw(times) if sent else None,
            pix=draw(counts) if sent else None,
            certifiable=draw(st.none() | st.booleans()) if sent else None,
            certifiable_competences=draw(st.none() | st.integers(0, 16)) if sent else None,
            levels=tuple(Level(name, draw(st.none() | st.integers(0, 8)), draw(counts)) for name in competences)
            if sent
            else (),
        )

    rows = [row(sent) for sent in draw(st.lists(st.booleans(), min_size=1, max_size=5))]
    options = {"external_id_label": draw(labels | st.sampled_from(FIXED_LABELS)), "competences": competences}
    return campaign, rows, options | {"dates": draw(st.sampled_from(["paris", "iso"]))}


@given(exports())
def test_what_is_written_is_read(made: tuple[ExportCampaign, list[ProfileRow], dict[str, Any]]) -> None:
    campaign, rows, options = made
    export = read(write_profiles(campaign, rows, **options))
    assert not export.refused, export.problems
    assert not ambiguous_lines(export) or options["dates"] == "paris"
    assume(not ambiguous_lines(export))
    assert [replace(row, line=0) for row in export.profiles] == rows
    assert export.campaign == campaign
    assert len(set(participation_keys(export.profiles))) == len(rows)


def test_a_file_cut_anywhere_is_refused_or_warned() -> None:
    data = file(SENT, WAITING)
    for end in range(len(data)):
        export = read(data[:end])
        assert export.problems or data[end - 1 : end] == b"\n", end


def test_a_file_ten_times_as_large_costs_ten_times_as_much() -> None:
    small, large = (
        file(*(replace(SENT, last_name=f"Nom {number}", external_id=f"{number:07}") for number in range(rows)))
        for rows in (100, 1_000)
    )
    assert calls(lambda: read(large)) < 11 * calls(lambda: read(small))
    assert len(read(large).profiles) == 1_000


def test_the_levels_of_the_tests_are_the_competences_of_pix() -> None:
    assert (SENT.pix, sum(one.level == 1 for one in LEVELS)) == (89, 5)

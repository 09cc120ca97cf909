"""Round trip of written files; damaged files are refused without an exception; no file costs more than its size."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pixflow.identity import contains_nir
from pixflow.pix_orga.export import CODES, AssessmentRow, ExportCampaign, PartResult, participation_keys, utc_moment
from pixflow.pix_orga.reader import read
from pixflow.pix_orga.samples import write_export
from tests.counting import calls
from tests.pix_orga.files import (
    CAMPAIGN,
    DATA,
    HOSTILE,
    PENDING,
    PRINTEMPS,
    PROFIL,
    SHARED,
    ambiguous_lines,
    file,
    wide_row,
)

CONTROLS = "".join(map(chr, (*range(9), 11, 12, *range(14, 32), 127)))
GUARD_LOOKALIKES = ("'-", "'@", "'=", "'+")
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS), max_size=20).filter(
    lambda text: not text.startswith(GUARD_LOOKALIKES) and not contains_nir(text)
)
labels = st.sampled_from(["Numéro de dossier i-Milo", "% de progression", "Partage (O/N)", "=Matricule", "N° d’élève"])
titles = st.lists(st.sampled_from(["Bases", "Prêt pour le CléA", "@x", 'dit "A"; B', "a\nb"]), max_size=3)
names = st.lists(st.sampled_from(["Interagir", "Gérer des données", "S’insérer"]), max_size=3, unique=True)
times = st.datetimes(datetime(2018, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)).map(
    lambda at: utc_moment(at.replace(second=0, microsecond=0))
)
rates = st.integers(0, 100).map(lambda hundredths: Decimal(hundredths) / 100)


@st.composite
def exports(draw: st.DrawFn) -> tuple[ExportCampaign, list[AssessmentRow], dict[str, Any]]:
    paliers = draw(st.none() | st.integers(0, 6))
    badges, competences, domains = draw(titles), draw(names), draw(names)
    skills, imported = draw(st.sampled_from([(), ("@web1", "@web2")])), draw(st.sampled_from([(), ("Classe",)]))
    campaign = ExportCampaign(draw(st.integers(1, 10**9)), draw(st.none() | st.just("ABCDEF234")), draw(texts))
    part = st.tuples(rates, st.integers(0, 50), st.integers(0, 50))

    def parts(of: list[str]) -> tuple[PartResult, ...]:
        return tuple(PartResult(name, *draw(part)) for name in of)

    def row(shared: bool) -> AssessmentRow:
        return AssessmentRow(
            line=0,
            last_name=draw(texts),
            first_name=draw(texts),
            external_id=draw(texts) or None,
            imported=tuple((header, draw(texts)) for header in imported),
            progress=Decimal(draw(st.integers(0, 1000))) / 1000,
            started=draw(times),
            shared=shared,
            shared_at=draw(times) if shared else None,
            mastery=draw(st.none() | rates) if shared else None,
            palier=draw(st.integers(0, paliers)) if shared and paliers is not None else None,
            paliers=paliers,
            badges=tuple((title, draw(st.booleans())) for title in badges) if shared else (),
            competences=parts(competences) if shared else (),
            domains=parts(domains) if shared else (),
            skills=tuple((name, draw(st.sampled_from(["ok", "ko", "untested"]))) for name in skills) if shared else (),
        )

    rows = [row(shared) for shared in draw(st.lists(st.booleans(), min_size=1, max_size=5))]
    return campaign, rows, {"external_id_label": draw(labels), "dates": draw(st.sampled_from(["paris", "iso"]))}


@given(exports())
def test_what_is_written_is_read(made: tuple[ExportCampaign, list[AssessmentRow], dict[str, Any]]) -> None:
    campaign, rows, options = made
    export = read(write_export(campaign, rows, **options))
    assert not export.refused, export.problems
    assert not ambiguous_lines(export) or options["dates"] == "paris"
    assume(not ambiguous_lines(export))
    assert [replace(row, line=0) for row in export.rows] == rows
    assert export.campaign == campaign
    assert len(set(participation_keys(export.rows))) == len(rows)


@given(st.binary(max_size=300), st.text(max_size=30))
def test_no_bytes_raise(data: bytes, name: str) -> None:
    export = read(data, name)
    assert {problem.code for problem in export.problems} <= CODES
    assert export.refused


@given(st.data())
def test_a_file_damaged_anywhere_never_raises(data: st.DataObject) -> None:
    whole = (DATA / data.draw(st.sampled_from([PRINTEMPS, PROFIL]))).read_bytes()
    place = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.integers(0, 30))
    broken = whole[:place] + data.draw(st.binary(max_size=10)) + whole[place + cut :]
    export = read(broken, external_id_column=data.draw(st.none() | st.text(max_size=5)))
    assert {problem.code for problem in export.problems} <= CODES
    assert not (export.refused and export.entries)


def test_a_file_cut_anywhere_is_refused_or_warned() -> None:
    data = file(SHARED, PENDING)
    for end in range(len(data)):
        export = read(data[:end])
        assert export.problems or data[end - 1 : end] == b"\n", end


def test_a_file_ten_times_as_large_costs_ten_times_as_much() -> None:
    small, large = (write_export(CAMPAIGN, [wide_row(number) for number in range(rows)]) for rows in (100, 1_000))
    assert large.split(b"\n", 1)[0].count(b";") + 1 >= 30
    assert calls(lambda: read(large)) < 11 * calls(lambda: read(small))
    assert len(read(large).rows) == 1_000


@pytest.mark.parametrize(("data", "first"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_read_or_refused(data: bytes, first: str | None) -> None:
    export = read(data, "resultats-" + "-1" * 10_000)
    assert next((problem.code for problem in export.problems), None) == first
    assert export.refused == (first is not None)

"""Imports docs/pix-orga.md#example-481516, then a later export of the campaign, then the first file again."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from pixflow.pix_orga import read
from pixflow.pix_orga.samples import write_export
from pixflow.refused import Refused
from pixflow.result_import import Answers, ImportCounts
from tests.result_import.house import SAMPLE, SAMPLES, House, row, seen, shared

LATER = "resultats-diagnostic_initial_-_cej_printemps_2026-481516-2026-05-20-0910.csv"


def first() -> bytes:
    return (SAMPLES / SAMPLE).read_bytes()


def later() -> bytes:
    """Martin has shared, NKOM Marie has gone on, Lefèvre is gone, Yilmaz is new."""
    export = read(first(), SAMPLE)
    assert export.campaign
    rows = []
    for one in export.rows:
        if one.last_name == "Martin":
            template = next(other for other in export.rows if other.shared)
            one = replace(template, last_name="Martin", first_name="Lucas", external_id="12349", started=one.started)
        elif one.last_name.startswith("NKOM"):
            one = replace(one, progress=Decimal("0.8"))
        if one.last_name != "Lefèvre":
            rows.append(one)
    yilmaz = replace(row("Yilmaz", "Deniz", "12360"), paliers=rows[0].paliers)
    return write_export(export.campaign, [*rows, yilmaz], pix_course=export.pix_course)


def test_the_sample_is_recorded_as_eight_participations_of_seven_people(house: House) -> None:
    prepared = house.importer.prepare(first(), SAMPLE)
    assert prepared.preview
    assert (prepared.preview.rows, prepared.preview.people, prepared.preview.with_result) == (8, 7, 5)
    assert not prepared.preview.questions
    counts = house.record(prepared).counts
    assert counts == ImportCounts(new=8, problems=len(prepared.export.problems))
    held = house.participations()
    assert len(held) == 8
    assert sorted(str(one.result.mastery) for one in held if one.result) == ["0", "0.4", "0.4", "0.7", "1"]
    names = {(one.last_name, one.first_name, one.external_id) for one in held}
    assert {("=Bono", "@Jean", "0012345"), ('D\'Ornano; dit "Le Chat"', "Éloïse", "+33612345678")} <= names


def test_a_later_export_records_only_what_changed_after_the_question_about_what_vanished(house: House) -> None:
    house.record(house.importer.prepare(first(), SAMPLE))
    asked = house.importer.prepare(later(), LATER)
    assert asked.preview
    assert [(q.code, q.count, q.among) for q in asked.preview.questions] == [("vanished", 1, 8)]
    with pytest.raises(Refused) as refused:
        house.record(asked)
    assert (refused.value.code, refused.value.details) == ("questions", {"codes": ("vanished",)})

    before = house.engine.head()
    counts = house.record(house.importer.prepare(later(), LATER, Answers(accept_vanished=True))).counts
    assert (counts.shared, counts.progressed, counts.vanished, counts.new, counts.unchanged) == (1, 1, 1, 1, 5)
    assert sorted(house.told(before)) == [
        "ExportReceived",
        "ParticipationImported",
        "ParticipationProgressed",
        "ParticipationVanished",
        "ResultShared",
    ]
    gone = next(one for one in house.participations() if one.last_name == "Lefèvre")
    assert gone.vanished
    assert gone.result


def test_the_first_file_again_records_nothing(house: House) -> None:
    house.record(house.importer.prepare(first(), SAMPLE))
    house.record(house.importer.prepare(later(), LATER, Answers(accept_vanished=True)))
    before = house.engine.head()
    again = house.importer.prepare(first(), SAMPLE)
    assert again.preview
    assert again.preview.seen_before
    assert not again.preview.questions
    assert house.record(again).counts == ImportCounts()
    assert house.engine.head() == before


def test_the_same_command_twice_says_the_same_and_records_once(house: House) -> None:
    prepared, command_id = house.importer.prepare(first(), SAMPLE), uuid4()
    one = house.record(prepared, command_id)
    before = house.engine.head()
    two = house.record(house.importer.prepare(first(), SAMPLE), command_id)
    assert two.done.repeated
    assert (one.counts, one.campaign) == (two.counts, two.campaign)
    assert house.engine.head() == before


def test_a_file_that_is_refused_says_why_and_records_nothing(house: House) -> None:
    prepared = house.importer.prepare(b"nothing of Pix Orga\n1;2\n", "x.csv")
    assert prepared.preview is None
    assert "not-pix-orga" in {problem.code for problem in prepared.export.problems}
    with pytest.raises(Refused, match="export-refused"):
        house.record(prepared)


def test_only_the_referent_imports(house: House) -> None:
    prepared = house.importer.prepare(first(), SAMPLE)
    with pytest.raises(Refused, match="not-allowed"):
        house.importer.record(prepared, by=house.advisor, command_id=uuid4())


def test_a_file_whose_name_does_not_say_when_asks(house: House) -> None:
    prepared = seen(house.importer.prepare(first(), "renamed.csv"))
    assert [question.code for question in prepared.questions] == ["exported-at"]
    at = datetime(2026, 5, 12, 7, 10, tzinfo=UTC)
    answered = house.importer.prepare(first(), "renamed.csv", Answers(exported_at=at))
    assert house.record(answered).counts.new == 8


def test_a_name_that_tells_a_time_to_come_is_not_believed(house: House) -> None:
    prepared = seen(house.importer.prepare(first(), SAMPLE.replace("2026-05-12", "2036-05-12")))
    assert [question.code for question in prepared.questions] == ["exported-at"]


def test_a_shared_row_is_finished_even_where_the_file_has_no_progress(house: House) -> None:
    done = shared(row("Diallo", "Awa"))
    house.receive([done], progress=False)
    before = house.engine.head()
    later = [done, row("Bah", "Ali")]
    assert house.receive(later, datetime(2026, 5, 20, tzinfo=UTC), progress=False).unchanged == 1
    assert house.told(before) == ["ExportReceived", "ParticipationImported"]

"""Exports one after the other: what a later one records, what an older one may not, and rows hard to tell apart."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixflow.events.values import Moment
from pixflow.pix_orga import AssessmentRow
from pixflow.pix_orga.export import utc_moment
from pixflow.refused import Refused
from pixflow.result_import import Answers
from tests.examples import few
from tests.result_import.house import FIRST, STARTED, House, row, shared

LATER = FIRST + timedelta(days=7)
EARLIER = FIRST - timedelta(days=7)
AWA, BAH, CISSE = row("Diallo", "Awa", "100"), row("Bah", "Ali"), row("Cissé", "Zoé")
MANY = [row(f"Jeune{n}", "Sam") for n in range(20)]


def summary(house: House) -> dict[str, tuple[str, str]]:
    return {
        one.last_name: (str(one.progress), "vanished" if one.vanished else "shared" if one.result else "running")
        for one in house.participations()
    }


def test_a_later_export_moves_on_what_it_shows(house: House) -> None:
    house.receive([AWA, BAH, CISSE])
    counts = house.receive([replace(AWA, progress=Decimal("0.9")), shared(BAH), CISSE], LATER)
    assert (counts.progressed, counts.shared, counts.unchanged) == (1, 1, 1)
    assert summary(house) == {"Diallo": ("0.9", "running"), "Bah": ("1", "shared"), "Cissé": ("0.5", "running")}


def test_what_vanished_and_is_shown_again_has_returned(house: House) -> None:
    house.receive([AWA, *MANY])
    house.receive(MANY, LATER)
    counts = house.receive([replace(AWA, progress=Decimal("0.6")), *MANY], LATER + timedelta(days=1))
    assert (counts.progressed, counts.unchanged) == (1, 20)
    assert summary(house)["Diallo"] == ("0.6", "running")


def test_a_result_shown_again_with_other_numbers_is_corrected(house: House) -> None:
    house.receive([shared(AWA, "0.4")])
    prepared = house.prepare([shared(AWA, "0.5")], LATER)
    assert prepared.preview
    assert [change.what for change in prepared.preview.changes] == ["corrected"]
    assert house.record(prepared).counts.shared == 1
    assert house.participations()[0].result.mastery == Decimal("0.5")


def test_a_badge_added_to_the_campaign_is_no_other_result(house: House) -> None:
    house.receive([shared(AWA)])
    counts = house.receive([shared(AWA, badges=(("Bases", True),))], LATER)
    assert (counts.shared, counts.unchanged) == (0, 1)


def test_few_vanish_without_a_question_and_many_with_one(house: House) -> None:
    house.receive(MANY)
    few = house.see(MANY[2:], LATER)
    many = house.see(MANY[3:], LATER)
    assert not few.questions
    assert [(q.code, q.count, q.among) for q in many.questions] == [("vanished", 3, 20)]


def test_an_older_export_adds_the_unknown_and_nothing_else(house: House) -> None:
    house.receive([shared(AWA), BAH])
    prepared = house.prepare([AWA, CISSE], EARLIER)
    assert prepared.preview
    assert prepared.preview.older
    assert not prepared.preview.questions
    counts = house.record(prepared).counts
    assert (counts.new, counts.unchanged, counts.vanished, counts.progressed) == (1, 1, 0, 0)
    assert summary(house) == {"Diallo": ("1", "shared"), "Bah": ("0.5", "running"), "Cissé": ("0.5", "running")}


def test_an_export_of_the_same_minute_is_no_later_one(house: House) -> None:
    house.receive([AWA, BAH])
    assert house.receive([AWA], FIRST).vanished == 0


# --- days and times


def of_day(of, day: date = date(2026, 5, 11)):
    shown = replace(of, started=Moment(day))
    return replace(shown, shared_at=Moment(day)) if of.shared else shown


def test_a_day_stands_for_the_time_of_that_day(house: House) -> None:
    house.receive([of_day(AWA), of_day(shared(BAH))], dates="day")
    counts = house.receive([replace(AWA, progress=Decimal("0.9")), shared(BAH)], LATER)
    assert (counts.new, counts.progressed, counts.unchanged, counts.vanished) == (0, 1, 1, 0)


def test_a_time_stands_for_its_day(house: House) -> None:
    house.receive([AWA, shared(BAH)])
    counts = house.receive([shared(of_day(AWA)), of_day(shared(BAH))], LATER, dates="day")
    assert (counts.new, counts.shared, counts.unchanged, counts.vanished) == (0, 1, 1, 0)


def test_a_day_that_could_be_several_times_is_doubtful(house: House) -> None:
    again = replace(AWA, started=utc_moment(STARTED + timedelta(hours=2)), progress=Decimal("0.2"))
    house.receive([AWA, again])
    unclear = [of_day(replace(AWA, progress=Decimal("0.9"))), of_day(replace(AWA, progress=Decimal("0.6")))]
    prepared = house.prepare(unclear, LATER, dates="day")
    assert prepared.preview
    assert [(q.code, q.choices) for q in prepared.preview.questions] == [("doubtful-rows", ("leave", "record"))]
    assert {change.doubt for change in prepared.preview.changes} == {"day-only"}
    with pytest.raises(Refused, match="questions"):
        house.record(prepared)

    left = house.see(unclear, LATER, Answers(doubtful="leave"), dates="day")
    assert (left.counts.unchanged, left.counts.vanished) == (2, 0)
    assert house.receive(unclear, LATER, Answers(doubtful="record"), dates="day").progressed == 2


def test_a_day_that_says_what_one_of_several_said_is_that_one(house: House) -> None:
    again = replace(AWA, started=utc_moment(STARTED + timedelta(hours=2)), progress=Decimal("0.2"))
    house.receive([shared(AWA), again])
    days = [of_day(shared(AWA)), of_day(replace(AWA, progress=Decimal("0.7")))]
    prepared = house.prepare(days, LATER, dates="day")
    assert prepared.preview
    assert not prepared.preview.questions
    assert house.record(prepared).counts.progressed == 1


# --- equal keys


def test_equal_rows_are_as_many_participations(house: House) -> None:
    house.receive([AWA, AWA, replace(AWA, progress=Decimal("0.9"))])
    assert sorted(one.ordinal for one in house.participations()) == [0, 1, 2]


def test_equal_rows_in_another_order_change_nothing(house: House) -> None:
    one, two = AWA, replace(AWA, progress=Decimal("0.9"))
    house.receive([one, two])
    counts = house.receive([two, one, BAH], LATER)
    assert (counts.new, counts.unchanged) == (1, 2)


def test_the_one_of_equal_rows_that_changed_is_known_by_the_others(house: House) -> None:
    one, two = AWA, replace(AWA, progress=Decimal("0.9"))
    house.receive([one, two])
    counts = house.receive([shared(two), one], LATER)
    assert (counts.shared, counts.unchanged) == (1, 1)
    assert sorted(str(p.progress) for p in house.participations()) == ["0.5", "1"]


def test_equal_rows_that_all_changed_are_doubtful(house: House) -> None:
    one, two = AWA, replace(AWA, progress=Decimal("0.9"))
    house.receive([one, two])
    prepared = house.see([shared(two), replace(one, progress=Decimal("0.95"))], LATER)
    assert [question.code for question in prepared.questions] == ["doubtful-rows"]
    assert {change.doubt for change in prepared.changes} == {"equal-rows"}


@settings(max_examples=few(0.3), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_any_row_order_is_the_same_export(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = [AWA, AWA, replace(AWA, progress=Decimal("0.9")), shared(AWA), BAH, shared(CISSE)]
    house = House(tmp_path_factory.mktemp("house"))
    house.receive(rows)
    before = house.engine.head()
    counts = house.receive([*data.draw(st.permutations(rows)), row("Neuf", "Léa")], LATER)
    assert (counts.new, counts.unchanged) == (1, 6)
    assert house.told(before) == ["ExportReceived", "ParticipationImported"]
    house.side.database.dispose()
    house.engine.close()


# --- the column of external ids


def test_an_ambiguous_column_is_asked_once(house: House) -> None:
    rows = [replace(one, imported=(("Site", "Nord"),)) for one in (AWA, BAH)]
    asked = house.see(rows)
    header = "Numéro de dossier i-Milo"
    assert [(q.code, q.choices) for q in asked.questions] == [("external-id-column", ("Site", header, ""))]
    house.receive(rows, answers=Answers(external_id_column=header))
    assert house.engine.references().campaigns[house.campaign].external_id_column == header
    later = house.prepare([*rows, replace(CISSE, imported=rows[0].imported)], LATER)
    assert later.preview
    assert not later.preview.questions
    assert house.record(later).counts.new == 1


def test_a_column_that_the_file_lacks_is_refused(house: House) -> None:
    rows = [replace(one, imported=(("Site", "Nord"),)) for one in (AWA, BAH)]
    with pytest.raises(Refused, match="unknown-column"):
        house.prepare(rows, answers=Answers(external_id_column="Autre"))


def test_days_are_the_structures(house: House) -> None:
    late = replace(AWA, started=utc_moment(datetime(2026, 5, 10, 22, 30, tzinfo=UTC)))
    house.receive([late])
    started = house.participations()[0].started
    assert started
    assert (started.day, started.at) == (date(2026, 5, 11), datetime(2026, 5, 10, 22, 30, tzinfo=UTC))


# --- whatever the order

SNAPSHOTS = st.lists(
    st.dictionaries(st.sampled_from(["Awa", "Ali", "Zoé"]), st.integers(0, 12), min_size=1), min_size=1, max_size=4
)


@settings(max_examples=few(0.3))
@given(snapshots=SNAPSHOTS, data=st.data())
def test_whatever_the_order_of_imports_the_newest_export_has_the_last_word(
    snapshots: list[dict[str, int]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each snapshot shows some people, in tenths of progress; 10 and more are shared, with that many per cent."""
    house = House(tmp_path_factory.mktemp("house"))
    answers = Answers(accept_vanished=True, doubtful="record")
    for day in data.draw(st.permutations(range(len(snapshots)))):
        house.receive(shown(snapshots[day], day), FIRST + timedelta(days=day), answers)
    ends = {one.first_name: one for one in house.participations() if not one.vanished}
    newest = shown(snapshots[-1], len(snapshots) - 1)
    for one in newest[:-1]:
        end = ends[one.first_name]
        assert end.progress == one.progress or end.result
        assert not one.shared or (end.result and end.result.mastery == one.mastery)
    assert len(house.participations()) == len({name for snapshot in snapshots for name in snapshot}) + len(snapshots)
    house.side.database.dispose()
    house.engine.close()


def shown(snapshot: dict[str, int], day: int) -> list[AssessmentRow]:
    """The rows of a snapshot, and one that makes its file unlike any other."""
    rows = []
    for name, tenths in sorted(snapshot.items()):
        begun = row("Diallo", name, progress=Decimal(min(tenths, 9)) / 10)
        rows.append(shared(begun, str(Decimal(tenths) / 100)) if tenths > 9 else begun)
    return [*rows, row("Seul", f"Jour{day}")]

"""Three generations of dates, and the date in the name of the file."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pixflow.events.values import Moment
from pixflow.pix_orga.export import AssessmentRow, utc_moment
from pixflow.pix_orga.reader import read
from pixflow.pix_orga.samples import write_export
from tests.pix_orga.files import CAMPAIGN, SHARED, ambiguous_lines, changed, codes, file

START = '"11/05/2026 15:00"'


def started(data: bytes) -> Moment | None:
    export = read(data)
    assert not export.refused, export.problems
    return export.rows[0].started


def first(text: str, header: str = "Date de début") -> AssessmentRow:
    data = changed('"Date et heure de début (Europe/Paris)"', f'"{header}"', changed(START, text))
    return read(data).rows[0]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ('"25/02/2019 11:20"', datetime(2019, 2, 25, 10, 20, tzinfo=UTC)),
        ('"02/03/2019 00:04"', datetime(2019, 3, 1, 23, 4, tzinfo=UTC)),
        ('"01/07/2026 00:30"', datetime(2026, 6, 30, 22, 30, tzinfo=UTC)),
        ('"26/10/2025 03:00"', datetime(2025, 10, 26, 2, 0, tzinfo=UTC)),
        ('"26/10/2025 01:59"', datetime(2025, 10, 25, 23, 59, tzinfo=UTC)),
    ],
)
def test_paris_times_become_utc(text: str, utc: datetime) -> None:
    export = read(changed(START, text))
    assert (export.rows[0].started, export.problems) == (utc_moment(utc), ())


def test_the_hour_that_comes_twice_is_the_first_one_and_told() -> None:
    export = read(changed(START, '"26/10/2025 02:00"'))
    assert (export.rows[0].started, ambiguous_lines(export)) == (
        utc_moment(datetime(2025, 10, 26, 0, 0, tzinfo=UTC)),
        [2],
    )
    shared = read(changed('"11/05/2026 15:40"', '"26/10/2025 02:59"'))
    assert (shared.rows[0].shared_at, ambiguous_lines(shared)) == (
        utc_moment(datetime(2025, 10, 26, 0, 59, tzinfo=UTC)),
        [2],
    )


def test_a_day_stays_a_day() -> None:
    assert first("2024-05-14").started == Moment(date(2024, 5, 14))


@pytest.mark.parametrize(
    "text", ["2024-12-10T09:05:00.000Z", "2024-12-10T09:05:00", "2024-12-10 09:05", "2024-12-10T10:05:00+01:00"]
)
def test_iso_times_are_utc(text: str) -> None:
    assert first(f'"{text}"').started == utc_moment(datetime(2024, 12, 10, 9, 5, tzinfo=UTC))


def test_a_header_may_name_utc() -> None:
    assert first('"10/12/2024 09:05"', "Date et heure de début (UTC)").started == utc_moment(
        datetime(2024, 12, 10, 9, 5, tzinfo=UTC)
    )


def test_a_paris_time_written_as_a_day_is_its_utc_day() -> None:
    row = replace(SHARED, started=utc_moment(datetime(2024, 5, 13, 22, 30, tzinfo=UTC)))
    assert started(write_export(CAMPAIGN, [row], dates="day")) == Moment(date(2024, 5, 13))


@pytest.mark.parametrize(
    "name",
    [
        "resultats-x_-_y-12-2026-05-12-0910.csv",
        "Resultats-Atelier mai _n_2_-12-2026-05-12-0910.csv",
        "resultats-x-12-2026-05-12-0910 (1).csv",
        "C:\\fakepath\\resultats-x-12-2026-05-12-0910(12).CSV",
        "dossier/resultats--12-2026-05-12-0910.csv",
    ],
)
def test_the_name_tells_when_it_was_exported(name: str) -> None:
    assert read(file(), name).exported_at == datetime(2026, 5, 12, 7, 10, tzinfo=UTC)


@pytest.mark.parametrize("name", ["", "export.csv", "resultats-x-12-2026-13-12-0910.csv", "resultats-x-12.csv"])
def test_a_name_that_does_not_tell_gives_no_date(name: str) -> None:
    export = read(file(), name)
    assert (export.exported_at, export.problems) == (None, ())


@pytest.mark.parametrize("hour", ["0010", "1310"])
def test_an_hour_that_no_twelve_hour_clock_has_is_sure(hour: str) -> None:
    assert read(file(), f"resultats-x-12-2022-11-03-{hour}.csv").exported_at is not None


@pytest.mark.parametrize(("when", "told"), [("2024-11-30-2359", False), ("2025-01-14-0000", False)])
def test_only_exports_of_the_bug_are_doubted(when: str, told: bool) -> None:
    assert (("validation-bug", None) in codes(file(), f"resultats-x-12-{when}.csv")) == told


def test_every_hour_of_a_year_goes_and_comes_back() -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    rows = [replace(SHARED, started=utc_moment(start + timedelta(hours=hour))) for hour in range(365 * 24)]
    export = read(write_export(CAMPAIGN, rows))
    differ = [(row, back) for row, back in zip(rows, export.rows, strict=True) if row.started != back.started]
    assert [row.started for row, _ in differ] == [utc_moment(datetime(2025, 10, 26, 1, 0, tzinfo=UTC))]
    assert differ[0][1].line in ambiguous_lines(export)

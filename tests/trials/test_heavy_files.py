"""Files made to cost much, beside an honest one of the most rows that people may import, read in the same run."""

import time

import pytest

from pixflow.pix_orga.reader import MAX_ROWS, read
from pixflow.pix_orga.samples import write_export
from tests.pix_orga.files import CAMPAIGN, HOSTILE, wide_row
from tests.trials.report import TrialReport
from tests.workbooks import heavy_workbooks

pytestmark = pytest.mark.trial
MOST = 2
"""Times the honest file."""


def told(trial_report: TrialReport, kind: str, honest: float, made: dict[str, float]) -> None:
    """Tells of the slowest, then judges it."""
    slowest = max(made, key=lambda name: made[name])
    found = f"{slowest}: {made[slowest]:.2f} s; the honest one {honest:.2f} s"
    trial_report.add("heavy files", f"{len(made)} {kind} made to cost much", found)
    assert made[slowest] < MOST * honest, found


def test_no_workbook_costs_much_more_than_a_portfolio_of_twenty_thousand_rows(trial_report: TrialReport) -> None:
    _, honest, _ = heavy_workbooks.measured(heavy_workbooks.large_portfolio())
    made = {name: heavy_workbooks.measured(one())[1] for name, one in heavy_workbooks.MADE.items()}
    told(trial_report, "workbooks", honest, made)


def test_no_export_costs_much_more_than_one_of_twenty_thousand_rows(trial_report: TrialReport) -> None:
    large = write_export(CAMPAIGN, [wide_row(number) for number in range(MAX_ROWS)])
    told(trial_report, "exports", seconds(large), {name: seconds(data) for name, (data, _) in HOSTILE.items()})


def seconds(data: bytes) -> float:
    """Returns the seconds of processor to read an export."""
    begun = time.process_time()
    read(data, "resultats-" + "-1" * 10_000)
    return time.process_time() - begun

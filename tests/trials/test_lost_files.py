"""A lost file is a loss: each file and each schema is gone, emptied, or put back from an earlier day, one by one.

Every command says so and changes nothing, and *Lost files* of docs/operations.md brings everything back.
"""

from pathlib import Path

import pytest

from tests import lost_files
from tests.lost_files import FILES, POSTGRES, SQLITE
from tests.trials.report import TrialReport

pytestmark = pytest.mark.trial
ON_SQLITE = [("sqlite", name) for name in {**FILES, **SQLITE}]
ON_POSTGRES = [pytest.param("postgres", name, marks=pytest.mark.postgres) for name in {**FILES, **POSTGRES}]


@pytest.mark.parametrize(("store", "name"), [*ON_SQLITE, *ON_POSTGRES])
def test_what_is_lost_is_told_and_brought_back(
    store: str, name: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trial_report: TrialReport
) -> None:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", url)
    refused = lost_files.must_lose_nothing(lost_files.site(tmp_path), name)
    trial_report.add(f"lost: {name}", f"{refused} commands, {store}", "each says it, nothing changes, all comes back")

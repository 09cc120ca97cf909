"""Some of the trial of lost files (tests/trials/test_lost_files.py), on both stores."""

from pathlib import Path

import pytest

from tests import lost_files
from tests.lost_files import Site


@pytest.mark.parametrize(
    ("store", "name"),
    [
        ("sqlite", "ici/events.db gone"),
        ("sqlite", "keys/ici.ring older"),
        ("sqlite", "_site/accounts.db older"),
        pytest.param("postgres", "pixflow_ici older", marks=pytest.mark.postgres),
        pytest.param("postgres", "pixflow__site gone", marks=pytest.mark.postgres),
    ],
)
def test_what_is_lost_is_told_and_brought_back(
    store: str, name: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = request.getfixturevalue("database_url") if store == "postgres" else ""
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", url)
    lost_files.must_lose_nothing(Site(tmp_path, url), name)

"""A workbook of places is read in the process of portfolios, within the same limits."""

import sys

import pytest

from pixflow.open_data.place import FileRefused
from pixflow.place_import.importer import read_workbook
from pixflow.portfolio import reading_process
from web.french.errors import places


def test_one_that_takes_too_long_here_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_process, "MAX_TIME", 0.001)
    monkeypatch.setattr(reading_process, "COMMAND", (sys.executable, "-I", "-c", "while True: pass"))
    with pytest.raises(FileRefused) as refused:
        read_workbook(b"PK")
    assert "trop long ici" in places.sentence(refused.value.problem)

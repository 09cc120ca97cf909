"""Files of places and of outlines are read in a process of its own, within limits, whatever their format."""

import sys
from datetime import date
from typing import Any

import msgspec
import pytest

from pixflow import open_data, reading_process
from pixflow.place_import import outlines, reading
from pixflow.place_import.reading import read_outlines, read_places
from pixflow.refused import Refused
from tests.open_data.samples import mediation
from tests.place_import.test_outlines import SQUARE, feature, file, polygon
from tests.workbooks.workbooks import workbook
from web.french.errors import places

DAY = date(2026, 6, 15)
HEADER = ("nom", "commune", "code_postal", "pivot", "courriels")
ROW = ("Le Relais", "Alençon", "61000", "", "")
FILES = {
    "csv": mediation({}, {"id": "2"}),
    "json": msgspec.json.encode([dict(zip(HEADER, ROW, strict=True))]),
    "geojson": msgspec.json.encode({"features": [{"properties": dict(zip(HEADER, ROW, strict=True))}]}),
    "xlsx": workbook(HEADER, ROW),
    "broken": b"[{",
}
_NEST = b'{"":' * 300 + b"{}" + b"}" * 300
HEAVY = b'{"features":[' + b",".join([_NEST] * 3_460) + b"]}"
"""Each five bytes are a dictionary, of forty times as much."""


@pytest.fixture
def nothing_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets no file be read in this process."""

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("read in the process that serves")

    monkeypatch.setattr(reading, "read", fail)
    monkeypatch.setattr(outlines, "read_outlines", fail)
    monkeypatch.setattr(msgspec.json, "decode", fail)


@pytest.mark.parametrize("name", FILES)
def test_places_are_read_alike_in_a_process_of_its_own(request: pytest.FixtureRequest, name: str) -> None:
    here = reading.places_of(FILES[name], DAY, None, None)
    request.getfixturevalue("nothing_here")
    assert read_places(FILES[name], DAY) == here
    assert here.refused == (name == "broken")


def test_a_mapping_and_middles_go_along() -> None:
    data = b"Lieu;Ville\nLe Relais;Alen\xc3\xa7on\n"
    mapping, found = {"Lieu": "nom", "Ville": "commune"}, {"61001": (48.4, 0.1)}
    there = read_places(data, DAY, mapping, found)
    assert there == open_data.read(data, DAY, mapping=mapping, middles=found)
    assert [one.name for one in there.places] == ["Le Relais"]


@pytest.mark.usefixtures("nothing_here")
def test_outlines_are_read_in_a_process_of_its_own() -> None:
    assert list(read_outlines(file(feature("61214", polygon(SQUARE))))) == ["61214"]
    with pytest.raises(Refused, match="outlines-without-commune"):
        read_outlines(file())


@pytest.mark.usefixtures("nothing_here")
def test_a_file_past_its_memory_is_refused() -> None:
    with pytest.raises(Refused, match="outlines-file-too-heavy"):
        read_outlines(HEAVY)
    (problem,) = read_places(HEAVY, DAY).problems
    assert (problem.code, problem.line) == ("file-too-heavy", None)
    assert "trop lourd à lire" in places.sentence(problem)


def test_one_that_takes_too_long_here_or_waits_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, reading_process.FILES.turn():
        patch.setattr(reading_process, "MAX_WAIT", 0.01)
        assert "en cours de lecture" in places.sentence(read_places(FILES["csv"], DAY).problems[0])
        with pytest.raises(Refused, match="outlines-reader-busy"):
            read_outlines(file())
    monkeypatch.setattr(reading_process, "MAX_TIME", 0.001)
    monkeypatch.setattr(reading_process, "COMMAND", (sys.executable, "-I", "-c", "while True: pass"))
    assert "trop long ici" in places.sentence(read_places(b"PK", DAY).problems[0])
    with pytest.raises(Refused, match="outlines-too-long-here"):
        read_outlines(file())


def test_a_file_that_weighs_too_much_begins_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_process, "COMMAND", ("/no/such/program",))
    with pytest.raises(Refused, match="outlines-too-large"):
        read_outlines(b" " * (outlines.MAX_BYTES + 1))
    assert [one.code for one in read_places(b" " * (open_data.rows.MAX_BYTES + 1), DAY).problems] == ["too-large"]

"""Reads the real samples, where they stand beside the checkout."""

import json
from collections import Counter

import pytest

from pixflow.open_data import PlaceFile, read
from pixflow.open_data.duplicates import duplicates
from tests.open_data.samples import TERRITORY, TODAY

pytestmark = pytest.mark.skipif(
    not TERRITORY.exists(), reason="the samples of the Orne do not stand beside the checkout"
)


def sample(name: str) -> PlaceFile:
    return read((TERRITORY / f"orne-{name}").read_bytes(), TODAY)


@pytest.mark.parametrize("name", ["mednum-1.0.2.csv", "mednum-1.0.2.json"])
def test_the_counts_are_those_expected(name: str) -> None:
    expected = json.loads((TERRITORY / "expected-orne.json").read_text())["orne"]
    found = sample(name)
    places = found.places
    assert len(places) == expected["places"]
    assert Counter(place.source for place in places) == expected["by_source"]
    assert Counter(word for place in places for word in place.services) == expected["services"]
    assert sum(place.point is None for place in places) == expected["without_coordinates"]
    assert sum(not place.hours for place in places) == expected["without_hours"]
    assert sum(place.siret is None for place in places) == expected["without_siret"]
    assert Counter(one.code for one in found.problems) == {"postal-code-is-insee": expected["postal_code_equals_insee"]}
    days = [str(place.updated) for place in places]
    assert (min(days), max(days)) == (expected["oldest"], expected["newest"])


@pytest.mark.parametrize("extension", ["csv", "json"])
@pytest.mark.parametrize("kind", ["structures", "services"])
def test_data_inclusion_has_the_same_places(kind: str, extension: str) -> None:
    found, original = sample(f"data-inclusion-v1-{kind}.{extension}"), sample("mednum-1.0.2.csv")
    assert found.kind == f"data-inclusion-{kind}"
    assert [(one.insee, one.point, one.hours, one.updated) for one in found.places] == [
        (one.insee, one.point, one.hours, one.updated) for one in original.places
    ]


def test_the_older_file_reads_as_the_newer_one() -> None:
    older, newer = sample("mednum-0.1.1.json"), {one.id: one for one in sample("mednum-1.0.2.csv").places}
    assert len(older.places) == 28
    assert not older.problems
    for one in older.places:
        same = newer[one.id]
        assert (one.services, one.labels, one.fees, one.support) == (
            same.services, same.labels, same.fees, same.support,
        )  # fmt: skip


def test_the_duplicates_are_those_expected_and_no_others() -> None:
    expected = json.loads((TERRITORY / "expected-orne.json").read_text())["duplicates_expected"]
    found = {frozenset((pair.one.line, pair.other.line)) for pair in duplicates(sample("mednum-1.0.2.csv").places)}
    groups: list[set[int]] = []
    for pair in found:
        joined = set(pair).union(*(group for group in groups if group & pair))
        groups = [group for group in groups if not group & pair] + [joined]
    assert sorted(map(len, groups)) == sorted(map(len, expected))

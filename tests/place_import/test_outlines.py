"""Outlines of communes: read from GeoJSON, refused in one word when they are no outlines of communes of France."""

import json
from codecs import BOM_UTF8
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.open_data.communes import communes
from pixflow.place_import.outlines import CROWD, Ring, middles, read_outlines, rings_of, simplified
from pixflow.refused import Refused

SQUARE = [[0.6, 48.7], [0.7, 48.7], [0.7, 48.8], [0.6, 48.8], [0.6, 48.7]]
ISLET = [[0.8, 48.7], [0.9, 48.7], [0.9, 48.8], [0.8, 48.7]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": rings}


def feature(code: object, geometry: object, name: str = "code") -> dict[str, Any]:
    return {"type": "Feature", "properties": {name: code}, "geometry": geometry}


def file(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize("name", ["code", "INSEE_COM", "ref:INSEE"])
def test_an_outline_is_read_under_the_code_of_its_commune(name: str) -> None:
    found = read_outlines(BOM_UTF8 + file(feature("61214", polygon(SQUARE, ISLET), name)))
    assert found == {"61214": "600 48700 100 0 0 100 -100 0 0 -100"}, "the outer ring only"
    assert rings_of(found["61214"])[0] == [(north, east) for east, north in SQUARE]
    assert middles(found)["61214"] == (48.75, 0.6499999999999999)


def test_islands_lost_zeros_and_merged_communes_have_the_code_of_today() -> None:
    islands = {"type": "MultiPolygon", "coordinates": [[SQUARE], [ISLET]]}
    found = read_outlines(
        file(feature(1001, islands), feature("61375", polygon(SQUARE)), feature("61511", polygon(ISLET)))
    )
    assert len(rings_of(found["01001"])) == 2
    assert len(rings_of(found["61375"])) == 2, "Vrigny is a part of Boischampré today"


def test_what_is_no_commune_and_what_has_no_shape_is_left_out() -> None:
    other = [feature(code, polygon(SQUARE)) for code in ("99999", "", "61", None)] + [feature("61342", None)]
    assert list(read_outlines(file(*other, feature("61214", polygon(SQUARE))))) == ["61214"]


METRES = [[518_000.0, 6_850_000.0], [519_000.0, 6_850_000.0], [519_000.0, 6_851_000.0], [518_000.0, 6_850_000.0]]
REFUSED = {
    "outlines-unreadable": [
        b"", b"\xff\xfe", b"[]", b"{}", b"null", b"nom;commune", b'{"features": 3}', b'{"features": "abc"}',
        b'{"features": [{"properties": {"code": "61214"}}]}', b'{"features": [null]}', b"[" * 100_000,
        file(feature("61214", {"type": "Point", "coordinates": [0.6, 48.7]})),
        file(feature("61214", polygon())), file(feature("61214", polygon([]))),
        file(feature("61214", polygon([["0.6", "48.7"]]))), file(feature("61214", polygon([[0.6]]))),
        file(feature("61214", 3)), file({"properties": 3, "geometry": None}),
    ],
    "outlines-without-commune": [
        file(), file(feature("61", polygon(SQUARE))), file(feature("61214", None)),
        file(feature("61214", polygon([[0.6, 48.7]] * 5))),
    ],
    "outlines-elsewhere": [
        file(feature("61214", polygon(METRES))),
        file(feature("61214", polygon([point[::-1] for point in SQUARE]))),
        file(feature("61214", polygon(SQUARE)), feature("61342", polygon([[2e308, 48.7], *ISLET]))).replace(
            b"Infinity", b"1e308"
        ),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "data"), [(code, data) for code, files in REFUSED.items() for data in files])
def test_what_is_no_file_of_outlines_is_refused(code: str, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_outlines(data)
    assert (refused.value.code, refused.value.details["field"]) == (code, "outlines")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.sampled_from(["61214", "Polygon", 0.6, 48.7]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["features", "properties", "geometry", "type", "coordinates", "code"]), inner, max_size=4
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(st.builds(dict, properties=JSON, geometry=JSON)) | JSON)
def test_any_file_is_read_or_refused(features: Any) -> None:
    try:
        found = read_outlines(json.dumps({"features": features}).encode())
    except Refused:
        return
    assert found.keys() <= communes().keys()
    assert all(rings_of(text) for text in found.values())


SIDE, CELLS = 60, 3
MOVES = st.lists(st.integers(-5, 5), min_size=5, max_size=5)


def borders(moves: list[list[int]]) -> list[Ring]:
    """Returns nine squares side by side, whose borders have five points each, moved across by so many steps."""
    lines: dict[tuple[int, int, bool], Ring] = {}
    for east, north, flat in (
        (e, n, flat) for e in range(CELLS + 1) for n in range(CELLS + 1) for flat in (True, False)
    ):
        across = moves[len(lines) % len(moves)]
        along = [(10 * (rank + 1), move) for rank, move in enumerate(across)]
        between = [(a, b) if flat else (b, a) for a, b in along]
        end = (SIDE, 0) if flat else (0, SIDE)
        lines[east, north, flat] = [(east * SIDE + a, north * SIDE + b) for a, b in [(0, 0), *between, end]]
    return [
        [
            *lines[east, north, True][:-1],
            *lines[east + 1, north, False][:-1],
            *lines[east, north + 1, True][:0:-1],
            *lines[east, north, False][::-1],
        ]
        for east in range(CELLS)
        for north in range(CELLS)
    ]


@given(st.lists(MOVES, min_size=7, max_size=7))
def test_no_gap_opens_between_two_communes_that_are_simplified(moves: list[list[int]]) -> None:
    rings = borders(moves)
    thin = simplified(rings)
    edges = Counter(frozenset(edge) for ring in thin for edge in pairwise(ring))
    assert max(edges.values()) == 2, "each border inside has two owners"
    alone = [edge for edge, count in edges.items() if count == 1]
    ends = Counter(point for edge in alone for point in edge)
    assert set(ends.values()) == {2}, "what has one owner is one line around all"
    assert all(ring[0] == ring[-1] and set(ring) <= set(old) for ring, old in zip(thin, rings, strict=True))


def test_a_straight_border_has_its_two_ends_and_an_island_keeps_its_shape() -> None:
    square = [(0, 0), (50, 1), (100, 0), (100, 100), (50, 100), (0, 100), (0, 0)]
    assert simplified([square]) == [[(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]]
    islet = [(0, 0), (1, 0), (0, 1), (0, 0)]
    assert simplified([islet]) == [islet]


def test_one_shape_again_and_again_is_not_compared_with_itself() -> None:
    ring = [(0, 0), (5, 0), (10, 0), (10, 10), (0, 0)]
    assert simplified([ring] * CROWD) == [[(0, 0), (10, 0), (10, 10), (0, 0)]] * CROWD
    assert simplified([ring] * 20_000) == [ring] * 20_000

"""Outlines of communes: read from GeoJSON, refused in one word when they are no outlines of communes of France."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.open_data.communes import communes
from pixflow.place_import.outlines import MAX_BYTES, middles, read_outlines, rings_of
from pixflow.refused import Refused

SQUARE = [[0.6, 48.7], [0.7, 48.7], [0.7, 48.8], [0.6, 48.8], [0.6, 48.7]]
ISLET = [[0.8, 48.7], [0.9, 48.7], [0.9, 48.8], [0.8, 48.7]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": rings}


def feature(code: object, geometry: object, name: str = "code") -> dict[str, Any]:
    return {"type": "Feature", "properties": {name: code}, "geometry": geometry}


def file(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize("name", ["code", "insee", "INSEE_COM"])
def test_an_outline_is_read_under_the_code_of_its_commune(name: str) -> None:
    found = read_outlines(file(feature("61214", polygon(SQUARE, ISLET), name)))
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
    "outlines-too-large": [b" " * (MAX_BYTES + 1)],
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

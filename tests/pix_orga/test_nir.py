"""The social security number, however it is written."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pixflow.identity import contains_nir
from pixflow.pix_orga.nir import looks_like_nir


@pytest.mark.parametrize(
    "text",
    [
        "1850578006084",
        "185057800608436",
        "185057800608499",
        "2 85 05 2A 006 084 36",
        "n° 1-85-05-78-006-084",
        "1 8 5 0 5 7 8 0 0 6 0 8 4",
        "1850578006084 7",
        "１８５０５７８００６０８４",
    ],
)
def test_a_nir_is_found(text: str) -> None:
    assert looks_like_nir(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0012345",
        "+33612345678",
        "0033612345678",
        "1234567890123",
        "18505780060843",
        "Jean-Baptiste Dupont",
        "12-345",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert not looks_like_nir(text)


@given(st.text("01248AaB .-_/x²", min_size=11, max_size=24) | st.from_regex(r"\A[1-478][0-9]{12}[ .-]?[0-9]{0,3}\Z"))
@example("1966559128978-6")
@example("4.8820243921269")
def test_whatever_the_engine_refuses_is_refused_in_a_file(text: str) -> None:
    assert looks_like_nir(text) or not contains_nir(text)

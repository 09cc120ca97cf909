"""Cells of the exports: no text is a formula, and no other text is changed."""

import pytest

from pixflow.formulas import guarded

STARTS = [
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
    "\ufe66",
    "\ufe62",
    "\ufe63",
    "\ufe6b",
]


@pytest.mark.parametrize("start", STARTS, ids=ascii)
def test_no_text_is_taken_for_a_formula(start: str) -> None:
    assert guarded(f"{start}1+1") == f"'{start}1+1"
    assert guarded(start) == f"'{start}"


@pytest.mark.parametrize("text", ["", "Mission locale", "1 = 1", "« 5 »", "’Ndiaye", "Été", "＜ 5"])
def test_another_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text

"""Trigrams and likeness: accents, order, beginnings and one mistake anywhere are forgiven."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.name_search import ALIKE, likeness, trigrams_of

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12)


def test_trigrams_are_of_words_with_their_ends_marked() -> None:
    assert trigrams_of("Léa  BA") == {" le", "lea", "ea ", " ba", "ba "}
    assert trigrams_of("d'Ornano") == {" d ", " or", "orn", "rna", "nan", "ano", "no "}
    assert trigrams_of("—") == frozenset()


@given(WORDS, st.data())
def test_whatever_one_mistake_does_a_word_keeps_some_of_its_trigrams(word: str, data: st.DataObject) -> None:
    at, letter = data.draw(st.integers(0, len(word) - 1)), data.draw(st.sampled_from("abcxyz"))
    before, after = word[:at], word[at + 1 :]
    for wrong in (before + letter + after, before + after, before + letter + word[at:]):
        assert trigrams_of(wrong) & trigrams_of(word), wrong


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Kowalsky", "Kowalski Emmanuel"),
        ("jowalski", "Kowalski Emmanuel"),
        ("emanuel kowlaski", "Kowalski Emmanuel"),
        ("kovalsk", "Kowalski Emmanuel"),
        ("amniata", "Diallo Aminata"),
        ("N’DIAYE awa", "Ndiaye Awa"),
        ("jeanbatiste", "Moreau Jean-Baptiste"),
        ("legoff yan", "Le Goff Yann"),
        ("oune", "Aoune Inès"),
        ("lia martin", "Martin Léa"),
    ],
)
def test_a_mistake_is_forgiven_wherever_it_is(typed: str, name: str) -> None:
    assert likeness(typed, name) >= ALIKE


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("paul martin", "Martin Lucas"),
        ("kowalski", "Benali Nadia"),
        ("diallo fatou", "Diallo Aminata"),
        ("", "Diallo Aminata"),
        ("diallo", ""),
        ("12347", "Diallo Aminata"),
    ],
)
def test_somebody_else_s_name_is_not_near(typed: str, name: str) -> None:
    assert likeness(typed, name) < ALIKE


@given(WORDS, WORDS)
def test_a_name_is_wholly_like_itself_in_any_order_and_by_its_beginnings(last: str, first: str) -> None:
    assert likeness(f"{first} {last}", f"{last} {first}") == 100
    assert likeness(f"{last[:3]} {first[:2]}", f"{last.upper()} {first.title()}") == 100

"""Likeness of names, however they were typed: trigrams search among many, a likeness ranks a few."""

from collections.abc import Iterator
from typing import Final

from rapidfuzz import fuzz

from pixflow.identity import normalise

ALIKE: Final = 75
"""Lowest likeness of a name worth showing: one wrong letter in a word of four."""
_LEAST: Final = 60


def trigrams(text: str) -> frozenset[str]:
    """Returns the trigrams of each word, its ends marked: `"Léa Ba"` gives `" le", "lea", "ea ", " ba", "ba "`.

    One typing mistake in a word of four letters or more leaves some of them.
    """
    return frozenset(run for word in normalise(text).split() for run in _runs(f" {word} "))


def likeness(asked: str, name: str) -> float:
    """Returns the likeness of a typed text to a name, 0..100, without accents and case; 0 if a word resembles none.

    Compares each typed word with the nearest word of the name, or its beginning, and weights it by its length. Compares
    also the whole text, without spaces.
    """
    typed, words = normalise(asked).split(), normalise(name).split()
    if not typed or not words:
        return 0
    whole = fuzz.ratio("".join(typed), "".join(words))
    each = [max(_word_likeness(word, other) for other in words) for word in typed]
    if min(each) < _LEAST:
        return whole
    return max(whole, sum(len(word) * like for word, like in zip(typed, each, strict=True)) / sum(map(len, typed)))


def _runs(marked: str) -> Iterator[str]:
    return (marked[start : start + 3] for start in range(len(marked) - 2))


def _word_likeness(typed: str, word: str) -> float:
    return max(fuzz.ratio(typed, word), fuzz.ratio(typed, word[: len(typed)]))

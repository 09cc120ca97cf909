"""How alike names are, however they were typed: trigrams to look among many, a likeness to rank a few."""

from collections.abc import Iterator
from typing import Final

from rapidfuzz import fuzz

from pixflow.identity import normalise

ALIKE: Final = 75
"""From which likeness a name is worth showing: one letter wrong in a word of four."""
_LEAST: Final = 60


def trigrams(text: str) -> frozenset[str]:
    """The runs of three letters of each word, its ends marked: `"Léa Ba"` gives `" le", "lea", "ea ", " ba", "ba "`.

    Whatever one typing mistake does to a word of four letters or more, some of them stay.
    """
    return frozenset(run for word in normalise(text).split() for run in _runs(f" {word} "))


def likeness(asked: str, name: str) -> float:
    """How near what was typed is to a name, 0..100, accents and case aside; 0 when a word of it is like none.

    Each typed word counts, by its length, as it is like the nearest word of the name or the beginning of one; or
    the whole does, spaces aside.
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

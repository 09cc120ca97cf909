"""Scores the match between a participant and a young person: certain, proposed or none."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final, TypeVar

from rapidfuzz import fuzz

from pixflow import identity

K = TypeVar("K")

THRESHOLD: Final = 45
_LESS_THAN_CERTAIN: Final = 94
_CLOSE: Final = 80

_NAMES: Final = {
    "same-words": 86,
    "same-words-other-order": 84,
    "one-word-more": 70,
    "one-word-less": 70,
    "words-included": 66,
    "one-word-in-common": 50,
}
_NUMBERS: Final = {"same-number": 14, "number-without-leading-zeros": 8, "other-number": -20}
_NUMBER_ALONE: Final = {"same-number": 50, "number-without-leading-zeros": 46}
_SUPPORTS: Final = {"same-workshop": 6, "confirmed-before": 40}
_BIRTHS: Final = {"same-birth-date": 5, "other-birth-date": -15}


@dataclass(frozen=True, slots=True)
class Person:
    """Names and number as typed. A participant's number is the external id: perhaps not an i-Milo number."""

    last_name: str
    first_name: str
    number: str | None = None
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """The normalised data of a person, computed once."""

    words: frozenset[str]
    letters: str
    letters_other_order: str
    sorted: str
    number: str
    birth_date: date | None


@dataclass(frozen=True, slots=True)
class Match:
    """`score` of 0..100, 95 and more when certain; `reasons` and `warnings` are codes, the weightiest first."""

    score: int
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def certain(participant: Person, candidate: Person) -> bool:
    """Tells if the match is automatic: equal i-Milo numbers and the same names (docs/domain.md#matching)."""
    return _certain(_index_person(participant), _index_person(candidate))


def score(participant: Person, candidate: Person) -> Match | None:
    """Returns the match of two people, or None under THRESHOLD.

    Reasons: same-number; same-words, same-words-other-order, one-word-more or one-word-less (on the participant's
    side), words-included, one-word-in-common (a name of one word only), close-spelling; same-birth-date. Warnings:
    same-number-other-name, number-without-leading-zeros, other-number, other-birth-date. Source:
    docs/domain.md#matching. Inclusion of word sets matched 93 % of participants, equality 64 %
    (docs/pix-orga.md#pitfalls).
    """
    return _score(_index_person(participant), _index_person(candidate))


def rank(
    participant: Person,
    candidates: Iterable[tuple[K, Person]],
    limit: int = 3,
    *,
    seated: Collection[K] = (),
    confirmed: Collection[K] = (),
) -> list[tuple[K, Match]]:
    """Returns the best `limit` matches, best first, equal ones in the order given.

    `seated` had a seat in a workshop at the minute when the participant began. `confirmed` were matched before with a
    participant of this name and number. Adds the warning `namesake` when another candidate has the same set of words,
    except to the only one of them who was seated or confirmed.
    """
    mine = _index_person(participant)
    people = [(key, _index_person(person)) for key, person in candidates]
    scored = [
        (key, theirs.words, _supported(match, key in seated, key in confirmed))
        for key, theirs in people
        if (match := _score(mine, theirs))
    ]
    namesakes = Counter(words for _, words, _ in scored)
    supported = Counter(words for _, words, match in scored if _is_supported(match))
    scored.sort(key=lambda row: -row[2].score)
    return [
        (key, _warned(match, namesakes[words] > 1 and not (_is_supported(match) and supported[words] == 1)))
        for key, words, match in scored[:limit]
    ]


def _supported(match: Match, seated: bool, confirmed: bool) -> Match:
    """Returns the match with the reasons that names and numbers do not give. Never makes it certain."""
    reasons = tuple(reason for reason, holds in zip(_SUPPORTS, (seated, confirmed), strict=True) if holds)
    if not reasons:
        return match
    raised = min(match.score + sum(_SUPPORTS[reason] for reason in reasons), _LESS_THAN_CERTAIN)
    return replace(match, score=max(match.score, raised), reasons=(*match.reasons, *reasons))


def _is_supported(match: Match) -> bool:
    return not _SUPPORTS.keys().isdisjoint(match.reasons)


def _warned(match: Match, has_namesake: bool) -> Match:
    return replace(match, warnings=(*match.warnings, "namesake")) if has_namesake else match


@lru_cache(maxsize=1 << 11)
def _index_person(person: Person) -> _Known:
    words = identity.words(person.last_name, person.first_name)
    last, first = identity.normalise(person.last_name), identity.normalise(person.first_name)
    letters, other = (f"{one}{two}".replace(" ", "") for one, two in ((last, first), (first, last)))
    number, in_order = _number(person.number), " ".join(sorted(words))
    return _Known(words, letters, other, in_order, number, person.birth_date)


def _number(typed: str | None) -> str:
    try:
        return identity.imilo_number(typed or "")
    except ValueError:
        return ""


def _certain(mine: _Known, theirs: _Known) -> bool:
    return bool(mine.number and mine.words) and mine.number == theirs.number and _same_names(mine, theirs)


def _same_names(mine: _Known, theirs: _Known) -> bool:
    """Compares the words in any order; or the letters, for a name with and without its apostrophe, hyphen or space."""
    return mine.words == theirs.words or mine.letters in (theirs.letters, theirs.letters_other_order)


def _score(mine: _Known, theirs: _Known) -> Match | None:
    number, (name, points) = _compare_numbers(mine, theirs), _compare_names(mine, theirs)
    birth = _compare_births(mine, theirs)
    agreed = points + _NUMBERS.get(number, 0) if name else 0
    if not _certain(mine, theirs):
        agreed = min(agreed + _BIRTHS.get(birth, 0), _LESS_THAN_CERTAIN)
    total = max(agreed, _NUMBER_ALONE.get(number, 0))
    return Match(total, *_word_match(number, name, birth)) if total >= THRESHOLD else None


def _word_match(number: str, name: str, birth: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    reasons = (number if number == "same-number" else "", name, birth if birth == "same-birth-date" else "")
    warnings = (
        "same-number-other-name" if number == "same-number" and not name else "",
        number if number != "same-number" else "",
        birth if birth == "other-birth-date" else "",
    )
    return tuple(filter(None, reasons)), tuple(filter(None, warnings))


def _compare_numbers(mine: _Known, theirs: _Known) -> str:
    if not mine.number or not theirs.number:
        return ""
    if mine.number == theirs.number:
        return "same-number"
    same = mine.number.lstrip("0") == theirs.number.lstrip("0")
    return "number-without-leading-zeros" if same else "other-number"


def _compare_births(mine: _Known, theirs: _Known) -> str:
    if not mine.birth_date or not theirs.birth_date:
        return ""
    return "same-birth-date" if mine.birth_date == theirs.birth_date else "other-birth-date"


def _compare_names(mine: _Known, theirs: _Known) -> tuple[str, int]:
    """Returns the reason and its points; `("", 0)` when the names do not agree."""
    if not mine.words or not theirs.words:
        return "", 0
    if reason := _compare_words(mine, theirs):
        return reason, _NAMES[reason]
    likeness = fuzz.ratio(mine.sorted, theirs.sorted, score_cutoff=_CLOSE)
    return ("close-spelling", 50 + int(likeness) - _CLOSE) if likeness else ("", 0)


def _compare_words(mine: _Known, theirs: _Known) -> str:
    if _same_names(mine, theirs):
        return "same-words" if mine.letters == theirs.letters else "same-words-other-order"
    if not (mine.words < theirs.words or theirs.words < mine.words):
        return ""
    if min(len(mine.words), len(theirs.words)) == 1:
        return "one-word-in-common"
    return {1: "one-word-more", -1: "one-word-less"}.get(len(mine.words) - len(theirs.words), "words-included")

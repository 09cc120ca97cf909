"""Finds similar spellings of names: the trigrams of every young person's names, and their likeness."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from rapidfuzz import fuzz
from sqlalchemy import Connection, Index, Select, String, Table, Uuid, cast, func, select

from pixflow.authorization import Scope
from pixflow.identity import list_name, normalise
from projections import directory
from projections.contract import Change, Row, keys, metadata
from projections.directory import YoungPerson
from projections.statements import Statement

NAME = "name_search"
KINDS = frozenset({"dossier"})
READS = {"dossier": attrgetter("opened", "last_name", "first_name")}

CANDIDATES: Final = 100
"""Number of dossiers compared with the text: those that share the most trigrams."""
ROWS: Final = 4_000
"""Number of rows of trigrams that are counted, rarest first: the cost does not grow with the structure."""
_ENOUGH: Final = 3
_COUNTS: Final = """SELECT value, (SELECT count(*) FROM
    (SELECT 1 FROM name_trigrams WHERE trigram = value LIMIT ?2) AS few) FROM json_each(?1)"""

trigrams = Table(
    "name_trigrams",
    metadata,
    *keys(trigram=String, stream=Uuid),
    Index("name_trigrams_of", "stream"),
    sqlite_with_rowid=False,
)
TABLES = (trigrams,)


def rows(change: Change) -> dict[Table, list[Row]]:
    state = change.after
    if state.opened is None:
        return {trigrams: []}
    runs = trigrams_of(list_name(state))
    return {trigrams: [{"trigram": run, "stream": change.stream} for run in sorted(runs)]}


def near(connection: Connection, text: str, scope: Scope, limit: int = 8) -> list[YoungPerson]:
    """Returns the dossiers of a scope with the most similar names, the most similar first."""
    if scope.whose == "none":
        return []
    (sharers,) = sharing(connection, [text], scope)
    return _alike(text, directory.find_people(connection, sharers).values())[:limit]


def born(connection: Connection, text: str, day: date, limit: int = 8) -> list[YoungPerson]:
    """Returns the people born that day with a similar name, the most similar first, whoever follows them."""
    return _alike(text, directory.born(connection, day))[:limit]


def _alike(text: str, people: Iterable[YoungPerson]) -> list[YoungPerson]:
    """Returns the people whose names resemble the text, the most similar first."""
    scored = [(likeness(text, list_name(one)), one) for one in people]
    best = sorted(scored, key=lambda pair: (-pair[0], pair[1].last_name, pair[1].first_name, pair[1].stream.int))
    return [one for score, one in best if score >= ALIKE]


def sharing(connection: Connection, texts: Sequence[str], scope: Scope, limit: int = CANDIDATES) -> list[list[UUID]]:
    """Returns, for each text, the dossiers of a scope that share the most trigrams with it, the most first."""
    runs = [trigrams_of(text) for text in texts]
    counts = _counts(connection, frozenset().union(*runs))
    rare_runs = [_rarest(counts, of) for of in runs]
    led = _led_to(connection, frozenset().union(*rare_runs), scope)
    sharers = []
    for of in rare_runs:
        named = Counter(chain.from_iterable(led.get(run, ()) for run in of))
        sharers.append([UUID(one) for one, _ in named.most_common(limit)])  # of equally frequent ones, the first met
    return sharers


def _counts(connection: Connection, runs: Set[str]) -> dict[str, int]:
    """Counts the dossiers of each trigram that has any, up to ROWS."""
    found = connection.exec_driver_sql(_COUNTS, (json.dumps(sorted(runs)), ROWS + 1))
    return {run: n for run, n in found if n}


def _rarest(counts: Mapping[str, int], runs: Iterable[str]) -> list[str]:
    """Returns the trigrams with any dossier, rarest first, up to ROWS rows in all, and at least a few."""
    rare_runs: list[str] = []
    left = ROWS
    for n, run in sorted((counts[run], run) for run in runs if run in counts):
        left -= n
        if left < 0 and len(rare_runs) >= _ENOUGH:
            break
        rare_runs.append(run)
    return rare_runs


def _led_to(connection: Connection, runs: Set[str], scope: Scope) -> dict[str, list[str]]:
    """Selects the dossiers of a scope for each trigram, in order. One row holds them as text, because they are many."""
    found = _leading(connection, scope.whose, runs=sorted(runs), advisors=scope.advisors)
    return {run: sorted(text.split(",")) for run, text in found}


@Statement
def _leading(whose: str, runs: Collection[str], advisors: Collection[UUID]) -> Select[Any]:
    streams = func.aggregate_strings(cast(trigrams.c.stream, String), ",")
    query = select(trigrams.c.trigram, streams).where(trigrams.c.trigram.in_(runs))
    if whose == "own":
        query = query.where(trigrams.c.stream.in_(directory.followed(advisors)))
    return query.group_by(trigrams.c.trigram)


# --- likeness of names, however they were typed: trigrams search among many, a likeness ranks a few

ALIKE: Final = 75
"""Lowest likeness of a name worth showing: one wrong letter in a word of four."""
_LEAST: Final = 60


def trigrams_of(text: str) -> frozenset[str]:
    """Returns the trigrams of each word, its ends marked: `"Léa Ba"` gives `" le", "lea", "ea ", " ba", "ba "`.

    One typing mistake in a word of four letters or more leaves some of them.
    """
    marked = (f" {word} " for word in normalise(text).split())
    return frozenset(word[start : start + 3] for word in marked for start in range(len(word) - 2))


def likeness(text: str, name: str) -> float:
    """Returns the likeness of a typed text to a name, 0..100, without accents and case; 0 if a word resembles none.

    Compares each typed word with the nearest word of the name, or its beginning, and weights it by its length. Compares
    also the whole text, without spaces.
    """
    typed, words = normalise(text).split(), normalise(name).split()
    if not typed or not words:
        return 0
    whole = fuzz.ratio("".join(typed), "".join(words))
    each = [
        max(max(fuzz.ratio(word, other), fuzz.ratio(word, other[: len(word)])) for other in words) for word in typed
    ]
    if min(each) < _LEAST:
        return whole
    return max(whole, sum(len(word) * like for word, like in zip(typed, each, strict=True)) / sum(map(len, typed)))

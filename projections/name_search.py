"""Names spelt nearly so: the trigrams of every young person's name, whom they lead to, and how alike those are."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Connection, Index, String, Table, Uuid, func, select

from pixflow import spelling
from pixflow.people import Scope
from projections import directory
from projections.change import Change, Row
from projections.directory import Found
from projections.schema import metadata

NAME = "name_search"
KINDS = frozenset({"dossier"})
APPENDS = False
READS = {"dossier": attrgetter("opened", "last_name", "first_name")}

CANDIDATES: Final = 100
"""How many dossiers are compared with what was typed, those that share the most trigrams."""
ROWS: Final = 4_000
"""How many rows of trigrams are counted, those of the rarest ones: the cost does not grow with the house."""
_ENOUGH: Final = 3

trigrams = Table(
    "name_trigrams",
    metadata,
    Column("trigram", String, primary_key=True),
    Column("stream", Uuid, primary_key=True),
    Index("name_trigrams_of", "stream"),
    sqlite_with_rowid=False,
)
TABLES = (trigrams,)


def rows(change: Change) -> dict[Table, list[Row]]:
    state = change.after
    if state.opened is None:
        return {trigrams: []}
    runs = spelling.trigrams(f"{state.last_name} {state.first_name}")
    return {trigrams: [{"trigram": run, "stream": change.stream} for run in sorted(runs)]}


# --- the questions


def near(connection: Connection, text: str, scope: Scope, limit: int = 8) -> list[Found]:
    """The dossiers of a scope whose names are spelt nearly as the text, the nearest first."""
    if scope.whose == "none":
        return []
    found = directory.named(connection, sharing(connection, text, scope)).values()
    scored = [(spelling.likeness(text, f"{one.last_name} {one.first_name}"), one) for one in found]
    best = sorted(scored, key=lambda pair: (-pair[0], pair[1].last_name, pair[1].first_name, pair[1].stream.int))
    return [one for likeness, one in best[:limit] if likeness >= spelling.ALIKE]


def sharing(connection: Connection, text: str, scope: Scope, limit: int = CANDIDATES) -> list[UUID]:
    """The dossiers of a scope whose names share the most trigrams with a text, the most first."""
    asked = _rarest(connection, spelling.trigrams(text))
    if not asked:
        return []
    shared = func.count().label("shared")
    query = select(trigrams.c.stream).where(trigrams.c.trigram.in_(asked))
    if scope.whose == "own":
        query = query.where(trigrams.c.stream.in_(directory.followed(scope.advisors)))
    query = query.group_by(trigrams.c.stream).order_by(shared.desc(), trigrams.c.stream)
    return list(connection.execute(query.limit(limit)).scalars())


def _rarest(connection: Connection, runs: Iterable[str]) -> list[str]:
    """Those that stand in the table, the rarest first, while they have ROWS in all; a few at least."""
    counted = select(func.count().label("n"), trigrams.c.trigram).where(trigrams.c.trigram.in_(runs))
    kept: list[str] = []
    left = ROWS
    for n, run in sorted(connection.execute(counted.group_by(trigrams.c.trigram))):
        left -= n
        if left < 0 and len(kept) >= _ENOUGH:
            break
        kept.append(run)
    return kept

"""Ressources: each resource with what finds it, and what the team says of it."""

from typing import Any
from uuid import UUID

from msgspec import Struct
from rapidfuzz.distance import OSA
from sqlalchemy import JSON, Boolean, Connection, Date, Integer, Select, String, Table, Text, Uuid, select

from pixflow.identity import normalise
from pixflow.resources.state import Resource
from projections.contract import Change, Row, keys, metadata, required
from projections.statements import Statement, list_rows, question, row_of

NAME = "knowledge.resources"
KINDS = frozenset({"resource"})

table = Table(
    "resources",
    metadata,
    *keys(stream=Uuid),
    *required(number=Integer, title=String, sort=String, words=Text, kind=String, stages=JSON, tasks=JSON, bands=JSON),
    *required(programmes=JSON, audience=String, example=Boolean, revised=Date, by=String, useful=Integer),
    *required(withdrawn=Boolean, proposed=Boolean),
)
TABLES = (table,)
_SHORT = 4
"""Letters of the shortest word that may have a typo."""


def rows(change: Change) -> dict[Table, list[Row]]:
    state: Resource = change.after
    shown = state.current or state.proposal
    if shown is None:
        return {table: []}
    text = shown.document
    row = row_of(
        table,
        text,
        stream=change.stream,
        number=len(state.revisions),
        sort=normalise(text.title),
        words=" ".join(sorted(set(normalise(text.body).split()))),
        revised=shown.stamp.on,
        by=shown.by,
        useful=state.useful,
        withdrawn=state.withdrawn is not None,
        proposed=state.proposal is not None,
    )
    return {table: [row]}


class StepPlace(Struct, frozen=True):
    """The step where a colleague stands; `band` is the rank of the band read, 0 when none is."""

    task: str = ""
    stage: str = ""
    band: int = 0
    programme: str = ""


@question(list_rows)
def every() -> Select[Any]:
    """Returns every resource, by title: those withdrawn and those only proposed too."""
    return select(table).order_by(table.c.sort, table.c.stream)


def search(rows: list[Any], text: str) -> list[Any]:
    """Returns the resources that have each word of a text, one typo allowed; those with it in their title first."""
    asked = normalise(text).split()
    ranked = [(_rank(row, asked), row) for row in rows] if asked else [(0, row) for row in rows]
    return [row for rank, row in sorted(ranked, key=lambda pair: pair[0]) if rank < _NOWHERE]


_NOWHERE = 1_000_000


def _rank(row: Any, terms: list[str]) -> int:
    """Returns the sum of the places of the words: 0 in the title, 1 there with a typo, 2 and 3 in the text."""
    title, words = row.sort.split(), row.words.split()
    return sum(min(_place(word, title), 2 + _place(word, words)) for word in terms)


def _place(term: str, words: list[str]) -> int:
    if any(word.startswith(term) for word in words):
        return 0
    if len(term) < _SHORT:
        return _NOWHERE
    near = any(OSA.distance(term, word, score_cutoff=1) <= 1 for word in words if abs(len(word) - len(term)) <= 1)
    return 1 if near else _NOWHERE


def list_for_step(connection: Connection, step: StepPlace, most: int = 3, audience: str = "") -> list[Any]:
    """Returns the resources for a step, those about its task first, then the most useful; of one audience, or all."""
    fitting = [(weight, row) for row in _select_shown(connection, audience) if (weight := _weight(row, step))]
    fitting.sort(key=lambda pair: (-pair[0], -pair[1].useful))
    return [row for _, row in fitting[:most]]


@Statement
def _select_shown(audience: str) -> Select[Any]:
    wanted = [~table.c.withdrawn, table.c.number > 0, *([table.c.audience == audience] if audience else [])]
    return select(table).where(*wanted).order_by(table.c.sort, table.c.stream)


def _weight(row: Any, step: StepPlace) -> int:
    """Returns how well a resource fits a step, 0 when it does not."""
    about = 8 * (step.task in row.tasks) + 4 * (step.stage in row.stages)
    band, programme = not row.bands or step.band in row.bands, not row.programmes or step.programme in row.programmes
    if not about or (step.band and not band) or not programme:
        return 0
    return about + 2 * (step.band in row.bands) + (step.programme in row.programmes)


def of_ids(connection: Connection, ids: set[UUID]) -> dict[UUID, str]:
    """Returns the titles of these resources."""
    query = select(table.c.stream, table.c.title).where(table.c.stream.in_(ids))
    return dict(connection.execute(query).all()) if ids else {}

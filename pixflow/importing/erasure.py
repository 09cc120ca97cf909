"""Rows of an erased person: a later export contains them again, and they are not imported."""

from collections.abc import Sequence
from uuid import UUID

from pixflow.engine import Engine
from pixflow.importing.rows import FileRow
from pixflow.participation.state import Participation
from pixflow.streams import row_key


def erased_lines(engine: Engine, campaign: UUID | None, rows: Sequence[FileRow]) -> frozenset[int]:
    """Returns the lines of rows whose person was erased, unless they were begun since."""
    if campaign is None or not rows:
        return frozenset()
    tokens = {one.row.line: engine.token("row", _key(campaign, one)) for one in rows}
    held = engine.claim_holders("erased", tokens.values())
    states: dict[UUID, Participation] = engine.states("participation", set(held.values()))
    return frozenset(
        one.row.line for one in rows if (stream := held.get(tokens[one.row.line])) and _before(one, states[stream])
    )


def _key(campaign: UUID, one: FileRow) -> str:
    return row_key(campaign, one.row.last_name, one.row.first_name, one.row.external_id)


def _before(one: FileRow, state: Participation) -> bool:
    return state.erased is not None and (one.dated is None or one.dated.day <= state.erased.on)

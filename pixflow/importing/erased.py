"""Rows of a person who was erased: the next export shows them again, and they do not come back."""

from collections.abc import Sequence
from uuid import UUID

from pixflow.engine import Engine
from pixflow.importing.rows import Said
from pixflow.participation.state import Participation
from pixflow.streams import row_key


def erased_lines(engine: Engine, campaign: UUID | None, rows: Sequence[Said]) -> frozenset[int]:
    """The lines of the rows whose person was erased, as long as they were not begun since."""
    if campaign is None or not rows:
        return frozenset()
    tokens = {said.row.line: engine.token("row", _key(campaign, said)) for said in rows}
    held = engine.claim_holders("erased", tokens.values())
    states: dict[UUID, Participation] = engine.states("participation", set(held.values()))
    return frozenset(
        said.row.line for said in rows if (stream := held.get(tokens[said.row.line])) and _before(said, states[stream])
    )


def _key(campaign: UUID, said: Said) -> str:
    return row_key(campaign, said.row.last_name, said.row.first_name, said.row.external_id)


def _before(said: Said, state: Participation) -> bool:
    return state.erased is not None and (said.dated is None or said.dated.day <= state.erased.on)

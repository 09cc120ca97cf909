"""Reads the tables of catch_up (contract.py): the position shown, and the state of each stream."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Select, func, select

from pixflow import reference_data
from pixflow.reference_data import References
from pixflow.streams import KINDS
from projections.contract import Change, folds, position, stopped
from projections.statements import Statement

_CHUNK = 500
encoded = msgspec.msgpack.Encoder().encode
DECODERS = {kind: msgspec.msgpack.Decoder(type(behaviour.fold([]))) for kind, behaviour in KINDS.items()}


def position_of_tables(connection: Connection) -> tuple[int, bool]:
    """Returns the last event that the tables show, 0 when they are new, and whether they need a scrub.

    They need one while the disk still holds what they showed of an erased person. The column is `stained`.
    """
    found = connection.execute(select(position.c.position, position.c.stained)).first()
    return (found.position, found.stained) if found else (0, False)


def day_of_tables(connection: Connection) -> int:
    """Returns the number of the local day that the tables show, 0 when they are new."""
    return connection.execute(select(position.c.day)).scalar() or 0


def packed(change: Change) -> Change:
    """Returns a change with its state as the tables store it. Raises an error for a state that no table can hold."""
    return replace(change, packed=encoded(change.after))


def fold_of(connection: Connection, stream: UUID) -> Any:
    """Returns the state of a stream as the tables show it, None when it is unknown."""
    return folds_of(connection, [stream]).get(stream)


def folds_of(connection: Connection, streams: Iterable[UUID]) -> dict[UUID, Any]:
    """Returns the states of many streams as the tables show them; unknown ones are left out."""
    wanted = list(streams)
    states: dict[UUID, Any] = {}
    for start in range(0, len(wanted), _CHUNK):
        found = _folds(connection, streams=wanted[start : start + _CHUNK])
        states |= {stream: DECODERS[kind].decode(state) for stream, kind, state in found}
    return states


@Statement
def _folds(streams: Sequence[UUID]) -> Select[Any]:
    return select(folds.c.stream, folds.c.kind, folds.c.state).where(folds.c.stream.in_(streams))


FOLD = "fold"
"""Name in `stopped` of the fold itself: no projection shows what follows in the stream."""


def stopped_streams(connection: Connection) -> int:
    """Returns the number of streams that some table does not show."""
    return int(connection.execute(select(func.count(stopped.c.stream.distinct()))).scalar_one())


class StreamDamaged(Exception):
    """An event of the stream does not open: the tables do not show it, nor what follows."""


def must_not_be_damaged(connection: Connection, stream: UUID) -> None:
    """Raises StreamDamaged when the tables have no state of a stream, because one of its events does not open."""
    asked = select(stopped.c.stream).where(stopped.c.projection == FOLD, stopped.c.stream == stream)
    if connection.execute(asked).first() and fold_of(connection, stream) is None:
        raise StreamDamaged


def stored_references(connection: Connection) -> References:
    """Returns the reference data as the tables show them."""
    rows = connection.execute(select(folds).where(folds.c.kind.in_(reference_data.KINDS)))
    refs = References()
    campaigns, team, singles = {}, {}, {}
    for row in rows:
        state = DECODERS[row.kind].decode(row.state)
        if row.kind == "campaign":
            campaigns[row.stream] = state
        elif row.kind == "staff":
            team[row.stream] = state
        else:
            singles[{"protocol": "protocols", "grille": "grilles"}.get(row.kind, row.kind)] = state
    return replace(refs, campaigns=campaigns, team=team, **singles)

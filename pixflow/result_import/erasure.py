"""Rows of an erased person: a later export contains them again, and an import taken back left them sealed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from pixflow.dossier.state import Dossier
from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.events.participation import MatchConfirmed, ParticipationImported, Retracted
from pixflow.folding import retractions_by_version
from pixflow.participation.scoring import Person, certain
from pixflow.participation.state import Participation
from pixflow.result_import.rows import FileRow
from pixflow.store import UNOPENED
from pixflow.streams import row_key


def erased_lines(engine: Engine, campaign: UUID | None, rows: Sequence[FileRow]) -> frozenset[int]:
    """Returns the lines of rows whose person was erased, unless they were begun since."""
    if campaign is None or not rows:
        return frozenset()
    keys = {one.row.line: row_key(campaign, one.row.last_name, one.row.first_name, one.row.external_id) for one in rows}
    tokens = {line: engine.token("row", key) for line, key in keys.items()}
    held = engine.claim_holders("erased", tokens.values())
    states: dict[UUID, Participation] = engine.states("participation", set(held.values()))
    gone = {token: states[stream].erased for token, stream in held.items()}
    return frozenset(
        one.row.line
        for one in rows
        if (erased := gone.get(tokens[one.row.line])) and (one.dated is None or one.dated.day <= erased.on)
    )


def rows_taken_back(
    engine: Engine, dossiers: Mapping[UUID, Dossier], keys: Collection[str]
) -> Iterator[tuple[UUID, str]]:
    """Yields each row of an import taken back that is about the person of these dossiers, with its streams.row_key.

    It was matched with one of them, its number and names agree with one, or it has one of the `keys`.
    """
    people = [Person(one.last_name, one.first_name, one.imilo_number) for one in dossiers.values()]
    for stream in {row[0] for row in engine.recorder.log(0, 2**31, topics=[Retracted.TOPIC])}:
        try:
            history = engine.history(stream)
        except UNOPENED:
            continue  # a damaged stream of somebody else stops no erasure
        if (found := _taken_back(history)) is None:
            continue
        row, matched = found
        key = row_key(row.campaign, row.last_name, row.first_name, row.external_id)
        who = Person(row.last_name, row.first_name, row.external_id)
        if key in keys or matched in dossiers or any(certain(who, one) for one in people):
            yield stream, key


def _taken_back(history: Sequence[Recorded]) -> tuple[ParticipationImported, UUID | None] | None:
    """Returns a row that was taken back, and the dossier that went with it. Those of an erased row do not open."""
    by_version = retractions_by_version(history)
    back = [
        (one.event, by_version[one.originator_version].command)
        for one in history
        if one.originator_version in by_version
    ]
    for row, command in back:
        if isinstance(row, ParticipationImported):
            matches = (one.dossier for one, same in back if isinstance(one, MatchConfirmed) and same == command)
            return row, next(matches, None)
    return None

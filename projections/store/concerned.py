"""Streams without new events whose rows other events change: a protocol, a departure, a référent."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from pixflow.events.base import Recorded
from pixflow.reference_data import References
from projections import advisor_queue, directory
from projections.bookkeeping import folds
from projections.contract import Change
from projections.store.folds import DECODERS, folds_of
from projections.store.transaction import WriteTransaction

RULES = frozenset({"protocol.ProtocolPublished", "protocol.ProtocolPublicationWithdrawn", "structure.StructureOpened"})
LEAVING = frozenset({"staff.StaffLeft", "staff.StaffReturned"})
DESIGNATING = LEAVING | {"staff.RoleGranted", "staff.RoleEnded", "staff.ReferentDesignated"}
"""Events of staff after which a site has, or lacks, a référent."""


def concerned(batch: WriteTransaction, events: Sequence[Recorded], moved: set[UUID], refs: References) -> list[Change]:
    """Returns a change for each stream without new events whose rows these events change."""
    topics = {recorded.event.TOPIC for recorded in events}
    if topics & RULES:
        return _every(batch.connection, advisor_queue.KINDS, moved, refs)
    leaving = {recorded.originator_id for recorded in events if recorded.event.TOPIC in LEAVING}
    followed = _followed_by(batch.connection, leaving, moved, refs) if leaving else []
    return followed + (_every(batch.connection, ("structure",), moved, refs) if topics & DESIGNATING else [])


def _every(connection: Connection, kinds: Collection[str], moved: set[UUID], refs: References) -> list[Change]:
    """Returns a change for every other stream of these kinds: their tasks are derived again."""
    found = connection.execute(select(folds).where(folds.c.kind.in_(kinds)))
    states = ((row.stream, row.kind, DECODERS[row.kind].decode(row.state)) for row in found if row.stream not in moved)
    return [Change(stream, kind, state, state, (), refs) for stream, kind, state in states]


def _followed_by(connection: Connection, advisors: set[UUID], moved: set[UUID], refs: References) -> list[Change]:
    """Returns a change for each dossier of advisors who leave: it may need another advisor."""
    followed = {row.stream for row in connection.execute(directory.followed(advisors))}
    found = folds_of(connection, followed - moved)
    return [Change(stream, "dossier", state, state, (), refs) for stream, state in found.items()]

"""Seals a command before the lock is taken: its events, their keys, its fingerprint, its claims."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from pixflow.events.base import Recorded, personal_fields
from pixflow.events.catalogue import catalogue
from pixflow.store import Claim, NewCommand
from pixflow.store.digests import Digests
from pixflow.store.erasure_proof import with_proofs
from pixflow.store.keys import Keys
from pixflow.store.mapper import TypedMapper
from pixflow.streams import kind_of
from pixflow.unit_of_work import UnitOfWork

KINDS_OF_PEOPLE = {kind_of(event) for event in catalogue() if personal_fields(event)}


class SealedCommand(NamedTuple):
    """A command to be saved: its events as they are and as they are stored, and what is recorded beside them."""

    recorded: list[Recorded]
    stored: list[StoredEvent]
    command: NewCommand
    claims: list[Claim]
    releases: list[Claim]


class CommandSealing:
    """Seals commands with the keys of one structure."""

    def __init__(self, keys: Keys, mapper: TypedMapper, digests: Digests) -> None:
        self._keys = keys
        self._mapper = mapper
        self._digests = digests

    def seal(self, work: UnitOfWork, sent: bytes) -> SealedCommand:
        """Returns the command of a unit of work. Creates the keys that its streams lack."""
        recorded = with_proofs(work.events(), self._digests.of_erasure)
        self._keys.ensure(_people(recorded))
        command = NewCommand(work.command_id, work.by.id, self.fingerprint(sent, recorded) or b"")
        stored = [self._mapper.to_stored_event(one) for one in recorded]
        return SealedCommand(recorded, stored, command, *self._digests.claims(work.claims()))

    def fingerprint(self, sent: bytes, recorded: Iterable[Recorded]) -> bytes | None:
        """Returns the digest of what a person sent; None once a person in it is erased."""
        return self._digests.of_command(_people(recorded), sent)


def _people(recorded: Iterable[Recorded]) -> set[UUID]:
    """Returns the streams that tell of people. An old one has no key when an update made its kind one of these."""
    return {one.originator_id for one in recorded if kind_of(one.event) in KINDS_OF_PEOPLE}

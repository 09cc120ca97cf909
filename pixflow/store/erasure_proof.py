"""Proof of an erasure: command, request, MAC (docs/decisions/0020-erasure-is-an-event-and-a-destroyed-key.md).

Whoever may insert into the store can write `PersonErased`. They cannot make its MAC, which takes the key of digests.
"""

import dataclasses
import hmac
from collections.abc import Callable, Iterable, Sequence, Set
from uuid import UUID

import msgspec
from msgspec.structs import replace

from pixflow.events.base import Recorded
from pixflow.events.contact import ContactErased
from pixflow.events.dossier import ErasureRequested, PersonErased
from pixflow.events.participation import PersonErased as ParticipationErased
from pixflow.folding import ERASURES

Mac = Callable[[bytes], bytes]
Positions = Callable[[UUID], tuple[int, int] | None]
"""First and last position of a command's events, None for an unknown command."""


def with_proofs(recorded: Iterable[Recorded], mac: Mac) -> list[Recorded]:
    """Returns these events, the erasures among them with their proof."""
    return [_with_proof(one, _proof(one, mac)) if isinstance(one.event, ERASURES) else one for one in recorded]


def proven(found: Sequence[Recorded], registered: Set[UUID], positions: Positions, mac: Mac) -> list[Recorded]:
    """Returns the erasures among these requests and erasures that pixflow recorded.

    Each stands in its command and has its MAC. A dossier's follows a request, or the register names it: a restore
    erases it again. A participation's and a duplicate's is named by their dossier's, of the same command. A contact's
    stands alone.
    """
    recorded = [one for one in found if isinstance(one.event, ERASURES) and _is_recorded(one, positions, mac)]
    requested: dict[UUID, int] = {}
    for one in found:
        if isinstance(one.event, ErasureRequested):
            requested.setdefault(one.originator_id, one.originator_version)
    leading = [
        one
        for one in recorded
        if isinstance(one.event, ContactErased)
        or (
            isinstance(one.event, PersonErased)
            and (one.originator_id in registered or requested.get(one.originator_id, _NEVER) < one.originator_version)
        )
    ]
    named = {(one.command, stream) for one in leading for stream in streams_of(one)}
    return [one for one in recorded if (one.command, one.originator_id) in named]


def streams_of(erasure: Recorded) -> set[UUID]:
    """Returns the stream of an erasure, and those that it names."""
    event = erasure.event
    others = (*event.participations, *event.duplicates) if isinstance(event, PersonErased) else ()
    return {erasure.originator_id, *others}


_NEVER = 2**63


def _is_recorded(erasure: Recorded, positions: Positions, mac: Mac) -> bool:
    there = positions(erasure.command)
    if there is None or not there[0] <= erasure.position <= there[1]:
        return False
    return hmac.compare_digest(_event(erasure).proof.encode(), _proof(erasure, mac).encode())


def _proof(erasure: Recorded, mac: Mac) -> str:
    """Returns the MAC of an erasure: of its place, its author, its command and its fields."""
    bare = _with_proof(erasure, "")
    place = (bare.originator_id, bare.originator_version, bare.event.TOPIC)
    return mac(
        msgspec.json.encode((*place, bare.by, bare.acting_for, bare.command, bare.event), order="deterministic")
    ).hex()


def _with_proof(erasure: Recorded, proof: str) -> Recorded:
    return replace(erasure, event=dataclasses.replace(_event(erasure), proof=proof))


def _event(erasure: Recorded) -> PersonErased | ParticipationErased | ContactErased:
    assert isinstance(erasure.event, ERASURES)
    return erasure.event

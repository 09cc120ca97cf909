"""The erasures that a restore must not undo.

keys/<slug>.erased has one line for each person: ids, days and digests, no personal data. It lies outside the
structure's folder: a restored backup erases the same people again.
"""

from collections.abc import Iterable, Sequence, Set
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow.dossier.privacy import Reason
from pixflow.engine import Engine
from pixflow.events.base import Recorded, Unopened
from pixflow.events.contact import ContactErased, ContactErasure
from pixflow.events.dossier import ErasureRequested, ErasureStopped, PersonErased
from pixflow.events.participation import PersonErased as ParticipationErased
from pixflow.folding import ERASURES
from pixflow.store import StoreRefused
from pixflow.store.sealing import proven, streams_of
from pixflow.structure_folder import OpenStructure

Kind = Literal["dossier", "contact"]


class Erasure(Struct, frozen=True, rename={"person": "dossier"}):
    """One line of the register: the streams to erase again, and digests that recognise the rows.

    `person` is the stream of a dossier, or that of a contact, as `kind` says. `due` is the instant until which it could
    be stopped; None: its keys went at once.
    """

    person: UUID
    reason: Reason | ContactErasure
    on: date
    participations: dict[UUID, str | None] = {}
    duplicates: tuple[UUID, ...] = ()
    kind: Kind = "dossier"
    due: datetime | None = None

    @property
    def streams(self) -> set[UUID]:
        return {self.person, *self.duplicates, *self.participations}


def lines(content: bytes) -> list[Erasure]:
    """Returns the lines of a register.

    Raises DecodeError, but not for an incomplete last line: `settle` writes it again.
    """
    *whole, last = content.split(b"\n")
    erasures = [msgspec.json.decode(line, type=Erasure) for line in whole if line]
    with suppress(msgspec.DecodeError):
        erasures.append(msgspec.json.decode(last, type=Erasure))
    return erasures


# --- the erasures of a structure, as its events and its register tell them


_TOPICS = [event.TOPIC for event in (*ERASURES, ErasureRequested, ErasureStopped)]


def register_path(opened: OpenStructure) -> Path:
    """The register of a structure."""
    return opened.folder.parent / "keys" / f"{opened.slug}.erased"


def register(opened: OpenStructure) -> list[Erasure]:
    """Returns every erasure of this structure. Raises StoreRefused when the register is damaged."""
    path = register_path(opened)
    try:
        return lines(path.read_bytes()) if path.exists() else []
    except msgspec.DecodeError as error:
        raise StoreRefused(f"{path} is damaged: {error}") from None


def erasures(opened: OpenStructure) -> list[Erasure]:
    """Returns the erasures that pixflow recorded and nobody stopped, also those that are not due yet.

    A finished one needs no proof any more: this runs at each erasure.
    """
    events, registered = _read_erasures(opened.engine), _registered(opened)
    alive = _alive(opened, set().union(*map(streams_of, events)))
    open_ = {
        r.command
        for r in events
        if isinstance(r.event, ERASURES) and (r.originator_id not in registered or not alive.isdisjoint(streams_of(r)))
    }
    done = [r for r in events if r.command not in open_]
    stopped = {(r.originator_id, r.event.version) for r in events if isinstance(r.event, ErasureStopped)}
    over = {r.command for r in events if (r.originator_id, r.originator_version) in stopped}
    return _lines([r for r in (*done, *_proven(opened, events, registered, open_)) if r.command not in over])


def due_by(told: Iterable[Erasure], now: datetime | None) -> list[Erasure]:
    """Returns the erasures whose keys go: at once, or since they are due at an instant."""
    return [one for one in told if one.due is None or (now is not None and one.due <= now)]


def list_unfinished(opened: OpenStructure) -> list[tuple[Kind, UUID]]:
    """Returns the erased people whose keys still exist, though they were to go at once."""
    told = due_by(erasures(opened), None)
    return people(told, remaining(opened, told))


def forged(opened: OpenStructure) -> int:
    """Counts the erasures in the store without proof: something else than pixflow wrote them, and they destroy nothing.

    A slow check, for `doctor`.
    """
    found = _read_erasures(opened.engine)
    written = [one for one in found if isinstance(one.event, ERASURES)]
    return len(written) - len(_proven(opened, found, _registered(opened)))


def count_unnamed(opened: OpenStructure) -> int:
    """Counts the destroyed keys that no proven erasure names: something else than pixflow destroyed them.

    It reads the erasures only when the register does not name all of these keys.
    """
    destroyed = {stream for stream, alive in opened.engine.keys.vault.streams().items() if not alive}
    registered = _registered(opened)
    left = destroyed - registered
    if not left:
        return 0
    return len(left.difference(*map(streams_of, _proven(opened, _read_erasures(opened.engine), registered))))


def destroyed(opened: OpenStructure) -> list[Erasure]:
    """Returns the erasures whose keys are all destroyed."""
    told = erasures(opened)
    there = remaining(opened, told)
    return [one for one in told if there.isdisjoint(one.streams)]


def remaining(opened: OpenStructure, told: Iterable[Erasure]) -> set[UUID]:
    """Returns the streams of these erasures whose key is not destroyed."""
    return _alive(opened, {stream for one in told for stream in one.streams})


def people(lines: Iterable[Erasure], there: Set[UUID]) -> list[tuple[Kind, UUID]]:
    """Returns the people of the erasures that have one of these streams: each dossier, each duplicate, each contact.

    A duplicate may be somebody else, whom a merge by mistake would erase.
    """
    return [
        (line.kind, person)
        for line in lines
        if not there.isdisjoint(line.streams)
        for person in (line.person, *line.duplicates)
    ]


def has_all(opened: OpenStructure, told: Iterable[Erasure]) -> bool:
    return {one.person for one in register(opened)}.issuperset(one.person for one in told)


def _proven(
    opened: OpenStructure, events: Sequence[Recorded], registered: Set[UUID], commands: Set[UUID] | None = None
) -> list[Recorded]:
    """Returns the erasures that pixflow recorded; with `commands`, those of these commands only."""
    asked = [r for r in events if commands is None or r.command in commands or isinstance(r.event, ErasureRequested)]
    return proven(asked, registered, cache(opened.engine.positions), opened.engine.erasure_mac)


def _lines(events: Sequence[Recorded]) -> list[Erasure]:
    """Returns the line of each erasure. A duplicate's is part of its dossier's."""
    rows = {r.originator_id: r.event.row for r in events if isinstance(r.event, ParticipationErased)}
    pairs = [(r.originator_id, r.event) for r in events]
    duplicates = {one for _, event in pairs if isinstance(event, PersonErased) for one in event.duplicates}
    people = [
        Erasure(
            stream,
            event.reason,
            event.on,
            {p: rows.get(p) for p in event.participations},
            event.duplicates,
            due=event.due,
        )
        for stream, event in pairs
        if isinstance(event, PersonErased) and stream not in duplicates
    ]
    contacts = [(stream, event) for stream, event in pairs if isinstance(event, ContactErased)]
    return [*people, *(Erasure(stream, event.reason, event.on, kind="contact") for stream, event in contacts)]


def _alive(opened: OpenStructure, streams: set[UUID]) -> set[UUID]:
    _, found = opened.engine.keys.vault.read(streams)
    return {stream for stream, key in found.items() if key}


def _registered(opened: OpenStructure) -> set[UUID]:
    """Returns the streams that the register names."""
    return {stream for line in register(opened) for stream in line.streams}


def _read_erasures(engine: Engine) -> list[Recorded]:
    """Returns every erasure and every request, in order of position, without damaged ones. Some may lack a proof."""
    found = (engine.mapper.readable(*row) for row in engine.recorder.log(0, 2**31, topics=_TOPICS))
    return [one for one in found if not isinstance(one.event, Unopened)]

"""Erasing a young person for good: facts first, then keys, then what was made from them (DESIGN.md §4).

keys/<slug>.erased has one line for each: ids, days and digests, nothing that tells who it was. It lies outside the
structure's folder, so that a backup of before forgets them again when it is restored.
"""

import logging
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow.dossier.erasure import Reason, erase_again, erase_person, request_erasure
from pixflow.dossier.state import Dossier
from pixflow.engine import Done, new_id
from pixflow.events.dossier import DuplicateJoined, PersonErased
from pixflow.events.participation import PersonErased as ParticipationErased
from pixflow.folds import standing
from pixflow.importing.uploads import Uploads
from pixflow.participation import Participation, erase_participation
from pixflow.people import OPERATOR, Actor
from pixflow.saving import SavingError
from pixflow.saving.keys_copy import refresh_keys
from pixflow.streams import row_key
from pixflow.structures import Opened
from pixflow.work import Step

_log = logging.getLogger(__name__)


class Erasure(Struct, frozen=True):
    """One line of the register: whom to forget again, and by what their rows are recognised."""

    dossier: UUID
    reason: Reason
    on: date
    participations: dict[UUID, str | None] = {}
    duplicates: tuple[UUID, ...] = ()

    @property
    def streams(self) -> set[UUID]:
        return {self.dossier, *self.duplicates, *self.participations}


def scope(opened: Opened, dossier: UUID) -> Erasure:
    """What would be erased with a dossier: the duplicates it goes on for, and the participations of them all."""
    engine = opened.engine
    dossiers = list(_with_duplicates(opened, dossier))
    states: dict[UUID, Dossier] = engine.states("dossier", dossiers)
    linked = {one for state in states.values() for one in state.diagnostic.participations}
    rows: dict[UUID, Participation] = engine.states("participation", linked)
    theirs = {stream: row for stream, row in rows.items() if row.dossier in states and row.campaign}
    tokens = {
        stream: engine.token("row", row_key(row.campaign, row.last_name, row.first_name, row.external_id))
        for stream, row in theirs.items()
        if row.campaign
    }
    held = engine.claimed("erased", tokens.values())
    first = {token: stream for stream, token in reversed(tokens.items())}
    asked = states[dossier].erasure
    return Erasure(
        dossier,
        asked.reason if asked else "request",
        engine.today(),
        {stream: token if first[token] == stream and token not in held else None for stream, token in tokens.items()},
        tuple(one for one in dossiers if one != dossier),
    )


def erase(
    opened: Opened, dossier: UUID, *, by: Actor, command_id: UUID, via: str = "web", reason: Reason | None = None
) -> Done:
    """Confirm that a person is erased; with a `reason`, ask for it in the same breath (the operator).

    Their facts stay as ids and days; the keys of what was said of them are destroyed, and the uploads that wait are
    dropped. The read stores are the caller's to purge. Raises Refused: "unknown-dossier", "erasure-not-asked",
    "already-merged", "seat-booked", "not-allowed".
    """
    with opened.engine.recorder.exclusive():  # a match or a merge after the look at the scope would be left in clear
        steps = list(_steps(scope(opened, dossier), reason))
        done = opened.engine.execute_all(steps, ("erase", dossier, reason), by=by, command_id=command_id, via=via)
    settle(opened)
    return done


def settle(opened: Opened) -> int:
    """Finish every erasure that the facts tell of; how many keys it destroyed.

    Keys are destroyed, uploads that wait dropped, the register written, the keys of backups replaced. It is what
    `erase` does, and what a start does after a crash in the middle of it.
    """
    engine, told = opened.engine, list(_told(opened))
    wanted = {stream for one in told for stream in one.streams}
    _, found = engine.keys.vault.read(wanted)
    there = {stream for stream, key in found.items() if key}
    if there:
        engine.keys.destroy(there)
    engine.keys.settle()
    known = {one.dossier for one in register(opened)}
    if new := [one for one in told if one.dossier not in known]:
        Uploads(opened.folder / "uploads").sweep(datetime.max.replace(tzinfo=UTC))
        engine.recorder.truncate()
        _append(_path(opened), new)
    try:
        refresh_keys(opened)
    except SavingError:
        _log.warning("backups keep the keys they have: the structure lacks some of its own")
    return len(there)


def forget_again(opened: Opened) -> list[UUID]:
    """After a restore: erase whom the register names and the restored facts do not; the dossiers it concerned."""
    engine, again = opened.engine, []
    for line in register(opened):
        there = {stream for stream in line.streams if engine.recorder.versions([stream])[stream]}
        if line.dossier not in there or engine.state("dossier", line.dossier).erased:
            continue
        rows = {stream: token for stream, token in line.participations.items() if stream in there}
        what = msgspec.structs.replace(
            line, participations=rows, duplicates=tuple(one for one in line.duplicates if one in there)
        )
        said = {"reason": what.reason, "participations": tuple(rows), "duplicates": what.duplicates}
        steps = [Step({"dossier": what.dossier}, erase_again, said), *_others(what)]
        command_id = new_id(what.dossier, f"erase again {engine.head()}")
        engine.execute_all(steps, "erase again", by=Actor(OPERATOR), command_id=command_id, via="cli")
        again.append(line.dossier)
    settle(opened)
    return again


def register(opened: Opened) -> list[Erasure]:
    """Everybody who was ever erased here."""
    path = _path(opened)
    if not path.exists():
        return []
    return [msgspec.json.decode(line, type=Erasure) for line in path.read_bytes().splitlines() if line]


def _steps(what: Erasure, reason: Reason | None) -> Iterator[Step]:
    streams = {"dossier": what.dossier}
    if reason:
        what = msgspec.structs.replace(what, reason=reason)
        yield Step(streams, request_erasure, {"reason": reason})
    others = {"participations": tuple(what.participations), "duplicates": what.duplicates}
    yield Step(streams, erase_person, context=others)
    yield from _others(what)


def _others(what: Erasure) -> Iterator[Step]:
    for stream, row in what.participations.items():
        said = {"dossier": what.dossier, "row": row}
        yield Step({"participation": stream}, erase_participation, context=said)
    for stream in what.duplicates:
        yield Step({"dossier": stream}, erase_again, context={"reason": what.reason})


def _with_duplicates(opened: Opened, dossier: UUID) -> Iterator[UUID]:
    yield dossier
    for recorded in standing(opened.engine.history(dossier)):
        if isinstance(recorded.event, DuplicateJoined):
            yield from _with_duplicates(opened, recorded.event.duplicate)


def _told(opened: Opened) -> Iterator[Erasure]:
    """What the facts say was erased; a duplicate is told of by its dossier."""
    found = opened.engine.erasures()
    rows = {r.originator_id: r.event.row for r in found if isinstance(r.event, ParticipationErased)}
    events = [(r.originator_id, r.event) for r in found if isinstance(r.event, PersonErased)]
    duplicates = {one for _, event in events for one in event.duplicates}
    for stream, event in events:
        if stream not in duplicates:
            theirs = {one: rows.get(one) for one in event.participations}
            yield Erasure(stream, event.reason, event.on, theirs, event.duplicates)


def _path(opened: Opened) -> Path:
    return opened.folder.parent / "keys" / f"{opened.slug}.erased"


def _append(path: Path, lines: list[Erasure]) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        file.writelines(msgspec.json.encode(line) + b"\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())

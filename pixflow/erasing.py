"""Erases a person for good: events first, then keys, then everything made from them (docs/faults.md#keys).

keys/<slug>.erasing exists while an erasure may be recorded and not finished.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec

from pixflow.actor import OPERATOR, Actor
from pixflow.backups import BackupError
from pixflow.backups.erasure_log import Erasure, erasures, has_all, people, register, register_path, remaining
from pixflow.backups.key_copies import refresh_keys
from pixflow.dossier.privacy import erase_again, erase_person
from pixflow.dossier.state import Dossier
from pixflow.engine import CommandResult, Engine, new_id
from pixflow.events.contact import ContactErasure
from pixflow.importing.erasure import rows_taken_back
from pixflow.importing.uploads import Uploads
from pixflow.participation.matches import erase_participation
from pixflow.participation.state import Participation
from pixflow.partners import contacts
from pixflow.store import UNOPENED, StoreFull
from pixflow.store.durable_files import replace, sync, write_new
from pixflow.streams import row_key
from pixflow.structure_folder import OpenStructure
from pixflow.unit_of_work import Step

_log = logging.getLogger(__name__)

AT_ONCE = 5
"""Most people whose keys are destroyed at once without the operator's consent: erasures come one by one."""


class ErasureUnfinished(Exception):
    """The person is erased, and the rest is not done: it is retried on each tick and at each start."""


class ManyErasures(Exception):
    """More than AT_ONCE people wait for their keys to be destroyed: `pixflow erasures` goes on."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} people at once")
        self.count = count


def scope(opened: OpenStructure, dossier: UUID) -> Erasure:
    """Returns what is erased with a dossier: its duplicates, the participations of them all, and those taken back."""
    engine = opened.engine
    states = joined(engine, dossier)
    linked = {one for state in states.values() for one in state.diagnostic.participations}
    rows: dict[UUID, Participation] = engine.states("participation", linked)
    keys = {
        stream: row_key(row.campaign, row.last_name, row.first_name, row.external_id)
        for stream, row in rows.items()
        if row.dossier in states and row.campaign
    }
    keys |= dict(rows_taken_back(engine, states, set(keys.values())))
    tokens = {stream: engine.token("row", key) for stream, key in keys.items()}
    held = engine.claim_holders("erased", tokens.values())
    first = {token: stream for stream, token in reversed(tokens.items())}
    asked = states[dossier].erasure
    return Erasure(
        dossier,
        asked.reason if asked else "request",
        engine.today(),
        {stream: token if first[token] == stream and token not in held else None for stream, token in tokens.items()},
        tuple(one for one in states if one != dossier),
    )


def joined(engine: Engine, dossier: UUID) -> dict[UUID, Dossier]:
    """Returns the states of a dossier and of all duplicates merged into it, their own included, itself first."""
    states: dict[UUID, Dossier] = {}
    found = [dossier]
    for one in found:
        states[one] = engine.state("dossier", one)
        found += [other for other in states[one].duplicates if other not in found]
    return states


def erase(
    opened: OpenStructure, dossier: UUID, request: int, *, by: Actor, command_id: UUID, via: str = "web"
) -> CommandResult:
    """Confirms the erasure of a person that somebody else requested: `request` is the version of that event.

    Events stay as ids and days. Keys are destroyed, and waiting uploads deleted. The caller purges the read stores.
    Raises Refused: "erasure-not-asked", "erasure-changed", "second-person", "already-merged", "seat-booked",
    "not-allowed". Raises ErasureUnfinished once it is recorded.
    """
    with opened.engine.recorder.exclusive():  # else a later match or merge would stay in clear
        steps = list(_steps(scope(opened, dossier), request))
        owe(opened)
        done = opened.engine.execute_all(steps, ("erase", dossier, request), by=by, command_id=command_id, via=via)
    with unfinished_on_failure():
        settle(opened)
    return done


def erase_contact(
    opened: OpenStructure, contact: UUID, reason: ContactErasure, *, by: Actor, command_id: UUID, via: str = "web"
) -> CommandResult:
    """Erases a person of a partner: the event, then the key of their stream. One person decides it.

    Raises Refused: "unknown-contact", "not-allowed". Raises ErasureUnfinished once it is recorded.
    """
    with opened.engine.recorder.exclusive():
        owe(opened)
        done = opened.engine.execute(
            {"contact": contact}, contacts.erase_contact, by=by, command_id=command_id, via=via, reason=reason
        )
    with unfinished_on_failure():
        settle(opened)
    return done


@contextmanager
def unfinished_on_failure() -> Iterator[None]:
    """Raises ErasureUnfinished for any error in its block."""
    try:
        yield
    except Exception as error:
        raise ErasureUnfinished from error


def is_pending(opened: OpenStructure) -> bool:
    """Tells if an erasure may be unfinished: a fast check, made every minute."""
    return _mark(opened).exists()


def has_unfinished(opened: OpenStructure) -> bool:
    """Tells if an erasure is unfinished: a slow check, for `doctor`.

    It reads every event, the keys and the register.
    """
    told = erasures(opened)
    return is_pending(opened) or bool(remaining(opened, told)) or not has_all(opened, told)


def settle(opened: OpenStructure, most: int | None = AT_ONCE) -> int:
    """Finishes every recorded erasure, and returns the number of keys destroyed.

    Destroys keys, deletes waiting uploads, writes the register, replaces the keys of backups. `erase`, `tick` and a
    start call it. It is idempotent. Raises ManyErasures for more than `most` people, and destroys nothing.
    """
    engine, head = opened.engine, opened.engine.head()
    told = erasures(opened)
    there = remaining(opened, told)
    if most is not None and (count := len(people(told, there))) > most:
        _log.warning("%d people wait for their keys to be destroyed: run pixflow erasures", count)
        raise ManyErasures(count)
    if there:
        engine.keys.destroy(there)
    engine.keys.settle()
    if not has_all(opened, told):
        Uploads(opened.folder / "uploads").sweep(datetime.max.replace(tzinfo=UTC))
        engine.recorder.truncate()
        _register(opened, told)
    try:
        refresh_keys(opened)
    except BackupError:
        _log.warning("backups keep the keys they have: the structure lacks some of its own")
        return len(there)  # still pending: a backup may hold a destroyed key
    if is_pending(opened):
        with engine.recorder.exclusive():
            if engine.head() == head:  # else another erasure may be recorded and unfinished
                _mark(opened).unlink(missing_ok=True)
    return len(there)


def forget_again(opened: OpenStructure, told: Iterable[Erasure]) -> list[UUID]:
    """Records again the erasures `told` that restored events lack. Returns the streams of these people.

    `settle` does the rest, once the restored structure is the present one.
    """
    return [line.person for line in told if _forget(opened, line)]


def _forget(opened: OpenStructure, line: Erasure) -> bool:
    """Records one erasure again. Returns False when there is none to record.

    A stream that does not open takes no event, and stays closed: its keys are destroyed all the same.
    """
    engine = opened.engine
    there = {stream for stream in line.streams if engine.recorder.versions([stream])[stream]}
    rows = {stream: token for stream, token in line.participations.items() if stream in there}
    duplicates = tuple(one for one in line.duplicates if one in there)
    what = msgspec.structs.replace(line, participations=rows, duplicates=duplicates)
    if what.person not in there:
        return False
    try:
        known = engine.states(what.kind, [what.person, *what.duplicates])
        engine.states("participation", what.participations)
    except UNOPENED:
        _log.warning("a stream of an erased person does not open: its keys are destroyed, no event says so")
        return False
    if known[what.person].erased:
        return False
    command_id = new_id(what.person, f"erase again {engine.head()}")
    engine.execute_all(list(_steps(what)), "erase again", by=Actor(OPERATOR), command_id=command_id, via="cli")
    return True


def _steps(what: Erasure, request: int | None = None) -> Iterator[Step]:
    """Yields the steps that erase a person: on a `request`, or again a person of the register."""
    if what.kind == "contact":
        yield Step({"contact": what.person}, contacts.erase_contact, {"reason": what.reason})
        return
    others = {"participations": tuple(what.participations), "duplicates": what.duplicates}
    if request is None:
        yield Step({"dossier": what.person}, erase_again, {"reason": what.reason, **others})
    else:
        yield Step({"dossier": what.person}, erase_person, {"request": request}, others)
    for stream, row in what.participations.items():
        arguments = {"dossier": what.person, "row": row}
        yield Step({"participation": stream}, erase_participation, context=arguments)
    for stream in what.duplicates:
        yield Step({"dossier": stream}, erase_again, context={"reason": what.reason})


def _mark(opened: OpenStructure) -> Path:
    return register_path(opened).with_suffix(".erasing")


def owe(opened: OpenStructure) -> None:
    """Creates the pending file, before the events are recorded and under their lock, so that `settle` keeps it."""
    try:
        _mark(opened).touch(mode=0o600)
        sync(_mark(opened).parent)
    except OSError as error:
        raise StoreFull(f"{_mark(opened)} cannot be written: {error}") from error


def _register(opened: OpenStructure, told: Sequence[Erasure]) -> None:
    """Writes the register atomically, with these erasures added."""
    path = register_path(opened)
    with opened.engine.keys.ring.changing():
        there = register(opened)
        known = {one.person for one in there}
        everybody = [*there, *(one for one in told if one.person not in known)]
        content = b"".join(msgspec.json.encode(one) + b"\n" for one in everybody)
        (replace if path.exists() else write_new)(path, content)

"""Erases a person for good: events first, then keys, then everything made from them (docs/faults.md#keys).

The events hide the person at once. Keys go when the erasure is due: nobody stopped it for 72 hours.
keys/<slug>.erasing exists while an erasure may be recorded and not finished. It is empty, or has the next due instant.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from dateutil.relativedelta import relativedelta

from pixflow.actor import OPERATOR, Actor
from pixflow.backups import BackupError
from pixflow.backups.erasure_log import Erasure, due_by, erasures, has_all, people, register, register_path, remaining
from pixflow.backups.key_copies import refresh_keys
from pixflow.dossier.evolve import fold
from pixflow.dossier.privacy import bring_back_duplicate, erase_again, erase_person, stop_erasure
from pixflow.dossier.state import Dossier
from pixflow.engine import CommandResult, Engine, new_id
from pixflow.events.contact import ContactErased, ContactErasure
from pixflow.events.dossier import PersonErased
from pixflow.events.structure import ErasuresAllowed
from pixflow.folding import end_of, erasure_of
from pixflow.participation.matches import bring_back_participation, erase_participation
from pixflow.participation.state import Participation
from pixflow.partners import contacts
from pixflow.result_import.erasure import rows_taken_back
from pixflow.store import UNOPENED, StoreFull
from pixflow.store.durable_files import replace, write_new
from pixflow.streams import row_key
from pixflow.structure_folder import OpenStructure
from pixflow.unit_of_work import Step
from pixflow.uploads import Uploads

_log = logging.getLogger(__name__)

AT_ONCE = 5
"""Most people erased in `PACE` without the operator's consent, and most restored keys destroyed at once."""
NO_REASON = "—"
"""The reason of a stop that a restore records: the fact of the restore says why."""
PACE = timedelta(hours=24)
DELAY = timedelta(hours=72)
"""The time in which a steward may stop a confirmed erasure."""


class ErasureUnfinished(Exception):
    """The person is erased, and the rest is not done: it is retried on each tick and at each start."""


class ManyErasures(Exception):
    """More than AT_ONCE people without a delay wait for their keys to be destroyed: `pixflow erasures` goes on."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} people at once")
        self.count = count


def scope(opened: OpenStructure, dossier: UUID) -> Erasure:
    """Returns what is erased with a dossier: its duplicates, the participations of them all, and those taken back."""
    engine = opened.engine
    states = collect_merged(engine, dossier)
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
    request = states[dossier].erasure
    return Erasure(
        dossier,
        request.reason if request else "request",
        engine.today(),
        {stream: token if first[token] == stream and token not in held else None for stream, token in tokens.items()},
        tuple(one for one in states if one != dossier),
    )


def state_before_erasure(engine: Engine, dossier: UUID) -> Dossier:
    """Returns a dossier as it was before its erasure, as long as its key is there."""
    events = engine.history(dossier)
    erasure = erasure_of(events)
    return fold([one for one in events if one is not erasure])


def collect_merged(engine: Engine, dossier: UUID) -> dict[UUID, Dossier]:
    """Returns the states of a dossier and of all duplicates merged into it, their own included, itself first."""
    states: dict[UUID, Dossier] = {}
    dossiers = [dossier]
    for one in dossiers:
        states[one] = engine.state("dossier", one)
        dossiers += [other for other in states[one].duplicates if other not in dossiers]
    return states


def page_token(engine: Engine, what: Erasure, by: Actor) -> str:
    """Returns the token of what a page shows to who confirms it: whom it covers, on which request."""
    asked = engine.state("dossier", what.person).erasure
    covered = (what.person, asked.stamp.version if asked else 0, sorted(what.participations), what.duplicates)
    return engine.token("erasure", msgspec.json.encode((*covered, by.id)).decode())


def erase(
    opened: OpenStructure, dossier: UUID, page: str, *, by: Actor, command_id: UUID, via: str = "web"
) -> CommandResult:
    """Confirms the erasure of a person that somebody else requested. `page` is the token of what they read.

    Events stay as ids and days, and the caller purges the read stores: everybody sees a person erased. Keys are
    destroyed, and waiting uploads deleted, once it is due; at once for the operator. Raises Refused as `erase_person`
    does. Raises ErasureUnfinished once it is recorded.
    """
    engine = opened.engine
    with engine.recorder.exclusive():  # else a later match or merge would stay in clear
        what = scope(opened, dossier)
        said = {
            "page": page,
            "shown": page_token(engine, what, by),
            "left": places_left(engine, PersonErased),
            "due": None if by.id == OPERATOR else due_at(engine, dossier),
        }
        owe(opened)
        steps = list(_steps(what, said))
        done = engine.execute_all(steps, ("erase", dossier, page), by=by, command_id=command_id, via=via)
    with unfinished_on_failure():
        settle(opened)
    return done


def places_left(engine: Engine, erasure: type[PersonErased | ContactErased]) -> int:
    """Returns how many more people may be erased now. Those of the operator, and those stopped since, count too."""
    rows = engine.recorder.log(0, 2**31, topics=[erasure.TOPIC, ErasuresAllowed.TOPIC])
    told = [one.event for one in (engine.mapper.readable(*row) for row in rows) if one.at > engine.clock() - PACE]
    allowed = sum(one.count for one in told if isinstance(one, ErasuresAllowed))
    return AT_ONCE + allowed - sum(isinstance(one, erasure) for one in told)


def due_at(engine: Engine, dossier: UUID) -> datetime:
    """Returns the instant (UTC) from which the keys of an erasure confirmed now are destroyed, as the protocol says."""
    refs, first = engine.references(), engine.clock() + DELAY
    request = engine.state("dossier", dossier).erasure
    if request is None or refs.protocol(engine.today(refs)).erasure == "72-hours":
        return first
    return max(first, end_of(request.stamp.on + relativedelta(months=1), refs.calendar))


def stop(
    opened: OpenStructure, dossier: UUID, reason: str, *, by: Actor, command_id: UUID, via: str = "web"
) -> CommandResult:
    """Stops an erasure before it is due: its dossier, duplicates and participations are back as they were.

    Raises Refused: "erasure-done", "required", "not-allowed".
    """
    engine = opened.engine
    with engine.recorder.exclusive():  # else its keys may be destroyed meanwhile
        left = engine.state("dossier", dossier).leaving
        steps = [Step({"dossier": dossier}, stop_erasure, {"reason": reason})]
        if left:
            steps += (Step({"dossier": one}, bring_back_duplicate, {"reason": reason}) for one in left.duplicates)
            steps += (Step({"participation": one}, bring_back_participation) for one in left.participations)
        return engine.execute_all(steps, ("stop", dossier, reason), by=by, command_id=command_id, via=via)


def stop_restored(opened: OpenStructure, lines: Iterable[Erasure]) -> None:
    """Stops the erasures that wait in restored events: somebody may have stopped them since, which the backup lacks.

    Those `lines` by the register are done. The others are confirmed anew.
    """
    done, by = {one.person for one in lines}, Actor(OPERATOR)
    for line in erasures(opened):
        if line.due and line.person not in done and opened.engine.state("dossier", line.person).leaving:
            command_id = new_id(line.person, f"stop restored {opened.engine.head()}")
            stop(opened, line.person, NO_REASON, by=by, command_id=command_id, via="cli")


def erase_contact(
    opened: OpenStructure, contact: UUID, reason: ContactErasure, *, by: Actor, command_id: UUID, via: str = "web"
) -> CommandResult:
    """Erases a person of a partner: the event, then the key of their stream. One person decides it.

    Raises Refused: "unknown-contact", "too-many-erasures", "not-allowed". Raises ErasureUnfinished once it is recorded.
    """
    with opened.engine.recorder.exclusive():
        owe(opened)
        done = opened.engine.execute(
            {"contact": contact},
            contacts.erase_contact,
            by=by,
            command_id=command_id,
            via=via,
            context={"left": places_left(opened.engine, ContactErased)},
            reason=reason,
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
    """Tells if an erasure may be unfinished, or is due: a fast check, made every minute."""
    try:
        due = _mark(opened).read_text()
    except FileNotFoundError:
        return False
    return not due or datetime.fromisoformat(due) <= opened.engine.clock()


def has_unfinished(opened: OpenStructure) -> bool:
    """Tells if an erasure is unfinished: a slow check, for `doctor`.

    It reads every event, the keys and the register.
    """
    told = due_by(erasures(opened), opened.engine.clock())
    return is_pending(opened) or bool(remaining(opened, told)) or not has_all(opened, told)


def settle(opened: OpenStructure, most: int | None = AT_ONCE, *, by_age: bool = False) -> int:
    """Finishes every recorded erasure, and returns the number of keys destroyed.

    Destroys keys, deletes waiting uploads, writes the register, replaces the keys of backups. `erase`, `tick` and a
    start call it. It is idempotent. `by_age`: also those that waited until they were due; else the clock may be wrong.
    Raises ManyErasures for more than `most` people who did not wait, and destroys nothing.
    """
    engine = opened.engine
    with engine.recorder.exclusive():  # else somebody may stop an erasure meanwhile
        head = engine.head()
        every = erasures(opened)
        due_lines = due_by(every, engine.clock() if by_age else None)
        there = remaining(opened, due_lines)
        if most is not None and (count := len(people(_at_once(opened, due_lines), there))) > most:
            _log.warning("%d people wait for their keys to be destroyed: run pixflow erasures", count)
            raise ManyErasures(count)
        if there:
            engine.keys.destroy(there)
    engine.keys.settle()
    if not has_all(opened, due_lines):
        Uploads(opened.folder / "uploads").sweep(datetime.max.replace(tzinfo=UTC))
        engine.recorder.truncate()
        _register(opened, due_lines)
    try:
        refresh_keys(opened)
    except BackupError:
        _log.warning("backups keep the keys they have: the structure lacks some of its own")
        return len(there)  # still pending: a backup may hold a destroyed key
    later = [one.due for one in every if one not in due_lines and one.due and remaining(opened, [one])]
    due = min(later).isoformat() if later else None
    if due or is_pending(opened):
        with engine.recorder.exclusive():
            if engine.head() == head:  # else another erasure may be recorded and unfinished
                _set_mark(opened, due)
    return len(there)


def _at_once(opened: OpenStructure, lines: Iterable[Erasure]) -> list[Erasure]:
    """Returns the erasures that destroy keys without a delay: the operator's, or again after a restore."""
    done = {one.person for one in register(opened)}
    return [one for one in lines if one.due is None or one.person in done]


def forget_again(opened: OpenStructure, lines: Iterable[Erasure]) -> list[UUID]:
    """Records again the erasures `lines` that restored events lack. Returns the streams of these people.

    `settle` does the rest, once the restored structure is the present one.
    """
    return [line.person for line in lines if _forget(opened, line)]


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
        states = engine.states(what.kind, [what.person, *what.duplicates])
        engine.states("participation", what.participations)
    except UNOPENED:
        _log.warning("a stream of an erased person does not open: its keys are destroyed, no event says so")
        return False
    if states[what.person].erased:
        return False
    command_id = new_id(what.person, f"erase again {engine.head()}")
    engine.execute_all(list(_steps(what)), "erase again", by=Actor(OPERATOR), command_id=command_id, via="cli")
    return True


def _steps(what: Erasure, said: Mapping[str, Any] | None = None) -> Iterator[Step]:
    """Yields the steps that erase a person: on a request, with what is `said` of it, or again one of the register."""
    if what.kind == "contact":
        yield Step({"contact": what.person}, contacts.erase_contact, {"reason": what.reason}, {"left": 0})
        return
    others = {"participations": tuple(what.participations), "duplicates": what.duplicates}
    if said is None:
        yield Step({"dossier": what.person}, erase_again, {"reason": what.reason, **others})
    else:
        yield Step({"dossier": what.person}, erase_person, context={**said, **others})
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
        _set_mark(opened, "")
    except OSError as error:
        raise StoreFull(f"{_mark(opened)} cannot be written: {error}") from error


def _set_mark(opened: OpenStructure, due: str | None) -> None:
    """Writes when the next erasure is due, "" for now. None: no erasure waits."""
    path = _mark(opened)
    if due is None:
        path.unlink(missing_ok=True)
    elif not path.exists():
        write_new(path, due.encode())
    elif path.read_text() != due:
        replace(path, due.encode())


def _register(opened: OpenStructure, lines: Sequence[Erasure]) -> None:
    """Writes the register atomically, with these erasures added."""
    path = register_path(opened)
    with opened.engine.keys.ring.changing():
        there = register(opened)
        known = {one.person for one in there}
        everybody = [*there, *(one for one in lines if one.person not in known)]
        content = b"".join(msgspec.json.encode(one) + b"\n" for one in everybody)
        (replace if path.exists() else write_new)(path, content)

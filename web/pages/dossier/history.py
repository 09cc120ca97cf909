"""The history of a dossier as sentences: when, by whom, why it was retracted, what may be corrected or undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow import tasks
from pixflow.authorization import Subject, lacks_to_retract
from pixflow.dossier import retraction
from pixflow.dossier.reach import holders_of_contact, holders_of_identity
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import DossierMerged, DossierOpened, DuplicateJoined, Retracted, SeatBooked
from pixflow.folding import not_retracted, retractions_by_version
from pixflow.refused import Refused
from pixflow.unit_of_work import Step
from projections.store.folds import fold_of
from web.desk import reach
from web.desk.desk import Desk
from web.desk.names import ScopedNames
from web.french import tasks as french_tasks
from web.french.errors import refusals
from web.french.events import sentences
from web.french.phrases import listed
from web.french.typography import say
from web.http.forms import Form, OpenForm
from web.pages.dossier.forms import FORM_OF, FORMS, OF_CERTIFICATION, WHILE_CLOSED, allowed


class UndoLast(Form):
    """Annuler, in one press: the version that it undoes."""

    version: int


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An event in words; `retracted` says when, by whom and why it was retracted, "" while it counts.

    `form` records it again with other values, "" for none. `duplicate` is the dossier that the event joined to this
    one; `readable` is true when this person may read it.
    """

    version: int
    said: str
    when: str
    who: str
    retracted: str
    correctable: bool
    undoable: bool
    form: str = ""
    duplicate: UUID | None = None
    readable: bool = False


class History:
    """The events of one dossier in words, for the person at the desk.

    `forms` are the forms whose decision they may take on `dossier`: without them, nothing is corrected.
    """

    def __init__(
        self,
        desk: Desk,
        names: ScopedNames,
        trail: Sequence[Recorded],
        dossier: Dossier | None = None,
        forms: frozenset[str] = frozenset(),
    ) -> None:
        self._desk, self._zone, self._dossier = desk, desk.zone, dossier
        self.names, self.trail, self.forms = names, trail, forms
        self._struck = retractions_by_version(trail)
        self._merges = {r.command for r in trail if isinstance(r.event, DuplicateJoined)}
        self.undoable = undoable(desk, trail) if "retract" in forms else None
        self.restorable = restorable(desk, trail) if "retract" in forms else None

    @property
    def names_others(self) -> bool:
        """Tells if the history names other young people: those of a merge."""
        return any(isinstance(r.event, (DossierMerged, DuplicateJoined)) for r in self.trail)

    def entries(self, stage: str = "") -> list[HistoryEntry]:
        """Returns the events, the latest first; a retraction shows beside the event it cancels."""
        if not self.trail or self.names_others:
            return self._entries(stage)
        last, kept = self.trail[-1], self._desk.memory.dossiers
        key = ("history", last.originator_id, last.originator_version, self._desk.me, self.forms)
        return kept.get((*key, stage)) or kept.put((*key, stage), self._entries(stage))

    def _entries(self, stage: str) -> list[HistoryEntry]:
        shown = [r for r in self.trail if not isinstance(r.event, Retracted)]
        return [self.entry(r) for r in reversed(shown) if stage in ("", r.event.STAGE)]

    def receipt(self, version: int) -> list[str]:
        """Returns a sentence for each event that one form has just recorded; version 0 is for nothing new."""
        if version == 0:
            return [say("Rien de plus : c’était déjà noté.")]
        together = recorded_with(self.trail, version)
        return [self._phrase_event(r) for r in [r for r in together if self._of_a_merge(r)] or together]

    def _of_a_merge(self, recorded: Recorded) -> bool:
        """True for the joining of a duplicate, and for its retraction: the history shows what comes along."""
        version = recorded.event.version if isinstance(recorded.event, Retracted) else recorded.originator_version
        return any(r.originator_version == version and isinstance(r.event, DuplicateJoined) for r in self.trail)

    def entry(self, recorded: Recorded) -> HistoryEntry:
        """Returns one event in words."""
        by = self._struck.get(recorded.originator_version)
        duplicate = recorded.event.duplicate if isinstance(recorded.event, DuplicateJoined) else None
        known = self._dossier if by is None else None
        correctable = known is not None and may_retract(self._desk, known, recorded, self.forms)
        form = form_to_correct(known, self.trail, recorded, self.forms) if known and correctable else ""
        return HistoryEntry(
            recorded.originator_version,
            self._phrase_event(recorded),
            sentences.when(recorded, self._zone),
            self._who(recorded),
            sentences.retraction(by, self.names, self._zone) if by else "",
            correctable,
            recorded.originator_version == self.undoable,
            form,
            duplicate,
            duplicate is not None and self._desk.scope.sees(fold_of(self._desk.read, duplicate)),
        )

    def _who(self, recorded: Recorded) -> str:
        """Returns the author; an event that came with a merge was recorded first in the duplicate."""
        author = sentences.who(recorded, self.names)
        came = recorded.command in self._merges and not isinstance(recorded.event, DuplicateJoined)
        return say("{author}, repris du doublon", author=author) if came else author

    def _phrase_event(self, recorded: Recorded) -> str:
        return sentences.sentence(recorded, self.names, zone=self._zone, history=self.trail)


def recorded_with(trail: Sequence[Recorded], version: int) -> list[Recorded]:
    """Returns the events of the command that recorded this version."""
    command = next((r.command for r in trail if r.originator_version == version), None)
    return [r for r in trail if r.command == command]


def undoable(desk: Desk, trail: Sequence[Recorded]) -> int | None:
    """Returns the version that *Annuler* undoes: the last event that counts, when this person recorded it.

    The events of the same command go with it; a merge is undone whole, in both dossiers. The events that opened the
    dossier, or came from Pix Orga or a workshop, are corrected otherwise, but for a seat that was booked. A paper that
    was handed out stays, and keeps nothing from being undone.
    """
    told = [r for r in not_retracted(trail) if not isinstance(r.event, retraction.ISSUED)]
    last = told[-1] if told else None
    if last is None or last.by != desk.actor.id or last.command == trail[0].command:
        return None
    together = recorded_with(trail, last.originator_version)
    if merge := [r.originator_version for r in together if isinstance(r.event, DuplicateJoined)]:
        return merge[0]
    elsewhere = any(
        retraction.is_corrected_elsewhere(r.event) and not isinstance(r.event, SeatBooked) for r in together
    )
    return None if elsewhere else last.originator_version


def booking_of(trail: Sequence[Recorded], version: int) -> Recorded | None:
    """Returns the event of the seat that the command of this version booked, or of the list that it joined.

    It is given back in the workshop too. A correction booked nothing.
    """
    together = recorded_with(trail, version)
    if any(isinstance(r.event, Retracted) for r in together):
        return None
    return next((r for r in together if isinstance(r.event, SeatBooked) or getattr(r.event, "waits", False)), None)


def restorable(desk: Desk, trail: Sequence[Recorded]) -> int | None:
    """Returns the last retraction of the trail, when this person made it and may record again what it took back."""
    told = [r for r in trail if not isinstance(r.event, retraction.ISSUED)]
    last = told[-1] if told else None
    if last is None or last.by != desk.actor.id or not isinstance(last.event, Retracted):
        return None
    together = recorded_with(trail, last.originator_version)
    by_version = {r.originator_version: r.event for r in trail}
    taken = [by_version[r.event.version] for r in together if isinstance(r.event, Retracted)]
    alone = len(taken) == len(together) and not any(map(retraction.is_corrected_elsewhere, taken))
    return last.originator_version if alone else None


def steps_back(desk: Desk, trail: Sequence[Recorded], version: int) -> tuple[list[int], list[int]] | None:
    """Returns the versions to retract, the latest first, and those to record again: the undo of the last form.

    None when somebody acted since.
    """
    if version not in (undoable(desk, trail), restorable(desk, trail)):
        return None
    together = recorded_with(trail, version)
    new = [r.originator_version for r in reversed(together) if not isinstance(r.event, Retracted)]
    return new, sorted(r.event.version for r in together if isinstance(r.event, Retracted))


def to_correct(desk: Desk, dossier: Dossier, trail: Sequence[Recorded], version: int) -> Recorded | None:
    """Returns the event that this person may correct by its form; None when it no longer counts, or is not theirs."""
    event = next((r for r in not_retracted(trail) if r.originator_version == version), None)
    forms = allowed(desk, dossier)
    if event is None or not may_retract(desk, dossier, event, forms):
        return None
    return event if form_to_correct(dossier, trail, event, forms) else None


def may_retract(desk: Desk, dossier: Dossier, recorded: Recorded, forms: frozenset[str]) -> bool:
    """Tells if this person may retract an event: `forms` are those whose decision they may take."""
    fixed = isinstance(recorded.event, (DossierOpened, *retraction.ISSUED))
    if "retract" not in forms or fixed or retraction.is_corrected_elsewhere(recorded.event):
        return False
    by = desk.by(retraction.retract, Subject(dossier))
    return not lacks_to_retract(by, recorded, dossier, desk.refs, desk.today)


def form_to_correct(dossier: Dossier, trail: Sequence[Recorded], recorded: Recorded, forms: frozenset[str]) -> str:
    """Returns the form that records an event again, "" for none: it is not among `forms`, or would be refused.

    A closed dossier refuses most decisions. Of the steps of a certification, the last one is recorded again.
    """
    form = FORM_OF.get(type(recorded.event), "")
    if form not in forms or (dossier.closed and form not in WHILE_CLOSED):
        return ""
    if form in OF_CERTIFICATION:
        later = (r for r in not_retracted(trail) if r.originator_version > recorded.originator_version)
        return "" if any(FORM_OF.get(type(r.event)) in OF_CERTIFICATION for r in later) else form
    return form


_HELD = {"contact": holders_of_contact, "identity": holders_of_identity}
"""Function that returns who has what a form corrects, by the form."""


def preview(desk: Desk, dossier_id: UUID, names: ScopedNames, opened: OpenForm) -> dict[str, Any] | None:
    """Returns the effects of a correction: the events retracted, the tasks gone, the new ones; or the refusal.

    Of a correction of the identity or the contact, it is who is to be told. None for another form.
    """
    if opened.name in _HELD and not opened.corrects:
        held = _HELD[opened.name](desk.dossier(dossier_id), desk.trail(dossier_id))
        told = [*(["la personne"] if held.get("papers") else []), *dict.fromkeys(held["partners"])]
        return {"told": listed(*told)} if told else None
    if opened.name not in ("retract", "unmatch") and not opened.corrects:
        return None
    decision = retraction.retract if opened.corrects else FORMS[opened.name].decision
    streams, nothing = {"dossier": dossier_id}, dict.fromkeys(("retracted", "gone", "new", "reach", "refused"), ())
    sent: dict[str, Any] = {"reason": "—"}
    try:
        if opened.name == "retract" or opened.corrects:
            sent["version"] = opened.corrects or int(opened.get("version"))
        else:
            streams = {"participation": UUID(str(opened.get("participation"))), **streams}
        by = desk.by(decision, Subject(desk.dossier(dossier_id)))
        changed = desk.engine.preview_all([Step(streams, decision, sent)], by=by)
    except ValueError:
        return nothing
    except Refused as refused:
        return {**nothing, "refused": refusals.refusal(refused.code, refused.details, names)}
    before, after = changed[dossier_id]
    owed = {task.key: task.kind for task in tasks.of_dossier(before.state, desk.refs)}
    then = {task.key: task.kind for task in tasks.of_dossier(after.state, desk.refs)}
    retracted = {r.event.version for r in after.events[len(before.events) :] if isinstance(r.event, Retracted)}
    gone = [r for r in before.events if r.originator_version in retracted]
    return {
        "retracted": [sentences.sentence(r, names, zone=desk.zone, history=before.events) for r in gone],
        "gone": [french_tasks.VERBS[kind] for key, kind in owed.items() if key not in then],
        "new": [french_tasks.VERBS[kind] for key, kind in then.items() if key not in owed and kind != "inform-holder"],
        "reach": reach.of(desk, names, changed, gone[:1], dossier_id),
        "refused": "",
    }

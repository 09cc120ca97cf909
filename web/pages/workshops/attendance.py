"""The page of attendance: one press a mark, the search for somebody who came without a seat, a call for help."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from pixflow.decision import Decision
from pixflow.engine import new_id
from pixflow.events.dossier import AttendanceContested
from pixflow.events.values import Mark
from pixflow.events.workshop import AttendanceMarked
from pixflow.workshop import booking, scheduling
from pixflow.workshop.booking import (
    LETTERS,
    has_later_work,
    look_among_all,
    may_meet_anybody,
    undo_attendance,
    walk_ins,
)
from pixflow.workshop.presses import LONGEST_WAIT, last_press
from pixflow.workshop.state import fold
from projections import contested_marks, directory, name_search
from projections.directory import YoungPerson
from projections.store.folds import folds_of
from web.desk import guesses, names, receipts
from web.desk.commands import Outcome, check, read_form, record, redraw, require_events
from web.desk.dependencies import helpers
from web.desk.desk import Desk
from web.desk.receipts import Receipt, ReceiptLine, UndoForm, row_command
from web.french import dates, vocabulary
from web.french.typography import plural, say
from web.http.addresses import MOST
from web.http.forms import Form, FormData, OpenForm
from web.http.people import listed
from web.http.templates import show
from web.pages.workshops.scoped_workshop import AtWorkshops, ScopedWorkshop, SeatRow
from web.pages.workshops.workshop import SeatForm

router = APIRouter()
PressedMark = Literal["present", "absent", "excused", "trouble", "ease"]
SHOWN = 8


class PressForm(Form):
    """A press: `drawn` is the position that its page showed; `waited` the ms that it waited for the network.

    `after` is the command of the press that waits before it, about the same person.
    """

    drawn: Annotated[int, Field(ge=0, le=MOST)] = 0
    waited: Annotated[int, Field(ge=0, le=MOST)] | None = None
    after: UUID | None = None

    @property
    def wait(self) -> timedelta | None:
        return None if self.waited is None else min(timedelta(milliseconds=self.waited), LONGEST_WAIT)


class SeatPressForm(PressForm, SeatForm):
    """A press about a person."""


class MarkForm(SeatPressForm):
    mark: PressedMark


class WalkInForm(Form):
    """A name and a birth date, or only a name or a number to look among one's own dossiers."""

    q: str
    born: date | None = None


# --- its page


def _page(
    request: Request,
    desk: Desk,
    workshop_id: UUID,
    *,
    form: OpenForm | None = None,
    answers: Sequence[tuple[YoungPerson, str]] | None = None,
    among_all: bool = True,
    marked: str = "",
) -> Response:
    """Shows a card for each registrant, by name, for somebody who stands with a tablet or a phone.

    `answers` are those whom a search reached, each with a text that tells them from others; `among_all` tells if it
    reached every open dossier. `marked` names the command
    that just marked all the others.
    """
    workshop = ScopedWorkshop(desk, workshop_id)
    seats, undo, form = workshop.seats(), _undo_labels(workshop), form or OpenForm("")
    presences = list(_contested(workshop))
    present = [dossier for dossier, presence in workshop.state.attendance.items() if presence == "present"]
    is_today = workshop.day == desk.today
    return show(
        request,
        "workshops/attendance.html",
        "presence",
        listed(
            (seat.dossier for seat in (*seats, *(one.seat for one in presences)) if seat.named),
            (person.stream for person, _ in answers or ()),
        ),
        workshop=workshop,
        seats=sorted(seats, key=lambda seat: seat.sort),
        marks={id: one.diagnostic.seats.get(workshop_id) for id, one in folds_of(desk.read, present).items()},
        undo=undo,
        contested=presences,
        drawn=desk.position,
        may_call=workshop.is_open and is_today,
        helpers=helpers(desk, workshop.state) if is_today else [],
        anybody=_may_meet_anybody(workshop),
        answers=answers,
        among_all=among_all,
        form=form,
        errors=form.errors,
        wrong=form.error("") if form.name == "look" else next(iter(form.errors.values()), ""),
        receipt=_receipt(workshop, marked, undo),
    )


@dataclass(frozen=True, slots=True)
class ContestedPresence:
    """A presence that was noted twice: the presses to choose from, each with its mark, author and hour, and label."""

    seat: SeatRow
    presses: Sequence[tuple[Mark, str, str]]


def _contested(workshop: ScopedWorkshop) -> Iterator[ContestedPresence]:
    """Yields the presences noted twice, also of who left the list since. The press that counts is the first."""
    desk, asked = workshop.desk, contested_marks.of_workshop(workshop.desk.read, workshop.id)
    states, trails = folds_of(desk.read, asked), desk.trails(asked)
    for id in asked:
        last, contested = last_press(trails[id], workshop.id), states[id].diagnostic.contested[workshop.id]
        marks = [(last.mark, last.by, last.at)] if last else []
        marks += [(one.mark, str(one.presser), one.at) for one in contested]
        presses: dict[Mark, tuple[Mark, str, str]] = {}
        for mark, by, at in marks:
            presses.setdefault(mark, (mark, names.staff_name(desk, by), dates.clock(at, desk.zone)))
        yield ContestedPresence(workshop.seat(id), list(presses.values()))


def _undo_labels(workshop: ScopedWorkshop) -> dict[UUID, str]:
    """Returns the label of the undo button for each mark that can be taken back."""
    came = walk_ins(workshop.trail)
    booked = workshop.state.attendance.keys() - came.keys()
    trails = workshop.desk.trails(booked)
    marked = [dossier for dossier, trail in trails.items() if not has_later_work(trail, workshop.id)]
    return dict.fromkeys(marked, "Annuler") | dict.fromkeys(came, "Retirer")


def _receipt(workshop: ScopedWorkshop, marked: str, undo: Mapping[UUID, str]) -> Receipt | None:
    """Returns the receipt of the marks of all the others, with their undo while none of them was acted on."""
    dossiers = [one for one in _marked_at_once(workshop, marked) if workshop.state.attendance.get(one) == "present"]
    if not dossiers:
        return None
    receipt = Receipt("Enregistré :", [ReceiptLine(plural(len(dossiers), "personne présente", "personnes présentes"))])
    undone = f"/ateliers/{workshop.id}/presence/annuler"
    return receipt.with_undo(marked, undone) if undo.keys() >= set(dossiers) else receipt


def _marked_at_once(workshop: ScopedWorkshop, command: str) -> list[UUID]:
    """Returns the dossiers that a command of the person at the desk marked as present with all the others."""
    events = (one.event for one in receipts.events_of(workshop.desk, command) if one.originator_id == workshop.id)
    return [event.dossier for event in events if isinstance(event, AttendanceMarked)]


@router.get("/ateliers/{workshop_id:uuid}/presence")
def read(request: Request, desk: AtWorkshops, workshop_id: UUID, recu: str = "") -> Response:
    """Shows the page. `recu` names the command that just marked all the others."""
    _workshop(desk, workshop_id)
    return _page(request, desk, workshop_id, marked=recu)


def _workshop(desk: Desk, id: UUID) -> ScopedWorkshop:
    """Returns the workshop, for whoever may mark there. Raises 404 when it is cancelled."""
    workshop = ScopedWorkshop(desk, id)
    if not workshop.may(booking.mark_attendance):
        raise HTTPException(403)
    if workshop.state.cancelled:
        raise HTTPException(404)
    return workshop


# --- its marks


@router.post("/ateliers/{workshop_id:uuid}/presence")
@redraw(_page)
def mark(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Records one press at once: a presence, and with it a difficulty or an ease."""
    workshop, form = _workshop(desk, workshop_id), read_form(MarkForm, data)
    require_events(desk, _mark(workshop, form, form.dossier, form.mark, form.command_id))
    return _return(workshop_id, f"#p-{form.dossier}")


@router.post("/ateliers/{workshop_id:uuid}/presence/tous")
@redraw(_page)
def mark_the_others(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Marks everybody without a mark as present: one command for each.

    A press that waited is about those of its page, but for whom the same person marked meanwhile.
    """
    workshop, form = _workshop(desk, workshop_id), read_form(PressForm, data)
    unmarked = workshop.state.unmarked
    if form.wait is not None:
        shown = fold([one for one in workshop.trail if one.position <= form.drawn]).unmarked
        last = {id: last_press(trail, workshop_id) for id, trail in desk.trails(shown).items()}
        unmarked = [id for id in shown if not ((press := last.get(id)) and press.by == desk.actor.id)]
    outcomes = [_mark(workshop, form, id, "present", new_id(form.command_id, str(id))) for id in unmarked]
    _all_recorded(desk, outcomes)
    return _return(workshop_id, f"?recu={form.command_id}")


@router.post("/ateliers/{workshop_id:uuid}/presence/annuler")
@redraw(_page)
def undo(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Takes a mark back, or those of all the others, noted in one press. Somebody who had no seat leaves."""
    workshop = _workshop(desk, workshop_id)
    if "receipt" in data:
        all_of_it = read_form(UndoForm, data)
        marked = _marked_at_once(workshop, str(all_of_it.receipt))
        shown = PressForm(command_id=all_of_it.command_id, drawn=desk.position)
        _all_recorded(desk, [_undo(workshop, shown, id, row_command(shown.command_id, id)) for id in marked])
        return _return(workshop_id)
    form = read_form(SeatPressForm, data)
    require_events(desk, _undo(workshop, form, form.dossier, form.command_id))
    return _return(workshop_id, f"#p-{form.dossier}")


def _mark(workshop: ScopedWorkshop, form: PressForm, dossier: UUID, mark: PressedMark, command_id: UUID) -> Outcome:
    return record(
        workshop.desk,
        {"workshop": workshop.id, "dossier": dossier},
        booking.mark_attendance,
        command_id=command_id,
        context=_read_context(workshop.desk, form, dossier),
        presence="present" if mark in ("trouble", "ease") else mark,
        trouble=mark == "trouble",
        ease=mark == "ease",
    )


def _undo(workshop: ScopedWorkshop, form: PressForm, dossier: UUID, command_id: UUID) -> Outcome:
    streams, context = {"workshop": workshop.id, "dossier": dossier}, _read_context(workshop.desk, form, dossier)
    about: dict[str, Any] = {"command_id": command_id, "context": context, "reason": "noté par erreur"}
    return record(workshop.desk, streams, undo_attendance, **about)


def _read_context(desk: Desk, form: PressForm, dossier: UUID) -> dict[str, Any]:
    """Returns the version of a dossier that the page of a press showed, and how long the press waited.

    Neither counts for the fingerprint of its command: a press that is sent again has waited longer.
    """
    before = {form.after, form.after and new_id(form.after, str(dossier))}
    shown = (
        one.originator_version
        for one in desk.trail(dossier)
        if one.position <= form.drawn or (one.command in before and not isinstance(one.event, AttendanceContested))
    )
    return {"seen": max(shown, default=0), "waited": form.wait}


def _all_recorded(desk: Desk, outcomes: Sequence[Outcome]) -> None:
    """Raises FormRefused with the first refusal."""
    for outcome in outcomes:
        require_events(desk, outcome)


def _return(id: UUID, place: str = "") -> Response:
    return RedirectResponse(f"/ateliers/{id}/presence{place}", 303)


# --- somebody who came without a seat


@router.post("/ateliers/{workshop_id:uuid}/presence/chercher")
@redraw(_page)
def look(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Searches open dossiers: those of the person at the desk by name or number, all by name and birth date.

    It is a POST, so that no name stands in an address or a log. A search among all is recorded first: its author and
    the number of names shown.
    """
    workshop, form = _workshop(desk, workshop_id), read_form(WalkInForm, data)
    own = _own(workshop, form.q)
    others = _others(workshop, form, {person.stream for person in own})
    if others is not None:
        told = not guesses.are_spent(desk) and guesses.may_be_told(request, desk, [one.stream for one in others[:1]])
        check({} if told else {"": guesses.SPENT})
        streams = {"workshop": workshop_id}
        outcome = record(desk, streams, look_among_all, command_id=form.command_id, shown=len(others))
        others = None if outcome.refused else others
    answers = [(person, _about(desk, person)) for person in own] + [(person, person.site) for person in others or ()]
    desk.refresh()
    among_all, shown = desk.scope.whose == "all" or others is not None, OpenForm("look", values=form.model_dump())
    return _page(request, desk, workshop_id, form=shown, answers=answers, among_all=among_all)


@router.post("/ateliers/{workshop_id:uuid}/presence/venu")
@redraw(_page)
def walk_in(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Records somebody who came without a seat."""
    workshop, form = _workshop(desk, workshop_id), read_form(SeatPressForm, data)
    context = {"initial": workshop.initial, "plan": new_id(form.command_id, "plan")}
    streams = {"workshop": workshop_id, "dossier": form.dossier}
    require_events(desk, record(desk, streams, booking.walk_in, command_id=form.command_id, context=context))
    return _return(workshop_id, f"#p-{form.dossier}")


def _own(workshop: ScopedWorkshop, text: str) -> list[YoungPerson]:
    read, scope = workshop.desk.read, workshop.desk.scope
    people = directory.find(read, text, scope, SHOWN)
    people += [one for one in name_search.near(read, text, scope, SHOWN) if one not in people]
    return [one for one in people if _may_come(workshop, one)][:SHOWN]


def _others(workshop: ScopedWorkshop, form: WalkInForm, own: Set[UUID]) -> list[YoungPerson] | None:
    """Returns the dossiers of others with this name and birth date, None when this search does not reach them."""
    letters = sum(character.isalpha() for character in form.q)
    if form.born is None or letters < LETTERS or not _may_meet_anybody(workshop):
        return None
    people = name_search.born(workshop.desk.read, form.q, form.born, SHOWN)
    return [one for one in people if one.stream not in own and _may_come(workshop, one)]


def _may_come(workshop: ScopedWorkshop, person: YoungPerson) -> bool:
    return not person.closed and person.stream not in workshop.state.seats


def _may_meet_anybody(workshop: ScopedWorkshop) -> bool:
    """Tells if a search may show other people's dossiers. Whoever reads all dossiers needs no such search."""
    desk = workshop.desk
    return desk.scope.whose != "all" and may_meet_anybody(
        workshop.state, desk.actor.id, desk.engine.clock(), [*map(str, desk.owners)]
    )


def _about(desk: Desk, person: YoungPerson) -> str:
    born, today = person.birth_date, desk.today
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else 0
    parts = (
        plural(age, "an") if born else "",
        say("n° {number}", number=person.imilo_number) if person.imilo_number else "",
        vocabulary.PROGRAMMES.get(person.programme, person.programme),
        person.site,
        names.advisor_name(desk, person.advisor),
    )
    return " · ".join(filter(None, parts))


# --- help, and the end


@router.post("/ateliers/{workshop_id:uuid}/presence/appeler")
@redraw(_page)
def call(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Calls the assistant."""
    return _press(desk, workshop_id, scheduling.ask_help, data)


@router.post("/ateliers/{workshop_id:uuid}/presence/repondu")
@redraw(_page)
def end_call(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Ends the call: the assistant came, or is needed no longer."""
    return _press(desk, workshop_id, scheduling.give_help, data)


@router.post("/ateliers/{workshop_id:uuid}/presence/clore")
@redraw(_page)
def close(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Closes the workshop: everybody has a mark, and nobody else comes."""
    return _press(desk, workshop_id, scheduling.close_workshop, data)


def _press(desk: Desk, id: UUID, decision: Decision[..., Any], data: Mapping[str, Any]) -> Response:
    _workshop(desk, id)
    require_events(desk, record(desk, {"workshop": id}, decision, command_id=read_form(PressForm, data).command_id))
    return _return(id)

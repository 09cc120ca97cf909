"""One workshop: its page, the decisions about it, its seats."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, time
from typing import Any, Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import Scope, Subject
from pixflow.decision import Decision
from pixflow.dossier.state import Dossier
from pixflow.engine import Step, new_id
from pixflow.events.base import Recorded
from pixflow.events.workshop import Retracted, SeatReleased, SeatTaken, WaitlistJoined, WaitlistLeft
from pixflow.folding import retractions_by_version
from pixflow.identity import normalise
from pixflow.refused import Refused
from pixflow.workshop import booking, scheduling
from pixflow.workshop.booking import undo_release
from projections import advisor_queue, directory, workshops
from projections.directory import YoungPerson
from projections.store.folds import fold_of
from web.desk import kept_seats, receipts
from web.desk import undo as desk_undo
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.commands import FormRefused, Outcome, check, read_form, record, redraw, require_events, take, take_all
from web.desk.desk import Desk
from web.desk.exports import ExportedList, Value, as_file
from web.desk.names import ScopedNames
from web.desk.receipts import Receipt, ReceiptLine, UndoForm, row_command
from web.french import typography
from web.french.events import sentences
from web.french.events import workshops as french
from web.http import filters
from web.http.addresses import SIZE, PageNumber, Pager, address
from web.http.forms import Day, Form, FormData, OpenForm
from web.http.people import listed
from web.http.templates import show
from web.pages.workshops import scheduling as schedule
from web.pages.workshops.scoped_workshop import AtWorkshops, ScopedWorkshop, SeatRow

router = APIRouter()


class MoveForm(Form):
    day: Day
    starts: time
    ends: time
    place: str | None = None
    anyway: bool = False


class CancellationForm(Form):
    reason: Literal["facilitator", "room", "technical", "too-few", "other"]


class FacilitatorsForm(Form):
    facilitators: tuple[UUID, ...] = ()
    anyway: bool = False


class NewcomerForm(Form):
    facilitator: UUID


class BookingForm(Form):
    """The dossiers that were ticked. `or_wait`: onto the waiting list when no seat is free."""

    dossier: tuple[UUID, ...] = ()
    or_wait: bool = False


class SeatForm(Form):
    dossier: UUID


FORMS: dict[str, Decision[..., Any]] = {
    "move": scheduling.move_workshop,
    "cancel": scheduling.cancel_workshop,
    "facilitators": scheduling.set_facilitators,
}
"""The forms of the page, by their names in an address."""


# --- its page


@router.get("/ateliers/{workshop_id:uuid}")
def read(
    request: Request,
    desk: AtWorkshops,
    workshop_id: UUID,
    formulaire: str = "",
    recu: str = "",
    a: PageNumber = 1,
    groupe: str = "",
) -> Response:
    """Shows the workshop.

    `formulaire` opens one of its forms, `recu` names what was just recorded, `a` pages the candidates of a `groupe`.
    """
    return _page(request, desk, workshop_id, a, groupe, opens=formulaire, reference=recu)


@as_file(router, "/ateliers/{workshop_id:uuid}")
def export(desk: AtWorkshops, workshop_id: UUID) -> ExportedList:
    """Returns who has a seat, then who waits for one. Names that somebody may not read stay hidden."""
    workshop = ScopedWorkshop(desk, workshop_id)
    return ExportedList(
        page="workshop",
        name="atelier",
        path=f"/ateliers/{workshop_id}",
        params={},
        filters=[f"{typography.upper_first(workshop.when)}, {workshop.where}"],
        columns=EXPORTED,
        total=len(workshop.state.seats) + len(workshop.state.waiting),
        read=lambda: list(_exported(workshop)),
        people=lambda one: [one.seat.dossier] if one.person else [],
        narrow="prenez un autre atelier",
        about={"atelier": str(workshop_id)},
    )


class ExportedSeat(NamedTuple):
    """A row of its file: the rank of a seat, 0 for the waiting list, and the young person; None for a hidden name."""

    rank: int
    seat: SeatRow
    person: YoungPerson | None


EXPORTED: Mapping[str, Callable[[ExportedSeat], Value]] = {
    "Place": lambda one: one.rank or "liste d’attente",
    "Nom": lambda one: one.person.last_name if one.person else one.seat.name,
    "Prénom": lambda one: one.person.first_name if one.person else "",
    "N° i-Milo": lambda one: one.person.imilo_number if one.person else "",
    "Suivi": lambda one: one.seat.about,
    "Présence": lambda one: one.seat.presence,
    "Place gardée jusqu’au": lambda one: one.seat.kept_until,
}


def _exported(workshop: ScopedWorkshop) -> Iterator[ExportedSeat]:
    """Yields who has a seat, then who waits for one."""
    for rank, seat in [*enumerate(workshop.seats(), 1), *((0, one) for one in workshop.list_waiting())]:
        yield ExportedSeat(rank, seat, workshop.person(seat.dossier) if seat.named else None)


def _page(
    request: Request,
    desk: Desk,
    workshop_id: UUID,
    a: int = 1,
    groupe: str = "",
    *,
    form: OpenForm | None = None,
    opens: str = "",
    receipt: Receipt | None = None,
    reference: str = "",
    status: int = 200,
) -> Response:
    workshop = ScopedWorkshop(desk, workshop_id)
    state, seats, waiting = workshop.state, workshop.seats(), workshop.list_waiting()
    form, undo = form or _blank(workshop, opens), _undo_seat(workshop, reference)
    fills = workshop.is_upcoming and desk.roles & {"advisor", "facilitator", "referent"}
    candidates = _candidates(workshop, a, groupe) if fills else None
    rows = [*seats, *waiting, *([undo] if undo else ())]
    past = (getattr(one.event, "dossier", None) for one in workshop.trail if workshop.sees_names)
    return show(
        request,
        "workshops/workshop.html",
        "workshop",
        listed((row.dossier for row in rows if row.named), candidates["people"] if candidates else (), past),
        status=status,
        workshop=workshop,
        today=desk.today,
        kiosk=f"/t/{desk.served.opened.slug}",
        rules=desk.refs.protocol(desk.today).workshops,
        links=_links(workshop),
        to_mark=workshop.has_begun and bool(state.unmarked),
        help_at=workshop.help_at if workshop.day == desk.today else "",
        in_its_room=_in_its_room(workshop),
        attendance=french.attendance(state.count("present"), state.count("absent"), state.count("excused")),
        taken=french.seats(len(seats), state.capacity),
        offered=sum(one.until is not None for one in state.waiting.values()),
        seats=seats,
        whole=Pager.at(len(seats) + len(waiting), 1, f"/ateliers/{workshop_id}", {}),
        waiting=waiting,
        candidates=candidates,
        history=list(_history(workshop)),
        form=form,
        errors=form.errors if form else {},
        runners=schedule.runners(desk),
        chosen=schedule.pair(form.get("facilitators") if form else ""),
        receipt=receipt or _receipt(workshop, reference),
        undo=undo,
    )


def _refuse(
    request: Request, desk: Desk, workshop_id: UUID, a: int = 1, groupe: str = "", *, form: OpenForm
) -> Response:
    """Draws the page with the reason why a press recorded nothing."""
    receipt = Receipt(next(iter(form.errors.values())), tone="late")
    return _page(request, desk, workshop_id, a, groupe, receipt=receipt, status=422)


def _blank(workshop: ScopedWorkshop, name: str) -> OpenForm | None:
    """Returns a form with the workshop's values, or None when this person may not open one of that name."""
    decision = FORMS.get(name)
    if decision is None or not workshop.is_open or not workshop.may(decision):
        return None
    zone = ZoneInfo(workshop.desk.zone)
    values = {
        "day": workshop.day.isoformat(),
        "starts": f"{workshop.starts.astimezone(zone):%H:%M}",
        "ends": f"{workshop.ends.astimezone(zone):%H:%M}",
        "place": workshop.state.place,
        "facilitators": [str(person) for person in workshop.state.facilitators],
    }
    return OpenForm(name, values=values)


def _links(workshop: ScopedWorkshop) -> frozenset[str]:
    """Returns the names of the entries of the menu and of the buttons that are shown."""
    state, may = workshop.state, workshop.may
    shown = {
        "attendance": workshop.has_begun and bool(state.seats) and may(booking.mark_attendance),
        "attendance-sheet": workshop.sees_names,
        "facilitators": workshop.is_open and may(scheduling.set_facilitators),
        "move": workshop.is_open and not state.attendance and may(scheduling.move_workshop),
        "help": may(scheduling.give_help),
    }
    return frozenset(name for name, on in shown.items() if on)


def _candidates(workshop: ScopedWorkshop, number: int, group: str) -> dict[str, Any]:
    """Returns one page of the young people without a seat for whom this person may book, of one CEJ group or of all.

    `rows` are those of their tasks; `cej_first`: those in CEJ come first.
    """
    desk, path = workshop.desk, f"/ateliers/{workshop.id}"
    cej = desk.refs.protocol(desk.today).cej_mandatory and workshop.initial
    owners = None if desk.roles & {"facilitator", "referent"} else desk.owners
    seated = {*workshop.state.seats, *workshop.state.waiting}
    question = (desk.read, ("book-workshop", "rebook-absent"), owners, seated, cej)
    counts = advisor_queue.groups_without_seat(*question)
    total = counts.get(group, 0) if group else sum(counts.values())
    pager = Pager.at(total, number, path, {"groupe": group}, name="a", anchor="#remplir")
    rows = advisor_queue.without_seat(*question, group, SIZE, pager.offset)
    of_groups = {name: count for name, count in counts.items() if name}
    return {
        "rows": rows,
        "kept": kept_seats.phrase_seats(desk, [row.stream for row in rows]),
        "people": directory.find_people(desk.read, [row.stream for row in rows]),
        "pager": pager,
        "cej_first": cej,
        "groups": filters.choice(f"{path}#remplir", of_groups, group, {}),
    }


def _history(workshop: ScopedWorkshop) -> Iterator[tuple[str, str, str, str]]:
    """Yields the events of the workshop, the latest first: what, when, who, and who retracted it and why.

    There is none for somebody who may not read its names.
    """
    desk, trail = workshop.desk, workshop.trail if workshop.sees_names else ()
    names, retracted = ScopedNames(desk.refs, desk.read, Scope("all")), retractions_by_version(trail)
    for fact in reversed(trail):
        if isinstance(fact.event, Retracted):
            continue
        retraction = retracted.get(fact.originator_version)
        sentence = sentences.sentence(fact, names, zone=desk.zone, history=trail)
        why = sentences.retraction(retraction, names, desk.zone) if retraction else ""
        yield sentence, sentences.when(fact, desk.zone), sentences.who(fact, names), why


# --- what was just recorded


def _see(id: UUID, done: Sequence[Recorded]) -> Response:
    """Returns to the workshop after a press, with its receipt."""
    return RedirectResponse(address(f"/ateliers/{id}", {"recu": receipts.reference(done)}), 303)


def _receipt(workshop: ScopedWorkshop, reference: str) -> Receipt | None:
    """Returns what the person at the desk just recorded here, under the command that an address names."""
    desk, trail = workshop.desk, workshop.trail
    names = ScopedNames(desk.refs, desk.read, Scope("all") if workshop.sees_names else desk.scope)
    events = _find_events(workshop, reference)
    lines = [ReceiptLine(sentences.sentence(one, names, zone=desk.zone, history=trail)) for one in events]
    if not lines:
        return None
    given_up = (one for one in receipts.events_of(desk, reference) if getattr(one.event, "gives_up", ()))
    lines += filter(None, (receipts.line_of_dossier(one, names, trail) for one in given_up))
    title = "Enregistré :" if len(lines) == 1 else f"{typography.number(len(lines))} lignes enregistrées :"
    receipt = Receipt(title, lines)
    if any(isinstance(one.event, SeatTaken | WaitlistJoined) for one in events):
        return desk_undo.offer(desk, receipt, reference, f"/ateliers/{workshop.id}/inscrire/annuler")
    return schedule.offer_undo(desk, receipt, reference)


def _undo_seat(workshop: ScopedWorkshop, reference: str) -> SeatRow | None:
    """Returns the seat, or the place on the list, that was just given up and that one press takes back."""
    events = _find_events(workshop, reference)
    given_up = [one.event.dossier for one in events if isinstance(one.event, SeatReleased | WaitlistLeft)]
    if len(given_up) != 1:
        return None
    desk, dossier = workshop.desk, given_up[0]
    streams, state = {"workshop": workshop.id, "dossier": dossier}, fold_of(desk.read, dossier)
    try:
        by = desk.by(undo_release, Subject(state if isinstance(state, Dossier) else None, workshop=workshop.state))
        before, after = desk.engine.preview(streams, undo_release, by=by, reason="—")["workshop"]
    except Refused:
        return None
    return workshop.seat(dossier) if after.version > before.version else None


def _find_events(workshop: ScopedWorkshop, reference: str) -> list[Recorded]:
    command, me = receipts.command_of(reference), workshop.desk.actor.id
    return [one for one in workshop.trail if command and one.by == me and receipts.is_of(command, one)]


# --- decisions about it


def _must(desk: Desk, id: UUID, decision: Decision[..., Any]) -> None:
    """Raises 403 before anything that was sent is read."""
    if not ScopedWorkshop(desk, id).may(decision):
        raise HTTPException(403)


@router.post("/ateliers/{workshop_id:uuid}/deplacer")
@redraw(_page)
def move(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Moves the workshop; the dossier of each registrant records it in the same transaction."""
    _must(desk, workshop_id, scheduling.move_workshop)
    form = read_form(MoveForm, data, empty=french.MISSING)
    state = ScopedWorkshop(desk, workshop_id).state
    _must_be_free(desk, workshop_id, form, state.facilitators, form.day, form.starts, form.ends)
    sent = {
        "place": form.place or "",
        "starts": schedule.instant(form.day, form.starts, desk.zone),
        "ends": schedule.instant(form.day, form.ends, desk.zone),
        "day": form.day,
    }
    return _see(workshop_id, _take_with_registrants(desk, workshop_id, "move", form, sent))


def _in_its_room(workshop: ScopedWorkshop) -> list[tuple[UUID, str]]:
    """Returns the other workshops in this room at these hours, each in words."""
    state, desk = workshop.state, workshop.desk
    starts, ends = (at.replace(tzinfo=None) for at in (workshop.starts, workshop.ends))
    found = workshops.at_once(desk.read, state.site, starts, ends) if state.place and workshop.is_open else []
    others = [one for one in found if one.stream != workshop.id and normalise(one.place) == normalise(state.place)]
    zoned = [(one.stream, one.starts.replace(tzinfo=UTC), one.ends.replace(tzinfo=UTC)) for one in others]
    return [(id, french.hours(begins, finishes, desk.zone)) for id, begins, finishes in zoned]


def _must_be_free(
    desk: Desk, id: UUID, form: MoveForm | FacilitatorsForm, people: Sequence[UUID], day: date, starts: time, ends: time
) -> None:
    """Raises FormRefused when one of these people is not free then, and nobody said that it does not matter."""
    if not form.anyway and not desk.engine.has_recorded(form.command_id):
        check(schedule.engaged(desk, people, [day], starts, ends, but=id))


@router.post("/ateliers/{workshop_id:uuid}/annuler")
@redraw(_page)
def cancel(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Cancels the workshop; the dossier of each registrant records it in the same transaction."""
    _must(desk, workshop_id, scheduling.cancel_workshop)
    form = read_form(CancellationForm, data, empty=french.MISSING)
    return _see(workshop_id, _take_with_registrants(desk, workshop_id, "cancel", form, {"reason": form.reason}))


def _take_with_registrants(
    desk: Desk, id: UUID, name: str, form: Form, sent: Mapping[str, Any]
) -> tuple[Recorded, ...]:
    """Decides on the workshop, then on the dossier of each seat. Tries again once when somebody books meanwhile."""

    def take_now() -> tuple[Recorded, ...]:
        seats = tuple(ScopedWorkshop(desk, id).state.seats)
        steps = [Step({"workshop": id}, FORMS[name], sent, {"registrants": seats})]
        steps += [Step({"workshop": id, "dossier": dossier}, booking.apply_workshop_change) for dossier in seats]
        return take_all(desk, steps, (name, str(id), sent), form)

    try:
        return take_now()
    except FormRefused as refused:
        if refused.code != "moved":
            raise
    desk.refresh()
    return take_now()


@router.post("/ateliers/{workshop_id:uuid}/animation")
@redraw(_page)
def set_facilitators(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Sets the people who run the workshop."""
    _must(desk, workshop_id, scheduling.set_facilitators)
    form = read_form(FacilitatorsForm, data, empty=french.MISSING)
    check(schedule.off_list(desk, form.facilitators))
    state = ScopedWorkshop(desk, workshop_id).state
    assert state.day
    assert state.starts
    assert state.ends
    starts, ends = (at.astimezone(ZoneInfo(desk.zone)).time() for at in (state.starts, state.ends))
    come = [who for who in form.facilitators if who not in state.facilitators]
    _must_be_free(desk, workshop_id, form, come, state.day, starts, ends)
    outcome = record(
        desk,
        {"workshop": workshop_id},
        scheduling.set_facilitators,
        command_id=form.command_id,
        context={"rules": desk.refs.protocol(desk.today).workshops},
        facilitators=form.facilitators,
    )
    return _see(workshop_id, require_events(desk, outcome))


@router.post("/ateliers/{workshop_id:uuid}/animation/accepter")
@redraw(_refuse)
def accept_facilitator(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Agrees that a colleague runs it, who joined by themselves."""
    _must(desk, workshop_id, scheduling.accept_facilitator)
    form = read_form(NewcomerForm, data)
    return _see(workshop_id, take(desk, {"workshop": workshop_id}, scheduling.accept_facilitator, form))


@router.post("/ateliers/{workshop_id:uuid}/aide")
@redraw(_refuse)
def answer_call(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Answers the call for help: somebody goes there."""
    _must(desk, workshop_id, scheduling.give_help)
    return _see(workshop_id, take(desk, {"workshop": workshop_id}, scheduling.give_help, read_form(Form, data)))


# --- its seats


def _workshop(desk: Desk, id: UUID) -> ScopedWorkshop:
    """Returns the workshop, for whoever may book seats. The engine checks the right on each dossier."""
    workshop = ScopedWorkshop(desk, id)
    if not desk.has_role_for(booking.book_seat):
        raise HTTPException(403)
    return workshop


@router.post("/ateliers/{workshop_id:uuid}/inscrire")
@redraw(_refuse)
def add(
    request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData, a: PageNumber = 1, groupe: str = ""
) -> Response:
    """Books the dossiers that were ticked, one command each. A refusal shows the result of every row."""
    workshop = _workshop(desk, workshop_id)
    form = read_form(BookingForm, data, empty={})
    check({} if form.dossier else {"dossier": typography.typeset("Cochez au moins une personne.")})
    outcomes = BulkOutcome([_book_row(workshop, dossier, form) for dossier in form.dossier], form.command_id)
    if outcomes.refused:
        desk.refresh()
        return _page(request, desk, workshop_id, a, groupe, receipt=outcomes.receipt(), status=422)
    return RedirectResponse(address(f"/ateliers/{workshop_id}", {"groupe": groupe, "recu": outcomes.reference}), 303)


@router.post("/ateliers/{workshop_id:uuid}/inscrire/annuler")
@redraw(_refuse)
def take_back(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Takes back the seats that were just booked, but for those that something followed."""
    _workshop(desk, workshop_id)
    outcomes = desk_undo.undo(desk, read_form(UndoForm, data))
    if outcomes.refused:
        desk.refresh()
        return _page(request, desk, workshop_id, receipt=outcomes.receipt(), status=422)
    return RedirectResponse(address(f"/ateliers/{workshop_id}", {"recu": outcomes.reference}), 303)


def _book_row(workshop: ScopedWorkshop, dossier: UUID, form: BookingForm) -> RowOutcome:
    """Books a seat. The name of the row stays hidden from whoever may not book for that person."""
    outcome = _book(workshop, dossier, row_command(form.command_id, dossier), or_wait=form.or_wait)
    desk, state = workshop.desk, fold_of(workshop.desk.read, dossier)
    may_book = isinstance(state, Dossier) and desk.may(booking.book_seat, Subject(state))
    person = directory.find_people(desk.read, [dossier]).get(dossier) if may_book else None
    name = person.name if person else "un dossier inconnu"
    waits = any(isinstance(one.event, WaitlistJoined) for one in outcome.recorded)
    label = f"{name}, sur liste d’attente" if waits else name
    return row_outcome(desk, label, outcome, person=dossier if person else None)


def _book(workshop: ScopedWorkshop, dossier: UUID, command: UUID, *, or_wait: bool) -> Outcome:
    return record(
        workshop.desk,
        {"workshop": workshop.id, "dossier": dossier},
        booking.book_seat,
        command_id=command,
        context={
            "initial": workshop.initial,
            "plan": new_id(command, "plan"),
            "kept": kept_seats.keepers(workshop.desk, dossier),
        },
        or_wait=or_wait,
    )


@router.post("/ateliers/{workshop_id:uuid}/accepter")
@redraw(_refuse)
def accept(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Books the seat that is kept for a young person."""
    workshop, form = _workshop(desk, workshop_id), read_form(SeatForm, data)
    return _see(workshop_id, require_events(desk, _book(workshop, form.dossier, form.command_id, or_wait=False)))


@router.post("/ateliers/{workshop_id:uuid}/rendre")
@redraw(_refuse)
def release(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Gives up a seat, an offer, or a place on the waiting list. The next on the list gets the offer."""
    _workshop(desk, workshop_id)
    form = read_form(SeatForm, data)
    streams = {"workshop": workshop_id, "dossier": form.dossier}
    context = {"until": booking.offer_deadline(desk.refs, desk.today)}
    outcome = record(desk, streams, booking.release_seat, command_id=form.command_id, context=context)
    return _see(workshop_id, require_events(desk, outcome))


@router.post("/ateliers/{workshop_id:uuid}/garder")
@redraw(_refuse)
def keep(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Takes back what was just given up, as long as nobody else has it."""
    _workshop(desk, workshop_id)
    form = read_form(SeatForm, data)
    streams = {"workshop": workshop_id, "dossier": form.dossier}
    outcome = record(desk, streams, undo_release, command_id=form.command_id, reason=sentences.AT_ONCE)
    return _see(workshop_id, require_events(desk, outcome))

"""Dossier: the path of one young person, with each form beside what it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow import tasks
from pixflow.authorization import Subject, receives
from pixflow.dossier import identity, retraction
from pixflow.dossier.stages.prescription import build_prescription
from pixflow.dossier.state import Dossier, stepper
from pixflow.engine import Step
from pixflow.events.base import Recorded
from pixflow.events.dossier import DuplicateJoined
from pixflow.folding import retractions_by_version
from projections.store.folds import fold_of
from web.desk import guesses, receipts, refusals, task_links
from web.desk import undo as desk_undo
from web.desk.colleagues import absence_text
from web.desk.commands import FormRefused, Outcome, check, read_button, record_all, redraw, require_events
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import UndoForm
from web.desk.task_links import QueuePlace
from web.french.dossier import path
from web.french.dossier.progress import steps
from web.french.events.sentences import AT_ONCE
from web.french.typography import say
from web.http.addresses import Version, address, carrying
from web.http.forms import Form, FormData, OpenForm
from web.http.people import People, gather_people
from web.http.templates import redirect, show
from web.pages.dossier import open_form, results
from web.pages.dossier import tasks as dossier_tasks
from web.pages.dossier.forms import FORMS, DossierForm, allowed, check_recall, offers, recall
from web.pages.dossier.history import History, HistoryEntry, UndoLast, booking_of, preview, steps_back, to_correct
from web.pages.dossiers import merge
from web.pages.privacy import erasure
from web.pages.results.matching import match_waiting

router = APIRouter()
KNOWN = ("C’était déjà noté.", "C’est enregistré, mais une partie l’était déjà.")
"""The answers to a form that added nothing, or not all of it."""
NOT_LOST = "Ce que vous avez écrit et que le dossier n’a pas est repris ici : gardez-le en note, ou renoncez."
CORRECTED = (
    "Cette ligne vient d’être corrigée ou annulée dans une autre page : regardez l’historique, puis renoncez ici."
)
LONGEST_SEARCH = 100
REPLACED = "remplacé par une correction"
"""The reason of the retraction that goes with a correction."""


# --- what the page shows


def sheet(
    desk: Desk,
    dossier_id: UUID,
    history: History,
    entries: Sequence[HistoryEntry] = (),
    form: OpenForm | None = None,
    *,
    done: int = -1,
    sentences: Sequence[str] = (),
    place: QueuePlace | None = None,
) -> dict[str, Any]:
    """Returns what templates show of a dossier, without its history, whose `entries` are on the page.

    `done` is the version just recorded (-1 for none), `sentences` tell what was recorded elsewhere. `place` is where
    the person stands in Ma boîte. Of the names, `offers` are the forms that this person may open, `may` what else
    they may do; `box` is the place that addresses carry on, `back` its page, `next` the task that follows there.
    """
    dossier, names, protocol = desk.dossier(dossier_id), history.names, desk.refs.protocol(desk.today)
    owed = tasks.of_dossier(dossier, desk.refs)
    kinds = {task.kind for task in owed}
    offered = frozenset(name for name in history.forms if FORMS[name].offered(dossier))
    shown = dossier_tasks.open_tasks(desk, dossier_id, dossier, owed, offered)
    reading, prescriptions = results.read_grid(desk, dossier), list(results.prescribed(desk, dossier))
    current, others = dossier.diagnostic.current("initial"), results.others(dossier, desk.today)
    shared = {one.participation for one in others} | ({current[0]} if current else set())
    advisor = desk.refs.colleague(dossier.advisor)
    absence = advisor.absence(desk.today) if advisor else None
    spec = FORMS[form.name] if form else None
    return {
        "id": dossier_id,
        "dossier": dossier,
        "today": desk.today,
        "offers": offered,
        "may": _may(desk, dossier),
        # the head
        "age": path.age(dossier.birth_date, desk.today) if dossier.birth_date else "",
        "advisor": advisor.name if advisor else "",
        "mine": dossier.advisor == desk.me,
        "received": desk.scope.whose == "own" and receives(desk.me, dossier, desk.today),
        "cover": absence_text(desk, absence) if absence else "",
        "back_to": names.staff(back) if (back := dossier.lent.back_to if dossier.lent else dossier.advisor) else "",
        "assessed": dossier.opened is not None and desk.refs.protocol(dossier.opened.on).concerned == "assessed",
        "follower": merge.follower(desk, dossier),
        "steps": steps(stepper(dossier, kinds), dossier, kinds, desk.today),
        # the place in Ma boîte
        "box": str(place or ""),
        "back": place.address if place else "",
        "next": task_links.next_task(desk, place, dossier_id) if done >= 0 or sentences else None,
        # what was just recorded, and the version that Annuler undoes
        "done": sentences or history.receipt(done),
        "done_version": done,
        "undo": history.restorable if done == history.restorable else history.undoable,
        # the tasks and the seats
        "tasks": shown,
        "primary": dossier_tasks.primary(shown),
        "coming": dossier_tasks.coming(owed, tasks.days_set(dossier), desk.today),
        "seats": list(dossier_tasks.held_seats(desk, dossier_id)),
        # the results
        "current": current,
        "reading": reading,
        "bands": results.bands(desk, reading),
        "reading_changes": results.reading_changes(desk, dossier),
        "rank": results.rank(dossier),
        "change": results.progress(dossier),
        "parts": results.initial(dossier),
        "tries": results.tries(dossier, "initial", desk.today),
        "others": others,
        "participations": [
            (id, link.purpose, path.participation(link, desk.today))
            for id, link in results.participations(dossier)
            if id not in shared
        ],
        # the prescriptions and what comes after
        "prescriptions": prescriptions,
        "imilo": results.imilo(desk, dossier),
        "next_steps": dossier_tasks.next_steps(dossier, shown, offered, desk.today),
        # the open form: where it stands, and what it shows beside its fields
        "form": form,
        "spec": spec,
        "beside": open_form.place(dossier, form, shown, entries),
        "hidden": {spec.about: form.about} if spec and form and spec.about and form.about else {},
        "choices": open_form.choices(desk, dossier, form) if form else {},
        "subject": open_form.subject(dossier, form),
        "proposals": open_form.proposals(desk, dossier, form),
        "meanwhile": open_form.meanwhile(desk, names, history.trail, form),
        "preview": preview(desk, dossier_id, names, form) if form else None,
        "task_name": names.task(form.about) if form else "",
        "delays": protocol.delays,
        "link_days": protocol.partner_link,
        "near": open_form.near(desk, dossier, form, reading),
    }


def people_of(shown: Mapping[str, Any]) -> People:
    """Returns the people of a sheet: its own, the other dossier of a merge, the next one of Ma boîte."""
    follower, following = shown["follower"], shown["next"]
    return gather_people(shown["id"], [follower.id] if follower else [], following[:1] if following else [])


def _may(desk: Desk, dossier: Dossier) -> frozenset[str]:
    """Returns what this person may do besides the forms: merge, undo_merge, replay, read_personal_data…

    `leave` offers the papers and the workshop, which are those of today: not at a desk of the past.
    """
    answers = {
        "merge": desk.may(identity.merge_dossier),
        "undo_merge": desk.may(identity.undo_merge),
        "prescribe": desk.may(build_prescription, Subject(dossier)),
        "leave": bool(desk.roles),
        "replay": not desk.roles.isdisjoint({"auditor", "referent", "manager"}),
        "read_personal_data": not desk.roles.isdisjoint({"referent", "manager"}),
    }
    return frozenset(name for name, allowed in answers.items() if allowed)


def _page(
    request: Request,
    desk: Desk,
    dossier_id: UUID,
    form: OpenForm | None,
    box: str,
    *,
    done: int = -1,
    sentences: Sequence[str] = (),
    stage: str = "",
    status: int = 200,
) -> Response:
    """Shows a dossier with its history of one stage, or of all ("")."""
    dossier = desk.dossier(dossier_id)
    forms = allowed(desk, dossier)
    history = History(desk, names_for(desk, dossier), desk.trail(dossier_id), dossier, forms)
    entries, place = history.entries(stage), task_links.read_place(desk, box)
    drawn = sheet(desk, dossier_id, history, entries, form, done=done, sentences=sentences, place=place)
    people = people_of(drawn)
    return show(request, "dossier/page.html", "sheet", people, status=status, history=entries, stage=stage, **drawn)


def _show_again(
    request: Request,
    desk: Desk,
    dossier_id: UUID,
    form: OpenForm,
    name: str = "retract",
    boite: str = "",
    corrige: Version = 0,
) -> Response:
    """Shows the form that was refused: its values, its errors, and the events since it was drawn."""
    refused = open_form.refill(desk, desk.dossier(dossier_id), name, form, max(corrige, 0))
    return _page(request, desk, dossier_id, refused, boite, status=422)


@router.get("/dossiers/{dossier_id:uuid}")
def read(
    request: Request,
    desk: AtDesk,
    dossier_id: UUID,
    formulaire: str = "",
    sur: str = "",
    fait: Version = -1,
    etape: str = "",
    boite: str = "",
    corrige: Version = 0,
    recu: str = "",
    cherche: str = "",
) -> Response:
    """The sheet; `formulaire` opens one of its forms, about the id or the key `sur`; `corrige` is an event to correct.

    `fait` is the version just recorded, 0 when nothing was new; `recu` names a command that recorded nothing here, but
    elsewhere, such as a place on a waiting list. `etape` filters the history; `boite` is a place in Ma boîte. `cherche`
    is what somebody looks for among partners.
    """
    if (gone := desk.erased(dossier_id)) and gone.erased:
        return erasure.erased_page(request, desk, dossier_id, gone.erased)
    dossier = desk.dossier(dossier_id)
    offered = offers(desk, dossier, FORMS if boite else [formulaire])
    name = dossier_tasks.form_asked(dossier, formulaire, sur, offered) if boite else formulaire
    form = open_form.blank(desk, dossier, name, sur) if name in offered else None
    if corrige > 0 and (wrong := to_correct(desk, dossier, desk.trail(dossier_id), corrige)):
        form = open_form.correcting(desk, dossier, wrong)
    if form and cherche:
        form = replace(form, values={**form.values, "cherche": cherche[:LONGEST_SEARCH]})
    receipt = receipts.of_command(desk, recu)
    told = [line.text for line in receipt.lines] if receipt else ()
    return _page(request, desk, dossier_id, form, boite, done=fait, sentences=told, stage=etape)


# --- what it records


@router.post("/dossiers/{dossier_id:uuid}/undo")
@redraw(_show_again)
def undo(request: Request, desk: AtDesk, dossier_id: UUID, data: FormData, boite: str = "") -> Response:
    """Annuler: retracts the events of the last form, the latest first, and records again those that it retracted.

    A merge is undone in both dossiers.

    Opens the form of the correction when somebody acted on them since.
    """
    _permitted(desk, dossier_id, "retract")
    form = read_button(UndoLast, data)
    trail = desk.trail(dossier_id)
    joined = next((r.event for r in trail if r.originator_version == form.version), None)
    duplicate = joined.duplicate if isinstance(joined, DuplicateJoined) else None
    if seat := booking_of(trail, form.version):
        return _give_back(request, desk, dossier_id, seat, form, boite)
    undone, retracted = steps_back(desk, trail, form.version) or ([], [])
    if not undone and not retracted and form.version not in retractions_by_version(trail):
        correction = f"{duplicate}/fusion" if duplicate else f"{dossier_id}?formulaire=retract&sur={form.version}#form"
        return RedirectResponse(carrying(f"/dossiers/{correction}", boite), 303)
    if duplicate:
        outcome = merge.undo(desk, duplicate, desk.dossier(duplicate), AT_ONCE, form.command_id)
    else:
        streams, versions = {"dossier": dossier_id}, undone if undone or retracted else [form.version]
        steps = [Step(streams, retraction.retract, {"version": one, "reason": AT_ONCE}) for one in versions]
        steps += [Step(streams, retraction.reinstate, {"versions": tuple(retracted)})] if retracted else []
        outcome = record_all(desk, steps, ("undo", form.version), command_id=form.command_id)
    return _see(request, desk, dossier_id, require_events(desk, outcome), boite)


def _give_back(request: Request, desk: Desk, dossier_id: UUID, seat: Recorded, form: UndoLast, box: str) -> Response:
    """Gives back a seat just booked, or leaves the list just joined; takes back the diagnostic planned with it."""
    (row,) = desk_undo.undo(desk, UndoForm(command_id=form.command_id, receipt=seat.command)).rows
    if row.refused:
        workshop = getattr(seat.event, "workshop", None)
        name, about = ("release", workshop) if workshop else ("retract", seat.originator_version)
        where = task_links.dossier_form(dossier_id, name, str(about))
        return RedirectResponse(carrying(where, box), 303)
    return _see(request, desk, dossier_id, row.recorded, box)


@router.post("/dossiers/{dossier_id:uuid}/{name}")
@redraw(_show_again)
def act(
    request: Request, desk: AtDesk, dossier_id: UUID, name: str, data: FormData, boite: str = "", corrige: Version = 0
) -> Response:
    """Takes the decision of a form; answers the sheet, with what was recorded or the errors.

    The event `corrige` is retracted in the same command.
    """
    spec, dossier = _permitted(desk, dossier_id, name)
    form, own = spec.read(desk, dossier, data), {"dossier": dossier_id}
    if not desk.engine.has_recorded(form.command_id):
        check(check_recall(desk, form))
    seen = {"dossier": form.seen} if form.seen is not None else None
    wrong = _wrong(desk, dossier_id, form, corrige)
    outcome = spec.act(desk, own, dossier, form, replaces=wrong, also=recall(dossier_id, form), seen=seen)
    hidden = guesses.hides(desk, outcome.refused) if outcome.refused else None
    if hidden and not guesses.may_be_told(request, desk, [hidden]):
        raise FormRefused({"": guesses.SPENT})
    if outcome.recorded and name == "identity":
        desk.refresh()
        match_waiting(desk, dossier_id, desk.dossier(dossier_id).imilo_number, command_id=form.command_id)
    if (outcome.ok or outcome.is_known) and not outcome.repeated:
        desk.refresh()
        lost = open_form.unrecorded(form, (one.event for one in [*desk.trail(dossier_id), *outcome.recorded]))
        if lost:
            return _as_note(request, desk, dossier_id, lost, outcome, boite)
    return _see(request, desk, dossier_id, require_events(desk, outcome, model=spec.model), boite)


def _permitted(desk: Desk, dossier_id: UUID, name: str) -> tuple[DossierForm, Dossier]:
    """Returns a form and its dossier, when this person may read it and take the decision of that form.

    Raises 403 before it looks the dossier up for a person who may take that decision on no dossier.
    """
    if name not in FORMS:
        raise HTTPException(404)
    spec = FORMS[name]
    if not desk.has_role_for(spec.decision):
        raise HTTPException(403)
    dossier = desk.dossier(dossier_id)
    if not desk.may(spec.decision, Subject(dossier)):
        raise HTTPException(403)
    return spec, dossier


def _wrong(desk: Desk, dossier_id: UUID, form: Form, version: int) -> Step | None:
    """Returns the retraction of the event that a form corrects. Raises FormRefused when another form took it back."""
    if version <= 0:
        return None
    if version in retractions_by_version(desk.trail(dossier_id)) and not desk.engine.has_recorded(form.command_id):
        raise FormRefused({"": CORRECTED})
    return Step({"dossier": dossier_id}, retraction.retract, {"version": version, "reason": REPLACED})


def _see(request: Request, desk: Desk, dossier_id: UUID, events: Sequence[Recorded], box: str) -> Response:
    """Redirects to the sheet with what was recorded."""
    desk.refresh()
    now = fold_of(desk.read, dossier_id)
    if now and not desk.scope.sees(now):
        return redirect(request, "/dossiers")
    own = [one.originator_version for one in events if one.originator_id == dossier_id]
    asked = {"recu": receipts.reference(events)} if events and not own else {"fait": str(own[-1] if own else 0)}
    return RedirectResponse(carrying(address(f"/dossiers/{dossier_id}", asked), box), 303)


def _as_note(request: Request, desk: Desk, dossier_id: UUID, lost: str, outcome: Outcome, box: str) -> Response:
    """Answers 422 with the form of a note that holds what the form did not record."""
    why = refusals.sentence(desk, outcome.refused) if outcome.refused else ""
    said = say("{why} {kept}", why=why or KNOWN[bool(outcome.recorded)], kept=NOT_LOST)
    blank = open_form.blank(desk, desk.dossier(dossier_id), "note", "")
    note = replace(blank, values={**blank.values, "text": lost}, errors={"": said})
    return _page(request, desk, dossier_id, note, box, status=422)

"""Droits de la personne: a copy of their data, and their erasure: asked for, answered, and what is left."""

import logging
from typing import Annotated, Any, Literal
from uuid import UUID

from dateutil.relativedelta import relativedelta
from fastapi import APIRouter, HTTPException, Request, Response

from pixflow import erasing
from pixflow.actor import Actor
from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.dossier.privacy import decline_erasure, erase_person, issue_copy, request_erasure, stop_erasure
from pixflow.dossier.state import Dossier
from pixflow.engine import CommandResult
from pixflow.folding import Stamp
from pixflow.identity import normalise, words
from projections.store import stores
from web.desk.commands import check, form_refusals, issue, read_form, redraw, take
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import privacy, vocabulary
from web.french.events import sentences
from web.hosting.registers import printed
from web.hosting.served_structure import ServedStructure
from web.http.forms import Form, FormData, OpenForm, errors_shown
from web.http.people import gather_people, note
from web.http.templates import redirect, show
from web.pages.dossiers import merge
from web.pages.privacy import personal_data
from web.pages.privacy.personal_data import PersonalData

router = APIRouter()
AtRights = Annotated[Desk, allowed("referent", "manager")]
AtRightsFresh = Annotated[Desk, allowed("referent", "manager", fresh=True)]
LATEST = 10
"""The number of readings on the page."""
FILE = "donnees-personnelles"
"""Name of the files, without anybody's name."""


class RequestForm(Form):
    reason: Literal["request", "retention", "mistake"]


class DeclineForm(Form):
    note: str


class ConfirmErasureForm(Form):
    """The token of the page that was read, and the last name of the person, typed as a confirmation."""

    page: str
    name: str


# --- its page


def _page(request: Request, desk: Desk, dossier_id: UUID, form: OpenForm | None = None) -> Response:
    """Shows the copy of the data, and the erasure: whom it covers, what it deletes and keeps, who answers."""
    dossier, form = desk.dossier(dossier_id), form or OpenForm("")
    person_data = personal_data.everything(desk.served, desk.read, dossier_id)
    seat, follower, erasure_request = dossier.diagnostic.seat, merge.follower(desk, dossier), person_data.person.erasure
    booked, outgrown = seat and seat.status == "booked", person_data.person.outgrown
    confirms = desk.may(erase_person, Subject(dossier))
    mine = erasure_request is not None and erasure_request.by == str(desk.me)
    answers = erasure_request and confirms and not (mine or booked or outgrown or follower)
    by = desk.by(erase_person, Subject(dossier))
    duplicates, events = [one.id for one in person_data.dossiers[1:]], person_data.dossiers[0].events
    asks_nothing = follower or booked or (erasure_request and not outgrown)
    return show(
        request,
        "privacy/rights.html",
        "rights",
        gather_people(dossier_id, duplicates),
        id=dossier_id,
        dossier=dossier,
        today=desk.today,
        event_count=person_data.event_count,
        readings=person_data.readings[:LATEST],
        duplicates=duplicates,
        follower=follower,
        asked=erasure_request,
        asked_by=next(one.who for one in events if one.recorded.originator_version == erasure_request.stamp.version)
        if erasure_request
        else "",
        due=erasure_request.stamp.on + relativedelta(months=1) if erasure_request else None,
        mine=mine,
        page=erasing.page_token(desk.engine, erasing.scope(desk.served.opened, dossier_id), by) if answers else "",
        gone=erasing.due_at(desk.engine, dossier_id),
        zone=desk.zone,
        outgrown=outgrown,
        confirms=confirms,
        seat=seat.day if seat and booked else None,
        whom=whom(person_data),
        goes=privacy.goes(person_data.content, len(person_data.participations)),
        stays=privacy.stays(len(person_data.workshops)),
        reasons=vocabulary.ERASURES,
        values=form.values,
        errors=errors_shown(form.errors, ["reason"] if asks_nothing else []),
    )


def whom(person_data: PersonalData) -> list[str]:
    """Returns whom an erasure covers: each dossier, then each participation under the name of none of them."""
    theirs = {words(one.state.last_name, one.state.first_name) for one in person_data.dossiers}
    rows = [one.state for one in person_data.participations]
    others = [row for row in rows if words(row.last_name, row.first_name) not in theirs]
    return [
        *(privacy.person(one.state) for one in person_data.dossiers),
        *(privacy.participation(row.first_name, row.last_name) for row in others),
    ]


@router.get("/dossiers/{dossier_id:uuid}/droits")
def read(request: Request, desk: AtRights, dossier_id: UUID) -> Response:
    return _page(request, desk, dossier_id)


# --- the copy


@router.get("/dossiers/{dossier_id:uuid}/droits/tout.pdf")
def as_paper(request: Request, desk: AtRightsFresh, dossier_id: UUID) -> Response:
    """Returns the data to read."""
    known = _everything(request, desk, dossier_id)
    paper = personal_data.paper(known, *printed(desk.served.opened, desk.served.register))
    return _attach_file(paper, "application/pdf", "pdf")


@router.get("/dossiers/{dossier_id:uuid}/droits/tout.json")
def as_file(request: Request, desk: AtRightsFresh, dossier_id: UUID) -> Response:
    """Returns the data for another program."""
    return _attach_file(personal_data.encoded(_everything(request, desk, dossier_id)), "application/json", "json")


def _everything(request: Request, desk: Desk, dossier_id: UUID) -> PersonalData:
    """Returns the data for a copy, which is recorded first: the copy says so too."""
    desk.dossier(dossier_id)
    note(request, gather_people(dossier_id))
    issue(request, desk, {"dossier": dossier_id}, issue_copy)
    desk.refresh()
    return personal_data.everything(desk.served, desk.read, dossier_id)


def _attach_file(content: bytes, media_type: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{FILE}.{kind}"'}
    return Response(content, media_type=media_type, headers=headers)


# --- the erasure


@router.post("/dossiers/{dossier_id:uuid}/droits/demander")
@redraw(_page)
def ask(request: Request, desk: AtRightsFresh, dossier_id: UUID, data: FormData) -> Response:
    """Requests the erasure of the person."""
    return _take(request, desk, dossier_id, request_erasure, RequestForm, data)


@router.post("/dossiers/{dossier_id:uuid}/droits/garder")
@redraw(_page)
def keep(request: Request, desk: AtRights, dossier_id: UUID, data: FormData) -> Response:
    """Declines the erasure: the dossier is kept."""
    return _take(request, desk, dossier_id, decline_erasure, DeclineForm, data)


def _take(
    request: Request, desk: Desk, dossier_id: UUID, decision: Decision[..., Any], model: type[Form], data: Any
) -> Response:
    _must(desk, decision)
    desk.dossier(dossier_id)
    take(desk, {"dossier": dossier_id}, decision, read_form(model, data))
    return redirect(request, f"/dossiers/{dossier_id}/droits#effacement")


def _must(desk: Desk, decision: Decision[..., Any]) -> None:
    """Raises 403 unless this person takes the decision on some dossier: the engine refuses it on another."""
    if not desk.has_role_for(decision):
        raise HTTPException(403)


@router.post("/dossiers/{dossier_id:uuid}/droits/effacer")
@redraw(_page)
def confirm(request: Request, desk: AtRightsFresh, dossier_id: UUID, data: FormData) -> Response:
    """Confirms the erasure by the person's typed name: they are hidden, and their keys go when it is due."""
    _must(desk, erase_person)
    where = f"/dossiers/{dossier_id}"
    if desk.erased(dossier_id):
        return redirect(request, where)
    dossier = desk.dossier(dossier_id)
    form = read_form(ConfirmErasureForm, data)
    right = is_last_name(dossier, form.name)
    check({} if right else {"name": privacy.not_the_name(dossier.last_name)})
    by = desk.by(erase_person, Subject(dossier))
    desk.read.rollback()
    with form_refusals(desk):
        try:
            erase(desk.served, dossier_id, form.page, by=by, command_id=form.command_id, via="web")
        except erasing.ErasureUnfinished:
            logging.getLogger("pixflow").exception("an erasure is not finished")
    return redirect(request, where)


def is_last_name(dossier: Dossier, typed: str) -> bool:
    """Accepts the last name of a person in any case and without accents."""
    return normalise(typed) == normalise(dossier.last_name)


def erase(
    served: ServedStructure, dossier_id: UUID, page: str, *, by: Actor, command_id: UUID, via: str
) -> CommandResult:
    """Erases a person, in the read tables too. Raises Refused and ErasureUnfinished, as `erasing.erase` does."""
    done = erasing.erase(served.opened, dossier_id, page, by=by, command_id=command_id, via=via)
    with erasing.unfinished_on_failure():
        served.read()
        stores.tidy(served.reads.stores)
    return done


def erased_page(request: Request, desk: Desk, stream: UUID, erased: Stamp) -> Response:
    """Shows the dossier of an erased person: each event in words, its time and its author, the latest first."""
    names, zone = names_for(desk), desk.zone
    entries = [
        (sentences.sentence(one, names, zone=zone), sentences.when(one, zone), sentences.who(one, names))
        for one in reversed(desk.trail(stream))
    ]
    state = desk.state(stream)
    return show(
        request,
        "privacy/erased.html",
        "erased",
        gather_people(stream),
        erased=erased,
        entries=entries,
        leaving=state.leaving if state.leaving and state.leaving.due > desk.now else None,
        stops=desk.has_role_for(stop_erasure),
        zone=zone,
    )

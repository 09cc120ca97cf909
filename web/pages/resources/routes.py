"""Ressources: the list, one resource, and what the team says of it."""

from collections.abc import Iterable
from datetime import date
from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response

from pixflow.decision import Decision
from pixflow.resources import sharing
from pixflow.resources.state import Resource, Revision
from projections import questions, resources
from web.desk.commands import must, read_form, redraw, take
from web.desk.dependencies import AtDesk, allowed
from web.desk.desk import Desk
from web.desk.names import staff_name
from web.french import vocabulary
from web.french.events.resources import AUDIENCES, KINDS, shown_for
from web.http import filters
from web.http.addresses import SIZE, Number, PageNumber, Pager, address, read_day
from web.http.forms import Form, FormData, OpenForm, Text
from web.http.people import NOBODY
from web.http.templates import redirect, show
from web.pages.resources.files import download

router = APIRouter()
SHELF = "/ressources"
AtShelf = Annotated[Desk, allowed("advisor", "referent", "facilitator", "manager", "auditor")]
"""The desk of somebody who reads the shared knowledge."""

# --- the list

STATES = {"": "En usage", "proposees": "Proposées", "retirees": "Retirées"}
FACETS = (
    filters.Facet("genre", "Genre", KINDS),
    filters.Facet("stage", "Étape", vocabulary.STAGES),
    filters.Facet("public", "Public", AUDIENCES),
)


@router.get("/ressources")
def read(
    request: Request,
    desk: AtShelf,
    q: Annotated[str, Query(max_length=200)] = "",
    etat: str = "",
    genre: str = "",
    etape: str = "",
    public: str = "",
    p: PageNumber = 1,
    close: int = 0,
) -> Response:
    """Shows what is shared; `q` is a search in titles and texts, `etat` the proposals or what was withdrawn."""
    search, state, wanted = (
        q.strip(),
        etat if etat in STATES else "",
        {"genre": genre, "stage": etape, "public": public},
    )
    everything = resources.every(desk.read)
    hits = resources.search([row for row in everything if _is_in(row, state)], search)
    counted = [  # a resource of two stages counts under both
        SimpleNamespace(genre=one.kind, stage=stage, public=one.audience, stream=one.stream, n=1)
        for one in hits
        for stage in one.stages or [""]
    ]
    fitting = {one.stream for one in counted if filters.fits(one, wanted)}
    rows = [row for row in hits if row.stream in fitting]
    pager = Pager.at(len(rows), p, SHELF, {"q": search, "etat": state, **filters.parameters(wanted)})
    mine = [one for one in questions.of_person(desk.read, desk.actor.id) if one.answer]
    return show(
        request,
        "resources/shelf.html",
        "shelf",
        NOBODY,
        asked=search,
        states=_states(everything, state, search),
        menus=filters.menus(SHELF, FACETS, counted, wanted, {"q": search, "etat": state}),
        rows=rows[pager.offset : pager.offset + SIZE],
        pager=pager,
        clear=address(SHELF, {"etat": state}),
        filtered=bool(search) or any(wanted.values()),
        empty=not everything,
        kept={name: value for name, value in pager.params.items() if value and name != "q"},
        waiting=questions.list_waiting(desk.read),
        mine=mine,
        titles=resources.of_ids(desk.read, {one.answer for one in mine}),
        may=desk.names_of_allowed(sharing.share_resource, sharing.propose_resource),
        dropped=bool(close),
    )


def _is_in(row: Any, state: str) -> bool:
    if state == "proposees":
        return bool(row.proposed)
    return row.number > 0 and bool(row.withdrawn) == (state == "retirees")


def _states(everything: Iterable[Any], chosen: str, search: str) -> list[filters.Chip]:
    counts = {state: sum(_is_in(row, state) for row in everything) for state in STATES}
    return [
        filters.Chip(label, address(SHELF, {"q": search, "etat": state}), counts[state], state == chosen)
        for state, label in STATES.items()
        if counts[state] or state in ("", chosen)
    ]


# --- one resource

DONE = {
    "publiee": "Ressource publiée.",
    "proposee": "Proposition envoyée à la ou au référent·e Pix.",
    "relue": "Relecture notée.",
    "retiree": "Ressource retirée : elle n’est plus montrée à côté des formulaires.",
    "avis": "Avis noté, merci.",
    "ecartee": "Proposition écartée.",
}


class ResourceMarkForm(Form):
    number: int
    useful: bool
    comment: Text = ""


class WithdrawalReasonForm(Form):
    reason: Text = ""


class ProposalDeclineForm(WithdrawalReasonForm):
    number: int


def resource_of(desk: Desk, id: UUID) -> Resource:
    """Returns a resource. Raises 404 for an unknown one."""
    state = desk.state(id)
    if not isinstance(state, Resource) or not state.version:
        raise HTTPException(404)
    return state


@router.get("/ressources/{resource:uuid}")
def read_one(
    request: Request, desk: AtShelf, resource: UUID, version: Number = 0, avec: Number = 0, au: str = "", fait: str = ""
) -> Response:
    """Shows a resource: its text of a `version`, beside another one (`avec`), or as it stood on a day (`au`)."""
    return _article(request, desk, resource, version, avec, read_day(au), DONE.get(fait, ""))


def _article(
    request: Request,
    desk: Desk,
    resource: UUID,
    number: int = 0,
    beside: int = 0,
    as_of: date | None = None,
    done: str = "",
    form: OpenForm | None = None,
) -> Response:
    state = resource_of(desk, resource)
    shown = state.on(as_of) if as_of else _numbered(state, number) or state.current
    if shown is None and (as_of or state.current):
        raise HTTPException(404)
    other = _numbered(state, beside) if shown else None
    marks = [(staff_name(desk, by), mark) for by, mark in state.marks.items()]
    young = shown is not None and shown.document.audience == "young"
    return show(
        request,
        "resources/article.html",
        "article",
        NOBODY,
        id=resource,
        state=state,
        shown=shown,
        shown_for=shown_for(shown.document) if shown else [],
        beside=other if other != shown else None,
        as_of=as_of,
        marks=sorted(marks, key=lambda one: (one[1].stamp.on, one[0]), reverse=True),
        mine=state.marks.get(desk.actor.id),
        answers=questions.answered_by(desk.read, resource),
        done=done,
        may=desk.names_of_allowed(sharing.revise_resource, sharing.propose_resource, sharing.mark_resource),
        form=form or OpenForm(""),
        errors=form.errors if form else {},
        public=public_address(desk.served.opened.slug, resource, shown.number) if shown and young else "",
    )


def public_address(slug: str, id: UUID, number: int) -> str:
    """Returns where a young person reads a text, without an account."""
    return f"/t/{slug}{SHELF}/{id}/{number}"


def _numbered(state: Resource, number: int) -> Revision | None:
    return state.revisions[number - 1] if 1 <= number <= len(state.revisions) else None


@router.get("/ressources/{resource:uuid}/fichiers/{digest}")
def read_file(request: Request, desk: AtShelf, resource: UUID, digest: str) -> Response:
    """Sends a file of any text of the resource."""
    notes = [note for one in resource_of(desk, resource).revisions for note in one.document.files]
    return download(request, desk.engine.recorder.files, notes, digest)


@router.post("/ressources/{resource:uuid}/avis")
@redraw(_article)
def mark(request: Request, desk: AtDesk, resource: UUID, data: FormData) -> Response:
    """Records a colleague's word on a text."""
    return _take(request, desk, resource, sharing.mark_resource, ResourceMarkForm, data, "avis")


@router.post("/ressources/{resource:uuid}/relue")
@redraw(_article)
def check(request: Request, desk: AtDesk, resource: UUID, data: FormData) -> Response:
    """Records that the text was read again and is still right."""
    return _take(request, desk, resource, sharing.check_resource, Form, data, "relue")


@router.post("/ressources/{resource:uuid}/retirer")
@redraw(_article)
def withdraw(request: Request, desk: AtDesk, resource: UUID, data: FormData) -> Response:
    return _take(request, desk, resource, sharing.withdraw_resource, WithdrawalReasonForm, data, "retiree")


@router.post("/ressources/{resource:uuid}/ecarter")
@redraw(_article)
def decline(request: Request, desk: AtDesk, resource: UUID, data: FormData) -> Response:
    """Declines the proposal that waits. A resource that was only proposed then has nothing left to show."""
    return _take(request, desk, resource, sharing.decline_proposal, ProposalDeclineForm, data, "ecartee")


def _take(
    request: Request, desk: Desk, id: UUID, decision: Decision[..., Any], model: type[Form], data: Any, done: str
) -> Response:
    must(desk, decision)
    resource_of(desk, id)
    take(desk, {"resource": id}, decision, read_form(model, data, hidden=["number"]))
    return redirect(request, f"{SHELF}/{id}?fait={done}")

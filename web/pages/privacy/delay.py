"""Effacements en cours: the confirmed erasures whose keys are still there, and who may stop them does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow import erasing
from pixflow.dossier.privacy import stop_erasure
from pixflow.events.dossier import ErasureRequested, PersonErased
from projections import audit_trail
from projections.store.folds import folds_of
from web.desk.commands import form_refusals, read_form, redraw
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import privacy, vocabulary
from web.http.forms import Form, FormData, OpenForm
from web.http.people import NOBODY, listed
from web.http.templates import redirect, show

router = APIRouter()
PAGE = "/effacements"
AtErasures = Annotated[Desk, allowed("manager", "administrator")]
AtErasuresFresh = Annotated[Desk, allowed("manager", "administrator", fresh=True)]
LONGEST = timedelta(days=40)
"""More than the longest delay: a month, and what it lacks to end."""
MOST = 1_000


class StopForm(Form):
    reason: str


@dataclass(frozen=True, slots=True)
class Delayed:
    """One erasure that may be stopped. `people` are names, none for who reads no dossier."""

    id: UUID
    people: list[str]
    dossiers: int
    participations: int
    asked: str
    confirmed: str
    at: datetime
    due: datetime


def _page(request: Request, desk: Desk, dossier_id: UUID | None = None, form: OpenForm | None = None) -> Response:
    """Shows what is about to go: when, who asked, who confirmed."""
    rows = list(_delayed(desk))
    named = [row for row in rows if row.people]
    return show(
        request,
        "privacy/delay.html",
        "delay",
        listed(stream for row in named for stream in _streams(desk, row.id)) if named else NOBODY,
        rows=rows,
        zone=desk.zone,
        about=dossier_id,
        values=form.values if form else {},
        errors=form.errors if form else {},
    )


def _delayed(desk: Desk) -> list[Delayed]:
    found = audit_trail.list_since(desk.read, [PersonErased.TOPIC], desk.now - LONGEST, MOST)
    states, names = folds_of(desk.read, {row.stream for row in found}), names_for(desk)
    waiting = {id: one.leaving for id, one in states.items() if one.leaving and one.leaving.due > desk.now}
    rows = []
    for id, left in sorted(waiting.items(), key=lambda pair: (pair[1].due, pair[0])):
        told = desk.trail(id)
        asked, event = next((r, r.event) for r in reversed(told) if isinstance(r.event, ErasureRequested))
        confirmed = next(one for one in reversed(told) if isinstance(one.event, PersonErased))
        said = privacy.phrase_request(names.staff(asked.by), event.on, vocabulary.ERASURES[event.reason])
        rows.append(
            Delayed(
                id,
                [privacy.person(erasing.state_before_erasure(desk.engine, one)) for one in _streams(desk, id)]
                if desk.scope.whose == "all"
                else [],
                1 + len(left.duplicates),
                len(left.participations),
                said,
                names.staff(left.by),
                confirmed.at,
                left.due,
            )
        )
    return rows


def _streams(desk: Desk, dossier: UUID) -> list[UUID]:
    return [dossier, *desk.state(dossier).leaving.duplicates]


@router.get(PAGE)
def read(request: Request, desk: AtErasures) -> Response:
    return _page(request, desk)


@router.post(PAGE + "/{dossier_id:uuid}/arreter")
@redraw(_page)
def stop(request: Request, desk: AtErasuresFresh, dossier_id: UUID, data: FormData) -> Response:
    """Stops one erasure: the dossier is back as it was. Raises 404 for none of this structure."""
    if desk.state(dossier_id) is None:
        raise HTTPException(404)
    form = read_form(StopForm, data)
    with form_refusals(desk):
        erasing.stop(desk.served.opened, dossier_id, form.reason, by=desk.by(stop_erasure), command_id=form.command_id)
    return redirect(request, PAGE)

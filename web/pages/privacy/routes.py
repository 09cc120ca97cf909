"""Droits de la personne: a copy of their data, and their erasure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.dossier.privacy import decline_erasure, erase_person, issue_copy, request_erasure
from pixflow.dossier.state import Dossier
from web.desk import refusals
from web.desk.commands import Outcome, issue, record
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.readings import Reading
from web.french import dates, privacy, vocabulary
from web.french.errors import missing
from web.http.forms import FormData, errors_shown, validate
from web.http.people import People, note, opened
from web.http.templates import Page, page, redirect
from web.pages.dossiers import merge
from web.pages.privacy import erasure, personal_data, personal_data_file, personal_data_paper
from web.pages.privacy.erasure import ConfirmErasureForm, DeclineRequestForm, RequestForm, RequestRow
from web.pages.privacy.personal_data import PersonalData

router = APIRouter()
AtRights = Annotated[Desk, allowed("referent", "manager")]
AtRightsProved = Annotated[Desk, allowed("referent", "manager", proved=True)]
LATEST = 10
"""The number of readings on the page."""
FILE = "donnees-personnelles"
"""Name of the files, without anybody's name."""


@dataclass(frozen=True, kw_only=True)
class RightsPage(Page):
    """The rights of the person of a dossier: `event_count` counts their events, `readings` are the latest.

    `confirms` is true for somebody who may erase; `seat` is the day of a booked seat, "" without one. `whom`,
    `goes` and `stays` say who an erasure covers, what it deletes and keeps.
    """

    template = "privacy/rights.html"
    block = "rights"

    id: UUID
    dossier: Dossier
    event_count: int
    readings: Sequence[Reading]
    duplicates: Sequence[UUID]
    follower: merge.Follower | None
    asked: RequestRow | None
    confirms: bool
    seat: str
    whom: Sequence[str]
    goes: Sequence[str]
    stays: Sequence[str]
    reasons: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    errors: Mapping[str, str]

    @property
    def shows(self) -> People:
        return opened(self.id, self.duplicates)


@router.get("/dossiers/{dossier_id:uuid}/droits")
def read(request: Request, desk: AtRights, dossier_id: UUID) -> Response:
    """Shows the copy of the data, and the erasure."""
    return _page(request, desk, dossier_id, desk.dossier(dossier_id))


@router.get("/dossiers/{dossier_id:uuid}/droits/tout.pdf")
def as_paper(request: Request, desk: AtRightsProved, dossier_id: UUID) -> Response:
    """Returns the data to read."""
    return _attached(personal_data_paper.pdf(_everything(request, desk, dossier_id)), "application/pdf", "pdf")


@router.get("/dossiers/{dossier_id:uuid}/droits/tout.json")
def as_file(request: Request, desk: AtRightsProved, dossier_id: UUID) -> Response:
    """Returns the data for another program."""
    return _attached(personal_data_file.encoded(_everything(request, desk, dossier_id)), "application/json", "json")


@router.post("/dossiers/{dossier_id:uuid}/droits/demander")
def ask(request: Request, desk: AtRightsProved, dossier_id: UUID, data: FormData) -> Response:
    """Requests the erasure of the person."""
    _may(desk, request_erasure)
    dossier = desk.dossier(dossier_id)
    form, errors = validate(RequestForm, data)
    if form is None:
        return _page(request, desk, dossier_id, dossier, data, missing.named(errors))
    outcome = record(desk, {"dossier": dossier_id}, request_erasure, command_id=form.command_id, reason=form.reason)
    return _answer(request, desk, dossier_id, outcome, data)


@router.post("/dossiers/{dossier_id:uuid}/droits/garder")
def keep(request: Request, desk: AtRights, dossier_id: UUID, data: FormData) -> Response:
    """Declines the erasure: the dossier is kept."""
    _may(desk, decline_erasure)
    dossier = desk.dossier(dossier_id)
    form, errors = validate(DeclineRequestForm, data)
    if form is None:
        return _page(request, desk, dossier_id, dossier, data, missing.named(errors))
    outcome = record(desk, {"dossier": dossier_id}, decline_erasure, command_id=form.command_id, note=form.note)
    return _answer(request, desk, dossier_id, outcome, data)


@router.post("/dossiers/{dossier_id:uuid}/droits/effacer")
def erase(request: Request, desk: AtRightsProved, dossier_id: UUID, data: FormData) -> Response:
    """Confirms the erasure by the person's typed name; it cannot be undone."""
    _may(desk, erase_person)
    if desk.erased(dossier_id):
        return redirect(request, f"/dossiers/{dossier_id}")
    dossier = desk.dossier(dossier_id)
    form, errors = validate(ConfirmErasureForm, data)
    if form is None or (errors := erasure.wrong_name(dossier, form)):
        return _page(request, desk, dossier_id, dossier, data, missing.named(errors))
    outcome = erasure.confirm(desk, dossier_id, dossier, form)
    if outcome.refused:
        return _answer(request, desk, dossier_id, outcome, data)
    return redirect(request, f"/dossiers/{dossier_id}")


def _may(desk: Desk, decision: Decision[..., Any]) -> None:
    if not desk.has_role_for(decision):
        raise HTTPException(403)


def _answer(request: Request, desk: Desk, dossier_id: UUID, outcome: Outcome, data: Mapping[str, Any]) -> Response:
    """Redirects to the page, or answers it with the refusal."""
    if outcome.refused is None:
        return redirect(request, f"/dossiers/{dossier_id}/droits#effacement")
    desk.refresh()
    said = refusals.sentence(desk, outcome.refused)
    return _page(request, desk, dossier_id, desk.dossier(dossier_id), data, {"": said})


def _page(
    request: Request,
    desk: Desk,
    dossier_id: UUID,
    dossier: Dossier,
    data: Mapping[str, Any] = {},
    errors: Mapping[str, str] = {},
) -> Response:
    known = personal_data.everything(desk.served, desk.read, dossier_id)
    seat, follower, asked = dossier.diagnostic.seat, merge.follower(desk, dossier), erasure.request(desk, known)
    booked = seat and seat.status == "booked"
    shown = RightsPage(
        id=dossier_id,
        dossier=dossier,
        event_count=known.event_count,
        readings=known.readings[:LATEST],
        duplicates=[one.id for one in known.dossiers[1:]],
        follower=follower,
        asked=asked,
        confirms=desk.may(erase_person, Subject(dossier)),
        seat=dates.day(seat.day, year=seat.day.year != desk.today.year) if seat and booked else "",
        whom=erasure.whom(known),
        goes=privacy.goes(known.content, len(known.participations)),
        stays=privacy.stays(len(known.workshops)),
        reasons=list(vocabulary.ERASURES.items()),
        values=data,
        errors=errors_shown(errors, ["reason"] if follower or booked or (asked and not asked.outgrown) else []),
    )
    return page(request, shown, status=422 if errors else 200)


def _everything(request: Request, desk: Desk, dossier_id: UUID) -> PersonalData:
    """Returns the data for a copy, which is recorded first: the copy says so too."""
    desk.dossier(dossier_id)
    note(request, opened(dossier_id))
    issue(request, desk, {"dossier": dossier_id}, issue_copy)
    desk.refresh()
    return personal_data.everything(desk.served, desk.read, dossier_id)


def _attached(content: bytes, media_type: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{FILE}.{kind}"'}
    return Response(content, media_type=media_type, headers=headers)

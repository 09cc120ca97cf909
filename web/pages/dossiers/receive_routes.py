"""Je reçois ce jeune: an advisor opens the dossier of somebody they do not follow, for a day (docs/accounts.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.dossier.assignment import A_DAY, break_glass
from pixflow.dossier.identity import canonical_number
from pixflow.dossier.state import Dossier
from pixflow.events.dossier import GlassBroken
from pixflow.refused import Refused, check_texts
from projections import audit_trail, directory
from projections.audit_trail import TrailFilter
from projections.store.folds import folds_of
from web.desk import guesses, refusals
from web.desk.commands import Outcome, record
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.french.errors import missing
from web.http.forms import Day, Form, FormData, validate
from web.http.people import NOBODY
from web.http.templates import Page, page, redirect

router = APIRouter()
INCOMPLETE = "Écrivez le n° i-Milo, ou le nom, le prénom et la date de naissance."
NOT_ONE = "Aucun dossier ne s’ouvre avec ces indications : vérifiez-les, à la lettre et au jour près."


class ReceiveForm(Form):
    imilo_number: str | None = None
    last_name: str | None = None
    first_name: str | None = None
    birth_date: Day | None = None
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReceivePage(Page):
    """The form. It says nothing of any dossier; `left` counts the dossiers that may still be opened today."""

    template = "dossiers/receive.html"
    block = "form"
    shows = NOBODY

    values: Mapping[str, Any]
    errors: Mapping[str, str]
    left: int
    command_id: UUID


@router.get("/dossiers/recevoir")
def ask(request: Request, desk: AtDesk) -> Response:
    """Shows the form."""
    return _form(request, desk, {}, {})


@router.post("/dossiers/recevoir")
def receive(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Opens the one dossier that is meant, and says nothing of any when it is not exactly one."""
    _must_receive(desk)
    form, errors = validate(ReceiveForm, data)
    errors = missing.named(errors) or (_errors(desk, form) if form else {})
    if form is None or errors:
        return _form(request, desk, data, errors, status=422)
    meant = _meant(desk, form)
    if len(meant) != 1:
        said = NOT_ONE if guesses.may_be_told(request, desk) else guesses.SPENT
        return _form(request, desk, data, {"": said}, status=422)
    ((stream, dossier),) = meant.items()
    if desk.scope.sees(dossier):
        return redirect(request, f"/dossiers/{stream}")
    outcome = _break(desk, stream, form)
    if outcome.refused:
        return _form(request, desk, data, refusals.field_errors(desk, outcome.refused), status=422)
    return redirect(request, f"/dossiers/{stream}?fait={outcome.recorded[-1].originator_version}")


def _must_receive(desk: Desk) -> None:
    if not desk.may(break_glass):
        raise HTTPException(403)


def _errors(desk: Desk, form: ReceiveForm) -> dict[str, str]:
    """Refuses everything that can be refused before a dossier is looked for: a refusal after it would tell of one."""
    if not (form.imilo_number or (form.last_name and form.first_name and form.birth_date)):
        return {"": INCOMPLETE}
    try:
        check_texts(form.model_dump(exclude={"command_id"}))
        canonical_number(form.imilo_number)
    except Refused as refused:
        return refusals.field_errors(desk, refused)
    if not _left(desk):
        return refusals.field_errors(desk, Refused("glass-limit", most=A_DAY))
    return {"": guesses.SPENT} if guesses.are_spent(desk) else {}


def _meant(desk: Desk, form: ReceiveForm) -> dict[UUID, Dossier]:
    """Returns the dossiers that everything typed fits exactly; a merged one stands for no young person."""
    found: list[set[UUID]] = []
    if number := canonical_number(form.imilo_number):
        found.append({one.stream for one in directory.numbered(desk.read, number)})
    if form.last_name and form.first_name and form.birth_date:
        same = directory.same_person(desk.read, form.last_name, form.first_name, form.birth_date)
        found.append({one.stream for one in same})
    states = folds_of(desk.read, set.intersection(*found))
    return {stream: state for stream, state in states.items() if isinstance(state, Dossier) and not state.merged}


def _break(desk: Desk, stream: UUID, form: ReceiveForm) -> Outcome:
    """Breaks the glass, with the next free number of the day: another page may take one meanwhile."""
    outcome = Outcome(refused=Refused("glass-limit", most=A_DAY))
    for nth in range(A_DAY - _left(desk) + 1, A_DAY + 1):
        outcome = record(
            desk, {"dossier": stream}, break_glass, command_id=form.command_id, context={"nth": nth}, reason=form.reason
        )
        if outcome.refused is None or outcome.refused.code != "taken":
            break
    return outcome


def _left(desk: Desk) -> int:
    """Returns the number of dossiers that this person may still open today."""
    midnight = datetime.combine(desk.today, time(), ZoneInfo(desk.zone))
    broken = TrailFilter(by=desk.actor.id, topic=GlassBroken.TOPIC, since=midnight)
    return max(0, A_DAY - audit_trail.total(desk.read, broken))


def _form(
    request: Request, desk: Desk, values: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> Response:
    _must_receive(desk)
    shown = ReceivePage(values=values, errors=errors, left=_left(desk), command_id=desk.new_command())
    return page(request, shown, status=status)

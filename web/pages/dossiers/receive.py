"""Je reçois ce jeune: an advisor opens the dossier of somebody they do not follow, for a day (docs/accounts.md)."""

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from pixflow.dossier.assignment import A_DAY, break_glass
from pixflow.dossier.identity import canonical_number
from pixflow.dossier.state import Dossier
from pixflow.events.dossier import GlassBroken
from pixflow.refused import Refused
from pixflow.unit_of_work import check_texts
from projections import audit_trail, directory
from projections.audit_trail import TrailFilter
from projections.store.folds import folds_of
from web.desk import guesses
from web.desk.commands import Outcome, check, form_refusals, must, read_form, record, redraw, require_events
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.http.forms import Day, Form, FormData, OpenForm
from web.http.people import NOBODY
from web.http.templates import redirect, show

router = APIRouter()
INCOMPLETE = "Écrivez le n° i-Milo, ou le nom, le prénom et la date de naissance."
NOT_ONE = "Aucun dossier ne s’ouvre avec ces indications : vérifiez-les, à la lettre et au jour près."


class ReceiveForm(Form):
    imilo_number: str | None = None
    last_name: str | None = None
    first_name: str | None = None
    birth_date: Day | None = None
    reason: str


def _page(request: Request, desk: Desk, form: OpenForm | None = None) -> Response:
    """Shows the form. It says nothing of any dossier; `left` counts those that may still be opened today."""
    must(desk, break_glass)
    form = form or OpenForm("")
    return show(
        request, "dossiers/receive.html", "form", NOBODY, values=form.values, errors=form.errors, left=_left(desk)
    )


@router.get("/dossiers/recevoir")
def ask(request: Request, desk: AtDesk) -> Response:
    """Shows a blank form."""
    return _page(request, desk)


@router.post("/dossiers/recevoir")
@redraw(_page)
def receive(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Opens the one dossier that is meant, and says nothing of any when it is not exactly one."""
    must(desk, break_glass)
    form = read_form(ReceiveForm, data)
    _check_before(desk, form)
    meant = _meant(desk, form)
    if len(meant) != 1:
        check({"": NOT_ONE if guesses.may_be_told(request, desk) else guesses.SPENT})
    ((stream, dossier),) = meant.items()
    if desk.scope.sees(dossier):
        return redirect(request, f"/dossiers/{stream}")
    events = require_events(desk, _break(desk, stream, form))
    return redirect(request, f"/dossiers/{stream}?fait={events[-1].originator_version}")


def _check_before(desk: Desk, form: ReceiveForm) -> None:
    """Refuses all that can be refused before a dossier is looked for: a refusal after it would tell of one."""
    if not (form.imilo_number or (form.last_name and form.first_name and form.birth_date)):
        check({"": INCOMPLETE})
    with form_refusals(desk):
        check_texts(form.model_dump(exclude={"command_id"}))
        canonical_number(form.imilo_number)
        if not _left(desk):
            raise Refused("glass-limit", most=A_DAY)
    check({"": guesses.SPENT} if guesses.are_spent(desk) else {})


def _meant(desk: Desk, form: ReceiveForm) -> dict[UUID, Dossier]:
    """Returns the dossiers that everything typed fits exactly; a merged one stands for no young person."""
    stream_sets: list[set[UUID]] = []
    if number := canonical_number(form.imilo_number):
        stream_sets.append({one.stream for one in directory.numbered(desk.read, number)})
    if form.last_name and form.first_name and form.birth_date:
        same = directory.same_person(desk.read, form.last_name, form.first_name, form.birth_date)
        stream_sets.append({one.stream for one in same})
    states = folds_of(desk.read, set.intersection(*stream_sets))
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

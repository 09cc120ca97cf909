"""Conservation: the dossiers whose retention ended, and those whose erasure is requested."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.dossier import retention
from pixflow.dossier.privacy import erase_person, request_erasure
from pixflow.events.values import Role
from projections import directory, dossier_sheet
from projections.store.folds import folds_of
from web.desk import receipts
from web.desk.bulk import BulkOutcome, take_row
from web.desk.commands import check, read_button, redraw
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import Receipt
from web.french import privacy
from web.http.addresses import SIZE, PageNumber, Pager, address
from web.http.forms import Form, FormData, OpenForm
from web.http.people import listed
from web.http.templates import show

router = APIRouter()
PAGE = "/conservation"
VALIDATING: tuple[Role, ...] = ("referent", "manager")
"""The roles that review the dossiers whose retention ended."""
AtRetention = Annotated[Desk, allowed(*VALIDATING)]
AtRetentionFresh = Annotated[Desk, allowed(*VALIDATING, fresh=True)]
MOST = 300
"""Limit of requests at once; the other dossiers wait for the next time."""


class RequestSeveralForm(Form):
    """The dossiers that were ticked."""

    dossier: tuple[UUID, ...] = ()


def _page(
    request: Request,
    desk: Desk,
    form: OpenForm | None = None,
    number: int = 1,
    receipt: Receipt | None = None,
    status: int = 200,
) -> Response:
    """Shows the dossiers whose retention ended, and why; those of `asked` wait for an answer."""
    policy = desk.refs.protocol(desk.today).retention
    cutoffs = list(retention.cutoffs(policy, desk.today))
    total = sum(row.n for row in dossier_sheet.past_counts(desk.read, cutoffs))
    pager = Pager.at(total, number, PAGE, {})
    rows = dossier_sheet.list_past(desk.read, cutoffs, SIZE, pager.offset)
    states = folds_of(desk.read, [row.stream for row in rows])
    return show(
        request,
        "privacy/retention.html",
        "retention",
        listed(row.stream for row in rows),
        status=status,
        rows=rows,
        pager=pager,
        rules=[(label, privacy.months(getattr(policy, rule))) for rule, label in privacy.RULES.items()],
        why={
            row.stream: privacy.why_passed(retention.retention_period(policy, row.programme, row.last_on), row.closed)
            for row in rows
        },
        asked={row.stream for row in rows if states[row.stream].erasure is not None},
        receipt=receipt,
        errors=form.errors if form else {},
        confirms=desk.may(erase_person),
    )


@router.get(PAGE)
def read(request: Request, desk: AtRetention, p: PageNumber = 1, recu: str = "") -> Response:
    """Lists the dossiers whose retention ended, the oldest first; `recu` names the requests just recorded."""
    return _page(request, desk, number=p, receipt=receipts.of_command(desk, recu))


@router.post(PAGE)
@redraw(_page)
def ask(request: Request, desk: AtRetentionFresh, data: FormData) -> Response:
    """Requests the erasure of the ticked dossiers; answers every row when one was refused."""
    form = read_button(RequestSeveralForm, data)
    check({} if form.dossier else {"dossier": "Cochez au moins un dossier."})
    people, names = directory.find_people(desk.read, form.dossier), names_for(desk)
    rows = [
        take_row(desk, names, form.command_id, stream, request_erasure, reason="retention")
        for stream in form.dossier[:MOST]
        if stream in people
    ]
    bulk = BulkOutcome(rows, form.command_id)
    if bulk.refused:
        desk.refresh()
        return _page(request, desk, receipt=bulk.receipt(), status=422)
    return RedirectResponse(address(PAGE, {"recu": bulk.reference}), 303)

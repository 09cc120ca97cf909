"""Conservation: the dossiers that have been kept as long as the protocol says; those whose erasure is asked for."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.dossier import retention
from pixflow.events.values import Role
from projections import dossier_sheet
from projections.store.folds import folds_of
from web.desk import receipts
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.french import privacy
from web.http.forms import FormData, validate
from web.http.pagination import SIZE, Pager, address
from web.http.templates import page
from web.pages.privacy import erasure
from web.pages.privacy.erasure import Several

router = APIRouter()
VALIDATING: tuple[Role, ...] = ("referent", "manager")
"""Who looks at what has been kept long enough."""
AtRetention = Annotated[Desk, allowed(*VALIDATING)]
NOBODY = {"dossier": "Cochez au moins un dossier."}


@router.get("/conservation")
def past(request: Request, desk: AtRetention, p: Annotated[int, Query(ge=1)] = 1, fait: str = "") -> Response:
    """The dossiers whose time has come, the oldest first, each with why; `fait` is what was just asked for."""
    return _page(request, desk, p, receipt=receipts.describe(desk, fait))


@router.post("/conservation")
def ask(request: Request, desk: AtRetention, data: FormData) -> Response:
    """Ask that those who were ticked be erased; where one was refused, every row is told at once."""
    form, errors = validate(Several, data)
    if form is None:
        raise HTTPException(422)
    if not form.dossier:
        return _page(request, desk, 1, errors=errors or NOBODY)
    outcomes = erasure.ask_for(desk, form)
    if outcomes.refused:
        desk.refresh()
        return _page(request, desk, 1, receipt=outcomes.receipt(), status=422)
    return RedirectResponse(address("/conservation", {"fait": outcomes.reference}), 303)


def _page(
    request: Request,
    desk: Desk,
    number: int,
    *,
    receipt: Receipt | None = None,
    errors: Mapping[str, str] = {},
    status: int = 200,
) -> Response:
    policy = desk.refs.protocol(desk.today).retention
    cutoffs = list(retention.cutoffs(policy, desk.today))
    total = sum(row.n for row in dossier_sheet.past_counts(desk.read, cutoffs))
    pager = Pager.at(total, number, "/conservation", {})
    rows = dossier_sheet.past(desk.read, cutoffs, SIZE, pager.offset)
    states = folds_of(desk.read, [row.stream for row in rows])
    lines = [
        (
            row,
            privacy.why_passed(retention.retention_period(policy, row.programme, row.last_on), row.closed),
            states[row.stream].erasure,
        )
        for row in rows
    ]
    context = {
        "desk": desk,
        "lines": lines,
        "pager": pager,
        "policy": policy,
        "rights": privacy,
        "receipt": receipt,
        "errors": errors,
        "askable": any(asked is None for _, _, asked in lines),
    }
    return page(request, "privacy/retention.html", context, block="retention", status=422 if errors else status)

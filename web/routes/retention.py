"""Conservation: the dossiers that have been kept as long as the protocol says."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from pixflow import retention
from pixflow.events.values import Role
from projections import dossier_sheet
from web.dependencies import Desk, allowed
from web.french import rights
from web.pages import page
from web.paging import SIZE, Pager

router = APIRouter()
VALIDATING: tuple[Role, ...] = ("referent", "manager")
"""Who looks at what has been kept long enough."""
AtRetention = Annotated[Desk, allowed(*VALIDATING)]


@router.get("/conservation")
def past(request: Request, desk: AtRetention, p: Annotated[int, Query(ge=1)] = 1) -> Response:
    """The dossiers whose time has come, the oldest first, each with why."""
    policy = desk.refs.protocol(desk.today).retention
    cutoffs = list(retention.cutoffs(policy, desk.today))
    total = sum(row.n for row in dossier_sheet.past_counts(desk.read, cutoffs))
    pager = Pager.at(total, p, "/conservation", {})
    rows = dossier_sheet.past(desk.read, cutoffs, SIZE, pager.offset)
    lines = [(row, rights.why_passed(retention.kept(policy, row.programme, row.last_on), row.closed)) for row in rows]
    context = {"desk": desk, "lines": lines, "pager": pager, "policy": policy, "rights": rights}
    return page(request, "retention.html", context, block="retention")

"""Ma boîte: what there is to do, in the order of urgency; the référent's piles; what has waited too long."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from projections import advisor_queue
from projections.advisor_queue import Filter
from web.dependencies import AtDesk, Desk
from web.pages import page

router = APIRouter()
PAGE = 50


@router.get("/boite")
def read(
    request: Request,
    desk: AtDesk,
    kind: str = "",
    stage: str = "",
    programme: str = "",
    site: str = "",
    p: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """The rows of the person at the desk, filtered by the address."""
    wanted = Filter(kind, stage, programme, site)
    advisor = "advisor" in desk.roles
    rows = advisor_queue.page(desk.read, desk.me, desk.today, wanted, PAGE, (p - 1) * PAGE) if advisor else []
    counted = advisor_queue.counts(desk.read, desk.me, desk.today) if advisor else []
    context = {
        "desk": desk,
        "wanted": wanted,
        "groups": groups(desk, rows),
        "facets": facets(counted),
        "total": sum(row.n for row in counted),
        "late": sum(row.late for row in counted),
        "matching": sum(row.n for row in counted if _fits(row, wanted)),
        "later": advisor_queue.later(desk.read, desk.me, desk.today) if advisor else 0,
        "piles": advisor_queue.piles(desk.read, "referent", desk.today) if "referent" in desk.roles else [],
        "escalated": escalated(desk),
        "p": p,
        "size": PAGE,
    }
    return page(request, "queue.html", context, block="queue")


def groups(desk: Desk, rows: list[Any]) -> list[tuple[str, list[Any]]]:
    """The rows in their groups: late, today, this week, later."""
    sunday = desk.today + timedelta(days=6 - desk.today.weekday())
    names = ("late", "today", "week", "later")
    made: dict[str, list[Any]] = {name: [] for name in names}
    for row in rows:
        late, today, week = row.due < desk.today, row.due == desk.today, row.due <= sunday
        made["late" if late else "today" if today else "week" if week else "later"].append(row)
    return [(name, made[name]) for name in names if made[name]]


def facets(counted: list[Any]) -> dict[str, dict[str, int]]:
    """How many rows each kind, programme and site has."""
    found: dict[str, dict[str, int]] = {"kind": {}, "programme": {}, "site": {}}
    for row in counted:
        for name, values in found.items():
            value = getattr(row, name)
            if value:
                values[value] = values.get(value, 0) + row.n
    return found


def escalated(desk: Desk) -> list[Any]:
    """What has been late so long that this person sees it too."""
    if "manager" in desk.roles:
        return advisor_queue.escalated(desk.read, "manager", desk.today, PAGE)
    return advisor_queue.escalated(desk.read, "referent", desk.today, PAGE) if "referent" in desk.roles else []


def _fits(row: Any, wanted: Filter) -> bool:
    return all(getattr(row, name) == value for name in Filter.__struct_fields__ if (value := getattr(wanted, name)))

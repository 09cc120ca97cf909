"""Ma boîte: what there is to do, in the order of urgency; the piles of a role; what has waited too long."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Query, Request, Response
from msgspec.structs import asdict

from pixflow import tasks
from pixflow.authorization import TASK_OWNERS
from pixflow.working_days import Calendar
from projections import advisor_queue, audit_trail
from projections.advisor_queue import Filter
from projections.store.folds import folds_of
from web.desk import receipts, task_links
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.french import dates, vocabulary
from web.french import tasks as french
from web.http import filters
from web.http.pagination import SIZE, Pager
from web.http.templates import page
from web.pages.queue import batch
from web.pages.queue.rows import Line, lines
from web.pages.workshops import alerts

router = APIRouter()
WORKING = frozenset({"advisor", "facilitator", "referent", "manager"})
FACETS = (
    filters.Facet("kind", french.FILTERS),
    filters.Facet("stage", vocabulary.STAGES, quiet=True),
    filters.Facet("programme", vocabulary.PROGRAMMES),
    filters.Facet("site", {}),
)
ALONE = ("declare-campaign", "confirm-erasure")
"""Of these the only one leads straight to its page."""


@router.get("/boite")
def read(
    request: Request,
    desk: AtDesk,
    tache: str = "",
    etape: str = "",
    programme: str = "",
    site: str = "",
    pour: str = "",
    groupe: str = "",
    pile: str = "",
    p: Annotated[int, Query(ge=1)] = 1,
    q: Annotated[int, Query(ge=1)] = 1,
    r: Annotated[int, Query(ge=1)] = 1,
    fait: str = "",
) -> Response:
    """The rows of the person at the desk, filtered by the address; `pile` shows one of a role's instead.

    `fait` says what was just done to several rows at once.
    """
    if not desk.roles & WORKING:
        raise HTTPException(403)
    if pile:
        return _pile(request, desk, pile, p)
    wanted = Filter(tache, etape, programme, site, pour if pour in map(str, desk.owners) else "", groupe)
    own = _own(desk, wanted, p) if desk.roles & TASK_OWNERS else {}
    piles = advisor_queue.piles(desk.read, desk.roles, desk.today)
    context = {
        "desk": desk,
        "advisor": "advisor" in desk.roles or bool(own.get("groups")),
        "facilitator": "facilitator" in desk.roles,
        "referent": "referent" in desk.roles,
        "own_total": 0,
        "total": own.get("own_total", 0) + len(piles),
        "done": done_today(desk),
        "groups": [],
        "chips": [],
        "of_groups": None,
        "filtered": any(asdict(wanted).values()),
        "matching": 0,
        "later": 0,
        "next": None,
        "pager": None,
        "receipt": receipts.describe(desk, fait),
        "undo": fait if batch.undoable(desk, fait) else "",
        "errors": {},
        "chased": any(line.row.kind in batch.CHASED for _, _, lines in own.get("groups", ()) for line in lines),
        **own,
        **_resting(desk, r),
        "late": own.get("own_late", 0) + sum(1 for one in piles if one.late),
        "piles": [_pile_line(desk, one) for one in _in_order(piles)],
        "help_calls": alerts.help_calls(desk),
        "seat_offers": alerts.seat_offers(desk),
        **_waiting_long(desk, q),
    }
    return page(request, "queue/queue.html", context, block="queue")


def _own(desk: Desk, wanted: Filter, p: int) -> dict[str, Any]:
    counted = advisor_queue.counts(desk.read, desk.owners, desk.today)
    asked = asdict(wanted)
    matching = filters.total(counted, asked)
    pager = Pager.at(matching, p, "/boite", filters.parameters(asked))
    rows = advisor_queue.page(desk.read, desk.owners, desk.today, wanted, SIZE, pager.offset)
    days = advisor_queue.due_days(desk.read, desk.owners, desk.today, wanted)
    later, first_to_come = advisor_queue.later(desk.read, desk.owners, desk.today)
    shown = (*FACETS, filters.group(wanted.group), filters.Facet("pour", _owners(desk)))
    return {
        "own_total": sum(row.n for row in counted),
        "own_late": sum(row.late for row in counted),
        "matching": matching,
        "groups": groups(lines(desk, rows), days, desk.today),
        "chips": filters.chips("/boite", shown, counted, asked, {}),
        "of_groups": filters.groups("/boite", counted, asked, {}),
        "later": later,
        "next": first_to_come,
        "pager": pager,
    }


def _owners(desk: Desk) -> dict[str, str]:
    """Whose rows may stand here, by id: one's own, then those of the colleagues deputised for."""
    others = sorted((desk.refs.team[person].name, str(person)) for person in desk.deputised)
    return {str(desk.me): "à mon nom", **{person: f"pour {name}" for name, person in others}}


def groups(lines: Sequence[Line], days: Mapping[date, int], today: date) -> list[tuple[str, int, list[Line]]]:
    """The lines of a page in their groups, each with how many it has over all pages: late, today, week, later."""
    made: dict[str, list[Line]] = {}
    counts: dict[str, int] = {}
    for line in lines:
        made.setdefault(group_of(line.row.due, today), []).append(line)
    for due, count in days.items():
        counts[group_of(due, today)] = counts.get(group_of(due, today), 0) + count
    return [(name, counts.get(name, len(found)), found) for name, found in made.items()]


def group_of(due: date, today: date) -> str:
    """late, today, week (until Sunday) or later."""
    sunday = today + timedelta(days=6 - today.weekday())
    return "late" if due < today else "today" if due == today else "week" if due <= sunday else "later"


def done_today(desk: Desk) -> int:
    """Counts the events that this person recorded today and that closed a task; a workshop counts once, when marked."""
    since = datetime.combine(desk.today, time(), ZoneInfo(desk.zone))
    counted = audit_trail.done_by(desk.read, desk.actor.id, since)
    others = counted.pop(None, 0)
    marked = folds_of(desk.read, filter(None, counted)) if counted else {}
    return others + sum(not tasks.of_workshop(workshop, desk.refs) for workshop in marked.values())


def _resting(desk: Desk, r: int) -> dict[str, Any]:
    """What rests until a day, the first to come back first."""
    total = advisor_queue.resting_total(desk.read, desk.owners, desk.today)
    pager = Pager.at(total, r, "/boite", {}, name="r", anchor="#en-pause")
    rows = advisor_queue.resting(desk.read, desk.owners, desk.today, SIZE, pager.offset) if total else []
    return {"resting": lines(desk, rows), "resting_pager": pager, "resting_shown": r > 1}


def _waiting_long(desk: Desk, q: int) -> dict[str, Any]:
    total = advisor_queue.waiting_long_total(desk.read, desk.roles, desk.owners, desk.today)
    pager = Pager.at(total, q, "/boite", {}, name="q", anchor="#en-attente")
    asked = (desk.read, desk.roles, desk.owners, desk.today, SIZE, pager.offset)
    rows = advisor_queue.waiting_long(*asked) if total else []
    return {"escalated": [Line(desk, row) for row in rows], "escalated_pager": pager}


def _in_order(piles: Sequence[advisor_queue.Pile]) -> list[advisor_queue.Pile]:
    return sorted(piles, key=lambda pile: pile.oldest)


def _pile_line(desk: Desk, pile: advisor_queue.Pile) -> dict[str, Any]:
    due, late = due_said(pile.oldest, desk.today, desk.refs.calendar)
    return {
        "kind": pile.kind,
        "title": french.PILES[pile.kind](pile.count),
        "count": pile.count,
        "late_count": pile.late,
        "due": due,
        "late": late,
        "button": french.BUTTONS[pile.kind],
        "href": _pile_href(desk, pile),
    }


def _pile_href(desk: Desk, pile: advisor_queue.Pile) -> str:
    if pile.kind in ALONE and pile.count == 1:
        row = advisor_queue.pile(desk.read, desk.roles, pile.kind, desk.today, 1, 0)[0]
        return task_links.href(row.subject, row.stream, row.key, row.kind)
    return task_links.pile(pile.kind)


def due_said(due: date, today: date, calendar: Calendar) -> tuple[str, bool]:
    """A due day in words, and whether it is past."""
    late = due < today
    return dates.due_words(due, today, calendar.count(due, today) if late else 0), late


def _pile(request: Request, desk: Desk, kind: str, p: int) -> Response:
    if not desk.roles & advisor_queue.PILED or kind not in french.PILES:
        raise HTTPException(404)
    total = advisor_queue.pile_total(desk.read, desk.roles, kind, desk.today)
    pager = Pager.at(total, p, "/boite", {"pile": kind})
    rows = advisor_queue.pile(desk.read, desk.roles, kind, desk.today, SIZE, pager.offset)
    context = {"title": french.PILES[kind](total), "lines": [Line(desk, row) for row in rows], "pager": pager}
    return page(request, "queue/pile.html", context, block="pile")

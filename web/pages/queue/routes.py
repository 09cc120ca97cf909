"""Ma boîte: the tasks of the person at the desk by urgency, the piles of a role, and the tasks that wait too long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Request, Response
from msgspec.structs import asdict, replace

from pixflow import tasks
from pixflow.authorization import TASK_OWNERS
from pixflow.dossier.identity import open_dossier
from pixflow.identity import normalise
from projections import advisor_queue, audit_trail
from projections import piles as projections_piles
from projections.advisor_queue import QueueCount, QueueFilter
from projections.store.folds import folds_of
from web.desk import receipts, undo
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.task_links import QueuePlace
from web.desk.team.loans import loan_rows
from web.french import tasks as french
from web.french import vocabulary
from web.http import filters
from web.http.addresses import PageNumber
from web.http.filters import Chip, FilterMenu, lateness
from web.http.pagination import SIZE, Pager
from web.http.people import listed
from web.http.templates import show
from web.pages.queue import bulk, news
from web.pages.queue.bulk import UNDO
from web.pages.queue.piles import LateAsked, escalated, pile_page, pile_rows
from web.pages.queue.rows import QueueRow, queue_rows
from web.pages.team.board import confirmations
from web.pages.workshops import alerts

router = APIRouter()
WORKING = frozenset({"advisor", "facilitator", "referent", "manager"})
FACETS = (
    filters.Facet("kind", "Tâche", french.FILTERS),
    filters.Facet("stage", "Étape", vocabulary.STAGES, quiet=True),
    filters.Facet("programme", "Programme", vocabulary.PROGRAMMES, none="Pas encore connu"),
    filters.Facet("site", "Site", {}, none="Sans site"),
    filters.OF_GROUP,
)
Urgency = Literal["late", "today", "week", "later"]


@dataclass(frozen=True, slots=True)
class QueueGroup:
    """The rows of a page that are as urgent; `count` is how many there are over all pages."""

    urgency: Urgency
    count: int
    rows: Sequence[QueueRow]


@dataclass(frozen=True, slots=True)
class OwnTasks:
    """The tasks of the person at the desk: one page of rows in groups, filters, and what is to come."""

    total: int = 0
    late: int = 0
    groups: Sequence[QueueGroup] = ()
    all: Chip | None = None
    menus: Sequence[FilterMenu] = ()
    bulks: Sequence[bulk.BulkOffer] = ()
    later: int = 0
    next: date | None = None
    pager: Pager | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A list at the end of the queue. `unfolded`: another page of it than the first is shown."""

    rows: Sequence[QueueRow]
    pager: Pager
    unfolded: bool


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
    p: PageNumber = 1,
    q: PageNumber = 1,
    r: PageNumber = 1,
    attente: str = "",
    aupres: str = "",
    retard: str = "",
    grouper: str = "",
    recu: str = "",
) -> Response:
    """Shows the tasks of the person at the desk, filtered by the address; with `pile`, one of a role's piles instead.

    `recu` names the command of a bulk that was just recorded; `attente`, `aupres` and `retard` filter what waits too
    long, `grouper` groups it.
    """
    if not desk.roles & WORKING:
        raise HTTPException(403)
    if pile:
        receipt = undo.offer(desk, receipts.of_command(desk, recu), recu, UNDO)
        return pile_page(request, desk, pile, retard, p, receipt or receipts.of_partners(desk, recu))
    wanted = QueueFilter(tache, etape, programme, site, pour if pour in map(str, desk.owners) else "", groupe)
    to_come = advisor_queue.rest(desk.read, desk.owners, desk.today)
    own = _own_tasks(desk, wanted, p, to_come[:2]) if desk.roles & TASK_OWNERS else OwnTasks()
    piles = projections_piles.piles(desk.read, desk.roles, desk.today, lateness(desk.refs.calendar, desk.today))
    recent, snoozed = news.recent(desk), _snoozed(desk, r, to_come[2])
    late = escalated(desk, LateAsked(attente, aupres, retard, grouper), q)
    receipt, offers = undo.offer(desk, receipts.of_command(desk, recu), recu, UNDO), alerts.seat_offers(desk)
    received = [*news.receptions(desk, recent), *news.partner_answers(desk, recent)]
    rows = [row for group in own.groups for row in group.rows] + [*snoozed.rows, *late.rows]
    others = [*(one.dossier for one in offers), *(one.dossier for one in received)]
    return show(
        request,
        "queue/queue.html",
        "queue",
        listed((row.stream for row in rows), others, more=len(receipt.lines) if receipt else 0),
        today=desk.today,
        advisor="advisor" in desk.roles or bool(own.groups),
        facilitator="facilitator" in desk.roles,
        referent="referent" in desk.roles,
        opens_dossiers=desk.may(open_dossier),
        filtered=any(asdict(wanted).values()),
        total=own.total + len(piles),
        late=own.late + sum(1 for one in piles if one.late),
        done=done_today(desk),
        own=own,
        piles=pile_rows(desk, piles),
        snoozed=snoozed,
        escalated=late,
        bulks=bulk.permitted(desk, own.bulks or bulk.offers([], {})),
        on_page=sum(len(group.rows) for group in own.groups) + len(late.rows),
        on_all=(own.pager.total if own.pager else 0) + late.pager.total,
        kept=filters.parameters(asdict(replace(wanted, kind=""))),
        help_calls=alerts.help_calls(desk),
        seat_offers=offers,
        loans=loan_rows(desk, desk.owners),
        first_steps=news.first_steps(desk),
        drafts=news.drafts(desk),
        confirmations=list(confirmations(desk)),
        changes=news.changes(desk),
        receptions=received,
        absences=news.absences(desk, recent),
        me=desk.me,
        receipt=receipt,
    )


def _own_tasks(desk: Desk, wanted: QueueFilter, number: int, to_come: tuple[int, date | None]) -> OwnTasks:
    counted = advisor_queue.counts(desk.read, desk.owners, desk.today)
    asked = asdict(wanted)
    pager = Pager.at(filters.total(counted, asked), number, "/boite", filters.parameters(asked))
    rows = advisor_queue.page(desk.read, desk.owners, desk.today, wanted, SIZE, pager.offset)
    chosen = [row for row in counted if filters.fits(row, asked)]
    facets = (*FACETS, filters.Facet("doer", "Qui", _owners(desk)))
    return OwnTasks(
        total=sum(row.n for row in counted),
        late=sum(row.late for row in counted),
        groups=groups(queue_rows(desk, rows, QueuePlace(wanted, pager.offset)), chosen, desk.today),
        all=Chip("Tout", "/boite", filters.total(counted, {}), not any(asked.values())),
        menus=filters.menus("/boite", facets, counted, asked, {}),
        bulks=bulk.offers(counted, asked),
        later=to_come[0],
        next=to_come[1],
        pager=pager,
    )


def _owners(desk: Desk) -> dict[str, str]:
    """Returns by id the people whose rows may stand here: oneself, then the colleagues deputised for."""
    named = ((desk.refs.team[person].name, str(person)) for person in desk.deputised)
    others = sorted(named, key=lambda pair: normalise(pair[0]))
    return {str(desk.me): "à mon nom", **{person: f"pour {name}" for name, person in others}}


def groups(rows: Sequence[QueueRow], counted: Sequence[QueueCount], today: date) -> list[QueueGroup]:
    """Returns the rows of a page in groups by urgency. `counted` are the counts of the rows of all pages."""
    made: dict[Urgency, list[QueueRow]] = {}
    for row in rows:
        made.setdefault(urgency_of(row.due, today), []).append(row)
    late, now, week = (sum(getattr(one, name) for one in counted) for name in ("late", "today", "week"))
    counts = {"late": late, "today": now, "week": week, "later": sum(one.n for one in counted) - late - now - week}
    return [QueueGroup(urgency, counts[urgency], found) for urgency, found in made.items()]


def urgency_of(due: date, today: date) -> Urgency:
    """Returns the group of a due day; a week ends on Sunday."""
    sunday = today + timedelta(days=6 - today.weekday())
    return "late" if due < today else "today" if due == today else "week" if due <= sunday else "later"


def done_today(desk: Desk) -> int:
    """Counts the events that this person recorded today and that closed a task; a workshop counts once, when marked."""
    since = datetime.combine(desk.today, time(), ZoneInfo(desk.zone))
    counted = audit_trail.done_by(desk.read, desk.actor.id, since)
    others = counted.pop(None, 0)
    marked = folds_of(desk.read, filter(None, counted)) if counted else {}
    return others + sum(not tasks.of_workshop(workshop, desk.refs) for workshop in marked.values())


def _snoozed(desk: Desk, number: int, total: int) -> Section:
    """Returns the snoozed tasks, the first to come back first."""
    pager = Pager.at(total, number, "/boite", {}, name="r", anchor="#en-pause")
    rows = advisor_queue.snoozed(desk.read, desk.owners, desk.today, SIZE, pager.offset) if total else []
    return Section(queue_rows(desk, rows), pager, number > 1)

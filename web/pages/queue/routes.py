"""Ma boîte: the tasks of the person at the desk by urgency, the piles of a role, and the tasks that wait too long."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from msgspec.structs import asdict

from pixflow import tasks
from pixflow.authorization import TASK_OWNERS
from pixflow.dossier.identity import open_dossier
from pixflow.identity import normalise
from projections import advisor_queue, audit_trail
from projections import piles as projections_piles
from projections.advisor_queue import QueueCount
from projections.store.folds import folds_of
from web.desk import receipts, undo
from web.desk.box_count import box_count
from web.desk.colleagues import uncovered
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.exports import MOST_ROWS, ExportedList, as_file, in_words
from web.desk.task_links import QueuePlace
from web.desk.team.loans import loan_rows
from web.french import tasks as french
from web.french import vocabulary
from web.http import filters
from web.http.addresses import SIZE, PageNumber, Pager
from web.http.filters import Chip, FilterMenu, lateness
from web.http.people import listed
from web.http.templates import show
from web.pages.queue import bulk, news
from web.pages.queue.bulk import UNDO, Asked
from web.pages.queue.piles import ANCHOR, LateAsked, escalated, pile_list, pile_page, pile_rows, waiting_list
from web.pages.queue.rows import EXPORTED, QueueRow, exported, people_of, queue_rows
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


Waiting = Annotated[LateAsked, Depends()]


@router.get("/boite")
def read(
    request: Request,
    desk: AtDesk,
    filtered: Asked,
    waiting: Waiting,
    pile: str = "",
    p: PageNumber = 1,
    q: PageNumber = 1,
    r: PageNumber = 1,
    recu: str = "",
) -> Response:
    """Shows the tasks of the person at the desk, filtered by the address; with `pile`, one of a role's piles instead.

    `recu` names the command of a bulk that was just recorded.
    """
    _must_work(desk)
    if pile:
        receipt = undo.offer(desk, receipts.of_command(desk, recu), recu, UNDO)
        return pile_page(request, desk, pile, waiting.retard, p, receipt or receipts.of_partners(desk, recu))
    wanted = filtered.make_filter(desk)
    filters_by_column, owners = asdict(wanted), _owners(desk)
    counted = advisor_queue.counts(desk.read, owners, desk.today)
    pager = Pager.at(filters.total(counted, filters_by_column), p, "/boite", filters.parameters(filters_by_column))
    rows = advisor_queue.page(desk.read, owners, desk.today, wanted, SIZE, pager.offset)
    own = queue_rows(desk, rows, QueuePlace(wanted, pager.offset))
    later, following, resting = advisor_queue.rest(desk.read, desk.owners, desk.today)
    snoozing = Pager.at(resting, r, "/boite", {}, name="r", anchor="#en-pause")
    snoozed = advisor_queue.snoozed(desk.read, desk.owners, desk.today, SIZE, snoozing.offset) if resting else []
    paused = queue_rows(desk, snoozed)
    piles = projections_piles.piles(desk.read, desk.roles, desk.today, lateness(desk.refs.calendar, desk.today))
    late = escalated(desk, waiting, q)
    receipt, offers = undo.offer(desk, receipts.of_command(desk, recu), recu, UNDO), alerts.seat_offers(desk)
    recent = news.recent(desk)
    received = [*news.receptions(desk, recent), *news.partner_answers(desk, recent)]
    others = [*(one.dossier for one in offers), *(dossier for dossier, *_ in received)]
    return show(
        request,
        "queue/queue.html",
        "queue",
        listed((row.task.stream for row in (*own, *paused, *late["rows"])), others),
        today=desk.today,
        advisor="advisor" in desk.roles or bool(own),
        facilitator="facilitator" in desk.roles,
        referent="referent" in desk.roles,
        opens_dossiers=desk.may(open_dossier),
        filtered=any(filters_by_column.values()),
        box=box_count(desk),
        done=_done_today(desk),
        groups=_groups(own, [row for row in counted if filters.fits(row, filters_by_column)], desk.today),
        all=Chip("Tout", "/boite", filters.total(counted, {}), not any(filters_by_column.values())),
        menus=_menus(desk, counted, filters_by_column),
        pager=pager,
        later=later,
        following=following,
        piles=list(pile_rows(desk, piles)),
        snoozed=paused,
        snoozing=snoozing,
        escalated=late,
        bulks=bulk.offers(desk, counted, filters_by_column),
        on_page=len(own) + len(late["rows"]),
        on_all=pager.total + late["pager"].total,
        kept=filters.parameters({**filters_by_column, "kind": ""}),
        help_calls=alerts.help_calls(desk),
        contested=alerts.contested(desk),
        seat_offers=offers,
        uncovered=list(uncovered(desk)),
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


def _must_work(desk: Desk) -> None:
    if not desk.roles & WORKING:
        raise HTTPException(403)


def _owners(desk: Desk) -> Collection[UUID]:
    """Returns the people whose tasks are in this box."""
    return desk.owners if desk.roles & TASK_OWNERS else ()


def _menus(desk: Desk, counted: Sequence[QueueCount], asked: Mapping[str, str]) -> list[FilterMenu]:
    return filters.menus("/boite", (*FACETS, filters.Facet("doer", "Qui", _doers(desk))), counted, asked, {})


# --- its files


@as_file(router, "/boite")
def export(desk: AtDesk, filtered: Asked, pile: str = "", retard: str = "") -> ExportedList:
    """Returns the tasks of the person at the desk, filtered by the address; with `pile`, one of a role's piles."""
    _must_work(desk)
    if pile:
        return pile_list(desk, pile, retard)
    wanted, owners = filtered.make_filter(desk), _owners(desk)
    filters_by_column, counted = asdict(wanted), advisor_queue.counts(desk.read, owners, desk.today)
    return ExportedList(
        page="queue",
        name="ma-boite",
        path="/boite",
        params=filters.parameters(filters_by_column),
        filters=in_words(_menus(desk, counted, filters_by_column)),
        columns=EXPORTED,
        total=filters.total(counted, filters_by_column),
        read=lambda: exported(
            desk, queue_rows(desk, advisor_queue.page(desk.read, owners, desk.today, wanted, MOST_ROWS))
        ),
        people=people_of,
        narrow="choisissez une tâche, une étape ou un site",
    )


@as_file(router, f"/boite{ANCHOR.replace('#', '/')}")
def export_waiting(desk: AtDesk, waiting: Waiting) -> ExportedList:
    """Returns the tasks of the team that wait too long, filtered by the address."""
    _must_work(desk)
    return waiting_list(desk, waiting)


# --- what the page shows


def _doers(desk: Desk) -> dict[str, str]:
    """Returns by id the people whose rows may stand here: oneself, then the colleagues deputised for."""
    named = ((desk.refs.team[person].name, str(person)) for person in desk.deputised)
    others = sorted(named, key=lambda pair: normalise(pair[0]))
    return {str(desk.me): "à mon nom", **{person: f"pour {name}" for name, person in others}}


def _groups(
    rows: Sequence[QueueRow], counted: Sequence[QueueCount], today: date
) -> list[tuple[str, int, list[QueueRow]]]:
    """Returns the rows of a page in groups by urgency, each with its number of rows on all pages.

    `counted` are the counts of the rows of all pages. A week ends on Sunday.
    """
    sunday, made = today + timedelta(days=6 - today.weekday()), dict[str, list[QueueRow]]()
    for row in rows:
        due = row.task.due
        urgency = "late" if due < today else "today" if due == today else "week" if due <= sunday else "later"
        made.setdefault(urgency, []).append(row)
    late, now, week = (sum(getattr(one, name) for one in counted) for name in ("late", "today", "week"))
    counts = {"late": late, "today": now, "week": week, "later": sum(one.n for one in counted) - late - now - week}
    return [(urgency, counts[urgency], found) for urgency, found in made.items()]


def _done_today(desk: Desk) -> int:
    """Counts the events that this person recorded today and that closed a task; a workshop counts once, when marked."""
    since = datetime.combine(desk.today, time(), ZoneInfo(desk.zone))
    counted = audit_trail.done_by(desk.read, desk.actor.id, since)
    others = counted.pop(None, 0)
    marked = folds_of(desk.read, filter(None, counted)) if counted else {}
    return others + sum(not tasks.of_workshop(workshop, desk.refs) for workshop in marked.values())

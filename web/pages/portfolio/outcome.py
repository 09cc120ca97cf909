"""A recorded portfolio: its counts, the way to each dossier, and Annuler."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.dossier import assignment, follow_up, retraction
from pixflow.engine import Step
from pixflow.events import dossier as e
from pixflow.events.base import Recorded
from pixflow.portfolio_import.importer import PortfolioOutcome
from projections import directory
from web.desk.commands import read_button, record_all
from web.desk.desk import Desk
from web.desk.imports import portfolio_importer
from web.desk.receipts import row_command
from web.french.events.sentences import AT_ONCE
from web.http.addresses import SIZE, Number, PageNumber, Pager, address
from web.http.forms import Form, FormData
from web.http.people import listed
from web.http.templates import show
from web.pages.portfolio.routes import START, AtImport

router = APIRouter()


@router.get("/dossiers/import/fait/{command:uuid}")
def read(
    request: Request, desk: AtImport, command: UUID, o: PageNumber = 1, c: PageNumber = 1, reste: Number = 0
) -> Response:
    """Shows what an import recorded: dossiers opened on page `o`, corrected on page `c`.

    `reste`: it stopped before the end.
    """
    outcome = portfolio_importer(desk.served).outcome(command)
    if outcome == PortfolioOutcome():
        raise HTTPException(404)
    people = directory.find_people(desk.read, {*outcome.opened, *outcome.corrected})
    lists, numbers = [], {"o": o, "c": c}
    for code, title, ids in (("o", "Ouverts", outcome.opened), ("c", "Corrigés", outcome.corrected)):
        rows = [people[id] for id in ids if id in people]
        kept = {other: str(page) for other, page in numbers.items() if other != code and page > 1}
        pager = Pager.at(len(rows), numbers[code], request.url.path, kept, name=code, anchor=f"#{code}")
        lists.append((code, title, rows[pager.offset : pager.offset + SIZE], pager))
    return show(
        request,
        "portfolio/done.html",
        None,
        listed(row.stream for _, _, rows, _ in lists for row in rows),
        outcome=outcome,
        see_results=bool(outcome.matched) and "referent" in desk.roles,
        unassigned=sum(people[id].advisor is None for id in outcome.opened if id in people),
        lists=lists,
        stopped=bool(reste),
        undo=f"{START}/fait/{command}/annuler" if _may_undo(desk, command) else "",
    )


def _may_undo(desk: Desk, command: UUID) -> bool:
    """Tells if the person at the desk imported it today."""
    first = next(iter(portfolio_importer(desk.served).list_events(command)), None)
    return first is not None and first.by == desk.actor.id and desk.refs.calendar.local_day(first.at) == desk.today


@router.post("/dossiers/import/fait/{command:uuid}/annuler")
def take_back(desk: AtImport, command: UUID, data: FormData) -> Response:
    """Takes back an import of today, but for the dossiers that something followed. Another one stays as it is."""
    recorded = portfolio_importer(desk.served).list_events(command)
    if not recorded:
        raise HTTPException(404)
    if not _may_undo(desk, command):
        return RedirectResponse(f"{START}/fait/{command}", 303)
    form = read_button(Form, data)
    by_dossier: dict[UUID, list[Recorded]] = {}
    for one in recorded:
        if one.event.TOPIC.startswith("dossier."):
            by_dossier.setdefault(one.originator_id, []).append(one)
    trails = desk.trails(by_dossier)
    counts = {"clos": 0, "repris": 0, "gardes": 0}
    for dossier, mine in by_dossier.items():
        taken = _take_one_back(desk, dossier, mine, trails[dossier], command, row_command(form.command_id, dossier))
        counts["gardes" if not taken else "clos" if _is_opening(mine) else "repris"] += 1
    return RedirectResponse(address(START, {name: str(count) for name, count in counts.items()}), 303)


def _take_one_back(
    desk: Desk, dossier: UUID, mine: Sequence[Recorded], trail: Sequence[Recorded], imported: UUID, command: UUID
) -> bool:
    """Returns False when something followed on the dossier, or when this person may not take it back."""
    followed = trail[-1].originator_version != mine[-1].originator_version
    if followed and not desk.engine.has_recorded(command):
        return False
    streams = {"dossier": dossier}
    if _is_opening(mine):
        steps = [Step(streams, follow_up.close_dossier, {"reason": "mistake", "note": ""})]
    else:
        steps = [
            Step(
                streams,
                assignment.undo_assignment if isinstance(recorded.event, e.AdvisorAssigned) else retraction.retract,
                {"version": recorded.originator_version, "reason": AT_ONCE},
            )
            for recorded in reversed(mine)
        ]
    return record_all(desk, steps, ("undo-import", imported), command_id=command).ok


def _is_opening(mine: Sequence[Recorded]) -> bool:
    return isinstance(mine[0].event, (e.DossierOpened, e.DossierReopened))

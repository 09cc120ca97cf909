"""The page for the board: one A4 without names, and the choice to receive it by e-mail each month."""

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.authorization import Subject
from pixflow.events.staff import MonthlyPageChosen
from pixflow.team.membership import choose_monthly_page
from web.desk import receipts
from web.desk.commands import read_button, record
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.french import indicators as french
from web.hosting.board_page import board_pdf
from web.http.addresses import address
from web.http.forms import Form, FormData
from web.http.papers import PDF
from web.http.people import NOBODY, note
from web.http.templates import redirect
from web.pages.indicators.asked import PATH, At, AtFigures, cell_label, count_for

router = APIRouter()


@router.get(f"{PATH}.pdf")
def read(request: Request, desk: AtFigures, at: At) -> Response:
    """Sends the page of a period; small numbers are hidden."""
    query = at(desk, before="")
    before = query.period_before().question
    cut, _, value = query.cut.partition(":")
    with count_for(desk, query) as there:
        made = board_pdf(there, query.question, (before.first, before.last), cell_label(cut, value) if cut else "")
    note(request, NOBODY)
    named = {"Content-Disposition": f'inline; filename="pix-{query.question.last}.pdf"'}
    return Response(made, media_type=PDF, headers=named)


class MonthlyPageForm(Form):
    """The choice to receive the page each month."""

    wanted: bool = False


@router.post(f"{PATH}/courriel")
def choose(request: Request, desk: AtFigures, data: FormData) -> Response:
    """Sends the page of each month to the person at the desk by e-mail, or no more."""
    if not may_choose(desk):
        raise HTTPException(403)
    form, me = read_button(MonthlyPageForm, data), {"staff": desk.me}
    outcome = record(desk, me, choose_monthly_page, command_id=form.command_id, wanted=form.wanted)
    if outcome.refused:
        raise HTTPException(403)
    return redirect(request, address(PATH, {"recu": receipts.reference(outcome.recorded)}) + "#courriel")


def find_receipt(desk: Desk, reference: str) -> Receipt | None:
    """Returns the receipt of a choice; it is undone while it is the latest."""
    events = [one.event for one in receipts.events_of(desk, reference)]
    chosen = next((event for event in events if isinstance(event, MonthlyPageChosen)), None)
    if chosen is None:
        return None
    receipt, latest = Receipt(french.monthly(chosen.wanted)), desk.refs.team[desk.me].monthly_page
    return receipt.with_undo(reference, f"{PATH}/courriel") if chosen.wanted == latest else receipt


def may_choose(desk: Desk) -> bool:
    return desk.may(choose_monthly_page, Subject(member=desk.me))

"""Targets: how many young people should pass a main step in a year, of everybody or at a site; one is set at a time."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from pixflow.documents.definitions import AIMED
from pixflow.events.base import Event
from pixflow.events.indicators import AimSet
from pixflow.protocol.drafting import set_aim
from pixflow.streams import KINDS
from web.desk import receipts
from web.desk.commands import FormRefused, must, read_button, read_form, record, redraw, require_events
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.receipts import Receipt, UndoForm
from web.french import indicators as french
from web.http.addresses import address
from web.http.forms import Form, FormData, OpenForm, Text
from web.http.people import NOBODY
from web.http.templates import redirect, show
from web.pages.indicators.asked import PATH

router = APIRouter()
AIMS = f"{PATH}/objectifs"
UNDO = f"{AIMS}/annuler"
FOLLOWED = "Cet objectif a changé depuis : il se corrige ci-dessous."
AtAims = Annotated[Desk, allowed("referent", "manager")]


class AimForm(Form):
    """A step, a site or "" for all, and the young people of a year; none ends the target."""

    step: Text = ""
    site: Text = ""
    yearly: int | None = None


@router.get(AIMS)
def read(request: Request, desk: AtAims, site: str = "", recu: str = "") -> Response:
    """Shows the targets, and the form that sets one; `site` is chosen beforehand, `recu` was just set."""
    return _page(request, desk, OpenForm("set", values={"site": site}), _receipt(desk, recu))


def _page(request: Request, desk: Desk, form: OpenForm | None = None, receipt: Receipt | None = None) -> Response:
    form, places = form or OpenForm("set"), ("", *desk.refs.structure.sites)
    aims = {step: [desk.refs.indicators.aim(step, site, desk.today) for site in places] for step in AIMED}
    return show(
        request,
        "indicators/aims.html",
        "aims",
        NOBODY,
        places=[(site, site or "Toute la structure") for site in places],
        rows=[(french.STEPS[step], numbers) for step, numbers in aims.items()],
        steps=[(step, french.STEPS[step]) for step in AIMED],
        form=form,
        errors=form.errors,
        receipt=receipt,
    )


@router.post(AIMS)
@redraw(_page)
def act(request: Request, desk: AtAims, data: FormData) -> Response:
    """Sets a target."""
    must(desk, set_aim)
    form = read_form(AimForm, data)
    return _set(request, desk, form, {"step": form.step, "site": form.site, "yearly": form.yearly or 0})


@router.post(UNDO)
@redraw(_page)
def undo(request: Request, desk: AtAims, data: FormData) -> Response:
    """Sets the target of before again, unless another one followed."""
    must(desk, set_aim)
    form = read_button(UndoForm, data)
    before = _find_former_aim(desk, str(form.receipt))
    if desk.engine.has_recorded(form.command_id):
        return redirect(request, address(AIMS, {"recu": str(form.command_id)}))
    if before is None:
        raise FormRefused({"": FOLLOWED})
    return _set(request, desk, form, before)


def _set(request: Request, desk: Desk, form: Form, said: Mapping[str, Any]) -> Response:
    outcome = record(
        desk,
        {"indicators": desk.served.opened.stream("indicators")},
        set_aim,
        command_id=form.command_id,
        context={"sites": desk.refs.structure.sites},
        **said,
    )
    return redirect(request, address(AIMS, {"recu": receipts.reference(require_events(desk, outcome))}))


def _receipt(desk: Desk, reference: str) -> Receipt | None:
    receipt = receipts.of_command(desk, reference)
    return receipt.with_undo(reference, UNDO) if receipt and _find_former_aim(desk, reference) else receipt


def _find_former_aim(desk: Desk, reference: str) -> dict[str, Any] | None:
    """Returns what sets the former target again; None once another one followed."""
    trail = desk.trail(desk.served.opened.stream("indicators"))
    for mine in receipts.events_of(desk, reference):
        if isinstance(mine.event, AimSet):
            step, site = mine.event.step, mine.event.site
            i = max(i for i, one in enumerate(trail) if _is_of(one.event, step, site))
            if trail[i].command == mine.command:
                former = KINDS["indicators"].fold(trail[:i]).aim(step, site, mine.event.on)
                return {"step": step, "site": site, "yearly": former}
    return None


def _is_of(event: Event, step: str, site: str) -> bool:
    return isinstance(event, AimSet) and (event.step, event.site) == (step, site)

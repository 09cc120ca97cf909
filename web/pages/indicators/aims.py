"""Targets: how many young people should pass a main step in a year, of everybody or at a site; one is set at a time."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from pixflow.documents.definitions import AIMED
from pixflow.protocol.drafting import set_aim
from web.desk.commands import again, must, read_form, record, recorded
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.french import indicators as french
from web.http.forms import Form, FormData, OpenForm, Text
from web.http.people import NOBODY
from web.http.templates import redirect, show
from web.pages.indicators.asked import PATH

router = APIRouter()
AIMS = f"{PATH}/objectifs"
AtAims = Annotated[Desk, allowed("referent", "manager")]


class AimForm(Form):
    """A step, a site or "" for all, and the young people of a year; none ends the target."""

    step: Text = ""
    site: Text = ""
    yearly: int | None = None


@router.get(AIMS)
def read(request: Request, desk: AtAims, site: str = "") -> Response:
    """Shows the targets, and the form that sets one; `site` is chosen beforehand."""
    return _page(request, desk, OpenForm("set", values={"site": site}))


def _page(request: Request, desk: Desk, form: OpenForm | None = None) -> Response:
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
    )


@router.post(AIMS)
@again(_page)
def act(request: Request, desk: AtAims, data: FormData) -> Response:
    """Sets a target."""
    must(desk, set_aim)
    form = read_form(AimForm, data)
    outcome = record(
        desk,
        {"indicators": desk.served.opened.stream("indicators")},
        set_aim,
        command_id=form.command_id,
        context={"sites": desk.refs.structure.sites},
        step=form.step,
        site=form.site,
        yearly=form.yearly or 0,
    )
    recorded(desk, outcome)
    return redirect(request, AIMS)

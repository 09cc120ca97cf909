"""« Toujours là ? »: each quarter, the direction confirms that everybody in the team still works here."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.decision import MANAGER
from pixflow.identity import normalise
from pixflow.team.membership import confirm_team
from web.accounts import memberships
from web.desk import refusals
from web.desk.commands import read_button, record
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import role_labels
from web.french import dates
from web.http.forms import Form, FormData
from web.http.people import NOBODY
from web.http.templates import show

PAGE = "/equipe/toujours-la"

router = APIRouter()
AtDesk = Annotated[Desk, allowed(*MANAGER.reach)]


class PresentTeamForm(Form):
    """The members whom the page showed."""

    person: tuple[UUID, ...] = ()


@router.get(PAGE)
def read(request: Request, desk: AtDesk) -> Response:
    return _page(request, desk)


@router.post(PAGE)
def confirm(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Confirms the team, unless it has changed since the page was shown."""
    form = read_button(PresentTeamForm, data)
    streams = {"structure": desk.served.opened.stream("structure")}
    outcome = record(desk, streams, confirm_team, command_id=form.command_id, members=form.person)
    if outcome.refused:
        desk.refresh()
        return _page(request, desk, refusals.sentence(desk, outcome.refused))
    return RedirectResponse(PAGE, 303)


def _page(request: Request, desk: Desk, problem: str = "") -> Response:
    """Shows everybody who works here today, by name: their roles, and the day of their last sign-in."""
    site, last = desk.host.site, desk.refs.structure.confirmed
    used = memberships.last_used(site.store, desk.served.opened.id) if site else {}
    here = [(id, member) for id, member in desk.refs.team.items() if member.works(desk.today)]
    return show(
        request,
        "team/still_here.html",
        "still_here",
        NOBODY,
        status=422 if problem else 200,
        me=desk.me,
        rows=[
            (id, member, role_labels(member, desk.today))
            for id, member in sorted(here, key=lambda item: normalise(item[1].name))
        ],
        used={id: dates.day(site.store.at(at).date(), year=True) for id, at in used.items()} if site else {},
        last=last,
        done=last is not None and last.on >= desk.today,
        signs_in=site is not None,
        problem=problem,
    )

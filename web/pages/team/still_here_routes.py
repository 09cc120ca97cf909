"""« Toujours là ? »: each quarter, the direction confirms that everybody in the team still works here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.decision import MANAGER
from pixflow.identity import normalise
from pixflow.team.membership import confirm_team
from web.accounts import memberships
from web.desk import refusals
from web.desk.colleagues import role_labels
from web.desk.commands import record
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.french import dates
from web.http.forms import Form, FormData, validate
from web.http.people import NOBODY
from web.http.templates import Page, page

PAGE = "/equipe/toujours-la"

router = APIRouter()
AtDesk = Annotated[Desk, allowed(*MANAGER.reach)]


class PresentTeamForm(Form):
    """The members whom the page showed."""

    person: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class PresentMember:
    """A member who works here today. `used` is the day of their last sign-in, in words, "" for none."""

    id: UUID
    name: str
    labels: Sequence[str]
    site: str
    used: str


@dataclass(frozen=True, kw_only=True)
class StillHerePage(Page):
    """Everybody who works here today, by name. `confirmed` is the day of the last confirmation, in words.

    `done`: it is today.
    """

    template = "team/still_here.html"
    block = "still_here"
    shows = NOBODY

    me: UUID
    rows: Sequence[PresentMember]
    confirmed: str
    done: bool
    signs_in: bool
    problem: str


@router.get(PAGE)
def read(request: Request, desk: AtDesk) -> Response:
    return page(request, still_here_page(desk))


@router.post(PAGE)
def confirm(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Confirms the team, unless it has changed since the page was shown."""
    form, _ = validate(PresentTeamForm, data)
    if form is None:
        raise HTTPException(422)
    streams = {"structure": desk.served.opened.stream("structure")}
    outcome = record(desk, streams, confirm_team, command_id=form.command_id, members=form.person)
    if outcome.refused:
        desk.refresh()
        return page(request, still_here_page(desk, refusals.sentence(desk, outcome.refused)), status=422)
    return RedirectResponse(PAGE, 303)


def still_here_page(desk: Desk, problem: str = "") -> StillHerePage:
    site, last = desk.host.site, desk.refs.structure.confirmed
    used = memberships.last_used(site.store, desk.served.opened.id) if site else {}
    days = {id: dates.day(site.store.at(at).date(), year=True) for id, at in used.items()} if site else {}
    here = [(id, member) for id, member in desk.refs.team.items() if member.works(desk.today)]
    rows = [
        PresentMember(id, member.name, role_labels(member, desk.today), member.site or "", days.get(id, ""))
        for id, member in sorted(here, key=lambda item: normalise(item[1].name))
    ]
    confirmed = dates.day(last.on, year=True) if last else ""
    return StillHerePage(
        me=desk.me,
        rows=rows,
        confirmed=confirmed,
        done=last is not None and last.on >= desk.today,
        signs_in=site is not None,
        problem=problem,
    )

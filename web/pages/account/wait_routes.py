"""En attente: a person whose account nobody has confirmed yet sees who can, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from pixflow.identity import normalise
from pixflow.team.membership import seconds
from web.desk.signed_in import WAIT, member_of
from web.http.people import NOBODY
from web.http.templates import Frame, Page, page, redirect

router = APIRouter()


@dataclass(frozen=True, kw_only=True)
class WaitPage(Page):
    """A member whose account waits, and the names of those who may confirm it."""

    template = "account/wait.html"
    shows = NOBODY

    name: str
    structure: str
    stewards: Sequence[str]


@router.get(WAIT)
def read(request: Request) -> Response:
    """Says who may confirm the account; goes on once it is confirmed."""
    _, person, now = member_of(request)
    refs = now.refs
    access = refs.team[person].access
    if access.confirmed:
        return redirect(request, "/")
    able = seconds(refs.team[person], access.invited_by, refs.team, now.today, person=person)
    names = sorted((refs.team[one].name for one in able), key=normalise)
    request.state.frame = Frame(structure_name=refs.structure.name)
    return page(request, WaitPage(name=refs.team[person].name, structure=refs.structure.name, stewards=names))

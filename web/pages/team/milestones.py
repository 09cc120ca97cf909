"""One step of making Pix one's own, noted of everybody who was there: one command a person, one result a person."""

from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from pixflow.decision import Decision
from pixflow.engine import new_id
from pixflow.team import milestones
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french.errors import refusals
from web.french.errors.missing import MISSING
from web.pages.team.forms import Dated

STEPS: dict[str, Decision[..., Any]] = {
    "pix": milestones.take_pix, "training": milestones.attend_training, "briefing": milestones.hold_briefing,
}  # fmt: skip


class Several(Dated):
    """Who was ticked, and what happened that day; a training and a briefing have a title."""

    person: tuple[UUID, ...] = ()
    step: Literal["pix", "training", "briefing"]
    title: str | None = None


class Noted(Struct, frozen=True):
    """What became of one person; `refused` says why nothing was recorded."""

    name: str
    refused: str = ""


def left_out(form: Several) -> dict[str, str]:
    """What is missing, by field."""
    people = {} if form.person else {"person": MISSING["person"]}
    return people | ({} if form.step == "pix" or form.title else {"title": MISSING["title"]})


def note(desk: Desk, form: Several) -> list[Noted]:
    """Each in the order ticked; strangers are left out."""
    return [_noted(desk, form, person) for person in form.person if person in desk.refs.team]


def _noted(desk: Desk, form: Several, person: UUID) -> Noted:
    said: dict[str, Any] = {} if form.step == "pix" else {"title": form.title}
    command = new_id(form.command_id, str(person))
    outcome = record(desk, {"staff": person}, STEPS[form.step], command_id=command, on=form.on, **said)
    refused = outcome.refused
    why = refusals.refusal(refused.code, refused.details, names_for(desk)) if refused else ""
    return Noted(desk.refs.team[person].name, why)

"""One milestone noted of several people: one command and one result for each."""

from typing import Any, Literal
from uuid import UUID

from pixflow.decision import Decision
from pixflow.engine import new_id
from pixflow.events.staff import Retracted
from pixflow.team import membership as milestones
from web.desk import bulk, receipts
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.french.errors.missing import MISSING
from web.french.typography import plural, say
from web.http.forms import DatedForm
from web.pages.team import undo

DECISIONS: dict[str, Decision[..., Any]] = {
    "pix": milestones.take_pix, "training": milestones.attend_training, "briefing": milestones.hold_briefing,
}  # fmt: skip

UNKNOWN = bulk.RowOutcome("Une personne cochée", refused="elle n’est pas dans l’équipe, rechargez la page.")


class MilestoneForm(DatedForm):
    """The people who were ticked, and the milestone; a training and a briefing have a title."""

    person: tuple[UUID, ...] = ()
    step: Literal["pix", "training", "briefing"]
    title: str | None = None


def missing_fields(form: MilestoneForm) -> dict[str, str]:
    """Returns an error for each field that is missing."""
    people = {} if form.person else {"person": MISSING["person"]}
    return people | ({} if form.step == "pix" or form.title else {"title": MISSING["title"]})


def record_milestones(desk: Desk, form: MilestoneForm) -> list[bulk.RowOutcome]:
    """Records the milestone of each person of the team, in the order ticked; who is not of it has a refusal."""
    return [_record(desk, form, person) if person in desk.refs.team else UNKNOWN for person in form.person]


def receipt(desk: Desk, reference: str) -> Receipt | None:
    """Returns the receipt of a milestone noted of several people, or taken back, with its undo."""
    events = receipts.events_of(desk, reference)
    if not events:
        return None
    many = plural(len(events), "personne")
    title = "Annulé pour {many}." if isinstance(events[0].event, Retracted) else "Noté pour {many}."
    return undo.offer(desk, say(title, many=many), (), reference)


def _record(desk: Desk, form: MilestoneForm, person: UUID) -> bulk.RowOutcome:
    title: dict[str, Any] = {} if form.step == "pix" else {"title": form.title}
    command = new_id(form.command_id, str(person))
    outcome = record(desk, {"staff": person}, DECISIONS[form.step], command_id=command, on=form.on, **title)
    return bulk.row_outcome(desk, desk.refs.team[person].name, outcome)

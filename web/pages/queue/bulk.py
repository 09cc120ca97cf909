"""A bulk of Ma boîte: several rows at once, with one command and one result for each row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from msgspec.structs import replace
from pydantic import Field

from pixflow.decision import Decision
from pixflow.dossier import follow_up
from pixflow.events.values import Awaited, Channel
from projections import advisor_queue, piles
from projections.advisor_queue import QueueCount, QueueFilter
from web.desk import receipts
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.colleagues import takers
from web.desk.commands import record
from web.desk.desk import Desk
from web.french import bulk as french
from web.french import validation
from web.french.typography import lower_first
from web.http import filters
from web.http.forms import ID, Day, Form
from web.pages.dossier.forms import FORMS, AssignForm, BookSeatForm, PlanForm, PresentForm
from web.pages.queue.rows import PILED, QueueRow, queue_rows

MOST = 50
PRESENTED = frozenset({"present-pix"})
PLANNED = frozenset({"plan-diagnostic"})
BOOKED = frozenset({"book-workshop", "rebook-absent"})
CHASED = frozenset({"chase-diagnostic", "chase-sharing"})
_PICK = f"{ID} [a-z-]{{3,40}}(:{ID})?"
Pick = Annotated[str, Field(pattern=f"^{_PICK}$")]


class BulkForm(Form):
    """The rows that were ticked, each a dossier and a task."""

    task: Annotated[tuple[Pick, ...], Field(max_length=MOST)] = ()


class BulkSnoozeForm(BulkForm):
    until: Day | None = None
    awaits: Awaited | None = None
    reason: str


class BulkHandOverForm(BulkForm):
    to: UUID
    until: Day | None = None
    note: str | None = None


class BulkChaseForm(BulkForm):
    channel: Channel
    reached: bool
    note: str | None = None


class BulkPresentForm(BulkForm, PresentForm):
    pass


class BulkPlanForm(BulkForm, PlanForm):
    pass


class BulkBookForm(BulkForm, BookSeatForm):
    pass


class BulkAssignForm(BulkForm, AssignForm):
    pass


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An action on several rows.

    `kinds` are the tasks that it fits (empty: all); `alone` those that it takes when no row is ticked. `key` is the
    decision's name for the task. `form` is the form of a dossier that it fills for each row, "" for none.
    """

    model: type[BulkForm]
    decision: Decision[..., Any] | None = None
    key: str = "task"
    kinds: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    form: str = ""

    def fits(self, row: QueueRow) -> bool:
        return bool(row.pick) and (row.kind in self.kinds if self.kinds else row.kind not in PILED)


@dataclass(frozen=True, slots=True)
class BulkOffer:
    """A button of the bar; `count` is the number of rows that the action takes when none is ticked."""

    name: str
    title: str
    count: int


ACTIONS: dict[str, BulkAction] = {
    "present": BulkAction(BulkPresentForm, kinds=PRESENTED, alone=PRESENTED, form="present"),
    "plan": BulkAction(BulkPlanForm, kinds=PLANNED, alone=PLANNED, form="plan"),
    "book": BulkAction(BulkBookForm, kinds=PLANNED | BOOKED, alone=BOOKED, form="book"),
    "chase": BulkAction(BulkChaseForm, follow_up.chase_young_person, "about", kinds=CHASED, alone=CHASED),
    "assign": BulkAction(BulkAssignForm, kinds=PILED, alone=PILED, form="assign"),
    "snooze": BulkAction(BulkSnoozeForm, follow_up.snooze_task),
    "hand": BulkAction(BulkHandOverForm, follow_up.hand_over_task),
}


def offers(counted: Sequence[QueueCount], asked: Mapping[str, str]) -> list[BulkOffer]:
    """Returns the actions that fit a row of the page, with its filters."""
    wanted = asked.get("kind", "")
    kinds = {row.kind for row in counted if wanted in ("", row.kind)}
    found = []
    for name, action in ACTIONS.items():
        alone = sum(filters.total(counted, {**asked, "kind": kind}) for kind in action.alone & kinds)
        if alone or not action.alone:
            found.append(BulkOffer(name, french.OFFERS[name], alone))
    return found


def permitted(desk: Desk, offered: Sequence[BulkOffer]) -> list[BulkOffer]:
    """Returns the actions that the roles of the person at the desk give."""
    decisions = {name: action.decision or FORMS[action.form].decision for name, action in ACTIONS.items()}
    return [one for one in offered if desk.has_role_for(decisions[one.name])]


def chosen(desk: Desk, picks: Sequence[str]) -> list[QueueRow]:
    """Returns the rows named that still are at this desk, or wait too long for it, the most urgent first."""
    keys = [(UUID(stream), key) for stream, _, key in (pick.partition(" ") for pick in picks if _named(pick))]
    mine = advisor_queue.of_keys(desk.read, desk.owners, desk.today, keys[:MOST])
    late = piles.waiting_long_of(desk.read, desk.roles, desk.owners, desk.today, keys[:MOST])
    piled = piles.piled_of_keys(desk.read, desk.roles, desk.today, keys[:MOST])
    return queue_rows(desk, [*mine, *late, *piled])


def of_pile(desk: Desk, kind: str, count: int) -> list[BulkOffer]:
    """Returns the actions that fit the rows of a pile."""
    found = [BulkOffer(name, french.OFFERS[name], count) for name, one in ACTIONS.items() if kind in one.alone & PILED]
    return permitted(desk, found) if count else []


def unticked_of_pile(desk: Desk, name: str, band: str) -> list[QueueRow]:
    """Returns the rows of a pile that an action takes when none is ticked, one more than MOST at most."""
    late = filters.lateness(desk.refs.calendar, desk.today)
    kinds = sorted(ACTIONS[name].alone & PILED)
    found = [
        row for kind in kinds for row in piles.pile(desk.read, desk.roles, kind, desk.today, MOST + 1, 0, late, band)
    ]
    return queue_rows(desk, found)


def unticked(desk: Desk, name: str, wanted: QueueFilter) -> list[QueueRow]:
    """Returns the rows that an action takes when none is ticked, or may take, the most urgent first.

    They are one more than MOST at most.
    """
    found = [
        row
        for kind in sorted(ACTIONS[name].alone) or [""]
        for row in advisor_queue.page(desk.read, desk.owners, desk.today, replace(wanted, kind=kind), MOST + 1)
    ]
    found.sort(key=lambda row: (row.due, row.sort))
    return [row for row in queue_rows(desk, found[: MOST + 1]) if ACTIONS[name].fits(row)]


def _named(pick: str) -> bool:
    return re.fullmatch(_PICK, pick) is not None


def effect(desk: Desk, name: str, row: QueueRow) -> str:
    """Returns what would happen to one row."""
    return french.effect(name, row.chases + 1, desk.refs.protocol(row.why_on).tries, row.due, desk.today)


def errors(desk: Desk, name: str, form: BulkForm) -> dict[str, str]:
    """Returns the errors that the form has for every row: an unknown colleague, a closed campaign."""
    if isinstance(form, BulkHandOverForm):
        return {} if form.to in dict(takers(desk)) else {"to": validation.invalid("literal_error", {})}
    rows = chosen(desk, form.task) if ACTIONS[name].form else []
    found = [_checked(desk, name, form, row)[1] for row in rows]
    return found[0] if found and all(found) else {}


def act(desk: Desk, name: str, form: BulkForm) -> BulkOutcome:
    """Sends one command for each row."""
    do = _fill if ACTIONS[name].form else _act
    return BulkOutcome([do(desk, name, row, form) for row in chosen(desk, form.task)], form.command_id)


def _act(desk: Desk, name: str, row: QueueRow, form: BulkForm) -> RowOutcome:
    """Takes the decision of an action about the task of one row."""
    action, label = ACTIONS[name], french.row(row.name, row.line.verb)
    if not action.fits(row) or action.decision is None:
        return RowOutcome(label, refused=french.UNFIT[name], about=row.pick)
    fields = [field for field in type(form).model_fields if field not in ("command_id", "seen", "task")]
    sent: dict[str, Any] = {field: getattr(form, field) for field in fields}
    sent |= {field: sent[field] or "" for field in ("note", "reason") if field in sent}
    command = receipts.row_command(form.command_id, row.stream, row.key)
    outcome = record(
        desk, {"dossier": row.stream}, action.decision, command_id=command, **{**sent, action.key: row.key}
    )
    return row_outcome(desk, label, outcome, row.pick)


def _fill(desk: Desk, name: str, row: QueueRow, form: BulkForm) -> RowOutcome:
    """Sends the form of the dossier of one row."""
    action, label = ACTIONS[name], french.row(row.name, row.line.verb)
    if not action.fits(row):
        return RowOutcome(label, refused=french.UNFIT[name], about=row.pick)
    filled, found = _checked(desk, name, form, row)
    if found:
        return RowOutcome(label, refused=lower_first(next(iter(found.values()))), about=row.pick)
    spec = FORMS[action.form]
    sent, context = spec.arguments(desk, desk.dossier(row.stream), filled)
    streams = {**{name: getattr(filled, name) for name in spec.also}, "dossier": row.stream}
    outcome = record(desk, streams, spec.decision, command_id=filled.command_id, context=context, **sent)
    return row_outcome(desk, label, outcome, row.pick)


def _checked(desk: Desk, name: str, form: BulkForm, row: QueueRow) -> tuple[Form, dict[str, str]]:
    """Returns the form of one row, and what the data of the structure forbid."""
    spec = FORMS[ACTIONS[name].form]
    values = {field: getattr(form, field) for field in spec.model.model_fields}
    filled = spec.model(**values | {"command_id": receipts.row_command(form.command_id, row.stream)})
    return filled, spec.check(desk, desk.dossier(row.stream), filled)

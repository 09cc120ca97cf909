"""A bulk of Ma boîte: several rows at once, with one command and one result for each row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from pixflow.decision import Decision
from pixflow.dossier import follow_up
from pixflow.events.base import Event
from pixflow.events.dossier import TaskHandedOver, TaskSnoozed, YoungPersonChased
from pixflow.events.values import Channel
from projections import advisor_queue
from web.desk import receipts
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.colleagues import takers
from web.desk.commands import record
from web.desk.desk import Desk
from web.french import bulk as french
from web.http.forms import ID, Day, Form
from web.pages.queue.rows import QueueRow, queue_rows

MOST = 50
CHASED = frozenset({"chase-diagnostic", "chase-sharing"})
_PICK = f"{ID} [a-z-]{{3,40}}(:{ID})?"
Pick = Annotated[str, Field(pattern=f"^{_PICK}$")]


class BulkForm(Form):
    """The rows that were ticked, each a dossier and a task."""

    task: Annotated[tuple[Pick, ...], Field(max_length=MOST)] = ()


class BulkSnoozeForm(BulkForm):
    until: Day
    reason: str


class BulkHandOverForm(BulkForm):
    to: UUID
    until: Day | None = None
    note: str | None = None


class BulkChaseForm(BulkForm):
    channel: Channel
    reached: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An action on several rows: `key` is the decision's name for the task, `kinds` those it fits (empty: all)."""

    decision: Decision[..., Any]
    model: type[BulkForm]
    event: type[Event]
    key: str = "task"
    kinds: frozenset[str] = frozenset()

    def fits(self, row: QueueRow) -> bool:
        return bool(row.pick) and (not self.kinds or row.kind in self.kinds)


ACTIONS: dict[str, BulkAction] = {
    "snooze": BulkAction(follow_up.snooze_task, BulkSnoozeForm, TaskSnoozed),
    "hand": BulkAction(follow_up.hand_over_task, BulkHandOverForm, TaskHandedOver),
    "chase": BulkAction(follow_up.chase_young_person, BulkChaseForm, YoungPersonChased, "about", CHASED),
}


def chosen(desk: Desk, picks: Sequence[str]) -> list[QueueRow]:
    """Returns the rows named that still are at this desk, the most urgent first."""
    keys = [(UUID(stream), key) for stream, _, key in (pick.partition(" ") for pick in picks if _named(pick))]
    return queue_rows(desk, advisor_queue.of_keys(desk.read, desk.owners, desk.today, keys[:MOST]))


def _named(pick: str) -> bool:
    return re.fullmatch(_PICK, pick) is not None


def effect(desk: Desk, name: str, row: QueueRow) -> str:
    """Returns what would happen to one row."""
    return french.effect(name, row.chases + 1, desk.refs.protocol(row.why_on).tries, row.due, desk.today)


def known(desk: Desk, form: BulkForm) -> bool:
    """False when the form hands tasks to somebody who cannot take them."""
    return not isinstance(form, BulkHandOverForm) or form.to in dict(takers(desk))


def act(desk: Desk, name: str, form: BulkForm) -> BulkOutcome:
    """Sends one command for each row."""
    action = ACTIONS[name]
    fields = [field for field in type(form).model_fields if field not in ("command_id", "seen", "task")]
    sent: dict[str, Any] = {field: getattr(form, field) for field in fields}
    sent |= {field: sent[field] or "" for field in ("note", "reason") if field in sent}
    return BulkOutcome([_act(desk, name, action, row, form, sent) for row in chosen(desk, form.task)], form.command_id)


def _act(
    desk: Desk, name: str, action: BulkAction, row: QueueRow, form: BulkForm, sent: Mapping[str, Any]
) -> RowOutcome:
    label = french.row(row.name, row.line.verb)
    if not action.fits(row):
        return RowOutcome(label, refused=french.UNFIT[name])
    command = receipts.row_command(form.command_id, row.stream, row.key)
    taken: dict[str, Any] = {**sent, action.key: row.key}
    outcome = record(desk, {"dossier": row.stream}, action.decision, command_id=command, **taken)
    return row_outcome(desk, label, outcome)

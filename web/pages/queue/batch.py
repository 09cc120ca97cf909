"""Several rows of Ma boîte at once: what is chosen, what it would do, one command for each, one result a row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from pixflow.decision import Decision
from pixflow.dossier import follow_up, retraction
from pixflow.events.base import Event, Recorded
from pixflow.events.dossier import TaskHandedOver, TaskSnoozed, YoungPersonChased
from pixflow.events.values import Channel
from pixflow.folding import retractions_by_version
from projections import advisor_queue, audit_trail
from web.desk import receipts
from web.desk.bulk import Outcomes, Row, row_of
from web.desk.colleagues import takers
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import UndoForm
from web.french import batches as french
from web.http.forms import ID, Day, Form
from web.pages.dossier import history
from web.pages.queue.rows import Line, lines

MOST = 50
CHASED = frozenset({"chase-diagnostic", "chase-sharing"})
_PICK = f"{ID} [a-z-]{{3,40}}(:{ID})?"
Pick = Annotated[str, Field(pattern=f"^{_PICK}$")]


class Picked(Form):
    """The rows that were chosen, each a dossier and a task."""

    task: Annotated[tuple[Pick, ...], Field(max_length=MOST)] = ()


class Snooze(Picked):
    until: Day
    reason: str


class Hand(Picked):
    to: UUID
    until: Day | None = None
    note: str | None = None


class Chase(Picked):
    channel: Channel
    reached: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """One thing done to several rows: `key` is the decision's name for the task, `kinds` those it fits (empty: all)."""

    decision: Decision[..., Any]
    model: type[Picked]
    event: type[Event]
    key: str = "task"
    kinds: frozenset[str] = frozenset()

    def fits(self, line: Line) -> bool:
        return bool(line.pick) and (not self.kinds or line.row.kind in self.kinds)


BATCHES: dict[str, Batch] = {
    "snooze": Batch(follow_up.snooze_task, Snooze, TaskSnoozed),
    "hand": Batch(follow_up.hand_over_task, Hand, TaskHandedOver),
    "chase": Batch(follow_up.chase_young_person, Chase, YoungPersonChased, "about", CHASED),
}


def chosen(desk: Desk, picks: Sequence[str]) -> list[Line]:
    """The rows named that still are at this desk, the most urgent first."""
    keys = [(UUID(stream), key) for stream, _, key in (pick.partition(" ") for pick in picks if _named(pick))]
    return lines(desk, advisor_queue.picked(desk.read, desk.owners, desk.today, keys[:MOST]))


def _named(pick: str) -> bool:
    return re.fullmatch(_PICK, pick) is not None


def effect(desk: Desk, name: str, line: Line) -> str:
    """What would happen to one row."""
    tries = desk.refs.protocol(line.row.why_on).tries
    return french.effect(name, line.row.chases + 1, tries, line.row.due, desk.today)


def known(desk: Desk, form: Any) -> bool:
    """Somebody a task may be handed to."""
    return not isinstance(form, Hand) or form.to in dict(takers(desk))


def act(desk: Desk, name: str, form: Picked) -> Outcomes:
    """One command for each row, its id made of the batch's and the row's."""
    batch = BATCHES[name]
    fields = [field for field in type(form).model_fields if field not in ("command_id", "seen", "task")]
    said: dict[str, Any] = {field: getattr(form, field) for field in fields}
    said |= {field: said[field] or "" for field in ("note", "reason") if field in said}
    made = []
    for line in chosen(desk, form.task):
        told = french.row(line.row.name, line.words.verb)
        if not batch.fits(line):
            made.append(Row(told, refused=french.UNFIT[name]))
            continue
        one = receipts.row_command(form.command_id, line.row.stream, line.row.key)
        sent = {**said, batch.key: line.row.key}
        outcome = record(desk, {"dossier": line.row.stream}, batch.decision, command_id=one, **sent)
        made.append(row_of(desk, told, outcome))
    return Outcomes(made, form.command_id)


# --- taking it back


def undoable(desk: Desk, said: str) -> bool:
    """Whether anything of what was done at once still stands as its dossier's last fact."""
    found = _done(desk, said)
    trails = audit_trail.of_streams(desk.read, {fact.originator_id for fact in found})
    return any(_last(desk, trails[fact.originator_id], fact) for fact in found)


def undo(desk: Desk, form: UndoForm) -> Outcomes:
    """Each fact that nothing else followed is taken back, the latest first, one command for each."""
    found, names = _done(desk, str(form.fait)), names_for(desk)
    trails = dict(audit_trail.of_streams(desk.read, {fact.originator_id for fact in found}))
    made = []
    for fact in reversed(found):
        dossier, version = fact.originator_id, fact.originator_version
        if not _last(desk, trails[dossier], fact):
            made.append(Row(names.dossier(dossier), refused=french.FOLLOWED))
            continue
        outcome = record(
            desk,
            {"dossier": dossier},
            retraction.retract,
            command_id=receipts.row_command(form.command_id, dossier, version),
            version=version,
            reason="annulé aussitôt",
        )
        trails[dossier] = [r for r in trails[dossier] if r.originator_version != version]
        made.append(row_of(desk, names.dossier(dossier), outcome))
    return Outcomes(made[::-1], form.command_id)


def _done(desk: Desk, said: str) -> list[Recorded]:
    """What this person did to several rows, under the command that an address names."""
    events = tuple(batch.event for batch in BATCHES.values())
    return [fact for fact in receipts.recorded(desk, said) if isinstance(fact.event, events)]


def _last(desk: Desk, trail: Sequence[Recorded], fact: Recorded) -> bool:
    """Whether it is the last fact of its dossier, or was taken back already."""
    return fact.originator_version == history.undoable(
        desk, trail
    ) or fact.originator_version in retractions_by_version(trail)


def initial(desk: Desk, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows: what was sent, else nothing."""
    return {name: sent.get(name, "") for name in ("until", "reason", "to", "note", "channel", "reached")}

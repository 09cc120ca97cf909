"""The rows of Ma boîte: their texts, and the addresses that they lead to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pixflow.dossier.follow_up import claim_task
from pixflow.dossier.state import Dossier, Snooze
from pixflow.events.base import Stage
from pixflow.events.dossier import TaskHandedOver
from pixflow.tasks import Kind
from projections import audit_trail
from projections.store.folds import folds_of
from web.desk import task_links
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.task_links import QueuePlace
from web.french import tasks as french
from web.french import vocabulary
from web.french.events import sentences
from web.french.phrases import listed, pause_over, sooner
from web.french.tasks import TaskLine, of_row
from web.french.typography import lower_first, say
from web.http.pagination import carrying

PILED = frozenset({"assign-advisor"})
"""The kinds of the piles that may be done several at once."""
_trail = audit_trail.table.c


@dataclass(frozen=True, slots=True)
class Press:
    """A task that one button of its row closes: where it is sent, with what, and the text of the button."""

    action: str
    sent: Mapping[str, str]
    button: str


@dataclass(frozen=True, slots=True, eq=False)
class QueueRow:
    """One task of the queue. An address is None when this row does not lead there.

    `owner` is who has the task, `acting_for` the absent colleague whose task it is ("" for one's own). `reason` is why
    it is snoozed, or back from a snooze, `handed_over_by` the colleague who handed it over; "" for none. `pick` names
    the row in a bulk; "" when it fits none. `claims`: the person at the desk may take it upon themselves. `give_back`
    is the advisor to whom a handed task goes back, "" when it was not handed. `why_on` is the day of the event that
    opens the task. `press` closes the task from its row, without a page in between. Rows of equal values are one and
    the same (Desk.memory).
    """

    id: str
    stream: UUID
    key: str
    kind: Kind
    due: date
    chases: int
    why_on: date
    name: str
    programme: str | None
    stage: Stage | None
    phone: str | None
    line: TaskLine
    button: str
    href: str
    dossier: str | None
    appointment: str | None
    snooze: str | None
    hand_over: str | None
    owner: str
    acting_for: str
    reason: str
    handed_over_by: str
    pick: str
    claims: bool
    give_back: str
    press: Press | None

    @property
    def label(self) -> str:
        """A text like "Aminata Diallo, tenir la restitution"."""
        return f"{self.name}, {lower_first(self.line.verb)}"


def queue_rows(desk: Desk, rows: Sequence[Any], place: QueuePlace | None = None) -> list[QueueRow]:
    """Returns rows of the table, each with why it is snoozed or who handed it over.

    `place` is where the first one stands in Ma boîte: their addresses carry it.
    """
    noted = [row for row in rows if row.paused or _is_handed_over(desk, row)]
    states = folds_of(desk.read, {row.stream for row in noted if row.subject == "dossier"}) if noted else {}
    colleagues = _handed_over_by(desk, {row.stream for row in noted if _is_handed_over(desk, row)})
    boxes = [str(place.further(n)) if place else "" for n in range(len(rows))]
    return [_noted(desk, row, states.get(row.stream), colleagues, box) for row, box in zip(rows, boxes, strict=True)]


def plain_rows(desk: Desk, rows: Iterable[Any]) -> list[QueueRow]:
    """Returns rows of the table, without why they are snoozed nor who handed them over."""
    return [_row(desk, row) for row in rows]


def _noted(desk: Desk, row: Any, state: Any, colleagues: Mapping[tuple[UUID, int], str], box: str) -> QueueRow:
    if not isinstance(state, Dossier):
        return _row(desk, row, box=box)
    snooze, handover = state.snoozes.get(row.key), state.handovers.get(row.key)
    reason = _of_snooze(snooze, row.paused, desk.today) if snooze and row.paused else ""
    handed_over_by = (
        colleagues.get((row.stream, handover.stamp.version), "") if handover and _is_handed_over(desk, row) else ""
    )
    return _row(desk, row, reason, handed_over_by, box)


def _row(desk: Desk, row: Any, reason: str = "", handed_over_by: str = "", box: str = "") -> QueueRow:
    values = [tuple(one.items()) if isinstance(one, dict) else one for one in row]
    claims = desk.has_role_for(claim_task)
    key = ("queue row", *values, reason, handed_over_by, box, desk.me, claims, desk.today)
    texts = desk.memory.texts
    return texts.get(key) or texts.put(key, _made(desk, row, reason, handed_over_by, box, claims))


def _made(desk: Desk, row: Any, reason: str, handed_over_by: str, box: str, claims: bool) -> QueueRow:
    advisors = row.role == "advisor" and row.subject == "dossier"
    doer = getattr(row, "doer", None)
    return QueueRow(
        id=f"task-{row.stream}-{row.key.replace(':', '-')}",
        stream=row.stream,
        key=row.key,
        kind=row.kind,
        due=row.due,
        chases=row.chases,
        why_on=row.why_on,
        name=row.name,
        programme=row.programme,
        stage=row.stage,
        phone=row.phone,
        line=of_row(row, desk.today, desk.refs.calendar),
        button=french.button(row.kind, row.details),
        href=carrying(task_links.href(row.subject, row.stream, row.key, row.kind), box),
        dossier=carrying(task_links.dossier(row.stream), box) if row.subject == "dossier" else None,
        appointment=carrying(task_links.appointment(row.stream, row.key), box) if advisors else None,
        snooze=carrying(task_links.snooze(row.stream, row.key), box) if advisors else None,
        hand_over=carrying(task_links.hand_over(row.stream, row.key), box) if advisors else None,
        owner=_owner(desk, row),
        acting_for="" if doer in (None, desk.me) else desk.refs.team[doer].name,
        reason=reason,
        handed_over_by=handed_over_by,
        pick=f"{row.stream} {row.key}" if advisors or row.kind in PILED else "",
        claims=advisors and claims,
        give_back=desk.refs.team[row.owner].name if handed_over_by and row.owner else "",
        press=_press(row),
    )


def _press(row: Any) -> Press | None:
    variant = f"{row.kind} {row.details.get('by', '')}"
    if variant not in task_links.PRESSES:
        return None
    name, sent = task_links.PRESSES[variant]
    return Press(f"/partenaires/{row.stream}/{name}", {**sent, "pile": row.kind}, french.PRESSES[variant])


def _owner(desk: Desk, row: Any) -> str:
    member = desk.refs.team.get(row.owner) if row.owner else None
    if member:
        other = desk.refs.team.get(row.handed_to) if is_handed(row, desk.today) else None
        return say("{owner}, confiée à {other}", owner=member.name, other=other.name) if other else member.name
    return "personne" if row.role == "advisor" else vocabulary.ROLES[row.role]


def is_handed(row: Any, today: date) -> bool:
    return row.handed_to is not None and (row.handed_until is None or row.handed_until >= today)


def _handed_over_by(desk: Desk, streams: set[UUID]) -> dict[tuple[UUID, int], str]:
    """Returns who handed over a task of these dossiers, by dossier and version."""
    if not streams:
        return {}
    query = select(audit_trail.table).where(_trail.stream.in_(streams), _trail.topic == TaskHandedOver.TOPIC)
    events, names = desk.opened(query), names_for(desk)
    return {
        (recorded.originator_id, recorded.originator_version): sentences.who(recorded, names) for recorded in events
    }


def _of_snooze(snooze: Snooze, back: date, today: date) -> str:
    """Returns why a task is snoozed, or why it is back."""
    return listed(snooze.reason, sooner(snooze.awaits)) if back > today else pause_over(snooze, back, today)


def _is_handed_over(desk: Desk, row: Any) -> bool:
    """True for a colleague's row that this desk has for now."""
    return getattr(row, "doer", None) in desk.owners and row.doer != row.owner

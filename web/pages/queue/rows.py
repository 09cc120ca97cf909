"""The rows of Ma boîte with all that their lines say and lead to."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pixflow.dossier.state import Dossier
from pixflow.events.dossier import TaskHandedOver
from projections import audit_trail
from projections.store.folds import folds_of
from web.desk import task_links
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import tasks as french
from web.french import vocabulary
from web.french.events import sentences
from web.french.task_line import TaskLine, of_row

_trail = audit_trail.table.c


class Line:
    """A row of the queue; `reason` is why it rests, `giver` who handed it over, "" when neither."""

    def __init__(self, desk: Desk, row: Any, *, reason: str = "", giver: str = "") -> None:
        self.row = row
        self.words: TaskLine = of_row(row, desk.today, desk.refs.calendar)
        self.id = f"task-{row.stream}-{row.key.replace(':', '-')}"
        self.href = task_links.href(row.subject, row.stream, row.key, row.kind)
        self.dossier = task_links.dossier(row.stream) if row.subject == "dossier" else None
        self.appointment = task_links.appointment(row.stream, row.key) if row.role == "advisor" else None
        self.rest = task_links.rest(row.stream, row.key) if self.appointment else None
        self.hand_over = task_links.hand_over(row.stream, row.key) if self.appointment else None
        self.button = french.BUTTONS[row.kind]
        member = desk.refs.team.get(row.owner) if row.owner else None
        self.pour = "" if getattr(row, "doer", None) in (None, desk.me) else desk.refs.team[row.doer].name
        self.owner = member.name if member else "personne" if row.role == "advisor" else vocabulary.ROLES[row.role]
        self.reason, self.giver = reason, giver

    @property
    def pick(self) -> str:
        """What names it among several rows; "" for one that is only done alone."""
        return f"{self.row.stream} {self.row.key}" if self.rest else ""


def lines(desk: Desk, rows: Sequence[Any]) -> list[Line]:
    """The same rows, each with why it rests or who handed it over."""
    noted = [row for row in rows if _rests(row, desk.today) or _given(desk, row)]
    states = folds_of(desk.read, {row.stream for row in noted if row.subject == "dossier"})
    givers = _givers(desk, {row.stream for row in noted if _given(desk, row)})
    return [_line(desk, row, states.get(row.stream), givers) for row in rows]


def _line(desk: Desk, row: Any, state: Any, givers: Mapping[tuple[UUID, int], str]) -> Line:
    if not isinstance(state, Dossier):
        return Line(desk, row)
    rest, handed = state.snoozes.get(row.key), state.handovers.get(row.key)
    reason = rest.reason if rest and _rests(row, desk.today) else ""
    giver = givers.get((row.stream, handed.mark.version), "") if handed and _given(desk, row) else ""
    return Line(desk, row, reason=reason, giver=giver)


def _givers(desk: Desk, streams: set[UUID]) -> dict[tuple[UUID, int], str]:
    """Who handed over a task of these dossiers, by dossier and version."""
    if not streams:
        return {}
    query = select(audit_trail.table).where(_trail.stream.in_(streams), _trail.topic == TaskHandedOver.TOPIC)
    facts, names = [audit_trail.recorded(row) for row in desk.read.execute(query)], names_for(desk)
    return {(fact.originator_id, fact.originator_version): sentences.who(fact, names) for fact in facts}


def _rests(row: Any, today: date) -> bool:
    return row.paused is not None and row.paused > today


def _given(desk: Desk, row: Any) -> bool:
    """A colleague's row that this desk has for now."""
    return getattr(row, "doer", None) in desk.owners and row.doer != row.owner

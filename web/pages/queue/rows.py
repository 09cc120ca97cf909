"""The rows of Ma boîte: their texts, and the addresses that they lead to."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from pixflow.dossier.follow_up import claim_task
from pixflow.dossier.state import Dossier
from pixflow.events.dossier import TaskHandedOver
from pixflow.partners.listing import review_partner
from projections import audit_trail, directory
from projections.directory import YoungPerson
from projections.store.folds import folds_of
from web.desk import task_links
from web.desk.desk import Desk
from web.desk.exports import PART, Value
from web.desk.names import names_for
from web.desk.task_links import QueuePlace
from web.french import tasks as french
from web.french import vocabulary
from web.french.events import sentences
from web.french.phrases import listed, pause_over, sooner
from web.french.tasks import TaskLine, of_row
from web.french.typography import phone, say, yes_no
from web.http.addresses import carrying

PILED = frozenset({"assign-advisor"})
"""The kinds of the piles that may be done several at once."""
_trail = audit_trail.table.c


@dataclass(frozen=True, slots=True, eq=False)
class QueueRow:
    """One task of the queue: its row of the table, with texts and addresses. An address that is not there is "".

    `forms` are the addresses of what an advisor may do with the task besides, by the name of their form. `owner` is who
    has the task, `acting_for` the absent colleague whose task it is ("" for one's own). `reason` is why it is snoozed,
    or back from a snooze, `handed_over_by` the colleague who handed it over; "" for none. `pick` names the row in a
    bulk; "" when it fits none. `claims`: the person at the desk may take it upon themselves. `give_back` is the advisor
    to whom a handed task goes back, "" when it was not handed. `press` closes the task from its row, without a page in
    between: where it is sent, with what, and the text of the button. Rows of equal values are one and the same
    (Desk.memory).
    """

    task: Any
    line: TaskLine
    button: str
    href: str
    dossier: str
    forms: Mapping[str, str]
    owner: str
    acting_for: str
    reason: str
    handed_over_by: str
    pick: str
    claims: bool
    give_back: str
    press: tuple[str, Mapping[str, str], str] | None

    @property
    def label(self) -> str:
        """A text like "Aminata Diallo, tenir la restitution"."""
        return f"{self.task.name}, {self.line.inside}"


class ExportedTask(NamedTuple):
    """A row of a file of tasks, and the young person whom it names; None for none."""

    row: QueueRow
    person: YoungPerson | None


EXPORTED: Mapping[str, Callable[[ExportedTask], Value]] = {
    "Nom": lambda one: one.person.last_name if one.person else one.row.task.name,
    "Prénom": lambda one: one.person.first_name if one.person else "",
    "N° i-Milo": lambda one: one.person.imilo_number if one.person else "",
    "Téléphone": lambda one: phone(one.row.task.phone or ""),
    "Programme": lambda one: vocabulary.PROGRAMMES.get(one.row.task.programme, one.row.task.programme),
    "À faire": lambda one: one.row.line.verb,
    "Pourquoi": lambda one: " · ".join(filter(None, (one.row.reason, one.row.line.exported))),
    "Étape": lambda one: vocabulary.STAGES.get(one.row.task.stage, ""),
    "Pour le": lambda one: one.row.task.due,
    "En retard": lambda one: yes_no(one.row.line.late),
    "À la charge de": lambda one: one.row.owner,
}
"""The columns of the files of tasks."""


def people_of(one: ExportedTask) -> list[UUID]:
    """Returns the young person whom a row names."""
    return [one.person.stream] if one.person else []


def exported(desk: Desk, rows: Iterable[QueueRow]) -> Iterator[ExportedTask]:
    """Yields rows, each with its young person: their names are read for some rows at a time."""
    left = iter(rows)
    while part := list(islice(left, PART)):
        people = directory.find_people(desk.read, {row.task.stream for row in part if row.dossier})
        yield from (ExportedTask(row, people.get(row.task.stream)) for row in part)


def queue_rows(desk: Desk, rows: Sequence[Any], place: QueuePlace | None = None) -> list[QueueRow]:
    """Returns rows of the table, each with why it is snoozed or who handed it over.

    `place` is where the first one stands in Ma boîte: their addresses carry it.
    """
    handed = {row.stream for row in rows if _is_handed_over(desk, row)}
    noted = handed | {row.stream for row in rows if row.paused and row.subject == "dossier"}
    states = folds_of(desk.read, noted) if noted else {}
    colleagues = _handed_over_by(desk, handed) if handed else {}
    made = []
    for n, row in enumerate(rows):
        state, reason, handed_over_by = states.get(row.stream), "", ""
        if isinstance(state, Dossier):
            snooze, handover = state.snoozes.get(row.key), state.handovers.get(row.key)
            if snooze and row.paused:
                over = row.paused <= desk.today
                reason = (
                    pause_over(snooze, row.paused, desk.today) if over else listed(snooze.reason, sooner(snooze.awaits))
                )
            if handover and _is_handed_over(desk, row):
                handed_over_by = colleagues.get((row.stream, handover.stamp.version), "")
        made.append(_row(desk, row, reason, handed_over_by, str(place.further(n)) if place else ""))
    return made


def plain_rows(desk: Desk, rows: Iterable[Any]) -> Iterator[QueueRow]:
    """Yields rows of the table, without why they are snoozed nor who handed them over."""
    return (_row(desk, row) for row in rows)


def _row(desk: Desk, row: Any, reason: str = "", handed_over_by: str = "", box: str = "") -> QueueRow:
    values = [tuple(one.items()) if isinstance(one, dict) else one for one in row]
    claims = desk.has_role_for(claim_task)
    key = ("queue row", *values, reason, handed_over_by, box, desk.me, claims, desk.today)
    texts = desk.memory.texts
    return texts.get(key) or texts.put(key, _make_row(desk, row, reason, handed_over_by, box, claims))


def _make_row(desk: Desk, row: Any, reason: str, handed_over_by: str, box: str, claims: bool) -> QueueRow:
    advisors = row.role == "advisor" and row.subject == "dossier"
    doer, named = getattr(row, "doer", None), desk.refs.team
    more = ("appointment", "snooze", "hand") if advisors and not desk.is_past else ()
    owner = named[row.owner].name if row.owner in named else ""
    handed = row.handed_to is not None and (row.handed_until is None or row.handed_until >= desk.today)
    if owner and handed and row.handed_to in named:
        owner = say("{owner}, confiée à {other}", owner=owner, other=named[row.handed_to].name)
    variant = f"{row.kind} {row.details.get('by', '')}"
    action, sent = task_links.PRESSES.get(variant, ("", {}))
    return QueueRow(
        task=row,
        line=of_row(row, desk.today, desk.refs.calendar),
        button="" if desk.is_past else french.button(row.kind, row.details),
        href=carrying(task_links.href(row.subject, row.stream, row.key, row.kind), box),
        dossier=carrying(task_links.dossier(row.stream), box) if row.subject == "dossier" else "",
        forms={name: carrying(task_links.dossier_form(row.stream, name, row.key), box) for name in more},
        owner=owner or ("personne" if row.role == "advisor" else vocabulary.ROLES[row.role]),
        acting_for="" if doer in (None, desk.me) else named[doer].name,
        reason=reason,
        handed_over_by=handed_over_by,
        pick=f"{row.stream} {row.key}" if (advisors or row.kind in PILED) and not desk.is_past else "",
        claims=advisors and claims,
        give_back=named[row.owner].name if handed_over_by and row.owner else "",
        press=(f"/partenaires/{row.stream}/{action}", {**sent, "pile": row.kind}, french.PRESSES[variant])
        if action and desk.has_role_for(review_partner)
        else None,
    )


def _handed_over_by(desk: Desk, streams: set[UUID]) -> dict[tuple[UUID, int], str]:
    """Returns who handed over a task of these dossiers, by dossier and version."""
    query = select(audit_trail.table).where(_trail.stream.in_(streams), _trail.topic == TaskHandedOver.TOPIC)
    events, names = desk.read_events(query), names_for(desk)
    return {(one.originator_id, one.originator_version): sentences.who(one, names) for one in events}


def _is_handed_over(desk: Desk, row: Any) -> bool:
    """True for a colleague's row that this desk has for now."""
    return getattr(row, "doer", None) in desk.owners and row.doer != row.owner

"""Whom the results go to, and what each advisor was given."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from pixflow.grille import explain
from projections import advisor_queue
from web import lately
from web.dependencies import Desk
from web.french import words


@dataclass(frozen=True, slots=True)
class Sending:
    """A result to give to an advisor: the one who follows the dossier, or none yet."""

    stream: UUID
    participation: UUID
    name: str
    said: str
    advisor: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What one advisor was given this week. `late`: how many debriefs are late, and by how many working days."""

    name: str
    rows: Sequence[Any]
    held: int
    late: tuple[int, int] | None


def sending(desk: Desk, row: Any) -> Sending:
    """A row of routing, as the board says it."""
    said = "sans taux"
    if row.mastery is not None:
        published = desk.refs.grille(row.received_on)
        read = explain(published.document, published.number, Decimal(row.mastery))
        said = f"{words.percent(read.percent)} · {read.band.low}-{read.band.high}"
    advisor = staff_name(desk, row.advisor) if row.advisor else ""
    return Sending(row.stream, row.participation, row.name, said, advisor)


def advisors(desk: Desk) -> list[tuple[UUID, str, int]]:
    """Who may be given a result, with how many tasks they have, the least loaded first."""
    load = advisor_queue.load(desk.read, desk.today)
    return sorted(((id, name, load.get(id, 0)) for id, name in desk.staff("advisor")), key=lambda one: (one[2], one[1]))


def by_advisor(desk: Desk, rows: Sequence[Any]) -> list[Sent]:
    """The results given, those who got most first."""
    late = lately.late_debriefs(desk)
    groups: dict[UUID, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.dispatched_to, []).append(row)
    made = [
        Sent(staff_name(desk, advisor), mine, sum(row.debriefed_on is not None for row in mine), late.get(advisor))
        for advisor, mine in groups.items()
    ]
    return sorted(made, key=lambda one: (-len(one.rows), one.name))


def staff_name(desk: Desk, id: UUID) -> str:
    """What a colleague is called."""
    member = desk.refs.team.get(id)
    return member.name if member else "une personne inconnue"

"""Whom the results go to, and what each advisor was given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pixflow.protocol.grille import explain
from projections import advisor_queue, result_routing
from web.desk.colleagues import absence_said
from web.desk.desk import Desk
from web.french import vocabulary
from web.http.pagination import SIZE
from web.pages.results import activity


@dataclass(frozen=True, slots=True)
class Sending:
    """A result to give to an advisor: the one who follows the dossier, or none yet, or who has left.

    `away` says until when that advisor is absent, and who deputises; the result goes to the advisor all the same.
    """

    stream: UUID
    participation: UUID
    name: str
    said: str
    advisor: str
    away: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What one advisor was given this week: how many, those of them on this page, and how many are debriefed.

    `late`: how many debriefs are late, and by how many working days.
    """

    name: str
    given: int
    rows: Sequence[Any]
    held: int
    late: tuple[int, int] | None


def sending(desk: Desk, row: Any) -> Sending:
    """A row of routing, as the board says it."""
    said = "sans taux"
    if row.mastery is not None:
        published = desk.refs.grille(row.received_on)
        read = explain(published.document, published.number, Decimal(row.mastery))
        said = f"{vocabulary.percent(read.percent)} · {read.band.low}-{read.band.high}"
    advisor = desk.refs.team.get(row.advisor)
    if advisor is None or "advisor" not in advisor.roles_on(desk.today):
        return Sending(row.stream, row.participation, row.name, said, "")
    absence = advisor.absence(desk.today)
    away = absence_said(desk, absence) if absence else ""
    return Sending(row.stream, row.participation, row.name, said, advisor.name, away)


def advisors(desk: Desk) -> list[tuple[UUID, str, int]]:
    """Who may be given a result, with how many tasks they have, the least loaded first."""
    load = advisor_queue.load(desk.read, desk.today)
    return sorted(((id, name, load.get(id, 0)) for id, name in desk.staff("advisor")), key=lambda one: (one[2], one[1]))


def by_advisor(desk: Desk, since: date, counts: Mapping[UUID, tuple[int, int]], offset: int) -> list[Sent]:
    """Every advisor given results since a day, those who got most first, and the results of one page."""
    late = activity.late_debriefs(desk)
    advisors = sorted(counts, key=lambda advisor: (-counts[advisor][0], staff_name(desk, advisor)))
    shown: dict[UUID, list[Any]] = {advisor: [] for advisor in advisors}
    for row in result_routing.dispatched(desk.read, since, advisors, SIZE, offset):
        shown[row.dispatched_to].append(row)
    return [
        Sent(staff_name(desk, advisor), counts[advisor][0], rows, counts[advisor][1], late.get(advisor))
        for advisor, rows in shown.items()
    ]


def staff_name(desk: Desk, id: UUID) -> str:
    """What a colleague is called."""
    member = desk.refs.team.get(id)
    return member.name if member else "une personne inconnue"

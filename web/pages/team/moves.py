"""The portfolios handed over lately, each with the address of its report, where it is undone."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from pixflow.dossier.assignment import assign_advisor
from projections import handovers
from web.desk.colleagues import day
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import typography
from web.french.typography import plural, say

LATELY = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class MoveRow:
    """The dossiers that one command moved, in words, and its report with the `button` that undoes it."""

    sentence: str
    href: str
    button: str


@dataclass(slots=True)
class _Bulk:
    owner: UUID | None
    on: date
    until: date | None
    returned: bool
    takers: dict[UUID, int]


def move_rows(desk: Desk, person: UUID | None = None) -> list[MoveRow]:
    """Returns the latest first: those of everybody, or those that a member gave or took. Only who steers reads any."""
    if not desk.may(assign_advisor):
        return []
    found: dict[UUID, _Bulk] = {}
    for move in handovers.moves(desk.read, desk.today - LATELY):
        bulk = found.setdefault(move.bulk, _Bulk(move.owner, move.on, move.until, move.returned, {}))
        bulk.takers[move.to] = bulk.takers.get(move.to, 0) + move.n
    return [_row(desk, id, bulk) for id, bulk in found.items() if person in (None, bulk.owner, *bulk.takers)]


def _row(desk: Desk, id: UUID, bulk: _Bulk) -> MoveRow:
    names = names_for(desk)
    total = sum(bulk.takers.values())
    taken = ", ".join(
        f"{names.staff(to)} ({n})" if len(bulk.takers) > 1 else names.staff(to) for to, n in bulk.takers.items()
    )
    owner = names.staff(bulk.owner) if bulk.owner else ""
    gave = typography.de(owner) if owner else "sans suivi"
    text = "Le {on} : {many} {of} à {to}{until}"
    sentence = say(
        text,
        on=day(desk, bulk.on),
        many=plural(total, "dossier rendu", "dossiers rendus") if bulk.returned else plural(total, "dossier"),
        of=f"par {owner}" if bulk.returned else gave,
        to=taken,
        until=f", jusqu’au {day(desk, bulk.until)}" if bulk.until else "",
    )
    return MoveRow(sentence, f"/equipe/confies/{id}", "Voir, annuler" if bulk.returned else "Voir, reprendre")

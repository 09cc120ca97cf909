"""The tasks of the team that wait too long, for the référent and the direction: by person and by kind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pixflow.identity import normalise
from projections import piles
from web.desk.desk import Desk
from web.desk.names import staff_name
from web.french import tasks as french
from web.http import filters
from web.http.filters import Chip, FilterMenu
from web.http.pagination import SIZE, Pager
from web.pages.queue.rows import QueueRow, plain_rows

ANCHOR = "#en-attente"


@dataclass(frozen=True, slots=True)
class Escalated:
    """One page of these tasks, their number over all filters, and the menus that filter them."""

    rows: Sequence[QueueRow]
    pager: Pager
    every: int
    all: Chip
    menus: Sequence[FilterMenu]


def escalated(desk: Desk, kind: str, owner: str, number: int) -> Escalated:
    """Returns a page of the tasks that wait too long, of one kind and one person; "" for all."""
    found = piles.waiting_long_counts(desk.read, desk.roles, desk.owners, desk.today)
    asked = {"late_kind": kind, "late_owner": owner}
    pager = Pager.at(filters.total(found, asked), number, "/boite", filters.parameters(asked), name="q", anchor=ANCHOR)
    rows = piles.waiting_long(desk.read, desk.roles, desk.owners, desk.today, SIZE, pager.offset, kind, _person(owner))
    every = filters.total(found, {})
    return Escalated(
        plain_rows(desk, rows) if every else [],
        pager,
        every,
        Chip("Tout", f"/boite{ANCHOR}", every, not (kind or owner)),
        [_anchored(menu) for menu in filters.menus("/boite", _facets(desk, found), found, asked, {})],
    )


def _facets(desk: Desk, found: Sequence[piles.WaitingCount]) -> list[filters.Facet]:
    people = {row.late_owner: staff_name(desk, UUID(row.late_owner)) for row in found if row.late_owner}
    by_name = dict(sorted(people.items(), key=lambda pair: normalise(pair[1])))
    return [
        filters.Facet("late_owner", "Qui", by_name, none="Personne"),
        filters.Facet("late_kind", "Tâche", french.FILTERS),
    ]


def _anchored(menu: FilterMenu) -> FilterMenu:
    """Returns the menu whose filters lead to the list, not to the top of the page."""
    others = [replace(chip, href=chip.href + ANCHOR) for chip in menu.others]
    return FilterMenu(menu.label, replace(menu.on, href=menu.on.href + ANCHOR) if menu.on else None, others)


def _person(owner: str) -> UUID | None:
    try:
        return UUID(owner) if owner else None
    except ValueError:
        return UUID(int=0)

"""The piles of a role: one row a pile in Ma boîte, and a page for each pile."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import HTTPException, Request, Response

from projections import piles as projections_piles
from projections.piles import Pile
from web.desk import task_links
from web.desk.desk import Desk
from web.french import dates
from web.french import tasks as french
from web.http.pagination import SIZE, Pager
from web.http.people import People, listed
from web.http.templates import Page, page
from web.pages.queue.rows import QueueRow, plain_rows

DIRECT = ("declare-campaign", "confirm-erasure")
"""The kinds whose pile of one task leads straight to the page of that task."""


@dataclass(frozen=True, slots=True)
class PileRow:
    """A pile among the rows of the queue; `due` is when its oldest task is, `late_count` how many are past due."""

    kind: str
    title: str
    count: int
    late_count: int
    due: str
    late: bool
    button: str
    href: str


@dataclass(frozen=True, kw_only=True)
class PilePage(Page):
    """The tasks of one pile."""

    template = "queue/pile.html"
    block = "pile"

    title: str
    rows: Sequence[QueueRow]
    pager: Pager

    @property
    def shows(self) -> People:
        return listed(row.stream for row in self.rows)


def pile_rows(desk: Desk, piles: Sequence[Pile]) -> list[PileRow]:
    """Returns the piles, the oldest first."""
    return [_pile_row(desk, pile) for pile in sorted(piles, key=lambda pile: pile.oldest)]


def _pile_row(desk: Desk, pile: Pile) -> PileRow:
    late = pile.oldest < desk.today
    since = desk.refs.calendar.count(pile.oldest, desk.today) if late else 0
    return PileRow(
        kind=pile.kind,
        title=french.PILES[pile.kind](pile.count),
        count=pile.count,
        late_count=pile.late,
        due=dates.due_words(pile.oldest, desk.today, since),
        late=late,
        button=french.BUTTONS[pile.kind],
        href=_href(desk, pile),
    )


def _href(desk: Desk, pile: Pile) -> str:
    if pile.kind in DIRECT and pile.count == 1:
        row = projections_piles.pile(desk.read, desk.roles, pile.kind, desk.today, 1, 0)[0]
        return task_links.href(row.subject, row.stream, row.key, row.kind)
    return task_links.pile(pile.kind)


def pile_page(request: Request, desk: Desk, kind: str, number: int) -> Response:
    """Draws the page of a pile; 404 for a kind without a pile, or for somebody who has none."""
    if not desk.roles & projections_piles.PILE_ROLES or kind not in french.PILES:
        raise HTTPException(404)
    total = projections_piles.pile_total(desk.read, desk.roles, kind, desk.today)
    pager = Pager.at(total, number, "/boite", {"pile": kind})
    rows = projections_piles.pile(desk.read, desk.roles, kind, desk.today, SIZE, pager.offset)
    return page(request, PilePage(title=french.PILES[kind](total), rows=plain_rows(desk, rows), pager=pager))

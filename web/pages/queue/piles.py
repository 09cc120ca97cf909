"""The piles of a role: one row a pile in Ma boîte, and a page for each pile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import HTTPException, Request, Response

from projections import piles as projections_piles
from projections.piles import Lateness, Pile
from web.desk import task_links
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.french import dates
from web.french import tasks as french
from web.http.filters import LATE, LateBar, late_bars, lateness
from web.http.pagination import SIZE, Pager
from web.http.people import People, listed
from web.http.templates import Page, page
from web.pages.queue import bulk
from web.pages.queue.rows import QueueRow, plain_rows

DIRECT = (
    "declare-campaign", "confirm-erasure", "answer-question", "revise-resource", "designate-referent", "confirm-team",
)  # fmt: skip
"""The kinds whose pile of one task leads straight to the page of that task."""

ON_BOARD = {
    "match-participation": ("rapprocher", "#a-rapprocher"),
    "dispatch-result": ("transmettre", "#a-transmettre"),
}
"""The kinds that are worked through on the board of results: the parameter of their lateness, and their anchor."""


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
    bars: Sequence[LateBar]


@dataclass(frozen=True, kw_only=True)
class PilePage(Page):
    """The tasks of one pile, and its bars of lateness. `bulks` and the others are those of the page of Ma boîte."""

    template = "queue/pile.html"
    block = "pile"

    title: str
    rows: Sequence[QueueRow]
    pager: Pager
    bars: Sequence[LateBar]
    bulks: Sequence[bulk.BulkOffer]
    on_page: int
    on_all: int
    kept: Mapping[str, str]
    receipt: Receipt | None

    @property
    def shows(self) -> People:
        return listed(row.stream for row in self.rows if row.dossier)


def pile_rows(desk: Desk, piles: Sequence[Pile]) -> list[PileRow]:
    """Returns the piles, the oldest first."""
    return [_pile_row(desk, pile) for pile in sorted(piles, key=lambda pile: pile.oldest)]


def _pile_row(desk: Desk, pile: Pile) -> PileRow:
    late = pile.oldest < desk.today
    since = desk.refs.calendar.count(pile.oldest, desk.today) if late else 0
    return PileRow(
        kind=pile.kind,
        title=french.pile(pile.kind, pile.count),
        count=pile.count,
        late_count=pile.late,
        due=dates.due_words(pile.oldest, desk.today, since),
        late=late,
        button=french.WORDS[pile.kind].button,
        href=_href(desk, pile),
        bars=_bars(pile.kind, pile.ages),
    )


def _bars(kind: str, ages: Mapping[str, int]) -> Sequence[LateBar]:
    if kind in ON_BOARD:
        parameter, anchor = ON_BOARD[kind]
        return late_bars(ages, "", "/resultats", anchor=anchor, parameter=parameter)
    return late_bars(ages, "", "/boite", {"pile": kind})


def _lateness(desk: Desk) -> Lateness:
    return lateness(desk.refs.calendar, desk.today)


def _href(desk: Desk, pile: Pile) -> str:
    if pile.kind in DIRECT and pile.count == 1:
        row = projections_piles.pile(desk.read, desk.roles, pile.kind, desk.today, 1, 0)[0]
        return task_links.href(row.subject, row.stream, row.key, row.kind)
    return task_links.pile(pile.kind)


def pile_page(
    request: Request, desk: Desk, kind: str, band: str, number: int, receipt: Receipt | None = None
) -> Response:
    """Draws the page of a pile, or of one band of it; 404 for a kind without a pile, or for somebody who has none."""
    if not desk.roles & projections_piles.PILE_ROLES or kind not in french.WORDS:
        raise HTTPException(404)
    late = _lateness(desk)
    piles = projections_piles.piles(desk.read, desk.roles, desk.today, late)
    ages = next((pile.ages for pile in piles if pile.kind == kind), {})
    total, kept = ages.get(band, 0) if band else sum(ages.values()), {"pile": kind}
    pager = Pager.at(total, number, "/boite", {**kept, LATE: band})
    rows = projections_piles.pile(desk.read, desk.roles, kind, desk.today, SIZE, pager.offset, late, band)
    shown = PilePage(
        title=french.pile(kind, sum(ages.values())),
        rows=plain_rows(desk, rows),
        pager=pager,
        bars=late_bars(ages, band, "/boite", kept),
        bulks=bulk.of_pile(desk, kind, total),
        on_page=len(rows),
        on_all=total,
        kept={LATE: band},
        receipt=receipt,
    )
    return page(request, shown)

"""The piles of a role, and the tasks of the team that wait too long: by lateness, by person and by kind."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any
from uuid import UUID

from fastapi import HTTPException, Request, Response

from pixflow.identity import normalise
from projections import piles
from projections.piles import BANDS, OVER, Lateness, Pile, WaitingCount, WaitingFilter
from web.desk import task_links
from web.desk.desk import Desk
from web.desk.exports import MOST_ROWS, ExportedList, in_words
from web.desk.names import staff_name
from web.desk.receipts import Receipt, command_of
from web.french import dates, lists, vocabulary
from web.french import tasks as french
from web.french.typography import upper_first
from web.http import filters
from web.http.addresses import SIZE, Pager, address
from web.http.filters import LATE, Chip, FilterMenu, late_bars, lateness
from web.http.people import listed
from web.http.templates import show
from web.pages.queue import bulk
from web.pages.queue.rows import EXPORTED, QueueRow, exported, people_of, plain_rows

DIRECT = (
    "declare-campaign", "confirm-erasure", "answer-question", "revise-resource", "designate-referent", "confirm-team",
)  # fmt: skip
"""The kinds whose pile of one task leads straight to the page of that task."""

ON_BOARD = {
    "match-participation": ("rapprocher", "#a-rapprocher"),
    "dispatch-result": ("transmettre", "#a-transmettre"),
}
"""The kinds that are worked through on the board of results: the parameter of their lateness, and their anchor."""


def pile_rows(desk: Desk, found: Sequence[Pile]) -> Iterator[dict[str, Any]]:
    """Yields the piles among the rows of the queue, the oldest first; `due` is when its oldest task is."""
    for pile in sorted(found, key=lambda pile: pile.oldest):
        kind, late, href = pile.kind, pile.oldest < desk.today, task_links.pile(pile.kind)
        if kind in DIRECT and pile.count == 1:
            row = piles.pile(desk.read, desk.roles, kind, desk.today, 1, 0)[0]
            href = task_links.href(row.subject, row.stream, row.key, row.kind)
        if kind in ON_BOARD:
            parameter, anchor = ON_BOARD[kind]
            bars = late_bars(pile.ages, "", "/resultats", anchor=anchor, parameter=parameter)
        else:
            bars = late_bars(pile.ages, "", "/boite", {"pile": kind})
        since = desk.refs.calendar.count(pile.oldest, desk.today) if late else 0
        yield {
            "kind": kind,
            "title": french.pile(kind, pile.count),
            "count": pile.count,
            "late_count": pile.late,
            "due": dates.due_words(pile.oldest, desk.today, since),
            "late": late,
            "button": french.SEE if desk.is_past else french.WORDS[kind].button,
            "href": href,
            "bars": bars,
        }


def pile_page(
    request: Request, desk: Desk, kind: str, band: str, number: int, receipt: Receipt | None = None
) -> Response:
    """Draws the page of a pile, or of one band of it; 404 for a kind without a pile, or for somebody who has none."""
    ages, total, rows = _pile(desk, kind, band)
    params = {"pile": kind}
    pager = Pager.at(total, number, "/boite", {**params, LATE: band})
    shown = list(rows(SIZE, pager.offset))
    return show(
        request,
        "queue/pile.html",
        "pile",
        listed(row.task.stream for row in shown if row.task.subject == "dossier"),
        title=french.pile(kind, sum(ages.values())),
        rows=shown,
        pager=pager,
        bars=late_bars(ages, band, "/boite", params),
        bulks=bulk.of_pile(desk, kind, total),
        on_page=len(shown),
        on_all=total,
        kept={LATE: band},
        receipt=receipt,
    )


def pile_list(desk: Desk, kind: str, band: str) -> ExportedList:
    """Returns a pile, or one band of it, as a file; 404 as for its page."""
    ages, total, rows = _pile(desk, kind, band)
    return ExportedList(
        page="pile",
        name="taches",
        path="/boite",
        params={"pile": kind, LATE: band},
        filters=[french.pile(kind, sum(ages.values())), *lists.late(band)],
        columns=EXPORTED,
        total=total,
        read=lambda: exported(desk, rows(MOST_ROWS, 0)),
        people=people_of,
        narrow="choisissez un retard",
    )


def _pile(desk: Desk, kind: str, band: str) -> tuple[Mapping[str, int], int, Callable[[int, int], Iterator[QueueRow]]]:
    """Returns how many tasks of a pile are in each band, how many in one band or in all, and what reads some."""
    if not desk.roles & piles.PILE_ROLES or kind not in french.WORDS:
        raise HTTPException(404)
    late = lateness(desk.refs.calendar, desk.today)
    found = piles.piles(desk.read, desk.roles, desk.today, late)
    ages = next((pile.ages for pile in found if pile.kind == kind), {})
    asked = (desk.read, desk.roles, kind, desk.today)
    total = ages.get(band, 0) if band else sum(ages.values())
    return ages, total, lambda limit, offset: plain_rows(desk, piles.pile(*asked, limit, offset, late, band))


# --- the tasks of the team that wait too long, for the référent and the direction: by lateness, by person and by kind


ANCHOR = "#en-attente"


@dataclass(frozen=True, slots=True)
class LateAsked:
    """The parameters of an address that filter what waits too long, and group it; "" for none."""

    attente: str = ""
    aupres: str = ""
    retard: str = ""
    grouper: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """The filters by column of the counts."""
        return {"late_kind": self.attente, "late_owner": self.aupres, "late_band": self.retard}

    def at(self, **changed: str) -> str:
        """Returns the address of the list with other filters, or another grouping."""
        return address("/boite", asdict(replace(self, **changed))) + ANCHOR


@dataclass(frozen=True, slots=True)
class Grouping:
    """A way to group the rows: its word, the titles of the values in order, and the value of a row.

    `column` is the column to order by, "" for lateness: the rows stand by due day already.
    """

    word: str
    column: str
    titles: Mapping[str, str]
    value: Callable[[Any], str]

    @property
    def order(self) -> tuple[str, tuple[Any, ...]]:
        """The column to order by, and its values in order."""
        values = (UUID(one) if self.column == "owner" else one for one in self.titles if one)
        return (self.column, tuple(values)) if self.column else ("", ())


@dataclass(frozen=True, slots=True)
class WaitingLong:
    """The tasks that wait too long, as an address asks for them: their counts, filters and grouping.

    `rows` reads some of them, as the table has them.
    """

    asked: LateAsked
    found: Sequence[WaitingCount]
    ways: Mapping[str, Grouping]
    menus: Sequence[FilterMenu]
    rows: Callable[[int, int], list[Any]]

    @property
    def total(self) -> int:
        return filters.total(self.found, self.asked.columns)


def _list_waiting(desk: Desk, params: LateAsked) -> WaitingLong:
    late = lateness(desk.refs.calendar, desk.today)
    counts = piles.waiting_long_counts(desk.read, desk.roles, desk.owners, desk.today, late)
    owners = {one.late_owner: staff_name(desk, one.late_owner) for one in counts if one.late_owner}
    people = dict(sorted(owners.items(), key=lambda pair: normalise(pair[1])))
    facets = (
        filters.Facet("late_owner", "Qui", people, none="Personne"),
        filters.Facet("late_kind", "Tâche", french.FILTERS),
    )
    ways = _groupings(people, late)
    params = params if params.grouper in ways else replace(params, grouper="")
    owner = (command_of(params.aupres) or UUID(int=0)) if params.aupres else None
    wanted = WaitingFilter(params.attente, owner, params.retard, ways[params.grouper].order)
    question = (desk.read, desk.roles, desk.owners, desk.today, late, wanted)
    menus = filters.menus("/boite", facets, counts, params.columns, {"grouper": params.grouper})
    return WaitingLong(params, counts, ways, menus, lambda limit, offset: piles.waiting_long(*question, limit, offset))


def waiting_list(desk: Desk, asked: LateAsked) -> ExportedList:
    """Returns the tasks that wait too long as a file; no row for somebody whom they do not reach."""
    there = _list_waiting(desk, asked)
    return ExportedList(
        page="waiting",
        name="en-attente",
        path="/boite",
        params=asdict(there.asked),
        filters=[*in_words(there.menus), *lists.late(there.asked.retard)],
        columns=EXPORTED,
        total=there.total,
        read=lambda: exported(desk, plain_rows(desk, there.rows(MOST_ROWS, 0))),
        people=people_of,
        narrow="choisissez une tâche, une personne ou un retard",
    )


def escalated(desk: Desk, params: LateAsked, number: int) -> dict[str, Any]:
    """Returns a page of the tasks that wait too long, filtered and grouped, and what filters or groups them.

    `every` is their number over all filters; `groups` are title, number over all pages, and rows of this page;
    `groupings` are word, address, and True for the one that is on.
    """
    there = _list_waiting(desk, params)
    params, counts, way = there.asked, there.found, there.ways[there.asked.grouper]
    pager = Pager.at(there.total, number, "/boite", asdict(params), name="q", anchor=ANCHOR)
    rows = there.rows(SIZE, pager.offset)
    shown, every = list(plain_rows(desk, rows)), filters.total(counts, {})
    everything = params.at(attente="", aupres="", retard="")
    bands = Counter[str]()
    for one in counts:
        if filters.fits(one, params.columns, "late_band"):
            bands[one.late_band] += one.n
    return {
        "rows": shown,
        "groups": _groups(way, rows, shown, [one for one in counts if filters.fits(one, params.columns)]),
        "pager": pager,
        "every": every,
        "all": Chip("Tout", everything, every, not any(params.columns.values())),
        "menus": [_anchored(one) for one in there.menus],
        # what waits too long is late, so nothing is in time
        "bars": late_bars(bands, params.retard, "/boite", asdict(params), anchor=ANCHOR)[1:],
        "groupings": [(one.word, params.at(grouper=name), one is way) for name, one in there.ways.items()],
    }


def _anchored(menu: FilterMenu) -> FilterMenu:
    """Returns the menu whose filters lead to the list, not to the top of the page."""
    others = [replace(chip, href=chip.href + ANCHOR) for chip in menu.others]
    return FilterMenu(menu.label, replace(menu.on, href=menu.on.href + ANCHOR) if menu.on else None, others)


def _groupings(people: Mapping[str, str], late: Lateness) -> dict[str, Grouping]:
    bands = {band: upper_first(vocabulary.LATENESS[band][1]) for band in reversed((*BANDS, OVER))}
    owners = {**people, "": "Personne"}
    return {
        "": Grouping("retard", "", bands, lambda row: late.band(row.due)),
        "qui": Grouping("personne", "owner", owners, lambda row: str(row.owner or "")),
        "tache": Grouping("tâche", "kind", french.FILTERS, lambda row: str(row.kind)),
    }


def _groups(
    way: Grouping, rows: Sequence[Any], shown: Sequence[QueueRow], waiting_counts: Sequence[WaitingCount]
) -> list[tuple[str, int, list[QueueRow]]]:
    counts: Counter[str] = Counter()
    for one in waiting_counts:
        counts[getattr(one, f"late_{way.column or 'band'}")] += one.n
    pairs = zip(map(way.value, rows), shown, strict=True)
    grouped = ((value, [row for _, row in some]) for value, some in groupby(pairs, lambda pair: pair[0]))
    return [(way.titles.get(value, value), counts[value], some) for value, some in grouped]

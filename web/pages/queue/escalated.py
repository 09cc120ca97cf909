"""The tasks of the team that wait too long, for the référent and the direction: by lateness, by person and by kind."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any
from uuid import UUID

from pixflow.identity import normalise
from projections import piles
from projections.piles import BANDS, OVER, Lateness, WaitingCount, WaitingFilter
from web.desk.desk import Desk
from web.desk.names import staff_name
from web.french import tasks as french
from web.french import vocabulary
from web.french.typography import upper_first
from web.http import filters
from web.http.filters import Chip, FilterMenu, LateBar, late_bars, lateness
from web.http.pagination import SIZE, Pager, address
from web.pages.queue.rows import QueueRow, plain_rows

ANCHOR = "#en-attente"
GROUPING = "grouper"
"""The parameter of an address that says what the rows are grouped by."""


@dataclass(frozen=True, slots=True)
class LateAsked:
    """The filters and the grouping that an address asks for; "" for none."""

    kind: str = ""
    owner: str = ""
    band: str = ""
    grouping: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """The filters by column of the counts."""
        return {"late_kind": self.kind, "late_owner": self.owner, "late_band": self.band}

    def params(self) -> dict[str, str]:
        return {**filters.parameters(self.columns), GROUPING: self.grouping}

    def at(self, **changed: str) -> str:
        """Returns the address of the list with other filters, or another grouping."""
        return address("/boite", replace(self, **changed).params()) + ANCHOR


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
class LateGroup:
    """The rows of a page in one group; `count` is their number over all pages."""

    title: str
    count: int
    rows: Sequence[QueueRow]


@dataclass(frozen=True, slots=True)
class Escalated:
    """One page of these tasks in groups, their number over all filters, and what filters or groups them.

    `groupings` are word, address, and True for the one that is on.
    """

    rows: Sequence[QueueRow]
    groups: Sequence[LateGroup]
    pager: Pager
    every: int
    all: Chip
    menus: Sequence[FilterMenu]
    bars: Sequence[LateBar]
    groupings: Sequence[tuple[str, str, bool]]


def escalated(desk: Desk, asked: LateAsked, number: int) -> Escalated:
    """Returns a page of the tasks that wait too long, filtered and grouped."""
    late = lateness(desk.refs.calendar, desk.today)
    found = piles.waiting_long_counts(desk.read, desk.roles, desk.owners, desk.today, late)
    people = _people(desk, found)
    ways = _groupings(people, late)
    asked = asked if asked.grouping in ways else replace(asked, grouping="")
    way = ways[asked.grouping]
    pager = Pager.at(filters.total(found, asked.columns), number, "/boite", asked.params(), name="q", anchor=ANCHOR)
    wanted = WaitingFilter(asked.kind, _person(asked.owner), asked.band, way.order)
    rows = piles.waiting_long(desk.read, desk.roles, desk.owners, desk.today, late, wanted, SIZE, pager.offset)
    shown = plain_rows(desk, rows)
    return Escalated(
        shown,
        _groups(way, rows, shown, [one for one in found if filters.fits(one, asked.columns)]),
        pager,
        filters.total(found, {}),
        _all(asked, found),
        _menus(asked, found, people),
        _bars(asked, found),
        [(one.word, asked.at(grouping=name), one is way) for name, one in ways.items()],
    )


def _all(asked: LateAsked, found: Sequence[WaitingCount]) -> Chip:
    nothing = asked.at(kind="", owner="", band="")
    return Chip("Tout", nothing, filters.total(found, {}), not any(asked.columns.values()))


def _menus(asked: LateAsked, found: Sequence[WaitingCount], people: Mapping[str, str]) -> list[FilterMenu]:
    facets = (
        filters.Facet("late_owner", "Qui", people, none="Personne"),
        filters.Facet("late_kind", "Tâche", french.FILTERS),
    )
    made = filters.menus("/boite", facets, found, asked.columns, {GROUPING: asked.grouping})
    return [_anchored(menu) for menu in made]


def _anchored(menu: FilterMenu) -> FilterMenu:
    """Returns the menu whose filters lead to the list, not to the top of the page."""
    others = [replace(chip, href=chip.href + ANCHOR) for chip in menu.others]
    return FilterMenu(menu.label, replace(menu.on, href=menu.on.href + ANCHOR) if menu.on else None, others)


def _bars(asked: LateAsked, found: Sequence[WaitingCount]) -> Sequence[LateBar]:
    """Returns a bar a band; what waits too long is late, so nothing is in time."""
    counts: Counter[str] = Counter()
    for one in found:
        if filters.fits(one, asked.columns, "late_band"):
            counts[one.late_band] += one.n
    return late_bars(counts, asked.band, "/boite", asked.params(), anchor=ANCHOR)[1:]


def _groupings(people: Mapping[str, str], late: Lateness) -> dict[str, Grouping]:
    bands = {band: upper_first(vocabulary.LATENESS[band][1]) for band in reversed((*BANDS, OVER))}
    owners = {**people, "": "Personne"}
    return {
        "": Grouping("retard", "", bands, lambda row: late.band(row.due)),
        "qui": Grouping("personne", "owner", owners, lambda row: str(row.owner or "")),
        "tache": Grouping("tâche", "kind", french.FILTERS, lambda row: str(row.kind)),
    }


def _groups(
    way: Grouping, rows: Sequence[Any], shown: Sequence[QueueRow], found: Sequence[WaitingCount]
) -> list[LateGroup]:
    counts: Counter[str] = Counter()
    for one in found:
        counts[getattr(one, f"late_{way.column or 'band'}")] += one.n
    pairs = zip(map(way.value, rows), shown, strict=True)
    grouped = ((value, [row for _, row in some]) for value, some in groupby(pairs, lambda pair: pair[0]))
    return [LateGroup(way.titles.get(value, value), counts[value], some) for value, some in grouped]


def _people(desk: Desk, found: Sequence[WaitingCount]) -> dict[str, str]:
    """Returns by id the people who have these tasks, by name."""
    people = {one.late_owner: staff_name(desk, UUID(one.late_owner)) for one in found if one.late_owner}
    return dict(sorted(people.items(), key=lambda pair: normalise(pair[1])))


def _person(owner: str) -> UUID | None:
    try:
        return UUID(owner) if owner else None
    except ValueError:
        return UUID(int=0)

"""The page of the figures for the board: one A4, without names; small numbers stay inside (docs/indicators.md#outside).

*Indicateurs* gives it, and a periodic job sends that of last month to who asks for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from msgspec.structs import replace

from pixflow.documents.definitions import TARGETED
from pixflow.documents.small_numbers import Sum
from pixflow.identity import normalise
from pixflow.indicators.catalogue import STEPS
from pixflow.indicators.facts import MAIN_STEPS
from pixflow.indicators.outside import HEADLINE, PART, volumes_outside
from projections.figures import overview, questions
from projections.figures.tallies import Counting, FigureQuestion, count_entries
from web.french import dates
from web.french import indicators as french
from web.french.typography import number, say, upper_first
from web.typesetting import compile_template

Days = tuple[date, date]
"""The first and the last day of a period."""
_DAY = timedelta(1)
_MONTH = relativedelta(months=1)
LINES = 18
"""Sites that fit on the page without any month; three months take the place of two."""
LEAST = 80
"""Days of the shortest period whose own months are shown; a shorter one stands in twelve months."""


def board_pdf(there: Counting, asked: FigureQuestion, before: Days, whose: str = "") -> bytes:
    """Returns the page of a period as a PDF. `whose` names the cell of a cut, "" for everybody."""
    return compile_template("papers/board.typ", lambda: board_page(there, asked, before, whose))


def last_month(today: date) -> Days:
    """Returns the days of the month before that of a day."""
    last = today.replace(day=1) - _DAY
    return last.replace(day=1), last


def board_page(there: Counting, asked: FigureQuestion, before: Days, whose: str = "") -> dict[str, Any]:
    """Returns what the template shows: the numbers as they leave the house, each with its length."""
    numbers, period = _Numbers(), (asked.first, asked.last)
    months = list(_months(*_at_length(period)))
    whole = replace(asked, first=months[0][0], last=months[-1][1])
    by_month = questions.parts_by_month(there.connection, whole, STEPS.id)
    for days in months:
        numbers.add_steps(days, by_month.get(days[0].replace(day=1), {}))
    for first, last in (period, before):
        passed = overview.steps(there.connection, replace(asked, first=first, last=last))
        numbers.add_steps((first, last), passed, HEADLINE)
    if len(months) > 1 and period == (whole.first, whole.last):
        numbers.add_sums(period, months)
    sites = {} if asked.cut else _by_site(there, asked)
    for site, counts in sites.items():
        numbers.add_steps(site, counts)
    if len(sites) > 1:
        numbers.add_sums(period, list(sites))
    shown = sites_shown(sites, len(months))
    stuck = count_entries(there, asked, TARGETED).stuck
    for id, one in stuck.items():
        numbers.add(id, one.count)
    numbers.hide()
    definitions = there.basis.definitions
    aims = {step: definitions.aim(step, *period) for step, _ in definitions.aims if not asked.cut}
    return {
        "structure": there.refs.structure.name,
        "whose": whose,
        "period": upper_first(french.days(*period)),
        "before": french.days(*before),
        "cards": [
            {
                "label": french.STEPS[step],
                "count": numbers.cell(period, step)[0],
                "before": numbers.cell(before, step)[0],
                "aim": number(aims[step] or 0) if step in aims else "",
            }
            for step in MAIN_STEPS
        ],
        "steps": [french.STEPS[step] for step in MAIN_STEPS],
        "months": [(upper_first(dates.month(days[0])), numbers.row(days, months)) for days in months],
        "sites": [(site or french.WITHOUT["site"], numbers.row(site, list(sites))) for site in shown],
        "others": french.other_sites(len(sites) - len(shown)) if shown else "",
        "stuck": [(french.STUCK[id], numbers.told(id)[0]) for id in TARGETED if id in stuck],
        "masked": french.MASKED,
        "issued": say(
            "Document établi le {day} · {name}",
            day=dates.day(there.today, year=True),
            name=definitions.name or french.ORIGINAL,
        ),
    }


def _at_length(period: Days) -> Days:
    """Returns the period, or the twelve months that end with a short one."""
    first, last = period
    return period if (last - first).days >= LEAST else (last.replace(day=1) - 11 * _MONTH, last)


def _months(first: date, last: date) -> Iterator[Days]:
    """Yields the months of a period, cut at its ends."""
    start = first.replace(day=1)
    while start <= last:
        yield max(first, start), min(last, start + _MONTH - _DAY)
        start += _MONTH


def _by_site(there: Counting, asked: FigureQuestion) -> dict[str, dict[str, int]]:
    """Returns how many passed each step, by site."""
    found = {step: overview.months_by_site(there.connection, asked, step) for step in MAIN_STEPS}
    sites = {site for by_site in found.values() for site in by_site}
    return {
        site: {step: sum(found[step][site].values()) for step in MAIN_STEPS if site in found[step]}
        for site in sorted(sites, key=lambda one: (one == "", normalise(one)))
    }


def sites_shown(sites: Mapping[str, Mapping[str, int]], months: int) -> list[str]:
    """Returns the sites that fit on the page below so many months, those with most people; none of one alone."""
    most = max(1, LINES - -(-2 * months // 3))
    largest = sorted(sites, key=lambda site: -sum(sites[site].values()))[:most]
    return [site for site in sites if site in largest] if len(sites) > 1 else []


class _Numbers:
    """The numbers of the page by name, and what is told of each. Those of the same days and step have one name."""

    def __init__(self) -> None:
        self._counts: dict[Any, int] = {}
        self._weights: dict[Any, int] = {}
        self._sums: list[Sum[Any]] = []
        self._told: Mapping[Any, tuple[int | None, int | None]] = {}

    def add(self, name: Any, count: int, weight: int = PART) -> None:
        self._counts[name] = count
        self._weights[name] = weight

    def add_steps(self, where: Any, counts: Mapping[str, int], weight: int = PART) -> None:
        """Adds how many passed each step in some days, or at a site."""
        for step in MAIN_STEPS:
            self.add((where, step), counts.get(step, 0), weight)

    def add_sums(self, whole: Any, parts: Sequence[Any]) -> None:
        """Says that the numbers of the steps are the sums of others."""
        self._sums += [Sum((whole, step), tuple((part, step) for part in parts)) for step in MAIN_STEPS]

    def hide(self) -> None:
        """Finds what is told of each number."""
        self._told = volumes_outside(self._counts, self._weights, self._sums)

    def told(self, name: Any) -> tuple[str, int]:
        """Returns a number as it leaves the house, and what it counts for in a drawing: none for a hidden one."""
        shown, least = self._told[name]
        said = french.told(shown, least)
        return (number(said) if isinstance(said, int) else said), shown or 0

    def cell(self, where: Any, step: str) -> tuple[str, int]:
        return self.told((where, step))

    def row(self, where: Any, others: Sequence[Any]) -> list[tuple[str, float]]:
        """Returns the numbers of a row, each with its length among those of the same step."""
        made = []
        for step in MAIN_STEPS:
            said, count = self.cell(where, step)
            most = max(self.cell(one, step)[1] for one in others)
            made.append((said, count / most if most else 0.0))
        return made

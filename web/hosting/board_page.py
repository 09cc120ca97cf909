"""The page of the figures for the board: one A4, without names; small numbers stay inside (docs/indicators.md#outside).

*Indicateurs* gives it, and a periodic job sends that of last month to who asks for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from msgspec.structs import replace

from pixflow.documents.definitions import TARGETED, of_period
from pixflow.identity import normalise
from pixflow.indicators.catalogue import STEPS
from pixflow.indicators.facts import MAIN_STEPS
from pixflow.indicators.outside import Days, Figure, Outside, Part, at_least, years
from projections.figures import overview, questions
from projections.figures.tallies import Counting, Cut, FigureQuestion, count_entries
from web.french import dates
from web.french import indicators as french
from web.french.typography import number, say, upper_first
from web.french.vocabulary import PROGRAMMES
from web.typesetting import compile_template

_DAY = timedelta(1)
_MONTH = relativedelta(months=1)
LINES = 15
"""Cells of cuts that fit on the page without any month; three months take the place of two."""
LEAST = 80
"""Days of the shortest period whose own months are shown; a shorter one stands in twelve months."""
COHORTS = ("I2", "I3", "I4", "I5", "I6", "I7")
"""The steps of which the page tells how many of those who came to them went on."""
Told = tuple[str, int]
"""A number as it leaves the house, and what is told at least."""
Line = tuple[str, list[tuple[str, float]]]
"""The words of a line, and its numbers, each with its length among those of its column."""


def board_pdf(there: Counting, asked: FigureQuestion, before: Days, whose: str = "") -> bytes:
    """Returns the page of a period as a PDF. `whose` is the site or advisor of the page, "" for everybody."""
    return compile_template("papers/board.typ", lambda: board_page(there, asked, before, whose))


def last_month(today: date) -> Days:
    """Returns the days of the month before that of a day."""
    last = today.replace(day=1) - _DAY
    return last.replace(day=1), last


def board_page(there: Counting, question: FigureQuestion, before: Days, whose: str = "") -> dict[str, Any]:
    """Returns what the template shows: the numbers as they leave the house, each with its length."""
    outside, period = questions.count_outside(there, question.day), (question.first, question.last)
    months = {upper_first(dates.month(one[0])): one for one in _months(*_at_length(period))}
    first, last = _at_length(period)
    long = replace(question, first=first, last=last)
    by_month = questions.parts_by_month(there.connection, long, STEPS.id)
    cells = {cut: {} if question.cut else _cells(there, question, outside, cut) for cut in ("site", "programme")}
    sites = sites_shown(cells["site"], len(months), len(cells["programme"]))
    counts = count_entries(there, question, (*COHORTS, *TARGETED))
    name = there.basis.definitions.name
    return {
        "structure": there.refs.structure.name,
        "whose": whose,
        "period": upper_first(french.days(*period)),
        "before": french.days(*before),
        "cards": _cards(there, question, outside, before),
        "steps": [french.STEPS[step] for step in MAIN_STEPS],
        "months": _drawn(
            {label: _steps(outside, by_month.get(one[0].replace(day=1), {}), one) for label, one in months.items()}
        ),
        "sites": _drawn({site or french.WITHOUT["site"]: cells["site"][site] for site in sites}),
        "others": french.other_sites(len(cells["site"]) - len(sites)) if sites else "",
        "programmes": _drawn(
            {PROGRAMMES.get(one, french.WITHOUT["programme"]): told for one, told in cells["programme"].items()}
        ),
        "of_year": _year(question) not in (None, period),
        "shares": list(_shares(outside, questions.figures_of(there, question, counts), question)),
        "stuck": [(french.STUCK[id], _bound(one.count)[0]) for id, one in counts.stuck.items() if at_least(one.count)],
        "masked": french.MASKED,
        "issued": say("Document établi le {day}", day=dates.day(there.today, year=True)) + (name and f" · {name}"),
    }


def aim_of(there: Counting, question: FigureQuestion, step: str) -> int:
    """Returns the year's target of a main step: of everybody, or of the site asked for; 0 for none."""
    if question.cut not in ("", "site"):
        return 0
    return there.refs.indicators.aim(step, question.value, question.day) if question.value or not question.cut else 0


def _cards(there: Counting, question: FigureQuestion, outside: Outside, before: Days) -> list[dict[str, str]]:
    """Returns the main steps in the period, in the one before and over a year, each with the target of the period."""
    now, then = (
        _steps(
            outside, overview.steps(there.connection, replace(question, first=one[0], last=one[1])), one, question.cut
        )
        for one in ((question.first, question.last), before)
    )
    year, period = _year(question), (question.first, question.last)
    aims = {step: of_period(yearly, *period) for step in MAIN_STEPS if (yearly := aim_of(there, question, step))}
    whole = _steps(outside, {}, year) if year and year != period else [("", 0)] * len(now)
    return [
        {
            "label": french.STEPS[step],
            "count": count,
            "before": earlier,
            "year": in_year,
            "aim": number(aims[step]) if step in aims else "",
        }
        for step, (count, _), (earlier, _), (in_year, _) in zip(MAIN_STEPS, now, then, whole, strict=True)
    ]


def _year(question: FigureQuestion) -> Days | None:
    """Returns the year of which numbers are exact: the period, or twelve months for another one; none of a cut."""
    known = years(question.day)
    return None if question.cut else next((one for one in known if one == (question.first, question.last)), known[0])


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


def _cells(there: Counting, question: FigureQuestion, outside: Outside, cut: Cut) -> dict[str, list[Told]]:
    """Returns how many passed each step and how many wait past their day, by cell of a cut; none of one cell alone."""
    passed, waits = (find(there.connection, question, cut) for find in (overview.steps_by, overview.stuck_by))
    cells = sorted(passed.keys() | waits.keys(), key=lambda one: (one == "", normalise(one)))
    days = (question.first, question.last)
    made = {one: [*_steps(outside, passed[one], days, cut), _bound(sum(waits[one].values()))] for one in cells}
    return made if len(made) > 1 else {}


def sites_shown(sites: Mapping[str, Sequence[Told]], months: int, others: int) -> list[str]:
    """Returns the sites that fit on the page below so many months and other cells, those with most people."""
    most = max(1, LINES - -(-2 * months // 3) - others)
    largest = sorted(sites, key=lambda site: -sum(least for _, least in sites[site]))[:most]
    return [site for site in sites if site in largest]


# --- numbers as they leave the house


def _steps(outside: Outside, counts: Mapping[str, int], days: Days, cut: str = "") -> list[Told]:
    """Returns how many passed each step in some days."""
    parts = tuple(Part(step, counts.get(step, 0), 0, counts=step) for step in MAIN_STEPS)
    rows = {row.part: row for row in outside.rows(STEPS.id, Figure(0, 0, parts), days, whole=not cut)}
    return [
        _phrase_number(rows[step].counted, rows[step].counted_least) if step in rows else _phrase_number(None, None)
        for step in MAIN_STEPS
    ]


def _bound(count: int) -> Told:
    return _phrase_number(None, at_least(count) or None)


def _phrase_number(shown: int | None, least: int | None) -> Told:
    said = french.phrase_number(shown, least)
    return (number(said) if isinstance(said, int) else said), shown or least or 0


def _shares(
    outside: Outside, figures: Mapping[str, Figure], question: FigureQuestion
) -> Iterator[tuple[str, str, str]]:
    """Yields steps in words, those who went on among those who came to it, and their share of a year."""
    days = _year(question) or (question.first, question.last)
    for id in COHORTS:
        row, *_ = outside.rows(id, figures[id], days, whole=not question.cut)
        counted, among = (
            _phrase_number(row.counted, row.counted_least)[0],
            _phrase_number(row.among, row.among_least)[0],
        )
        yield french.TITLES[id], say("{n} sur {of}", n=counted, of=among), french.share(row.rate)


def _drawn(rows: Mapping[str, Sequence[Told]]) -> list[Line]:
    """Returns lines with the length of each number among those of its column."""
    longest = [max(least for _, least in column) for column in zip(*rows.values(), strict=True)]
    return [
        (label, [(said, least / most if most else 0.0) for (said, least), most in zip(row, longest, strict=True)])
        for label, row in rows.items()
    ]

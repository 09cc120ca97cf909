"""The first screen of Indicateurs: five cards, the months of a step, by site; who waits past their day; the loads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from dateutil.relativedelta import relativedelta
from msgspec import structs

from pixflow.documents.definitions import TARGETED, of_period
from pixflow.identity import normalise
from pixflow.indicators.catalogue import STEPS
from pixflow.indicators.facts import MAIN_STEPS
from pixflow.indicators.outside import Figure
from projections.figures import overview, questions
from projections.figures.overview import Caseload
from projections.figures.tallies import Counting, FigureQuestion, Stuck
from web.desk.desk import Desk
from web.french import dates
from web.french import indicators as french
from web.hosting.board_page import LEAST, aim_of
from web.http.filters import Chip
from web.pages.indicators.asked import PATH, PERIODS, AskedFigures, cell_label, describe_period
from web.pages.indicators.figures import Number, of_month

HEIGHT, TOP = 96, 24
"""The height of a curve and the room above its points, in pixels."""


# --- the five cards


def cards(there: Counting, now: Figure, query: AskedFigures) -> Iterator[tuple[Number, Number, str, int]]:
    """Yields the main steps in the period and in the one before, what its target makes of it in words, and the target.

    A share is the part of the target that is reached. Everybody and each site have targets; other cells have none.
    """
    question, before = query.question, query.period_before()
    counts = overview.steps(there.connection, before.question)
    for number in _steps(now, query):
        step = number.name
        yearly = aim_of(there, query.question, step)
        aim = of_period(yearly, question.first, question.last)
        told = french.expected(number.count, aim, ended=question.last < question.day) if yearly else ""
        share = min(100.0, 100 * number.count / aim) if aim else 0.0
        yield replace(number, share=share), _number(step, counts[step], before), told, yearly


def _steps(figure: Figure, asked: AskedFigures) -> Iterator[Number]:
    return (_number(part.name, part.counted, asked) for part in figure.parts)


def bars(figure: Figure, query: AskedFigures) -> Iterator[Number]:
    """Yields the main steps with the part of the largest one, to draw."""
    most = max(part.counted for part in figure.parts)
    for number in _steps(figure, query):
        yield replace(number, share=100 * number.count / most if most else 0.0)


def _number(step: str, count: int, asked: AskedFigures, label: str = "") -> Number:
    return Number(step, label or french.STEPS[step], count, asked.at(f"{PATH}/{STEPS.id}", etat=step))


# --- the months of a step


@dataclass(frozen=True, slots=True)
class Point:
    """The number of a month in a curve: the address of its people, its place in pixels (`y`) and in percent.

    `partial`: the period holds some of its days only.
    """

    start: date
    x: float
    partial: bool
    count: int
    href: str
    y: float
    share: float

    @property
    def label(self) -> str:
        return dates.month(self.start)

    @property
    def short(self) -> str:
        return dates.short_month(self.start)


class Curve(NamedTuple):
    """The months of a step for everybody, or for one site."""

    whole: Number
    points: Sequence[Point]


def months(there: Counting, query: AskedFigures, step: str) -> tuple[list[Curve], list[Chip], str]:
    """Returns the curve of everybody in a step, then those of the sites; the steps to choose from; the days in words.

    Sites are told apart, on one scale, where there are several, and no cut.
    """
    step = step if step in MAIN_STEPS else "begun"
    chips = [Chip(french.STEPS[one], query.at(PATH, etape=one), None, one == step) for one in MAIN_STEPS]
    long = _at_length(query)
    axis = list(_axis(long.question))
    by_month = questions.parts_by_month(there.connection, long.question, STEPS.id, step)
    count_by_month = {month: parts[step] for month, parts in by_month.items()}
    by_site = {} if query.cut else overview.months_by_site(there.connection, long.question, step)
    sites = sorted(by_site, key=lambda site: (site == "", normalise(site)))
    most = max((max(months.values()) for months in by_site.values()), default=0)
    made = [_curve(axis, count_by_month, long, step, max(count_by_month.values(), default=0))]
    made += [_curve(axis, by_site[one], long.within(f"site:{one}"), step, most) for one in sites if len(sites) > 1]
    return made, chips, describe_period(long.question)


def _at_length(query: AskedFigures) -> AskedFigures:
    """Returns the same question, or that of twelve months for a short period."""
    question = query.question
    if (question.last - question.first).days >= LEAST:
        return query
    first, last = PERIODS[""](question.day)
    return replace(query, period="", month="", question=structs.replace(question, first=first, last=last))


def _axis(question: FigureQuestion) -> Iterator[tuple[date, float, bool]]:
    """Yields the months of a period: the first day, the place in percent, and if the period holds a part of it."""
    first, last = question.first.replace(day=1), question.last.replace(day=1)
    many = 12 * (last.year - first.year) + last.month - first.month + 1
    for place in range(many):
        start = first + relativedelta(months=place)
        partial = start < question.first or start + relativedelta(months=1) - timedelta(1) > question.last
        yield start, 100 * (place + 0.5) / many, partial


def _curve(
    axis: Sequence[tuple[date, float, bool]],
    count_by_month: Mapping[date, int],
    query: AskedFigures,
    step: str,
    most: int,
) -> Curve:
    label = cell_label("site", query.question.value) if query.cut else french.STEPS[step]
    whole = _number(step, sum(count_by_month.values()), query, label)
    points = []
    for start, x, partial in axis:
        count = count_by_month.get(start, 0)
        share = 100 * count / most if most else 0.0
        href = f"{whole.href}&mois={of_month(start)}"
        points.append(Point(start, x, partial, count, href, TOP + HEIGHT * (1 - share / 100), share))
    return Curve(whole, points)


# --- what a structure has none of yet


def list_missing(there: Counting, dossiers: int) -> list[tuple[str, str]]:
    """Returns the words of what nobody has recorded yet, and where it comes from."""
    known = overview.passed(there.connection) | ({"dossiers"} if dossiers else set())
    return [words for one, words in french.MISSING.items() if one not in known]


# --- who waits past their day, and the loads


def stuck_rows(
    there: Counting, wait_by_indicator: Mapping[str, Stuck], query: AskedFigures
) -> Iterator[tuple[Number, date, Sequence[Number]]]:
    """Yields the steps where somebody waits past their day, in the order of the path, and since when the first does.

    The numbers of the sites stand beside, where there are several and no cut.
    """
    by_site = {} if query.cut else overview.stuck_by(there.connection, query.question, "site")
    sites = sorted(by_site, key=lambda site: (site == "", normalise(site))) if len(by_site) > 1 else []
    most = max((one.count for one in wait_by_indicator.values()), default=0)
    for id in TARGETED:
        if wait := wait_by_indicator.get(id):
            path, ever = f"{PATH}/{id}", {"etat": "stuck", "periode": "", "mois": ""}
            beside = [
                Number(id, cell_label("site", site), by_site[site][id], query.at(path, **ever, coupe=f"site:{site}"))
                for site in sites
                if by_site[site][id]
            ]
            yield (
                Number(id, french.STUCK[id], wait.count, query.at(path, **ever), 100 * wait.count / most),
                wait.since,
                beside,
            )


def load_rows(desk: Desk, there: Counting, query: AskedFigures) -> Iterator[tuple[str, float, list[Number]]]:
    """Yields the load of each person by name, "" for nobody's, the last one, with its length among the others.

    It is the open dossiers that they follow, the tasks in their name, and those past their day. Loads of today are
    kept until the next event.
    """

    def count() -> Mapping[UUID | None, Caseload]:
        return overview.loads(there.connection, query.question)

    caseload_by_advisor = (
        count() if query.past else desk.memory.counts.get_or_make(("caseloads", query.question), count)
    )
    most = max((one.dossiers for one in caseload_by_advisor.values()), default=0)
    named = {id: desk.refs.team[id].name if id else "" for id in caseload_by_advisor}
    addresses = [query.at(f"{PATH}/{id}", etat=name) for id, name, _ in _LOADS]
    for advisor in sorted(caseload_by_advisor, key=lambda one: (one is None, normalise(named[one]))):
        numbers = [
            Number(name, label, count, f"{href}&conseiller={advisor}" if advisor else "")
            for (_, name, label), count, href in zip(
                _LOADS, structs.astuple(caseload_by_advisor[advisor]), addresses, strict=True
            )
        ]
        yield named[advisor], 100 * caseload_by_advisor[advisor].dossiers / most if most else 0.0, numbers


_LOADS = (
    ("I18", "among", "dossiers ouverts"),
    ("I19", "among", "tâches à son nom"),
    ("I19", "counted", "tâches en retard"),
)
"""The numbers of a load: the indicator, its cell, and the words."""

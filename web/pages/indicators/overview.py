"""The first screen of Indicateurs: five cards, the months of a step, by site; who waits past their day; the loads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from dateutil.relativedelta import relativedelta
from msgspec import structs

from pixflow.documents.definitions import TARGETED
from pixflow.identity import normalise
from pixflow.indicators.catalogue import STEPS
from pixflow.indicators.facts import MAIN_STEPS
from pixflow.indicators.outside import Figure
from projections.figures import overview, questions
from projections.figures.overview import Caseload
from projections.figures.tallies import FigureQuestion, Stuck
from web.desk.desk import Desk
from web.french import dates
from web.french import indicators as french
from web.hosting.figure_tables import Counting
from web.http.filters import Chip
from web.pages.indicators.asked import PATH, PERIODS, AskedFigures, cell_label
from web.pages.indicators.figures import Number, of_month

LEAST = 80
"""Days of the shortest period that a curve is drawn of; a shorter one stands in its twelve months."""
HEIGHT, TOP = 96, 24
"""The height of a curve and the room above its points, in pixels."""


# --- the five cards


@dataclass(frozen=True, slots=True)
class Card:
    """A main step in the period and in the one before. `aim` is the target of the period, of `aim_of_year` a year."""

    counted: Number
    before: Number
    aim: int | None = None
    aim_of_year: int | None = None

    @property
    def share(self) -> float:
        """Returns the part of the target that is reached, 0 to 100."""
        return min(100.0, 100 * self.counted.count / self.aim) if self.aim else 0.0


def cards(there: Counting, now: Figure, asked: AskedFigures) -> list[Card]:
    """Returns the five cards. A target is that of the whole structure: a cell of a cut has none."""
    definitions, question = there.basis.definitions, asked.question
    aims = {} if asked.cut else dict(definitions.aims)
    before = asked.period_before()
    counts, made = overview.steps(there.connection, before.question), []
    for number in _steps(now, asked):
        step, yearly = number.name, aims.get(number.name)
        aim = definitions.aim(step, question.first, question.last) if yearly else None
        made.append(Card(number, _number(step, counts[step], before), aim, yearly))
    return made


def _steps(figure: Figure, asked: AskedFigures) -> Iterator[Number]:
    for part in figure.parts:
        yield _number(part.name, part.counted, asked)


def bars(figure: Figure, asked: AskedFigures) -> Iterator[Number]:
    """Yields the main steps with the part of the largest one, to draw."""
    most = max(part.counted for part in figure.parts)
    for number in _steps(figure, asked):
        yield replace(number, share=100 * number.count / most if most else 0.0)


def _number(step: str, count: int, asked: AskedFigures, label: str = "") -> Number:
    return Number(step, label or french.STEPS[step], count, asked.at(f"{PATH}/{STEPS.id}", etat=step))


# --- the months of a step


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a curve, in words, and its place in percent. `partial`: the period holds some of its days only."""

    start: date
    label: str
    short: str
    x: float
    partial: bool


@dataclass(frozen=True, slots=True)
class Point:
    """The number of a month in a curve: the address of its people, its height in pixels and in percent."""

    month: Month
    count: int
    href: str
    y: float
    share: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The months of a step for everybody, or for one site."""

    whole: Number
    points: Sequence[Point]

    @property
    def lines(self) -> list[tuple[Point, Point]]:
        """Returns each point with the next one."""
        return list(zip(self.points, self.points[1:], strict=False))


@dataclass(frozen=True, slots=True)
class Months:
    """The curve of everybody in a step, those of the sites on one scale, and the steps to choose from."""

    curve: Curve
    sites: Sequence[Curve]
    steps: Sequence[Chip]
    days: FigureQuestion


def months(there: Counting, asked: AskedFigures, step: str) -> Months:
    """Returns the months of a step. Sites are told apart where there are several, and no cut."""
    step = step if step in MAIN_STEPS else "begun"
    chips = [Chip(french.STEPS[one], asked.at(PATH, etape=one), None, one == step) for one in MAIN_STEPS]
    long = _at_length(asked)
    axis = list(_axis(long.question))
    by_month = questions.parts_by_month(there.connection, long.question, STEPS.id, step)
    found = {month: parts[step] for month, parts in by_month.items()}
    by_site = {} if asked.cut else overview.months_by_site(there.connection, long.question, step)
    sites = sorted(by_site, key=lambda site: (site == "", normalise(site)))
    most = max((max(months.values()) for months in by_site.values()), default=0)
    return Months(
        _curve(axis, found, long, step, max(found.values(), default=0)),
        [_curve(axis, by_site[one], long.within(f"site:{one}"), step, most) for one in sites if len(sites) > 1],
        chips,
        long.question,
    )


def _at_length(asked: AskedFigures) -> AskedFigures:
    """Returns the same question, or that of twelve months for a short period."""
    question = asked.question
    if (question.last - question.first).days >= LEAST:
        return asked
    first, last = PERIODS[""](question.day)
    return replace(asked, period="", month="", question=structs.replace(question, first=first, last=last))


def _axis(question: FigureQuestion) -> Iterator[Month]:
    first, last = question.first.replace(day=1), question.last.replace(day=1)
    many = 12 * (last.year - first.year) + last.month - first.month + 1
    for place in range(many):
        start = first + relativedelta(months=place)
        partial = start < question.first or start + relativedelta(months=1) - timedelta(1) > question.last
        yield Month(start, dates.month(start), dates.short_month(start), 100 * (place + 0.5) / many, partial)


def _curve(axis: Sequence[Month], found: Mapping[date, int], asked: AskedFigures, step: str, most: int) -> Curve:
    label = cell_label("site", asked.question.value) if asked.cut else french.STEPS[step]
    whole = _number(step, sum(found.values()), asked, label)
    points = []
    for month in axis:
        count = found.get(month.start, 0)
        share = 100 * count / most if most else 0.0
        href = f"{whole.href}&mois={of_month(month.start)}"
        points.append(Point(month, count, href, TOP + HEIGHT * (1 - share / 100), share))
    return Curve(whole, points)


# --- what a structure has none of yet


def missing(there: Counting, dossiers: int) -> list[tuple[str, str]]:
    """Returns the words of what nobody has recorded yet, and where it comes from."""
    known = overview.passed(there.connection) | ({"dossiers"} if dossiers else set())
    return [words for one, words in french.MISSING.items() if one not in known]


# --- who waits past their day, and the loads


@dataclass(frozen=True, slots=True)
class StuckRow:
    """Those who wait past their day in a step: how many, and since when the first one waits."""

    number: Number
    since: date


def stuck_rows(found: Mapping[str, Stuck], asked: AskedFigures) -> list[StuckRow]:
    """Returns the steps where somebody waits past their day, in the order of the path."""
    most = max((one.count for one in found.values()), default=0)
    return [
        StuckRow(
            Number(
                id,
                french.STUCK[id],
                found[id].count,
                asked.at(f"{PATH}/{id}", etat="stuck", periode="", mois=""),
                100 * found[id].count / most,
            ),
            found[id].since,
        )
        for id in TARGETED
        if id in found
    ]


@dataclass(frozen=True, slots=True)
class LoadRow:
    """The open dossiers of an advisor, the tasks in them and those past their day; `name` is "" for nobody's."""

    name: str
    share: float
    numbers: Sequence[Number]


def load_rows(desk: Desk, there: Counting, asked: AskedFigures) -> list[LoadRow]:
    """Returns the load of each advisor by name, nobody's last. Those of today are kept until the next event."""

    def count() -> Mapping[UUID | None, Caseload]:
        return overview.loads(there.connection, asked.question)

    found = count() if asked.past else desk.memory.counts.once(("caseloads", asked.question), count)
    most = max((one.dossiers for one in found.values()), default=0)
    named = {id: desk.refs.team[id].name if id else "" for id in found}
    addresses = [asked.at(f"{PATH}/{id}", etat=name) for id, name, _ in _LOADS]
    rows = []
    for advisor in sorted(found, key=lambda one: (one is None, normalise(named[one]))):
        counts = structs.astuple(found[advisor])
        rows.append(
            LoadRow(
                named[advisor],
                100 * found[advisor].dossiers / most if most else 0.0,
                [
                    Number(name, label, count, f"{href}&conseiller={advisor}" if advisor else "")
                    for (_, name, label), count, href in zip(_LOADS, counts, addresses, strict=True)
                ],
            )
        )
    return rows


_LOADS = (("I18", "among", "dossiers ouverts"), ("I19", "among", "tâches dues"), ("I19", "counted", "tâches en retard"))
"""The numbers of a load: the indicator, its cell, and the words."""

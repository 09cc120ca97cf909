"""The address of a figure: the period, the day and the clock, one cell of a cut."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from dateutil.relativedelta import relativedelta
from fastapi import Depends
from msgspec import structs

from pixflow.folding import Clock
from pixflow.indicators.outside import years
from projections.figures.tallies import CUTS, Counting, Cut, FigureQuestion
from web.desk.dependencies import allowed
from web.desk.desk import Desk, why_no_day
from web.french import dates, vocabulary
from web.french import indicators as french
from web.french.typography import say
from web.hosting.figures import counting
from web.http import filters
from web.http.addresses import address, read_day
from web.http.filters import Chip, FilterMenu

PATH = "/indicateurs"
AtFigures = Annotated[Desk, allowed("referent", "manager", "auditor")]
_DAY = timedelta(1)


PERIODS: dict[str, Callable[[date], tuple[date, date]]] = {
    "": lambda day: years(day)[0],
    "3-mois": lambda day: (day - relativedelta(months=3) + _DAY, day),
    "mois": lambda day: (day.replace(day=1), day),
    "mois-dernier": lambda day: (day.replace(day=1) - relativedelta(months=1), day.replace(day=1) - _DAY),
    "annee": lambda day: years(day)[1],
    "annee-derniere": lambda day: years(day)[2],
}
"""The periods of the menu, each as its days up to the day asked for."""
_BACK = {"3-mois": 3, "mois": 1, "mois-dernier": 1}
"""The months from a period to the one before, where they are not twelve."""


@dataclass(frozen=True, slots=True)
class AskedFigures:
    """The question of an address. `period` is its word, `month` one of its months, `cut` one cell ("site:Alençon").

    `before`: the period before that one. `colleague`: the advisor of the dossiers, as the address has it. `wrong` says
    why a day has no figures of its own, "" for any other.
    """

    question: FigureQuestion
    period: str
    month: str
    cut: str
    clock: Clock
    past: bool
    before: bool = False
    colleague: str = ""
    wrong: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """Returns the parameters of the address; those that stand for today and everybody are left out."""
        day = self.question.day.isoformat() if self.past else ""
        return {
            "periode": self.period,
            "mois": self.month,
            "coupe": self.cut,
            "au": day,
            "horloge": "vrai" if self.past and self.clock == "true" else "",
            "avant": "oui" if self.before else "",
            "conseiller": self.colleague,
        }

    def within(self, cut: str) -> "AskedFigures":
        """Returns the same question about one cell of a cut."""
        facet, _, value = cut.partition(":")
        return replace(self, cut=cut, question=structs.replace(self.question, cut=facet, value=value))

    def period_before(self) -> "AskedFigures":
        """Returns the same question about the period before."""
        first, last = _find_previous(self.period, self.month, self.question)
        return replace(self, before=True, question=structs.replace(self.question, first=first, last=last))

    def at(self, path: str, **more: str) -> str:
        return address(path, {**self.parameters, **more})


def asked_of(
    desk: Desk,
    period: str = "",
    cut: str = "",
    day: str | None = None,
    clock: str = "",
    month: str = "",
    before: str = "",
    advisor: UUID | None = None,
) -> AskedFigures:
    """Returns the question of an address; unknown words and a day to come mean the usual. `day`: None without any."""
    wanted = read_day(day or "")
    until = min(wanted or desk.today, desk.today)
    word = period if period in PERIODS else ""
    first, last = PERIODS[word](until)
    if start := _in_period(month, first, last):
        first, last = max(first, start), min(last, start + relativedelta(months=1) - _DAY)
    facet, _, value = cut.partition(":")
    dimension: Cut = next((one for one in CUTS if one == facet), "")
    question = FigureQuestion(first, last, until, dimension, value if dimension else "", advisor)
    query = AskedFigures(
        question,
        word,
        month if start else "",
        cut if dimension else "",
        "true" if clock == "vrai" else "known",
        until < desk.today,
        wrong="" if day is None else why_no_day(desk, wanted, since_opening=clock != "vrai"),
    )
    return query.period_before() if before else query


def _find_previous(period: str, month: str, question: FigureQuestion) -> tuple[date, date]:
    """Returns the first and the last day of the period before, or of the month before one of its months."""
    if month:
        start = question.first.replace(day=1)
        return start - relativedelta(months=1), start - _DAY
    return PERIODS[period](question.day - relativedelta(months=_BACK.get(period, 12)))


def _asking(
    periode: str = "", coupe: str = "", au: str | None = None, horloge: str = "", mois: str = "", avant: str = ""
) -> Callable[..., AskedFigures]:
    return partial(asked_of, period=periode, cut=coupe, day=au, clock=horloge, month=mois, before=avant)


At = Annotated[Callable[..., AskedFigures], Depends(_asking)]
"""The question of an address, once it knows the desk, and the advisor whose own figures are asked for."""


def _in_period(month: str, first: date, last: date) -> date | None:
    """Returns the first day of a month of the period ("2026-03"), None for another one."""
    start = read_day(f"{month}-01")
    return start if start and first.replace(day=1) <= start <= last else None


def count_for(desk: Desk, asked: AskedFigures) -> AbstractContextManager[Counting]:
    """Yields the tables of the day and the clock that are asked for."""
    return counting(desk.served, asked.question.day, asked.clock)


def menus(path: str, query: AskedFigures, there: Counting, **params: str) -> list[FilterMenu]:
    """Returns the menu of periods, and one for each cut that has more than one cell; what narrows can be taken off."""
    made = [period_menu(path, query, **params)]
    member = there.refs.team.get(UUID(query.colleague)) if query.colleague else None
    for label, name, said in (
        ("Mois", "mois", query.month and dates.month(query.question.first)),
        ("Période d’avant", "avant", query.before and describe_period(query.question)),
        ("Qui", "conseiller", query.colleague and (member.name if member else french.NOT_YET)),
    ):
        if said:
            made.append(filters.menu(label, [Chip(said, query.at(path, **{**params, name: ""}), None, True)]))
    for cut, found in there.cells().items():
        chips = []
        for value, n in order(cut, found):
            on = query.cut == f"{cut}:{value}"
            href = query.at(path, coupe="" if on else f"{cut}:{value}", **params)
            chips.append(Chip(cell_label(cut, value), href, n, on))
        if len(chips) > 1 or any(chip.on for chip in chips):
            made.append(filters.menu(french.CUTS[cut], chips))
    return made


def period_menu(path: str, query: AskedFigures, **params: str) -> FilterMenu:
    chips = []
    for word in PERIODS:
        on = word == query.period
        href = query.at(path, periode="" if on else word, mois="", avant="", **params)
        chips.append(Chip(french.PERIODS[word], href, None, on and word != ""))
    return filters.menu("Période", chips)


def order(cut: str, cells: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Returns the cells of a cut in the order in which people read them."""
    if cut == "band":
        return sorted(cells, key=lambda pair: int(pair[0].partition("-")[0] or -1))
    return sorted(cells, key=lambda pair: (pair[0] == "", pair[0].casefold()))


def cell_label(cut: str, value: str) -> str:
    """Returns the words of a cell of a cut."""
    if cut == "mediator":
        return "avec médiation" if value == "yes" else "sans médiation"
    if value == "":
        return french.WITHOUT[cut]
    if cut == "band":
        return french.part("I14", value)
    labels = {"programme": vocabulary.PROGRAMMES, "modality": vocabulary.MODALITIES}.get(cut, {})
    return dict(labels).get(value, value)


def describe_days(query: AskedFigures) -> str:
    """Returns the days of the period in words, and for a past day the clock."""
    clock = f", {french.CLOCKS[query.clock]}" if query.past else ""
    return describe_period(query.question) + clock


def explain_day(asked: AskedFigures) -> str:
    """Returns what a page says about a day that has no figures of its own; "" for any other."""
    return say("{why} Voici aujourd’hui.", why=asked.wrong) if asked.wrong and not asked.past else asked.wrong


def describe_period(question: FigureQuestion) -> str:
    """Returns the days of the period in words."""
    return french.days(question.first, question.last)

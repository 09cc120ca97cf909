"""One figure: its months, its cells, its table of cohorts, and the list of one of its numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fastapi import HTTPException, Request, Response

from pixflow.indicators.catalogue import AMONG, BY_ID, COUNTED, FUNNEL
from pixflow.indicators.outside import Figure
from projections.figures import lists, questions, tallies
from web.desk.desk import Desk
from web.french import dates
from web.french import indicators as french
from web.hosting.figures import Counting, counting
from web.http.filters import Chip, FilterMenu
from web.http.pagination import SIZE, Pager
from web.http.people import People, listed
from web.http.templates import Page, page
from web.pages.indicators import asked as asking
from web.pages.indicators.asked import AskedFigures, counted
from web.pages.indicators.cohort_table import CohortRow, cohort_rows, document_changes, of_month
from web.pages.indicators.figures import FigureShown, MonthRow, Number, RuleRow, funnel, month_rows, rule_rows, shown
from web.pages.indicators.lists import LineRow, line_rows


@dataclass(frozen=True, kw_only=True)
class FigurePage(Page):
    """One figure: its months, its cells by a cut, and the list of one of its numbers.

    `apart` counts those that stand in no cell: people erased since. `was` is the number known on the day, where it
    differs; `then` the address of what was known when the period ended, and its day.

    `home` is the address and the label of the page of all figures.
    """

    template = "indicators/one.html"
    block = "figure"

    home: tuple[str, str]
    title: str
    definition: str
    way: str
    figure: FigureShown | None
    steps: Sequence[Number]
    months: Sequence[MonthRow]
    cohorts: Sequence[CohortRow]
    was: str
    then: tuple[str, str] | None
    dimensions: Sequence[Chip]
    cells: Sequence[FigureShown]
    apart: int
    rules: Sequence[RuleRow]
    chosen: str
    chosen_title: str
    rows: Sequence[LineRow]
    pager: Pager
    days: str
    remark: str
    menus: Sequence[FilterMenu]
    files: Mapping[str, str]
    people: frozenset[UUID]
    masked: str = french.MASKED

    @property
    def shows(self) -> People:
        return listed(self.people)


def one_figure(
    request: Request, desk: Desk, id: str, asked: AskedFigures, name: str, by: str, number: int, home: tuple[str, str]
) -> Response:
    """Shows one figure and the list of one of its numbers. Raises HTTPException(404) for an unknown one."""
    if id not in (*BY_ID, FUNNEL.id):
        raise HTTPException(404)
    path, kept, known = f"{home[0]}/{id}", {"etat": name}, BY_ID.get(id)
    changed = document_changes(desk.refs)
    with counted(desk, asked) as there:
        counts = tallies.count_entries(there.connection, asked.question, there.basis, there.refs, [id])
        try:
            pager = Pager.at(counts.number(id, name), number, path, {**asked.parameters, **kept, "par": by})
        except KeyError:
            raise HTTPException(404) from None
        found = lists.lines(there.connection, asked.question, counts, id, name, SIZE, pager.offset)
        figure = questions.figures_of(there.connection, asked.question, there.basis, counts)[id]
        months = questions.months(there.connection, asked.question, id) if known and known.way != "stock" else {}
        dimensions, cells = cells_of(asked, there, id, by, path)
        rules = rule_rows(counts, asked, dict(there.basis.definitions.without)) if id == "I24" else ()
        menus = asking.menus(path, asked, there, **kept)
        cohorts = {} if known else questions.reached(there.connection, asked.question)
    return page(
        request,
        FigurePage(
            home=(asked.at(home[0]), home[1]),
            title=french.TITLES.get(id, "Le parcours"),
            definition=french.DEFINITIONS.get(id, french.FUNNEL_DEFINITION),
            way=french.WAYS[known.way if known else "cohort"],
            figure=shown(known, figure, asked, home[0]) if known else None,
            steps=() if known else funnel(figure, asked),
            months=month_rows(id, months, month_address(asked, path, id), changed),
            cohorts=cohort_rows(cohorts, asked, changed),
            was=was(desk, asked, {id: figure}).get(id, ""),
            then=then(asked, path),
            dimensions=dimensions,
            cells=cells,
            apart=figure.counted - sum(one.counted.count for one in cells) if cells and by != "partner" else 0,
            rules=rules,
            chosen=name,
            chosen_title=french.cell(id, name),
            rows=line_rows(desk, id, found),
            pager=pager,
            days=asking.days_said(asked),
            remark=asking.remark(asked),
            menus=menus,
            files={kind: asked.at(f"{path}/tableau.{kind}", par=by) for kind in ("csv", "xlsx")},
            people=frozenset(one.stream for one in found),
        ),
    )


def was(desk: Desk, asked: AskedFigures, found: Mapping[str, Figure]) -> dict[str, str]:
    """Returns what was known on the day, in words, where what is known today about it differs."""
    if not asked.past or asked.clock != "true":
        return {}
    with counting(desk.served, asked.question.day, "known") as there:
        known = questions.figures(there.connection, asked.question, there.basis, there.refs, list(found))
    return {
        id: french.was(one.counted, one.among, dates.day(asked.question.day, year=True))
        for id, one in known.items()
        if (one.counted, one.among) != (found[id].counted, found[id].among)
    }


def month_address(asked: AskedFigures, path: str, id: str) -> Callable[[date], str]:
    """Returns the address of the list of a month; none where the day of a line is not that of its month (I16, I24)."""
    name = COUNTED if id == "I1" else AMONG
    return lambda month: "" if id in ("I16", "I24") else asked.at(path, etat=name, mois=of_month(month))


_ENDED = {"mois-dernier": "mois", "annee-derniere": "annee"}
"""The period that ends on the last day of one that is over."""


def then(asked: AskedFigures, path: str) -> tuple[str, str] | None:
    """Returns the address and the day of what was known when the period ended; None while it lasts."""
    question, period = asked.question, "mois" if asked.month else _ENDED.get(asked.period)
    if asked.past or question.last >= question.day or not period or question.first.day > 1:
        return None
    return asked.at(path, periode=period, mois="", au=question.last.isoformat()), dates.day(question.last, year=True)


def cells_of(asked: AskedFigures, there: Counting, id: str, by: str, path: str) -> tuple[list[Chip], list[FigureShown]]:
    """Returns the cuts to choose from, and the figure of each cell of the chosen one."""
    if asked.cut or id not in BY_ID or id in ("I22", "I24"):
        return [], []
    chips = [
        Chip(french.CUTS[cut], asked.at(path, par="" if cut == by else cut), len(values), cut == by)
        for cut, values in there.cells.items()
        if len(values) > 1
    ]
    if not any(chip.on for chip in chips):
        return chips, []
    made = []
    for value, _ in asking.ordered(by, there.cells.get(by, [])):  # type: ignore[call-overload]
        cell = asked.within(f"{by}:{value}")
        figure = questions.figures(there.connection, cell.question, there.basis, there.refs, [id])[id]
        made.append(shown(BY_ID[id], figure, cell, path.rpartition("/")[0], asking.cell_label(by, value)))
    return chips, made

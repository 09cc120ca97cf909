"""Routes of Indicateurs: all of them, one with its list, the files of both; and Mon activité."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from pixflow.indicators.catalogue import BY_ID, FUNNEL
from projections.figures import lists, questions
from projections.figures.lists import FigureLine
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.french import indicators as french
from web.hosting.figures import Counting
from web.http.addresses import PageNumber
from web.http.filters import Chip, FilterMenu
from web.http.pagination import SIZE, Pager
from web.http.people import NOBODY, People, listed
from web.http.templates import Page, page
from web.pages.indicators import asked as asking
from web.pages.indicators.asked import PATH, AskedFigures, asked_of, counted
from web.pages.indicators.figures import (
    FigureShown,
    MonthRow,
    Number,
    RuleRow,
    funnel,
    month_rows,
    rule_rows,
    shown,
    shown_all,
    table,
)
from web.pages.indicators.files import download
from web.pages.indicators.lists import LineRow, line_rows

router = APIRouter()
MINE = "/mon-activite"
AtFigures = Annotated[Desk, allowed("referent", "manager")]
AtOwnFigures = Annotated[Desk, allowed("advisor")]
COHORTS = tuple(f"I{number}" for number in range(2, 12))
FLOWS = ("I1", "I14", "I15", "I16", "I20", "I21", "I23")
STOCKS = ("I18", "I19", "I22")
OWN = ("I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "I18", "I19")


@dataclass(frozen=True, kw_only=True)
class Address:
    """The parameters of an address, as routes read them."""

    period: str
    cut: str
    day: str
    clock: str


def _address(periode: str = "", coupe: str = "", au: str = "", horloge: str = "") -> Address:
    return Address(period=periode, cut=coupe, day=au, clock=horloge)


At = Annotated[Address, Depends(_address)]


def _asked(desk: Desk, at: Address, advisor: UUID | None = None) -> AskedFigures:
    return asked_of(desk, at.period, at.cut, at.day, at.clock, advisor)


@dataclass(frozen=True, kw_only=True)
class FiguresPage(Page):
    """The figures of a period. `files` are the addresses of what is on screen; `clock` is known or true."""

    template = "indicators/all.html"
    block = "figures"
    shows = NOBODY

    days: str
    day: str
    today: str
    past: bool
    clock: str
    period: str
    cut: str
    menus: Sequence[FilterMenu]
    funnel: Sequence[Number]
    cohorts: Sequence[FigureShown]
    delays: FigureShown
    longest: int
    certification: FigureShown
    exits: FigureShown
    flows: Sequence[FigureShown]
    stocks: Sequence[FigureShown]
    practice: FigureShown
    files: Mapping[str, str]


@router.get(PATH)
def read(request: Request, desk: AtFigures, at: At) -> Response:
    """Shows every figure of a period, as of a day, of everybody or of one cell of a cut."""
    asked = _asked(desk, at)
    with counted(desk, asked) as there:
        found = questions.figures(there.connection, asked.question, there.basis, there.refs)
        menus = asking.menus(PATH, asked, there)
    made = shown_all(found, asked)
    spread = [days for part in made["I13"].parts for days in (part.median, part.ninth) if days is not None]
    return page(
        request,
        FiguresPage(
            days=asking.days_text(asked.question),
            day=asked.question.day.isoformat(),
            today=desk.today.isoformat(),
            past=asked.past,
            clock=asked.clock,
            period=asked.period,
            cut=asked.cut,
            menus=menus,
            funnel=funnel(found[FUNNEL.id], asked),
            cohorts=[made[id] for id in COHORTS],
            delays=made["I13"],
            longest=max(spread, default=0) or 1,
            certification=made["I12"],
            exits=made["I17"],
            flows=[made[id] for id in FLOWS],
            stocks=[made[id] for id in STOCKS],
            practice=made["I24"],
            files={kind: asked.at(f"{PATH}.{kind}") for kind in ("csv", "xlsx")},
        ),
    )


@router.get(f"{PATH}.csv")
@router.get(f"{PATH}.xlsx")
def file(request: Request, desk: AtFigures, at: At) -> Response:
    """Returns the figures as a table, with the definition, the clock and the day."""
    asked = _asked(desk, at)
    with counted(desk, asked) as there:
        found = questions.figures(there.connection, asked.question, there.basis, there.refs)
    return download(request, desk, "indicateurs", asked, table(list(shown_all(found, asked).values())))


# --- one figure


@dataclass(frozen=True, kw_only=True)
class FigurePage(Page):
    """One figure: its months, its cells by a cut, and the list of one of its numbers.

    `apart` counts those that stand in no cell: people erased since.

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
    dimensions: Sequence[Chip]
    cells: Sequence[FigureShown]
    apart: int
    rules: Sequence[RuleRow]
    chosen: str
    chosen_title: str
    rows: Sequence[LineRow]
    pager: Pager
    days: str
    menus: Sequence[FilterMenu]
    files: Mapping[str, str]
    people: frozenset[UUID]

    @property
    def shows(self) -> People:
        return listed(self.people)


@router.get(f"{PATH}/{{name}}")
def read_one(
    request: Request, desk: AtFigures, name: str, at: At, etat: str = "counted", par: str = "", p: PageNumber = 1
) -> Response:
    """Shows one figure and the list of one of its numbers (`etat`); `par` is the cut whose cells it shows."""
    return _one(request, desk, name, _asked(desk, at), etat, par, p, (PATH, "Indicateurs"))


def _one(
    request: Request, desk: Desk, id: str, asked: AskedFigures, name: str, by: str, number: int, home: tuple[str, str]
) -> Response:
    if id not in (*BY_ID, FUNNEL.id):
        raise HTTPException(404)
    path, kept, known = f"{home[0]}/{id}", {"etat": name}, BY_ID.get(id)
    with counted(desk, asked) as there:
        try:
            found, total = _lines(asked, there, id, name, (number - 1) * SIZE)
        except KeyError:
            raise HTTPException(404) from None
        pager = Pager.at(total, number, path, {**asked.parameters, **kept, "par": by})
        if pager.offset != (number - 1) * SIZE:  # a page beyond the end stands for the last one
            found, _ = _lines(asked, there, id, name, pager.offset)
        figure = questions.figures(there.connection, asked.question, there.basis, there.refs, [id])[id]
        months = questions.months(there.connection, asked.question, id) if known and known.way != "stock" else {}
        dimensions, cells = _cells(asked, there, id, by, path)
        rules = _rules(asked, there) if id == "I24" else ()
        menus = asking.menus(path, asked, there, **kept)
    return page(
        request,
        FigurePage(
            home=(asked.at(home[0]), home[1]),
            title=french.TITLES.get(id, "Le parcours"),
            definition=french.DEFINITIONS.get(id, french.FUNNEL_DEFINITION),
            way=french.WAY_SENTENCES[known.way if known else "cohort"],
            figure=shown(known, figure, asked, home[0]) if known else None,
            steps=() if known else funnel(figure, asked),
            months=month_rows(id, months),
            dimensions=dimensions,
            cells=cells,
            apart=figure.counted - sum(one.counted.count for one in cells) if cells and by != "partner" else 0,
            rules=rules,
            chosen=name,
            chosen_title=french.cell(id, name),
            rows=line_rows(desk, id, found),
            pager=pager,
            days=asking.days_text(asked.question),
            menus=menus,
            files={kind: asked.at(f"{path}/tableau.{kind}", par=by) for kind in ("csv", "xlsx")},
            people=frozenset(one.stream for one in found),
        ),
    )


def _lines(asked: AskedFigures, there: Counting, id: str, name: str, offset: int) -> tuple[list[FigureLine], int]:
    return lists.lines(there.connection, asked.question, there.basis, there.refs, id, name, SIZE, offset)


def _rules(asked: AskedFigures, there: Counting) -> list[RuleRow]:
    found = questions.verdicts(there.connection, asked.question, there.basis, there.refs)
    return rule_rows(found, asked, dict(there.basis.definitions.without))


def _cells(asked: AskedFigures, there: Counting, id: str, by: str, path: str) -> tuple[list[Chip], list[FigureShown]]:
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


@router.get(f"{PATH}/{{name}}/tableau.csv")
@router.get(f"{PATH}/{{name}}/tableau.xlsx")
def file_of_one(request: Request, desk: AtFigures, name: str, at: At, par: str = "") -> Response:
    """Returns one figure as a table, with the cells of a cut if asked."""
    asked = _asked(desk, at)
    if name not in BY_ID:
        raise HTTPException(404)
    with counted(desk, asked) as there:
        figure = questions.figures(there.connection, asked.question, there.basis, there.refs, [name])[name]
        _, cells = _cells(asked, there, name, par, f"{PATH}/{name}")
    return download(request, desk, name, asked, table([shown(BY_ID[name], figure, asked), *cells]))


# --- one's own


@dataclass(frozen=True, kw_only=True)
class OwnFiguresPage(Page):
    """The load and the lateness of one's own dossiers: volumes, no rate."""

    template = "indicators/mine.html"
    block = "figures"
    shows = NOBODY

    days: str
    menus: Sequence[FilterMenu]
    steps: Sequence[FigureShown]
    ages: FigureShown
    tasks: FigureShown


@router.get(MINE)
def read_own(request: Request, desk: AtOwnFigures, at: At) -> Response:
    """Shows what waits in one's own dossiers, and since when."""
    asked = _asked(desk, at, desk.me)
    with counted(desk, asked) as there:
        found = questions.figures(there.connection, asked.question, there.basis, there.refs, OWN)
        menus = [asking.period_menu(MINE, asked)]
    made = shown_all(found, asked, MINE)
    steps = [made[id] for id in COHORTS]
    shown_page = OwnFiguresPage(
        days=asking.days_text(asked.question), menus=menus, steps=steps, ages=made["I18"], tasks=made["I19"]
    )
    return page(request, shown_page)


@router.get(f"{MINE}/{{name}}")
def read_own_one(
    request: Request, desk: AtOwnFigures, name: str, at: At, etat: str = "counted", p: PageNumber = 1
) -> Response:
    """Lists one's own dossiers behind a number."""
    if name not in OWN:
        raise HTTPException(404)
    return _one(request, desk, name, _asked(desk, at, desk.me), etat, "", p, (MINE, "Mon activité"))

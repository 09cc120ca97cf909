"""Routes of Indicateurs: all of them, one with its list, the files of both; and Mon activité."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from msgspec import structs

from pixflow.indicators.catalogue import BY_ID, FUNNEL
from pixflow.indicators.facts import PAIRS, delay
from pixflow.protocol.drafting import issue_report
from projections.figures import questions
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.french import indicators as french
from web.hosting.figures import Counting
from web.http.addresses import PageNumber
from web.http.filters import FilterMenu
from web.http.people import NOBODY
from web.http.templates import Page, page
from web.pages.indicators import asked as asking
from web.pages.indicators.asked import PATH, AskedFigures, asked_of, counted
from web.pages.indicators.figures import (
    FigureShown,
    Number,
    funnel,
    shown,
    shown_all,
    table,
)
from web.pages.indicators.files import download
from web.pages.indicators.one_figure import cells_of, one_figure, was

router = APIRouter()
MINE = "/mon-activite"
AtFigures = Annotated[Desk, allowed("referent", "manager", "auditor")]
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
    day: str | None
    clock: str
    month: str


def _address(periode: str = "", coupe: str = "", au: str | None = None, horloge: str = "", mois: str = "") -> Address:
    return Address(period=periode, cut=coupe, day=au, clock=horloge, month=mois)


At = Annotated[Address, Depends(_address)]


def _asked(desk: Desk, at: Address, advisor: UUID | None = None) -> AskedFigures:
    return asked_of(desk, at.period, at.cut, at.day, at.clock, at.month, advisor)


@dataclass(frozen=True, kw_only=True)
class FiguresPage(Page):
    """The figures of a period. `files` are the addresses of what is on screen; `clock` is known or true.

    `was` are the numbers known on the day, by indicator, where they differ. `reports`: this person gives reports.
    """

    template = "indicators/all.html"
    block = "figures"
    shows = NOBODY

    days: str
    remark: str
    day: str
    today: str
    past: bool
    clock: str
    period: str
    cut: str
    menus: Sequence[FilterMenu]
    funnel: Sequence[Number]
    cohorts_href: str
    cohorts: Sequence[FigureShown]
    delays: FigureShown
    targets: Mapping[str, int]
    longest: int
    certification: FigureShown
    exits: FigureShown
    flows: Sequence[FigureShown]
    stocks: Sequence[FigureShown]
    practice: FigureShown
    was: Mapping[str, str]
    files: Mapping[str, str]
    reports: bool
    masked: str = french.MASKED


@router.get(PATH)
def read(request: Request, desk: AtFigures, at: At) -> Response:
    """Shows every figure of a period, as of a day, of everybody or of one cell of a cut."""
    asked = _asked(desk, at)
    with counted(desk, asked) as there:
        found = questions.figures(there.connection, asked.question, there.basis, there.refs)
        menus = asking.menus(PATH, asked, there)
        targets = _targets(desk, there, asked)
    made = shown_all(found, asked)
    spread = [days for part in made["I13"].parts for days in (part.median, part.ninth) if days is not None]
    return page(
        request,
        FiguresPage(
            days=asking.days_said(asked),
            remark=asking.remark(asked),
            day=asked.question.day.isoformat(),
            today=desk.today.isoformat(),
            past=asked.past,
            clock=asked.clock,
            period=asked.period,
            cut=asked.cut,
            menus=menus,
            funnel=funnel(found[FUNNEL.id], asked),
            cohorts_href=asked.at(f"{PATH}/{FUNNEL.id}"),
            cohorts=[made[id] for id in COHORTS],
            delays=made["I13"],
            targets=targets,
            longest=max([*spread, *targets.values()], default=0) or 1,
            certification=made["I12"],
            exits=made["I17"],
            flows=[made[id] for id in FLOWS],
            stocks=[made[id] for id in STOCKS],
            practice=made["I24"],
            was=was(desk, asked, found),
            files={kind: asked.at(f"{PATH}.{kind}") for kind in ("csv", "xlsx")},
            reports=desk.may(issue_report),
        ),
    )


def _targets(desk: Desk, there: Counting, asked: AskedFigures) -> dict[str, int]:
    """Returns the delay of each passage, by the protocol of the day: the first one for a day before it."""
    basis = structs.replace(there.basis, protocol=desk.refs.protocol)
    return {pair: delay(basis, pair, asked.question.day) for pair in PAIRS}


@router.get(f"{PATH}.csv")
@router.get(f"{PATH}.xlsx")
def file(request: Request, desk: AtFigures, at: At) -> Response:
    """Returns the figures as a table, with the definition, the clock and the day."""
    asked = _asked(desk, at)
    with counted(desk, asked) as there:
        found = questions.figures(there.connection, asked.question, there.basis, there.refs)
    return download(request, desk, "indicateurs", asked, table(list(shown_all(found, asked).values())))


# --- one figure


@router.get(f"{PATH}/{{name}}")
def read_one(
    request: Request, desk: AtFigures, name: str, at: At, etat: str = "counted", par: str = "", p: PageNumber = 1
) -> Response:
    """Shows one figure and the list of one of its numbers (`etat`); `par` is the cut whose cells it shows."""
    return one_figure(request, desk, name, _asked(desk, at), etat, par, p, (PATH, "Indicateurs"))


@router.get(f"{PATH}/{{name}}/tableau.csv")
@router.get(f"{PATH}/{{name}}/tableau.xlsx")
def file_of_one_figure(request: Request, desk: AtFigures, name: str, at: At, par: str = "") -> Response:
    """Returns one figure as a table, with the cells of a cut if asked."""
    asked = _asked(desk, at)
    if name not in BY_ID:
        raise HTTPException(404)
    with counted(desk, asked) as there:
        figure = questions.figures(there.connection, asked.question, there.basis, there.refs, [name])[name]
        _, cells = cells_of(asked, there, name, par, f"{PATH}/{name}")
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
    return one_figure(request, desk, name, _asked(desk, at, desk.me), etat, "", p, (MINE, "Mon activité"))

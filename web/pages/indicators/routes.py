"""Indicateurs: all of them, and their file; Mon activité."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Request, Response
from msgspec import structs

from pixflow.indicators.catalogue import FUNNEL, STEPS
from pixflow.indicators.facts import PAIRS, delay
from pixflow.indicators.outside import Figure
from pixflow.protocol.drafting import issue_report, set_aim
from projections.figures.questions import count_figures, count_outside, figures_of
from projections.figures.tallies import count_entries
from web.desk.box_count import box_count
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.french import dates
from web.french import indicators as french
from web.hosting.figures import counting
from web.http.addresses import PageNumber, address
from web.http.people import NOBODY, listed
from web.http.templates import show
from web.pages.indicators import asked as asking
from web.pages.indicators import overview
from web.pages.indicators.aims import AIMS
from web.pages.indicators.asked import PATH, AskedFigures, At, AtFigures, count_for
from web.pages.indicators.board import find_receipt, may_choose
from web.pages.indicators.figures import describe_all, download, funnel
from web.pages.indicators.week import read_week

router = APIRouter()
MINE = "/mon-activite"
AtOwnFigures = Annotated[Desk, allowed("advisor")]
COHORTS = tuple(f"I{number}" for number in range(2, 12))
OWN = ("I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "I18")


@router.get(PATH)
def read(request: Request, desk: AtFigures, at: At, etape: str = "", recu: str = "") -> Response:
    """Shows the cards, the months of a step (`etape`) and every figure of a period, as of a day.

    They are those of everybody, or of one cell of a cut. `recu` names a choice about the page of the month.
    """
    query = at(desk, before="")
    with count_for(desk, query) as there:
        counts = count_entries(there, query.question)
        figures = figures_of(there, query.question, counts)
        cards = list(overview.cards(there, figures[STEPS.id], query))
        curves, steps, curve_days = overview.months(there, query, etape)
        stuck = list(overview.stuck_rows(there, counts.stuck, query))
        loads = list(overview.load_rows(desk, there, query))
        menus = asking.menus(PATH, query, there)
        missing = overview.list_missing(there, figures["I18"].among)
        basis = structs.replace(there.basis, protocol=desk.refs.protocol)  # for a day before it, the first protocol
        targets = {pair: delay(basis, pair, query.question.day) for pair in PAIRS}
    texts = describe_all(figures, query)
    filled_texts = [text for text in texts.values() if not text.is_empty]
    spread = [days for part in texts["I13"].parts for days in (part.median, part.ninth) if days is not None]
    return show(
        request,
        "indicators/all.html",
        "figures",
        NOBODY,
        days=asking.describe_days(query),
        remark=asking.explain_day(query),
        asked=query,
        today=desk.today.isoformat(),
        menus=menus,
        cards=cards,
        aimed=any(yearly for *_, yearly in cards),
        aims_href=address(AIMS, {"site": query.question.value}) if desk.may(set_aim) else "",
        missing=missing,
        is_new=len(missing) >= len(STEPS.parts),
        before=asking.describe_period(query.period_before().question),
        curves=curves,
        curve_days=curve_days,
        steps=steps,
        stuck=stuck,
        loads=loads,
        funnel=funnel({part.name: part.counted for part in figures[FUNNEL.id].parts}, query),
        funnel_href=query.at(f"{PATH}/{FUNNEL.id}"),
        groups=[(words, [one for one in filled_texts if one.id in ids]) for words, ids in french.GROUPS.items()],
        empty=[one for one in texts.values() if one.is_empty],
        targets=targets,
        longest=max([*spread, *targets.values()], default=0) or 1,
        was=recall(desk, query, figures),
        files={kind: query.at(f"{PATH}.{kind}") for kind in ("csv", "xlsx", "pdf")},
        reports=desk.may(issue_report),
        receipt=find_receipt(desk, recu),
        monthly=desk.refs.team[desk.me].monthly_page if may_choose(desk) else None,
        masked=french.MASKED,
    )


def recall(desk: Desk, query: AskedFigures, figures: Mapping[str, Figure]) -> dict[str, str]:
    """Returns what was known on the day, in words, where what is known today about it differs."""
    if not query.past or query.clock != "true":
        return {}
    with counting(desk.served, query.question.day, "known") as there:
        past_figures = count_figures(there, query.question, figures)
    return {
        id: french.was(one.counted, one.among, dates.day(query.question.day, year=True))
        for id, one in past_figures.items()
        if (one.counted, one.among) != (figures[id].counted, figures[id].among)
    }


@router.get(f"{PATH}.csv")
@router.get(f"{PATH}.xlsx")
def send(request: Request, desk: AtFigures, at: At) -> Response:
    """Sends the figures as a table, with the definition, the clock and the day."""
    query = at(desk)
    with count_for(desk, query) as there:
        figures, told = count_figures(there, query.question), count_outside(there, query.question.day)
    return download(request, desk, "indicateurs", query, told, list(describe_all(figures, query).values()))


@router.get(MINE)
def read_own(request: Request, desk: AtOwnFigures, at: At, semaine: str = "", p: PageNumber = 1) -> Response:
    """Shows what the person at the desk recorded in a week, what is to do, and where their dossiers are: no rate.

    `semaine` is a day of the week.
    """
    query = at(desk, advisor=desk.me)
    week = read_week(desk, semaine, p, MINE, {"periode": query.period})
    with count_for(desk, query) as there:
        figures = count_figures(there, query.question, OWN)
    texts = describe_all(figures, query, MINE)
    return show(
        request,
        "indicators/mine.html",
        "figures",
        listed(week["people"]),
        week=week,
        box=box_count(desk),
        days=asking.describe_period(query.question),
        menus=[asking.period_menu(MINE, query, semaine=week["asked"])],
        period=query.period,
        steps=[texts[id] for id in COHORTS],
        ages=texts["I18"],
    )

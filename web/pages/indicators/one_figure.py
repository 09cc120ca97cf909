"""One figure: its months, its cells, its table of cohorts, the list of one of its numbers; and its file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from pixflow.indicators.catalogue import AMONG, BY_ID, COUNTED, EVERY, FUNNEL, STEPS
from pixflow.indicators.facts import ANY_LEVEL
from pixflow.indicators.outside import Figure
from projections import directory, partners, workshops
from projections.figures import lists, questions, tallies
from projections.figures.lists import FigureLine, OwedLine
from projections.figures.tallies import Counting, FigureCounts
from web.desk.desk import Desk
from web.desk.exports import MOST_ROWS, ExportedList, Value, as_file, in_words
from web.french import dates
from web.french import indicators as french
from web.french.tasks import title
from web.french.typography import plural, say, yes_no
from web.http.addresses import SIZE, PageNumber, Pager
from web.http.filters import Chip
from web.http.people import listed
from web.http.templates import show
from web.pages.indicators import asked as asking
from web.pages.indicators import overview
from web.pages.indicators.asked import PATH, AskedFigures, At, AtFigures, count_for
from web.pages.indicators.figures import (
    FigureText,
    Number,
    cohort_rows,
    describe,
    document_changes,
    download,
    funnel,
    month_rows,
    of_month,
    rule_rows,
)
from web.pages.indicators.routes import MINE, OWN, AtOwnFigures, recall

router = APIRouter()


def _read_question(desk: AtFigures, at: At, conseiller: str = "") -> AskedFigures:
    """Returns the question of an address; `conseiller` is the advisor whose dossiers are counted."""
    advisor = next((id for id in desk.refs.team if str(id) == conseiller), None)
    return replace(at(desk, advisor=advisor), colleague=str(advisor or ""))


Asked = Annotated[AskedFigures, Depends(_read_question)]


@router.get(f"{PATH}/{{name}}")
def read(
    request: Request, desk: AtFigures, name: str, query: Asked, etat: str = "counted", par: str = "", p: PageNumber = 1
) -> Response:
    """Shows one figure and the list of one of its numbers (`etat`); `par` is the cut whose cells it shows."""
    return _page(request, desk, name, query, etat, par, p, (PATH, "Indicateurs"))


@router.get(f"{MINE}/{{name}}")
def read_own(
    request: Request, desk: AtOwnFigures, name: str, at: At, etat: str = "counted", p: PageNumber = 1
) -> Response:
    """Lists one's own dossiers behind a number."""
    if name not in OWN:
        raise HTTPException(404)
    return _page(request, desk, name, at(desk, advisor=desk.me), etat, "", p, (MINE, "Mon activité"))


@router.get(f"{PATH}/{{name}}/tableau.csv")
@router.get(f"{PATH}/{{name}}/tableau.xlsx")
def send(request: Request, desk: AtFigures, name: str, at: At, par: str = "") -> Response:
    """Sends one figure as a table, with the cells of a cut if asked."""
    query = at(desk)
    if name not in BY_ID:
        raise HTTPException(404)
    with count_for(desk, query) as there:
        figure = questions.count_figures(there, query.question, [name])[name]
        _, cells = _cells_of(query, there, name, par, f"{PATH}/{name}")
        told = questions.count_outside(there, query.question.day)
    return download(request, desk, name, query, told, [describe(BY_ID[name], figure, query)], cells)


@as_file(router, f"{PATH}/{{name}}/liste")
def export(desk: AtFigures, name: str, asked: Asked, etat: str = "counted") -> ExportedList:
    """Returns the list of a number."""
    return _exported(desk, name, asked, etat, PATH)


@as_file(router, f"{MINE}/{{name}}/liste")
def export_own(desk: AtOwnFigures, name: str, at: At, etat: str = "counted") -> ExportedList:
    """Returns one's own dossiers behind a number."""
    if name not in OWN:
        raise HTTPException(404)
    return _exported(desk, name, at(desk, advisor=desk.me), etat, MINE)


def _page(
    request: Request, desk: Desk, id: str, query: AskedFigures, name: str, by: str, number: int, home: tuple[str, str]
) -> Response:
    """Shows one figure and the list of one of its numbers. Raises HTTPException(404) for an unknown one.

    `home` is the address and the label of the page of all figures. `apart` counts those that stand in no cell: people
    erased since. `was` is the number known on the day, where it differs; `then` the address of what was known when the
    period ended, and its day.
    """
    path, params, indicator = f"{home[0]}/{id}", {"etat": name}, BY_ID.get(id)
    changed = document_changes(desk.refs)
    with count_for(desk, query) as there:
        counts, total = _count_entries(there, query, id, name)
        pager = Pager.at(total, number, path, {**query.parameters, **params, "par": by}, anchor="#liste")
        lines = lists.lines(there.connection, query.question, counts, id, name, SIZE, pager.offset)
        figure = questions.figures_of(there, query.question, counts)[id]
        has_months = indicator and indicator.way != "stock"
        months = questions.months(there.connection, query.question, id) if has_months else {}
        dimensions, cells = _cells_of(query, there, id, by, path)
        rules, without = list(rule_rows(counts, query)) if id == "I24" else (), dict(there.basis.definitions.without)
        menus = asking.menus(path, query, there, **params)
        cohorts = questions.parts_by_month(there.connection, query.question, id) if id == FUNNEL.id else {}
    return show(
        request,
        "indicators/one.html",
        "figure",
        listed(line.stream for line in lines),
        home=(query.at(home[0]), home[1]),
        title=french.TITLES[id],
        code=id if indicator else "",
        definition=french.DEFINITIONS[id],
        way=french.WAYS[EVERY[id].way],
        figure=describe(indicator, figure, query, home[0]) if indicator else None,
        steps=_steps(id, figure, query),
        months=month_rows(id, months, _month_address(query, path, id), changed),
        cohorts=cohort_rows(cohorts, query, changed),
        was=recall(desk, query, {id: figure}).get(id, ""),
        then=_find_period_end(query, path),
        dimensions=dimensions,
        cells=cells,
        apart=figure.counted - sum(one.counted.count for one in cells) if cells and by != "partner" else 0,
        rules=rules,
        without=without,
        chosen=name,
        chosen_title=french.cell(id, name),
        rows=list(_line_rows(desk, id, lines)),
        after="Site" if id == STEPS.id else "La suite",
        pager=pager,
        days=asking.describe_days(query),
        remark=asking.explain_day(query),
        menus=menus,
        files={kind: query.at(f"{path}/tableau.{kind}", par=by) for kind in ("csv", "xlsx") if not query.colleague},
        masked=french.MASKED,
    )


def _steps(id: str, figure: Figure, query: AskedFigures) -> Sequence[Number]:
    """Returns the bars of what has steps: those of the young people concerned, or of the period."""
    if id == FUNNEL.id:
        return funnel({part.name: part.counted for part in figure.parts}, query)
    return list(overview.bars(figure, query)) if id == STEPS.id else ()


def _count_entries(there: Counting, asked: AskedFigures, id: str, name: str) -> tuple[FigureCounts, int]:
    """Returns the entries of an indicator, and one of its numbers. Raises 404 for an unknown one."""
    counts = tallies.count_entries(there, asked.question, [id])
    try:
        return counts, counts.number(id, name)
    except KeyError:
        raise HTTPException(404) from None


def _month_address(query: AskedFigures, path: str, id: str) -> Callable[[date], str]:
    """Returns the address of the list of a month; none where the day of a line is not that of its month (I16, I24)."""
    name = COUNTED if id == "I1" else AMONG
    return lambda month: "" if id in ("I16", "I24") else query.at(path, etat=name, mois=of_month(month))


_ENDED = {"mois-dernier": "mois", "annee-derniere": "annee"}
"""The period that ends on the last day of one that is over."""


def _find_period_end(query: AskedFigures, path: str) -> tuple[str, str] | None:
    """Returns the address and the day of what was known when the period ended; None while it lasts."""
    question, period = query.question, "mois" if query.month else _ENDED.get(query.period)
    if query.past or question.last >= question.day or not period or question.first.day > 1:
        return None
    return query.at(path, periode=period, mois="", au=question.last.isoformat()), dates.day(question.last, year=True)


def _cells_of(query: AskedFigures, there: Counting, id: str, by: str, path: str) -> tuple[list[Chip], list[FigureText]]:
    """Returns the cuts to choose from, and the figure of each cell of the chosen one."""
    if query.cut or id not in BY_ID or id in ("I22", "I24"):
        return [], []
    chips = [
        Chip(french.CUTS[cut], query.at(path, par="" if cut == by else cut), len(values), cut == by)
        for cut, values in there.cells().items()
        if len(values) > 1
    ]
    if not any(chip.on for chip in chips):
        return chips, []
    made = []
    for value, _ in asking.order(by, next(values for cut, values in there.cells().items() if cut == by)):
        cell = query.within(f"{by}:{value}")
        figure = questions.count_figures(there, cell.question, [id])[id]
        made.append(describe(BY_ID[id], figure, cell, path.rpartition("/")[0], asking.cell_label(by, value)))
    return chips, made


# --- the list of a number


def _exported(desk: Desk, id: str, query: AskedFigures, name: str, home: str) -> ExportedList:
    """Returns the list of a number as a file."""
    with count_for(desk, query) as there:
        counts, total = _count_entries(there, query, id, name)
        most = min(total, MOST_ROWS)
        lines = lists.lines(there.connection, query.question, counts, id, name, most) if total <= MOST_ROWS else []
        _, *menus = asking.menus(f"{home}/{id}", query, there)
    period, day = asking.describe_period(query.question), dates.day(query.question.day, year=True)
    people = directory.find_people(desk.read, {line.stream for line in lines})
    columns: dict[str, Callable[[tuple[FigureLine, Line]], Value]] = {
        "Qui": lambda row: row[1][0],
        "Date": lambda row: row[0].on,
        "La suite": lambda row: " · ".join(row[1][4]),
        "En retard": lambda row: yes_no(row[1][5]),
    }
    return ExportedList(
        page="figure",
        name=id.lower(),
        path=f"{home}/{id}",
        params={**query.parameters, "etat": name},
        filters=[french.TITLES.get(id, "Le parcours"), french.cell(id, name), period, *in_words(menus)],
        columns=columns,
        total=total,
        read=lambda: zip(lines, _line_rows(desk, id, lines), strict=True),
        people=lambda row: [row[0].stream] if row[0].stream in people else [],
        narrow="choisissez une période plus courte, ou une coupe",
        clock=f"{day}, {french.CLOCKS[query.clock]}" if query.past else "",
        about={"indicateur": id},
    )


Line = tuple[str, str, str, str, list[str], bool]
"""A line in words: its name and address, the day of the fact and its address, what became of it, if it is late."""


def _line_rows(desk: Desk, id: str, lines: Sequence[FigureLine]) -> Iterator[Line]:
    streams = {one.stream for one in lines}
    people, held = directory.find_people(desk.read, streams), workshops.many(desk.read, streams)
    names = partners.titles(desk.read, streams) if id == "I23" else {}
    replays = bool(desk.roles & {"referent", "manager", "auditor"})
    for line in lines:
        stream, fact = line.stream, ""
        name, href = desk.refs.structure.name, "/equipe"
        if stream in people:
            name, href = people[stream].name, f"/dossiers/{stream}"
            fact = f"/rejouer/{stream}?version={line.version}" if replays else ""
        elif stream in held:
            day = dates.day(held[stream].day, year=True)
            name, href = say("Atelier du {day}", day=day), f"/ateliers/{stream}"
        elif stream in names:
            name, href = names[stream], f"/partenaires/{stream}"
        elif stream in desk.refs.team:
            name, href = desk.refs.team[stream].name, f"/equipe/{stream}"
        elif desk.erased(stream):
            name, href = "Personne effacée", f"/dossiers/{stream}"
        late = line.state == "open" and line.due is not None and line.due < desk.today and id not in ("I18", "I23")
        yield name, href, dates.day(line.on, year=True), fact or href, list(_words(id, line, late)), late


def _of_partners(line: FigureLine) -> Iterator[str]:
    if line.partner:
        yield line.partner
    if line.due:
        until, since = "à confirmer avant le {day}", "ancienne depuis le {day}"
        yield say(until if line.part == "fresh" else since, day=dates.day(line.due, year=True))
    if line.part == ANY_LEVEL or line.part[0].isdigit():
        yield from (french.part("I23", line.part), line.reason)


def _words(id: str, line: FigureLine, late: bool) -> Iterator[str]:
    if id == "I23":
        yield from _of_partners(line)
        return
    if isinstance(line, OwedLine):
        yield title(line.part, line.details)
    elif id not in ("funnel", "steps") and line.part and line.part != line.partner.casefold():
        yield french.cell(id, line.part)
    if line.partner:
        yield line.partner
    if id == "I21" and line.value is not None:
        yield plural(line.value, "point")
    if line.state in ("open", "out") and id not in ("I1", "I18"):
        yield french.state(id, "out" if line.state == "out" else "late" if late else "waiting")
    if line.reason:
        yield french.reason(line.reason)
    if line.ended_on and line.ended_on != line.on:
        done = f"{french.state(id, 'done')} " if line.state in ("done", "past") else ""
        yield done + say("le {day}", day=dates.day(line.ended_on, year=True))
    elif line.due and line.state == "open" and id not in ("I1", "I17"):
        yield say(french.DUE[id == "I18"], day=dates.day(line.due, year=True))

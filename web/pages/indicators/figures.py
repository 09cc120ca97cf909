"""A figure as a page shows it: its numbers with their names, each a link to its list; its months, its cohorts."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fastapi import Request, Response

from pixflow.documents.definitions import RULES
from pixflow.documents.small_numbers import FEWEST
from pixflow.events.indicators import ReportRow
from pixflow.indicators.catalogue import BY_ID, COUNTED, FUNNEL, Indicator
from pixflow.indicators.outside import Days, Figure, Outside
from pixflow.reference_data import References
from projections.figures.tallies import FigureCounts, Tally
from web.desk.desk import Desk
from web.french import dates
from web.french import indicators as french
from web.french.typography import percent
from web.http.people import NOBODY, note
from web.http.tables import Cell, Share, sheet, workbook
from web.pages.indicators.asked import PATH, AskedFigures, describe_period

STATES = ("done", "waiting", "late", "out")


@dataclass(frozen=True, slots=True)
class Number:
    """One number, its words, and the address of its list; `share` is its part of the whole, 0 to 100.

    `middle` says its median with the unit, "" for none.
    """

    name: str
    label: str
    count: int
    href: str
    share: float = 0.0
    among: int = 0
    rate: str = ""
    median: int | None = None
    ninth: int | None = None
    middle: str = ""


@dataclass(frozen=True, slots=True)
class FigureText:
    """One indicator: its title, its way, its sentence, its numbers. `said` is the volume with its names."""

    id: str
    title: str
    way: str
    definition: str
    said: str
    rate: str
    href: str
    counted: Number
    among: Number
    parts: Sequence[Number]
    figure: Figure

    @property
    def is_empty(self) -> bool:
        """Tells if nothing is counted, nor among anything."""
        return not (self.counted.count or self.among.count or any(part.count for part in self.parts))

    @property
    def drawn(self) -> Sequence[Number]:
        """Returns the numbers to draw: the parts, or the two volumes on one scale."""
        most = max(self.counted.count, self.among.count, 1)
        volumes = [replace(one, among=0, share=100 * one.count / most) for one in (self.counted, self.among)]
        return self.parts or volumes

    @property
    def states(self) -> Sequence[Number]:
        """The four parts of a cohort; none for another figure."""
        return [part for part in self.parts if part.name in STATES] if len(self.parts) == len(STATES) else ()


def describe(
    indicator: Indicator, figure: Figure, query: AskedFigures, home: str = PATH, title: str = ""
) -> FigureText:
    """Returns an indicator with its links below the page `home`; `title` replaces its own. One's own has no rate."""
    where, rated = f"{home}/{indicator.id}", query.question.advisor is None

    def number(name: str, label: str, count: int, among: int, rate: str = "") -> Number:
        share = 100 * count / among if among else 0.0
        return Number(name, label, count, query.at(where, etat=name), share, among, rate)

    parts = []
    for part in figure.parts:
        rate = french.share(part.rate) if rated else ""
        made = number(part.counts, french.part(indicator.id, part.name), part.counted, part.among, rate)
        middle = "" if part.median is None else french.middle(indicator.id, part.median, part.ninth)
        parts.append(replace(made, median=part.median, ninth=part.ninth, middle=middle))
    return FigureText(
        indicator.id,
        title or french.TITLES[indicator.id],
        indicator.way,
        french.DEFINITIONS[indicator.id],
        french.among(indicator.id, figure.counted, figure.among),
        french.share(figure.rate) if rated else "",
        query.at(where),
        number(COUNTED, french.cell(indicator.id, COUNTED), figure.counted, figure.among),
        number("among", french.cell(indicator.id, "among"), figure.among, figure.among),
        parts,
        figure,
    )


def describe_all(found: Mapping[str, Figure], asked: AskedFigures, home: str = PATH) -> dict[str, FigureText]:
    return {id: describe(one, found[id], asked, home) for id, one in BY_ID.items() if id in found}


def funnel(counts: Mapping[str, int], query: AskedFigures, **more: str) -> list[Number]:
    """Returns the steps that those concerned have reached; `more` are parameters of the addresses of their lists."""
    whole = counts.get("concerned", 0)
    steps = []
    for part in FUNNEL.parts:
        count = counts.get(part.name, 0)
        share = 100 * count / whole if whole else 0.0
        rate = percent(round(share)) if whole >= FEWEST else ""
        href = query.at(f"{PATH}/{FUNNEL.id}", etat=part.name, **more)
        steps.append(Number(part.name, french.FUNNEL[part.name], count, href, share, whole, rate))
    return steps


# --- its months


MonthRow = tuple[str, str, int, str, list[tuple[str, str, int, float]]]
"""A month in words, what changed in it, its entries, their address; each state with its part of the largest month."""


def month_rows(
    id: str,
    months: Mapping[date, Mapping[Tally, int]],
    at: Callable[[date], str],
    changed: Mapping[date, Sequence[str]],
) -> list[MonthRow]:
    """Returns the months of an indicator with their states, in words; `at` gives the address of a month."""
    made = {month: _states(tallies) for month, tallies in months.items()}
    most = max((sum(counts.values()) for counts in made.values()), default=0)
    rows = []
    for month, counts in made.items():
        states = [(name, french.state(id, name), n, 100 * n / most) for name, n in counts.items() if n]
        rows.append((dates.month(month), list_changes(changed, month), sum(counts.values()), at(month), states))
    return rows


def _states(tallies: Mapping[Tally, int]) -> dict[str, int]:
    counts = dict.fromkeys(STATES, 0)
    for tally, n in tallies.items():
        waits = "late" if tally.late else "waiting"
        counts[{"open": waits, "past": "done"}.get(tally.state, tally.state)] += n
    return counts


def cohort_rows(
    counts_by_month: Mapping[date, Mapping[str, int]], query: AskedFigures, changed: Mapping[date, Sequence[str]]
) -> list[tuple[str, str, list[Number]]]:
    """Returns those concerned in each month, and how far they came: each number a link to its people.

    Each month has the marks of the documents that changed in it.
    """
    return [
        (dates.month(month), list_changes(changed, month), funnel(counts, query, mois=of_month(month)))
        for month, counts in counts_by_month.items()
    ]


def of_month(month: date) -> str:
    """Returns the word of a month in an address: "2026-03"."""
    return f"{month:%Y-%m}"


def document_changes(refs: References) -> dict[date, list[str]]:
    """Returns the months in which a document came into force after another one, with the words of each."""
    made: dict[date, list[str]] = defaultdict(list)
    published = {
        "protocole": refs.protocols.published[1:],
        "grille": refs.grilles.published[1:],
        "définitions": refs.indicators.published,
    }
    for word, documents in published.items():
        for day, _ in documents:
            made[day.replace(day=1)].append(f"{word}, {dates.day(day)}")
    return dict(made)


def list_changes(changed: Mapping[date, Sequence[str]], month: date) -> str:
    """Returns the mark of a month: "┆ protocole, 3 mars"; "" when nothing changed in it."""
    return " · ".join(f"┆ {words}" for words in changed.get(month, ()))


# --- its file


def download(
    request: Request,
    desk: Desk,
    name: str,
    query: AskedFigures,
    outside: Outside,
    figures: Sequence[FigureText],
    cells: Sequence[FigureText] = (),
) -> Response:
    """Returns figures, then the cells of a cut, as a file; a workbook where the address says so.

    The clock, the day and what is masked come first.
    """
    note(request, NOBODY)
    day = query.question.day
    heads: list[list[Cell]] = [
        [desk.refs.structure.name],
        [f"Période : {describe_period(query.question)}"],
        [f"Au {dates.day(day, year=True)}, {french.CLOCKS[query.clock]}"],
        [query.cut or "Tous les dossiers"],
        [french.MASKED],
        [],
    ]
    days, whole = (query.question.first, query.question.last), not query.cut
    rows = [*heads, _TITLES, *(row for one in figures for row in _rows(one, outside, days, whole=whole))]
    rows += [row for one in cells for row in _rows(one, outside, days, whole=False)]
    is_workbook = request.url.path.endswith(".xlsx")
    if is_workbook:
        return workbook(f"{name}-{day}", "Indicateurs", rows, len(heads) + 1)
    return sheet(f"{name}-{day}", rows)


_TITLES: list[Cell] = [
    "Indicateur", "Titre", "Partie", "Nombre", "Sur", "Part", "Médiane (jours)", "Neuvième décile", "Définition",
]  # fmt: skip


def _rows(figure_text: FigureText, outside: Outside, days: Days, *, whole: bool) -> Iterator[list[Cell]]:
    """Yields the rows of a figure, a number a cell."""
    parts = {part.name: shown for part, shown in zip(figure_text.figure.parts, figure_text.parts, strict=True)}
    for row in outside.rows(figure_text.id, figure_text.figure, days, whole=whole):
        if not row.part:
            yield [figure_text.id, figure_text.title, "", *_list_cells(row), "", "", figure_text.definition]
            continue
        part = parts[row.part]
        spread = (part.median, part.ninth) if (row.counted or row.counted_least or 0) >= FEWEST else (None, None)
        yield [
            figure_text.id,
            figure_text.title,
            part.label,
            *_list_cells(row),
            *("" if one is None else one for one in spread),
            "",
        ]


def _list_cells(row: ReportRow) -> list[Cell]:
    counted, among = (
        french.phrase_number(row.counted, row.counted_least),
        french.phrase_number(row.among, row.among_least),
    )
    return [counted, among, "" if row.rate is None else Share(row.rate)]


# --- the rules of conformance


VERDICTS = {"": "conformes", "-deviation": "écarts", "-pending": "en attente"}


def rule_rows(counted: FigureCounts, query: AskedFigures) -> Iterator[tuple[str, str, str, list[Number]]]:
    """Yields each rule, its title, its source, and its verdicts: each a link to its list."""
    for rule in RULES:
        verdicts = []
        for ending, word in VERDICTS.items():
            name = rule + ending
            verdicts.append(Number(name, word, counted.number("I24", name), query.at(f"{PATH}/I24", etat=name)))
        yield rule, french.part("I24", rule), french.SOURCES[rule], verdicts

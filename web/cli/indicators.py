"""`pixflow indicators`: the figures of a structure."""

from datetime import date
from typing import Annotated, Any

import typer
from dateutil.relativedelta import relativedelta
from rich.table import Table

from pixflow.indicators.catalogue import INDICATORS, Indicator
from pixflow.indicators.figure import Figure
from pixflow.indicators.flows import FigurePeriod
from pixflow.indicators.views import view_of
from web.cli.common.terminal import USAGE, JsonOption, StructureOption, as_json, console, day, fail, marked, working
from web.french import dates, typography
from web.french import indicators as french
from web.hosting.figures import streams_of

app = typer.Typer()


@app.command()
def indicators(
    au: Annotated[str | None, typer.Option("--au", metavar="JOUR", help="Tel que su ce jour-là : 2026-08-31.")] = None,
    structure: StructureOption = None,
    json: JsonOption = False,
) -> None:
    """Les chiffres d’une année : qui est concerné, testé, restitué, orienté, et qui attend."""
    with working(structure) as served:
        last = _not_after(day(au), served.today()) if au else served.today()
        view = view_of(streams_of(served.engine), served.refs, last)
        period = FigurePeriod(last - relativedelta(years=1) + relativedelta(days=1), last)
        figures = [(one, one.compute(view, period)) for one in INDICATORS]
    if json:
        as_json([document(one, figure) for one, figure in figures])
        return
    console.print(marked("Du {first} au {last}", first=_said(period.first), last=_said(period.last)))
    console.print(_table(figures))


def _not_after(day: date, today: date) -> date:
    if day > today:
        fail(f"Le {dates.day(day, year=True)} est à venir.", USAGE)
    return day


def _said(day: date) -> str:
    return dates.day(day, year=True)


def document(one: Indicator, figure: Figure) -> dict[str, Any]:
    """Returns an indicator for `--json`. `rate` is 0 to 1, null under five cases and for two volumes."""
    return {
        "id": one.id,
        "title": french.TITLES[one.id],
        "definition": french.DEFINITIONS[one.id],
        "way": one.way,
        "numerator": len(figure.counted),
        "denominator": len(figure.among),
        "rate": None if figure.rate is None else round(figure.rate, 4),
        "parts": [
            {
                "name": part.name,
                "title": french.part(one.id, part.name),
                "numerator": len(part.facts),
                "denominator": part.among,
                "median": part.median,
                "ninth_decile": part.ninth,
            }
            for part in figure.parts
        ],
    }


def _table(figures: list[tuple[Indicator, Figure]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    table.add_column("Indicateur")
    table.add_column("Nombre", justify="right")
    table.add_column("Sur", justify="right")
    table.add_column("Part", justify="right")
    for one, figure in figures:
        share = "—" if figure.rate is None else typography.percent(round(figure.rate * 100))
        volumes = (typography.number(len(figure.counted)), typography.number(len(figure.among)))
        table.add_row(one.id, french.TITLES[one.id], *volumes, share)
    return table

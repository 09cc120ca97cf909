"""`pixflow indicators`: the figures of a structure."""

from datetime import date
from typing import Annotated, Any

import typer
from dateutil.relativedelta import relativedelta
from rich.table import Table

from pixflow.indicators.catalogue import INDICATORS, Indicator
from pixflow.indicators.outside import Figure
from projections.figures.questions import figures
from projections.figures.selection import FigureQuestion
from web.cli.common.terminal import USAGE, JsonOption, StructureOption, as_json, console, day, fail, marked, working
from web.french import dates, typography
from web.french import indicators as french
from web.hosting.figures import counting

app = typer.Typer()


@app.command()
def indicators(
    au: Annotated[
        str | None, typer.Option("--au", metavar="JOUR", help="Tel qu’on le savait ce jour-là : 2026-08-31.")
    ] = None,
    structure: StructureOption = None,
    json: JsonOption = False,
) -> None:
    """Les chiffres d’une année : qui est concerné, testé, restitué, orienté, et qui attend."""
    with working(structure) as served:
        last = _not_after(day(au), served.today()) if au else served.today()
        asked = FigureQuestion(last - relativedelta(years=1) + relativedelta(days=1), last, last)
        with counting(served, last) as there:
            found = figures(there.connection, asked, there.basis, there.refs)
    if json:
        as_json([document(one, found[one.id]) for one in INDICATORS])
        return
    console.print(marked("Du {first} au {last}", first=_said(asked.first), last=_said(asked.last)))
    console.print(_table([(one, found[one.id]) for one in INDICATORS]))


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
        "numerator": figure.counted,
        "denominator": figure.among,
        "rate": None if figure.rate is None else round(figure.rate, 4),
        "parts": [
            {
                "name": part.name,
                "title": french.part(one.id, part.name),
                "numerator": part.counted,
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
        volumes = (typography.number(figure.counted), typography.number(figure.among))
        table.add_row(one.id, french.TITLES[one.id], *volumes, share)
    return table

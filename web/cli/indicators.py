"""`pixflow indicators` and `event-log`: the figures of a structure, and its paths as a file for process mining."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pixflow.events.values import LogStandard
from pixflow.indicators.catalogue import INDICATORS, Indicator
from pixflow.indicators.outside import Figure
from pixflow.protocol.drafting import issue_event_log, issue_linked_log
from projections.figures import event_log as paths
from projections.figures.questions import count_figures
from projections.figures.tallies import FigureQuestion
from web.cli.common.terminal import (
    USAGE,
    AsOption,
    JsonOption,
    StructureOption,
    as_json,
    console,
    day,
    fail,
    in_order,
    in_words,
    person,
    table_of,
    take,
    working,
)
from web.french import dates, typography
from web.french import indicators as french
from web.hosting.figures import counting

app = typer.Typer()
NUMBERS = ("Nombre", "Sur", "Part")


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
        today = served.today()
        last = day(au) if au else today
        if last > today:
            fail(f"Le {dates.day(last, year=True)} est à venir.", USAGE)
        question = FigureQuestion(paths.a_year_until(last), last, last)
        with counting(served, last) as there:
            figures = count_figures(there, question)
    if json:
        as_json([_document(one, figures[one.id]) for one in INDICATORS])
        return
    console.print(f"Du {dates.day(question.first, year=True)} au {dates.day(question.last, year=True)}")
    table = table_of("", "Indicateur", *NUMBERS, right=NUMBERS)
    for indicator in INDICATORS:
        figure = figures[indicator.id]
        share = "—" if figure.rate is None else typography.percent(round(figure.rate * 100))
        volumes = (typography.number(figure.counted), typography.number(figure.among))
        table.add_row(indicator.id, french.TITLES[indicator.id], *volumes, share)
    console.print(table)


def _document(indicator: Indicator, figure: Figure) -> dict[str, Any]:
    """Returns an indicator for `--json`. `rate` is 0 to 1, null under five cases and for two volumes."""
    return {
        "id": indicator.id,
        "title": french.TITLES[indicator.id],
        "definition": french.DEFINITIONS[indicator.id],
        "way": indicator.way,
        "numerator": figure.counted,
        "denominator": figure.among,
        "rate": None if figure.rate is None else round(figure.rate, 4),
        "parts": [
            {
                "name": part.name,
                "title": french.part(indicator.id, part.name),
                "numerator": part.counted,
                "denominator": part.among,
                "median": part.median,
                "ninth_decile": part.ninth,
            }
            for part in figure.parts
        ],
    }


@app.command("event-log")
def event_log(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Le fichier à écrire.")],
    as_: AsOption,
    reason: Annotated[str, typer.Option("--reason", metavar="MOTIF", help="Pour qui, et pourquoi : c’est noté.")],
    du: Annotated[str | None, typer.Option("--du", metavar="JOUR", help="Les parcours commencés dès ce jour.")] = None,
    au: Annotated[str | None, typer.Option("--au", metavar="JOUR", help="Jusqu’à ce jour.")] = None,
    standard: Annotated[
        LogStandard, typer.Option("--format", help="XES, ou OCEL 2.0 en JSON : aussi ateliers, partenaires, équipe.")
    ] = "xes",
    linked: Annotated[
        bool,
        typer.Option("--linked", help="Avec les instants et les numéros de faits : ce fichier ramène aux dossiers."),
    ] = False,
    structure: StructureOption = None,
) -> None:
    """Les parcours d’une année pour l’exploration de processus (XES, OCEL) : des étapes et des dates, aucun nom."""
    with working(structure) as served, in_words():
        last = day(au) if au else served.today()
        first, last = in_order(day(du) if du else paths.a_year_until(last), last)
        if file.exists():
            fail(f"{file} est déjà là.", USAGE)
        with served.read().database.connect() as connection:
            made = paths.event_log(connection, served.engine, first, last, standard, linked=linked)
        said = {"reason": reason, **made.said}
        streams = {"indicators": served.opened.stream("indicators")}
        take(served, streams, issue_linked_log if linked else issue_event_log, by=person(served, as_), **said)
        file.write_bytes(made.content)
    cases, events = typography.plural(said["cases"], "parcours", "parcours"), typography.plural(said["events"], "fait")
    console.print(f"{cases}, {events} : {file}")
    if linked:
        console.print(french.LEADS_BACK)

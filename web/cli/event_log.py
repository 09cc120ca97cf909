"""`pixflow event-log`: the paths of a structure as a file for process mining."""

from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from pixflow.protocol.drafting import issue_event_log
from projections.figures import event_log as projected
from web.cli.common.terminal import (
    USAGE,
    AsOption,
    StructureOption,
    console,
    day,
    fail,
    in_order,
    in_words,
    person,
    working,
)
from web.french.typography import plural

app = typer.Typer()


@app.command("event-log")
def event_log(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Le fichier à écrire, en XES.")],
    as_: AsOption,
    reason: Annotated[str, typer.Option("--reason", metavar="MOTIF", help="Pour qui, et pourquoi : c’est noté.")],
    du: Annotated[str | None, typer.Option("--du", metavar="JOUR", help="Les parcours commencés dès ce jour.")] = None,
    au: Annotated[str | None, typer.Option("--au", metavar="JOUR", help="Jusqu’à ce jour.")] = None,
    structure: StructureOption = None,
) -> None:
    """Les parcours d’une année pour l’exploration de processus (XES) : des étapes et des dates, aucun nom."""
    with working(structure) as served, in_words():
        last = day(au) if au else served.today()
        first, last = in_order(day(du) if du else projected.a_year_until(last), last)
        if file.exists():
            fail(f"{file} est déjà là.", USAGE)
        with served.read().database.connect() as connection:
            made = projected.event_log(connection, served.engine, first, last)
        said = {"reason": reason, **made.said}
        streams = {"indicators": served.opened.stream("indicators")}
        served.engine.execute(streams, issue_event_log, by=person(served, as_), command_id=uuid4(), via="cli", **said)
        file.write_bytes(made.content)
    console.print(f"{plural(said['cases'], 'parcours', 'parcours')}, {plural(said['events'], 'fait')} : {file}")

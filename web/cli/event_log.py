"""`pixflow event-log`: the paths of a structure as a file for process mining."""

from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Annotated, Any
from uuid import uuid4

import typer
from dateutil.relativedelta import relativedelta

from pixflow.indicators.event_log import alias_with, traces, xes
from pixflow.protocol.definition_drafting import issue_event_log
from projections.figures.refresh import histories
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
        first, last = in_order(day(du) if du else last - relativedelta(years=1) + relativedelta(days=1), last)
        if file.exists():
            fail(f"{file} est déjà là.", USAGE)
        alias = alias_with(token_bytes(32))
        with served.read().database.connect() as connection:
            told = histories(connection, served.engine)
            made = traces(((stream, events) for stream, kind, events in told if kind == "dossier"), alias, first, last)
        content = "\n".join(xes(made, alias)).encode()
        counts = {"cases": len(made), "events": sum(len(one.events) for one in made)}
        said: dict[str, Any] = {
            "first": first,
            "last": last,
            "reason": reason,
            **counts,
            "digest": sha256(content).hexdigest(),
        }
        streams = {"indicators": served.opened.stream("indicators")}
        served.engine.execute(streams, issue_event_log, by=person(served, as_), command_id=uuid4(), via="cli", **said)
        file.write_bytes(content)
    console.print(f"{plural(counts['cases'], 'parcours', 'parcours')}, {plural(counts['events'], 'fait')} : {file}")

"""`pixflow what-if`: the results of a period by another grid, its requests for seats with other seats."""

from typing import Annotated, Any

import typer

from pixflow.authorization import Scope
from pixflow.protocol.what_if import proposal_counts
from pixflow.workshop.waits import waits_of
from web.cli.administration import load_preset
from web.cli.common.terminal import (
    USAGE,
    JsonOption,
    StructureOption,
    as_json,
    console,
    day,
    fail,
    in_order,
    table_of,
    working,
)
from web.french.protocol import what_if as french
from web.french.typography import upper_first
from web.hosting.served_structure import ServedStructure
from web.pages.protocol.what_if import WhatIfQuestion, asked_of, grid_answer
from web.pages.protocol.what_if_seats import seats_answer

app = typer.Typer()
EVERYBODY = Scope("all")


@app.command("what-if")
def what_if(
    since: Annotated[str | None, typer.Option("--since", metavar="JOUR", help="Depuis ce jour : 2026-01-01.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="JOUR", help="Jusqu’à ce jour.")] = None,
    grid: Annotated[
        str | None, typer.Option("--grid", metavar="FICHIER", help="Relire les résultats avec cette grille.")
    ] = None,
    seats: Annotated[
        int | None, typer.Option("--seats", metavar="N", min=1, max=1000, help="N places par atelier.")
    ] = None,
    structure: StructureOption = None,
    json: JsonOption = False,
) -> None:
    """Et si une autre grille, ou d’autres places, avaient compté : des nombres, un contrôle, aucun nom."""
    if (grid is None) == (seats is None):
        fail("Choisissez --grid ou --seats.", USAGE)
    draft = load_preset(grid).grille if grid else None
    with working(structure) as served:
        today = served.today()
        last = day(until) if until else today
        if last > today:
            fail(french.TO_COME, USAGE)
        first = day(since) if since else asked_of(today, au=last.isoformat()).first
        first, last = in_order(first, last)
        asked = WhatIfQuestion(first, last, "", "", "")
        found = _grid(served, asked, draft) if draft else _seats(served, asked, seats or 0)
        position = served.engine.head()
    if json:
        as_json({"first": first.isoformat(), "last": last.isoformat(), "position": position, **found})
        return
    console.print(upper_first(french.period(first, last) if draft else french.seats_period(first, last)))
    table = table_of("", "Nombre", right=("Nombre",))
    for name, value in found.items():
        if isinstance(value, int):
            table.add_row(french.COUNTED[name], str(value))
    console.print(table)


def _grid(served: ServedStructure, asked: WhatIfQuestion, draft: Any) -> dict[str, Any]:
    with served.read().database.connect() as connection:
        answer = grid_answer(connection, served.engine, served.refs, draft, asked, EVERYBODY)
    return {
        "results": len(answer.readings),
        "elsewhere": len(answer.of("ailleurs")),
        "people": len({one.result.dossier for one in answer.of("ailleurs")}),
        "not_computed": len(answer.of("ouverts")),
        "checked": sum(one.is_recorded for one in answer.readings),
        "differing": len(answer.of("ecarts")),
        "proposals": [
            {"id": one.proposal.id, "label": one.proposal.label, "before": one.before, "after": one.after}
            for one in proposal_counts(answer.readings)
        ],
    }


def _seats(served: ServedStructure, asked: WhatIfQuestion, seats: int) -> dict[str, Any]:
    with served.read().database.connect() as connection:
        answer = seats_answer(connection, served.engine, asked, seats, EVERYBODY)
    sides = {"recorded": answer.recorded, "control": answer.control, "draft": answer.draft}
    waits = {name: waits_of(days) for name, days in sides.items()}
    return {
        "seats": seats,
        "requests": len(answer.draft),
        **{f"{name}_waiting": one.waiting for name, one in waits.items()},
        **{f"{name}_middle": one.middle for name, one in waits.items()},
        **{f"{name}_nine_in_ten": one.nine_in_ten for name, one in waits.items()},
    }

"""`pixflow what-if`: a period by another grid, by another protocol, or with other seats in its workshops."""

from math import inf
from typing import Annotated, Any

import typer

from pixflow.authorization import Scope
from pixflow.documents.protocol import ProtocolDocument
from pixflow.protocol.what_if import proposal_counts
from pixflow.workshop.waits import waits_of
from projections.store.fill import try_to_fill
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
from web.pages.protocol import what_if_delays, what_if_grid, what_if_seats
from web.pages.protocol.delays_count import DelaysCount, parts_of
from web.pages.protocol.what_if import YEAR, WhatIfQuestion

app = typer.Typer()
EVERYBODY = Scope("all")


@app.command("what-if")
def what_if(
    since: Annotated[str | None, typer.Option("--since", metavar="JOUR", help="Depuis ce jour : 2026-01-01.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="JOUR", help="Jusqu’à ce jour.")] = None,
    grid: Annotated[
        str | None, typer.Option("--grid", metavar="FICHIER", help="Relire les résultats avec cette grille.")
    ] = None,
    protocol: Annotated[
        str | None, typer.Option("--protocol", metavar="FICHIER", help="Recompter les tâches avec ce protocole.")
    ] = None,
    seats: Annotated[
        int | None, typer.Option("--seats", metavar="N", min=1, max=1000, help="N places par atelier.")
    ] = None,
    structure: StructureOption = None,
    json: JsonOption = False,
) -> None:
    """Et si une autre grille, un autre protocole ou d’autres places avaient compté : des nombres, aucun nom."""
    if sum(one is not None for one in (grid, protocol, seats)) != 1:
        fail("Choisissez --grid, --protocol ou --seats.", USAGE)
    preset = load_preset(grid or protocol or "") if seats is None else None
    with working(structure) as served:
        today = served.today()
        last = day(until) if until else today
        if last > today:
            fail(french.TO_COME, USAGE)
        first, last = in_order(day(since) if since else last - YEAR, last)
        question = WhatIfQuestion(first, last)
        if preset is None:
            counts = _seats(served, question, seats or 0)
        else:
            counts = _grid(served, question, preset.grille) if grid else _delays(served, question, preset.protocol)
        position = served.engine.head()
    if json:
        as_json({"first": first.isoformat(), "last": last.isoformat(), "position": position, **counts})
        return
    words = french.OF_GRID if grid else french.OF_DELAYS if protocol else french.OF_SEATS
    console.print(upper_first(french.period(words, first, last)))
    table = table_of("", "Nombre", right=("Nombre",))
    for name, value in counts.items():
        if isinstance(value, int):
            table.add_row(french.COUNTED[name], str(value))
    console.print(table)


def _grid(served: ServedStructure, asked: WhatIfQuestion, draft: Any) -> dict[str, Any]:
    with served.read().database.connect() as connection:
        answer = what_if_grid.grid_answer(connection, served.engine, served.refs, draft, asked, EVERYBODY)
    readings, page = [one for _, one in answer.rows], what_if_grid.PAGE
    elsewhere = page.of(answer, "ailleurs")
    return {
        "results": len(readings),
        "elsewhere": len(elsewhere),
        "people": len({person.stream for person, _ in elsewhere}),
        "not_computed": len(page.of(answer, "ouverts")),
        "checked": sum(one.is_recorded for one in readings),
        "differing": len(page.of(answer, "ecarts")),
        "proposals": [
            {"id": one.proposal.id, "label": one.proposal.label, "before": one.before, "after": one.after}
            for one in proposal_counts(readings)
        ],
    }


def _seats(served: ServedStructure, asked: WhatIfQuestion, seats: int) -> dict[str, Any]:
    with served.read().database.connect() as connection:
        answer = what_if_seats.seats_answer(connection, served.engine, asked, seats, EVERYBODY)
    waits = {side: waits_of(days) for side, days in what_if_seats.waits_by_side(answer).items()}
    counts = ("waiting", "middle", "nine_in_ten")
    found = {f"{side}_{count}": getattr(one, count) for count in counts for side, one in waits.items()}
    return {"seats": seats, "requests": len(answer.rows), **found}


def _delays(served: ServedStructure, question: WhatIfQuestion, document: ProtocolDocument) -> dict[str, Any]:
    side, page, count = served.read(), what_if_delays.PAGE, DelaysCount()
    if not try_to_fill(side, inf):
        fail(french.preparing(0), USAGE)
    with side.database.connect() as connection:
        count.add(parts_of(connection, served.engine, (document, question.first, question.last)))
        answer = what_if_delays.delays_answer(connection, count, question, EVERYBODY)
    counts = {
        f"{name}_{state}": len(page.of(answer, f"{code}:{word}"))
        for word, name in what_if_delays.SIDES.items()
        for state, code in what_if_delays.STATES.items()
    }
    differing = len(page.of(answer, "ecarts"))
    return {**counts, "not_computed": len(page.of(answer, "autrement")), "differing": differing}

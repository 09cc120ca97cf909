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
from web.pages.protocol.delays_count import DelaysCount, parts_of
from web.pages.protocol.what_if import WhatIfQuestion, asked_of, grid_answer
from web.pages.protocol.what_if_delays import STATES, delays_answer
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
        first = day(since) if since else asked_of(today, au=last.isoformat()).first
        first, last = in_order(first, last)
        asked = WhatIfQuestion(first, last, "", "", "")
        if preset is None:
            found = _seats(served, asked, seats or 0)
        else:
            found = _grid(served, asked, preset.grille) if grid else _delays(served, asked, preset.protocol)
        position = served.engine.head()
    if json:
        as_json({"first": first.isoformat(), "last": last.isoformat(), "position": position, **found})
        return
    title = french.period if grid else french.delays_period if protocol else french.seats_period
    console.print(upper_first(title(first, last)))
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


def _delays(served: ServedStructure, asked: WhatIfQuestion, document: ProtocolDocument) -> dict[str, Any]:
    side = served.read()
    if not try_to_fill(side, inf):
        fail(french.preparing(0), USAGE)
    with side.database.connect() as connection:
        count = DelaysCount()
        count.add(parts_of(connection, served.engine, (document, asked.first, asked.last)))
        answer = delays_answer(connection, count, asked, EVERYBODY)
    sides = {
        f"{side}_{state}": len(answer.of(f"{code}:{word}"))
        for side, word in (("recorded", "lieu"), ("draft", "projet"))
        for state, code in STATES.items()
    }
    return {**sides, "not_computed": len(answer.of("autrement")), "differing": len(answer.differing)}

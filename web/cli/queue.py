"""`pixflow queue`: the tasks of a person."""

from uuid import UUID

import typer

from pixflow import authorization
from pixflow.team.staff import colleagues_deputised_by
from projections import advisor_queue
from projections import piles as projections_piles
from projections.piles import Lateness
from web.cli.common.terminal import (
    AsOption,
    JsonOption,
    StructureOption,
    as_json,
    console,
    marked,
    note,
    person,
    table_of,
    working,
)
from web.french import dates, tasks

app = typer.Typer()


@app.command()
def queue(as_: AsOption, structure: StructureOption = None, json: JsonOption = False) -> None:
    """Ma boîte, dans le terminal."""
    with working(structure) as served:
        actor, today = person(served, as_), served.today()
        side = served.read()
        with side.database.connect() as connection:
            me, refs = UUID(actor.id), served.refs
            owners = colleagues_deputised_by(refs.team, me, today) | {me}
            rows = advisor_queue.page(connection, owners, today, limit=None)
            late = Lateness.on(refs.calendar, today)
            piles = projections_piles.piles(connection, authorization.roles(actor, refs, today), today, late)
        note(served, "queue", by=me, people={row.stream for row in rows})
    if json:
        as_json(
            {"tasks": [{**row._mapping, "details": tasks.hide_marked(row.details)} for row in rows], "piles": piles}
        )
        return
    for pile in piles:
        console.print(marked("[bold]{pile}[/]", pile=tasks.pile(pile.kind, pile.count)))
    if not rows and not piles:
        console.print("Rien à faire pour l’instant.")
    absent = {id: f"pour {refs.team[id].name}" for id in owners - {me}}
    table = table_of("Jeune", "À faire", "Pourquoi", "Pour le")
    for row in rows:
        day = dates.day(row.due, year=row.due.year != today.year)
        why = " · ".join(filter(None, (absent.get(row.doer), tasks.why(row.kind, row.details, row.why_on))))
        due = marked("[red]{due}[/]", due=day) if row.due < today else day
        table.add_row(row.name, tasks.title(row.kind, row.details), why, due)
    if rows:
        console.print(table)

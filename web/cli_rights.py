"""`pixflow export-person`, `pixflow retention`: everything that is kept about somebody, and for how long."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from pixflow import retention
from projections import dossier_sheet
from web import person
from web.cli import app
from web.french import rights
from web.papers import of_person
from web.terminal import JsonOption, StructureOption, as_json, console, dossier, fail, in_words, working

OWNER_ONLY = 0o600


@app.command("export-person")
def export_person(
    named: Annotated[str, typer.Argument(metavar="DOSSIER", help="Son n° i-Milo ou son identifiant.")],
    to: Annotated[Path, typer.Option("--to", help="Le dossier où écrire.")] = Path(),
    structure: StructureOption = None,
) -> None:
    """Tout ce que pixflow sait d'une personne, pour elle : un PDF à lire, et un fichier JSON."""
    if not to.is_dir():
        fail(f"{to} n'est pas un dossier.")
    with working(structure) as served, in_words():
        stream = dossier(served, named)
        if served.engine.state("dossier", stream).opened is None:
            fail(f"Aucun dossier n'a l'identifiant {named}.")
        with served.read().database.connect() as connection:
            known = person.everything(served.engine, connection, stream)
        for kind, content in (("pdf", of_person.pdf(known)), ("json", person.encoded(known))):
            path = to / f"personne-{known.id}.{kind}"
            _write(path, content)
            console.print(f"Écrit : {path}", soft_wrap=True)
    console.print("À relire avant de le remettre : une note peut nommer quelqu'un d'autre.")


def _write(path: Path, content: bytes) -> None:
    """A file that its owner alone reads."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb") as file:
        file.write(content)


@app.command("retention")
def retention_command(structure: StructureOption = None, json: JsonOption = False) -> None:
    """Combien de dossiers ont été gardés aussi longtemps que le protocole le dit."""
    with working(structure) as served:
        today = served.today()
        policy = served.refs.protocol(today).retention
        with served.read().database.connect() as connection:
            rows = dossier_sheet.past_counts(connection, retention.cutoffs(policy, today))
    counts = [_count(rule, getattr(policy, rule), rows) for rule in rights.RULES]
    if json:
        as_json(counts)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Programme", "Gardé", "Délai passé", "Dont clos"):
        table.add_column(title)
    for one in counts:
        table.add_row(rights.RULES[one["rule"]], rights.months(one["months"]), str(one["past"]), str(one["closed"]))
    console.print(table)


def _count(rule: str, months: int, rows: Sequence[Any]) -> dict[str, Any]:
    mine = [row for row in rows if retention.rule_of(row.programme) == rule]
    closed = sum(row.n for row in mine if row.closed)
    return {"rule": rule, "months": months, "past": sum(row.n for row in mine), "closed": closed}

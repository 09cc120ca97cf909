"""`pixflow places`: files of the places of the territory."""

from datetime import UTC, datetime
from typing import Any

import typer
from rich.table import Table

from pixflow.open_data import Place, PlaceFile, PlaceProblem, read
from web.cli.common.french_typer import InFrench
from web.cli.common.terminal import USAGE, FileArgument, JsonOption, as_json, console, problem_line
from web.french import dates
from web.french.errors.places import sentence
from web.french.typography import plural

app = typer.Typer()
places_app = typer.Typer(help="Les lieux et partenaires du territoire.", cls=InFrench, no_args_is_help=True)
app.add_typer(places_app, name="places")


@places_app.command("read")
def read_command(file: FileArgument, json: JsonOption = False) -> None:
    """Lire un fichier de lieux (médiation numérique, data·inclusion), sans rien enregistrer."""
    found = read(file.read_bytes(), datetime.now(UTC).date())
    code = USAGE if found.refused else 0
    if json:
        as_json(document(found))
    else:
        _print(found)
    raise typer.Exit(code)


def document(found: PlaceFile) -> dict[str, Any]:
    """Returns a file for `places read --json`. Days are in ISO 8601; coordinates are null when they are not drawn."""
    return {
        "kind": found.kind,
        "places": [_place(one) for one in found.places],
        "problems": [_problem(one) for one in found.problems],
    }


def _place(one: Place) -> dict[str, Any]:
    latitude, longitude = one.point or (None, None)
    return {
        "id": one.id,
        "source": one.source,
        "line": one.line,
        "name": one.name,
        "commune": one.commune,
        "insee": one.insee,
        "postal_code": one.postal_code,
        "address": one.address,
        "latitude": latitude,
        "longitude": longitude,
        "services": [*one.services, *one.thematics],
        "labels": [*one.labels, *one.networks],
        "hours": one.hours or None,
        "updated": one.updated.isoformat() if one.updated else None,
    }


def _problem(one: PlaceProblem) -> dict[str, Any]:
    return {"severity": one.severity, "line": one.line, "code": one.code, "message": sentence(one)}


def _print(found: PlaceFile) -> None:
    if found.places:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("Commune", "Lieu", "Adresse", "Mis à jour"):
            table.add_column(title)
        for one in sorted(found.places, key=lambda place: (place.commune, place.name)):
            table.add_row(one.commune, one.name, one.address, dates.day(one.updated, year=True) if one.updated else "—")
        console.print(table)
        console.print(plural(len(found.places), "lieu", "lieux"))
    for problem in found.problems:
        console.print(problem_line(problem.severity, sentence(problem)))

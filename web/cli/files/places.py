"""`pixflow places`: files of the places of the territory."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from pixflow.open_data import Place, PlaceFile
from pixflow.partners.catalogue import receive_outlines, state_territory
from pixflow.place_import.importer import PreparedPlaces
from pixflow.place_import.reading import read_outlines, read_places
from pixflow.place_import.territory import commune_of, siren_of
from web.cli.common.french_typer import InFrench
from web.cli.common.terminal import (
    USAGE,
    AsOption,
    FileArgument,
    JsonOption,
    StructureOption,
    as_json,
    console,
    cut_off,
    fail,
    in_words,
    person,
    pick,
    problem_document,
    problem_line,
    table_of,
    take,
    working,
)
from web.desk.imports import EXPORTS, export_places, place_importer
from web.french import dates
from web.french.errors.places import sentence
from web.french.events import partners as words
from web.french.territory import places as french
from web.french.typography import plural, say

app = typer.Typer()
TERRITORY = "Dites d’abord le territoire de la structure : « pixflow places territory --help »."
places_app = typer.Typer(help="Les lieux et partenaires du territoire.", cls=InFrench, no_args_is_help=True)
app.add_typer(places_app, name="places")


@places_app.command("read")
def read_command(file: FileArgument, json: JsonOption = False) -> None:
    """Lire un fichier de lieux (médiation numérique, data·inclusion), sans rien enregistrer."""
    place_file = read_places(file.read_bytes(), datetime.now(UTC).date())
    if json:
        problems = [problem_document(one, sentence(one)) for one in place_file.problems]
        as_json({"kind": place_file.kind, "places": [_place(one) for one in place_file.places], "problems": problems})
    else:
        if place_file.places:
            table = table_of("Commune", "Lieu", "Adresse", "Mis à jour")
            for one in sorted(place_file.places, key=lambda place: (place.commune, place.name)):
                updated = dates.day(one.updated, year=True) if one.updated else "—"
                table.add_row(one.commune, one.name, one.address, updated)
            console.print(table)
            console.print(plural(len(place_file.places), "lieu", "lieux"))
        _print_problems(place_file)
    raise typer.Exit(USAGE if place_file.refused else 0)


@places_app.command("import")
def import_command(
    file: FileArgument,
    as_: AsOption,
    preview: Annotated[bool, typer.Option("--preview", help="Montrer sans enregistrer.")] = False,
    structure: StructureOption = None,
    json: JsonOption = False,
) -> None:
    """Importer les lieux du territoire : nouveaux, changés, disparus. Un lieu disparu reste dans la liste."""
    with working(structure) as served, in_words():
        actor = person(served, as_)
        importer = place_importer(served)
        prepared = importer.prepare(file.read_bytes())
        recorded, command = prepared.plan is not None and not preview, uuid4()
        with cut_off(lambda: len(served.engine.events_of_command(command))):
            if recorded and not prepared.territory.is_stated:
                fail(TERRITORY)
            if recorded:
                importer.record(prepared, by=actor, command_id=command, via="cli")
            if json:
                as_json(_document(prepared, recorded))
            else:
                _tell(prepared, recorded)
    raise typer.Exit(0 if prepared.plan else USAGE)


@places_app.command("territory")
def territory_command(
    as_: AsOption,
    grouping: Annotated[list[str] | None, typer.Option(help="Le nom ou le SIREN d’une intercommunalité.")] = None,
    commune: Annotated[list[str] | None, typer.Option(help="Le code INSEE d’une commune.")] = None,
    radius: Annotated[int, typer.Option(help="Les kilomètres autour.")] = 0,
    structure: StructureOption = None,
) -> None:
    """Dire le territoire de la structure : des intercommunalités, des communes, des kilomètres autour."""
    with working(structure) as served, in_words():
        sent: dict[str, Any] = {
            "groupings": [siren_of(one) for one in grouping or ()],
            "communes": [commune_of(one) for one in commune or ()],
            "radius": radius,
            "sites": {},
        }
        take(served, {"catalogue": served.opened.stream("catalogue")}, state_territory, by=person(served, as_), **sent)
        territory = place_importer(served).territory
    console.print(french.territory(territory))


@places_app.command("export")
def export_command(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Le fichier à écrire, en .csv ou en .json.")],
    structure: StructureOption = None,
) -> None:
    """Écrire les partenaires : lieux de médiation numérique 1.0.2 (.csv) ou structures data·inclusion v1 (.json)."""
    kind = file.suffix.lower().removeprefix(".")
    if kind not in EXPORTS:
        fail("Donnez au fichier un nom en .csv (médiation numérique) ou en .json (data·inclusion).", USAGE)
    with working(structure) as served, in_words():
        file.write_bytes(export_places(served, kind))
    console.print(say("Écrit : {file}", file=file))


@places_app.command("outlines")
def outlines_command(
    file: FileArgument,
    credit: Annotated[str, typer.Option(help="D’où viennent les contours, sur chaque carte.")],
    structure: StructureOption = None,
) -> None:
    """Enregistrer les contours des communes (GeoJSON), pour la carte et les distances."""
    with working(structure) as served, in_words():
        outlines = read_outlines(file.read_bytes())
        streams = {"catalogue": served.opened.stream("catalogue")}
        take(served, streams, receive_outlines, credit=credit, outlines=outlines)
    console.print(plural(len(outlines), "commune"))


def _document(prepared: PreparedPlaces, recorded: bool) -> dict[str, Any]:
    made = prepared.plan
    twice = [(one.place, one.other, one.likeness.reasons) for one in made.twice] if made else []
    return {
        "kind": prepared.file.kind,
        "counts": made.numbers if made else None,
        "duplicates": [
            {"place": place.name, "commune": place.commune, "other": other, "reasons": reasons}
            for place, other, reasons in twice
        ],
        "recorded": recorded,
        "problems": [problem_document(one, sentence(one)) for one in prepared.file.problems],
    }


def _tell(prepared: PreparedPlaces, recorded: bool) -> None:
    _print_problems(prepared.file)
    if prepared.plan is None:
        return
    console.print(french.territory(prepared.territory))
    for one in prepared.plan.twice:
        console.print(french.phrase_duplicate(one.place.name, one.other, one.place.commune, one.likeness.reasons))
    counts = words.phrase_counts(prepared.plan.numbers)
    console.print(say("Enregistré : {counts}" if recorded else "À enregistrer : {counts}", counts=counts))


def _place(place: Place) -> dict[str, Any]:
    """Returns a place for `--json`. Days are in ISO 8601; coordinates are null when they are not drawn."""
    latitude, longitude = place.point or (None, None)
    return {
        **pick(place, "id", "source", "line", "name", "commune", "insee", "postal_code", "address"),
        "latitude": latitude,
        "longitude": longitude,
        "services": [*place.services, *place.thematics],
        "labels": [*place.labels, *place.networks],
        "hours": place.hours or None,
        "updated": place.updated.isoformat() if place.updated else None,
    }


def _print_problems(found: PlaceFile) -> None:
    for problem in found.problems:
        console.print(problem_line(problem.severity, sentence(problem)))

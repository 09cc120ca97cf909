"""`pixflow dossiers import`: a portfolio file, previewed, then recorded."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer

from pixflow.actor import OPERATOR, Actor
from pixflow.portfolio_import.importer import PreparedPortfolio, RecordedCounts
from pixflow.portfolio_import.plan import PortfolioRow
from pixflow.portfolio_import.problems import PortfolioProblem
from web.cli.common.french_typer import InFrench
from web.cli.common.terminal import (
    USAGE,
    FileArgument,
    JsonOption,
    StructureOption,
    as_json,
    console,
    cut_off,
    in_words,
    marked,
    note,
    person,
    problem_document,
    problem_line,
    table_of,
    working,
)
from web.desk.imports import portfolio_importer
from web.french import matching, typography
from web.french.errors import files

app = typer.Typer()
dossiers_app = typer.Typer(help="Les dossiers des jeunes.", cls=InFrench, no_args_is_help=True)
app.add_typer(dossiers_app, name="dossiers")


@dossiers_app.command("import")
def import_command(
    file: FileArgument,
    as_: Annotated[str | None, typer.Option("--as", help="Le courriel de la personne qui importe.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Montrer sans enregistrer.")] = False,
    accept_changes: Annotated[bool, typer.Option(help="Enregistrer aussi ce qui a changé.")] = False,
    site: Annotated[str | None, typer.Option(help="Le site des lignes qui n’en disent pas.")] = None,
    sheet: Annotated[int | None, typer.Option(min=1, help="Le numéro de la feuille à lire dans un classeur.")] = None,
    structure: StructureOption = None,
    json: JsonOption = False,
) -> None:
    """Importer un portefeuille (CSV ou XLSX, d’i-Milo ou d’un tableur) : les absents du fichier ne changent pas."""
    with working(structure) as served, in_words():
        actor = person(served, as_) if as_ else Actor(OPERATOR)
        importer = portfolio_importer(served)
        prepared = importer.prepare(file.read_bytes(), site, sheet)
        lines = prepared.preview.lines if prepared.preview else ()
        named = [line for line in lines if line.status in ("changed", "doubtful", "closed")]
        if not json:
            people = {line.dossier for line in named if line.dossier}
            by = UUID(actor.id) if as_ else None
            note(served, "dossiers import", by=by, people=people, more=len(named) - len(people))
        taken, command = None, uuid4()
        with cut_off(lambda: len(importer.list_events(command))):
            if prepared.preview is not None and not preview:
                taken = importer.record(
                    prepared, by=actor, command_id=command, accept_changes=accept_changes, via="cli"
                )
            if json:
                as_json(_document(prepared, taken))
            else:
                _tell(prepared, named, taken, accept_changes)
    raise typer.Exit(USAGE if prepared.preview is None else 0)


def _document(prepared: PreparedPortfolio, taken: RecordedCounts | None) -> dict[str, Any]:
    return {
        "columns": prepared.portfolio.columns,
        "counts": prepared.preview.counts if prepared.preview else None,
        "recorded": taken,
        "problems": [problem_document(one, files.portfolio_problem(one)) for one in _problems(prepared)],
    }


def _problems(prepared: PreparedPortfolio) -> Sequence[PortfolioProblem]:
    return prepared.preview.problems if prepared.preview else prepared.portfolio.problems


def _tell(
    prepared: PreparedPortfolio, named: list[PortfolioRow], taken: RecordedCounts | None, accept_changes: bool
) -> None:
    read = [c for c in prepared.portfolio.columns if c.field]
    ignored = [c.header for c in prepared.portfolio.columns if c.header and not c.field]
    if read:
        console.print("Lu : " + ", ".join(f"{c.header} → {files.FIELDS[str(c.field)]}" for c in read))
    if ignored:
        console.print(marked("[dim]Ignoré : {ignored}[/]", ignored=", ".join(ignored)))
    for one in _problems(prepared):
        console.print(problem_line(one.severity, files.portfolio_problem(one)))
    if len(prepared.portfolio.sheets) > 1:
        console.print("Pour choisir la feuille : --sheet et son numéro")
    if prepared.preview is None:
        return
    if any(one.code == "site-needed" for one in prepared.preview.problems):
        console.print("Pour dire le site de ces lignes : --site et son nom")
    counts = prepared.preview.counts
    told = [f"{word} {getattr(counts, code)}" for code, word in matching.PEOPLE.items() if getattr(counts, code)]
    console.print(" · ".join([*told, *([f"sans conseiller {counts.unassigned}"] if counts.unassigned else [])]))
    table = table_of("Ligne", "Nom", "Ce qui change")
    for line in named:
        differs = ", ".join(files.FIELDS[name] for name in line.differs)
        what = matching.people_doubt(line.doubt) if line.doubt else f"{matching.PEOPLE[line.status]} : {differs}"
        table.add_row(str(line.row.line), f"{line.row.last_name} {line.row.first_name}", what)
    if named:
        console.print(table)
    if taken is None:
        console.print("Rien n’est enregistré : c’est un aperçu.")
    else:
        opened = typography.plural(taken.opened, "dossier ouvert", "dossiers ouverts")
        corrected = typography.plural(taken.corrected, "corrigé")
        matched = typography.plural(taken.matched, "résultat rapproché", "résultats rapprochés")
        done = ", ".join((opened, corrected, matched))
        console.print(marked("[green]Enregistré.[/] {done}", done=done))
        if counts.changed and not accept_changes:
            console.print("Pour enregistrer aussi ce qui a changé : --accept-changes")

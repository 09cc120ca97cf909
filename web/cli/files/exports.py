"""`pixflow read` and `pixflow import`: exports of Pix Orga."""

import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import uuid4

import typer

from pixflow.documents.grille import percent
from pixflow.events.values import Moment
from pixflow.pix_orga import AssessmentRow, Export, ExportEntry, ExportProblem, ProfileRow, read
from pixflow.result_import import Answers, ImportPreview, ImportResult
from pixflow.result_import.plan import Question, QuestionCode
from web.cli.common.terminal import (
    QUESTION,
    USAGE,
    AsOption,
    FileArgument,
    JsonOption,
    StructureOption,
    as_json,
    console,
    cut_off,
    in_words,
    instant,
    marked,
    person,
    pick,
    problem_document,
    problem_line,
    table_of,
    working,
)
from web.desk.imports import result_importer
from web.desk.names import NoNames
from web.french import dates, typography
from web.french.errors.files import problem
from web.french.errors.refusals import refusal
from web.french.matching import question
from web.french.typography import say

app = typer.Typer()

ANSWERS: Mapping[QuestionCode, str] = {
    "external-id-column": "--external-id-column {choice}",
    "exported-at": "--exported-at 2026-05-12T09:10",
    "organisation": "--organisation {choice}",
    "vanished": "--accept-vanished",
    "doubtful-rows": "--doubtful {choice}",
}
"""The option that answers each question."""
ASSESSMENT, PROFILE = ("Avancement", "Résultat"), ("Profil", "Certifiable")
OF_ROW = ("line", "last_name", "first_name", "external_id")
NUMBERS = ("Ligne", "Avancement", "Résultat", "Profil")


def answers(asked: Question) -> list[str]:
    """Returns the options that answer a question, as a shell takes them."""
    return [ANSWERS[asked.code].format(choice=shlex.quote(one)) for one in asked.choices or ("",)]


@app.command("read")
def read_command(file: FileArgument, json: JsonOption = False) -> None:
    """Lire un export de Pix Orga, sans rien enregistrer."""
    export = read(file.read_bytes(), file.name)
    code = USAGE if export.refused else 0
    if json:
        as_json(_export(export))
    else:
        _print_export(export)
    raise typer.Exit(code)


def _print_export(export: Export) -> None:
    if export.campaign:
        known = export.campaign
        text = "[bold]{name}[/] · {code} · n° {id}"
        console.print(marked(text, name=known.name, code=known.code or "sans code", id=known.id))
    if export.entries:
        table = table_of("Ligne", "Nom", "N°", *(PROFILE if export.profiles else ASSESSMENT), right=NUMBERS)
        for row in export.rows:
            table.add_row(*_first(row), _phrase_progress(row), _score(row))
        for profile in export.profiles:
            table.add_row(*_first(profile), _pix(profile), _certifiable(profile))
        console.print(table)
    _print_problems(export.problems)


def _print_problems(problems: tuple[ExportProblem, ...]) -> None:
    for one in problems:
        console.print(problem_line(one.severity, problem(one.code, one.line, dict(one.details))))


def _export(export: Export) -> dict[str, Any]:
    """Returns an export for `read --json`: times in ISO 8601 UTC; a day without a time stays a day."""
    campaign = export.campaign
    return {
        "kind": export.kind,
        "campaign": pick(campaign, "id", "code", "name") if campaign else None,
        "pix_course": export.pix_course,
        "exported_at": _iso(export.exported_at),
        "columns": [pick(column, "position", "header", "role") for column in export.columns],
        "rows": [*map(_row, export.rows), *map(_profile, export.profiles)],
        "problems": [_remark(one) for one in export.problems],
    }


def _remark(one: ExportProblem) -> dict[str, Any]:
    return problem_document(one, problem(one.code, one.line, dict(one.details)))


def _row(row: AssessmentRow) -> dict[str, Any]:
    return {
        **pick(row, *OF_ROW),
        "progress": _number(row.progress),
        "started_at": _moment(row.started),
        "shared": row.shared,
        "shared_at": _moment(row.shared_at),
        "mastery_percent": int(row.mastery * 100) if row.mastery is not None else None,
    }


def _profile(row: ProfileRow) -> dict[str, Any]:
    return {
        **pick(row, *OF_ROW, "shared"),
        "shared_at": _moment(row.shared_at),
        **pick(row, "pix", "certifiable", "certifiable_competences"),
        "levels": [{"competence": one.name, "level": one.level, "pix": one.pix} for one in row.levels],
    }


def _first(row: ExportEntry) -> list[str]:
    return [str(row.line), f"{row.last_name} {row.first_name}", row.external_id or "—"]


def _phrase_progress(row: AssessmentRow) -> str:
    return typography.percent(int(row.progress * 100)) if row.progress is not None else "—"


def _score(row: AssessmentRow) -> str:
    if row.mastery is not None:
        return typography.percent(percent(row.mastery))
    return "—" if row.shared else "non partagé"


def _pix(row: ProfileRow) -> str:
    if not row.shared:
        return "non partagé"
    return "—" if row.pix is None else say("{pix} pix", pix=typography.number(row.pix))


def _certifiable(row: ProfileRow) -> str:
    if row.certifiable is None:
        return "—"
    counted = row.certifiable_competences
    said = "oui" if row.certifiable else "non"
    return said if counted is None else f"{said} ({typography.plural(counted, 'compétence')})"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def _moment(utc: Moment | None) -> str | None:
    return (_iso(utc.at) or utc.day.isoformat()) if utc else None


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


@app.command("import")
def import_command(
    file: FileArgument,
    as_: AsOption,
    preview: Annotated[bool, typer.Option("--preview", help="Montrer sans enregistrer.")] = False,
    exported_at: Annotated[str | None, typer.Option(help="Quand il a été exporté : 2026-05-12T09:10.")] = None,
    accept_vanished: Annotated[
        bool, typer.Option(help="Oui, ces participations ont bien disparu de Pix Orga.")
    ] = False,
    external_id_column: Annotated[str | None, typer.Option(help="La colonne du n° de dossier (vide : aucune).")] = None,
    doubtful: Annotated[
        Literal["leave", "record"] | None, typer.Option(help="Les lignes douteuses : laisser, ou enregistrer.")
    ] = None,
    organisation: Annotated[str | None, typer.Option(help="Le nom d’une autre organisation, à reconnaître.")] = None,
    structure: StructureOption = None,
    json: JsonOption = False,
) -> None:
    """Importer un export de Pix Orga."""
    with working(structure) as served, in_words():
        actor, zone = person(served, as_), served.refs.structure.zone
        answers = Answers(
            exported_at=instant(exported_at, zone).astimezone(UTC) if exported_at is not None else None,
            external_id_column=external_id_column,
            accept_vanished=accept_vanished,
            doubtful=doubtful,
            organisation=organisation,
        )
        importer = result_importer(served)
        prepared = importer.prepare(file.read_bytes(), file.name, answers)
        if prepared.preview is None:
            if json:
                remarks = [_remark(one) for one in prepared.export.problems]
                as_json({"refused": True, "exit": USAGE, "problems": remarks})
            else:
                _print_problems(prepared.export.problems)
            raise typer.Exit(USAGE)
        shown, imported, command = prepared.preview, None, uuid4()
        with cut_off(lambda: len(served.engine.events_of_command(command))):
            if not shown.questions and not preview and not shown.misfit:
                imported = importer.record(prepared, by=actor, command_id=command)
            if json:
                as_json(_document(shown, imported))
            else:
                _tell(shown, imported, zone)
    raise typer.Exit(USAGE if shown.misfit else QUESTION if shown.questions else 0)


def _numbers(shown: ImportPreview, imported: ImportResult | None) -> dict[str, int]:
    counts = imported.counts if imported else shown.counts
    return pick(counts, *counts.__struct_fields__)


def _document(shown: ImportPreview, imported: ImportResult | None) -> dict[str, Any]:
    return {
        **_numbers(shown, imported),
        "recorded": bool(imported and imported.done.recorded),
        **pick(shown, "organisation", "older", "seen_before", "misfit"),
        "questions": [one.code for one in shown.questions],
        "answers": {one.code: answers(one) for one in shown.questions},
        "problem_list": [_remark(one) for one in shown.problems],
    }


def _tell(shown: ImportPreview, imported: ImportResult | None, zone: str) -> None:
    numbers, recorded = _numbers(shown, imported), bool(imported and imported.done.recorded)
    code = shown.campaign.code or "sans code"
    console.print(marked("[bold]{name}[/] · {code}", name=shown.campaign.name, code=code))
    first = "" if shown.own or shown.seen_before else ", reconnue comme celle de la structure"
    console.print(marked("Organisation : {name}{first}", name=shown.organisation, first=first))
    names = ("nouvelles", "avancées", "partagées", "inchangées", "disparues", "problèmes")
    console.print(" · ".join(f"{name} {number}" for name, number in zip(names, numbers.values(), strict=True)))
    if shown.older and shown.newest:
        newest = dates.instant(shown.newest, zone)
        console.print(f"Plus ancien que l’export du {newest} : seules les participations inconnues sont ajoutées.")
    _print_problems(shown.problems)
    if shown.misfit:
        console.print(problem_line("refused", refusal("not-its-kind", {"kind": shown.kind}, NoNames())))
        return
    for one in shown.questions:
        console.print(marked("[yellow]?[/] {asked}", asked=question(one.code, one.count, one.among)))
        console.print(f"  Pour répondre : {' ou '.join(answers(one))}", soft_wrap=True)
    if shown.seen_before or (imported and not recorded):
        console.print("Ce fichier est déjà enregistré : rien à faire.")
    elif recorded:
        console.print(marked("[green]Enregistré.[/]"))
    elif not shown.questions:
        console.print("Rien n’est enregistré : c’est un aperçu.")

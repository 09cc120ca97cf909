"""`pixflow doctor`: the health checks of web/hosting/health.py, printed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Annotated, Any

import typer
from rich.table import Table

from pixflow import inspection, structure_folder
from pixflow.store import RecordsLost
from web.cli.common.structures import OneOption, check_here, chosen_slugs, each
from web.cli.common.terminal import REFUSED, JsonOption, as_json, console, errors, explained, marked, open_slug
from web.french import health as french
from web.french.errors import serving
from web.hosting import account_checks, health, mail, registers
from web.hosting.health import Finding, Level
from web.hosting.read_tables import reads_of
from web.hosting.settings import NOWHERE, Settings, Storage, faults, list_unknown, sound

app = typer.Typer()

MARKS = {"good": "[green]✓[/]", "note": "[yellow]![/]", "alarm": "[red]✗[/]"}


@app.command()
def doctor(
    structure: OneOption = None,
    json: JsonOption = False,
    replace_triggers: Annotated[
        bool, typer.Option("--replace-triggers", help="Remettre d’abord les déclencheurs absents.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(min=0, help="Temps pour lire les faits de chaque structure : la fois suivante continue.")
    ] = inspection.SECONDS,
    every: Annotated[bool, typer.Option("--all", help="Lire tous les faits, du premier au dernier.")] = False,
) -> None:
    """Vérifier que tout va bien : code de sortie 1 quand quelque chose est à faire."""
    slugs, findings_by_slug = chosen_slugs(structure), dict[str, list[Finding]]()
    if replace_triggers:
        each(slugs, _replace_triggers, "aucun déclencheur n’est remis.")
    for slug in slugs:
        findings_by_slug[slug] = _findings(slug, None if every else seconds)
        health.keep_result(Storage().data / slug, findings_by_slug[slug], structure_folder.utc_now())
    if json:
        as_json(findings_by_slug)
    else:
        for slug, findings in findings_by_slug.items():
            _print(slug, findings)
    alarmed = any(one.level == "alarm" for findings in findings_by_slug.values() for one in findings)
    raise typer.Exit(REFUSED if alarmed else 0)


def _replace_triggers(slug: str) -> None:
    with open_slug(slug) as opened:
        if missing := opened.engine.recorder.missing_triggers():
            opened.engine.recorder.replace_triggers()
            errors.print(marked("{slug} : déclencheurs remis ({names}).", slug=slug, names=", ".join(missing)))


def _findings(slug: str, seconds: float | None) -> list[Finding]:
    """Runs every check on a structure; one that does not open is a finding, beside those that need no open one."""
    try:
        check_here(slug)
        with open_slug(slug) as opened, closing(reads_of(opened)) as reads:
            demo = opened.demonstration and opened.engine.references().structure.demonstration
            settings, register = sound(), registers.register_of(opened)
            findings = [
                *health.all_findings(opened, reads, seconds, register.compare(opened.engine)),
                *_of_ledger(settings, "register", registers.finding, opened, register),
                *_settings(),
                *mail.findings(opened.engine, reads, settings, demo=demo),
                *_witness(settings),
                *account_checks.findings(settings, opened, demo=demo),
            ]
            for lost in (one.details["records"] for one in findings if "records" in one.details):
                raise RecordsLost(*lost)  # as if it had not opened: other checks say nothing that is sure
    except Exception as error:
        data, settings = Storage().data, sound()
        findings = [
            Finding("store", "alarm", {"error": type(error).__name__, "said": explained(error)}),
            *health.file_findings(data, slug, structure_folder.utc_now()),
            *_settings(),
            *_witness(settings),
            *account_checks.findings(settings, demo=structure_folder.is_demonstration(data)),
        ]
    return list(_told_once(findings))


def _told_once(findings: list[Finding]) -> Iterator[Finding]:
    """Yields the findings. Of those with one cause the first tells it, and names the others."""
    alike = defaultdict[str, list[Finding]](list)
    for place, one in enumerate(findings):
        raised = {"error", "refusal"} & one.details.keys()
        alike[french.sentence(one.check, one.level, one.details) if raised else str(place)].append(one)
    for first, *others in alike.values():
        also = {"also": [one.check for one in others]} if others else {}
        yield Finding(first.check, first.level, {**first.details, **also})


def _witness(settings: Settings) -> Iterable[Finding]:
    return _of_ledger(settings, "witness", registers.witness, settings) if settings.witness_for else ()


def _of_ledger(settings: Settings, name: str, *check: Any) -> Iterable[Finding]:
    """Yields the finding of a check of the ledger; nothing where its setting is wrong, which another finding says."""
    if settings.ledger != NOWHERE:
        yield health.run(name, *check)


def _settings() -> list[Finding]:
    """Returns each setting that does not fit, and each variable that is no setting."""
    problems: list[tuple[Level, str, str]] = [
        *(("alarm", one.field, serving.setting(*one)) for one in faults(Settings)),
        *(("alarm", "structure", said) for said in _unknown_structure()),
        *(("note", name, serving.phrase_unknown(name, nearest)) for name, nearest in list_unknown().items()),
    ]
    found = [Finding("settings", level, {"setting": name, "said": said}) for level, name, said in problems]
    return found or [Finding("settings", "good")]


def _unknown_structure() -> Iterator[str]:
    settings = Storage()
    if settings.structure and settings.structure not in (known := structure_folder.slugs(settings.data)):
        yield serving.setting("structure", "unknown", settings.structure, known=", ".join(known))


def _print(slug: str, findings: list[Finding]) -> None:
    console.print(marked("[bold]{slug}[/]", slug=slug))
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in findings:
        said = french.sentence(one.check, one.level, one.details)
        table.add_row(marked(MARKS[one.level]), french.title(one.check), said)
    console.print(table)

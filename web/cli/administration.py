"""`pixflow keys rotate`: another structure key, when the old one may be known to somebody."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pixflow import presets, structure_folder
from pixflow.backups.key_copies import check_whole, refresh_keys
from pixflow.presets import PresetError
from web.cli.backups import OneOption, _chosen, _opened, saving_in_words
from web.cli.french_typer import InFrench
from web.cli.terminal import (
    JsonOption,
    StructureOption,
    as_json,
    console,
    explained,
    fail,
    in_words,
    opening,
    shown,
    working,
)
from web.french import health as french_health
from web.french import vocabulary
from web.french.errors import presets as errors_presets
from web.hosting import health
from web.hosting.health import Finding
from web.hosting.mail import chosen
from web.hosting.served_structure import reads_of
from web.hosting.settings import Settings

app = typer.Typer()

keys_app = typer.Typer(help="Les clés qui scellent les données des personnes.", cls=InFrench, no_args_is_help=True)
app.add_typer(keys_app, name="keys")


@keys_app.command("rotate")
def rotate(structure: StructureOption = None) -> None:
    """Changer la clé de la structure : l'ancienne n'ouvre plus rien."""
    with opening(structure) as opened, saving_in_words():
        ring = opened.engine.keys.ring
        check_whole(opened)
        ring.change_structure_key()
        backups = refresh_keys(opened)
    console.print(f"La clé de la structure a changé : {ring.key_path}", soft_wrap=True)
    if backups:
        console.print(f"{vocabulary.plural(backups, 'sauvegarde suit', 'sauvegardes suivent')} la nouvelle clé.")
    console.print("Gardez-en une copie à part, et détruisez celles de l'ancienne.")


@app.command()
def init(
    structure: Annotated[str, typer.Option("--structure", help="Le nom de la Mission locale.")],
    preset: Annotated[str, typer.Option(help="Le protocole de départ : un nom livré, ou un fichier TOML.")],
    data: Annotated[Path | None, typer.Option(help="Où garder les données (sinon PIXFLOW_DATA).")] = None,
    site: Annotated[list[str] | None, typer.Option("--site", help="Un site ; à répéter.")] = None,
    zone: Annotated[str, typer.Option(help="Le fuseau horaire.")] = "Europe/Paris",
    calendar: Annotated[str, typer.Option(help="Le calendrier des jours fériés : FR, FR-57, FR-974…")] = "FR",
) -> None:
    """Ouvrir une structure : son dossier, son protocole et sa grille."""
    try:
        chosen = presets.load(preset)
    except PresetError as error:
        fail(f"Le protocole {preset} ne peut pas servir. {errors_presets.sentence(error)}")
    with in_words():
        opened = structure_folder.create(
            data or Settings().data,
            name=structure,
            preset=chosen,
            sites=tuple(site or [structure]),
            zone=zone,
            calendar=calendar,
            database=Settings().database(),
        )
        opened.engine.close()
    console.print(f"Structure ouverte : [bold]{structure}[/] ({opened.folder})")
    console.print("Ensuite : pixflow staff add NOM COURRIEL --role referent")


@app.command()
def rebuild(structure: StructureOption = None) -> None:
    """Refaire les tables de lecture à partir des faits, à côté de celles qui servent."""
    with working(structure) as served:
        name = served.rebuild(shown("Reconstruction"))
        stopped = served.read().stopped()
    console.print(f"Tables refaites : {name}")
    for row in stopped:
        console.print(f"[red]Arrêtée[/] : {row.projection} sur {row.stream} ({row.code}, fait n° {row.position})")


@app.command()
def tick(structure: StructureOption = None) -> None:
    """Ce qui se fait avec le temps : places rendues, dossiers repris, courriels du jour, envois oubliés balayés."""
    settings = Settings()
    with working(structure) as served, in_words():
        done = served.tick(chosen(settings, served.opened.folder, demo=False), settings.pages())
    console.print(f"Envois oubliés effacés : {done.swept} · courriels envoyés : {done.sent}")


MARKS = {"good": "[green]✓[/]", "note": "[yellow]![/]", "alarm": "[red]✗[/]"}


@app.command()
def doctor(structure: OneOption = None, json: JsonOption = False) -> None:
    """Vérifier que tout va bien : code de sortie 1 quand quelque chose est à faire."""
    found = {slug: _examined(slug) for slug in _chosen(structure)}
    if json:
        as_json(found)
    else:
        for slug, findings in found.items():
            _tell(slug, findings)
    if any(one.level == "alarm" for findings in found.values() for one in findings):
        raise typer.Exit(1)


def _examined(slug: str) -> list[Finding]:
    try:
        with _opened(slug) as opened:
            reads = reads_of(opened)
            try:
                return health.all_findings(opened, reads)
            finally:
                reads.close()
    except Exception as error:
        closed = Finding("store", "alarm", {"error": type(error).__name__, "said": explained(error)})
        return [closed, *health.file_findings(Settings().data, slug, structure_folder.utc_now())]


def _tell(slug: str, findings: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False, title=f"[bold]{slug}[/]", title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in findings:
        said = french_health.sentence(one.check, one.level, one.details)
        table.add_row(MARKS[one.level], french_health.TITLES[one.check], escape(said))
    console.print(table)

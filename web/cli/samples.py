"""`pixflow demo` and `pixflow simulate`: invented structures."""

import shlex
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pixflow import structure_folder
from pixflow.refused import Refused
from web.cli.administration import load_preset
from web.cli.common.terminal import console, day, errors, fail, in_words, marked, table_of
from web.cli.server import PortOption, run
from web.french import dates, typography, vocabulary
from web.hosting.host import open_host
from web.hosting.settings import PORT, Settings
from web.samples import demo as demonstration
from web.samples import population

app = typer.Typer()

STRUCTURE = "Mission locale du Val d’Exemple"
LINES = 10
"""Lines of progress in a file."""


@app.command()
def simulate(
    young_people: Annotated[int, typer.Option(min=1, max=100_000, help="Combien de jeunes sont accueillis.")],
    seed: Annotated[int, typer.Option(help="Le hasard : le même nombre donne les mêmes parcours.")] = 1,
    preset: Annotated[str, typer.Option(help="Le protocole : un nom livré, ou un fichier TOML.")] = "laigle-mortagne",
    structure: Annotated[str, typer.Option("--structure", help="Le nom de la Mission locale.")] = STRUCTURE,
    months: Annotated[int, typer.Option(min=1, max=240, help="Combien de mois sont joués.")] = population.MONTHS,
    start: Annotated[
        str | None, typer.Option(metavar="AAAA-MM-JJ", help="Le premier jour (sinon : pour finir hier).")
    ] = None,
    batch: Annotated[
        bool, typer.Option("--batch", help="D’un coup, ce que chacun fait en un jour : pour de grands nombres.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="Où garder les données (sinon PIXFLOW_DATA).")] = None,
) -> None:
    """Une Mission locale inventée, de la taille voulue : des mois de parcours vraisemblables, pour essayer."""
    chosen, first = load_preset(preset), day(start) if start else None
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(compact=True)
    with in_words(), Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        try:
            opened, played = population.build(
                data or Settings().demonstrations(),
                name=structure,
                preset=chosen,
                young_people=young_people,
                seed=seed,
                months=months,
                start=first,
                batch=batch,
                progress=_show_progress(bar),
                database=Settings().database(),
            )
        except Refused as refused:
            if refused.code == "future":
                fail("Il n’y a pas une semaine entre ce premier jour et aujourd’hui : choisissez-en un plus ancien.")
            raise
        opened.engine.close()
    console.print(marked("[bold]{name}[/] ({folder})", name=structure, folder=opened.folder), soft_wrap=True)
    period = f"du {dates.day(played.first, year=True)} au {dates.day(played.last, year=True)}"
    counts = f"{young_people} jeunes, {played.staff} personnes, {played.commands} commandes, {played.events} faits"
    console.print(typography.typeset(f"{counts}, {period}"))
    for code, count in played.refused.items():
        console.print(marked("[yellow]●[/] {count} refus ({code})", count=count, code=code))
    console.print(f"Ensuite : {_in(opened.folder.parent)}pixflow serve --demo", soft_wrap=True)


def _show_progress(bar: Progress) -> population.Progress:
    """Returns what shows the day that is played: the bar of a terminal, some lines of a file."""
    task = bar.add_task("Ouverture")

    def progress(today: date, played: int, days: int, events: int) -> None:
        said = typography.typeset(f"{dates.day(today, year=True)} : {typography.plural(events, 'fait')}")
        bar.update(task, completed=played, total=days, description=said)
        if bar.disable and played * LINES // days > (played - 1) * LINES // days:
            errors.print(said)

    return progress


@app.command()
def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Préparer sans servir.")] = False,
    port: PortOption = PORT,
    data: Annotated[Path | None, typer.Option(help="Le dossier des données (sinon PIXFLOW_DATA).")] = None,
) -> None:
    """Deux Missions locales inventées, des mois de suivi, et les pages pour les essayer."""
    folder = data or Settings().demonstrations()
    with in_words():
        if demonstration.build(folder, structure_folder.utc_now()):
            console.print(f"Démonstration préparée dans {folder}")
        else:
            console.print(f"Démonstration déjà là, dans {folder} (effacez ce dossier pour repartir de zéro)")
        for story in demonstration.STORIES:
            _print_people(folder, demonstration.slug(story))
        if not no_serve:
            run(folder, port=port, demo=True)


def _in(folder: Path) -> str:
    """Returns the setting that a command needs before it to work in this folder, "" when it works there already."""
    there = folder.absolute()
    return "" if there == Settings().data else f"PIXFLOW_DATA={shlex.quote(str(there))} "


def _print_people(folder: Path, slug: str) -> None:
    """Prints whose account to use for each role, and the exports to import."""
    with open_host(folder, demo=True, only=slug) as one:
        served = one.structures[slug]
        name = served.refs.structure.name
        held = [(member, member.roles_on(served.today())) for member in served.refs.team.values()]
        team = [(member, roles) for member, roles in held if roles]
    console.print(marked("\n[bold]{name}[/]", name=name))
    table = table_of("Rôle", "Qui être", "Où regarder")
    for role, look in LOOK.items():
        there = [member.name for member, roles in team if min(roles, key=LOOK_ORDER.index) == role]
        if there:
            table.add_row(vocabulary.ROLES[role], ", ".join(there), look)
    console.print(table)
    first = next(member for member, roles in team if "advisor" in roles)
    command = f"{_in(folder)}pixflow queue --as {first.email} --structure {slug}"
    console.print(f"Dans le terminal : {command}", soft_wrap=True)
    for export in sorted((folder / slug / demonstration.EXPORTS).glob("*.csv")):
        console.print(f"Un export à importer, page Résultats : {export}", soft_wrap=True)


LOOK = {
    "advisor": "Ma boîte : les jeunes du jour, et pourquoi",
    "referent": "Résultats : à rapprocher, à transmettre",
    "manager": "Ma boîte : ce qui attend depuis longtemps",
    "auditor": "Rejouer : chaque dossier, fait après fait",
    "facilitator": "Ateliers : qui vient, qui était là",
    "administrator": "Protocole et grille (ne lit aucun dossier)",
}

LOOK_ORDER = list(LOOK)

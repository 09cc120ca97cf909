"""`pixflow simulate`: a structure with as many invented young people as one likes."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pixflow import presets
from pixflow.presets import PresetError
from pixflow.refused import Refused
from web import simulation
from web.cli import app
from web.french import dates, words
from web.french import presets as preset_words
from web.settings import Settings
from web.terminal import console, day, errors, fail, in_words

STRUCTURE = "Mission locale du Val d’Exemple"


@app.command()
def simulate(
    young_people: Annotated[int, typer.Option(min=1, help="Combien de jeunes sont accueillis.")],
    seed: Annotated[int, typer.Option(help="Le hasard : le même nombre donne les mêmes parcours.")] = 1,
    preset: Annotated[str, typer.Option(help="Le protocole : un nom livré, ou un fichier TOML.")] = "laigle-mortagne",
    structure: Annotated[str, typer.Option("--structure", help="Le nom de la Mission locale.")] = STRUCTURE,
    months: Annotated[int, typer.Option(min=1, max=240, help="Combien de mois sont joués.")] = simulation.MONTHS,
    start: Annotated[
        str | None, typer.Option(metavar="AAAA-MM-JJ", help="Le premier jour (sinon : pour finir hier).")
    ] = None,
    batch: Annotated[
        bool, typer.Option("--batch", help="D'un coup, ce que chacun fait en un jour : pour de grands nombres.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="Où garder les données (sinon PIXFLOW_DATA).")] = None,
) -> None:
    """Une Mission locale inventée, de la taille voulue : des mois de parcours vraisemblables, pour essayer."""
    try:
        chosen = presets.load(preset)
    except PresetError as error:
        fail(f"Le protocole {preset} ne peut pas servir. {preset_words.sentence(error)}")
    first = day(start) if start else None
    with in_words(), _bar() as bar:
        try:
            opened, played = simulation.build(
                data or Settings().data, name=structure, preset=chosen, young_people=young_people, seed=seed,
                months=months, start=first, batch=batch, progress=_shown(bar), database=Settings().database(),
            )  # fmt: skip
        except Refused as refused:
            if refused.code == "future":
                fail("Il n'y a pas une semaine entre ce premier jour et aujourd'hui : choisissez-en un plus ancien.")
            raise
        opened.engine.close()
    console.print(f"[bold]{structure}[/] ({opened.folder})", soft_wrap=True)
    period = f"du {dates.day(played.first, year=True)} au {dates.day(played.last, year=True)}"
    console.print(words.typeset(
        f"{young_people} jeunes, {played.staff} personnes, {played.commands} commandes, {played.events} faits, {period}"
    ))  # fmt: skip
    for code, count in played.refused.items():
        console.print(f"[yellow]●[/] {count} refus ({code})")
    console.print("Ensuite : pixflow serve --demo")


def _bar() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(compact=True)
    return Progress(*columns, console=errors, transient=True)


def _shown(bar: Progress) -> simulation.Progress:
    task = bar.add_task("Ouverture")

    def progress(today: date, played: int, days: int, events: int) -> None:
        said = f"{dates.day(today, year=True)} : {events} faits"
        bar.update(task, completed=played, total=days, description=said)

    return progress

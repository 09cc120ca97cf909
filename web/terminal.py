"""What every command of the terminal needs: the structure, the person, words for what is refused."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn
from uuid import UUID

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from pixflow import staff, structures
from pixflow.people import Actor
from pixflow.refused import Refused
from pixflow.store import StoreError
from web.french.refusals import refusal, store_error
from web.naming import NoNames
from web.settings import Settings
from web.site import Served, serve_one

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

StructureOption = Annotated[
    str | None, typer.Option("--structure", help="Le dossier de la structure, s'il y en a plusieurs.")
]
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Le fichier.")]
AsOption = Annotated[str, typer.Option("--as", help="Le courriel de la personne qui agit.")]
JsonOption = Annotated[bool, typer.Option("--json", help="En JSON, pour un programme.")]


def fail(sentence: str, code: int = 1) -> NoReturn:
    """Say why nothing was done, and stop."""
    errors.print(f"[bold red]Refusé.[/] {sentence}" if code == 1 else sentence)
    raise typer.Exit(code)


@contextmanager
def in_words() -> Iterator[None]:
    """Refusals and store errors become a sentence and exit code 1."""
    try:
        yield
    except Refused as refused:
        fail(refusal(refused.code, refused.details, NoNames()))
    except StoreError as error:
        fail(store_error(error))


@contextmanager
def working(structure: str | None) -> Iterator[Served]:
    """The one structure of the data folder, or the one named; its read side is up to date."""
    data = Settings().data
    known = structures.slugs(data)
    if not known:
        fail(f"Aucune structure dans {data} : commencez par « pixflow init ».")
    if structure is None and len(known) > 1:
        fail(f"Plusieurs structures : précisez --structure ({', '.join(known)}).")
    with in_words():
        served = serve_one(structures.open_one(data, structure or known[0]), shown("Mise à jour des tables"))
        try:
            yield served
        finally:
            served.close()


def person(served: Served, address: str) -> Actor:
    """The member of staff with this e-mail."""
    found = served.engine.claimed("email", [staff.address(address)])
    if not found:
        fail(f"Personne n'a le courriel {address} dans {served.refs.structure.name}.")
    return Actor(str(next(iter(found.values()))))


def dossier(served: Served, named: str) -> UUID:
    """A dossier by its id or its i-Milo number."""
    found = served.engine.claimed("imilo", [named.strip().upper()])
    if found:
        return next(iter(found.values()))
    try:
        return UUID(named)
    except ValueError:
        fail(f"Aucun dossier n'a le n° i-Milo {named}.")


def shown(title: str) -> Any:
    """A progress bar for what counts from 0 to a total; nothing is drawn for what is short."""
    state: dict[str, Any] = {}

    def progress(done: int, total: int) -> None:
        if total < 20_000:
            return
        if not state:
            bar = Progress(TextColumn(title), BarColumn(), MofNCompleteColumn(), console=errors)
            bar.start()
            state.update(bar=bar, task=bar.add_task(title, total=total))
        state["bar"].update(state["task"], completed=done, total=total)
        if done >= total:
            state["bar"].stop()

    return progress


def as_json(value: Any) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(msgspec.to_builtins(value), ensure_ascii=False, indent=2))

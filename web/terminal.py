"""What every command of the terminal needs: the structure, the person, words for what is refused."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn
from uuid import UUID

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from typer import rich_utils
from typer.core import TyperGroup

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
USAGE = 2

rich_utils.COMMANDS_PANEL_TITLE = "Commandes"
rich_utils.DEFAULT_STRING = "[par défaut : {}]"
rich_utils.REQUIRED_LONG_STRING = "[obligatoire]"

StructureOption = Annotated[
    str | None, typer.Option("--structure", help="Le dossier de la structure, s'il y en a plusieurs.")
]


def _file(path: Path) -> Path:
    if not path.is_file():
        fail(f"{path} est un dossier, et non un fichier." if path.is_dir() else f"Le fichier {path} n'existe pas.", USAGE)
    return path


FileArgument = Annotated[Path, typer.Argument(metavar="FICHIER", callback=_file, help="Le fichier.")]
AsOption = Annotated[str, typer.Option("--as", help="Le courriel de la personne qui agit.")]
JsonOption = Annotated[bool, typer.Option("--json", help="En JSON, pour un programme.")]


def fail(sentence: str, code: int = 1) -> NoReturn:
    """Say why nothing was done, and stop."""
    errors.print(f"[bold red]Refusé.[/] {escape(sentence)}" if code == 1 else escape(sentence))
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
        if structure is not None and structure not in known:
            raise Refused("unknown-structure", slug=structure, known=", ".join(known))
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


class InFrench(TyperGroup):
    """A group of commands whose usage errors and help are in French; Typer's own words stay where it has no place."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **extra)
        try:
            code = super().main(*args, standalone_mode=False, **extra)
        except typer.Abort:
            code = 1
        except Exception as error:
            if not hasattr(error, "format_message"):  # what Typer raises of a line it cannot read
                raise
            if getattr(error, "ctx", None) and type(error).__name__ != "NoArgsIsHelpError":
                typer.echo(f"{error.ctx.get_usage()}\nAide : {error.ctx.command_path} --help", err=True)
                errors.print(escape(_usage(error)))
            code = USAGE
        sys.exit(code if isinstance(code, int) else 0)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None:
            fail(f"La commande « {args[0]} » n'existe pas. Commandes : {', '.join(self.list_commands(ctx))}.", USAGE)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        found = super().get_command(ctx, cmd_name)
        option = found.get_help_option(ctx) if found else None
        if option:
            option.help = "Montrer cette aide."
        return found


def _usage(error: Any) -> str:
    """What is wrong with the line that was typed."""
    param = getattr(error, "param", None)
    named = param.get_error_hint(getattr(error, "ctx", None)).replace("'", "") if param else ""
    match type(error).__name__:
        case "MissingParameter":
            return f"Il manque {named}."
        case "NoSuchOption":
            near = ", ".join(error.possibilities or ())
            return f"L'option {error.option_name} n'existe pas{f' (proche : {near})' if near else ''}."
        case "BadOptionUsage":
            return f"L'option {error.option_name} ne s'écrit pas ainsi : voyez l'aide."
    return f"{named} n'a pas une valeur qui convient." if named else "Il y a un mot de trop dans la ligne."

"""The command `pixflow`: registers the commands of every module."""

import logging
import os
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer

from web.cli.common.french_typer import InFrench, commands_of
from web.french import logs

COMMANDS = {
    "init": "administration", "demo": "samples", "queue": "queue",
    "rebuild": "administration", "tick": "administration", "serve": "server",
    "read": "files.exports", "import": "files.exports", "backup": "backups", "restore": "backups",
    "doctor": "doctor", "replay": "replay",
    "export-person": "privacy", "erase": "privacy", "erasures": "privacy", "retention": "privacy",
    "indicators": "indicators", "event-log": "indicators", "what-if": "what_if",
    "simulate": "samples",
    "staff": "staff", "account": "account", "mail": "administration", "dossiers": "dossiers",
    "places": "files.places", "keys": "administration", "register": "register",
}  # fmt: skip
"""Commands in the order of the help, each with its module of web.cli."""


class Loading(InFrench):
    """The group of all commands. It imports the module of a command when that one is asked for."""

    def list_commands(self, *args: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            module = import_module(f"web.cli.{COMMANDS[cmd_name]}")
            self.commands = {**self.commands, **commands_of(module.app)}
        return super().get_command(ctx, cmd_name)


PRIVATE = 0o077
"""umask of every command: what pixflow writes, its owner alone reads."""

app = typer.Typer(help="pixflow : le suivi des parcours Pix d’une Mission locale.", cls=Loading, no_args_is_help=True)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"pixflow {version('pixflow')}")
        raise typer.Exit


@app.callback()
def start(
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Dire la version.")
    ] = False,
) -> None:
    """Runs before each command: what it writes is private, and what it logs is French."""
    os.umask(PRIVATE)
    if logging.lastResort:
        logging.lastResort.setFormatter(logs.FrenchFormatter())

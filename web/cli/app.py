"""The command `pixflow`: registers the commands of every module."""

import os
from importlib.metadata import version
from typing import Annotated, Any

import typer

from web.cli import administration, backups, doctor, indicators, privacy, queue, replay, samples, server
from web.cli.account import account_app
from web.cli.common.french_typer import InFrench
from web.cli.dossiers import dossiers_app
from web.cli.files import exports
from web.cli.files.places import places_app
from web.cli.staff import staff_app

ORDER = (
    "init", "demo", "queue", "rebuild", "tick", "serve", "read", "import", "backup", "restore", "doctor", "replay",
    "export-person", "erase", "erasures", "retention", "indicators", "simulate", "staff", "account", "dossiers",
    "places", "keys",
)  # fmt: skip
"""Commands in the order of the help."""


class InOrder(InFrench):
    """The group of all commands, listed in ORDER."""

    def list_commands(self, *args: Any) -> list[str]:
        return sorted(super().list_commands(*args), key=ORDER.index)


PRIVATE = 0o077
"""umask of every command: what pixflow writes, its owner alone reads."""

app = typer.Typer(
    help="pixflow : le suivi des parcours Pix d’une Mission locale.",
    cls=InOrder,
    no_args_is_help=True,
)


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
    """Runs before each command."""
    os.umask(PRIVATE)


app.add_typer(staff_app, name="staff")
app.add_typer(account_app, name="account")
app.add_typer(dossiers_app, name="dossiers")
app.add_typer(places_app, name="places")
for commands in (administration, doctor, samples, queue, server, exports, replay, privacy, backups, indicators):
    app.add_typer(commands.app)

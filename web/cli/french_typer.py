"""Typer's usage errors and help, in French."""

import sys
from typing import Any, NoReturn

import typer
from rich.markup import escape
from typer.core import TyperGroup

from web.cli.terminal import USAGE, errors, fail

HELP = "Montrer cette aide."


class InFrench(TyperGroup):
    """A group of commands that says in French what is wrong with the line typed; "Usage" and the types stay."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except typer.Abort:
            code = 1
        except Exception as error:
            if not hasattr(error, "format_message"):  # what Typer's own errors all have; their classes are private
                raise
            if type(error).__name__ != "NoArgsIsHelpError":  # the help is shown already
                errors.print(escape(_usage(error)))
            code = USAGE
        sys.exit(code if isinstance(code, int) else 0)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if self.get_command(ctx, args[0]) is None:
            fail(f"La commande « {args[0]} » n'existe pas. Commandes : {', '.join(self.list_commands(ctx))}.", USAGE)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        if command and (option := command.get_help_option(ctx)):
            option.help = HELP
        return command

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        if option:
            option.help = HELP
        return option


def _usage(error: Any) -> str:
    """What is wrong with the line typed, and where its help is."""
    param, ctx = getattr(error, "param", None), getattr(error, "ctx", None)
    option = param is not None and param.param_type_name == "option"
    named = (param.opts[0] if option else param.metavar or param.name) if param else ""
    match type(error).__name__:
        case "MissingParameter":
            said = f"Il manque {named}."
        case "NoSuchOption":
            near = f" ; la plus proche est {', '.join(error.possibilities)}" if error.possibilities else ""
            said = f"L'option {error.option_name} n'existe pas{near}."
        case "BadOptionUsage":
            said = f"L'option {error.option_name} ne s'écrit pas ainsi."
        case _:
            said = f"La valeur de {named} ne convient pas." if named else "La ligne a un mot de trop."
    return f"{said} Aide : {ctx.command_path if ctx else 'pixflow'} --help"

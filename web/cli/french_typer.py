"""Typer's usage errors and help, in French. No other module knows Typer's private classes."""

import sys
from typing import Any, NoReturn

import typer
from typer import rich_utils
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    ClickException,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer.core import TyperGroup

from web.cli.terminal import USAGE, errors, fail

HELP = "Montrer cette aide."

rich_utils.COMMANDS_PANEL_TITLE = "Commandes"
rich_utils.DEFAULT_STRING = "[par défaut : {}]"
rich_utils.REQUIRED_LONG_STRING = "[obligatoire]"


class InFrench(TyperGroup):
    """Group of commands that says in French why it cannot read a command line. "Usage" and the types stay English."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except typer.Abort:
            code = 1
        except NoArgsIsHelpError:  # the help is shown already
            code = USAGE
        except ClickException as error:
            errors.print(_usage(error))
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


def _usage(error: ClickException) -> str:
    """Returns the reason why the command line cannot be read, and the command that shows its help."""
    ctx = error.ctx if isinstance(error, UsageError) else None
    return f"{_reason(error)} Aide : {ctx.command_path if ctx else 'pixflow'} --help"


def _reason(error: ClickException) -> str:
    match error:
        case MissingParameter():
            return f"Il manque {_name(error)}."
        case NoSuchOption():
            near = f" ; la plus proche est {', '.join(error.possibilities)}" if error.possibilities else ""
            return f"L'option {error.option_name} n'existe pas{near}."
        case BadOptionUsage():
            return f"L'option {error.option_name} ne s'écrit pas ainsi."
        case BadParameter() if named := _name(error):
            return f"La valeur de {named} ne convient pas."
    return "La ligne a un mot de trop."


def _name(error: BadParameter) -> str:
    param: Any = error.param
    if param is None:
        return ""
    return str(param.opts[0] if param.param_type_name == "option" else param.metavar or param.name)

"""Typer's usage errors and help, in French; the check of the settings before each command, and the end of every one.

No other module knows Typer's privates.
"""

import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
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
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from web.cli.common.terminal import RECORDED, USAGE, Failed, as_json, errors, fail, in_words, marked
from web.french.errors import serving
from web.french.typography import say
from web.hosting import settings
from web.hosting.settings import Settings, Storage

HELPS = {
    "--help": "Montrer cette aide.",
    "--install-completion": "Installer la complétion dans l’interpréteur de commandes.",
    "--show-completion": "Montrer la complétion, pour la copier ou l’adapter.",
}
"""Help of the options that Typer adds."""
METAVARS = {"int": "NOMBRE", "float": "NOMBRE", "str": "TEXTE", "list[str]": "TEXTE", "Path": "CHEMIN", "bool": ""}
TYPES = {"int": "un nombre entier", "float": "un nombre"}
"""Words of the types whose values Typer itself refuses."""

NIGHT = ("backup", "doctor")
"""Commands of the night: they need a place only, so a wrong setting of e-mails or pages is told and stops neither."""

rich_utils.COMMANDS_PANEL_TITLE = "Commandes"
rich_utils.DEFAULT_STRING = "[par défaut : {}]"
rich_utils.REQUIRED_LONG_STRING = "[obligatoire]"


class InFrench(TyperGroup):
    """Group of commands that ends each of them: in French words, as JSON when it was asked for, with an exit code."""

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **{**extra, "subcommand_metavar": "COMMANDE [ARGUMENTS]…"})

    def main(self, args: Any = None, *more: Any, **extra: Any) -> NoReturn:
        line = sys.argv[1:] if args is None else list(args)
        try:
            code = self._run(line, *more, **extra)
        except Failed as failed:
            code = failed.code
            refused = marked("[bold red]Refusé.[/] {sentence}", sentence=failed.sentence)
            errors.print(failed.sentence if code in (USAGE, RECORDED) else refused)
            with suppress(OSError):  # the output may be what is full
                if "--json" in line:
                    as_json({"refused": code != RECORDED, "exit": code, "message": failed.sentence})
        sys.exit(code if isinstance(code, int) else 0)

    def _run(self, *args: Any, **extra: Any) -> Any:
        """Runs a command and returns its exit code. Raises Failed for every error that has a sentence."""
        try:
            with in_words():
                return super().main(*args, **{**extra, "standalone_mode": False})
        except typer.Abort:
            fail("Rien n’est fait.")
        except NoArgsIsHelpError:  # the help is shown already
            return USAGE
        except ClickException as error:
            ctx = error.ctx if isinstance(error, UsageError) else None
            fail(f"{_reason(error)} Aide : {ctx.command_path if ctx else 'pixflow'} --help", USAGE)
        except UnicodeEncodeError:
            fail("Un caractère de la ligne n’est pas de l’UTF-8.", USAGE)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if self.get_command(ctx, args[0]) is None:
            fail(f"La commande « {args[0]} » n’existe pas. Commandes : {', '.join(self.list_commands(ctx))}.", USAGE)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        if isinstance(command, TyperCommand):
            command.__class__ = CommandInFrench
        return command

    def get_params(self, ctx: Any) -> Any:
        return [_in_french(one) for one in super().get_params(ctx)]


class CommandInFrench(TyperCommand):
    """Command whose help is in French, and that wrong settings stop."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Tells which variables are no settings: `doctor` finds them itself.

        Raises Failed when a setting that the command needs does not fit.
        """
        if not ctx.resilient_parsing and "--help" not in args:
            for name, nearest in settings.list_unknown().items() if self.name != "doctor" else ():
                errors.print(marked("[yellow]●[/] {said}", said=serving.phrase_unknown(name, nearest)))
            if wrong := wrong_settings(Storage if self.name in NIGHT else Settings):
                fail(" ".join(wrong))
        return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> Any:
        return [_in_french(one) for one in super().get_params(ctx)]


def wrong_settings(needed: type[Storage] = Settings) -> list[str]:
    """Returns a sentence for each setting that does not fit."""
    return [serving.setting(*one) for one in settings.faults(needed)]


@cache
def commands_of(app: typer.Typer) -> Mapping[str, Any]:
    """Returns the commands and the groups of an application, by name."""
    return get_group(app).commands


def _in_french(parameter: Any) -> Any:
    """Returns an option or an argument, with words for its type, and its help when Typer added it."""
    parameter.help = HELPS.get(parameter.opts[0], parameter.help)
    if parameter.param_type_name == "argument":
        parameter.display_type_rich = lambda ctx: ""  # its name says what it is
        return parameter
    if parameter.metavar is None and not parameter.type_descriptor.is_choice:
        parameter.metavar = METAVARS.get(parameter.bare_type())
    if parameter.prompt:  # Typer's own question answers a wrong value in English, and asks again
        question = f"{parameter.prompt} ({', '.join(map(str, parameter.type_descriptor.choices))})"
        parameter.prompt_for_value = lambda ctx: typer.prompt(question)
    return parameter


def _reason(error: ClickException) -> str:
    """Returns the reason why the command line cannot be read."""
    match error:
        case MissingParameter():
            return f"Il manque {_name(error)}."
        case NoSuchOption():
            near = f" ; la plus proche est {', '.join(error.possibilities)}" if error.possibilities else ""
            return f"L’option {error.option_name} n’existe pas{near}."
        case BadOptionUsage():
            return f"L’option {error.option_name} ne s’écrit pas ainsi."
        case BadParameter() if named := _name(error):
            return say("La valeur de {named} ne convient pas{allowed}.", named=named, allowed=_allowed(error))
    return "La ligne a un mot de trop."


def _allowed(error: BadParameter) -> str:
    """Returns the values that a parameter allows, "" when there is no rule to say."""
    param: Any = error.param
    kind = param.type_descriptor
    if kind.is_choice:
        return f" : {', '.join(map(str, kind.choices))}"
    if kind.is_ranged:
        least, most = kind.parameter_info.min, kind.parameter_info.max
        return f" : {TYPES[param.bare_type()]} {f'de {least} à {most}' if most is not None else f'à partir de {least}'}"
    return f" : {TYPES[param.bare_type()]}" if param.bare_type() in TYPES else ""


def _name(error: BadParameter) -> str:
    param: Any = error.param
    if param is None:
        return ""
    return str(param.opts[0] if param.param_type_name == "option" else param.metavar or param.name)

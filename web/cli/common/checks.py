"""Check of the settings, before each command does anything."""

from web.cli.common.terminal import errors, fail, marked
from web.french.errors import settings as french
from web.hosting import settings
from web.hosting.settings import Settings, Storage

NIGHT = ("backup", "doctor")
"""Commands of the night: they need a place only, so a wrong setting of e-mails or pages is told and stops neither."""


def check_settings(command: str) -> None:
    """Tells which variables are no settings: `doctor` finds them itself.

    Raises Failed when a setting that the command needs does not fit.
    """
    for name, nearest in settings.unknown().items() if command != "doctor" else ():
        errors.print(marked("[yellow]●[/] {said}", said=french.unknown(name, nearest)))
    if wrong := wrong_settings(Storage if command in NIGHT else Settings):
        fail(" ".join(wrong))


def wrong_settings(needed: type[Storage] = Settings) -> list[str]:
    """Returns a sentence for each setting that does not fit."""
    return [french.sentence(*one) for one in settings.faults(needed)]

"""Common parts of the commands: the structure, the person, error messages."""

import json
import os
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console, ConsoleDimensions
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import OperationalError

from pixflow import structure_folder
from pixflow.access_journal.line import Line, join_people, micros
from pixflow.actor import OPERATOR, Actor
from pixflow.backups import BackupError
from pixflow.decision import Decision
from pixflow.events.base import Recorded
from pixflow.refused import Refused
from pixflow.store import Damaged, StoreError, UnknownTopic
from pixflow.structure_folder import OpenStructure
from pixflow.team import staff
from web.desk.names import NoNames
from web.french.errors import backups, failures, serving
from web.french.errors.refusals import refusal
from web.french.typography import plural, say
from web.hosting.machine.process import CannotServe
from web.hosting.read_tables import naming_backup, open_whole
from web.hosting.served_structure import ServedStructure, serve_one
from web.hosting.settings import Storage
from web.http.addresses import read_day

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


UNCUT = 10_000
"""Columns of an output that is no terminal."""


class Terminal(Console):
    """A console that prints a text as it is: no markup in it, and no control character. `marked` gives colours."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, highlight=False, **options)

    @property
    def size(self) -> ConsoleDimensions:
        """Returns the size of the terminal. A file, or another program, has no width: its lines are not cut."""
        known = super().size
        return known if self.is_terminal or "COLUMNS" in os.environ else ConsoleDimensions(UNCUT, known.height)

    @size.setter
    def size(self, new: tuple[int, int]) -> None:
        self._width, self._height = new

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(_visible(text), **options)


def marked(template: str, /, **values: object) -> Text:
    """Returns a template of rich's markup with its values; what looks like markup in a value is printed as it is."""
    return Text.from_markup(template.format(**{name: escape(_visible(str(one))) for name, one in values.items()}))


def pick(one: object, *names: str) -> dict[str, Any]:
    """Returns attributes by their names, for a JSON document."""
    return {name: getattr(one, name) for name in names}


def problem_document(one: object, sentence: str) -> dict[str, Any]:
    """Returns a problem of a file for `--json`."""
    return {**pick(one, "severity", "line", "code"), "message": sentence}


def problem_line(severity: str, sentence: str) -> Text:
    """Returns a problem of a file, with a mark in the colour of its severity."""
    return marked("[red]●[/] {said}" if severity == "refused" else "[yellow]●[/] {said}", said=sentence)


def table_of(*titles: str, right: Collection[str] = ()) -> Table:
    """Returns an empty table with these columns, of which some have numbers on the `right`."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, justify="right" if title in right else "left")
    return table


def _visible(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


console = Terminal()
errors = Terminal(stderr=True)
REFUSED, USAGE, QUESTION, RECORDED = 1, 2, 3, 4
"""Exit codes: refused, or something is to be done; the line or its file cannot be read; an answer is needed first;
recorded, but what follows failed."""
CUT_OFF = "{facts}, puis la commande s’est arrêtée. {why} Relancez ensuite la même : rien ne s’enregistre deux fois."

StructureOption = Annotated[
    str | None, typer.Option("--structure", help="Le dossier de la structure, s’il y en a plusieurs.")
]


def _file(path: Path) -> Path:
    if not os.path.isfile(path):
        is_folder = os.path.isdir(path)
        fail(f"{path} est un dossier, et non un fichier." if is_folder else f"Le fichier {path} n’existe pas.", USAGE)
    return path


FileArgument = Annotated[Path, typer.Argument(metavar="FICHIER", callback=_file, help="Le fichier.")]
WhoArgument = Annotated[str, typer.Argument(metavar="COURRIEL", help="Le courriel de la personne.")]
AsOption = Annotated[str, typer.Option("--as", help="Le courriel de la personne qui agit.")]
JsonOption = Annotated[bool, typer.Option("--json", help="En JSON, pour un programme.")]


class Failed(Exception):
    """Raised by a command that does not go on: the French sentence that says why, and the exit code."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


def fail(sentence: str, code: int = REFUSED) -> NoReturn:
    """Ends a command, for the reason of the sentence."""
    raise Failed(sentence, code)


@contextmanager
def in_words() -> Iterator[None]:
    """Turns known exceptions into Failed, with a French sentence and exit code 1."""
    try:
        yield
    except BrokenPipeError:  # nobody reads any more: Typer exits silently
        raise
    except (Refused, BackupError, CannotServe, StoreError, Damaged, UnknownTopic, OperationalError, OSError) as error:
        fail(explained(error))


@contextmanager
def cut_off(recorded: Callable[[], int]) -> Iterator[None]:
    """Turns an error after the first recorded event into Failed with RECORDED. `recorded` counts these events."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (Refused, StoreError, OperationalError, OSError) as error:
        count = 0
        with suppress(StoreError):
            count = recorded()
        if count:
            facts = plural(count, "fait est enregistré", "faits sont enregistrés")
            fail(say(CUT_OFF, facts=facts, why=explained(error)), RECORDED)
        raise


def explained(error: Exception) -> str:
    """Returns the message for an exception, only its kind when it was not foreseen."""
    match error:
        case Refused():
            return refusal(error.code, error.details, NoNames())
        case BackupError():
            return backups.sentence(error)
        case CannotServe():
            return serving.sentence(error.code, error.details)
    return failures.sentence(error)


@contextmanager
def working(structure: str | None) -> Iterator[ServedStructure]:
    """Opens the only structure of the data folder, or the named one, with its read side up to date."""
    with opening(structure) as opened:
        served = serve_one(opened, show_progress("Mise à jour des tables"))
        try:
            for name in ("structure", "protocol", "grille"):  # all commands need them
                if served.opened.stream(name) in served.refs.unopened:
                    raise Damaged(f"an event of the stream {name} does not open")
            yield served
        finally:
            served.journal.close()
            served.reads.close()


@contextmanager
def opening(structure: str | None) -> Iterator[OpenStructure]:
    """Opens the structure without its read side."""
    settings = Storage()
    with in_words():
        slugs = structure_folder.slugs(settings.data)
    if not slugs:
        no_structure()
    if structure is None and settings.structure:
        structure = settings.structure
        if structure not in slugs:
            fail(serving.setting("structure", "unknown", structure, known=", ".join(slugs)))
    if structure is None and len(slugs) > 1:
        names = ", ".join(slugs)
        if not (console.is_terminal and sys.stdin.isatty()):
            fail(f"Plusieurs structures : précisez --structure ({names}), ou gardez-la dans PIXFLOW_STRUCTURE.")
        while structure not in slugs:
            structure = typer.prompt(f"Quelle structure ({names})").strip()
    with in_words():
        if structure is not None and structure not in slugs:
            raise Refused("unknown-structure", slug=structure, known=", ".join(slugs))
        with open_slug(structure or slugs[0]) as opened:
            yield opened


@contextmanager
def open_slug(slug: str) -> Iterator[OpenStructure]:
    """Opens a structure without its read side, and closes it at the end. What is lost names the last backup."""
    settings = Storage()
    with naming_backup(settings.data, slug):
        opened = open_whole(settings.data, slug, database=settings.database())
        try:
            yield opened
            opened.note()
        finally:
            opened.engine.close()


def no_structure() -> NoReturn:
    fail(serving.sentence("no-structure", {"data": Storage().data}))


def person(served: ServedStructure, address: str) -> Actor:
    """Returns the member of staff with this e-mail, who works here today."""
    member_id = member(served, address)
    known = served.refs.team[member_id]
    if not known.works(served.today()):
        fail(f"{known.name} a quitté {served.refs.structure.name}.")
    return Actor(str(member_id))


def take(
    served: ServedStructure,
    streams: Mapping[str, UUID],
    decision: Decision[..., Any],
    /,
    *,
    by: Actor = Actor(OPERATOR),
    **sent: Any,
) -> Sequence[Recorded]:
    """Takes a decision, the operator's unless it is `by` somebody else. Returns its events; raises Refused."""
    return served.engine.execute(streams, decision, by=by, command_id=uuid4(), via="cli", **sent).recorded


def day(text: str) -> date:
    """Reads a day, one that a form would accept too."""
    if found := read_day(text):
        return found
    fail(f"« {text} » n’est pas une date : écrivez 2026-03-12.", USAGE)


def in_order(first: date, last: date) -> tuple[date, date]:
    """Returns the first and the last day of a period. Exits with code 2 when the last is before the first."""
    if last < first:
        fail(refusal("absence-backwards", {"first": first, "last": last}, NoNames()), USAGE)
    return first, last


def instant(text: str, zone: str) -> datetime:
    """Reads a day and a time of day, in the structure's time zone unless the text names another one."""
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        if read_day(found.date().isoformat()):
            return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    fail(f"« {text} » n’est pas une date et une heure : écrivez 2026-05-12T09:10.", USAGE)


def member(served: ServedStructure, address: str) -> UUID:
    """Returns the id of the present or former member of the team with this e-mail."""
    holders = served.engine.claim_holders("email", [staff.address(address)])
    if not holders:
        fail(f"Personne n’a le courriel {address} dans {served.refs.structure.name}.")
    return next(iter(holders.values()))


def dossier(served: ServedStructure, named: str) -> UUID:
    """Returns a dossier by its id or its i-Milo number."""
    found = served.engine.claim_holders("imilo", [named.strip().upper()])
    if found:
        return next(iter(found.values()))
    try:
        return UUID(named)
    except ValueError:
        fail(f"Aucun dossier n’a le n° i-Milo {named}.")


def note(
    served: ServedStructure,
    command: str,
    *,
    by: UUID | None = None,
    dossier: UUID | None = None,
    people: Collection[UUID] = (),
    more: int = 0,
) -> None:
    """Writes down whom a command shows, none for nobody (docs/accounts.md#who-looked).

    `by` is the member of `--as`, if any. `more` have no known id. Raises the errors of the store: then show nobody.
    """
    if dossier or people or more:
        at, number = micros(served.engine.clock()), len(people) + more
        line = Line(at, "shown", f"pixflow {command}", None, by, None, dossier, number, listed=join_people(people))
        served.journal.write(line, served.today())


def show_progress(title: str) -> Any:
    """Returns a progress bar that counts up to a total; short work shows none."""
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


def as_json(document: Any) -> None:
    """Prints the JSON document of a command (docs/cli.md#for-a-program)."""
    text = json.dumps(msgspec.to_builtins(document), ensure_ascii=False, indent=2)
    typer.echo(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text))

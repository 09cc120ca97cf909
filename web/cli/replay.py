"""`pixflow replay`: a dossier event by event, or its state after one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from pixflow.authorization import Scope
from pixflow.dossier.state import stepper
from pixflow.events.base import Recorded
from pixflow.reference_data import References
from pixflow.replay import Replay, at_version, version_at
from pixflow.tasks import Task
from projections import audit_trail
from projections.store.past_tables import past_tables
from web.cli.common.terminal import (
    USAGE,
    JsonOption,
    StructureOption,
    as_json,
    console,
    day,
    dossier,
    fail,
    instant,
    marked,
    note,
    table_of,
    working,
)
from web.desk.names import ScopedNames
from web.french import dates, privacy, tasks, typography, vocabulary
from web.french.events import sentences

app = typer.Typer()


@app.command()
def replay(
    named: Annotated[str, typer.Argument(metavar="DOSSIER", help="Son n° i-Milo ou son identifiant.")],
    version: Annotated[int | None, typer.Option(help="Après ce fait (le premier est 1).")] = None,
    at: Annotated[str | None, typer.Option(help="Tel qu’on le savait : 2026-03-12 ou 2026-03-12T09:10.")] = None,
    structure: StructureOption = None,
    json: JsonOption = False,
) -> None:
    """Rejouer un dossier : ses faits, et son état après l’un d’eux."""
    if version is not None and at is not None:
        fail("Choisissez --version ou --at : les deux à la fois ne désignent pas un fait.", USAGE)
    with working(structure) as served:
        stream = dossier(served, named)
        history = served.engine.history(stream)
        if not history:
            fail(f"Aucun dossier n’a l’identifiant {named}.")
        moment = _moment(at, served.refs.structure.zone) if at is not None else None
        n = _version(history, version, moment)
        with served.read().database.connect() as connection:
            positions = audit_trail.positions(connection, stream)
            position = positions[history[n - 1].originator_version]
            if moment:
                position = max(position, audit_trail.position_at(connection, moment))
            refs = served.engine.references_at(position)
            shown = at_version(history, n, refs)
            on = refs.calendar.local_day(moment or shown.recorded.at)
            with past_tables(connection, served.engine, stream, position, refs) as tables:
                past = _Past(shown, history[:n], ScopedNames(refs, tables, Scope("all"), shown.after), refs, on)
                note(served, "replay", dossier=stream)
                if json:
                    as_json(_document(past, positions))
                else:
                    _tell(past, whole=version is None and at is None)


@dataclass(frozen=True, slots=True)
class _Past:
    """A dossier at one version: the facts known then, the names and the references of that day."""

    shown: Replay
    known: Sequence[Recorded]
    names: ScopedNames
    refs: References
    day: date

    @property
    def zone(self) -> str:
        return self.refs.structure.zone

    @property
    def tasks(self) -> list[Task]:
        """The tasks that the dossier's page showed that day."""
        return [task for task in self.shown.owed if task.is_visible(self.day)]

    def sentence(self, recorded: Recorded) -> str:
        return sentences.sentence(recorded, self.names, zone=self.zone, history=self.known)


def _version(history: list[Recorded], version: int | None, moment: datetime | None) -> int:
    if moment is not None:
        n = version_at(history, moment)
        if n == 0:
            fail("Ce dossier n’était pas encore ouvert.")
        return n
    if version is None:
        return len(history)
    if not 1 <= version <= len(history):
        fail(f"Ce dossier a {len(history)} faits : choisissez de 1 à {len(history)}.")
    return version


def _moment(text: str, zone: str) -> datetime:
    """Returns a local instant; a day alone is its end."""
    if len(text) <= len("2026-03-12"):
        return datetime.combine(day(text), time.max, ZoneInfo(zone))
    return instant(text, zone)


def _document(past: _Past, positions: dict[int, int]) -> dict[str, Any]:
    return {
        "version": past.shown.version,
        "total": past.shown.total,
        "facts": [
            {
                "version": r.originator_version,
                "position": positions[r.originator_version],
                "topic": r.event.TOPIC,
                "recorded_at": r.at,
                "on": getattr(r.event, "on", None),
                "by": r.by,
                "acting_for": r.acting_for,
                "via": r.via,
                "sentence": past.sentence(r),
                "retracted": r.originator_version in past.shown.retracted,
            }
            for r in past.known
        ],
        "steps": stepper(past.shown.after),
        "tasks": past.tasks,
    }


def _tell(past: _Past, *, whole: bool) -> None:
    shown = past.shown
    name = f"{shown.after.first_name} {shown.after.last_name}".strip() or typography.upper_first(privacy.ERASED)
    console.print(marked("[bold]{name}[/] · fait {n} sur {total}", name=name, n=shown.version, total=shown.total))
    table = table_of("N°", "Ce qui s’est passé", "Quand", "Par")
    for r in past.known if whole else [shown.recorded]:
        struck = "[strike]{said}[/]" if r.originator_version in shown.retracted else "{said}"
        when, who = sentences.when(r, past.zone), sentences.who(r, past.names)
        table.add_row(str(r.originator_version), marked(struck, said=past.sentence(r)), when, who)
    console.print(table)
    marks = {"done": "✓", "current": "●", "todo": "○"}
    console.print("   ".join(f"{marks[step.status]} {vocabulary.STAGES[step.stage]}" for step in stepper(shown.after)))
    for before, after in () if whole else shown.changed:
        console.print(f"  {_task(before)} → {_task(after)}")
    console.print("À faire : " + ("; ".join(_task(task) for task in past.tasks) or "rien"))


def _task(task: Task | None) -> str:
    return f"{tasks.VERBS[task.kind]} (pour le {dates.day(task.due, year=True)})" if task else "rien"

"""`pixflow replay`: a dossier event by event, or its state after one of them."""

from datetime import datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from pixflow.authorization import Scope
from pixflow.dossier.state import stepper
from pixflow.events.base import Recorded
from pixflow.folding import concealed
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
    pick,
    table_of,
    working,
)
from web.desk.names import ScopedNames
from web.french import dates, privacy, tasks, typography, vocabulary
from web.french.events import sentences

app = typer.Typer()
Facts = list[tuple[Recorded, str]]
"""The events known at a version, each with its sentence."""


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
        history = list(concealed(served.engine.history(stream)))
        if not history:
            fail(f"Aucun dossier n’a l’identifiant {named}.")
        moment = None
        if at is not None:
            zone = served.refs.structure.zone
            is_day = len(at) <= len("2026-03-12")
            moment = datetime.combine(day(at), time.max, ZoneInfo(zone)) if is_day else instant(at, zone)
        n = _version(history, version, moment)
        with served.read().database.connect() as connection:
            positions = audit_trail.positions(connection, stream)
            position = positions[history[n - 1].originator_version]
            if moment:
                position = max(position, audit_trail.position_at(connection, moment))
            refs = served.engine.references_at(position)
            shown = at_version(history, n, refs)
            on = refs.calendar.local_day(moment or shown.recorded.at)
            owed = [task for task in shown.owed if task.is_visible(on)]
            with past_tables(connection, served.engine, stream, position, refs) as tables:
                names = ScopedNames(refs, tables, Scope("all"), shown.after)
                zone, known = refs.structure.zone, history[:n]
                facts = [(one, sentences.sentence(one, names, zone=zone, history=known)) for one in known]
                note(served, "replay", dossier=stream)
                if json:
                    as_json(_document(shown, facts, owed, positions))
                else:
                    _tell(shown, facts, owed, names, zone, whole=version is None and at is None)


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


def _document(shown: Replay, facts: Facts, owed: list[Task], positions: dict[int, int]) -> dict[str, Any]:
    return {
        **pick(shown, "version", "total"),
        "facts": [
            {
                "version": r.originator_version,
                "position": positions[r.originator_version],
                "topic": r.event.TOPIC,
                "recorded_at": r.at,
                "on": getattr(r.event, "on", None),
                **pick(r, "by", "acting_for", "via"),
                "sentence": sentence,
                "retracted": r.originator_version in shown.retracted,
            }
            for r, sentence in facts
        ],
        "steps": stepper(shown.after, {task.kind for task in owed}),
        "tasks": owed,
    }


def _tell(shown: Replay, facts: Facts, owed: list[Task], names: ScopedNames, zone: str, *, whole: bool) -> None:
    name = f"{shown.after.first_name} {shown.after.last_name}".strip() or typography.upper_first(privacy.ERASED)
    console.print(marked("[bold]{name}[/] · fait {n} sur {total}", name=name, n=shown.version, total=shown.total))
    table = table_of("N°", "Ce qui s’est passé", "Quand", "Par")
    for r, sentence in facts if whole else facts[-1:]:
        struck = "[strike]{said}[/]" if r.originator_version in shown.retracted else "{said}"
        when, who = sentences.when(r, zone), sentences.who(r, names)
        table.add_row(str(r.originator_version), marked(struck, said=sentence), when, who)
    console.print(table)
    marks = {"done": "✓", "current": "●", "todo": "○"}
    steps = stepper(shown.after, {task.kind for task in owed})
    console.print("   ".join(f"{marks[step.status]} {vocabulary.STAGES[step.stage]}" for step in steps))
    for before, after in () if whole else shown.changed:
        console.print(f"  {_task(before)} → {_task(after)}")
    console.print("À faire : " + ("; ".join(_task(task) for task in owed) or "rien"))


def _task(task: Task | None) -> str:
    return f"{tasks.VERBS[task.kind]} (pour le {dates.day(task.due, year=True)})" if task else "rien"

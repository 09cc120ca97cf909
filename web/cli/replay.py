"""`pixflow replay`: a dossier event by event, or its state after one of them."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from pixflow.authorization import Scope
from pixflow.events.base import Recorded
from pixflow.replay import Replay, at_version, version_at
from pixflow.tasks import Task
from projections import audit_trail
from web.cli.terminal import JsonOption, StructureOption, as_json, console, dossier, fail, marked, working
from web.desk.names import ScopedNames
from web.french import dates, privacy, tasks, typography, vocabulary
from web.french.events import sentences
from web.hosting.served_structure import ServedStructure

app = typer.Typer()


@app.command()
def replay(
    named: Annotated[str, typer.Argument(metavar="DOSSIER", help="Son n° i-Milo ou son identifiant.")],
    version: Annotated[int | None, typer.Option(help="Après ce fait (le premier est 1).")] = None,
    at: Annotated[str | None, typer.Option(help="Tel qu'on le savait : 2026-03-12 ou 2026-03-12T09:10.")] = None,
    structure: StructureOption = None,
    json: JsonOption = False,
) -> None:
    """Rejouer un dossier : ses faits, et son état après l'un d'eux."""
    if version is not None and at is not None:
        fail("Choisissez --version ou --at : les deux à la fois ne désignent pas un fait.")
    with working(structure) as served:
        stream = dossier(served, named)
        history = served.engine.history(stream)
        if not history:
            fail(f"Aucun dossier n'a l'identifiant {named}.")
        n = _version(history, version, at, served.refs.structure.zone)
        with served.read().database.connect() as connection:
            positions = audit_trail.positions(connection, stream)
            shown = at_version(history, n, served.engine.references_at(positions[history[n - 1].originator_version]))
            names = ScopedNames(served.refs, connection, Scope("all"), shown.after)
            if json:
                as_json(_document(shown, history, names, positions, served))
            else:
                _tell(shown, history, names, served, whole=version is None and at is None)


def _version(history: list[Recorded], version: int | None, at: str | None, zone: str) -> int:
    if at is not None:
        n = version_at(history, _instant(at, zone))
        if n == 0:
            fail("Ce dossier n'était pas encore ouvert.")
        return n
    if version is None:
        return len(history)
    if not 1 <= version <= len(history):
        fail(f"Ce dossier a {len(history)} faits : choisissez de 1 à {len(history)}.")
    return version


def _instant(text: str, zone: str) -> datetime:
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), ZoneInfo(zone))
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        fail(f"« {text} » n'est pas une date : écrivez 2026-03-12.")


def _document(
    shown: Replay, history: list[Recorded], names: ScopedNames, positions: dict[int, int], served: ServedStructure
) -> dict[str, Any]:
    return {
        "version": shown.version,
        "total": shown.total,
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
                "sentence": sentences.sentence(r, names, zone=served.refs.structure.zone, history=history),
                "retracted": r.originator_version in shown.retracted,
            }
            for r in history[: shown.version]
        ],
        "steps": shown.steps,
        "tasks": shown.owed,
    }


def _tell(shown: Replay, history: list[Recorded], names: ScopedNames, served: ServedStructure, *, whole: bool) -> None:
    zone = served.refs.structure.zone
    name = f"{shown.after.first_name} {shown.after.last_name}".strip() or typography.upper_first(privacy.ERASED)
    console.print(marked("[bold]{name}[/] · fait {n} sur {total}", name=name, n=shown.version, total=shown.total))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("N°", "Ce qui s'est passé", "Quand", "Par"):
        table.add_column(title)
    for r in history if whole else [shown.recorded]:
        said = sentences.sentence(r, names, zone=zone, history=history)
        struck = "[strike]{said}[/]" if r.originator_version in shown.retracted else "{said}"
        table.add_row(
            str(r.originator_version), marked(struck, said=said), sentences.when(r, zone), sentences.who(r, names)
        )
    console.print(table)
    marks = {"done": "✓", "current": "●", "todo": "○"}
    console.print("   ".join(f"{marks[step.status]} {vocabulary.STAGES[step.stage]}" for step in shown.steps))
    for before, after in () if whole else shown.changed:
        console.print(f"  {_task(before)} → {_task(after)}")
    console.print("À faire : " + ("; ".join(_task(task) for task in shown.owed) or "rien"))


def _task(task: Task | None) -> str:
    return f"{tasks.VERBS[task.kind]} (pour le {dates.day(task.due, year=True)})" if task else "rien"

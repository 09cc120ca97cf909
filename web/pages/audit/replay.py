"""A replay in French: a dossier at one version, what its event changed, and what each person then had to do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow import replay as pixflow_replay
from pixflow.dossier.evolve import fold
from pixflow.events.base import Recorded
from pixflow.reference_data import References
from pixflow.replay import Replay
from pixflow.tasks import Task
from web.desk.desk import Desk
from web.desk.names import ScopedNames, names_for
from web.french import dates, typography, vocabulary
from web.french import tasks as french
from web.french.dossier.stages import StageStep, steps
from web.french.events import changes, details, sentences
from web.french.task_line import TaskLine, of_task
from web.http.templates import Page, ScoreBand

WHOLE, NEAR = 14, 5
"""A list of up to WHOLE events is shown whole, a longer one NEAR the event."""

TaskWords = tuple[str, str]
"""Verb and details of a task."""


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """An event of the list; `state` is now, future, struck or "", `reason` that of its retraction."""

    version: int
    said: str
    when: str
    who: str
    position: int
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class AskedInstant:
    """An instant to replay. `version` is 0 before the first event; `wrong` is true for a text that is no instant."""

    day: str = ""
    hour: str = ""
    at: datetime | None = None
    version: int | None = None
    wrong: bool = False


@dataclass(frozen=True, kw_only=True)
class ReplayPage(Page):
    """A dossier at one version, seen from `day`. `name` is the person's name of today, `on` the day of the event.

    `owners` are the tasks of each role, `around` the first and last versions that are not folded away. `program` has
    the versions of pixflow then and now; `grille` is the number of the grid, `protocol` the first day of the protocol.
    """

    template = "audit/replay.html"
    block = "replay"

    id: UUID
    name: str
    zone: str
    asked: AskedInstant
    shown: Replay
    day: date
    steps: Sequence[StageStep]
    changes: Sequence[tuple[str, str, str]]
    task_changes: Sequence[tuple[TaskWords | None, TaskWords | None]]
    owners: Sequence[tuple[str, Sequence[tuple[Task, TaskLine]]]]
    entries: Sequence[ReplayRow]
    around: tuple[int, int]
    detail: Sequence[tuple[str, str]]
    on: date | None
    who: str
    program: tuple[str, str]
    grille: int
    protocol: date
    bands: Sequence[ScoreBand]


def asked_instant(desk: Desk, trail: Sequence[Recorded], day: str, hour: str) -> AskedInstant:
    """Reads a local day and an hour; the end of the day without an hour."""
    try:
        at = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour) if hour else time(23, 59))
        instant = at.replace(second=59, microsecond=999_999, tzinfo=ZoneInfo(desk.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return AskedInstant(day, hour, wrong=True)
    return AskedInstant(day, hour, instant, pixflow_replay.version_at(trail, instant))


def replay_page(
    desk: Desk, dossier_id: UUID, shown: Replay, trail: Sequence[Recorded], refs: References, asked: AskedInstant
) -> ReplayPage:
    """Builds the page; `refs` are the references of that instant."""
    today, day = desk.dossier(dossier_id), _day(desk, shown, asked)
    names, last = names_for(desk, shown.after), names_for(desk, fold(trail))
    owed = [task for task in shown.owed if task.lapses is None or task.lapses > day]
    advisor = refs.team.get(shown.after.advisor) if shown.after.advisor else None
    return ReplayPage(
        id=dossier_id,
        name=f"{today.first_name} {today.last_name}",
        zone=desk.zone,
        asked=asked,
        shown=shown,
        day=day,
        steps=steps(shown.steps, shown.after, {task.kind for task in owed}, day),
        changes=changes.changes(shown.before, shown.after, names, day, zone=desk.zone),
        task_changes=[(_task(old, day), _task(new, day)) for old, new in shown.changed],
        owners=_owners(owed, advisor.name if advisor else None, day, refs),
        entries=[_row(desk, r, shown, trail, last) for r in trail],
        around=_around(shown.version, shown.total),
        detail=details.detail(shown.recorded, last, zone=desk.zone, history=trail[: shown.version]),
        on=getattr(shown.recorded.event, "on", None),
        who=sentences.who(shown.recorded, last),
        program=(refs.structure.pixflow, desk.refs.structure.pixflow),
        grille=refs.grille(day).number,
        protocol=_protocol_since(refs, day),
        bands=_bands(shown, refs),
    )


def _day(desk: Desk, shown: Replay, asked: AskedInstant) -> date:
    """Returns the day that the page is seen from: the one asked for, else that of the event."""
    seen = asked.at if asked.at and asked.version == shown.version else shown.recorded.at
    return desk.refs.calendar.local_day(seen)


def _owners(
    owed: Sequence[Task], advisor: str | None, day: date, refs: References
) -> list[tuple[str, list[tuple[Task, TaskLine]]]]:
    """Returns the tasks of the advisor at that instant, then those of the référent, each under a title."""
    said = [(task, _handed(task, of_task(task, day, refs.calendar), day, refs)) for task in owed]
    theirs = f"Ce que {advisor} avait à faire" if advisor else "Ce qui attendait une conseillère ou un conseiller"
    groups = ((theirs, "advisor"), ("Ce que la référente ou le référent Pix avait à faire", "referent"))
    found = [(title, [pair for pair in said if pair[0].role == role]) for title, role in groups]
    return [group for group in found if group[1]] or found[:1]


def _handed(task: Task, said: TaskLine, day: date, refs: References) -> TaskLine:
    """Adds the colleague who had the task then."""
    member = refs.team.get(task.handed_to) if task.handed_to else None
    if member is None or (task.handed_until and task.handed_until < day):
        return said
    return replace(said, why=f"{said.why} · confiée à {member.name}")


def _task(task: Task | None, day: date) -> TaskWords | None:
    """Returns what a task asks for, then its subject, its role, its days and its chases."""
    if task is None:
        return None
    until = f"pour le {dates.day(task.due, year=task.due.year != day.year)}"
    opens = f"à partir du {dates.day(task.opens, year=task.opens.year != day.year)}" if task.opens > day else ""
    who = "" if task.role == "advisor" else vocabulary.ROLES[task.role]
    tried = typography.plural(task.chases, "relance") if task.chases else ""
    label = task.why.details.get("label", "")
    return french.VERBS[task.kind], ", ".join(filter(None, (label, who, opens, until, tried)))


def _row(desk: Desk, recorded: Recorded, shown: Replay, trail: Sequence[Recorded], names: ScopedNames) -> ReplayRow:
    version = recorded.originator_version
    retracted = shown.retracted.get(version)
    state = (
        "now" if version == shown.version else "future" if version > shown.version else "struck" if retracted else ""
    )
    reason = getattr(retracted.event, "reason", "") if retracted else ""
    said = sentences.sentence(recorded, names, zone=desk.zone, history=trail[:version])
    return ReplayRow(
        version,
        said,
        sentences.when(recorded, desk.zone),
        sentences.who(recorded, names),
        recorded.position,
        state,
        reason,
    )


def _around(n: int, total: int) -> tuple[int, int]:
    """Returns the first and last versions to show around one of them; a long list folds the others away."""
    if total <= WHOLE:
        return 1, total
    first = max(1, min(n - NEAR, total - 2 * NEAR))
    return first, min(total, first + 2 * NEAR)


def _protocol_since(refs: References, day: date) -> date:
    """Returns the first day of the protocol of a day."""
    protocol = refs.protocol(day)
    return [first for first, document in refs.protocols.published if document == protocol][-1]


def _bands(shown: Replay, refs: References) -> list[ScoreBand]:
    """Returns the bands of the grid that read the result."""
    number = shown.reading.grille_number if shown.reading else 0
    grids = [one.document for _, one in refs.grilles.published if one.number == number]
    return [ScoreBand(one.low, one.high, typography.lower_first(one.short)) for grid in grids for one in grid.bands]

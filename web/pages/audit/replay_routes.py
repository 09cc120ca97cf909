"""Rejouer: one dossier fact by fact, as it stood, with what each fact changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow import replay as pixflow_replay
from pixflow.dossier.evolve import fold
from pixflow.events.base import Recorded
from pixflow.events.values import Role
from pixflow.reference_data import References
from pixflow.replay import Replay
from pixflow.tasks import Task
from projections import audit_trail, directory
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import ScopedNames, names_for
from web.french import dates, vocabulary
from web.french import tasks as french
from web.french.dossier import stages
from web.french.events import changes, details, sentences
from web.french.task_line import TaskLine, of_task
from web.http.templates import page, redirect

router = APIRouter()
READERS: tuple[Role, ...] = ("auditor", "referent", "manager")
AtReplay = Annotated[Desk, allowed(*READERS)]
RECENT = 20
WHOLE, NEAR = 14, 5


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact in the list; `state` is now, future, struck or nothing."""

    version: int
    said: str
    when: str
    who: str
    position: int
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The instant that was asked for; `version` is 0 when nothing was known by then, `wrong` that it cannot be read."""

    day: str = ""
    hour: str = ""
    at: datetime | None = None
    version: int | None = None
    wrong: bool = False


@router.get("/rejouer")
def choose(request: Request, desk: AtReplay) -> Response:
    """A search, and the dossiers changed last."""
    rows = audit_trail.recent(desk.read, RECENT)
    known = directory.named(desk.read, [row.stream for row in rows])
    lines = []
    for row in rows:
        if row.stream in known:
            fact, names = audit_trail.recorded(row), names_for(desk)
            said = sentences.sentence(fact, names, zone=desk.zone, history=_trail(desk, row.stream))
            lines.append((known[row.stream], said, sentences.who(fact, names), dates.instant(fact.at, desk.zone)))
    return page(request, "audit/replay_list.html", {"lines": lines}, block="replays")


@router.get("/rejouer/{dossier_id:uuid}")
def replay(
    request: Request, desk: AtReplay, dossier_id: UUID, version: int | None = None, le: str = "", h: str = ""
) -> Response:
    """The dossier at one version, or as known at a local instant (`le` a day, `h` an hour); else at its last one."""
    if desk.erased(dossier_id):
        return redirect(request, f"/dossiers/{dossier_id}")
    today = desk.dossier(dossier_id)
    trail = _trail(desk, dossier_id)
    asked = _asked(desk, trail, le, h) if le else Asked()
    n = version if version is not None else asked.version or (1 if asked.at else len(trail))
    if not 1 <= n <= len(trail):
        raise HTTPException(404)
    position = trail[n - 1].position
    if asked.at and asked.version:
        position = max(position, audit_trail.position_at(desk.read, asked.at))
    refs = desk.engine.references_at(position)
    shown = pixflow_replay.at_version(trail, n, refs)
    context = {
        "id": dossier_id,
        "name": f"{today.first_name} {today.last_name}",
        "zone": desk.zone,
        "asked": asked,
        **told(desk, shown, trail, refs, _day(desk, shown, asked)),
    }
    return page(request, "audit/replay.html", context, block="replay")


def told(desk: Desk, shown: Replay, trail: Sequence[Recorded], refs: References, day: date) -> dict[str, Any]:
    """A replay in French, seen from `day`."""
    names = names_for(desk, shown.after)
    last = names_for(desk, fold(trail))
    owed = [task for task in shown.owed if task.lapses is None or task.lapses > day]
    advisor = refs.team.get(shown.after.advisor) if shown.after.advisor else None
    lines = stages.stages(shown.after, {task.kind for task in owed}, day)
    return {
        "shown": shown,
        "day": day,
        "steps": [
            {"label": vocabulary.STAGES[s.stage], "state": s.status, "lines": [lines[s.stage]]} for s in shown.steps
        ],
        "changes": changes.changes(shown.before, shown.after, names, day, zone=desk.zone),
        "task_changes": [(_task(old, day), _task(new, day)) for old, new in shown.changed],
        "owners": _owners(owed, advisor.name if advisor else None, day, refs),
        "facts": [_line(desk, r, shown, trail, last) for r in trail],
        "around": _around(shown.version, shown.total),
        "detail": details.detail(shown.fact, last, zone=desk.zone, history=trail[: shown.version]),
        "on": getattr(shown.fact.event, "on", None),
        "who": sentences.who(shown.fact, last),
        "program": (refs.structure.pixflow, desk.refs.structure.pixflow),
        "documents": _documents(refs, day),
        "bands": _bands(shown, refs),
    }


def _owners(
    owed: Sequence[Task], advisor: str | None, day: date, refs: References
) -> list[tuple[str, list[tuple[Task, TaskLine]]]]:
    """What each had to do: the advisor at that instant, then the référent."""
    said = [(task, _handed(task, of_task(task, day, refs.calendar), day, refs)) for task in owed]
    theirs = f"Ce que {advisor} avait à faire" if advisor else "Ce qui attendait une conseillère ou un conseiller"
    groups = ((theirs, "advisor"), ("Ce que la référente ou le référent Pix avait à faire", "referent"))
    found = [(title, [pair for pair in said if pair[0].role == role]) for title, role in groups]
    return [group for group in found if group[1]] or found[:1]


def _handed(task: Task, said: TaskLine, day: date, refs: References) -> TaskLine:
    """A task with the colleague who had it then."""
    member = refs.team.get(task.handed_to) if task.handed_to else None
    if member is None or (task.handed_until and task.handed_until < day):
        return said
    return replace(said, why=f"{said.why} · confiée à {member.name}")


def _task(task: Task | None, day: date) -> tuple[str, str] | None:
    """A task of before or after: what to do, then about what, by whom, from when and until when."""
    if task is None:
        return None
    until = f"pour le {dates.day(task.due, year=task.due.year != day.year)}"
    opens = f"à partir du {dates.day(task.opens, year=task.opens.year != day.year)}" if task.opens > day else ""
    who = "" if task.role == "advisor" else vocabulary.ROLES[task.role]
    tried = vocabulary.plural(task.chases, "relance") if task.chases else ""
    label = task.why.details.get("label", "")
    return french.VERBS[task.kind], ", ".join(filter(None, (label, who, opens, until, tried)))


def _line(desk: Desk, recorded: Recorded, shown: Replay, trail: Sequence[Recorded], names: ScopedNames) -> FactLine:
    version = recorded.originator_version
    struck = shown.struck.get(version)
    state = "now" if version == shown.version else "future" if version > shown.version else "struck" if struck else ""
    reason = getattr(struck.event, "reason", "") if struck else ""
    said = sentences.sentence(recorded, names, zone=desk.zone, history=trail[:version])
    return FactLine(
        version,
        said,
        sentences.when(recorded, desk.zone),
        sentences.who(recorded, names),
        recorded.position,
        state,
        reason,
    )


def _around(n: int, total: int) -> tuple[int, int]:
    """The first and last facts listed around one of them; the others are folded away, when there are many."""
    if total <= WHOLE:
        return 1, total
    first = max(1, min(n - NEAR, total - 2 * NEAR))
    return first, min(total, first + 2 * NEAR)


def _documents(refs: References, day: date) -> tuple[int, date, int]:
    """The grid's number, and since when the protocol of that day counts."""
    protocol = refs.protocol(day)
    since = [first for first, document in refs.protocols.published if document == protocol]
    return refs.grille(day).number, since[-1], len(refs.protocols.published)


def _bands(shown: Replay, refs: References) -> list[dict[str, Any]]:
    """The bands of the grid that read the result."""
    number = shown.reading.grille_number if shown.reading else 0
    grids = [one.document for _, one in refs.grilles.published if one.number == number]
    return [
        {"low": b.low, "high": b.high, "label": vocabulary.lower_first(b.short)} for grid in grids for b in grid.bands
    ]


def _trail(desk: Desk, dossier_id: UUID) -> list[Recorded]:
    return [audit_trail.recorded(row) for row in audit_trail.of_stream(desk.read, dossier_id)]


def _asked(desk: Desk, trail: Sequence[Recorded], le: str, h: str) -> Asked:
    try:
        at = datetime.combine(date.fromisoformat(le), time.fromisoformat(h) if h else time(23, 59))
        instant = at.replace(second=59, microsecond=999_999, tzinfo=ZoneInfo(desk.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return Asked(le, h, wrong=True)
    return Asked(le, h, instant, pixflow_replay.version_at(trail, instant))


def _day(desk: Desk, shown: Replay, asked: Asked) -> date:
    """The day the page is seen from: the one asked for, else that of the fact."""
    seen = asked.at if asked.at and asked.version == shown.version else shown.fact.at
    return desk.refs.calendar.local_day(seen)

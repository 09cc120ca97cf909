"""A portfolio to hand to colleagues: who may take it, how it is shared, what each would then carry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from pixflow.identity import normalise
from pixflow.team.workload import share, weight
from projections import advisor_queue, dossier_sheet
from web.desk.desk import Desk
from web.french.errors.missing import MISSING
from web.http.forms import Day, Form, Pair


class Handing(Form):
    """Who takes, and until when: for good, or until a last day."""

    to: tuple[UUID, ...] = ()
    term: Literal["good", "until"] = "good"
    until: Day | None = None

    @property
    def last(self) -> date | None:
        return self.until if self.term == "until" else None


class Sharing(Handing):
    """What is asked before a preview."""

    which: Literal["all", "ticked"] = "all"
    dossier: tuple[UUID, ...] = ()


class Pairs(Handing):
    """What the preview showed: each dossier with who takes it; one left out stays where it is."""

    pair: tuple[Pair, ...] = ()

    @property
    def taken(self) -> dict[UUID, UUID]:
        return dict(self.pair)


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody carries, before and after: open dossiers, tasks to be done now."""

    id: UUID
    name: str
    dossiers: tuple[int, int]
    tasks: tuple[int, int]


def colleagues(desk: Desk, person: UUID) -> list[Load]:
    """The advisors here today, this one aside, by name, with what they carry."""
    dossiers, tasks = dossier_sheet.load(desk.read), advisor_queue.load(desk.read, desk.today)
    found = [
        Load(id, name, (dossiers.get(id, 0),) * 2, (tasks.get(id, 0),) * 2)
        for id, name in desk.staff("advisor")
        if id != person
    ]
    return sorted(found, key=lambda one: normalise(one.name))


def shared(desk: Desk, person: UUID, form: Sharing) -> dict[UUID, UUID]:
    """The split that evens loads: of all the dossiers, or of those ticked."""
    tasks = advisor_queue.load_of(desk.read, person, desk.today)
    chosen = set(form.dossier)
    asked = [
        row.stream for row in dossier_sheet.portfolio(desk.read, person) if form.which == "all" or row.stream in chosen
    ]
    loads = {one.id: one.dossiers[0] + one.tasks[0] for one in colleagues(desk, person) if one.id in form.to}
    return share({stream: tasks.get(stream, 0) for stream in asked}, loads)


def loads(desk: Desk, person: UUID, to: Sequence[UUID], taken: Mapping[UUID, UUID]) -> list[Load]:
    """What this person and each who was asked would carry, before and after."""
    tasks = advisor_queue.load_of(desk.read, person, desk.today)
    dossiers, work = dossier_sheet.load(desk.read), advisor_queue.load(desk.read, desk.today)
    moved = {id: [stream for stream, other in taken.items() if other == id] for id in to}
    made = []
    for id in (person, *sorted(moved, key=lambda one: normalise(desk.refs.team[one].name))):
        sign, streams = (-1, list(taken)) if id == person else (1, moved[id])
        weights = sum(weight(tasks.get(stream, 0)) - 1 for stream in streams)
        now, busy = dossiers.get(id, 0), work.get(id, 0)
        after = (now, now + sign * len(streams)), (busy, busy + sign * weights)
        made.append(Load(id, desk.refs.team[id].name, *after))
    return made


def incomplete(form: Sharing) -> dict[str, str]:
    """What is missing before anything can be shared."""
    to = {} if form.to else {"to": MISSING["to"]}
    none = form.which == "ticked" and not form.dossier
    return to | ({"dossier": "Cochez au moins un dossier, ou choisissez tous les dossiers."} if none else {})

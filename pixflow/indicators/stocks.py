"""Figures of what stands on a day: dossiers, tasks, the team."""

from datetime import date
from itertools import pairwise
from statistics import median_low

from pixflow.indicators.cohorts import View
from pixflow.indicators.figure import Figure, Part
from pixflow.indicators.path import Fact, Mark, Path, fact

AGES = (15, 30, 60)
"""Calendar days since the last activity that part the dossiers."""
SILENT = 60


def open_paths(view: View) -> list[Path]:
    return [path for path in view.paths if path.counts and not path.closed]


def ages(view: View) -> Figure:
    """I18: open dossiers without activity for more than 60 days, among the open ones, by age."""
    there = [(path, (view.day - (path.last or view.day)).days) for path in open_paths(view)]
    bounds = ((0, AGES[0]), *((low + 1, high) for low, high in pairwise(AGES)), (AGES[-1] + 1, None))
    parts = tuple(
        Part(
            f"{low}-{high}" if high else f"{low}-",
            tuple(_opened(path) for path, age in there if age >= low and (high is None or age <= high)),
            len(there),
        )
        for low, high in bounds
    )
    return Figure(parts[-1].facts, tuple(_opened(path) for path, _ in there), parts)


def _opened(path: Path) -> Fact:
    return fact(path, path.opened or Mark(date.min, 1))


def tasks(view: View) -> Figure:
    """I19: tasks past their day among those owed on the day, by kind; the median is of working days past it."""
    owed = [
        (path, task)
        for path in view.paths
        if path.counts
        for task in view.tasks(path.dossier)
        if task.is_visible(view.day) and not (task.snoozed_until and task.snoozed_until > view.day)
    ]
    late = [(path, task) for path, task in owed if task.due < view.day]
    parts = []
    for kind in sorted({task.kind for _, task in owed}):
        days = [view.calendar.count(task.due, view.day) for _, task in late if task.kind == kind]
        lines = tuple(Fact(path.dossier, t.why.on, t.why.version) for path, t in late if t.kind == kind)
        among = sum(task.kind == kind for _, task in owed)
        parts.append(Part(kind, lines, among, median=median_low(days) if days else None))
    return Figure(
        tuple(Fact(path.dossier, task.why.on, task.why.version) for path, task in late),
        tuple(Fact(path.dossier, task.why.on, task.why.version) for path, task in owed),
        tuple(parts),
    )


def team(view: View) -> Figure:
    """I22: members who took the test among those at work on the day; beside, those briefed and trained."""
    there = {id: member for id, member in view.team.items() if member.joined and member.works(view.day)}
    kinds = {
        kind: tuple(
            Fact(id, found.stamp.on, found.stamp.version)
            for id, member in there.items()
            if (found := member.last(kind)) and found.stamp.on <= view.day
        )
        for kind in ("pix", "briefing", "training")
    }
    parts = tuple(Part(kind, kinds[kind], len(there)) for kind in ("briefing", "training"))
    return Figure(kinds["pix"], tuple(Fact(id, member.joined or date.min, 1) for id, member in there.items()), parts)

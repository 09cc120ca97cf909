"""Cohorts: who entered a step in a period, and where they are now: done, waiting in time, waiting late, or out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ProtocolDocument
from pixflow.indicators.path import Fact, Mark, Milestone, Out, Path
from pixflow.tasks import Task
from pixflow.team.staff import Staff
from pixflow.working_days import Calendar
from pixflow.workshop.state import Workshop

State = Literal["done", "waiting", "late", "out"]
STATES: tuple[State, ...] = ("done", "waiting", "late", "out")


class CohortEntry(Struct, frozen=True):
    """One entry in a cohort: the fact that made it, the one that ended it, and the day by which it is awaited."""

    path: Path
    entered: Mark
    state: State
    ended: Mark | None
    due: date
    reason: str = ""


class View(Struct, frozen=True):
    """Paths as they stand on a day, with the calendar and the protocols of the structure."""

    paths: Sequence[Path]
    day: date
    calendar: Calendar
    protocol: Callable[[date], ProtocolDocument]
    grille: Callable[[date], Grille]
    tasks: Callable[[UUID], Sequence[Task]]
    workshops: Mapping[UUID, Workshop]
    team: Mapping[UUID, Staff]
    sites: Sequence[str]
    opened: Fact

    def entry(
        self,
        path: Path,
        entered: Mark,
        done: Mark | None,
        out: tuple[Mark, str] | None,
        days: int,
        due: date | None = None,
    ) -> CohortEntry:
        """Returns an entry. What was done counts as done, whatever the way out; `days` are working days."""
        due = due or self.calendar.add(entered.on, days)
        if done:
            return CohortEntry(path, entered, "done", done, due)
        if out:
            return CohortEntry(path, entered, "out", out[0], due, out[1])
        return CohortEntry(path, entered, "late" if due < self.day else "waiting", None, due)


Cohort = Callable[[View], Iterator[CohortEntry]]


def step(
    entered: Milestone, done: Milestone, ways_out: Sequence[Out], days: Callable[[ProtocolDocument], int]
) -> Cohort:
    """Returns the cohort of those who passed one milestone, counted when they pass another one."""

    def entries(view: View) -> Iterator[CohortEntry]:
        for path in view.paths:
            if path.counts and (mark := path.marks.get(entered)):
                yield view.entry(
                    path, mark, path.marks.get(done), way_out(path, ways_out), days(view.protocol(mark.on))
                )

    return entries


def way_out(path: Path, ways_out: Sequence[Out]) -> tuple[Mark, str] | None:
    """Returns the first way out of a step that was taken; a closed dossier is out of every step."""
    found = [path.outs[name] for name in (*ways_out, "closed") if name in path.outs]
    return min(found, key=lambda one: (one[0].on, one[0].version), default=None)


def oriented(view: View) -> Iterator[CohortEntry]:
    """Prescriptions with a remediation or a training: counted when one is referred or started (I7)."""
    for path in view.paths:
        for built in path.prescriptions if path.counts else ():
            actions = [path.actions[action.id] for action in built.actions if action.kind == "action"]
            if not actions:
                continue
            ids = {one.action.id for one in actions}
            began = [one.started for one in actions] + [r.sent for r in path.referrals.values() if r.action in ids]
            done = min((mark for mark in began if mark), key=lambda mark: mark.version, default=None)
            dropped = [one.dropped for one in actions if one.dropped]
            all_dropped = (dropped[-1], "dropped") if len(dropped) == len(actions) else None
            days = view.protocol(built.built.on).delays.refer
            yield view.entry(path, built.built, done, all_dropped or way_out(path, ()), days)


def answers(view: View) -> Iterator[CohortEntry]:
    """Referrals: counted when accepted, out when refused, late when silent past the lapse (I8)."""
    for path in view.paths:
        for referral in path.referrals.values() if path.counts else ():
            accepted = referral.answered if referral.answer == "accepted" else None
            refused = (referral.answered, "refused") if referral.answer == "refused" and referral.answered else None
            days = view.protocol(referral.sent.on).delays.chase_partner_lapses
            yield view.entry(path, referral.sent, accepted, refused or way_out(path, ()), days)


def beginnings(view: View) -> Iterator[CohortEntry]:
    """Accepted referrals: counted when their action starts (I9)."""
    for path in view.paths:
        for referral in path.referrals.values() if path.counts else ():
            action = path.actions.get(referral.action)
            if referral.answer != "accepted" or not referral.answered or not action:
                continue
            dropped = (action.dropped, "dropped") if action.dropped else None
            due = max(referral.starts or referral.answered.on, referral.answered.on)
            days = view.protocol(referral.answered.on).delays.refer
            yield view.entry(
                path, referral.answered, action.started, dropped or way_out(path, ()), 0, view.calendar.add(due, days)
            )


def endings(view: View) -> Iterator[CohortEntry]:
    """Started actions: counted when done; out when abandoned; late past their end, unsaid (I10)."""
    for path in view.paths:
        for action in path.actions.values() if path.counts else ():
            if action.started is None or action.action.kind != "action":
                continue
            done = action.ended if action.outcome == "done" else None
            left = action.ended or action.dropped
            out = (left, action.outcome or "dropped") if left and not done else None
            days = view.protocol(action.started.on).delays.record_outcome
            due = view.calendar.add(action.ends or action.started.on, days)
            yield view.entry(path, action.started, done, out or way_out(path, ()), 0, due)


def within(entries: Sequence[CohortEntry], first: date, last: date) -> list[CohortEntry]:
    """Returns the entries made from a day to another, both included."""
    return [entry for entry in entries if first <= entry.entered.on <= last]

"""I13, delays between two milestones; I12, the certification; I17, where paths end."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec.structs import replace

from pixflow.events.base import STAGES, Stage
from pixflow.indicators.cohorts import (
    Cohort,
    Days,
    answers,
    beginnings,
    dispatch_and_debrief,
    step,
    until_begun,
    way_out,
)
from pixflow.indicators.entry import Basis, FigureEntry, happened
from pixflow.indicators.path import Milestone, Out, Path

_STEPS: tuple[tuple[Milestone, Milestone, Days], ...] = (
    ("concerned", "presented", lambda p: p.delays.present_pix),
    ("presented", "begun", until_begun),
    ("shared", "received", lambda p: p.delays.match_participation),
    ("received", "dispatched", lambda p: p.delays.dispatch_result),
    ("received", "debriefed", dispatch_and_debrief),
    ("debriefed", "prescribed", lambda p: p.delays.build_prescription),
    ("prescribed", "referred", lambda p: p.delays.refer),
)
PAIRS: dict[str, Cohort] = {
    **{f"{first}-{then}": step("I13", first, then, (), days) for first, then, days in _STEPS},
    "referred-answered": answers,
    "accepted-started": beginnings,
}
"""Pairs of milestones, each with the cohort that passes from one to the other."""
_DELAYS: dict[str, tuple[str, Days]] = {
    **{f"{first}-{then}": ("I13", days) for first, then, days in _STEPS},
    "referred-answered": ("I8", lambda p: p.delays.chase_partner_lapses),
    "accepted-started": ("I9", lambda p: p.delays.refer),
}


def delay(basis: Basis, pair: str, day: date) -> int:
    """Returns the days by which a pair is passed, for who enters it on a day."""
    indicator, days = _DELAYS[pair]
    return basis.definitions.target(indicator, days(basis.protocol(day)))


def delays(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I13: passages from one milestone to the next, done in time or past; `value` is the days that it took.

    A refusal is an answer too. Who left counts until that day.
    """
    for name, cohort in PAIRS.items():
        for one in cohort(basis, path):
            arrived = one.state == "done" or (name == "referred-answered" and one.reason == "refused")
            late = one.due is not None and one.ended_on is not None and one.ended_on > one.due
            state = ("past" if late else "done") if arrived else one.state
            took = basis.days(one.on, one.ended_on) if one.ended_on else None
            yield replace(one, indicator="I13", part=name, state=state, value=took)


STEPS: tuple[Milestone, ...] = ("certifiable", "proposed", "registered", "taken", "obtained")


def certification(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I12: the certifiable, and each step reached since; a later step counts for those before it."""
    if not (entered := path.marks.get("certifiable")):
        return
    for number, milestone in enumerate(STEPS):
        found = next((path.marks[later] for later in STEPS[number:] if later in path.marks), None)
        if found:
            yield happened("I12", entered, milestone, ended=found)
    if declined := path.outs.get("certification-declined"):
        mark, reason = declined
        yield happened("I12", entered, "declined", "out", ended=mark, reason=reason)


_ENTRIES: dict[Stage, Milestone] = {
    "orientation": "concerned", "diagnostic": "planned", "prescription": "received", "parcours": "prescribed",
}  # fmt: skip
_NEXT: dict[Stage, Milestone] = {
    "orientation": "planned", "diagnostic": "received", "prescription": "prescribed", "parcours": "done",
}  # fmt: skip
_WAYS_OUT: dict[Stage, tuple[Out, ...]] = {
    "orientation": ("not-needed", "diagnostic-declined"), "diagnostic": ("withdrawn",),
}  # fmt: skip


def exits(basis: Basis, path: Path) -> Iterator[FigureEntry]:
    """I17: entries in each stage; out where the path ended there. `due` is the last day before it is silent."""
    for stage in STAGES:
        if not (mark := path.marks.get(_ENTRIES[stage])):
            continue
        passed, gone = path.marks.get(_NEXT[stage]), way_out(path, _WAYS_OUT.get(stage, ()))
        silent = (path.last or date.min) + timedelta(basis.definitions.silent)
        if passed:
            yield happened("I17", mark, stage, ended=passed)
        elif gone:
            yield happened("I17", mark, stage, "out", ended=gone[0], reason=gone[1])
        else:
            yield happened("I17", mark, stage, "open", due=silent)

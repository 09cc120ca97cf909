"""The protocol document: what a structure has agreed, and which one is in force on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

Modality = Literal["workshop", "office", "home", "cafe"]
Stage = Literal["orientation", "diagnostic", "prescription", "parcours"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Delays:
    """Working days of the structure's calendar. Source: DOMAIN.md §6, the table of what is owed.

    A name ending in `_opens` counts until the task is visible; the others, from there until it is due.
    """

    present_pix: int = 15
    plan_diagnostic: int = 5
    chase_diagnostic_opens: int = 15
    chase_diagnostic: int = 3
    chase_sharing_opens: int = 3
    chase_sharing: int = 3
    declare_campaign: int = 1
    match_participation: int = 2
    dispatch_result: int = 2
    assign_advisor: int = 2
    review_late_event: int = 5
    hold_debrief: int = 5
    build_prescription: int = 5
    refer: int = 5
    record_outcome: int = 5
    close_or_plan_opens: int = 60
    close_or_plan: int = 5


@dataclass(frozen=True, slots=True)
class Escalation:
    """Working days past due after which the référent, then the manager, sees the row too (DOMAIN.md §6)."""

    referent: int = 5
    manager: int = 10


@dataclass(frozen=True, slots=True)
class StageText:
    """What the team wrote for one stage of the path: who does it, when, and how (French, shown as is)."""

    stage: Stage
    who: str
    when: str
    how: str


@dataclass(frozen=True, slots=True)
class ProtocolDocument:
    """One whole protocol, as published from a date. Source: DOMAIN.md §3, §5 and §6.

    `concerned`: Pix is presented to all, or to those for whom the advisor judged a need.
    `result_route`: the référent dispatches results, or they reach the advisor directly.
    `tries`: chases without an answer before close-or-plan opens.
    """

    name: str
    concerned: Literal["all", "assessed"]
    cej_mandatory: bool
    modalities: tuple[Modality, ...]
    result_route: Literal["referent", "advisor"]
    tries: int = 3
    delays: Delays = Delays()
    escalation: Escalation = Escalation()
    stages: tuple[StageText, ...] = ()


def in_force(published: Sequence[tuple[date, T]], day: date) -> T:
    """The latest document published from a date on or before `day`; before all of them, the earliest one.

    `published` is in order of publication; the dates may come in any order, and of two from the same date
    the one published last wins. Raises LookupError when nothing is published. Source: DESIGN.md §2.
    """
    if not published:
        raise LookupError("no protocol is published")
    best: tuple[date, T] | None = None
    for entry in published:
        if entry[0] <= day and (best is None or best[0] <= entry[0]):
            best = entry
    return best[1] if best is not None else min(reversed(published), key=_from)[1]


def _from(entry: tuple[date, T]) -> date:
    return entry[0]

"""The protocol document of a structure, and the one in force on a day."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal, TypeVar

Modality = Literal["workshop", "office", "home", "cafe"]
ResultRoute = Literal["referent", "advisor", "workshop"]
Stage = Literal["orientation", "diagnostic", "prescription", "parcours"]

T = TypeVar("T")

LONGEST_DELAY = 365
MOST_TRIES = 20
LONGEST_LINK = 60
MOST_SEATS = 100
LONGEST_KEPT = 240
MOST_READ = {"soon": 120, "day": 600, "people": 1_200, "listed": 6_000}
"""Twice the usual limits of reading: whoever publishes a protocol does not lift them."""


@dataclass(frozen=True, slots=True)
class Delays:
    """Working days of the structure's calendar. Source: docs/event-model.md#the-tasks.

    A name ending in `_opens` counts until the task is visible, one in `_lapses` until it is gone; the others, from
    where it is visible until it is due.
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
    book_workshop: int = 5
    mark_attendance: int = 1
    rebook_absent: int = 5
    explore_difficulty: int = 5
    chase_partner_opens: int = 10
    chase_partner: int = 3
    chase_partner_lapses: int = 30
    offer_alternative: int = 5
    follow_self_study_opens: int = 15
    follow_self_study: int = 5
    complete_path: int = 30
    propose_certification: int = 10
    plan_retake_opens: int = 60
    plan_retake: int = 10
    answer_question: int = 5
    revise_resource_opens: int = 240
    revise_resource: int = 10
    take_pix: int = 20
    brief_newcomer: int = 15
    designate_referent: int = 5
    confirm_team_opens: int = 60
    confirm_team: int = 10
    review_partner: int = 10
    verify_partner_opens: int = 120
    verify_partner: int = 20
    update_contact: int = 10
    inform_holder: int = 2
    record_certification: int = 20
    review_reading: int = 10


@dataclass(frozen=True, slots=True)
class Escalation:
    """Working days past due after which the référent, then the manager, sees the row too (docs/domain.md#tasks)."""

    referent: int = 5
    manager: int = 10


@dataclass(frozen=True, slots=True)
class Workshops:
    """The rules of workshops: seats, facilitators, working days of a seat offer.

    Source: docs/mission.md (6 to 10 seats), and Hautes-Pyrénées (8 at most, in pair then alone).
    """

    smallest: int = 6
    largest: int = 10
    alone: bool = True
    offer: int = 2


ErasureDelay = Literal["72-hours", "month"]


@dataclass(frozen=True, slots=True)
class Retention:
    """Months that a dossier is kept after its last event, by programme (docs/retention.md)."""

    cej: int = 24
    pacea: int = 24
    other: int = 24


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """The most that a référent, a manager or an auditor reads: beyond it their account is suspended.

    Dossiers opened in ten minutes and in a day, people shown in lists in ten minutes and in a day
    (docs/accounts.md#who-looked).
    """

    soon: int = 60
    day: int = 300
    people: int = 600
    listed: int = 3_000


@dataclass(frozen=True, slots=True)
class StageText:
    """The team's text for one stage: who does it, when, and how (French, shown as is)."""

    stage: Stage
    who: str
    when: str
    how: str


@dataclass(frozen=True, slots=True)
class ProtocolDocument:
    """One whole protocol, as published from a date. Source: docs/domain.md.

    `erasure`: keys of an erased person go 72 hours after the confirmation, or at the end of the month that the law
    gives, if that is later (RGPD, article 12, 3).

    `concerned`: Pix is presented to all, or to those for whom the advisor judged a need.
    `result_route`: the référent dispatches results, or they reach the advisor directly; `workshop`: directly
    when the dossier's advisor ran the workshop where the test was taken, by the référent otherwise.
    `tries`: chases without an answer before close-or-plan opens. `partner_link`: calendar days that a partner's link
    opens a referral.
    """

    name: str
    concerned: Literal["all", "assessed"]
    cej_mandatory: bool
    modalities: tuple[Modality, ...]
    result_route: ResultRoute
    tries: int = 3
    partner_link: int = 8
    delays: Delays = Delays()
    escalation: Escalation = Escalation()
    workshops: Workshops = Workshops()
    retention: Retention = Retention()
    reading: ReadingLimits = ReadingLimits()
    erasure: ErasureDelay = "72-hours"
    stages: tuple[StageText, ...] = ()


class NoDocument(LookupError):
    """No protocol, or no grid, is published: an event of the only one does not open."""


def in_force(published: Sequence[tuple[date, T]], day: date) -> T:
    """Returns the latest document published from a date on or before `day`, else the earliest one.

    `published` is in order of publication. Of two from the same date, the one published last wins. Raises
    NoDocument when nothing is published. Source: docs/domain.md#tasks.
    """
    if not published:
        raise NoDocument("nothing is published")
    best: tuple[date, T] | None = None
    for entry in published:
        if entry[0] <= day and (best is None or best[0] <= entry[0]):
            best = entry
    return best[1] if best is not None else min(reversed(published), key=lambda entry: entry[0])[1]


def out_of_range(document: ProtocolDocument) -> Iterator[tuple[str, int, int, int]]:
    """Yields each number out of range: its key like "delays.refer", itself, the least and the most."""
    for part in ("delays", "escalation"):
        for name, days in asdict(getattr(document, part)).items():
            yield from _check_bounds(f"{part}.{name}", days, 0, LONGEST_DELAY)
    yield from _check_bounds("tries", document.tries, 1, MOST_TRIES)
    yield from _check_bounds("partner_link", document.partner_link, 1, LONGEST_LINK)
    for name, months in asdict(document.retention).items():
        yield from _check_bounds(f"retention.{name}", months, 1, LONGEST_KEPT)
    for name, most in MOST_READ.items():
        yield from _check_bounds(f"reading.{name}", getattr(document.reading, name), 1, most)
    held = document.workshops
    yield from _check_bounds("workshops.smallest", held.smallest, 1, MOST_SEATS)
    yield from _check_bounds("workshops.largest", held.largest, max(1, held.smallest), MOST_SEATS)
    yield from _check_bounds("workshops.offer", held.offer, 0, LONGEST_DELAY)


def _check_bounds(key: str, found: int, low: int, high: int) -> Iterator[tuple[str, int, int, int]]:
    if not low <= found <= high:
        yield key, found, low, high

"""Workshops as they are planned, moved and cancelled; their papers, and the help that they need."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID

from pixflow.decision import OWN_WORKSHOPS, TEAM, WORKSHOP_READERS, decision
from pixflow.documents.protocol import Workshops as Rules
from pixflow.events import workshop as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Presence, WorkshopPaper
from pixflow.folding import after_last, once_a_day
from pixflow.participation.campaign import Campaign
from pixflow.refused import Refused, required
from pixflow.team.staff import Team, standing_in
from pixflow.workshop.state import Workshop, must_be_on, must_have_begun


@decision("schedule_workshop", TEAM)
def schedule_workshop(
    workshop: Workshop,
    campaign: Campaign,
    *,
    campaign_id: UUID,
    site: str,
    place: str,
    starts: datetime,
    ends: datetime,
    day: date,
    capacity: int,
    facilitators: tuple[UUID, ...],
    series: UUID | None,
    rules: Rules,
    on: date,
) -> dict[str, list[Event]]:
    """Schedules a workshop, with seats and facilitators as the protocol says (`rules`)."""
    if workshop.scheduled:
        return {}
    if campaign.declared is None:
        raise Refused("undeclared-campaign", field="campaign")
    if campaign.closed:
        raise Refused("campaign-closed", field="campaign", on=campaign.closed.on)
    _must_be_held(starts, ends, day, on)
    if not rules.smallest <= capacity <= rules.largest:
        raise Refused("bad-capacity", field="capacity", smallest=rules.smallest, largest=rules.largest)
    scheduled = e.WorkshopScheduled(
        campaign=campaign_id,
        site=required(site, "site"),
        place=place.strip(),
        starts=starts,
        ends=ends,
        day=day,
        capacity=capacity,
        series=series,
        on=on,
    )
    run_by = _runners(facilitators, rules)
    return {"workshop": [scheduled, *(e.FacilitatorJoined(facilitator=who, on=on) for who in run_by)]}


@decision("set_facilitators", TEAM)
def set_facilitators(
    workshop: Workshop, *, facilitators: tuple[UUID, ...], rules: Rules, actor: str, team: Team, on: date
) -> list[Event]:
    """Replaces the facilitators. Who adds somebody for whom they stand in that day joins by themselves too."""
    must_be_on(workshop)
    run_by = _runners(facilitators, rules)
    left = [who for who in workshop.facilitators if who not in run_by]
    come = [who for who in run_by if who not in workshop.facilitators]
    gain = standing_in(actor, team, on) if actor != workshop.planned_by else ()
    return [
        *(e.FacilitatorLeft(facilitator=who, on=on) for who in left),
        *(e.FacilitatorJoined(facilitator=who, on=on, alone=str(who) in gain) for who in come),
    ]


@decision("accept_facilitator", TEAM)
def accept_facilitator(workshop: Workshop, *, facilitator: UUID, actor: str, on: date) -> list[Event]:
    """Agrees that a colleague runs the workshop, who joined by themselves: they read its names at once.

    Raises Refused: "own-joining", "not-facilitator".
    """
    must_be_on(workshop)
    if actor == str(facilitator):
        raise Refused("own-joining")
    if not workshop.runs(str(facilitator)):
        raise Refused("not-facilitator")
    return [e.FacilitatorAccepted(facilitator=facilitator, on=on)] if facilitator in workshop.newcomers else []


@decision("move_workshop", TEAM)
def move_workshop(
    workshop: Workshop,
    *,
    place: str,
    starts: datetime,
    ends: datetime,
    day: date,
    registrants: tuple[UUID, ...],
    on: date,
) -> list[Event]:
    """Moves a workshop to another day, hours or place. `registrants` are the dossiers changed by the same command."""
    must_be_on(workshop)
    if (workshop.place, workshop.starts, workshop.ends) == (place.strip(), starts, ends):
        return []
    _must_be_unmarked(workshop)
    _must_be_held(starts, ends, day, on)
    _must_be_all(workshop, registrants)
    return [e.WorkshopMoved(place=place.strip(), starts=starts, ends=ends, day=day, on=on)]


@decision("cancel_workshop", TEAM)
def cancel_workshop(
    workshop: Workshop,
    *,
    reason: Literal["facilitator", "room", "technical", "too-few", "mistake", "other"],
    registrants: tuple[UUID, ...],
    on: date,
) -> list[Event]:
    """Cancels a workshop. `registrants` is the same as for a move."""
    if workshop.cancelled:
        return []
    must_be_on(workshop)
    _must_be_unmarked(workshop)
    _must_be_all(workshop, registrants)
    return [e.WorkshopCancelled(reason=reason, on=on)]


@decision("close_workshop", OWN_WORKSHOPS)
def close_workshop(workshop: Workshop, *, on: date) -> list[Event]:
    """Closes a workshop once every registrant is marked."""
    if workshop.closed:
        return []
    must_be_on(workshop)
    must_have_begun(workshop, on)
    if workshop.unmarked:
        raise Refused("attendance-left", count=len(workshop.unmarked))
    present, absent, excused = (workshop.count(presence) for presence in get_args(Presence))
    return [e.WorkshopClosed(present=present, absent=absent, excused=excused, on=on)]


@decision("ask_help", OWN_WORKSHOPS)
def ask_help(workshop: Workshop, *, on: date) -> list[Event]:
    must_be_on(workshop)
    return [] if workshop.help else [e.HelpAsked(on=on)]


@decision("give_help", OWN_WORKSHOPS)
def give_help(workshop: Workshop, *, on: date) -> list[Event]:
    return [e.HelpGiven(on=on)] if workshop.help else []


def _must_be_held(starts: datetime, ends: datetime, day: date, on: date) -> None:
    if ends <= starts:
        raise Refused("ends-before-it-starts", field="ends")
    if day < on:
        raise Refused("workshop-past", field="day", day=day)


def _must_be_unmarked(workshop: Workshop) -> None:
    if workshop.attendance:
        raise Refused("attendance-begun")


def _must_be_all(workshop: Workshop, registrants: tuple[UUID, ...]) -> None:
    """Raises Refused("moved") when someone registered meanwhile: the command must include them."""
    if set(registrants) != set(workshop.seats):
        raise Refused("moved")


def _runners(facilitators: tuple[UUID, ...], rules: Rules) -> tuple[UUID, ...]:
    run_by = tuple(dict.fromkeys(facilitators))
    if not run_by:
        raise Refused("required", field="facilitators")
    if len(run_by) == 1 and not rules.alone:
        raise Refused("pair-needed", field="facilitators")
    return run_by


# --- papers of a workshop that carry names: the attendance sheet and the letters to its registrants

_SEATED = (e.SeatTaken, e.SeatReleased, e.Retracted)
"""The events that change the names on a paper: as many people may be others."""


@decision("issue_workshop_paper", WORKSHOP_READERS)
def issue_workshop_paper(
    workshop: Workshop, *, paper: WorkshopPaper, people: int, actor: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Records that the actor takes a paper with the names of so many people; nothing for a paper without names."""
    later = after_last(history, lambda event: isinstance(event, _SEATED))
    return once_a_day(e.PaperIssued(paper=paper, people=people, on=on), actor, later) if people else []


# --- A call for help from a workshop: the people whom it reaches (docs/domain.md#calls-for-help)


HELPERS = frozenset({"facilitator", "referent"})
"""The roles that a call reaches, whichever the workshop."""


def reached(facilitators: Collection[UUID], caller: str, team: Team, day: date) -> frozenset[UUID]:
    """Returns every facilitator and référent at work, and the others who run the workshop.

    A deputy is reached in the place of somebody absent. The caller is not reached.
    """
    called = {id: one.absence(day) for id, one in team.items() if id in facilitators or one.roles_on(day) & HELPERS}
    there = (absence.deputy if absence else id for id, absence in called.items())
    return frozenset(id for id in there if id and id in team and team[id].works(day) and str(id) != caller)

"""Workshops of a structure: scheduled, filled, moved, cancelled, held; attendance marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from pixflow.actor import CLOCK, Actor
from pixflow.events.base import Recorded
from pixflow.events.values import Presence
from pixflow.events.workshop import SeatOffered
from pixflow.unit_of_work import Step
from pixflow.workshop import booking, scheduling
from pixflow.workshop.state import Workshop, evolve
from web.samples.agenda import PlannedCommand, at, command
from web.samples.behaviours.campaigns import PixOrga
from web.samples.roster import Member
from web.samples.simulation import Case, Simulation
from web.samples.youth import Young

BEFORE_WORK = 7 * 60
Hours = tuple[int, int, int, int]
"""Hour and minute of the beginning, hour and minute of the end."""
_ABSENT: dict[str, Presence] = {"absent": "absent", "excused": "excused"}


@dataclass(slots=True, eq=False)
class WorkshopCase:
    """One workshop and its state."""

    id: UUID
    site: int
    runners: tuple[UUID, ...]
    state: Workshop

    @property
    def day(self) -> date:
        assert self.state.day is not None
        return self.state.day

    @property
    def streams(self) -> dict[str, UUID]:
        return {"workshop": self.id}

    def seat(self, dossier: UUID) -> dict[str, UUID]:
        return {"workshop": self.id, "dossier": dossier}


class Workshops:
    """Workshops that are not over, kept current by their events."""

    def __init__(self, sim: Simulation, pix: PixOrga) -> None:
        self.sim = sim
        self.pix = pix
        self.cases: dict[UUID, WorkshopCase] = {}
        sim.listeners["workshop"] = self.hear

    # --- seats

    def seat(self, case: Case) -> PlannedCommand | None:
        """Books a seat, or a place on a waiting list; None when there is no workshop."""
        chosen = self.choose(case)
        return self.book(case, chosen) if chosen else None

    def choose(self, case: Case) -> WorkshopCase | None:
        """Returns the workshop where somebody is booked."""
        raise NotImplementedError

    def book(self, case: Case, one: WorkshopCase) -> PlannedCommand:
        context = {"initial": True, "plan": self.sim.log.new_id()}
        return command(case.by, one.seat(case.young.dossier), booking.book_seat, context, or_wait=True)

    def release(self, case: Case, workshop: UUID) -> PlannedCommand:
        """Gives up a seat, or a place on the waiting list."""
        streams = {"workshop": workshop, "dossier": case.young.dossier}
        return command(case.by, streams, booking.release_seat, {"until": self._kept_until()})

    def _kept_until(self) -> date:
        return booking.offer_deadline(self.sim.refs, self.sim.today)

    def follow_offer(self, workshop: WorkshopCase, young: Young, until: date) -> None:
        """Plans the end of an offer that is not taken."""
        lapse = partial(self._lapse, workshop, young.dossier, until)
        self.sim.plan((self.sim.calendar.add(until, 1), BEFORE_WORK), lapse, workshop.id)

    def _lapse(self, workshop: WorkshopCase, dossier: UUID, last_day: date) -> Iterator[PlannedCommand]:
        waited = workshop.state.waiting.get(dossier)
        if waited and waited.until == last_day:
            context = {"until": self._kept_until()}
            yield command(Actor(CLOCK), workshop.streams, booking.lapse_offer, context, dossier=dossier, kept=last_day)

    # --- dates

    def schedule(
        self, id: UUID, site: int, place: str, day: date, hours: Hours, capacity: int, runners: Sequence[Member]
    ) -> PlannedCommand:
        facilitators = tuple(one.id for one in runners)
        self.cases[id] = WorkshopCase(id, site, facilitators, Workshop())
        return command(
            runners[0].actor,
            {"workshop": id, "campaign": self.pix.campaign("initial", site)},
            scheduling.schedule_workshop,
            {"series": None, "rules": self.sim.protocol.workshops},
            site=self.sim.roster.sites[site],
            place=place,
            starts=at(day, *hours[:2]),
            ends=at(day, *hours[2:]),
            day=day,
            capacity=capacity,
            facilitators=facilitators,
        )

    def move(self, workshop: WorkshopCase, by: Actor, day: date, place: str) -> PlannedCommand:
        """Moves a workshop to another day, at the same hours."""
        assert workshop.state.starts is not None
        assert workshop.state.ends is not None
        moved = day - workshop.day
        said = {
            "place": place,
            "starts": workshop.state.starts + moved,
            "ends": workshop.state.ends + moved,
            "day": day,
        }
        return self._with_registrants(workshop, by, Step(workshop.streams, scheduling.move_workshop, said))

    def cancel(self, one: WorkshopCase, by: Actor, reason: str) -> PlannedCommand:
        return self._with_registrants(one, by, Step(one.streams, scheduling.cancel_workshop, {"reason": reason}))

    def _with_registrants(self, workshop: WorkshopCase, by: Actor, step: Step) -> PlannedCommand:
        there = tuple(workshop.state.seats)
        first = Step(step.streams, step.decision, step.sent, {"registrants": there})
        follow = (Step(workshop.seat(dossier), booking.apply_workshop_change) for dossier in there)
        return PlannedCommand(by, (first, *follow))

    def runner(self, one: WorkshopCase) -> Member | None:
        return self.sim.roster.runner(one.runners, one.site, self.sim.today)

    # --- the day of a workshop

    def mark(self, workshop: WorkshopCase, by: Actor, dossier: UUID, how: str) -> PlannedCommand:
        """Marks attendance: present, ease, trouble, absent or excused."""
        return command(
            by,
            workshop.seat(dossier),
            booking.mark_attendance,
            presence=_ABSENT.get(how, "present"),
            trouble=how == "trouble",
            ease=how == "ease",
        )

    # --- events

    def hear(self, recorded: Recorded) -> None:
        workshop = self.cases.get(recorded.originator_id)
        if workshop is None:
            return
        workshop.state = evolve(workshop.state, recorded)
        young = self.sim.young.get(getattr(recorded.event, "dossier", workshop.id))
        if isinstance(recorded.event, SeatOffered) and young:
            self.follow_offer(workshop, young, recorded.event.until)
        if workshop.state.closed or workshop.state.cancelled:
            self.cases.pop(workshop.id, None)

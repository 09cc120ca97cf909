"""Draws the workshops of each site: as many each week as seats were asked for of late."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from pixflow.events.base import Recorded
from pixflow.workshop import booking, scheduling
from web.samples import parameters
from web.samples.agenda import AgendaTime, PlannedCommand, command
from web.samples.behaviours.campaigns import PixOrga
from web.samples.behaviours.workshops import Hours, WorkshopCase, Workshops
from web.samples.roster import Member
from web.samples.simulation import Case, Simulation
from web.samples.youth import Young

WEEKLY = 9 * 60 - 20
HOURS: tuple[Hours, ...] = ((9, 30, 12, 0), (14, 0, 16, 30))
ROOMS = ("Salle multimédia", "Salle informatique, 1er étage", "Salle de réunion", "Cyber-base")


class WeeklyWorkshops(Workshops):
    """Workshops until `last`. Where few young people come, those of the first site are for everybody."""

    def __init__(self, sim: Simulation, pix: PixOrga, young_people: int, last: date) -> None:
        super().__init__(sim, pix)
        self._last = last
        self._ahead: list[list[WorkshopCase]] = [[] for _ in sim.roster.sites]
        self._taken: set[tuple[int, date]] = set()
        self._asked = [0] * len(sim.roster.sites)
        self._together = young_people / len(sim.roster.sites) < parameters.WORKSHOPS_ALONE
        for site in range(1 if self._together else len(sim.roster.sites)):
            self._each_week(site, sim.today)

    # --- seats

    def choose(self, case: Case) -> WorkshopCase | None:
        """Returns the next workshop of their site with a free seat, else the next one."""
        site, dossier = 0 if self._together else case.young.site, case.young.dossier
        self._asked[site] += 1
        ahead = [one for one in self._ahead[site] if one.day > self.sim.today and not one.state.cancelled]
        known = [one for one in ahead if dossier not in one.state.seats and dossier not in one.state.waiting]
        free = [one for one in known if one.state.free > 0]
        return min(free or known, key=lambda one: one.day, default=None)

    def book(self, case: Case, workshop: WorkshopCase) -> PlannedCommand:
        planned = super().book(case, workshop)
        if self.sim.chance(parameters.RELEASED) and (days := (workshop.day - self.sim.today).days) > 2:
            before = self.sim.today + timedelta(days=1 + self.sim.random.randrange(days - 1))
            self.sim.plan_follow_up(case.young, self.sim.on(before), partial(self._gives_up, workshop=workshop.id))
        return planned

    def _gives_up(self, case: Case, workshop: UUID) -> Iterator[PlannedCommand]:
        seat = case.state.diagnostic.seats.get(workshop)
        if seat and seat.status == "booked" and seat.day > self.sim.today:
            yield self.release(case, workshop)

    def follow_offer(self, workshop: WorkshopCase, young: Young, until: date) -> None:
        if self.sim.chance(parameters.OFFER_TAKEN):
            self.sim.plan_follow_up(young, self.sim.on(self.sim.today), partial(self._takes_offer, workshop=workshop))
        super().follow_offer(workshop, young, until)

    def _takes_offer(self, case: Case, workshop: WorkshopCase) -> Iterator[PlannedCommand]:
        waited, today = workshop.state.waiting.get(case.young.dossier), self.sim.today
        booked = any(seat.status == "booked" and seat.day >= today for seat in case.state.diagnostic.seats.values())
        if waited and waited.until and not booked and workshop.day > today:
            yield self.book(case, workshop)

    # --- dates

    def _each_week(self, site: int, day: date) -> None:
        if day <= self._last:
            self.sim.plan((self.sim.calendar.add(day, 0), WEEKLY + site % 15), partial(self._weekly, site))

    def _weekly(self, site: int) -> Iterator[PlannedCommand]:
        """Schedules the seats that were asked for and are not there."""
        sim = self.sim
        self._each_week(site, sim.today + timedelta(days=7))
        rules = sim.protocol.workshops
        capacity = min(max(parameters.SEATS, rules.smallest), rules.largest)
        self._ahead[site] = [one for one in self._ahead[site] if one.day >= sim.today and not one.state.cancelled]
        free = sum(one.state.free - len(one.state.waiting) for one in self._ahead[site])
        wanted = round(self._asked[site] * parameters.ASKED_AGAIN) - free
        self._asked[site] = round(self._asked[site] * parameters.ASKED_BEFORE)
        for _ in range(-(-wanted // capacity) if wanted >= parameters.LEAST_WANTED else 0):
            runners = self._runners(site)
            if runners:
                yield self._draw(site, runners, capacity)

    def _runners(self, site: int) -> list[Member]:
        """Returns the assistant and an advisor, or the advisor alone."""
        roster, today = self.sim.roster, self.sim.today
        advisors = [one for one in roster.of("advisor", site) if one.is_present(today)]
        advisors = [one for one in advisors if one.cej] or advisors
        chosen = [self.sim.random.choice(advisors)] if advisors else []
        if not chosen or not self.sim.protocol.workshops.alone or self.sim.chance(parameters.IN_PAIR):
            chosen = [*(one for one in roster.of("facilitator", site) if one.is_present(today)), *chosen]
        return chosen

    def _draw(self, site: int, runners: list[Member], capacity: int) -> PlannedCommand:
        """Draws a workshop on a day without another one at that site."""
        id, day = self.sim.log.new_id(), self.sim.in_days(parameters.SCHEDULED_IN)
        while (site, day) in self._taken:
            day = self.sim.calendar.add(day, 1)
        self._taken.add((site, day))
        hours, place = self.sim.random.choice(HOURS), self.sim.random.choice(ROOMS)
        planned = self.schedule(id, site, place, day, hours, capacity, runners)
        workshop, ends = self.cases[id], hours[2] * 60 + hours[3]
        if self.sim.chance(parameters.MOVED):
            self.sim.plan((self.sim.in_days(2), WEEKLY + 15), partial(self._move, workshop), workshop.id)
        before = self.sim.calendar.add(day - timedelta(days=4), 0)
        self.sim.plan((min(before, day), WEEKLY + 16), partial(self._cancel, workshop), workshop.id)
        self.sim.plan((day, ends - 10), partial(self._hold, workshop, day), workshop.id)
        return planned

    def _move(self, workshop: WorkshopCase) -> Iterator[PlannedCommand]:
        """Moves it to the next day, in another room."""
        runner = self.runner(workshop)
        if (
            runner
            and workshop.state.starts
            and workshop.state.ends
            and not workshop.state.cancelled
            and workshop.day > self.sim.today
        ):
            day = self.sim.calendar.add(workshop.day, 1)
            yield self.move(workshop, runner.actor, day, ROOMS[0])
            self.sim.plan((day, 16 * 60 + 20), partial(self._hold, workshop, day), workshop.id)

    def _cancel(self, workshop: WorkshopCase) -> Iterator[PlannedCommand]:
        too_few, runner = not workshop.state.seats, self.runner(workshop)
        if runner and not workshop.state.cancelled and (too_few or self.sim.chance(parameters.CANCELLED)):
            reason = "too-few" if too_few else self.sim.random.choice(("facilitator", "room", "technical"))
            yield self.cancel(workshop, runner.actor, reason)

    # --- the day of a workshop

    def _hold(self, workshop: WorkshopCase, day: date) -> Iterator[PlannedCommand]:
        """Makes the people present take the test, and plans the marks: at the end, or one of the next days."""
        if workshop.state.cancelled or workshop.state.day != day:
            return
        runner = self.runner(workshop)
        present = {dossier: self._presence(dossier, day) for dossier in workshop.state.seats}
        if len(workshop.runners) == 1 and runner and self.sim.chance(parameters.CALLS_FOR_HELP):
            helper = self.sim.roster.of("facilitator", workshop.site)[0]
            if helper.is_present(day):
                yield command(runner.actor, workshop.streams, scheduling.ask_help)
                yield command(helper.actor, workshop.streams, scheduling.give_help)
        if runner is None or self.sim.chance(parameters.CLOSED_LATE):
            later = self.sim.on(self.sim.in_days(1 + self.sim.random.randrange(3)))
            self._plan_marks(later, workshop, present)
        else:
            self._plan_marks((day, self.sim.log.moment[1] + 5), workshop, present)

    def _plan_marks(self, moment: AgendaTime, one: WorkshopCase, present: dict[UUID, str]) -> None:
        self.sim.plan(moment, partial(self._mark_all, one, present), one.id, *one.state.seats)

    def _presence(self, dossier: UUID, day: date) -> str:
        """Draws a presence: present, ease, trouble, absent or excused."""
        sim, young = self.sim, self.sim.young[dossier]
        if sim.chance(parameters.ABSENT * (1.6 - young.zeal)):
            return "absent"
        if sim.chance(parameters.EXCUSED):
            return "excused"
        if not sim.dossiers.of(dossier).diagnostic.has_participation("initial"):
            self.pix.test(young, day, 10 if sim.log.moment[1] < 13 * 60 else 14)
        if not sim.chance(parameters.FLAGGED):
            return "present"
        return (
            "ease" if young.skill >= parameters.AT_EASE else "trouble" if young.skill <= parameters.IN_TROUBLE else ""
        )

    def _mark_all(self, workshop: WorkshopCase, present: dict[UUID, str]) -> Iterator[PlannedCommand]:
        runner = self.runner(workshop)
        if runner is None:
            self._plan_marks(self.sim.on(self.sim.in_days(1)), workshop, present)
            return
        marks = {dossier: present.get(dossier, "absent") for dossier in workshop.state.seats}
        for dossier, how in marks.items():
            yield self.mark(workshop, runner.actor, dossier, how)
        room = workshop.state.capacity - sum(how not in ("absent", "excused") for how in marks.values())
        yield from self._walk_ins(workshop, runner, room)
        yield command(runner.actor, workshop.streams, scheduling.close_workshop)

    def _walk_ins(self, workshop: WorkshopCase, runner: Member, room: int) -> Iterator[PlannedCommand]:
        """Lets in some of the people who waited for a seat."""
        for dossier in list(workshop.state.waiting)[: max(0, room)]:
            young = self.sim.young.get(dossier)
            state = self.sim.dossiers.of(dossier)
            if young and not state.closed and self.sim.chance(parameters.WALKS_IN):
                self.pix.test(young, workshop.day, 14)
                context = {"initial": True, "plan": self.sim.log.new_id()}
                yield command(runner.actor, workshop.seat(dossier), booking.walk_in, context)

    def hear(self, recorded: Recorded) -> None:
        super().hear(recorded)
        one = self.cases.get(recorded.originator_id)
        if one and one.state.version == 1:
            self._ahead[one.site].append(one)

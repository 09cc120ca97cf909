"""Workshops: scheduled as seats are asked for, filled, moved, cancelled, held; whoever is there takes the test."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from pixflow.actor import CLOCK, Actor
from pixflow.events.base import Recorded
from pixflow.events.values import Presence
from pixflow.events.workshop import SeatOffered
from pixflow.unit_of_work import Step
from pixflow.workshop import booking, scheduling
from pixflow.workshop.state import Workshop, evolve
from web.samples.clock import at
from web.samples.population import parameters
from web.samples.population.actors.advisors import takes
from web.samples.population.agenda import Errand, Said
from web.samples.population.roster import Member
from web.samples.population.simulation import Case, Play
from web.samples.population.youth import Young

WEEKLY = 9 * 60 - 20
HOURS = ((9, 30, 12, 0), (14, 0, 16, 30))
BEFORE_WORK = 7 * 60
ROOMS = ("Salle multimédia", "Salle informatique, 1er étage", "Salle de réunion", "Cyber-base")


@dataclass(slots=True, eq=False)
class Held:
    """A workshop and how it stands."""

    id: UUID
    site: int
    runners: tuple[UUID, ...]
    state: Workshop

    @property
    def day(self) -> date:
        assert self.state.day is not None
        return self.state.day


class Workshops:
    """Those of all sites; hears of seats taken, given up, offered. Over, they are forgotten here.

    Where few come, those of the first site are for everybody.
    """

    def __init__(self, play: Play, young_people: int, last: date) -> None:
        self.play = play
        self._last = last
        self._held: dict[UUID, Held] = {}
        self._ahead: list[list[Held]] = [[] for _ in play.house.sites]
        self._taken: set[tuple[int, date]] = set()
        self._asked = [0] * len(play.house.sites)
        self._together = young_people / len(play.house.sites) < parameters.WORKSHOPS_ALONE
        play.listeners["workshop"] = self.hear
        for site in range(1 if self._together else len(play.house.sites)):
            self._each_week(site, play.today)

    # --- seats

    def seat(self, case: Case) -> Said | None:
        """A seat in the next workshop of their site that has one, or a place on the list; None when there is none."""
        site, dossier = 0 if self._together else case.young.site, case.young.dossier
        self._asked[site] += 1
        ahead = [one for one in self._ahead[site] if one.day > self.play.today and not one.state.cancelled]
        known = [one for one in ahead if dossier not in one.state.seats and dossier not in one.state.waiting]
        free = [one for one in known if one.state.free > 0]
        chosen = min(free or known, key=lambda one: one.day, default=None)
        return self.book(case, chosen) if chosen else None

    def book(self, case: Case, held: Held) -> Said:
        step = Step(
            {"workshop": held.id, "dossier": case.young.dossier},
            booking.book_seat,
            {"or_wait": True},
            {"initial": True, "plan": self.play.desk.id()},
        )
        if self.play.chance(parameters.RELEASED) and (days := (held.day - self.play.today).days) > 2:
            before = self.play.today + timedelta(days=1 + self.play.random.randrange(days - 1))
            self.play.later(case.young, self.play.on(before), partial(_gives_up, workshop=held.id))
        return Said(case.by, (step,))

    def release(self, case: Case, workshop: UUID) -> Said:
        """A seat, or a place on the list, is given up."""
        until = booking.offer_deadline(self.play.refs, self.play.today)
        streams = {"workshop": workshop, "dossier": case.young.dossier}
        return Said(case.by, (Step(streams, booking.release_seat, {}, {"until": until}),))

    def _offered(self, held: Held, young: Young, until: date) -> Iterator[Said]:
        """Who waited takes the seat, or lets it pass on."""
        if self.play.chance(parameters.OFFER_TAKEN):
            self.play.later(young, self.play.on(self.play.today), partial(_takes_offer, held=held))
        lapse = Errand((held.id,), partial(self._lapse, held, young.dossier, until))
        self.play.agenda.add((self.play.calendar.add(until, 1), BEFORE_WORK), lapse)
        return iter(())

    def _lapse(self, held: Held, dossier: UUID, kept: date) -> Iterator[Said]:
        waited = held.state.waiting.get(dossier)
        if waited and waited.until == kept:
            until = booking.offer_deadline(self.play.refs, self.play.today)
            said = {"dossier": dossier, "kept": kept}
            yield Said(Actor(CLOCK), (Step({"workshop": held.id}, booking.lapse_offer, said, {"until": until}),))

    # --- which are held

    def _each_week(self, site: int, day: date) -> None:
        if day <= self._last:
            moment = (self.play.calendar.add(day, 0), WEEKLY + site % 15)
            self.play.agenda.add(moment, Errand((), partial(self._weekly, site)))

    def _weekly(self, site: int) -> Iterator[Said]:
        """As many more as seats were asked for of late, and are not there."""
        play = self.play
        self._each_week(site, play.today + timedelta(days=7))
        rules = play.protocol.workshops
        capacity = min(max(parameters.SEATS, rules.smallest), rules.largest)
        self._ahead[site] = [one for one in self._ahead[site] if one.day >= play.today and not one.state.cancelled]
        free = sum(one.state.free - len(one.state.waiting) for one in self._ahead[site])
        wanted = round(self._asked[site] * parameters.ASKED_AGAIN) - free
        self._asked[site] = round(self._asked[site] * parameters.ASKED_BEFORE)
        for _ in range(-(-wanted // capacity) if wanted >= parameters.LEAST_WANTED else 0):
            runners = self._runners(site)
            if runners:
                yield self._schedule(site, runners, capacity)

    def _runners(self, site: int) -> list[Member]:
        """The assistant and an advisor, or the advisor alone."""
        house, today = self.play.house, self.play.today
        advisors = [one for one in house.of("advisor", site) if one.here(today)]
        advisors = [one for one in advisors if one.cej] or advisors
        chosen = [self.play.random.choice(advisors)] if advisors else []
        if not chosen or not self.play.protocol.workshops.alone or self.play.chance(parameters.IN_PAIR):
            chosen = [*(one for one in house.of("facilitator", site) if one.here(today)), *chosen]
        return chosen

    def _schedule(self, site: int, runners: list[Member], capacity: int) -> Said:
        play, id = self.play, self.play.desk.id()
        day, hours = self._free_day(site), play.random.choice(HOURS)
        campaign = play.pix.season("initial", site).stream
        assert campaign is not None
        said = {
            "site": play.house.sites[site],
            "place": play.random.choice(ROOMS),
            "starts": at(day, *hours[:2]),
            "ends": at(day, *hours[2:]),
            "day": day,
            "capacity": capacity,
            "facilitators": tuple(one.id for one in runners),
        }
        held = Held(id, site, said["facilitators"], Workshop())  # type: ignore[arg-type]
        self._held[id] = held
        self._plan(held, day, hours[2] * 60 + hours[3])
        context = {"series": None, "rules": play.protocol.workshops}
        streams = {"workshop": id, "campaign": campaign}
        return Said(runners[0].actor, (Step(streams, scheduling.schedule_workshop, said, context),))

    def _free_day(self, site: int) -> date:
        """One on which nothing is held at that site."""
        day = self.play.in_days(parameters.SCHEDULED_IN)
        while (site, day) in self._taken:
            day = self.play.calendar.add(day, 1)
        self._taken.add((site, day))
        return day

    def _plan(self, held: Held, day: date, ends: int) -> None:
        add, play = self.play.agenda.add, self.play
        if play.chance(parameters.MOVED):
            add((play.in_days(2), WEEKLY + 15), Errand((held.id,), partial(self._move, held)))
        before = play.calendar.add(day - timedelta(days=4), 0)
        add((min(before, day), WEEKLY + 16), Errand((held.id,), partial(self._cancel, held)))
        add((day, ends - 10), Errand((held.id,), partial(self._hold, held, day)))

    def _move(self, held: Held) -> Iterator[Said]:
        """To the next day, in another room."""
        state, runner = held.state, self._runner(held)
        if runner and state.starts and state.ends and not state.cancelled and held.day > self.play.today:
            day = self.play.calendar.add(held.day, 1)
            moved = day - held.day
            said = {"place": ROOMS[0], "starts": state.starts + moved, "ends": state.ends + moved, "day": day}
            yield self._with_registrants(held, runner, Step({"workshop": held.id}, scheduling.move_workshop, said))
            self.play.agenda.add((day, 16 * 60 + 20), Errand((held.id,), partial(self._hold, held, day)))

    def _cancel(self, held: Held) -> Iterator[Said]:
        """For want of people, or of a room."""
        too_few, runner = not held.state.seats, self._runner(held)
        if runner and not held.state.cancelled and (too_few or self.play.chance(parameters.CANCELLED)):
            reason = "too-few" if too_few else self.play.random.choice(("facilitator", "room", "technical"))
            step = Step({"workshop": held.id}, scheduling.cancel_workshop, {"reason": reason})
            yield self._with_registrants(held, runner, step)

    def _with_registrants(self, held: Held, by: Member, step: Step) -> Said:
        there = tuple(held.state.seats)
        first = Step(step.streams, step.decision, step.sent, {"registrants": there})
        follow = (Step({"workshop": held.id, "dossier": dossier}, booking.apply_workshop_change) for dossier in there)
        return Said(by.actor, (first, *follow))

    def _runner(self, held: Held) -> Member | None:
        return self.play.house.runner(held.runners, held.site, self.play.today)

    def hear(self, recorded: Recorded) -> None:
        held = self._held.get(recorded.originator_id)
        if held is None:
            return
        held.state = evolve(held.state, recorded)
        if held.state.version == 1:
            self._ahead[held.site].append(held)
        young = self.play.young.get(getattr(recorded.event, "dossier", held.id))
        if isinstance(recorded.event, SeatOffered) and young:
            self._offered(held, young, recorded.event.until)
        if held.state.closed or held.state.cancelled:
            self._held.pop(held.id, None)

    # --- the day itself

    def _hold(self, held: Held, day: date) -> Iterable[Said]:
        """The test is taken; attendance is marked at the end, or one of the next days."""
        if held.state.cancelled or held.state.day != day:
            return
        runner = self._runner(held)
        present = {id: self._comes(id, day) for id in held.state.seats}
        if len(held.runners) == 1 and runner and self.play.chance(parameters.CALLS_FOR_HELP):
            helper = self.play.house.of("facilitator", held.site)[0]
            if helper.here(day):
                yield Said(runner.actor, (Step({"workshop": held.id}, scheduling.ask_help),))
                yield Said(helper.actor, (Step({"workshop": held.id}, scheduling.give_help),))
        if runner is None or self.play.chance(parameters.CLOSED_LATE):
            later = self.play.on(self.play.in_days(1 + self.play.random.randrange(3)))
            self._mark_at(later, held, present)
        else:
            self._mark_at((day, self.play.desk.moment[1] + 5), held, present)

    def _mark_at(self, moment: tuple[date, int], held: Held, present: dict[UUID, str]) -> None:
        errand = Errand((held.id, *held.state.seats), partial(self._mark, held, present))
        self.play.agenda.add(moment, errand)

    def _comes(self, dossier: UUID, day: date) -> str:
        """How somebody is there: present, at ease, in trouble; or absent, or excused."""
        play, young = self.play, self.play.young[dossier]
        if play.chance(parameters.ABSENT * (1.6 - young.zeal)):
            return "absent"
        if play.chance(parameters.EXCUSED):
            return "excused"
        if not play.dossiers.of(dossier).diagnostic.has_participation("initial"):
            takes(play, young, day, 10 if self.play.desk.moment[1] < 13 * 60 else 14)
        if not play.chance(parameters.FLAGGED):
            return "present"
        return (
            "ease" if young.skill >= parameters.AT_EASE else "trouble" if young.skill <= parameters.IN_TROUBLE else ""
        )

    def _mark(self, held: Held, present: dict[UUID, str]) -> Iterator[Said]:
        runner = self._runner(held)
        if runner is None:
            self._mark_at(self.play.on(self.play.in_days(1)), held, present)
            return
        marks = {id: present.get(id, "absent") for id in held.state.seats}
        for dossier, how in marks.items():
            presence: Presence = "absent" if how == "absent" else "excused" if how == "excused" else "present"
            said = {"presence": presence, "trouble": how == "trouble", "ease": how == "ease"}
            streams = {"workshop": held.id, "dossier": dossier}
            yield Said(runner.actor, (Step(streams, booking.mark_attendance, said),))
        room = held.state.capacity - sum(how not in ("absent", "excused") for how in marks.values())
        yield from self._walk_ins(held, runner, room)
        yield Said(runner.actor, (Step({"workshop": held.id}, scheduling.close_workshop),))

    def _walk_ins(self, held: Held, runner: Member, room: int) -> Iterator[Said]:
        """Some who waited came all the same."""
        for dossier in list(held.state.waiting)[: max(0, room)]:
            young = self.play.young.get(dossier)
            state = self.play.dossiers.of(dossier)
            if young and not state.closed and self.play.chance(parameters.WALKS_IN):
                takes(self.play, young, held.day, 14)
                step = Step(
                    {"workshop": held.id, "dossier": dossier},
                    booking.walk_in,
                    {},
                    {"initial": True, "plan": self.play.desk.id()},
                )
                yield Said(runner.actor, (step,))


def _gives_up(play: Play, case: Case, workshop: UUID) -> Iterator[Said]:
    seat = case.state.diagnostic.seats.get(workshop)
    if seat and seat.status == "booked" and seat.day > play.today:
        yield play.workshops.release(case, workshop)


def _takes_offer(play: Play, case: Case, held: Held) -> Iterator[Said]:
    waited = held.state.waiting.get(case.young.dossier)
    booked = any(one.status == "booked" and one.day >= play.today for one in case.state.diagnostic.seats.values())
    if waited and waited.until and not booked and held.day > play.today:
        yield play.workshops.book(case, held)

"""Drawn staff: names, tempo, training, absences, departures."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from pixflow.decision import Decision
from pixflow.dossier import assignment
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.team import membership
from pixflow.team.staff import Absence
from web.samples import parameters, words
from web.samples.agenda import OPENS, PlannedCommand, command
from web.samples.parameters import Days
from web.samples.roster import Member, Roster, declare_absence, hire
from web.samples.simulation import Simulation


class DrawnRoster(Roster):
    """Staff drawn by role and by site."""

    def __init__(self, sites: Sequence[str], young_people: int, random: Random, new_id: Callable[[], UUID]) -> None:
        super().__init__(sites, random)
        self._new_id = new_id
        self._emails: set[str] = set()
        for role, count in _proportions(young_people, len(sites)).items():
            for n in range(count):
                rank, share = n // len(sites), parameters.IN_CEJ_ADVISORS  # spread evenly, the second of a site first
                cej = role == "advisor" and int((rank + 1) * share + 0.5) > int(rank * share + 0.5)
                self.hire(role, n % len(sites), cej=cej)

    def hire(self, role: Role, site: int, *, cej: bool = False) -> Member:
        name, email = self._name()
        n = len(self.members)
        phone = f"01 99 00 {n // 100 % 100:02d} {n % 100:02d}" if role in ("advisor", "referent") else None
        tempo = self.random.triangular(*parameters.TEMPO)
        return self.add(Member(self._new_id(), name, email, phone, role, site, tempo, cej))

    def _name(self) -> tuple[str, str]:
        """Draws a name that is free, with its address."""
        while True:
            name = f"{words.first_name(self.random)} {words.last_name(self.random)}"
            email = f"{normalise(name).replace(' ', '.')}@ml-simulee.example"
            if email not in self._emails:
                self._emails.add(email)
                return name, email


def sites_of(young_people: int) -> list[str]:
    """Returns the names of as many sites as they need."""
    return words.places(max(parameters.LEAST_SITES, round(young_people / parameters.YOUNG_PEOPLE_A_SITE)))


def _proportions(young_people: int, sites: int) -> dict[Role, int]:
    advisors = max(parameters.LEAST_ADVISORS, sites, round(young_people / parameters.YOUNG_PEOPLE_AN_ADVISOR))
    return {
        "advisor": advisors,
        "referent": 1 + advisors // parameters.ADVISORS_A_REFERENT,
        "facilitator": sites,
        "manager": 1 + advisors // parameters.ADVISORS_A_MANAGER,
        "auditor": 1,
        "administrator": 1,
    }


MONTHS = {"summer": (7, 8), "winter": (12, 2), "any": tuple(range(1, 13))}


def settle(sim: Simulation) -> Iterator[PlannedCommand]:
    """Notes the first milestones: référents designated, the briefing. Tests and training follow later."""
    for member in sim.roster.members.values():
        if member.role == "referent":
            yield sim.roster.note(member, sim.today, membership.designate_referent, site=None)
        yield sim.roster.note(member, sim.today, membership.hold_briefing, title=words.BRIEFING)
        if not sim.chance(parameters.NOT_TESTED):
            _note_later(sim, member, parameters.TESTED_IN, membership.take_pix)
        if member.role in ("referent", "facilitator") or (member.role == "advisor" and sim.chance(parameters.TRAINED)):
            _note_later(sim, member, parameters.TRAINED_IN, membership.attend_training, title=words.TRAINING)


def _note_later(sim: Simulation, one: Member, days: Days, decide: Decision[..., Any], **said: Any) -> None:
    sim.plan((sim.in_days(days), OPENS + 10), lambda: [sim.roster.note(one, sim.today, decide, **said)])


# --- who leaves


def departures(sim: Simulation, roster: DrawnRoster, first: date, last: date) -> None:
    """Draws the departures of advisors."""
    share = parameters.LEAVE * (last - first).days / 365
    for advisor in sim.roster.of("advisor"):
        if sim.chance(share):
            told = first + timedelta(days=sim.random.randrange(10, max(11, (last - first).days - 40)))
            advisor.last_day = sim.calendar.add(told, 20)
            sim.plan((sim.calendar.add(told, 0), OPENS), partial(_leave, sim, roster, advisor))


def _leave(sim: Simulation, roster: DrawnRoster, member: Member) -> Iterator[PlannedCommand]:
    """Notes a departure twenty working days ahead; the replacement takes over the portfolio."""
    manager = sim.roster.manager(sim.today).actor
    assert member.last_day is not None
    yield command(manager, {"staff": member.id}, membership.record_departure, last_day=member.last_day)
    new = roster.hire("advisor", member.site, cej=member.cej)
    yield from hire([new])
    sim.plan((sim.calendar.add(member.last_day, 1), OPENS - 15), partial(_hand_over, sim, member, new))


def _hand_over(sim: Simulation, member: Member, new: Member) -> Iterator[PlannedCommand]:
    manager = sim.roster.manager(sim.today).actor
    for dossier, young in sim.young.items():
        if young.advisor == member.id and young.open:
            yield command(manager, {"dossier": dossier}, assignment.assign_advisor, advisor=new.id)


# --- who is away


def holidays(sim: Simulation, first: date, last: date) -> None:
    """Draws the weeks away of advisors and référents, with a deputy of their role where there is one."""
    for member in [*sim.roster.of("advisor"), *sim.roster.of("referent")]:
        for season, share, least, most in parameters.ABSENCES:
            day = _starts(sim, season, first, last)
            if day is None or not sim.chance(share):
                continue
            until = sim.calendar.add(day, sim.random.randint(least, most) - 1)
            if (
                (member.last_day and until > member.last_day)
                or _meets(member, day, until)
                or _deputises(sim, member, day, until)
            ):
                continue
            deputy = _deputy(sim, member, day, until) if sim.chance(parameters.DEPUTY) else None
            away = Absence(sim.log.new_id(), day, until, deputy.id if deputy else None)
            member.away.append(away)
            told = day - timedelta(days=parameters.ABSENCE_TOLD.draw(sim.random))
            declare = declare_absence(member, away)
            sim.plan((sim.calendar.add(max(told, first), 0), OPENS + 5), partial(iter, [declare]))


def _starts(sim: Simulation, season: str, first: date, last: date) -> date | None:
    """Draws the first day of an absence: a Monday of that season, more often than not."""
    days = [first + timedelta(days=n) for n in range(14, (last - first).days)]
    there = [day for day in days if day.month in MONTHS[season]]
    if not there:
        return None
    day = sim.random.choice(there)
    return sim.calendar.add(day - timedelta(days=day.weekday()) if sim.chance(0.7) else day, 0)


def _deputy(sim: Simulation, member: Member, first: date, last: date) -> Member | None:
    """Draws a deputy who is here on all these days, of the same site if possible."""
    there = [
        other
        for other in sim.roster.of(member.role)
        if other is not member and not _meets(other, first, last) and (other.last_day is None or last <= other.last_day)
    ]
    near = [other for other in there if other.site == member.site] or there
    return sim.random.choice(near) if near else None


def _meets(one: Member, first: date, last: date) -> bool:
    return any(away.meets(first, last) for away in one.away)


def _deputises(sim: Simulation, one: Member, first: date, last: date) -> bool:
    others = sim.roster.of(one.role)
    return any(away.deputy == one.id and away.meets(first, last) for other in others for away in other.away)

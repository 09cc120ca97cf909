"""The team over the months: hired, told about Pix, away with a deputy, gone and replaced."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from pixflow.actor import OPERATOR, Actor
from pixflow.decision import Decision
from pixflow.dossier import assignment
from pixflow.team import absences, milestones, staff
from pixflow.team.staff import Absence
from pixflow.unit_of_work import Step
from web.samples.population import parameters
from web.samples.population.agenda import OPENS, Errand, Said
from web.samples.population.parameters import Days
from web.samples.population.roster import Member
from web.samples.population.simulation import Play

MONTHS = {"summer": (7, 8), "winter": (12, 2), "any": tuple(range(1, 13))}
TOLD, TRAINED = "Réunion d’équipe : à quoi sert Pix", "Prise en main de Pix Orga"


def hired(members: Iterable[Member]) -> Iterator[Said]:
    for one in members:
        said = {"name": one.name, "email": one.email, "phone": one.phone, "site": None, "roles": (one.role,)}
        yield Said(Actor(OPERATOR), (Step({"staff": one.id}, staff.add_member, said),))


def settled(play: Play) -> Iterator[Said]:
    """The first morning référents are named and everybody is told; then nearly all take the test, some are trained."""
    for one in play.house.members.values():
        if one.role == "referent":
            yield _noted(play, one, milestones.designate_referent, site=None)
        yield _noted(play, one, milestones.hold_briefing, title=TOLD)
        if not play.chance(parameters.NOT_TESTED):
            _note_later(play, one, parameters.TESTED_IN, milestones.take_pix)
        if one.role in ("referent", "facilitator") or (one.role == "advisor" and play.chance(parameters.TRAINED)):
            _note_later(play, one, parameters.TRAINED_IN, milestones.attend_training, title=TRAINED)


def _noted(play: Play, one: Member, decide: Decision[..., Any], **said: Any) -> Said:
    return Said(play.house.manager(play.today).actor, (Step({"staff": one.id}, decide, said),))


def _note_later(play: Play, one: Member, days: Days, decide: Decision[..., Any], **said: Any) -> None:
    errand = Errand((), lambda: [_noted(play, one, decide, **said)])
    play.agenda.add((play.in_days(days), OPENS + 10), errand)


# --- who leaves


def leavings(play: Play, first: date, last: date) -> None:
    """Some advisors leave during the time that is played, and are replaced."""
    share = parameters.LEAVE * (last - first).days / 365
    for one in play.house.of("advisor"):
        if play.chance(share):
            told = first + timedelta(days=play.random.randrange(10, max(11, (last - first).days - 40)))
            one.last_day = play.calendar.add(told, 20)
            errand = Errand((), partial(_leaves, play, one))
            play.agenda.add((play.calendar.add(told, 0), OPENS), errand)


def _leaves(play: Play, one: Member) -> Iterator[Said]:
    """Told twenty working days before; who comes instead takes over the whole portfolio."""
    manager = play.house.manager(play.today).actor
    assert one.last_day is not None
    yield Said(manager, (Step({"staff": one.id}, staff.record_departure, {"last_day": one.last_day}),))
    new = play.house.hire("advisor", one.site, cej=one.cej)
    yield from hired([new])
    moment = (play.calendar.add(one.last_day, 1), OPENS - 15)
    play.agenda.add(moment, Errand((), partial(_hand_over, play, one, new)))


def _hand_over(play: Play, one: Member, new: Member) -> Iterator[Said]:
    manager, said = play.house.manager(play.today).actor, {"advisor": new.id}
    for dossier, young in play.young.items():
        if young.advisor == one.id and young.open:
            yield Said(manager, (Step({"dossier": dossier}, assignment.assign_advisor, said),))


# --- who is away


def holidays(play: Play, first: date, last: date) -> None:
    """Weeks away of those who follow dossiers, each time with a colleague of their own role where there is one."""
    for one in [*play.house.of("advisor"), *play.house.of("referent")]:
        for season, share, least, most in parameters.ABSENCES:
            day = _starts(play, season, first, last)
            if day is None or not play.chance(share):
                continue
            until = play.calendar.add(day, play.random.randint(least, most) - 1)
            if (one.last_day and until > one.last_day) or _meets(one, day, until) or _deputises(play, one, day, until):
                continue
            deputy = _deputy(play, one, day, until) if play.chance(parameters.DEPUTY) else None
            away = Absence(play.desk.id(), day, until, deputy.id if deputy else None)
            one.away.append(away)
            told = day - timedelta(days=parameters.ABSENCE_TOLD.draw(play.random))
            errand = Errand((), partial(_declare, one, away))
            play.agenda.add((play.calendar.add(max(told, first), 0), OPENS + 5), errand)


def _declare(one: Member, away: Absence) -> Iterator[Said]:
    said = {"absence": away.id, "first": away.first, "last": away.last, "deputy": away.deputy}
    yield Said(one.actor, (Step({"staff": one.id}, absences.declare_absence, said),))


def _starts(play: Play, season: str, first: date, last: date) -> date | None:
    """A Monday of that season, more often than not."""
    days = [first + timedelta(days=n) for n in range(14, (last - first).days)]
    there = [day for day in days if day.month in MONTHS[season]]
    if not there:
        return None
    day = play.random.choice(there)
    return play.calendar.add(day - timedelta(days=day.weekday()) if play.chance(0.7) else day, 0)


def _deputy(play: Play, one: Member, first: date, last: date) -> Member | None:
    """Who stands in: here on all these days, of the same site where there is one."""
    there = [
        other
        for other in play.house.of(one.role)
        if other is not one and not _meets(other, first, last) and (other.last_day is None or last <= other.last_day)
    ]
    near = [other for other in there if other.site == one.site] or there
    return play.random.choice(near) if near else None


def _meets(one: Member, first: date, last: date) -> bool:
    return any(away.meets(first, last) for away in one.away)


def _deputises(play: Play, one: Member, first: date, last: date) -> bool:
    """Whether they stand in for somebody on these days."""
    others = play.house.of(one.role)
    return any(away.deputy == one.id and away.meets(first, last) for other in others for away in other.away)

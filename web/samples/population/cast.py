"""Drawn cast: arrivals, tasks in time or late or handed over, incidents of each path."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import cast
from uuid import UUID

from pixflow.dossier import follow_up, identity
from pixflow.dossier.state import Dossier
from pixflow.identity import normalise
from pixflow.tasks import Task
from web.samples import parameters, words
from web.samples.agenda import AgendaTime, PlannedCommand, minute_of
from web.samples.behaviours import Behaviours
from web.samples.behaviours.advisors import Commands
from web.samples.parameters import weighted
from web.samples.simulation import Case
from web.samples.words import Reason
from web.samples.youth import Young, type_name


class Crowd:
    """Source of young people for so many sites."""

    def __init__(self, random: Random, sites: int) -> None:
        self._random = random
        self._sites = sites
        self._number = 41_000
        self._last: Young | None = None

    def comes(self, dossier: UUID, day: date) -> Young:
        """Draws somebody new, or the twin or the namesake of who came before."""
        random, before = self._random, self._last
        chance = random.random()
        twin = before is not None and chance < parameters.TWIN
        namesake = before is not None and not twin and chance < parameters.TWIN + parameters.NAMESAKE
        last = before.last_name if before and (twin or namesake) else words.last_name(random)
        first = before.first_name if before and namesake else words.first_name(random)
        number, projects = self._next(), random.choice(words.PROJECTS)
        local = normalise(f"{first} {last}").replace(" ", ".")
        young = Young(
            dossier,
            number,
            last,
            first,
            birth_date=before.birth_date if before and twin else self._birth(day),
            phone=f"06 00 00 {random.randrange(100):02d} {random.randrange(100):02d}",
            email=f"{local}{random.randrange(100)}@courriel.example" if random.random() < parameters.EMAIL else None,
            programme=weighted(random, parameters.PROGRAMMES),
            project="" if random.random() < parameters.NO_PROJECT else projects,
            site=before.site if before and twin else random.randrange(self._sites),
            skill=random.betavariate(*parameters.SKILL),
            zeal=random.betavariate(*parameters.ZEAL),
            typed=(last, first, number or None),
        )
        young.typed = type_name(young, weighted(random, parameters.TYPED))
        self._last = young
        return young

    def copy_young(self, young: Young, dossier: UUID) -> Young:
        """Returns the same person, welcomed a second time without a number; the first one takes the tests."""
        site = (young.site + 1) % self._sites
        return replace(young, dossier=dossier, number="", email=None, project="", site=site, attempts=[], complete=[])

    def _birth(self, day: date) -> date | None:
        least, most, often = parameters.AGES
        age = self._random.triangular(least, most, often)
        born = day - timedelta(days=round(age * 365.25))
        return None if self._random.random() < parameters.NO_BIRTH_DATE else born

    def _next(self) -> str:
        self._number += 1 + self._random.randrange(9)
        if self._random.random() < parameters.NO_NUMBER:
            return ""
        return f"00{self._number}" if self._random.random() < parameters.ZERO_AHEAD else str(self._number)


FOLLOWED = ("certification", "cv")
"""Kinds of actions that their advisor follows by other forms than those of a handed task."""


def _is_followed(case: Case) -> bool:
    return case.task.kind == "refer" and case.state.parcours.actions[case.subject].action.kind in FOLLOWED


class DrawnCast(Behaviours):
    # --- arrivals

    def come(self, crowd: Crowd, count: int) -> Commands:
        """Plans the arrivals of a day; a few people come a second time."""
        for _ in range(count):
            young = crowd.comes(self.sim.log.new_id(), self.sim.today)
            self._comes(young, self.sim.on(self.sim.today))
            if self.sim.chance(parameters.TWICE):
                again = crowd.copy_young(young, self.sim.log.new_id())
                self._comes(again, self.sim.on(self.sim.in_days(parameters.TWICE_IN)))
                merged = parameters.MERGED_IN.draw(self.random)
                day = self.sim.calendar.add(self.sim.in_days(parameters.TWICE_IN.most), merged)
                merge = partial(self._merge, young, again)
                self.sim.plan(self.sim.on(day), merge, young.dossier, again.dossier)
        return iter(())

    def _comes(self, young: Young, moment: AgendaTime) -> None:
        self.sim.plan(moment, partial(self._welcome, young), young.dossier)

    def _welcome(self, young: Young) -> Commands:
        """Opens the dossier, and plans the incidents of the path."""
        cej, today = young.programme == "CEJ", self.sim.today
        advisor = self.sim.roster.next_advisor(young.site, today, cej=cej)
        if cej:
            young.group = f"CEJ {self.sim.roster.sites[young.site]} {today:%m-%Y}"
            young.collective_end = today + timedelta(weeks=parameters.COLLECTIVE_WEEKS)
        yield self.open_dossier(young, advisor.actor, None if self.sim.chance(parameters.NO_ADVISOR) else advisor.id)
        self._plan_incidents(young)

    def _merge(self, first: Young, again: Young) -> Commands:
        there, here = self.sim.dossiers.of(again.dossier), self.sim.dossiers.of(first.dossier)
        referent, seat = self.sim.roster.referent(first.site, self.sim.today), there.diagnostic.seat
        booked = seat and seat.status == "booked"
        if there.opened and not there.closed and not here.closed and referent and not booked:
            yield self.merge(first, again, referent.actor)

    # --- tasks

    def when(self, state: Dossier, task: Task) -> AgendaTime | None:
        if self.behaviour(task.kind) is None:
            return None
        sim = self.sim
        if task.appointment:
            day, minute = minute_of(task.appointment)
            return max((day, minute + 50), sim.on(sim.today))
        if task.snoozed_until and task.snoozed_until > sim.today:
            return sim.on(task.snoozed_until)
        if task.kind == "present-pix" and self.sim.chance(parameters.AT_WELCOME):
            return sim.on(sim.today)
        forgotten = task.role == "advisor" and self.sim.chance(parameters.FORGOTTEN)
        usual = parameters.PATIENCE.get(task.kind, parameters.USUAL_PATIENCE)
        waits = (parameters.REMEMBERED if forgotten else usual).draw(self.random)
        member = sim.roster.advisor(state) if task.role == "advisor" else None
        tempo = member.tempo if member and not forgotten else 1.0
        return sim.on(sim.calendar.add(max(task.opens, sim.today), round(waits * tempo)))

    def perform(self, case: Case) -> Iterable[PlannedCommand]:
        """Performs the task; now and then an advisor snoozes it, or hands it over."""
        task = case.task
        if task.role == "advisor" and not (task.appointment or task.snoozed_until or task.handed_to):
            if self.sim.chance(parameters.SNOOZED):
                return self._snooze(case)
            if self.sim.chance(parameters.HANDED_OVER) and not _is_followed(case):
                return self._hand_over(case)
        return super().perform(case)

    def _snooze(self, case: Case) -> Commands:
        until, reason = self.sim.in_days(parameters.SNOOZE), self.choose(words.RESTING, case)
        yield case.say(follow_up.snooze_task, task=case.task.key, until=until, reason=reason)

    def _hand_over(self, case: Case) -> Commands:
        """Hands the task over to a colleague who is here; tries it again when there is none."""
        colleague = self.sim.roster.colleague(self.sim.roster.advisor(case.state), self.sim.today, case.by)
        if colleague is None:
            self.try_again(case)
            return
        until, note = self.sim.in_days(parameters.SNOOZE), self.choose(words.HANDED, case)
        yield case.say(follow_up.hand_over_task, task=case.task.key, to=colleague.id, until=until, note=note)

    # --- incidents

    def _plan_incidents(self, young: Young) -> None:
        self.sim.plan_follow_up(young, parameters.NOTE_EVERY, self._note)
        if self.sim.protocol.concerned == "assessed" and young.programme != "CEJ":
            self.sim.plan_follow_up(young, parameters.JUDGED, self.judge)
        for share, incident in (
            (parameters.CONTACT_CHANGES, self._new_phone),
            (parameters.IDENTITY_CORRECTED, self._correct),
            (parameters.PROJECT_CHANGES if young.project else parameters.PROJECT_FOUND, self._project),
            (parameters.LENT, self._lend_out),
        ):
            if self.sim.chance(share):
                self.sim.plan_follow_up(young, parameters.SOMETIME, incident)
        drawn, passed = self.random.random(), 0.0
        for reason, share in parameters.ENDS:
            if passed <= drawn < passed + share:
                self.sim.plan_follow_up(
                    young, parameters.ENDS_IN, partial(self._end_early, reason=cast(Reason, reason))
                )
            passed += share

    def _end_early(self, case: Case, reason: Reason) -> Commands:
        yield from self.end_path(case, reason, self.choose(words.ENDS[reason], case))

    def _note(self, case: Case) -> Commands:
        self.sim.plan_follow_up(case.young, parameters.NOTE_EVERY, self._note)
        yield case.say(follow_up.take_note, text=self.choose(words.NOTES, case))

    def _new_phone(self, case: Case) -> Commands:
        phone = f"07 00 00 {self.random.randrange(100):02d} {self.random.randrange(100):02d}"
        yield case.say(identity.correct_contact, phone=phone, email=case.state.email)

    def _correct(self, case: Case) -> Commands:
        """Corrects a birth date by one day."""
        known = case.state
        born = known.birth_date + timedelta(days=1) if known.birth_date else None
        same = {name: getattr(known, name) for name in ("last_name", "first_name", "imilo_number", "site")}
        yield case.say(identity.correct_identity, birth_date=born, **same)

    def _project(self, case: Case) -> Commands:
        yield case.say(identity.state_project, project=self.choose(words.PROJECTS, case))

    def _lend_out(self, case: Case) -> Commands:
        colleague = self.sim.roster.colleague(self.sim.roster.advisor(case.state), self.sim.today, case.by)
        if colleague is None or case.state.lent:
            return
        yield self.lend(case.young, colleague, self.sim.in_days(parameters.LENT_FOR))

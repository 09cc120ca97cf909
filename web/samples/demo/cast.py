"""Scripted cast: people act in time, as their manner says; nothing happens by chance."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from pixflow.actor import Actor
from pixflow.decision import Decision
from pixflow.documents.grille import Proposal
from pixflow.dossier import follow_up
from pixflow.dossier.state import ActionState, Dossier
from pixflow.engine import new_id
from pixflow.events.values import Modality, Partner, Purpose
from pixflow.identity import normalise
from pixflow.participation.matches import undo_match
from pixflow.participation.state import Participation
from pixflow.structure_folder import OpenStructure
from pixflow.tasks import Task
from pixflow.workshop import scheduling
from web.samples.agenda import (
    Agenda,
    AgendaTime,
    Clock,
    CommandLog,
    PlannedCommand,
    at,
    command,
    minute_of,
    working_days,
)
from web.samples.behaviours import Behaviours
from web.samples.behaviours.advisors import Commands
from web.samples.behaviours.campaigns import Offer, PixOrga, Season
from web.samples.behaviours.matching import Found, Matching
from web.samples.behaviours.workshops import WorkshopCase, Workshops
from web.samples.demo import people
from web.samples.demo.people import Company, ScriptedYoung
from web.samples.parameters import Days, Share
from web.samples.roster import Member, Roster
from web.samples.simulation import Case, FollowUp, Simulation
from web.samples.youth import Attempt, Young


class ScriptedPixOrga(PixOrga):
    """One season for each offer, of all sites."""

    def __init__(self, sim: Simulation, imported: Callable[[Season], object], offers: Sequence[Offer]) -> None:
        super().__init__(sim, imported)
        self.everyone: list[ScriptedYoung] = []
        for offer in offers:
            self.seasons[offer.purpose, 0].append(Season(offer, 0, date.min, date.max))

    def seasons_until_today(self, purpose: Purpose, site: int) -> list[Season]:
        return self.seasons[purpose, 0]

    def rows(self, season: Season) -> list[tuple[Young, Attempt]]:
        complete = season.offer.purpose != "initial"
        told = [(young, one) for young in self.everyone for one in (young.complete if complete else young.attempts)]
        return season.rows or [*told]


class ScriptedMatching(Matching):
    """Keeps what waits for a match until the référent works on it."""

    def __init__(self, sim: Simulation) -> None:
        super().__init__(sim)
        self._waiting: list[tuple[Season, UUID]] = []
        self._mistakes: list[tuple[Season, UUID, Young, Young]] = []

    def plan_match(self, season: Season, stream: UUID, young: Young | None) -> None:
        self._waiting.append((season, stream))

    def work(self) -> None:
        """Matches all that waits."""
        while self._waiting:
            self.sim.execute(self.match_participation(*self._waiting.pop(0), None))

    def choose(self, candidates: Found, owner: Young | None) -> tuple[Young | None, Young | None]:
        """Chooses, in two minutes, the best candidate; the test of a sister is another one's."""
        if not candidates:
            return None, None
        chosen = candidates[0][0]
        self.sim.log.wait(2)
        sister = chosen.sibling if isinstance(chosen, ScriptedYoung) else ""
        return chosen, next((young for young in self.sim.young.values() if sister and young.number == sister), chosen)

    def candidates(self, one: Participation) -> list[Young]:
        """Returns all who were not ruled out: the board, too, finds by number and by spelling."""
        return [young for young in self.sim.young.values() if young.dossier not in one.rejected]

    def plan_correction(self, season: Season, stream: UUID, wrong: Young, right: Young) -> None:
        self._mistakes.append((season, stream, wrong, right))

    def correct(self) -> None:
        """Gives the tests that were matched to a sister to whom took them."""
        referent = self.sim.roster.of("referent")[0].actor
        while self._mistakes:
            season, stream, wrong, right = self._mistakes.pop(0)
            streams = {"participation": stream, "dossier": wrong.dossier}
            reason = f"C’est le test de sa sœur {right.first_name}, vu avec elles"
            self.sim.execute([command(referent, streams, undo_match, reason=reason)])
            self.sim.log.wait(2)
            confirm = self.confirmation(stream, right, season.known[stream])
            self.sim.execute([PlannedCommand(referent, (confirm,))])


STARTS, ENDS = 14, 16
MUCH, LITTLE = Decimal("0.8"), Decimal("0.3")


class ScriptedWorkshops(Workshops):
    """`calls`: workshops where the assistant is called; `kept`: workshops left to be marked."""

    def __init__(self, sim: Simulation, pix: PixOrga, calls: Sequence[str], kept: Sequence[str]) -> None:
        super().__init__(sim, pix)
        self.calls, self.kept = calls, kept
        self.named: dict[str, UUID] = {}

    def choose(self, case: Case) -> WorkshopCase | None:
        """Returns the workshop that keeps a seat for them, else the first free one, else the last one."""
        dossier = case.young.dossier
        ahead = [one for one in self.cases.values() if one.day > self.sim.today and dossier not in one.state.seats]
        ahead.sort(key=lambda one: one.day)
        offered = [one for one in ahead if (waits := one.state.waiting.get(dossier)) and waits.until]
        free = [one for one in ahead if one.state.free > 0]
        return next(iter((*offered, *free, *ahead[-1:])), None)

    def called(self, name: str) -> WorkshopCase:
        return self.cases[self.named[name]]

    def set_up(self, name: str, day: date, runners: Sequence[Member], place: str, capacity: int) -> PlannedCommand:
        self.named[name] = self.sim.log.new_id()
        return self.schedule(self.named[name], 0, place, day, (STARTS, 0, ENDS, 0), capacity, runners)

    def hold(self) -> None:
        """Plans the afternoon of today's workshops."""
        for name, id in self.named.items():
            one = self.cases.get(id)
            if one and one.day == self.sim.today and one.state.seats and name not in self.kept:
                self._hold(one, calls=name in self.calls)

    def _hold(self, workshop: WorkshopCase, *, calls: bool) -> None:
        today, plan = self.sim.today, self.sim.plan
        if calls:
            helper, ask, give = self.sim.roster.of("facilitator")[0].actor, scheduling.ask_help, scheduling.give_help
            plan(
                (today, STARTS * 60 + 20), lambda: [command(self._runner(workshop), workshop.streams, ask)], workshop.id
            )
            plan((today, STARTS * 60 + 27), lambda: [command(helper, workshop.streams, give)], workshop.id)
        for place, dossier in enumerate(workshop.state.seats):
            plan((today, ENDS * 60 - 10 + place), partial(self._mark, workshop, dossier, place), workshop.id, dossier)
        close = scheduling.close_workshop
        plan((today, ENDS * 60 + 20), lambda: [command(self._runner(workshop), workshop.streams, close)], workshop.id)

    def _runner(self, one: WorkshopCase) -> Actor:
        runner = self.runner(one)
        assert runner is not None
        return runner.actor

    def _mark(self, workshop: WorkshopCase, dossier: UUID, place: int) -> Iterator[PlannedCommand]:
        young = self.sim.young[dossier]
        assert isinstance(young, ScriptedYoung)
        presence = young.presence or ("absent" if young.manner == "no-test" else "present")
        if presence not in ("absent", "excused"):
            young.take_test(at(self.sim.today, STARTS, 15 + place), self.sim.random)
            presence = young.presence or _judge_test(young)
        young.presence = ""
        yield self.mark(workshop, self._runner(workshop), dossier, presence)


def _judge_test(young: ScriptedYoung) -> str:
    """Returns how the test went, as somebody standing by sees it."""
    attempt = young.attempts[-1] if young.attempts else None
    if attempt is None or attempt.finished is None or attempt.mastery <= LITTLE:
        return "trouble"
    return "ease" if attempt.mastery >= MUCH else "present"


T = TypeVar("T")
EVENING = 16 * 60 + 30
MORNING_OVER = (9, 5)
"""Time from which a day is played."""
ELSEWHERE = "Espace public numérique du centre social"


class ScriptedRoster(Roster):
    """Staff by name. Deputies do every task that falls due."""

    def __init__(self, company: Company, random: Random, new_id: Callable[[], UUID]) -> None:
        super().__init__(company.sites, random)
        for n, (name, role) in enumerate(company.staff):
            email = f"{normalise(name).replace(' ', '.')}@{company.domain}"
            phone = f"01 99 00 12 {n + 10}" if role == "advisor" else None
            self.add(Member(new_id(), name, email, phone, role))

    def find_by_name(self, name: str) -> Member:
        return next(one for one in self.members.values() if one.name == name)

    def deputy_acts(self) -> bool:
        return True


class ScriptedCast(Behaviours):
    """People of one demonstration. `days` are the working days played, up to `opens_on`."""

    company: Company
    CAFE = "Médiathèque"
    NO_PROJECT = "Pas encore de projet"
    SESSION_ROOM = "Lycée, salle 12"
    SESSION_OVER = EVENING

    def __init__(self, opened: OpenStructure, clock: Clock, random: Random, now: datetime) -> None:
        log = CommandLog(opened.engine, clock, opened.id, strict=True)
        log.go(minute_of(clock.now))
        self.roster = ScriptedRoster(self.company, random, log.new_id)
        sim = Simulation(opened, log, Agenda(by_day=False), self.roster, random)
        self.matching: ScriptedMatching = ScriptedMatching(sim)
        self.pix: ScriptedPixOrga = ScriptedPixOrga(sim, self.matching.imported, self.company.offers)
        self.workshops: ScriptedWorkshops = ScriptedWorkshops(sim, self.pix, self.company.calls, self.company.kept)
        super().__init__(sim, self.pix, self.workshops, self.matching)
        sim.cast = self
        self.opened = opened
        self.opens_on = sim.calendar.local_day(now)
        days = working_days(sim.today, self.opens_on, sim.calendar)
        self.days = [day for day in days if at(day, *MORNING_OVER) <= now]

    # --- names

    def actor(self, name: str) -> Actor:
        """Returns somebody; their deputy in both names while they are away."""
        member = self.roster.find_by_name(name)
        return self.roster.acting_for(member, self.sim.today) or member.actor

    def say(self, who: str, streams: dict[str, UUID], decide: Decision[..., Any], **sent: Any) -> None:
        self.sim.execute([command(self.actor(who), streams, decide, **sent)])

    def find_by_name(self, name: str) -> list[ScriptedYoung]:
        """Returns the young people of that name, in their order of arrival."""
        return [young for young in self.list_arrived() if young.name == name]

    def case(self, young: ScriptedYoung, by: str) -> Case:
        return Case(young, self.sim.dossiers.of(young.dossier), self.actor(by))

    def cases(self) -> Iterator[Case]:
        """Yields every dossier that somebody follows."""
        for young in self.list_arrived():
            state = self.sim.dossiers.of(young.dossier)
            by = self.roster.doer(state, young.site, self.sim.today)
            if by:
                yield Case(young, state, by)

    def list_arrived(self) -> list[ScriptedYoung]:
        return [young for young in self.sim.young.values() if isinstance(young, ScriptedYoung)]

    def working_day(self, days: int) -> date:
        return self.sim.calendar.add(self.sim.today, days)

    def plan(self, moment: AgendaTime, scene: Callable[[], object]) -> None:
        """Plans a scene, which executes its own commands."""

        def play() -> Commands:
            scene()
            return iter(())

        self.sim.plan(moment, play)

    # --- the day

    def newcomer(self, number: str, name: str, **script: Any) -> ScriptedYoung:
        """Makes a young person who will come, and types their own name on Pix."""
        first, last = name.split()
        who: dict[str, Any] = {"number": number, "last_name": last, "first_name": first}
        return ScriptedYoung(dossier=self.sim.log.new_id(), **{"typed": (last, first, number or None), **who, **script})

    def welcome(self, young: ScriptedYoung) -> None:
        young.phone = f"06 00 34 56 {self.random.randrange(10, 99)}"
        advisor = self.roster.find_by_name(young.advisor_name) if young.advisor_name else None
        by = self.actor(young.advisor_name or self.company.referent)
        self.sim.execute([self.open_dossier(young, by, advisor.id if advisor else None)])

    def owed(self, names: Iterable[str]) -> Iterator[tuple[ScriptedYoung, Task]]:
        """Yields the tasks to do now by these advisors, but for those that are snoozed or handed over."""
        today, ids = self.sim.today, {self.roster.find_by_name(name).id for name in names}
        for young in self.list_arrived():
            for task in young.owed.values() if young.advisor in ids else ():
                is_here = task.handed_to is None and (task.snoozed_until is None or task.snoozed_until <= today)
                if task.role == "advisor" and self.behaviour(task.kind) and task.opens <= today and is_here:
                    yield young, task

    # --- choices

    def when(self, state: Dossier, task: Task) -> AgendaTime | None:
        """Leaves every task to the round of the afternoon."""
        return None

    def try_again(self, case: Case) -> None:
        """Leaves the task to the next round."""

    def chance(self, share: Share, case: Case, factor: float = 1.0) -> bool:
        return people.CHANCES[share](scripted(case), case) if share in people.CHANCES else share in people.ALWAYS

    def in_days(self, days: Days, case: Case) -> date:
        return self.working_day(people.DELAYS[days](scripted(case)))

    def plan_follow_up(self, case: Case, days: Days, follow_up: FollowUp) -> None:
        self.sim.plan_follow_up(case.young, (self.in_days(days, case), EVENING), follow_up)

    def choose(self, options: tuple[T, ...], case: Case) -> T:
        rule = people.CHOICES.get(options)
        return options[rule(scripted(case), case) % len(options) if rule else 0]

    def weigh(self, shares: tuple[tuple[T, float], ...], case: Case) -> T:
        return self.choose(shares, case)[0]

    # --- behaviours

    def plan_diagnostic(self, case: Case) -> Commands:
        yield from super().plan_diagnostic(case)
        if scripted(case).manner == "declines":
            yield case.say(follow_up.take_note, text="D’abord le permis ; reparler de Pix à la rentrée")
            yield self._reminder(case, 5, "Demander où en est le permis")

    def modality(self, case: Case) -> Modality:
        """Returns a workshop in CEJ (the office for the eager), else home, office or café."""
        young, offered = scripted(case), self.sim.protocol.modalities
        if young.programme == "CEJ":
            return "office" if young.eager else "workshop"
        everywhere: tuple[Modality, ...] = ("home", "office", "home", "cafe")
        there = [modality for modality in everywhere if modality in offered]
        return there[int((young.number or "0")[-1]) % len(there)]

    def waits_for_workshop(self, case: Case) -> bool:
        return "cafe" not in self.sim.protocol.modalities

    def takes_as_planned(self, case: Case, modality: Modality, day: date) -> None:
        young = scripted(case)
        late = 0 if young.eager or young.prompt else self.random.randrange(6)
        began = at(day + timedelta(days=late), self.random.randrange(9, 18), self.random.randrange(60))
        young.take_test(began, self.random)

    def once_reached(self, case: Case) -> None:
        if case.task.kind == "chase-sharing" and case.young.attempts:
            case.young.attempts[-1].shared = self.sim.now + timedelta(hours=5)

    def hold_debrief(self, case: Case) -> Commands:
        if case.task.appointment is None or minute_of(case.task.appointment)[0] <= self.sim.today:
            yield from super().hold_debrief(case)

    def keeps(self, case: Case, proposals: Sequence[Proposal], project: str) -> tuple[str, ...]:
        young = scripted(case)
        shown = [one for one in proposals if not one.advisor_only]
        first = [one.id for one in shown if one.kind != "certification"] if young.prompt else []
        return tuple(first[:2] or [one.id for one in shown[len(young.last_name) % 2 :][:2]])

    def partner(self, case: Case, proposal: str) -> tuple[Partner, UUID | None]:
        partners = self.company.partners
        return self.to(ELSEWHERE if proposal == "alternative" else partners.get(proposal, partners[""]), proposal)

    def to(self, name: str, proposal: str) -> tuple[Partner, UUID | None]:
        """Returns the partner of this name, and its offer for a proposal."""
        return Partner(None, name), None

    def partner_email(self, partner: Partner) -> str:
        """Returns the address of the fablabs: they answer by link."""
        return "accueil@fablab.example" if partner.name.startswith("Fablab") else ""

    def referral_ends(self, case: Case) -> date | None:
        young = scripted(case)
        return None if young.manner == "silent" else self.working_day(12 if young.prompt else 25)

    def refuses(self, case: Case, state: ActionState) -> bool:
        """Refuses the first referral, of one action only when it is their manner."""
        young = scripted(case)
        refused = (young.number.endswith("4") or young.manner == "refused") and len(state.referrals) == 1
        young.manner = "shares" if refused and young.manner == "refused" else young.manner
        return refused

    def complete_path(self, case: Case) -> Commands:
        young = scripted(case)
        if not young.complete:
            current = case.state.diagnostic.current("initial")
            mastery = current[1].result.mastery if current and current[1].result else None
            young.take_complete(at(self.working_day(1), 10), mastery or Decimal("0.5"))
            yield case.say(follow_up.take_note, text="Passe le parcours Cléa numérique ici, demain à 10 h")
            yield self._reminder(case, 1, "Préparer un poste pour 10 h")

    def _reminder(self, case: Case, days: int, text: str) -> PlannedCommand:
        reminder = new_id(case.young.dossier, f"reminder {case.task.key}")
        return case.say(follow_up.set_reminder, reminder=reminder, day=self.working_day(days), text=text)

    def recall(self, case: Case) -> Commands:
        """Leaves the reminders about the driving licence open: the tour shows one."""
        return iter(()) if scripted(case).manner == "declines" else super().recall(case)

    def propose_certification(self, case: Case) -> Commands:
        if not scripted(case).never("propose-certification"):
            yield from super().propose_certification(case)

    def show_on_cv(self, case: Case) -> Commands:
        self.sim.plan_follow_up(case.young, (self.working_day(1), EVENING), self.add_to_cv)
        return iter(())

    def takes_again(self, case: Case, day: date) -> None:
        young = scripted(case)
        before = young.attempts[-1].mastery if young.attempts else Decimal(0)
        young.mastery = min(Decimal("0.95"), before + Decimal("0.25"))
        young.take_test(at(day, 9, 55), self.random)


def scripted(case: Case) -> ScriptedYoung:
    assert isinstance(case.young, ScriptedYoung)
    return case.young

"""Behaviours of advisors on the tasks of stages 1 to 3, and of référents: a method has the name of a kind of task."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from pixflow.actor import CLOCK, Actor
from pixflow.documents.grille import Proposal, explain
from pixflow.dossier import assignment, follow_up, identity, reach, retraction
from pixflow.dossier.stages import orientation, prescription
from pixflow.events.values import Modality
from pixflow.score_reading import answering, counting_grid
from pixflow.unit_of_work import Step
from web.french.typography import say
from web.samples import parameters, words
from web.samples.agenda import PlannedCommand, at, command
from web.samples.behaviours.campaigns import PixOrga
from web.samples.behaviours.matching import Matching
from web.samples.behaviours.workshops import Workshops
from web.samples.parameters import Days, Share, weighted
from web.samples.roster import Member
from web.samples.simulation import Case, FollowUp, Simulation
from web.samples.youth import Young

T = TypeVar("T")


class Choices:
    """Choices by parameter, drawn at random. A cast may answer them by rule."""

    def __init__(self, sim: Simulation, pix: PixOrga, workshops: Workshops, matching: Matching) -> None:
        self.sim = sim
        self.random = sim.random
        self.pix = pix
        self.workshops = workshops
        self.matching = matching

    def chance(self, share: Share, case: Case, factor: float = 1.0) -> bool:
        return self.sim.chance(share.of * factor)

    def in_days(self, days: Days, case: Case) -> date:
        return self.sim.in_days(days)

    def plan_follow_up(self, case: Case, days: Days, follow_up: FollowUp) -> None:
        self.sim.plan_follow_up(case.young, days, follow_up)

    def choose(self, options: tuple[T, ...], case: Case) -> T:
        return self.random.choice(options)

    def weigh(self, shares: tuple[tuple[T, float], ...], case: Case) -> T:
        return weighted(self.random, shares)

    def try_again(self, case: Case) -> None:
        """Plans one more try at a task that cannot be done today."""
        self.sim.try_again(case.young, case.task)

    def site(self, case: Case) -> str:
        return self.sim.roster.sites[case.young.site]


Commands = Iterator[PlannedCommand]


class Advisors(Choices):
    CAFE = "Médiathèque de {site}"
    NO_PROJECT = ""

    # --- orientation

    def present_pix(self, case: Case) -> Commands:
        welcome = case.task.why.on == self.sim.today
        occasion = "welcome" if welcome else "cej" if case.young.programme == "CEJ" else "follow-up"
        yield case.say(orientation.present_pix, occasion=occasion)
        if self.chance(parameters.MISTAKE, case):
            self.sim.plan_follow_up(case.young, 0, self.take_back)

    def take_back(self, case: Case, reason: str = "noté sur le mauvais dossier") -> Commands:
        """Retracts the presentation of Pix."""
        presented = case.state.orientation.presented
        if presented:
            yield case.say(retraction.retract, version=presented.version, reason=reason)

    def judge(self, case: Case) -> Commands:
        """Assesses the need, where the protocol leaves it to the advisor."""
        needed = self.chance(parameters.CONCERNED, case)
        yield case.say(orientation.assess_need, needed=needed, reason=case.state.project if needed else words.AT_EASE)

    def plan_diagnostic(self, case: Case) -> Commands:
        if self.chance(parameters.DECLINES, case):
            reason = self.choose(words.REFUSALS, case)
            yield case.say(orientation.decline_diagnostic, reason=reason)
            return
        modality = self.modality(case)
        seat = self.workshops.seat(case) if modality == "workshop" else None
        if seat:
            yield seat
        elif modality == "workshop" and self.waits_for_workshop(case):
            yield self._diagnostic(case, "workshop", self.in_days(parameters.PLANNED_IN, case))
        else:
            yield self.planned(case, "office" if modality == "workshop" else modality)

    def modality(self, case: Case) -> Modality:
        shares = parameters.MODALITIES["CEJ" if case.young.programme == "CEJ" else "other"]
        offered = tuple((name, share) for name, share in shares.items() if name in self.sim.protocol.modalities)
        chosen: Modality = weighted(self.random, offered)
        return chosen

    def waits_for_workshop(self, case: Case) -> bool:
        return self.chance(parameters.WAITS_FOR_ONE, case)

    def planned(self, case: Case, modality: Modality) -> PlannedCommand:
        """Plans a diagnostic outside a workshop."""
        day = self.in_days(parameters.PLANNED_IN, case)
        self.takes_as_planned(case, modality, day)
        return self._diagnostic(case, modality, day)

    def takes_as_planned(self, case: Case, modality: Modality, day: date) -> None:
        """Makes the young person take the test, or not."""
        if self.chance(parameters.TAKES, case, 0.6 + case.young.zeal * 0.6):
            late = parameters.LATE.draw(self.random)
            at_work = modality == "office"
            self.pix.test(case.young, self.sim.calendar.add(day, late) if at_work else day + timedelta(days=late))

    def _diagnostic(self, case: Case, modality: Modality, day: date) -> PlannedCommand:
        site = self.site(case)
        return case.say(
            orientation.plan_diagnostic,
            {"plan": self.sim.log.new_id()},
            campaign=self.pix.campaign("initial", case.young.site),
            modality=modality,
            mediator=modality in ("office", "cafe") and self.chance(parameters.MEDIATOR, case),
            place={"office": site, "cafe": say(self.CAFE, site=site)}.get(modality, ""),
            planned_for=day,
        )

    def book_workshop(self, case: Case) -> Commands:
        """Books another seat; after two seats missed, plans a diagnostic at the office."""
        missed = sum(seat.status == "missed" for seat in case.state.diagnostic.seats.values())
        seat = self.workshops.seat(case) if missed < parameters.SEATS_MISSED else None
        if seat:
            yield seat
        elif missed >= parameters.SEATS_MISSED:
            yield self.planned(case, "office")
        else:
            self.try_again(case)

    rebook_absent = book_workshop

    # --- diagnostic

    def chase_diagnostic(self, case: Case) -> Commands:
        channel, reached = self.weigh(parameters.CHASE_CHANNELS, case), self.chance(parameters.REACHED, case)
        note = "Promet de s’en occuper cette semaine" if reached else ""
        yield case.say(follow_up.chase_young_person, about=case.task.key, channel=channel, reached=reached, note=note)
        if reached:
            self.once_reached(case)
        elif self.chance(parameters.REMINDED, case) and not case.task.handed_to:
            day, reminder = self.in_days(parameters.REMINDER_IN, case), self.sim.log.new_id()
            yield case.say(follow_up.set_reminder, reminder=reminder, day=day, text="Essayer à un autre moment")

    def recall(self, case: Case) -> Commands:
        yield case.say(follow_up.close_reminder, reminder=case.subject, note="")

    def inform_holder(self, case: Case) -> Commands:
        yield case.say(reach.inform_holder, referral=case.subject, answer="told", note="")

    chase_sharing = chase_diagnostic

    def once_reached(self, case: Case) -> None:
        """Makes the young person take the test, or share it, or not."""
        young, day = case.young, self.sim.today + timedelta(days=1 + self.random.randrange(6))
        if case.task.kind == "chase-diagnostic" and self.chance(parameters.TAKES_ONCE_REACHED, case):
            self.pix.test(young, day)
        elif case.task.kind == "chase-sharing" and self.chance(parameters.SHARES_ONCE_REACHED, case) and young.attempts:
            self.pix.shares(young, young.attempts[-1], at(day, 18, self.random.randrange(60)))

    # --- prescription

    def hold_debrief(self, case: Case) -> Commands:
        appointment = case.state.appointments.get(case.task.key)
        if case.task.appointment and self.chance(parameters.MISSES_APPOINTMENT, case, 1.6 - case.young.zeal):
            yield case.say(follow_up.miss_appointment, task=case.task.key, note="N’est pas venu·e, n’a pas prévenu")
        elif appointment and appointment.missed and self.chance(parameters.MISSES_AGAIN, case):
            yield from self.chase_diagnostic(case)
        elif not case.task.appointment and self.chance(parameters.APPOINTED, case):
            day = self.in_days(parameters.APPOINTMENT_IN, case)
            hour, minute = self.choose(parameters.HOURS, case), self.choose((0, 30), case)
            place = say("Site de {site}", site=self.site(case))
            yield case.say(
                follow_up.set_appointment, task=case.task.key, at=at(day, hour, minute), day=day, place=place
            )
        else:
            study = self._study(case) if case.state.in_trouble else {}
            yield case.say(
                prescription.hold_debrief,
                {"study": self.sim.log.new_id(), "number": self.sim.refs.grille(self.sim.today).number},
                participation=case.subject,
                channel="meeting" if self.chance(parameters.IN_PERSON, case) else "phone",
                note=self.choose(words.EXPLAINED, case),
                **study,
            )

    def explore_difficulty(self, case: Case) -> Commands:
        yield case.say(
            prescription.explore_difficulty,
            {"study": self.sim.log.new_id()},
            **self._study(case),
            note=words.SLOW_READER if self.chance(parameters.SLOW_READER, case) else "",
        )

    def _study(self, case: Case) -> dict[str, str]:
        cause, tutorials = self.choose(words.CAUSES, case), self.choose(words.TUTORIALS, case)
        return {"cause": cause, "tutorials": tutorials}

    def follow_self_study(self, case: Case) -> Commands:
        outcome = self.weigh(parameters.STUDY, case)
        note = words.STUDIES[outcome]
        yield case.say(prescription.follow_self_study, study=case.subject, outcome=outcome, note=note)

    def build_prescription(self, case: Case) -> Commands:
        """Keeps some of the grid's proposals, and adds an action now and then."""
        current = case.state.diagnostic.current("initial")
        if current is None or current[1].result is None or current[1].result.mastery is None:
            return
        published = counting_grid(self.sim.refs, case.state, current[0], self.sim.today)
        read = explain(published.document, published.number, current[1].result.mastery, case.state.programme)
        project = case.state.project or case.young.project or self.NO_PROJECT
        proposal_ids = self.keeps(case, read.proposals, project)
        added = (self.choose(words.ADDED, case),) if not proposal_ids or self.chance(parameters.ADDED, case) else ()
        yield case.say(
            prescription.build_prescription,
            {
                "grille": published.document,
                "number": published.number,
                "action_ids": tuple(self.sim.log.new_id() for _ in range(len(proposal_ids) + len(added))),
            },
            participation=case.subject,
            kept=proposal_ids,
            added=added,
            wish=self.choose(words.WISHES, case),
            project=project,
            reason="Demandé par le jeune pendant l’entretien" if added else "",
        )

    def review_reading(self, case: Case) -> Commands:
        """Tells the new reading, or keeps that of then."""
        is_told = self.chance(parameters.TOLD, case)
        yield case.say(
            prescription.review_reading,
            answering(self.sim.refs, case.state, self.sim.today),
            number=self.sim.refs.grille(self.sim.today).number,
            told=is_told,
            note="" if is_told else words.READING_KEPT,
        )

    def keeps(self, case: Case, proposals: tuple[Proposal, ...], project: str) -> tuple[str, ...]:
        shown = [one for one in proposals if self._suits(case, one, project)]
        count = min(len(shown), self.random.randint(*parameters.KEPT))
        return tuple(one.id for one in self.random.sample(shown, count))

    def _suits(self, case: Case, proposal: Proposal, project: str) -> bool:
        if proposal.advisor_only:
            return self.chance(parameters.SUSPECTED, case)
        return not proposal.needs_project or (bool(project) and self.chance(parameters.PROJECT_CALLS, case))


class Referent(Choices):
    def assign_advisor(self, case: Case) -> Commands:
        cej = case.young.programme == "CEJ"
        advisor = self.sim.roster.next_advisor(case.young.site, self.sim.today, cej=cej)
        yield case.say(assignment.assign_advisor, advisor=advisor.id)

    def dispatch_result(self, case: Case) -> Commands:
        """Sends a result to the dossier's advisor, once there is one."""
        if case.state.advisor:
            yield case.say(prescription.dispatch_result, participation=case.subject, advisor=case.state.advisor)
        else:
            self.try_again(case)

    def review_late_event(self, case: Case) -> Commands:
        yield case.say(follow_up.review_late_event, note="Vu avec le conseiller")

    def lend(self, young: Young, to: Member, until: date) -> PlannedCommand:
        """Lends a dossier; the clock gives it back."""
        give_back = command(Actor(CLOCK), {"dossier": young.dossier}, assignment.end_loan)
        self.sim.plan((self.sim.calendar.add(until, 1), 7 * 60), partial(iter, [give_back]), young.dossier)
        manager = self.sim.roster.manager(self.sim.today)
        return command(manager.actor, {"dossier": young.dossier}, assignment.lend_dossier, advisor=to.id, until=until)

    def merge(self, first: Young, again: Young, by: Actor) -> PlannedCommand:
        """Merges the second dossier of a person into the first."""
        there, told = self.sim.dossiers.of(again.dossier), self.sim.engine.history(again.dossier)
        joined = {"into": first.dossier, "gives_number": False, "version": there.version}
        taken = {"other": there, "duplicate": again.dossier, "duplicate_history": told}
        merge = Step({"dossier": again.dossier}, identity.merge_dossier, joined)
        return PlannedCommand(by, (merge, Step({"dossier": first.dossier}, identity.take_over_duplicate, {}, taken)))

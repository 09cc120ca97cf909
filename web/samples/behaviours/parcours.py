"""Behaviours on the tasks of stages 4 and 5: partners, with a link or without, certification, retakes, endings."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from pixflow.actor import CLOCK, PARTNER, Actor
from pixflow.decision import Decision
from pixflow.dossier import follow_up
from pixflow.dossier.stages import certification, parcours
from pixflow.dossier.state import ActionState, Dossier, Referral
from pixflow.engine import new_id
from pixflow.events.values import Partner
from pixflow.partner_links import issuing
from pixflow.partner_links.validity import LinkedReferral, is_awaited, is_open, outcome_day, reminder_day
from pixflow.partners import listing
from web.french.typography import say
from web.samples import parameters, words, youth
from web.samples.agenda import PlannedCommand, at, command
from web.samples.behaviours.advisors import Advisors, Commands
from web.samples.simulation import Case
from web.samples.words import Reason
from web.samples.youth import Young

VALID, SOON = timedelta(8), 1
"""Days of a link, and working days from an outcome asked to the partner's word."""


LEVELS = ("Novice 2", "Indépendant 1", "Indépendant 2", "Avancé 1")
ALONE = "tutos-pix"
"""Proposal that the young person carries out alone."""


def _find_referral(case: Case, referral: UUID) -> tuple[ActionState, Referral]:
    actions = case.state.parcours.actions.values()
    return next((action, one) for action in actions for one in action.referrals if one.id == referral)


class Parcours(Advisors):
    SESSION_ROOM = "Lycée de {site}, salle 12"
    SESSION_OVER = 16 * 60

    # --- partners with a link

    def mailed(self, case: Case, referral: UUID, link: UUID) -> Commands:
        """Notes that the e-mail of a referral left, and plans the reminder of a silent partner."""
        yield self._note_mail(case, link)
        delays = self.sim.engine.references().protocol(self.sim.today).delays
        self.sim.plan_follow_up(case.young, delays.chase_partner_opens, partial(self._remind, referral=referral))

    def answers_by_link(self, case: Case, action: ActionState, referral: Referral, refused: bool) -> Commands:
        """Records the answer of a partner who has an open link. Yields nothing without one."""
        if (link := self._opens(case, action, referral)) is None:
            return
        if referral.seen is None:
            yield self._partner(case, referral, issuing.see_referral, link=link)
        answer = {"starts": None, "refusal": "session-full"} if refused else {"starts": self.sim.today, "refusal": None}
        said = {"answer": "refused" if refused else "accepted", "place": "", "reason": "", **answer}
        yield self._partner(case, referral, issuing.answer_by_link, link=link, **said)
        if not refused and action.action.kind == "action":
            self.sim.plan_follow_up(case.young, SOON, partial(self._ask, referral=referral.id))

    def promises(self, case: Case, referral: UUID) -> Commands:
        """Reads the referral and says by when the answer comes."""
        action, referral_state = _find_referral(case, referral)
        link = self._opens(case, action, referral_state)
        if referral_state.answer or link is None:
            return
        yield self._partner(case, referral_state, issuing.see_referral, link=link)
        until = self.sim.today + timedelta(10)
        yield self._partner(case, referral_state, issuing.promise_answer, link=link, until=until)

    def _remind(self, case: Case, referral: UUID) -> Commands:
        action, referral_state = _find_referral(case, referral)
        due = reminder_day(referral_state, self.sim.engine.references())
        if due is None or not is_awaited(case.state, action, referral_state):
            return
        if due > self.sim.today:
            self.sim.plan_follow_up(case.young, SOON, partial(self._remind, referral=referral))
            return
        link = new_id(referral, f"remind {len(referral_state.reminders)} link")
        yield self._letter(case, referral_state, issuing.remind_partner, link)
        yield from self.mailed(case, referral, link)

    def _ask(self, case: Case, referral: UUID) -> Commands:
        """Asks for the outcome on the last day of the action."""
        action, referral_state = _find_referral(case, referral)
        day = outcome_day(action, referral_state)
        if action.over or not is_awaited(case.state, action, referral_state):
            return
        if day is None or day > self.sim.today:
            self.sim.plan_follow_up(case.young, SOON, partial(self._ask, referral=referral))
            return
        link = new_id(referral, "ask link")
        yield self._letter(case, referral_state, issuing.ask_outcome, link)
        yield self._note_mail(case, link)
        self.sim.plan_follow_up(case.young, SOON, partial(self._report, referral=referral))

    def _report(self, case: Case, referral: UUID) -> Commands:
        action, referral_state = _find_referral(case, referral)
        link = self._opens(case, action, referral_state)
        if link and not referral_state.report:
            said = {"outcome": "done", "day": self.sim.today, "note": ""}
            yield self._partner(case, referral_state, issuing.report_outcome, link=link, **said)

    def _opens(self, case: Case, action: ActionState, known: Referral) -> UUID | None:
        link = known.link
        opens = link and is_open(case.state, LinkedReferral(action, known, link), self.sim.today)
        return link.id if link and opens else None

    def _letter(self, case: Case, known: Referral, decision: Decision[..., Any], link: UUID) -> PlannedCommand:
        context = {"link": link, "until": self.sim.today + VALID, "address": known.address}
        return command(Actor(CLOCK), {"dossier": case.young.dossier}, decision, context, referral=known.id)

    def _note_mail(self, case: Case, link: UUID) -> PlannedCommand:
        """Notes that the e-mail of a link left."""
        return command(Actor(CLOCK), {"dossier": case.young.dossier}, issuing.note_mailed_link, link=link)

    def _partner(self, case: Case, known: Referral, decision: Decision[..., Any], **sent: Any) -> PlannedCommand:
        by = Actor(f"{PARTNER}{known.partner.id or known.id}")
        return command(by, {"dossier": case.young.dossier}, decision, **sent)

    # --- partners

    def refer(self, case: Case) -> Commands:
        action = case.state.parcours.actions[case.subject].action
        match action.kind:
            case "check":
                yield case.say(parcours.end_action, action=action.id, outcome="done", note="")
            case "cv":
                yield from self.add_to_cv(case)
            case "certification" if case.state.parcours.certification is None:
                yield from self.propose_certification(case)
            case "certification" if self.chance(parameters.WANTED, case):
                yield from self._propose(case)
            case "certification":
                yield case.say(parcours.drop_action, action=action.id, reason="Ne souhaite pas la repasser")
            case _ if action.proposal == ALONE:
                yield self._start(case, action.id, ALONE)
            case _:
                yield from self._send(case, action.id, action.proposal or "")

    def _start(self, case: Case, action: UUID, proposal: str = "") -> PlannedCommand:
        return case.say(
            parcours.start_action,
            action=action,
            ends=self.in_days(parameters.ALONE_LASTS if proposal == ALONE else parameters.LASTS, case),
        )

    def _send(self, case: Case, action: UUID, proposal: str) -> Commands:
        """Refers to a partner, who will answer, or not."""
        referral = self.sim.log.new_id()
        if not self.chance(parameters.SILENT, case):
            self.plan_follow_up(case, parameters.ANSWERS_IN, partial(self._answer, action=action, referral=referral))
        partner, offer = self.partner(case, proposal)
        email, link = self.partner_email(partner), new_id(referral, "link")
        yield case.say(
            parcours.send_referral,
            {"referral": referral, "link": link, "until": self.sim.today + VALID},
            email=email,
            action=action,
            partner=partner,
            offer=offer,
            starts=None,
            ends=self.referral_ends(case),
            note="",
            agreed=bool(email),
        )
        if email:
            yield from self.mailed(case, referral, link)
            if self.chance(parameters.STUDIES_FIRST, case):
                self.plan_follow_up(case, parameters.STUDIES_IN, partial(self.promises, referral=referral))
        if partner.id:
            yield command(case.by, {"partner": partner.id}, listing.use_partner)

    def partner(self, case: Case, proposal: str) -> tuple[Partner, UUID | None]:
        """Returns the partner of a referral, and the offer when it is listed."""
        return Partner(None, say(self.choose(words.PARTNERS, case), site=self.site(case))), None

    def partner_email(self, partner: Partner) -> str:
        """Returns the e-mail address that the advisor types, "" for none."""
        return ""

    def referral_ends(self, case: Case) -> date | None:
        return None

    def _answer(self, case: Case, action: UUID, referral: UUID) -> Commands:
        state = _find_open_action(case.state, action)
        if state is None or not any(one.id == referral and one.answer is None for one in state.referrals):
            return
        refused = self.refuses(case, state)
        known = next(one for one in state.referrals if one.id == referral)
        by_link = list(self.answers_by_link(case, state, known, refused))
        answer, reason = ("refused", self.choose(words.BUSY, case)) if refused else ("accepted", "")
        yield from by_link or [case.say(parcours.answer_referral, referral=referral, answer=answer, reason=reason)]
        if not refused:
            self.plan_follow_up(case, parameters.BEGINS_IN, partial(self._begin, action=action))

    def refuses(self, case: Case, state: ActionState) -> bool:
        return self.chance(parameters.REFUSES, case)

    def _begin(self, case: Case, action: UUID) -> Commands:
        state = _find_open_action(case.state, action)
        if state is None or state.started:
            return
        if self.chance(parameters.NEVER_BEGINS, case):
            yield case.say(parcours.drop_action, action=action, reason="Ne s’est pas présenté·e au premier jour")
        else:
            yield self._start(case, action)

    def chase_partner(self, case: Case) -> Commands:
        referral, reached = case.subject, self.chance(parameters.REACHED, case)
        yield case.say(
            parcours.chase_partner,
            referral=referral,
            channel="phone" if self.chance(parameters.BY_PHONE, case) else "email",
            reached=reached,
            note="Rappelle la semaine prochaine" if reached else "",
        )
        actions = case.state.parcours.actions.items()
        action = next(id for id, one in actions if any(sent.id == referral for sent in one.referrals))
        if reached and self.chance(parameters.ANSWERS_ONCE_CHASED, case):
            self.plan_follow_up(case, parameters.AGAIN, partial(self._answer, action=action, referral=referral))

    def offer_alternative(self, case: Case) -> Commands:
        action = case.state.parcours.actions[case.subject]
        if len(action.referrals) > 1 or self.chance(parameters.NO_ALTERNATIVE, case):
            yield case.say(parcours.drop_action, action=action.action.id, reason="Aucune place dans le secteur")
        else:
            yield from self._send(case, action.action.id, "alternative")

    def record_outcome(self, case: Case) -> Commands:
        abandoned = self.chance(parameters.ABANDONS, case, 1.6 - case.young.zeal)
        note = "A trouvé un emploi entre-temps" if abandoned and self.chance(parameters.FOR_WORK, case) else ""
        outcome = "abandoned" if abandoned else "done"
        yield case.say(parcours.end_action, action=case.subject, outcome=outcome, note=note)

    # --- complete diagnostic and certification

    def complete_path(self, case: Case) -> Commands:
        """Takes the complete diagnostic on the structure's computers; an export reports it, or the advisor at once."""
        young = case.young
        if young.complete:
            return
        if self.chance(parameters.DECLINES_COMPLETE, case):
            yield case.say(certification.decline_complete_diagnostic, reason="Préfère s’en tenir là pour l’instant")
        elif not self.chance(parameters.COMPLETES, case):
            self.try_again(case)
        else:
            day = self.sim.in_days(parameters.AGAIN)
            self.pix.takes(young, "complete", youth.take_complete(young, at(day, 9, 30), self.random))
            if self.chance(parameters.SAID_AT_ONCE, case):
                noted = certification.take_complete_diagnostic
                self.sim.plan_follow_up(young, (day, 12 * 60), lambda later: [later.say(noted)])

    def propose_certification(self, case: Case) -> Commands:
        if not case.state.project or not self.chance(parameters.WANTED, case):
            yield case.say(certification.decline_certification, reason="Son projet ne la demande pas pour l’instant")
            return
        yield from self._propose(case)

    def _propose(self, case: Case) -> Commands:
        yield case.say(certification.propose_certification, note=f"Projet : {case.state.project}")
        self.plan_follow_up(case, parameters.REGISTERED_IN, self._register)

    def _register(self, case: Case) -> Commands:
        known = case.state.parcours.certification
        if known and known.step in ("proposed", "registered"):
            session, place = self.in_days(parameters.SESSION_IN, case), say(self.SESSION_ROOM, site=self.site(case))
            yield case.say(certification.register_certification, session=session, place=place)
            self.sim.plan_follow_up(case.young, (session, self.SESSION_OVER), self._session)

    def _session(self, case: Case) -> Commands:
        """Takes the certification, or misses it and is registered again."""
        known = case.state.parcours.certification
        if known is None or known.step != "registered":
            return
        if self.chance(parameters.MISSES_SESSION, case):
            yield from self._register(case)
        else:
            yield case.say(certification.take_certification)

    def record_certification(self, case: Case) -> Commands:
        known = case.state.parcours.certification
        if known is None or known.step != "taken":
            return
        obtained = self.chance(parameters.OBTAINS, case)
        yield case.say(
            certification.obtain_certification,
            obtained=obtained,
            level=self.choose(LEVELS, case) if obtained else "",
            note="" if obtained else "Peut s’y présenter à nouveau",
        )
        if obtained:
            yield from self.show_on_cv(case)

    def show_on_cv(self, case: Case) -> Commands:
        if self.chance(parameters.ON_CV, case):
            yield from self.add_to_cv(case)

    def add_to_cv(self, case: Case) -> Commands:
        yield case.say(certification.add_result_to_cv)

    # --- the retake and the end

    def plan_retake(self, case: Case) -> Commands:
        if self.chance(parameters.DECLINES_RETAKE, case):
            yield case.say(certification.decline_retake, reason="Ne souhaite pas le repasser")
        elif not self.chance(parameters.RETAKES, case):
            self.try_again(case)
        else:
            day = self.in_days(parameters.RETAKEN_IN, case)
            campaign = self.pix.campaign("initial", case.young.site)
            yield case.say(certification.plan_retake, campaign=campaign, planned_for=day)
            self.takes_again(case, day)

    def takes_again(self, case: Case, day: date) -> None:
        """Makes the young person learn, and take the test again, or not."""
        case.young.skill = min(0.98, case.young.skill + self.random.uniform(*parameters.LEARNED))
        if self.chance(parameters.TAKES, case):
            self.pix.test(case.young, day)

    def close_or_plan(self, case: Case) -> Commands:
        """Closes a dossier when nobody could be reached or all is done, or takes it up again."""
        tried = case.task.why.details.get("by") == "tries"
        if self.chance(parameters.CLOSES_WHEN_TRIED if tried else parameters.CLOSES_WHEN_QUIET, case):
            yield from self.end_path(case, "unreachable" if tried else "done", "")
        elif not case.state.diagnostic.has_participation("initial") and case.state.orientation.presented:
            yield self.planned(case, "office")
        else:
            yield case.say(follow_up.take_note, text="Fait le point par téléphone, suite à convenir")

    def end_path(self, case: Case, reason: Reason, note: str) -> Commands:
        """Closes a dossier, after its seat is given up."""
        seat = case.state.diagnostic.seat
        if seat and seat.status == "booked" and seat.day >= self.sim.today:
            yield self.workshops.release(case, seat.workshop)
        yield case.say(follow_up.close_dossier, reason=reason, note=note)
        if self.chance(parameters.REOPENED, case):
            day = self.sim.in_days(parameters.REOPENED_IN)
            self.sim.plan(self.sim.on(day), partial(self._reopen, case.young), case.young.dossier)

    def _reopen(self, young: Young) -> Iterator[PlannedCommand]:
        state = self.sim.dossiers.of(young.dossier)
        by = self.sim.roster.doer(state, young.site, self.sim.today)
        if state.closed and not state.merged and by:
            yield command(by, {"dossier": young.dossier}, follow_up.reopen_dossier, reason="Revient nous voir")


def _find_open_action(state: Dossier, action: UUID) -> ActionState | None:
    known = state.parcours.actions.get(action)
    return known if known and not known.over else None

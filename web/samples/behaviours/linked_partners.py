"""Partners who answer by the link of an e-mail, and the clock that writes to them."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from pixflow.actor import CLOCK, PARTNER, Actor
from pixflow.decision import Decision
from pixflow.dossier.state import ActionState, Referral
from pixflow.engine import new_id
from pixflow.partner_links import issuing
from pixflow.partner_links import issuing as answering
from pixflow.partner_links.validity import LinkedReferral, is_awaited, is_open, outcome_day, reminder_day
from web.samples.agenda import PlannedCommand, command
from web.samples.behaviours.advisors import Advisors, Commands
from web.samples.simulation import Case

VALID, SOON = timedelta(8), 1
"""Days of a link, and working days from an outcome asked to the partner's word."""


class LinkedPartners(Advisors):
    def mailed(self, case: Case, referral: UUID, link: UUID) -> Commands:
        """Notes that the e-mail of a referral left, and plans the reminder of a silent partner."""
        yield self._clock(case, issuing.note_mailed_link, link=link)
        delays = self.sim.engine.references().protocol(self.sim.today).delays
        self.sim.later(case.young, delays.chase_partner_opens, partial(self._remind, referral=referral))

    def answers_by_link(self, case: Case, action: ActionState, known: Referral, refused: bool) -> Commands:
        """Records the answer of a partner who has an open link. Yields nothing without one."""
        if (link := self._opens(case, action, known)) is None:
            return
        if known.seen is None:
            yield self._partner(case, known, answering.see_referral, link=link)
        answer = {"starts": None, "refusal": "session-full"} if refused else {"starts": self.sim.today, "refusal": None}
        said = {"answer": "refused" if refused else "accepted", "place": "", "reason": "", **answer}
        yield self._partner(case, known, answering.answer_by_link, link=link, **said)
        if not refused and action.action.kind == "action":
            self.sim.later(case.young, SOON, partial(self._ask, referral=known.id))

    def promises(self, case: Case, referral: UUID) -> Commands:
        """Reads the referral and says by when the answer comes."""
        action, known = _found(case, referral)
        link = self._opens(case, action, known)
        if known.answer or link is None:
            return
        yield self._partner(case, known, answering.see_referral, link=link)
        until = self.sim.today + timedelta(10)
        yield self._partner(case, known, answering.promise_answer, link=link, until=until)

    def _remind(self, case: Case, referral: UUID) -> Commands:
        action, known = _found(case, referral)
        due = reminder_day(known, self.sim.engine.references())
        if due is None or not is_awaited(case.state, action, known):
            return
        if due > self.sim.today:
            self.sim.later(case.young, SOON, partial(self._remind, referral=referral))
            return
        link = new_id(referral, f"remind {len(known.reminders)} link")
        yield self._letter(case, known, issuing.remind_partner, link)
        yield from self.mailed(case, referral, link)

    def _ask(self, case: Case, referral: UUID) -> Commands:
        """Asks for the outcome on the last day of the action."""
        action, known = _found(case, referral)
        day = outcome_day(action, known)
        if action.over or not is_awaited(case.state, action, known):
            return
        if day is None or day > self.sim.today:
            self.sim.later(case.young, SOON, partial(self._ask, referral=referral))
            return
        link = new_id(referral, "ask link")
        yield self._letter(case, known, issuing.ask_outcome, link)
        yield self._clock(case, issuing.note_mailed_link, link=link)
        self.sim.later(case.young, SOON, partial(self._report, referral=referral))

    def _report(self, case: Case, referral: UUID) -> Commands:
        action, known = _found(case, referral)
        link = self._opens(case, action, known)
        if link and not known.report:
            said = {"outcome": "done", "day": self.sim.today, "note": ""}
            yield self._partner(case, known, answering.report_outcome, link=link, **said)

    def _opens(self, case: Case, action: ActionState, known: Referral) -> UUID | None:
        """Returns the link that opens a referral today."""
        link = known.link
        opens = link and is_open(case.state, LinkedReferral(action, known, link), self.sim.today)
        return link.id if link and opens else None

    def _letter(self, case: Case, known: Referral, decision: Decision[..., Any], link: UUID) -> PlannedCommand:
        context = {"link": link, "until": self.sim.today + VALID, "address": known.address}
        return command(Actor(CLOCK), {"dossier": case.young.dossier}, decision, context, referral=known.id)

    def _clock(self, case: Case, decision: Decision[..., Any], **sent: Any) -> PlannedCommand:
        return command(Actor(CLOCK), {"dossier": case.young.dossier}, decision, **sent)

    def _partner(self, case: Case, known: Referral, decision: Decision[..., Any], **sent: Any) -> PlannedCommand:
        by = Actor(f"{PARTNER}{known.partner.id or known.id}")
        return command(by, {"dossier": case.young.dossier}, decision, **sent)


def _found(case: Case, referral: UUID) -> tuple[ActionState, Referral]:
    actions = case.state.parcours.actions.values()
    return next((action, one) for action in actions for one in action.referrals if one.id == referral)

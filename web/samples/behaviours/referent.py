"""Behaviours of référents and managers: assign, dispatch, review, lend, merge the two dossiers of one person."""

from datetime import date
from functools import partial

from pixflow.actor import CLOCK, Actor
from pixflow.dossier import assignment
from pixflow.dossier import assignment as lending
from pixflow.dossier import follow_up as closing
from pixflow.dossier import identity as merging
from pixflow.dossier.stages import prescription
from pixflow.unit_of_work import Step
from web.samples.agenda import PlannedCommand, command
from web.samples.behaviours.advisors import Commands
from web.samples.behaviours.choices import Choices
from web.samples.roster import Member
from web.samples.simulation import Case
from web.samples.youth import Young


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
            self.again(case)

    def review_late_event(self, case: Case) -> Commands:
        yield case.say(closing.review_late_event, note="Vu avec le conseiller")

    def lend(self, young: Young, to: Member, until: date) -> PlannedCommand:
        """Lends a dossier; the clock gives it back."""
        give_back = command(Actor(CLOCK), {"dossier": young.dossier}, lending.end_loan)
        self.sim.plan((self.sim.calendar.add(until, 1), 7 * 60), partial(iter, [give_back]), young.dossier)
        manager = self.sim.roster.manager(self.sim.today)
        return command(manager.actor, {"dossier": young.dossier}, lending.lend_dossier, advisor=to.id, until=until)

    def merge(self, first: Young, again: Young, by: Actor) -> PlannedCommand:
        """Merges the second dossier of a person into the first."""
        there, told = self.sim.dossiers.of(again.dossier), self.sim.engine.history(again.dossier)
        joined = {"into": first.dossier, "gives_number": False, "version": there.version}
        taken = {"other": there, "duplicate": again.dossier, "duplicate_history": told}
        merge = Step({"dossier": again.dossier}, merging.merge_dossier, joined)
        return PlannedCommand(by, (merge, Step({"dossier": first.dossier}, merging.take_over_duplicate, {}, taken)))

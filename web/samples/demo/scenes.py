"""Scenes that any demonstration may play, each once."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pixflow.decision import Decision
from pixflow.dossier import follow_up
from pixflow.team import membership as confirmation
from pixflow.team import membership as milestones
from pixflow.team import membership as roles
from pixflow.team.staff import Absence
from web.samples import phrases
from web.samples.agenda import command
from web.samples.demo.cast import ScriptedCast
from web.samples.roster import Member, declare_absence, hire


class Scenes(ScriptedCast):
    """Acts of a script, by name."""

    def _note(self, name: str, decide: Decision[..., Any], **said: Any) -> None:
        self.sim.execute([self.roster.note(self.roster.named(name), self.sim.today, decide, **said)])

    def settle_team(
        self, referents: Sequence[str], trained: Sequence[str], not_yet: Sequence[str] = (), site: str | None = None
    ) -> None:
        """Designates the référents and briefs everybody; most take the test, some are trained."""
        for name in referents:
            self._note(name, milestones.designate_referent, site=site)
        for name, _ in self.company.staff:
            self._note(name, milestones.hold_briefing, title=phrases.BRIEFING)
            if name not in not_yet:
                self._note(name, milestones.take_pix)
        for name in trained:
            self._note(name, milestones.attend_training, title=phrases.TRAINING)

    def confirm_team(self) -> None:
        """The direction confirms that everybody still works here."""
        streams, members = {"structure": self.opened.stream("structure")}, tuple(self.roster.members)
        manager = self.roster.manager(self.sim.today)
        self.sim.execute([command(manager.actor, streams, confirmation.confirm_team, members=members)])

    def designate(self, name: str, site: str) -> None:
        self._note(name, milestones.designate_referent, site=site)

    def resign(self, name: str) -> None:
        """Ends a designation: an advisor remains."""
        self._note(name, roles.change_roles, roles=("advisor",))

    def join(self, name: str, email: str) -> None:
        """Hires an advisor, who has no portfolio yet."""
        self.sim.execute(hire([self.roster.add(Member(self.sim.log.new_id(), name, email, None, "advisor"))]))

    def schedule(self, name: str, day: date, *runners: str, capacity: int = 8) -> None:
        members = [self.roster.named(runner) for runner in runners]
        self.sim.execute([self.workshops.set_up(name, day, members, self.company.room, capacity)])

    def move(self, name: str, by: str, day: date, place: str) -> None:
        self.sim.execute([self.workshops.move(self.workshops.called(name), self.actor(by), day, place)])

    def cancel(self, name: str, by: str, reason: str) -> None:
        self.sim.execute([self.workshops.cancel(self.workshops.called(name), self.actor(by), reason)])

    def fill(self, name: str, by: str, *young_people: str) -> None:
        """Books a seat for each, or a place on the waiting list."""
        for young in young_people:
            case = self.case(self.named(young)[0], by)
            self.sim.execute([self.workshops.book(case, self.workshops.called(name))])

    def release(self, name: str, by: str, young: str) -> None:
        case = self.case(self.named(young)[0], by)
        self.sim.execute([self.workshops.release(case, self.workshops.named[name])])

    def leave(self, name: str, deputy: str, first: date, last: date) -> None:
        """Declares an absence, with a deputy."""
        member, away = self.roster.named(name), self.roster.named(deputy)
        member.away.append(Absence(self.sim.log.new_id(), first, last, away.id))
        self.sim.execute([declare_absence(member, member.away[-1])])

    def lend_to(self, young: str, colleague: str, days: int) -> None:
        self.sim.execute([self.lend(self.named(young)[0], self.roster.named(colleague), self.working_day(days))])

    def set_aside(self, name: str, to: str) -> None:
        """Snoozes one task of somebody, and hands another one over."""
        owed = {young: task for young, task in self.owed([name]) if task.stage in ("prescription", "parcours")}
        latest = sorted(owed.items(), key=lambda one: one[1].opens, reverse=True)
        until, colleague = self.working_day(8), self.roster.named(to).id
        said: dict[Decision[..., Any], dict[str, Any]] = {
            follow_up.snooze_task: {"reason": phrases.RESTING[0]},
            follow_up.hand_over_task: {"to": colleague, "note": phrases.HANDED[0]},
        }
        for (young, task), decide in zip(latest, said, strict=False):
            self.sim.execute([self.case(young, name).say(decide, task=task.key, until=until, **said[decide])])

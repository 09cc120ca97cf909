"""Base of the demonstrations: plays the young people, the scenes and the days of a script; lists its partners."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from uuid import UUID

from msgspec import Struct

from pixflow.decision import Decision
from pixflow.documents.grille import Grille
from pixflow.dossier import follow_up
from pixflow.dossier.stages import prescription
from pixflow.events.values import ContactDetails, OfferKind, OfferTerms, Partner, PartnerDetails
from pixflow.open_data.communes import communes
from pixflow.partners import catalogue, contacts, listing
from pixflow.protocol import drafting
from pixflow.structure import issue_list, locate_sites
from pixflow.tasks import Kind, Task
from pixflow.team import membership
from pixflow.team.staff import Absence
from web.samples import words
from web.samples.agenda import at, command, minute_of
from web.samples.demo.cast import EVENING, ScriptedCast, scripted
from web.samples.demo.people import ScriptedYoung
from web.samples.roster import Member, declare_absence, hire
from web.samples.simulation import Case

FIRST_EXPORT, FIRST_MATCH, FIRST_TASK = 8 * 60 + 40, 8 * 60 + 50, 9 * 60 + 10
MONDAY, THURSDAY = 0, 3
AT_MOST = 18
"""Most tasks that the advisors do in one day."""
LEFT_FOR_YOU = 2
"""Working days before the end during which doubtful results stay on the board."""
UNSENT = 4
"""Results that stay to be dispatched."""
SETTLED = (None, "obtained", "not-obtained", "declined")
Scene = tuple[datetime, Callable[[], object]]
"""An act that happens once, at its moment."""
DAY_ENDS, MIDNIGHT = 17, 24 * 60
WEEK = "Mo-Fr 09:00-12:00,13:30-17:00"
LEARN = "Maîtrise des outils numériques du quotidien"
HELP = "Aide aux démarches administratives"
Offered = tuple[str, OfferKind, tuple[str, ...]]


BRINGS: dict[OfferKind, str] = {
    "cafe": "Votre téléphone ou votre ordinateur, si vous en avez un",
    "digital": "Une pièce d’identité et de quoi écrire",
}
"""Things that a young person brings to an offer of a kind."""


class DemoPartner(Struct, frozen=True):
    """A partner, its offers, the age of its file in days, former names, and people to call.

    Without `source` it is listed by hand.
    """

    details: PartnerDetails
    offers: Sequence[Offered] = ()
    age: int = 90
    source: str = ""
    names: Sequence[str] = ()
    contacts: Sequence[ContactDetails] = ()


def place(name: str, commune: str, point: tuple[float, float], *services: str, **said: Any) -> PartnerDetails:
    """Returns the file of a partner of a commune; `said` are its other fields."""
    there = communes()[commune]
    return PartnerDetails(
        name=name,
        commune=commune,
        town=there.name,
        postal_code=there.postal_codes[0],
        point=point,
        services=services,
        **{"hours": WEEK, "address": "1 place de la Mairie", **said},
    )


class Story(ScriptedCast):
    """One demonstration: its class holds its `company`; its script is made of scenes, acts by name.

    `listed` are the partners of each name that referrals use, `people` those to call.
    """

    listed: Mapping[str, tuple[UUID, Mapping[str, UUID]]] = MappingProxyType({})
    people: Mapping[str, UUID] = MappingProxyType({})

    def youths(self) -> list[ScriptedYoung]:
        """Returns everybody who will come."""
        raise NotImplementedError

    def scenes(self) -> Iterator[Scene]:
        raise NotImplementedError

    def settle(self) -> None:
        """Plays the first morning."""
        raise NotImplementedError

    def conclude(self, now: datetime) -> None:
        """Plays the moment when the demonstration is opened."""
        self.sim.log.go(minute_of(now))
        self.sim.log.clock.go(now)

    def play(self, now: datetime) -> None:
        sim, pix = self.sim, self.pix
        sim.execute(hire(self.roster.members.values()))
        self.settle()
        for seasons in pix.seasons.values():
            sim.execute(pix.declare(seasons[0], self.actor(self.company.referent), None))
        pix.everyone = self.youths()
        last_scenes = self._plan_scenes()
        for today in self.days:
            self.plan((today, FIRST_EXPORT), self._morning)
            whole = at(today, DAY_ENDS) < now
            if whole:
                self.plan((today, max(FIRST_TASK, last_scenes.get(today, 0))), self._round)
                self.plan((today, EVENING), self._evening)
            sim.run((today, MIDNIGHT) if whole else min(minute_of(now), (today, EVENING - 1)))
        self.conclude(now)

    def _plan_scenes(self) -> dict[date, int]:
        """Plans the arrivals and the scenes; returns the minute of the last one of each day."""
        last: dict[date, int] = {}
        arrivals: list[Scene] = [(young.arrives, partial(self.welcome, young)) for young in self.pix.everyone]
        for moment, scene in (*arrivals, *self.scenes()):
            today, minute = minute_of(moment)
            self.plan((today, minute), scene)
            last[today] = max(minute, last.get(today, 0))
        return last

    # --- a day

    def _morning(self) -> None:
        """Imports the exports of Mondays and Thursdays, and works on what they brought."""
        today, last = self.sim.today, self.days[-1]
        for (purpose, _), (season, *_rest) in self.pix.seasons.items():
            if today == last or today.weekday() in ((MONDAY, THURSDAY) if purpose == "initial" else (THURSDAY,)):
                self.pix.bring_in(season, self.actor(self.company.referent))
        self.sim.log.go((today, FIRST_MATCH))
        left = self.sim.calendar.count(today, last) <= LEFT_FOR_YOU
        if not left:
            self.matching.work()
        ready = [(young, task) for young, task in self._list_waiting("dispatch-result", 0) if young.advisor]
        ready.sort(key=lambda one: (one[1].why.on, one[0].name))  # the oldest first
        for young, task in ready[: max(0, len(ready) - (UNSENT if left else 0))]:
            self.sim.log.wait(1)
            self.sim.execute(self.sim.perform(young, task.key))
        for young, task in self._list_waiting("review-late-event", 2):
            self.sim.execute(self.sim.perform(young, task.key))
        self.matching.correct()

    def _list_waiting(self, kind: Kind, days: int) -> list[tuple[ScriptedYoung, Task]]:
        """Returns the tasks of a kind that have waited so many working days."""
        today, count = self.sim.today, self.sim.calendar.count
        tasks = [(young, task) for young in self.list_arrived() for task in young.owed.values() if task.kind == kind]
        return [(young, task) for young, task in tasks if count(task.opens, today) >= days and not young.never(kind)]

    def _round(self) -> None:
        """Plans what has waited long enough, twenty minutes apart, then the workshops."""
        self._judge()
        today, slowness = self.sim.today, self.company.slowness
        ready = [
            (young, task)
            for young, task in self.owed(slowness)
            if self.sim.calendar.count(task.opens, today) >= young.patience(task, slowness)
        ]
        for n, (young, task) in enumerate(ready[:AT_MOST]):
            self.sim.plan((today, FIRST_TASK + 20 * n), partial(self.sim.perform, young, task.key))
        self.workshops.hold()

    def _judge(self) -> None:
        """Assesses, the day after the welcome, the needs that the protocol leaves to the advisor."""
        if self.sim.protocol.concerned == "all":
            return
        for case in self.cases():
            state = case.state
            new = state.opened is None or state.opened.on == self.sim.today
            decided = state.programme == "CEJ" or state.closed or state.orientation.need
            if not (new or decided or scripted(case).never("need")):
                self.sim.execute(self.judge(case))

    def _evening(self) -> None:
        for case in self.cases():
            self._close_path(case)
            self._leave_and_come_back(case)

    def _close_path(self, case: Case) -> None:
        """Closes a path some days after its last action; some people take the test again all the same."""
        state, young = case.state, scripted(case)
        actions, certified = state.parcours.actions.values(), state.parcours.certification
        if state.closed or state.last is None or not actions or young.never("close-or-plan"):
            return
        settled = (certified.step if certified else None) in SETTLED
        quiet = self.sim.calendar.count(state.last.on, self.sim.today) >= 6
        if settled and quiet and all(one.over for one in actions):
            self.sim.execute(self.end_path(case, "done", ""))
            if len(young.first_name) % 3 == 0:
                young.take_test(at(self.working_day(4), 18), self.random)

    def _leave_and_come_back(self, case: Case) -> None:
        """Closes the dossier of somebody who moves away, and reopens it once the référent read their result."""
        state, tested = case.state, case.state.diagnostic.participations
        if scripted(case).manner != "comes-back" or state.opened is None:
            return
        if state.closed and tested and not state.late:
            reason = "De retour à L’Aigle, test passé entre-temps"
            self.sim.execute([case.say(follow_up.reopen_dossier, reason=reason)])
        elif not state.closed and not tested and self.sim.calendar.count(state.opened.on, self.sim.today) >= 12:
            self.sim.execute([case.say(follow_up.close_dossier, reason="moved", note="Chez ses parents, à Caen")])

    # --- scenes, each played once

    def note(self, name: str, decide: Decision[..., Any], **said: Any) -> None:
        """Notes a milestone of somebody, in the manager's name."""
        self.sim.execute([self.roster.note(self.roster.find_by_name(name), self.sim.today, decide, **said)])

    def settle_team(
        self, referents: Sequence[str], trained: Sequence[str], not_yet: Sequence[str] = (), site: str | None = None
    ) -> None:
        """Designates the référents and briefs everybody; most take the test, some are trained."""
        for name in referents:
            self.note(name, membership.designate_referent, site=site)
        for name, _ in self.company.staff:
            self.note(name, membership.hold_briefing, title=words.BRIEFING)
            if name not in not_yet:
                self.note(name, membership.take_pix)
        for name in trained:
            self.note(name, membership.attend_training, title=words.TRAINING)

    def confirm_team(self) -> None:
        """The direction confirms that everybody still works here."""
        streams, members = {"structure": self.opened.stream("structure")}, tuple(self.roster.members)
        manager = self.roster.manager(self.sim.today)
        self.sim.execute([command(manager.actor, streams, membership.confirm_team, members=members)])

    def take_list(self, who: str) -> None:
        """Somebody takes the list of all dossiers as a file."""
        names = [young.name for young in self.list_arrived()]
        digest = sha256("\r\n".join(names).encode()).hexdigest()
        said: dict[str, Any] = {"page": "dossiers", "filters": (("etat", "all"),), "digest": digest}
        streams = {"structure": self.opened.stream("structure")}
        self.say(who, streams, issue_list, rows=len(names), people=len(names), **said)

    def join(self, name: str, email: str) -> None:
        """Hires an advisor, who has no portfolio yet."""
        self.sim.execute(hire([self.roster.add(Member(self.sim.log.new_id(), name, email, None, "advisor"))]))

    def schedule(self, name: str, day: date, *runners: str, capacity: int = 8) -> None:
        members = [self.roster.find_by_name(runner) for runner in runners]
        self.sim.execute([self.workshops.set_up(name, day, members, self.company.room, capacity)])

    def move(self, name: str, by: str, day: date, place: str) -> None:
        self.sim.execute([self.workshops.move(self.workshops.called(name), self.actor(by), day, place)])

    def cancel(self, name: str, by: str, reason: str) -> None:
        self.sim.execute([self.workshops.cancel(self.workshops.called(name), self.actor(by), reason)])

    def fill(self, name: str, by: str, *young_people: str) -> None:
        """Books a seat for each, or a place on the waiting list."""
        for young in young_people:
            case = self.case(self.find_by_name(young)[0], by)
            self.sim.execute([self.workshops.book(case, self.workshops.called(name))])

    def release(self, name: str, by: str, young: str) -> None:
        case = self.case(self.find_by_name(young)[0], by)
        self.sim.execute([self.workshops.release(case, self.workshops.named[name])])

    def leave(self, name: str, deputy: str, first: date, last: date) -> None:
        """Declares an absence, with a deputy."""
        member, away = self.roster.find_by_name(name), self.roster.find_by_name(deputy)
        member.away.append(Absence(self.sim.log.new_id(), first, last, away.id))
        self.sim.execute([declare_absence(member, member.away[-1])])

    def lend_to(self, young: str, colleague: str, days: int) -> None:
        self.sim.execute(
            [self.lend(self.find_by_name(young)[0], self.roster.find_by_name(colleague), self.working_day(days))]
        )

    def set_aside(self, name: str, to: str) -> None:
        """Snoozes one task of somebody, and hands another one over."""
        owed = {young: task for young, task in self.owed([name]) if task.stage in ("prescription", "parcours")}
        latest = sorted(owed.items(), key=lambda one: one[1].opens, reverse=True)
        until, colleague = self.working_day(8), self.roster.find_by_name(to).id
        said: dict[Decision[..., Any], dict[str, Any]] = {
            follow_up.snooze_task: {"reason": words.RESTING[0]},
            follow_up.hand_over_task: {"to": colleague, "note": words.HANDED[0]},
        }
        for (young, task), decide in zip(latest, said, strict=False):
            self.sim.execute([self.case(young, name).say(decide, task=task.key, until=until, **said[decide])])

    def draft(self, document: Grille, note: str) -> None:
        """Drafts a grid."""
        streams = {"grille": self.opened.stream("grille")}
        self.say(self.company.referent, streams, drafting.draft_grille, document=document, note=note, replaces=0)

    def endorse(self, name: str, endorsed: bool, comment: str) -> None:
        """Says an opinion about the first draft of a grid."""
        streams, context = {"grille": self.opened.stream("grille")}, {"by": self.actor(name).id}
        said = {"draft": 1, "endorsed": endorsed, "comment": comment}
        self.say(name, streams, drafting.endorse_grille, context=context, **said)

    def add_action(self, name: str) -> None:
        """Adds a proposal of the grid to a prescription whose actions are under way."""
        advisor = self.roster.find_by_name(name).id
        mine = (case for case in self.cases() if case.state.advisor == advisor and not case.state.closed)
        case, participation, grid, left = next(one for case in mine for one in self._growing(case))
        streams, said = {"dossier": case.young.dossier}, {"proposal": left, "label": "", "reason": words.ADDED_SINCE}
        context = {"grille": grid, "action": self.sim.log.new_id()}
        self.say(name, streams, prescription.add_action, context=context, participation=participation, **said)

    def _growing(self, case: Case) -> Iterator[tuple[Case, UUID, Grille, str]]:
        """Yields what may be added to the current prescription of somebody who was referred."""
        current, state = case.state.diagnostic.current("initial"), case.state
        built = state.prescription.built.get(current[0]) if current else None
        under_way = any(one.referral and not one.over for one in state.parcours.actions.values())
        for _, published in self.sim.refs.grilles.published if current and built and under_way else ():
            if current and built and published.number == built.grille:
                known = {one.proposal for one in built.all_actions}
                for one in prescription.proposals_of(state, built, published.document):
                    if one.kind == "action" and not one.advisor_only and one.id not in known:
                        yield case, current[0], published.document, one.id

    # --- partners

    def list_partners(self, territory: Mapping[str, Any], department: str, partners: Sequence[DemoPartner]) -> None:
        """States the territory and the addresses, gives the map the outlines of a department, lists the partners."""
        by, streams = self.company.referent, {"catalogue": self.opened.stream("catalogue")}
        there = {"structure": self.opened.stream("structure")}
        self.say(by, there, locate_sites, addresses=self.company.addresses)
        self.say(by, streams, catalogue.state_territory, **territory)
        credit, *lines = files(__package__).joinpath("outlines", f"{department}.txt").read_text("utf-8").splitlines()
        outlines = dict(line.split(" ", 1) for line in lines)
        self.say(by, streams, catalogue.receive_outlines, credit=credit, outlines=outlines)
        self.listed = {one.details.name: self._list(by, one, rank) for rank, one in enumerate(partners, 1)}

    def suggest(self, by: str, details: PartnerDetails) -> None:
        self.say(by, {"partner": self.sim.log.new_id()}, listing.suggest_partner, details=details)

    def verify(self, by: str, name: str) -> None:
        self.say(by, {"partner": self.listed[name][0]}, listing.verify_partner, channel="call")

    def miss(self, by: str, name: str) -> None:
        """Notes that the e-mail address of somebody to call comes back."""
        self.say(by, {"contact": self.people[name]}, contacts.miss_contact, means="email")

    def to(self, name: str, proposal: str) -> tuple[Partner, UUID | None]:
        """Returns the partner of a referral, with the offer that answers a proposal; a free name for another one."""
        if name not in self.listed:
            return super().to(name, proposal)
        stream, offered = self.listed[name]
        return Partner(stream, name), offered.get(proposal)

    def _list(self, by: str, partner: DemoPartner, rank: int) -> tuple[UUID, Mapping[str, UUID]]:
        stream = self.sim.log.new_id()
        streams = {"partner": stream}
        if partner.source:
            updated: date = self.sim.today - timedelta(days=partner.age)
            told = {"source": partner.source, "place": f"demo-{rank}", "updated": updated, "digest": f"demo-{rank}"}
            self.say(by, streams, listing.import_place, details=partner.details, **told)
        else:
            self.say(by, streams, listing.list_partner, details=partner.details)
        offered: dict[str, UUID] = {}
        for label, kind, proposals in partner.offers:
            offer = self.sim.log.new_id()
            terms = OfferTerms(label=label, kind=kind, proposals=proposals, bring=BRINGS.get(kind, ""))
            self.say(by, streams, listing.list_offer, offer=offer, terms=terms)
            offered |= dict.fromkeys(proposals, offer)
        for name in partner.names:
            self.say(by, streams, listing.attach_name, name=name)
        for details in partner.contacts:
            contact = self.sim.log.new_id()
            self.people = {**self.people, details.name: contact}
            self.say(by, {"contact": contact}, contacts.name_contact, partner=stream, details=details)
        return stream, offered

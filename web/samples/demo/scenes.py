"""Scenes that any demonstration may play, each once; and the partners of its territory, all invented."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from msgspec import Struct

from pixflow.decision import Decision
from pixflow.dossier import follow_up
from pixflow.events.values import ContactDetails, OfferKind, OfferTerms, Partner, PartnerDetails
from pixflow.open_data.communes import communes
from pixflow.partners import catalogue, contacts, listing
from pixflow.team import membership
from pixflow.team.staff import Absence
from web.samples import words
from web.samples.agenda import command
from web.samples.demo.cast import ScriptedCast
from web.samples.roster import Member, declare_absence, hire

WEEK = "Mo-Fr 09:00-12:00,13:30-17:00"
LEARN = "Maîtrise des outils numériques du quotidien"
HELP = "Aide aux démarches administratives"
Offered = tuple[str, OfferKind, tuple[str, ...]]


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


class Scenes(ScriptedCast):
    """Acts of a script, by name. `listed` are the partners of each name that referrals use, `people` those to call."""

    listed: Mapping[str, tuple[UUID, Mapping[str, UUID]]] = MappingProxyType({})
    people: Mapping[str, UUID] = MappingProxyType({})

    def note(self, name: str, decide: Decision[..., Any], **said: Any) -> None:
        """Notes a milestone of somebody, in the manager's name."""
        self.sim.execute([self.roster.note(self.roster.named(name), self.sim.today, decide, **said)])

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
            follow_up.snooze_task: {"reason": words.RESTING[0]},
            follow_up.hand_over_task: {"to": colleague, "note": words.HANDED[0]},
        }
        for (young, task), decide in zip(latest, said, strict=False):
            self.sim.execute([self.case(young, name).say(decide, task=task.key, until=until, **said[decide])])

    # --- partners

    def list_partners(self, territory: Mapping[str, Any], partners: Sequence[DemoPartner]) -> None:
        by, streams = self.company.referent, {"catalogue": self.opened.stream("catalogue")}
        self.say(by, streams, catalogue.state_territory, communes=(), **territory)
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

    def _list(self, by: str, one: DemoPartner, rank: int) -> tuple[UUID, Mapping[str, UUID]]:
        stream = self.sim.log.new_id()
        streams = {"partner": stream}
        if one.source:
            updated: date = self.sim.today - timedelta(days=one.age)
            told = {"source": one.source, "place": f"demo-{rank}", "updated": updated, "digest": f"demo-{rank}"}
            self.say(by, streams, listing.import_place, details=one.details, **told)
        else:
            self.say(by, streams, listing.list_partner, details=one.details)
        offered: dict[str, UUID] = {}
        for label, kind, proposals in one.offers:
            offer = self.sim.log.new_id()
            terms = OfferTerms(label=label, kind=kind, proposals=proposals)
            self.say(by, streams, listing.list_offer, offer=offer, terms=terms)
            offered |= dict.fromkeys(proposals, offer)
        for name in one.names:
            self.say(by, streams, listing.attach_name, name=name)
        for details in one.contacts:
            contact = self.sim.log.new_id()
            self.people = {**self.people, details.name: contact}
            self.say(by, {"contact": contact}, contacts.name_contact, partner=stream, details=details)
        return stream, offered

"""Partners of the demonstrations, all invented: listed on the first morning, with their offers."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from msgspec import Struct

from pixflow.events.values import ContactDetails, OfferKind, OfferTerms, Partner, PartnerDetails
from pixflow.open_data.communes import communes
from pixflow.partners import catalogue, contacts, listing
from pixflow.partners import listing as offers
from pixflow.partners import listing as places
from web.samples.demo.scenes import Scenes

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


class DemoTerritory(Struct, frozen=True):
    """Groupings by SIREN, kilometres around them, and the commune of each site."""

    groupings: tuple[str, ...]
    radius: int
    sites: Mapping[str, str]


def place(
    name: str, commune: str, point: tuple[float, float], *services: str,
    hours: str = WEEK, labels: tuple[str, ...] = (), email: str = "", phone: str = "", itinerant: bool = False,
    address: str = "1 place de la Mairie",
) -> PartnerDetails:  # fmt: skip
    there = communes()[commune]
    return PartnerDetails(
        name=name,
        commune=commune,
        town=there.name,
        postal_code=there.postal_codes[0],
        point=point,
        services=services,
        hours=hours,
        labels=labels,
        email=email,
        phone=phone,
        itinerant=itinerant,
        address=address,
    )


class PartnerScenes(Scenes):
    """Lists the partners of a story. `listed` are those of each name that referrals use, `people` those to call."""

    listed: Mapping[str, tuple[UUID, Mapping[str, UUID]]] = MappingProxyType({})
    people: Mapping[str, UUID] = MappingProxyType({})

    def list_partners(self, territory: DemoTerritory, partners: Sequence[DemoPartner]) -> None:
        by = self.company.referent
        self.say(
            by,
            {"catalogue": self.opened.stream("catalogue")},
            catalogue.state_territory,
            groupings=territory.groupings,
            communes=(),
            radius=territory.radius,
            sites=territory.sites,
        )
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
            self.say(by, streams, places.import_place, details=one.details, **told)
        else:
            self.say(by, streams, listing.list_partner, details=one.details)
        offered: dict[str, UUID] = {}
        for label, kind, proposals in one.offers:
            offer = self.sim.log.new_id()
            terms = OfferTerms(label=label, kind=kind, proposals=proposals)
            self.say(by, streams, offers.list_offer, offer=offer, terms=terms)
            offered |= dict.fromkeys(proposals, offer)
        for name in one.names:
            self.say(by, streams, listing.attach_name, name=name)
        for details in one.contacts:
            contact = self.sim.log.new_id()
            self.people = {**self.people, details.name: contact}
            self.say(by, {"contact": contact}, contacts.name_contact, partner=stream, details=details)
        return stream, offered

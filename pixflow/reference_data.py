"""What decisions and pages look up: the structure, its documents, its campaigns and its team."""

from datetime import date
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow import structure
from pixflow.events.base import Recorded
from pixflow.participation import campaign
from pixflow.participation.campaign import Campaign
from pixflow.protocol import publishing
from pixflow.protocol.document import ProtocolDocument, in_force
from pixflow.protocol.publishing import Grilles, NumberedGrille, Protocols
from pixflow.structure import Structure
from pixflow.team import staff
from pixflow.team.staff import Staff
from pixflow.working_days import Calendar

KINDS = frozenset({"structure", "protocol", "grille", "campaign", "staff"})


class References(Struct, frozen=True):
    structure: Structure = Structure()
    protocols: Protocols = Protocols()
    grilles: Grilles = Grilles()
    campaigns: dict[UUID, Campaign] = {}
    team: dict[UUID, Staff] = {}

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.structure.calendar, self.structure.zone)

    def protocol(self, day: date) -> ProtocolDocument:
        """The protocol in force on a day."""
        return in_force(self.protocols.published, day)

    def grille(self, day: date) -> NumberedGrille:
        """The grid in force on a day, with its number."""
        return in_force(self.grilles.published, day)


def evolve(refs: References, recorded: Recorded) -> References:
    """The references once this event has happened; events of other streams change nothing."""
    stream = recorded.originator_id
    match recorded.event.TOPIC.split(".", 1)[0]:
        case "structure":
            return replace(refs, structure=structure.evolve(refs.structure, recorded))
        case "protocol":
            return replace(refs, protocols=publishing.evolve_protocols(refs.protocols, recorded))
        case "grille":
            return replace(refs, grilles=publishing.evolve_grilles(refs.grilles, recorded))
        case "campaign":
            known = campaign.evolve(refs.campaigns.get(stream, Campaign()), recorded)
            return replace(refs, campaigns={**refs.campaigns, stream: known})
        case "staff":
            member = staff.evolve(refs.team.get(stream, Staff()), recorded)
            return replace(refs, team={**refs.team, stream: member})
    return refs

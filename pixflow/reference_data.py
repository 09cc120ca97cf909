"""Reference data for decisions and pages: the structure, its documents, its campaigns and its team."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import reduce
from threading import Lock
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow import structure
from pixflow.documents.definitions import Definitions
from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ProtocolDocument, in_force
from pixflow.events.base import Recorded, Unopened
from pixflow.participation import campaign
from pixflow.participation.campaign import Campaign
from pixflow.protocol import publishing
from pixflow.protocol.publishing import Grilles, IndicatorDocuments, Numbered, Protocols
from pixflow.structure import Structure
from pixflow.team import staff
from pixflow.team.staff import Staff
from pixflow.working_days import Calendar

KINDS = frozenset({"structure", "protocol", "grille", "indicators", "campaign", "staff"})


class References(Struct, frozen=True):
    """Reference data up to an event. `unopened`: streams that stay as they were before an event that does not open."""

    structure: Structure = Structure()
    protocols: Protocols = Protocols()
    grilles: Grilles = Grilles()
    indicators: IndicatorDocuments = IndicatorDocuments()
    campaigns: dict[UUID, Campaign] = {}
    team: dict[UUID, Staff] = {}
    unopened: frozenset[UUID] = frozenset()

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.structure.calendar, self.structure.zone)

    def colleague(self, id: UUID | None) -> Staff | None:
        """Returns a member of the team, of today or before; None for nobody."""
        return self.team.get(id) if id else None

    def protocol(self, day: date) -> ProtocolDocument:
        """Returns the protocol in force on a day."""
        return in_force(self.protocols.published, day)

    def grille(self, day: date) -> Numbered[Grille]:
        """Returns the grid in force on a day, with its number."""
        return in_force(self.grilles.published, day)

    def definitions(self, day: date) -> Numbered[Definitions]:
        """Returns the definitions of the indicators in force on a day, with their number."""
        return self.indicators.on(day)


def evolve(refs: References, recorded: Recorded) -> References:
    """Returns the references after one more event. Events of other streams change nothing.

    What follows an event that does not open is left out. A member of the team loses every role then.
    """
    stream = recorded.originator_id
    if stream in refs.unopened:
        return refs
    if isinstance(recorded.event, Unopened):
        refs = replace(refs, unopened=refs.unopened | {stream})
        member = refs.team.get(stream)
        return replace(refs, team={**refs.team, stream: replace(member, roles=frozenset())}) if member else refs
    match recorded.event.TOPIC.split(".", 1)[0]:
        case "structure":
            return replace(refs, structure=structure.evolve(refs.structure, recorded))
        case "protocol":
            return replace(refs, protocols=publishing.evolve(refs.protocols, recorded))
        case "grille":
            return replace(refs, grilles=publishing.evolve(refs.grilles, recorded))
        case "indicators":
            return replace(refs, indicators=publishing.evolve(refs.indicators, recorded))
        case "campaign":
            known = campaign.evolve(refs.campaigns.get(stream, Campaign()), recorded)
            return replace(refs, campaigns={**refs.campaigns, stream: known})
        case "staff":
            person = staff.evolve(refs.team.get(stream, Staff()), recorded)
            return replace(refs, team={**refs.team, stream: person})
    return refs


class ReferenceCache:
    """A thread-safe cache of one structure's references, updated from the last position read.

    `head` gives the last position of the store, `read` the events of references between two positions.
    """

    def __init__(self, head: Callable[[], int], read: Callable[[int, int], Iterable[Recorded]]) -> None:
        self._head = head
        self._read = read
        self._references = References()
        self._events: list[Recorded] = []
        self._position = 0
        self._lock = Lock()

    def latest(self, head: int | None = None) -> tuple[References, int]:
        """Returns the references up to the last event, and its position: `head`, for who has just looked."""
        with self._lock:
            head = self._head() if head is None else head
            if head > self._position:
                for recorded in self._read(self._position, head):
                    self._references = evolve(self._references, recorded)
                    self._events.append(recorded)
                self._position = head
            return self._references, head

    def at(self, position: int) -> References:
        """Returns the references as they stood at an earlier position."""
        if position > self._position:
            self.latest()
        with self._lock:
            latest, events = self._references, self._events
        if not events or events[-1].position <= position:
            return latest
        known = events[: bisect_right(events, position, key=lambda recorded: recorded.position)]
        return reduce(evolve, known, References())

    def without(self, ignored: Callable[[Recorded], bool]) -> References:
        """Returns the references up to the last event that was read, as they stand without some events."""
        with self._lock:
            latest, events = self._references, self._events
        kept = [recorded for recorded in events if not ignored(recorded)]
        return reduce(evolve, kept, References()) if len(kept) < len(events) else latest

    def skip(self, recorded: Sequence[Recorded], positions: Sequence[int]) -> None:
        """Moves past events just recorded, when they directly follow and change no reference."""
        with self._lock:
            follows = positions[0] == self._position + 1
            if follows and not any(one.event.TOPIC.split(".", 1)[0] in KINDS for one in recorded):
                self._position = positions[-1]

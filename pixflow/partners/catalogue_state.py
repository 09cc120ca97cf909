"""The state of the catalogue: the files received, the places set aside, the territory, the outlines."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from pixflow.events.base import Recorded
from pixflow.events.territory import partner as e
from pixflow.folding import fold as fold_events
from pixflow.partners.state import place_key


class Territory(Struct, frozen=True):
    """Groupings by SIREN, communes by code, kilometres around them, and the commune of each site."""

    groupings: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    radius: int = 0
    sites: dict[str, str] = {}

    @property
    def is_stated(self) -> bool:
        return bool(self.groupings or self.communes)


class Received(Struct, frozen=True):
    """The last file of a kind: its digest and its day."""

    digest: str
    on: date


class Catalogue(Struct, frozen=True):
    """The state of the catalogue. `aside` are the places set aside, by key, each with the reason."""

    version: int = 0
    territory: Territory = Territory()
    received: dict[str, Received] = {}
    aside: dict[str, str] = {}
    tables: dict[str, dict[str, str]] = {}
    credit: str = ""
    outlines: dict[str, str] = {}


def fold(events: Sequence[Recorded]) -> Catalogue:
    return fold_events(Catalogue(), evolve, events)


def evolve(state: Catalogue, recorded: Recorded) -> Catalogue:
    event = recorded.event
    state = replace(state, version=recorded.originator_version)
    match event:
        case e.CatalogueReceived():
            return replace(state, received={**state.received, event.kind: Received(event.digest, event.on)})
        case e.PlaceSetAside():
            return replace(state, aside={**state.aside, place_key(event.source, event.place): event.reason})
        case e.PlaceReclaimed():
            key = place_key(event.source, event.place)
            return replace(state, aside={one: reason for one, reason in state.aside.items() if one != key})
        case e.TerritoryStated():
            territory = Territory(event.groupings, event.communes, event.radius, dict(event.sites))
            return replace(state, territory=territory)
        case e.TableMapped():
            return replace(state, tables={**state.tables, event.header: dict(event.columns)})
        case e.OutlinesReceived():
            return replace(state, credit=event.credit, outlines=dict(event.outlines))
    return state

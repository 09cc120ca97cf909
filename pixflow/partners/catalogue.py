"""Decisions on the catalogue: files of places, places set aside, territory, tables, outlines."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from pixflow.actor import OPERATOR
from pixflow.decision import REFERENT_AND_MANAGER, decision
from pixflow.events import partner as e
from pixflow.events.base import Event
from pixflow.partners.state import Catalogue, Territory, place_key
from pixflow.refused import Refused, required

FARTHEST = 100
"""Kilometres: beyond, a place is no neighbour."""


@decision("receive_catalogue", REFERENT_AND_MANAGER)
def receive_catalogue(
    catalogue: Catalogue, *, digest: str, kind: str, counts: Mapping[str, int], on: date
) -> list[Event]:
    """Records a file of places. A file that tells nothing new records nothing."""
    if catalogue.received.get(kind) == digest and not any(counts[name] for name in ("new", "changed", "gone")):
        return []
    return [e.CatalogueReceived(digest=digest, kind=kind, **counts, on=on)]


@decision("set_place_aside", REFERENT_AND_MANAGER)
def set_place_aside(
    catalogue: Catalogue, *, places: Collection[tuple[str, str]], reason: e.AsideReason, on: date
) -> list[Event]:
    """Sets places aside, each by its source and its id: they are not proposed again."""
    new = [(source, place) for source, place in places if place_key(source, place) not in catalogue.aside]
    return [e.PlaceSetAside(source=source, place=place, reason=reason, on=on) for source, place in new]


@decision("reclaim_place", REFERENT_AND_MANAGER)
def reclaim_place(catalogue: Catalogue, *, source: str, place: str, on: date) -> list[Event]:
    """Takes back a place set aside: the next import proposes it."""
    if place_key(source, place) not in catalogue.aside:
        return []
    return [e.PlaceReclaimed(source=source, place=place, on=on)]


@decision("state_territory", REFERENT_AND_MANAGER, system=(OPERATOR,))
def state_territory(
    catalogue: Catalogue,
    *,
    groupings: Sequence[str],
    communes: Sequence[str],
    radius: int,
    sites: Mapping[str, str],
    on: date,
) -> list[Event]:
    """States the territory: at least a grouping or a commune. Raises Refused("required"), ("bad-radius")."""
    if not groupings and not communes:
        raise Refused("required", field="groupings")
    if not 0 <= radius <= FARTHEST:
        raise Refused("bad-radius", field="radius", high=FARTHEST)
    wanted = Territory(tuple(sorted(set(groupings))), tuple(sorted(set(communes))), radius, dict(sorted(sites.items())))
    if wanted == catalogue.territory:
        return []
    return [
        e.TerritoryStated(
            groupings=wanted.groupings,
            communes=wanted.communes,
            radius=radius,
            sites=tuple(wanted.sites.items()),
            on=on,
        )
    ]


@decision("map_table", REFERENT_AND_MANAGER)
def map_table(catalogue: Catalogue, *, header: str, columns: Mapping[str, str], on: date) -> list[Event]:
    """Remembers the columns of an unknown table, by a digest of its headers. One of them is the name."""
    if "nom" not in columns.values():
        raise Refused("required", field="nom")
    if catalogue.tables.get(header) == dict(columns):
        return []
    return [e.TableMapped(header=header, columns=tuple(sorted(columns.items())), on=on)]


@decision("receive_outlines", REFERENT_AND_MANAGER, system=(OPERATOR,))
def receive_outlines(catalogue: Catalogue, *, credit: str, outlines: Mapping[str, str], on: date) -> list[Event]:
    """Replaces the outlines of communes. `credit` names their producer, on every map."""
    credit = required(credit, "credit")
    if not outlines:
        raise Refused("required", field="outlines")
    if (catalogue.credit, catalogue.outlines) == (credit, dict(outlines)):
        return []
    return [e.OutlinesReceived(credit=credit, outlines=tuple(sorted(outlines.items())), on=on)]

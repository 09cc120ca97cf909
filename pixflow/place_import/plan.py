"""Compares a file of places with the partners of a structure."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct

from pixflow.events.values import PartnerDetails
from pixflow.identity import normalise
from pixflow.open_data.duplicates import Likeness, duplicates
from pixflow.open_data.place import Place, PlaceFile, Point
from pixflow.partners.catalogue_state import Territory
from pixflow.partners.state import PartnerState, place_key
from pixflow.place_import.territory import inside

SERVICES = "data-inclusion-services"


class KnownPlace(Struct, frozen=True):
    """A place that is a partner: its stream, and the last word of its source."""

    stream: UUID
    source: str
    place: str
    digest: str
    gone: bool


def partner_places(stream: UUID, partner: PartnerState) -> list[KnownPlace]:
    """Returns the places that a partner comes from."""
    told = partner.sources.values()
    return [KnownPlace(stream, one.source, one.place, one.digest, one.gone is not None) for one in told]


class KnownPartner(Struct, frozen=True):
    """A listed partner, to look for the same place twice."""

    stream: UUID
    details: PartnerDetails
    offers: frozenset[UUID] = frozenset()


class TwicePlace(Struct, frozen=True):
    """Two files that may be of one place: the place of the file, the other name, and the reasons."""

    place: Place
    other: str
    likeness: Likeness


class PlacePlan(Struct, frozen=True):
    """Changes that a file would make. `services` are services of listed structures, with their partner."""

    kind: str
    digest: str
    new: tuple[Place, ...] = ()
    changed: tuple[tuple[Place, UUID], ...] = ()
    unchanged: int = 0
    gone: tuple[KnownPlace, ...] = ()
    aside: int = 0
    outside: int = 0
    refused: int = 0
    services: tuple[tuple[Place, UUID], ...] = ()
    twice: tuple[TwicePlace, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new),
            "changed": len(self.changed) + len(self.services),
            "unchanged": self.unchanged,
            "gone": len(self.gone),
            "aside": self.aside,
            "outside": self.outside,
            "refused": self.refused,
        }

    @property
    def tells(self) -> bool:
        """Tells if the file has something to record."""
        return bool(self.new or self.changed or self.gone or self.services)


def plan(
    file: PlaceFile,
    data: bytes,
    territory: Territory,
    known: Iterable[KnownPlace],
    partners: Collection[KnownPartner] = (),
    aside: Collection[str] = (),
    middles: Mapping[str, Point] | None = None,
) -> PlacePlan:
    """Returns what this file would change. `known` are the places of its sources, `aside` the keys set aside."""
    by_key = {place_key(one.source, one.place): one for one in known}
    here = inside(file.places, territory, middles)
    outside = len(file.places) - len(here)
    refused = len({one.line for one in file.problems if one.severity == "refused" and one.line})
    digest = hashlib.sha256(data).hexdigest()
    kind = file.kind or "table"
    if kind == SERVICES:
        offered = [(one, by_key[key].stream) for one in here if (key := place_key(one.source, one.structure)) in by_key]
        listed = frozenset[UUID]().union(*(one.offers for one in partners))
        fresh = tuple((one, stream) for one, stream in offered if offer_id(stream, one) not in listed)
        lost, same = outside + len(here) - len(offered), len(offered) - len(fresh)
        return PlacePlan(kind, digest, services=fresh, unchanged=same, outside=lost, refused=refused)
    kept = [one for one in here if key_of(one) not in aside]
    new = tuple(one for one in kept if key_of(one) not in by_key)
    met = [(one, by_key[key_of(one)]) for one in kept if key_of(one) in by_key]
    changed = tuple((one, there.stream) for one, there in met if there.gone or there.digest != digest_of(one))
    return PlacePlan(
        kind,
        digest,
        new=new,
        changed=changed,
        unchanged=len(met) - len(changed),
        gone=tuple(_gone(by_key.values(), file.places)),
        aside=len(here) - len(kept),
        outside=outside,
        refused=refused,
        twice=tuple(_twice(new, partners)),
    )


def sources_of(file: PlaceFile) -> set[str]:
    return {one.source for one in file.places}


def id_of(place: Place) -> str:
    """Returns the id of a place in its source; without one, a digest of its name and address."""
    if place.id:
        return place.id
    text = "|".join((normalise(place.name), place.insee or normalise(place.commune), normalise(place.address)))
    return f"~{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def offer_id(partner: UUID, service: Place) -> UUID:
    """Returns the id of the offer that a service becomes."""
    return uuid5(partner, id_of(service))


def key_of(place: Place) -> str:
    return place_key(place.source, id_of(place))


def digest_of(place: Place) -> str:
    """Returns a digest of what a source says of a place, its date included."""
    content = msgspec.json.encode((details_of(place), place.updated), order="deterministic")
    return hashlib.sha256(content).hexdigest()[:32]


def details_of(place: Place) -> PartnerDetails:
    """Returns the file of a partner from a place."""
    named = {"commune": place.insee or "", "town": place.commune, "postal_code": place.postal_code or ""}
    return PartnerDetails(
        name=place.name,
        kinds=place.kinds,
        siret=place.siret or "",
        address=place.address,
        complement=place.complement,
        point=place.point,
        phone=place.phone,
        email=place.email,
        website=place.website,
        booking=place.booking,
        hours=place.hours,
        summary=place.summary,
        services=place.services,
        thematics=place.thematics,
        audiences=place.audiences,
        special_care=place.special_care,
        fees=place.fees,
        labels=place.labels,
        networks=place.networks,
        access=place.access,
        support=place.support,
        itinerant=place.itinerant,
        **named,
    )


def place_of(details: PartnerDetails, id: str = "", updated: date | None = None) -> Place:
    """Returns a partner's file as a place, to compare it or to export it."""
    return Place(
        line=0,
        source="pixflow",
        id=id,
        name=details.name,
        commune=details.town,
        insee=details.commune or None,
        postal_code=details.postal_code or None,
        address=details.address,
        point=details.point,
        siret=details.siret or None,
        phone=details.phone,
        updated=updated,
    )


def _gone(known: Iterable[KnownPlace], places: Iterable[Place]) -> Iterable[KnownPlace]:
    """Yields the places of the file's sources that it no longer has, anywhere."""
    there = {key_of(one) for one in places}
    return (one for one in known if not one.gone and place_key(one.source, one.place) not in there)


def _twice(new: Collection[Place], partners: Collection[KnownPartner]) -> Iterable[TwicePlace]:
    """Yields the new places that look like another one, of the file or listed."""
    listed = {str(one.stream): one.details.name for one in partners}
    fresh = {id(one) for one in new}
    for pair in duplicates([*new, *(place_of(one.details, str(one.stream)) for one in partners)]):
        one, other = (pair.one, pair.other) if id(pair.one) in fresh else (pair.other, pair.one)
        if id(one) in fresh:
            yield TwicePlace(one, listed.get(other.id, other.name), pair)

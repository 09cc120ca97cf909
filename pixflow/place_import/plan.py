"""Compares a file of places with the partners of a structure."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.identity import normalise
from pixflow.open_data.duplicates import Likeness, duplicates
from pixflow.open_data.place import Place, PlaceFile, PlaceProblem, Point, texts
from pixflow.partners.state import Territory, place_key, terms_of_service
from pixflow.place_import.territory import select_inside, unplaced

LONGEST = 200
"""Characters of an id and of a source, which an index holds."""
TABLE = "table-"
SOURCES = {"mednum-1.0": "mednum", "mednum-0.1": "mednum"}
"""The source of a place that names none, by the kind of its file; "data-inclusion" for the others."""


def identified(file: PlaceFile) -> PlaceFile:
    """Returns the file with a source for each place. Refuses a place whose id, or name and address, came before."""
    named = [replace(one, source=one.source[:LONGEST] or _source(file)) for one in file.places]
    places: dict[str, Place] = {}
    for one in named:
        places.setdefault(key_of(one), one)
    twice = [one for one in named if places[key_of(one)] is not one]
    refused = [PlaceProblem("refused", one.line, "id-twice", texts({"id": one.id or one.name})) for one in twice]
    return replace(file, places=tuple(places.values()), problems=(*file.problems, *refused))


def header_of(file: PlaceFile) -> str:
    """Returns a digest of the headers of a table: its mapping is remembered by it."""
    return hashlib.sha256("\x1f".join(sorted(file.columns)).encode(errors="replace")).hexdigest()[:32]


def id_of(place: Place) -> str:
    """Returns the id of a place in its source; without one, a digest of its name and address."""
    if place.id:
        return bounded(place.id)
    text = "|".join((normalise(place.name), place.insee or normalise(place.commune), normalise(place.address)))
    return _digest(text)


def bounded(id: str) -> str:
    """Returns an id, or a digest of one that is too long for an index."""
    return id if len(id) <= LONGEST else _digest(id)


def key_of(place: Place) -> str:
    return place_key(place.source, id_of(place))


def _source(file: PlaceFile) -> str:
    if file.kind == "table":
        return f"{TABLE}{header_of(file)[:8]}"
    return SOURCES.get(file.kind or "", "data-inclusion")


def _digest(text: str) -> str:
    return f"~{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:20]}"


SERVICES = "data-inclusion-services"
FEW = 5
"""Places that may go from a source without a doubt about the file."""
MOST = 5
"""Places that one may be the same as: more would be no choice."""


class KnownPlace(Struct, frozen=True):
    """A place that is a partner: its stream, and the last word of its source."""

    stream: UUID
    source: str
    place: str
    digest: str
    gone: bool


class KnownPartner(Struct, frozen=True):
    """A listed partner, to look for the same place twice. `offers` are all that it ever had, `terms` the open ones."""

    stream: UUID
    details: PartnerDetails
    offers: frozenset[UUID] = frozenset()
    terms: tuple[OfferTerms, ...] = ()


class TwicePlace(Struct, frozen=True):
    """Two files that may be of one place: the place of the file, the other name, and the reasons.

    The other one is the listed partner `stream`, else a place that comes before in the file, `before`.
    """

    place: Place
    other: str
    likeness: Likeness
    stream: UUID | None = None
    before: Place | None = None


class DoubtfulPlace(Struct, frozen=True):
    """A new place that somebody should look at: it is like others, or its commune is not known."""

    place: Place
    alike: tuple[TwicePlace, ...] = ()


class PlacePlan(Struct, frozen=True):
    """Changes that a file would make. `services` are services of listed structures, with their partner; `unlisted`
    counts those of the others.

    `new` has the places that look like another one too; not those of an unknown commune, which are `unplaced` and
    counted as outside.
    """

    kind: str
    digest: str
    new: tuple[Place, ...] = ()
    changed: tuple[tuple[Place, UUID], ...] = ()
    unchanged: int = 0
    gone: tuple[KnownPlace, ...] = ()
    known: int = 0
    aside: tuple[Place, ...] = ()
    outside: tuple[Place, ...] = ()
    unplaced: tuple[Place, ...] = ()
    refused: int = 0
    services: tuple[tuple[Place, UUID], ...] = ()
    unlisted: int = 0
    twice: tuple[TwicePlace, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new),
            "changed": len(self.changed) + len(self.services),
            "unchanged": self.unchanged,
            "gone": len(self.gone),
            "aside": len(self.aside),
            "outside": len(self.outside),
            "refused": self.refused,
        }

    @property
    def numbers(self) -> dict[str, int]:
        """The number of every row of the file, and of the places that are gone."""
        return self.counts | {"unlisted": self.unlisted}

    @property
    def tells(self) -> bool:
        """Tells if the file has something to record."""
        return bool(self.new or self.changed or self.gone or self.services)

    @property
    def doubtful(self) -> tuple[DoubtfulPlace, ...]:
        """The places to look at, in the order of the file."""
        alike: dict[int, list[TwicePlace]] = {}
        for pair in self.twice:
            alike.setdefault(pair.place.line, []).append(pair)
        met = [DoubtfulPlace(pairs[0].place, tuple(pairs)) for pairs in alike.values()]
        return tuple(sorted([*met, *map(DoubtfulPlace, self.unplaced)], key=lambda one: one.place.line))

    @property
    def loses_much(self) -> bool:
        """Tells if the file may be cut or filtered: rows are refused, or more than a tenth of the places is gone."""
        many = len(self.gone) >= FEW and len(self.gone) * 10 > self.known
        return bool(self.gone) and (bool(self.refused) or many)


def plan(
    file: PlaceFile,
    data: bytes,
    territory: Territory,
    source_places: Iterable[KnownPlace],
    partners: Collection[KnownPartner] = (),
    aside: Collection[str] = (),
    middles: Mapping[str, Point] | None = None,
    own: str = "",
) -> PlacePlan:
    """Returns what this file would change. `source_places` are the places of its sources, `aside` the keys set aside.

    Places of the source `own` come from an export of the structure: they tell it nothing.
    """
    ours = sum(one.source == own for one in file.places)
    file = replace(file, places=tuple(one for one in file.places if one.source != own))
    by_key = {place_key(one.source, one.place): one for one in source_places}
    here = select_inside(file.places, territory, middles)
    lines = {one.line for one in here}
    outside = tuple(one for one in file.places if one.line not in lines)
    refused = len({one.line for one in file.problems if one.severity == "refused" and one.line})
    digest = hashlib.sha256(data).hexdigest()
    kind = file.kind or "table"
    if kind == SERVICES:
        return replace(_services(here, by_key, partners), digest=digest, refused=refused, outside=outside)
    kept = [one for one in here if key_of(one) not in aside]
    new = tuple(one for one in kept if key_of(one) not in by_key)
    met = [(one, by_key[key_of(one)]) for one in kept if key_of(one) in by_key]
    changed = tuple((one, there.stream) for one, there in met if there.gone or there.digest != digest_of(one))
    near, everywhere = unplaced(outside, territory), set(map(key_of, file.places))
    return PlacePlan(
        kind,
        digest,
        new=new,
        changed=changed,
        unchanged=len(met) - len(changed) + ours,
        gone=tuple(one for key, one in by_key.items() if not one.gone and key not in everywhere),
        known=sum(not one.gone for one in by_key.values()),
        aside=tuple(one for one in here if key_of(one) in aside),
        outside=outside,
        unplaced=tuple(one for one in near if key_of(one) not in aside and key_of(one) not in by_key),
        refused=refused,
        twice=tuple(_find_duplicates(new, partners)),
    )


def _services(here: Iterable[Place], by_key: Mapping[str, KnownPlace], partners: Collection[KnownPartner]) -> PlacePlan:
    """Returns the services that listed partners do not offer yet. Those that they do count as unchanged."""
    listed = {one.stream: one for one in partners}
    unlisted, unchanged, fresh = 0, 0, []
    terms = {stream: set(one.terms) for stream, one in listed.items()}
    for service in here:
        there = by_key.get(place_key(service.source, bounded(service.structure)))
        if there is None or there.stream not in listed:
            unlisted += 1
            continue
        wanted = terms_of_service(service.name, service.thematics, service.kinds)
        if offer_id(there.stream, service) in listed[there.stream].offers or wanted in terms[there.stream]:
            unchanged += 1
        else:
            terms[there.stream].add(wanted)
            fresh.append((service, there.stream))
    return PlacePlan(SERVICES, "", services=tuple(fresh), unchanged=unchanged, unlisted=unlisted)


def offer_id(partner: UUID, service: Place) -> UUID:
    """Returns the id of the offer that a service becomes."""
    return uuid5(partner, id_of(service))


def digest_of(place: Place) -> str:
    """Returns a digest of what a source says of a place, its date included."""
    content = msgspec.json.encode((details_of(place), place.updated), order="deterministic")
    return hashlib.sha256(content).hexdigest()[:32]


_ALIKE = {one.name for one in fields(PartnerDetails)} & set(Place.__struct_fields__) - {"commune", "postal_code"}


def details_of(place: Place) -> PartnerDetails:
    """Returns the file of a partner from a place."""
    named = {"commune": place.insee or "", "town": place.commune, "postal_code": place.postal_code or ""}
    alike = {name: getattr(place, name) for name in _ALIKE}
    return PartnerDetails(**alike | named | {"siret": place.siret or ""})


def place_of(details: PartnerDetails, id: str) -> Place:
    """Returns what a partner's file has of a place, to compare it with others."""
    return Place(
        line=0,
        id=id,
        name=details.name,
        commune=details.town,
        insee=details.commune or None,
        postal_code=details.postal_code or None,
        address=details.address,
        point=details.point,
        siret=details.siret or None,
        phone=details.phone,
        email=details.email,
    )


def _find_duplicates(new: Sequence[Place], partners: Collection[KnownPartner]) -> Iterable[TwicePlace]:
    """Yields the new places that look like a listed partner, or like a place that comes before in the file.

    The surest come first; of many for one place, MOST are kept.
    """
    fresh = {id(one) for one in new}
    met = Counter[int]()
    for pair in duplicates(new, (place_of(one.details, str(one.stream)) for one in partners)):
        first, last = sorted((pair.one, pair.other), key=lambda one: (id(one) in fresh, one.line))
        met[last.line] += 1
        if met[last.line] > MOST:
            continue
        if id(first) in fresh:
            yield TwicePlace(last, first.name, pair, before=first)
        else:
            yield TwicePlace(last, first.name, pair, stream=UUID(first.id))

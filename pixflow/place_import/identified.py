"""Gives each place of a file a source and an id that stay the same in the next file."""

import hashlib
from collections.abc import Iterator

from msgspec.structs import replace

from pixflow.identity import normalise
from pixflow.open_data.place import Place, PlaceFile, PlaceProblem, texts
from pixflow.partners.state import place_key

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


def keys_of(file: PlaceFile) -> Iterator[str]:
    return map(key_of, file.places)


def _source(file: PlaceFile) -> str:
    if file.kind == "table":
        return f"{TABLE}{header_of(file)[:8]}"
    return SOURCES.get(file.kind or "", "data-inclusion")


def _digest(text: str) -> str:
    return f"~{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:20]}"

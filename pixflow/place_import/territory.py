"""Tells which places are in the territory of a structure, and how far they are from a site."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from pixflow.identity import normalise
from pixflow.open_data.communes import communes, groupings
from pixflow.open_data.place import Place, Point, kilometres
from pixflow.partners.state import Territory
from pixflow.refused import Refused


def stated_or_guessed(territory: Territory, sites: Iterable[str]) -> Territory:
    """Returns the territory; when it is not stated, the groupings of the communes that bear the name of a site."""
    named = {site: code for site in sites if (code := unique_commune(normalise(site)))}
    if not territory.is_stated:
        groupings = {communes()[code].epci for code in named.values()} - {""}
        alone = {code for code in named.values() if not communes()[code].epci}
        return Territory(tuple(sorted(groupings)), tuple(sorted(alone)), territory.radius, named)
    return Territory(territory.groupings, territory.communes, territory.radius, {**named, **territory.sites})


def codes_of(territory: Territory) -> frozenset[str]:
    """Returns the codes of the communes of a territory, without those around."""
    groupings = set(territory.groupings)
    return frozenset({code for code, one in communes().items() if one.epci in groupings} | set(territory.communes))


def inside(places: Iterable[Place], territory: Territory, middles: Mapping[str, Point] | None = None) -> list[Place]:
    """Returns the places of the territory, and those that are so many kilometres around it.

    `middles` are the middles of communes, where outlines are known; elsewhere those of the places.
    """
    everywhere, codes = list(places), codes_of(territory)
    near = [one for one in everywhere if one.insee in codes]
    if not territory.radius:
        return near
    centres = [point for code, point in {**middles_of(near), **(middles or {})}.items() if code in codes]
    return [one for one in everywhere if one.insee in codes or _is_around(one, centres, territory.radius)]


def unplaced(places: Iterable[Place], territory: Territory) -> list[Place]:
    """Returns the places of no known commune that have a postal code of the territory, or a name of it without one."""
    here = [communes()[code] for code in codes_of(territory) & communes().keys()]
    postal_codes = {postal_code for one in here for postal_code in one.postal_codes}
    names = {normalise(one.name) for one in here}
    unknown = (one for one in places if one.insee is None)
    return [
        one
        for one in unknown
        if (one.postal_code in postal_codes if one.postal_code else normalise(one.commune) in names)
    ]


def middles_of(places: Iterable[Place]) -> dict[str, Point]:
    """Returns the middle of the places of each commune."""
    points: defaultdict[str, list[Point]] = defaultdict(list)
    for one in places:
        if one.insee and one.point:
            points[one.insee].append(one.point)
    return {code: middle(found) for code, found in points.items()}


def middle(points: Iterable[Point]) -> Point:
    found = list(points)
    return sum(north for north, _ in found) / len(found), sum(east for _, east in found) / len(found)


def siren_of(text: str) -> str:
    """Returns the SIREN of a grouping, by its SIREN or its name. Raises Refused("unknown-grouping")."""
    if text in groupings():
        return text
    found = [siren for siren, name in groupings().items() if normalise(name) == normalise(text)]
    if len(found) != 1:
        raise Refused("unknown-grouping", field="groupings", value=text)
    return found[0]


def commune_of(code: str) -> str:
    """Returns the code of a commune. Raises Refused("unknown-commune")."""
    if code not in communes():
        raise Refused("unknown-commune", field="communes", value=code)
    return code


def _is_around(place: Place, centres: Iterable[Point], radius: int) -> bool:
    point = place.point
    return point is not None and any(kilometres(point, centre) <= radius for centre in centres)


@cache
def unique_commune(name: str) -> str | None:
    """Returns the code of the only commune of a normalised name."""
    found = [code for code, one in communes().items() if normalise(one.name) == name]
    return found[0] if len(found) == 1 else None

"""The territory of a structure: which places are in it, and how people type it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from msgspec import Struct

from pixflow.identity import normalise
from pixflow.open_data.communes import code_of, communes, department_of, groupings, unique
from pixflow.open_data.locations import kilometres
from pixflow.open_data.place import Place, Point
from pixflow.partners.state import Territory
from pixflow.refused import Refused


def stated_or_guessed(territory: Territory, sites: Iterable[str]) -> Territory:
    """Returns the territory; when it is not stated, the groupings of the communes that bear the name of a site."""
    named = {site: code for site in sites if (code := unique(normalise(site)))}
    if not territory.is_stated:
        groupings = {communes()[code].epci for code in named.values()} - {""}
        alone = {code for code in named.values() if not communes()[code].epci}
        return Territory(tuple(sorted(groupings)), tuple(sorted(alone)), territory.radius, named)
    return Territory(territory.groupings, territory.communes, territory.radius, {**named, **territory.sites})


def codes_of(territory: Territory) -> frozenset[str]:
    """Returns the codes of the communes of a territory, without those around."""
    groupings = set(territory.groupings)
    return frozenset({code for code, one in communes().items() if one.epci in groupings} | set(territory.communes))


def select_inside(
    places: Iterable[Place], territory: Territory, middles: Mapping[str, Point] | None = None
) -> list[Place]:
    """Returns the places of the territory, and those that are so many kilometres around it.

    `middles` are the middles of communes, where outlines are known; elsewhere those of the places.
    """
    everywhere, codes = list(places), codes_of(territory)
    near = [one for one in everywhere if one.insee in codes]
    if not territory.radius:
        return near
    centres = [point for code, point in {**middles_of(near), **(middles or {})}.items() if code in codes]
    return [
        place
        for place in everywhere
        if place.insee in codes
        or (place.point and any(kilometres(place.point, centre) <= territory.radius for centre in centres))
    ]


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
    sirens = [siren for siren, name in groupings().items() if normalise(name) == normalise(text)]
    if len(sirens) != 1:
        raise Refused("unknown-grouping", field="groupings", value=text)
    return sirens[0]


def commune_of(code: str) -> str:
    """Returns the code of a commune. Raises Refused("unknown-commune")."""
    if code not in communes():
        raise Refused("unknown-commune", field="communes", value=code)
    return code


class TypedTerritory(Struct, frozen=True):
    """A territory as a form says it: groupings, whole departments, and other communes."""

    groupings: tuple[str, ...]
    departments: tuple[str, ...]
    communes: tuple[str, ...]


def as_typed(territory: Territory) -> TypedTerritory:
    """Returns the territory with its whole departments apart."""
    codes = set(territory.communes)
    whole = tuple(sorted({department_of(code) for code in codes if codes >= _of_department(department_of(code))}))
    left = tuple(code for code in territory.communes if department_of(code) not in whole)
    return TypedTerritory(territory.groupings, whole, left)


def parse_typed(groupings: Iterable[str], departments: Iterable[str], communes: Iterable[str]) -> TypedTerritory:
    """Returns the codes of what was typed. Raises Refused: unknown-grouping, unknown-department, unknown-commune."""
    sirens = dict.fromkeys(siren_of(one) for one in groupings)
    others = dict.fromkeys(_commune(one) for one in communes)
    return TypedTerritory(tuple(sirens), tuple(dict.fromkeys(map(_department, departments))), tuple(others))


def codes_of_typed(typed: TypedTerritory) -> list[str]:
    """Returns the communes of a territory, those of its departments included."""
    return sorted({*typed.communes, *(code for one in typed.departments for code in _of_department(one))})


def groupings_around(codes: Iterable[str], others: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Returns the groupings of the departments of these communes, and of these other groupings, by name."""
    other_sirens = set(others) & groupings().keys()
    departments = {department_of(code) for code in codes}
    departments |= {department_of(code) for code, one in communes().items() if one.epci in other_sirens}
    sirens = {one.epci for code, one in communes().items() if department_of(code) in departments} - {""} | other_sirens
    return sorted(((siren, groupings()[siren]) for siren in sirens), key=lambda one: normalise(one[1]))


def _commune(text: str) -> str:
    """Returns the code of a commune as people type it. Raises Refused("unknown-commune")."""
    try:
        return code_of(text)
    except ValueError:
        raise Refused("unknown-commune", field="communes", value=text.strip()) from None


def _department(text: str) -> str:
    text = text.strip().upper().zfill(2)
    if not _of_department(text):
        raise Refused("unknown-department", field="departments", value=text)
    return text


@cache
def _of_department(department: str) -> frozenset[str]:
    return frozenset(code for code in communes() if department_of(code) == department)

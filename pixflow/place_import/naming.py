"""Finds groupings, communes and departments by what people type, and says a territory in the same words."""

import re
from collections.abc import Iterable
from functools import cache

from msgspec import Struct

from pixflow.identity import normalise
from pixflow.open_data.communes import Commune, communes, department_of, find, groupings
from pixflow.partners.state import Territory
from pixflow.place_import.territory import siren_of, unique_commune
from pixflow.refused import Refused

_POSTAL_CODE = re.compile(r"(.*?)[\s(]*(\d{5})\)?")


class TypedTerritory(Struct, frozen=True):
    """A territory as a form says it: groupings, whole departments, and other communes."""

    groupings: tuple[str, ...]
    departments: tuple[str, ...]
    communes: tuple[str, ...]


def typed(territory: Territory) -> TypedTerritory:
    """Returns the territory with its whole departments apart."""
    codes = set(territory.communes)
    whole = tuple(sorted({department_of(code) for code in codes if codes >= _of_department(department_of(code))}))
    left = tuple(code for code in territory.communes if department_of(code) not in whole)
    return TypedTerritory(territory.groupings, whole, left)


def stated(groupings: Iterable[str], departments: Iterable[str], communes: Iterable[str]) -> TypedTerritory:
    """Returns the codes of what was typed. Raises Refused: unknown-grouping, unknown-department, unknown-commune."""
    sirens = dict.fromkeys(siren_of(one) for one in groupings)
    others = dict.fromkeys(_commune(one) for one in communes)
    return TypedTerritory(tuple(sirens), tuple(dict.fromkeys(map(_department, departments))), tuple(others))


def codes_of_typed(typed: TypedTerritory) -> list[str]:
    """Returns the communes of a territory, those of its departments included."""
    return sorted({*typed.communes, *(code for one in typed.departments for code in _of_department(one))})


def groupings_around(codes: Iterable[str], others: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Returns the groupings of the departments of these communes, and of these other groupings, by name."""
    known = set(others) & groupings().keys()
    departments = {department_of(code) for code in codes}
    departments |= {department_of(code) for code, one in communes().items() if one.epci in known}
    sirens = {one.epci for code, one in communes().items() if department_of(code) in departments} - {""} | known
    return sorted(((siren, groupings()[siren]) for siren in sirens), key=lambda one: normalise(one[1]))


def named(code: str) -> str:
    """Returns a commune as the form takes it: "L'Aigle 61300"."""
    found = communes().get(code)
    return f"{found.name} {' '.join(found.postal_codes[:1])}".strip() if found else code


def _commune(text: str) -> str:
    """Returns the code of a commune, by its code, its name, or its name and postal code."""
    text = text.strip()
    if text in communes():
        return text
    found: Commune | None = None
    if match := _POSTAL_CODE.fullmatch(text):
        found = find(match[1].strip(), match[2])
    code = found.code if found else unique_commune(normalise(text))
    if code is None:
        raise Refused("unknown-commune", field="communes", value=text)
    return code


def _department(text: str) -> str:
    text = text.strip().upper().zfill(2)
    if not _of_department(text):
        raise Refused("unknown-department", field="departments", value=text)
    return text


@cache
def _of_department(department: str) -> frozenset[str]:
    return frozenset(code for code in communes() if department_of(code) == department)

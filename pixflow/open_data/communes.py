"""Communes of France, their inhabitants and their groupings (EPCI), as INSEE's COG lists them.

The three files come from the npm package @etalab/decoupage-administratif 6.0.0 (MIT; COG: Licence Ouverte 2.0).
"""

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from msgspec import Struct

from pixflow.identity import normalise

_SHORT = re.compile(r"\bst(e?)\b")
_POSTAL_CODE = re.compile(r"\(?\b(\d{4,5})\b\)?")


class Commune(Struct, frozen=True):
    """A commune of today. `epci` is the SIREN of its grouping, "" without one; `population` its inhabitants."""

    code: str
    name: str
    postal_codes: tuple[str, ...]
    epci: str
    population: int


def department_of(code: str) -> str:
    """Returns the department of a commune's code or of a postal code: "61", "2A", "974"; "20" for Corsica by post."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


@cache
def communes() -> Mapping[str, Commune]:
    """Returns the communes of today and the arrondissements of Paris, Lyon and Marseille, by code."""
    return {
        row["code"]: Commune(
            row["code"], row["name"], tuple(row["postal_codes"].split()), row["epci"], int(row["population"] or 0)
        )
        for row in _rows("communes")
    }


@cache
def codes_of_today() -> Mapping[str, str]:
    """Returns the code of today of each commune that was merged."""
    return {row["code"]: row["now"] for row in _rows("former_communes")}


@cache
def groupings() -> Mapping[str, str]:
    """Returns the name of each EPCI, by its SIREN."""
    return {row["siren"]: row["name"] for row in _rows("intercommunalities")}


def find(name: str, postal_code: str) -> Commune | None:
    """Returns the one commune of this name, today's or a former one's, around a postal code; None when unsure."""
    found = _by_name().get((_plain(name), _area(department_of(postal_code))), ())
    served = [code for code in found if postal_code in communes()[code].postal_codes]
    known = set(served or found)
    return communes()[known.pop()] if len(known) == 1 else None


def find_by_name(name: str) -> Commune | None:
    """Returns the one commune of France of this name, today's or a former one's."""
    found = _by_name_alone().get(_plain(name), ())
    return communes()[next(iter(found))] if len(found) == 1 else None


def by_postal_code(postal_code: str) -> Commune | None:
    """Returns the commune that alone has a postal code."""
    found = _by_postal_code().get(postal_code, ())
    return found[0] if len(found) == 1 else None


@cache
def unique(name: str) -> str | None:
    """Returns the code of the only commune of today of a normalised name."""
    found = [code for code, one in communes().items() if normalise(one.name) == name]
    return found[0] if len(found) == 1 else None


def code_of(text: str) -> str:
    """Returns the code of a commune as people type it: its code, its name, its postal code, or the two.

    Raises ValueError for what is no commune, or several.
    """
    text = text.strip()
    if text in communes():
        return text
    postal_code = match[1].zfill(5) if (match := _POSTAL_CODE.search(text)) else ""
    name = _POSTAL_CODE.sub(" ", text).strip()
    if not postal_code:
        commune = communes().get(unique(normalise(name)) or "") or find_by_name(name)
    else:
        commune = find(name, postal_code) if name else by_postal_code(postal_code)
    if commune is None:
        raise ValueError("commune")
    return commune.code


def label(code: str) -> str:
    """Returns a commune as people type it: "L'Aigle 61300". It is read again as the same one."""
    found = communes().get(code)
    return f"{found.name} {' '.join(found.postal_codes[:1])}".strip() if found else code


@cache
def _by_name() -> Mapping[tuple[str, str], list[str]]:
    codes_by_name: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in (*_rows("communes"), *_rows("former_communes")):
        codes_by_name[_plain(row["name"]), _area(department_of(row["code"]))].append(row.get("now", row["code"]))
    return codes_by_name


@cache
def _by_name_alone() -> Mapping[str, set[str]]:
    codes_by_name: defaultdict[str, set[str]] = defaultdict(set)
    for (name, _), codes in _by_name().items():
        codes_by_name[name] |= set(codes)
    return codes_by_name


@cache
def _by_postal_code() -> Mapping[str, list[Commune]]:
    communes_by_postcode: defaultdict[str, list[Commune]] = defaultdict(list)
    for one in communes().values():
        for postal_code in one.postal_codes:
            communes_by_postcode[postal_code].append(one)
    return communes_by_postcode


def _area(department: str) -> str:
    """Returns a department; Corsica is one, as its postal codes do not tell which half."""
    return "20" if department in ("2A", "2B") else department


def _plain(name: str) -> str:
    return _SHORT.sub(r"saint\1", normalise(name)).removesuffix(" cedex")


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))

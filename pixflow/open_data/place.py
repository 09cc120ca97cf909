"""A place of an open data file, and a file whole, as plain values."""

from datetime import date
from typing import Literal

from msgspec import Struct

from pixflow.open_data.problems import PlaceProblem

Kind = Literal["mednum-1.0", "mednum-0.1", "data-inclusion-structures", "data-inclusion-services", "table"]
Point = tuple[float, float]
"""Latitude and longitude, in degrees (WGS 84)."""
Texts = tuple[str, ...]


class Place(Struct, frozen=True, kw_only=True):
    """One row, in the words of "lieux de médiation numérique" 1.0.2; `thematics` and `networks` are of data·inclusion.

    `line`: where the row starts, from 1; its rank in a JSON file. `id` is unique within `source`. `insee`, `commune`
    and `postal_code` are those of today (INSEE's COG) when it knows them. `point` is None when it is not to be drawn.
    `structure` is the id of the structure that offers a service of data·inclusion. `hours` are OSM's, or words.
    """

    line: int
    source: str = ""
    id: str = ""
    structure: str = ""
    name: str
    commune: str = ""
    insee: str | None = None
    postal_code: str | None = None
    address: str = ""
    complement: str = ""
    point: Point | None = None
    siret: str | None = None
    kinds: Texts = ()
    phone: str = ""
    email: str = ""
    website: str = ""
    booking: str = ""
    hours: str = ""
    summary: str = ""
    services: Texts = ()
    thematics: Texts = ()
    audiences: Texts = ()
    special_care: Texts = ()
    fees: Texts = ()
    labels: Texts = ()
    networks: Texts = ()
    access: Texts = ()
    support: Texts = ()
    itinerant: bool = False
    updated: date | None = None


class PlaceFile(Struct, frozen=True, kw_only=True):
    """A whole file; `places` is empty when it is refused. `columns` are its headers, for whoever maps them."""

    kind: Kind | None = None
    places: tuple[Place, ...] = ()
    problems: tuple[PlaceProblem, ...] = ()
    columns: Texts = ()

    @property
    def refused(self) -> bool:
        return any(one.severity == "refused" and one.line is None for one in self.problems)

    @property
    def asks_columns(self) -> bool:
        """Tells if the table could be read once somebody says which column is which."""
        return any(one.code == "unknown-columns" for one in self.problems)

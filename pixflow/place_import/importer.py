"""Reads, previews and records a file of places."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from typing import Any
from uuid import UUID

from msgspec import Struct

from pixflow.actor import Actor
from pixflow.engine import CommandResult, Engine
from pixflow.open_data import PlaceFile, read
from pixflow.partners.catalogue import map_table
from pixflow.partners.catalogue_state import Catalogue, Territory
from pixflow.place_import.plan import KnownPartner, KnownPlace, PlacePlan, plan, sources_of
from pixflow.place_import.steps import steps
from pixflow.place_import.territory import stated_or_guessed
from pixflow.refused import Refused
from pixflow.unit_of_work import Step

FindPlaces = Callable[[Set[str]], Iterable[KnownPlace]]
FindPartners = Callable[[], Collection[KnownPartner]]


class PreparedPlaces(Struct, frozen=True):
    """A file that was read. `plan` is None when it is refused. `territory` is stated, or guessed from the sites."""

    file: PlaceFile
    plan: PlacePlan | None
    territory: Territory

    @property
    def asks_columns(self) -> bool:
        """Tells if somebody may say which column is which."""
        return any(one.code == "unknown-columns" for one in self.file.problems)


class PlaceImporter:
    """The import of places into one structure. `known` and `partners` read the tables, up to the last event."""

    def __init__(self, engine: Engine, catalogue: UUID, known: FindPlaces, partners: FindPartners) -> None:
        self._engine, self._catalogue, self._known, self._partners = engine, catalogue, known, partners

    @property
    def catalogue(self) -> Catalogue:
        found: Catalogue = self._engine.state("catalogue", self._catalogue)
        return found

    @property
    def territory(self) -> Territory:
        """The territory, stated or guessed from the names of the sites."""
        return stated_or_guessed(self.catalogue.territory, self._engine.references().structure.sites)

    def prepare(self, data: bytes, mapping: Mapping[str, str] | None = None) -> PreparedPlaces:
        """Reads a file and plans its import. Records nothing. An unknown table has the columns remembered for it."""
        today = self._engine.references().calendar.local_day(self._engine.clock())
        catalogue = self.catalogue
        file = read(data, today, mapping=mapping)
        if file.refused and not mapping and (kept := catalogue.tables.get(header_of(file))):
            file = read(data, today, mapping=kept)
        territory = self.territory
        if file.refused:
            return PreparedPlaces(file, None, territory)
        known = self._known(sources_of(file))
        made = plan(file, data, territory, known, self._partners(), catalogue.aside.keys())
        return PreparedPlaces(file, made, territory)

    def record(
        self,
        prepared: PreparedPlaces,
        *,
        by: Actor,
        command_id: UUID,
        aside: Collection[str] = (),
        mapping: Mapping[str, str] | None = None,
        via: str = "web",
    ) -> CommandResult:
        """Records a plan as one command. `aside` are the keys of new places that are not kept.

        Raises Refused("places-refused") for a refused file, ("territory-missing") without a territory.
        """
        if prepared.plan is None:
            raise Refused("places-refused")
        if not prepared.territory.is_stated:
            raise Refused("territory-missing")
        taken = list(steps(prepared.plan, self._catalogue, aside))
        if mapping:
            mapped = {"header": header_of(prepared.file), "columns": dict(mapping)}
            taken.append(Step({"catalogue": self._catalogue}, map_table, context=mapped))
        content: tuple[Any, ...] = ("places", prepared.plan.digest, sorted(aside))
        return self._engine.execute_all(taken, content, by=by, command_id=command_id, via=via)


def header_of(file: PlaceFile) -> str:
    """Returns a digest of the headers of a table: its mapping is remembered by it."""
    return hashlib.sha256("\x1f".join(sorted(file.columns)).encode()).hexdigest()[:32]

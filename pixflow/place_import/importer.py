"""Reads, previews and records a file of places."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow.actor import Actor
from pixflow.engine import CommandResult, Engine
from pixflow.garbage import without_garbage_collection
from pixflow.open_data import PlaceFile
from pixflow.partners.catalogue import map_table
from pixflow.partners.state import Catalogue, Territory
from pixflow.place_import.export import own_source
from pixflow.place_import.outlines import middles
from pixflow.place_import.plan import KnownPartner, KnownPlace, PlacePlan, header_of, identified, plan
from pixflow.place_import.reading import read_places
from pixflow.place_import.steps import PlaceChoices, steps
from pixflow.place_import.territory import stated_or_guessed
from pixflow.refused import Refused
from pixflow.unit_of_work import Step
from pixflow.uploads import Uploads

FindPlaces = Callable[[Set[str]], Iterable[KnownPlace]]
FindPartners = Callable[[], Collection[KnownPartner]]
ReadPlaces = Callable[[bytes, Mapping[str, str] | None], PlaceFile]
EVERYTHING = PlaceChoices()


class PreparedPlaces(Struct, frozen=True):
    """A file that was read. `plan` is None when it is refused. `territory` is stated, or guessed from the sites.

    `mapping` are the columns of a table, chosen or remembered; `version` is that of the catalogue.
    """

    file: PlaceFile
    plan: PlacePlan | None
    territory: Territory
    mapping: Mapping[str, str] = {}
    version: int = 0


class KeptPlaces:
    """Reads an upload once for each mapping of its columns: its next previews find what was read."""

    def __init__(self, uploads: Uploads, token: str, read: ReadPlaces) -> None:
        self._uploads, self._token, self._read = uploads, token, read

    def is_known(self) -> bool:
        """Tells if the file was uploaded as places."""
        return self._uploads.reading(self._token, _part({})) is not None

    def __call__(self, data: bytes, mapping: Mapping[str, str] | None) -> PlaceFile:
        return self._uploads.read_once(self._token, _part(mapping or {}), PlaceFile, lambda: self._read(data, mapping))


def _part(mapping: Mapping[str, str]) -> str:
    columns = msgspec.json.encode(sorted(mapping.items()))
    return f"places {hashlib.sha256(columns).hexdigest()}"


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

    @without_garbage_collection()
    def prepare(
        self, data: bytes, mapping: Mapping[str, str] | None = None, reader: ReadPlaces | None = None
    ) -> PreparedPlaces:
        """Reads a file and plans its import. Records nothing. An unknown table has the columns remembered for it.

        `reader` reads the file, or remembers what was read of it.
        """
        catalogue, read_file = self.catalogue, reader or self.read
        file, used = read_file(data, mapping), mapping
        if file.refused and not mapping and (used := catalogue.tables.get(header_of(file))):
            file = read_file(data, used)
        territory, made = self.territory, None
        if not file.refused:
            file = identified(file)
            known = self._known({one.source for one in file.places})
            found, own = middles(catalogue.outlines), own_source(self._catalogue)
            made = plan(file, data, territory, known, self._partners(), catalogue.aside.keys(), found, own)
        return PreparedPlaces(file, made, territory, used or {}, catalogue.version)

    def read(self, data: bytes, mapping: Mapping[str, str] | None = None) -> PlaceFile:
        """Reads a file, in a process with limits."""
        return read_places(data, self._today, mapping, middles(self.catalogue.outlines))

    @without_garbage_collection()
    def record(
        self,
        prepared: PreparedPlaces,
        *,
        by: Actor,
        command_id: UUID,
        choices: PlaceChoices = EVERYTHING,
        via: str = "web",
    ) -> CommandResult:
        """Records a plan as one command, and the mapping of a table.

        Raises Refused("places-refused") for a refused file, ("territory-missing") without a territory, ("moved") when
        another import was recorded since the plan was made.
        """
        if prepared.plan is None:
            raise Refused("places-refused")
        if not prepared.territory.is_stated:
            raise Refused("territory-missing")
        taken = list(steps(prepared.plan, self._catalogue, prepared.version, self._today, choices))
        if prepared.file.kind == "table":
            mapped = {"header": header_of(prepared.file), "columns": dict(prepared.mapping)}
            taken.append(Step({"catalogue": self._catalogue}, map_table, context=mapped))
        ways = sorted((line, str(way)) for line, way in choices.ways.items())
        chosen = sorted(choices.aside), sorted(choices.back), ways, choices.rest, choices.vanished
        content = ("places", prepared.plan.digest, sorted(prepared.mapping.items()), chosen)
        return self._engine.execute_all(taken, content, by=by, command_id=command_id, via=via)

    @property
    def _today(self) -> date:
        return self._engine.references().calendar.local_day(self._engine.clock())

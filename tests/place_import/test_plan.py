"""Import of places: what is new, changed, gone; once only; in the territory only."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.engine import new_id
from pixflow.partners.catalogue import state_territory
from pixflow.partners.listing import correct_partner
from pixflow.partners.state import PartnerState
from pixflow.place_import.importer import PlaceImporter, PreparedPlaces
from pixflow.place_import.plan import KnownPartner, KnownPlace
from pixflow.place_import.steps import PlaceChoices
from pixflow.structure_folder import OpenStructure
from pixflow.team.membership import add_member

NOW = datetime(2026, 9, 15, 9, tzinfo=UTC)
AIGLE = {"id": "1", "pivot": "00000000000000", "nom": "EPN de L'Aigle", "commune": "L'Aigle", "code_postal": "61300",
         "adresse": "5 place du Parc", "date_maj": "2026-06-01", "source": "Hinaura", "telephone": "+33233000101",
         "services": "Maîtrise des outils numériques du quotidien", "dispositif_programmes_nationaux": ""}  # fmt: skip
MORTAGNE = AIGLE | {"id": "2", "nom": "Fablab", "commune": "Mortagne-au-Perche", "code_postal": "61400",
                    "adresse": "1 rue du Faubourg", "telephone": ""}  # fmt: skip
FAR = AIGLE | {"id": "3", "nom": "Cyber-base", "commune": "Tarbes", "code_postal": "65000"}
ALL = [AIGLE, MORTAGNE, FAR]


class Structure:
    """A structure whose importer reads the streams themselves."""

    def __init__(self, folder: Path) -> None:
        preset = presets.load("laigle-mortagne")
        self.opened: OpenStructure = structure_folder.create(
            folder, name="ML", preset=preset, sites=("L’Aigle", "Mortagne-au-Perche"), clock=lambda: NOW
        )
        self.by = self._referent()
        catalogue = self.opened.stream("catalogue")
        self.importer = PlaceImporter(self.opened.engine, catalogue, self._known, self._partners)

    def _referent(self) -> Actor:
        id = new_id(UUID(int=1), "staff")
        said: dict[str, Any] = {"name": "Sophie", "email": "sophie@example.org", "site": None, "roles": ("referent",)}
        self.opened.engine.execute(
            {"staff": id}, add_member, by=Actor(OPERATOR), command_id=uuid4(), via="cli", context={}, **said
        )
        return Actor(str(id))

    def states(self) -> dict[UUID, PartnerState]:
        engine = self.opened.engine
        streams = {r.originator_id for r in engine.read(0, 10_000) if r.event.TOPIC.startswith("partner.")}
        return engine.states("partner", streams)

    def _known(self, sources: object) -> list[KnownPlace]:
        return [
            KnownPlace(stream, one.source, one.place, one.digest, one.gone is not None)
            for stream, state in self.states().items()
            for one in state.sources.values()
        ]

    def _partners(self) -> list[KnownPartner]:
        return [KnownPartner(stream, one.details) for stream, one in self.states().items() if one.is_proposed]

    def read(self, rows: list[dict[str, str]]) -> PreparedPlaces:
        return self.importer.prepare(msgspec.json.encode(rows))

    def take(self, rows: list[dict[str, str]], aside: tuple[str, ...] = ()) -> int:
        choices = PlaceChoices(aside=frozenset(aside))
        done = self.importer.record(self.read(rows), by=self.by, command_id=uuid4(), choices=choices)
        return len(done.recorded)


@pytest.fixture
def structure(tmp_path: Path) -> Iterator[Structure]:
    made = Structure(tmp_path)
    yield made
    made.opened.engine.close()


def counts(prepared: PreparedPlaces) -> dict[str, int]:
    assert prepared.plan
    return {name: count for name, count in prepared.plan.counts.items() if count}


def test_the_sites_say_the_territory_until_somebody_states_it(structure: Structure) -> None:
    assert counts(structure.read(ALL)) == {"new": 2, "outside": 1}
    streams = {"catalogue": structure.opened.stream("catalogue")}
    asked: dict[str, Any] = {"groupings": (), "communes": ("65440",), "radius": 0, "sites": {}}
    structure.opened.engine.execute(streams, state_territory, by=structure.by, command_id=uuid4(), **asked)
    assert counts(structure.read(ALL)) == {"new": 1, "outside": 2}


def test_the_same_file_again_records_nothing(structure: Structure) -> None:
    assert structure.take(ALL) == 3, "the catalogue and two partners"
    assert counts(structure.read(ALL)) == {"unchanged": 2, "outside": 1}
    assert structure.take(ALL) == 0


def test_a_later_file_changes_and_loses_places_and_delists_none(structure: Structure) -> None:
    structure.take(ALL)
    later = [AIGLE | {"telephone": "+33233000199", "date_maj": "2026-09-01"}, FAR]
    assert counts(structure.read(later)) == {"changed": 1, "gone": 1, "outside": 1}
    structure.take(later)
    names = {one.details.name: one for one in structure.states().values()}
    assert names["EPN de L'Aigle"].details.phone == "+33233000199"
    assert names["EPN de L'Aigle"].confirmed == date(2026, 9, 1)
    assert names["Fablab"].is_proposed
    assert structure.take(later) == 0
    assert structure.take(ALL) > 0, "both come back"
    assert not any(source.gone for one in structure.states().values() for source in one.sources.values())


def test_the_team_s_correction_outlives_an_import_that_does_not_touch_it(structure: Structure) -> None:
    structure.take(ALL)
    stream = next(id for id, one in structure.states().items() if one.details.name == "Fablab")
    asked: dict[str, Any] = {"field": "phone", "value": "+33233000123"}
    structure.opened.engine.execute({"partner": stream}, correct_partner, by=structure.by, command_id=uuid4(), **asked)
    structure.take([AIGLE, MORTAGNE | {"date_maj": "2026-09-02"}, FAR])
    assert structure.states()[stream].details.phone == "+33233000123"


def test_a_place_set_aside_is_not_proposed_again(structure: Structure) -> None:
    structure.take(ALL, aside=("Hinaura|2",))
    assert [one.details.name for one in structure.states().values()] == ["EPN de L'Aigle"]
    assert counts(structure.read(ALL)) == {"unchanged": 1, "aside": 1, "outside": 1}


def test_a_place_that_looks_like_a_partner_is_told_with_its_reasons(structure: Structure) -> None:
    structure.take(ALL)
    again = AIGLE | {"id": "77", "source": "Dora", "nom": "Espace public numérique de L'Aigle"}
    twice = structure.read([again]).plan.twice
    assert [(one.place.id, one.other, one.likeness.reasons) for one in twice] == [
        ("77", "EPN de L'Aigle", ("address", "phone", "name-close"))
    ]


def test_a_digest_or_a_siret_that_looks_like_a_nir_is_no_nir(structure: Structure) -> None:
    """Of a thousand digests some have thirteen digits in a row: the whole file was refused."""
    rows = [AIGLE | {"id": str(n), "pivot": f"1{n:04}610214800", "nom": f"Lieu {n}"} for n in range(1_500)]
    assert structure.take(rows) == 1_501


def test_a_control_character_of_a_file_reaches_no_event(structure: Structure) -> None:
    structure.take([AIGLE | {"nom": "EPN\u0007 de L'Aigle"}])
    assert [one.details.name for one in structure.states().values()] == ["EPN\ufffd de L'Aigle"]

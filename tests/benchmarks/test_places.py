"""A file of 5,000 places: read, compared with each other and with the partners, recorded, shown; then once more."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from pixflow.actor import Actor
from pixflow.open_data.communes import communes
from pixflow.store.postgres.database import Database
from tests.benchmarks.measure import Aim, Line, Report, sized, spent
from tests.benchmarks.population import House, fill, structure
from tests.open_data.samples import mediation
from web.desk.territory.places_import import importer_of
from web.hosting.served_structure import serve_one

ROWS = sized(200, 5_000, 5_000)
TERRITORY = 60
"""Communes: about 80 places each."""

pytestmark = pytest.mark.benchmark


def test_import_of_places(tmp_path: Path, database: Database | None, store: str, report: Report) -> None:
    opened, house = structure(tmp_path / "structure", database=database), House(advisors=2)
    fill(opened.engine, list(house.told()))
    served, by = serve_one(opened), Actor(str(house.referent))
    importer, taken = importer_of(served), dict[str, float]()
    codes = _codes(importer.territory.groupings)
    data = mediation(*(_place(number, codes[number % len(codes)]) for number in range(ROWS)))
    taken["read and compare"] = spent(lambda: importer.prepare(data))
    prepared = importer.prepare(data)
    assert prepared.plan
    assert len(prepared.plan.new) == ROWS
    taken["decide and record"] = spent(lambda: importer.record(prepared, by=by, command_id=uuid4()))
    taken["show"] = spent(lambda: served.read())
    whole = Line(f"import of {len(data) / 1e6:.1f} MB, {store}", [sum(taken.values())], ROWS, "places")
    again = Line("the same file again: nothing new", [spent(lambda: importer.prepare(data))], ROWS, "places")
    parts = [Line(f"of which {what}", [seconds], ROWS, "places") for what, seconds in taken.items()]
    looks = f"{len(prepared.plan.twice):,} places look like another one"
    aims = [Aim("import of places in all", whole.median, 3, " s"), Aim("again", again.median, 3, " s")]
    served.reads.close()
    opened.engine.close()
    report.add(f"import of places, {store}", [whole, *parts, again], aims, [looks])


def _codes(groupings: Sequence[str]) -> list[str]:
    """Returns the first communes of a territory."""
    return [code for code, one in communes().items() if one.epci in groupings][:TERRITORY]


def _place(number: int, code: str) -> dict[str, str]:
    commune = communes()[code]
    return {
        "id": str(number),
        "nom": f"France services de {commune.name}" if number % 10 == 0 else f"Espace numérique {number}",
        "pivot": "",
        "commune": commune.name,
        "code_insee": code,
        "code_postal": commune.postal_codes[0],
        "adresse": f"{number % 90} rue des Tanneurs",
        "latitude": str(48.5 + number % 700 / 1000),
        "longitude": str(0.3 + number % 500 / 1000),
        "telephone": f"+332330{number:05}",
    }

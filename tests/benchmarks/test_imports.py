"""The two files that a structure imports most, of 5,000 rows each: read and compared, recorded, shown."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pixflow.actor import OPERATOR, Actor
from pixflow.dossier.identity import open_dossier
from pixflow.engine import Step
from pixflow.open_data.communes import communes
from pixflow.pix_orga.samples import file_name, write_export
from pixflow.store.postgres.database import Database
from tests.benchmarks.measure import Aim, Line, Report, sized, spent
from tests.benchmarks.population import FIRST, SITES, House, Life, fill, structure
from tests.benchmarks.test_hour import CAMPAIGN, EXPORTED, row_of
from tests.open_data.samples import mediation
from web.desk.imports import place_importer, result_importer
from web.hosting.served_structure import ServedStructure, serve_one

ROWS = sized(200, 5_000, 5_000)
TERRITORY = 60
"""Communes: about 80 places each."""

pytestmark = pytest.mark.benchmark


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def served(tmp_path: Path, database: Database | None, house: House) -> Iterator[ServedStructure]:
    opened = structure(tmp_path / "structure", database=database)
    fill(opened.engine, house.told())
    served = serve_one(opened)
    with closing(opened.engine), closing(served.reads):
        yield served


def test_an_export(served: ServedStructure, house: House, store: str, report: Report) -> None:
    """Every other row is of somebody who is followed."""
    lives, importer = [Life(house, number, begins_within=0) for number in range(ROWS)], result_importer(served)
    said = {"birth_date": None, "site": SITES[0], "programme": "CEJ", "on": FIRST}
    known = [
        (one.dossier, one.last_name, one.first_name, f"{100_000 + one.number}")  # the number that its row has
        for one in lives[::2]
    ]
    steps = [
        Step({"dossier": id}, open_dossier, {"last_name": last, "first_name": first, "imilo_number": number, **said})
        for id, last, first, number in known
    ]
    served.engine.execute_all(steps, "portfolio", by=Actor(OPERATOR), command_id=uuid4(), via="cli")
    campaign: dict[str, Any] = {"name": CAMPAIGN.name, "code": CAMPAIGN.code or "", "purpose": "initial", "site": None}
    importer.declare(None, **campaign, by=Actor(str(house.referent)), command_id=uuid4())
    data, name = write_export(CAMPAIGN, [row_of(one, one.number) for one in lives]), file_name(CAMPAIGN, EXPORTED)
    _measure(served, house, lambda: importer.prepare(data, name), importer.record, f"an export, {store}", 4, report)


def test_a_file_of_places(served: ServedStructure, house: House, store: str, report: Report) -> None:
    importer = place_importer(served)
    known = communes()
    codes = [code for code, one in known.items() if one.epci in importer.territory.groupings][:TERRITORY]
    data = mediation(*(_place(number, codes[number % len(codes)]) for number in range(ROWS)))
    _measure(served, house, lambda: importer.prepare(data), importer.record, f"places, {store}", 3, report)


def _measure(
    served: ServedStructure,
    house: House,
    prepare: Callable[[], Any],
    record: Callable[..., Any],
    name: str,
    most: float,
    report: Report,
) -> None:
    served.read()
    head, prepared = served.engine.head(), list[Any]()
    taken = {
        "read and compare": spent(lambda: prepared.append(prepare())),
        "decide and record": spent(lambda: record(prepared[0], by=Actor(str(house.referent)), command_id=uuid4())),
        "show": spent(served.read),
    }
    assert served.engine.head() >= head + ROWS
    again = Line("the same file again: nothing new", [spent(prepare)], ROWS, "rows")
    whole = Line("all", [sum(taken.values())], ROWS, "rows")
    parts = [Line(f"of which {what}", [seconds], ROWS, "rows") for what, seconds in taken.items()]
    report.add(name, [whole, *parts, again], [Aim("in all", whole.median, most, " s")])


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

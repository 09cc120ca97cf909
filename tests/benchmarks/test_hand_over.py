"""A portfolio of 300 dossiers handed to four colleagues, through the whole application: one command a dossier."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from projections import dossier_sheet
from tests.benchmarks.measure import Aim, Line, Report, sized, spent
from tests.benchmarks.population import FIRST, House, Life, Said, fill, structure
from tests.web.client import OWN_URL
from tests.web.tags import parsed
from web.app import create_app
from web.hosting.host import open_host
from web.hosting.served_structure import ServedStructure

PORTFOLIO, OTHERS = sized((30, 100), (300, 2_200), (300, 2_200))
TAKERS = 4
ROUNDS = sized(1, 5, 5)
NOW = datetime(FIRST.year, FIRST.month, FIRST.day, 8, tzinfo=UTC) + timedelta(days=240)

pytestmark = pytest.mark.benchmark


def test_hand_over(tmp_path: Path, report: Report) -> None:
    with at_work(tmp_path) as (house, served, browser):
        turns: dict[str, list[float]] = {"previewed": [], "handed over": [], "taken back": []}
        for _ in range(ROUNDS):
            there = Turn(browser, house.advisors)
            turns["previewed"].append(spent(there.preview))
            turns["handed over"].append(spent(there.hand_over))
            assert followed(served, house.advisors[0]) == 0
            turns["taken back"].append(spent(there.take_back))
            assert followed(served, house.advisors[0]) == PORTFOLIO
    lines = [Line(f"a portfolio {what}", seconds, PORTFOLIO, "dossiers") for what, seconds in turns.items()]
    aim = Aim("300 dossiers handed over, in all", lines[0].median + lines[1].median, 3, " s")
    apart = "one command and one transaction a dossier; both requests catch up, draw their page and are answered"
    report.add("a portfolio handed over", lines, [aim], [apart])
    assert lines[1].median < 30


class Turn:
    """One portfolio handed to the others and taken back, as a browser does it."""

    def __init__(self, browser: TestClient, advisors: list[UUID]) -> None:
        self.browser = browser
        self.address = f"/equipe/{advisors[0]}/confier"
        self.takers = [str(advisor) for advisor in advisors[1 : 1 + TAKERS]]
        self.sent: Mapping[str, object] = {}
        self.report = ""

    def preview(self) -> None:
        asked = {"command_id": str(uuid4()), "to": self.takers}
        page = parsed(self._post(f"{self.address}/apercu", asked))
        form = page.select_one(f"form[action='{self.address}']")
        assert form is not None
        pairs = [str(tag["value"]) for tag in form.select("select[name=pair] option[selected]")]
        command = form.select_one("[name=command_id]")
        assert command is not None
        assert len(pairs) == PORTFOLIO
        self.sent = {"command_id": str(command["value"]), "to": self.takers, "pair": pairs}

    def hand_over(self) -> None:
        self.report = self._post(self.address, self.sent)

    def take_back(self) -> None:
        form = parsed(self.report).select_one("form[action$='/annuler']")
        assert form is not None
        fields = {str(tag["name"]): str(tag["value"]) for tag in form.select("input")}
        self._post(str(form["action"]), fields)

    def _post(self, path: str, sent: Mapping[str, object]) -> str:
        return self.browser.post(path, data=sent).raise_for_status().text


@contextmanager
def at_work(data: Path) -> Iterator[tuple[House, ServedStructure, TestClient]]:
    """A structure where one advisor follows 300 dossiers under way, among 2,500; its référente at work."""
    opened, house = structure(data, NOW), House(advisors=12)
    fill(opened.engine, house.told())
    said: list[Said] = []
    for number in range(PORTFOLIO + OTHERS):
        advisor = house.advisors[0] if number < PORTFOLIO else house.chance.choice(house.advisors[1:])
        path = [one for one in Life(house, number, begins_within=180, advisor=advisor).told() if one[0] < NOW]
        said += [one for one in path if number >= PORTFOLIO or one[2].TOPIC != "dossier.DossierClosed"]
    fill(opened.engine, said)
    opened.engine.close()
    with open_host(data, demo=True, clock=lambda: NOW) as served, TestClient(create_app(served), OWN_URL) as browser:
        sent = {"structure": opened.slug, "person": str(house.referent)}
        browser.post("/qui", data=sent).raise_for_status()
        yield house, served.structures[opened.slug], browser


def followed(served: ServedStructure, advisor: UUID) -> int:

    with served.read().database.connect() as connection:
        return dossier_sheet.portfolio_sizes(connection).get(advisor, 0)

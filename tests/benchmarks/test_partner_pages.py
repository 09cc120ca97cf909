"""The list of partners, a partner's page and the form of a referral among 5,000 and 25,000 places of a file."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from pixflow.actor import Actor
from pixflow.dossier import follow_up
from pixflow.engine import Step
from pixflow.events.values import OfferTerms
from pixflow.open_data.communes import communes
from pixflow.partners.listing import list_offer
from projections.territory import partners
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.open_data.samples import mediation
from tests.postgres import Cluster
from tests.web.client import OWN_URL
from tests.web.paths import House, house
from web.desk.dependencies import COOKIE
from web.desk.territory.places_import import importer_of

PLACES = sized((100,), (5_000,), (5_000, 25_000))
ROUNDS = sized(2, 25, 40)
FACTS = 40
"""Of the dossier."""
OFFERING = 50
"""Partners with an offer for the action."""
NADIA, SOPHIE = "Nadia Benali", "Sophie Lecomte"
DOSSIER, PARTNER, REFERRAL = "a dossier", "a partner", "form of a referral"
MOST = 1.2

pytestmark = pytest.mark.benchmark


def test_partner_pages(tmp_path: Path, store: str, report: Report, request: pytest.FixtureRequest) -> None:
    cluster: Cluster | None = request.getfixturevalue("cluster") if store == "PostgreSQL" else None
    with ExitStack() as stack, pytest.MonkeyPatch.context() as environment:
        contenders: dict[str, Callable[[], float]] = {}
        for size in PLACES:
            environment.setenv("PIXFLOW_DATABASE_URL", cluster.create_database() if cluster else "")
            for name, page in stack.enter_context(pages(tmp_path / str(size), size)).items():
                contenders[f"{name}, {size:,} places"] = partial(spent, page)
        seconds = interleaved(ROUNDS, contenders, collect=False)
        lines = [Line(what, found, 1, "page") for what, found in seconds.items()]
        median = {line.what: line.median for line in lines}
        aims = [
            Aim(
                f"{name}, {size:,} places, against the dossier", median[f"{name}, {size:,} places"] / dossier, MOST, "×"
            )
            for size in PLACES
            if (dossier := median[f"{DOSSIER}, {size:,} places"])
            for name in (PARTNER, REFERRAL)
        ]
        report.add(f"pages of partners, {store}", lines, aims, ["by the test client"])


@contextmanager
def pages(folder: Path, size: int) -> Iterator[dict[str, Callable[[], object]]]:
    with house(folder, date(2026, 6, 15)) as made:
        listed = fill(made, size)
        dossier, actions = made.prescribed()
        for number in range(FACTS - len(made.events(dossier))):
            made.on(dossier, follow_up.take_note, text=f"Appel {number}")
        browser = TestClient(made.app, OWN_URL, cookies={COOKIE: f"{made.slug}/{made.people[NADIA]}"})

        def get(address: str) -> object:
            return browser.get(address).raise_for_status()

        form = f"/dossiers/{dossier}?formulaire=refer&sur={actions[1]}"
        addresses = {
            DOSSIER: f"/dossiers/{dossier}",
            PARTNER: f"/partenaires/{listed[0]}",
            REFERRAL: form,
            "the list of partners": "/partenaires",
            "its last page": f"/partenaires?p={size // 50}",
            "a name found": "/partenaires?q=numerique+77",
            "two filters": "/partenaires?fraicheur=fresh&label=France+Services",
            "open now": "/partenaires?ouvert=oui",
        }
        yield {name: partial(get, address) for name, address in addresses.items()}


def fill(made: House, size: int) -> list[UUID]:
    """Imports places, and lists an offer of some. Returns those."""
    served, by = made.served, Actor(str(made.people[SOPHIE]))
    importer = importer_of(served)
    codes = [code for code, one in communes().items() if one.epci in importer.territory.groupings]
    prepared = importer.prepare(mediation(*(_place(number, codes[number % len(codes)]) for number in range(size))))
    importer.record(prepared, by=by, command_id=uuid4())
    with served.read().database.connect() as connection:
        found = [row.stream for row in partners.listed(connection)][:OFFERING]
    terms = OfferTerms(label="Café numérique", kind="cafe", proposals=("cafe-numerique",))
    steps = [Step({"partner": one}, list_offer, {"offer": uuid4(), "terms": terms}) for one in found]
    served.engine.execute_all(steps, "offers", by=by, command_id=uuid4(), via="web")
    served.read()
    return found


def _place(number: int, code: str) -> dict[str, str]:
    commune = communes()[code]
    minutes = number % 50
    return {
        "id": str(number),
        "nom": f"Espace numérique {number}",
        "pivot": "",
        "commune": commune.name,
        "code_insee": code,
        "code_postal": commune.postal_codes[0],
        "adresse": f"{number} rue des Tanneurs",
        "latitude": str(48.5 + number % 700 / 1000),
        "longitude": str(0.3 + number % 500 / 1000),
        "telephone": f"+332330{number:05}",
        "date_maj": "2026-05-12" if number % 3 else "2023-05-12",
        "horaires": f"Mo-Fr 09:{minutes:02}-18:{minutes:02}",
        "dispositif_programmes_nationaux": "France Services" if number % 7 == 0 else "",
    }

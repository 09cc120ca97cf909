"""A Mission locale at work, its référent, and the partners that she lists."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.events.values import PartnerDetails
from pixflow.partners import listing
from pixflow.partners.state import PartnerState
from tests.web.client import InspectingClient
from tests.web.paths import House, house

MONDAY = date(2026, 3, 16)
NADIA, SOPHIE, HELENE = "Nadia Benali", "Sophie Lecomte", "Hélène Morin"


@pytest.fixture
def at_work(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, getattr(request.module, "TODAY", MONDAY)) as made:
        yield made


@pytest.fixture
def referent(at_work: House) -> InspectingClient:
    return at_work.client(SOPHIE)


def listed(at_work: House, details: PartnerDetails) -> UUID:
    stream = uuid4()
    at_work.says(SOPHIE, listing.list_partner, {"partner": stream}, details=details)
    return stream


def state_of(at_work: House, stream: UUID) -> PartnerState:
    found: PartnerState = at_work.served.engine.state("partner", stream)
    return found


def send(client: InspectingClient, address: str, **data: Any) -> Any:
    return client.post(address, data={"command_id": str(uuid4()), **data})

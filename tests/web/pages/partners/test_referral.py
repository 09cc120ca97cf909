"""The form of a referral: offers that fit, the nearest first; a free name; an offer closed meanwhile."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.events.dossier import ReferralSent
from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.partners import listing, offers
from pixflow.partners.state import PartnerState
from tests.web import arranged
from tests.web.filled import soup
from tests.web.paths import House, house

NADIA, SOPHIE = "Nadia Benali", "Sophie Lecomte"
AT_MORTAGNE = PartnerDetails(
    name="Médiathèque", commune="61293", town="Mortagne-au-Perche", point=(48.52, 0.546), email="m@example.org"
)
FAR = PartnerDetails(name="Cyber-base", commune="61214", town="L'Aigle", point=(48.763, 0.628))


@pytest.fixture
def at_work(tmp_path: Any) -> Iterator[House]:
    with house(tmp_path, arranged.MONDAY) as made:
        yield made


def listed(at_work: House, details: PartnerDetails, *proposals: str) -> tuple[UUID, UUID]:
    partner, offer = uuid4(), uuid4()
    at_work.says(SOPHIE, listing.list_partner, {"partner": partner}, details=details)
    terms = OfferTerms(label="Atelier", kind="digital", proposals=proposals)
    at_work.says(SOPHIE, offers.list_offer, {"partner": partner}, offer=offer, terms=terms)
    return partner, offer


def referring(at_work: House) -> tuple[UUID, UUID, str]:
    """A dossier, an action that the grid proposed, and its proposal."""
    dossier, _ = arranged.prescribed(at_work)
    actions = at_work.state(dossier).parcours.actions
    action = next(one.action for one in actions.values() if one.action.proposal and one.action.kind == "action")
    return dossier, action.id, action.proposal or ""


def form(at_work: House, dossier: UUID, action: UUID) -> Any:
    return soup(at_work.client(NADIA).get(f"/dossiers/{dossier}?formulaire=refer&sur={action}").text)


def send(at_work: House, dossier: UUID, action: UUID, **said: Any) -> Any:
    data = {"command_id": str(uuid4()), "on": date.isoformat(at_work.today), "action": str(action), **said}
    return at_work.client(NADIA).post(f"/dossiers/{dossier}/refer", data=data)


def sent(at_work: House, dossier: UUID) -> ReferralSent:
    return next(event for event in at_work.events(dossier) if isinstance(event, ReferralSent))


def test_without_a_listed_partner_a_free_name_is_asked(at_work: House) -> None:
    dossier, action, _ = referring(at_work)
    assert not form(at_work, dossier, action).select('input[name="offered"]')
    assert send(at_work, dossier, action, partner="EPN").status_code == 303
    assert (sent(at_work, dossier).partner_id, sent(at_work, dossier).offer) == (None, None)


def test_an_offer_of_the_proposal_is_chosen_and_the_partner_notes_its_use(at_work: House) -> None:
    dossier, action, proposal = referring(at_work)
    partner, offer = listed(at_work, AT_MORTAGNE, proposal)
    listed(at_work, FAR, "something-else")
    shown = form(at_work, dossier, action)
    assert [one["value"] for one in shown.select('input[name="offered"]')] == [f"{partner}:{offer}", ""]
    assert send(at_work, dossier, action, offered=f"{partner}:{offer}").status_code == 303
    event = sent(at_work, dossier)
    assert (event.partner_id, event.offer, event.partner.name, event.email) == (
        partner, offer, "Médiathèque", "m@example.org",
    )  # fmt: skip
    state: PartnerState = at_work.served.engine.state("partner", partner)
    assert state.used == at_work.today
    assert "1\xa0orientation" in at_work.client(NADIA).get(f"/partenaires/{partner}").text


def test_a_free_name_stays_possible_beside_the_offers(at_work: House) -> None:
    dossier, action, proposal = referring(at_work)
    listed(at_work, AT_MORTAGNE, proposal)
    assert send(at_work, dossier, action, offered="", partner="Centre social").status_code == 303
    assert sent(at_work, dossier).partner_id is None


def test_an_offer_closed_meanwhile_is_chosen_again_and_nothing_is_recorded(at_work: House) -> None:
    dossier, action, proposal = referring(at_work)
    partner, offer = listed(at_work, AT_MORTAGNE, proposal)
    at_work.says(SOPHIE, offers.close_offer, {"partner": partner}, offer=offer)
    for value in (f"{partner}:{offer}", f"{uuid4()}:{offer}", f"{partner}:{uuid4()}"):
        assert send(at_work, dossier, action, offered=value).status_code == 422
    assert send(at_work, dossier, action).status_code == 422
    assert not any(isinstance(event, ReferralSent) for event in at_work.events(dossier))

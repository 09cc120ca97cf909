"""Two people who change one partner at the same time: neither loses a word, and the second one is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.events.values import ContactDetails, OfferTerms, PartnerDetails
from pixflow.partners import contacts, listing
from pixflow.partners import listing as offers
from tests.web.client import InspectingClient, words
from tests.web.paths import House, house
from tests.web.pressing import values_of
from tests.web.tags import tree

NADIA, SOPHIE, HELENE = "Nadia Benali", "Sophie Lecomte", "Hélène Morin"
EPN = PartnerDetails(name="EPN de L’Aigle", commune="61214", town="L'Aigle", phone="+33233000101", hours="le matin")


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


@pytest.fixture
def partner(at_work: House) -> UUID:
    stream = uuid4()
    at_work.says(SOPHIE, listing.list_partner, {"partner": stream}, details=EPN)
    return stream


def opened(client: InspectingClient, address: str, action: str) -> dict[str, Any]:
    """The fields of a form as a page shows them."""
    form = tree(client.get(address).text).css_first(f'form[action^="{action}"]')
    assert form is not None
    return values_of(form)


def details(at_work: House, partner: UUID) -> PartnerDetails:
    found: PartnerDetails = at_work.served.engine.state("partner", partner).details
    return found


def test_two_people_correct_two_fields_and_neither_is_lost(at_work: House, partner: UUID) -> None:
    sophie, helene = at_work.client(SOPHIE), at_work.client(HELENE)
    correct = f"/partenaires/{partner}/corriger"
    first = opened(sophie, f"/partenaires/{partner}?formulaire=corriger", correct)
    second = opened(helene, f"/partenaires/{partner}?formulaire=corriger", correct)
    assert helene.post(correct, data={**second, "phone": "02 33 00 01 99"}).status_code == 303
    assert sophie.post(correct, data={**first, "hours": "l’après-midi"}).status_code == 303
    assert (details(at_work, partner).phone, details(at_work, partner).hours) == ("+33233000199", "l’après-midi")


def test_who_corrects_the_same_field_second_reads_what_it_became_and_keeps_their_text(
    at_work: House, partner: UUID
) -> None:
    sophie, helene = at_work.client(SOPHIE), at_work.client(HELENE)
    correct = f"/partenaires/{partner}/corriger"
    first = opened(sophie, f"/partenaires/{partner}?formulaire=corriger", correct)
    assert helene.post(correct, data={**first, "command_id": str(uuid4()), "hours": "le soir"}).status_code == 303
    again = sophie.post(correct, data={**first, "hours": "l’après-midi", "summary": "x" * 6_000})
    assert again.status_code == 422
    assert "« le soir »" not in words(again.text)
    refused = sophie.post(correct, data={**again_of(again, correct), "summary": ""})
    assert refused.status_code == 422
    assert "« le soir »" in words(refused.text)
    assert details(at_work, partner).hours == "le soir"
    typed = again_of(refused, correct)
    assert typed["hours"] == "l’après-midi"
    assert sophie.post(correct, data=typed).status_code == 303
    assert details(at_work, partner).hours == "l’après-midi"


def test_who_corrects_the_postal_code_reads_that_the_commune_changed(at_work: House, partner: UUID) -> None:
    sophie, helene = at_work.client(SOPHIE), at_work.client(HELENE)
    correct = f"/partenaires/{partner}/corriger"
    first = opened(sophie, f"/partenaires/{partner}?formulaire=corriger", correct)
    moved = {**opened(helene, f"/partenaires/{partner}?formulaire=corriger", correct), "town": "Mortagne-au-Perche"}
    assert helene.post(correct, data=moved).status_code == 303
    refused = sophie.post(correct, data={**first, "postal_code": "61300"})
    assert refused.status_code == 422
    assert "« Mortagne-au-Perche »" in words(refused.text)
    assert (details(at_work, partner).town, details(at_work, partner).commune) == ("Mortagne-au-Perche", "")


def again_of(answer: Any, action: str) -> dict[str, Any]:
    """The fields of the form of a refusal."""
    form = tree(answer.text).css_first(f'form[action^="{action}"]')
    assert form is not None
    return values_of(form)


def test_a_correction_sent_twice_says_twice_what_it_recorded(at_work: House, partner: UUID) -> None:
    sophie, correct = at_work.client(SOPHIE), f"/partenaires/{partner}/corriger"
    sent = {**opened(sophie, f"/partenaires/{partner}?formulaire=corriger", correct), "hours": "le soir"}
    first, second = (sophie.post(correct, data=sent).headers["location"] for _ in range(2))
    assert first == second


def test_an_offer_that_a_colleague_revised_is_not_revised_unread(at_work: House, partner: UUID) -> None:
    sophie, helene, offer = at_work.client(SOPHIE), at_work.client(HELENE), uuid4()
    terms = OfferTerms(label="Bureautique", kind="digital", days="lundi")
    at_work.says(SOPHIE, offers.list_offer, {"partner": partner}, offer=offer, terms=terms)
    address, revise = (
        f"/partenaires/{partner}?formulaire=modifier-offre&sur={offer}",
        f"/partenaires/{partner}/modifier-offre",
    )
    mine = {**opened(sophie, address, revise), "cost": "gratuit"}
    assert helene.post(revise, data={**opened(helene, address, revise), "days": "mardi"}).status_code == 303
    refused = sophie.post(revise, data=mine)
    assert refused.status_code == 422
    assert "mardi" in words(refused.text)
    typed = again_of(refused, revise)
    assert (typed["cost"], typed["days"]) == ("gratuit", "lundi")
    assert sophie.post(revise, data={**typed, "days": "mardi"}).status_code == 303
    known = at_work.served.engine.state("partner", partner).offers[offer].terms
    assert (known.cost, known.days) == ("gratuit", "mardi")


def test_a_person_to_call_whom_a_colleague_revised_is_not_revised_unread(at_work: House, partner: UUID) -> None:
    nadia, sophie, contact = at_work.client(NADIA), at_work.client(SOPHIE), uuid4()
    person = ContactDetails(name="Jeanne Roy", phone="+33233000102")
    at_work.says(SOPHIE, contacts.name_contact, {"contact": contact}, partner=partner, details=person)
    address = f"/partenaires/{partner}?formulaire=personne-a-jour&sur={contact}"
    revise = f"/partenaires/{partner}/personnes/personne-a-jour"
    mine = {**opened(nadia, address, revise), "note": "le matin"}
    assert sophie.post(revise, data={**opened(sophie, address, revise), "phone": "0233000199"}).status_code == 303
    refused = nadia.post(revise, data=mine)
    assert refused.status_code == 422
    assert "02 33 00 01 99" in words(refused.text)
    typed = again_of(refused, revise)
    assert typed["note"] == "le matin"
    assert nadia.post(revise, data={**typed, "phone": "0233000199"}).status_code == 303
    known = at_work.served.engine.state("contact", contact).details
    assert (known.phone, known.note) == ("+33233000199", "le matin")


def test_a_territory_that_a_colleague_changed_is_not_stated_unread(at_work: House) -> None:
    sophie, helene = at_work.client(SOPHIE), at_work.client(HELENE)
    address = "/partenaires/territoire"
    mine = {**opened(sophie, address, address), "radius": "5"}
    assert helene.post(address, data={**opened(helene, address, address), "departments": "61"}).status_code == 303
    refused = sophie.post(address, data=mine)
    assert refused.status_code == 422
    assert "entre-temps" in words(refused.text)
    typed = again_of(refused, address)
    assert typed["radius"] == "5"
    assert sophie.post(address, data={**typed, "departments": "61"}).status_code == 303

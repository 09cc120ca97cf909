"""Two people who change one partner at the same time: neither loses a word, and the second one is told."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.events.values import ContactDetails, OfferTerms, PartnerDetails
from pixflow.partners import contacts, listing
from tests.web.client import InspectingClient, words
from tests.web.pages.partners.conftest import HELENE, SOPHIE, listed
from tests.web.paths import House
from tests.web.pressing import values_of
from tests.web.tags import tree

EPN = PartnerDetails(name="EPN de L’Aigle", commune="61214", town="L'Aigle", phone="+33233000101", hours="le matin")


@pytest.fixture
def partner(at_work: House) -> UUID:
    return listed(at_work, EPN)


def fields(answer: Any, action: str) -> dict[str, Any]:
    """The fields of a form as a page shows them."""
    form = tree(answer.text).css_first(f'form[action^="{action}"]')
    assert form is not None
    return values_of(form)


def opened(client: InspectingClient, partner: UUID) -> dict[str, Any]:
    """The fields of the form that corrects a partner."""
    return fields(client.get(f"/partenaires/{partner}?formulaire=corriger"), f"/partenaires/{partner}/corriger")


def details(at_work: House, partner: UUID) -> PartnerDetails:
    found: PartnerDetails = at_work.served.engine.state("partner", partner).details
    return found


def test_two_people_correct_two_fields_and_neither_is_lost(at_work: House, partner: UUID) -> None:
    sophie, helene = at_work.client(SOPHIE), at_work.client(HELENE)
    correct = f"/partenaires/{partner}/corriger"
    first = opened(sophie, partner)
    second = opened(helene, partner)
    assert helene.post(correct, data={**second, "phone": "02 33 00 01 99"}).status_code == 303
    assert sophie.post(correct, data={**first, "hours": "l’après-midi"}).status_code == 303
    assert (details(at_work, partner).phone, details(at_work, partner).hours) == ("+33233000199", "l’après-midi")


def test_who_corrects_the_same_field_second_reads_what_it_became_and_keeps_their_text(
    at_work: House, partner: UUID
) -> None:
    sophie, helene = at_work.client(SOPHIE), at_work.client(HELENE)
    correct = f"/partenaires/{partner}/corriger"
    first = opened(sophie, partner)
    assert helene.post(correct, data={**first, "command_id": str(uuid4()), "hours": "le soir"}).status_code == 303
    again = sophie.post(correct, data={**first, "hours": "l’après-midi", "summary": "x" * 6_000})
    assert again.status_code == 422
    assert "« le soir »" not in words(again.text)
    refused = sophie.post(correct, data={**fields(again, correct), "summary": ""})
    assert refused.status_code == 422
    assert "« le soir »" in words(refused.text)
    assert details(at_work, partner).hours == "le soir"
    typed = fields(refused, correct)
    assert typed["hours"] == "l’après-midi"
    assert sophie.post(correct, data=typed).status_code == 303
    assert details(at_work, partner).hours == "l’après-midi"


def test_who_corrects_the_postal_code_reads_that_the_commune_changed(at_work: House, partner: UUID) -> None:
    sophie, helene = at_work.client(SOPHIE), at_work.client(HELENE)
    correct = f"/partenaires/{partner}/corriger"
    first = opened(sophie, partner)
    moved = {**opened(helene, partner), "town": "Mortagne-au-Perche"}
    assert helene.post(correct, data=moved).status_code == 303
    refused = sophie.post(correct, data={**first, "postal_code": "61300"})
    assert refused.status_code == 422
    assert "« Mortagne-au-Perche »" in words(refused.text)
    assert (details(at_work, partner).town, details(at_work, partner).commune) == ("Mortagne-au-Perche", "")


def test_a_correction_sent_twice_says_twice_what_it_recorded(at_work: House, partner: UUID) -> None:
    sophie, correct = at_work.client(SOPHIE), f"/partenaires/{partner}/corriger"
    sent = {**opened(sophie, partner), "hours": "le soir"}
    first, second = (sophie.post(correct, data=sent).headers["location"] for _ in range(2))
    assert first == second


OFFER, PERSON = UUID(int=7), UUID(int=8)


@pytest.mark.parametrize(
    ("page", "form", "mine", "theirs", "told"),
    [
        (
            f"/partenaires/{{}}?formulaire=modifier-offre&sur={OFFER}",
            "/partenaires/{}/modifier-offre",
            ("cost", "gratuit"),
            ("days", "mardi"),
            "mardi",
        ),
        (
            f"/partenaires/{{}}?formulaire=personne-a-jour&sur={PERSON}",
            "/partenaires/{}/personnes/personne-a-jour",
            ("note", "le matin"),
            ("phone", "02 33 00 01 99"),
            "02 33 00 01 99",
        ),
        ("/partenaires/territoire", "/partenaires/territoire", ("radius", "5"), ("departments", "61"), "entre-temps"),
    ],
    ids=["an offer", "a person to call", "the territory"],
)
def test_what_a_colleague_revised_is_not_revised_unread(
    at_work: House, partner: UUID, page: str, form: str, mine: tuple[str, str], theirs: tuple[str, str], told: str
) -> None:
    terms = OfferTerms(label="Bureautique", kind="digital", days="lundi")
    at_work.says(SOPHIE, listing.list_offer, {"partner": partner}, offer=OFFER, terms=terms)
    person = ContactDetails(name="Jeanne Roy", phone="+33233000102")
    at_work.says(SOPHIE, contacts.name_contact, {"contact": PERSON}, partner=partner, details=person)
    sophie, helene = at_work.client(SOPHIE), at_work.client(HELENE)
    address, revise = page.format(partner), form.format(partner)
    typed = {**fields(sophie.get(address), revise), mine[0]: mine[1]}
    changed = {**fields(helene.get(address), revise), theirs[0]: theirs[1]}
    assert helene.post(revise, data=changed).status_code == 303
    refused = sophie.post(revise, data=typed)
    assert refused.status_code == 422
    assert told in words(refused.text)
    again = fields(refused, revise)
    assert again[mine[0]] == mine[1]
    assert sophie.post(revise, data={**again, theirs[0]: theirs[1]}).status_code == 303
    known = fields(sophie.get(address), revise)
    assert [words(known[name]) for name, _ in (mine, theirs)] == [mine[1], theirs[1]]

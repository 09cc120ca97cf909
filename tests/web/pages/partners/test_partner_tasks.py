"""The tasks of partners in Ma boîte: one press of their row closes them."""

from typing import Any
from uuid import UUID, uuid4

from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.partners import listing
from tests.web.pages.partners.conftest import MONDAY, NADIA, SOPHIE, state_of
from tests.web.paths import House
from tests.web.tags import parsed

EPN = PartnerDetails(name="EPN de L’Aigle", phone="+33233000101")
PLACE: dict[str, Any] = {"source": "Dora", "place": "7"}


def owed(at_work: House, kind: str) -> list[Any]:
    return list(parsed(at_work.client(SOPHIE).get(f"/boite?pile={kind}").text).select(".item form"))


def press(at_work: House, form: Any) -> str:
    """Sends the form of a row; returns the page that follows."""
    client = at_work.client(SOPHIE)
    sent = {field["name"]: field.get("value", "") for field in form.select("input")}
    answer = client.post(form["action"], data=sent)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/boite?pile={sent['pile']}&recu=")
    return str(client.get(answer.headers["location"]).text)


def imported(at_work: House) -> UUID:
    stream = uuid4()
    told = {"updated": MONDAY, "digest": "a", "details": EPN}
    at_work.says(SOPHIE, listing.import_place, {"partner": stream}, **PLACE, **told)
    return stream


def test_a_place_of_a_file_is_verified_by_phone_before_its_first_referral(at_work: House) -> None:
    stream = imported(at_work)
    assert owed(at_work, "verify-partner") == []
    terms = OfferTerms(label="Bureautique", kind="digital")
    at_work.says(SOPHIE, listing.list_offer, {"partner": stream}, offer=uuid4(), terms=terms)
    assert "1\xa0partenaire à vérifier" in at_work.client(SOPHIE).get("/boite").text
    (form,) = owed(at_work, "verify-partner")
    page = press(at_work, form)
    assert "EPN de L’Aigle : Fiche vérifiée" in page
    assert state_of(at_work, stream).verified
    assert owed(at_work, "verify-partner") == []
    assert at_work.client(NADIA).get("/boite?pile=verify-partner").status_code == 404


def test_a_suggestion_is_listed_and_what_a_source_contests_is_read_from_the_row(at_work: House) -> None:
    suggested, stream = uuid4(), imported(at_work)
    at_work.says(NADIA, listing.suggest_partner, {"partner": suggested}, details=PartnerDetails(name="Fablab"))
    at_work.says(SOPHIE, listing.correct_partner, {"partner": stream}, field="phone", value="+33233000102")
    told = {"updated": MONDAY, "digest": "b", "details": PartnerDetails(name="EPN de L’Aigle", phone="+33233000103")}
    at_work.says(SOPHIE, listing.import_place, {"partner": stream}, **PLACE, **told)
    forms = {form.button.begins: form for form in owed(at_work, "review-partner")}
    assert set(forms) == {"Inscrire", "C’est relu"}
    for form in forms.values():
        press(at_work, form)
    assert state_of(at_work, suggested).is_proposed
    assert state_of(at_work, stream).reviewed
    assert owed(at_work, "review-partner") == []


def test_a_forged_pile_is_refused_and_nothing_is_recorded(at_work: House) -> None:
    stream = imported(at_work)
    sent = {"command_id": str(uuid4()), "channel": "call", "pile": "https://example.org"}
    assert at_work.client(SOPHIE).post(f"/partenaires/{stream}/verifier", data=sent).status_code == 422
    assert state_of(at_work, stream).verified is None

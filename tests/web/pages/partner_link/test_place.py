"""A partner proposes changes of its own file by its link, and a référent takes them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.dossier.stages import parcours
from pixflow.events.partner import RevisionProposed
from pixflow.events.values import OfferTerms, Partner, PartnerDetails
from pixflow.partner_links import issuing
from pixflow.partner_links.token import token_of
from pixflow.partners import listing
from tests.web.client import InspectingClient, words
from tests.web.filled import texts
from tests.web.pages.partner_link.conftest import ADDRESS, MONDAY, NOTE, PERSONAL, URL, Referred, referred_in
from tests.web.pages.partner_link.test_partner_link import at_her_desk, unspaced
from tests.web.paths import House, house
from tests.web.pressing import sent_by
from tests.web.tags import parsed

SOPHIE, NADIA = "Sophie Lecomte", "Nadia Benali"
DETAILS = PartnerDetails(
    name="Médiathèque", town="L'Aigle", commune="61214", postal_code="61300", phone="+33233000101", email=ADDRESS
)
TERMS = OfferTerms(label="Bureautique", kind="digital", days="le mardi")


class Known(Referred):
    """A referral to a listed partner, with an offer."""

    place: UUID
    offer: UUID

    def state(self) -> Any:
        return self.house.served.engine.state("partner", self.place)

    def proposals(self) -> list[Any]:
        history = self.house.served.engine.history(self.place)
        return [one for one in history if isinstance(one.event, RevisionProposed)]


def known_in(made: House) -> Known:
    partner, offer = uuid4(), uuid4()
    made.says(SOPHIE, listing.list_partner, {"partner": partner}, details=DETAILS)
    made.says(SOPHIE, listing.list_offer, {"partner": partner}, offer=offer, terms=TERMS)
    one = referred_in(made)
    referral, link = uuid4(), uuid4()
    made.on(
        one.dossier, parcours.send_referral, action=one.action, partner=Partner(partner, "Médiathèque"),
        starts=None, ends=None, note=NOTE, email=ADDRESS, agreed=True,
        context={"referral": referral, "link": link, "until": made.today + timedelta(days=8)},
    )  # fmt: skip
    found = Known(made, one.dossier, one.action, referral)
    found.place, found.offer = partner, offer
    return found


@pytest.fixture
def known(request: pytest.FixtureRequest, tmp_path: Any) -> Any:
    with house(tmp_path, MONDAY, url=URL) as made:
        yield known_in(made)


def file_of(visitor: InspectingClient, path: str) -> Any:
    return visitor.get(f"{path}/fiche")


def propose(visitor: InspectingClient, path: str, **changed: Any) -> Any:
    form = dict(sent_by(file_of(visitor, path).text, f"form[action='{path}/fiche']"))
    return visitor.post(f"{path}/fiche", data=form | changed)


def of_offer(known: Known, **changed: str) -> dict[str, str]:
    return {f"{known.offer}-{name}": value for name, value in changed.items()}


def review(known: Known, *leave: str) -> Any:
    sophie = at_her_desk(known, SOPHIE)
    page = sophie.get(f"/partenaires/{known.place}").text
    action = f"/partenaires/{known.place}/proposition/relire"
    form = dict(sent_by(page, f"form[action='{action}']"))
    form["ticked"] = [box["value"] for box in parsed(page).select("[name=ticked]") if box["value"] not in leave]
    return sophie.post(action, data=form)


def test_what_the_partner_proposes_waits_for_a_review(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    assert f"{path}/fiche" in visitor.get(path).text
    shown = file_of(visitor, path)
    assert (shown.status_code, shown.headers["referrer-policy"]) == (200, "no-referrer")
    assert not [word for word in PERSONAL if word in words(shown.text)]
    before = known.count()
    said = propose(visitor, path, phone="02 33 00 01 99", town="Mortagne-au-Perche", postal_code="61400")
    assert "Merci. La Mission locale relit" in words(said.text)
    assert known.count() == before + 1
    (proposal,) = known.proposals()
    assert (proposal.by, proposal.via) == (f"partner:{known.place}", "link")
    assert known.state().details.phone == "+33233000101"
    propose(visitor, path, **of_offer(known, days="le jeudi", seats="8"))
    assert "02 33 00 01 99" in unspaced(file_of(visitor, path).text), "what waits stays written"
    pile = at_her_desk(known, SOPHIE).get("/boite?pile=review-partner").text
    assert "le partenaire propose des changements" in words(pile)
    assert not parsed(pile).select("form[action$='/relire']"), "no press closes it unread"
    page = at_her_desk(known, SOPHIE).get(f"/partenaires/{known.place}").text
    assert texts(page, "#proposed")
    assert "61400 Mortagne-au-Perche" in unspaced(words(page))
    assert not parsed(page).select("[name=ticked][checked]"), "nothing is agreed to before somebody reads it"
    assert review(known).status_code == 303
    details = known.state().details
    assert (details.phone, details.commune, details.town) == ("+33233000199", "61293", "Mortagne-au-Perche")
    assert known.state().offers[known.offer].terms == OfferTerms(
        label="Bureautique", kind="digital", days="le jeudi", seats=8
    )
    assert not texts(at_her_desk(known, SOPHIE).get(f"/partenaires/{known.place}").text, "#proposed")


def test_what_is_not_ticked_is_left_and_closed(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    propose(visitor, path, phone="02 33 00 01 99", email="autre@exemple.fr")
    assert review(known, "email").status_code == 303
    details = known.state().details
    assert (details.phone, details.email) == ("+33233000199", ADDRESS)
    page = at_her_desk(known, SOPHIE).get(f"/partenaires/{known.place}").text
    assert not texts(page, "#proposed")


def test_a_proposal_that_moved_is_read_again(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    propose(visitor, path, phone="02 33 00 01 99")
    sophie = at_her_desk(known, SOPHIE)
    form = dict(sent_by(sophie.get(f"/partenaires/{known.place}").text, "form[action$='proposition/relire']"))
    propose(visitor, path, phone="02 33 00 01 77")
    answer = sophie.post(f"/partenaires/{known.place}/proposition/relire", data=form)
    assert "a changé entre-temps" in words(answer.text)
    assert known.state().details.phone == "+33233000101"
    nadia = at_her_desk(known, NADIA)
    assert nadia.post(f"/partenaires/{known.place}/proposition/relire", data=form).status_code == 403
    assert "02 33 00 01 77" in unspaced(words(nadia.get(f"/partenaires/{known.place}").text))


def test_nothing_changed_records_nothing_and_a_form_serves_once(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    before = known.count()
    assert propose(visitor, path).status_code == 200
    assert known.count() == before
    form = dict(sent_by(file_of(visitor, path).text, f"form[action='{path}/fiche']"))
    for phone in ("02 33 00 01 99", "02 33 00 01 98"):
        visitor.post(f"{path}/fiche", data=form | {"phone": phone})
    assert len(known.proposals()) == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"name": ""}, "Nom"),
        ({"email": "x"}, "adresse"),
        ({"website": "javascript:alert(1)"}, "adresse"),
        ({"summary": "x" * 2_001}, "au plus"),
        ({"summary": "NIR 1 85 05 78 006 084 91"}, "sécurité sociale"),
        ({"nonce": "0" * 64}, "plus à jour"),
        ({"seen": "huit"}, "nombre"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(known: Known, changed: dict[str, str], why: str) -> None:
    path, visitor = known.issue(), known.partner()
    before = known.count()
    answer = propose(visitor, path, **{"hours": "le matin", **changed})
    assert (answer.status_code, known.count()) == (422, before)
    assert why in unspaced(words(answer.text))
    assert "le matin" in answer.text


def test_an_offer_of_another_partner_is_refused_and_what_was_typed_stays(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    before = known.count()
    other = {f"{uuid4()}-days": "x"}
    for said in (other, {"x-days": "x"}, of_offer(known, label="Autre"), of_offer(known, seats="20000")):
        assert propose(visitor, path, phone="02 33 00 01 99", **said).status_code == 422
    refused = propose(visitor, path, phone="02 33 00 01 99", **of_offer(known, seats="huit", days="le jeudi"))
    field = parsed(refused.text).select_one(f"[name='{known.offer}-seats']")
    assert (field["value"], field["aria-invalid"]) == ("huit", "true")
    assert parsed(refused.text).select_one(f"a[href='#{field['id']}']"), "the summary leads to the field"
    assert "le jeudi" in refused.text
    assert "02 33 00 01 99" in unspaced(refused.text)
    assert known.count() == before


def test_one_press_sends_the_place_and_its_offers_and_says_what_was_sent(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    assert len(parsed(file_of(visitor, path).text).select("main form")) == 1
    said = unspaced(words(propose(visitor, path, phone="02 33 00 01 99", **of_offer(known, days="le jeudi")).text))
    assert "Téléphone : 02 33 00 01 99" in said
    assert "Bureautique : Jours : le jeudi" in said
    assert len(known.proposals()) == 1


def test_a_press_that_changes_nothing_says_so(known: Known) -> None:
    said = words(propose(known.partner(), known.issue()).text)
    assert "rien n’est envoyé" in said
    assert "Merci" not in said


def test_hours_are_shown_in_words_and_stay_as_they_are(known: Known) -> None:
    hours = {"field": "hours", "value": "Mo-Fr 09:00-12:00"}
    known.house.says(SOPHIE, listing.correct_partner, {"partner": known.place}, **hours)
    path, visitor = known.issue(), known.partner()
    shown = parsed(file_of(visitor, path).text).select_one("[name=hours]")["value"]
    assert "du lundi au vendredi" in shown
    propose(visitor, path, summary="Salle au premier étage")
    assert known.proposals()[-1].event.fields == (("summary", "Salle au premier étage"),)


def test_six_proposals_in_a_day_are_one_too_many(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    answers = [propose(visitor, path, summary=f"texte {n}").status_code for n in range(6)]
    assert answers == [200] * 5 + [422]
    assert len(known.proposals()) == 5


def test_a_link_that_nobody_has_opens_no_file(known: Known) -> None:
    visitor = known.partner()
    assert visitor.get("/p/abc/fiche").status_code == 410
    forged = f"/p/{token_of(uuid4(), known.house.served.engine.token)}"
    assert visitor.get(f"{forged}/fiche").status_code == 410
    assert visitor.post(f"{forged}/fiche", data={"nonce": "x", "name": "y"}).status_code == 410


def test_a_link_that_ended_opens_no_file(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    form = dict(sent_by(file_of(visitor, path).text, f"form[action='{path}/fiche']")) | {"phone": "02 33 00 01 99"}
    before = known.count()
    known.house.on(known.dossier, issuing.revoke_link, referral=known.referral)
    assert file_of(visitor, path).status_code == 410
    assert visitor.post(f"{path}/fiche", data=form).status_code == 410
    later = known.issue()
    known.house.day(date(2026, 4, 30))
    assert file_of(visitor, later).status_code == 410, "expired"
    assert known.proposals() == []
    assert known.count() > before


def test_a_free_name_and_a_partner_off_the_list_have_no_file(known: Known, tmp_path: Any) -> None:
    path, visitor = known.issue(), known.partner()
    known.house.says(SOPHIE, listing.delist_partner, {"partner": known.place}, reason="closed")
    assert file_of(visitor, path).status_code == 410
    assert "/fiche" not in visitor.get(path).text


def test_a_partner_joined_to_another_one_has_that_file(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    kept = uuid4()
    known.house.says(SOPHIE, listing.list_partner, {"partner": kept}, details=PartnerDetails(name="Grande médiathèque"))
    sophie = at_her_desk(known, SOPHIE)
    joining = {"command_id": str(uuid4()), "other": str(known.place)}
    assert sophie.post(f"/partenaires/{kept}/reunir", data=joining).status_code == 303
    assert "Grande médiathèque" in words(file_of(visitor, path).text)
    propose(visitor, path, phone="02 33 00 01 99")
    assert [type(one.event) for one in known.house.served.engine.history(kept)][-1] is RevisionProposed


def test_a_page_of_before_proposes_what_was_typed_alone(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    page = file_of(visitor, path).text
    form = dict(sent_by(page, f"form[action='{path}/fiche']")) | {"hours": "le matin"} | of_offer(known, seats="8")
    corrected = {"field": "phone", "value": "02 33 00 01 55"}
    known.house.says(SOPHIE, listing.correct_partner, {"partner": known.place}, **corrected)
    revised = replace(TERMS, days="le vendredi")
    known.house.says(SOPHIE, listing.revise_offer, {"partner": known.place}, offer=known.offer, terms=revised)
    assert visitor.post(f"{path}/fiche", data=form).status_code == 200
    assert known.proposals()[-1].event.fields == (("hours", "le matin"),)
    assert review(known).status_code == 303
    assert known.state().details.phone == "+33233000155"
    assert known.state().offers[known.offer].terms == replace(revised, seats=8)


def test_a_page_of_before_that_is_refused_still_says_when_it_was_drawn(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    form = dict(sent_by(file_of(visitor, path).text, f"form[action='{path}/fiche']"))
    corrected = {"field": "phone", "value": "02 33 00 01 55"}
    known.house.says(SOPHIE, listing.correct_partner, {"partner": known.place}, **corrected)
    refused = visitor.post(f"{path}/fiche", data=form | {"email": "x"})
    assert refused.status_code == 422
    again = dict(sent_by(refused.text, f"form[action='{path}/fiche']")) | {"email": "autre@exemple.fr"}
    visitor.post(f"{path}/fiche", data=again)
    assert known.proposals()[-1].event.fields == (("email", "autre@exemple.fr"),)


def test_terms_that_the_team_revised_since_are_not_proposed_back(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    propose(visitor, path, **of_offer(known, seats="8"))
    revised = replace(TERMS, label="Bureautique, niveau 2", bands=((0, 40),), days="le vendredi")
    known.house.says(SOPHIE, listing.revise_offer, {"partner": known.place}, offer=known.offer, terms=revised)
    page = at_her_desk(known, SOPHIE).get(f"/partenaires/{known.place}").text
    told = " ".join(texts(page, "#proposed ~ form .item-do"))
    assert ("Places : 8" in unspaced(told), "Jours" in told) == (True, False), "the team has the last word on days"
    assert review(known).status_code == 303
    assert known.state().offers[known.offer].terms == replace(revised, seats=8)


def test_a_file_corrected_since_the_review_was_drawn_is_read_again(known: Known) -> None:
    path, visitor = known.issue(), known.partner()
    propose(visitor, path, phone="02 33 00 01 99")
    sophie = at_her_desk(known, SOPHIE)
    action = f"/partenaires/{known.place}/proposition/relire"
    form = dict(sent_by(sophie.get(f"/partenaires/{known.place}").text, f"form[action='{action}']"))
    corrected = {"field": "phone", "value": "02 33 00 01 55"}
    known.house.says(SOPHIE, listing.correct_partner, {"partner": known.place}, **corrected)
    answer = sophie.post(action, data=form | {"ticked": ["phone"]})
    assert answer.status_code == 422
    assert "02 33 00 01 55" in unspaced(words(answer.text)), "the lines of today"
    assert known.state().details.phone == "+33233000155"
    assert review(known).status_code == 303
    assert known.state().details.phone == "+33233000199"


@pytest.mark.parametrize("typed", [{"phone": "0233000199"}, {"hours": "le matin"}, {"summary": "<script>x</script>"}])
def test_a_proposal_sent_twice_is_thanked_twice(known: Known, typed: dict[str, str]) -> None:
    path, visitor = known.issue(), known.partner()
    form = dict(sent_by(file_of(visitor, path).text, f"form[action='{path}/fiche']")) | typed
    assert [visitor.post(f"{path}/fiche", data=form).status_code for _ in range(2)] == [200, 200]
    assert review(known).status_code == 303
    assert visitor.post(f"{path}/fiche", data=form).status_code == 200
    assert len(known.proposals()) == 1

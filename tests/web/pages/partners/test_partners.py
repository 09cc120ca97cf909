"""Partenaires: the list by commune, one partner, its forms; who may what; a join and its undoing."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.partners import listing
from tests.web.client import InspectingClient, words
from tests.web.pages.partners.conftest import MONDAY, NADIA, SOPHIE, listed, send, state_of
from tests.web.paths import House
from tests.web.tags import parsed

EPN = PartnerDetails(
    name="EPN de L’Aigle", commune="61214", town="L'Aigle", postal_code="61300", address="5 place du Parc",
    phone="+33233000101", email="epn@example.org", hours="Mo-Fr 08:30-12:30,13:30-17:00",
    services=("Maîtrise des outils numériques du quotidien",), point=(48.7631, 0.6281),
)  # fmt: skip


def test_the_list_is_by_commune_and_says_what_is_open(at_work: House) -> None:
    assert "Aucun partenaire ici" in at_work.client(NADIA).get("/partenaires").text
    listed(at_work, EPN)
    page = parsed(at_work.client(NADIA).get("/partenaires").text)
    assert [one.text.split("\n")[0].strip() for one in page.select("main h2")] == [
        "L’Aigle 1\xa0partenaire", "Carte",
    ]  # fmt: skip
    assert "ouvert maintenant, jusqu’à 12 h 30" in page.text.replace("\u00a0", " ")
    assert "aucune offre inscrite" in page.text
    assert page.select_one(".map text.town").text == "L’Aigle"
    assert "Aucun partenaire avec ces filtres" in at_work.client(NADIA).get("/partenaires?genre=cafe").text


def test_the_map_draws_a_place_without_coordinates_in_the_middle_of_its_commune_and_says_so(at_work: House) -> None:
    listed(at_work, EPN)
    assert "Sans coordonnées" not in at_work.client(NADIA).get("/partenaires").text
    for name, town, commune in (("Tiers-lieu", "L'Aigle", "61214"), ("Fablab", "Rai", "61342")):
        listed(at_work, PartnerDetails(name=name, commune=commune, town=town))
    page = parsed(at_work.client(NADIA).get("/partenaires").text.replace("\u00a0", " "))
    for where in ("Sans coordonnées, au milieu de la commune", "Hors de la carte, et dans la liste"):
        assert f"{where} : 1 lieu." in page.text
    assert page.select_one(".map a")["aria-label"] == "2 lieux : EPN de L’Aigle, Tiers-lieu"
    alone = parsed(at_work.client(NADIA).get("/partenaires?q=tiers").text.replace("\u00a0", " "))
    assert alone.select_one(".map a")["aria-label"] == "Tiers-lieu, L’Aigle, au milieu de la commune"


def test_a_map_of_places_one_above_the_other_is_wider_than_high_and_has_them_in_its_middle(at_work: House) -> None:
    listed(at_work, EPN)
    listed(at_work, PartnerDetails(name="Fablab", town="Le Mans", point=(48.0061, 0.6281)))
    drawn = parsed(at_work.client(NADIA).get("/partenaires").text).select_one("svg.map")
    _, _, wide, high = map(int, drawn["viewBox"].split())
    assert high < wide
    marks = [(float(one["cx"]), float(one["cy"])) for one in drawn.select("circle.hit")]
    assert [x for x, _ in marks] == [wide / 2, wide / 2]
    assert all(0 < y < high for _, y in marks)


def test_a_partner_shows_its_hours_in_french_and_the_offers_that_its_words_propose(
    at_work: House, referent: InspectingClient
) -> None:
    page = parsed(referent.get(f"/partenaires/{listed(at_work, EPN)}").text)
    assert "du lundi au vendredi : 8 h 30 – 12 h 30, 13 h 30 – 17 h" in page.text.replace("\u00a0", " ")
    assert "Accompagnement numérique" in page.select_one("#offers").parent.text


def test_an_offer_proposed_by_the_sources_is_confirmed_with_the_bands_of_the_grid(
    at_work: House, referent: InspectingClient
) -> None:
    stream = listed(at_work, EPN)
    form = parsed(referent.get(f"/partenaires/{stream}?formulaire=offre&sur=digital").text)
    checked = [box["value"] for box in form.select('input[name="band"][checked]')]
    assert len(checked) == 2
    sent = {"label": "Atelier", "kind": "digital", "band": checked, "proposal": ["cap-digital"], "contact": "phone"}
    assert send(referent, f"/partenaires/{stream}/offre", **sent).status_code == 303
    (terms,) = state_of(at_work, stream).open_offers().values()
    assert (terms.label, terms.proposals, len(terms.bands)) == ("Atelier", ("cap-digital",), 2)
    page = parsed(referent.get(f"/partenaires/{stream}").text)
    assert "CAP Digital" in page.select_one("#offers").parent.text
    assert "Ce que disent les sources" not in page.text, "the team alone says something"
    assert send(referent, f"/partenaires/{stream}/offre", **sent | {"label": ""}).status_code == 422


def correction(client: InspectingClient, stream: UUID) -> dict[str, str]:
    """The fields of the form that corrects a partner, as it is drawn."""
    form = parsed(client.get(f"/partenaires/{stream}?formulaire=corriger").text).select_one("#form form")
    return {one["name"]: one.get("value", one.text) for one in form.select("input, textarea")}


def test_a_correction_records_the_fields_that_differ_and_is_taken_back(
    at_work: House, referent: InspectingClient
) -> None:
    stream = listed(at_work, EPN)
    fields = correction(referent, stream)
    answer = referent.post(f"/partenaires/{stream}/corriger", data=fields | {"phone": "+33233000199"})
    assert answer.status_code == 303
    assert "Correction, téléphone" in referent.get(answer.headers["location"]).text
    assert state_of(at_work, stream).details.phone == "+33233000199"
    assert [one.event.TOPIC for one in at_work.served.engine.history(stream)][1:] == ["partner.PartnerCorrected"]
    send(referent, f"/partenaires/{stream}/annuler", version=2)
    assert state_of(at_work, stream).details.phone == EPN.phone


def test_a_commune_is_corrected_by_its_name_and_postal_code(at_work: House, referent: InspectingClient) -> None:
    stream = listed(at_work, EPN)
    correct, fields = f"/partenaires/{stream}/corriger", correction(referent, stream)
    assert (fields["town"], fields["postal_code"], fields.get("commune")) == ("L’Aigle", "61300", None)
    moved = fields | {"town": "mortagne au perche", "postal_code": "61400"}
    assert referent.post(correct, data=moved).status_code == 303
    there = state_of(at_work, stream).details
    assert (there.commune, there.town, there.postal_code) == ("61293", "Mortagne-au-Perche", "61400")
    nowhere = correction(referent, stream) | {"town": "Nulle-Part", "postal_code": ""}
    assert referent.post(correct, data=nowhere).status_code == 303
    there = state_of(at_work, stream).details
    assert (there.commune, there.town, there.postal_code) == ("", "Nulle-Part", "")


def test_an_advisor_verifies_and_suggests_and_the_referent_lists(at_work: House, referent: InspectingClient) -> None:
    advisor, stream = at_work.client(NADIA), listed(at_work, EPN)
    assert send(advisor, f"/partenaires/{stream}/verifier", channel="call").status_code == 303
    assert send(advisor, f"/partenaires/{stream}/retirer", reason="closed").status_code == 403
    answer = send(advisor, "/partenaires/nouveau", name="Fablab", town="Mortagne au Perche", postal_code="61400")
    there = answer.headers["location"].split("?")[0]
    assert "Proposé" in advisor.get(there).text
    assert not parsed(advisor.get(there).text).select('form[action$="/inscrire"]')
    assert send(referent, f"{there}/inscrire").status_code == 303
    suggested = state_of(at_work, UUID(there.rsplit("/", 1)[1]))
    assert (suggested.is_proposed, suggested.details.commune) == (True, "61293")


def test_two_files_of_one_place_are_joined_and_parted(at_work: House, referent: InspectingClient) -> None:
    kept = listed(at_work, EPN)
    other, offer = listed(at_work, replace(EPN, name="Espace numérique")), uuid4()
    terms = OfferTerms(label="CAP", kind="general")
    at_work.says(SOPHIE, listing.list_offer, {"partner": other}, offer=offer, terms=terms)
    assert "même adresse" in referent.get(f"/partenaires/{kept}").text
    send(referent, f"/partenaires/{kept}/reunir", other=str(other))
    assert list(state_of(at_work, kept).open_offers()) == [offer]
    assert referent.get(f"/partenaires/{other}").headers["location"] == f"/partenaires/{kept}"
    assert send(referent, f"/partenaires/{other}/verifier", channel="call").status_code == 303, "it leads to the other"
    send(referent, f"/partenaires/{kept}/separer", other=str(other))
    assert (state_of(at_work, kept).joined, state_of(at_work, other).into) == ((), None)
    send(referent, f"/partenaires/{kept}/distinct", other=str(other))
    for one in (kept, other):
        assert "même adresse" not in referent.get(f"/partenaires/{one}").text


def test_what_a_source_changed_after_a_correction_is_reviewed(at_work: House, referent: InspectingClient) -> None:
    stream, told = uuid4(), {"source": "Dora", "place": "7", "updated": MONDAY}
    says = {"partner": stream}
    at_work.says(SOPHIE, listing.import_place, says, digest="a", details=EPN, **told)
    at_work.says(SOPHIE, listing.correct_partner, says, field="phone", value="+33233000111")
    moved = replace(EPN, phone="+33233000199")
    at_work.says(SOPHIE, listing.import_place, says, digest="b", details=moved, **told)
    assert "une source a changé" in referent.get("/partenaires").text
    review = parsed(referent.get(f"/partenaires/{stream}").text).select_one("#review").parent
    assert "02 33 00 01 11" in words(review.text)
    send(referent, f"/partenaires/{stream}/relire")
    assert not parsed(referent.get(f"/partenaires/{stream}").text).select("#review")


@pytest.mark.parametrize("name", ["verifier", "corriger", "offre", "reunir", "annuler", "distinct", "inscrire"])
def test_an_unknown_partner_is_404_and_a_strange_form_422(
    at_work: House, referent: InspectingClient, name: str
) -> None:
    assert send(referent, f"/partenaires/{uuid4()}/{name}").status_code == 404
    stream = listed(at_work, EPN)
    assert send(referent, f"/partenaires/{stream}/{name}", other=str(stream), strange="1").status_code == 422

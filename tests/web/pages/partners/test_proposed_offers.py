"""Offres à confirmer: what the sources' words propose, confirmed several at once, and taken back."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.events.values import OfferKind, OfferTerms, PartnerDetails
from pixflow.partners import listing
from tests.web.client import InspectingClient, words
from tests.web.filled import texts
from tests.web.pages.partners.conftest import HELENE, NADIA, SOPHIE, state_of
from tests.web.pages.partners.conftest import listed as list_of
from tests.web.paths import House
from tests.web.tags import parsed

PATH = "/partenaires/offres"
DIGITAL, ACCESS = "Maîtrise des outils numériques du quotidien", "Accès internet et matériel informatique"


def place(at_work: House, name: str, *services: str, town: str = "L’Aigle") -> UUID:
    return list_of(at_work, PartnerDetails(name=name, town=town, phone="+33233000101", services=services))


def ticks(client: InspectingClient, path: str = PATH) -> list[str]:
    return [box["value"] for box in parsed(client.get(path).text).select("[name=ticked]")]


def send(client: InspectingClient, *ticked: str, command: str = "", path: str = PATH) -> Any:
    return client.post(path, data={"command_id": command or str(uuid4()), "ticked": list(ticked)})


def open_kinds(at_work: House, stream: UUID) -> list[OfferKind]:
    return [terms.kind for terms in state_of(at_work, stream).open_offers().values()]


def test_nothing_to_confirm_has_words_and_no_button(at_work: House, referent: InspectingClient) -> None:
    assert "Aucune offre à confirmer" in words(referent.get(PATH).text)
    place(at_work, "Mairie")
    assert ticks(referent) == []
    assert not parsed(referent.get("/partenaires").text).select(f"a[href='{PATH}']")


def test_ticked_offers_are_listed_with_the_bands_of_the_grid(at_work: House, referent: InspectingClient) -> None:
    centre, media = place(at_work, "Centre social", DIGITAL, ACCESS), place(at_work, "Médiathèque", ACCESS, town="Rai")
    assert texts(referent.get("/partenaires").text, f"a[href='{PATH}']") == ["3 offres à confirmer"]
    assert ticks(referent) == [f"{centre} digital", f"{centre} access", f"{media} access"]
    answer = send(referent, f"{centre} digital", f"{media} access")
    assert answer.status_code == 303
    (terms,) = state_of(at_work, centre).open_offers().values()
    assert terms == OfferTerms(label="Accompagnement numérique", kind="digital", bands=((0, 40), (41, 70)))
    assert open_kinds(at_work, media) == ["access"]
    after = referent.get(answer.headers["location"]).text
    assert "2 offres inscrites." in words(after)
    assert ticks(referent) == [f"{centre} access"]


def test_the_same_form_again_lists_nothing_twice(at_work: House, referent: InspectingClient) -> None:
    centre, command = place(at_work, "Centre social", DIGITAL), str(uuid4())
    for _ in range(2):
        assert send(referent, f"{centre} digital", command=command).status_code == 303
    assert open_kinds(at_work, centre) == ["digital"]


def test_a_press_is_taken_back_but_for_what_something_followed(at_work: House, referent: InspectingClient) -> None:
    centre, media = place(at_work, "Centre social", DIGITAL, ACCESS), place(at_work, "Médiathèque", ACCESS)
    answer = send(referent, f"{centre} digital", f"{centre} access", f"{media} access")
    form = parsed(referent.get(answer.headers["location"]).text).select_one(".undo-all")
    undo = {field["name"]: field["value"] for field in form.select("input")}
    (offer,) = state_of(at_work, media).open_offers()
    at_work.says(SOPHIE, listing.close_offer, {"partner": media}, offer=offer)
    answer = referent.post(form["action"], data=undo)
    assert answer.status_code == 422
    assert "Médiathèque : autre chose a suivi" in words(answer.text)
    assert open_kinds(at_work, centre) == []
    assert ticks(referent) == [f"{centre} digital", f"{centre} access"], "a closed one is not proposed again"
    assert referent.post(form["action"], data=undo).status_code in (303, 422)
    answer = send(referent, f"{centre} access")
    form = parsed(referent.get(answer.headers["location"]).text).select_one(".undo-all")
    answer = referent.post(form["action"], data={field["name"]: field["value"] for field in form.select("input")})
    assert "1 offre n’est plus inscrite." in words(referent.get(answer.headers["location"]).text)


def test_two_tabs_and_a_place_that_was_delisted_refuse_their_row_alone(
    at_work: House, referent: InspectingClient
) -> None:
    centre, media = place(at_work, "Centre social", DIGITAL), place(at_work, "Médiathèque", ACCESS)
    send(at_work.client(HELENE), f"{centre} digital")
    at_work.says(SOPHIE, listing.delist_partner, {"partner": media}, reason="closed")
    third = place(at_work, "Fablab", ACCESS)
    answer = send(referent, f"{centre} digital", f"{media} access", f"{third} access")
    assert answer.status_code == 422
    assert "1 sur 3 enregistrés" in words(answer.text)
    assert words(answer.text).count("ce n’est plus une offre à confirmer") == 2
    assert (open_kinds(at_work, centre), open_kinds(at_work, third)) == (["digital"], ["access"])


@pytest.mark.parametrize("ticked", ["", "nobody digital", f"{UUID(int=7)} zanzibar", f"{UUID(int=7)}"])
def test_what_the_page_did_not_write_records_nothing(at_work: House, referent: InspectingClient, ticked: str) -> None:
    place(at_work, "Centre social", DIGITAL)
    head = at_work.served.engine.head()
    assert send(referent, *([ticked] if ticked else [])).status_code == 422
    assert send(referent, f"{uuid4()} digital").status_code == 422, "an unknown partner"
    assert referent.post(f"{PATH}/annuler", data={"command_id": str(uuid4())}).status_code == 422
    unknown = {"command_id": str(uuid4()), "receipt": str(uuid4())}
    assert referent.post(f"{PATH}/annuler", data=unknown).status_code == 303
    assert at_work.served.engine.head() == head


def test_sixty_places_are_paged_and_the_page_stays(at_work: House, referent: InspectingClient) -> None:
    for n in range(60):
        place(at_work, f"Lieu {n:02}", ACCESS)
    assert (len(ticks(referent)), len(ticks(referent, f"{PATH}?p=2"))) == (50, 10)
    answer = send(referent, ticks(referent, f"{PATH}?p=2")[0], path=f"{PATH}?p=2")
    assert answer.headers["location"].startswith(f"{PATH}?p=2&recu=")
    shown = [field["value"] for field in parsed(referent.get(PATH).text).select("[name=shown]")]
    referent.post(PATH, data={"command_id": str(uuid4()), "shown": shown, "all": "true"})
    assert len(ticks(referent)) == 9


def test_an_advisor_confirms_nothing(at_work: House) -> None:
    centre = place(at_work, "Centre social", DIGITAL)
    nadia = at_work.client(NADIA)
    assert nadia.get(PATH).status_code == 403
    assert send(nadia, f"{centre} digital").status_code == 403
    assert "à confirmer" not in nadia.get("/partenaires").text

"""Doublons à réunir: the partners that may be one place, joined several at once, and taken back."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.partners import listing
from projections import partners
from tests.web.client import InspectingClient, words
from tests.web.filled import texts
from tests.web.pages.partners.conftest import HELENE, NADIA, SOPHIE, send, state_of
from tests.web.pages.partners.conftest import listed as list_of
from tests.web.paths import House
from tests.web.tags import parsed

PATH = "/partenaires/doublons"
TERMS = OfferTerms(label="Bureautique", kind="digital")


def place(at_work: House, name: str, street: str = "3 rue des Tanneurs", phone: str = "+33233000101") -> UUID:
    details = PartnerDetails(name=name, town="L’Aigle", commune="61214", address=street, phone=phone)
    return list_of(at_work, details)


def twice(at_work: House, name: str, street: str = "3 rue des Tanneurs") -> tuple[UUID, UUID]:
    return place(at_work, name, street), place(at_work, name.upper(), street)


def ticks(client: InspectingClient, path: str = PATH) -> list[str]:
    return [box["value"] for box in parsed(client.get(path).text).select("[name=ticked]")]


def settle(client: InspectingClient, *ticked: str, way: str = "same", **other: Any) -> Any:
    return send(client, PATH, ticked=list(ticked), way=way, **other)


def undone(client: InspectingClient, page: str) -> Any:
    form = parsed(page).select_one(".undo-all")
    return client.post(form["action"], data={field["name"]: field["value"] for field in form.select("input")})


def test_nothing_to_compare_has_words_and_no_button(at_work: House, referent: InspectingClient) -> None:
    place(at_work, "Mairie")
    assert "Aucun doublon" in words(referent.get(PATH).text)
    assert not parsed(referent.get("/partenaires").text).select(f"a[href='{PATH}']")


def test_a_pair_says_why_and_the_partner_that_serves_most_stays(at_work: House, referent: InspectingClient) -> None:
    first, second = twice(at_work, "Espace numérique")
    at_work.says(SOPHIE, listing.use_partner, {"partner": second})
    assert texts(referent.get("/partenaires").text, f"a[href='{PATH}']") == ["1 doublon à réunir"]
    assert ticks(referent) == [f"{second} {first}"]
    assert "Même adresse, même téléphone, même nom" in words(referent.get(PATH).text)


def test_ticked_pairs_are_joined_by_one_command_and_taken_back(at_work: House, referent: InspectingClient) -> None:
    one, other = twice(at_work, "Espace numérique"), twice(at_work, "Fablab", "9 rue du Four")
    at_work.says(SOPHIE, listing.list_offer, {"partner": one[0]}, offer=uuid4(), terms=TERMS)
    answer = settle(referent, *ticks(referent))
    assert answer.status_code == 303
    page = referent.get(answer.headers["location"]).text
    assert "2 fiches réunies" in words(page)
    assert ticks(referent) == []
    joined = [state_of(at_work, stream) for stream in (*one, *other)]
    assert sorted(len(state.joined) for state in joined) == [0, 0, 1, 1]
    assert state_of(at_work, one[0]).into is None, "an offer stands there"
    answer = undone(referent, page)
    assert "C’est annulé" in words(referent.get(answer.headers["location"]).text)
    assert len(ticks(referent)) == 2
    assert not any(state_of(at_work, stream).into for stream in (*one, *other))


def test_what_something_followed_stays_joined_and_is_named(at_work: House, referent: InspectingClient) -> None:
    one, other = twice(at_work, "Espace numérique"), twice(at_work, "Fablab", "9 rue du Four")
    page = referent.get(settle(referent, *ticks(referent)).headers["location"]).text
    kept = next(stream for stream in one if not state_of(at_work, stream).into)
    at_work.says(SOPHIE, listing.use_partner, {"partner": kept})
    answer = undone(referent, page)
    assert answer.status_code == 422
    assert "autre chose a suivi" in words(answer.text)
    assert sum(state_of(at_work, stream).into is not None for stream in (*one, *other)) == 1
    assert undone(referent, page).status_code in (303, 422)


def test_a_referral_of_the_same_day_follows_a_join_as_another_one_does(
    at_work: House, referent: InspectingClient
) -> None:
    one = twice(at_work, "Espace numérique")
    at_work.says(SOPHIE, listing.use_partner, {"partner": one[0]})
    page = referent.get(settle(referent, *ticks(referent)).headers["location"]).text
    at_work.says(SOPHIE, listing.use_partner, {"partner": one[0]})
    assert "autre chose a suivi" in words(undone(referent, page).text)
    assert state_of(at_work, one[1]).into == one[0]


def test_three_files_of_one_place_become_one(at_work: House, referent: InspectingClient) -> None:
    three = [*twice(at_work, "Espace numérique"), place(at_work, "L’espace numérique")]
    assert len(ticks(referent)) == 3
    page = referent.get(settle(referent, *ticks(referent)).headers["location"]).text
    assert sorted(len(state_of(at_work, one).joined) for one in three) == [0, 0, 2]
    undone(referent, page)
    assert not any(state_of(at_work, one).into for one in three)


def test_two_places_are_asked_about_no_more(at_work: House, referent: InspectingClient) -> None:
    twice(at_work, "Espace numérique")
    answer = settle(referent, *ticks(referent), way="different")
    page = referent.get(answer.headers["location"]).text
    assert "sont deux lieux" in words(page)
    assert ticks(referent) == []
    undone(referent, page)
    assert len(ticks(referent)) == 1


def test_files_noted_as_two_places_are_not_joined_by_a_third(at_work: House, referent: InspectingClient) -> None:
    first, second = twice(at_work, "Espace numérique")
    place(at_work, "L’espace numérique")
    at_work.says(SOPHIE, listing.note_difference, {"partner": first}, other=second)
    answer = settle(referent, *ticks(referent))
    assert (answer.status_code, "notées comme deux lieux" in words(answer.text)) == (422, True)
    assert len(ticks(referent)) == 2


def test_two_tabs_refuse_the_pair_that_is_no_more(at_work: House, referent: InspectingClient) -> None:
    one, other = twice(at_work, "Espace numérique"), twice(at_work, "Fablab", "9 rue du Four")
    every = ticks(referent)
    settle(at_work.client(HELENE), every[0])
    answer = settle(referent, *every)
    assert (answer.status_code, "ne sont plus à comparer" in words(answer.text)) == (422, True)
    assert sum(state_of(at_work, stream).into is not None for stream in (*one, *other)) == 2
    assert ticks(referent) == []


def test_the_same_form_again_joins_nothing_twice(at_work: House, referent: InspectingClient) -> None:
    twice(at_work, "Espace numérique")
    data = {"ticked": ticks(referent), "way": "same", "command_id": str(uuid4())}
    places = [referent.post(PATH, data=data).headers["location"] for _ in range(2)]
    assert places[0] == places[1]


def test_the_orientations_of_a_partner_follow_through_two_joins(at_work: House, referent: InspectingClient) -> None:
    first, second = twice(at_work, "Espace numérique")
    third = place(at_work, "L’espace numérique")
    for gone, into in ((first, second), (second, third)):
        assert send(referent, f"/partenaires/{into}/reunir", other=str(gone)).status_code == 303
    with at_work.served.reading() as tables:
        assert partners.joined_to(tables.connection, [third]) == {first: third, second: third}


@pytest.mark.parametrize("ticked", ["", "nobody else", f"{UUID(int=7)}"])
def test_what_the_page_did_not_write_records_nothing(at_work: House, referent: InspectingClient, ticked: str) -> None:
    first, second = twice(at_work, "Espace numérique")
    head = at_work.served.engine.head()
    assert settle(referent, *([ticked] if ticked else [])).status_code == 422
    assert settle(referent, f"{uuid4()} {uuid4()}").status_code == 422, "unknown partners"
    assert settle(referent, f"{first} {first}").status_code == 422
    assert settle(referent, f"{first} {second}", way="zanzibar").status_code == 422
    assert referent.post(f"{PATH}/annuler", data={"command_id": str(uuid4())}).status_code == 422
    assert send(referent, f"{PATH}/annuler", receipt=str(uuid4())).status_code == 303
    assert at_work.served.engine.head() == head


def test_sixty_pairs_are_paged(at_work: House, referent: InspectingClient) -> None:
    for n in range(60):
        twice(at_work, f"Lieu{n:02}", f"{n} rue du Four")
    assert (len(ticks(referent)), len(ticks(referent, f"{PATH}?p=2"))) == (50, 10)
    shown = [field["value"] for field in parsed(referent.get(PATH).text).select("[name=shown]")]
    assert settle(referent, shown=shown, all="true").status_code == 303
    assert len(ticks(referent)) == 10


def test_an_advisor_joins_nothing(at_work: House) -> None:
    first, second = twice(at_work, "Espace numérique")
    nadia = at_work.client(NADIA)
    assert nadia.get(PATH).status_code == 403
    assert settle(nadia, f"{first} {second}").status_code == 403
    assert "doublon" not in nadia.get("/partenaires").text

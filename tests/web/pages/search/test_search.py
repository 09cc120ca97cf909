"""The search: forgiving, within what one reads, by POST; and the names proposed under the box while one types."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pixflow.dossier import identity
from tests.web.client import InspectingClient, words
from tests.web.filled import HTMX, fill, texts
from tests.web.paths import House, house
from tests.web.tags import parsed

NADIA, PAUL, SOPHIE, CLAIRE = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Claire Vasseur"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, date(2026, 3, 16)) as made:
        yield made


def search(client: InspectingClient, text: str, **more: str) -> tuple[int, str, str]:
    answer = client.post("/chercher", data={"q": text, **more})
    return answer.status_code, answer.headers.get("Location", ""), answer.text


def test_one_found_alone_opens_at_once(at_work: House) -> None:
    dossier = at_work.opened(last="D’Ornano", first="Éloïse", imilo_number="12350")
    client = at_work.client(NADIA)
    for text in ("éloïse", "ELOISE D", "12350", "d ornano"):
        assert search(client, text)[:2] == (303, f"/dossiers/{dossier}")


def test_several_found_are_listed_and_no_name_stands_in_an_address(at_work: House) -> None:
    at_work.opened(first="Lucas", last="Martin", imilo_number="1", birth_date=date(2005, 3, 1))
    at_work.opened(first="Léa", last="Martinez")
    status, _, page = search(at_work.client(SOPHIE), "mart")
    assert status == 200
    assert texts(page, ".item-who") == ["Martin Lucas", "Martinez Léa"]
    assert texts(page, ".item-why")[0] == "n° 1 · né·e le 1er mars 2005 · Mortagne · Nadia Benali"
    assert "2 dossiers pour « mart »" in words(page)
    assert all("Martin" not in link["href"] for link in parsed(page).select("a"))
    assert [link.text for link in parsed(page).select("[autofocus]")] == ["Martin Lucas"]
    assert parsed(page).select_one("#search")["value"] == "mart"


@pytest.mark.parametrize("typed", ["Kowalsky", "jowalski", "emanuel kowlaski", "kwoalski", "owalski"])
def test_a_name_misspelt_anywhere_finds_those_that_are_close(at_work: House, typed: str) -> None:
    at_work.opened(first="Emmanuel", last="Kowalski")
    page = search(at_work.client(NADIA), typed)[2]
    assert f"aucun dossier pour « {typed} »" in words(page)
    assert texts(page, "#near") == ["Noms proches"]
    assert texts(page, ".item-who") == ["Kowalski Emmanuel"]
    assert [link.text for link in parsed(page).select("[autofocus]")] == ["Kowalski Emmanuel"]
    assert "Noms proches" not in words(search(at_work.client(PAUL), typed)[2])


def test_few_found_are_followed_by_those_that_are_close(at_work: House) -> None:
    for first, last in (("Lucas", "Martin"), ("Léa", "Martin"), ("Zoé", "Mattin"), ("Awa", "Benali")):
        at_work.opened(first=first, last=last)
    page = search(at_work.client(NADIA), "martin")[2]
    assert texts(page, ".item-who") == ["Martin Léa", "Martin Lucas", "Mattin Zoé"]
    assert "2 dossiers pour « martin »" in words(page)
    assert len(parsed(page).select("[autofocus]")) == 1


def test_nothing_like_it_says_what_can_be_sought(at_work: House) -> None:
    at_work.opened()
    for text in ("zzz", "  ", "’"):
        status, _, page = search(at_work.client(NADIA), text)
        assert status == 200
        assert "Cherchez un nom" in words(page)


def test_a_number_is_forgiven_its_zeros_and_found_by_its_beginning(at_work: House) -> None:
    dossier, other = at_work.opened(imilo_number="0012350"), at_work.opened(last="Rey", imilo_number="12359")
    client = at_work.client(NADIA)
    assert search(client, "12350")[1] == f"/dossiers/{dossier}"
    assert search(client, "12 359")[1] == f"/dossiers/{other}"
    assert len(parsed(search(client, "1235")[2]).select(".item")) == 2


def test_the_auditor_and_the_page_rejouer_are_led_to_the_replay(at_work: House) -> None:
    dossier = at_work.opened()
    at_work.opened(last="Dialla")
    assert search(at_work.client(CLAIRE), "diallo")[1] == f"/rejouer/{dossier}"
    assert search(at_work.client(SOPHIE), "diallo", vers="rejouer")[1] == f"/rejouer/{dossier}"
    page = search(at_work.client(CLAIRE), "dial")[2]
    assert all(link["href"].startswith("/rejouer/") for link in parsed(page).select(".item a"))


def test_an_advisor_finds_only_their_own_and_the_administrator_nothing(at_work: House) -> None:
    at_work.opened(advisor=PAUL)
    assert "Diallo" not in search(at_work.client(NADIA), "diallo")[2].split("<main")[1].replace("« diallo »", "")
    assert search(at_work.client("Yann Le Goff"), "diallo")[0] == 403


def test_more_found_than_fifty_are_fifty_and_the_page_says_so(at_work: House) -> None:
    fill(at_work, 60)
    page = search(at_work.client(NADIA), "nom")[2]
    assert len(parsed(page).select(".item")) == 50
    assert "50 dossiers et plus pour « nom »" in words(page)
    assert "ajoutez un prénom" in words(page)


# --- while one types


def proposed(client: InspectingClient, text: str, **more: str) -> str:
    answer = client.post("/chercher/proches", data={"q": text, **more}, headers=HTMX)
    assert answer.status_code == 200
    return str(answer.text)


def test_eight_names_at_most_are_proposed_and_how_many_is_told(at_work: House) -> None:
    fill(at_work, 12)
    page = proposed(at_work.client(NADIA), "nom00")
    assert "<html" not in page
    assert texts(page, "li a b") == [f"Nom{n:04} Prénom" for n in range(1, 9)]
    assert "Entrée : tous les dossiers trouvés" in words(page)
    assert "8 dossiers proposés, flèche vers le bas pour les parcourir" in words(page)


def test_those_proposed_are_found_or_close_and_lead_where_the_search_does(at_work: House) -> None:
    dossier = at_work.opened(first="Emmanuel", last="Kowalski", imilo_number="12350")
    about = "n° 12350 · né·e le 3 novembre 2005 · Mortagne"
    page = proposed(at_work.client(NADIA), "jowalski")
    assert texts(page, "ul:not(#rail) a") == [f"Kowalski Emmanuel {about}"]
    assert [link["href"] for link in parsed(page).select("ul:not(#rail) a")] == [f"/dossiers/{dossier}"]
    assert f"/rejouer/{dossier}" in proposed(at_work.client(CLAIRE), "12350")
    assert f"/rejouer/{dossier}" in proposed(at_work.client(SOPHIE), "12350", vers="rejouer")


def test_nothing_is_proposed_for_nothing_nor_of_what_one_does_not_read(at_work: House) -> None:
    at_work.opened(advisor=PAUL)
    client = at_work.client(NADIA)
    assert "aucun dossier, ni de nom proche" in words(proposed(client, "diallo"))
    assert words(proposed(client, "")) == words(proposed(client, "   "))
    assert parsed(proposed(client, "")).select("#rail ~ *, li a b, p") == []
    denied = at_work.client("Yann Le Goff").post("/chercher/proches", data={"q": "diallo"}, headers=HTMX)
    assert denied.status_code == 403


# --- a telephone


@pytest.mark.parametrize(
    "typed", ["06 12 34 56 78", "+33612345678", "06.12.34.56.78", "0033 6 12 34 56 78", "345678", "06 12 34"]
)
def test_a_telephone_is_found_however_it_is_typed_among_those_whom_one_reads(at_work: House, typed: str) -> None:
    dossier = at_work.opened(phone="0612345678")
    at_work.opened(first="Zoé", phone="0698765432")
    for name in (NADIA, SOPHIE):
        assert search(at_work.client(name), typed)[:2] == (303, f"/dossiers/{dossier}")
    assert "aucun dossier" in words(search(at_work.client(PAUL), typed)[2])


@pytest.mark.parametrize("typed", ["5678", "45678", "06 12 3", "%%%%%%", "06123456781"])
def test_fewer_than_six_digits_of_a_telephone_or_others_find_nobody(at_work: House, typed: str) -> None:
    at_work.opened(phone="0612345678")
    assert "aucun dossier" in words(search(at_work.client(NADIA), typed)[2])


def test_a_telephone_that_is_corrected_is_found_by_the_new_one_alone(at_work: House) -> None:
    dossier = at_work.opened(phone="0612345678")
    at_work.on(dossier, identity.correct_contact, phone="0711223344", email=None)
    client = at_work.client(NADIA)
    assert search(client, "07 11 22 33 44")[0] == 303
    assert "aucun dossier" in words(search(client, "06 12 34 56 78")[2])

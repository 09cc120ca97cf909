"""The people to call at a partner: noted by the team, missed, gone, erased; nothing of them is left."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.events.values import PartnerDetails
from pixflow.partners import listing
from tests.web.filled import HTMX
from tests.web.pages.partners.conftest import NADIA, SOPHIE, listed
from tests.web.paths import House, house
from tests.web.tags import parsed

EPN = PartnerDetails(name="EPN de L’Aigle")
LISE = {"name": "Lise Quinquin", "role": "conseillère numérique", "phone": "02 33 84 00 00",
        "email": "lise@example.org", "answers": "email", "note": "le matin"}  # fmt: skip


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("contacts")) as made:
        yield made


@pytest.fixture
def partner(at_work: House) -> UUID:
    return listed(at_work, EPN)


def send(at_work: House, by: str, partner: UUID, form: str, **said: str) -> Any:
    data = {"command_id": str(uuid4()), **said}
    return at_work.client(by).post(f"/partenaires/{partner}/personnes/{form}", data=data)


def named(at_work: House, partner: UUID, by: str = NADIA, **said: str) -> UUID:
    """Notes a person, and returns their stream."""
    answer = send(at_work, by, partner, "personne", **LISE | said)
    assert answer.status_code == 303
    assert "Personne à joindre" in at_work.client(by).get(answer.headers["location"]).text
    (recorded,) = at_work.served.engine.read(at_work.served.engine.head() - 1, 1)
    return recorded.originator_id


def section(at_work: House, partner: UUID, by: str = NADIA) -> str:
    page = parsed(at_work.client(by).get(f"/partenaires/{partner}").text)
    return str(page.select_one("section[aria-labelledby=contacts]").get_text(" ", strip=True))


def test_the_page_says_whom_to_call_and_how_they_answer(at_work: House, partner: UUID) -> None:
    assert "Personne n’est noté" in section(at_work, partner)
    named(at_work, partner)
    said = section(at_work, partner)
    for text in (*list(LISE.values())[:2], "02\xa033\xa084\xa000\xa000", "répond par courriel", "le matin"):
        assert text in said, text
    assert "Effacer" not in said
    assert "Effacer" in section(at_work, partner, SOPHIE)
    refused = send(at_work, NADIA, partner, "personne", name="", phone="12")
    assert refused.status_code == 422
    assert "Écrivez le nom." in refused.text


def test_the_people_of_a_joined_file_follow(at_work: House, partner: UUID) -> None:
    other = listed(at_work, EPN)
    named(at_work, other)
    taken = at_work.served.engine.state("partner", other)
    at_work.says(SOPHIE, listing.absorb_partner, {"partner": other}, into=partner)
    at_work.says(SOPHIE, listing.join_partner, {"partner": partner}, other=other, context={"takes": taken})
    assert "Lise Quinquin" in section(at_work, partner)


def test_who_is_not_reached_is_corrected_from_the_box(at_work: House, partner: UUID) -> None:
    contact = named(at_work, partner)
    blank = at_work.client(NADIA).get(f"/partenaires/{partner}?formulaire=personne-injoignable&sur={contact}").text
    assert "son courriel revient" in blank
    assert send(at_work, NADIA, partner, "personne-injoignable", contact=str(contact), why="email").status_code == 303
    assert "courriel qui revient" in section(at_work, partner)
    pile = parsed(at_work.client(SOPHIE).get("/boite?pile=update-contact").text)
    href = pile.select_one(f"#task-{contact}-update-contact .item-act a.btn")["href"]
    form = at_work.client(SOPHIE).get(href, follow_redirects=True)
    assert 'value="lise@example.org"' in form.text
    assert 'value="02\xa033\xa084\xa000\xa000"' in form.text
    send(at_work, SOPHIE, partner, "personne-a-jour", contact=str(contact), **LISE | {"email": "epn@example.org"})
    assert at_work.served.engine.state("contact", contact).mail == "epn@example.org"
    assert str(contact) not in at_work.client(SOPHIE).get("/boite?pile=update-contact").text


def test_the_search_finds_whom_to_call_and_leads_to_the_partner(at_work: House, partner: UUID) -> None:
    contact = named(at_work, partner, name="Maëlle Le Goadec")

    def searched(by: str, text: str, where: str = "") -> Any:
        return at_work.client(by).post(f"/chercher{where}", data={"q": text}, headers=HTMX if where else {})

    for by in (NADIA, SOPHIE, "Claire Vasseur"):
        for text in ("maelle", "GOADEC", "le go ma"):
            found = parsed(searched(by, text).text).select("#contacts + ul .item")
            assert [one.a["href"] for one in found] == [f"/partenaires/{partner}#contacts"]
            assert "conseillère numérique, EPN de L’Aigle" in found[0].text
    assert "conseillère numérique, EPN de L’Aigle" in searched(NADIA, "goadec", "/proches").text
    for text in ("goadecs", "maelle zoe", "' '"):
        assert "Le Goadec" not in searched(NADIA, text).text + searched(NADIA, text, "/proches").text
    assert searched("Yann Le Goff", "goadec").status_code == 403
    send(at_work, SOPHIE, partner, "personne-effacee", contact=str(contact), reason="left")
    assert "Le Goadec" not in searched(SOPHIE, "goadec").text


def test_who_left_is_erased_and_nothing_of_them_is_left(at_work: House, partner: UUID) -> None:
    contact = named(at_work, partner, name="Zoé Zanzibar", note="peur du noir")
    send(at_work, NADIA, partner, "personne-injoignable", contact=str(contact), why="left")
    assert "a quitté le lieu" in section(at_work, partner)
    asked = at_work.client(SOPHIE).get(f"/personnes-a-joindre/{contact}", follow_redirects=True)
    assert "Effacer pour toujours" in asked.text
    said = {"contact": str(contact), "reason": "left"}
    assert send(at_work, NADIA, partner, "personne-effacee", **said).status_code == 403
    answer = send(at_work, SOPHIE, partner, "personne-effacee", **said)
    receipt = at_work.client(SOPHIE).get(answer.headers["location"]).text
    assert "Personne à joindre effacée" in receipt
    journal = at_work.client(SOPHIE).get("/journal?genre=Partenaires").text
    assert "anzibar" not in receipt + journal
    folder: Path = at_work.served.opened.folder
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if b"anzibar" in path.read_bytes() or b"peur du noir" in path.read_bytes()]
    at_work.served.rebuild(lambda done, total: None)
    assert "a quitté le lieu" not in section(at_work, partner), "nor in tables made anew"
    assert at_work.client(SOPHIE).get(f"/personnes-a-joindre/{contact}").status_code == 404
    assert send(at_work, SOPHIE, partner, "personne-effacee", **said).status_code == 404


def test_a_person_of_another_partner_is_not_found_here(at_work: House, partner: UUID) -> None:
    contact = named(at_work, listed(at_work, EPN))
    head = at_work.served.engine.head()
    bent = {"personne-a-jour": LISE, "personne-injoignable": {"why": "left"}, "personne-effacee": {"reason": "left"}}
    for form, said in bent.items():
        assert send(at_work, SOPHIE, partner, form, contact=str(contact), **said).status_code == 404
    assert send(at_work, SOPHIE, partner, "autre").status_code == 404
    assert at_work.served.engine.head() == head


def test_a_refused_word_on_a_person_keeps_every_choice(at_work: House, partner: UUID) -> None:
    contact = named(at_work, partner)
    refused = send(at_work, NADIA, partner, "personne-injoignable", contact=str(contact))
    assert refused.status_code == 422
    page = parsed(refused.text)
    assert [one["value"] for one in page.select("#form input[name=why]")] == ["phone", "email", "left"]
    assert "Lise Quinquin" in page.select_one("#form").text

"""Effacements en cours: a steward reads what is about to go, and stops it; five people a day, and no guess."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pixflow import erasing
from pixflow.actor import Actor
from tests import erasures
from tests.web.client import words
from tests.web.pages.privacy.test_erasure import press
from tests.web.paths import House, house

NADIA, SOPHIE, HELENE, YANN = "Nadia Benali", "Sophie Lecomte", "Hélène Morin", "Yann Le Goff"
MONDAY = date(2026, 3, 16)


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, MONDAY) as made:
        yield made


def hidden(at_work: House, last: str = "Nomercier") -> UUID:
    dossier = at_work.opened(last=last)
    assert press(at_work, SOPHIE, dossier, "demander", reason="request").status_code == 303
    done = press(at_work, HELENE, dossier, "effacer", name=last)
    assert done.status_code == 303, words(done.text)
    return dossier


def stop(at_work: House, who: str, dossier: UUID, reason: str = "une homonyme") -> int:
    said = {"command_id": str(uuid4()), "reason": reason}
    return int(at_work.client(who).post(f"/effacements/{dossier}/arreter", data=said).status_code)


def test_a_steward_reads_what_is_about_to_go_and_an_administrator_no_name(at_work: House) -> None:
    assert "Aucun effacement" in words(at_work.client(YANN).get("/effacements").text)
    dossier = hidden(at_work)
    for who, named in ((HELENE, True), (YANN, False)):
        said = words(at_work.client(who).get("/effacements").text)
        assert ("Nomercier" in said) is named
        assert "par Sophie Lecomte" in said
        assert "par Hélène Morin" in said
        assert "19 mars 2026" in said
    assert str(dossier) in at_work.client(YANN).get("/effacements").text
    for who in (NADIA, SOPHIE):
        assert at_work.client(who).get("/effacements").status_code == 403
        assert stop(at_work, who, dossier) == 403


def test_the_dossier_is_back_once_it_is_stopped(at_work: House) -> None:
    dossier = hidden(at_work)
    assert at_work.client(HELENE).get(f"/dossiers/{dossier}/droits").status_code == 404
    assert "Nomercier" not in at_work.client(SOPHIE).get("/dossiers").text
    assert stop(at_work, YANN, dossier, reason="") == 422
    assert stop(at_work, YANN, dossier) == 303
    assert "Nomercier" in at_work.client(SOPHIE).get("/dossiers").text
    history = words(at_work.client(SOPHIE).get(f"/dossiers/{dossier}").text)
    assert "une homonyme" in history
    assert "Aucun effacement" in words(at_work.client(HELENE).get("/effacements").text)


def test_what_is_due_is_not_stopped_any_more(at_work: House) -> None:
    dossier = hidden(at_work)
    at_work.pass_by(hours=72)
    assert stop(at_work, YANN, dossier) == 422
    at_work.served.tick()
    assert not at_work.served.engine.keys.vault.streams()[dossier]
    assert "Aucun effacement" in words(at_work.client(YANN).get("/effacements").text)


def test_a_post_without_the_page_erases_nobody(at_work: House) -> None:
    """As two cookies did, with numbers that they guessed."""
    people = [at_work.opened(last=f"Nom{n}") for n in range(3)]
    client = at_work.client(HELENE)
    for n, one in enumerate(people):
        press(at_work, SOPHIE, one, "demander", reason="request")
        for guess in range(1, 8):
            said = {"command_id": str(uuid4()), "name": f"Nom{n}", "page": str(guess), "request": str(guess)}
            assert client.post(f"/dossiers/{one}/droits/effacer", data=said).status_code == 422
    assert not any(at_work.state(one).erased for one in people)


def test_two_people_erase_no_more_than_five_a_day(at_work: House) -> None:
    people = [at_work.opened(last=f"Nom{n}") for n in range(8)]
    answers = []
    for n, one in enumerate(people):
        press(at_work, SOPHIE, one, "demander", reason="request")
        answers.append(press(at_work, HELENE, one, "effacer", name=f"Nom{n}"))
    assert [one.status_code for one in answers] == [303] * 5 + [422] * 3
    assert "l’exploitant dit combien" in words(answers[-1].text)
    assert all(at_work.served.engine.keys.vault.streams()[one] for one in people)


def test_the_form_names_its_page(at_work: House) -> None:
    dossier = at_work.opened(last="Nomercier")
    press(at_work, SOPHIE, dossier, "demander", reason="request")
    by = Actor(str(at_work.people[HELENE]))
    token = erasures.page(at_work.served.opened, dossier, by)
    assert f'name="page" value="{token}"' in at_work.client(HELENE).get(f"/dossiers/{dossier}/droits").text
    assert token not in at_work.client(SOPHIE).get(f"/dossiers/{dossier}/droits").text
    assert erasing.due_at(at_work.served.engine, dossier) == at_work.now + erasing.DELAY

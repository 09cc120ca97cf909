"""The dossier says which grid was told, which reading counts, and what a grid in force would say."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from pixflow.dossier import follow_up
from tests.web.arranged import MONDAY
from tests.web.client import words
from tests.web.paths import House, house
from tests.web.pressing import opened, send


@pytest.fixture
def locale(tmp_path: Path) -> Iterator[House]:
    """A structure of its own: each test publishes a grid."""
    with house(tmp_path) as made:
        made.day(MONDAY)
        yield made


def page(locale: House, dossier: object) -> str:
    return words(locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text)


def moved(locale: House) -> tuple[UUID, int]:
    """A told result, and a grid of today with another name for its band."""
    dossier, _ = locale.debriefed()
    return dossier, locale.publish_grid("Premiers pas")


ASKS = "la grille n° 2 lit « Premiers pas » au lieu de « Savoirs de base »"


def test_before_any_publication_it_says_the_grid_that_was_told(locale: House) -> None:
    dossier, _ = locale.debriefed()
    assert "Lu avec la grille n° 1, dite le 16 mars : cette lecture compte" in page(locale, dossier)
    untold, _ = locale.scored(first="Zoé", last="Petit")
    assert "cette lecture compte" not in page(locale, untold)


def test_a_grid_in_force_asks_its_advisor_and_changes_nothing_by_itself(locale: House) -> None:
    dossier, number = moved(locale)
    said = page(locale, dossier)
    assert ASKS in said
    assert "c’est la tranche « Savoirs de base » de la grille n° 1" in said
    queue = words(locale.client("Nadia Benali").get("/boite").text)
    assert "grille n° 2 : « Premiers pas » au lieu de « Savoirs de base »" in queue
    form = words(locale.client("Nadia Benali").get(f"/dossiers/{dossier}?formulaire=reading&sur={number}").text)
    assert "Dit avec la grille n° 1 : Savoirs de base" in form
    assert "Avec la grille n° 2 : Premiers pas" in form


@pytest.mark.parametrize(("told", "counts"), [("true", 2), ("false", 1)])
def test_the_answer_says_which_reading_counts(locale: House, told: str, counts: int) -> None:
    dossier, number = moved(locale)
    client = locale.client("Nadia Benali")
    sent = {**opened(client, dossier, "reading", number), "told": told}
    answer = send(client, dossier, "reading", sent)
    assert answer.status_code == 303, words(answer.text)
    said = page(locale, dossier)
    assert ASKS not in said
    assert f"Lu avec la grille n° {counts}" in said
    assert ("celle de la grille n° 2 n’est pas dite" in said) == (counts == 1)


def test_the_prescription_is_built_by_the_reading_that_counts(locale: House) -> None:
    dossier, _ = moved(locale)
    client = locale.client("Nadia Benali")
    sent = {**opened(client, dossier, "prescription", ""), "kept": ["cap-lec"]}
    assert send(client, dossier, "prescription", sent).status_code == 303
    (built,) = locale.state(dossier).prescription.built.values()
    assert built.grille == 1
    assert ASKS in page(locale, dossier), "the question stays"


def test_another_grid_since_the_form_was_drawn_is_asked_again(locale: House) -> None:
    dossier, number = moved(locale)
    client = locale.client("Nadia Benali")
    sent = {**opened(client, dossier, "reading", number), "told": "true"}
    locale.publish_grid("Tout autre")
    answer = send(client, dossier, "reading", sent)
    assert answer.status_code == 422
    assert "La grille n° 2 n’est pas celle de ce jour-là" in words(answer.text)


def test_under_one_name_it_says_what_is_other(locale: House) -> None:
    for change, said in (("objective", "un autre objectif"), ("proposals", "d’autres actions")):
        dossier, _ = locale.debriefed(first=change.title())
        number = locale.publish_grid(**{change: "Autre chose"})
        assert f"la grille n° {number} donne {said} à « Savoirs de base »" in page(locale, dossier)
        queue = words(locale.client("Nadia Benali").get("/boite").text)
        assert f"grille n° {number} : {said} pour « Savoirs de base »" in queue


def test_a_closed_dossier_asks_nothing(locale: House) -> None:
    dossier, _ = moved(locale)
    locale.on(dossier, follow_up.close_dossier, reason="employment", note="")
    assert "au lieu de" not in page(locale, dossier)


def test_a_colleague_who_receives_the_task_answers_it_and_no_other_colleague(locale: House) -> None:
    dossier, number = moved(locale)
    sent = {**opened(locale.client("Nadia Benali"), dossier, "reading", number), "told": "false"}
    assert send(locale.client("Paul Rey"), dossier, "reading", sent).status_code in (403, 404)
    locale.on(
        dossier, follow_up.hand_over_task, task=f"review-reading:{number}", to=locale.people["Paul Rey"],
        until=None, note="",
    )  # fmt: skip
    assert send(locale.client("Paul Rey"), dossier, "reading", sent).status_code == 303


def test_the_replay_says_which_reading_counts_before_and_after(locale: House) -> None:
    dossier, number = moved(locale)
    client = locale.client("Nadia Benali")
    send(client, dossier, "reading", {**opened(client, dossier, "reading", number), "told": "true"})
    said = words(locale.client("Claire Vasseur").get(f"/rejouer/{dossier}").text)
    assert "Lecture dite grille n° 1 grille n° 2" in said

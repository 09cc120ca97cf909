"""*Et si*: the results of a year by the draft of a grid, each number with its list, who sees what, and bad days."""

import csv
import io
import re
from dataclasses import replace
from datetime import date

import pytest

from pixflow.dossier import assignment
from tests.web.client import words
from tests.web.filled import texts
from tests.web.pages.protocol.test_drafts import (
    CLAIRE,
    GRID,
    HELENE,
    LAIGLE,
    NADIA,
    PAUL,
    PROTOCOL,
    SOPHIE,
    YANN,
    drafted,
    ending_at,
    read,
)
from tests.web.paths import House
from tests.web.tags import parsed

WHAT_IF = f"{GRID}/et-si"
HERE = {"sec-fetch-site": "same-origin"}


def rows(page: str) -> list[str]:
    return texts(page, "section[aria-labelledby=liste] th[scope=row]")


def numbers(page: str) -> dict[str, tuple[int, str]]:
    """Returns the numbers of a page, with the addresses of their lists, by the words of their line."""
    found = {}
    for line in parsed(page).select("#what-if .plain li, #what-if h2#bands"):
        link = line.select("a")[0]
        found[words(str(line))] = (int(re.findall(r"\d+", link.get_text())[0]), str(link["href"]))
    return found


@pytest.mark.parametrize("page", [WHAT_IF, f"{PROTOCOL}/et-si", f"{PROTOCOL}/et-si/delais"])
def test_without_a_draft_it_is_the_protocol(at_work: House, page: str) -> None:
    assert at_work.client(SOPHIE).get(page).headers["location"] == "/protocole"
    assert at_work.client(SOPHIE).get(f"{page}/liste.csv", headers=HERE).text.count("\n") == 1


def test_without_a_result_it_says_so(at_work: House) -> None:
    drafted(at_work, ending_at(45))
    assert "Aucun résultat avec un score n’a été reçu sur ces jours" in words(read(at_work, WHAT_IF))


def test_each_number_is_the_length_of_its_list(at_work: House) -> None:
    for first, mastery in (("Aminata", "0.43"), ("Bilal", "0.45"), ("Chloé", "0.20"), ("David", "0.90")):
        at_work.scored(mastery, first=first)
    at_work.prescribed("0.40", first="Emma")
    drafted(at_work, ending_at(45))
    page = read(at_work, WHAT_IF)
    assert "Sur 5 résultats relus, 2 changeraient de tranche : 2 jeunes." in words(page)
    assert rows(page) == ["Diallo Aminata", "Diallo Bilal"]
    found = numbers(page)
    assert len(found) == 3
    for count, address in found.values():
        assert len(rows(read(at_work, address.partition("#")[0]))) == count


def test_a_band_of_which_the_bounds_alone_change_is_counted_with_nobody(at_work: House) -> None:
    for first, mastery in (("Aminata", "0.45"), ("Bilal", "0.65")):
        at_work.scored(mastery, first=first)
    drafted(at_work, ending_at(60))
    page = read(at_work, WHAT_IF)
    assert "Sur 2 résultats relus, 1 changerait de tranche : 1 jeune." in words(page)
    assert rows(page) == ["Diallo Aminata"]
    titles = texts(read(at_work, GRID), "section[aria-labelledby=changes] h3")
    assert titles == ["Tranche 0-40 % → 0-60 %", "Tranche 41-70 % → 61-70 %"]


def test_a_draft_equal_to_what_is_in_force_changes_nothing(at_work: House) -> None:
    at_work.scored("0.43")
    at_work.prescribed("0.40", first="Emma")
    drafted(at_work, replace(LAIGLE.grille, name="La même"))
    page = read(at_work, WHAT_IF)
    assert "aucun ne changerait de tranche" in words(page)
    assert (rows(page), parsed(page).select("#proposals")) == ([], [])
    assert "1 prescription redonne ce qui a été noté, sans écart" in words(page)


def test_a_prescription_that_would_have_been_another_comes_first_over_five_percent(at_work: House) -> None:
    at_work.prescribed("0.40", first="Emma")
    drafted(at_work, ending_at(39))
    page = read(at_work, WHAT_IF)
    said = words(page)
    assert "1 prescription garde une action que ce projet ne propose plus" in said
    assert said.index("1 prescription garde") < said.index("Sur 1 résultat relu")
    assert rows(read(at_work, f"{WHAT_IF}?liste=ouverts")) == ["Diallo Emma"]


def test_each_person_sees_the_results_that_they_may_read(at_work: House) -> None:
    at_work.scored("0.43", first="Aminata")
    bilal, _ = at_work.scored("0.44", first="Bilal")
    at_work.on(bilal, assignment.assign_advisor, SOPHIE, advisor=at_work.people[PAUL])
    drafted(at_work, ending_at(45))
    both = ["Diallo Aminata", "Diallo Bilal"]
    for by, seen in ((SOPHIE, both), (HELENE, both), (CLAIRE, both), (NADIA, both[:1]), (PAUL, both[1:])):
        assert rows(read(at_work, WHAT_IF, by)) == seen
    hidden = read(at_work, WHAT_IF, YANN)
    assert "Diallo" not in hidden
    assert "les noms et les nombres ne sont pas montrés" in words(hidden)
    assert at_work.client(YANN).get(f"{WHAT_IF}/liste.csv").status_code == 403


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?du=hier", "Choisissez des jours qui existent"),
        ("?du=2026-03-10&au=2026-03-01", "Choisissez des jours qui existent"),
        ("?au=2026-03-17", "Choisissez un dernier jour qui est passé"),
        ("?du=2024-01-01&au=2024-02-01", "Aucun résultat avec un score"),
        ("?site=Ailleurs", "Aucun résultat avec un score"),
        ("?programme=CEJ", "Aucun résultat avec un score"),
    ],
)
def test_days_that_hold_no_answer_are_answered_in_words(at_work: House, query: str, told: str) -> None:
    at_work.scored("0.43")
    drafted(at_work, ending_at(45))
    page = read(at_work, WHAT_IF, query=query)
    assert told in words(page)
    assert rows(page) == []


@pytest.mark.parametrize(
    "shown", ["", "lus", "nimporte", "tranche:x", "conseiller:", "action:lec", "ouverts", "ecarts"]
)
def test_any_list_of_an_address_is_answered(at_work: House, shown: str) -> None:
    at_work.scored("0.43")
    drafted(at_work, ending_at(45))
    assert at_work.client(SOPHIE).get(f"{WHAT_IF}?liste={shown}").status_code == 200


def test_a_result_received_later_is_in_the_next_answer(at_work: House) -> None:
    at_work.scored("0.43", first="Aminata")
    drafted(at_work, ending_at(45))
    assert rows(read(at_work, WHAT_IF)) == ["Diallo Aminata"]
    at_work.scored("0.44", first="Bilal")
    assert rows(read(at_work, WHAT_IF)) == ["Diallo Aminata", "Diallo Bilal"]


def test_the_list_leaves_as_a_file_with_a_fact(at_work: House) -> None:
    at_work.scored("0.43", first="Aminata")
    drafted(at_work, ending_at(45))
    answer = at_work.client(SOPHIE).get(f"{WHAT_IF}/liste.csv", headers=HERE)
    head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    told = dict(zip(head, row, strict=True))
    assert (told["Nom"], told["Score"], told["Reçu le"]) == ("Diallo", "43", date(2026, 3, 16).isoformat())
    assert (told["Tranche de sa grille"], told["Tranche du projet"][:6]) == ("41-70 % Développer", "0-45 %")
    issued = at_work.served.engine.history(at_work.served.opened.stream("structure"))[-1].event
    assert (issued.page, issued.rows, issued.people) == ("what-if", 1, 1)  # type: ignore[attr-defined]

"""The list of a number as a file: as long as the number, of its day, with its clock."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pixflow.dossier.stages import orientation
from tests.erasures import erase
from tests.web.access_lines import NewLines
from tests.web.client import words
from tests.web.paths import House, house
from tests.web.taken import issued, sheets, table, taken

MONDAY = date(2026, 3, 16)
NADIA, PAUL, SOPHIE, HELENE, CLAIRE = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin", "Claire Vasseur"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    """Three young people of whom one saw Pix, two days later."""
    with house(tmp_path, MONDAY) as made:
        ids = [made.opened(last=f"Autre{number}", advisor=PAUL) for number in range(3)]
        made.day(date(2026, 3, 18))
        made.on(ids[0], orientation.present_pix, PAUL, occasion="welcome")
        yield made


def test_a_list_leaves_with_its_number_period_and_day(at_work: House) -> None:
    lines, helene = NewLines(at_work.served), at_work.client(HELENE)
    rows = taken(helene, "/indicateurs/I2?etat=done&periode=mois")
    assert [(row["Qui"], row["Date"]) for row in rows] == [("Aminata Autre0", "2026-03-16")]
    waiting = taken(helene, "/indicateurs/I2?etat=waiting&periode=mois")
    assert sorted(row["Qui"] for row in waiting) == ["Aminata Autre1", "Aminata Autre2"]
    assert {line.people for line in lines.take()} == {1, 2}
    said = sheets(helene.get("/indicateurs/I2/liste.xlsx?etat=waiting&periode=mois"))[1]
    assert words(str(said["Filtres"])).startswith("Présentation de Pix")
    assert "du 1er mars 2026 au 18 mars 2026" in words(str(said["Filtres"]))
    assert words(str(said["Vue au"])) == "18 mars 2026"
    filters = (("indicateur", "I2"), ("periode", "mois"), ("etat", "waiting"))
    assert issued(at_work)[-1][1].filters == filters


def test_a_list_of_an_earlier_day_says_its_clock(at_work: House) -> None:
    claire = at_work.client(CLAIRE)
    assert len(taken(claire, "/indicateurs/I2?etat=waiting&au=2026-03-16")) == 3
    said = sheets(claire.get("/indicateurs/I2/liste.xlsx?etat=waiting&au=2026-03-16"))[1]
    assert words(str(said["Vue au"])) == "16 mars 2026, d’après ce qu’on savait ce jour-là"
    assert taken(claire, "/indicateurs/I2?etat=done&au=2026-03-16") == []


def test_the_list_of_an_advisor_leaves_without_the_dossiers_of_others(at_work: House) -> None:
    at_work.opened(last="Diallo", advisor=NADIA)
    helene, nadia = at_work.client(HELENE), at_work.people[NADIA]
    page = f"/indicateurs/I18?etat=among&conseiller={nadia}"
    assert [row["Qui"] for row in taken(helene, page)] == ["Aminata Diallo"]
    assert dict(issued(at_work)[-1][1].filters)["conseiller"] == str(nadia)
    file = page.replace("?", "/liste.xlsx?")
    assert "Qui : Nadia Benali" in words(str(sheets(helene.get(file))[1]["Filtres"]))


def test_one_takes_one_s_own_and_nobody_else_s(at_work: House) -> None:
    assert len(taken(at_work.client(PAUL), "/mon-activite/I2?etat=among")) == 3
    assert table(at_work.client(NADIA).get("/mon-activite/I2/liste.csv?etat=among")) == []
    assert at_work.client(PAUL).get("/mon-activite/I24/liste.csv").status_code == 404
    for name in (NADIA, "Yann Le Goff"):
        assert at_work.client(name).get("/indicateurs/I2/liste.csv").status_code == 403
    assert at_work.client(SOPHIE).get("/mon-activite/I2/liste.csv").status_code == 403


def test_an_unknown_figure_or_number_is_not_there_and_leaves_no_word(at_work: House) -> None:
    helene = at_work.client(HELENE)
    for path in ("I99/liste.csv", "I2/liste.xlsx?etat=zanzibar", "zanzibar/liste.csv"):
        assert helene.get(f"/indicateurs/{path}").status_code == 404
    for query in (
        "periode=zanzibar",
        "coupe=zanzibar",
        "au=zanzibar",
        "horloge=zanzibar",
        "mois=zanzibar",
        "par=zanzibar",
    ):
        assert helene.get(f"/indicateurs/I2/liste.csv?{query}&etat=among").status_code == 200
    assert helene.get("/indicateurs/I2/liste.csv?coupe=site:zanzibar&etat=among").status_code == 200
    assert "zanzibar" not in str(issued(at_work))


def test_figures_of_stocks_rules_and_partners_leave_too(at_work: House) -> None:
    helene = at_work.client(HELENE)
    for id in ("funnel", "I13", "I16", "I18", "I19", "I22", "I23", "I24"):
        answer = helene.get(f"/indicateurs/{id}")
        state = {"funnel": "concerned", "I13": "concerned-presented"}.get(id, "counted")
        assert answer.status_code == 200
        got = helene.get(f"/indicateurs/{id}/liste.csv?etat={state}")
        assert got.status_code in (200, 404), id


def test_who_was_erased_has_no_name_in_a_file(at_work: House) -> None:
    dossier = at_work.opened(last="Zanzibar", advisor=PAUL)
    erase(at_work.served.opened, dossier)
    rows = table(at_work.client(HELENE).get("/indicateurs/I1/liste.csv"))
    assert "Zanzibar" not in str(rows)

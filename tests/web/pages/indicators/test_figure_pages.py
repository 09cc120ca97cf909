"""Indicateurs and Mon activité: each number leads to a list of its length; the files say it too."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from pixflow.dossier.stages import orientation
from pixflow.indicators.outside import FEWEST
from tests.erasures import erase
from tests.web.client import InspectingClient, words
from tests.web.paths import House, house
from tests.web.story import long_story
from tests.web.tags import parsed
from web.french.typography import percent

MONDAY = date(2026, 3, 16)
NADIA, PAUL, SOPHIE, HELENE = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin"


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A long story, and three young people of whom one saw Pix."""
    with house(tmp_path_factory.mktemp("indicators"), MONDAY) as made:
        long_story(made)
        for number in range(3):
            other = made.opened(last=f"Autre{number}", advisor=PAUL, imilo_number=f"99{number}")
            if number == 0:
                made.on(other, orientation.present_pix, PAUL, occasion="welcome")
        yield made


@pytest.fixture
def manager(at_work: House) -> InspectingClient:
    return at_work.client(HELENE)


def numbers(client: InspectingClient, path: str) -> dict[str, int]:
    """The links of a page to lists, each with the number that it shows."""
    links = parsed(client.get(path).text).select('main a[href*="etat="]')
    return {link["href"]: int(link.text.replace("\u202f", "")) for link in links if link.text.strip().isdigit()}


def length(client: InspectingClient, path: str) -> int:
    return int(parsed(client.get(path).text).select_one("#liste small").text)


def test_each_number_leads_to_a_list_of_its_length(manager: InspectingClient) -> None:
    found = numbers(manager, "/indicateurs")
    assert len(found) > 80
    shown = {path: n for path, n in found.items() if n} | dict(list(found.items())[:5])
    assert {path: length(manager, path) for path in shown} == shown


def test_the_days_of_a_passage_are_no_lateness_and_a_line_says_what_followed(manager: InspectingClient) -> None:
    page = words(manager.get("/indicateurs/I13").text)
    assert "la moitié en" in page
    assert "de retard" not in page
    listed = parsed(manager.get("/indicateurs/I13?etat=concerned-presented").text)
    rows = listed.select("tbody td[data-label='La suite']")
    assert "fait le" in words(rows[-1].text) or "en attente" in words(rows[-1].text)


def test_a_list_names_people_and_leads_to_the_fact(manager: InspectingClient) -> None:
    page = parsed(manager.get("/indicateurs/I2?etat=waiting").text)
    rows = page.select("#liste ~ table tbody tr")
    assert sorted(row.select_one("th a").text for row in rows) == ["Aminata Autre1", "Aminata Autre2"]
    assert all("/rejouer/" in row.select_one("td a")["href"] for row in rows)
    assert manager.get(rows[0].select_one("td a")["href"]).status_code == 200


def test_a_figure_as_of_an_earlier_day(manager: InspectingClient) -> None:
    then = "/indicateurs/I2?etat=among&au=2026-03-18"
    assert length(manager, then) < length(manager, "/indicateurs/I2?etat=among")
    assert "ce qu’on savait ce jour-là" in manager.get("/indicateurs?au=2026-03-18").text
    assert "ce qu’on sait aujourd’hui de ce jour-là" in manager.get("/indicateurs?au=2026-03-18&horloge=vrai").text
    assert length(manager, f"{then}&horloge=vrai") >= length(manager, then)


def test_the_cells_of_a_cut_sum_to_the_figure(manager: InspectingClient) -> None:
    whole = length(manager, "/indicateurs/I2?etat=among")
    page = parsed(manager.get("/indicateurs/I2?par=programme").text)
    cells = page.select("#cut ~ .table-wide tbody td:nth-of-type(2) a")
    assert sum(int(cell.text) for cell in cells) == whole
    assert [length(manager, cell["href"]) for cell in cells] == [int(cell.text) for cell in cells]


def test_each_cell_of_the_cohorts_and_each_month_leads_to_its_people(manager: InspectingClient) -> None:
    page = parsed(manager.get("/indicateurs/funnel").text)
    cells = page.select(".cohorts td a")
    assert {len(row.select("td")) for row in page.select(".cohorts tbody tr")} == {9}
    assert [length(manager, cell["href"]) for cell in cells] == [int(cell.text) for cell in cells]
    assert page.select_one("#liste").text.startswith("Concernés, action terminée")
    firsts = page.select(".cohorts td:nth-of-type(1) a")
    assert sum(int(cell.text) for cell in firsts) == length(manager, "/indicateurs/funnel?etat=concerned") > 0
    for id in ("I1", "I2", "I14"):
        months = parsed(manager.get(f"/indicateurs/{id}").text).select(".months .number a")
        assert [length(manager, month["href"]) for month in months] == [int(month.text) for month in months] != []


def test_the_colours_of_months_have_their_key_once(manager: InspectingClient) -> None:
    for id in ("I1", "I2", "I13", "I14"):
        page = parsed(manager.get(f"/indicateurs/{id}").text)
        drawn = {str(bar["class"]) for bar in page.select(".months rect")}
        keyed = [str(one["class"]).split()[-1] for one in page.select(".keys .key")]
        assert len(keyed) == len(set(keyed)), id
        assert len(drawn) < 2 or drawn <= set(keyed), id


def test_a_month_stands_within_its_period_alone(manager: InspectingClient) -> None:
    whole = length(manager, "/indicateurs/I2?etat=among")
    within = [length(manager, f"/indicateurs/I2?etat=among&mois=2026-{month:02}") for month in range(1, 13)]
    assert whole in within  # a month out of the period asks for the whole of it
    assert length(manager, "/indicateurs/I2?etat=among&mois=1999-01") == whole
    assert length(manager, "/indicateurs/I2?etat=among&mois=x&periode=mois") == length(
        manager, "/indicateurs/I2?etat=among&periode=mois"
    )


def test_a_number_that_moved_since_says_what_it_was(manager: InspectingClient) -> None:
    then = "/indicateurs/I5?au=2026-03-18"
    known, true = (
        parsed(manager.get(f"{then}{clock}").text).select_one("#numbers").text for clock in ("", "&horloge=vrai")
    )
    said = "ce qu’on savait ce jour-là." in manager.get(f"{then}&horloge=vrai").text
    assert said == (known != true)
    assert "était" not in manager.get(then).text


def test_the_page_of_all_figures_opens_where_some_numbers_moved_and_others_did_not(manager: InspectingClient) -> None:
    for day, said in (("2026-01-02", "Ce qui manque encore"), ("2026-03-18", "Restitution individuelle")):
        for clock in ("", "&horloge=vrai"):
            assert said in manager.get(f"/indicateurs?au={day}{clock}").text


def test_a_period_that_is_over_leads_to_what_was_known_at_its_end(manager: InspectingClient) -> None:
    links = parsed(manager.get("/indicateurs/I2?periode=mois-dernier").text).select("a")
    link = next(one for one in links if one.text.strip().startswith("Ce qu’on savait"))
    assert "periode=mois" in link["href"]
    assert "ce qu’on savait ce jour-là" in manager.get(link["href"]).text
    assert "Ce qu’on savait au" not in manager.get("/indicateurs/I2").text


def test_words_that_are_no_question_give_the_usual_page_or_none(manager: InspectingClient) -> None:
    for asked in ("periode=jamais", "coupe=nom:Sow", "coupe=site", "au=2999-01-01", "au=hier", "horloge=vieux"):
        assert manager.get(f"/indicateurs?{asked}").status_code == 200
    for path in ("I0", "I25", "funnel?etat=rien", "I2?etat=rien", "I24?etat=R99", "I23?etat=9x", "I2/tableau.pdf"):
        assert manager.get(f"/indicateurs/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/indicateurs", "/indicateurs/I2"])
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("?au=2099-01-01", "Ce jour n’est pas encore arrivé. Voici aujourd’hui."),
        ("?au=2026-06-31", "Écrivez une date qui existe, comme 16/03/2026. Voici aujourd’hui."),
        ("?au=", "Écrivez une date qui existe, comme 16/03/2026. Voici aujourd’hui."),
        (
            "?au=2026-03-15",
            "Rien n’était encore enregistré ce jour-là : cette structure a été ouverte le 16 mars 2026.",
        ),
        ("?au=2026-03-15&horloge=vrai", ""),
        ("?au=2026-03-16", ""),
        ("", ""),
    ],
)
def test_a_day_that_has_no_figures_of_its_own_says_so(
    manager: InspectingClient, path: str, asked: str, said: str
) -> None:
    told = [words(one.text) for one in parsed(manager.get(path + asked).text).select("main .notice")]
    assert told == ([said] if said else [])


def test_the_files_say_what_is_on_screen(manager: InspectingClient) -> None:
    rows = list(csv.reader(StringIO(manager.get("/indicateurs.csv").content.decode("utf-8-sig")), delimiter=";"))
    book: Any = openpyxl.load_workbook(BytesIO(manager.get("/indicateurs.xlsx").content)).active
    cells = [
        [percent(round(100 * cell.value)) if cell.number_format == "0%" else str(cell.value) for cell in row]
        for row in ([cell for cell in row if cell.value is not None] for row in book.iter_rows())
    ]
    assert cells == [[cell for cell in row if cell] for row in rows]
    assert book.auto_filter.ref == f"A7:I{len(rows)}"
    assert "ce qu’on savait ce jour-là" in rows[2][0]
    line = next(row for row in rows if row[:3] == ["I2", "Présentation de Pix", ""])
    assert line[3:5] == ["< 5", "< 5"], "it leaves the house: small numbers stay inside"
    assert "Hors de la structure" in rows[4][0]
    one = manager.get("/indicateurs/I2/tableau.csv?par=site").content.decode("utf-8-sig")
    assert "I2" in one
    assert "Jouvenel" not in one


def test_an_advisor_has_only_their_own_dossiers_and_no_rate(at_work: House) -> None:
    paul, nadia = at_work.client(PAUL), at_work.client(NADIA)
    assert length(paul, "/mon-activite/I2?etat=waiting") == 2
    assert "Autre" not in nadia.get("/mon-activite/I2?etat=among").text
    page = paul.get("/mon-activite").text
    assert "%" not in parsed(page).main.text
    assert paul.get("/mon-activite/I22").status_code == 404
    assert paul.get("/indicateurs").status_code == 403
    found = numbers(paul, "/mon-activite")
    assert {path: length(paul, path) for path in found if found[path]} == {path: n for path, n in found.items() if n}


def test_no_number_of_ones_own_has_a_rate_however_many_there_are(tmp_path: Path) -> None:
    with house(tmp_path, MONDAY) as made:
        for number in range(FEWEST):
            made.opened(last=f"Autre{number}", advisor=PAUL, imilo_number=f"99{number}")
        paul, helene = made.client(PAUL), made.client(HELENE)
        for path in ("/mon-activite", "/mon-activite/I2", "/mon-activite/I18"):
            assert "%" not in parsed(paul.get(path).text).main.text, path
        assert "%" in parsed(helene.get("/indicateurs/I18").text).main.text


def test_a_structure_of_nobody_has_every_page(tmp_path_factory: pytest.TempPathFactory) -> None:
    with house(tmp_path_factory.mktemp("empty"), MONDAY) as empty:
        client = empty.client(HELENE)
        for path in ("/indicateurs", "/indicateurs/I13", "/indicateurs/I21", "/indicateurs/funnel", "/indicateurs/I24"):
            assert client.get(path).status_code == 200
        assert empty.client(NADIA).get("/mon-activite").status_code == 200


@pytest.fixture
def later(tmp_path: Path) -> Iterator[House]:
    """Four young people of two sites whose presentation has been late since yesterday."""
    with house(tmp_path, MONDAY) as made:
        for number, site in enumerate(("L’Aigle", "Mortagne") * 2):
            made.opened(last=f"Jeune{number}", site=site, imilo_number=f"5{number}")
        due = made.served.refs.calendar.add(MONDAY, made.served.refs.protocol(MONDAY).delays.present_pix)
        made.day(due + timedelta(1))
        yield made


def test_the_direction_s_box_opens_on_what_changed_and_an_erased_person_stands_apart(later: House) -> None:
    client = later.client(HELENE)
    link = parsed(client.get("/boite").text).select_one(".changes a")
    assert (link.text.replace("\xa0", " "), length(client, link["href"])) == ("Présentation de Pix : 4 en retard", 4)
    assert "0 il y a une semaine" in link.parent.text.replace("\xa0", " ")
    assert "Depuis une semaine" not in later.client(SOPHIE).get("/boite").text + later.client(NADIA).get("/boite").text
    assert "non ventilé" not in client.get("/indicateurs/I1?par=site").text
    person = parsed(client.get(link["href"]).text).select_one("#liste ~ table th a")
    erase(later.served.opened, UUID(person["href"].removeprefix("/dossiers/")))
    rows = parsed(client.get("/indicateurs/I1?par=site").text).select("table tbody tr")
    assert ["non ventilé (effacés)", "1"] in [[cell.text for cell in row.select("th, td")][:2] for row in rows]
    assert "3 en retard" in client.get("/boite").text.replace("\xa0", " ")

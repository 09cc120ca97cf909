"""*Et si* for seats: the waits of a year with other numbers of seats, who would still wait, and bad questions."""

import csv
import io
from datetime import date

import pytest
from openpyxl import load_workbook

from pixflow.documents.protocol import Workshops
from tests.web.client import words
from tests.web.pages.protocol.test_draft_impact import protocol
from tests.web.pages.protocol.test_drafts import HELENE, NADIA, PAUL, PROTOCOL, SOPHIE, YANN, drafted, read
from tests.web.pages.protocol.test_what_if import HERE, rows
from tests.web.pages.workshops.test_workshops import held, seated
from tests.web.paths import House
from tests.web.tags import parsed

SEATS = f"{PROTOCOL}/et-si"
LATER = date(2026, 3, 30)


def of_list(page: str, named: str) -> tuple[int, str]:
    """Returns the length of a list and its address."""
    (line,) = [one for one in parsed(page).select("#what-if .plain li") if named in words(str(one))]
    link = line.select("a")[0]
    return int(words(str(link)).split()[0]), str(link["href"]).partition("#")[0]


@pytest.fixture
def queued(at_work: House) -> House:
    """Six people have a seat on 18 March, and a seventh one on 25 March; a draft allows eight seats."""
    first, second = (held(at_work, date(2026, 3, day), runners=(NADIA,), capacity=6) for day in (18, 25))
    seated(at_work, first, 6)
    seated(at_work, second, 1)
    drafted(at_work, protocol(workshops=Workshops(largest=8)))
    at_work.day(LATER)
    return at_work


def test_without_a_request_it_says_so(at_work: House) -> None:
    drafted(at_work, protocol(workshops=Workshops(largest=8)))
    assert "Aucune demande de place sur ces jours." in words(read(at_work, SEATS))


def test_the_seats_are_those_that_the_draft_allows(queued: House) -> None:
    page = read(queued, SEATS)
    assert "Et si chaque atelier avait eu 8 places" in words(page)
    assert "7 demandes" in words(page)
    assert rows(page) == []


@pytest.mark.parametrize(
    ("seats", "named", "count"), [(1, "Attendraient encore", 5), (1, "plus longtemps", 6), (7, "moins longtemps", 1)]
)
def test_each_number_is_the_length_of_its_list(queued: House, seats: int, named: str, count: int) -> None:
    page = read(queued, f"{SEATS}?places={seats}")
    found, address = of_list(page, named)
    assert (found, len(rows(read(queued, address)))) == (count, count)


def test_the_control_is_what_happened_when_seats_went_in_the_order_of_requests(queued: House) -> None:
    said = words(read(queued, f"{SEATS}?places=6"))
    assert "Contrôle : la moitié a attendu 2 jours au plus" in said
    assert "auraient fait 2 jours" in said


def test_the_sentence_compares_with_what_took_place(at_work: House) -> None:
    """Two people took a seat of the second workshop, while the first one had seats."""
    _, second = (held(at_work, date(2026, 3, day), runners=(NADIA,), capacity=6) for day in (18, 25))
    seated(at_work, second, 2)
    drafted(at_work, protocol(workshops=Workshops(largest=8)))
    at_work.day(LATER)
    told = "La moitié a attendu 9 jours au plus, et 0 jeune attend encore. Avec ce nombre de places : "
    for seats, then in ((1, "2 jours au plus, et 0 jeune"), (8, "2 jours au plus, et 0 jeune")):
        assert f"{told}{then} attendrait encore." in words(read(at_work, f"{SEATS}?places={seats}"))


def test_each_person_sees_the_names_that_they_may_read(queued: House) -> None:
    for by, seen in ((SOPHIE, 5), (HELENE, 5), (NADIA, 5), (PAUL, 0)):
        assert len(rows(read(queued, f"{SEATS}?places=1", by))) == seen
    assert "7 demandes" in words(read(queued, SEATS, NADIA))
    assert "Aucune demande de place" in words(read(queued, SEATS, PAUL)), "others are not counted either"
    hidden = read(queued, f"{SEATS}?places=1", YANN)
    assert "Prénom" not in hidden
    assert "les noms et les nombres ne sont pas montrés" in words(hidden)


@pytest.mark.parametrize(
    ("query", "told"),
    [("?du=2024-01-01&au=2024-02-01", "Aucune demande de place"), ("?site=Ailleurs", "Aucune demande de place")],
)
def test_a_question_without_an_answer_is_answered_in_words(queued: House, query: str, told: str) -> None:
    assert told in words(read(queued, SEATS, query=query))


def test_a_list_leaves_as_a_file(queued: House) -> None:
    answer = queued.client(SOPHIE).get(f"{SEATS}/liste.csv?places=7&liste=moins", headers=HERE)
    head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    told = dict(zip(head, row, strict=True))
    assert (told["Prénom"], told["Les mêmes places, dans l’ordre des demandes"]) == ("Prénom0", "2026-03-25")
    assert told["Avec ce nombre de places"] == "2026-03-18"
    assert queued.client(YANN).get(f"{SEATS}/liste.csv").status_code == 403
    workbook = queued.client(SOPHIE).get(f"{SEATS}/liste.xlsx?places=7&liste=moins", headers=HERE)
    _, manifest = load_workbook(io.BytesIO(workbook.content)).worksheets
    assert "Attendraient moins longtemps" in " ".join(str(cell.value) for row in manifest.rows for cell in row)


def test_who_waits_since_before_the_first_day_stands_in_the_line(queued: House) -> None:
    """Seven asked on 16 March; six had their workshop on the 18th, the seventh one waits on the 20th still."""
    page = read(queued, f"{SEATS}?du=2026-03-20&places=6")
    assert "1 demande" in words(page)
    assert of_list(page, "Attendraient encore")[0] == 0

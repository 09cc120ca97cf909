"""The page for the board stays one A4, however many sites there are."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from web.french import indicators as french
from web.hosting.board_page import sites_shown
from web.typesetting import compile_template

CELLS = [("12 345", 0.5)] * 5
CARD = {"label": "Restitution faite", "count": "1 234", "before": "1 200", "aim": "2 000", "year": "12 345"}


@pytest.mark.parametrize("months", [3, 12, 13])
def test_twenty_sites_stay_on_one_page(months: int) -> None:
    sites = {f"Bagnères-de-Bigorre – Site {n:02}": [(f"{n}", n)] for n in range(20)}
    shown = sites_shown(sites, months, 3)
    assert shown == list(sites)[-len(shown) :], "those with most people, in the order of their names"
    paper = {
        "structure": "Mission locale des Hautes-Pyrénées",
        "whose": "",
        "period": "Du 1er janvier au 31 décembre",
        "before": "du 1er janvier au 31 décembre 2025",
        "cards": [CARD] * 5,
        "steps": ["Restitution"] * 5,
        "months": [("Septembre 2026", CELLS)] * months,
        "sites": [(site, [*CELLS, ("30 ou plus", 1.0)]) for site in shown],
        "programmes": [("sans programme", [*CELLS, ("30 ou plus", 1.0)])] * 3,
        "of_year": True,
        "shares": [("Prescription d’un parcours", "1 234 ou plus sur 12 345 ou plus", "87 %")] * 6,
        "others": french.other_sites(20 - len(shown)),
        "stuck": [("Restitution après le partage", "120 ou plus")] * 9,
        "masked": french.MASKED,
        "issued": "Document établi le 30 novembre 2026 · Définitions d’origine",
    }
    (page,) = PdfReader(BytesIO(compile_template("papers/board.typ", lambda: paper))).pages
    assert f"Et {20 - len(shown)} autres sites" in page.extract_text().replace("\N{NO-BREAK SPACE}", " ")


def test_a_masked_number_stays_on_its_line() -> None:
    assert "<\N{NO-BREAK SPACE}5" in french.MASKED


def test_a_few_sites_are_all_there() -> None:
    assert sites_shown({"L’Aigle": [], "Mortagne": []}, 12, 3) == ["L’Aigle", "Mortagne"]
    assert french.other_sites(0) == ""
    assert "1 autre site," in french.other_sites(1).replace("\N{NO-BREAK SPACE}", " ")

"""Every page that people print, on A4 and on Letter: no word is broken, no page is blank, its head says whose it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from unicodedata import normalize
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from pixflow.dossier.stages import parcours
from pixflow.events.values import OfferTerms, Partner, PartnerDetails
from pixflow.indicators.catalogue import BY_ID
from pixflow.partner_links import issuing
from pixflow.partners import listing
from tests.browser.house import known, listening
from tests.web import arranged
from tests.web.filled import fill
from tests.web.paths import House, house
from web.french.indicators import TITLES

pytestmark = pytest.mark.browser
NADIA, SOPHIE, CLAIRE = "Nadia Benali", "Sophie Lecomte", "Claire Vasseur"
DAY = date(2026, 3, 16)
SHEETS = {"A4": 672, "Letter": 695}
"""Widths in pixels inside the margins."""
LONG = ("Marie-Antoinette-Joséphine", "Vandenbroucke-Ramanantsoanirina")
BROKEN = r"""() => {
  const found = new Set(), texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.parentElement.checkVisibility()) continue
    for (const word of text.data.matchAll(/[\p{L}\p{M}]{2,}/gu)) {
      const range = document.createRange()
      range.setStart(text, word.index)
      range.setEnd(text, word.index + word[0].length)
      const tops = [...range.getClientRects()].filter(one => one.width).map(one => Math.round(one.top))
      if (new Set(tops).size > 1) found.add(word[0])
    }
  }
  return [...found]
}"""
"""The words that stand on two lines."""
PALE_KEYS = """() => [...document.querySelectorAll(".keys .key")].filter(
  one => one.checkVisibility() && getComputedStyle(one, "::before").printColorAdjust !== "exact").length"""
"""The keys whose colour a printer leaves out."""

BESIDE = """() => [...document.querySelectorAll(".for-partner, .for-proof")].map(
  one => one.getBoundingClientRect().right - one.querySelector("span").getBoundingClientRect().right)"""
"""Pixels between the words of each code and the end of its column."""


@dataclass(frozen=True)
class Printed:
    """A house with long names, and the addresses of what people print there."""

    address: str
    house: House
    dossier: UUID
    prescription: UUID
    workshop: UUID


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printed]:
    data: Path = tmp_path_factory.mktemp("data")
    with house(data, DAY) as made:
        fill(made, 30, programme="CEJ", group="mars", collective_end=date(2026, 7, 31), phone="0612345678")
        fill(made, 3, advisor=None)
        first, last = LONG
        dossier, actions = made.prescribed(first=first, last=last, phone="0612345678")
        workshop = arranged.scheduled(made, place="Salle informatique du premier étage")
        for _ in range(6):
            arranged.seat(made, workshop, made.planned(first=first, last=last))
        _refer(made, dossier, actions[1])
        current = made.state(dossier).diagnostic.current("initial")
        assert current
        with listening(made.app) as address:
            yield Printed(address, made, dossier, current[0], workshop)


def _refer(made: House, dossier: UUID, action: UUID) -> None:
    partner, offer = uuid4(), uuid4()
    details = PartnerDetails(
        name="Médiathèque intercommunale Jean-Moulin des Collines du Perche normand", town="Mortagne-au-Perche",
        address="12 bis avenue du Général-de-Gaulle", postal_code="61400", point=(48.52, 0.546), phone="0199001234",
    )  # fmt: skip
    made.says(SOPHIE, listing.list_partner, {"partner": partner}, details=details)
    terms = OfferTerms(label="Atelier du mardi", kind="digital", bring="Une pièce d’identité")
    made.says(SOPHIE, listing.list_offer, {"partner": partner}, offer=offer, terms=terms)
    sent = {"partner": Partner(partner, details.name), "starts": DAY, "ends": None, "note": "", "offer": offer}
    referral = uuid4()
    made.on(dossier, parcours.send_referral, action=action, context={"referral": referral}, **sent)
    made.on(
        dossier, issuing.issue_link, referral=referral, channel="paper", address="",
        context={"link": uuid4(), "until": DAY + timedelta(days=8)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (NADIA, "/boite"),
        (NADIA, "/boite?tache=present-pix"),
        (NADIA, "/boite/plusieurs?faire=present"),
        (SOPHIE, "/boite"),
        (NADIA, "/dossiers"),
        (SOPHIE, "/dossiers"),
        (NADIA, "/dossiers/{dossier}"),
        (NADIA, "/ateliers"),
        (NADIA, "/ateliers?vue=mois"),
        (NADIA, "/ateliers/{workshop}"),
        (NADIA, "/mon-activite"),
        (NADIA, "/partenaires"),
        (SOPHIE, "/equipe"),
        (SOPHIE, "/indicateurs"),
        (SOPHIE, "/indicateurs/I2?par=site"),
        (SOPHIE, "/indicateurs/I13"),
        (CLAIRE, "/rejouer/{dossier}"),
        (CLAIRE, "/journal"),
    ],
)
def test_a_printed_page_is_whole_and_says_whose_it_is(printed: Printed, kept_tab: Page, name: str, path: str) -> None:
    first = _printed_well(printed, kept_tab, name, path)
    assert f"Mission locale de L’Aigle – Mortagne · imprimé le 16 mars 2026 par {name}" in first
    assert "page 1 sur" in first


def test_printed_figures_have_each_of_the_24_with_its_numbers(printed: Printed, kept_tab: Page) -> None:
    """Folded, an indicator is its line; one without any number is named below."""
    known(kept_tab, SOPHIE, printed.address)
    kept_tab.goto(f"{printed.address}/indicateurs")
    lines = [one.inner_text() for one in kept_tab.locator("#all ~ details.measure > summary").all()]
    told = _close(" ".join(_pages(kept_tab, "A4")))
    assert lines
    assert not [line for line in [*lines, *(TITLES[id] for id in BY_ID)] if _close(line) not in told]


@pytest.mark.parametrize(
    "path",
    [
        "/dossiers/{dossier}/prescription/{prescription}",
        "/dossiers/{dossier}/fiche",
        "/ateliers/{workshop}/emargement",
        "/ateliers/{workshop}/avis",
    ],
)
def test_a_printed_paper_says_its_structure_and_its_day_once(printed: Printed, kept_tab: Page, path: str) -> None:
    first = _printed_well(printed, kept_tab, NADIA, path)
    assert "Mission locale de L’Aigle – Mortagne" in first
    assert "Document établi le 16 mars 2026" in first
    assert "imprimé le" not in first


def test_the_words_beside_a_code_leave_the_next_one_its_margin(printed: Printed, kept_tab: Page) -> None:
    known(kept_tab, NADIA, printed.address)
    kept_tab.goto(f"{printed.address}/dossiers/{printed.dossier}/prescription/{printed.prescription}")
    kept_tab.emulate_media(media="print")
    kept_tab.set_viewport_size({"width": SHEETS["A4"], "height": 980})
    beside = kept_tab.evaluate(BESIDE)
    assert beside
    assert min(beside) >= 8


def test_a_printed_dossier_has_no_word_to_press(printed: Printed, kept_tab: Page) -> None:
    known(kept_tab, NADIA, printed.address)
    kept_tab.goto(f"{printed.address}/dossiers/{printed.dossier}")
    words = " ".join(_pages(kept_tab, "A4"))
    assert "Historique" in words
    assert not [one for one in ("Corriger", "Annuler", "ajouter une note", "Nadia Benali ·") if one in words]


def test_each_paper_has_one_page_and_letters_are_two_a_page(printed: Printed, kept_tab: Page) -> None:
    for name, expected in (("emargement", 1), ("avis", 3)):
        known(kept_tab, NADIA, printed.address)
        kept_tab.goto(f"{printed.address}/ateliers/{printed.workshop}/{name}")
        assert {len(_pages(kept_tab, sheet)) for sheet in SHEETS} == {expected}, name


def test_the_sheet_of_a_young_person_is_read_on_every_screen(
    printed: Printed, tab: Page, check_page: Callable[[Page], None]
) -> None:
    known(tab, NADIA, printed.address)
    tab.goto(f"{printed.address}/dossiers/{printed.dossier}/prescription/{printed.prescription}")
    check_page(tab)
    assert "openstreetmap.org" in str(tab.get_by_role("link", name="plan du lieu").get_attribute("href"))


def _printed_well(printed: Printed, tab: Page, name: str, path: str) -> str:
    """Returns the words of the first sheet. Asserts that no word is broken, nothing too wide, blank or pale."""
    known(tab, name, printed.address)
    made = {"dossier": printed.dossier, "workshop": printed.workshop, "prescription": printed.prescription}
    assert tab.goto(printed.address + path.format(**made)).ok
    tab.emulate_media(media="print")
    first = ""
    for sheet, width in SHEETS.items():
        tab.set_viewport_size({"width": width, "height": 980})
        assert tab.evaluate(BROKEN) == [], sheet
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, sheet
        assert tab.evaluate(PALE_KEYS) == 0, "the colours need their key"
        pages = _pages(tab, sheet)
        assert all(len(one.split()) > 9 for one in pages), f"{sheet}: {[len(one.split()) for one in pages]}"
        first = " ".join(pages[0].split())
    return first


def _close(text: str) -> str:
    """Returns a text without its spaces and ligatures, which a PDF places as it likes."""
    return "".join(normalize("NFKC", text).split())


def _pages(tab: Page, sheet: str) -> list[str]:
    """Returns the words of each sheet, as the browser prints them."""
    tab.emulate_media(media="print")
    return [one.extract_text() for one in PdfReader(BytesIO(tab.pdf(format=sheet))).pages]

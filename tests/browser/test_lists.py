"""Ma boîte, Dossiers, Rejouer and the protocol in a real browser: axe, keys, and without JavaScript."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pypdf import PdfReader

from pixflow.events.values import PartnerDetails
from pixflow.partners.listing import list_partner
from tests.browser.house import arrive, known, listening
from tests.web.filled import fill, hire
from tests.web.paths import House, house
from tests.web.story import long_story
from web.desk import exports

pytestmark = pytest.mark.browser
NADIA, SOPHIE, CLAIRE = "Nadia Benali", "Sophie Lecomte", "Claire Vasseur"
DAY = date(2026, 3, 16)
PAPER: ViewportSize = {"width": 672, "height": 986}
"""The inside of a sheet of A4, with its margins."""


@dataclass(frozen=True)
class Served:
    """A house on a port of this machine, and a dossier with a long story."""

    address: str
    house: House
    dossier: UUID

    def enter(self, tab: Page, name: str) -> None:
        """Somebody at their queue, or where else their work begins."""
        arrive(tab, name, url=self.address)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data: Path = tmp_path_factory.mktemp("data")
    with house(data, DAY) as made:
        dossier = long_story(made)
        fill(made, 60, programme="CEJ", group="mars", collective_end=date(2026, 7, 31), phone="0612345678")
        fill(made, 3, advisor=None)
        made.day(date(2026, 6, 22))
        with listening(made.app) as address:
            yield Served(address, made, dossier)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (NADIA, "/boite?tache=present-pix"),
        (NADIA, "/dossiers?groupe=mars"),
        (NADIA, "/dossiers/groupe?groupe=mars&nom=Printemps&fin=2026-09-30"),
        (NADIA, "/dossiers/nouveau"),
        (SOPHIE, "/boite"),
        (SOPHIE, "/dossiers"),
        (NADIA, "/mon-activite"),
        (SOPHIE, "/indicateurs"),
        (SOPHIE, "/indicateurs/I2?etat=waiting&par=site"),
        (SOPHIE, "/indicateurs/I24"),
        (SOPHIE, "/indicateurs/definitions"),
        (SOPHIE, "/indicateurs/rapports"),
        (CLAIRE, "/rejouer"),
        (CLAIRE, "/dossiers/{dossier}/consultations"),
        (CLAIRE, "/rejouer/{dossier}?version=18"),
        (CLAIRE, "/protocole"),
        (CLAIRE, "/qui"),
    ],
)
def test_each_page_passes_axe_and_fits_a_phone(
    served: Served, kept_tab: Page, check_page: Callable[[Page], None], name: str, path: str
) -> None:
    known(kept_tab, name, served.address)
    kept_tab.goto(served.address + path.format(dossier=served.dossier))
    check_page(kept_tab)


def test_a_report_given_fits_a_phone(served: Served, tab: Page, check_page: Callable[[Page], None]) -> None:
    known(tab, SOPHIE, served.address)
    tab.goto(f"{served.address}/indicateurs/rapports")
    tab.get_by_label("Titre").fill("Dialogue de gestion")
    tab.get_by_role("button", name="Remettre").click()
    expect(tab.get_by_role("heading", name="Dialogue de gestion")).to_be_visible()
    check_page(tab)


def test_an_open_menu_and_the_list_of_keys_pass_axe(
    served: Served, tab: Page, check_page: Callable[[Page], None]
) -> None:
    served.enter(tab, NADIA)
    tab.locator(".item .menu:not(.why) summary").first.click()
    expect(tab.get_by_role("link", name="Fixer un rendez-vous")).to_be_visible()
    check_page(tab)
    tab.keyboard.press("Escape")
    tab.keyboard.press("?")
    keys = tab.get_by_role("dialog", name="Touches du clavier")
    expect(keys).to_be_visible()
    check_page(tab)
    assert tab.evaluate(
        "[...document.querySelectorAll('dialog dt')].every((one) => one.scrollWidth <= one.clientWidth)"
    )
    title = "(box) => document.elementFromPoint(box.x + 5, box.y + 5).id"
    assert tab.evaluate(title, keys.get_by_role("heading").bounding_box()) == "keys-title"
    tab.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    tab.keyboard.press("?")
    keys.get_by_role("button", name="Fermer").click()
    expect(keys).to_be_hidden()


def test_keys_move_along_the_rows_open_one_search_and_go_home(served: Served, tab: Page) -> None:
    served.enter(tab, NADIA)
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    second = tab.locator(".item").nth(1)
    expect(second.locator(".item-who a")).to_be_focused()
    expect(tab.locator(".item.current")).to_have_count(1)
    tab.keyboard.press("k")
    tab.keyboard.press("r")
    expect(tab).to_have_url(re.compile("formulaire=appointment"))
    tab.go_back()
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile("/dossiers/[0-9a-f-]{36}"))
    tab.wait_for_load_state()  # an address is there before the keys are
    tab.locator("body").click(position={"x": 5, "y": 400})
    tab.keyboard.press("g")
    tab.keyboard.press("b")
    expect(tab).to_have_url(f"{served.address}/boite")
    tab.wait_for_load_state()
    tab.keyboard.press("/")
    expect(tab.locator("#search")).to_be_focused()
    tab.keyboard.type("j?/")
    expect(tab.locator("#search")).to_have_value("j?/")


def test_s_pauses_the_row_in_hand(served: Served, tab: Page) -> None:
    served.enter(tab, NADIA)
    tab.keyboard.press("s")
    tab.keyboard.press("j")
    tab.keyboard.press("s")
    expect(tab).to_have_url(re.compile("formulaire=snooze"))
    tab.keyboard.press("j")
    expect(tab).to_have_url(re.compile("formulaire=snooze"))


def test_keys_can_be_turned_off_and_on_again(served: Served, tab: Page) -> None:
    served.enter(tab, NADIA)
    tab.keyboard.press("?")
    tab.get_by_label("Ces touches sont actives").uncheck()
    tab.get_by_role("button", name="Fermer").click()
    tab.keyboard.press("j")
    expect(tab.locator(".item.current")).to_have_count(0)
    tab.reload()
    tab.keyboard.press("?")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    tab.get_by_role("button", name="Touches du clavier").click()
    tab.get_by_label("Ces touches sont actives").check()
    tab.keyboard.press("Escape")
    tab.keyboard.press("j")
    expect(tab.locator(".item.current")).to_have_count(1)


def test_arrows_and_the_slider_replay_fact_by_fact(served: Served, tab: Page) -> None:
    known(tab, CLAIRE, served.address)
    tab.goto(f"{served.address}/rejouer/{served.dossier}?version=5")
    tab.keyboard.press("ArrowRight")
    expect(tab.locator(".replay")).to_contain_text("Fait 6 sur")
    tab.keyboard.press("ArrowLeft")
    expect(tab.locator(".replay")).to_contain_text("Fait 5 sur")
    tab.keyboard.press("ArrowLeft")
    expect(tab.locator(".replay")).to_contain_text("Fait 4 sur")
    tab.get_by_label("N° du fait").fill("9")
    expect(tab.locator(".replay")).to_contain_text("Fait 9 sur")


def test_the_slider_keeps_the_focus_and_what_is_unfolded_stays_so(served: Served, tab: Page) -> None:
    known(tab, CLAIRE, served.address)
    tab.goto(f"{served.address}/rejouer/{served.dossier}?version=20")
    slider, bar = tab.locator("#version"), tab.locator(".replay")
    count = int(slider.get_attribute("max") or 0)
    tab.get_by_text("Pourquoi cette tranche").click()
    slider.focus()
    for key, n in (("ArrowRight", 21), ("End", count), ("Home", 1), ("ArrowRight", 2)):
        tab.keyboard.press(key)
        expect(bar).to_contain_text(f"Fait {n} sur {count}")
        expect(slider).to_be_focused()
        expect(tab).to_have_url(re.compile(rf"version={n}$"))
    for n in (3, 4):
        tab.locator("#next-fact").press("Enter")
        expect(bar).to_contain_text(f"Fait {n} sur {count}")
        expect(tab.locator("#next-fact")).to_be_focused()
    tab.goto(f"{served.address}/journal")
    tab.get_by_label("Du", exact=True).press("Enter")
    expect(tab.locator("#main"), "a form sent by its field leaves the focus to the page").to_be_focused()
    tab.goto(f"{served.address}/rejouer/{served.dossier}?version=20")
    tab.get_by_text("Pourquoi cette tranche").click()
    tab.get_by_role("link", name="Fait suivant").click()
    expect(bar).to_contain_text(f"Fait 21 sur {count}")
    expect(tab.get_by_text("Pix donne un taux de maîtrise")).to_be_visible()


def test_a_printed_replay_is_whole(served: Served, tab: Page) -> None:
    """Every fold is open; the structure, the day and the number of each page stand on paper, and no button."""
    known(tab, CLAIRE, served.address)
    tab.goto(f"{served.address}/rejouer/{served.dossier}?version=25")
    pages = [page.extract_text() for page in PdfReader(BytesIO(tab.pdf())).pages]
    for n, page in enumerate(pages, 1):
        assert f"page {n} sur {len(pages)}" in page
    whole = re.sub(r"\s+", " ", " ".join(pages))
    assert "Mission locale de L’Aigle – Mortagne · imprimé le 22 juin 2026 par Claire Vasseur" in whole
    assert "Le dossier tel qu’il se lisait le 15 avril 2026" in whole
    for unfolded in ("Pix donne un taux de maîtrise", "Mener une recherche", "Dossier ouvert, site de Mortagne"):
        assert unfolded in whole
    assert "Dossier rouvert : encore suivie" in whole
    assert "Aller au" not in whole
    assert "le dossier aujourd" not in whole


def test_a_long_delay_is_broken_on_a_phone(served: Served, tab: Page, check_page: Callable[[Page], None]) -> None:
    known(tab, SOPHIE, served.address)
    tab.goto(f"{served.address}/indicateurs/I13")
    numbers = tab.locator(".parts .number")
    assert numbers.count()
    said = "12 sur 33 (36 %) · la moitié en 8 j, neuf sur dix en 15 j de retard"
    numbers.evaluate_all("(every, said) => every.forEach(one => one.textContent = said)", said)
    check_page(tab)


def test_a_printed_page_fits_its_paper(served: Served, tab: Page) -> None:
    known(tab, SOPHIE, served.address)
    tab.set_viewport_size(PAPER)
    tab.emulate_media(media="print")
    for path in ("/equipe", "/partenaires", "/indicateurs", "/indicateurs/I2?par=site", "/indicateurs/I24"):
        tab.goto(served.address + path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= PAPER["width"], path


def test_the_form_that_hands_a_portfolio_over_fits_a_phone(
    served: Served, tab: Page, check_page: Callable[..., None]
) -> None:
    known(tab, SOPHIE, served.address)
    tab.goto(f"{served.address}/equipe/{served.house.people['Nadia Benali']}/confier")
    expect(tab.locator("form.asked .stack tbody tr").first).to_be_visible()
    check_page(tab)


def test_a_long_name_to_assign_dossiers_to_fits_a_phone(
    locale: House, url: str, tab: Page, check_page: Callable[[Page], None]
) -> None:
    hire(locale, "Marie-Antoinette-Joséphine Vandenbroucke-Ramanantsoanirina", "advisor")
    locale.opened(advisor=None)
    arrive(tab, SOPHIE, "/dossiers?etat=unassigned", url)
    check_page(tab)


def test_printed_partners_say_how_fresh_their_file_is_and_printed_people_have_no_box(served: Served, tab: Page) -> None:
    details = PartnerDetails(name="Fablab", town="L’Aigle")
    served.house.says(SOPHIE, list_partner, {"partner": uuid4()}, details=details)
    known(tab, SOPHIE, served.address)
    tab.emulate_media(media="print")
    tab.goto(f"{served.address}/partenaires")
    expect(tab.get_by_text("vérifié ce mois-ci")).to_be_visible()
    expect(tab.get_by_role("button", name="Chercher", exact=True)).to_be_hidden()
    tab.goto(f"{served.address}/equipe")
    expect(tab.locator("tbody th").get_by_text("Paul Rey", exact=True)).to_be_visible()
    expect(tab.get_by_role("checkbox")).to_have_count(0)


def test_without_javascript_replay_and_filters_work_all_the_same(served: Served, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    tab = context.new_page()
    known(tab, CLAIRE, served.address)
    tab.goto(f"{served.address}/rejouer/{served.dossier}?version=5")
    tab.get_by_role("link", name="Fait suivant").click()
    expect(tab.locator(".replay")).to_contain_text("Fait 6 sur")
    tab.get_by_label("N° du fait").press("ArrowRight")
    tab.get_by_role("button", name="Aller", exact=True).first.click()
    expect(tab.locator(".replay")).to_contain_text("Fait 7 sur")
    tab.get_by_text("Aller au…").click()
    tab.get_by_label("Jour").fill("2026-04-10")
    tab.get_by_label("Heure").fill("18:00")
    tab.locator(".go-to button").click()
    expect(tab.locator("main")).to_contain_text("Au 10 avril 2026, 18:00")
    served.enter(tab, NADIA)
    tab.locator(".chips summary", has_text="Tâche").click()
    tab.locator(".chips a", has_text="Présentations").click()
    expect(tab.locator(".chips a[aria-current]")).to_contain_text("Présentations 60")
    tab.get_by_role("link", name="Page suivante").click()
    expect(tab.locator(".pager")).to_contain_text("51 à 60 sur 60")
    context.close()


def test_the_journal_is_searched_by_name_and_what_it_finds_passes_axe(
    served: Served, tab: Page, check_page: Callable[[Page], None]
) -> None:
    known(tab, CLAIRE, served.address)
    tab.goto(f"{served.address}/journal")
    filters = tab.get_by_role("form", name="Filtrer le journal")
    filters.get_by_role("searchbox", name="Dossier").fill("nom00")
    filters.get_by_role("button", name="Filtrer").click()
    expect(tab.locator(".found .item")).to_have_count(50)
    expect(tab).to_have_url(f"{served.address}/journal")
    check_page(tab)
    tab.locator(".found a").first.click()
    expect(tab).to_have_url(re.compile(r"/journal\?dossier=[0-9a-f-]{36}$"))
    expect(tab.locator(".whose")).to_contain_text("Prénom Nom0001")
    check_page(tab)


@pytest.mark.parametrize("scripts", [True, False])
def test_dossiers_are_narrowed_by_a_text_paged_and_sorted(
    served: Served, new_tab: Callable[..., Page], check_page: Callable[[Page], None], scripts: bool
) -> None:
    tab = new_tab(java_script_enabled=scripts)
    known(tab, NADIA, served.address)
    tab.goto(f"{served.address}/dossiers")
    text = tab.get_by_role("search", name="Dossiers de la liste").get_by_role("searchbox")
    text.fill("prénom nom")
    text.press("Enter")
    expect(tab.get_by_text("60 dossiers que vous suivez, avec ces filtres")).to_be_visible()
    tab.get_by_role("button", name="Page suivante").click()
    expect(tab.get_by_text("51 à 60 sur 60")).to_be_visible()
    tab.get_by_role("columnheader", name="Jeune").get_by_role("button").click()
    expect(tab.locator(".item").first).to_contain_text("Nom0060 Prénom")
    expect(tab.get_by_role("columnheader", name="Jeune")).to_have_attribute("aria-sort", "descending")
    expect(text).to_have_value("prénom nom")
    expect(tab).to_have_url(f"{served.address}/dossiers?tri=-nom")
    if scripts:
        check_page(tab)
    tab.get_by_role("link", name="Ôter ce texte").click()
    expect(tab.get_by_role("link", name="Page suivante")).to_be_visible()
    expect(tab.locator(".item .reach").first).to_have_attribute("href", re.compile(r"tel:\+33"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_list_leaves_as_a_file_by_the_keyboard_and_what_is_too_much_gets_words(
    served: Served,
    new_tab: Callable[..., Page],
    check_page: Callable[[Page], None],
    monkeypatch: pytest.MonkeyPatch,
    scripts: bool,
) -> None:
    tab = new_tab(base_url=served.address, java_script_enabled=scripts)
    served.enter(tab, NADIA)
    tab.goto("/dossiers?groupe=mars")
    tab.get_by_role("link", name="Excel : dossiers").focus()
    with tab.expect_download() as leaving:
        tab.keyboard.press("Enter")
    first, said = load_workbook(BytesIO(leaving.value.path().read_bytes())).worksheets
    assert (first.max_row, said["B3"].value) == (61, "Dossiers")
    monkeypatch.setattr(exports, "MOST_ROWS", 50)
    tab.get_by_role("link", name="CSV : dossiers").click()
    expect(tab.get_by_role("alert")).to_contain_text("Cette liste a 60 lignes, et un fichier 50 au plus")
    if scripts:
        check_page(tab)
    tab.get_by_role("link", name="Revenir à la liste").click()
    expect(tab).to_have_url(re.compile(r"/dossiers\?groupe=mars$"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_offers_of_a_page_are_confirmed_at_once_and_taken_back(
    served: Served, new_tab: Callable[..., Page], check_page: Callable[[Page], None], scripts: bool
) -> None:
    details = PartnerDetails(
        name=f"Lieu {scripts}", town="L’Aigle", services=("Accès internet et matériel informatique",)
    )
    served.house.says(SOPHIE, list_partner, {"partner": uuid4()}, details=details)
    tab = new_tab(base_url=served.address, java_script_enabled=scripts)
    served.enter(tab, SOPHIE)
    tab.goto("/partenaires")
    tab.get_by_role("link", name=re.compile("à confirmer")).click()
    if scripts:
        check_page(tab)
    tab.get_by_label("Toutes les offres de cette page").check()
    tab.get_by_role("button", name="Confirmer les offres cochées").click()
    expect(tab.get_by_text("Aucune offre à confirmer")).to_be_visible()
    tab.get_by_role("button", name=re.compile("^(Tout annuler|Annuler)$")).press("Enter")
    expect(tab.get_by_label(f"Lieu {scripts} : Postes et connexion")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_duplicates_are_joined_at_once_and_taken_back(
    served: Served, new_tab: Callable[..., Page], check_page: Callable[[Page], None], scripts: bool
) -> None:
    for n in range(4):
        name, street = f"Doublon {scripts} {n // 2}", f"{n // 2} rue {scripts}"
        details = PartnerDetails(name=name, town="Rai", commune="61342", address=street, phone=f"+3323300010{n // 2}")
        served.house.says(SOPHIE, list_partner, {"partner": uuid4()}, details=details)
    tab = new_tab(base_url=served.address, java_script_enabled=scripts)
    served.enter(tab, SOPHIE)
    tab.goto("/partenaires")
    tab.get_by_role("link", name=re.compile("à réunir")).click()
    if scripts:
        check_page(tab)
    tab.get_by_label("Toutes les paires de cette page").check()
    tab.get_by_role("button", name="Réunir les fiches cochées").click()
    expect(tab.get_by_text("Aucun doublon à réunir")).to_be_visible()
    tab.get_by_role("button", name=re.compile("^(Tout annuler|Annuler)$")).press("Enter")
    expect(tab.get_by_label(f"Doublon {scripts} 0")).to_be_visible()
    tab.get_by_label("Toutes les paires de cette page").check()
    tab.get_by_role("button", name="Ce sont deux lieux").click()
    expect(tab.get_by_text("Aucun doublon à réunir")).to_be_visible()


_LONGEST = """chip => {
    chip.lastChild.textContent = "parcours terminé"
    return chip.getBoundingClientRect().right - chip.parentElement.getBoundingClientRect().right
}"""


@pytest.mark.parametrize("path", ["/boite?tache=present-pix", "/dossiers"])
def test_a_path_that_is_done_covers_no_other_column(tab: Page, served: Served, path: str) -> None:
    served.enter(tab, NADIA)
    tab.set_viewport_size({"width": 1360, "height": 900})
    tab.goto(f"{served.address}{path}")
    assert tab.locator(".item .stage").first.evaluate(_LONGEST) <= 0

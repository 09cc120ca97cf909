"""A portfolio from the list of dossiers to its summary: with and without scripts, at both widths, past axe."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import Clock, House, begin, served
from tests.browser.person import Person
from tests.workbooks.workbooks import TITLES, workbook

pytestmark = pytest.mark.browser
SOPHIE = "Sophie Lecomte"
ROWS = [
    (
        f"{n:07}",
        f"NOM{n:03}",
        "Léa",
        date(2005, 1, 1 + n % 28),
        None,
        None,
        "Mortagne",
        "CEJ",
        "Mars",
        None,
        None,
        "Vente",
    )
    for n in range(1, 61)
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = Clock(date(2026, 3, 2))
    begin(tmp_path / "data", clock)
    with served(tmp_path / "data", clock) as made:
        yield made


def written(folder: Path, name: str, **sheets: Sequence[tuple[object, ...]]) -> Path:
    (title, rows), *others = sheets.items()
    more: dict[str, Any] = {key: [TITLES, *found] for key, found in others}
    path = folder / name
    path.write_bytes(workbook(TITLES, *rows, title=title, **more))
    return path


def changed(row: tuple[object, ...]) -> tuple[object, ...]:
    return (*row[:-1], "Soins à la personne")


@pytest.mark.parametrize(
    "scripts", [pytest.param(True, id="with scripts"), pytest.param(False, id="without", marks=pytest.mark.trial)]
)
def test_a_portfolio_is_previewed_ticked_and_recorded(
    house: House, tmp_path: Path, new_tab: Callable[..., Page], check_page: Callable[[Page], None], scripts: bool
) -> None:
    sophie = Person(new_tab(base_url=house.url, java_script_enabled=scripts), SOPHIE, at="/dossiers")
    tab = sophie.page
    check = check_page if scripts else lambda page: None
    sophie.follows("Importer un portefeuille")
    check(tab)

    send(tab, written(tmp_path, "mars.xlsx", Nadia=[], Suivis=ROWS), scripts)
    tab.get_by_role("radio", name="Suivis").check()
    check(tab)
    tab.get_by_role("button", name="Voir l’aperçu").click()
    expect(tab.locator("#nouveaux tbody tr")).to_have_count(50)
    check(tab)
    tab.get_by_role("button", name="Page suivante").click()
    expect(tab.locator("#nouveaux tbody tr")).to_have_count(10)
    tab.get_by_role("button", name="Enregistrer").first.click()
    expect(tab.get_by_role("heading", name="Portefeuille enregistré")).to_be_visible()
    expect(tab.locator(".figures")).to_contain_text("60 dossiers ouverts")
    check(tab)

    sophie.follows("Importer un autre fichier")
    odd = ("12", "NOM999", "Léa", *ROWS[0][3:])
    send(tab, written(tmp_path, "avril.xlsx", Suivis=[odd, *map(changed, ROWS)]), scripts)
    check(tab)
    if scripts:
        tab.get_by_role("checkbox", name="Tout corriger").check()
        expect(tab.get_by_role("checkbox", name="Corriger NOM050 Léa")).to_be_checked()
        tab.get_by_role("checkbox", name="Corriger NOM050 Léa").uncheck()
        expect(tab.get_by_role("checkbox", name="Tout corriger")).not_to_be_checked()
        tab.get_by_role("checkbox", name="Tout corriger").check()
        tab.get_by_role("checkbox", name="Tout corriger").uncheck()
    tab.get_by_role("checkbox", name="Corriger NOM001 Léa").check()
    tab.locator("#modifies").get_by_role("button", name="Page suivante").click()
    tab.get_by_role("checkbox", name="Corriger NOM060 Léa").check()
    expect(tab.locator("#a-verifier")).to_contain_text("d’autres zéros au début")
    tab.get_by_label("Que faire de NOM999 Léa").select_option("C’est quelqu’un d’autre : ouvrir un dossier")
    tab.get_by_role("button", name="Enregistrer").first.click()
    expect(tab.locator(".figures")).to_contain_text("1 dossier ouvert")
    expect(tab.locator(".figures")).to_contain_text("2 dossiers corrigés")
    expect(tab.locator("#c tbody tr")).to_have_count(2)

    sophie.follows("Importer un autre fichier")
    odd_titles = tmp_path / "mai.csv"
    odd_titles.write_text("Réf;Identité;Petit nom;Antenne\nx;Roy;Zoé;Mortagne\n")
    send(tab, odd_titles, scripts)
    check(tab)
    tab.get_by_label("Identité").select_option("Nom")
    tab.get_by_label("Petit nom").select_option("Prénom")
    tab.get_by_role("button", name="Voir l’aperçu").click()
    for _ in range(2):  # taken back, the import of the same file reads its columns as they were chosen
        expect(tab.locator("#nouveaux")).to_contain_text("Roy Zoé")
        check(tab)
        tab.get_by_role("button", name="Enregistrer").first.click()
        tab.get_by_role("button", name="Annuler cet import").click()
        expect(tab.locator(".notice")).to_contain_text("1 dossier clos comme ouvert par erreur")
        check(tab)
        send(tab, odd_titles, scripts)


def send(tab: Page, path: Path, scripts: bool) -> None:
    """With scripts, a file that is chosen is sent at once."""
    with tab.expect_navigation():
        tab.get_by_label("Fichier du portefeuille").set_input_files(path)
        if not scripts:
            tab.get_by_role("button", name="Voir l’aperçu").click()

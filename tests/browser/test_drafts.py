"""A grid made together in a browser: what breaks and whom it touches while one types, then endorsed and published."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from projections.store.fill import try_to_fill
from tests.browser.house import be, listening
from tests.web.pages.protocol.test_drafts import LAIGLE, PROTOCOL, drafted, ending_at
from tests.web.paths import House, house
from web.pages.protocol import delays_count

pytestmark = pytest.mark.browser
GRID = "/protocole/projet/grille"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with house(tmp_path, date(2026, 3, 16)) as made:
        filled(made)
        with listening(made.app) as address:
            yield address


def filled(at_work: House) -> None:
    for first, mastery in (("Aminata", "0.43"), ("Bilal", "0.20"), ("Chloé", "0.45")):
        at_work.scored(mastery, first=first, last="Diallo")


def test_a_grid_is_made_together(url: str, new_tab: Callable[..., Page], check_page: Callable[[Page], None]) -> None:
    sophie, nadia, helene = (new_tab(base_url=url) for _ in range(3))
    be(sophie, "Sophie Lecomte")
    sophie.goto("/protocole")
    sophie.get_by_role("link", name="Proposer une modification de la grille").click()
    limit, said = sophie.get_by_label("Tranche 1 : fin, en %"), sophie.locator("#check")
    limit.fill("75")
    expect(said).to_contain_text("Deux tranches couvrent 71-75")
    expect(sophie.locator("#b1-high-error")).to_contain_text("commencerait à 76")
    with sophie.expect_event("dialog") as asked:
        sophie.once("dialog", lambda dialog: dialog.dismiss())
        sophie.get_by_role("link", name="Renoncer").click()
    assert asked.value.type == "beforeunload"
    expect(limit).to_have_value("75")
    limit.fill("45")
    expect(said).to_contain_text("2 résultats changeraient de tranche")
    expect(said).to_contain_text("Diallo Aminata")
    expect(said).not_to_contain_text("Bilal")
    expect(sophie.locator("#low-1")).to_have_text("46")
    expect(limit).to_be_focused()
    check_page(sophie)
    sophie.get_by_role("button", name="Ajouter une proposition à la tranche 1").click()
    expect(sophie.get_by_label("Proposition 7 de la tranche 1")).to_be_focused()
    expect(said).to_contain_text("ne tient pas encore")
    sophie.get_by_label("Proposition 7 de la tranche 1").fill("Visa Numérique")
    sophie.get_by_label("Nom de la grille").fill("Grille du printemps")
    expect(said).to_contain_text("2 résultats changeraient de tranche")
    expect(sophie.get_by_label("Nom de la grille")).to_be_focused()
    sophie.get_by_label("Pourquoi cette modification").fill("Les bases d’abord.")
    sophie.get_by_role("button", name="Proposer à l’équipe").click()
    expect(sophie.get_by_role("heading", name="Projet de grille n° 1")).to_be_visible()
    check_page(sophie)
    be(nadia, "Nadia Benali")
    nadia.goto(GRID)
    nadia.get_by_label("Votre avis").fill("D’accord.")
    nadia.get_by_role("button", name="Approuver ce projet").click()
    expect(nadia.locator(".timeline")).to_contain_text("Nadia Benali approuve")
    be(helene, "Hélène Morin")
    helene.goto(GRID)
    helene.get_by_role("button", name="Publier la grille").click()
    expect(helene.locator("main")).to_contain_text("Grille n° 2 publiée")
    check_page(helene)
    helene.locator(".notice").get_by_role("button", name="Annuler la publication").click()
    expect(helene.locator("main")).to_contain_text("Publication annulée : le projet est de nouveau en discussion")
    helene.get_by_role("button", name="Publier la grille").click()
    helene.locator(".notice").get_by_role("button", name="Annuler la publication").wait_for()
    sophie.goto("/protocole?grille=2")
    expect(sophie.get_by_role("heading", name="De la grille n° 1 à la n° 2")).to_be_visible()
    check_page(sophie)
    sophie.get_by_role("link", name="Projet de grille n° 1").click()
    expect(sophie.locator("main")).to_contain_text("D’accord.")
    check_page(sophie)


def test_the_direction_asks_what_if_then_publishes(
    tmp_path: Path, new_tab: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    """A band moves by five points: who changes, what each partner would have received, the lists, the publication."""
    with house(tmp_path, date(2026, 3, 16)) as made, listening(made.app) as url:
        filled(made)
        drafted(made, ending_at(45))
        helene = new_tab(base_url=url)
        be(helene, "Hélène Morin")
        helene.goto(GRID)
        helene.get_by_role("link", name="Et si ce projet avait compté depuis un an").click()
        main = helene.locator("main")
        expect(main).to_contain_text("Sur 3 résultats relus, 2 changeraient de tranche : 2 jeunes.")
        row = helene.locator("table[aria-labelledby=proposals] tbody tr", has_text="Plongée dans le numérique")
        expect(row).to_contain_text("viaformation")
        check_page(helene)
        row.get_by_role("link").click()
        expect(main).to_contain_text("« Plongée dans le numérique », en plus ou en moins")
        expect(helene.locator("section[aria-labelledby=liste] tbody tr")).to_have_count(2)
        helene.get_by_role("link", name="3 résultats").click()
        expect(helene.locator("section[aria-labelledby=liste] tbody tr")).to_have_count(3)
        helene.get_by_role("link", name="Le projet de grille").click()
        helene.get_by_label("Personne n’a approuvé ce projet").check()
        helene.get_by_role("button", name="Publier la grille").click()
        expect(main).to_contain_text("Grille n° 2 publiée")


def test_the_count_of_a_protocol_goes_on_by_itself(
    tmp_path: Path, new_tab: Callable[..., Page], check_page: Callable[[Page], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delays_count, "PART", 0)
    with house(tmp_path, date(2026, 3, 16)) as made, listening(made.app) as url:
        for first in ("Aminata", "Bilal", "Chloé"):
            made.dispatched("0.40", first=first, last="Diallo")
        drafted(made, replace(LAIGLE.protocol, delays=replace(LAIGLE.protocol.delays, hold_debrief=25)))
        made.day(date(2026, 4, 20))
        assert try_to_fill(made.served.read())
        helene = new_tab(base_url=url)
        be(helene, "Hélène Morin")
        helene.goto(f"{PROTOCOL}/et-si/delais")
        main = helene.locator("main")
        expect(main).to_contain_text("Le calcul avance")
        expect(main).to_contain_text("Tenir la restitution : 0 de plus en retard, 3 de moins")
        check_page(helene)
        helene.get_by_role("link", name="Places des ateliers").click()
        expect(main).to_contain_text("Aucune demande de place sur ces jours.")
        check_page(helene)


def test_a_protocol_is_checked_while_one_types(
    url: str, new_tab: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    sophie = new_tab(base_url=url)
    be(sophie, "Sophie Lecomte")
    sophie.goto("/protocole/projet/protocole/modifier")
    sophie.get_by_label("Tenir la restitution, à faire sous").fill("400")
    expect(sophie.locator("#check")).to_contain_text("Écrivez un nombre d’au plus 365.")
    sophie.get_by_label("Tenir la restitution, à faire sous").fill("8")
    expect(sophie.locator("#check")).to_contain_text("tenir la restitution")
    check_page(sophie)
    sophie.get_by_role("button", name="Proposer à l’équipe").click()
    expect(sophie.get_by_role("heading", name="Projet de protocole n° 1")).to_be_visible()
    check_page(sophie)

"""The walk of a partner, on a telephone, without JavaScript: from the e-mail to the outcome."""

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from pixflow.dossier.stages import parcours
from pixflow.events import dossier as e
from pixflow.events.values import OfferTerms, Partner, PartnerDetails
from pixflow.partners.listing import list_offer, list_partner
from tests.browser.house import be
from tests.web.paths import House
from web.hosting.mail import Mail

MONDAY = date(2026, 3, 16)


class Walk:
    """A house that refers somebody, the e-mails that leave, and the telephone of the partner."""

    def __init__(
        self, house: House, url: str, page: Page, check: Callable[[], None], partner: UUID | None = None
    ) -> None:
        self.house, self.url, self.page, self.check = house, url, page, check
        self.mails: list[Mail] = []
        self.dossier, actions = house.prescribed()
        house.on(
            self.dossier, parcours.send_referral, action=actions[1],
            partner=Partner(partner, "Médiathèque de Mortagne"),
            starts=None, ends=date(2026, 4, 30), note="Vient le matin", email="accueil@mediatheque.exemple",
            agreed=True,
            context={"referral": uuid4(), "link": uuid4(), "until": MONDAY + timedelta(days=8)},
        )  # fmt: skip

    def link(self) -> str:
        """The address in the e-mail that leaves now."""
        self.mails.clear()
        self.house.served.tick(lambda mail: self.mails.append(mail), self.url)
        (mail,) = [one for one in self.mails if one.name.startswith("partner-")]
        (found,) = re.findall(r"http\S+/p/\S+", mail.text)
        return str(found)

    def goes(self, link: str) -> None:
        self.page.goto(link)
        self.check()

    def presses(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).click()
        self.check()
        if folder := os.environ.get("PIXFLOW_PICTURES"):
            name = re.sub(r"\W+", "-", label)
            self.page.screenshot(path=Path(folder) / f"link-{name}.png", full_page=True)

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def events(self) -> list[str]:
        kinds = (e.ReferralSeen, e.ReferralAnswered, e.OutcomeReported, e.ActionEnded)
        return [type(event).__name__ for event in self.house.events(self.dossier) if isinstance(event, kinds)]


@pytest.mark.browser
def test_a_partner_answers_on_a_telephone_without_javascript(
    locale: House,
    url: str,
    new_browser: Callable[..., BrowserContext],
    new_tab: Callable[..., Page],
    glance: Callable[[Page], None],
) -> None:
    phone = {"viewport": {"width": 390, "height": 820}, "java_script_enabled": False}
    page, looker = new_browser(**phone).new_page(), new_browser().new_page()
    looker.goto(f"{url}/healthz")

    def check() -> None:
        """Looks at the same page where scripts run: axe is one."""
        looker.set_content(page.content())
        glance(looker)

    walk = Walk(locale, url, page, check)
    link = walk.link()
    filtered(new_tab(), link)
    assert walk.events() == []

    walk.goes(link)
    other = page.context.new_page()
    other.goto(link)
    other.get_by_role("button", name="Voir la demande").click()
    walk.presses("Voir la demande")
    walk.sees("Aminata Diallo")
    walk.presses("Accepter")
    walk.sees("Écrivez le premier jour")
    page.get_by_label("Premier jour").fill("2026-03-20")
    page.get_by_label("Lieu").fill("Salle 2")
    walk.presses("Accepter")
    walk.sees("c’est noté : vous acceptez")
    other.get_by_label("La raison").select_option("session-full")
    other.get_by_role("button", name="Refuser").click()
    expect(other.locator("main")).to_contain_text("Pour la changer, appelez Nadia Benali")
    assert walk.events() == ["ReferralSeen", "ReferralAnswered"]

    locale.day(MONDAY + timedelta(days=9))
    walk.goes(link)
    walk.sees("n’est plus valable")
    locale.day(date(2026, 4, 30))
    asked = walk.link()
    locale.day(date(2026, 5, 11))
    walk.goes(asked)
    walk.presses("Recevoir un nouveau lien")
    again = walk.link()
    assert again != asked
    walk.goes(again)
    walk.presses("Donner des nouvelles")
    page.get_by_label("a terminé").check()
    page.get_by_label("Quel jour").fill("2026-04-30")
    walk.presses("Envoyer")
    walk.sees("la personne a terminé le 30 avril 2026")

    confirmed(new_tab(base_url=url), walk.dossier)
    assert walk.events() == ["ReferralSeen", "ReferralAnswered", "OutcomeReported", "ActionEnded"]


@pytest.mark.browser
def test_a_partner_refreshes_its_file_on_a_telephone_without_javascript(
    locale: House,
    url: str,
    new_browser: Callable[..., BrowserContext],
    new_tab: Callable[..., Page],
    glance: Callable[[Page], None],
) -> None:
    partner, offer = uuid4(), uuid4()
    details = PartnerDetails(name="Médiathèque de Mortagne", town="Mortagne-au-Perche", commune="61293")
    terms = OfferTerms(label="Bureautique", kind="digital", days="le mardi")
    locale.says("Sophie Lecomte", list_partner, {"partner": partner}, details=details)
    locale.says("Sophie Lecomte", list_offer, {"partner": partner}, offer=offer, terms=terms)
    phone = {"viewport": {"width": 390, "height": 820}, "java_script_enabled": False}
    page, looker = new_browser(**phone).new_page(), new_browser().new_page()
    looker.goto(f"{url}/healthz")

    def check() -> None:
        """Looks at the same page where scripts run: axe is one."""
        looker.set_content(page.content())
        glance(looker)

    walk = Walk(locale, url, page, check, partner)
    walk.goes(walk.link())
    page.get_by_role("link", name="Votre fiche est-elle à jour ?").click()
    page.get_by_label("Téléphone").fill("02 33 00")
    walk.presses("Proposer ces changements")
    page.get_by_label("Téléphone").fill("02 33 00 01 99")
    page.get_by_label("Jours").fill("le jeudi")
    walk.presses("Proposer ces changements")
    walk.sees("Merci. La Mission locale relit")

    sophie = new_tab(base_url=url)
    be(sophie, "Sophie Lecomte")
    sophie.goto(f"/partenaires/{partner}")
    glance(sophie)
    if folder := os.environ.get("PIXFLOW_PICTURES"):
        sophie.screenshot(path=Path(folder) / "link-review.png", full_page=True)
    sophie.get_by_role("checkbox", name="Téléphone").check()
    sophie.get_by_role("button", name="Enregistrer : prendre ce qui est coché").click()
    expect(sophie.locator(".notice").first).to_contain_text("Correction, téléphone")
    expect(sophie.get_by_role("heading", name="Le partenaire propose")).to_have_count(0)


def filtered(tab: Page, link: str) -> None:
    """An e-mail filter opens the link first, runs its scripts, and follows what it finds."""
    assert tab.request.head(link).status == 200
    tab.goto(link, wait_until="networkidle")
    assert tab.locator("script").count() == 0
    for address in tab.eval_on_selector_all("a[href^='http']", "all => all.map(one => one.href)"):
        tab.request.get(address)


def confirmed(nadia: Page, dossier: UUID) -> None:
    """The advisor reads the partner's word on the dossier, and confirms it in one press."""
    be(nadia, "Nadia Benali")
    nadia.goto(f"/dossiers/{dossier}")
    expect(nadia.locator("main")).to_contain_text("dit : la personne a terminé")
    if folder := os.environ.get("PIXFLOW_PICTURES"):
        nadia.screenshot(path=Path(folder) / "link-dossier.png", full_page=True)
    nadia.locator(".deeds").get_by_role("button", name="Confirmer").click()
    expect(nadia.locator(".notice").first).to_contain_text("terminée")

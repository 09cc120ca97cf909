"""Orienting as one chooses, by keyboard: a search swaps the cards alone, and what was typed stays."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page, expect

from pixflow.events.dossier import ActionAdded, ReferralSent
from pixflow.events.values import ContactDetails, OfferTerms, PartnerDetails
from pixflow.partners import contacts, listing
from tests.browser.house import arrive
from tests.web.paths import House

PLACES = (("Médiathèque", "Mortagne-au-Perche", "cafe-numerique"), ("Cyber-base", "L'Aigle", "autre"))


def list_places(locale: House) -> list[UUID]:
    made = [uuid4() for _ in PLACES]
    for id, (name, town, proposal) in zip(made, PLACES, strict=True):
        partner = {"partner": id}
        terms = OfferTerms(label="Atelier", kind="digital", proposals=(proposal,), days="le jeudi")
        locale.says("Sophie Lecomte", listing.list_partner, partner, details=PartnerDetails(name=name, town=town))
        locale.says("Sophie Lecomte", listing.list_offer, partner, offer=uuid4(), terms=terms)
    return made


@pytest.mark.browser
def test_a_card_is_found_and_chosen_by_keyboard(
    locale: House, url: str, new_tab: Callable[..., Page], glance: Callable[[Page], None]
) -> None:
    list_places(locale)
    dossier, actions = locale.prescribed()
    page = new_tab()
    arrive(page, "Nadia Benali", f"/dossiers/{dossier}?formulaire=refer&sur={actions[1]}", url)
    names = page.locator(".offer-cards label > b")
    expect(names).to_have_text(["Médiathèque"])
    page.locator("#note").fill("Vient le matin")
    search = page.get_by_label("Chercher un partenaire")
    search.fill("cyber")
    search.press("Enter")
    expect(names).to_have_text(["Cyber-base"])
    expect(page.locator("#note")).to_have_value("Vient le matin")
    glance(page)
    page.get_by_label("Cyber-base").press("Space")
    page.get_by_role("button", name="Enregistrer", exact=True).press("Enter")
    expect(page.locator("#sheet")).to_contain_text("Orientation vers Cyber-base")
    (told,) = [one for one in locale.events(dossier) if isinstance(one, ReferralSent)]
    assert (told.partner.name, told.note, told.email) == ("Cyber-base", "Vient le matin", "")


@pytest.mark.browser
def test_the_people_to_call_are_those_of_the_chosen_card(
    locale: House, url: str, new_tab: Callable[..., Page], glance: Callable[[Page], None]
) -> None:
    for place, name in zip(list_places(locale), ("Lise Marchand", "Omar Diop"), strict=True):
        details = ContactDetails(name, phone="+33233000101", answers="phone")
        locale.says("Nadia Benali", contacts.name_contact, {"contact": uuid4()}, partner=place, details=details)
    dossier, actions = locale.prescribed()
    page = new_tab()
    arrive(page, "Nadia Benali", f"/dossiers/{dossier}?formulaire=refer&sur={actions[1]}&cherche=ate", url)
    people = page.locator("#contact optgroup:not([disabled]) option")
    expect(people).to_have_count(2)
    page.get_by_label("Cyber-base").check()
    expect(people).to_have_text(["Omar Diop, répond par téléphone"])
    page.locator("#contact").select_option(label="Omar Diop, répond par téléphone")
    page.get_by_label("Médiathèque").check()
    expect(people).to_have_text(["Lise Marchand, répond par téléphone"])
    expect(page.locator("#contact")).to_have_value("")
    glance(page)


@pytest.mark.browser
def test_an_action_at_a_partner_is_added_by_keyboard(
    locale: House, url: str, new_tab: Callable[..., Page], glance: Callable[[Page], None]
) -> None:
    list_places(locale)
    dossier, _ = locale.prescribed()
    page = new_tab()
    arrive(page, "Nadia Benali", f"/dossiers/{dossier}", url)
    page.get_by_role("link", name="Ajouter une action").press("Enter")
    expect(page.locator("#form-title")).to_be_focused()
    page.get_by_label("Raison").fill("près de chez lui")
    page.get_by_text("Chez un partenaire…").press("Enter")
    search = page.get_by_label("Chercher un partenaire")
    search.fill("cyber")
    search.press("Enter")
    expect(page.locator(".offer-cards label > b")).to_have_text(["Cyber-base"])
    expect(page.get_by_label("Raison")).to_have_value("près de chez lui")
    glance(page)
    page.get_by_label("Cyber-base").press("Space")
    page.get_by_role("button", name="Ajouter l’action").press("Enter")
    expect(page.locator("#prescription")).to_contain_text("Ajoutée le 16 mars 2026 par Nadia Benali")
    *_, new, sent = locale.events(dossier)
    assert isinstance(new, ActionAdded)
    assert isinstance(sent, ReferralSent)
    assert (new.added.label, sent.action, sent.partner.name) == ("Atelier", new.added.id, "Cyber-base")

"""Accounts in a real browser: passkeys of an authenticator that Chromium plays, the password road without scripts."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from playwright.sync_api import CDPSession, Page, expect

from pixflow.actor import Actor
from pixflow.dossier.identity import open_dossier
from tests.browser.house import Clock, House, address, begin, pixflow, signing_in

pytestmark = pytest.mark.browser
MONDAY = date(2026, 3, 16)
SECRET = "quatre girafes lisent lundi"


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY)


@pytest.fixture
def at_work(tmp_path: Path, clock: Clock) -> Iterator[House]:
    begin(tmp_path, clock)
    with signing_in(tmp_path, clock) as made:
        yield made


@pytest.fixture
def invite(tmp_path: Path, clock: Clock, at_work: House, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Invites somebody from the terminal. Returns their link."""
    monkeypatch.setenv("PIXFLOW_URL", at_work.url)
    return lambda name: pixflow(tmp_path, clock, "account", "invite", address(name)).split()[-1]


class Authenticator:
    """A passkey's device that Chromium plays: internal, with its user verified."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self.id = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        found = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]
        return list(found)

    def verified(self, value: bool) -> None:
        sent = {"authenticatorId": self.id, "isUserVerified": value}
        self.session.send("WebAuthn.setUserVerified", sent)

    def counts_from(self, counter: int) -> None:
        """Puts the counter of its passkey back, as a copy has it."""
        (one,) = self.credentials()
        self.session.send(
            "WebAuthn.removeCredential", {"authenticatorId": self.id, "credentialId": one["credentialId"]}
        )
        changed = {**one, "signCount": counter, "isResidentCredential": True, "rpId": "localhost"}
        self.session.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": changed})


def test_a_passkey_from_the_invitation_on(
    at_work: House, invite: Callable[[str], str], new_tab: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    page = new_tab()
    device = Authenticator(page)
    page.goto(invite("Hélène Morin"))
    check_page(page)
    page.get_by_role("button", name="Créer ma clé d’accès").click()
    expect(page.get_by_role("heading", name="Rejoindre")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Rejoindre").click()
    expect(page.get_by_text("Hélène Morin · direction")).to_be_visible()
    page.goto(f"{at_work.url}/compte")
    check_page(page)
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", name="Se connecter")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    expect(page.get_by_text("Hélène Morin · direction")).to_be_visible()
    assert [one["signCount"] > 0 for one in device.credentials()] == [True]
    page.goto(f"{at_work.url}/compte")
    page.get_by_role("button", name="Ajouter", exact=True).click()
    expect(page.get_by_text("Cet appareil a déjà une clé d’accès pour ce compte.")).to_be_visible()
    page.goto(f"{at_work.url.replace('localhost', '127.0.0.1')}/connexion")
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    expect(page.get_by_text("La clé d’accès n’a pas répondu"), "it belongs to one host").to_be_visible()


def test_a_passkey_opens_the_lock_and_a_copy_does_not(
    at_work: House, clock: Clock, invite: Callable[[str], str], tab: Page, check_page: Callable[[Page], None]
) -> None:
    device = Authenticator(tab)
    tab.goto(invite("Hélène Morin"))
    tab.get_by_role("button", name="Créer ma clé d’accès").click()
    tab.get_by_role("button", name="Rejoindre").click()
    expect(tab.get_by_text("Hélène Morin · direction")).to_be_visible()
    clock.set(MONDAY, 9)
    tab.goto(f"{at_work.url}/equipe")
    expect(tab.get_by_role("heading", name="C’est bien vous")).to_be_visible()
    check_page(tab)
    tab.get_by_role("button", name="Avec une clé d’accès").click()
    expect(tab.get_by_role("heading", name="Équipe")).to_be_visible()
    device.counts_from(0)
    clock.set(MONDAY, 10)
    tab.goto(f"{at_work.url}/equipe")
    tab.get_by_role("button", name="Avec une clé d’accès").click()
    expect(tab.get_by_text("Cette clé d’accès n’a pas répondu comme il faut")).to_be_visible()


def test_without_verification_a_passkey_is_refused(at_work: House, invite: Callable[[str], str], tab: Page) -> None:
    device = Authenticator(tab)
    device.verified(False)
    tab.goto(invite("Hélène Morin"))
    tab.get_by_role("button", name="Créer ma clé d’accès").click()
    expect(tab.get_by_text("La clé d’accès n’a pas répondu")).to_be_visible()
    assert not device.credentials()


def test_the_password_road_without_scripts(
    at_work: House,
    clock: Clock,
    invite: Callable[[str], str],
    new_browser: Callable[..., Any],
    check_page: Callable[[Page], None],
) -> None:
    page = new_browser(java_script_enabled=False, viewport={"width": 390, "height": 820}).new_page()
    page.goto(invite("Hélène Morin"))
    expect(page.get_by_role("button", name="Créer ma clé d’accès")).to_be_hidden()
    page.get_by_label("Mot de passe").fill(SECRET)
    page.get_by_label("Le même, encore une fois").fill(SECRET)
    page.get_by_role("button", name="Continuer").click()
    seed = page.locator(".seed").inner_text().replace(" ", "")
    page.get_by_label("Le code que l’application affiche").fill(pyotp.TOTP(seed).at(int(clock.now.timestamp())))
    page.get_by_role("button", name="Continuer").click()
    assert page.locator(".codes code").count() == 8
    page.get_by_role("button", name="C’est noté, continuer").click()
    page.get_by_role("button", name="Rejoindre").click()
    expect(page.get_by_text("Hélène Morin · direction")).to_be_visible()


def test_an_erasure_asks_for_the_passkey_and_comes_back_filled_with_the_keyboard_alone(
    at_work: House,
    clock: Clock,
    invite: Callable[[str], str],
    new_browser: Callable[..., Any],
    check_page: Callable[[Page], None],
) -> None:
    team = {one.name: id for id, one in at_work.engine.references().team.items()}
    about: dict[str, Any] = {"birth_date": None, "imilo_number": None, "site": "Mortagne", "advisor": None}
    about |= {"last_name": "Diallo", "first_name": "Aminata"}
    by, dossier = Actor(str(team["Sophie Lecomte"])), uuid4()
    at_work.engine.execute({"dossier": dossier}, open_dossier, by=by, command_id=uuid4(), **about)
    page = new_browser(viewport={"width": 390, "height": 820}).new_page()
    Authenticator(page)
    page.goto(invite("Hélène Morin"))
    page.get_by_role("button", name="Créer ma clé d’accès").press("Enter")
    page.get_by_role("button", name="Rejoindre").press("Enter")
    expect(page.get_by_text("Ajoutez un deuxième moyen d’entrer")).to_be_visible()
    clock.set(MONDAY, 8, 20)
    rights = f"{at_work.url}/dossiers/{dossier}/droits"
    page.goto(rights)
    check_page(page)
    page.get_by_label("la personne le demande").press("Space")
    page.get_by_role("button", name="Demander l’effacement").press("Enter")
    expect(page.get_by_role("heading", name="C’est bien vous")).to_be_visible()
    expect(page.get_by_text("Ce que vous avez écrit est gardé une heure")).to_be_visible()
    expect(page.get_by_role("link", name="Renoncer")).to_have_attribute("href", f"/dossiers/{dossier}/droits")
    check_page(page)
    head = at_work.head
    page.get_by_role("button", name="Avec une clé d’accès").press("Enter")
    expect(page.get_by_label("la personne le demande")).to_be_checked()
    assert at_work.head == head, "nothing is sent by itself"
    page.get_by_role("button", name="Demander l’effacement").press("Enter")
    expect(page.get_by_text("Effacement demandé le")).to_be_visible()
    page.goto(f"{at_work.url}/compte")
    expect(page.get_by_text("Connexion par une clé d’accès")).to_be_visible()
    check_page(page)

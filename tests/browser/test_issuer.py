"""Signing in at an issuer in a real browser: invited, linked, back, signed out; the policy of forms is in force."""

from collections.abc import Callable, Iterator
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import Clock, House, address, begin, pixflow, signing_in
from tests.browser.test_accounts import Authenticator
from tests.idp import CLIENT, SECRET, Provider, Reply, provider

pytestmark = pytest.mark.browser
MONDAY = date(2026, 3, 16)


def _asks(_: object, reply: Reply) -> Reply:
    """A page of the provider in place of its redirect."""
    page = f'<!doctype html><title>Fournisseur</title><a href="{escape(reply[1]["Location"])}">Continuer</a>'
    return 200, {"Content-Type": "text/html; charset=utf-8"}, page.encode()


@pytest.fixture
def idp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider on another host than pixflow: a browser sends it no cookie, and none comes from it."""
    with provider(host="127.0.0.1") as made:
        made.bends.reply["/authorize"] = _asks
        said = {"ISSUER": made.url, "CLIENT_ID": CLIENT, "SECRET": SECRET, "PROFILE": "proconnect"}
        for name, value in said.items():
            monkeypatch.setenv(f"PIXFLOW_OIDC_{name}", value)
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY)


@pytest.fixture
def at_work(tmp_path: Path, clock: Clock, idp: Provider) -> Iterator[House]:
    begin(tmp_path, clock)
    with signing_in(tmp_path, clock) as made:
        idp.redirects.add(f"{made.url}/connexion/retour")
        yield made


@pytest.fixture
def invite(tmp_path: Path, clock: Clock, at_work: House, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Invites somebody from the terminal. Returns their link."""
    monkeypatch.setenv("PIXFLOW_URL", at_work.url)
    return lambda name: pixflow(tmp_path, clock, "account", "invite", address(name)).split()[-1]


def through_issuer(page: Page) -> None:
    page.get_by_role("link", name="Entrer avec votre fournisseur d’identité").click()
    page.get_by_role("link", name="Continuer").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_invited_linked_and_signed_out_of_both(
    at_work: House,
    idp: Provider,
    invite: Callable[[str], str],
    new_browser: Callable[..., Any],
    check_page: Callable[[Page], None],
    scripts: bool,
) -> None:
    width = 1360 if scripts else 390
    page = new_browser(java_script_enabled=scripts, viewport={"width": width, "height": 820}).new_page()
    idp.acr = "eidas2"
    page.goto(invite("Hélène Morin"))
    _check(page, check_page, scripts)
    through_issuer(page)
    expect(page.get_by_role("heading", name="Rejoindre")).to_be_visible()
    _check(page, check_page, scripts)
    page.get_by_role("button", name="Rejoindre").click()
    expect(page.get_by_text("Hélène Morin · direction")).to_be_visible()
    page.goto(f"{at_work.url}/compte")
    expect(page.get_by_text(idp.url, exact=True)).to_be_visible()
    _check(page, check_page, scripts)
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", name="Se connecter")).to_be_visible()
    assert idp.calls["/session/end"] == 1
    _check(page, check_page, scripts)
    through_issuer(page)
    expect(page.get_by_text("Hélène Morin · direction")).to_be_visible()
    page.goto(f"{at_work.url}/compte")
    page.get_by_role("button", name="De pixflow seulement").click()
    expect(page.get_by_role("heading", name="Vous êtes déconnecté·e de pixflow")).to_be_visible()
    _check(page, check_page, scripts)
    assert idp.calls["/session/end"] == 1
    page.get_by_role("link", name="Vous en déconnecter aussi").click()
    expect(page.get_by_role("heading", name="Se connecter")).to_be_visible()
    assert idp.calls["/session/end"] == 2


def test_one_proof_there_and_a_code_here(
    at_work: House,
    idp: Provider,
    clock: Clock,
    invite: Callable[[str], str],
    tab: Page,
    check_page: Callable[[Page], None],
) -> None:
    tab.goto(invite("Hélène Morin"))
    through_issuer(tab)
    expect(tab.get_by_role("heading", name="Un deuxième moyen")).to_be_visible()
    check_page(tab)
    seed = pyotp.TOTP(tab.locator(".seed").inner_text().replace(" ", ""))
    tab.get_by_label("Le code que l’application affiche").fill(seed.at(int(clock.now.timestamp())))
    tab.get_by_role("button", name="Continuer").click()
    tab.get_by_role("button", name="Rejoindre").click()
    expect(tab.get_by_text("Hélène Morin · direction")).to_be_visible()
    clock.set(MONDAY, 9)
    tab.goto(f"{at_work.url}/equipe")
    expect(tab.get_by_role("heading", name="C’est bien vous")).to_be_visible()
    check_page(tab)
    tab.get_by_role("link", name="Avec votre fournisseur d’identité").click()
    tab.get_by_role("link", name="Continuer").click()
    expect(tab.get_by_role("heading", name="Deuxième étape")).to_be_visible()
    check_page(tab)
    tab.get_by_label("Code de votre application").fill(seed.at(int(clock.now.timestamp())))
    tab.get_by_role("button", name="Entrer", exact=True).click()
    expect(tab.get_by_role("heading", name="Équipe")).to_be_visible()


def test_one_proof_there_and_a_passkey_here(
    at_work: House, invite: Callable[[str], str], tab: Page, check_page: Callable[[Page], None]
) -> None:
    Authenticator(tab)
    tab.goto(invite("Hélène Morin"))
    through_issuer(tab)
    tab.get_by_role("button", name="Créer une clé d’accès").click()
    tab.get_by_role("button", name="Rejoindre").click()
    expect(tab.get_by_text("Hélène Morin · direction")).to_be_visible()
    tab.goto(f"{at_work.url}/compte")
    tab.get_by_role("button", name="Se déconnecter").click()
    through_issuer(tab)
    expect(tab.get_by_role("heading", name="Deuxième étape")).to_be_visible()
    expect(tab.get_by_label("Code de votre application")).to_have_count(0)
    check_page(tab)
    tab.get_by_role("button", name="Continuer avec une clé d’accès").click()
    expect(tab.get_by_text("Hélène Morin · direction")).to_be_visible()


def test_a_stranger_at_the_issuer_is_told_where_to_ask(
    at_work: House, idp: Provider, tab: Page, check_page: Callable[[Page], None]
) -> None:
    tab.goto(f"{at_work.url}/connexion")
    through_issuer(tab)
    expect(tab.get_by_text("Personne ici ne connaît cette identité")).to_be_visible()
    check_page(tab)


def _check(page: Page, check_page: Callable[[Page], None], scripts: bool) -> None:
    """Checks a page with axe, which is a script."""
    if scripts:
        check_page(page)

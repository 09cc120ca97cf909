"""From an empty folder to a day's work of five people who sign in: nobody chooses who to be, everybody proves it."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Page, expect

from pixflow.events import dossier as e
from pixflow.events import staff as access
from tests.browser.house import Clock, House, address, begin, pixflow, signing_in
from tests.browser.person import Person
from tests.browser.test_accounts import Authenticator

pytestmark = [pytest.mark.browser, pytest.mark.trial]
MONDAY = date(2026, 3, 16)
HELENE, YANN, SOPHIE, NADIA, PAUL = "Hélène Morin", "Yann Le Goff", "Sophie Lecomte", "Nadia Benali", "Paul Rey"


class Mailbox:
    """A mail server that keeps the last link sent to each address."""

    def __init__(self) -> None:
        self.links: dict[str, str] = {}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        text = message_from_bytes(envelope.content, policy=policy.default).get_content()
        self.links[envelope.rcpt_tos[0]] = next(word for word in text.split() if "/invitation/" in word)
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, str]]:
    """Yields a mailbox and its address, on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box := Mailbox(), hostname="127.0.0.1", port=port, ready_timeout=600)
    controller.start()
    try:
        yield box, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


class Walk:
    """The house, its clock, its mailbox, and a tab with a passkey's device for each person."""

    def __init__(self, at_work: House, box: Mailbox, new_tab: Callable[..., Page]) -> None:
        self.at_work, self.box, self._new_tab = at_work, box, new_tab
        self.people: dict[str, Person] = {}

    def visits(self, name: str, link: str) -> Person:
        """Follows an invitation: a passkey is made, the structure joined."""
        page = self._new_tab(base_url=self.at_work.url)
        Authenticator(page)
        page.goto(link)
        page.get_by_role("button", name="Créer ma clé d’accès").click()
        page.get_by_role("button", name="Rejoindre").click()
        page.wait_for_url(lambda url: "/invitation" not in url)
        self.people[name] = Person(page, name, known=True)
        return self.people[name]

    def account_of(self, whose: str, by: str) -> Person:
        """Opens the page of a member, where their account is."""
        person = self.people[by]
        person.goes("/equipe")
        person.page.locator("main").get_by_role("link", name=whose).first.click()
        return person

    def invites(self, by: str, name: str) -> Person:
        self.account_of(name, by).presses("Inviter à se connecter")
        self.people[by].sees(f"Invité·e par {by}")
        return self.visits(name, self.box.links[address(name)])


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY)


@pytest.fixture
def walk(tmp_path: Path, clock: Clock, new_tab: Callable[..., Page], monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    begin(tmp_path, clock, demo=False)
    with mail_server() as (box, smtp), signing_in(tmp_path, clock) as at_work:
        monkeypatch.setenv("PIXFLOW_SMTP", smtp)
        monkeypatch.setenv("PIXFLOW_URL", at_work.url)
        yield Walk(at_work, box, new_tab)


def test_five_people_sign_in_and_work_a_day(
    walk: Walk, tmp_path: Path, clock: Clock, check_page: Callable[[Page], None]
) -> None:
    link = pixflow(tmp_path, clock, "account", "invite", address(HELENE)).split()[-1]
    helene = walk.visits(HELENE, link)
    helene.sees("Ma boîte")
    _four_are_invited_and_confirmed(walk, tmp_path, clock, check_page)
    _each_works(walk, clock, check_page)
    _all_sign_out(walk)
    facts = [one.event for one in walk.at_work.recorded()]
    assert sum(isinstance(one, access.AccountConfirmed) for one in facts) == 5
    assert [type(one) for one in facts if isinstance(one, e.PixPresented | e.GlassBroken)] == [
        e.PixPresented, e.GlassBroken,
    ]  # fmt: skip


def _four_are_invited_and_confirmed(walk: Walk, data: Path, clock: Clock, check_page: Callable[[Page], None]) -> None:
    """The operator is the second person for the first two; then Hélène invites and Yann confirms."""
    yann = walk.invites(HELENE, YANN)
    yann.sees("Une deuxième personne doit encore le confirmer")
    check_page(yann.page)
    pixflow(data, clock, "account", "confirm", address(YANN))
    yann.page.get_by_role("link", name="C’est fait ?").click()
    yann.sees("Protocole")
    for name in (SOPHIE, NADIA, PAUL):
        waiting = walk.invites(HELENE, name)
        waiting.sees("Encore un moment", YANN)
        walk.account_of(name, YANN).presses("Confirmer le compte")
        yann.sees("Se connecte.")
        waiting.page.get_by_role("link", name="C’est fait ?").click()
        waiting.sees("Ma boîte")
    check_page(yann.page)


def _each_works(walk: Walk, clock: Clock, check_page: Callable[[Page], None]) -> None:
    sophie, nadia, paul, helene = (walk.people[name] for name in (SOPHIE, NADIA, PAUL, HELENE))
    sophie.goes("/dossiers/nouveau")
    identity = {"Nom": "Diallo", "Prénom": "Aminata", "Date de naissance": "2005-11-03", "Site": "Mortagne"}
    sophie.fills({**identity, "Suivi par": NADIA, "Ouvert le": MONDAY.isoformat()})
    sophie.presses("Ouvrir le dossier")
    sophie.sees("Aminata")
    _a_locked_form_is_kept(nadia, clock, check_page)
    _keeps_views(nadia, check_page)
    _opens_again(paul, "Ma boîte")
    paul.goes("/dossiers/recevoir")
    check_page(paul.page)
    paul.fills({"Nom": "diallo", "Prénom": "aminata", "Date de naissance": "2005-11-03", "Motif": "Nadia est sortie"})
    paul.presses("Ouvrir son dossier pour aujourd’hui")
    paul.sees("Vous recevez ce jeune", "dossier ouvert pour la journée : Nadia est sortie")
    check_page(paul.page)
    dossier = paul.page.url.partition("?")[0]
    nadia.goes_to_queue()
    nadia.sees("Aminata Diallo : reçu·e par Paul Rey le 16 mars. Nadia est sortie")
    check_page(nadia.page)
    _opens_again(helene, "Ma boîte")
    helene.goes(f"{dossier}/consultations")
    helene.sees(PAUL, "pour un accueil")


def _a_locked_form_is_kept(nadia: Person, clock: Clock, check_page: Callable[[Page], None]) -> None:
    """Half an hour and more passes over the open form: it is sent, kept, and sent again after the passkey."""
    nadia.goes_to_queue()
    nadia.starts("DIALLO", "Présenter Pix")
    nadia.fills({"au premier accueil": True})
    clock.set(MONDAY, 8, 40)
    nadia.page.locator("#form").get_by_role("button", name="Enregistrer").click()
    nadia.sees("C’est bien vous, Nadia Benali", "Ce que vous avez écrit est gardé une heure")
    nadia.page.get_by_role("button", name="Avec une clé d’accès").click()
    nadia.sees("Ce que vous aviez écrit")
    expect(nadia.page.get_by_label("au premier accueil")).to_be_checked()
    check_page(nadia.page)
    nadia.presses("Enregistrer")
    nadia.sees("Pix présenté au premier accueil")


def _keeps_views(nadia: Person, check_page: Callable[[Page], None]) -> None:
    """A view of this browser, with a parameter of before, goes to the account; it is on again where it leads."""
    page, views = nadia.page, nadia.page.locator("#views")
    page.evaluate("""() => localStorage.setItem(`pixflow-views-${document.body.dataset.me}`, JSON.stringify([
        {name: "Au diagnostic", address: "/dossiers?stage=diagnostic&site=Mortagne"}]))""")
    nadia.goes("/dossiers")
    nadia.presses("Garder avec mon compte la vue de ce navigateur")
    nadia.sees("Gardées avec votre compte : Au diagnostic", within="#toasts")
    expect(page.locator("[data-bring]")).to_be_hidden()
    page.evaluate("localStorage.clear()")
    nadia.goes("/dossiers")
    views.get_by_role("link", name="Au diagnostic").click()
    expect(page).to_have_url(re.compile(r"/dossiers\?etape=diagnostic&site=Mortagne$"))
    expect(views.locator("[aria-current]")).to_have_text("Au diagnostic")
    expect(page.locator("[data-keep]")).to_be_hidden()
    check_page(page)
    views.get_by_role("button", name="Oublier la vue Au diagnostic").click()
    expect(page.locator("[data-keep]")).to_be_visible()
    page.locator("[data-keep]").click()
    expect(page.get_by_role("dialog")).to_contain_text("Gardée avec votre compte")
    page.get_by_role("button", name="Garder", exact=True).click()
    nadia.sees("Vue gardée", within="#toasts")
    nadia.goes("/dossiers?site=Mortagne&etape=diagnostic")
    expect(views.locator("[aria-current]")).to_have_count(1)


def _opens_again(person: Person, seen: str) -> None:
    """The session has locked meanwhile."""
    person.goes("/boite")
    person.page.get_by_role("button", name="Avec une clé d’accès").click()
    person.sees(seen)


def _all_sign_out(walk: Walk) -> None:
    for person in walk.people.values():
        person.goes("/compte")
        if person.page.get_by_role("button", name="Avec une clé d’accès").is_visible():
            person.page.get_by_role("button", name="Avec une clé d’accès").click()
        person.presses("Se déconnecter")
        expect(person.page.get_by_role("heading", name="Se connecter")).to_be_visible()
        person.goes("/boite")
        expect(person.page.get_by_role("heading", name="Se connecter")).to_be_visible()

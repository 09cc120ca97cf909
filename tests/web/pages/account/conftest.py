"""A Mission locale whose people sign in, and their browsers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest

from pixflow.actor import OPERATOR
from pixflow.team import accounts as decisions
from tests.web.client import InspectingClient
from tests.web.password_hashes import cheap_hashes, true_hashes
from tests.web.paths import House, house
from tests.web.tags import parsed
from web.accounts import accounts, invitations
from web.accounts.site import Site
from web.hosting.mail import Mail

URL = "https://pixflow.exemple.fr"
NADIA, PAUL, SOPHIE, HELENE, YANN = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Hélène Morin", "Yann Le Goff"
SECRET = "quatre girafes lisent lundi"
__all__ = ["cheap_hashes", "true_hashes"]


STORES = pytest.mark.parametrize(
    "at_work", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
"""Marks what the store has a part in: the other tests run on SQLite alone."""


@pytest.fixture
def at_work(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    if getattr(request, "param", "sqlite") == "postgres":
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("database_url"))
    with house(tmp_path / "data", url=URL) as made:
        yield made


@pytest.fixture
def site(at_work: House) -> Site:
    assert at_work.host.site
    return at_work.host.site


@pytest.fixture
def helene(at_work: House, site: Site) -> "Browser":
    """The browser of a manager, signed in."""
    return first_visit(at_work, site, HELENE)


@pytest.fixture
def sophie(at_work: House, site: Site) -> "Browser":
    """The browser of a référente, signed in."""
    return first_visit(at_work, site, SOPHIE)


@pytest.fixture
def nadia(at_work: House, site: Site) -> "Browser":
    """The browser of an advisor, signed in."""
    return first_visit(at_work, site, NADIA)


@pytest.fixture
def yann(at_work: House, site: Site) -> "Browser":
    """The browser of an administrator, signed in."""
    return first_visit(at_work, site, YANN)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Mail]:
    """The e-mails about the factors of accounts."""
    sent: list[Mail] = []
    monkeypatch.setattr("web.pages.account.factor_mails.outbox_for", lambda *_, **__: sent.append)
    return sent


class Browser(InspectingClient):
    """The browser of one person, with the application of codes on their telephone."""

    def __init__(self, at_work: House, seed: str = "") -> None:
        super().__init__(at_work.app, base_url=URL, follow_redirects=False)
        self.at_work = at_work
        self.seed = seed

    def code(self) -> str:
        """The code that the application shows now."""
        return pyotp.TOTP(self.seed).at(int(self.at_work.now.timestamp()))

    def scan(self, page: Any) -> str:
        """Gives the application the seed of a page. Returns the ticket of the form."""
        found = parsed(page.text)
        self.seed = found.select_one(".seed").get_text().replace(" ", "")
        return str(found.select_one("[name=ticket]")["value"])

    def choose_password(self, secret: str = SECRET) -> Any:
        """Chooses the password of an account that is invited."""
        return self.post("/premiere-visite/mot-de-passe", data={"password": secret, "again": secret})

    def enrol_application(self) -> Any:
        """Enrols the application as the second factor. Returns the page of the recovery codes."""
        ticket = self.scan(self.get("/premiere-visite"))
        return self.post("/premiere-visite/application", data={"ticket": ticket, "code": self.code()})

    def choose_factors(self, secret: str = SECRET) -> Any:
        """Enrols both factors of an account that is invited, and goes on. Returns the page of the recovery codes."""
        self.choose_password(secret)
        shown = self.enrol_application()
        self.post("/premiere-visite/suite")
        return shown

    def send_password(self, who: str, password: str = SECRET) -> Any:
        """Sends the e-mail and the password of somebody."""
        sent = {"email": address(self.at_work, who), "password": password}
        return self.post("/connexion/mot-de-passe", data=sent)

    def unlock(self, vers: str, password: str = SECRET) -> Any:
        """Opens the lock with the password."""
        return self.post("/verrou/mot-de-passe", data={"password": password, "vers": vers})

    def sign_in(self, email: str, password: str = SECRET) -> Any:
        """Enters with the password and a code. Returns the last answer."""
        answer = self.post("/connexion/mot-de-passe", data={"email": email, "password": password, "vers": "/boite"})
        assert answer.headers.get("Location") == "/connexion/code", answer.text
        self.at_work.pass_by(seconds=30)
        return self.post("/connexion/code", data={"code": self.code()})


def address(at_work: House, who: str) -> str:
    return at_work.served.refs.team[at_work.people[who]].email


def invited(at_work: House, site: Site, who: str, by: str = OPERATOR) -> str:
    """Invites somebody. Returns the token of their link."""
    person = at_work.people[who]
    at_work.says(by, decisions.invite_account, {"staff": person})
    sender = by if by == OPERATOR else str(at_work.people[by])
    _, token = invitations.invite(site.store, at_work.served.opened.id, person, address(at_work, who), sender)
    return token


def first_visit(at_work: House, site: Site, who: str, by: str = OPERATOR) -> Browser:
    """From the link to the first page, by the password road."""
    browser, token = Browser(at_work), invited(at_work, site, who, by)
    assert browser.get(f"/invitation/{token}").status_code == 200
    assert browser.choose_password().headers["Location"] == "/premiere-visite"
    assert len(parsed(browser.enrol_application().text).select(".codes code")) == 8
    assert browser.post("/premiere-visite/suite").headers["Location"] == "/invitation/accepter"
    assert browser.post("/invitation/accepter").headers["Location"] == "/"
    return browser


def answered(browser: Browser, token: str, secret: str = SECRET) -> Any:
    """Answers an invitation by the password road. Returns the last answer."""
    browser.get(f"/invitation/{token}")
    browser.choose_factors(secret)
    return browser.post("/invitation/accepter")


def account_of(at_work: House, site: Site, who: str) -> Any:
    return accounts.find_email(site.store, address(at_work, who))

"""Signing in at an issuer: an invitation links an identity, never an e-mail; a weak sign-in asks for a factor here."""

import logging
import operator
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from tests.idp import CLIENT, SECRET, Provider, provider, visit
from tests.web.client import words
from tests.web.filled import texts
from tests.web.pages.account.conftest import HELENE, PAUL, STORES, URL, Browser, account_of, address, invited
from tests.web.pages.account.conftest import SECRET as PASSWORD
from tests.web.pages.account.conftest import first_visit as by_password
from tests.web.paths import House
from tests.web.tags import parsed
from web.accounts import accounts, sessions
from web.accounts.accounts import Account
from web.accounts.oidc import identities
from web.accounts.site import Site
from web.accounts.tables import metadata
from web.desk.signed_in import FLOW, SESSION

ASK = "demandez une invitation"


@pytest.fixture(params=["ES256", "RS256"], ids=["proconnect", "plain"], autouse=True)
def idp(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    signed = request.param == "ES256"
    with provider(request.param, signs_userinfo=signed) as made:
        made.redirects.add(f"{URL}/connexion/retour")
        said = {"ISSUER": made.url, "CLIENT_ID": CLIENT, "SECRET": SECRET, "ALG": request.param}
        for name, value in {**said, "PROFILE": "proconnect" if signed else "plain"}.items():
            monkeypatch.setenv(f"PIXFLOW_OIDC_{name}", value)
        yield made


def to_issuer(browser: Browser, path: str = "/connexion/fournisseur") -> str:
    """Goes to the issuer. Returns the path that it sends the browser back to."""
    answer = browser.get(path)
    assert answer.status_code == 303, answer.text
    there = visit(answer.headers["Location"])
    assert there.startswith(f"{URL}/connexion/retour?")
    return there.removeprefix(URL)


def through_issuer(browser: Browser, path: str = "/connexion/fournisseur") -> Any:
    return browser.get(to_issuer(browser, path))


def linked(at_work: House, site: Site, idp: Provider, who: str = HELENE) -> Browser:
    """Somebody invited, who came through the issuer, at a level that needs nothing more."""
    idp.subject, idp.acr = f"sub-{who}", "eidas2"
    browser = Browser(at_work)
    browser.get(f"/invitation/{invited(at_work, site, who)}")
    assert through_issuer(browser).headers["Location"] == "/invitation/accepter"
    assert "Votre fournisseur d’identité y mènera" in words(browser.get("/invitation/accepter").text)
    assert browser.post("/invitation/accepter").headers["Location"] == "/"
    return browser


@pytest.fixture
def browser(at_work: House, site: Site, idp: Provider) -> Browser:
    """Hélène's, who came through the issuer."""
    return linked(at_work, site, idp)


def through_lock(browser: Browser, lock: str) -> Any:
    """Proves at the issuer what a lock asks for."""
    (link,) = parsed(browser.get(lock).text).select("a[href^='/connexion/fournisseur']")
    return through_issuer(browser, link["href"])


def proved_at_issuer(browser: Browser) -> Browser:
    """Proves at the issuer once more who one is, as the lock asks."""
    through_issuer(browser, "/connexion/fournisseur?vers=/compte")
    return browser


def owner(site: Site, idp: Provider) -> Account | None:
    found = identities.find(site.store, idp.url, idp.subject)
    return accounts.find(site.store, found) if found else None


# --- linking


def test_invited_linked_and_back_another_day(browser: Browser, at_work: House, site: Site, idp: Provider) -> None:
    assert browser.get("/equipe").status_code == 200
    assert owner(site, idp) == account_of(at_work, site, HELENE)
    at_work.pass_by(days=1)
    answer = through_issuer(browser, "/connexion/fournisseur?vers=/equipe")
    assert answer.headers["Location"] == "/equipe"
    assert browser.get("/equipe").status_code == 200
    (session,) = sessions.of_account(site.store, account_of(at_work, site, HELENE).id)
    assert session.way == "issuer"
    facts = [type(one.event).__name__ for one in at_work.served.engine.history(at_work.people[HELENE])]
    assert facts[-3:] == ["AccountInvited", "AccountConfirmed", "AccountOpened"]


def test_without_an_invitation_nobody_comes_in(at_work: House, site: Site, idp: Provider) -> None:
    by_password(at_work, site, HELENE)
    idp.subject, idp.acr, idp.email = "sub-thief", "eidas3", address(at_work, HELENE)
    thief = Browser(at_work)
    answer = through_issuer(thief)
    assert answer.status_code == 422
    assert ASK in words(answer.text)
    assert SESSION not in thief.cookies
    assert owner(site, idp) is None


def test_an_e_mail_of_another_account_links_nothing(at_work: House, site: Site, idp: Provider) -> None:
    """Invited as Paul, the issuer says that he has Hélène's e-mail."""
    by_password(at_work, site, HELENE)
    idp.email = address(at_work, HELENE)
    linked(at_work, site, idp, PAUL)
    assert owner(site, idp) == account_of(at_work, site, PAUL)
    assert identities.of_account(site.store, account_of(at_work, site, HELENE).id) == []


def test_a_link_that_is_opened_links_nothing_before_it_is_accepted(at_work: House, site: Site, idp: Provider) -> None:
    idp.acr = "eidas2"
    browser, token = Browser(at_work), invited(at_work, site, HELENE)
    browser.get(f"/invitation/{token}")
    through_issuer(browser)
    assert owner(site, idp) is None
    assert SESSION not in browser.cookies
    assert through_issuer(Browser(at_work)).status_code == 422
    browser.get(f"/invitation/{token}")
    through_issuer(browser)
    assert browser.post("/invitation/accepter").headers["Location"] == "/"
    assert owner(site, idp)


def test_an_invitation_links_one_identity(at_work: House, site: Site, idp: Provider) -> None:
    idp.acr, token, browsers = "eidas2", invited(at_work, site, HELENE), [Browser(at_work) for _ in range(2)]
    for number, browser in enumerate(browsers):
        browser.get(f"/invitation/{token}")
        idp.subject = f"sub-{number}"
        through_issuer(browser)
    assert [browser.post("/invitation/accepter").headers.get("Location") for browser in browsers] == ["/", "/connexion"]
    idp.subject = "sub-0"
    assert owner(site, idp)
    idp.subject = "sub-1"
    assert owner(site, idp) is None


def test_a_visit_begun_with_a_password_leaves_none(at_work: House, site: Site, idp: Provider) -> None:
    idp.acr, token, left, browser = "eidas2", invited(at_work, site, HELENE), Browser(at_work), Browser(at_work)
    left.get(f"/invitation/{token}")
    left.choose_password()
    browser.get(f"/invitation/{token}")
    through_issuer(browser)
    browser.post("/invitation/accepter")
    assert owner(site, idp)
    assert account_of(at_work, site, HELENE).password is None
    answer = left.send_password(HELENE)
    assert answer.status_code == 422


def test_another_visit_under_way_ends_with_the_acceptance(at_work: House, site: Site, idp: Provider) -> None:
    """Whoever holds the link too, and sets a password meanwhile, keeps nothing of the account."""
    idp.acr, token, other, browser = "eidas2", invited(at_work, site, HELENE), Browser(at_work), Browser(at_work)
    browser.get(f"/invitation/{token}")
    through_issuer(browser)
    other.get(f"/invitation/{token}")
    other.choose_password()
    ticket = other.scan(other.get("/premiere-visite"))
    assert browser.post("/invitation/accepter").headers["Location"] == "/"
    answer = other.post("/premiere-visite/application", data={"ticket": ticket, "code": other.code()})
    assert answer.headers.get("Location") == "/connexion"
    hers = account_of(at_work, site, HELENE)
    assert (hers.password, hers.totp, hers.passkeys) == (None, None, 0)


def test_back_and_again_keeps_the_invitation(at_work: House, site: Site, idp: Provider) -> None:
    idp.acr, browser = "eidas2", Browser(at_work)
    browser.get(f"/invitation/{invited(at_work, site, HELENE)}")
    browser.get("/connexion/fournisseur")
    idp.denies = "access_denied"
    answer = through_issuer(browser)
    assert "ne vous a pas laissé·e entrer" in words(answer.text)
    assert "pour rejoindre Mission locale" in words(answer.text)
    idp.denies = ""
    assert through_issuer(browser).headers["Location"] == "/invitation/accepter"


def test_an_account_that_is_there_proves_both_factors_first(
    helene: Browser, at_work: House, site: Site, idp: Provider
) -> None:
    hers, seed, idp.acr = account_of(at_work, site, HELENE), helene.seed, "eidas3"
    other = Browser(at_work)
    other.get(f"/invitation/{invited(at_work, site, HELENE)}")
    answer = through_issuer(other)
    assert "Un compte existe déjà avec ce courriel : entrez avec lui" in words(answer.text)
    assert other.get("/invitation/accepter").headers["Location"] == "/connexion"
    assert other.post("/invitation/accepter").headers["Location"] == "/connexion"
    other.seed = seed
    assert other.sign_in(address(at_work, HELENE)).headers["Location"] == "/invitation/accepter"
    assert owner(site, idp) is None
    assert other.post("/invitation/accepter").headers["Location"] == "/"
    assert owner(site, idp) == replace(hers, issuers=1)
    assert through_issuer(Browser(at_work)).headers["Location"] == "/"


def test_an_identity_half_proved_moves_to_no_other_account(at_work: House, site: Site, idp: Provider) -> None:
    """Signed in at the issuer as Hélène, at one factor, then here as Paul: the identity stays hers."""
    linked(at_work, site, idp)
    accounts.set_totp(site.store, account_of(at_work, site, HELENE).id, b"s" * 20, 0)
    paul, idp.acr = by_password(at_work, site, PAUL), "eidas1"
    idp.subject = f"sub-{HELENE}"
    paul.get(f"/invitation/{invited(at_work, site, PAUL)}")
    assert through_issuer(paul).headers["Location"] == "/connexion/code"
    assert paul.sign_in(address(at_work, PAUL)).headers["Location"] == "/invitation/accepter"
    assert "Votre fournisseur" not in words(paul.get("/invitation/accepter").text)
    paul.post("/invitation/accepter")
    assert owner(site, idp) == account_of(at_work, site, HELENE)


def test_a_subject_that_changed_needs_an_invitation(helene: Browser, at_work: House, site: Site, idp: Provider) -> None:
    idp.acr, idp.subject = "eidas3", "before"
    helene.get(f"/invitation/{invited(at_work, site, HELENE)}")
    through_issuer(helene)
    at_work.pass_by(minutes=1)
    helene.sign_in(address(at_work, HELENE))
    helene.post("/invitation/accepter")
    idp.subject = "after"
    assert ASK in words(through_issuer(Browser(at_work)).text)
    helene.get(f"/invitation/{invited(at_work, site, HELENE)}")
    through_issuer(helene)
    at_work.pass_by(minutes=1)
    helene.sign_in(address(at_work, HELENE))
    helene.post("/invitation/accepter")
    assert owner(site, idp) == account_of(at_work, site, HELENE)
    idp.subject = "before"
    assert owner(site, idp) is None, "one identity an issuer"


def test_whoever_had_only_the_issuer_is_helped_by_two_people(at_work: House, site: Site, idp: Provider) -> None:
    """A new subject with nothing else to prove: one invitation alone gives the account to nobody."""
    linked(at_work, site, idp)
    hers = account_of(at_work, site, HELENE)
    idp.subject, browser = "after", Browser(at_work)
    browser.get(f"/invitation/{invited(at_work, site, HELENE)}")
    assert "Un compte existe déjà" in words(through_issuer(browser).text)
    assert owner(site, idp) is None
    accounts.forget_factors(site.store, hers.id)  # what two people decide (test_two_people.py)
    browser.get(f"/invitation/{invited(at_work, site, HELENE)}")
    through_issuer(browser)
    browser.post("/invitation/accepter")
    assert owner(site, idp) == account_of(at_work, site, HELENE)


# --- the level


def test_below_two_factors_a_code_is_asked(at_work: House, site: Site, idp: Provider) -> None:
    idp.acr, browser = "eidas1-mfa", Browser(at_work)
    browser.get(f"/invitation/{invited(at_work, site, HELENE)}")
    assert through_issuer(browser).headers["Location"] == "/premiere-visite"
    assert browser.get("/invitation/accepter").headers["Location"] == "/connexion"
    assert browser.post("/premiere-visite/suite").headers["Location"] == "/connexion"
    ticket = browser.scan(browser.get("/premiere-visite"))
    sent = {"ticket": ticket, "code": browser.code()}
    assert browser.post("/premiere-visite/application", data=sent).headers["Location"] == "/invitation/accepter"
    browser.post("/invitation/accepter")
    assert browser.get("/equipe").status_code == 200
    at_work.pass_by(days=1)
    assert through_issuer(browser).headers["Location"] == "/connexion/code"
    for path in ("/boite", "/compte", "/connexion/structure", "/premiere-visite", "/invitation/accepter"):
        assert browser.get(path).status_code in (303, 422), path
    assert browser.post("/connexion/code", data={"code": "000000"}).status_code == 422
    assert browser.post("/connexion/code", data={"code": browser.code()}).headers["Location"] == "/"
    assert "Connexion par le fournisseur d’identité et un deuxième moyen ici" in words(browser.get("/compte").text)


def test_a_level_that_falls_asks_whoever_has_nothing_else_for_an_invitation(
    browser: Browser, at_work: House, site: Site, idp: Provider
) -> None:
    idp.acr = "eidas1"
    at_work.pass_by(days=1)
    answer = through_issuer(browser)
    assert answer.status_code == 422
    assert "ce compte n’en a pas d’autre : demandez une invitation" in words(answer.text)
    for path in ("/premiere-visite", "/connexion/code", "/invitation/accepter", "/boite"):
        assert browser.get(path).status_code == 303, path
    for path in ("/premiere-visite/application", "/premiere-visite/cle", "/premiere-visite/cle/options"):
        assert browser.post(path, data={}).status_code in (303, 403), path
    browser.get(f"/invitation/{invited(at_work, site, HELENE)}")
    assert through_issuer(browser).headers["Location"] == "/premiere-visite"
    browser.enrol_application()
    browser.post("/invitation/accepter")
    assert account_of(at_work, site, HELENE).totp
    assert browser.get("/equipe").status_code == 200


def test_an_invitation_of_another_enrols_nothing_for_one(at_work: House, site: Site, idp: Provider) -> None:
    """Whoever knows her password at the issuer, and was invited themselves, opens nothing of hers."""
    linked(at_work, site, idp)
    idp.acr, thief = "eidas1", Browser(at_work)
    thief.get(f"/invitation/{invited(at_work, site, PAUL)}")
    answer = through_issuer(thief)
    assert "ce compte n’en a pas d’autre" in words(answer.text)
    assert thief.get("/premiere-visite").headers["Location"] == "/connexion"


# --- the browser


def test_state_belongs_to_one_browser_and_serves_once(browser: Browser, at_work: House) -> None:
    back = to_issuer(browser)
    stranger = Browser(at_work)
    assert "recommencez" in words(stranger.get(back).text)
    to_issuer(stranger)
    assert "n’a pas répondu comme il faut" in words(stranger.get(back).text)
    assert browser.get(back).headers["Location"] == "/"
    assert "recommencez" in words(browser.get(back).text)
    back = to_issuer(browser)
    at_work.pass_by(minutes=10)
    assert "recommencez" in words(browser.get(back).text)


@STORES
def test_of_eight_returns_at_once_one_comes_in(browser: Browser, at_work: House, idp: Provider) -> None:
    back, flow = to_issuer(browser), browser.cookies[FLOW]
    tabs, asked = [Browser(at_work) for _ in range(8)], idp.calls["/token"]
    for tab in tabs:
        tab.cookies.set(FLOW, flow, domain=urlsplit(URL).hostname or "")
    with ThreadPoolExecutor(8) as threads:
        statuses = Counter(threads.map(lambda tab: tab.get(back).status_code, tabs))
    assert statuses == {303: 1, 422: 7}
    assert idp.calls["/token"] == asked + 1, "the issuer sees one of them"


def test_coming_back_from_nowhere_harms_no_sign_in_under_way(helene: Browser, at_work: House) -> None:
    helene.send_password(HELENE)
    assert helene.get("/connexion/retour?state=é&code=x").status_code == 422
    at_work.pass_by(seconds=30)
    assert helene.post("/connexion/code", data={"code": helene.code()}).headers["Location"] == "/"


@pytest.mark.parametrize("vers", ["https://evil.example", "//evil.example", "/\\evil", "/connexion/fournisseur"])
def test_the_way_back_stays_here(browser: Browser, vers: str) -> None:
    assert through_issuer(browser, f"/connexion/fournisseur?vers={vers}").headers["Location"] == "/"


def test_the_lock_opens_through_the_issuer_that_is_asked_for_a_proof(
    browser: Browser, at_work: House, idp: Provider
) -> None:
    assert "prompt" not in idp.asked[-1]
    at_work.pass_by(minutes=31)
    assert through_lock(browser, browser.get("/equipe").headers["Location"]).headers["Location"] == "/equipe"
    assert idp.asked[-1]["prompt"] == "login"
    assert browser.get("/equipe").status_code == 200


def test_a_proof_at_the_issuer_takes_a_copy(browser: Browser, at_work: House, idp: Provider) -> None:
    dossier = at_work.opened()
    address = f"/dossiers/{dossier}/droits/tout.json"
    lock = browser.get(address).headers["Location"]
    assert lock.startswith("/verrou?vers="), "a sign-in without a question is no proof of this moment"
    assert through_lock(browser, lock).headers["Location"] == address
    assert (idp.asked[-1]["prompt"], idp.asked[-1].get("max_age", "0")) == ("login", "0")
    assert browser.get(address).status_code == 200
    at_work.pass_by(minutes=11)
    assert browser.get(address).headers["Location"] == lock


@pytest.mark.parametrize("age", [None, 3600])
def test_an_issuer_that_asked_for_nothing_proves_nothing_again(
    browser: Browser, at_work: House, idp: Provider, age: int | None
) -> None:
    """Somebody at an open desk takes `prompt` out of the address, or the issuer does not say when it asked."""
    dossier = at_work.opened()
    address, before = f"/dossiers/{dossier}/droits/tout.json", browser.cookies[SESSION]
    idp.age = age
    idp.bends.claims = lambda claims: claims | ({"auth_time": claims["iat"] - age} if age else {})
    answer = through_issuer(browser, f"/connexion/fournisseur?vers={address}")
    assert answer.status_code == 422
    assert "n’a vérifié qu’une preuve" in words(answer.text)
    assert browser.cookies[SESSION] == before
    assert browser.get(address).headers["Location"].startswith("/verrou?vers=")
    for said in ("yesterday", True, None, 1e12, [1]):
        idp.bends.claims = partial(operator.or_, {"auth_time": said})
        idp.age = None
        assert through_issuer(browser, f"/connexion/fournisseur?vers={address}").status_code == 422


def test_a_colleague_who_proves_themselves_takes_nothing_of_a_session(
    at_work: House, site: Site, idp: Provider
) -> None:
    linked(at_work, site, idp, PAUL)
    browser, dossier = linked(at_work, site, idp), at_work.opened()
    sent = {"command_id": str(uuid4()), "reason": "request"}
    lock = browser.post(f"/dossiers/{dossier}/droits/demander", data=sent).headers["Location"]
    idp.subject = f"sub-{PAUL}"
    resume = through_lock(browser, lock).headers["Location"]
    assert browser.get(resume).status_code == 404, "the form is Hélène's"


def test_an_issuer_that_fails_says_so_and_the_log_says_why(
    at_work: House, idp: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser(at_work)
    back = to_issuer(browser)
    idp.bends.reply["/token"] = lambda _, reply: (500, {}, b"")
    assert "n’a pas répondu comme il faut" in words(browser.get(back).text)
    assert "the issuer: IssuerRefused: status 500" in caplog.text
    assert [vars(one)["factor"] for one in caplog.records if one.msg == "authn_login_fail"] == ["issuer"]


# --- my account, and signing out


def test_the_link_is_removed_but_not_the_last_way_in(at_work: House, site: Site, idp: Provider) -> None:
    browser = proved_at_issuer(linked(at_work, site, idp))
    page = browser.get("/compte")
    assert idp.url in page.text
    sent = {"issuer": idp.url}
    answer = browser.post("/compte/fournisseur/retirer", data=sent)
    assert texts(answer.text, ".errors li") == ["C’est votre dernier moyen d’entrer : ajoutez-en un autre d’abord."]
    browser.post("/compte/mot-de-passe", data={"password": PASSWORD, "again": PASSWORD})
    assert browser.post("/compte/fournisseur/retirer", data=sent).status_code == 422, "a password alone is no way in"
    ticket = browser.scan(browser.get("/compte?ajouter=application"))
    browser.post("/compte/application", data={"ticket": ticket, "code": browser.code()})
    assert browser.post("/compte/fournisseur/retirer", data=sent).headers["Location"] == "/compte"
    assert owner(site, idp) is None
    assert browser.post("/compte/fournisseur/retirer", data=sent).status_code == 404
    assert ASK in words(through_issuer(Browser(at_work)).text)
    at_work.pass_by(minutes=11)
    assert browser.post("/compte/fournisseur/retirer", data=sent).headers["Location"] == "/verrou?vers=/compte"


def test_signing_out_here_and_there(browser: Browser) -> None:
    answer = browser.post("/deconnexion")
    wait, _, there = answer.headers["Refresh"].partition("; url=")
    assert (answer.status_code, wait) == (200, "0")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert SESSION not in browser.cookies
    assert visit(there).startswith(f"{URL}/connexion?state=")
    assert browser.get("/boite").status_code == 303


def test_signing_out_here_alone(browser: Browser, idp: Provider) -> None:
    assert "De pixflow seulement" in words(browser.get("/compte").text)
    answer = browser.post("/deconnexion", data={"here": "1"})
    assert "Refresh" not in answer.headers
    assert "il vous laisse revenir ici sans rien demander" in words(answer.text)
    (link,) = parsed(answer.text).select(f"a[href^='{idp.url}/session/end']")
    assert visit(link["href"]).startswith(f"{URL}/connexion?state=")


def test_signing_out_when_the_issuer_is_silent(browser: Browser, site: Site, idp: Provider) -> None:
    assert site.issuer
    site.issuer._metadata = None
    idp.bends.reply["/openid-configuration"] = lambda _, reply: (503, {}, b"")
    assert browser.post("/deconnexion").headers["Location"] == "/connexion"
    assert browser.get("/boite").status_code == 303


def test_whoever_came_by_a_password_signs_out_here(helene: Browser) -> None:
    assert "De pixflow seulement" not in helene.get("/compte").text
    assert helene.post("/deconnexion").headers["Location"] == "/connexion"


# --- secrets


@STORES
def test_no_secret_of_a_sign_in_is_kept_in_clear(
    at_work: House, site: Site, idp: Provider, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Client's secret, codes, tokens, state and nonce: in no file, no log and no address that stays."""
    caplog.set_level(logging.DEBUG)
    browser = linked(at_work, site, idp)
    refused, back = Browser(at_work), to_issuer(Browser(at_work))
    refused.get(back)
    idp.bends.claims = lambda claims: claims | {"nonce": "n" * 43}
    through_issuer(Browser(at_work))
    page = browser.get("/compte")
    canaries = idp.secrets | {asked[name] for asked in idp.asked for name in ("state", "nonce")}
    assert len(canaries) > 10
    held = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()) + rows(site)
    assert idp.subject.encode() in held, "the pair is kept"
    for canary in canaries:
        assert canary.encode() not in held
        assert canary not in page.text
    of_the_test = f"HTTP Request: GET {URL}"
    logged = "\n".join(one.getMessage() for one in caplog.records if of_the_test not in one.getMessage())
    assert "user_updated" in logged
    assert "POST" in logged, "the calls to the issuer are read too"
    assert [canary for canary in canaries if canary in logged] == []
    assert idp.email not in logged
    assert idp.subject not in logged


def rows(site: Site) -> bytes:
    """Returns every row of the accounts, as text."""
    with site.store.read() as connection:
        found = [repr(row) for table in metadata.sorted_tables for row in connection.execute(select(table))]
    return "".join(found).encode()

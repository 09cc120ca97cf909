"""A single way in is told until there are two; a recovery ends the rest; the owner reads what happened, and is told."""

from itertools import product

import pytest

from pixflow.actor import OPERATOR
from tests.web.accounts.authenticator import Authenticator
from tests.web.callers import member, signed_in, stewards
from tests.web.client import words
from tests.web.filled import texts
from tests.web.pages.account.conftest import (
    HELENE,
    NADIA,
    URL,
    YANN,
    Browser,
    account_of,
    address,
    first_visit,
    invited,
)
from tests.web.pages.account.test_my_account import OTHER, enrol, prove, remove
from tests.web.paths import House
from web.accounts import accounts, sessions, sign_in
from web.accounts.sessions import is_lone
from web.accounts.site import Site
from web.desk.signed_in import FLOW, SESSION
from web.french.accounts import sign_in as french
from web.french.typography import typeset
from web.hosting.mail import Mail

SECOND = "Ajoutez un deuxième moyen d’entrer"


def changes(told: list[Mail]) -> list[str]:
    """Returns what the e-mails of the owner say, as keys, and forgets them."""
    said = [key for mail in told for key, text in french.FACTOR_CHANGES.items() if typeset(text) in mail.text]
    assert len(said) == len(told)
    told.clear()
    return said


def test_who_has_one_way_in_is_told_on_each_page_until_there_are_two(at_work: House) -> None:
    stewards(at_work)
    with signed_in(at_work, member(at_work, NADIA)) as browser:
        assert enrol(browser, Authenticator(URL)).status_code == 303
        for path in ("/boite", "/dossiers", "/compte"):
            assert SECOND in words(browser.get(path).text)
        assert "une clé d’accès d’un autre appareil" in words(browser.get("/compte").text)
        enrol(browser, Authenticator(URL))
        for path in ("/boite", "/dossiers", "/compte"):
            assert SECOND not in words(browser.get(path).text)
        remove(browser)
        assert SECOND in words(browser.get("/boite").text)


def test_a_password_with_its_codes_of_recovery_is_two_ways(at_work: House, helene: Browser, site: Site) -> None:
    codes = texts(helene.post("/compte/secours").text, ".codes code")
    assert SECOND not in words(helene.get("/equipe").text)
    account = account_of(at_work, site, HELENE)
    for code in codes:
        assert sign_in.prove_second(site, account, "recovery", code, None, "")
    assert SECOND in words(helene.get("/equipe").text)
    assert "de nouveaux codes de secours" in words(helene.get("/compte").text)


def test_one_way_is_lone_and_an_issuer_never() -> None:
    cases = product(range(3), range(2), (False, True))
    lone = [case for case in cases if is_lone(case[0], case[1], 0, password=case[2])]
    assert lone == [(0, 0, True), (1, 0, False), (1, 1, False)], "codes alone open nothing"
    assert not any(is_lone(keys, 0, 1, password=password) for keys, password in product(range(3), (False, True)))


def test_codes_that_would_open_nothing_are_not_given(at_work: House) -> None:
    stewards(at_work)
    with signed_in(at_work, member(at_work, NADIA)) as browser:
        enrol(browser, Authenticator(URL))
        assert "Codes de secours" not in words(browser.get("/compte").text)
        answer = browser.post("/compte/secours")
        assert (answer.status_code, texts(answer.text, ".codes code")) == (422, [])
        assert "ajoutez plutôt une deuxième clé d’accès" in words(answer.text)


def test_a_recovery_ends_all_other_sessions_and_sign_ins(
    at_work: House, helene: Browser, site: Site, told: list[Mail]
) -> None:
    codes = texts(helene.post("/compte/secours").text, ".codes code")
    account = account_of(at_work, site, HELENE)
    half = sign_in.begin(site.store, sign_in.Flow("password", account.id, proved=True))
    told.clear()
    again = Browser(at_work)
    again.send_password(HELENE)
    assert again.post("/connexion/secours", data={"recovery": "x"}).status_code == 422
    assert helene.get("/equipe").status_code == 200, "a wrong code ends nothing"
    assert again.post("/connexion/secours", data={"recovery": codes[0]}).headers["Location"] == "/premiere-visite"
    assert sessions.of_account(site.store, account.id) == []
    assert SESSION not in again.cookies
    assert helene.get("/equipe").headers["Location"].startswith("/connexion")
    assert sign_in.find(site.store, half) is None
    assert again.enrol_application().status_code == 200
    assert again.post("/premiere-visite/suite").headers["Location"] == "/"
    assert FLOW not in again.cookies
    assert SESSION in again.cookies
    assert changes(told) == ["recovery", "application"], "each change is told"
    said = texts(again.get("/compte").text, "main .rows li")
    for expected in ("Entrée par un code de secours", "Application de codes changée"):
        assert any(one.startswith(expected) for one in said)


def test_a_new_account_is_told_once(at_work: House, site: Site, told: list[Mail]) -> None:
    first_visit(at_work, site, HELENE)
    assert changes(told) == ["opened"]


def test_a_reset_is_told_to_its_owner_when_it_is_asked_and_when_it_is_done(at_work: House, told: list[Mail]) -> None:
    stewards(at_work)
    nadia = member(at_work, NADIA)
    helene, yann = (signed_in(at_work, member(at_work, who, OPERATOR, None)) for who in (HELENE, YANN))
    told.clear()
    with helene, yann:
        for browser, action in ((helene, "demander-moyens"), (yann, "effacer-moyens")):
            sent = {"command_id": str(nadia.account)[:-1] + ("0" if browser is helene else "1")}
            assert browser.post(f"/equipe/{nadia.member}/compte/{action}", data=sent).status_code == 303
            assert {mail.to for mail in told} == {address(at_work, NADIA)}
            assert changes(told) == ["reset-asked" if browser is helene else "reset"]
            browser.post(f"/equipe/{nadia.member}/compte/{action}", data=sent)
            assert changes(told) == [], "once"


@pytest.mark.parametrize("by_key", [False, True])
def test_the_account_says_what_happened(at_work: House, site: Site, *, by_key: bool) -> None:
    browser, thief, key = first_visit(at_work, site, HELENE), Browser(at_work), Authenticator(URL)
    at_work.pass_by(seconds=1)
    enrol(browser, Authenticator(URL))
    at_work.pass_by(seconds=1)
    remove(browser)
    at_work.pass_by(seconds=1)
    browser.post("/compte/mot-de-passe", data={"password": OTHER, "again": OTHER})
    at_work.pass_by(seconds=1)
    enrol(browser, key)
    at_work.pass_by(seconds=1)
    thief.send_password(HELENE, "x" * 12)
    at_work.pass_by(seconds=1)
    if by_key:
        prove(browser, key, "/connexion/cle")
    else:
        browser.sign_in(address(at_work, HELENE), OTHER)
    expected = [
        "Connexion par une clé d’accès" if by_key else "Connexion par le mot de passe et un deuxième moyen",
        "Connexion manquée",
        "Clé d’accès ajoutée",
        "Mot de passe changé",
        "Clé d’accès retirée",
        "Clé d’accès ajoutée",
    ]
    said = texts(browser.get("/compte").text, "section:nth-of-type(2) .rows li")
    assert [one[: len(start)] for one, start in zip(said, expected, strict=False)] == expected
    journal = words(browser.get("/consultations").text)
    assert [one for one in expected if one not in journal] == []


def test_an_invitation_that_is_accepted_again_tells_each_new_way(at_work: House, site: Site, told: list[Mail]) -> None:
    """After a reset the account has a place and no factor: whoever has the mailbox enrols others, and it is told."""
    first_visit(at_work, site, HELENE)
    accounts.forget_factors(site.store, account_of(at_work, site, HELENE).id)
    told.clear()
    browser, token = Browser(at_work), invited(at_work, site, HELENE)
    browser.get(f"/invitation/{token}")
    browser.choose_password()
    browser.enrol_application()
    assert changes(told) == ["password", "application"]

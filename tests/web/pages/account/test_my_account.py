"""Mon compte: each change asks for a re-authentication, ends the other sessions, and leaves a way in."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from pixflow.actor import OPERATOR
from tests.web.accounts.authenticator import Authenticator
from tests.web.callers import member, signed_in
from tests.web.client import InspectingClient, words
from tests.web.filled import texts
from tests.web.pages.account.conftest import HELENE, NADIA, URL, Browser, account_of, address
from tests.web.paths import House
from tests.web.tags import parsed
from web.accounts import sessions, sign_in
from web.accounts.site import Site
from web.desk.signed_in import FLOW, SESSION
from web.french.accounts import sign_in as french
from web.french.typography import typeset
from web.hosting.mail import Mail

OTHER = "huit moineaux traversent la brume"
CHANGES = {
    "/compte/mot-de-passe": {"password": OTHER, "again": OTHER},
    "/compte/application": {"ticket": "x", "code": "000000"},
    "/compte/cle": {"challenge": "x", "answer": "{}", "name": "Clé"},
    "/compte/cle/options": {},
    "/compte/cle/retirer": {"id": "00"},
    "/compte/secours": {},
}


@pytest.fixture
def elsewhere(at_work: House, site: Site, helene: Browser) -> Browser:
    """Hélène's other browser, signed in."""
    other = Browser(at_work, helene.seed)
    at_work.pass_by(seconds=30)
    other.sign_in(address(at_work, HELENE))
    assert other.get("/compte").status_code == 200
    return other


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_asks_for_a_fresh_proof(at_work: House, site: Site, helene: Browser, path: str) -> None:
    before = account_of(at_work, site, HELENE)
    at_work.pass_by(minutes=10, seconds=1)
    assert helene.post(path, data=CHANGES[path]).headers["Location"] == "/verrou?vers=/compte"
    asked = helene.get("/compte?ajouter=application").headers["Location"]
    assert asked == "/verrou?vers=/compte%3Fajouter%3Dapplication", "and leads back there"
    assert "demande une preuve de plus" in words(helene.get(asked).text)
    stale = parsed(helene.get("/compte").text)
    assert not stale.select("form[action^='/compte/']:not([action*=sessions])"), "nothing is typed for nothing"
    assert stale.select_one("a[href='/verrou?vers=/compte']")
    assert account_of(at_work, site, HELENE) == before
    assert helene.unlock("/compte").status_code == 303
    assert helene.post(path, data=CHANGES[path]).headers.get("Location", "/compte") == "/compte"


def test_a_new_password(at_work: House, site: Site, helene: Browser, elsewhere: Browser) -> None:
    flow = sign_in.begin(site.store, sign_in.Flow("password", account_of(at_work, site, HELENE).id, proved=True))
    weak = helene.post("/compte/mot-de-passe", data={"password": "helene morin 1234", "again": "helene morin 1234"})
    assert weak.status_code == 422
    assert helene.post("/compte/mot-de-passe", data={"password": OTHER, "again": OTHER + "!"}).status_code == 422
    assert elsewhere.get("/compte").status_code == 200
    assert helene.post("/compte/mot-de-passe", data=CHANGES["/compte/mot-de-passe"]).status_code == 303
    assert helene.get("/compte").status_code == 200
    assert elsewhere.get("/compte").headers["Location"] == "/connexion?vers=/compte"
    thief = Browser(at_work)
    thief.cookies.set(FLOW, flow)
    thief.post("/premiere-visite/suite")
    assert SESSION not in thief.cookies, "a sign-in under way ends too"
    old = thief.send_password(HELENE)
    assert old.status_code == 422
    at_work.pass_by(minutes=1)
    assert elsewhere.sign_in(address(at_work, HELENE), OTHER).headers["Location"] == "/boite"


def test_a_new_application(helene: Browser, elsewhere: Browser) -> None:
    before = helene.seed
    ticket = helene.scan(helene.get("/compte?ajouter=application"))
    assert helene.seed != before
    wrong = helene.post("/compte/application", data={"ticket": ticket, "code": "000000"})
    assert wrong.status_code == 422
    assert parsed(wrong.text).select_one("[name=ticket]")["value"] == ticket, "the same application is asked again"
    assert helene.post("/compte/application", data={"ticket": ticket, "code": helene.code()}).status_code == 303
    assert elsewhere.get("/compte").status_code == 303
    answer = elsewhere.send_password(HELENE)
    assert answer.headers["Location"] == "/connexion/code"
    assert elsewhere.post("/connexion/code", data={"code": elsewhere.code()}).status_code == 422, "the former one"


def test_new_recovery_codes(helene: Browser, elsewhere: Browser) -> None:
    codes = texts(helene.post("/compte/secours").text, ".codes code")
    assert len(set(codes)) == 8
    assert elsewhere.get("/compte").status_code == 303
    again = texts(helene.post("/compte/secours").text, ".codes code")
    assert not set(codes) & set(again)
    elsewhere.send_password(HELENE)
    assert elsewhere.post("/connexion/secours", data={"recovery": codes[0]}).status_code == 422
    assert elsewhere.post("/connexion/secours", data={"recovery": again[0]}).headers["Location"] == "/premiere-visite"


def options(browser: InspectingClient, path: str) -> tuple[dict[str, Any], str]:
    said = json.loads(browser.post(path).text)
    return said["publicKey"], said["challenge"]


def prove(browser: InspectingClient, key: Authenticator, path: str, **more: str) -> Any:
    asked, challenge = options(browser, f"{path}/options")
    return browser.post(path, data={"challenge": challenge, "answer": key.prove(asked), **more})


def enrol(browser: InspectingClient, key: Authenticator, name: str = "Téléphone") -> Any:
    asked, challenge = options(browser, "/compte/cle/options")
    return browser.post("/compte/cle", data={"challenge": challenge, "answer": key.make(asked), "name": name})


def test_a_passkey_added_enters_and_unlocks(at_work: House, helene: Browser, elsewhere: Browser) -> None:
    key = Authenticator(URL)
    assert enrol(helene, key, "Téléphone de travail").status_code == 303
    assert elsewhere.get("/compte").status_code == 303
    assert "Téléphone de travail" in words(helene.get("/compte").text)
    assert enrol(helene, key).status_code == 422, "the same one again"
    assert prove(elsewhere, key, "/connexion/cle", vers="/equipe").headers["Location"] == "/equipe"
    at_work.pass_by(minutes=31)
    old = elsewhere.cookies[SESSION]
    assert prove(elsewhere, Authenticator(URL), "/verrou/cle").status_code == 422
    assert prove(elsewhere, key, "/verrou/cle").status_code == 303
    assert elsewhere.cookies[SESSION] != old
    assert elsewhere.get("/boite").status_code == 200


def test_a_passkey_as_the_second_factor(helene: Browser, elsewhere: Browser) -> None:
    key = Authenticator(URL)
    enrol(helene, key)
    elsewhere.send_password(HELENE)
    _, challenge = options(elsewhere, "/connexion/cle/options")
    assert elsewhere.post("/connexion/cle", data={"challenge": challenge, "answer": "{}"}).status_code == 422
    assert prove(elsewhere, key, "/connexion/cle").status_code == 303
    assert elsewhere.get("/boite").status_code == 200


@pytest.fixture
def keyed(at_work: House, helene: Browser) -> Iterator[InspectingClient]:
    """Nadia, who has passkeys only: one."""
    with signed_in(at_work, member(at_work, NADIA, OPERATOR, HELENE)) as browser:
        assert enrol(browser, Authenticator(URL)).status_code == 303
        yield browser


def remove(browser: InspectingClient, place: int = 0) -> Any:
    ids = [str(one["value"]) for one in parsed(browser.get("/compte").text).select("form[action$=retirer] [name=id]")]
    return browser.post("/compte/cle/retirer", data={"id": ids[place]})


def test_the_last_way_in_stays(keyed: InspectingClient) -> None:
    assert "C’est votre dernier moyen d’entrer" in words(remove(keyed).text)
    keyed.post("/compte/mot-de-passe", data=CHANGES["/compte/mot-de-passe"])
    assert remove(keyed).status_code == 422, "a password alone is none"
    enrol(keyed, Authenticator(URL))
    assert remove(keyed).status_code == 303
    assert remove(keyed).status_code == 422
    for id in ("zz", "00", uuid4().hex):
        assert keyed.post("/compte/cle/retirer", data={"id": id}).status_code in (404, 422)


def test_sessions_are_ended_one_by_one_or_all(at_work: House, site: Site, helene: Browser, elsewhere: Browser) -> None:
    third = Browser(at_work, helene.seed)
    at_work.pass_by(seconds=30)
    third.sign_in(address(at_work, HELENE))
    found = sessions.find(site.store, third.cookies[SESSION])
    assert third.get("/boite").status_code == 200
    assert helene.post("/compte/sessions/terminer", data={"session": "00" * 32}).status_code == 404
    assert helene.post("/compte/sessions/terminer", data={"session": found.digest.hex()}).status_code == 303
    assert [one.get("/boite").status_code for one in (helene, elsewhere, third)] == [200, 200, 303]
    assert elsewhere.post("/compte/sessions/terminer").status_code == 303
    assert [one.get("/boite").status_code for one in (helene, elsewhere)] == [303, 200]


def test_a_session_of_somebody_else_is_not_ended(site: Site, helene: Browser, keyed: InspectingClient) -> None:
    found = sessions.find(site.store, helene.cookies[SESSION])
    assert keyed.post("/compte/sessions/terminer", data={"session": found.digest.hex()}).status_code == 404
    assert helene.get("/boite").status_code == 200


def test_signed_in_again_the_former_session_ends(at_work: House, site: Site, helene: Browser) -> None:
    old = helene.cookies[SESSION]
    helene.sign_in(address(at_work, HELENE))
    assert helene.cookies[SESSION] != old
    assert sessions.find(site.store, old) is None


def test_a_locked_form_with_a_new_password_is_not_kept(at_work: House, helene: Browser) -> None:
    at_work.pass_by(minutes=31)
    answer = helene.post("/compte/mot-de-passe", data=CHANGES["/compte/mot-de-passe"])
    assert answer.headers["Location"] == "/verrou?vers=/&perdu=true"
    assert not list((at_work.served.opened.folder / "uploads").glob("*"))


def test_each_change_is_told_to_the_owner_by_e_mail(at_work: House, helene: Browser, told: list[Mail]) -> None:
    """A colleague at an open desk is noticed, and so is whoever found a recovery code."""
    wrong = {"password": OTHER, "again": "autre chose"}
    assert helene.post("/compte/mot-de-passe", data=wrong).status_code == 422
    assert told == []
    helene.post("/compte/mot-de-passe", data=CHANGES["/compte/mot-de-passe"])
    enrol(helene, Authenticator(URL))
    known = parsed(helene.get("/compte").text).select_one("form[action='/compte/cle/retirer'] [name=id]")["value"]
    helene.post("/compte/cle/retirer", data={"id": known})
    ticket = helene.scan(helene.get("/compte?ajouter=application"))
    helene.post("/compte/application", data={"ticket": ticket, "code": helene.code()})
    code = texts(helene.post("/compte/secours").text, ".codes code")[0]
    thief = Browser(at_work)
    thief.send_password(HELENE, OTHER)
    thief.post("/connexion/secours", data={"recovery": code})
    changes = [text for mail in told for text in french.FACTOR_CHANGES.values() if typeset(text) in mail.text]
    order = ("password", "passkey", "passkey-gone", "application", "codes", "recovery")
    assert changes == [french.FACTOR_CHANGES[one] for one in order]
    assert {mail.to for mail in told} == {address(at_work, HELENE)}
    secrets = (OTHER, code, helene.seed)
    assert not [secret for mail in told for secret in secrets if secret in mail.subject + mail.text]


def test_a_mail_server_that_is_away_stops_no_change(
    helene: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(_: Mail) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("web.pages.account.factor_mails.outbox_for", lambda *_, **__: away)
    assert helene.post("/compte/mot-de-passe", data=CHANGES["/compte/mot-de-passe"]).status_code == 303
    assert "a notice could not leave: ConnectionRefusedError" in caplog.text


def test_a_file_of_the_settings_that_went_away_stops_no_notice(
    helene: Browser, told: list[Mail], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXFLOW_BREACHED", "/nowhere/passwords")
    assert helene.post("/compte/mot-de-passe", data=CHANGES["/compte/mot-de-passe"]).status_code == 303
    assert len(told) == 1

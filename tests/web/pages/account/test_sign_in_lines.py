"""Tests the lines of the access journal about accounts: sign-ins, failures, changed factors."""

import pytest

from pixflow.store import StoreBusy
from tests.web.access_lines import NewLines
from tests.web.pages.account.conftest import SECRET, SOPHIE, URL, Browser, account_of, address, first_visit
from tests.web.paths import House
from web.accounts.site import Site


def test_a_sign_in_a_failure_and_a_changed_factor_are_lines(at_work: House, site: Site) -> None:
    lines = NewLines(at_work.served)
    browser = first_visit(at_work, site, SOPHIE)
    account = account_of(at_work, site, SOPHIE).id
    (line,) = lines.take()
    assert (line.what, line.account, line.member) == ("signed-in", account, at_work.people[SOPHIE])
    sent = {"email": address(at_work, SOPHIE), "password": "pas la bonne phrase", "vers": "/"}
    assert Browser(at_work).post("/connexion/mot-de-passe", data=sent).status_code == 422
    assert [(line.what, line.account) for line in lines.take()] == [("failed", account)]
    other = Browser(at_work, browser.seed)
    other.post("/connexion/mot-de-passe", data={**sent, "password": "quatre girafes lisent lundi"})
    other.post("/connexion/code", data={"code": "000000"})
    assert [(line.what, line.page) for line in lines.take()] == [("failed", "POST /connexion/code")]
    browser.post("/compte/secours")
    assert [line.what for line in lines.take()] == ["factor"]
    dossier = at_work.opened()
    browser.get(f"/dossiers/{dossier}")
    (line,) = lines.take()
    assert (line.account, len(line.session or b"")) == (account, 8)


def test_an_unknown_address_is_no_line(at_work: House) -> None:
    lines = NewLines(at_work.served)
    sent = {"email": "personne@exemple.fr", "password": "pas la bonne phrase", "vers": "/"}
    assert Browser(at_work).post("/connexion/mot-de-passe", data=sent).status_code == 422
    assert lines.take() == []


def test_nobody_enters_while_the_accounts_are_away(at_work: House, site: Site) -> None:
    browser, folder = first_visit(at_work, site, SOPHIE), at_work.host.data / "_site"
    site.store.close()
    folder.rename(away := folder.with_name("away"))
    (folder / "accounts.db").mkdir(parents=True)  # a file that does not open
    sent = {"email": address(at_work, SOPHIE), "password": SECRET}
    for answer in (browser.get("/boite"), browser.post("/connexion/mot-de-passe", data=sent)):
        assert (answer.status_code, "Momentanément indisponible" in answer.text) == (503, True)
    (folder / "accounts.db").rmdir()
    for file in away.iterdir():
        file.rename(folder / file.name)
    assert browser.get("/boite").status_code == 200


def test_nobody_enters_without_a_line(at_work: House, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = first_visit(at_work, site, SOPHIE).seed
    browser = Browser(at_work, seed)

    def full(*_: object) -> None:
        raise StoreBusy("the access journal: locked")

    monkeypatch.setattr(at_work.served.journal.store, "add", full)
    at_work.pass_by(minutes=1)
    assert browser.sign_in(address(at_work, SOPHIE)).status_code == 503
    assert browser.get("/boite").headers["Location"].startswith("/connexion"), URL

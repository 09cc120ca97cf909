"""Signing in by the password road, without scripts: invited, opened, entered, locked, left."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import delete, event

from pixflow.store import StoreBusy
from tests.web.client import words
from tests.web.filled import texts
from tests.web.pages.account.conftest import (
    HELENE,
    NADIA,
    SECRET,
    URL,
    YANN,
    Browser,
    account_of,
    address,
    first_visit,
    invited,
)
from tests.web.paths import House, house
from tests.web.tags import parsed
from web.accounts import memberships, sessions, sign_in, tables
from web.accounts.site import Site
from web.desk.signed_in import FLOW, KNOWN, SESSION


def test_without_a_session_one_signs_in_first(at_work: House) -> None:
    browser = Browser(at_work)
    answer = browser.get("/dossiers?etat=ouverts")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/connexion?vers=/dossiers%3Fetat%3Douverts")
    assert "Se connecter" in browser.get(answer.headers["Location"]).text
    assert browser.post("/dossiers/nouveau", data={}).headers["Location"] == "/connexion?vers=/"
    assert browser.get("/qui").status_code == 404
    chosen = {"structure": at_work.slug, "person": str(at_work.people[NADIA])}
    assert browser.post("/qui", data=chosen).status_code == 404
    browser.cookies.set("pixflow_person", f"{at_work.slug}/{at_work.people[NADIA]}")
    assert browser.get("/boite").status_code == 303, "the cookie of a demonstration opens nothing"


def test_from_the_link_to_work(at_work: House, helene: Browser) -> None:
    page = helene.get("/equipe")
    assert page.status_code == 200
    assert "Hélène Morin" in page.text
    facts = [type(one.event).__name__ for one in at_work.served.engine.history(at_work.people[HELENE])]
    assert facts[-3:] == ["AccountInvited", "AccountConfirmed", "AccountOpened"]


def test_a_demonstration_has_no_sign_in(tmp_path: Path) -> None:
    with house(tmp_path / "demo") as demonstration, demonstration.client(HELENE) as browser:
        assert [browser.get(path).status_code for path in ("/connexion", "/verrou", "/compte")] == [404] * 3


def test_an_account_that_is_gone_meanwhile_goes_no_further(at_work: House, helene: Browser, site: Site) -> None:
    """Deleted between its two factors, or while its session was locked."""
    at_work.pass_by(minutes=31)
    half = Browser(at_work)
    half.send_password(HELENE)
    assert half.get("/connexion/code").status_code == 200
    id = account_of(at_work, site, HELENE).id
    with site.store.write() as connection:
        connection.execute(delete(tables.accounts).where(tables.accounts.c.id == id))
    for one, page in ((half, "/connexion/code"), (helene, "/verrou")):
        answer = one.get(page)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/connexion"), page


def test_back_another_day(at_work: House, helene: Browser) -> None:
    at_work.pass_by(days=1)
    assert helene.get("/boite").headers["Location"] == "/connexion?vers=/boite", "ten hours end a session"
    assert helene.sign_in(address(at_work, HELENE)).headers["Location"] == "/boite"
    assert helene.get("/boite").status_code == 200


def test_opening_a_link_changes_nothing(at_work: House, site: Site) -> None:
    token = invited(at_work, site, HELENE)
    for _ in range(3):
        assert Browser(at_work).get(f"/invitation/{token}").status_code == 200
    head = at_work.served.engine.head()
    assert Browser(at_work).head(f"/invitation/{token}").status_code == 200
    assert at_work.served.engine.head() == head
    assert Browser(at_work).get("/invitation/unknown").status_code == 410


@pytest.mark.parametrize("where", ["engine", "accounts"])
def test_an_acceptance_that_was_cut_off_is_sent_again(
    at_work: House, site: Site, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object, **__: object) -> None:
        raise StoreBusy("the store does not answer")

    browser, token = Browser(at_work), invited(at_work, site, HELENE)
    browser.get(f"/invitation/{token}")
    browser.choose_factors()
    with monkeypatch.context() as cut:
        owner, name = (at_work.served.engine, "execute") if where == "engine" else (memberships, "join")
        cut.setattr(owner, name, cut_off)
        assert browser.post("/invitation/accepter").status_code == 503
    assert browser.post("/invitation/accepter").headers["Location"] == "/"
    assert browser.get("/boite").status_code == 200
    opened = [one for one in at_work.served.engine.history(at_work.people[HELENE]) if "Opened" in one.event.TOPIC]
    assert len(opened) == 1


def test_the_same_words_for_a_wrong_password_and_an_unknown_e_mail(at_work: House, helene: Browser) -> None:
    for email, password in (("helene@exemple.fr", "un autre mot de passe"), ("nobody@exemple.fr", SECRET), ("", "")):
        answer = Browser(at_work).post("/connexion/mot-de-passe", data={"email": email, "password": password})
        assert answer.status_code == 422
        assert texts(answer.text, ".errors li") == ["Le courriel ou le mot de passe n’est pas le bon."]
        assert FLOW not in answer.cookies


def test_an_unknown_e_mail_and_a_known_one_ask_the_same_of_the_store(at_work: House, site: Site) -> None:
    first_visit(at_work, site, HELENE)
    sent: list[str] = []
    event.listen(site.store.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))

    def asked(email: str) -> list[str]:
        sent.clear()
        assert sign_in.prove_password(site, email, "un autre mot de passe", "192.0.2.7", "") is None
        return sent.copy()

    assert asked("nobody@exemple.fr") == asked(address(at_work, HELENE))


def test_a_password_alone_opens_nothing(at_work: House, site: Site) -> None:
    first_visit(at_work, site, HELENE)
    thief = Browser(at_work)
    answer = thief.send_password(HELENE)
    assert answer.headers["Location"] == "/connexion/code"
    for path in ("/boite", "/compte", "/connexion/structure", "/premiere-visite", "/invitation/accepter", "/attente"):
        assert thief.get(path).status_code in (303, 422), path
        assert SESSION not in thief.cookies
    for path in ("/premiere-visite/suite", "/invitation/accepter", "/premiere-visite/cle", "/compte/secours"):
        assert thief.post(path, data={}).status_code in (303, 403), path
        assert SESSION not in thief.cookies
    assert thief.post("/connexion/code", data={"code": "000000"}).status_code == 422


def test_fifty_wrong_passwords_at_the_house_lock_out_no_browser_that_is_known(at_work: House, site: Site) -> None:
    shared, other = first_visit(at_work, site, HELENE), first_visit(at_work, site, YANN)
    helene, yann = shared.seed, other.seed
    shared.seed = yann
    shared.cookies.delete(SESSION)
    shared.sign_in(address(at_work, YANN))
    assert known_by(shared) == 2, "colleagues share a computer"
    for guess in range(50):
        Browser(at_work).post("/connexion/mot-de-passe", data={"email": f"{guess}@exemple.fr", "password": "x" * 12})
    new = Browser(at_work)
    for _ in range(6):
        answer = new.send_password(HELENE)
        assert texts(answer.text, ".errors li") == ["Trop d’essais : attendez 1 minute avant le suivant."]
    for seed, who in ((helene, HELENE), (yann, YANN)):
        shared.seed = seed
        shared.cookies.delete(SESSION)
        at_work.pass_by(seconds=30)
        assert shared.sign_in(address(at_work, who)).headers["Location"] == "/boite"
    said = []
    for _ in range(6):
        shared.cookies.delete(SESSION)
        answer = shared.send_password(HELENE, "x" * 12)
        said += texts(answer.text, ".errors li")
    assert said[4:] == [*said[:1], "Trop d’essais : attendez 1 minute avant le suivant."], "it has limits of its own"
    new.seed = helene
    assert new.sign_in(address(at_work, HELENE)).headers["Location"] == "/boite", "after a minute, at a new one too"


def known_by(browser: Browser) -> int:
    """Counts the accounts that a browser has signed in."""
    return len(browser.cookies[KNOWN].split("~"))


def test_half_an_hour_locks_and_the_password_opens(at_work: House, helene: Browser) -> None:
    at_work.pass_by(minutes=31)
    assert helene.get("/equipe").headers["Location"] == "/verrou?vers=/equipe"
    page = helene.get("/verrou?vers=/equipe")
    assert "C’est bien vous, Hélène Morin ?" in words(page.text)
    before = helene.cookies[SESSION]
    wrong = helene.unlock("/equipe", "x" * 12)
    assert texts(wrong.text, ".error") == ["Ce mot de passe n’est pas le bon."]
    assert helene.unlock("/equipe").headers["Location"] == "/equipe"
    assert helene.cookies[SESSION] != before
    assert helene.get("/equipe").status_code == 200


def test_a_page_prolongs_the_session(at_work: House, helene: Browser) -> None:
    for _ in range(3):
        at_work.pass_by(minutes=20)
        assert helene.get("/equipe").status_code == 200


def test_a_poll_prolongs_nothing(at_work: House, helene: Browser) -> None:
    tag = at_work.served.present().tag
    answers = []
    for _ in range(4):
        at_work.pass_by(minutes=10)
        answers.append(helene.get("/boite", headers={"HX-PTag": tag}))
    assert answers[-1].headers["Location"] == "/verrou?vers=/boite"


def test_a_form_sent_while_locked_comes_back_filled(at_work: House, helene: Browser, site: Site) -> None:
    form = parsed(helene.get("/dossiers/nouveau").text).select_one("form[action='/dossiers/nouveau']")
    sent = {tag["name"]: tag.get("value", "") for tag in form.select("input[name]") if tag["type"] not in CHOICES}
    sent |= {tag["name"]: tag.select_one("option").get("value", "") for tag in form.select("select[name]")}
    sent |= {"last_name": "Diallo", "first_name": "Aminata", "birth_date": "2005-11-03", "site": "Mortagne"}
    at_work.pass_by(minutes=31)
    answer = helene.post("/dossiers/nouveau", data=sent)
    lock = answer.headers["Location"]
    assert lock.startswith("/verrou?reprise=")
    assert "Ce que vous avez écrit est gardé une heure" in words(helene.get(lock).text)
    stranger = first_visit(at_work, site, "Sophie Lecomte")
    head = at_work.served.engine.head()
    resume = helene.unlock(next_of(helene.get(lock).text)).headers["Location"]
    assert resume == lock.replace("/verrou?reprise=", "/reprise/")
    assert stranger.get(resume).status_code == 404
    kept = parsed(helene.get(resume).text)
    filled = {tag["name"]: tag["value"] for tag in kept.select("form.sheet-form input[type=hidden]")}
    assert filled == sent
    assert at_work.served.engine.head() == head, "nothing is sent by itself"
    done = helene.post("/dossiers/nouveau", data=filled)
    assert done.status_code == 303
    assert at_work.served.engine.head() > head


CHOICES = ("checkbox", "radio")


def next_of(html: str) -> str:
    return str(parsed(html).select_one("[name=vers]")["value"])


def test_a_session_of_a_structure_that_is_not_here_leads_nowhere(at_work: House, helene: Browser, site: Site) -> None:
    there = memberships.accept(site.store, account_of(at_work, site, HELENE).id, uuid4(), uuid4())
    other = Browser(at_work)
    other.cookies.set(SESSION, sessions.begin(site.store, there, "password", ""))
    assert other.get("/boite").headers["Location"] == "/connexion?vers=/boite"
    assert helene.get("/boite").status_code == 200, "the one of here stays"


def test_signed_out(helene: Browser) -> None:
    token = helene.cookies[SESSION]
    answer = helene.post("/deconnexion", data={"shared": "true"})
    assert answer.headers["Location"] == "/connexion"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert SESSION not in helene.cookies
    helene.cookies.set(SESSION, token)
    assert helene.get("/boite").status_code == 303


def test_cookies_are_for_this_host_alone(at_work: House, helene: Browser) -> None:
    at_work.pass_by(minutes=31)
    answer = helene.unlock("/")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith(f"{SESSION}=")
    assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=lax", "Secure"}
    assert URL.startswith("https://")

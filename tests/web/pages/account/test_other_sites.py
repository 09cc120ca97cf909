"""Another site tries to be the next page, to send a form, to choose a cookie, to be entered without leave."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin, urlsplit
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.pages.account.conftest import (
    HELENE,
    NADIA,
    SECRET,
    URL,
    Browser,
    account_of,
    address,
    first_visit,
    invited,
)
from tests.web.paths import House
from tests.web.test_routes import LIST
from web.accounts import memberships
from web.accounts.site import Site
from web.desk.signed_in import FLOW, SESSION, safe_path

ELSEWHERE = (
    "//evil.example", "///evil.example", "////evil.example", "https://evil.example", "HTTPS://evil.example",
    "http:evil.example", "https:/evil.example", "https:///evil.example", "/\\evil.example", "\\/evil.example",
    "\\\\evil.example", "/\\/evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example",
    " //evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "evil.example",
    "@evil.example", "https://pixflow.exemple.fr@evil.example", "https://pixflow.exemple.fr.evil.example",
    "/a\\b", "",
)  # fmt: skip
"""Twenty-five texts that lead to another site, or that a browser may read so."""
ORIGINS = ("https://evil.example", "null", f"{URL}.evil.example", f"{URL}:8443")
PARAMETER = re.compile(r"\{[^}]*\}")


@given(st.text(st.sampled_from("/\\:@.?#evil \t\n%2f;a-"), max_size=20))
def test_a_path_is_of_this_site(text: str) -> None:
    there = urlsplit(urljoin(f"{URL}/connexion", safe_path(text)))
    assert (there.scheme, there.netloc) == tuple(urlsplit(URL)[:2])


def test_one_is_led_to_no_other_place(helene: Browser) -> None:
    """After the sign-in page, and after the lock; a path of this site is kept."""
    for vers in (*ELSEWHERE, "/connexion", "/connexion/code"):
        answer = helene.get("/connexion", params={"vers": vers})
        assert answer.status_code == 400 or answer.headers["Location"] == "/", vers
        assert helene.post("/verrou/cle/options", data={"vers": vers}).status_code == 200
        shown = helene.get("/verrou", params={"vers": vers})
        assert shown.status_code == 400 or 'name="vers" value="/"' in shown.text, vers
    assert helene.get("/connexion", params={"vers": "/dossiers?p=2"}).headers["Location"] == "/dossiers?p=2"


@pytest.mark.parametrize("vers", ["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example"])
def test_no_factor_leads_to_another_place(at_work: House, helene: Browser, vers: str) -> None:
    at_work.pass_by(minutes=31)
    assert helene.unlock(vers).headers["Location"] == "/"
    helene.post("/deconnexion")
    sent = {"email": address(at_work, HELENE), "password": SECRET, "vers": vers}
    assert helene.post("/connexion/mot-de-passe", data=sent).headers["Location"] == "/connexion/code"
    at_work.pass_by(seconds=30)
    assert helene.post("/connexion/code", data={"code": helene.code()}).headers["Location"] == "/"


@pytest.mark.parametrize("page", ["https://evil.example/x", f"{URL}.evil.example/", f"{URL}//evil.example"])
def test_a_kept_form_leads_back_to_this_site(at_work: House, helene: Browser, page: str) -> None:
    """« Renoncer » leads to the page the form came from: a header says it."""
    at_work.pass_by(minutes=31)
    sent = {"command_id": str(uuid4())}
    locked = helene.post("/dossiers/nouveau", data=sent, headers={"HX-Current-URL": page, "Referer": page})
    vers = locked.headers["Location"].replace("/verrou?reprise=", "/reprise/")
    helene.unlock(vers)
    assert 'href="/">Renoncer' in helene.get(vers).text


@pytest.mark.parametrize("origin", ORIGINS)
def test_no_form_of_another_site_is_taken(at_work: House, helene: Browser, origin: str) -> None:
    """Every route that takes a form, with a session, and before one."""
    stranger = Browser(at_work)
    head = at_work.served.engine.head()
    routes = [line.split()[1] for line in LIST.read_text(encoding="utf-8").splitlines() if line.startswith("POST")]
    routes = [route for route in routes if not route.startswith("/p/")]  # a partner has no session: the link is the key
    assert len(routes) > 80
    for route in routes:
        path = PARAMETER.sub(str(uuid4()), route)
        for browser in (helene, stranger):
            assert browser.post(path, data={}, headers={"Origin": origin}).status_code == 403, route
    assert at_work.served.engine.head() == head
    assert helene.get("/equipe").status_code == 200, "nor was the session ended"


def test_a_cookie_that_another_site_chose_opens_nothing(at_work: House, site: Site) -> None:
    """Session fixation: the values that a browser had before each step let nobody in after it."""
    seed, victim, chosen = first_visit(at_work, site, HELENE).seed, Browser(at_work), "a" * 43
    victim.seed = seed
    sent = {"email": address(at_work, HELENE), "password": SECRET}
    preset = {"Cookie": f"{SESSION}={chosen}; {FLOW}={chosen}"}
    assert victim.post("/connexion/mot-de-passe", data=sent, headers=preset).headers["Location"] == "/connexion/code"
    flow = victim.cookies[FLOW]
    at_work.pass_by(seconds=30)
    preset = {"Cookie": f"{SESSION}={chosen}; {FLOW}={flow}"}
    assert victim.post("/connexion/code", data={"code": victim.code()}, headers=preset).headers["Location"] == "/"
    assert victim.get("/equipe").status_code == 200
    for value in (chosen, flow):
        thief = Browser(at_work)
        for name in (SESSION, FLOW):
            thief.cookies.set(name, value)
        for path in ("/equipe", "/compte", "/connexion/code", "/premiere-visite"):
            assert thief.get(path).headers["Location"].startswith("/connexion"), (path, value)


def test_a_structure_is_entered_by_a_membership_that_is_open(at_work: House, helene: Browser, site: Site) -> None:
    """Not by its id, nor by a membership that ended, sleeps, or is a colleague's."""
    structure = at_work.served.opened.id
    first_visit(at_work, site, NADIA)
    account, token = account_of(at_work, site, HELENE), helene.cookies[SESSION]
    asleep, ended = UUID(int=71), UUID(int=72)
    for other in (asleep, ended):
        memberships.accept(site.store, account.id, other, UUID(int=11))
    memberships.sleep(site.store, asleep, [UUID(int=11)])
    memberships.end(site.store, ended, [UUID(int=11)])
    for wanted in (uuid4(), asleep, ended, "", "x", f"{structure} ", str(structure).upper()):
        for path, data in (("/compte/structure", {"structure": str(wanted)}), ("/compte/structure", {})):
            assert helene.post(path, data=data).status_code == 404, wanted
    assert helene.cookies[SESSION] == token
    assert helene.post("/compte/structure", data={"structure": str(structure)}).headers["Location"] == "/"
    assert helene.cookies[SESSION] != token, "another id after it"


def test_of_eight_at_one_link_one_opens_the_account(at_work: House, site: Site) -> None:
    token, visits = invited(at_work, site, HELENE), []
    for _ in range(8):
        browser = Browser(at_work)
        browser.get(f"/invitation/{token}")
        browser.choose_password()
        visits.append(browser)
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda one: one.post("/invitation/accepter").headers.get("Location", ""), visits))
    assert "/" not in done, "one factor opens nothing"
    for browser in visits[:4]:
        browser.enrol_application()
        browser.post("/premiere-visite/suite")
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda one: one.post("/invitation/accepter").headers.get("Location", ""), visits))
    assert done.count("/") == 1
    assert sum(one.get("/equipe").status_code == 200 for one in visits) == 1
    assert Browser(at_work).get(f"/invitation/{token}").status_code == 410

"""The views of a member: kept with the account, on every browser, links without scripts."""

import json

from tests.web.filled import texts
from tests.web.pages.account.conftest import NADIA, PAUL, Browser, address, first_visit
from tests.web.paths import House
from tests.web.tags import parsed
from web.accounts.site import Site

CEJ = {"name": "CEJ du lundi", "address": "/boite?programme=CEJ"}


def test_a_view_follows_its_member_to_another_browser(at_work: House, site: Site) -> None:
    nadia, paul = first_visit(at_work, site, NADIA), first_visit(at_work, site, PAUL)
    at_work.opened()
    assert nadia.post("/compte/vues", data=CEJ).json() == [CEJ]
    other = Browser(at_work, nadia.seed)
    at_work.pass_by(seconds=30)
    other.sign_in(address(at_work, NADIA))
    part = parsed(other.get("/boite").text).select_one("#views")
    assert texts(str(part), "li a") == ["CEJ du lundi"]
    assert part.select_one("li a")["href"] == CEJ["address"]
    assert json.loads(part["data-kept"]) == [CEJ]
    assert "hidden" not in part.attrs
    assert "hidden" in parsed(other.get("/dossiers").text).select_one("#views").attrs
    assert json.loads(parsed(paul.get("/boite").text).select_one("#views")["data-kept"]) == []
    assert nadia.post("/compte/vues/oublier", data={"address": CEJ["address"]}).json() == []
    assert texts(other.get("/boite").text, "#views li") == []


def test_a_name_is_text_whatever_it_holds(nadia: Browser) -> None:
    odd = {"name": 'l\'été <b> "x" & ’', "address": "/boite?site=L’Aigle&programme='CEJ'"}
    assert nadia.post("/compte/vues", data=odd).json() == [odd]
    part = parsed(nadia.get("/boite").text).select_one("#views")
    assert json.loads(part["data-kept"]) == [odd]
    assert texts(str(part), "li a") == [odd["name"]]


NO_VIEWS = [
    {"name": "", "address": "/boite?programme=CEJ"},
    {"name": "   ", "address": "/boite?programme=CEJ"},
    {"name": "x" * 61, "address": "/boite?programme=CEJ"},
    {"name": "Dehors", "address": "//exemple.fr/"},
    {"name": "Code", "address": "javascript:alert(1)"},
    {"name": "Barre", "address": "/\\exemple.fr"},
    {"name": "Long", "address": "/boite?site=" + "x" * 1_000},
    {"name": "Rien"},
]


def test_what_is_no_view_is_refused(nadia: Browser) -> None:
    for sent in NO_VIEWS:
        assert nadia.post("/compte/vues", data=sent).status_code == 422, sent
    assert texts(nadia.get("/boite").text, "#views li") == []


def test_nobody_keeps_a_view_without_a_session(at_work: House) -> None:
    assert Browser(at_work).post("/compte/vues", data=CEJ).headers["Location"].startswith("/connexion")

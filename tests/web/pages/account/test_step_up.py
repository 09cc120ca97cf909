"""A proof of the last ten minutes is asked before much is taken away, or for ever; what was written comes back."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID, uuid4

import pytest

from pixflow.actor import OPERATOR
from pixflow.dossier.follow_up import hand_over_task
from tests.portfolio_import.files import HEADER
from tests.web.access_lines import NewLines
from tests.web.accounts.authenticator import Authenticator
from tests.web.callers import member, signed_in, stewards
from tests.web.client import words
from tests.web.filled import HTMX, fill
from tests.web.pages.account.conftest import HELENE, NADIA, PAUL, SECRET, SOPHIE, URL, Browser, account_of, first_visit
from tests.web.paths import House, house
from tests.web.tags import parsed
from web.accounts import sessions
from web.accounts.factors import passkeys
from web.accounts.site import Site
from web.desk.signed_in import SESSION
from web.pages.team.access import ACTIONS, WITHDRAW

PROOF = "demande une preuve de plus"


@pytest.fixture
def dossier(at_work: House) -> UUID:
    return at_work.opened()


@pytest.fixture
def helene(at_work: House, site: Site, dossier: UUID) -> Browser:
    """A manager at an open desk: signed in more than ten minutes ago."""
    browser = first_visit(at_work, site, HELENE)
    at_work.pass_by(minutes=10, seconds=1)
    return browser


PLACES = {
    "GET a copy to read": "/dossiers/{dossier}/droits/tout.pdf",
    "GET a copy for a program": "/dossiers/{dossier}/droits/tout.json",
    "GET the readings": "/consultations.csv",
    "POST an erasure asked": "/dossiers/{dossier}/droits/demander",
    "POST an erasure confirmed": "/dossiers/{dossier}/droits/effacer",
    "POST erasures asked": "/conservation",
    "POST a preview": "/equipe/{nadia}/confier/apercu",
    "POST a hand-over": "/equipe/{nadia}/confier",
    "GET the paths": "/journal.xes",
    "GET the paths and their objects": "/journal.jsonocel",
    **{f"POST {name} of an account": f"/equipe/{{nadia}}/compte/{name}" for name in (*ACTIONS, WITHDRAW)},
    "POST a member": "/equipe/nouveau?name=Camille+Roy&email=camille@ml.fr&roles=advisor",
    "POST roles": "/equipe/{nadia}/roles?roles=advisor&roles=auditor",
    "POST a role confirmed": "/equipe/{nadia}/confirm?role=auditor",
    "POST a departure": "/equipe/{nadia}/leave?last_day=2026-01-30",
    "POST a return": "/equipe/{nadia}/back",
    "POST a designation": "/equipe/{nadia}/designate?site=",
    "POST a loan": "/dossiers/{dossier}/lend?advisor={paul}&until=2026-01-30&on=2026-01-05",
    "POST an assignment": "/dossiers/{dossier}/assign?advisor={paul}&on=2026-01-05",
    "POST a task handed over": "/dossiers/{dossier}/hand?task=present-pix&to={paul}&note=&on=2026-01-05",
    "POST assignments": "/dossiers/affecter?advisor={paul}&dossier={dossier}",
}
"""The addresses that take much away, or for ever; what a form says stands as a query."""


def place(at_work: House, dossier: UUID, name: str) -> str:
    people = {"nadia": at_work.people[NADIA], "paul": at_work.people[PAUL]}
    return PLACES[name].format(dossier=dossier, **people)


def asked(browser: Any, name: str, address: str, **more: Any) -> Any:
    if name.startswith("GET"):
        return browser.get(address, **more)
    path, _, said = address.partition("?")
    return browser.post(path, data={"command_id": str(uuid4()), **parse_qs(said, keep_blank_values=True)}, **more)


def proves(browser: Browser, lock: str) -> str:
    """Proves the password at the lock. Returns where it leads."""
    page = parsed(browser.get(lock).text)
    assert PROOF in words(str(page))
    sent = {"password": SECRET, "vers": str(page.select_one("[name=vers]")["value"])}
    return str(browser.post("/verrou/mot-de-passe", data=sent).headers["Location"])


@pytest.mark.parametrize("name", PLACES)
def test_an_open_desk_takes_nothing_away(at_work: House, helene: Browser, dossier: UUID, name: str) -> None:
    head, address = at_work.served.engine.head(), place(at_work, dossier, name)
    lock = asked(helene, name, address).headers["Location"]
    assert lock.startswith("/verrou?")
    assert at_work.served.engine.head() == head
    back = proves(helene, lock)
    assert back == address if name.startswith("GET") else back.startswith("/reprise/")
    answer = asked(helene, name, address)
    assert not answer.headers.get("Location", "").startswith("/verrou"), "within ten minutes it is not asked again"
    at_work.pass_by(minutes=10, seconds=1)
    if at_work.state(dossier).advisor == at_work.people[PAUL]:
        return  # done: the same form takes it from nobody
    assert asked(helene, name, address).headers["Location"].startswith("/verrou?")


def test_a_demonstration_asks_for_nothing(tmp_path: Any) -> None:
    with house(tmp_path) as at_work, at_work.client(HELENE) as browser:
        dossier = at_work.opened()
        at_work.pass_by(minutes=20)
        for name, path in PLACES.items():
            expected = (404,) if "/compte/" in path else (200, 303, 422)
            assert asked(browser, name, place(at_work, dossier, name)).status_code in expected, name


def test_whoever_has_not_the_role_is_refused_before_a_proof(at_work: House, dossier: UUID) -> None:
    stewards(at_work)
    with signed_in(at_work, member(at_work, NADIA)) as browser:
        at_work.pass_by(minutes=11)
        for name in PLACES.keys() - {"POST a task handed over"}:
            assert asked(browser, name, place(at_work, dossier, name)).status_code == 403, name


def kept_at(lock: str) -> str:
    """Returns where the form that waits behind a lock is."""
    return lock.replace("/verrou?reprise=", "/reprise/")


def filled(page: Any) -> Mapping[str, str]:
    return {tag["name"]: tag["value"] for tag in parsed(page.text).select("form.sheet-form input[type=hidden]")}


@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_comes_back_filled_and_is_recorded_once(
    at_work: House, site: Site, helene: Browser, dossier: UUID, *, htmx: bool
) -> None:
    path, rights = f"/dossiers/{dossier}/droits/demander", f"/dossiers/{dossier}/droits"
    sent = {"command_id": str(uuid4()), "reason": "request"}
    headers = {**HTMX, "HX-Current-URL": f"{URL}{rights}"} if htmx else {"Referer": f"{URL}{rights}"}
    answer = helene.post(path, data=sent, headers=headers)
    lock = answer.headers["HX-Redirect" if htmx else "Location"]
    shown = parsed(helene.get(lock, headers={"Referer": f"{URL}{rights}"}).text)
    assert f'href="{rights}">Renoncer' in str(shown)
    wrong = helene.unlock(kept_at(lock), "x" * 12)
    assert wrong.status_code == 422
    assert "gardé une heure" in words(wrong.text)
    resume = proves(helene, lock)
    kept = helene.get(resume)
    assert filled(kept) == sent
    assert parsed(kept.text).select_one("form[data-kept]")["data-kept"] == rights
    head = at_work.served.engine.head()
    stranger = first_visit(at_work, site, SOPHIE)
    assert stranger.get(resume).status_code == 404
    head = at_work.served.engine.head()
    assert helene.post(path, data=filled(kept)).headers["Location"].startswith(rights)
    assert at_work.served.engine.head() == head + 1
    assert helene.post(path, data=filled(kept)).status_code in (303, 422)
    assert at_work.served.engine.head() == head + 1, "the other tab records nothing more"


def test_roles_come_back_as_they_were_chosen_and_are_recorded_once(at_work: House, helene: Browser) -> None:
    """Sent from two tabs, and again once it is done."""
    person = at_work.people[NADIA]
    path, sent = f"/equipe/{person}/roles", {"command_id": str(uuid4()), "roles": ["advisor", "auditor"], "until": ""}
    locks = [helene.post(path, data=sent).headers["Location"] for _ in "ab"]
    resume = proves(helene, locks[0])
    form = parsed(helene.get(resume).text).select("form.sheet-form input[type=hidden]")
    kept = parse_qs(urlencode([(one["name"], one["value"]) for one in form]), keep_blank_values=True)
    assert kept == {name: value if isinstance(value, list) else [value] for name, value in sent.items()}
    head = at_work.served.engine.head()
    assert helene.post(path, data=kept).headers["Location"].startswith(f"/equipe/{person}?fait=")
    assert at_work.served.engine.head() == head + 1
    assert helene.get(kept_at(locks[1])).status_code == 200
    helene.post(path, data=kept)
    assert at_work.served.engine.head() == head + 1, "the other tab records nothing more"


BESIDE = {
    "web/desk/commands.py": "the one place that asks",
    "web/desk/journal_writer.py": "the site closes an account",
    "web/pages/account/first_visit.py": "the site opens an account",
    "web/pages/partner_link/place.py": "a partner",
    "web/pages/partner_link/routes.py": "a partner",
    "web/pages/results/board.py": "results that one dispatches, day by day",
}
"""The modules of pages that send commands to the engine, and why."""


def test_every_page_takes_its_decisions_where_a_proof_is_asked_for() -> None:
    """So a new route of a decision that asks for one asks for it: `proof` of the decision says it, and no route."""
    sends = re.compile(r"engine\.execute(_all)?\b")
    found = {str(path) for part in ("desk", "pages") for path in Path("web", part).rglob("*.py")}
    assert {path for path in found if sends.search(Path(path).read_text())} == BESIDE.keys()


def test_a_day_s_work_asks_for_no_proof(at_work: House, site: Site) -> None:
    """One's own dossiers, those that nobody follows, a task given back to its advisor, one's own absence."""
    stewards(at_work)
    own, free = at_work.opened(first="Hugo", advisor=NADIA), at_work.opened(first="Zoé", advisor=None)
    taken = at_work.opened(first="Léa", advisor=NADIA)
    at_work.on(taken, hand_over_task, NADIA, task="present-pix", to=at_work.people[PAUL], until=None, note="")
    paul, nadia, sophie = (at_work.people[name] for name in (PAUL, NADIA, SOPHIE))
    lends = {"until": "2026-01-30", "on": "2026-01-05"}
    for name, path, said in (
        (NADIA, f"/dossiers/{own}/hand", {"task": "present-pix", "to": paul, "note": "", **lends}),
        (PAUL, "/boite/rendre", {"dossier": taken, "task": "present-pix"}),
        (SOPHIE, f"/dossiers/{free}/assign", {"advisor": nadia, "on": "2026-01-05"}),
        (SOPHIE, f"/equipe/{sophie}/absence", {"first": "2026-01-12", "last": "2026-01-12", "anyway": "true"}),
    ):
        with signed_in(at_work, member(at_work, name)) as browser:
            at_work.pass_by(minutes=11)
            head = at_work.served.engine.head()
            answer = browser.post(path, data={"command_id": str(uuid4()), **said})
            assert (answer.status_code, at_work.served.engine.head() > head) == (303, True), (path, words(answer.text))
            assert not answer.headers["Location"].startswith("/verrou"), path


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_of_more_than_a_hundred_people_asks_for_a_proof(at_work: House, helene: Browser, kind: str) -> None:
    fill(at_work, 99)
    at_work.served.read()
    assert helene.get(f"/dossiers.{kind}").status_code == 200, "a hundred, with the dossier of the house"
    at_work.opened(first="Zoé")
    at_work.served.read()
    head, lines = at_work.served.engine.head(), NewLines(at_work.served)
    lines.take()
    lock = helene.get(f"/dossiers.{kind}?site=Mortagne").headers["Location"]
    assert at_work.served.engine.head() == head
    assert not lines.take(), "nobody was shown"
    back = proves(helene, lock)
    assert back == f"/dossiers.{kind}?site=Mortagne"
    assert helene.get(back).status_code == 200


def test_a_kept_form_says_words_and_leads_back_to_a_page(at_work: House, helene: Browser, dossier: UUID) -> None:
    confier = f"/equipe/{at_work.people[NADIA]}/confier"
    pair = f"{dossier}:{at_work.people[SOPHIE]}"
    sent = {"command_id": str(uuid4()), "pair": pair, "term": "good", "to": str(at_work.people[SOPHIE])}
    answer = helene.post(confier, data=sent, headers={"Referer": f"{URL}{confier}/apercu?p=2/3"})
    lock = helene.get(answer.headers["Location"], headers={"Referer": f"{URL}{confier}/apercu"})
    kept = helene.get(proves(helene, answer.headers["Location"]))
    for page in (lock, kept):
        back = next(tag["href"] for tag in parsed(page.text).select("a") if tag.get_text() == "Renoncer")
        assert back == confier
        assert helene.get(back).status_code == 200
    assert filled(kept) == sent
    assert [tag.get_text() for tag in parsed(kept.text).select(".facts li")] == ["sans date de retour"]
    asks = {"command_id": str(uuid4()), "reason": "request"}
    at_work.pass_by(minutes=11)
    lock_of = helene.post(f"/dossiers/{dossier}/droits/demander", data=asks).headers["Location"]
    page = parsed(helene.get(proves(helene, lock_of)).text)
    assert [tag.get_text() for tag in page.select(".facts li")] == ["la personne le demande"]


def test_a_proof_that_is_over_in_the_middle_is_asked_again(at_work: House, helene: Browser, dossier: UUID) -> None:
    path = f"/dossiers/{dossier}/droits/demander"
    sent = {"command_id": str(uuid4()), "reason": "request"}
    resume = proves(helene, helene.post(path, data=sent).headers["Location"])
    kept = filled(helene.get(resume))
    at_work.pass_by(minutes=11)
    head = at_work.served.engine.head()
    again = helene.post(path, data=kept).headers["Location"]
    assert again.startswith("/verrou?reprise=")
    assert kept_at(again) != resume
    assert at_work.served.engine.head() == head
    kept = filled(helene.get(proves(helene, again)))
    assert kept == sent, "what was written is still there"
    assert helene.post(path, data=kept).headers["Location"].endswith("/droits#effacement")


def test_a_result_asks_for_a_proof_only_where_it_moves_the_dossier(at_work: House, site: Site) -> None:
    found = [at_work.scored(first=name) for name in ("Hugo", "Zoé")]
    browser = first_visit(at_work, site, SOPHIE)
    at_work.pass_by(minutes=11)
    for (dossier, participation), to, asks in zip(found, (NADIA, PAUL), (False, True), strict=True):
        sent = {"command_id": str(uuid4()), "dossier": dossier, "participation": participation}
        answer = browser.post("/resultats/transmettre", data={**sent, "advisor": at_work.people[to]})
        assert answer.headers["Location"].startswith("/verrou?reprise=") is asks, to
        assert at_work.state(dossier).advisor == at_work.people[NADIA]


def test_no_other_form_hands_a_portfolio_over_without_a_proof(at_work: House, helene: Browser) -> None:
    """The list of those without an advisor, sent with others; and a file where the advisors are others."""
    taken, free = (at_work.opened(first=name, advisor=who) for name, who in (("Hugo", NADIA), ("Zoé", None)))
    sent = {"command_id": str(uuid4()), "advisor": str(at_work.people[PAUL]), "dossier": [str(free)]}
    assert helene.post("/dossiers/affecter", data=sent).headers["Location"].startswith("/dossiers?"), "nobody had it"
    head = at_work.served.engine.head()
    sent |= {"command_id": str(uuid4()), "dossier": [str(free), str(taken)]}
    lock = helene.post("/dossiers/affecter", data=sent).headers["Location"]
    assert lock.startswith("/verrou?reprise=")
    assert at_work.served.engine.head() == head
    row = "0012345;DIALLO;Awa;12/03/2005;;;L'Aigle;CEJ;;;{};"
    first = recorded(helene, row.format(NADIA))
    assert not first.headers["Location"].startswith("/verrou"), "new dossiers are nobody's"
    head = at_work.served.engine.head()
    lock = recorded(helene, row.format(PAUL)).headers["Location"]
    assert lock.startswith("/verrou?reprise=")
    assert at_work.served.engine.head() == head
    kept = parsed(helene.get(proves(helene, lock)).text).select_one("form.sheet-form")
    fields = {tag["name"]: tag["value"] for tag in kept.select("input[type=hidden]")}
    assert helene.post(str(kept["action"]), data=fields).status_code == 303
    assert at_work.served.engine.head() > head


def recorded(browser: Browser, row: str) -> Any:
    """Sends a portfolio of one row, and records all of it."""
    file = ("portefeuille.csv", "\r\n".join((HEADER, row, "")).encode("utf-8-sig"), "text/csv")
    preview = browser.post("/dossiers/import", files={"portfolio": file}).headers["Location"]
    form = parsed(browser.get(preview).text).select_one("form.portfolio")
    fields = {tag["name"]: tag["value"] for tag in form.select("input[type=hidden]")}
    return browser.post(str(form["action"]), data={**fields, "all": "true"})


@pytest.mark.parametrize("sent", [{"Sec-Fetch-Site": "cross-site"}, {"Referer": "https://elsewhere.example/x"}])
def test_another_site_gets_neither_a_file_nor_a_proof(
    at_work: House, helene: Browser, dossier: UUID, sent: dict[str, str]
) -> None:
    head, forged = at_work.served.engine.head(), {**sent, "Origin": "https://elsewhere.example"}
    for name in PLACES:
        answer = asked(helene, name, place(at_work, dossier, name), headers=forged)
        assert answer.status_code == 403
        assert ("Est-ce bien vous qui le demandez" in words(answer.text)) == name.startswith("GET")
    assert at_work.served.engine.head() == head


def test_a_passkey_is_a_proof(at_work: House, site: Site, dossier: UUID) -> None:
    of = member(at_work, HELENE, OPERATOR, None)
    key, account = Authenticator(URL), account_of(at_work, site, HELENE)
    options, token = passkeys.options_to_register(site.store, URL, account)
    passkeys.register(site.store, URL, account, token, key.make(options), "Téléphone")
    with signed_in(at_work, of) as browser:
        at_work.pass_by(minutes=11)
        address = f"/dossiers/{dossier}/droits/tout.json"
        assert browser.get(address).headers["Location"].startswith("/verrou?vers=")
        said = json.loads(browser.post("/verrou/cle/options").text)
        proof = {"challenge": said["challenge"], "answer": key.prove(said["publicKey"]), "vers": address}
        before = browser.cookies[SESSION]
        assert browser.post("/verrou/cle", data=proof).headers["Location"] == address
        assert sessions.find(site.store, before) is None, "under another id"
        assert browser.get(address).status_code == 200
        at_work.pass_by(minutes=11)
        assert browser.post("/verrou/cle", data=proof).status_code == 422, "it served"

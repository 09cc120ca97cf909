"""Tests mass reading: whoever reads too much is stopped, everywhere, until two people open the account again."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from msgspec import structs

from pixflow.access_journal import reading as mass_reading
from pixflow.access_journal.reading import NARROW, Counts
from pixflow.actor import OPERATOR
from pixflow.documents.protocol import ReadingLimits, out_of_range
from pixflow.dossier.assignment import assign_advisor
from pixflow.protocol import drafting, publishing
from pixflow.refused import Refused
from pixflow.team import accounts as decisions
from pixflow.team import membership
from tests.web.access_lines import NewLines
from tests.web.callers import browser as browser_of
from tests.web.callers import member, stewards
from tests.web.client import words
from tests.web.pages.account.conftest import HELENE, NADIA, PAUL, SOPHIE, YANN, Browser, address, first_visit
from tests.web.paths import House
from web.accounts import sessions
from web.accounts.sessions import Way
from web.accounts.site import Site
from web.desk.signed_in import SESSION
from web.hosting.mail import Mail
from web.pages.team import handover


@pytest.fixture
def dossiers(at_work: House) -> list[UUID]:
    return [at_work.opened(last=f"Nom {chr(97 + n // 26)}{chr(97 + n % 26)}", advisor=None) for n in range(8)]


@pytest.fixture(autouse=True)
def narrow(at_work: House) -> None:
    """A protocol with low limits, published by the operator."""
    limits(at_work, ReadingLimits(soon=5, day=6, people=20))


def limits(at_work: House, reading: ReadingLimits) -> None:
    document = replace(at_work.served.refs.protocol(at_work.today), reading=reading)
    stream = {"protocol": at_work.served.opened.stream("protocol")}
    at_work.says(OPERATOR, publishing.publish_protocol, stream, document=document, from_day=at_work.today)
    at_work.served.read()


def test_the_page_too_many_is_not_shown_and_the_account_is_closed(
    at_work: House, site: Site, dossiers: list[UUID]
) -> None:
    browser, other = first_visit(at_work, site, SOPHIE), first_visit(at_work, site, HELENE)
    lines = NewLines(at_work.served)
    for dossier in dossiers[:5]:
        assert browser.get(f"/dossiers/{dossier}").status_code == 200
    assert browser.get(f"/dossiers/{dossiers[0]}").status_code == 200, "once more is no more"
    lines.take()
    got = browser.get(f"/dossiers/{dossiers[5]}")
    assert (got.status_code, "Votre accès est coupé" in got.text, "Nom af" in got.text) == (403, True, False)
    assert [line.what for line in lines.take()] == ["shown", "stopped"]
    assert at_work.served.refs.team[at_work.people[SOPHIE]].access.suspended == "mass-reading"
    assert browser.get("/boite").headers["Location"].startswith("/connexion")
    for page in ("/boite", "/equipe"):
        said = words(other.get(page).text)
        assert f"{SOPHIE} : accès coupé, trop de dossiers ouverts en peu de temps." in said, page


def test_the_last_page_within_a_limit_is_shown_and_no_other() -> None:
    assert (NARROW.soon, NARROW.day) == (30, 100)
    full = Counts(30, 100, NARROW.people, NARROW.listed)
    assert not mass_reading.is_reached(full, NARROW)
    for one in ("soon", "day", "people", "listed"):
        assert mass_reading.is_reached(structs.replace(full, **{one: getattr(full, one) + 1}), NARROW), one


def test_the_direction_is_told_within_the_minute_at_night_too(
    at_work: House, sophie: Browser, dossiers: list[UUID]
) -> None:
    at_work.day(at_work.today + timedelta(days=1), hour=1)
    sophie.sign_in(address(at_work, SOPHIE))
    assert [sophie.get(f"/dossiers/{dossier}").status_code for dossier in dossiers[:6]][-1] == 403
    sent: list[Mail] = []
    at_work.served.tick(sent.append, "https://pixflow.exemple.fr")
    at_work.served.tick(sent.append, "https://pixflow.exemple.fr")
    assert {mail.to for mail in sent} == {address(at_work, HELENE), address(at_work, YANN)}
    assert all(SOPHIE in mail.text for mail in sent)
    assert len(sent) == 2


def test_two_people_open_it_again_and_the_count_begins_anew(
    at_work: House, sophie: Browser, site: Site, dossiers: list[UUID]
) -> None:
    for dossier in dossiers[:6]:
        sophie.get(f"/dossiers/{dossier}")
    person = {"staff": at_work.people[SOPHIE]}
    first_visit(at_work, site, HELENE)
    at_work.says(HELENE, decisions.request_restoration, person)
    at_work.pass_by(minutes=1)
    at_work.says(YANN, decisions.restore_account, person)
    at_work.pass_by(minutes=1)
    sophie.sign_in(address(at_work, SOPHIE))
    assert [sophie.get(f"/dossiers/{dossier}").status_code for dossier in dossiers[:6]] == [200] * 5 + [403]


def test_a_day_has_its_limit(at_work: House, sophie: Browser, dossiers: list[UUID]) -> None:
    answers = []
    for dossier in dossiers:
        at_work.pass_by(minutes=11)
        answers.append(sophie.get(f"/dossiers/{dossier}").status_code)
    assert answers == [200] * 6 + [403, 303]


def test_who_takes_over_seventy_dossiers_reads_them_all_that_day(at_work: House, site: Site) -> None:
    """An honest référente, by the usual limits: one dossier a minute, and their list."""
    limits(at_work, ReadingLimits())
    there = [at_work.opened(last=f"Nom {chr(97 + n // 26)}{chr(97 + n % 26)}") for n in range(70)]
    at_work.says(HELENE, membership.change_roles, {"staff": at_work.people[SOPHIE]}, roles=("referent", "advisor"))
    at_work.pass_by(days=2)
    at_work.says(HELENE, membership.record_departure, {"staff": at_work.people[NADIA]}, last_day=at_work.today)
    for dossier in there:
        at_work.on(dossier, assign_advisor, HELENE, advisor=at_work.people[SOPHIE])
    browser = first_visit(at_work, site, SOPHIE)
    answers = [browser.get(page).status_code for page in ("/dossiers", "/dossiers?p=2", "/boite")]
    for dossier in there:
        at_work.pass_by(minutes=1)
        answers.append(browser.get(f"/dossiers/{dossier}").status_code)
    assert set(answers) == {200}


def test_the_preview_and_the_report_of_a_large_portfolio_name_nobody(
    at_work: House, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "LIMIT", 20)
    there = [at_work.opened(last=f"Nom {chr(97 + n // 26)}{chr(97 + n % 26)}") for n in range(21)]
    browser, lines, page = first_visit(at_work, site, HELENE), NewLines(at_work.served), at_work.people[NADIA]
    sent = {"command_id": str(uuid4()), "to": [str(at_work.people[PAUL])]}
    lines.take()
    shown = browser.post(f"/equipe/{page}/confier/apercu", data=sent)
    assert (shown.status_code, "Nom aa" in shown.text, lines.take()) == (200, False, [])
    pairs = [f"{one}:{at_work.people[PAUL]}" for one in there]
    done = browser.post(f"/equipe/{page}/confier", data={**sent, "pair": pairs})
    report = browser.get(done.headers["Location"])
    assert (report.status_code, "21 dossiers" in words(report.text), "Nom aa" in report.text) == (200, True, False)
    assert lines.take() == []


@pytest.mark.parametrize(("way", "seconds", "status"), [("issuer", 5, 200), ("issuer", 60, 403), ("password", 5, 403)])
def test_who_comes_back_from_the_issuer_reads_the_first_page(
    at_work: House, site: Site, way: Way, seconds: int, status: int
) -> None:
    """An issuer that answers by a script leads here without a press."""
    at_work.opened()
    stewards(at_work)
    token = sessions.begin(site.store, member(at_work, SOPHIE), way, "Firefox")
    at_work.pass_by(seconds=seconds)
    led = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert browser_of(at_work, {SESSION: token}).get("/dossiers", headers=led).status_code == status


def test_a_list_turned_over_is_stopped(at_work: House, sophie: Browser, dossiers: list[UUID]) -> None:
    for n in range(13):
        at_work.opened(last=f"Autre {chr(97 + n)}", advisor=None)
    assert sophie.get("/dossiers?site=Mortagne").status_code == 403, "21 people"
    assert at_work.served.refs.team[at_work.people[SOPHIE]].access.suspended == "mass-reading"


def test_lists_have_a_limit_of_a_day_too(at_work: House, site: Site) -> None:
    """Page after page, slowly; somebody whom one saw that day is no more."""
    names = ["Abadie", "Kowalski", "Zemmour", "Fourcade", "Mbongo", "Rousselet"]
    for n, name in enumerate(names):
        at_work.opened(first="UVWXYZ"[n] * 5, last=name, advisor=None)
    limits(at_work, ReadingLimits(listed=5))
    browser, answers = first_visit(at_work, site, SOPHIE), list[int]()
    for name in [names[0], *names[:2], *names[1:]]:
        at_work.pass_by(minutes=20)
        answers.append(browser.post("/chercher/proches", data={"q": name}).status_code)
    assert answers == [200] * 7 + [403]
    assert at_work.served.refs.team[at_work.people[SOPHIE]].access.suspended == "mass-reading"


def test_others_on_the_page_of_ones_own_dossier_count_as_in_a_list(at_work: House, site: Site) -> None:
    own = at_work.opened(last="Sien", advisor=SOPHIE)
    browser, lines = first_visit(at_work, site, SOPHIE), NewLines(at_work.served)
    at_work.opened(last="Sien", advisor=None)
    lines.take()
    assert browser.get(f"/dossiers/{own}/fusion").status_code == 200
    found = [(line.what, line.why, line.dossier, line.fresh) for line in lines.take()]
    assert found == [("shown", "own", own, 0), ("shown", "role", None, 1)]


def test_the_protocol_in_force_has_the_limits(
    at_work: House, sophie: Browser, site: Site, dossiers: list[UUID]
) -> None:
    """The direction publishes another one: it counts at the next page."""
    assert [sophie.get(f"/dossiers/{dossier}").status_code for dossier in dossiers[:5]] == [200] * 5
    limits(at_work, ReadingLimits(soon=7, day=300, people=600))
    assert [sophie.get(f"/dossiers/{dossier}").status_code for dossier in dossiers[5:]] == [200, 200, 403]
    page = words(first_visit(at_work, site, HELENE).get("/protocole").text)
    assert "Dossiers ouverts en dix minutes 7 Dossiers ouverts en un jour 300" in page


def test_a_protocol_does_not_lift_the_limits(at_work: House) -> None:
    stream = {"protocol": at_work.served.opened.stream("protocol")}
    for changed in ({"soon": 121}, {"day": 601}, {"people": 1_201}, {"listed": 6_001}, {"soon": 0}):
        document = replace(at_work.served.refs.protocol(at_work.today), reading=ReadingLimits(**changed))
        assert list(out_of_range(document)), changed
        with pytest.raises(Refused, match="out-of-range"):
            at_work.says(SOPHIE, drafting.draft_protocol, stream, document=document, note="", replaces=0)

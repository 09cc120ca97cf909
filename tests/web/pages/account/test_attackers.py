"""Whoever once had access, and whoever has a cookie, a link or an address of somebody else: nothing of it opens."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pixflow.team import accounts as decisions
from pixflow.team import membership
from tests.web.client import InspectingClient, words
from tests.web.pages.account.conftest import (
    HELENE,
    NADIA,
    PAUL,
    SECRET,
    SOPHIE,
    URL,
    YANN,
    Browser,
    address,
    first_visit,
)
from tests.web.pages.account.test_two_people import act, box, link
from tests.web.paths import House, house
from web.accounts.site import Site
from web.app import create_app
from web.cli.server import tick_site
from web.desk.signed_in import FLOW, SESSION
from web.hosting.host import open_host, open_site
from web.hosting.settings import Settings
from web.pages.agenda import address_of

__all__ = ["box"]
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


# --- a former employee


class Former:
    """The cookies, the calendar and the factors that somebody still holds who worked here."""

    def __init__(self, at_work: House, who: Browser, name: str) -> None:
        self.at_work, self.name, self.browser = at_work, name, who
        self.cookies = dict(who.cookies)
        self.feed = address_of(at_work.served, at_work.people[name])
        half = Browser(at_work, who.seed)
        half.send_password(name)
        self.flow = half.cookies[FLOW]

    def opened(self) -> list[str]:
        """Returns what opens: pages with the old cookie, the calendar, a sign-in that was half done, a new one."""
        old, half = Browser(self.at_work), Browser(self.at_work)
        old.cookies.update(self.cookies)
        found = [path for path in ("/boite", "/equipe", "/compte", "/verrou", "/attente") if old.get(path).is_success]
        found += ["feed"] if Browser(self.at_work).get(self.feed).is_success else []
        half.cookies.set(FLOW, self.flow)
        self.at_work.pass_by(seconds=30)
        half.post("/connexion/code", data={"code": self.browser.code()})
        again = Browser(self.at_work, self.browser.seed)
        answer = again.send_password(self.name)
        self.at_work.pass_by(seconds=30)
        again.post("/connexion/code", data={"code": again.code()}) if answer.status_code == 303 else None
        return found + [what for what, one in (("half", half), ("again", again)) if SESSION in one.cookies]


def departs(at_work: House, _: Browser, __: Browser) -> None:
    at_work.says(HELENE, membership.record_departure, {"staff": at_work.people[NADIA]}, last_day=at_work.today)
    at_work.pass_by(days=1, hours=-9)


def is_cut_off(at_work: House, helene: Browser, _: Browser) -> None:
    assert act(helene, NADIA, "couper").status_code == 303


def lost_a_telephone(at_work: House, helene: Browser, yann: Browser) -> None:
    act(helene, NADIA, "demander-moyens")
    assert act(yann, NADIA, "effacer-moyens").status_code == 303


def departs_and_comes_back(at_work: House, helene: Browser, yann: Browser) -> None:
    departs(at_work, helene, yann)
    at_work.says(HELENE, membership.undo_departure, {"staff": at_work.people[NADIA]})


@pytest.mark.parametrize("goes", [departs, is_cut_off, lost_a_telephone, departs_and_comes_back])
def test_nothing_that_a_former_member_holds_opens(
    at_work: House, nadia: Browser, helene: Browser, yann: Browser, goes: Callable[[House, Browser, Browser], None]
) -> None:
    """A session, the address of a calendar, a sign-in half done, a password with its application."""
    act(helene, NADIA, "confirmer")
    former = Former(at_work, nadia, NADIA)
    assert former.opened() == ["/boite", "/equipe", "/compte", "/verrou", "feed", "half", "again"]
    former = Former(at_work, nadia, NADIA)
    goes(at_work, helene, yann)
    assert former.opened() == []


# --- an account that nobody uses


def test_an_account_unused_for_ninety_days_sleeps_until_two_wake_it(
    at_work: House, helene: Browser, yann: Browser, site: Site, box: Path
) -> None:
    """Nobody recorded that they left. Those who wake the others do not sleep."""
    nadia, paul = (first_visit(at_work, site, who) for who in (NADIA, PAUL))
    for who in (NADIA, PAUL):
        act(helene, who, "confirmer")
    at_work.pass_by(days=89)
    tick_site(at_work.host, site)
    assert nadia.sign_in(address(at_work, NADIA)).headers["Location"] == "/boite"
    at_work.pass_by(days=1)
    tick_site(at_work.host, site)
    assert nadia.sign_in(address(at_work, NADIA)).headers["Location"] == "/boite", "she was there the day before"
    assert "aucune structure" in paul.sign_in(address(at_work, PAUL)).text
    for one, who in ((helene, HELENE), (yann, YANN)):
        assert one.sign_in(address(at_work, who)).headers["Location"] == "/boite"
    assert "qui dort" in words(helene.get(f"/equipe/{at_work.people[PAUL]}").text)
    act(helene, PAUL, "inviter")
    paul.get(link(box)[1])
    at_work.pass_by(seconds=30)
    assert paul.sign_in(address(at_work, PAUL)).headers["Location"] == "/invitation/accepter"
    paul.post("/invitation/accepter")
    assert act(yann, PAUL, "confirmer").status_code == 303
    tick_site(at_work.host, site)
    assert paul.get("/boite").status_code == 200


def test_an_access_that_two_give_back_does_not_sleep_again(
    at_work: House, helene: Browser, yann: Browser, site: Site
) -> None:
    paul = first_visit(at_work, site, PAUL)
    act(helene, PAUL, "confirmer")
    act(helene, PAUL, "couper")
    at_work.pass_by(days=120)
    for one, who, name in ((helene, HELENE, "demander-retour"), (yann, YANN, "rendre")):
        one.sign_in(address(at_work, who))
        assert act(one, PAUL, name).status_code == 303
    tick_site(at_work.host, site)
    assert paul.sign_in(address(at_work, PAUL)).headers["Location"] == "/boite"


# --- several processes


@pytest.fixture(params=BOTH)
def two(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[House, Any]]:
    """A house, and the application of another process that serves it."""
    if request.param == "postgres":
        monkeypatch.setenv("PIXFLOW_DATABASE_URL", request.getfixturevalue("database_url"))
    with house(tmp_path, url=URL) as made:
        site = open_site(Settings(), tmp_path, URL, clock=lambda: made.now)
        assert site
        with open_host(tmp_path, site=site, clock=lambda: made.now) as host, closing(site.store):
            yield made, create_app(host, URL)


def moved(browser: Browser, app: Any) -> InspectingClient:
    """A browser with the same cookies, whose next request another process answers."""
    return InspectingClient(app, base_url=URL, follow_redirects=False, cookies=dict(browser.cookies))


def test_two_processes_know_the_same_of_everybody(two: tuple[House, Any]) -> None:
    """A session, its end, a suspension, attempts, and a form kept: each begun in one and seen by the other."""
    at_work, other = two
    site = at_work.host.site
    assert site
    helene, nadia, paul = (first_visit(at_work, site, who) for who in (HELENE, NADIA, PAUL))  # two confirm nobody yet
    for one in (nadia, paul):
        assert moved(one, other).get("/equipe").status_code == 200
    act(helene, PAUL, "couper")
    assert moved(paul, other).get("/equipe").headers["Location"] == "/connexion?vers=/equipe"

    typed = {"email": address(at_work, SOPHIE), "password": "x" * 12}
    thieves = (Browser(at_work), InspectingClient(other, base_url=URL, follow_redirects=False))
    said = [thieves[n % 2].post("/connexion/mot-de-passe", data=typed).text for n in range(8)]
    assert ["Trop d’essais" in text for text in said] == [False] * 5 + [True] * 3

    at_work.pass_by(minutes=31)
    sent = {"command_id": str(uuid4()), "last_name": "Diallo"}
    lock = nadia.post("/dossiers/nouveau", data=sent).headers["Location"]
    there = moved(nadia, other)
    unlocked = there.post("/verrou/mot-de-passe", data={"password": SECRET, "vers": "/equipe"})
    assert unlocked.headers["Location"] == "/equipe"
    kept = there.get(lock.replace("/verrou?reprise=", "/reprise/")).text
    assert [f'value="{value}"' in kept for value in sent.values()] == [True, True]
    assert nadia.get("/equipe").headers["Location"] == "/connexion?vers=/equipe", "under another token since"
    there.post("/deconnexion")
    assert moved(nadia, other).get("/equipe").status_code == 303


# --- a form that is not kept


def test_a_form_with_a_file_says_that_it_was_not_kept(at_work: House, sophie: Browser) -> None:
    """It leads back to its page: the file is chosen again."""
    at_work.says(HELENE, decisions.confirm_account, {"staff": at_work.people[SOPHIE]})
    at_work.pass_by(minutes=31)
    file, sender = {"file": ("export.csv", b"a;b")}, {"Referer": f"{URL}/resultats"}
    answer = sophie.post("/resultats/import", files=file, headers=sender)
    assert answer.headers["Location"] == "/verrou?vers=/resultats&perdu=true"
    page = words(sophie.get(answer.headers["Location"]).text)
    assert "Ce que vous venez d’envoyer n’a pas été gardé" in page
    assert not list((at_work.served.opened.folder / "uploads").glob("*"))

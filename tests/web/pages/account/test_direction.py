"""Forged posts of every pair of people: who takes an account from its member, brings one in, or closes the others."""

from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete

from pixflow.actor import OPERATOR, SITE
from pixflow.events.values import Role
from pixflow.team import accounts as decisions
from pixflow.team import membership as roles
from tests.web.callers import member, signed_in
from tests.web.client import InspectingClient, words
from tests.web.filled import hire, texts
from tests.web.pages.account.conftest import (
    HELENE,
    NADIA,
    SOPHIE,
    STORES,
    URL,
    YANN,
    Browser,
    account_of,
    address,
    answered,
)
from tests.web.pages.account.test_two_people import box, link
from tests.web.paths import House
from web.accounts import accounts, memberships
from web.accounts.site import Site
from web.accounts.tables import metadata
from web.cli.server import tick_site
from web.hosting import account_backups
from web.hosting.mail import Mail

__all__ = ["box"]
MARC, ZOE, SAMIR, AUDE = "Marc Petit", "Zoé Faure", "Samir Haddad", "Aude Roy"
DIRECTION, KEEPERS = (HELENE, MARC), (HELENE, MARC, YANN, ZOE)
HIRED: dict[str, Role] = {MARC: "manager", ZOE: "administrator", SAMIR: "facilitator", AUDE: "auditor"}
EVERYBODY = (*KEEPERS, SOPHIE, NADIA, SAMIR, AUDE)
PAIRS = [(one, two) for one, two in product(EVERYBODY, EVERYBODY) if {one, two} & set(KEEPERS)] + [(SOPHIE, AUDE)]
"""Two people of whom one may begin or end it, and two of whom none may."""
Team = dict[str, InspectingClient]


@pytest.fixture
def team(at_work: House) -> Team:
    """Two managers, two administrators, one of each other role, and their browsers."""
    for name, role in HIRED.items():
        hire(at_work, name, role)
    confirmed = {name: None if name in (HELENE, YANN) else YANN for name in (HELENE, YANN, *EVERYBODY)}
    return {name: signed_in(at_work, member(at_work, name, OPERATOR, by)) for name, by in confirmed.items()}


def post(team: Team, who: str, about: UUID, name: str, **sent: Any) -> int:
    return team[who].post(f"/equipe/{about}/{name}", data={"command_id": str(uuid4()), **sent}).status_code


def topics(at_work: House, about: UUID) -> list[str]:
    return [type(one.event).__name__ for one in at_work.served.engine.history(about)]


def newcomer(at_work: House, name: str) -> UUID:
    """An advisor more, with an open account."""
    person = hire(at_work, name, "advisor")
    member(at_work, name, OPERATOR, YANN)
    return person


def test_of_every_pair_those_with_a_manager_reset_an_account(at_work: House, team: Team) -> None:
    for n, (one, two) in enumerate(PAIRS):
        about = newcomer(at_work, f"Cible {n}")
        for who in (one, two):
            for step in ("demander-moyens", "effacer-moyens"):
                post(team, who, about, f"compte/{step}")
        may = one != two and {one, two} <= set(KEEPERS) and bool({one, two} & set(DIRECTION))
        assert ("FactorsReset" in topics(at_work, about)) is may, (one, two)


def test_of_every_pair_those_with_a_manager_bring_an_account_in(at_work: House, team: Team, box: Path) -> None:
    """After a reset: one invites, the member opens, one confirms. Before the link is opened nobody confirms."""
    for n, (one, two) in enumerate(PAIRS):
        about = newcomer(at_work, f"Cible {n}")
        for who, decide in ((HELENE, decisions.request_factors_reset), (MARC, decisions.reset_factors)):
            at_work.says(who, decide, {"staff": about})
        at_work.served.read()
        post(team, one, about, "compte/inviter")
        if one in KEEPERS:
            assert post(team, two, about, "compte/confirmer") in (403, 422)
            at_work.says(SITE, decisions.open_account, {"staff": about}, way="passkey")
        for who in (one, two):
            post(team, who, about, "compte/confirmer")
        may = one != two and {one, two} <= set(KEEPERS) and bool({one, two} & set(DIRECTION))
        assert at_work.served.refs.team[about].access.is_open is may, (one, two)


@STORES
def test_two_administrators_and_a_mailbox_take_over_nobody(
    at_work: House, site: Site, team: Team, box: Path, tmp_path: Path
) -> None:
    """The attack that worked: of a manager's account, whose reset the other manager was talked into."""
    at_work.opened()
    assert post(team, YANN, at_work.people[MARC], "compte/demander-moyens") == 303
    assert post(team, ZOE, at_work.people[MARC], "compte/effacer-moyens") == 422
    assert team[MARC].get("/boite").status_code == 200
    accounts.set_password(site.store, account_of(at_work, site, MARC).id, "hashed")
    before = account_backups.back_up(site.store, tmp_path / "backups")
    at_work.pass_by(minutes=5)
    assert post(team, HELENE, at_work.people[MARC], "compte/effacer-moyens") == 303
    assert team[MARC].get("/boite").status_code == 303
    assert post(team, YANN, at_work.people[MARC], "compte/inviter") == 303
    thief = Browser(at_work)
    token = link(box)[1].rpartition("/")[2]
    assert answered(thief, token, "un voleur de passage").headers["Location"] == "/"
    for who in (YANN, ZOE):
        post(team, who, at_work.people[MARC], "compte/confirmer")
        post(team, who, at_work.people[MARC], "confirm", role="manager")
    for path in ("/boite", "/dossiers", f"/equipe/{at_work.people[SOPHIE]}"):
        assert thief.get(path).headers["Location"] == "/attente"
    waits = words(thief.get("/attente").text)
    assert (HELENE in waits, ZOE in waits) == (True, False), "an administrator invited: the direction confirms"
    alarms: list[Mail] = []
    at_work.served.alarm(alarms.append, URL)
    told = [one for one in alarms if "touché" in one.subject]
    for said in ("demande d’effacer", "a effacé", "invite à nouveau"):
        assert {one.to for one in told if said in one.text} >= {address(at_work, who) for who in (HELENE, YANN, ZOE)}
    with site.store.write() as lost:
        for table in metadata.sorted_tables:
            lost.execute(delete(table))
    account_backups.restore(site.store, before)
    assert account_of(at_work, site, MARC).password
    tick_site(at_work.host, site)
    assert not account_of(at_work, site, MARC).password, "a backup of before the reset brings no factor back"


@STORES
def test_two_administrators_who_end_a_role_first_take_over_nobody(at_work: House, team: Team, box: Path) -> None:
    """A manager was talked into ending the role of another, and into giving it back: finding 6 of December 2026."""
    at_work.opened()
    about = at_work.people[MARC]
    assert post(team, YANN, about, "compte/demander-moyens") == 303
    assert post(team, ZOE, about, "roles", roles="administrator") == 422
    assert "Seule la direction retire ce rôle" in words(_form(team[ZOE], about, "roles", roles="administrator"))
    assert post(team, HELENE, about, "roles", roles="administrator") == 303
    assert post(team, ZOE, about, "compte/effacer-moyens") == 422, "a manager until today"
    at_work.pass_by(days=89)
    team = _again(at_work, team)
    assert post(team, YANN, about, "compte/demander-moyens") == 303
    assert post(team, ZOE, about, "compte/effacer-moyens") == 422, "ninety days are not over"
    at_work.pass_by(days=2)
    team = _again(at_work, team)
    assert post(team, ZOE, about, "compte/effacer-moyens") == 303, "no role that reads since"
    at_work.pass_by(minutes=5)
    assert post(team, YANN, about, "compte/inviter") == 303
    thief = Browser(at_work)
    assert answered(thief, link(box)[1].rpartition("/")[2], "un voleur de passage").headers["Location"] == "/"
    assert post(team, ZOE, about, "compte/confirmer") == 303
    assert thief.get("/equipe").status_code == 200
    for giver, held in ((YANN, ("administrator", "manager")), (HELENE, ("administrator", "manager", "advisor"))):
        assert post(team, giver, about, "roles", roles=held) == 303
        for second in (YANN, ZOE, HELENE):
            for role in ("manager", "advisor"):
                assert post(team, second, about, "confirm", role=role) in (303, 422)
        assert at_work.served.refs.team[about].roles_on(at_work.today) <= {"administrator"}
    assert thief.get("/dossiers").status_code == 403
    shown = words(team[HELENE].get(f"/equipe/{about}").text)
    assert f"Accès ouvert par {YANN} et {ZOE}, sans la direction : elle confirme d’abord le compte." in shown
    assert "Compte de Marc Petit confirmé, sans la direction" in shown
    assert post(team, ZOE, about, "compte/confirmer") == 303
    assert "elle confirme d’abord" in words(team[HELENE].get(f"/equipe/{about}").text), "administrators do not"
    assert post(team, HELENE, about, "compte/confirmer") == 303
    assert post(team, HELENE, about, "confirm", role="manager") == 303
    assert "manager" in at_work.served.refs.team[about].roles_on(at_work.today), "she saw who it is, and says so"


def _form(browser: InspectingClient, about: UUID, name: str, **sent: Any) -> str:
    return browser.post(f"/equipe/{about}/{name}", data={"command_id": str(uuid4()), **sent}).text


def _again(at_work: House, team: Team) -> Team:
    """Those who keep accounts, signed in anew."""
    site, here = at_work.host.site, at_work.served.opened.id
    assert site
    found = {name: memberships.of_member(site.store, here, at_work.people[name]) for name in team}
    return {name: signed_in(at_work, of) for name, of in found.items() if of and of.is_open}


def test_one_administrator_ends_the_roles_of_three_and_each_of_them_is_told(at_work: House, team: Team) -> None:
    """Finding 7 of December 2026: of everybody but two, unseen."""
    people = {name: id for name, id in at_work.people.items() if name not in KEEPERS}
    before = {name: at_work.served.refs.team[id].roles_on(at_work.today) for name, id in people.items()}
    for about in 2 * [*at_work.people.values()]:
        post(team, YANN, about, "roles", roles="administrator", anyway="true")
    after = at_work.served.refs.team
    ended = [name for name, id in people.items() if after[id].roles_on(at_work.today) != before[name]]
    assert len(ended) == 3
    assert all("manager" in after[at_work.people[name]].roles_on(at_work.today) for name in DIRECTION)
    fourth = next(name for name, id in people.items() if after[id].access.closing_by)
    alarms: list[Mail] = []
    at_work.served.alarm(alarms.append, URL)
    for name in ended:
        said = [one.to for one in alarms if f"a retiré un rôle à {name}." in one.text]
        assert sorted(said) == sorted(address(at_work, who) for who in {*KEEPERS, name}), name
    assert "ou de retirer un rôle" in words(team[MARC].get("/equipe").text)
    assert post(team, MARC, people[fourth], "roles", roles="administrator") == 303
    assert at_work.served.refs.team[people[fourth]].roles_on(at_work.today) != before[fourth], "a second person did"


def test_one_administrator_closes_three_of_all(at_work: House, team: Team) -> None:
    """By both roads, each person twice: what is asked beyond waits for a second person, and everybody is told."""
    people = [*at_work.people.values()]
    for about in 2 * people:
        post(team, YANN, about, "compte/couper")
        post(team, YANN, about, "leave", last_day=at_work.today.isoformat(), anyway="true")
    refs = at_work.served.refs
    closed = [id for id in people if refs.team[id].access.suspended or refs.team[id].left]
    assert len(closed) == 3
    asked = next(id for id in people if refs.team[id].access.closing_by)
    assert "demande de fermer son accès" in words(team[MARC].get("/equipe").text)
    assert post(team, YANN, asked, "compte/couper") == 303
    assert not at_work.served.refs.team[asked].access.suspended
    assert post(team, MARC, asked, "compte/couper") == 303
    assert at_work.served.refs.team[asked].access.suspended
    alarms: list[Mail] = []
    at_work.served.alarm(alarms.append, URL)
    assert [one for one in alarms if "demande de fermer" in one.text and one.to == address(at_work, MARC)]


@STORES
def test_a_reset_is_withdrawn_by_who_asked_or_another_and_not_by_its_target(at_work: House, team: Team) -> None:
    about = at_work.people[MARC]
    for who in (YANN, ZOE, HELENE):
        post(team, YANN, about, "compte/demander-moyens")
        at_work.served.read()
        assert "Retirer la demande" in texts(team[who].get(f"/equipe/{about}").text, "[aria-labelledby=compte] button")
        for other in (MARC, SOPHIE, NADIA):
            assert post(team, other, about, "compte/garder-moyens") in (403, 422)
        assert post(team, who, about, "compte/garder-moyens") == 303
        assert post(team, HELENE, about, "compte/effacer-moyens") == 422
    assert topics(at_work, about).count("FactorsResetWithdrawn") == 3
    assert team[MARC].get("/boite").status_code == 200


def test_the_target_confirms_no_reset_of_their_own(at_work: House, team: Team) -> None:
    about = at_work.people[MARC]
    post(team, YANN, about, "compte/demander-moyens")
    assert post(team, MARC, about, "compte/effacer-moyens") == 422
    assert "FactorsReset" not in topics(at_work, about)


@STORES
def test_what_a_closed_account_asked_is_asked_by_nobody(at_work: House, team: Team) -> None:
    about = at_work.people[SOPHIE]
    post(team, HELENE, about, "compte/demander-moyens")
    assert post(team, MARC, at_work.people[HELENE], "compte/couper") == 303
    assert post(team, YANN, about, "compte/effacer-moyens") == 422
    assert "A perdu ses moyens d’entrer" in texts(team[MARC].get(f"/equipe/{about}").text, "button")


def test_who_waits_for_a_role_reads_whom_to_ask(at_work: House, team: Team) -> None:
    """A role that an administrator gave is confirmed by the direction alone."""
    about = at_work.people[SAMIR]
    for giver, able in ((YANN, DIRECTION), (HELENE, (MARC, YANN, ZOE))):
        at_work.says(giver, roles.change_roles, {"staff": about}, roles=("facilitator", "auditor"))
        at_work.served.read()
        page = words(team[SAMIR].get(f"/equipe/{about}").text)
        assert f"une deuxième personne l’a confirmé : {', '.join(sorted(able))}." in page
        at_work.says(HELENE, roles.change_roles, {"staff": about}, roles=("facilitator",))
        at_work.served.read()

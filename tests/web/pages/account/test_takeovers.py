"""Taking over an account with a colleague's mailbox, with one's own account, or from a neighbour's structure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import delete

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR
from pixflow.team import accounts as decisions
from pixflow.team import membership
from tests.web.access import elsewhere
from tests.web.callers import browser, lock, member, signed_in
from tests.web.client import words
from tests.web.pages.account.conftest import (
    HELENE,
    PAUL,
    SECRET,
    SOPHIE,
    URL,
    YANN,
    Browser,
    account_of,
    address,
    answered,
    first_visit,
    invited,
)
from tests.web.pages.account.test_two_people import act, box, buttons, link
from tests.web.paths import House, house
from web.accounts import accounts, invitations, memberships, sessions, sign_in
from web.accounts.factors import recovery
from web.accounts.site import Site
from web.accounts.tables import metadata
from web.cli.server import tick_site
from web.desk.signed_in import SESSION
from web.hosting import account_backups

__all__ = ["box"]
FIRST = datetime(2026, 1, 5, 9, 12, tzinfo=UTC)


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    """L'Aigle, beside the structure of Tarbes in the same site."""
    preset, day = presets.load("laigle-mortagne"), FIRST.date()
    structure_folder.create(
        tmp_path,
        demonstration=True,
        name="Mission locale de Tarbes",
        preset=preset,
        sites=("Tarbes",),
        on=day,
        clock=lambda: FIRST,
    ).engine.close()
    with house(tmp_path, url=URL) as made:
        yield made


@pytest.fixture
def tarbes(at_work: House) -> House:
    """Tarbes with two managers, and a member with the e-mail of Sophie Lecomte."""
    made = elsewhere(at_work)
    for name, email in (
        ("Anne Un", "anne@tarbes.fr"),
        ("Bruno Deux", "bruno@tarbes.fr"),
        (SOPHIE, "sophie@exemple.fr"),
    ):
        made.people[name] = uuid4()
        staff, said = {"staff": made.people[name]}, {"name": name, "email": email, "site": None}
        made.says(OPERATOR, membership.add_member, staff, roles=("manager",), **said)
    made.served.read()
    return made


def enters(at_work: House, who: Browser) -> bool:
    """Tells if a browser reads the team of L'Aigle."""
    answer = who.get(f"/equipe/{at_work.people[SOPHIE]}")
    return answer.status_code == 200


def test_a_mailbox_and_one_steward_move_no_open_account(at_work: House, site: Site, box: Path) -> None:
    """An administrator invites a référente anew, reads her mails, and answers with her own account."""
    dossier = at_work.opened()
    for who in (HELENE, SOPHIE):
        first_visit(at_work, site, who)
    thief = first_visit(at_work, site, YANN)
    assert "Inviter à se connecter" not in buttons(thief, SOPHIE)
    act(thief, SOPHIE, "inviter")
    again = Browser(at_work, thief.seed)
    again.get(link(box)[1])
    again.sign_in(address(at_work, YANN))
    again.post("/invitation/accepter")
    for path in (f"/dossiers/{dossier}", "/dossiers", "/boite"):
        assert again.get(path).headers["Location"] == "/attente"


@pytest.mark.parametrize("road", ["mot-de-passe", "cle/options", "cle"])
def test_a_neighbour_with_a_mailbox_opens_no_account_that_exists(
    at_work: House, tarbes: House, site: Site, road: str
) -> None:
    first_visit(at_work, site, SOPHIE)
    before = account_of(at_work, site, SOPHIE)
    thief = Browser(at_work)
    thief.get(f"/invitation/{invited(tarbes, site, SOPHIE)}")
    answer = thief.post(f"/premiere-visite/{road}", data={"password": SECRET, "again": SECRET})
    assert answer.status_code in (403, 422)
    assert account_of(at_work, site, SOPHIE) == before
    assert not enters(at_work, thief)


def test_an_invitation_of_a_neighbour_opens_the_neighbour_s_alone(at_work: House, tarbes: House, site: Site) -> None:
    first_visit(at_work, site, SOPHIE)
    thief = signed_in(at_work, member(tarbes, "Anne Un", OPERATOR, None))
    assert thief.get(f"/equipe/{tarbes.people['Anne Un']}").status_code == 200
    assert thief.get(f"/equipe/{at_work.people[SOPHIE]}").status_code == 404
    there = {"structure": str(at_work.served.opened.id)}
    assert thief.post("/compte/structure", data=there).status_code == 404
    for action in ("inviter", "effacer-moyens", "demander-moyens", "rendre"):
        sent = {"command_id": str(uuid4())}
        assert thief.post(f"/equipe/{at_work.people[SOPHIE]}/compte/{action}", data=sent).status_code == 404


def test_factors_reset_by_a_neighbour_open_nothing_here(at_work: House, tarbes: House, site: Site, box: Path) -> None:
    """Both managers of Tarbes delete the factors of Sophie, read her mails and choose new ones."""
    first_visit(at_work, site, SOPHIE)
    helene, yann = (first_visit(at_work, site, who) for who in (HELENE, YANN))
    anne, bruno = (signed_in(at_work, member(tarbes, who, OPERATOR, None)) for who in ("Anne Un", "Bruno Deux"))
    member(tarbes, SOPHIE, OPERATOR, "Anne Un")
    for one, action in ((anne, "demander-moyens"), (bruno, "effacer-moyens")):
        sent = {"command_id": str(uuid4())}
        done = one.post(f"/equipe/{tarbes.people[SOPHIE]}/compte/{action}", data=sent)
        assert done.headers["Location"].startswith("/equipe/")
    thief, secret = Browser(at_work), "un voleur de passage"
    assert answered(thief, invited(tarbes, site, SOPHIE), secret).headers["Location"] == "/"
    assert not enters(at_work, thief)
    tarbes.says("Anne Un", decisions.confirm_account, {"staff": tarbes.people[SOPHIE]})
    tarbes.served.read()
    there = {"structure": str(at_work.served.opened.id)}
    assert thief.post("/compte/structure", data=there).status_code == 404
    again = Browser(at_work, thief.seed)
    assert again.sign_in("sophie@exemple.fr", secret).headers["Location"] == "/boite", "into Tarbes, the only one"
    assert not enters(at_work, again)
    assert "qui dort" in words(helene.get(f"/equipe/{at_work.people[SOPHIE]}").text)
    assert "Inviter à se connecter" in buttons(helene, SOPHIE), "L'Aigle says so too"
    act(helene, SOPHIE, "inviter")
    assert again.get(link(box)[1]).status_code == 200
    again.at_work.pass_by(seconds=60)
    again.sign_in("sophie@exemple.fr", secret)
    again.post("/invitation/accepter")
    assert not enters(at_work, again), "a second person confirms once more"
    assert act(yann, SOPHIE, "confirmer").status_code == 303
    assert enters(at_work, again)


def reset(at_work: House, of: str, asker: Browser, second: Browser) -> dict[str, str]:
    """Deletes the factors of somebody, by two. Returns the form of the second one."""
    where, sent = f"/equipe/{at_work.people[of]}/compte", {"command_id": str(uuid4())}
    asker.post(f"{where}/demander-moyens", data={"command_id": str(uuid4())})
    assert second.post(f"{where}/effacer-moyens", data=sent).headers["Location"].startswith("/equipe/")
    return sent


def test_one_person_alone_deletes_no_new_factors(
    at_work: House, helene: Browser, yann: Browser, tarbes: House, site: Site
) -> None:
    """L'Aigle reset the factors of Sophie. She works at Tarbes now, with new ones."""
    first_visit(at_work, site, SOPHIE)
    same_form = reset(at_work, SOPHIE, helene, yann)
    at_work.pass_by(minutes=5)
    sophie = Browser(at_work)
    assert answered(sophie, invited(tarbes, site, SOPHIE)).headers["Location"] == "/"
    for one, sent in ((yann, same_form), (yann, {"command_id": str(uuid4())}), (helene, {"command_id": str(uuid4())})):
        one.post(f"/equipe/{at_work.people[SOPHIE]}/compte/effacer-moyens", data=sent)
        assert account_of(at_work, site, SOPHIE).is_complete
    tick_site(at_work.host, site)
    assert account_of(at_work, site, SOPHIE).is_complete
    assert sophie.get("/compte").status_code == 200


def test_one_person_alone_wakes_no_membership(
    at_work: House, helene: Browser, yann: Browser, tarbes: House, site: Site
) -> None:
    """Sophie was cut off and given back by two. Later Tarbes reset her factors: her membership of L'Aigle sleeps."""
    first_visit(at_work, site, SOPHIE)
    for one, action in ((helene, "couper"), (helene, "demander-retour")):
        act(one, SOPHIE, action)
    where, same_form = f"/equipe/{at_work.people[SOPHIE]}/compte/rendre", {"command_id": str(uuid4())}
    assert yann.post(where, data=same_form).status_code == 303
    here, member_here = at_work.served.opened.id, at_work.people[SOPHIE]
    assert memberships.of_member(site.store, here, member_here).is_open
    at_work.pass_by(minutes=5)
    memberships.sleep_elsewhere(site.store, account_of(at_work, site, SOPHIE).id, tarbes.served.opened.id)
    for one, sent in ((yann, same_form), (yann, {"command_id": str(uuid4())}), (helene, {"command_id": str(uuid4())})):
        one.post(where, data=sent)
        tick_site(at_work.host, site)
        assert not memberships.of_member(site.store, here, member_here).is_open


def test_a_restored_backup_of_accounts_brings_no_lost_factor_back(
    at_work: House, helene: Browser, yann: Browser, site: Site, tmp_path: Path
) -> None:
    """An older backup of the accounts knows the factors that two people deleted since, and nothing of a suspension."""
    for who in (SOPHIE, PAUL):
        first_visit(at_work, site, who)
    before = account_backups.back_up(site.store, tmp_path / "backups")
    at_work.pass_by(minutes=5)
    reset(at_work, SOPHIE, helene, yann)
    act(helene, PAUL, "couper")
    with site.store.write() as lost:
        for table in metadata.sorted_tables:
            lost.execute(delete(table))
    account_backups.restore(site.store, before)
    assert account_of(at_work, site, SOPHIE).is_complete
    tick_site(at_work.host, site)
    assert not account_of(at_work, site, SOPHIE).is_complete
    known = memberships.of_member(site.store, at_work.served.opened.id, at_work.people[PAUL])
    assert not known.is_open


def test_a_restored_backup_opens_no_access(at_work: House, helene: Browser, yann: Browser, site: Site) -> None:
    """The events of before a departure or a suspension come back; the accounts store is as it was."""
    for who in ("Nadia Benali", "Paul Rey"):
        member(at_work, who)
    act(helene, "Nadia Benali", "couper")
    at_work.says(HELENE, decisions.suspend_account, {"staff": at_work.people[SOPHIE]}, reason="colleague")
    at_work.says(YANN, membership.record_departure, {"staff": at_work.people["Paul Rey"]}, last_day=at_work.today)
    at_work.pass_by(days=1)
    at_work.served.read()
    tick_site(at_work.host, site)
    for who in ("Nadia Benali", "Paul Rey"):
        known = memberships.of_member(site.store, at_work.served.opened.id, at_work.people[who])
        assert not known.is_open, f"{who}: an old backup knows nothing of it"


def test_an_invitation_of_somebody_suspended_meanwhile_opens_nothing(at_work: House, site: Site) -> None:
    first_visit(at_work, site, HELENE)
    sophie, token = Browser(at_work), invited(at_work, site, SOPHIE)
    sophie.get(f"/invitation/{token}")
    sophie.choose_factors()
    at_work.says(HELENE, decisions.suspend_account, {"staff": at_work.people[SOPHIE]}, reason="colleague")
    at_work.served.read()
    assert sophie.post("/invitation/accepter").status_code == 410
    assert SESSION not in sophie.cookies
    assert memberships.of_member(site.store, at_work.served.opened.id, at_work.people[SOPHIE]) is None


def test_a_departure_taken_back_in_time_closes_no_account(at_work: House, site: Site) -> None:
    for who in (HELENE, YANN):
        first_visit(at_work, site, who)
    sophie = first_visit(at_work, site, SOPHIE)
    person = {"staff": at_work.people[SOPHIE]}
    at_work.says(HELENE, decisions.confirm_account, person)
    at_work.says(YANN, membership.record_departure, person, last_day=at_work.today.replace(day=20), anyway=True)
    at_work.says(YANN, membership.undo_departure, person)
    at_work.served.read()
    assert sophie.get("/boite").status_code == 200


def test_a_session_of_nobody_is_sent_away(at_work: House, tarbes: House, site: Site) -> None:
    """An older backup knows neither the member nor the structure of a session."""
    account = accounts.create(site.store, "parti@exemple.fr").id
    for structure in (at_work.served.opened.id, uuid4()):
        of = memberships.accept(site.store, account, structure, uuid4())
        for then in (sessions.touch, lock):
            one = signed_in(at_work, of, then)
            for path in ("/boite", "/attente", "/verrou", "/compte", "/reprise/x"):
                assert one.get(path).headers["Location"].startswith("/connexion"), path
            assert one.get("/connexion").status_code == 200
            assert one.post("/verrou/mot-de-passe", data={}).headers["Location"] == "/connexion"


def test_a_flow_enters_once(at_work: House, site: Site) -> None:
    first_visit(at_work, site, HELENE)
    account = account_of(at_work, site, HELENE)
    token = sign_in.begin(site.store, sign_in.Flow("password", account.id, proved=True))
    entered = [browser(at_work, {"__Host-pixflow-flow": token}).post("/premiere-visite/suite") for _ in range(2)]
    assert [SESSION in one.cookies for one in entered] == [True, False]


def test_an_invitation_taken_back_bars_no_way_in(at_work: House, helene: Browser, tarbes: House, site: Site) -> None:
    """The browser that opened it signs in to what it has."""
    helene.get(f"/invitation/{invited(tarbes, site, SOPHIE)}")
    invitations.withdraw(site.store, tarbes.served.opened.id, tarbes.people[SOPHIE])
    assert helene.sign_in(address(at_work, HELENE)).headers["Location"] == "/boite"


def test_a_recovery_code_enrols_before_an_invitation_is_accepted(
    at_work: House, helene: Browser, tarbes: House, site: Site
) -> None:
    code = recovery.renew(site.store, account_of(at_work, site, HELENE).id)[0]
    helene.get(f"/invitation/{invited(tarbes, site, SOPHIE)}")
    helene.send_password(HELENE)
    assert helene.post("/connexion/secours", data={"recovery": code}).headers["Location"] == "/premiere-visite"
    helene.enrol_application()
    assert helene.post("/premiere-visite/suite").headers["Location"] == "/invitation/accepter"
    assert helene.post("/invitation/accepter").headers["Location"] == "/"

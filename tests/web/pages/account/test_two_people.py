"""Accounts that two people give: invited by one, confirmed by another, closed by one, opened again by two."""

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pixflow.store import StoreBusy
from pixflow.team import membership
from tests.web.client import words
from tests.web.filled import hire, texts
from tests.web.pages.account.conftest import HELENE, NADIA, SOPHIE, URL, YANN, Browser, account_of, address, first_visit
from tests.web.paths import House
from web.accounts import accounts
from web.accounts.site import Site
from web.cli.server import tick_site
from web.hosting import mail
from web.hosting.mail import Mail

CHLOE = "Chloé Martin"


@pytest.fixture(autouse=True)
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mails that leave, as files."""
    folder = tmp_path / "mails"
    outbox = mail.folder_outbox(folder, "pixflow@exemple.fr")
    monkeypatch.setattr("web.pages.team.member.outbox_for", lambda *_, **__: outbox)
    return folder


def act(browser: Browser, who: str, name: str) -> Any:
    return browser.post(f"/equipe/{browser.at_work.people[who]}/compte/{name}", data={"command_id": str(uuid4())})


def link(box: Path) -> tuple[str, str]:
    """To whom the last mail went, and the path of its link."""
    last = max(box.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    message = message_from_bytes(last.read_bytes(), policy=policy.default)
    text = message.get_content()
    return str(message["To"]), next(word for word in text.split() if "/invitation/" in word).partition(".fr")[2]


def buttons(browser: Browser, who: str) -> list[str]:
    return texts(browser.get(f"/equipe/{browser.at_work.people[who]}").text, "[aria-labelledby=compte] button")


def test_a_manager_invites_and_another_confirms(at_work: House, helene: Browser, yann: Browser, box: Path) -> None:
    assert buttons(helene, NADIA) == ["Inviter à se connecter"]
    assert act(helene, NADIA, "inviter").status_code == 303
    to, path = link(box)
    assert to == address(at_work, NADIA)
    (sent,) = (message_from_bytes(one.read_bytes(), policy=policy.default) for one in box.iterdir())
    assert at_work.served.refs.structure.name in str(sent["From"]), "as in every e-mail"
    nadia = Browser(at_work)
    assert "Bienvenue, Nadia Benali" in words(nadia.get(path).text)
    nadia.choose_factors()
    assert nadia.post("/invitation/accepter").headers["Location"] == "/"
    for path in ("/", "/boite", "/dossiers", "/equipe", "/compte"):
        assert nadia.get(path).headers["Location"] == "/attente"
    waits = words(nadia.get("/attente").text)
    assert ("Yann Le Goff" in waits, "Hélène Morin" in waits) == (True, False), "who invited does not confirm"
    assert "Confirmer le compte" not in buttons(helene, NADIA), "who invited is not the second person"
    assert act(helene, NADIA, "confirmer").status_code == 422
    assert "Nadia Benali : un compte attend une deuxième personne." in words(yann.get("/equipe").text)
    assert act(yann, NADIA, "confirmer").status_code == 303
    assert nadia.get("/boite").status_code == 200
    assert nadia.get("/attente").headers["Location"] == "/"


def test_nobody_decides_of_their_own_account(at_work: House, helene: Browser, site: Site) -> None:
    assert buttons(helene, HELENE) == []
    for name in ("inviter", "confirmer", "couper", "rendre", "demander-retour", "effacer-moyens", "demander-moyens"):
        assert act(helene, HELENE, name).status_code == 422, name
    nadia = first_visit(at_work, site, NADIA)
    for name in ("inviter", "confirmer", "couper", "retirer"):
        assert act(nadia, SOPHIE, name).status_code in (303, 403), name
    assert not at_work.served.refs.team[at_work.people[SOPHIE]].access.invited_by


def test_one_closes_an_account_and_two_open_it(at_work: House, helene: Browser, yann: Browser, site: Site) -> None:
    nadia = first_visit(at_work, site, NADIA, by=HELENE)
    act(yann, NADIA, "confirmer")
    assert nadia.get("/boite").status_code == 200
    assert act(helene, NADIA, "couper").status_code == 303
    assert nadia.get("/boite").headers["Location"].startswith("/connexion")
    answer = nadia.sign_in(address(at_work, NADIA))
    assert "Ce compte n’a plus accès à aucune structure" in words(answer.text)
    assert act(helene, NADIA, "rendre").status_code == 422
    act(helene, NADIA, "demander-retour")
    assert act(helene, NADIA, "rendre").status_code == 422, "who asks is not the second person"
    assert "Rendre l’accès" in buttons(yann, NADIA)
    assert act(yann, NADIA, "rendre").status_code == 303
    assert nadia.sign_in(address(at_work, NADIA)).headers["Location"] == "/boite"


def test_a_departure_of_today_offers_to_close_the_account_at_once(
    at_work: House, helene: Browser, yann: Browser, site: Site
) -> None:
    nadia, page = first_visit(at_work, site, NADIA, by=HELENE), f"/equipe/{at_work.people[NADIA]}"
    act(yann, NADIA, "confirmer")
    cut = "Couper l’accès maintenant"
    departure = "[aria-labelledby=depart]"
    assert (cut in buttons(helene, NADIA), cut in texts(helene.get(page).text, f"{departure} button")) == (True, False)
    sent = {"command_id": str(uuid4()), "last_day": at_work.today.isoformat()}
    assert helene.post(f"{page}/leave", data=sent).status_code == 303
    assert nadia.get("/boite").status_code == 200, "until the end of the day"
    shown = helene.get(page).text
    assert (cut in buttons(helene, NADIA), cut in texts(shown, f"{departure} button")) == (False, True), "once"
    assert "la personne entre encore" in words(shown)
    assert act(helene, NADIA, "couper").status_code == 303
    assert nadia.get("/boite").headers["Location"].startswith("/connexion")
    shown = helene.get(page).text
    assert (cut in texts(shown, f"{departure} button"), "la personne entre encore" in words(shown)) == (False, False)


def test_the_last_manager_is_not_closed_by_a_colleague_alone(helene: Browser, yann: Browser) -> None:
    assert act(yann, HELENE, "couper").status_code == 422
    assert helene.get("/boite").status_code == 200


def test_lost_factors_are_deleted_by_two(at_work: House, helene: Browser, yann: Browser, site: Site, box: Path) -> None:
    nadia = first_visit(at_work, site, NADIA, by=HELENE)
    act(yann, NADIA, "confirmer")
    act(helene, NADIA, "demander-moyens")
    assert act(helene, NADIA, "effacer-moyens").status_code == 422
    assert nadia.get("/boite").status_code == 200
    assert act(yann, NADIA, "effacer-moyens").status_code == 303
    assert nadia.get("/boite").status_code == 303
    assert not account_of(at_work, site, NADIA).is_complete
    said = words(helene.get(f"/equipe/{at_work.people[NADIA]}").text)
    assert "Ses moyens d’entrer sont effacés : à réinviter." in said
    assert act(helene, NADIA, "inviter").status_code == 303
    assert "Bienvenue" in Browser(at_work).get(link(box)[1]).text


@pytest.mark.parametrize("by_form", [True, False])
def test_a_reset_that_was_cut_off_is_finished_by_the_same_form_or_by_the_clock(
    at_work: House, helene: Browser, yann: Browser, site: Site, monkeypatch: pytest.MonkeyPatch, *, by_form: bool
) -> None:
    first_visit(at_work, site, NADIA, by=HELENE)
    act(helene, NADIA, "demander-moyens")
    where, sent = f"/equipe/{at_work.people[NADIA]}/compte/effacer-moyens", {"command_id": str(uuid4())}
    with monkeypatch.context() as cut:
        cut.setattr(accounts, "forget_factors", cut_off)
        assert yann.post(where, data=sent).status_code == 503
    assert account_of(at_work, site, NADIA).is_complete, "the store was not reached"
    if by_form:
        assert yann.post(where, data=sent).status_code == 303
    else:
        tick_site(at_work.host, site)
    assert not account_of(at_work, site, NADIA).is_complete


def cut_off(*_: object) -> None:
    raise StoreBusy("the accounts store does not answer")


def test_who_comes_back_is_invited_again(at_work: House, helene: Browser, yann: Browser, site: Site) -> None:
    nadia = first_visit(at_work, site, NADIA, by=HELENE)
    act(yann, NADIA, "confirmer")
    streams = {"staff": at_work.people[NADIA]}
    at_work.says(HELENE, membership.record_departure, streams, last_day=at_work.today)
    assert nadia.get("/boite").status_code == 200, "the last day is a day of work"
    at_work.pass_by(days=1)
    assert nadia.get("/boite").status_code == 303
    at_work.says(HELENE, membership.undo_departure, streams)
    assert Browser.sign_in(nadia, address(at_work, NADIA)).status_code == 422
    assert helene.sign_in(address(at_work, HELENE)).headers["Location"] == "/boite"
    assert buttons(helene, NADIA) == ["Inviter à se connecter"]


def test_a_mail_that_does_not_leave_is_said(at_work: House, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise OSError("no server")

    helene = first_visit(at_work, site, HELENE)
    monkeypatch.setattr("web.pages.team.member.outbox_for", lambda *_, **__: broken)
    assert "le courriel n’est pas parti" in words(act(helene, NADIA, "inviter").text)
    monkeypatch.setattr("web.pages.team.member.outbox_for", lambda *_, **__: None)
    head = at_work.served.engine.head()
    assert "« pixflow account invite »" in words(act(helene, SOPHIE, "inviter").text)
    assert at_work.served.engine.head() == head


def test_an_invitation_is_taken_back(at_work: House, helene: Browser, box: Path) -> None:
    act(helene, NADIA, "inviter")
    assert buttons(helene, NADIA)[-1] == "Retirer l’invitation"
    act(helene, NADIA, "retirer")
    assert Browser(at_work).get(link(box)[1]).status_code == 410


def test_the_attack_of_december(at_work: House, site: Site, box: Path) -> None:
    """A stolen administrator makes two accounts with every role, and reads nothing."""
    dossier = at_work.opened()
    helene = first_visit(at_work, site, HELENE)
    thief = first_visit(at_work, site, YANN)
    for name in ("Un Faux", "Deux Faux"):
        sent = {"command_id": str(uuid4()), "name": name, "email": f"{name[:2].lower()}@voleur.example"}
        every = ["advisor", "referent", "manager", "auditor", "administrator"]
        where = thief.post("/equipe/nouveau", data={**sent, "roles": every}).headers["Location"]
        at_work.people[name] = next(id for id, one in at_work.served.refs.team.items() if one.name == name)
        assert where.startswith(f"/equipe/{at_work.people[name]}")
        assert act(thief, name, "inviter").status_code == 303
    fakes = []
    for name in ("Un Faux", "Deux Faux"):
        fake = Browser(at_work)
        paths = [path for path in box.iterdir() if f"To: {name[:2].lower()}@" in path.read_text()]
        text = message_from_bytes(paths[0].read_bytes(), policy=policy.default).get_content()
        fake.get(next(word for word in text.split() if "/invitation/" in word).partition(".fr")[2])
        secret = "un voleur de passage"
        fake.choose_factors(secret)
        assert fake.post("/invitation/accepter").headers["Location"] == "/"
        fakes.append(fake)
    for browser in (thief, *fakes):
        for one in ("Un Faux", "Deux Faux", YANN):
            act(browser, one, "confirmer")
            for role in ("referent", "manager", "auditor"):
                browser.post(f"/equipe/{at_work.people[one]}/confirm", data={"command_id": str(uuid4()), "role": role})
        for path in (f"/dossiers/{dossier}", f"/rejouer/{dossier}", "/dossiers", "/rejouer", "/journal", "/boite"):
            answer = browser.get(path)
            assert answer.status_code in (303, 403, 404) or "Diallo" not in answer.text, path
            assert "Diallo" not in answer.text
    assert "Deux Faux : un compte attend une deuxième personne." in words(helene.get("/equipe").text)
    alarms: list[Mail] = []
    at_work.day(at_work.today, hour=22)
    at_work.served.tick(alarms.append, URL)
    assert {mail.to for mail in alarms} == {address(at_work, HELENE)}, "at night, and not to the thief"
    for name in ("Un Faux", "Deux Faux"):
        assert [name in mail.text for mail in alarms].count(True) == 2, "their roles, and their account"
    assert all(YANN in mail.text for mail in alarms if "rôle" in mail.subject)


def test_an_account_of_another_structure_joins_with_both_factors(
    at_work: House, helene: Browser, site: Site, box: Path
) -> None:
    hire(at_work, CHLOE, "advisor", of_site="L’Aigle")
    act(helene, CHLOE, "inviter")
    _, path = link(box)
    sophie = first_visit(at_work, site, SOPHIE)
    other = Browser(at_work, sophie.seed)
    other.get(path)
    assert "Connectez-vous avec votre compte pour rejoindre" in words(other.get("/connexion").text)
    assert other.sign_in(address(at_work, SOPHIE)).headers["Location"] == "/invitation/accepter"
    assert "Rejoindre" in words(other.get("/invitation/accepter").text)
    sophie.get(path)
    asked = words(sophie.get("/connexion").text)
    assert "Connectez-vous avec votre compte pour rejoindre" in asked, "signed in already, one proves it again"
    assert sophie.get("/boite").status_code == 200, "the session goes on meanwhile"

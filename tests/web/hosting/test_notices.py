"""E-mails: sent once, to the right people, with counts and no names."""

import re
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest

from pixflow.actor import OPERATOR, SITE, Actor
from pixflow.dossier import follow_up
from pixflow.dossier.assignment import break_glass
from pixflow.dossier.privacy import request_erasure
from pixflow.ledger.verify import checkpoint
from pixflow.team import accounts
from pixflow.team import membership as roles
from pixflow.team.absences import declare_absence
from pixflow.team.notices import stream_of
from tests import erasures
from tests.ledger.registers import key_of
from tests.web.arranged import scheduled, seat
from tests.web.filled import auditor_gone, hire
from tests.web.paths import House, house
from tests.web.tags import parsed
from web.accounts.site import Site
from web.accounts.store import open_accounts
from web.cli import server
from web.cli.server import tick_all
from web.hosting.mail import Mail, message, outbox_for, smtp_outbox
from web.hosting.settings import Settings

NADIA, PAUL, SOPHIE, SAMIR = "Nadia Benali", "Paul Rey", "Sophie Lecomte", "Samir Haddad"
HELENE, YANN = "Hélène Morin", "Yann Le Goff"
MONDAY = date(2026, 3, 16)
ID = re.compile("[0-9a-f-]{36}")
URL = "http://127.0.0.1:8000"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, MONDAY) as made:
        auditor_gone(made)
        yield made


class Kept:
    """An outbox that keeps what leaves, or cannot send."""

    def __init__(self, *, broken: bool = False) -> None:
        self.mails: list[Mail] = []
        self.broken = broken

    def __call__(self, mail: Mail) -> None:
        if self.broken:
            raise ConnectionRefusedError("no server")
        self.mails.append(mail)

    def to(self, name: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.to == f"{name.split()[0].lower()}@exemple.fr"]


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def tick(at_work: House, outbox: Any) -> int:
    return at_work.served.tick(outbox, URL).sent


def ticked(at_work: House) -> Kept:
    """Ticks once, and returns what left."""
    kept = Kept()
    tick(at_work, kept)
    return kept


def test_each_gets_one_digest_a_day_with_counts_and_no_name(at_work: House) -> None:
    at_work.opened()
    at_work.opened(first="Hugo", last="Masson")
    at_work.scored(first="Léa", last="Petit")
    kept = Kept()
    assert tick(at_work, kept) == 2
    assert tick(at_work, kept) == 0
    (nadia,), (sophie,) = kept.to(NADIA), kept.to(SOPHIE)
    assert plain(nadia.subject) == "pixflow : 2 tâches à faire"
    assert "2 présentations de Pix à faire" in plain(nadia.text)
    assert f"{URL}/boite" in plain(nadia.text)
    assert "1 résultat à transmettre" in plain(sophie.text)
    written = ID.sub("", " ".join(mail.subject + mail.text for mail in kept.mails))
    assert not [word for word in ("Aminata", "Diallo", "Masson", "Petit", "40", "%") if word in written]


def test_a_second_clock_at_the_same_time_sends_nothing(at_work: House) -> None:
    """Two that serve on PostgreSQL, or `pixflow tick` beside `serve`."""
    at_work.opened()
    kept, others = Kept(), []

    def leaves(mail: Mail) -> None:
        others.append(tick(at_work, kept))
        kept(mail)

    assert tick(at_work, leaves) == 1
    assert (others, len(kept.mails)) == ([0], 1)


def test_the_next_morning_another_one_leaves_and_late_is_said(at_work: House) -> None:
    at_work.opened()
    kept = ticked(at_work)
    at_work.day(date(2026, 4, 10), 6)
    assert tick(at_work, kept) == 1
    assert plain(kept.mails[-1].subject).endswith("1 tâche à faire, dont 1 en retard")


@pytest.mark.parametrize(("day", "hour"), [(date(2026, 3, 17), 5), (date(2026, 3, 21), 9), (date(2026, 5, 1), 9)])
def test_none_leaves_before_the_morning_nor_on_a_day_off(at_work: House, day: date, hour: int) -> None:
    at_work.opened()
    at_work.day(day, hour)
    assert tick(at_work, Kept()) == 0


@pytest.mark.parametrize(("hour", "leaves"), [(18, 1), (19, 0), (23, 0)])
def test_none_leaves_at_night(at_work: House, hour: int, leaves: int) -> None:
    """Paris is an hour ahead of UTC: none from 20:00."""
    at_work.opened()
    at_work.day(MONDAY, hour)
    assert tick(at_work, Kept()) == leaves


def test_who_is_away_gets_nothing_and_their_deputy_reads_it_apart(at_work: House) -> None:
    at_work.opened()
    at_work.opened(first="Hugo", last="Masson", advisor=PAUL)
    away(at_work, NADIA, deputy=PAUL)
    kept = ticked(at_work)
    assert kept.to(NADIA) == []
    (mail,) = kept.to(PAUL)
    assert plain(mail.subject) == "pixflow : 2 tâches à faire"
    own, theirs = plain(mail.text).split("Pour Nadia Benali, en son absence :")
    for part in (own, theirs):
        assert part.count("1 présentation de Pix à faire") == 1


def test_a_deputy_who_is_away_too_gets_nothing(at_work: House) -> None:
    at_work.opened()
    away(at_work, PAUL)
    kept = ticked(at_work)
    assert kept.to(PAUL) == []
    assert len(kept.to(NADIA)) == 1


def test_each_line_leads_to_its_tasks(at_work: House) -> None:
    at_work.opened()
    at_work.presented(first="Hugo", last="Masson")
    at_work.opened(first="Inès", last="Roy", advisor=PAUL)
    at_work.scored(first="Léa", last="Petit")
    away(at_work, NADIA, deputy=PAUL)
    kept = ticked(at_work)
    for name in (PAUL, SOPHIE):
        (mail,) = kept.to(name)
        lines = [line for line in plain(mail.text).splitlines() if line.startswith("- ")]
        assert lines
        for line in lines:
            count, link = int(line.split()[1]), line.split()[-1].removeprefix(URL)
            page = at_work.client(name).get(link)
            assert page.status_code == 200
            assert len(parsed(page.text).select("li.item[id]")) == count, (link, line)


def test_every_mail_names_the_structure(at_work: House) -> None:
    at_work.opened()
    kept = ticked(at_work)
    for mail in kept.mails:
        assert mail.structure == "Mission locale de L’Aigle – Mortagne"
        assert mail.text.endswith("\n-- \npixflow, Mission locale de L’Aigle – Mortagne\n")


def away(at_work: House, name: str, deputy: str = "", by: str = "") -> None:
    """Somebody is absent on that Monday, and declares it, or somebody else does."""
    person, stands_in = at_work.people[name], at_work.people[deputy] if deputy else None
    context = {"absence": uuid4(), "person": person, "team": at_work.served.refs.team}
    said = {"first": MONDAY, "last": MONDAY, "deputy": stands_in, "context": context}
    at_work.says(by or name, declare_absence, {"staff": person}, **said)


def test_who_has_nothing_to_do_gets_nothing(at_work: House) -> None:
    assert tick(at_work, Kept()) == 0


def test_a_facilitator_is_told_of_their_workshop(at_work: House) -> None:
    samir = hire(at_work, SAMIR, "facilitator")
    seat(at_work, scheduled(at_work, facilitators=(samir,)), at_work.opened(advisor=None))
    kept = ticked(at_work)
    (mail,) = [mail for mail in kept.mails if mail.to == at_work.served.refs.team[samir].email]
    assert "1 présence à noter" in plain(mail.text)


def test_a_task_handed_to_a_referent_is_told_beside_the_piles(at_work: House) -> None:
    dossier = at_work.opened()
    at_work.scored(first="Léa", last="Petit")
    at_work.on(dossier, follow_up.hand_over_task, task="present-pix", to=at_work.people[SOPHIE], until=None, note="")
    kept = Kept()
    assert tick(at_work, kept) == 1
    assert plain(kept.to(SOPHIE)[0].subject) == "pixflow : 2 tâches à faire"


def test_a_deputy_is_told_of_the_piles_of_whom_they_stand_in_for(at_work: House) -> None:
    at_work.opened(advisor=None)
    other = hire(at_work, "Inès Kowalski", "referent")
    away(at_work, SOPHIE, deputy="Inès Kowalski")
    kept = ticked(at_work)
    (mail,) = [mail for mail in kept.mails if mail.to == at_work.served.refs.team[other].email]
    assert "1 dossier à affecter" in plain(mail.text)


def test_what_could_not_leave_is_tried_again(at_work: House) -> None:
    at_work.opened()
    assert tick(at_work, Kept(broken=True)) == 0
    assert at_work.served.engine.history(stream_of(at_work.people[NADIA])) == []
    assert tick(at_work, Kept()) == 1


def test_the_message_is_dated_by_the_clock_of_the_structure(at_work: House) -> None:
    """Its travel is tested in test_mail.py."""
    at_work.opened()
    (mail,) = ticked(at_work).mails
    sent = message(mail, "pixflow@exemple.fr")
    assert sent["To"] == "nadia@exemple.fr"
    assert sent["Date"] == "Mon, 16 Mar 2026 09:12:00 +0000"
    assert "Votre boîte du lundi 16 mars" in plain(sent.get_content())


def test_a_server_that_is_not_there_is_said_in_the_log_without_a_name(
    at_work: House, caplog: pytest.LogCaptureFixture
) -> None:
    at_work.opened()
    assert tick(at_work, smtp_outbox(Settings(smtp="smtp://127.0.0.1:9", sender="pixflow@exemple.fr"))) == 0
    assert "a notice could not leave: ConnectionRefusedError" in caplog.text
    assert "nadia" not in caplog.text


def test_a_demo_writes_files_that_only_their_owner_reads(at_work: House, tmp_path: Path) -> None:
    at_work.opened()
    outbox = outbox_for(Settings(smtp=""), tmp_path, demo=True)
    assert outbox is not None
    assert tick(at_work, outbox) == 1
    (file,) = (tmp_path / "notices").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"nadia@exemple.fr" in file.read_bytes()


def test_its_link_leads_to_the_address_that_is_served_unless_another_is_set(at_work: House) -> None:
    at_work.opened()
    tick_all(at_work.host, Settings(url=""), 8123)
    (file,) = (at_work.served.opened.folder / "notices").iterdir()
    assert "http://127.0.0.1:8123/boite" in file.read_text()
    assert Settings(url="https://pixflow.exemple.fr").pages(8123) == "https://pixflow.exemple.fr"


def test_where_people_sign_in_its_link_leads_to_the_host_of_their_session(at_work: House) -> None:
    at_work.opened()
    store = open_accounts(at_work.served.opened.folder, None, create=True)
    assert store
    at_work.host.site = Site(store, "http://localhost:8123")
    tick_all(at_work.host, Settings(url=""), 8123)
    store.close()
    (file,) = (at_work.served.opened.folder / "notices").iterdir()
    assert "http://localhost:8123/boite" in file.read_text()


def test_without_a_server_and_outside_a_demo_nothing_leaves(tmp_path: Path) -> None:
    assert outbox_for(Settings(smtp=""), tmp_path, demo=False) is None


def test_a_young_person_received_by_a_colleague_is_told_at_once_without_a_name(at_work: House) -> None:
    """To the advisor and the référents, once each, the next morning when it is late."""
    dossier = at_work.opened()
    at_work.day(MONDAY, 20)
    at_work.on(dossier, break_glass, PAUL, reason="Nadia est en formation", context={"nth": 1})
    kept = Kept()
    assert tick(at_work, kept) == 0
    at_work.day(date(2026, 3, 17), 7)
    tick(at_work, kept)
    tick(at_work, kept)
    told = [mail for mail in kept.mails if "accueil" in mail.subject]
    assert sorted(mail.to for mail in told) == ["nadia@exemple.fr", "sophie@exemple.fr"]
    assert all(PAUL in mail.text and f"{URL}/dossiers/{dossier}" in mail.text for mail in told)
    assert not [mail for mail in told if "Diallo" in mail.text or "formation" in mail.text]


def test_the_deputy_of_an_absent_advisor_is_told_of_a_reception(at_work: House) -> None:
    hire(at_work, SAMIR, "advisor")
    dossier = at_work.opened()
    away(at_work, NADIA, deputy=SAMIR)
    at_work.on(dossier, break_glass, PAUL, reason="à l’accueil", context={"nth": 1})
    kept = ticked(at_work)
    deputy = at_work.served.refs.team[at_work.people[SAMIR]].email
    assert {mail.to for mail in kept.mails if "accueil" in mail.subject} == {deputy, "sophie@exemple.fr"}


def test_an_absence_that_somebody_else_declared_is_told_once_to_the_absent_person(at_work: House) -> None:
    """Absent already or not: whoever uses a stolen account as a référent reads as the deputy."""
    away(at_work, NADIA, deputy=SOPHIE, by=SOPHIE)
    away(at_work, PAUL)
    kept = ticked(at_work)
    tick(at_work, kept)
    (mail,) = (mail for mail in kept.mails if "absence est notée" in plain(mail.subject))
    assert mail.to == "nadia@exemple.fr"
    assert f"{SOPHIE} a noté une absence à votre nom" in plain(mail.text)
    assert f"{URL}/equipe/{at_work.people[NADIA]}\n" in mail.text
    at_work.day(date(2026, 3, 17), 7)
    paul, day = at_work.people[PAUL], date(2026, 3, 18)
    at_work.served.engine.execute(
        {"staff": paul}, declare_absence, by=Actor(OPERATOR), command_id=uuid4(), first=day, last=day, deputy=None,
        context={"absence": uuid4(), "person": paul, "team": at_work.served.refs.team},
    )  # fmt: skip
    tick(at_work, kept)
    assert [mail.to for mail in kept.mails if "L’exploitant a noté" in plain(mail.text)] == ["paul@exemple.fr"]


def test_who_may_be_the_second_person_is_told_once_of_what_waits(at_work: House) -> None:
    """At night too: a role that reads everything, or a stolen account that gives one."""
    hire(at_work, "Ange Faux", "advisor")
    at_work.day(MONDAY, 23)
    person = {"staff": at_work.people["Ange Faux"]}
    at_work.says(YANN, roles.change_roles, person, roles=("advisor", "referent", "manager"))
    kept, others = Kept(), []

    def leaves(mail: Mail) -> None:
        others.append(at_work.served.alarm(kept, URL))
        kept(mail)

    assert (tick(at_work, leaves), tick(at_work, kept)) == (1, 0)
    assert others == [0], "another process looks for alarms meanwhile"
    (mail,) = kept.mails
    assert mail.to == "helene@exemple.fr"
    assert plain(mail.subject) == "pixflow : un rôle attend une deuxième personne"
    assert "Yann Le Goff a donné à Ange Faux : référent·e Pix, direction." in plain(mail.text)
    assert f"{URL}/equipe/{at_work.people['Ange Faux']}" in mail.text
    at_work.says(HELENE, roles.confirm_role, person, role="manager")
    assert tick(at_work, kept) == 0, "what still waits was said"
    at_work.says(HELENE, roles.change_roles, person, roles=("advisor",))
    at_work.says(HELENE, roles.change_roles, person, roles=("advisor", "referent"))
    kept = ticked(at_work)
    waits = [mail.to for mail in kept.mails if "deuxième personne" in plain(mail.subject)]
    assert waits == ["yann@exemple.fr"], "to whom has not given it"
    ended = {mail.to for mail in kept.mails if "Hélène Morin a retiré un rôle à Ange Faux." in plain(mail.text)}
    assert ended == {"helene@exemple.fr", "yann@exemple.fr", at_work.served.refs.team[person["staff"]].email}
    assert (len(kept.mails), tick(at_work, kept)) == (4, 0), "of two roles that end by one form, one e-mail"


class HalfAMinute(Event):
    """Ends a loop of periodic jobs that has waited for half a minute."""

    waited = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.waited += timeout or 0
        return self.waited > 30


def test_an_alarm_leaves_within_half_a_minute_and_the_absence_of_the_direction_hides_none(at_work: House) -> None:
    """A stolen administrator declares that the direction is away, then gives a role."""
    hire(at_work, "Ange Faux", "advisor")
    absent = {"absence": uuid4(), "first": MONDAY, "last": MONDAY, "deputy": None}
    at_work.says(YANN, declare_absence, {"staff": at_work.people[HELENE]}, **absent)
    at_work.says(YANN, roles.change_roles, {"staff": at_work.people["Ange Faux"]}, roles=("advisor", "referent"))
    for job, seconds in server.jobs_of():
        server.repeat(partial(job, at_work.host, Settings(), 8000), seconds, HalfAMinute())
    sent = (at_work.served.opened.folder / "notices").glob("second-person-*")
    assert [message_from_bytes(file.read_bytes())["To"] for file in sent] == ["helene@exemple.fr"]


def test_what_is_confirmed_before_the_minute_is_over_tells_nobody(at_work: House) -> None:
    hire(at_work, "Ange Faux", "advisor")
    at_work.day(MONDAY, 23)
    person = {"staff": at_work.people["Ange Faux"]}
    at_work.says(YANN, roles.change_roles, person, roles=("advisor", "referent"))
    at_work.says(HELENE, roles.confirm_role, person, role="referent")
    assert tick(at_work, Kept()) == 0


def test_an_account_that_waits_is_told_to_who_may_confirm_it(at_work: House) -> None:
    at_work.day(MONDAY, 23)
    person = {"staff": at_work.people[PAUL]}
    at_work.says(HELENE, accounts.invite_account, person)
    assert tick(at_work, Kept()) == 0, "not before it is opened"
    at_work.says(SITE, accounts.open_account, person, way="passkey")
    kept = Kept()
    assert tick(at_work, kept) == 1
    (mail,) = kept.to(YANN)
    assert plain(mail.subject) == "pixflow : un compte attend une deuxième personne"
    assert "Paul Rey" in mail.text
    at_work.says(YANN, accounts.confirm_account, person)
    assert tick(at_work, kept) == 0


def test_every_steward_is_told_once_of_each_step_that_takes_an_account(at_work: House) -> None:
    """The one who took it is, too: somebody else may use their account. An ordinary invitation tells nobody."""
    for name in (HELENE, YANN):
        entered(at_work, name)
    person = {"staff": at_work.people[PAUL]}
    at_work.says(HELENE, accounts.invite_account, person)
    at_work.says(SITE, accounts.open_account, person, way="passkey")
    at_work.says(YANN, accounts.confirm_account, person)
    kept = Kept()
    assert tick(at_work, kept) == 0
    at_work.day(MONDAY, 23)
    for by, decide, said in (
        (YANN, accounts.request_factors_reset, "Yann Le Goff demande d’effacer les moyens d’entrer de Paul Rey."),
        (HELENE, accounts.reset_factors, "Hélène Morin a effacé les moyens d’entrer de Paul Rey."),
        (YANN, accounts.invite_account, "Yann Le Goff invite à nouveau Paul Rey"),
    ):
        at_work.says(by, decide, person)
        kept = Kept()
        assert (tick(at_work, kept), tick(at_work, kept)) == (2, 0), said
        assert sorted(mail.to for mail in kept.mails) == ["helene@exemple.fr", "yann@exemple.fr"]
        assert all(said in plain(mail.text) and f"{URL}/equipe/{person['staff']}" in mail.text for mail in kept.mails)
    at_work.says(OPERATOR, accounts.suspend_account, person, reason="operator")
    kept = ticked(at_work)
    assert {"L’exploitant a coupé l’accès de Paul Rey." in plain(mail.text) for mail in kept.mails} == {True}
    at_work.says(YANN, roles.record_departure, person, last_day=at_work.today)
    kept = ticked(at_work)
    assert [mail.to for mail in kept.mails] == ["helene@exemple.fr", "yann@exemple.fr"]
    assert {"Yann Le Goff a noté le départ de Paul Rey." in plain(mail.text) for mail in kept.mails} == {True}


def entered(at_work: House, name: str) -> None:
    person = {"staff": at_work.people[name]}
    at_work.says(OPERATOR, accounts.invite_account, person)
    at_work.says(SITE, accounts.open_account, person, way="passkey")


def test_each_auditor_gets_the_checkpoint_of_the_week_once_and_is_known_to_hold_it(tmp_path: Path) -> None:
    with house(tmp_path, MONDAY) as made:
        kept = ticked(made)
        (mail,) = kept.to("Claire Vasseur")
        note = mail.text[mail.text.index("127.0.0.1:8000/demonstration/registre/") :].partition("\n-- \n")[0]
        last = checkpoint(note)
        assert f"{last.size} faits" in plain(mail.subject)
        assert last.signed_by(key_of(made.served.register))
        (holder,) = made.served.register.holders()
        assert (holder.holder, holder.size) == (str(made.people["Claire Vasseur"]), last.size)
        assert not ticked(made).mails
        made.day(date(2026, 3, 20))
        assert not ticked(made).to("Claire Vasseur")
        made.day(date(2026, 3, 23), 3)
        assert not ticked(made).to("Claire Vasseur"), "it is night"
        made.day(date(2026, 3, 23))
        assert len(ticked(made).to("Claire Vasseur")) == 1
        assert made.served.register.holders()[0].size > last.size


def test_every_steward_is_told_of_each_erasure_after_the_first_in_24_hours(at_work: House) -> None:
    kept, sophie = Kept(), Actor(str(at_work.people[SOPHIE]))
    helene = Actor(str(at_work.people[HELENE]))
    for n, hours in enumerate((0, 25, 1, 1)):
        at_work.pass_by(hours=hours)
        dossier = at_work.opened(last=f"Nommee{n}")
        at_work.served.engine.execute(
            {"dossier": dossier}, request_erasure, by=sophie, command_id=uuid4(), reason="request"
        )
        erasures.confirm(at_work.served.opened, dossier, helene)
        at_work.served.tick(kept, URL)
    told = [one for one in kept.mails if "effacements en 24 heures" in one.subject]
    assert len(told) == 2 * len({HELENE, YANN})
    assert all("Hélène Morin" in one.text and "Nommee" not in one.text for one in told)
    assert {"2e" in one.text for one in kept.to(YANN) if one in told} == {True, False}

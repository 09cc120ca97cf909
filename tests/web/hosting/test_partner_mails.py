"""E-mails to partners: what they say, when they leave, and what never leaves."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pixflow.dossier import follow_up as closing
from pixflow.dossier.stages import parcours
from pixflow.events import dossier as e
from pixflow.events.values import ContactDetails, Partner, PartnerDetails
from pixflow.partner_links import issuing
from pixflow.partner_links.issuing import promise_answer
from pixflow.partners import contacts, listing
from pixflow.tasks import of_dossier
from tests.web.pages.partner_link.conftest import ADDRESS, MONDAY, PERSONAL, URL, Referred, referred_in
from tests.web.paths import house
from web.french import health as french
from web.french import partner_links as letters
from web.hosting import mail
from web.hosting.mail import message
from web.hosting.settings import Settings


@pytest.fixture
def referred(tmp_path: Path) -> Iterator[Referred]:
    with house(tmp_path, MONDAY, url=URL) as made:
        yield referred_in(made)


def test_the_mail_says_who_writes_and_neither_who_is_referred_nor_why(referred: Referred) -> None:
    (mail,) = referred.tick()
    assert (mail.to, mail.reply_to) == (ADDRESS, "nadia@exemple.fr")
    assert "Mission locale de L’Aigle" in mail.subject
    for said in ("Nadia Benali", "16 mars 2026", "24 mars 2026", "24 mois", "Ouvrir le lien ne note rien"):
        assert said.replace(" ", "") in "".join(mail.text.split()), said
    assert [word for word in PERSONAL if word in mail.text + mail.subject + mail.name] == []
    assert mail.text.count("http") == 1
    sent = message(mail, "pixflow@exemple.fr")
    assert (sent["Reply-To"], sent["Auto-Submitted"]) == ("nadia@exemple.fr", "auto-generated")
    assert sent.get_content_type() == "text/plain"


def test_it_leaves_once_and_is_tried_again_when_the_server_is_silent(referred: Referred) -> None:
    referred.outbox.broken = True
    assert referred.tick() == []
    assert not referred.events(e.PartnerLinkMailed)
    referred.outbox.broken = False
    assert len(referred.tick()) == 1
    assert referred.tick() == []
    assert len(referred.events(e.PartnerLinkMailed)) == 1


def test_doctor_names_the_mails_that_wait_too_long(referred: Referred) -> None:
    served, at_work = referred.house.served, referred.house

    def level(smtp: str = "smtp://127.0.0.1:1") -> tuple[str, object]:
        served.read()
        found = mail.letters(served.engine, served.reads, Settings(smtp=smtp), demo=False)
        assert french.sentence(found.check, found.level, found.details)
        return found.level, found.details.get("waiting")

    referred.outbox.broken = True
    referred.tick()
    assert (level(), level(smtp="")) == (("good", 1), ("note", 1))
    at_work.day(MONDAY + timedelta(days=1))
    assert level() == ("alarm", 1)
    referred.outbox.broken = False
    referred.tick()
    assert level() == ("good", None)


def test_no_mail_for_a_link_that_opens_nothing_any_more(referred: Referred) -> None:
    referred.house.on(referred.dossier, issuing.revoke_link, referral=referred.referral)
    assert referred.tick() == []
    referred.issue("email", ADDRESS)
    referred.house.day(MONDAY + timedelta(days=9))
    assert referred.tick() == []


def days_of_mails(referred: Referred, until: date) -> list[date]:
    """Runs the clock each day, and returns the days on which an e-mail left."""
    left, day = [], referred.house.today
    while day <= until:
        referred.house.day(day)
        left += [day] * len(referred.tick())
        day += timedelta(days=1)
    return left


def test_a_silent_partner_is_reminded_twice_then_another_is_sought(referred: Referred) -> None:
    """Ten working days, then ten more; it lapses after thirty."""
    assert days_of_mails(referred, date(2026, 4, 29)) == [MONDAY, date(2026, 3, 30), date(2026, 4, 14)]
    chased = referred.events(e.PartnerChased)
    assert [(one.channel, one.automatic) for one in chased] == [("email", True)] * 2
    owed = of_dossier(referred.house.state(referred.dossier), referred.house.served.refs)
    shown = {task.kind for task in owed if task.is_visible(referred.house.today)}
    assert {"chase-partner", "offer-alternative"} & shown == {"offer-alternative"}


def test_a_promised_answer_is_waited_for(referred: Referred) -> None:
    link = referred.house.state(referred.dossier).parcours.actions[referred.action].referrals[0].link
    assert link
    promise(referred, link.id, date(2026, 4, 10))
    assert days_of_mails(referred, date(2026, 4, 12)) == [MONDAY, date(2026, 4, 10)]


def promise(referred: Referred, link: UUID, until: date) -> None:
    referred.house.says("partner:x", promise_answer, {"dossier": referred.dossier}, link=link, until=until)


def test_nobody_is_written_to_on_a_sunday_nor_at_night(referred: Referred) -> None:
    referred.tick()
    referred.house.day(date(2026, 4, 4))
    assert referred.tick() == []
    referred.house.day(date(2026, 4, 7), hour=20)
    assert referred.tick() == []
    referred.house.day(date(2026, 4, 7))
    assert len(referred.tick()) == 1


def test_a_reminder_that_the_mail_server_kept_back_waits_for_the_morning(referred: Referred) -> None:
    """A link that somebody asks for leaves at once, at night too."""
    referred.tick()
    referred.outbox.broken = True
    referred.house.day(date(2026, 3, 30))
    assert referred.tick() == []
    referred.outbox.broken = False
    referred.house.day(date(2026, 3, 30), hour=21)
    assert referred.tick() == []
    referred.house.day(date(2026, 3, 31))
    assert len(referred.tick()) == 1
    referred.house.day(date(2026, 3, 31), hour=21)
    referred.issue("email", ADDRESS)
    assert len(referred.tick()) == 1


@pytest.mark.parametrize("end", ["answered", "closed", "dropped", "revoked"])
def test_no_reminder_once_nothing_is_awaited(referred: Referred, end: str) -> None:
    referred.tick()
    if end == "answered":
        referred.house.on(
            referred.dossier, parcours.answer_referral, referral=referred.referral, answer="refused", reason="complet"
        )
    elif end == "closed":
        referred.house.on(referred.dossier, closing.close_dossier, reason="moved", note="")
    elif end == "dropped":
        referred.house.on(referred.dossier, parcours.drop_action, action=referred.action, reason="trop loin")
    else:
        referred.house.on(referred.dossier, issuing.revoke_link, referral=referred.referral)
    assert days_of_mails(referred, date(2026, 4, 1)) == []


def test_the_outcome_is_asked_for_once_on_the_last_day(referred: Referred) -> None:
    referred.tick()
    referred.house.on(
        referred.dossier, parcours.answer_referral, referral=referred.referral, answer="accepted", reason=""
    )
    assert days_of_mails(referred, date(2026, 5, 4)) == [date(2026, 4, 30)]
    (mail,) = referred.outbox.mails[1:]
    assert "des nouvelles" in mail.subject
    assert [word for word in PERSONAL if word in mail.text + mail.subject] == []


def test_a_referral_without_an_address_waits_for_the_advisor(referred: Referred) -> None:
    dossier, actions = referred.house.prescribed(first="Léa", last="Martin")
    referred.house.referred(dossier, actions[1])
    before = len(referred.house.events(dossier))
    days_of_mails(referred, date(2026, 4, 20))
    assert len(referred.house.events(dossier)) == before


def test_a_contact_is_written_to_until_their_address_comes_back_and_no_dossier_has_it(referred: Referred) -> None:
    at_work, lise, place = referred.house, "lise@epn.exemple", "accueil@epn.exemple"
    partner, contact, referral = uuid4(), uuid4(), uuid4()
    known = PartnerDetails(name="EPN", email=place)
    at_work.says("Sophie Lecomte", listing.list_partner, {"partner": partner}, details=known)
    person = ContactDetails("Lise Marchand", email=lise)
    at_work.says("Sophie Lecomte", contacts.name_contact, {"contact": contact}, partner=partner, details=person)
    dossier, actions = at_work.prescribed(first="Léa", last="Martin")
    new = {"referral": referral, "link": uuid4(), "until": at_work.today + timedelta(days=8), "to_contact": True}
    at_work.on(dossier, parcours.send_referral, action=actions[1], partner=Partner(partner, "EPN"), contact=contact,
               starts=None, ends=None, note="", agreed=True, context=new)  # fmt: skip
    assert lise in [mail.to for mail in referred.tick()]
    referred.outbox.unknown = lise
    at_work.day(date(2026, 3, 30))
    assert lise not in [mail.to for mail in referred.tick()]
    missed = at_work.served.engine.state("contact", contact).missed
    assert list(missed) == ["email"]
    assert place in [mail.to for mail in referred.tick()]
    assert "lise@" not in str(at_work.events(dossier))


def test_an_address_that_the_server_refuses_is_left_alone_until_the_advisor_gives_another(referred: Referred) -> None:
    referred.outbox.unknown = ADDRESS
    for _ in range(2):
        assert referred.tick() == []
    assert len(referred.events(e.PartnerLinkReturned)) == 1
    assert days_of_mails(referred, date(2026, 4, 1)) == [], "no reminder either"
    (known,) = referred.house.state(referred.dossier).parcours.actions[referred.action].referrals
    assert "adresse inconnue" in letters.state(known, referred.house.today)
    referred.issue("email", "autre@mediatheque.exemple")
    assert [mail.to for mail in referred.tick()] == ["autre@mediatheque.exemple"]

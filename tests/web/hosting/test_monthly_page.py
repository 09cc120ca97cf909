"""The page of the figures by e-mail: once a month, to who chose it, without a name."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from pypdf import PdfReader

from pixflow.dossier.stages import orientation
from pixflow.team.absences import declare_absence
from pixflow.team.membership import choose_monthly_page
from tests.web.client import words
from tests.web.hosting.test_notices import Kept, plain, tick
from tests.web.paths import House, house
from tests.web.tags import parsed
from web import typesetting
from web.hosting.mail import Mail, message

NADIA, SOPHIE, HELENE, CLAIRE = "Nadia Benali", "Sophie Lecomte", "Hélène Morin", "Claire Vasseur"
MONDAY = date(2026, 3, 16)
FIRST_OF_APRIL = date(2026, 4, 1)
HERE = "/indicateurs"


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    """Six young people to whom Pix was presented in March; the direction asks for the page of each month."""
    with house(tmp_path, MONDAY) as made:
        for number in range(6):
            dossier = made.opened(last=f"Jeune{number}", imilo_number=f"70{number}")
            made.on(dossier, orientation.present_pix, occasion="welcome")
        chosen(made, HELENE)
        yield made


def chosen(made: House, name: str, *, wanted: bool = True) -> None:
    made.says(name, choose_monthly_page, {"staff": made.people[name]}, wanted=wanted)


def pages(kept: Kept) -> list[Mail]:
    return [mail for mail in kept.mails if mail.pdf]


def sent_by_a_tick(made: House, day: date, hour: int = 9) -> list[Mail]:
    kept = Kept()
    made.day(day, hour)
    tick(made, kept)
    return pages(kept)


def test_the_page_of_last_month_leaves_once_and_names_nobody(at_work: House) -> None:
    (mail,) = sent_by_a_tick(at_work, FIRST_OF_APRIL)
    assert (mail.to, plain(mail.subject)) == ("helene@exemple.fr", "pixflow : mars 2026 en une page")
    (page,) = PdfReader(BytesIO(mail.pdf)).pages
    told = words(page.extract_text())
    assert "Du 1er mars 2026 au 31 mars 2026" in told
    assert "Présentations 5 ou plus avant : masqué sur douze mois : 6" in told
    assert not [name for name in ("Jeune0", "Aminata", NADIA, HELENE) if name in told + mail.text]
    for again in (FIRST_OF_APRIL, date(2026, 4, 2), date(2026, 4, 30)):
        assert sent_by_a_tick(at_work, again) == []
    assert [plain(one.subject) for one in sent_by_a_tick(at_work, date(2026, 5, 4))] == [
        "pixflow : avril 2026 en une page"
    ]


def test_a_tick_that_is_late_sends_it_and_two_at_once_send_one(at_work: House) -> None:
    kept = Kept()

    def leaves(mail: Mail) -> None:
        tick(at_work, kept)
        kept(mail)

    at_work.day(date(2026, 4, 21))
    tick(at_work, leaves)
    assert len(pages(kept)) == 1


@pytest.mark.parametrize(
    ("day", "hour"), [(MONDAY, 9), (FIRST_OF_APRIL, 3), (date(2026, 4, 4), 9), (date(2026, 4, 6), 9)]
)
def test_none_leaves_for_a_month_before_the_structure_at_night_and_on_a_day_off(
    at_work: House, day: date, hour: int
) -> None:
    assert sent_by_a_tick(at_work, day, hour) == []


def test_who_chose_it_no_more_gets_none_and_who_is_away_once_they_are_back(at_work: House) -> None:
    chosen(at_work, SOPHIE)
    away = {"absence": uuid4(), "first": MONDAY, "last": date(2026, 4, 10), "deputy": None}
    team = at_work.served.refs.team
    at_work.says(HELENE, declare_absence, {"staff": at_work.people[HELENE]}, **away, context={"team": team})
    (sophie,) = sent_by_a_tick(at_work, FIRST_OF_APRIL)
    assert sophie.to == "sophie@exemple.fr"
    chosen(at_work, SOPHIE, wanted=False)
    back = sent_by_a_tick(at_work, date(2026, 4, 13))
    assert [mail.to for mail in back] == ["helene@exemple.fr"], "once they are back"
    assert sent_by_a_tick(at_work, date(2026, 5, 5))[0].to == "helene@exemple.fr"


def test_a_page_that_cannot_be_made_keeps_no_other_e_mail_and_leaves_later(
    at_work: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept()
    at_work.day(FIRST_OF_APRIL)
    with monkeypatch.context() as patch:
        patch.setattr(typesetting, "LONGEST", 0.001)
        tick(at_work, kept)
    assert pages(kept) == []
    assert kept.to(NADIA), "the digest"
    assert len(sent_by_a_tick(at_work, date(2026, 4, 2))) == 1


def test_a_message_has_the_pdf_beside_its_text() -> None:
    at = datetime(2026, 4, 1, tzinfo=UTC)
    mail = Mail("a@exemple.fr", "Mars", "Voici.", "one", at, pdf=b"%PDF-1.7", pdf_name="pix.pdf")
    text, attached = message_from_bytes(bytes(message(mail, "pixflow@exemple.fr")), policy=default).iter_parts()
    assert text.get_payload(decode=True).strip() == b"Voici."
    assert (attached.get_filename(), attached.get_payload(decode=True)) == ("pix.pdf", b"%PDF-1.7")


def test_the_person_chooses_it_on_the_page_and_who_may_not_is_refused(at_work: House) -> None:
    sophie = at_work.client(SOPHIE)
    assert parsed(sophie.get(HERE).text).select_one("#courriel button").text == "La recevoir"
    sent = {"command_id": str(uuid4()), "wanted": "true"}
    assert sophie.post(f"{HERE}/courriel", data=sent).status_code == 303
    assert sophie.post(f"{HERE}/courriel", data=sent).status_code == 303, "twice"
    assert at_work.served.refs.team[at_work.people[SOPHIE]].monthly_page
    page = sophie.get(HERE)
    assert "vous recevez par courriel la page du mois écoulé" in words(page.text)
    assert parsed(page.text).select_one("#courriel button").text == "Ne plus la recevoir"
    off = {"command_id": str(uuid4()), "wanted": "false"}
    assert sophie.post(f"{HERE}/courriel", data=off).status_code == 303
    assert not at_work.served.refs.team[at_work.people[SOPHIE]].monthly_page
    assert not parsed(at_work.client(CLAIRE).get(HERE).text).select("#courriel"), "an auditor writes nothing"
    for name in (CLAIRE, NADIA):
        for forged in ({"command_id": str(uuid4()), "wanted": "true"}, {}):
            assert at_work.client(name).post(f"{HERE}/courriel", data=forged).status_code == 403
    assert sophie.post(f"{HERE}/courriel", data={"command_id": str(uuid4()), "wanted": "peut-être"}).status_code == 422

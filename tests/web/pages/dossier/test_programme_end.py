"""The end of the programme on the page, and what comes next and when for any open dossier."""

from datetime import date, timedelta
from typing import Any

from pixflow.dossier import follow_up
from pixflow.dossier.identity import join_programme
from tests.web import arranged
from tests.web.client import words
from tests.web.paths import House
from tests.web.pressing import press
from tests.web.tags import parsed

NADIA = "Nadia Benali"
END = date(2026, 3, 27)
PACEA: dict[str, Any] = {"programme": "PACEA", "group": None, "collective_end": None}


def part(html: str, where: str) -> str:
    return words(str(parsed(html).select_one(where)))


def test_the_head_says_the_last_day_and_the_task_why_it_comes_then(locale: House) -> None:
    dossier, client = locale.opened(), locale.client(NADIA)
    answer = press(client, dossier, "programme", programme="PACEA", programme_end=END.isoformat(), group="")
    page = client.get(answer.headers["location"]).text
    assert "PACEA jusqu’au 27 mars" in part(page, "#sheet > header")
    assert "Programme : PACEA jusqu’au 27 mars" in words(page)
    now = part(page, ".now")
    assert "27 mars" in now
    assert "le programme se termine le 27 mars" in now
    assert "fin du programme le 27 mars" in words(client.get("/boite").text)
    locale.day(END + timedelta(days=1))
    assert "PACEA terminé le 27 mars" in part(client.get(f"/dossiers/{dossier}").text, "#sheet > header")


def test_a_snooze_beyond_the_end_is_refused_with_the_last_day(locale: House) -> None:
    dossier, client = locale.opened(), locale.client(NADIA)
    locale.on(dossier, join_programme, **PACEA, programme_end=END)
    answer = press(client, dossier, "snooze", "present-pix", until="2026-04-03", reason="en stage", awaits="")
    assert answer.status_code == 422
    assert "au plus tard le 27 mars" in words(answer.text)


def test_a_dossier_without_an_open_task_says_what_comes_next_and_when(locale: House) -> None:
    dossier, referral = arranged.referred(locale)
    client = locale.client(NADIA)
    state = locale.state(dossier)
    for action, one in state.parcours.actions.items():
        if not one.over and not one.referrals:
            press(client, dossier, "drop", str(action), reason="faite ailleurs")
    locale.day(date(2026, 4, 20))
    key = f"chase-partner:{referral}"
    locale.on(dossier, follow_up.chase_young_person, about=key, channel="phone", reached=False, note="")
    now = part(client.get(f"/dossiers/{dossier}").text, ".now")
    assert "Rien aujourd’hui" in now
    assert "À venir" in now

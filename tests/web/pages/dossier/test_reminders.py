"""A reminder that goes with a form, and its row on its day."""

from datetime import date, timedelta
from typing import Any

import pytest

from pixflow.dossier import follow_up
from pixflow.events import dossier as e
from tests.web import arranged
from tests.web.client import words
from tests.web.paths import House
from tests.web.pressing import opened, press, send, undo_form
from tests.web.tags import parsed

NADIA = "Nadia Benali"
DAY = arranged.MONDAY + timedelta(days=7)
ASKED: dict[str, Any] = {"recall_day": DAY.isoformat(), "recall_text": "rappeler la mère"}


def test_a_form_sets_a_reminder_along_and_its_row_comes_on_the_day(locale: House) -> None:
    dossier, client = locale.opened(first="Rappelée"), locale.client(NADIA)
    answer = press(client, dossier, "present", occasion="welcome", **ASKED)
    *_, presented, reminder = locale.events(dossier)
    assert (type(presented), type(reminder)) == (e.PixPresented, e.ReminderSet)
    page = words(client.get(answer.headers["location"]).text)
    assert "Pix présenté au premier accueil" in page
    assert "Rappel le lundi 23 mars : rappeler la mère" in page
    assert "Rappeler la mère" not in words(client.get("/boite").text)
    locale.day(DAY)
    row = next(one for one in parsed(client.get("/boite").text).select(".item") if "Rappeler la mère" in str(one))
    assert "Rappelée" in words(str(row))


def test_a_reminder_is_read_back_with_its_capitals(locale: House) -> None:
    dossier, client = locale.opened(), locale.client(NADIA)
    press(client, dossier, "present", occasion="welcome", **{**ASKED, "recall_text": "Noël : voir Léa"})
    assert "Noël : voir Léa à partir du 23 mars" in words(parsed(client.get(f"/dossiers/{dossier}").text).text)


def test_undo_takes_both_back(locale: House) -> None:
    dossier, client = locale.opened(), locale.client(NADIA)
    answer = press(client, dossier, "present", occasion="welcome", **ASKED)
    client.post(f"/dossiers/{dossier}/undo", data=undo_form(client.get(answer.headers["location"]).text))
    state = locale.state(dossier)
    assert (state.orientation.presented, state.reminders) == (None, {})


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"recall_day": DAY.isoformat(), "recall_text": ""}, "Écrivez quoi vous rappeler."),
        ({"recall_day": "", "recall_text": "rappeler"}, "Choisissez le jour du rappel."),
        ({"recall_day": "2026-03-16", "recall_text": "rappeler"}, "Choisissez un jour à venir."),
    ],
)
def test_half_a_reminder_is_refused_with_all_that_was_typed(
    locale: House, asked: dict[str, Any], sentence: str
) -> None:
    dossier, client = locale.opened(), locale.client(NADIA)
    before = len(locale.events(dossier))
    answer = press(client, dossier, "present", occasion="welcome", **asked)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert parsed(answer.text).select_one("[name=occasion][checked]")["value"] == "welcome"
    assert len(locale.events(dossier)) == before


def test_sent_again_after_its_day_it_is_recorded_once(locale: House) -> None:
    dossier, client = locale.opened(), locale.client(NADIA)
    sent = {**opened(client, dossier, "present", ""), "occasion": "welcome", **ASKED}
    send(client, dossier, "present", sent)
    locale.day(DAY + timedelta(days=1))
    assert send(client, dossier, "present", sent).status_code == 303
    assert sum(isinstance(event, e.ReminderSet) for event in locale.events(dossier)) == 1


def test_a_row_is_put_off_to_another_day_then_done(locale: House) -> None:
    dossier, reminder = arranged.reminded(locale)
    locale.day(DAY)
    client = locale.client(NADIA)
    press(client, dossier, "recall", str(reminder), day="2026-04-01", text="rappeler la mère")
    assert [one.day for one in locale.state(dossier).reminders.values()] == [date(2026, 4, 1)]
    press(client, dossier, "recalled", str(reminder), note="elle vient")
    assert locale.state(dossier).reminders == {}
    assert "Rappel fait : rappeler la mère — elle vient" in words(client.get(f"/dossiers/{dossier}").text)


def test_a_correction_sets_none(locale: House) -> None:
    dossier = locale.presented()
    page = locale.client(NADIA).get(
        f"/dossiers/{dossier}?corrige={locale.state(dossier).orientation.presented.version}"
    )
    assert 'name="recall_day"' not in page.text


def test_who_received_a_task_alone_sets_no_reminder_and_nothing_is_recorded(locale: House) -> None:
    dossier, key = arranged.to_debrief(locale)
    to = locale.people["Paul Rey"]
    locale.on(dossier, follow_up.hand_over_task, task=key, to=to, until=DAY, note="")
    paul, before = locale.client("Paul Rey"), len(locale.events(dossier))
    page = paul.get(f"/dossiers/{dossier}?formulaire=appointment&sur={key}").text
    assert 'name="recall_day"' not in page
    said = {"day": DAY.isoformat(), "hour": "10:00", "place": "", **ASKED}
    assert press(paul, dossier, "appointment", key, **said).status_code in (403, 422)
    assert len(locale.events(dossier)) == before

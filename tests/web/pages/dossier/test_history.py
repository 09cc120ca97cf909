from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow.dossier import follow_up
from pixflow.dossier.stages import orientation
from pixflow.events import dossier as e
from tests.web.arranged import held, scheduled, seat
from tests.web.client import words
from tests.web.paths import House
from tests.web.pressing import HTMX, opened, press, send, undo_form, values
from tests.web.tags import parsed
from web.pages.dossier.forms import FORMS

MONDAY = date(2026, 3, 16)


def part(html: str, id: str) -> str:
    """The text of one part of the page."""
    found = parsed(html).select_one(f"[aria-labelledby={id}-title]")
    return words(str(found))


# --- a seat


def test_a_seat_just_booked_is_given_back_in_one_press(locale: House) -> None:
    dossier, client = locale.presented(), locale.client("Nadia Benali")
    made = scheduled(locale)
    before = locale.state(dossier).orientation
    page = client.get(press(client, dossier, "book", workshop=str(made)).headers["location"]).text
    assert locale.state(dossier).diagnostic.seat.workshop == made
    sent = undo_form(page)
    for _ in range(2):
        answer = client.post(f"/dossiers/{dossier}/undo", data=sent)
        assert answer.status_code == 303
    assert locale.state(dossier).diagnostic.seat.status == "cancelled"
    assert locale.state(dossier).orientation == before
    assert not locale.served.engine.state("workshop", made).seats


def test_a_seat_is_not_given_back_in_one_press_once_something_followed(locale: House) -> None:
    dossier, client = locale.presented(), locale.client("Nadia Benali")
    made = scheduled(locale)
    page = client.get(press(client, dossier, "book", workshop=str(made)).headers["location"]).text
    locale.on(dossier, follow_up.take_note, "Sophie Lecomte", text="a appelé")
    answer = client.post(f"/dossiers/{dossier}/undo", data=undo_form(page))
    assert answer.headers["location"] == f"/dossiers/{dossier}?formulaire=release&sur={made}#form"
    assert locale.state(dossier).diagnostic.seat.status == "booked"


def test_a_place_on_the_waiting_list_is_said(locale: House) -> None:
    full = scheduled(locale, capacity=6)
    for n in range(6):
        seat(locale, full, locale.opened(f"Prénom{n}", "Nom"))
    dossier, client = locale.presented(), locale.client("Nadia Benali")
    locale.on(
        dossier, orientation.plan_diagnostic, campaign=locale.campaign, modality="workshop", mediator=False, place="",
        planned_for=MONDAY, context={"plan": uuid4()},
    )  # fmt: skip
    answer = press(client, dossier, "book", workshop=str(full), or_wait="true")
    notice = parsed(client.get(answer.headers["location"]).text).select_one(".notice.stays p")
    assert words(notice.text) == "Enregistré : Aminata Diallo : sur liste d’attente"
    answer = press(client, dossier, "release", workshop=str(full))
    notice = parsed(client.get(answer.headers["location"]).text).select_one(".notice.stays p")
    assert words(notice.text) == "Enregistré : Aminata Diallo : n’attend plus de place"


def test_a_diagnostic_planned_on_a_waiting_list_says_so(locale: House) -> None:
    full = scheduled(locale, capacity=6)
    for n in range(6):
        seat(locale, full, locale.opened(f"Prénom{n}", "Nom"))
    dossier, client = locale.presented(), locale.client("Nadia Benali")
    answer = press(client, dossier, "book", workshop=str(full), or_wait="true")
    page = parsed(client.get(answer.headers["location"]).text)
    told = "Diagnostic prévu à partir du 16 mars, en atelier (Salle 2), sur liste d’attente"
    assert told in words(page.select_one(".timeline").text)
    assert words(page.text).count(told) == 2, "the receipt says it, too"


def waiting(locale: House) -> tuple[UUID, UUID, str]:
    """A dossier that just joined the list of a full workshop, this workshop, and the page that says so."""
    full = scheduled(locale, capacity=6)
    for n in range(6):
        seat(locale, full, locale.opened(f"Prénom{n}", "Nom"))
    dossier, client = locale.presented(), locale.client("Nadia Benali")
    answer = press(client, dossier, "book", workshop=str(full), or_wait="true")
    return dossier, full, client.get(answer.headers["location"]).text


def test_a_list_just_joined_is_left_in_one_press_and_the_plan_goes_with_it(locale: House) -> None:
    dossier, full, page = waiting(locale)
    assert list(locale.served.engine.state("workshop", full).waiting) == [dossier]
    sent, client = undo_form(page), locale.client("Nadia Benali")
    for _ in range(2):
        assert client.post(f"/dossiers/{dossier}/undo", data=sent).status_code == 303
    assert not locale.served.engine.state("workshop", full).waiting
    assert locale.state(dossier).orientation.plan is None


def test_a_list_joined_is_not_left_in_one_press_once_something_followed(locale: House) -> None:
    dossier, full, page = waiting(locale)
    plan = locale.state(dossier).orientation.plan.stamp.version
    locale.on(dossier, follow_up.take_note, "Sophie Lecomte", text="a appelé")
    answer = locale.client("Nadia Benali").post(f"/dossiers/{dossier}/undo", data=undo_form(page))
    assert answer.headers["location"] == f"/dossiers/{dossier}?formulaire=retract&sur={plan}#form"
    assert list(locale.served.engine.state("workshop", full).waiting) == [dossier]


def test_a_plan_corrected_keeps_its_place_on_the_waiting_list(locale: House) -> None:
    dossier, full, _ = waiting(locale)
    client, plan = locale.client("Nadia Benali"), locale.state(dossier).orientation.plan
    page = client.get(f"/dossiers/{dossier}?formulaire=plan&corrige={plan.stamp.version}").text
    action = parsed(page).select_one("#form form[method=post]")["action"]
    answer = client.post(action, data={**values(page), "place": "Salle 3"})
    assert getattr(locale.events(dossier)[-1], "waits", False)
    told = "Diagnostic prévu à partir du 16 mars, en atelier (Salle 3), sur liste d’attente"
    corrected = client.get(answer.headers["location"]).text
    assert told in words(corrected)
    client.post(f"/dossiers/{dossier}/undo", data=undo_form(corrected))
    assert locale.state(dossier).orientation.plan.place == "Salle 2"
    assert list(locale.served.engine.state("workshop", full).waiting) == [dossier], "the correction alone is undone"


# --- several people, several presses


def test_a_stale_form_keeps_its_values_says_what_happened_and_a_second_press_records(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    sent = {**opened(client, dossier, "plan"), "planned_for": "2026-03-20", "place": "Bureau 4"}
    locale.on(dossier, orientation.present_pix, "Sophie Lecomte", occasion="welcome")
    answer = send(client, dossier, "plan", sent, hx=True)
    assert answer.status_code == 422
    assert "Entre-temps, ce dossier a changé." in words(answer.text)
    assert "Pix présenté au premier accueil (Sophie Lecomte)" in words(answer.text)
    again, last = values(answer.text), str(locale.version(dossier, e.PixPresented))
    assert (again["place"], again["planned_for"], again["seen"]) == ("Bureau 4", "2026-03-20", last)
    assert send(client, dossier, "plan", again).status_code == 303
    assert isinstance(locale.events(dossier)[-1], e.DiagnosticPlanned)


def test_a_form_that_served_already_tells_what_others_did_and_not_what_it_recorded_itself(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    sent = {**opened(client, dossier, "note"), "text": "vue ce matin"}
    assert send(client, dossier, "note", sent).status_code == 303
    answer = send(client, dossier, "note", {**sent, "text": "vue ce soir"})
    assert answer.status_code == 422
    assert "Cette page a déjà servi à enregistrer autre chose." in words(answer.text)
    assert "Entre-temps" not in words(answer.text)
    assert send(client, dossier, "note", values(answer.text)).status_code == 303
    notes = [event.text for event in locale.events(dossier) if isinstance(event, e.NoteTaken)]
    assert notes == ["vue ce matin", "vue ce soir"]
    locale.on(dossier, follow_up.take_note, "Sophie Lecomte", text="a téléphoné")
    told = parsed(send(client, dossier, "note", {**sent, "text": "vue ce soir"}).text)
    assert [words(str(line)) for line in told.select(".meanwhile li")] == ["Note : a téléphoné (Sophie Lecomte)"]


def test_one_s_own_other_tab_is_told_when_the_page_is_out_of_date(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    sent = {**opened(client, dossier, "plan"), "planned_for": "2026-03-20"}
    locale.on(dossier, orientation.present_pix, occasion="welcome")
    assert "Pix présenté au premier accueil (Nadia Benali)" in words(send(client, dossier, "plan", sent).text)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("chase", {"channel": "sms", "reached": "false"}),
        ("appointment", {"day": "2026-03-20", "hour": "14:30"}),
        ("snooze", {"until": "2026-03-20", "reason": "x"}),
        ("hand", {"to": "Paul Rey"}),
    ],
)
def test_what_is_not_to_be_done_cannot_rest_nor_change_hands(locale: House, form: str, said: dict[str, Any]) -> None:
    dossier = locale.presented()
    said = {name: locale.people.get(typed, typed) for name, typed in said.items()}
    answer = press(locale.client("Nadia Benali"), dossier, form, "present-pix", **said)
    assert answer.status_code == 422
    assert "Cette tâche n’est pas, ou plus, à faire dans ce dossier" in words(answer.text)
    assert press(locale.client("Nadia Benali"), dossier, form, "plan-diagnostic", **said).status_code == 303


def test_said_already_by_somebody_else_is_said_so(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    sent = {**opened(client, dossier, "present"), "occasion": "welcome"}
    locale.on(dossier, orientation.present_pix, "Sophie Lecomte", occasion="welcome")
    answer = send(client, dossier, "present", sent)
    assert answer.headers["location"].endswith("?fait=0")
    assert "Rien de plus : c’était déjà noté." in words(client.get(answer.headers["location"]).text)


# --- taking back


def test_annuler_takes_back_the_last_fact_in_one_press(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    answer = press(client, dossier, "present", occasion="welcome")
    page = client.get(answer.headers["location"])
    sent = undo_form(page.text)
    undone = client.post(f"/dossiers/{dossier}/undo", data=sent, headers=HTMX)
    again = client.post(f"/dossiers/{dossier}/undo", data=sent)
    assert undone.status_code == again.status_code == 303
    told = f"/dossiers/{dossier}?fait={locale.version(dossier, e.Retracted)}"
    assert undone.headers["location"] == again.headers["location"] == told
    assert locale.state(dossier).orientation.presented is None
    told = part(client.get(undone.headers["location"]).text, "history")
    assert "Pix présenté au premier accueil — annulé aussitôt (Nadia Benali, 16 mars 2026, 10:12)" in told


def test_a_form_that_records_several_facts_tells_them_all_and_annuler_takes_them_all_back(locale: House) -> None:
    """One interview explains the score, finds the cause and gives tutorials (docs/domain.md#prescription)."""
    dossier, found = locale.dispatched()
    held(locale, dossier, trouble=True)
    client = locale.client("Nadia Benali")
    answer = press(client, dossier, "debrief", found, channel="meeting", cause="digital", tutorials="Pix : trier")
    page = client.get(answer.headers["location"]).text
    told = [" ".join(line.text.split()) for line in parsed(page).select(".notice li")]
    assert told == [
        "Restitution tenue de vive voix",
        "Difficulté explorée : numérique",
        "Tutoriels Pix à suivre : Pix : trier",
    ]
    sent, head = undo_form(page), len(locale.events(dossier))
    undone = client.post(f"/dossiers/{dossier}/undo", data=sent)
    again = client.post(f"/dossiers/{dossier}/undo", data=sent)
    assert undone.headers["location"] == again.headers["location"]
    assert [type(event) for event in locale.events(dossier)[head:]] == [e.Retracted] * 3
    state = locale.state(dossier).prescription
    assert (state.debriefs, state.explored, state.studies) == ({}, None, {})


def test_annuler_is_offered_until_somebody_acts_then_opens_the_correction(locale: House) -> None:
    dossier = locale.opened()
    client = locale.client("Nadia Benali")
    press(client, dossier, "present", occasion="welcome")
    sent = undo_form(client.get(f"/dossiers/{dossier}").text)
    assert (
        'action="/dossiers/' + str(dossier) + "/undo"
        not in locale.client("Sophie Lecomte").get(f"/dossiers/{dossier}").text
    )
    locale.on(dossier, follow_up.take_note, "Sophie Lecomte", text="bien reçu")
    assert "/undo" not in client.get(f"/dossiers/{dossier}").text
    answer = client.post(f"/dossiers/{dossier}/undo", data=sent)
    presented = locale.version(dossier, e.PixPresented)
    assert answer.headers["location"] == f"/dossiers/{dossier}?formulaire=retract&sur={presented}#form"
    assert locale.state(dossier).orientation.presented


def test_who_opened_a_dossier_is_not_offered_to_undo_its_opening(locale: House) -> None:
    dossier = locale.opened()
    assert "/undo" not in locale.client("Sophie Lecomte").get(f"/dossiers/{dossier}").text


def test_a_correction_shows_what_goes_with_it_before_it_is_done(locale: House) -> None:
    dossier, (_, cafe, _) = locale.prescribed()
    locale.referred(dossier, cafe)
    client = locale.client("Nadia Benali")
    built = next(n for n, event in enumerate(locale.events(dossier), 1) if isinstance(event, e.PrescriptionBuilt))
    page = client.get(f"/dossiers/{dossier}?formulaire=retract&sur={built}")
    preview = words(str(parsed(page.text).select_one(".preview")))
    assert preview.startswith("2 lignes annulées Prescription construite")
    assert "Orientation vers Médiathèque de Mortagne" in preview
    assert "N’est plus à faire Orienter" in preview
    assert "Redevient à faire Construire la prescription" in preview
    assert send(client, dossier, "retract", {**values(page.text), "reason": "mauvaise grille"}).status_code == 303
    assert not locale.state(dossier).parcours.actions
    told = part(client.get(f"/dossiers/{dossier}").text, "history")
    assert told.count("annulé : mauvaise grille (Nadia Benali") == 2


def test_what_came_from_pix_is_not_corrected_but_unmatched(locale: House) -> None:
    dossier, found = locale.scored()
    result = locale.version(dossier, e.ResultReceived)
    page = locale.client("Nadia Benali").get(f"/dossiers/{dossier}?formulaire=retract&sur={result}").text
    assert "annulez le rapprochement" in words(page)
    client = locale.client("Sophie Lecomte")
    page = client.get(f"/dossiers/{dossier}?formulaire=unmatch&sur={found}").text
    assert "2 lignes annulées" in words(page)
    assert "N’est plus à faire Transmettre le résultat" in words(page)
    assert send(client, dossier, "unmatch", {**values(page), "reason": "homonyme"}).status_code == 303
    assert not locale.state(dossier).diagnostic.participations
    assert locale.served.engine.state("participation", found).dossier is None


def test_a_match_is_undone_only_on_its_own_dossier(locale: House) -> None:
    dossier, found = locale.scored()
    other = locale.opened(first="Noé", last="Lefèvre")
    client = locale.client("Sophie Lecomte")
    sent = {**opened(client, dossier, "unmatch", found), "reason": "homonyme"}
    assert send(client, other, "unmatch", sent).status_code == 422
    assert locale.served.engine.state("participation", found).dossier == dossier


def test_an_advisor_may_not_take_back_an_assignment(locale: House) -> None:
    dossier = locale.opened()
    assigned = locale.version(dossier, e.AdvisorAssigned)
    answer = press(locale.client("Nadia Benali"), dossier, "retract", assigned, reason="pas la mienne")
    assert answer.status_code == 422
    assert locale.state(dossier).advisor == locale.people["Nadia Benali"]


@pytest.mark.parametrize("form", ["chase", "debrief", "end", "answer", "retract", "unmatch", "appointment"])
def test_a_form_about_nothing_known_breaks_nothing(locale: House, form: str) -> None:
    dossier, _ = locale.prescribed()
    client = locale.client("Sophie Lecomte")
    before = len(locale.events(dossier))
    for about in ("", "99", "pas-un-identifiant", str(uuid4()), f"dance:{uuid4()}"):
        page = client.get(f"/dossiers/{dossier}", params={"formulaire": form, "sur": about})
        assert page.status_code == 200
        sent = {
            FORMS[form].about: about,
            "on": "2026-03-16",
            "command_id": str(uuid4()),
            "reason": "x",
            "answer": "accepted",
        }
        answer = send(client, dossier, form, sent)
        assert answer.status_code == 422
        assert len(parsed(answer.text).select("#form")) == 1
        assert len(locale.events(dossier)) == before

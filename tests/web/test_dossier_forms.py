from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from pixflow import tasks
from pixflow.dossier import assignment
from pixflow.events import Event
from pixflow.events import dossier as e
from tests.web.client import words
from tests.web.paths import House, house
from tests.web.pressing import HTMX, opened, press, send, sheet, values
from web.forms import FORMS

MONDAY = date(2026, 3, 16)
Arranged = tuple[UUID, object]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def locale(shared: House) -> House:
    """The same house for every test, on the same day; each opens its own dossiers."""
    shared.day(MONDAY)
    return shared


def owed(locale: House, dossier: UUID) -> set[str]:
    return {task.kind for task in tasks.of_dossier(locale.state(dossier), locale.served.refs)}


def _opened(locale: House) -> Arranged:
    return locale.opened(), ""


def _presented(locale: House) -> Arranged:
    return locale.presented(), ""


def _planned(locale: House) -> Arranged:
    dossier = locale.planned()
    return dossier, f"chase-diagnostic:{locale.state(dossier).orientation.plan.id}"


def _meeting(locale: House) -> Arranged:
    dossier, found = locale.dispatched()
    key, at = f"hold-debrief:{found}", datetime(2026, 3, 16, 13, 0, tzinfo=UTC)
    locale.on(dossier, assignment.set_appointment, task=key, at=at, day=MONDAY, place="")
    return dossier, key


def _debriefed(locale: House) -> Arranged:
    return locale.debriefed()


def _prescribed(locale: House) -> Arranged:
    dossier, actions = locale.prescribed()
    return dossier, actions[1]


def _referred(locale: House) -> Arranged:
    dossier, actions = locale.prescribed()
    return dossier, locale.referred(dossier, actions[1])


def _unassigned(locale: House) -> Arranged:
    return locale.opened(advisor=None), ""


def _closed(locale: House) -> Arranged:
    dossier = locale.opened()
    locale.on(dossier, assignment.close, reason="moved", note="")
    return dossier, ""


def _late(locale: House) -> Arranged:
    dossier, _ = _closed(locale)
    locale.took(dossier)
    return dossier, ""


def _first_fact(locale: House) -> Arranged:
    return locale.presented(), 3


FORM_CASES: list[tuple[str, Callable[[House], Arranged], dict[str, Any], type[Event], str, str]] = [
    # form, where the dossier stands, what is said, what is recorded, which task goes, which one comes
    ("present", _opened, {"occasion": "welcome"}, e.PixPresented, "present-pix", "plan-diagnostic"),
    ("plan", _presented, {"planned_for": "2026-03-18"}, e.DiagnosticPlanned, "plan-diagnostic", "chase-diagnostic"),
    ("decline", _presented, {"reason": "pas maintenant"}, e.DiagnosticDeclined, "plan-diagnostic", "close-or-plan"),
    ("chase", _planned, {"channel": "sms", "reached": "false"}, e.YoungPersonChased, "", "chase-diagnostic"),
    ("appointment", _planned, {"day": "2026-03-20", "hour": "14:30"}, e.AppointmentSet, "", "chase-diagnostic"),
    ("missed", _meeting, {}, e.AppointmentMissed, "", "hold-debrief"),
    ("debrief", lambda h: h.dispatched(), {"note": "ok"}, e.DebriefHeld, "hold-debrief", "build-prescription"),
    ("prescription", _debriefed, {"kept": ["cap-lec"]}, e.PrescriptionBuilt, "build-prescription", "refer"),
    ("refer", _prescribed, {"partner": "EPN"}, e.ReferralSent, "", "refer"),
    ("answer", _referred, {"answer": "refused", "reason": "complet"}, e.ReferralAnswered, "", "refer"),
    ("start", _prescribed, {"ends": "2026-04-30"}, e.ActionStarted, "", "record-outcome"),
    ("end", _prescribed, {"outcome": "done"}, e.ActionEnded, "", "refer"),
    ("drop", _prescribed, {"reason": "déjà faite"}, e.ActionDropped, "", "refer"),
    ("note", _opened, {"text": "vue ce matin"}, e.NoteTaken, "", "present-pix"),
    ("identity", _opened, {"last_name": "Diallo-Sow"}, e.IdentityCorrected, "", "present-pix"),
    ("contact", _opened, {"phone": "06 12 34 56 78"}, e.ContactCorrected, "", "present-pix"),
    ("project", _opened, {"project": "vente"}, e.ProjectStated, "", "present-pix"),
    ("programme", _opened, {"programme": "CEJ", "group": "mars"}, e.ProgrammeJoined, "", "plan-diagnostic"),
    ("assign", _unassigned, {}, e.AdvisorAssigned, "assign-advisor", "present-pix"),
    ("review", _late, {"note": "vu"}, e.LateEventReviewed, "review-late-event", ""),
    ("close", _opened, {"reason": "employment"}, e.DossierClosed, "present-pix", ""),
    ("reopen", _closed, {"reason": "revenue"}, e.DossierReopened, "", "present-pix"),
    ("retract", _first_fact, {"reason": "erreur"}, e.Retracted, "plan-diagnostic", "present-pix"),
    ("unmatch", lambda h: h.scored(), {"reason": "homonyme"}, e.Retracted, "dispatch-result", "chase-diagnostic"),
]  # fmt: skip
FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "appointment": ({"hour": "midi"}, "Écrivez une heure, comme 14:30."),
    "retract": ({"reason": ""}, "Écrivez le motif."),
    "unmatch": ({"reason": ""}, "Écrivez le motif."),
}
TEXTS: tuple[str, ...] = ("note", "reason", "wish", "project", "text", "place")
FOR_REFERENT = ("assign", "review", "unmatch")


def test_every_form_has_its_case() -> None:
    assert {case[0] for case in FORM_CASES} == set(FORMS)


@pytest.mark.parametrize(
    ("form", "arrange", "said", "event", "gone", "new"), FORM_CASES, ids=[c[0] for c in FORM_CASES]
)
def test_a_form_records_its_fact_once_and_the_sheet_follows(
    locale: House, form: str, arrange: Any, said: dict[str, Any], event: type[Event], gone: str, new: str
) -> None:
    dossier, about = arrange(locale)
    client = locale.client("Sophie Lecomte" if form in FOR_REFERENT else "Nadia Benali")
    advisor = {"advisor": str(locale.people["Paul Rey"])} if form == "assign" else {}
    sent = {**opened(client, dossier, form, about), **said, **advisor}
    before = len(locale.events(dossier))

    answer = send(client, dossier, form, sent, hx=True)
    again = send(client, dossier, form, sent)

    recorded = locale.events(dossier)[before:]
    assert isinstance(recorded[-1], event)
    assert answer.status_code == again.status_code == 303
    assert (
        answer.headers["location"] == again.headers["location"] == f"/dossiers/{dossier}?fait={before + len(recorded)}"
    )
    kinds = owed(locale, dossier)
    assert gone not in kinds
    assert not new or new in kinds
    whole = client.get(answer.headers["location"])
    assert sheet(client.get(answer.headers["location"], headers=HTMX).text) == sheet(whole.text)
    assert "Enregistré :" in words(whole.text)


@pytest.mark.parametrize("form", list(FORMS))
def test_a_refused_form_keeps_every_value_and_says_what_is_wrong(locale: House, form: str) -> None:
    arrange = next(case[1] for case in FORM_CASES if case[0] == form)
    dossier, about = arrange(locale)
    client = locale.client("Sophie Lecomte" if form in FOR_REFERENT else "Nadia Benali")
    fault, said = FAULTS.get(form, ({"on": "pas une date"}, "Écrivez une date qui existe"))
    sent = {**opened(client, dossier, form, about), **fault}
    texts: dict[str, Any] = {name: f"texte de {name}" for name in TEXTS if name in sent and name not in fault}
    before = len(locale.events(dossier))

    answer = send(client, dossier, form, {**sent, **texts}, hx=True)

    assert answer.status_code == 422
    assert answer.headers["hx-replace-url"] == "false"
    assert said in words(answer.text)
    assert {**values(answer.text), "command_id": ""} == {**sent, **texts, "command_id": ""}
    assert values(answer.text)["command_id"] != sent["command_id"]
    assert len(locale.events(dossier)) == before
    assert sheet(send(client, dossier, form, {**sent, **texts}).text) == sheet(answer.text)


def test_an_emptied_field_comes_back_empty(locale: House) -> None:
    dossier = locale.opened(project="vente en boutique")
    answer = press(locale.client("Nadia Benali"), dossier, "identity", last_name="", imilo_number="12-34")
    assert answer.status_code == 422
    assert values(answer.text)["last_name"] == ""
    assert values(answer.text)["imilo_number"] == "12-34"
    assert 'href="#last_name"' in answer.text


def test_what_the_engine_refuses_stands_under_its_field(locale: House) -> None:
    dossier = locale.opened()
    answer = press(locale.client("Nadia Benali"), dossier, "contact", phone="douze")
    assert answer.status_code == 422
    assert "Ce téléphone ne se lit pas" in words(answer.text)
    assert 'aria-describedby="phone-error"' in answer.text


def test_the_prescription_asks_for_a_reason_and_shows_the_grid_of_its_day(locale: House) -> None:
    dossier, _ = locale.debriefed("0.62")
    client = locale.client("Nadia Benali")
    answer = press(client, dossier, "prescription", kept=["clea-numerique"], added="Permis\n\nCode", wish="vite")
    assert answer.status_code == 422
    assert "Dites pourquoi" in words(answer.text)
    assert values(answer.text)["kept"] == "clea-numerique"
    sent = {**values(answer.text), "reason": "le projet le demande"}
    assert send(client, dossier, "prescription", sent).status_code == 303
    built = locale.events(dossier)[-1]
    assert isinstance(built, e.PrescriptionBuilt)
    assert [action.label for action in built.actions] == ["Cléa numérique", "Permis", "Code"]
    assert (built.wish, built.reason) == ("vite", "le projet le demande")


def test_a_campaign_or_an_advisor_of_nobody_is_refused(locale: House) -> None:
    dossier = locale.presented()
    stranger = "7f6a2b1e-0000-4000-8000-000000000001"
    answer = press(locale.client("Nadia Benali"), dossier, "plan", planned_for="2026-03-18", campaign=stranger)
    assert answer.status_code == 422
    answer = press(locale.client("Sophie Lecomte"), dossier, "assign", advisor=str(locale.people["Claire Vasseur"]))
    assert answer.status_code == 422
    assert locale.state(dossier).version == 3


def test_a_late_entry_counts_from_its_day(locale: House) -> None:
    locale.day(date(2026, 3, 2))
    dossier = locale.opened()
    locale.day(MONDAY)
    assert (
        press(locale.client("Nadia Benali"), dossier, "present", occasion="welcome", on="2026-03-05").status_code == 303
    )
    assert locale.state(dossier).orientation.presented.on == date(2026, 3, 5)
    page = words(locale.client("Nadia Benali").get(f"/dossiers/{dossier}").text)
    assert "5 mars 2026, noté le 16 mars 2026, 10:12 · Nadia Benali" in page
    assert "2 j de retard" in page

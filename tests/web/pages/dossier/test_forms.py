from datetime import date
from typing import Any
from uuid import UUID

import pytest

from pixflow import tasks
from pixflow.events import dossier as e
from tests.web.arranged import MONDAY
from tests.web.client import words
from tests.web.form_cases import CASES, Case
from tests.web.paths import House
from tests.web.pressing import HTMX, opened, press, send, sheet, values
from tests.web.tags import parsed
from web.http.forms import labels
from web.pages.dossier.forms import FORMS


def owed(locale: House, dossier: UUID) -> dict[str, tasks.Task]:
    """The tasks of a dossier by key."""
    return {task.key: task for task in tasks.of_dossier(locale.state(dossier), locale.served.refs)}


def named(locale: House, dossier: UUID) -> dict[str, str]:
    """Returns names of the ids in task keys: the plan, the result, the first action, a grid…"""
    state = locale.state(dossier)
    grids = {str(one.number): "grid" for _, one in locale.served.refs.grilles.published}
    plan = {str(state.orientation.plan.id): "plan"} if state.orientation.plan else {}
    results = {str(id): "result" for id in state.diagnostic.participations}
    actions = {str(id): f"action {n}" for n, id in enumerate(state.parcours.actions, 1)}
    sent = {str(one.id): "referral" for known in state.parcours.actions.values() for one in known.referrals}
    studies = {str(id): "study" for id in state.prescription.studies}
    return plan | results | actions | sent | studies | grids | {str(id): "reminder" for id in state.reminders}


def said(key: str, names: dict[str, str]) -> str:
    """A task's key with the name of what it is about."""
    kind, _, about = key.partition(":")
    return f"{kind} {names[about]}" if about else kind


def _changed(before: dict[str, tasks.Task], after: dict[str, tasks.Task]) -> dict[str, dict[str, Any]]:
    """The fields of a task that are no longer the same; its escalations follow the day it is due."""
    fields = [name for name in tasks.Task.__struct_fields__ if name != "escalations"]
    pairs = {key: (before[key], after[key]) for key in before.keys() & after.keys() if before[key] != after[key]}
    return {
        key: {name: getattr(new, name) for name in fields if getattr(old, name) != getattr(new, name)}
        for key, (old, new) in pairs.items()
    }


def _told(locale: House, changes: dict[str, Any]) -> dict[str, Any]:
    """Returns the changes with people's names, and the variant of a task's reason."""
    names = {id: name for name, id in locale.people.items()}
    people = {field: names[value] for field, value in changes.items() if isinstance(value, UUID)}
    return {**changes, **people, **({"why": why.details["by"]} if (why := changes.get("why")) else {})}


FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "appointment": ({"hour": "midi"}, "Écrivez une heure, comme 14:30."),
    "snooze": ({"until": "bientôt"}, "écrivez une date qui existe"),
    "hand": ({"until": "bientôt"}, "écrivez une date qui existe"),
    "recall": ({"day": "bientôt"}, "Écrivez une date qui existe"),
    "book": ({"workshop": ""}, "Choisissez l’atelier."),
    "release": ({"workshop": "?"}, "Cette page n’est plus valable"),
    "retract": ({"reason": ""}, "Écrivez le motif."),
    "unmatch": ({"reason": ""}, "Écrivez le motif."),
}
FOR_REFERENT = ("assign", "lend", "review", "unmatch")
TAKES_BACK = ("retract", "unmatch")


def written(form: str) -> list[str]:
    """The fields of a form where people write words."""
    return [name for name, (label, _) in labels(FORMS[form].model).items() if label.kind in ("text", "textarea")]


MISSING: dict[str, tuple[dict[str, str], str, str]] = {
    "add": ({"proposal": "", "label": ""}, "label", "Choisissez une action, ou écrivez-la."),
    "refer": ({"partner": ""}, "partner", "Écrivez le nom du partenaire."),
    "progress": ({"outcome": ""}, "outcome", "Dites où en sont les tutoriels."),
    "link": ({"channel": ""}, "channel", "Dites comment le lien part."),
    "snooze": (
        {"until": "", "awaits": ""},
        "until",
        "Choisissez jusqu’à quel jour la tâche attend, ou quel événement.",
    ),
    "end": ({"outcome": ""}, "outcome", "Dites comment l’action a pris fin."),
    "chase": ({"channel": ""}, "channel", "Dites comment l’échange a eu lieu."),
}


@pytest.mark.parametrize("form", list(MISSING))
def test_a_missing_answer_has_the_sentence_of_its_form(locale: House, form: str) -> None:
    dossier, about = CASES[form].arrange(locale)
    client, (emptied, field, sentence) = locale.client("Nadia Benali"), MISSING[form]
    answer = send(client, dossier, form, {**opened(client, dossier, form, about), **CASES[form].said, **emptied})
    assert answer.status_code == 422
    assert sentence in words(str(parsed(answer.text).select_one(f"#{field}-error")))


@pytest.mark.parametrize(("form", "said", "field"), [
    ("prescription", {"kept": [], "added": "Stage", "reason": ""}, "reason"),
    ("prescription", {"kept": [], "added": "", "reason": ""}, "added"),
    ("debrief", {"note": "ok", "added": "Stage", "reason": ""}, "reason"),
])  # fmt: skip
def test_an_error_of_a_prescription_leads_to_its_field(
    locale: House, form: str, said: dict[str, Any], field: str
) -> None:
    case = CASES[form]
    dossier, about = case.arrange(locale)
    client = locale.client("Nadia Benali")
    page = parsed(send(client, dossier, form, {**opened(client, dossier, form, about), **said}).text)
    (link,) = page.select(".errors a")
    assert link["href"] == f"#{field}"
    assert page.select_one(f"#{field}")["aria-invalid"] == "true"
    assert "facultatif" not in page.select_one("label[for=reason]").text, "its hint says when it is asked"


def test_every_form_has_its_case() -> None:
    assert set(CASES) == set(FORMS)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_form_records_its_fact_once_and_the_sheet_follows(locale: House, case: Case) -> None:
    dossier, about = case.arrange(locale)
    client = locale.client("Sophie Lecomte" if case.form in FOR_REFERENT else "Nadia Benali")
    people = {name: str(locale.people[said]) for name, said in case.said.items() if name in ("advisor", "to")}
    sent = {**opened(client, dossier, case.form, about), **case.said, **people}
    names, before, head = named(locale, dossier), owed(locale, dossier), len(locale.events(dossier))

    answer = send(client, dossier, case.form, sent, hx=True)
    again = send(client, dossier, case.form, sent)

    assert [type(event) for event in locale.events(dossier)[head:]] == [case.event] * case.facts
    assert answer.status_code == again.status_code == 303
    assert answer.headers["location"] == again.headers["location"] == f"/dossiers/{dossier}?fait={head + case.facts}"
    whole = client.get(answer.headers["location"])
    assert sheet(client.get(answer.headers["location"], headers=HTMX).text) == sheet(whole.text)
    person = locale.state(dossier)
    receipt = f"Enregistré pour {person.first_name} {person.last_name} : "
    assert ("Annulé : " if case.form in TAKES_BACK else receipt) in words(whole.text)
    names = {**names, **named(locale, dossier)}
    after = owed(locale, dossier)
    assert {said(key, names) for key in before.keys() - after.keys()} == case.gone
    assert {said(key, names): after[key].due for key in after.keys() - before.keys()} == case.new
    changed = {said(key, names): _told(locale, changes) for key, changes in _changed(before, after).items()}
    assert changed == case.changed


@pytest.mark.parametrize("form", list(FORMS))
def test_a_refused_form_keeps_every_value_and_says_what_is_wrong(locale: House, form: str) -> None:
    dossier, about = CASES[form].arrange(locale)
    client = locale.client("Sophie Lecomte" if form in FOR_REFERENT else "Nadia Benali")
    fault, said = FAULTS.get(form, ({"on": "pas une date"}, "Écrivez une date qui existe"))
    sent = {**opened(client, dossier, form, about), **fault}
    texts: dict[str, Any] = {name: f"texte de {name}" for name in written(form) if name in sent and name not in fault}
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
    typed: dict[str, Any] = {"planned_for": "2026-03-18", "campaign": "7f6a2b1e-0000-4000-8000-000000000001"}
    retaking, _ = CASES["retake"].arrange(locale)
    assert press(locale.client("Nadia Benali"), retaking, "retake", **typed).status_code == 422
    dossier = locale.presented()
    assert press(locale.client("Nadia Benali"), dossier, "plan", **typed).status_code == 422
    answer = press(locale.client("Sophie Lecomte"), dossier, "assign", advisor=str(locale.people["Claire Vasseur"]))
    assert answer.status_code == 422
    assert locale.state(dossier).version == locale.version(dossier, e.PixPresented)


def test_an_unknown_workshop_is_refused_also_once_the_form_is_recorded(locale: House) -> None:
    dossier, about = CASES["book"].arrange(locale)
    client = locale.client("Nadia Benali")
    sent = opened(client, dossier, "book", about)
    forged = {**sent, "workshop": "7f6a2b1e-0000-4000-8000-000000000001"}
    first = send(client, dossier, "book", forged)
    assert send(client, dossier, "book", sent).status_code == 303
    version = locale.state(dossier).version
    for answer in (first, send(client, dossier, "book", forged)):
        assert answer.status_code == 422
        said = words(str(parsed(answer.text).select_one("#workshop-error")))
        assert said == "Choisissez l’une des réponses proposées."
    assert locale.state(dossier).version == version


def test_the_entry_into_the_cej_is_offered_to_those_who_entered_it_and_refused_to_others(locale: House) -> None:
    client = locale.client("Nadia Benali")
    for programme, offered in (("", False), ("PACEA", False), ("CEJ", True)):
        dossier = locale.opened(programme=programme)
        page = client.get(f"/dossiers/{dossier}?formulaire=present").text
        assert ('value="cej"' in page) == offered
        answer = press(client, dossier, "present", occasion="cej")
        assert answer.status_code == (303 if offered else 422)
        assert offered or "Cette personne n’est pas en CEJ" in words(
            str(parsed(answer.text).select_one("#occasion-error"))
        )


def test_who_left_the_cej_keeps_its_entry_and_its_day_is_corrected(locale: House) -> None:
    locale.day(date(2026, 3, 2))
    dossier, client = locale.opened(programme="CEJ"), locale.client("Nadia Benali")
    locale.day(MONDAY)
    press(client, dossier, "present", occasion="cej")
    version = len(locale.events(dossier))
    press(client, dossier, "programme", programme="PACEA")
    page = client.get(f"/dossiers/{dossier}?formulaire=present&corrige={version}").text
    sent = {**values(page), "on": "2026-03-05"}
    assert sent["occasion"] == "cej"
    assert client.post(f"/dossiers/{dossier}/present?corrige={version}", data=sent).status_code == 303
    assert locale.events(dossier)[-1] == e.PixPresented(occasion="cej", on=date(2026, 3, 5))


def test_a_debrief_before_its_result_and_a_prescription_before_its_debrief_are_asked_again(locale: House) -> None:
    client = locale.client("Nadia Benali")
    early: tuple[tuple[Any, str, dict[str, Any], str], ...] = (
        (locale.dispatched, "debrief", {}, "Le résultat n’a été envoyé que le 16 mars"),
        (locale.debriefed, "prescription", {"kept": ["cap-lec"]}, "La restitution est du 16 mars"),
    )
    for arrange, form, typed, said in early:
        answer = press(client, arrange()[0], form, on="2026-03-13", **typed)
        assert answer.status_code == 422
        assert said in words(str(parsed(answer.text).select_one("#on-error")))


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

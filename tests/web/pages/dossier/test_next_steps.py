"""Difficulty, tutorials, complete diagnostic, certification, retake, turns of a task: forms and page."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow import presets
from pixflow.dossier import follow_up
from pixflow.dossier.stages import certification, orientation, prescription
from pixflow.events import dossier as e
from tests.web import arranged
from tests.web.arranged import MONDAY, Arranged
from tests.web.client import words
from tests.web.filled import fill, said, structures_of
from tests.web.paths import House
from tests.web.pressing import opened, press, values
from tests.web.tags import parsed

NADIA, PAUL, SOPHIE = "Nadia Benali", "Paul Rey", "Sophie Lecomte"
CERTIFYING = {"certify", "not-certify", "enrol", "certified", "obtain"}


def facts(locale: House, dossier: UUID, count: int) -> list[str]:
    """The titles of the last facts."""
    return [type(event).__name__ for event in locale.events(dossier)[-count:]]


def offered(locale: House, dossier: UUID) -> set[str]:
    """Returns the forms of a certification that open."""
    client = locale.client(NADIA)
    pages = {name: client.get(f"/dossiers/{dossier}?formulaire={name}").text for name in CERTIFYING}
    return {name for name, page in pages.items() if 'id="form"' in page}


# --- a difficulty


def flagged(locale: House) -> tuple[UUID, UUID]:
    """In trouble at a workshop, and the result of that day is with the advisor."""
    dossier, _ = arranged.in_trouble(locale)
    found = locale.took(dossier)
    advisor = locale.people[NADIA]
    locale.on(dossier, prescription.dispatch_result, SOPHIE, participation=found, advisor=advisor)
    return dossier, found


def test_the_debrief_finds_the_cause_of_a_difficulty_and_gives_tutorials(locale: House) -> None:
    dossier, found = flagged(locale)
    page = words(locale.client(NADIA).get(f"/dossiers/{dossier}?formulaire=debrief&sur={found}").text)
    assert "Une difficulté a été signalée à l’atelier du 16 mars." in page
    sent: dict[str, Any] = {"cause": "digital", "tutorials": arranged.TUTORIALS}
    assert press(locale.client(NADIA), dossier, "debrief", found, **sent).status_code == 303
    assert facts(locale, dossier, 3) == ["DebriefHeld", "DifficultyExplored", "SelfStudyAssigned"]
    assert "D’où vient la difficulté" not in words(
        locale.client(NADIA).get(f"/dossiers/{dossier}?formulaire=debrief&sur={found}").text
    )


def test_a_debrief_without_a_flag_asks_for_no_cause(locale: House) -> None:
    dossier, found = locale.dispatched()
    assert "cause" not in opened(locale.client(NADIA), dossier, "debrief", found)
    page = locale.client(NADIA).get(f"/dossiers/{dossier}?formulaire=debrief&sur={found}").text
    assert 'name="cause"' not in page


def test_another_cause_is_to_be_told(locale: House) -> None:
    dossier, _ = arranged.in_trouble(locale)
    answer = press(locale.client(NADIA), dossier, "explore", cause="other")
    assert answer.status_code == 422
    assert 'aria-describedby="note-hint note-error"' in answer.text
    assert values(answer.text)["cause"] == "other"


def test_exploring_may_give_tutorials_at_once(locale: House) -> None:
    dossier, _ = arranged.in_trouble(locale)
    press(locale.client(NADIA), dossier, "explore", cause="both", tutorials=arranged.TUTORIALS)
    assert facts(locale, dossier, 2) == ["DifficultyExplored", "SelfStudyAssigned"]


def test_tutorials_still_going_on_are_followed_up_again(locale: House) -> None:
    dossier, study = arranged.before(arranged.studying)(locale)
    press(locale.client(NADIA), dossier, "progress", study, outcome="ongoing")
    state = locale.state(dossier).prescription.studies[UUID(str(study))]
    assert (state.outcome, state.over) == ("ongoing", False)
    page = words(locale.client(NADIA).get(f"/dossiers/{dossier}").text)
    assert f"suivre les tutoriels ({arranged.TUTORIALS}) à partir du 7 avril" in page


# --- the need, the plan


def test_no_need_asks_for_a_reason(locale: House) -> None:
    answer = press(locale.client(NADIA), locale.opened(), "need", needed="false")
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.text


def test_where_the_advisor_judges_the_need_the_page_asks_for_it(tmp_path: Path) -> None:
    with structures_of(tmp_path, {"Hautes-Pyrénées": presets.load("hautes-pyrenees")}, MONDAY) as found:
        there = found["Hautes-Pyrénées"]
        dossier, other = fill(there, 2)
        now = words(str(part(there, dossier, "now")))
        assert "Rien aujourd’hui. Dire si Pix concerne ce jeune" in now
        assert press(there.client(NADIA), dossier, "need", needed="true").status_code == 303
        assert "Présenter Pix" in words(str(part(there, dossier, "now")))
        press(there.client(NADIA), other, "need", needed="false", reason="déjà à l’aise")
        page = words(there.client(NADIA).get(f"/dossiers/{other}").text)
        assert "Pas de besoin pour l’instant" in page
        assert "Dire si Pix concerne ce jeune" not in words(str(part(there, other, "now")))


def test_a_plan_in_a_workshop_owes_a_seat(locale: House) -> None:
    dossier = locale.presented()
    sent: dict[str, Any] = {"modality": "workshop", "place": "", "planned_for": "2026-03-24"}
    assert press(locale.client(NADIA), dossier, "plan", **sent).status_code == 303
    assert "Inscrire à un atelier" in words(locale.client(NADIA).get(f"/dossiers/{dossier}").text)


@pytest.mark.parametrize(
    ("modality", "place", "where", "when"),
    [
        ("workshop", "Salle 2", "En atelier, Salle 2", "À partir du mardi 24 mars 2026"),
        ("cafe", "Médiabus", "Au café numérique, Médiabus", "À partir du mardi 24 mars 2026"),
        ("office", "", "Au bureau, Mortagne", "À partir du mardi 24 mars 2026"),
        ("home", "", "À la maison", "À partir du mardi 24 mars 2026"),
    ],
)
def test_the_fiche_says_where_and_when_for_each_modality(
    locale: House, modality: str, place: str, where: str, when: str
) -> None:
    dossier = locale.presented()
    sent = {"modality": modality, "place": place, "planned_for": "2026-03-24"}
    assert press(locale.client(NADIA), dossier, "plan", **dict[str, Any](sent)).status_code == 303
    fiche = parsed(locale.client(NADIA).get(f"/dossiers/{dossier}/fiche").text)
    facts = dict(zip(map(said, fiche.select("dt")), map(said, fiche.select("dd")), strict=True))
    assert (facts["Où"], facts["Quand"]) == (where, when)


def test_a_modality_that_the_protocol_does_not_offer_is_refused(locale: House) -> None:
    answer = press(locale.client(NADIA), locale.presented(), "plan", modality="train", planned_for="2026-03-24")
    assert answer.status_code == 422
    assert "Choisissez l’une des réponses proposées." in words(answer.text)


# --- the certification


@pytest.mark.parametrize(
    ("arrange", "forms"),
    [
        (arranged.debriefed, set()),
        (arranged.certifiable, {"certify", "not-certify"}),
        (arranged.proposed, {"not-certify", "enrol", "certified"}),
        (arranged.registered, {"not-certify", "enrol", "certified", "obtain"}),
        (arranged.taken, {"obtain"}),
    ],
    ids=["not yet", "certifiable", "proposed", "registered", "taken"],
)
def test_each_step_of_the_certification_offers_the_next(
    locale: House, arrange: Callable[[House], Arranged], forms: set[str]
) -> None:
    dossier, _ = arrange(locale)
    assert offered(locale, dossier) == forms


def test_once_obtained_nothing_more_is_offered_and_not_obtained_begins_again(locale: House) -> None:
    dossier, _ = arranged.taken(locale)
    locale.on(dossier, certification.obtain_certification, obtained=False, level="", note="un point manque")
    assert offered(locale, dossier) == {"certify", "enrol"}
    press(locale.client(NADIA), dossier, "enrol", session="2026-06-12")
    press(locale.client(NADIA), dossier, "obtain", obtained="true")
    assert offered(locale, dossier) == set()


def test_a_session_in_the_past_is_refused_under_its_field(locale: House) -> None:
    dossier, _ = arranged.proposed(locale)
    answer = press(locale.client(NADIA), dossier, "enrol", session="2026-03-01", place="GRETA")
    assert answer.status_code == 422
    assert "Le 1er mars 2026 est déjà passé" in words(answer.text)
    assert 'aria-describedby="session-error"' in answer.text
    assert values(answer.text)["place"] == "GRETA"


# --- the turns of a task


def test_a_pause_that_is_too_long_is_refused_under_its_field(locale: House) -> None:
    dossier, key = arranged.to_debrief(locale)
    answer = press(locale.client(NADIA), dossier, "snooze", key, until="2026-12-31", reason="en stage")
    assert answer.status_code == 422
    assert "14 juin 2026" in words(answer.text)
    assert 'aria-describedby="until-hint until-error"' in answer.text
    assert values(answer.text)["reason"] == "en stage"


def test_a_task_is_handed_to_somebody_of_the_team(locale: House) -> None:
    dossier, key = arranged.to_debrief(locale)
    for stranger in (uuid4(), locale.people["Claire Vasseur"], locale.people[NADIA]):
        assert press(locale.client(NADIA), dossier, "hand", key, to=str(stranger)).status_code == 422
    answer = press(locale.client("Sophie Lecomte"), dossier, "hand", key, to=str(locale.people[NADIA]))
    assert "Cette tâche est déjà à Nadia Benali : choisissez quelqu’un d’autre." in words(answer.text)
    answer = press(locale.client(NADIA), dossier, "hand", key, to=str(locale.people[PAUL]), note="je suis en formation")
    assert answer.status_code == 303
    told = words(locale.client(PAUL).get(f"/dossiers/{dossier}").text)
    assert "Confié à Paul Rey jusqu’au 14 juin : tenir la restitution — je suis en formation" in told


def test_what_a_workshop_said_makes_no_form_stale_but_one_of_its_stage(locale: House) -> None:
    dossier, _ = locale.dispatched()
    client = locale.client(NADIA)
    sent = {**opened(client, dossier, "study"), "tutorials": arranged.TUTORIALS}
    locale.on(dossier, orientation.assess_need, SOPHIE, needed=True, reason="")
    assert client.post(f"/dossiers/{dossier}/study", data=sent).status_code == 303
    assert isinstance(locale.events(dossier)[-1], e.SelfStudyAssigned)
    assert locale.state(dossier).orientation.need is not None
    assert date(2026, 3, 16) == locale.today


# --- the page


def part(locale: House, dossier: UUID, id: str, name: str = NADIA) -> Any:
    """One part of the page."""
    return parsed(locale.client(name).get(f"/dossiers/{dossier}").text).select_one(f"[aria-labelledby={id}-title]")


def beyond(locale: House, dossier: UUID) -> dict[str, str]:
    """Each line of « Progresser et certifier » with its links."""
    section = part(locale, dossier, "progress")
    labels, lines = section.select("dt"), section.select("dd")
    return {said(label): said(line) for label, line in zip(labels, lines, strict=True)}


def busy(locale: House) -> tuple[UUID, list[UUID]]:
    """Five tasks at once: an action to refer, one that a colleague has, one that rests, tutorials, at ease."""
    locale.day(date(2026, 2, 16))
    dossier, actions = locale.prescribed()
    context = {"study": uuid4()}
    locale.on(dossier, prescription.assign_self_study, tutorials=arranged.TUTORIALS, context=context)
    arranged.held(locale, dossier, ease=True)
    locale.day(MONDAY)
    rest = {"until": date(2026, 4, 1), "reason": "en stage"}
    locale.on(dossier, follow_up.snooze_task, task=f"refer:{actions[2]}", **rest)
    to = {"to": locale.people[PAUL], "until": date(2026, 3, 27), "note": ""}
    locale.on(dossier, follow_up.hand_over_task, task=f"refer:{actions[0]}", **to)
    return dossier, actions


def test_before_a_workshop_or_a_result_one_line_says_what_comes_first(locale: House) -> None:
    section = part(locale, locale.presented(), "progress")
    assert "D’abord un atelier ou un résultat partagé" in words(str(section))
    assert not section.select("a, dl")


def test_each_line_says_how_far_it_is_and_offers_the_next_step_alone(locale: House) -> None:
    dossier, _ = locale.dispatched("0.35")
    assert beyond(locale, dossier) == {
        "Diagnostic complet": "pas encore passé Noter comme passé",
        "Certification": "après le diagnostic complet",
        "Nouveau passage": "après une action terminée",
    }
    dossier, _ = arranged.registered(locale)
    assert beyond(locale, dossier) == {
        "Diagnostic complet": "passé le 16 mars",
        "Certification": "inscription faite le 16 mars, session du 10 avr. Noter comme passée"
        " Noter l’issue Changer de session Déclinée",
        "CV": "résultat pas encore valorisé Noter",
        "Nouveau passage": "après une action terminée",
    }
    dossier, _ = arranged.to_retake(locale)
    locale.day(date(2026, 3, 17))
    locale.on(dossier, certification.plan_retake, campaign=locale.campaign, planned_for=date(2026, 6, 15))
    assert beyond(locale, dossier)["Nouveau passage"] == "prévu à partir du 15 juin Changer Décliné"


def test_a_retake_that_was_taken_is_told_as_taken(locale: House) -> None:
    """Not as one to come: on the page, on the stepper, and in a form that plans another one."""
    dossier, _ = arranged.to_retake(locale)
    locale.day(date(2026, 3, 17))
    locale.on(dossier, certification.plan_retake, campaign=locale.campaign, planned_for=date(2026, 3, 18))
    locale.day(date(2026, 3, 19))
    locale.took(dossier, None, progress="0.5")
    assert beyond(locale, dossier)["Nouveau passage"] == "prévu à partir du 18 mars Changer Décliné"
    locale.took(dossier, "0.60")
    page = locale.client(NADIA).get(f"/dossiers/{dossier}?formulaire=retake").text
    assert beyond(locale, dossier)["Nouveau passage"] == "passé le 19 mars Prévoir à nouveau"
    assert "nouveau passage passé le 19 mars" in words(page)
    assert "nouveau passage prévu" not in words(page)
    assert 'value="2026-03-18"' not in page


def test_what_is_to_be_done_now_is_not_offered_twice(locale: House) -> None:
    dossier, _ = arranged.at_ease(locale)
    assert "Noter Décliné" in words(str(part(locale, dossier, "now")))
    assert beyond(locale, dossier)["Diagnostic complet"] == "pas encore passé"
    dossier, _ = flagged(locale)
    assert "l’entretien en cherche la cause" in words(str(part(locale, dossier, "now")))
    assert beyond(locale, dossier)["Difficulté"] == "signalée à l’atelier du 16 mars, cause à chercher"
    dossier, _ = arranged.certifiable(locale)
    assert "Proposer" not in beyond(locale, dossier)["Certification"]


def test_of_many_tasks_one_stands_out_and_what_rests_comes_last(locale: House) -> None:
    dossier, _ = busy(locale)
    now = part(locale, dossier, "now")
    assert [said(one) for one in now.select("h3")] == [
        "Orienter 15 j de retard",
        "Suivre les tutoriels aujourd’hui",
        "Faire passer le diagnostic complet 30 mars",
        "Noter l’issue",
        "Orienter",
    ]
    assert [said(one) for one in now.select(".rest")] == [
        "Confiée à Paul Rey jusqu’au 27 mars",
        "En pause jusqu’au 1er avril : en stage",
    ]
    assert [said(one) for one in now.select(".btn-primary")] == ["Orienter"]
    assert [said(one) for one in now.select(".panel")[0].select(".btn-primary")] == ["Orienter"]


def test_who_was_handed_a_task_finds_it_first(locale: House) -> None:
    dossier, _ = busy(locale)
    now = part(locale, dossier, "now", PAUL)
    assert said(now.select_one(".rest")) == "Confiée à vous jusqu’au 27 mars"
    assert said(now.select(".panel")[0].select_one(".btn-primary")) == "Noter l’issue"


@pytest.mark.parametrize("form", ["cv", "study", "not-complete", "snooze"])
def test_an_open_form_stands_beside_what_it_changes_and_is_the_one_that_stands_out(locale: House, form: str) -> None:
    dossier, _ = arranged.certifiable(locale) if form == "cv" else busy(locale)
    about = "complete-path" if form == "snooze" else ""
    page = parsed(locale.client(NADIA).get(f"/dossiers/{dossier}", params={"formulaire": form, "sur": about}).text)
    assert [one.name for one in page.select("main .btn-primary")] == ["button"]
    near = (page.select(".panel:has(#form)") or page.select("section:has(#form)"))[-1]
    expected = "Progresser et certifier" if form in ("cv", "study") else "Faire passer le diagnostic complet"
    assert said(near).startswith(expected)


def test_an_action_that_this_part_follows_points_to_it(locale: House) -> None:
    dossier, found = locale.debriefed("0.85")
    grille = locale.served.refs.grille(locale.today)
    kept = {"kept": ("cv", "certification"), "added": (), "wish": "", "project": "vente", "reason": ""}
    ids = {"grille": grille.document, "number": grille.number, "action_ids": (uuid4(), uuid4())}
    locale.on(dossier, prescription.build_prescription, participation=found, context=ids, **kept)
    deeds = [said(one) for one in part(locale, dossier, "prescription").select(".deed .actions")]
    assert [one.split(" Orienter")[0] for one in deeds] == ["Progresser et certifier", "Progresser et certifier"]
    now = words(str(part(locale, dossier, "now")))
    assert "Noter sur le CV" in now
    assert "Proposée" in now


def test_what_only_a_partner_s_silence_would_bring_is_not_announced(locale: House) -> None:
    dossier, _ = arranged.referred(locale)
    (label,) = [one.action.label for one in locale.state(dossier).parcours.actions.values() if one.referrals]
    coming = words(str(part(locale, dossier, "now")))
    assert f"relancer le partenaire ({label}) à partir du 30 mars" in coming
    assert "autre orientation" not in coming


def test_a_closed_dossier_keeps_what_was_reached_and_offers_nothing(locale: House) -> None:
    dossier, _ = arranged.registered(locale)
    locale.on(dossier, follow_up.close_dossier, reason="employment", note="")
    assert beyond(locale, dossier)["Certification"] == "inscription faite le 16 mars, session du 10 avr."
    dossier, _ = arranged.closed(locale)
    assert part(locale, dossier, "progress") is None


def test_a_replay_shows_what_each_of_these_facts_changed_and_who_had_the_task(locale: House) -> None:
    dossier, _ = busy(locale)
    page = parsed(locale.client("Claire Vasseur").get(f"/rejouer/{dossier}").text)
    assert [[said(cell) for cell in row.select("th, td")] for row in page.select(".diff tbody tr")] == [
        ["Confié : orienter", "—", "à Paul Rey, jusqu’au 27 mars 2026"]
    ]
    owed = [said(one) for one in page.select(".now .panel")]
    rule = "le protocole demande 5 jours ouvrés après le 16 février, soit le 23 février."
    lack = f"prescription du 16 février, aucune orientation en cours ; {rule}"
    assert "Orienter 15 j de retard Café numérique : " + lack in owed
    alone = lack.replace("aucune orientation en cours", "pas encore noté comme fait")
    assert f"Noter l’issue Illettrisme à vérifier : {alone} Confiée à Paul Rey jusqu’au 27 mars" in owed
    assert f"Orienter Permis de conduire : code en ligne : {lack} En pause jusqu’au 1er avril : en stage" in owed
    version = len(locale.events(dossier)) - 1
    page = parsed(locale.client("Claire Vasseur").get(f"/rejouer/{dossier}?version={version}").text)
    changed = [[said(cell) for cell in row.select("th, td")] for row in page.select(".diff tbody tr")]
    assert ["En pause : orienter", "—", "jusqu’au 1er avril 2026 (en stage)"] in changed

"""Words for a path: the line of each stage, and the changes of one event."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from pixflow import tasks
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as d
from pixflow.events.base import Event
from pixflow.events.values import Action, Moment
from tests import given
from tests.web.french.test_sentences import NAMES, plain
from web.french.dossier import path, progress
from web.french.events import changes

SOON = given.DAY + timedelta(days=20)
STUDY = UUID(int=0x57)
WORKSHOP_PLAN = given.planned(modality="workshop", planned_for=given.HELD)
SEATED = (given.opened(), given.assigned(), given.presented(), WORKSHOP_PLAN, given.booked())
THERE = given.attended()
GIVEN = d.SelfStudyAssigned(study=STUDY, tutorials="Le tableur", on=given.DAY)
FOLLOWED = d.SelfStudyFollowed(study=STUDY, outcome="done", note="", on=given.LATER)
EXPLORED = d.DifficultyExplored(cause="digital", note="", on=given.LATER)
COMPLETE = d.CompleteDiagnosticTaken(participation=None, on=given.LATER)
PROPOSED = d.CertificationProposed(note="", on=given.LATER)
REGISTERED = d.CertificationRegistered(session=SOON, place="GRETA", on=given.LATER)
RETAKE = d.RetakePlanned(campaign=given.CAMPAIGN, planned_for=SOON, on=given.LATER)
DEBRIEF = f"hold-debrief:{given.PARTICIPATION}"


def dossier(events: Sequence[Event]) -> Dossier:
    found: Dossier = given.state_of("dossier", *events)
    return found


CHECK = Action(given.ACTION, "Illettrisme à vérifier", "check", "illettrisme")
LEC = replace(given.LEC, id=given.COMPLETE)
CV = Action(given.ADDED, "Valoriser sur son CV", "cv", "cv")


def lines(*events: Event, **protocol: Any) -> dict[str, str]:
    """The four lines, as seen the day after the workshop's."""
    state = dossier(events)
    owed = {task.kind for task in tasks.of_dossier(state, given.references(**protocol))}
    found = progress.stages(state, owed, given.HELD + timedelta(days=1))
    return {stage: plain(line) for stage, line in found.items()}


@pytest.mark.parametrize(
    ("events", "orientation", "diagnostic"),
    [
        (
            (given.opened(), WORKSHOP_PLAN),
            "Pix à présenter, place en atelier à réserver",
            "à passer à partir du 29 sept.",
        ),
        (SEATED, "Pix présenté le 15 sept., place réservée le 29 sept.", "en atelier le 29 sept."),
        (
            (*SEATED, given.unbooked()),
            "Pix présenté le 15 sept., place en atelier à réserver",
            "à passer à partir du 29 sept.",
        ),
        (
            (*SEATED, given.unbooked("cancelled")),
            "Pix présenté le 15 sept., atelier du 29 sept. annulé, à réinscrire",
            "à passer à partir du 29 sept.",
        ),
        (
            (*SEATED, given.absent(excused=True)),
            "Pix présenté le 15 sept., excusé·e le 29 sept., à réinscrire",
            "à passer à partir du 29 sept.",
        ),
        (
            (given.opened(), WORKSHOP_PLAN, given.booked(), given.attended(trouble=True)),
            "Pix présenté en atelier le 29 sept.",
            "présent·e le 29 sept., en difficulté, résultat attendu",
        ),
        ((*SEATED, THERE, given.linked(progress="0.5")), "Pix présenté le 15 sept.", "test en cours : 50 % du test"),
        ((*SEATED, THERE, given.linked(), given.received()), "Pix présenté le 15 sept.", "35 % partagé le 15 sept."),
    ],
)
def test_a_seat_and_what_became_of_it(events: tuple[Event, ...], orientation: str, diagnostic: str) -> None:
    found = lines(*events)
    assert (found["orientation"], found["diagnostic"]) == (orientation, diagnostic)


def test_where_the_need_is_judged_nobody_is_to_be_told_before() -> None:
    asked = {"concerned": "assessed", "cej_mandatory": False}
    said = d.NeedAssessed(needed=False, reason="à l’aise", on=given.DAY)
    assert lines(given.opened(), **asked)["orientation"] == "Besoin à évaluer"
    assert lines(given.opened(), said, **asked)["orientation"] == "Pas de besoin pour l’instant"
    assert lines(given.opened(), replace(said, needed=True), **asked)["orientation"] == "Pix à présenter"


PLANNED = given.planned(planned_for=SOON)


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ((given.linked(progress="0.5"),), "Test commencé sans avoir été prévu"),
        ((given.linked(), given.received()), "Test passé sans avoir été prévu"),
        ((given.presented(), given.linked()), "Pix présenté le 15 sept., test passé sans avoir été prévu"),
        ((PLANNED, given.linked()), "Diagnostic prévu"),
        ((given.presented(), PLANNED, given.linked()), "Pix présenté le 15 sept."),
        ((given.declined(),), "Diagnostic décliné le 15 sept."),
        ((given.closed(),), "Pix non présenté"),
        ((PLANNED, given.closed()), "Diagnostic prévu"),
    ],
)
@pytest.mark.parametrize("concerned", ["all", "assessed"])
def test_what_was_skipped_is_said_as_it_is(events: tuple[Event, ...], line: str, concerned: str) -> None:
    asked = {"concerned": concerned, "cej_mandatory": False}
    assert lines(given.opened(), *events, **asked)["orientation"] == line


def test_what_was_declined_is_not_to_come() -> None:
    assert lines(given.opened(), given.declined())["diagnostic"] == "décliné"
    assert (
        lines(given.opened(), given.declined(), given.linked(progress="0.5"))["diagnostic"]
        == "test en cours : 50 % du test"
    )


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ((*SEATED, given.attended(trouble=True)), "difficulté à explorer"),
        ((*SEATED, given.attended(trouble=True), replace(EXPLORED, on=given.HELD), GIVEN), "tutoriels en cours"),
        (
            (*SEATED, given.attended(trouble=True), replace(EXPLORED, on=given.HELD), GIVEN, FOLLOWED),
            "après le diagnostic",
        ),
    ],
)
def test_a_difficulty_is_explored_and_worked_on(events: tuple[Event, ...], line: str) -> None:
    assert lines(*events)["prescription"] == line


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ((*SEATED, given.attended(ease=True)), "diagnostic complet à passer"),
        ((*given.PRESCRIBED, COMPLETE), "1 à orienter, diagnostic complet passé le 16 sept."),
        ((*given.DEBRIEFED, given.built(actions=(CHECK, CV, LEC))), "1 à orienter, 2 à faire"),
        ((*given.DEBRIEFED, given.built(actions=(CHECK,)), given.sent()), "1 en cours"),
        (
            (
                *given.PRESCRIBED,
                given.linked(given.LATER, given.SECOND, purpose="complete"),
                given.received(given.LATER, given.SECOND, purpose="complete", result=given.result(given.DAY)),
                COMPLETE,
            ),
            "1 à orienter, diagnostic complet passé le 15 sept.",
        ),
        ((*given.PRESCRIBED, COMPLETE, PROPOSED), "1 à orienter, certification proposée le 16 sept."),
        ((*given.PRESCRIBED, COMPLETE, PROPOSED, REGISTERED), "1 à orienter, session de certification le 5 oct."),
        ((*given.PRESCRIBED, given.started(), given.ended()), "1 terminée"),
        ((*given.PRESCRIBED, given.started(), given.ended(outcome="abandoned")), "1 abandonnée"),
        ((*given.PRESCRIBED, given.dropped()), "1 écartée"),
        ((*given.PRESCRIBED, RETAKE), "1 à orienter, nouveau passage prévu à partir du 5 oct."),
        ((*given.PRESCRIBED, RETAKE, d.RetakeDeclined(reason="non", on=given.LATER)), "1 à orienter"),
    ],
)
def test_how_far_the_parcours_goes(events: tuple[Event, ...], line: str) -> None:
    assert lines(*events)["parcours"] == line


# --- what one fact changed


def changed(*events: Event) -> list[tuple[str, str, str]]:
    """Returns the changes of the last of these events."""
    before, after = dossier(events[:-1]), dossier(events)
    found = changes.changes(before, after, NAMES, given.LATER)
    return [(plain(label), plain(old), plain(new)) for label, old, new in found]


@pytest.mark.parametrize(
    ("events", "label", "old", "new"),
    [
        (
            (given.opened(), d.NeedAssessed(needed=True, reason="", on=given.DAY)),
            "Besoin",
            "",
            "reconnu, le 15 septembre 2026",
        ),
        (SEATED, "Atelier", "", "place réservée le 29 septembre 2026"),
        (
            (*SEATED, given.booked(date(2026, 10, 6))),
            "Atelier",
            "place réservée le 29 septembre 2026",
            "place réservée le 6 octobre 2026",
        ),
        (
            (*SEATED, given.unbooked()),
            "Atelier",
            "place réservée le 29 septembre 2026",
            "place rendue, atelier du 29 septembre 2026",
        ),
        (
            (*SEATED, given.attended(trouble=True)),
            "Atelier",
            "place réservée le 29 septembre 2026",
            "présent·e le 29 septembre 2026, en difficulté",
        ),
        ((*SEATED, given.absent()), "Atelier", "place réservée le 29 septembre 2026", "absent·e le 29 septembre 2026"),
        ((given.opened(), EXPLORED), "Difficulté", "", "numérique, explorée le 16 septembre 2026"),
        ((given.opened(), GIVEN), "Tutoriels « Le tableur »", "", "donnés le 15 septembre 2026"),
        (
            (given.opened(), GIVEN, FOLLOWED),
            "Tutoriels « Le tableur »",
            "donnés le 15 septembre 2026",
            "terminés, vu le 16 septembre 2026",
        ),
        ((given.opened(), COMPLETE), "Diagnostic complet", "", "passé le 16 septembre 2026"),
        ((given.opened(), PROPOSED), "Certification", "", "proposée le 16 septembre 2026"),
        (
            (given.opened(), PROPOSED, REGISTERED),
            "Certification",
            "proposée le 16 septembre 2026",
            "inscription faite le 16 septembre 2026, session du 5 octobre 2026",
        ),
        (
            (given.opened(), PROPOSED, d.CertificationObtained(level="Avancé 1", on=given.LATER)),
            "Certification",
            "proposée le 16 septembre 2026",
            "obtenue le 16 septembre 2026 (Avancé 1)",
        ),
        ((given.opened(), d.ResultAddedToCv(on=given.DAY)), "Résultat sur le CV", "", "valorisé le 15 septembre 2026"),
        ((given.opened(), RETAKE), "Nouveau passage", "", "prévu à partir du 5 octobre 2026 : CEJ printemps"),
        (
            (given.opened(), RETAKE, d.RetakeDeclined(reason="non", on=given.LATER)),
            "Nouveau passage",
            "prévu à partir du 5 octobre 2026 : CEJ printemps",
            "décliné le 16 septembre 2026",
        ),
        (
            (given.opened(), d.TaskSnoozed(task=DEBRIEF, until=SOON, reason="en stage", on=given.DAY)),
            "En pause : tenir la restitution",
            "",
            "jusqu’au 5 octobre 2026 (en stage)",
        ),
        (
            (given.opened(), d.TaskHandedOver(task=DEBRIEF, to=given.COLLEAGUE, until=SOON, note="", on=given.DAY)),
            "Confié : tenir la restitution",
            "",
            "à Karim Morel, jusqu’au 5 octobre 2026",
        ),
    ],
)
def test_what_a_fact_of_the_whole_path_changed(events: tuple[Event, ...], label: str, old: str, new: str) -> None:
    assert (label, old, new) in changed(*events)


@pytest.mark.parametrize(
    ("started", "said"),
    [
        (given.DAY, "test en cours : 35 % du test, commencé le 15 sept., vu à l’import du 16 sept."),
        (given.LATER, "test en cours : 35 % du test, vu le 16 sept."),
        (None, "test en cours : 35 % du test, vu le 16 sept."),
    ],
)
def test_a_test_says_its_day_beside_that_of_the_import(started: date | None, said: str) -> None:
    """The day that it happened, and the day that we learned it."""
    moment = Moment(started) if started else None
    known = dossier([given.opened(), given.linked(given.LATER, progress="0.35", started=moment)])
    (link,) = known.diagnostic.participations.values()
    assert plain(path.participation(link, given.LATER)) == said

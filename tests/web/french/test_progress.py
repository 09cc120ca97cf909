"""Where a young person stands, in words: the line of each stage, and what one fact changed."""

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
from tests import given as g
from tests.web.french.test_sentences import NAMES, plain
from web.french.dossier import stages
from web.french.events import changes

SOON = g.DAY + timedelta(days=20)
STUDY = UUID(int=0x57)
WORKSHOP_PLAN = g.planned(modality="workshop", planned_for=g.HELD)
SEATED = (g.opened(), g.assigned(), g.presented(), WORKSHOP_PLAN, g.booked())
THERE = g.attended()
GIVEN = d.SelfStudyAssigned(study=STUDY, tutorials="Le tableur", on=g.DAY)
FOLLOWED = d.SelfStudyFollowed(study=STUDY, outcome="done", note="", on=g.LATER)
EXPLORED = d.DifficultyExplored(cause="digital", note="", on=g.LATER)
COMPLETE = d.CompleteDiagnosticTaken(participation=None, on=g.LATER)
PROPOSED = d.CertificationProposed(note="", on=g.LATER)
REGISTERED = d.CertificationRegistered(session=SOON, place="GRETA", on=g.LATER)
RETAKE = d.RetakePlanned(campaign=g.CAMPAIGN, planned_for=SOON, on=g.LATER)
DEBRIEF = f"hold-debrief:{g.PARTICIPATION}"


def dossier(events: Sequence[Event]) -> Dossier:
    found: Dossier = g.state_of("dossier", *events)
    return found


def lines(*events: Event, **protocol: Any) -> dict[str, str]:
    """The four lines, as seen the day after the workshop's."""
    state = dossier(events)
    owed = {task.kind for task in tasks.of_dossier(state, g.references(**protocol))}
    found = stages.stages(state, owed, g.HELD + timedelta(days=1))
    return {stage: plain(line) for stage, line in found.items()}


@pytest.mark.parametrize(
    ("events", "orientation", "diagnostic"),
    [
        ((g.opened(), WORKSHOP_PLAN), "Pix à présenter, place en atelier à réserver", "à passer à partir du 29 sept."),
        (SEATED, "Pix présenté le 15 sept., place réservée le 29 sept.", "en atelier le 29 sept."),
        (
            (*SEATED, g.unbooked()), "Pix présenté le 15 sept., place en atelier à réserver",
            "à passer à partir du 29 sept.",
        ),
        (
            (*SEATED, g.unbooked("cancelled")), "Pix présenté le 15 sept., atelier du 29 sept. annulé, à réinscrire",
            "à passer à partir du 29 sept.",
        ),
        (
            (*SEATED, g.absent(excused=True)),
            "Pix présenté le 15 sept., absent·e le 29 sept., excusé·e, à réinscrire", "à passer à partir du 29 sept.",
        ),
        (
            (g.opened(), WORKSHOP_PLAN, g.booked(), g.attended(trouble=True)), "Pix présenté en atelier le 29 sept.",
            "présent·e le 29 sept., en difficulté, résultat attendu",
        ),
        ((*SEATED, THERE, g.linked(progress="0.5")), "Pix présenté le 15 sept.", "test en cours, 50 %"),
        ((*SEATED, THERE, g.linked(), g.received()), "Pix présenté le 15 sept.", "35 % partagé le 15 sept."),
    ],
)  # fmt: skip
def test_a_seat_and_what_became_of_it(events: tuple[Event, ...], orientation: str, diagnostic: str) -> None:
    found = lines(*events)
    assert (found["orientation"], found["diagnostic"]) == (orientation, diagnostic)


def test_where_the_need_is_judged_nobody_is_to_be_told_before() -> None:
    asked = {"concerned": "assessed", "cej_mandatory": False}
    said = d.NeedAssessed(needed=False, reason="à l’aise", on=g.DAY)
    assert lines(g.opened(), **asked)["orientation"] == "Besoin à évaluer"
    assert lines(g.opened(), said, **asked)["orientation"] == "Pas de besoin pour l’instant"
    assert lines(g.opened(), replace(said, needed=True), **asked)["orientation"] == "Pix à présenter"


PLANNED = g.planned(planned_for=SOON)


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ((g.linked(progress="0.5"),), "Test commencé sans avoir été prévu"),
        ((g.linked(), g.received()), "Test passé sans avoir été prévu"),
        ((g.presented(), g.linked()), "Pix présenté le 15 sept., test passé sans avoir été prévu"),
        ((PLANNED, g.linked()), "Diagnostic prévu"),
        ((g.presented(), PLANNED, g.linked()), "Pix présenté le 15 sept."),
        ((g.declined(),), "Diagnostic décliné le 15 sept."),
        ((g.closed(),), "Pix non présenté"),
        ((PLANNED, g.closed()), "Diagnostic prévu"),
    ],
)
@pytest.mark.parametrize("concerned", ["all", "assessed"])
def test_what_was_skipped_is_said_as_it_is(events: tuple[Event, ...], line: str, concerned: str) -> None:
    asked = {"concerned": concerned, "cej_mandatory": False}
    assert lines(g.opened(), *events, **asked)["orientation"] == line


def test_what_was_declined_is_not_to_come() -> None:
    assert lines(g.opened(), g.declined())["diagnostic"] == "décliné"
    assert lines(g.opened(), g.declined(), g.linked(progress="0.5"))["diagnostic"] == "test en cours, 50 %"


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ((*SEATED, g.attended(trouble=True)), "difficulté à explorer"),
        ((*SEATED, g.attended(trouble=True), replace(EXPLORED, on=g.HELD), GIVEN), "tutoriels en cours"),
        ((*SEATED, g.attended(trouble=True), replace(EXPLORED, on=g.HELD), GIVEN, FOLLOWED), "après le diagnostic"),
    ],
)
def test_a_difficulty_is_explored_and_worked_on(events: tuple[Event, ...], line: str) -> None:
    assert lines(*events)["prescription"] == line


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ((*SEATED, g.attended(ease=True)), "diagnostic complet à passer"),
        ((*g.PRESCRIBED, COMPLETE), "1 à orienter, diagnostic complet passé le 16 sept."),
        (
            (
                *g.PRESCRIBED,
                g.linked(g.LATER, g.SECOND, purpose="complete"),
                g.received(g.LATER, g.SECOND, purpose="complete", result=g.result(g.DAY)),
                COMPLETE,
            ),
            "1 à orienter, diagnostic complet passé le 15 sept.",
        ),
        ((*g.PRESCRIBED, COMPLETE, PROPOSED), "1 à orienter, certification proposée le 16 sept."),
        (
            (*g.PRESCRIBED, COMPLETE, PROPOSED, REGISTERED),
            "1 à orienter, session de certification le 5 oct.",
        ),
        ((*g.PRESCRIBED, RETAKE), "1 à orienter, nouveau passage prévu à partir du 5 oct."),
        ((*g.PRESCRIBED, RETAKE, d.RetakeDeclined(reason="non", on=g.LATER)), "1 à orienter"),
    ],
)
def test_how_far_the_parcours_goes(events: tuple[Event, ...], line: str) -> None:
    assert lines(*events)["parcours"] == line


# --- what one fact changed


def changed(*events: Event) -> list[tuple[str, str, str]]:
    """What the last of these facts changed."""
    before, after = dossier(events[:-1]), dossier(events)
    found = changes.changes(before, after, NAMES, g.LATER)
    return [(plain(label), plain(old), plain(new)) for label, old, new in found]


@pytest.mark.parametrize(
    ("events", "label", "old", "new"),
    [
        (
            (g.opened(), d.NeedAssessed(needed=True, reason="", on=g.DAY)), "Besoin", "",
            "reconnu, le 15 septembre 2026",
        ),
        (SEATED, "Atelier", "", "place réservée le 29 septembre 2026"),
        (
            (*SEATED, g.booked(date(2026, 10, 6))), "Atelier", "place réservée le 29 septembre 2026",
            "place réservée le 6 octobre 2026",
        ),
        (
            (*SEATED, g.unbooked()), "Atelier", "place réservée le 29 septembre 2026",
            "place rendue, atelier du 29 septembre 2026",
        ),
        (
            (*SEATED, g.attended(trouble=True)), "Atelier", "place réservée le 29 septembre 2026",
            "présent·e le 29 septembre 2026, en difficulté",
        ),
        ((*SEATED, g.absent()), "Atelier", "place réservée le 29 septembre 2026", "absent·e le 29 septembre 2026"),
        ((g.opened(), EXPLORED), "Difficulté", "", "numérique, explorée le 16 septembre 2026"),
        ((g.opened(), GIVEN), "Tutoriels « Le tableur »", "", "donnés le 15 septembre 2026"),
        (
            (g.opened(), GIVEN, FOLLOWED), "Tutoriels « Le tableur »", "donnés le 15 septembre 2026",
            "terminés, vu le 16 septembre 2026",
        ),
        ((g.opened(), COMPLETE), "Diagnostic complet", "", "passé le 16 septembre 2026"),
        ((g.opened(), PROPOSED), "Certification", "", "proposée le 16 septembre 2026"),
        (
            (g.opened(), PROPOSED, REGISTERED), "Certification", "proposée le 16 septembre 2026",
            "inscription faite le 16 septembre 2026, session du 5 octobre 2026",
        ),
        (
            (g.opened(), PROPOSED, d.CertificationObtained(level="Avancé 1", on=g.LATER)), "Certification",
            "proposée le 16 septembre 2026", "obtenue le 16 septembre 2026 (Avancé 1)",
        ),
        ((g.opened(), d.ResultAddedToCv(on=g.DAY)), "Résultat sur le CV", "", "valorisé le 15 septembre 2026"),
        (
            (g.opened(), RETAKE), "Nouveau passage", "", "prévu à partir du 5 octobre 2026 : CEJ printemps",
        ),
        (
            (g.opened(), RETAKE, d.RetakeDeclined(reason="non", on=g.LATER)), "Nouveau passage",
            "prévu à partir du 5 octobre 2026 : CEJ printemps", "décliné le 16 septembre 2026",
        ),
        (
            (g.opened(), d.TaskSnoozed(task=DEBRIEF, until=SOON, reason="en stage", on=g.DAY)),
            "En pause : tenir la restitution", "", "jusqu’au 5 octobre 2026 (en stage)",
        ),
        (
            (g.opened(), d.TaskHandedOver(task=DEBRIEF, to=g.COLLEAGUE, until=SOON, note="", on=g.DAY)),
            "Confié : tenir la restitution", "", "à Karim Morel, jusqu’au 5 octobre 2026",
        ),
    ],
)  # fmt: skip
def test_what_a_fact_of_the_whole_path_changed(events: tuple[Event, ...], label: str, old: str, new: str) -> None:
    assert (label, old, new) in changed(*events)

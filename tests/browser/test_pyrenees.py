"""The story of the Mission locale des Hautes-Pyrénées, in a browser with scripts and in one without."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from pixflow.events import campaign, intake
from pixflow.events import dossier as d
from pixflow.events import workshop as w
from tests.browser import pyrenees_alone, pyrenees_cej, pyrenees_workshop
from tests.browser.catalogue import missing
from tests.browser.house import Clock, served
from tests.browser.pyrenees_house import JOINED, start
from tests.browser.pyrenees_walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.trial]
CHAPTERS = (
    pyrenees_cej.declared,
    pyrenees_workshop.owed_from_joining,
    pyrenees_alone.concerned,
    pyrenees_workshop.lou_too,
    pyrenees_workshop.scheduled,
    pyrenees_workshop.filled,
    pyrenees_workshop.given_back,
    pyrenees_workshop.sheet_to_sign,
    pyrenees_workshop.marked,
    pyrenees_workshop.booked_again,
    pyrenees_workshop.helped,
    pyrenees_cej.received,
    pyrenees_cej.in_trouble,
    pyrenees_alone.prescribed,
    pyrenees_alone.oriented,
    pyrenees_cej.followed,
    pyrenees_cej.at_ease,
    pyrenees_alone.done,
    pyrenees_cej.certified,
    pyrenees_alone.taken_again,
    pyrenees_alone.replayed,
    pyrenees_cej.watched,
)
"""In the order of the days on which they happen, from March to July."""
CAUSED = (
    campaign.CampaignDeclared, intake.ExportReceived,
    w.WorkshopScheduled, w.FacilitatorJoined, w.SeatTaken, w.SeatReleased, w.WaitlistJoined, w.SeatOffered,
    w.AttendanceMarked, w.HelpAsked, w.HelpGiven, w.WorkshopClosed,
    d.NeedAssessed, d.ProjectStated, d.PixPresented, d.DiagnosticPlanned, d.SeatBooked, d.SeatCancelled,
    d.WorkshopAttended, d.WorkshopMissed, d.ParticipationLinked, d.ResultReceived, d.ProfileReceived,
    d.DebriefHeld, d.DifficultyExplored, d.SelfStudyAssigned, d.SelfStudyFollowed, d.PrescriptionBuilt,
    d.ReferralSent, d.ReferralAnswered, d.ActionStarted, d.ActionEnded,
    d.CompleteDiagnosticTaken, d.CertificationProposed, d.CertificationRegistered, d.CertificationTaken,
    d.CertificationObtained, d.ResultAddedToCv, d.RetakePlanned,
)  # fmt: skip


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_from_a_group_that_joins_to_certification_and_progress(
    tmp_path: Path, new_tab: Callable[..., Page], glance: Callable[[Page], None], scripts: bool
) -> None:
    clock = Clock(JOINED)
    with served(start(tmp_path, clock), clock) as house:
        walk = Walk(house, tmp_path, new_tab, scripts, glance)
        for chapter in CHAPTERS:
            chapter(walk)
        absent = missing(house.recorded())
        assert not {event.TOPIC for event in CAUSED} & set(absent), "the story has these happen"
        assert d.ResultDispatched.TOPIC in absent, "results go straight to the advisor"

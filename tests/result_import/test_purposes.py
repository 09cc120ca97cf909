"""Corrected purposes of campaigns: results are recorded again, in one transaction."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from pixflow.actor import Actor
from pixflow.dossier.stages.prescription import dispatch_result
from pixflow.events import dossier as d
from pixflow.events.values import Purpose
from pixflow.participation.campaign import close_campaign
from pixflow.refused import Refused
from pixflow.result_import import match_after_opening
from pixflow.tasks import of_dossier
from tests.result_import.house import CAMPAIGN, FIRST, House, row, shared
from tests.result_import.test_meanwhile import before_the_lock

LATER = FIRST + timedelta(days=7)
AWA, BAH, CISSE = row("Diallo", "Awa", "100"), row("Bah", "Ali", "101"), row("Cissé", "Zoé")


def correct(
    house: House, purpose: Purpose = "complete", by: Actor | None = None, reason: str = "parcours Cléa"
) -> None:
    by = by or house.referent
    house.importer.correct_purpose(house.campaign, purpose=purpose, reason=reason, by=by, command_id=uuid4())


def owed(house: House, dossier: UUID) -> set[str]:
    return {task.kind for task in of_dossier(house.dossier(dossier), house.engine.references())}


def test_results_are_said_again_under_the_new_purpose(house: House) -> None:
    awa = house.open("Diallo", "Awa", "100", advisor=UUID(house.advisor.id))
    house.receive([shared(AWA, "0.8"), CISSE])
    house.declare(house.campaign)
    assert "dispatch-result" in owed(house, awa)
    before = house.engine.head()
    correct(house)
    recorded = house.events(before)
    assert house.told(before) == [
        "PurposeCorrected",
        "PurposeSettled",
        "Retracted",
        "Retracted",
        "ParticipationLinked",
        "ResultReceived",
        "CompleteDiagnosticTaken",
        "PurposeSettled",
    ]
    assert len({one.command for one in recorded}) == 1
    assert [one.event.reason for one in recorded if isinstance(one.event, d.Retracted)] == ["parcours Cléa"] * 2
    diagnostic = house.dossier(awa).diagnostic
    assert diagnostic.current("initial") is None
    complete = diagnostic.current("complete")
    assert complete
    assert complete[1].result.mastery == shared(AWA, "0.8").mastery
    assert not owed(house, awa) & {"dispatch-result", "hold-debrief"}
    assert {one.purpose for one in house.participations()} == {"complete"}


def test_and_back(house: House) -> None:
    awa = house.open("Diallo", "Awa", "100")
    house.receive([shared(AWA)])
    house.declare(house.campaign, purpose="complete")
    assert house.dossier(awa).parcours.complete
    correct(house, "initial")
    assert house.dossier(awa).parcours.complete is None
    assert "dispatch-result" in owed(house, awa)
    correct(house, "complete")
    assert house.dossier(awa).parcours.complete
    assert "dispatch-result" not in owed(house, awa)


def test_another_use_is_kept_in_the_dossier_and_owes_nothing(house: House) -> None:
    awa = house.open("Diallo", "Awa", "100", advisor=UUID(house.advisor.id))
    before = owed(house, awa)
    house.receive([shared(AWA)])
    house.declare(house.campaign, purpose="other")
    assert house.dossier(awa).diagnostic.current("other")
    assert house.dossier(awa).parcours.complete is None
    assert owed(house, awa) == before


def test_saying_it_twice_records_it_once(house: House) -> None:
    house.open("Diallo", "Awa", "100")
    house.receive([shared(AWA)])
    house.declare(house.campaign)
    correct(house)
    before = house.engine.head()
    correct(house)
    assert house.engine.head() == before


def test_what_people_did_about_it_stays(house: House) -> None:
    awa = house.open("Diallo", "Awa", "100", advisor=UUID(house.advisor.id))
    house.receive([shared(AWA)])
    house.declare(house.campaign)
    participation = next(iter(house.dossier(awa).diagnostic.participations))
    house.do(dispatch_result, {"dossier": awa}, participation=participation, advisor=UUID(house.advisor.id))
    correct(house)
    assert list(house.dossier(awa).prescription.dispatched) == [participation]
    correct(house, "initial")
    assert "hold-debrief" in owed(house, awa)


def test_what_comes_later_comes_under_the_new_purpose(house: House) -> None:
    awa, bah = house.open("Diallo", "Awa", "100"), house.open("Bah", "Ali", "101")
    house.receive([AWA])
    house.declare(house.campaign)
    correct(house)
    house.receive([shared(AWA), shared(BAH)], LATER)
    for dossier in (awa, bah):
        assert house.dossier(dossier).diagnostic.current("complete")
        assert house.dossier(dossier).parcours.complete


def test_a_correction_is_previewed_and_records_nothing(house: House) -> None:
    awa = house.open("Diallo", "Awa", "100")
    house.receive([shared(AWA), CISSE])
    house.declare(house.campaign)
    before = house.engine.head()
    changed = house.importer.preview_correction(house.campaign, "complete", by=house.referent)
    assert house.engine.head() == before
    then, now = changed[awa]
    assert (then.kind, then.state.parcours.complete, now.state.parcours.complete.accepted) == ("dossier", None, True)


def test_a_correction_is_the_referents_and_needs_a_reason(house: House) -> None:
    house.receive([AWA])
    with pytest.raises(Refused, match="undeclared-campaign"):
        correct(house)
    house.declare(house.campaign)
    with pytest.raises(Refused, match="not-allowed"):
        correct(house, by=house.advisor)
    with pytest.raises(Refused, match="required"):
        correct(house, reason=" ")


def test_a_match_made_meanwhile_is_corrected_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.receive([shared(AWA)])
    house.declare(house.campaign)
    awa = house.open("Diallo", "Awa", "100")
    waiting = house.waiting("100")
    before_the_lock(house, monkeypatch, lambda: match_after_opening(house.engine, awa, waiting, command_id=uuid4()))
    correct(house)
    assert house.dossier(awa).diagnostic.current("complete")


def test_an_export_of_a_closed_campaign_still_comes_in(house: House) -> None:
    house.receive([AWA])
    house.declare(house.campaign)
    house.do(close_campaign, {"campaign": house.campaign})
    assert not house.engine.references().campaigns[house.campaign].open
    assert house.receive([shared(AWA), BAH], LATER).new == 1
    assert house.engine.references().campaigns[house.campaign].name == CAMPAIGN.name

"""Matches that make themselves: at import, when a campaign is declared, when a dossier opens or is corrected."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from pixflow.dossier.identity import correct_identity
from pixflow.participation.matches import reject_match
from pixflow.pix_orga.export import utc_moment
from pixflow.pix_orga.samples import file_name, write_export
from pixflow.refused import Refused
from pixflow.result_import import match_after_opening
from tests.result_import.house import CAMPAIGN, FIRST, STARTED, House, row, shared

LATER = FIRST + timedelta(days=7)
AWA, BAH = row("Diallo", "Awa", "0012345"), row("Bah", "Ali", "77")


def matched(house: House) -> dict[str, UUID | None]:
    return {one.last_name: one.dossier for one in house.participations()}


def test_a_row_whose_number_and_names_agree_is_matched_with_its_result(house: House) -> None:
    dossier = house.open("DIALLO", "awa", "0012345")
    house.declare()
    house.receive([shared(AWA), BAH])
    assert matched(house) == {"Diallo": dossier, "Bah": None}
    (link,) = house.dossier(dossier).diagnostic.participations.values()
    assert link.result
    assert link.purpose == "initial"


def test_another_name_or_lost_zeros_are_not_matched(house: House) -> None:
    house.open("Traoré", "Awa", "0012345")
    house.open("Bah", "Ali", "077")
    house.declare()
    house.receive([AWA, BAH])
    assert matched(house) == {"Diallo": None, "Bah": None}


def test_an_undeclared_campaign_is_recorded_and_waits_until_it_is_declared(house: House) -> None:
    dossier = house.open("Diallo", "Awa", "0012345")
    house.receive([shared(AWA), BAH])
    assert [one.purpose for one in house.participations()] == [None, None]
    assert matched(house) == {"Diallo": None, "Bah": None}
    house.declare(house.campaign)
    assert [one.purpose for one in house.participations()] == ["initial", "initial"]
    assert matched(house) == {"Diallo": dossier, "Bah": None}
    assert house.dossier(dossier).diagnostic.current("initial")


def test_a_campaign_declared_by_its_code_is_found_by_the_export(house: House) -> None:
    house.declare(code="kmrt wx482")
    house.receive([AWA])
    known = house.engine.references().campaigns[house.campaign]
    assert (known.pix_id, known.code, known.purpose) == (CAMPAIGN.id, "KMRTWX482", "initial")
    assert len(house.engine.references().campaigns) == 1


def test_a_campaign_met_in_an_export_is_declared_by_its_code(house: House) -> None:
    house.receive([AWA])
    house.declare(None)
    assert house.engine.references().campaigns[house.campaign].purpose == "initial"
    assert house.participations()[0].purpose == "initial"


def test_a_declaration_said_twice_is_said_once_and_another_is_refused(house: House) -> None:
    house.receive([AWA])
    house.declare(house.campaign)
    before = house.engine.head()
    house.declare(house.campaign)
    assert house.engine.head() == before
    with pytest.raises(Refused, match="already-declared"):
        house.declare(house.campaign, purpose="other")


def test_a_code_reused_by_another_campaign_stays_with_the_first(house: House) -> None:
    house.receive([AWA])
    other = replace(CAMPAIGN, id=99)
    house.record(house.importer.prepare(write_export(other, [BAH]), file_name(other, FIRST)))
    campaigns = house.engine.references().campaigns.values()
    assert {known.pix_id: known.code for known in campaigns} == {CAMPAIGN.id: CAMPAIGN.code, 99: None}


def test_what_comes_later_goes_to_the_matched_dossier(house: House) -> None:
    dossier = house.open("Diallo", "Awa", "0012345")
    house.declare()
    house.receive([AWA, *(row(f"J{n}", "Sam") for n in range(20))])
    others = [row(f"J{n}", "Sam") for n in range(20)]
    house.receive([shared(AWA, "0.7"), *others], LATER)
    assert house.dossier(dossier).diagnostic.current("initial")
    house.receive(others, LATER + timedelta(days=1))
    (link,) = house.dossier(dossier).diagnostic.participations.values()
    assert link.withdrawn
    assert link.result
    house.receive([shared(AWA, "0.7"), *others, BAH], LATER + timedelta(days=2))
    (link,) = house.dossier(dossier).diagnostic.participations.values()
    assert link.withdrawn is None


def test_two_tries_of_one_person_go_to_one_dossier(house: House) -> None:
    dossier = house.open("Diallo", "Awa", "0012345")
    house.declare()
    house.receive([shared(AWA), replace(AWA, started=utc_moment(STARTED + timedelta(days=1)))])
    assert len(house.dossier(dossier).diagnostic.participations) == 2


def test_what_waits_is_matched_when_its_dossier_opens(house: House) -> None:
    house.declare()
    house.receive([shared(AWA), BAH])
    dossier = house.open("Diallo", "Awa", "0012345")
    done = match_after_opening(house.engine, dossier, house.waiting("0012345"), command_id=uuid4())
    assert {recorded.by for recorded in done.recorded} == {"system:import"}
    assert {recorded.via for recorded in done.recorded} == {"import"}
    assert matched(house) == {"Diallo": dossier, "Bah": None}


def test_what_waits_is_matched_when_an_identity_is_corrected(house: House) -> None:
    house.declare()
    house.receive([AWA])
    dossier = house.open("Dialo", "Awa", "0012345")
    assert not match_after_opening(house.engine, dossier, house.waiting("0012345"), command_id=uuid4()).recorded
    said = {
        "last_name": "Diallo",
        "first_name": "Awa",
        "birth_date": None,
        "imilo_number": "0012345",
        "site": "L’Aigle",
    }
    command_id = house.do(correct_identity, {"dossier": dossier}, **said)
    match_after_opening(house.engine, dossier, house.waiting("0012345"), command_id=command_id)
    assert matched(house) == {"Diallo": dossier}


def test_nothing_waits_and_nothing_is_matched(house: House) -> None:
    dossier = house.open("Diallo", "Awa", "0012345")
    assert not match_after_opening(house.engine, dossier, [], command_id=uuid4()).recorded


def test_a_match_rejected_is_not_made_again(house: House) -> None:
    house.declare()
    house.receive([AWA])
    dossier = house.open("Diallo", "Awa", "0012345")
    (waiting,) = house.waiting("0012345")
    house.do(reject_match, {"participation": waiting}, dossier=dossier)
    match_after_opening(house.engine, dossier, [waiting], command_id=uuid4())
    assert matched(house) == {"Diallo": None}

"""The structure knows its own organisations of Pix Orga: the first export says it, another one is accepted by name."""

from uuid import uuid4

import pytest

from pixflow.engine import Step
from pixflow.events.structure import OrganisationAccepted
from pixflow.participation.campaign import receive_export
from pixflow.refused import Refused
from pixflow.result_import import Answers, PreparedExport
from tests.result_import.house import FIRST, House, row

OWN, OTHER = "Mission locale du Perche", "Lycée d’ailleurs"


def prepared(house: House, name: str, organisation: str, answers: Answers = Answers()) -> PreparedExport:
    return house.prepare([row(name, "Zoé")], FIRST, answers, organisation=organisation)


def asked(one: PreparedExport) -> list[str]:
    assert one.preview
    return [question.code for question in one.preview.questions]


def own(house: House) -> list[tuple[str, str]]:
    return [(one.name, one.by) for one in house.engine.references().structure.organisations]


def test_the_first_export_says_the_organisation_and_who_imports_it_accepts_it(house: House) -> None:
    first = prepared(house, "Petit", OWN)
    assert first.preview
    assert (first.preview.organisation, first.preview.own, first.preview.questions) == (OWN, (), ())
    house.record(first)
    assert own(house) == [(OWN, house.referent.id)]
    before = house.engine.head()
    house.record(prepared(house, "Martin", "MISSION LOCALE DU PERCHE"))
    assert "OrganisationAccepted" not in house.told(before), "the same name, written otherwise"


def test_another_organisation_is_asked_for_and_accepted_by_its_name(house: House) -> None:
    house.record(prepared(house, "Petit", OWN))
    assert asked(prepared(house, "Martin", OTHER)) == ["organisation"]
    assert asked(prepared(house, "Martin", OTHER, Answers(organisation=OWN))) == ["organisation"]
    with pytest.raises(Refused) as refused:
        house.record(prepared(house, "Martin", OTHER))
    assert refused.value.code == "questions"
    house.record(prepared(house, "Martin", OTHER, Answers(organisation=OTHER)))
    assert own(house) == [(OWN, house.referent.id), (OTHER, house.referent.id)]
    assert asked(prepared(house, "Bernard", OTHER)) == []


def test_two_first_exports_at_once_do_not_both_say_the_organisation(house: House) -> None:
    mine, theirs = prepared(house, "Petit", OWN), prepared(house, "Martin", OTHER)
    assert asked(theirs) == []
    house.record(mine)
    before = house.engine.head()
    with pytest.raises(Refused) as refused:
        house.record(theirs)
    assert (refused.value.code, refused.value.details) == ("other-organisation", {"organisation": OTHER})
    assert house.engine.head() == before


def test_a_structure_of_last_year_has_exports_and_no_organisation(house: House) -> None:
    """An event of before has no organisation: the next import says it."""
    counts = {"new": 0, "progressed": 0, "shared": 0, "unchanged": 0, "vanished": 0, "problems": 0}
    said = {"digest": "ab" * 32, "campaign": uuid4(), "exported_at": FIRST, "counts": counts}
    step = Step({"intake": uuid4()}, receive_export, context=said)
    house.engine.execute_all([step], "of last year", by=house.referent, command_id=uuid4(), via="import")
    assert own(house) == []
    house.record(prepared(house, "Petit", OWN))
    assert own(house) == [(OWN, house.referent.id)]


def test_an_advisor_imports_nothing_and_accepts_nothing(house: House) -> None:
    with pytest.raises(Refused) as refused:
        house.importer.record(prepared(house, "Petit", OWN), by=house.advisor, command_id=uuid4())
    assert refused.value.code == "not-allowed"
    assert not any(isinstance(one.event, OrganisationAccepted) for one in house.events(0))

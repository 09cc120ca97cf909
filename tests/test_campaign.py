from typing import Any

import pytest

from pixflow.campaign import choose_external_id_column, declare_campaign, find_campaign
from pixflow.events.campaign import CampaignDeclared, CampaignFound, ExternalIdColumnChosen
from pixflow.streams import KINDS
from tests.given import DAY, LATER, declared, found, given, state_of

EXPORT: dict[str, Any] = {
    "pix_id": 481516, "code": "CEJPRI263", "name": "CEJ printemps", "pix_course": "Diagnostic", "on": DAY,
}  # fmt: skip
DECLARATION: dict[str, Any] = {
    "name": "Diagnostic CEJ", "code": "CEJPRI263", "purpose": "initial", "site": None, "on": DAY,
}  # fmt: skip


def test_a_campaign_is_found_in_an_export() -> None:
    given().when(find_campaign, **EXPORT).then(CampaignFound(**EXPORT))


def test_it_is_declared_once_before_or_after_it_is_found() -> None:
    said = CampaignDeclared(**DECLARATION)
    given(found()).when(declare_campaign, **DECLARATION).then(said)
    given().when(declare_campaign, **DECLARATION).then(said)
    given(found(), declared()).when(declare_campaign, **DECLARATION | {"purpose": "other"}).refused(
        "already-declared", purpose="initial"
    )


def test_what_was_declared_stands_when_an_export_comes() -> None:
    named = found()
    given(declared()).when(find_campaign, **EXPORT).then(named)
    given(declared(), named).when(declare_campaign, **DECLARATION).then_nothing()
    state = state_of("campaign", declared(), named)
    assert (state.name, state.code, state.pix_id) == ("Diagnostic CEJ", "CEJPRI263", 481516)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("cejpri263", "CEJPRI263"), (" CEJ PRI 263 ", "CEJPRI263"), ("LTBJUP656", "LTBJUP656"), ("ABCD", "ABCD")],
)
def test_a_code_is_read_as_it_is_typed(typed: str, code: str) -> None:
    given(found()).when(declare_campaign, **DECLARATION | {"code": typed}).then(
        CampaignDeclared(**DECLARATION | {"code": code})
    )


@pytest.mark.parametrize("code", ["ABC", "A" * 21, "CÉJ263", "CEJ-263"])
def test_a_code_that_pix_would_not_give_is_refused(code: str) -> None:
    given(found()).when(declare_campaign, **DECLARATION | {"code": code}).refused("bad-code", field="code")


@pytest.mark.parametrize("field", ["name", "code"])
def test_name_and_code_are_required(field: str) -> None:
    given(found()).when(declare_campaign, **DECLARATION | {field: " "}).refused("required", field=field)


def test_the_column_of_the_external_id_is_chosen_and_may_change() -> None:
    given(found()).when(choose_external_id_column, header="N° dossier", on=DAY).then(
        ExternalIdColumnChosen(header="N° dossier", on=DAY)
    )
    chosen = ExternalIdColumnChosen(header="N° dossier", on=DAY)
    given(found(), chosen).when(choose_external_id_column, header="", on=LATER).then(
        ExternalIdColumnChosen(header="", on=LATER)
    )


def test_its_link_is_where_the_test_is_taken() -> None:
    assert state_of("campaign", declared()).link == "https://app.pix.fr/campagnes/CEJPRI263"
    assert state_of("campaign").link is None


def test_it_claims_its_code_and_its_number() -> None:
    claims = KINDS["campaign"].claims
    assert claims(state_of("campaign", found())) == {("campaign", "481516"), ("campaign-code", "CEJPRI263")}
    assert claims(state_of("campaign", declared())) == {("campaign-code", "CEJPRI263")}
    assert claims(state_of("campaign")) == frozenset()

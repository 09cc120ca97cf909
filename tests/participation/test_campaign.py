from typing import Any

import pytest

from pixflow.events.base import Event
from pixflow.events.campaign import (
    CampaignClosed,
    CampaignCorrected,
    CampaignDeclared,
    CampaignFound,
    CampaignReopened,
    ExternalIdColumnChosen,
    PurposeCorrected,
)
from pixflow.participation.campaign import (
    choose_external_id_column,
    close_campaign,
    correct_campaign,
    correct_purpose,
    declare_campaign,
    find_campaign,
    reopen_campaign,
    suits,
)
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
    given(found()).when(choose_external_id_column, header="N° dossier").then(
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


# --- the kind of its exports


PROFILES = CampaignFound(**EXPORT, kind="profile")


@pytest.mark.parametrize(
    ("kind", "purposes"), [("assessment", {"initial", "complete", "other"}), ("profile", {"profile", "other"})]
)
def test_each_kind_of_exports_has_its_purposes(kind: Any, purposes: set[str]) -> None:
    all_purposes: tuple[Any, ...] = ("initial", "complete", "profile", "other")
    assert {purpose for purpose in all_purposes if suits(purpose, kind)} == purposes
    assert all(suits(purpose, None) for purpose in all_purposes)
    assert state_of("campaign", CampaignFound(**EXPORT, kind=kind)).kind == kind


def test_a_purpose_that_its_exports_cannot_serve_is_refused() -> None:
    initial, profile = DECLARATION, DECLARATION | {"purpose": "profile"}
    given(PROFILES).when(declare_campaign, **initial).refused("unsuited-purpose", field="purpose", kind="profile")
    given(found()).when(declare_campaign, **profile).refused("unsuited-purpose", kind="assessment", purpose="profile")
    given(PROFILES).when(declare_campaign, **profile).then(CampaignDeclared(**profile))


def test_an_export_of_another_kind_is_none_of_this_campaign() -> None:
    given(declared()).when(find_campaign, **EXPORT, kind="profile").refused("not-its-kind", kind="profile")
    given(PROFILES).when(find_campaign, **EXPORT, kind="assessment").refused("not-its-kind", kind="assessment")
    given(PROFILES).when(find_campaign, **EXPORT, kind="profile").then_nothing()


# --- its purpose corrected


def correction(purpose: str = "complete", reason: str = " c’est le parcours Cléa ") -> dict[str, Any]:
    return {"purpose": purpose, "reason": reason, "on": LATER}


def test_a_purpose_is_corrected_with_a_reason() -> None:
    said = PurposeCorrected(purpose="complete", reason="c’est le parcours Cléa", on=LATER)
    given(found(), declared()).when(correct_purpose, **correction()).then(said)
    assert state_of("campaign", found(), declared(), said).purpose == "complete"
    given(found(), declared()).when(correct_purpose, **correction(reason=" ")).refused("required", field="reason")
    given(found(), declared()).when(correct_purpose, **correction("initial")).then_nothing()


def test_a_purpose_is_corrected_to_one_that_its_exports_serve_and_only_once_it_is_declared() -> None:
    given(found()).when(correct_purpose, **correction()).refused("undeclared-campaign")
    given(found(), declared()).when(correct_purpose, **correction("profile")).refused("unsuited-purpose")
    given(declared()).when(correct_purpose, **correction("profile")).then(
        PurposeCorrected(purpose="profile", reason="c’est le parcours Cléa", on=LATER)
    )


# --- its name, its code, its site


def test_a_name_a_code_and_a_site_are_corrected_and_no_export_brings_them_back() -> None:
    better: dict[str, Any] = {"name": "Diagnostic PACEA", "code": "CEJPRI264", "site": "Alençon", "on": LATER}
    said = CampaignCorrected(**better)
    given(declared()).when(correct_campaign, **better | {"code": " cejpri 264"}).then(said)
    assert kept(declared(), said, found()) == kept(found(), declared(), said) == tuple(better.values())[:3]
    given(found()).when(correct_campaign, **better).refused("undeclared-campaign")
    given(declared()).when(correct_campaign, **better | {"code": "É1"}).refused("bad-code", field="code")
    given(declared()).when(correct_campaign, **better | {"name": " "}).refused("required", field="name")


def kept(*told: Event) -> tuple[str, str | None, str | None]:
    state = state_of("campaign", *told)
    return state.name, state.code, state.site


# --- closed, and open again


def test_a_closed_campaign_is_offered_no_more_until_it_is_reopened() -> None:
    shut, again = CampaignClosed(on=DAY), CampaignReopened(on=LATER)
    given(found(), declared()).when(close_campaign).then(shut)
    given(found(), declared(), shut).when(reopen_campaign, on=LATER).then(again)
    given(found()).when(close_campaign).refused("undeclared-campaign")
    given(found(), declared()).when(reopen_campaign, on=LATER).then_nothing()
    opens = [state_of("campaign", *told).open for told in ([found()], [declared()], [declared(), shut])]
    assert opens == [False, True, False]
    assert state_of("campaign", declared(), shut, again).open


def test_the_exports_of_a_closed_campaign_still_come_in() -> None:
    given(declared(), CampaignClosed(on=DAY)).when(find_campaign, **EXPORT).then(found())

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from pixflow.documents.definitions import BUILT_IN, Definitions
from pixflow.documents.grille import Grille
from pixflow.events import grille as g
from pixflow.events import indicators as i
from pixflow.events import protocol as p
from pixflow.events.base import Event
from pixflow.protocol.drafting import (
    draft_definitions,
    draft_grille,
    draft_protocol,
    drop_grille_draft,
    drop_protocol_draft,
    endorse_grille,
    endorse_protocol,
    issue_report,
    publish_grille_draft,
    publish_protocol_draft,
    set_aim,
    withdraw_grille_publication,
    withdraw_protocol_publication,
)
from pixflow.protocol.publishing import Grilles
from pixflow.streams import KINDS, kind_of
from tests.given import ADVISOR, COLLEAGUE, DAY, LATER, PRESET, given, stamped, state_of
from tests.test_catalogue import EMITTED

YESTERDAY = date(2026, 9, 14)
SOPHIE, NADIA, PAUL = UUID(int=0x50), ADVISOR, COLLEAGUE
PROTOCOL = replace(PRESET.protocol, tries=2)
GRILLE = replace(PRESET.grille, name="Grille 2")
DEFINITIONS = Definitions("Trimestre 2", targets=(("I4", 30),))
DEFINED = i.DefinitionsDrafted(draft=1, document=DEFINITIONS, note="", on=DAY)
PUBLISHED = g.GrillePublished(number=1, document=PRESET.grille, from_day=YESTERDAY)
DRAFTED = g.GrilleDrafted(draft=1, document=GRILLE, note="", on=DAY)
PROTOCOL_DRAFTED = p.ProtocolDrafted(draft=1, document=PROTOCOL, note="", on=DAY)
BOTH = pytest.mark.parametrize("kind", ["protocol", "grille"])

DECISIONS: dict[str, dict[str, Any]] = {
    "protocol": {
        "draft": draft_protocol, "endorse": endorse_protocol, "drop": drop_protocol_draft,
        "publish": publish_protocol_draft, "document": PROTOCOL, "drafted": PROTOCOL_DRAFTED,
        "published": p.ProtocolPublished(document=PROTOCOL, from_day=LATER), "endorsed": p.ProtocolEndorsed,
        "withdraw": withdraw_protocol_publication, "dropped": p.ProtocolDraftDropped,
        "first": p.ProtocolPublished(document=PRESET.protocol, from_day=YESTERDAY),
    },
    "grille": {
        "draft": draft_grille, "endorse": endorse_grille, "drop": drop_grille_draft,
        "publish": publish_grille_draft, "document": GRILLE, "drafted": DRAFTED,
        "published": g.GrillePublished(number=2, document=GRILLE, from_day=LATER), "endorsed": g.GrilleEndorsed,
        "withdraw": withdraw_grille_publication, "dropped": g.GrilleDraftDropped, "first": PUBLISHED,
    },
}  # fmt: skip
WITHDRAWN: dict[str, Any] = {"protocol": p.ProtocolPublicationWithdrawn, "grille": g.GrillePublicationWithdrawn}


def told(*said: tuple[UUID, Event]) -> Any:
    """The state of a stream whose events different people recorded."""
    events = [event for _, event in said]
    recorded = [structs.replace(one, by=str(by)) for one, (by, _) in zip(stamped(events), said, strict=True)]
    return KINDS[kind_of(events[0])].fold(recorded)


def endorsed(comment: str = "", draft: int = 1, *, yes: bool = True) -> g.GrilleEndorsed:
    return g.GrilleEndorsed(draft=draft, endorsed=yes, comment=comment, on=DAY)


def said_by(state: Grilles, by: UUID, *, yes: bool, comment: str = "") -> Sequence[Event]:
    return endorse_grille(state, draft=1, endorsed=yes, comment=comment, by=str(by), on=DAY)


@BOTH
def test_a_document_is_drafted_whole_under_the_next_number(kind: str) -> None:
    of = DECISIONS[kind]
    arguments = {"document": of["document"], "note": " ", "replaces": 0, "on": DAY}
    given(of["first"]).when(of["draft"], **arguments).then(of["drafted"])
    dropped = of["dropped"](draft=1, reason="trop tôt", on=DAY)
    given(of["first"], of["drafted"], dropped).when(of["draft"], **arguments).then(replace(of["drafted"], draft=2))


@BOTH
def test_what_is_published_already_is_no_draft(kind: str) -> None:
    of = DECISIONS[kind]
    same = {"document": of["first"].document, "note": "", "replaces": 0, "on": DAY}
    given(of["first"]).when(of["draft"], **same).refused("nothing-changed")


@pytest.mark.parametrize(("high", "code", "numbers"), [(38, "gap", (39, 40)), (45, "overlap", (41, 45))])
def test_a_grid_with_a_gap_or_an_overlap_is_not_drafted(high: int, code: str, numbers: tuple[int, int]) -> None:
    first, *others = GRILLE.bands
    broken = replace(GRILLE, bands=(replace(first, high=high), *others))
    given(PUBLISHED).when(draft_grille, document=broken, note="", replaces=0).refused(
        "bad-grille", code=code, numbers=numbers
    )


@pytest.mark.parametrize(
    ("changes", "details"),
    [
        ({"tries": 0}, {"field": "tries", "found": 0, "low": 1, "high": 20}),
        ({"delays": replace(PROTOCOL.delays, refer=366)}, {"field": "delays.refer", "found": 366, "high": 365}),
    ],
)
def test_a_protocol_with_a_number_that_cannot_be_is_not_drafted(
    changes: dict[str, Any], details: dict[str, Any]
) -> None:
    document = replace(PROTOCOL, **changes)
    given().when(draft_protocol, document=document, note="", replaces=0).refused("out-of-range", **details)


def test_a_protocol_needs_a_name_and_a_modality_a_grid_a_name() -> None:
    for field, document in (("modalities", replace(PROTOCOL, modalities=())), ("name", replace(PROTOCOL, name=" "))):
        given().when(draft_protocol, document=document, note="", replaces=0).refused("required", field=field)
    unnamed = replace(GRILLE, name="")
    given().when(draft_grille, document=unnamed, note="", replaces=0).refused("required", field="name")


@BOTH
def test_a_later_draft_takes_the_place_of_the_earlier_one_once_it_was_seen(kind: str) -> None:
    of = DECISIONS[kind]
    other = {"document": replace(of["document"], name="Autre"), "note": "", "on": DAY}
    unseen = given(of["first"], of["drafted"]).when(of["draft"], **other, replaces=0)
    unseen.refused("other-draft", draft=1)
    second = replace(of["drafted"], draft=2, document=other["document"])
    given(of["first"], of["drafted"]).when(of["draft"], **other, replaces=1).then(second)


def test_the_endorsements_of_the_earlier_draft_fall() -> None:
    first = told((SOPHIE, PUBLISHED), (SOPHIE, DRAFTED), (NADIA, endorsed()), (PAUL, endorsed("oui")))
    assert first.draft.endorsed_by == (str(NADIA), str(PAUL))
    second = replace(DRAFTED, draft=2, note="corrigé")
    after = told((SOPHIE, DRAFTED), (NADIA, endorsed()), (SOPHIE, second), (PAUL, endorsed()))
    assert (after.draft.number, after.draft.opinions) == (2, {})


@BOTH
def test_a_comment_may_stand_without_endorsement(kind: str) -> None:
    of = DECISIONS[kind]
    word = {"draft": 1, "endorsed": False, "on": DAY}
    given(of["drafted"]).when(of["endorse"], **word, comment=" 41 ou 46 ? ", by=str(NADIA)).then(
        of["endorsed"](**word, comment="41 ou 46 ?")
    )
    given(of["drafted"]).when(of["endorse"], **word, comment=" ", by=str(NADIA)).refused("required", field="comment")
    commented = given(of["drafted"], of["endorsed"](**word, comment="41 ou 46 ?"))
    commented.when(of["endorse"], **word, comment=" ", by=str(NADIA)).refused("required", field="comment")


def test_the_latest_word_of_a_colleague_holds_and_said_twice_is_said_once() -> None:
    state = told((SOPHIE, DRAFTED), (NADIA, endorsed("d'accord")))
    assert said_by(state, NADIA, yes=True, comment="d'accord") == []
    assert said_by(state, PAUL, yes=True) == [endorsed()]
    assert said_by(state, NADIA, yes=False) == [endorsed(yes=False)]
    back = told((SOPHIE, DRAFTED), (NADIA, endorsed()), (NADIA, endorsed(yes=False)))
    assert back.draft.endorsed_by == ()
    assert said_by(back, NADIA, yes=False) == []


def test_nobody_endorses_their_own_draft() -> None:
    given(DRAFTED).when(endorse_grille, draft=1, endorsed=True, comment="", by=str(ADVISOR)).refused("own-draft")


@BOTH
def test_a_draft_is_published_from_today_or_later_and_is_a_draft_no_more(kind: str) -> None:
    of = DECISIONS[kind]
    asked = {"draft": 1, "from_day": LATER, "on": DAY}
    supported = (of["first"], of["drafted"], of["endorsed"](draft=1, endorsed=True, comment="", on=DAY))
    given(*supported).when(of["publish"], **asked, alone=False).then(of["published"])
    given(*supported).when(of["publish"], **{**asked, "from_day": DAY}, alone=False).then(
        replace(of["published"], from_day=DAY)
    )
    given(*supported).when(of["publish"], **{**asked, "from_day": YESTERDAY}, alone=True).refused(
        "from-the-past", from_day=YESTERDAY
    )
    other_day = {**asked, "from_day": DAY, "alone": True}
    given(*supported, of["published"]).when(of["publish"], **other_day).refused("no-draft", draft=1)
    state = state_of(kind, *supported, of["published"])
    assert (state.draft, state.drafts, state.made_of) == (None, 1, 1)


@BOTH
def test_a_publication_is_taken_back_until_it_counts(kind: str) -> None:
    of, event = DECISIONS[kind], WITHDRAWN[kind]
    history = (of["first"], of["drafted"], of["endorsed"](draft=1, endorsed=True, comment="", on=DAY), of["published"])
    given(*history).when(of["withdraw"], number=2).then(event(number=2, on=DAY))
    given(*history).when(of["withdraw"], number=2, on=LATER).refused("publication-counts", from_day=LATER)
    given(*history).when(of["withdraw"], number=1).refused("not-last-publication", number=2)
    given(of["first"]).when(of["withdraw"], number=1).refused("publication-counts", from_day=YESTERDAY)
    to_come = replace(of["first"], from_day=LATER)
    given(to_come).when(of["withdraw"], number=1).refused("publication-counts", from_day=LATER)
    state = state_of(kind, *history, event(number=2, on=DAY))
    assert (len(state.published), state.draft.number, state.made_of) == (1, 1, 0)
    assert len(state.draft.opinions) == 1
    again = {"draft": 1, "from_day": LATER, "on": DAY, "alone": False}
    given(*history, event(number=2, on=DAY)).when(of["publish"], **again).then(of["published"])


@BOTH
def test_another_draft_stays_when_a_publication_is_taken_back(kind: str) -> None:
    of = DECISIONS[kind]
    second = replace(of["drafted"], draft=2, note="autre")
    state = state_of(kind, of["first"], of["drafted"], of["published"], second, WITHDRAWN[kind](number=2, on=DAY))
    assert (len(state.published), state.draft.number) == (1, 2)


@BOTH
def test_without_any_endorsement_publishing_is_asked_twice(kind: str) -> None:
    of = DECISIONS[kind]
    asked = {"draft": 1, "from_day": LATER, "on": DAY}
    given(of["first"], of["drafted"]).when(of["publish"], **asked, alone=False).refused("nobody-endorsed")
    given(of["first"], of["drafted"]).when(of["publish"], **asked, alone=True).then(of["published"])


@BOTH
def test_a_draft_is_dropped_with_a_reason(kind: str) -> None:
    of = DECISIONS[kind]
    dropped = {"draft": 1, "reason": "trop tôt", "on": DAY}
    given(of["drafted"]).when(of["drop"], **dropped).then(of["dropped"](**dropped))
    given(of["drafted"]).when(of["drop"], **{**dropped, "reason": " "}).refused("required", field="reason")


@BOTH
@pytest.mark.parametrize("name", ["endorse", "drop", "publish"])
def test_only_the_draft_under_discussion_is_acted_on(kind: str, name: str) -> None:
    of = DECISIONS[kind]
    words: dict[str, dict[str, Any]] = {
        "endorse": {"endorsed": False, "comment": "lu", "by": str(NADIA)},
        "drop": {"reason": "trop tôt"},
        "publish": {"from_day": LATER, "alone": True},
    }
    said = words[name]
    second = replace(of["drafted"], draft=2)
    given(of["first"]).when(of[name], draft=1, **said).refused("no-draft", draft=1)
    given(of["drafted"], second).when(of[name], draft=1, **said).refused("other-draft", draft=2)
    over = given(of["first"], of["drafted"], of["published"]).when(of[name], draft=1, **said)
    over.then_nothing() if name == "publish" else over.refused("no-draft")


def test_a_document_published_otherwise_leaves_the_draft_where_it_is() -> None:
    other: Grille = replace(PRESET.grille, name="Par l'exploitant")
    state = state_of("grille", PUBLISHED, DRAFTED, g.GrillePublished(number=2, document=other, from_day=DAY))
    assert (state.draft.number, state.made_of) == (1, 0)


# --- definitions of the indicators, and reports


OUT = "definition-out-of-range"


@pytest.mark.parametrize(
    ("changes", "code", "details"),
    [
        ({"name": " "}, "required", {"field": "name"}),
        ({"targets": (("I1", 30),)}, "unknown-indicator", {"field": "I1"}),
        ({"targets": (("I4", -1),)}, OUT, {"field": "I4", "found": -1, "low": 0, "high": 365}),
        ({"targets": (("I2", 30), ("I4", 366))}, OUT, {"field": "I4", "found": 366, "low": 0, "high": 365}),
        ({"silent": 0}, OUT, {"field": "silent", "found": 0, "low": 1, "high": 365}),
        ({"silent": 366}, OUT, {"field": "silent", "found": 366, "low": 1, "high": 365}),
        ({"without": (("R16", "trop strict"),)}, "unknown-indicator", {"field": "R16"}),
        ({"without": (("R9", " "),)}, "required", {"field": "R9"}),
        ({"aims": (("done", 30),)}, "unknown-indicator", {"field": "done"}),
        ({"aims": (("begun", 0),)}, OUT, {"field": "begun", "found": 0, "low": 1, "high": 100_000}),
        ({"aims": (("begun", 10**6),)}, OUT, {"field": "begun", "found": 10**6, "low": 1, "high": 10**5}),
    ],
)
def test_definitions_that_cannot_be_are_refused(changes: dict[str, Any], code: str, details: dict[str, Any]) -> None:
    document = replace(DEFINITIONS, **changes)
    given().when(draft_definitions, document=document, note="", replaces=0).refused(code, **details)


@pytest.mark.parametrize("silent", [1, 365])
def test_definitions_have_numbers_of_days_within_their_bounds(silent: int) -> None:
    document = replace(DEFINITIONS, targets=(("I2", 0), ("I11", 365)), silent=silent)
    given().when(draft_definitions, document=document, note="", replaces=0).then(replace(DEFINED, document=document))


def test_definitions_differ_from_those_in_force_on_the_day_of_the_draft() -> None:
    said: dict[str, Any] = {"document": DEFINITIONS, "note": "", "replaces": 0}
    published = i.DefinitionsPublished(number=1, document=DEFINITIONS, from_day=LATER)
    given().when(draft_definitions, **said | {"document": BUILT_IN}).refused("nothing-changed")
    given(published).when(draft_definitions, **said).then(DEFINED)
    given(published).when(draft_definitions, **said, on=LATER).refused("nothing-changed")


# --- targets


AIM: dict[str, Any] = {"step": "begun", "site": "Mortagne", "yearly": 80, "sites": ("L'Aigle", "Mortagne")}
SET = i.AimSet(step="begun", site="Mortagne", yearly=80, on=DAY)


def test_a_target_is_set_for_a_site_or_for_all_and_ended() -> None:
    given().when(set_aim, **AIM).then(SET)
    given(SET).when(set_aim, **AIM | {"yearly": 90}).then(replace(SET, yearly=90))
    given(SET).when(set_aim, **AIM | {"yearly": 0}).then(replace(SET, yearly=0))
    given(SET).when(set_aim, **AIM | {"site": ""}).then(replace(SET, site=""))


def test_a_target_of_the_definitions_counts_until_one_is_set_by_itself() -> None:
    document = replace(DEFINITIONS, aims=(("begun", 120),))
    published = i.DefinitionsPublished(number=1, document=document, from_day=DAY)
    state = state_of("indicators", published)
    assert [state.aim("begun", site, DAY) for site in ("", "Mortagne")] == [120, 0]
    given(published).when(set_aim, **AIM | {"site": "", "yearly": 120}).then()
    ended = state_of("indicators", published, replace(SET, site="", yearly=0))
    assert ended.aim("begun", "", LATER) == 0


@pytest.mark.parametrize(
    ("changes", "code", "details"),
    [
        ({"step": "done"}, "unknown-indicator", {"field": "step"}),
        ({"site": "Alençon"}, "unknown-site", {"field": "site"}),
        ({"yearly": -1}, OUT, {"field": "yearly", "found": -1, "low": 0, "high": 100_000}),
        ({"yearly": 10**6}, OUT, {"field": "yearly", "found": 10**6, "low": 0, "high": 100_000}),
    ],
)
def test_a_target_that_cannot_be_is_refused(changes: dict[str, Any], code: str, details: dict[str, Any]) -> None:
    given().when(set_aim, **AIM | changes).refused(code, **details)


@pytest.mark.parametrize("row", [{"counted": 3}, {"among": 4}, {"counted_least": 2}, {"among_least": 4}])
def test_a_report_that_shows_a_small_number_is_refused(row: dict[str, Any]) -> None:
    shown = replace(i.ReportRow(indicator="I4", part="", counted=None, among=None, rate=None), **row)
    given().when(issue_report, **EMITTED[i.ReportIssued].told | {"rows": [shown]}).refused("small-number")


def test_reports_are_numbered_from_one() -> None:
    told = EMITTED[i.ReportIssued].told
    (first,) = given().when(issue_report, **told).decided()["indicators"]
    (second,) = given(first).when(issue_report, **told).decided()["indicators"]
    assert isinstance(first, i.ReportIssued)
    assert (first.number, second) == (1, replace(first, number=2))

"""A resource: proposed, shared, revised by one of two, checked, withdrawn, marked."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args
from uuid import UUID

import pytest
from msgspec import structs

from pixflow.documents.resource import FileNote, ResourceDocument, is_link
from pixflow.events import question as q
from pixflow.events import resource as r
from pixflow.events.base import Event
from pixflow.presets import examples
from pixflow.refused import Refused
from pixflow.resources.sharing import (
    answer_question,
    ask_question,
    check_resource,
    decline_proposal,
    drop_question,
    mark_resource,
    propose_resource,
    revise_resource,
    share_resource,
    withdraw_resource,
)
from pixflow.resources.state import Resource
from pixflow.streams import KINDS
from pixflow.tasks import Kind
from pixflow.team.staff import Staff
from pixflow.unit_of_work import check_texts
from tests.given import ADVISOR, COLLEAGUE, DAY, LATER, given, stamped, state_of

TEXT = ResourceDocument("Présenter Pix", "fiche", "Pix est gratuit.")
SHORTER = replace(TEXT, body="Gratuit.")
SHARED = r.ResourceShared(document=TEXT, note="", on=DAY)
REVISED = r.ResourceRevised(document=SHORTER, note="plus court", on=LATER)
PROPOSED = r.ResourceProposed(proposal=1, document=SHORTER, note="", on=DAY)
ANSWER = UUID(int=0x5E)
ASKED = q.QuestionAsked(text="Et s’il refuse ?", task="present-pix", on=DAY)


def told(*said: tuple[str, Event]) -> Resource:
    """The state of a resource whose events different people recorded."""
    events = stamped([event for _, event in said])
    recorded = [structs.replace(one, by=by) for one, (by, _) in zip(events, said, strict=True)]
    state: Resource = KINDS["resource"].fold(recorded)
    return state


def test_the_ten_texts_that_come_with_pixflow_are_whole_and_name_known_tasks() -> None:
    found = examples()
    assert len({one.title for one in found}) == 10
    assert {one.audience for one in found} == {"team", "young"}
    for one in found:
        assert one.example
        assert set(one.tasks) <= set(get_args(Kind))
        given().when(share_resource, document=one, note="").then(r.ResourceShared(document=one, note="", on=DAY))


def test_a_text_is_shared_once_and_revised_whole() -> None:
    given().when(share_resource, document=TEXT, note=" ").then(SHARED)
    given(SHARED).when(revise_resource, document=SHORTER, note="plus court ", replaces=1, on=LATER).then(REVISED)
    given(SHARED).when(share_resource, document=SHORTER, note="").refused("other-revision", number=1)
    given(SHARED).when(revise_resource, document=TEXT, note="pareil", replaces=1).refused("nothing-changed")
    given().when(revise_resource, document=TEXT, note="", replaces=0).refused("unknown-resource")


def test_the_second_of_two_who_revise_at_once_is_told_and_may_replace_the_first() -> None:
    other = replace(TEXT, body="Pix est gratuit et à refaire.")
    both = given(SHARED, REVISED)
    both.when(revise_resource, document=other, note="", replaces=1, on=LATER).refused("other-revision", number=2)
    both.when(revise_resource, document=other, note="", replaces=2, on=LATER).then(
        r.ResourceRevised(document=other, note="", on=LATER)
    )


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"title": " "}, "required", "title"),
        ({"body": " \n"}, "required", "body"),
        ({"title": "a" * 121}, "too-long", "title"),
        ({"body": "a" * 20_001}, "too-long", "body"),
        ({"links": ("https://a.fr",) * 6}, "too-long", "links"),
        ({"links": ("https://a.fr/" + "a" * 500,)}, "too-long", "links"),
        ({"links": ("javascript:alert(1)",)}, "bad-link", "links"),
        ({"files": (FileNote("ab" * 32, "a.pdf", "application/pdf", 10),) * 4}, "too-long", "files"),
        ({"files": (FileNote("ab" * 32, "a.pdf", "application/pdf", 5_242_881),)}, "too-long", "files"),
    ],
)
def test_a_text_that_is_not_whole_is_refused(changes: dict[str, Any], code: str, field: str) -> None:
    broken = replace(TEXT, **changes)
    given().when(share_resource, document=broken, note="").refused(code, field=field)
    given().when(propose_resource, document=broken, note="").refused(code, field=field)
    given(SHARED).when(revise_resource, document=broken, note="", replaces=1).refused(code, field=field)


def test_a_link_alone_is_a_resource() -> None:
    link = ResourceDocument("Pix", "link", "", links=("https://pix.fr",))
    given().when(share_resource, document=link, note="").then(r.ResourceShared(document=link, note="", on=DAY))


@pytest.mark.parametrize(
    "text",
    [
        "http://pix.fr", "javascript:alert(1)", "//pix.fr", "https:pix.fr", "https://", "data:text/html,x", " https://pix.fr",
        "https://user@pix.fr", "https://pix.fr/\u202e", "https://[pix", "mailto:a@b.fr", "",
    ],
)  # fmt: skip
def test_a_link_begins_with_https_and_has_a_host(text: str) -> None:
    assert not is_link(text)
    assert is_link("https://pix.fr/aide?q=1#haut")


def test_the_text_of_a_day_is_that_of_its_evening() -> None:
    state = told((str(ADVISOR), SHARED), (str(ADVISOR), REVISED))
    found = [state.on(day) for day in (date(2026, 9, 14), DAY, LATER, date(2027, 1, 1))]
    assert [one and one.number for one in found] == [None, 1, 2, 2]


def test_a_reading_again_ends_the_doubts_before_it() -> None:
    doubt = r.ResourceMarked(revision=1, useful=False, comment="", on=DAY)
    useful = r.ResourceMarked(revision=1, useful=True, comment="", on=DAY)
    state = told(("a", SHARED), ("b", doubt), ("c", doubt), ("d", useful))
    assert (len(state.doubts), state.useful) == (2, 1)
    state = told(("a", SHARED), ("b", doubt), ("b", useful))
    assert (state.doubts, state.useful) == ((), 1), "the last word counts"
    given(SHARED, doubt).when(check_resource).then(r.ResourceChecked(on=DAY))
    given(SHARED).when(check_resource).then_nothing()
    given(SHARED).when(check_resource, on=LATER).then(r.ResourceChecked(on=LATER))


def test_a_colleague_marks_a_text_that_is_there() -> None:
    marked = r.ResourceMarked(revision=1, useful=False, comment="trop long", on=DAY)
    mark: dict[str, Any] = {"number": 1, "useful": False, "comment": "trop long ", "on": DAY, "actor": str(ADVISOR)}
    given(SHARED).when(mark_resource, **mark).then(marked)
    given(SHARED).when(mark_resource, **mark | {"number": 2}).refused("unknown-revision")
    given().when(mark_resource, **mark).refused("unknown-resource")
    gone = r.ResourceWithdrawn(reason="périmée", on=DAY)
    given(SHARED, gone).when(mark_resource, **mark).refused("resource-withdrawn", on=DAY)


def test_a_withdrawn_resource_is_shown_nowhere_until_it_is_revised() -> None:
    gone = r.ResourceWithdrawn(reason="périmée", on=DAY)
    given(SHARED).when(withdraw_resource, reason=" périmée").then(gone)
    given(SHARED).when(withdraw_resource, reason=" ").refused("required", field="reason")
    assert not state_of("resource", SHARED, gone).is_shown
    given(SHARED, gone).when(check_resource).refused("resource-withdrawn")
    given(SHARED, gone).when(revise_resource, document=TEXT, note="", replaces=1).then(
        r.ResourceRevised(document=TEXT, note="", on=DAY)
    )
    assert state_of("resource", SHARED, gone, REVISED).is_shown


def test_a_proposal_waits_is_declined_or_kept_and_its_author_is_remembered() -> None:
    given().when(propose_resource, document=SHORTER, note="").then(PROPOSED)
    given(PROPOSED).when(decline_proposal, number=1, reason="déjà dit").then(
        r.ProposalDeclined(proposal=1, reason="déjà dit", on=DAY)
    )
    given(PROPOSED).when(decline_proposal, number=2, reason="non").refused("other-proposal")
    given(SHARED).when(propose_resource, document=TEXT, note="").refused("nothing-changed")
    state = told(("advisor", PROPOSED), ("referent", r.ResourceShared(document=SHORTER, note="", on=DAY)))
    assert (state.proposal, state.proposed_by, state.revisions[0].by) == (None, ("advisor",), "referent")
    assert not state_of("resource", PROPOSED).is_shown


def test_a_digest_is_never_taken_for_a_social_security_number() -> None:
    digest = "1850534123456781" + "0" * 48
    check_texts({"document": replace(TEXT, files=(FileNote(digest, "a.pdf", "application/pdf", 1),))})
    with pytest.raises(Refused, match="nir"):
        check_texts({"document": replace(TEXT, body="185053412345678")})


# --- questions


def test_a_question_is_asked_and_answered_by_a_resource() -> None:
    given().when(ask_question, text=" Et s’il refuse ? ", task="present-pix").then(ASKED)
    given().when(ask_question, text="?" * 1_001, task="").refused("too-long", field="text")
    given(ASKED, SHARED).when(answer_question, answer=ANSWER, on=LATER).then(
        q.QuestionAnswered(resource=ANSWER, on=LATER)
    )
    given(ASKED, PROPOSED).when(answer_question, answer=ANSWER, on=LATER).refused("unknown-resource")
    given(SHARED).when(answer_question, answer=ANSWER, on=LATER).refused("unknown-question")


def test_who_asked_drops_a_question_and_who_answers_says_why() -> None:
    team = {COLLEAGUE: Staff(1, roles=frozenset({"referent"})), UUID(int=9): Staff(1, roles=frozenset({"advisor"}))}
    mine = {"actor": str(ADVISOR), "team": team, "on": LATER}
    given(ASKED).when(drop_question, reason="", **mine).then(q.QuestionDropped(reason="", on=LATER))
    referent = mine | {"actor": str(COLLEAGUE)}
    given(ASKED).when(drop_question, reason="", **referent).refused("required", field="reason")
    given(ASKED).when(drop_question, reason="hors sujet", **referent).then(
        q.QuestionDropped(reason="hors sujet", on=LATER)
    )
    for other in (str(UUID(int=9)), str(UUID(int=8))):
        given(ASKED).when(drop_question, reason="", **mine | {"actor": other}).refused("not-your-question")
    answered = q.QuestionAnswered(resource=ANSWER, on=LATER)
    given(ASKED, answered).when(drop_question, reason="", **mine).refused("question-answered")

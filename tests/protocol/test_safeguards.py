"""Retention and reading limits change with a second person of the direction, and after a notice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.actor import OPERATOR, Actor
from pixflow.documents.protocol import ProtocolDocument, ReadingLimits, Retention, in_force
from pixflow.events import protocol as p
from pixflow.events.base import Event
from pixflow.events.values import Role
from pixflow.protocol.drafting import NOTICE, changes_to_come, draft_protocol, endorse_protocol, publish_protocol_draft
from pixflow.protocol.publishing import Protocols, publish_protocol
from pixflow.refused import Refused
from pixflow.team.membership import change_roles, confirm_role
from pixflow.team.staff import Access, Staff, Team
from tests.given import DAY, PRESET
from tests.protocol.test_drafting import told
from tests.result_import.house import House, on_store

SOPHIE, NADIA, HELENE, ODILE = (UUID(int=number) for number in (0x51, 0x52, 0x53, 0x54))
TEAM: dict[UUID, frozenset[Role]] = {
    SOPHIE: frozenset({"referent"}),
    NADIA: frozenset({"advisor"}),
    HELENE: frozenset({"manager"}),
}
NOW = PRESET.protocol
SHORTER = replace(NOW, retention=Retention(cej=12))
OTHERS = {
    "a longer retention": replace(NOW, retention=Retention(other=60)),
    "higher limits": replace(NOW, reading=ReadingLimits(soon=120)),
    "lower limits": replace(NOW, reading=ReadingLimits(day=1)),
}
FIRST = p.ProtocolPublished(document=NOW, from_day=date(2026, 1, 1))
SOON = DAY + timedelta(days=NOTICE)
TOMORROW = DAY + timedelta(days=1)


def team(roles: dict[UUID, frozenset[Role]] = TEAM, **access: Any) -> Team:
    return {id: Staff(version=1, name=str(id), roles=held, access=Access(**access)) for id, held in roles.items()}


def drafted(document: ProtocolDocument, draft: int = 1) -> p.ProtocolDrafted:
    return p.ProtocolDrafted(draft=draft, document=document, note="", on=DAY)


def endorsed(draft: int = 1, *, yes: bool = True) -> p.ProtocolEndorsed:
    return p.ProtocolEndorsed(draft=draft, endorsed=yes, comment="", on=DAY)


def publish(state: Protocols, by: UUID, known: Team | None = None, **said: Any) -> list[Any]:
    sent = {"draft": 1, "from_day": SOON, "alone": True, "on": DAY, **said}
    return list(publish_protocol_draft(state, team=team() if known is None else known, actor=str(by), **sent))


# --- who


def test_a_referente_alone_does_not_cut_retention() -> None:
    state = told((SOPHIE, FIRST), (SOPHIE, drafted(SHORTER)))
    with pytest.raises(Refused, match="direction-approves"):
        publish(state, SOPHIE)


@pytest.mark.parametrize("document", OTHERS.values(), ids=OTHERS)
def test_nor_changes_either_in_any_direction(document: ProtocolDocument) -> None:
    """Longer keeps what should go, higher opens mass reading, lower closes the accounts of everybody."""
    state = told((SOPHIE, FIRST), (SOPHIE, drafted(document)))
    with pytest.raises(Refused, match="direction-approves"):
        publish(state, SOPHIE)


def test_the_rest_of_a_protocol_is_published_as_before() -> None:
    other = replace(NOW, tries=7)
    state = told((SOPHIE, FIRST), (SOPHIE, drafted(other)))
    assert publish(state, SOPHIE, from_day=DAY) == [p.ProtocolPublished(document=other, from_day=DAY)]


def test_a_manager_approves_it_before_or_publishes_it() -> None:
    made = [p.ProtocolPublished(document=SHORTER, from_day=SOON)]
    approved = told((SOPHIE, FIRST), (SOPHIE, drafted(SHORTER)), (HELENE, endorsed()))
    assert publish(approved, SOPHIE) == made
    assert publish(told((SOPHIE, FIRST), (SOPHIE, drafted(SHORTER))), HELENE) == made


def test_a_colleague_who_is_no_manager_does_not_count() -> None:
    state = told((SOPHIE, FIRST), (SOPHIE, drafted(SHORTER)), (NADIA, endorsed()))
    with pytest.raises(Refused, match="direction-approves"):
        publish(state, SOPHIE)


def test_an_approval_taken_back_does_not_count() -> None:
    state = told((SOPHIE, FIRST), (SOPHIE, drafted(SHORTER)), (HELENE, endorsed()), (HELENE, endorsed(yes=False)))
    with pytest.raises(Refused, match="direction-approves"):
        publish(state, SOPHIE)


def test_a_role_that_ended_or_waits_and_an_account_that_is_closed_approve_nothing() -> None:
    state = told((SOPHIE, FIRST), (SOPHIE, drafted(SHORTER)), (HELENE, endorsed()))
    manager = team()[HELENE]
    for change in (
        {"roles": frozenset({"advisor"})},
        {"ends": {"manager": DAY - timedelta(days=1)}},
        {"awaiting": {"manager": str(ODILE)}},
        {"left": DAY - timedelta(days=1)},
        {"access": Access(suspended="mass-reading")},
    ):
        later = {**team(), HELENE: msgspec.structs.replace(manager, **change)}
        with pytest.raises(Refused, match="direction-approves"):
            publish(state, SOPHIE, later)


def test_the_same_person_with_two_roles_is_one() -> None:
    """Hélène, a référente too, proposes: another manager is asked, and no other colleague replaces them."""
    both = {**TEAM, HELENE: frozenset[Role]({"manager", "referent"}), ODILE: frozenset[Role]({"manager"})}
    state = told((SOPHIE, FIRST), (HELENE, drafted(SHORTER)), (NADIA, endorsed()))
    with pytest.raises(Refused, match="direction-approves"):
        publish(state, HELENE, team(both))
    state = told((SOPHIE, FIRST), (HELENE, drafted(SHORTER)), (ODILE, endorsed()))
    assert len(publish(state, HELENE, team(both))) == 1


def test_where_the_author_alone_directs_a_colleague_approves() -> None:
    both = team({**TEAM, HELENE: frozenset[Role]({"manager", "referent"})})
    state = told((SOPHIE, FIRST), (HELENE, drafted(SHORTER)))
    with pytest.raises(Refused, match="colleague-approves"):
        publish(state, HELENE, both)
    assert len(publish(told((SOPHIE, FIRST), (HELENE, drafted(SHORTER)), (NADIA, endorsed())), HELENE, both)) == 1
    assert len(publish(state, SOPHIE, both)) == 1
    lone = team({HELENE: frozenset[Role]({"manager", "referent"})})
    with pytest.raises(Refused, match="colleague-approves"):
        publish(state, HELENE, lone)


# --- what, and when


def test_the_first_protocol_changes_nothing() -> None:
    assert len(publish(told((SOPHIE, drafted(SHORTER))), SOPHIE, from_day=DAY)) == 1


@pytest.mark.parametrize("day", [DAY, TOMORROW, date(2026, 9, 21)])
def test_it_counts_after_a_notice(day: date) -> None:
    state = told((SOPHIE, FIRST), (SOPHIE, drafted(SHORTER)), (HELENE, endorsed()))
    for by in (SOPHIE, HELENE):
        with pytest.raises(Refused, match="notice-needed") as refused:
            publish(state, by, from_day=day)
        assert refused.value.details == {"first": date(2026, 9, 22)}


def test_an_approval_names_one_content() -> None:
    """The draft changes after the approval: the new one has none, and the old form publishes nothing."""
    shorter = replace(NOW, retention=Retention(cej=1))
    state = told((SOPHIE, FIRST), (SOPHIE, drafted(SHORTER)), (HELENE, endorsed()), (SOPHIE, drafted(shorter, 2)))
    with pytest.raises(Refused, match="direction-approves"):
        publish(state, SOPHIE, draft=2)
    with pytest.raises(Refused, match="other-draft"):
        publish(state, HELENE, draft=1)


def test_a_version_published_meanwhile_makes_a_change_of_what_was_none() -> None:
    """Two people lowered the limits since: the draft of before would raise them again."""
    lower, other = replace(NOW, reading=ReadingLimits(soon=10)), replace(NOW, tries=7)
    meanwhile = p.ProtocolPublished(document=lower, from_day=DAY)
    state = told((SOPHIE, FIRST), (SOPHIE, drafted(other)), (HELENE, meanwhile))
    with pytest.raises(Refused, match="direction-approves"):
        publish(state, SOPHIE)


def test_it_is_compared_with_what_its_first_day_would_have() -> None:
    """A change that is published for later is no change from that day on, and is one before."""
    later = p.ProtocolPublished(document=SHORTER, from_day=SOON)
    state = told((SOPHIE, FIRST), (HELENE, later), (SOPHIE, drafted(replace(SHORTER, tries=7))))
    assert len(publish(state, SOPHIE, from_day=SOON)) == 1
    with pytest.raises(Refused, match="notice-needed"):
        publish(state, SOPHIE, from_day=SOON - timedelta(days=1))


def test_a_version_of_before_that_would_undo_a_change_is_announced() -> None:
    """Published for much later, it said nothing new then: what was decided meanwhile would end on its day."""
    far = DAY + timedelta(days=300)
    planted = p.ProtocolPublished(document=replace(NOW, tries=7), from_day=far)
    assert list(changes_to_come(told((SOPHIE, FIRST), (SOPHIE, planted)), DAY)) == []
    state = told((SOPHIE, FIRST), (SOPHIE, planted), (HELENE, p.ProtocolPublished(document=SHORTER, from_day=SOON)))
    assert list(changes_to_come(state, DAY)) == [(2, far), (3, SOON)]
    assert list(changes_to_come(state, SOON)) == [(2, far)]
    replaced = p.ProtocolPublished(document=replace(SHORTER, tries=7), from_day=far)
    state = told(
        (SOPHIE, FIRST),
        (SOPHIE, planted),
        (HELENE, p.ProtocolPublished(document=SHORTER, from_day=SOON)),
        (HELENE, replaced),
    )
    assert list(changes_to_come(state, DAY)) == [(3, SOON)]


def test_a_change_is_one_against_the_day_before() -> None:
    after = p.ProtocolPublished(document=replace(SHORTER, tries=7), from_day=SOON + timedelta(days=1))
    state = told((SOPHIE, FIRST), (HELENE, p.ProtocolPublished(document=SHORTER, from_day=SOON)), (SOPHIE, after))
    assert list(changes_to_come(state, DAY)) == [(2, SOON)]


ACTS = st.tuples(st.sampled_from(["draft", "approve", "take back", "publish"]), st.integers(0, 3), st.integers(0, 9))
DOCUMENTS = [NOW, SHORTER, replace(NOW, tries=7), replace(SHORTER, tries=7), *OTHERS.values()]


@given(acts=st.lists(ACTS, min_size=2, max_size=20))
def test_whatever_is_said_no_change_is_published_without_a_manager_who_did_not_write_it(
    acts: list[tuple[str, int, int]],
) -> None:
    people: list[UUID] = [SOPHIE, NADIA, HELENE, ODILE]
    said: list[tuple[UUID, Event]] = [(SOPHIE, FIRST)]
    everybody = team({**TEAM, HELENE: frozenset[Role]({"manager", "referent"}), ODILE: frozenset[Role]({"manager"})})
    for act, who, number in acts:
        by, state, day = people[who], told(*said), DAY + timedelta(days=number)
        draft = state.draft
        try:
            match act:
                case "draft":
                    document = DOCUMENTS[number % len(DOCUMENTS)]
                    seen = draft.number if draft else 0
                    new = draft_protocol(state, document=document, note="", replaces=seen, on=DAY)
                case "approve" | "take back":
                    yes = act == "approve"
                    current = draft.number if draft else 0
                    new = endorse_protocol(state, draft=current, endorsed=yes, comment="", by=str(by), on=DAY)
                case _:
                    new = publish(state, by, everybody, draft=draft.number if draft else 0, from_day=day)
        except Refused:
            continue
        said += [(by, event) for event in new]
        if act == "publish" and new and draft:
            before = in_force(state.published, day)
            same = (before.retention, before.reading) == (draft.document.retention, draft.document.reading)
            agreed = {str(by), *draft.endorsed_by} - {draft.by}
            assert same or (day >= SOON and agreed & {str(HELENE), str(ODILE)})


# --- in a store


@pytest.fixture(params=["sqlite"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with on_store(request, tmp_path) as made:
        yield made


def test_a_store_takes_one_after_both_and_keeps_what_is_in_force_until_then(house: House) -> None:
    manager = house.hire("Odile Roy", "odile@example.org", "manager")
    stream, today = {"protocol": house.opened.stream("protocol")}, house.engine.today()
    house.do(draft_protocol, stream, document=SHORTER, note="", replaces=0)
    sent: dict[str, Any] = {"draft": 1, "from_day": today + timedelta(days=NOTICE), "alone": True}
    with pytest.raises(Refused, match="direction-approves"):
        house.do(publish_protocol_draft, stream, **sent)
    said: dict[str, Any] = {"draft": 1, "endorsed": True, "comment": "", "context": {"by": manager.id}}
    house.engine.execute(stream, endorse_protocol, by=manager, command_id=uuid4(), **said)
    roles_of = {"staff": UUID(manager.id)}
    other = house.hire("Luc Vial", "luc@example.org", "manager")
    house.engine.execute(roles_of, change_roles, by=other, command_id=uuid4(), roles=("advisor",))
    with pytest.raises(Refused, match="direction-approves"):
        house.do(publish_protocol_draft, stream, **sent)
    house.engine.execute(roles_of, change_roles, by=other, command_id=uuid4(), roles=("advisor", "manager"))
    with pytest.raises(Refused, match="direction-approves"):
        house.do(publish_protocol_draft, stream, **sent)
    house.engine.execute(roles_of, confirm_role, by=Actor(OPERATOR), command_id=uuid4(), role="manager")
    house.do(publish_protocol_draft, stream, **sent)
    refs = house.engine.references()
    assert refs.protocol(today).retention.cej == 24
    assert refs.protocol(sent["from_day"]).retention.cej == 12


def test_what_one_person_published_before_this_rule_stays_in_force(house: House) -> None:
    """A store of before: what happened, happened."""
    stream = {"protocol": house.opened.stream("protocol")}
    said: dict[str, Any] = {"document": SHORTER, "from_day": house.engine.today()}
    house.engine.execute(stream, publish_protocol, by=Actor(OPERATOR), command_id=uuid4(), **said)
    assert house.engine.references().protocol(house.engine.today()).retention.cej == 12

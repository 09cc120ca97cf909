"""Tests that nobody reads more by a decision of their own: each decision that changes who reads a dossier.

The decisions are those that may record an event which changes the advisor, the tasks, the absences or the roles. They
are read from the code, so another one needs its case here.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import structs

from pixflow import tasks
from pixflow.access_journal.line import FAR
from pixflow.actor import OPERATOR
from pixflow.documents.protocol import ReadingLimits
from pixflow.dossier import assignment, follow_up, retraction
from pixflow.dossier.stages import prescription
from pixflow.events.base import Event
from pixflow.events.dossier import AdvisorAssigned
from pixflow.folding import RETRACTIONS
from pixflow.protocol import publishing
from pixflow.streams import KINDS, kind_of
from pixflow.team import absences, membership
from tests import test_catalogue
from tests.emitted import emitted
from tests.given import stamped
from tests.web.access_lines import NewLines
from tests.web.pages.account.conftest import HELENE, NADIA, PAUL, SOPHIE, STORES, YANN, Browser, address, first_visit
from tests.web.paths import House
from web.desk import journal_writer
from web.desk.desk import Desk
from web.hosting.served_structure import structure_in_use

MANY, LIMIT = 5, 3
FIELDS = ("advisor", "handovers", "glasses", "absences", "roles", "awaiting", "ends", "left")
"""The fields of a dossier and of a member of staff that say who reads which dossier."""


@pytest.fixture
def at_work(at_work: House) -> House:
    """A house with a narrow limit, where Sophie is référente and manager."""
    document = replace(at_work.served.refs.protocol(at_work.today), reading=ReadingLimits(soon=LIMIT))
    protocol = {"protocol": at_work.served.opened.stream("protocol")}
    at_work.says(OPERATOR, publishing.publish_protocol, protocol, document=document, from_day=at_work.today)
    at_work.says(HELENE, membership.change_roles, of(at_work, SOPHIE), roles=("referent", "manager"))
    at_work.says(YANN, membership.confirm_role, of(at_work, SOPHIE), role="manager")
    return at_work


def of(there: House, who: str) -> dict[str, UUID]:
    return {"staff": there.people[who]}


def away(there: House, who: str, by: str = HELENE) -> None:
    """Somebody is away from today on, and Sophie is their deputy."""
    days = {"first": there.today, "last": there.today + timedelta(days=9), "deputy": there.people[SOPHIE]}
    there.says(by, absences.declare_absence, of(there, who), absence=uuid4(), **days)


def task_of(there: House, dossier: UUID) -> str:
    return tasks.of_dossier(there.state(dossier), there.served.refs)[0].key


def assigned(there: House, dossier: UUID, who: str, by: str = HELENE) -> int:
    """Assigns a dossier. Returns the version of the event."""
    done = there.on(dossier, assignment.assign_advisor, by, advisor=there.people[who])
    return done.recorded[-1].originator_version


Prepare = Callable[[House], list[UUID]]
Decide = Callable[[House, list[UUID]], Any]


def dossiers(there: House) -> list[UUID]:
    return [there.presented(first=f"Aminata {n}") for n in range(MANY)]


def scored(there: House) -> list[UUID]:
    return [there.scored(first=f"Aminata {n}")[0] for n in range(MANY)]


def once_hers(there: House) -> list[UUID]:
    """Dossiers that were Sophie's once."""
    found = [there.opened(first=f"Aminata {n}", advisor=SOPHIE) for n in range(MANY)]
    for dossier in found:
        assigned(there, dossier, NADIA)
    return found


def taken_back(there: House) -> list[UUID]:
    """Dossiers of Nadia, whose assignment to Sophie somebody took back."""
    found = dossiers(there)
    for dossier in found:
        version = assigned(there, dossier, SOPHIE)
        there.on(dossier, assignment.undo_assignment, HELENE, version=version, reason="erreur")
    return found


def lent(there: House) -> list[UUID]:
    """Dossiers that Sophie lent to Nadia."""
    found = [there.opened(first=f"Aminata {n}", advisor=SOPHIE) for n in range(MANY)]
    for dossier in found:
        until = there.today + timedelta(days=30)
        there.on(dossier, assignment.lend_dossier, SOPHIE, advisor=there.people[NADIA], until=until)
    return found


def with_absent(prepare: Prepare, who: str) -> Prepare:
    def prepared(there: House) -> list[UUID]:
        found = prepare(there)
        away(there, who)
        return found

    return prepared


def gone(there: House) -> list[UUID]:
    """Dossiers of Nadia, who left while she was away."""
    found = dossiers(there)
    away(there, NADIA)
    there.says(HELENE, membership.record_departure, of(there, NADIA), last_day=there.today)
    return found


def with_a_role_too_many(there: House) -> list[UUID]:
    """Dossiers of Nadia, who is away, and auditor since: a référente does not stand in for an auditor."""
    found = with_absent(dossiers, NADIA)(there)
    there.says(HELENE, membership.change_roles, of(there, NADIA), roles=("advisor", "auditor"))
    there.says(YANN, membership.confirm_role, of(there, NADIA), role="auditor")
    return found


def with_a_role_that_waits(there: House) -> list[UUID]:
    """Dossiers of Nadia, who is away, and whose only role waits for a second person."""
    found = with_absent(dossiers, NADIA)(there)
    there.says(HELENE, membership.change_roles, of(there, NADIA), roles=("referent",))
    return found


def each(decide: Callable[[House, UUID], Any]) -> Decide:
    return lambda there, found: [decide(there, dossier) for dossier in found]


def dispatch(there: House, dossier: UUID) -> Any:
    (participation,) = there.state(dossier).diagnostic.participations
    sent = {"participation": participation, "advisor": there.people[SOPHIE]}
    return there.on(dossier, prescription.dispatch_result, SOPHIE, **sent)


def lend(there: House, dossier: UUID, by: str = SOPHIE) -> Any:
    until = there.today + timedelta(days=9)
    return there.on(dossier, assignment.lend_dossier, by, advisor=there.people[SOPHIE], until=until)


def retract(there: House, dossier: UUID) -> Any:
    version = latest(there, dossier)
    return there.on(dossier, retraction.retract, SOPHIE, version=version, reason="erreur")


def undo(there: House, dossier: UUID, by: str = SOPHIE) -> Any:
    return there.on(dossier, assignment.undo_assignment, by, version=latest(there, dossier), reason="erreur")


def latest(there: House, dossier: UUID) -> int:
    """The version of the latest assignment."""
    history = there.served.engine.history(dossier)
    return max(one.originator_version for one in history if isinstance(one.event, AdvisorAssigned))


CASES: dict[str, tuple[Prepare, Decide]] = {
    "assign_advisor": (dossiers, each(lambda there, one: assigned(there, one, SOPHIE, SOPHIE))),
    "dispatch_result": (scored, each(dispatch)),
    "lend": (
        dossiers,
        each(lend),
    ),
    "return_dossier": (lent, each(lambda there, one: there.on(one, assignment.return_dossier, SOPHIE))),
    "claim_task": (
        dossiers,
        each(lambda there, one: there.on(one, follow_up.claim_task, SOPHIE, task=task_of(there, one))),
    ),
    "hand_over": (
        with_absent(dossiers, PAUL),
        each(
            lambda there, one: there.on(
                one, follow_up.hand_over_task, SOPHIE, task=task_of(there, one), to=there.people[PAUL], until=None,
                note="",
            )
        ),
    ),
    "retract": (once_hers, each(retract)),
    "undo_assignment": (once_hers, each(undo)),
    "reinstate": (
        taken_back,
        each(lambda there, one: there.on(one, retraction.reinstate, SOPHIE, versions=(latest(there, one),))),
    ),
    "declare_absence": (dossiers, lambda there, _: away(there, NADIA, SOPHIE)),
    "change_roles": (
        with_a_role_too_many,
        lambda there, _: there.says(SOPHIE, membership.change_roles, of(there, NADIA), roles=("advisor",)),
    ),
    "confirm_role": (
        with_a_role_that_waits,
        lambda there, _: there.says(SOPHIE, membership.confirm_role, of(there, NADIA), role="referent"),
    ),
    "come_back": (gone, lambda there, _: there.says(SOPHIE, membership.undo_departure, of(there, NADIA))),
}  # fmt: skip
"""The decisions of Sophie that bring her nearer to dossiers that she reads by her role, and the dossiers before."""
GIVEN: dict[str, tuple[Prepare, Decide]] = {
    "assign_advisor": (dossiers, each(lambda there, one: assigned(there, one, SOPHIE))),
    "lend": (dossiers, each(lambda there, one: lend(there, one, HELENE))),
    "hand_over": (
        dossiers,
        each(
            lambda there, one: there.on(
                one, follow_up.hand_over_task, NADIA, task=task_of(there, one), to=there.people[SOPHIE], until=None,
                note="",
            )
        ),
    ),
    "retract": (once_hers, each(lambda there, one: undo(there, one, HELENE))),
    "declare_absence": (dossiers, lambda there, _: away(there, NADIA)),
}  # fmt: skip
"""The decisions of a colleague that bring her nearer."""
OTHERWISE = {
    "open_dossier": "it says what she wrote: test_what_one_opened_is_ones_own",
    "take_over": "each dossier that is merged is a reading: test_a_merge_is_a_reading_of_both",
    "break_glass": "what is read by a glass counts: tests/web/pages/dossiers/test_receive.py",
    "give_back": "the clock gives a dossier back to who lent it",
    "undo_return": "of the day, for who recorded the return: without both facts the dossier is lent as before",
    "cancel_absence": "an absence less is a deputy less",
    "add": "a new member has no dossiers yet",
    "designate_referent": "the role waits for a second person: confirm_role",
    "leave": "who left has no deputy",
    "undo_group": "it retracts no assignment",
    "undo_mark": "it retracts no assignment",
    "undo_release": "it retracts no assignment",
    "unmatch": "it retracts no assignment",
    "take_back": "it retracts a milestone",
    "take_back_from_pix": "it retracts no assignment",
    "reset_factors": "the roles wait for a second person: confirm_role",
    "resettle_purpose": "it retracts no assignment",
    "unmerge": "the two dossiers are as before",
    "give_back_merged": "the two dossiers are as before",
    "stop_erasure": "the dossier is as before its erasure",
    "bring_back_duplicate": "the dossier is as before its erasure",
}
"""Decisions that bring her nearer to no dossier of others, and why."""


def changes_a_reason(event: type[Event]) -> bool:
    """Tells if the example of an event changes who reads a dossier."""
    kind, case = KINDS[kind_of(event)], test_catalogue.EMITTED[event]
    history = stamped([one for one in case.before if kind_of(one) == kind_of(event)])
    one = structs.replace(test_catalogue.example(test_catalogue.emitted(event)), originator_version=len(history) + 1)
    before, after = kind.fold(history), kind.fold([*history, one])
    return any(getattr(before, name, None) != getattr(after, name, None) for name in FIELDS)


def test_each_decision_that_changes_a_reason_has_its_case() -> None:
    told = [event for event in test_catalogue.EVENTS if kind_of(event) in ("dossier", "staff")]
    moving = [event for event in told if changes_a_reason(event) or event in RETRACTIONS]
    deciding = set().union(*(emitted()[event] for event in moving), {"reinstate"})
    assert deciding == CASES.keys() | OTHERWISE.keys()


@pytest.mark.parametrize("name", CASES)
def test_whatever_one_decides_first_the_limit_is_the_same(at_work: House, name: str) -> None:
    prepare, decide = CASES[name]
    found = prepare(at_work)
    at_work.pass_by(days=2)
    decide(at_work, found)
    at_work.pass_by(hours=14)
    browser, lines = enter(at_work), NewLines(at_work.served)
    lines.take()
    assert [browser.get(f"/dossiers/{one}").status_code for one in found] == [200] * LIMIT + [403, 303]
    written = lines.take()
    assert {line.why for line in written if line.what == "shown"}.isdisjoint(FAR), "she is told nearer than she is"
    assert [line.what for line in written if line.what != "shown"] == ["counted"] * (LIMIT + 1) + ["stopped"]


def enter(there: House, who: str = SOPHIE) -> Browser:
    assert there.host.site
    return first_visit(there, there.host.site, who)


def readings(there: House, found: list[UUID], address: str = "") -> list[int]:
    """Returns the answers to Sophie's browser for one dossier after the other."""
    browser = enter(there)
    return [browser.get(f"/dossiers/{one}{address}").status_code for one in found]


@STORES
def test_without_the_rule_they_would_all_be_read(at_work: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the rule is what stops her."""
    monkeypatch.setattr(journal_writer, "reason_counted", journal_writer.reason_told)
    found = dossiers(at_work)
    at_work.pass_by(days=2)
    away(at_work, NADIA, SOPHIE)
    assert readings(at_work, found) == [200] * MANY


def test_whole_copies_count_as_dossiers_do(at_work: House) -> None:
    found = dossiers(at_work)
    at_work.pass_by(days=2)
    away(at_work, NADIA, SOPHIE)
    assert readings(at_work, found, "/droits/tout.json") == [200] * LIMIT + [403, 303]


@pytest.mark.parametrize(("hours", "shown"), [(23.5, LIMIT), (24, MANY)])
def test_a_fact_gives_a_reason_after_a_day_whatever_midnight_says(at_work: House, hours: float, shown: int) -> None:
    found = dossiers(at_work)
    at_work.day(at_work.today + timedelta(days=2), hour=22)
    away(at_work, NADIA, SOPHIE)
    at_work.pass_by(hours=hours)
    assert readings(at_work, found).count(200) == shown


@pytest.mark.parametrize(("hours", "shown"), [(23.5, LIMIT), (24, MANY)])
@pytest.mark.parametrize("give", GIVEN)
def test_what_a_colleague_gives_is_a_reason_after_a_day_too(
    at_work: House, give: str, hours: float, shown: int
) -> None:
    """A loan a dossier, by a pair, is no way around the limit of one."""
    prepare, decide = GIVEN[give]
    found = prepare(at_work)
    at_work.day(at_work.today + timedelta(days=2), hour=8)
    decide(at_work, found)
    at_work.pass_by(hours=hours)
    assert readings(at_work, found).count(200) == shown


def test_what_one_opened_is_ones_own_until_one_decides_more(at_work: House) -> None:
    """Of the dossiers that she opens, the task of a colleague that she takes is none of hers."""
    own = [at_work.opened(first=f"Bilal {n}", advisor=SOPHIE) for n in range(MANY)]
    others = dossiers(at_work)
    for dossier in others:
        at_work.on(dossier, follow_up.claim_task, SOPHIE, task=task_of(at_work, dossier))
    assert readings(at_work, own + others) == [200] * (MANY + LIMIT) + [403, 303]


def test_a_merge_is_a_reading_of_both(at_work: House) -> None:
    """A dossier into which others are merged shows them all on its page."""
    own, *others = at_work.opened(advisor=SOPHIE), *dossiers(at_work)
    browser = enter(at_work)
    sent = [
        browser.post(f"/dossiers/{one}/fusion", data={"command_id": str(uuid4()), "into": str(own)}).status_code
        for one in others
    ]
    assert sent == [303] * LIMIT + [403, 303]
    assert [at_work.state(one).merged is not None for one in others] == [True] * LIMIT + [False] * 2
    assert not at_work.state(own).merged


@pytest.mark.parametrize(("hours", "shown"), [(23, LIMIT), (24, MANY)])
def test_what_a_colleague_merged_into_ones_own_counts_for_a_day(at_work: House, hours: float, shown: int) -> None:
    """A dossier shows the path of the one that was merged into it, to all its readers."""
    own = [at_work.opened(first=f"Bilal {n}", advisor=SOPHIE) for n in range(MANY)]
    others = dossiers(at_work)
    at_work.day(at_work.today + timedelta(days=2), hour=8)
    browser = enter(at_work, HELENE)
    for nth, (kept, merged) in enumerate(zip(own, others, strict=True)):
        at_work.pass_by(minutes=11 if nth else 0)
        browser.unlock("/boite")
        browser.post(f"/dossiers/{merged}/fusion", data={"command_id": str(uuid4()), "into": str(kept)})
        assert at_work.state(merged).merged
    at_work.pass_by(hours=hours)
    assert readings(at_work, own).count(200) == shown


def test_comparing_two_dossiers_is_a_reading_of_both(at_work: House) -> None:
    own, *others = at_work.opened(advisor=SOPHIE), *dossiers(at_work)
    browser = enter(at_work)
    sent = [browser.get(f"/dossiers/{own}/fusion?avec={one}").status_code for one in others]
    assert sent == [200] * LIMIT + [403, 303]


@STORES
def test_two_browsers_and_two_processes_share_the_limit(at_work: House) -> None:
    found = dossiers(at_work)
    at_work.pass_by(days=2)
    away(at_work, NADIA, SOPHIE)
    first = enter(at_work)
    second = Browser(at_work, first.seed)
    second.sign_in(address(at_work, SOPHIE))
    got = [first.get(f"/dossiers/{found[0]}").status_code, second.get(f"/dossiers/{found[1]}").status_code]
    restarted = structure_in_use(at_work.served.opened)
    ((slug, served),) = at_work.host.structures.items()
    at_work.host.structures[slug] = restarted
    got += [
        browser.get(f"/dossiers/{one}").status_code for browser, one in zip((first, second), found[2:], strict=False)
    ]
    at_work.host.structures[slug] = served
    restarted.journal.close()
    restarted.reads.close()
    assert got == [200, 200, 200, 403]


@STORES
def test_the_rule_asks_the_store_nothing_that_the_page_has_not_read(
    at_work: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (dossier, *_), asked, trails = dossiers(at_work), list[Any](), Desk.trails

    def counted(desk: Desk, streams: Any) -> Any:
        asked.append(streams)
        return trails(desk, streams)

    browser = enter(at_work, NADIA)
    monkeypatch.setattr(Desk, "trails", counted)
    assert browser.get(f"/dossiers/{dossier}").status_code == 200
    assert asked == [[dossier]]

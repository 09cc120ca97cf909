"""Tests that no two people read more than one of them may, in whatever order they decide within a day."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, permutations
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from pixflow.actor import OPERATOR
from pixflow.documents.protocol import ReadingLimits
from pixflow.dossier import assignment, follow_up
from pixflow.protocol import publishing
from pixflow.refused import Refused
from pixflow.team import absences, membership
from tests.examples import few
from tests.web.pages.account.conftest import HELENE, NADIA, PAUL, SOPHIE, URL, YANN, first_visit
from tests.web.pages.account.test_reasons_of_today import task_of
from tests.web.paths import House, house
from web.desk import journal_writer

MANY, LIMIT = 5, ReadingLimits(soon=3)
PAIRS = list(permutations((SOPHIE, HELENE, PAUL, YANN), 2))
"""Pairs of a référente, a manager, an advisor, an administrator: the first decides. Nadia has the dossiers."""
DOORS = ["/dossiers/", "/journal?dossier=", "/rejouer/"]
Decide = Callable[[House, str, str, UUID], Any]


def absence(there: House, by: str, to: str, _: UUID) -> None:
    days = {"first": there.today, "last": there.today + timedelta(days=9), "deputy": there.people[to]}
    there.says(by, absences.declare_absence, {"staff": there.people[NADIA]}, absence=uuid4(), **days)


def roles(there: House, by: str, to: str, _: UUID) -> None:
    person = {"staff": there.people[to]}
    held = there.served.refs.team[there.people[to]].roles_granted(there.today)
    there.says(by, membership.change_roles, person, roles=tuple(sorted(held | {"advisor", "referent"})))


DECISIONS: list[Decide] = [
    lambda there, by, to, one: there.on(one, assignment.assign_advisor, by, advisor=there.people[to]),
    lambda there, by, to, one: there.on(
        one, assignment.lend_dossier, by, advisor=there.people[to], until=there.today + timedelta(days=9)
    ),
    lambda there, by, to, one: there.on(
        one, follow_up.hand_over_task, by, task=task_of(there, one), to=there.people[to], until=None, note=""
    ),
    lambda there, by, to, one: there.on(one, follow_up.claim_task, to, task=task_of(there, one)),
    lambda there, by, to, one: there.on(one, assignment.break_glass, to, reason="à l’accueil", context={"nth": 1}),
    absence,
    roles,
    lambda there, by, to, one: there.says(by, membership.confirm_role, {"staff": there.people[to]}, role="referent"),
]
ORDERS = st.lists(st.tuples(st.booleans(), st.sampled_from(DECISIONS)), min_size=1, max_size=4)
"""Decisions of the first for the second, or the other way round."""


def most_read(
    folder: Path,
    pair: tuple[str, str],
    order: list[tuple[bool, Decide]],
    doors: Sequence[str] = ("/dossiers/",),
    after: Callable[[House], None] = lambda there: None,
) -> int:
    """Returns the most dossiers that one of a pair reads in ten minutes by these doors in turn, after they decided."""
    with house(folder / uuid4().hex, url=URL) as there, patch.object(journal_writer, "NARROW", LIMIT):
        assert there.host.site
        document = replace(there.served.refs.protocol(there.today), reading=LIMIT)
        protocol = {"protocol": there.served.opened.stream("protocol")}
        there.says(OPERATOR, publishing.publish_protocol, protocol, document=document, from_day=there.today)
        dossiers = [there.presented(first=f"Aminata {n}") for n in range(MANY)]
        there.pass_by(days=2)
        for back, decide in order:
            by, to = pair[::-1] if back else pair
            for dossier in dossiers:
                try:
                    decide(there, by, to, dossier)
                except Refused:
                    continue
        after(there)
        read = []
        for who in pair:
            browser = first_visit(there, there.host.site, who)
            asked = zip(cycle(doors), dossiers, strict=False)
            read.append([browser.get(f"{door}{one}").status_code for door, one in asked].count(200))
        return max(read)


@given(st.sampled_from(PAIRS), ORDERS, st.permutations(DOORS))
@settings(max_examples=few(0.5))
def test_no_two_people_read_more_than_the_limit(
    tmp_path_factory: Any, pair: tuple[str, str], order: list[tuple[bool, Decide]], doors: list[str]
) -> None:
    assert most_read(tmp_path_factory.mktemp("pairs"), pair, order, doors) <= LIMIT.soon


def night(there: House) -> None:
    """The next day begins, and the clock ends the loans of before."""
    there.day(there.today + timedelta(days=1), hour=1)
    there.served.tick(lambda mail: None, URL)


def lend_back(there: House, by: str, to: str, one: UUID) -> None:
    """Assigns a dossier to somebody, and lends it back to its advisor until tonight."""
    there.on(one, assignment.assign_advisor, by, advisor=there.people[to])
    there.on(one, assignment.lend_dossier, by, advisor=there.people[NADIA], until=there.today)


def test_the_clock_gives_nobody_what_people_gave_today(tmp_path: Path) -> None:
    """A loan that ends at midnight is as young as the facts that it follows; the control forgets it."""
    order: list[tuple[bool, Decide]] = [(False, lend_back)]
    assert most_read(tmp_path, (HELENE, PAUL), order, after=night) == LIMIT.soon
    with patch.object(journal_writer, "follows_from", lambda recorded, kept: True):
        assert most_read(tmp_path, (HELENE, PAUL), order, after=night) == MANY


def test_a_loan_a_dossier_was_a_way_around(tmp_path: Path) -> None:
    """The control: before, what a colleague gave counted at once."""
    order = [(False, DECISIONS[1])]
    assert most_read(tmp_path, (HELENE, PAUL), order) == LIMIT.soon
    with patch.object(journal_writer, "is_recent", lambda one, desk: one.by == desk.actor.id):
        assert most_read(tmp_path, (HELENE, PAUL), order) == MANY

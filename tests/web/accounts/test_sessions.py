"""Sessions and tickets: found by their token only, locked, ended, at most five."""

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from pixflow.store.postgres.database import Database
from tests import forks
from tests.web.accounts.conftest import Clock
from web.accounts import accounts, invitations, memberships, sessions, tables, tickets
from web.accounts.factors import recovery
from web.accounts.memberships import Membership
from web.accounts.oidc import identities
from web.accounts.sessions import Session
from web.accounts.store import AccountStore, open_accounts

STRUCTURE, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def nadia(store: AccountStore) -> Membership:
    return memberships.accept(store, accounts.create(store, "nadia@exemple.fr").id, STRUCTURE, UUID(int=11))


def session_of(store: AccountStore, token: str) -> Session:
    """The session of a cookie, which has not ended."""
    session = sessions.find(store, token)
    assert session
    return session


def test_a_session_locks_then_ends(store: AccountStore, nadia: Membership, clock: Clock) -> None:
    token = sessions.begin(store, nadia, "password", "Firefox")
    found = session_of(store, token)
    assert not found.is_locked
    assert (found.account, found.structure, found.member) == (nadia.account, STRUCTURE, nadia.member)
    clock.pass_by(minutes=29)
    sessions.touch(store, found)
    clock.pass_by(minutes=29)
    assert not session_of(store, token).is_locked, "a page was opened meanwhile"
    clock.pass_by(minutes=1)
    found = session_of(store, token)
    assert found.is_locked
    sessions.touch(store, found)
    assert sessions.find(store, token).is_locked, "a page does not unlock"
    opened = sessions.unlock(store, found)
    assert sessions.find(store, token) is None, "a new id after unlocking"
    assert not sessions.find(store, opened).is_locked
    clock.pass_by(hours=9, minutes=2)
    assert sessions.find(store, opened) is None, "ten hours after its begin"


def test_seen_is_written_once_a_minute(store: AccountStore, nadia: Membership, clock: Clock) -> None:
    token = sessions.begin(store, nadia, "passkey", "")
    begun = sessions.find(store, token)
    clock.pass_by(seconds=59)
    sessions.touch(store, session_of(store, token))
    assert sessions.find(store, token).seen == begun.seen
    clock.pass_by(seconds=1)
    sessions.touch(store, session_of(store, token))
    assert sessions.find(store, token).seen == begun.seen + 60


def test_a_page_prolongs_its_own_session_alone(store: AccountStore, nadia: Membership, clock: Clock) -> None:
    mine, other = (sessions.begin(store, nadia, "password", "") for _ in range(2))
    clock.pass_by(minutes=20)
    sessions.touch(store, session_of(store, mine))
    clock.pass_by(minutes=10)
    assert [session_of(store, token).is_locked for token in (mine, other)] == [False, True]
    read_before = session_of(store, mine)
    clock.pass_by(minutes=20)
    sessions.touch(store, read_before)
    assert session_of(store, mine).is_locked, "locked while a page was on its way"


def test_a_session_lasts_ten_hours_to_the_second(store: AccountStore, nadia: Membership, clock: Clock) -> None:
    token = sessions.begin(store, nadia, "password", "")
    clock.pass_by(hours=10, seconds=-1)
    assert sessions.find(store, token)
    sessions.sweep(store)
    assert len(sessions.of_account(store, nadia.account)) == 1
    clock.pass_by(seconds=1)
    assert sessions.find(store, token) is None
    assert not sessions.of_account(store, nadia.account)
    sessions.sweep(store)
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(tables.sessions)).scalar() == 0


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=365)])
def test_a_session_of_a_clock_that_was_ahead_opens_nothing(
    store: AccountStore, nadia: Membership, clock: Clock, back: timedelta
) -> None:
    """Begun on the wrong day it would last until that day comes, without a lock."""
    before = sessions.begin(store, nadia, "password", "")
    clock.now += back
    token = sessions.begin(store, nadia, "password", "")
    invited, link = invitations.invite(store, STRUCTURE, UUID(int=12), "paul@exemple.fr", "system:operator")
    ticket = tickets.issue(store, "flow", "x", 600)
    clock.now -= back
    assert sessions.find(store, token) is None
    assert sessions.find(store, before)
    assert tickets.read(store, "flow", ticket, str) is None
    if back.days:
        assert invitations.find(store, link) is None
        assert invitations.get(store, invited.id) is None


def test_a_session_opens_when_it_is_ahead_by_less_than_half_an_hour(
    store: AccountStore, nadia: Membership, clock: Clock
) -> None:
    clock.pass_by(minutes=30)
    token = sessions.begin(store, nadia, "password", "")
    clock.pass_by(minutes=-30)
    assert sessions.find(store, token) is None
    clock.pass_by(seconds=1)
    assert sessions.find(store, token)


def test_a_clock_corrected_by_some_seconds_ends_no_session(
    store: AccountStore, nadia: Membership, clock: Clock
) -> None:
    token = sessions.begin(store, nadia, "password", "")
    clock.pass_by(minutes=-5)
    assert not session_of(store, token).is_locked


def test_a_proof_is_fresh_for_ten_minutes_to_the_second(store: AccountStore, nadia: Membership, clock: Clock) -> None:
    session = session_of(store, sessions.begin(store, nadia, "password", ""))
    clock.pass_by(minutes=10)
    assert sessions.is_fresh(store, session)
    clock.pass_by(seconds=1)
    assert not sessions.is_fresh(store, session)


def test_nobody_knows_when_an_issuer_asked_for_a_factor(store: AccountStore, nadia: Membership) -> None:
    session = session_of(store, sessions.begin(store, nadia, "issuer", "", age=None))
    assert (session.proved, sessions.is_fresh(store, session)) == (0, False)


@pytest.mark.parametrize(("passkeys", "password", "recovery", "issuers", "lone"), [
    (1, False, 0, 0, True), (1, False, 8, 0, True), (2, False, 0, 0, False), (1, True, 0, 0, False),
    (0, True, 0, 0, True), (0, True, 8, 0, False), (0, False, 0, 1, False), (1, False, 0, 1, False),
    (0, True, 0, 1, False),
])  # fmt: skip
def test_who_has_a_single_way_in_is_lone(
    passkeys: int, password: bool, recovery: int, issuers: int, lone: bool
) -> None:
    """Recovery codes are a way in after a password; an issuer gives ways in back."""
    assert sessions.is_lone(passkeys, recovery, issuers, password=password) == lone


def test_a_password_is_a_way_in_with_its_application(store: AccountStore, nadia: Membership) -> None:
    token = sessions.begin(store, nadia, "password", "")
    accounts.set_password(store, nadia.account, "hashed")
    assert not session_of(store, token).is_lone, "it opens nothing"
    accounts.set_totp(store, nadia.account, bytes(20), 0)
    assert session_of(store, token).is_lone
    recovery.renew(store, nadia.account)
    assert not session_of(store, token).is_lone


def test_the_sixth_ends_the_oldest(store: AccountStore, nadia: Membership, clock: Clock) -> None:
    tokens = []
    for _ in range(6):
        tokens.append(sessions.begin(store, nadia, "password", ""))
        clock.pass_by(seconds=1)
    assert [sessions.find(store, token) is not None for token in tokens] == [False, *[True] * 5]
    assert len(sessions.of_account(store, nadia.account)) == 5


def test_of_many_begun_in_one_second_the_new_one_stays(store: AccountStore, nadia: Membership) -> None:
    for _ in range(12):
        assert sessions.find(store, sessions.begin(store, nadia, "password", ""))
    assert len(sessions.of_account(store, nadia.account)) == 5


def test_ended_at_once(store: AccountStore, nadia: Membership) -> None:
    one, two, three = (sessions.begin(store, nadia, "password", "") for _ in range(3))
    sessions.end(store, sessions.find(store, one).digest)
    assert sessions.find(store, one) is None
    assert sessions.end_all(store, nadia.account, but=sessions.find(store, two).digest) == 1
    assert sessions.find(store, three) is None
    memberships.end(store, STRUCTURE, [nadia.member])
    assert sessions.find(store, two) is None, "a membership that ends takes its sessions along"
    assert not memberships.of_account(store, nadia.account)[0].is_open


ASKED = """
import sys
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID
from pixflow.store.postgres.database import Database
from web.accounts import sessions
from web.accounts.store import open_accounts
number, folder, url = sys.argv[1:]
def process(pipe):
    store = open_accounts(Path(folder), Database(url) if url else None)
    while True:
        what, about = pipe.recv().split()
        pipe.send(sessions.find(store, about) is not None if what == "find" else sessions.end_all(store, UUID(about)))
fork, pipes = get_context("fork"), []
for _ in range(int(number)):
    ours, theirs = fork.Pipe()
    fork.Process(target=process, args=[theirs], daemon=True).start()
    pipes.append(ours)
for line in sys.stdin:
    for one in pipes:
        one.send(line)
    print(*(int(one.recv()) for one in pipes), flush=True)
"""
"""Processes that are asked at once; they share their imports only."""


@contextmanager
def processes(number: int, folder: Path, database: Database | None) -> Iterator[Callable[[str, object], list[int]]]:
    """Yields a function that asks every process at once: they have opened the store, and keep it open."""
    command = [forks.program("python"), "-c", ASKED, str(number), str(folder), database.url if database else ""]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin
        assert running.stdout
        told, said = running.stdin, running.stdout

        def asked(what: str, about: object) -> list[int]:
            told.write(f"{what} {about}\n")
            told.flush()
            return [int(one) for one in said.readline().split()]

        yield asked
        told.close()


def test_three_processes_end_sessions_at_once_and_none_opens_afterwards(
    tmp_path: Path, database: Database | None, store: AccountStore
) -> None:
    """With the time of now: the processes have a clock of their own."""
    account = accounts.create(store, "paul@exemple.fr").id
    paul = memberships.accept(store, account, STRUCTURE, UUID(int=12))
    now = open_accounts(tmp_path, database)
    assert now
    with processes(3, tmp_path, database) as asked:
        token, other = (sessions.begin(now, paul, "password", "") for _ in range(2))
        assert [asked("find", one) for one in (token, other)] == [[1, 1, 1]] * 2
        sessions.end(now, session_of(now, other).digest)
        assert asked("find", other) == [0, 0, 0], "dead at the next request, everywhere"
        assert asked("find", token) == [1, 1, 1]
        assert sorted(asked("end", account)) == [0, 0, 1], "one of three ended it"
        assert asked("find", token) == [0, 0, 0]
    now.close()


def test_a_session_moves_to_another_structure_under_another_id(store: AccountStore, nadia: Membership) -> None:
    there = memberships.accept(store, nadia.account, OTHER, UUID(int=12))
    token = sessions.begin(store, nadia, "issuer", "", b"id token")
    moved = sessions.move(store, session_of(store, token), there)
    assert sessions.find(store, token) is None
    found = sessions.find(store, moved)
    assert found
    assert (found.structure, found.member) == (OTHER, UUID(int=12))
    assert sessions.id_token(store, found) == b"id token"


def test_a_ticket_serves_once_for_its_kind_and_time(store: AccountStore, clock: Clock) -> None:
    token = tickets.issue(store, "flow", {"next": "/boite"}, 600)
    assert tickets.read(store, "flow", token, dict) == {"next": "/boite"}
    assert tickets.read(store, "link", token, dict) is None
    clock.pass_by(seconds=599)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: tickets.take(store, "flow", token, dict), range(8)))
    assert sorted(taken, key=bool) == [None] * 7 + [{"next": "/boite"}]
    late = tickets.issue(store, "flow", {}, 600)
    clock.pass_by(seconds=600)
    assert tickets.take(store, "flow", late, dict) is None
    assert tickets.take(store, "flow", "nothing", dict) is None


def test_an_invitation_stands_a_week_and_its_link_a_day(store: AccountStore, clock: Clock) -> None:
    made, token = invitations.invite(store, STRUCTURE, UUID(int=11), "Nadia@exemple.fr", "system:operator")
    assert invitations.find(store, token) == made
    clock.pass_by(days=1)
    assert invitations.find(store, token) is None
    assert invitations.get(store, made.id) == made
    clock.pass_by(days=6)
    assert invitations.get(store, made.id) is None
    assert memberships.join(store, uuid4(), made) is None


def test_an_invitation_is_answered_once(store: AccountStore) -> None:
    made, token = invitations.invite(store, STRUCTURE, UUID(int=11), "nadia@exemple.fr", str(uuid4()))
    with ThreadPoolExecutor(8) as pool:
        joined = list(pool.map(lambda _: memberships.join(store, uuid4(), made), range(8)))
    assert sum(one is not None for one in joined) == 1
    assert invitations.find(store, token) is None


def test_a_new_invitation_withdraws_the_one_before(store: AccountStore) -> None:
    _, first = invitations.invite(store, STRUCTURE, UUID(int=11), "nadia@exemple.fr", "a")
    second, token = invitations.invite(store, STRUCTURE, UUID(int=11), "nadia@ailleurs.fr", "b")
    assert invitations.find(store, first) is None
    assert invitations.list_standing(store, STRUCTURE) == [second]
    assert invitations.withdraw(store, STRUCTURE, UUID(int=11))
    assert not invitations.withdraw(store, STRUCTURE, UUID(int=11))
    assert invitations.find(store, token) is None


def test_an_account_without_a_membership_for_a_year_goes(store: AccountStore, nadia: Membership, clock: Clock) -> None:
    """With its factors; an invitation that is over goes at once: nothing asks for it."""
    other = accounts.create(store, "paul@exemple.fr").id
    identities.link(store, nadia.account, "https://issuer.example", "sub-nadia")
    recovery.renew(store, nadia.account)
    invitations.invite(store, OTHER, UUID(int=13), "paul@exemple.fr", "system:operator")
    memberships.end(store, STRUCTURE, [nadia.member])
    clock.pass_by(days=364)
    memberships.accept(store, other, OTHER, UUID(int=13))
    for swept in (invitations, accounts):
        swept.sweep(store)
    assert _rows(store) == {"accounts": 2, "recovery_codes": 8, "identities": 1, "memberships": 2, "invitations": 0}
    clock.pass_by(days=1)
    accounts.sweep(store)
    assert _rows(store) == {"accounts": 1, "recovery_codes": 0, "identities": 0, "memberships": 1, "invitations": 0}
    assert accounts.find(store, other)
    clock.pass_by(days=3_650)
    accounts.sweep(store)
    assert accounts.find(store, other), "their membership stands"


def _rows(store: AccountStore) -> dict[str, int]:
    """The number of rows of some tables."""
    found = (tables.accounts, tables.recovery_codes, tables.identities, tables.memberships, tables.invitations)
    with store.read() as connection:
        return {one.name: connection.execute(select(func.count()).select_from(one)).scalar_one() for one in found}


def test_a_clock_behind_sweeps_no_invitation(store: AccountStore, clock: Clock) -> None:
    made, token = invitations.invite(store, STRUCTURE, UUID(int=11), "nadia@exemple.fr", "system:operator")
    clock.pass_by(days=-365)
    invitations.sweep(store)
    clock.pass_by(days=365)
    assert invitations.find(store, token) == made


def test_an_invitation_that_stands_is_not_swept(store: AccountStore, clock: Clock) -> None:
    made, token = invitations.invite(store, STRUCTURE, UUID(int=11), "nadia@exemple.fr", "system:operator")
    clock.pass_by(hours=23)
    invitations.sweep(store)
    assert invitations.find(store, token) == made

"""The cost of an account: who is it, at each request; and a sign-in with a password and a code."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pyotp
import pytest

from pixflow import authorization
from pixflow.actor import Actor
from pixflow.store.postgres.database import Database
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.benchmarks.population import House, fill, structure
from web.accounts import accounts, memberships, sessions, sign_in
from web.accounts.factors import passwords, totp
from web.accounts.site import Site
from web.accounts.store import open_accounts

ROUNDS, TIMES = sized(2, 10, 20), sized(10, 100, 200)
SIGN_INS = sized(2, 50, 200)
LIMITS = {"SQLite": 0.5, "PostgreSQL": 1}
SECRET, EMAIL = "quatre girafes lisent lundi", "nadia@exemple.fr"

pytestmark = pytest.mark.benchmark


class Clock:
    """A clock that each sign-in moves on: a code serves once."""

    now = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(tmp_path: Path, database: Database | None, clock: Clock) -> Iterator[Site]:
    store = open_accounts(tmp_path, database, clock=clock, create=True)
    assert store
    yield Site(store, "https://pixflow.exemple.fr")
    store.close()


def test_who_is_it(site: Site, tmp_path: Path, store: str, report: Report) -> None:
    """The session of a cookie, and the roles and the scope of its member; the access journal has a bench of its own."""
    opened, house = structure(tmp_path / "structure"), House(advisors=20)
    fill(opened.engine, list(house.told()))
    refs, today = opened.engine.references(), opened.engine.today()
    member = house.advisors[0]
    account = accounts.create(site.store, EMAIL)
    token = sessions.begin(site.store, memberships.accept(site.store, account.id, opened.id, member), "password", "")
    actor = Actor(str(member))

    def session() -> None:
        assert sessions.find(site.store, token)

    def rights() -> None:
        authorization.roles(actor, refs, today)
        authorization.scope(actor, refs, today)

    def both() -> None:
        session()
        rights()

    def times(work: Callable[[], None]) -> float:
        def run() -> None:
            for _ in range(TIMES):
                work()

        return spent(run)

    seconds = interleaved(
        ROUNDS, {"both": lambda: times(both), "session": lambda: times(session), "rights": lambda: times(rights)}
    )
    lines = [
        Line("session and rights", seconds["both"], TIMES, "requests"),
        Line("of which the session", seconds["session"], TIMES, "requests"),
        Line("of which the rights", seconds["rights"], TIMES, "requests"),
    ]
    aim = Aim(f"session and rights on {store}", lines[0].median / TIMES * 1000, LIMITS[store], " ms", slack=4)
    report.add(f"who is it, {store}", lines, [aim])
    opened.engine.close()


def test_sign_in(site: Site, clock: Clock, store: str, report: Report) -> None:
    """Password and code, and a session; and a wrong password, for an e-mail that is known or is not."""
    account = accounts.create(site.store, EMAIL)
    accounts.set_password(site.store, account.id, passwords.hashed(SECRET))
    accounts.set_totp(site.store, account.id, seed := totp.new_seed(), 0)
    membership = memberships.accept(site.store, account.id, account.id, account.id)
    codes = pyotp.TOTP(totp.letters(seed).replace(" ", ""))

    def enters() -> None:
        clock.now += timedelta(days=1)
        proved = sign_in.prove_password(site, EMAIL, SECRET, None, "")
        assert proved
        assert sign_in.prove_second(site, proved, "totp", codes.at(clock.now), None, "")
        sessions.begin(site.store, membership, "password", "")

    def wrong(email: str) -> None:
        clock.now += timedelta(days=1)
        assert sign_in.prove_password(site, email, "x" * 12, None, "") is None

    seconds = interleaved(
        SIGN_INS,
        {
            "enters": lambda: spent(enters),
            "known": lambda: spent(lambda: wrong(EMAIL)),
            "unknown": lambda: spent(lambda: wrong("personne@exemple.fr")),
        },
    )
    lines = [
        Line("a sign-in with a password and a code", seconds["enters"], 1, "sign-ins"),
        Line("a wrong password, known e-mail", seconds["known"], 1, "attempts"),
        Line("a wrong password, unknown e-mail", seconds["unknown"], 1, "attempts"),
    ]
    pairs = zip(seconds["known"], seconds["unknown"], strict=True)
    apart = abs(median(known - unknown for known, unknown in pairs)) * 1000
    aims = [
        Aim(f"a sign-in on {store}", lines[0].median * 1000, 150, " ms", slack=4),
        Aim(f"known and unknown e-mails, apart by, on {store}", apart, 5, " ms", slack=4),
    ]
    report.add(f"signing in, {store}", lines, aims)

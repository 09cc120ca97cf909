"""Callers of a site whose people sign in: managers, who read everything, each but for one thing that they lack.

Their accounts and sessions are rows of the accounts store, made without a browser.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import uuid4

from msgspec.structs import replace

from pixflow.actor import OPERATOR, SITE
from pixflow.team import accounts as decisions
from pixflow.team import membership
from tests.web.access import HELENE, SOPHIE, World, elsewhere
from tests.web.client import InspectingClient
from tests.web.filled import hire
from tests.web.paths import House
from web.accounts import accounts, memberships, sessions, sign_in, signed_rows, tables
from web.accounts.memberships import Membership
from web.accounts.sessions import Session
from web.accounts.site import Site
from web.accounts.store import AccountStore
from web.desk.signed_in import FLOW, SESSION

YANN = "Yann Le Goff"
MANAGERS = ("half", "unconfirmed", "locked", "over", "suspended", "left", "asleep", "restored")
Caller = Callable[[], InspectingClient]


def site_of(at_work: House) -> Site:
    assert at_work.host.site
    return at_work.host.site


def member(at_work: House, who: str, by: str = HELENE, confirmed_by: str | None = YANN) -> Membership:
    """Gives somebody an account: invited, opened, and confirmed by another unless that is None."""
    person, store = at_work.people[who], site_of(at_work).store
    at_work.says(by, decisions.invite_account, {"staff": person})
    at_work.says(SITE, decisions.open_account, {"staff": person}, way="passkey")
    if confirmed_by:
        at_work.says(confirmed_by, decisions.confirm_account, {"staff": person})
    at_work.served.read()
    email = at_work.served.refs.team[person].email
    account = accounts.find_email(store, email) or accounts.create(store, email)
    return memberships.accept(store, account.id, at_work.served.opened.id, person)


def stewards(at_work: House) -> None:
    """Gives accounts to the two people who confirm those of the others."""
    for who in (HELENE, YANN):
        member(at_work, who, OPERATOR, None)


def signed_in(
    at_work: House, of: Membership, then: Callable[[AccountStore, Session], None] = sessions.touch
) -> InspectingClient:
    """A browser with a new session, after `then` was done to it."""
    store = site_of(at_work).store
    token = sessions.begin(store, of, "passkey", "Firefox")
    found = sessions.find(store, token)
    if found:
        then(store, found)
    return browser(at_work, {SESSION: token})


def lock(store: AccountStore, session: Session) -> None:
    """Lets half an hour pass for one session."""
    it, seen = tables.sessions.c.digest == session.digest, store.read_clock() - sessions.IDLE
    with store.write() as connection:
        signed_rows.change(store.key, connection, tables.sessions, it, seen=seen)


def browser(at_work: House, cookies: dict[str, str]) -> InspectingClient:
    return InspectingClient(at_work.app, base_url=at_work.url, follow_redirects=False, cookies=cookies)


def callers(there: World) -> dict[str, Caller]:
    """Returns the callers by what they lack, the day after. A call opens a browser whose session is as it was."""
    at_work, tarbes = there.at_work, elsewhere(there.at_work)
    store, here = site_of(at_work).store, at_work.served.opened.id
    known = _members(at_work)
    at_work.says(HELENE, decisions.suspend_account, {"staff": at_work.people["suspended"]}, reason="colleague")
    at_work.says(HELENE, membership.record_departure, {"staff": at_work.people["left"]}, last_day=at_work.today)
    at_work.day(at_work.today + timedelta(days=1))
    at_work.served.read()
    memberships.sleep_elsewhere(store, known["asleep"].account, uuid4())
    memberships.end(store, here, [known["restored"].member])
    half = sign_in.Flow("password", known["half"].account)
    return {
        **{what: partial(signed_in, at_work, one) for what, one in known.items()},
        "anonymous": partial(browser, at_work, {}),
        "invented": partial(browser, at_work, {SESSION: "x" * 43}),
        "half": lambda: browser(at_work, {FLOW: sign_in.begin(store, half)}),
        "proved": lambda: browser(at_work, {SESSION: sign_in.begin(store, replace(half, proved=True))}),
        "locked": partial(signed_in, at_work, known["locked"], lock),
        "over": partial(signed_in, at_work, known["over"], lambda store, one: sessions.end(store, one.digest)),
        "neighbour": partial(signed_in, at_work, member(tarbes, SOPHIE, OPERATOR, None)),
    }


def _members(at_work: House) -> dict[str, Membership]:
    """Managers with an account; of "awaiting" nobody has confirmed the role, that of "ended" ends today."""
    for what in MANAGERS:
        hire(at_work, what, "manager")
    stewards(at_work)
    hire(at_work, "awaiting", "administrator")
    at_work.says(
        HELENE, membership.change_roles, {"staff": at_work.people["awaiting"]}, roles=("administrator", "manager")
    )
    hire(at_work, "ended", "manager", until=at_work.today)
    unconfirmed = {"unconfirmed": None}
    return {
        what: member(at_work, what, confirmed_by=unconfirmed.get(what, YANN))
        for what in (*MANAGERS, "awaiting", "ended")
    }

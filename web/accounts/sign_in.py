"""Signing in, step by step: a first factor, a second one, then a session in one structure.

A flow is one browser's sign-in under way: a ticket of ten minutes, under a new token after each step.
"""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct

from pixflow.events.base import Recorded
from pixflow.events.staff import AccountRestored, FactorsReset
from pixflow.team.staff import Access
from web import security_events
from web.accounts import accounts, attempts, memberships, sessions, tickets
from web.accounts.accounts import Account
from web.accounts.factors import passwords, recovery, totp
from web.accounts.memberships import Membership
from web.accounts.oidc.answers import Arrival, Departure
from web.accounts.sessions import Way
from web.accounts.site import Site
from web.accounts.site_key import digest
from web.accounts.store import AccountStore

FLOW, FLOW_SECONDS = "flow", 10 * 60
KNOWN_SECONDS, KNOWN_ACCOUNTS, _MARKS = 365 * 24 * 3600, 5, "~"
"""Seconds that a browser is known after a sign-in, and the accounts that it keeps: colleagues share a computer."""


class Flow(Struct, frozen=True, omit_defaults=True):
    """A sign-in under way. `proved` once both factors are, `must_enrol` after a recovery code.

    `invitation` is the one that this browser opened, `next` the path to go to. `departure` is set while the browser is
    at the issuer, `arrival` once it is back: an invitation that is accepted links it to the account.
    """

    way: Way
    account: UUID | None = None
    proved: bool = False
    must_enrol: bool = False
    invitation: UUID | None = None
    next: str = "/"
    departure: Departure | None = None
    arrival: Arrival | None = None

    def by(self, way: Way, next: str = "/") -> "Flow":
        """Returns a flow by another way, with the invitation, and with an identity that has no account yet."""
        waits = self.arrival if self.account is None else None
        return Flow(way, invitation=self.invitation, arrival=waits, next=next)


Second = Literal["totp", "recovery"]


def begin(store: AccountStore, flow: Flow) -> str:
    """Keeps a flow, and returns its token."""
    return tickets.issue(store, FLOW, flow, FLOW_SECONDS, flow.account)


def find(store: AccountStore, token: str) -> Flow | None:
    return tickets.read(store, FLOW, token, Flow)


def go_on(store: AccountStore, token: str, flow: Flow) -> str | None:
    """Replaces a flow under a new token. None when the one before was used meanwhile or has expired."""
    return begin(store, flow) if tickets.take(store, FLOW, token, Flow) else None


def follow(
    store: AccountStore, structure: UUID, accesses: Mapping[UUID, Access], recorded: Sequence[Recorded] = ()
) -> None:
    """Does what the events of members ask of this store: who is suspended sleeps, who is not wakes, lost factors go.

    `recorded` are the events of this moment. An earlier one asks nothing of a membership younger than itself: it was
    followed, unless it was cut off.
    """
    new = {type(one.event) for one in recorded}
    memberships.sleep(store, structure, [member for member, one in accesses.items() if one.suspended])
    for member, membership in memberships.of_structure(store, structure).items():
        access = accesses.get(member, Access())
        if access.reset_at and (FactorsReset in new or membership.accepted <= access.reset_at.timestamp()):
            _forget_ways_in(store, membership.account, structure)
            memberships.renew(store, membership, access.reset_at, wakes=False)
        restored = access.since if access.suspended is None else None
        if restored and (AccountRestored in new or membership.accepted <= restored.timestamp()):
            memberships.renew(store, membership, restored, wakes=True)


def _forget_ways_in(store: AccountStore, account: UUID, structure: UUID) -> None:
    """Deletes the factors that somebody lost, and ends what is under way with them. Idempotent.

    Their memberships of other structures sleep: `structure` alone decided it.
    """
    memberships.sleep_elsewhere(store, account, structure)
    accounts.forget_factors(store, account)
    sessions.end_all(store, account)
    tickets.discard_of(store, account)


def end_other_visits(store: AccountStore, account: UUID, way: Way, *, but: str) -> None:
    """Ends what others began with the link of an invitation: their flows, and the password of an account that is new.

    `way` and the token `but` are those of the visit that accepts it.
    """
    tickets.discard_of(store, account, but=but)
    if way != "password" and not memberships.of_account(store, account):
        accounts.set_password(store, account, None)


def prove_password(site: Site, email: str, password: str, place: str | None, marks: str) -> Account | None:
    """Returns the account that an e-mail and a password prove. Takes as long for an unknown e-mail.

    `marks` is what the browser remembers of an earlier sign-in. Raises Refused("too-many-attempts").
    """
    store = site.store
    account = accounts.find_email(store, email)
    who, place = _identify_attempt(site, account, marks, place) if account else (store.key.email_digest(email), place)
    attempts.count(store, "password", who, place)
    if not passwords.matches(password, account.password if account else None) or account is None:
        security_events.note("authn_login_fail", "password", account=account.id if account else None)
        return None
    attempts.forgive(store, "password", who, place)
    if account.password and passwords.is_outdated(account.password):
        accounts.set_password(store, account.id, passwords.hashed(password))
    return account


def prove_second(site: Site, account: Account, factor: Second, code: str, place: str | None, known: str) -> bool:
    """Tells if a code of the application, or a recovery code, is right. Raises Refused("too-many-attempts")."""
    who, place = _identify_attempt(site, account, known, place)
    attempts.count(site.store, factor, who, place)
    spent = totp.spend(site.store, account, code) if factor == "totp" else recovery.spend(site.store, account.id, code)
    if spent:
        attempts.forgive(site.store, factor, who, place)
    else:
        security_events.note("authn_login_fail", factor, account=account.id)
    return spent


def open_memberships(store: AccountStore, account: UUID) -> list[Membership]:
    return [one for one in memberships.of_account(store, account) if one.is_open]


def known_device(site: Site, account: UUID, marks: str = "") -> str:
    """Returns what a browser keeps after a sign-in, beside what it knows: a mark for each of its latest accounts.

    Whoever guesses elsewhere, or at the same place, cannot lock its owner out here.
    """
    name = f"{account}.{site.store.read_clock()}"
    others = [mark for mark in marks.split(_MARKS) if mark and not mark.startswith(f"{account}.")]
    return _MARKS.join([f"{name}.{site.store.key.sign(name)}", *others][:KNOWN_ACCOUNTS])


def _identify_attempt(site: Site, account: Account, marks: str, place: str | None) -> tuple[bytes, str | None]:
    """Returns whose attempts count, and at which place.

    A browser that this account has signed in counts alone; every other one counts with the account and with its place.
    """
    store = site.store
    for mark in marks.split(_MARKS):
        name, _, signature = mark.rpartition(".")
        if name.startswith(f"{account.id}.") and store.key.has_signed(name, signature):
            made = int(name.rpartition(".")[2])
            if store.read_clock() - made < KNOWN_SECONDS:
                return digest(mark), None
    return store.key.email_digest(account.email), place

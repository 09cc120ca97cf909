"""Sessions: half an hour without a page locks one, ten hours end it (OWASP Session Management, ASVS 5.0 7)."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Row, bindparam, delete, select

from web import security_events
from web.accounts import signed_rows
from web.accounts.accounts import ways
from web.accounts.memberships import Membership
from web.accounts.site_key import digest, new_token
from web.accounts.store import AccountStore
from web.accounts.tables import accounts, memberships, sessions

Way = Literal["passkey", "password", "issuer"]
IDLE, LONGEST, NOTED, AT_MOST = 30 * 60, 10 * 3600, 60, 5
"""Seconds until a session locks and ends, seconds between two writes of `seen`, sessions of an account."""
FRESH = 10 * 60
"""Seconds after a proof within which factors may be changed."""
_OPEN = {"asleep": False, "ended": None}
_BOTH = (accounts.c.password.is_not(None) & accounts.c.totp.is_not(None)).label("password")
_WITH_MEMBERSHIP = (
    select(sessions, memberships.c.mac.label("membership"), _BOTH, *ways())
    .join(memberships, memberships.c.structure == sessions.c.structure)
    .join(accounts, accounts.c.id == sessions.c.account)
    .where(
        sessions.c.digest == bindparam("digest"),
        memberships.c.member == sessions.c.member,
        memberships.c.account == sessions.c.account,
        memberships.c.ended.is_(None),
        ~memberships.c.asleep,
    )
)


class Session(Struct, frozen=True):
    """A session: `digest` of its cookie, `is_locked` after half an hour without a page.

    `proved` is the last instant when a factor was: factors are changed within ten minutes of it. `is_lone`: its account
    has a single way in.
    """

    digest: bytes
    account: UUID
    structure: UUID
    member: UUID
    created: int
    seen: int
    proved: int
    way: Way
    device: str
    is_locked: bool
    is_lone: bool = False


def is_lone(passkeys: int, recovery: int, issuers: int, *, password: bool) -> bool:
    """Tells if who loses one thing has no way in left: a passkey, or the application of a `password` with its codes.

    A recovery code is a way in after a password only. An issuer gives its people back their ways in.
    """
    return not issuers and passkeys + (password and 1 + bool(recovery)) == 1


def begin(
    store: AccountStore,
    membership: Membership,
    way: Way,
    device: str,
    id_token: bytes | None = None,
    age: int | None = 0,
) -> str:
    """Begins a session of an account in one structure. Returns its token; the sixth session ends the oldest.

    `age` counts the seconds since a factor was proved, None when nobody knows: the session is not fresh then.
    """
    token, now = new_token(), store.read_clock()
    row = {"account": membership.account, "structure": membership.structure, "member": membership.member, "way": way}
    mine = sessions.c.account == membership.account
    latest = select(sessions.c.digest).where(mine).order_by(sessions.c.created.desc()).limit(AT_MOST - 1)
    sealed = store.key.seal(id_token, f"id-token {membership.account}") if id_token else None
    with store.write() as connection:
        kept = set(connection.execute(latest).scalars())
        connection.execute(delete(sessions).where(mine, sessions.c.digest.not_in(kept)))
        signed_rows.add(
            store.key,
            connection,
            sessions,
            **row,
            digest=digest(token),
            created=now,
            seen=now,
            proved=0 if age is None else now - age,
            device=device[:80],
            id_token=sealed,
        )
    security_events.note("authn_login_success", way, account=membership.account)
    return token


def find(store: AccountStore, token: str) -> Session | None:
    """Returns the session of a cookie, None when it or its membership has ended.

    One of a later hour is none: the clock was ahead, and it would last until then.
    """
    found = store.ask(_WITH_MEMBERSHIP, digest(token))
    for row in signed_rows.genuine(store.key, sessions, found):
        open_one = {**row._mapping, **_OPEN, "mac": row.membership}
        age, idle = store.read_clock() - row.created, store.read_clock() - row.seen
        if age < LONGEST and min(age, idle) > -IDLE and signed_rows.is_genuine(store.key, memberships, open_one):
            lone = is_lone(row.passkeys, row.recovery, row.issuers, password=row.password)
            return _session(store, row, lone=lone)
    return None


def is_fresh(store: AccountStore, session: Session) -> bool:
    """Tells if a factor was proved a moment ago, so that factors may be changed."""
    return store.read_clock() - session.proved <= FRESH


def touch(store: AccountStore, session: Session) -> None:
    """Notes that the person is here, once a minute at most. A locked session stays locked."""
    now = store.read_clock()
    if now - session.seen < NOTED:
        return
    mine = (sessions.c.digest == session.digest) & (sessions.c.seen > now - IDLE)
    store.change(sessions, mine, seen=now)


def unlock(store: AccountStore, session: Session) -> str:
    """Opens a session again after a factor was proved, under a new token, and returns it. `created` stays."""
    token = new_token()
    changed = {"digest": digest(token), "seen": (now := store.read_clock()), "proved": now}
    store.change(sessions, sessions.c.digest == session.digest, **changed)
    security_events.note("authn_login_success", "unlock", account=session.account)
    return token


def move(store: AccountStore, session: Session, membership: Membership) -> str:
    """Moves a session to another structure of its account, under a new token."""
    token = new_token()
    changed = {"digest": digest(token), "structure": membership.structure, "member": membership.member}
    store.change(sessions, sessions.c.digest == session.digest, **changed)
    return token


def of_account(store: AccountStore, account: UUID) -> Sequence[Session]:
    """Returns the sessions of an account, the latest first."""
    query = select(sessions).where(sessions.c.account == account, sessions.c.created > store.read_clock() - LONGEST)
    return [_session(store, row) for row in store.rows(query.order_by(sessions.c.created.desc()))]


def id_token(store: AccountStore, session: Session) -> bytes | None:
    """Returns the issuer's token of a session, for its sign-out."""
    found = store.scalars(select(sessions.c.id_token).where(sessions.c.digest == session.digest))
    return next((store.key.open_sealed(one, f"id-token {session.account}") for one in found if one), None)


def end(store: AccountStore, digest: bytes) -> None:
    if store.execute(delete(sessions).where(sessions.c.digest == digest)):
        security_events.note("authn_token_revoked")


def end_all(store: AccountStore, account: UUID, *, but: bytes = b"") -> int:
    """Ends the sessions of an account, `but` one. Returns their number."""
    ended = store.execute(delete(sessions).where(sessions.c.account == account, sessions.c.digest != but))
    if ended:
        security_events.note("authn_token_revoked", account=account)
    return ended


def sweep(store: AccountStore) -> None:
    """Deletes the sessions that have ended by themselves."""
    store.execute(delete(sessions).where(sessions.c.created <= store.read_clock() - LONGEST))


def _session(store: AccountStore, row: Row[tuple[object, ...]], *, lone: bool = False) -> Session:
    found = row._mapping
    fields = {name: found[name] for name in Session.__struct_fields__ if name not in ("is_locked", "is_lone")}
    return Session(**fields, is_locked=store.read_clock() - found["seen"] >= IDLE, is_lone=lone)

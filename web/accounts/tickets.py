"""Tickets: what a browser or a link may do once, for a short time. The store keeps digests and sealed contents."""

from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from web.accounts.site_key import digest, new_token
from web.accounts.store import AccountStore
from web.accounts.tables import tickets

T = TypeVar("T")
LONGEST = 30 * 60
"""Seconds that a ticket stays, at most. One that would stay longer was issued while the clock was ahead."""


def issue(store: AccountStore, kind: str, content: Any, seconds: int, account: UUID | None = None) -> str:
    """Stores a ticket for at most LONGEST seconds, and returns its token."""
    token = new_token()
    sealed = store.key.seal(msgspec.json.encode(content), _place(kind, token))
    row = {"digest": digest(token), "kind": kind, "account": account, "content": sealed}
    store.execute(insert(tickets).values(**row, until=store.read_clock() + seconds))
    return token


def read(store: AccountStore, kind: str, token: str, content: type[T]) -> T | None:
    """Returns the content of a ticket that stays; None when it is unknown, used or expired."""
    query = select(tickets.c.content).where(*_valid(store, kind, token))
    return next((_open(store, kind, token, content, sealed) for sealed in store.scalars(query)), None)


def take(store: AccountStore, kind: str, token: str, content: type[T]) -> T | None:
    """Returns the content of a ticket and deletes it: of several at once, one gets it."""
    query = delete(tickets).where(*_valid(store, kind, token)).returning(tickets.c.content)
    with store.write() as connection:
        sealed = connection.execute(query).scalar()
        return None if sealed is None else _open(store, kind, token, content, sealed)


def spend(store: AccountStore, kind: str, token: str, until: int) -> bool:
    """Notes that a signed token served, until it expires. Returns False when it had: of several at once, one serves."""
    row = {"digest": digest(token), "kind": kind, "account": None, "content": b"", "until": until}
    try:
        store.execute(insert(tickets).values(row))
    except IntegrityError:
        return False
    return True


def discard_of(store: AccountStore, account: UUID, *, but: str = "") -> None:
    """Deletes every ticket of an account, `but` that of a token."""
    store.execute(delete(tickets).where(tickets.c.account == account, tickets.c.digest != digest(but)))


def sweep(store: AccountStore) -> None:
    """Deletes the expired tickets."""
    store.execute(delete(tickets).where(tickets.c.until <= store.read_clock()))


def _valid(store: AccountStore, kind: str, token: str) -> tuple[Any, ...]:
    now = store.read_clock()
    stays = tickets.c.until.between(now + 1, now + LONGEST)
    return tickets.c.digest == digest(token), tickets.c.kind == kind, stays


def _open(store: AccountStore, kind: str, token: str, content: type[T], sealed: bytes) -> T:
    return msgspec.json.decode(store.key.open_sealed(sealed, _place(kind, token)), type=content)


def _place(kind: str, token: str) -> str:
    return f"ticket {kind} {token}"

"""Invitations: a link by which a member of staff opens an account, or joins with the one they have."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, delete

from pixflow.identity import email as known_email
from web.accounts import signed_rows
from web.accounts.site_key import digest, new_token
from web.accounts.store import AccountStore
from web.accounts.tables import invitations

STANDS, LINK = 7 * 24 * 3600, 24 * 3600
"""Seconds that an invitation stands, and that one link to it serves."""
_WAITS = invitations.c.answered.is_(None) & invitations.c.withdrawn.is_(None)


class Invitation(Struct, frozen=True):
    """An invitation. `sender` is a staff id or `system:operator`."""

    id: UUID
    structure: UUID
    member: UUID
    email: str
    sender: str
    sent: int
    until: int


def invite(store: AccountStore, structure: UUID, member: UUID, email: str, sender: str) -> tuple[Invitation, str]:
    """Invites a member of staff, and withdraws what invited them before. Returns the invitation and its link's token.

    Raises ValueError for a text that is no e-mail address.
    """
    id, token, now, address = uuid4(), new_token(), store.read_clock(), known_email(email)
    made = Invitation(id, structure, member, address, sender, now, now + STANDS)
    with store.write() as connection:
        _withdraw(store, connection, structure, member)
        signed_rows.add(
            store.key,
            connection,
            invitations,
            id=id,
            structure=structure,
            member=member,
            email_digest=store.key.email_digest(address),
            email=store.key.seal(address.encode(), f"invitation {id}"),
            sender=sender,
            sent=now,
            until=now + STANDS,
            link=digest(token),
            link_until=now + LINK,
        )
    return made, token


def find(store: AccountStore, token: str) -> Invitation | None:
    """Returns the invitation of a link, None when the link or the invitation stands no more."""
    return _first(store, invitations.c.link == digest(token), invitations.c.link_until > store.read_clock())


def get(store: AccountStore, id: UUID | None) -> Invitation | None:
    """Returns an invitation that stands."""
    return _first(store, invitations.c.id == id) if id else None


def answer(store: AccountStore, connection: Connection, id: UUID) -> bool:
    """Uses an invitation up. Returns False when it stands no more: of several at once, one uses it."""
    there = (invitations.c.id == id) & _stands(store)
    return signed_rows.change(store.key, connection, invitations, there, answered=store.read_clock(), link=None) == 1


def withdraw(store: AccountStore, structure: UUID, member: UUID) -> bool:
    """Takes back the invitation of a member. Returns False when none stands."""
    with store.write() as connection:
        return _withdraw(store, connection, structure, member) > 0


def list_standing(store: AccountStore, structure: UUID) -> Sequence[Invitation]:
    """Returns the invitations of a structure that stand, the oldest first."""
    found = store.genuine(invitations, invitations.c.structure == structure, _stands(store))
    return [_invitation(store, row) for row in sorted(found, key=lambda row: row.sent)]


def sweep(store: AccountStore) -> None:
    """Deletes the invitations that are over. Those of a later week stay: the clock may be behind."""
    store.execute(delete(invitations).where(~_WAITS | (invitations.c.until <= store.read_clock())))


def _stands(store: AccountStore):  # type: ignore[no-untyped-def]
    """Returns the condition of those that wait. One of a later week was sent while the clock was ahead."""
    now = store.read_clock()
    return _WAITS & invitations.c.until.between(now + 1, now + STANDS)


def _withdraw(store: AccountStore, connection: Connection, structure: UUID, member: UUID) -> int:
    there = (invitations.c.structure == structure, invitations.c.member == member, _stands(store))
    return signed_rows.change(store.key, connection, invitations, *there, withdrawn=store.read_clock(), link=None)


def _first(store: AccountStore, *where: ColumnElement[bool]) -> Invitation | None:
    return next((_invitation(store, row) for row in store.genuine(invitations, *where, _stands(store))), None)


def _invitation(store: AccountStore, row: Row[tuple[object, ...]]) -> Invitation:
    email = store.key.open_sealed(row.email, f"invitation {row.id}").decode()
    return Invitation(row.id, row.structure, row.member, email, row.sender, row.sent, row.until)

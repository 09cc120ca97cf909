"""Invitations: a link by which a member of staff opens an account, or joins with the one they have."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import Row, Update, delete, insert, select, update

from pixflow.identity import email as known_email
from web.accounts.store import AccountStore
from web.accounts.tables import invitations
from web.accounts.tokens import digest, new_token

STANDS, LINK = 7 * 24 * 3600, 24 * 3600
"""Seconds that an invitation stands, and that one link to it serves."""


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
    id, token, now, address = uuid4(), new_token(), store.now(), known_email(email)
    made = Invitation(id, structure, member, address, sender, now, now + STANDS)
    with store.write() as connection:
        connection.execute(update(invitations).where(*_open(store, structure, member)).values(withdrawn=now, link=None))
        connection.execute(
            insert(invitations).values(
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
        )
    return made, token


def new_link(store: AccountStore, id: UUID) -> str | None:
    """Returns the token of another link; the one before serves no more. None when the invitation stands no more."""
    token, now = new_token(), store.now()
    there = (invitations.c.id == id) & _stands(store)
    changed = {"link": digest(token), "link_until": min(now + LINK, now + STANDS)}
    with store.write() as connection:
        return token if connection.execute(update(invitations).where(there).values(**changed)).rowcount else None


def find(store: AccountStore, token: str) -> Invitation | None:
    """Returns the invitation of a link, None when the link or the invitation stands no more."""
    there = (invitations.c.link == digest(token)) & (invitations.c.link_until > store.now()) & _stands(store)
    with store.read() as connection:
        row = connection.execute(select(invitations).where(there)).first()
    return _invitation(store, row) if row else None


def get(store: AccountStore, id: UUID) -> Invitation | None:
    """Returns an invitation that stands."""
    with store.read() as connection:
        row = connection.execute(select(invitations).where(invitations.c.id == id, _stands(store))).first()
    return _invitation(store, row) if row else None


def answering(store: AccountStore, id: UUID) -> Update:
    """Returns the statement that uses an invitation up: of several at once, one changes its row."""
    there = (invitations.c.id == id) & _stands(store)
    return update(invitations).where(there).values(answered=store.now(), link=None)


def withdraw(store: AccountStore, structure: UUID, member: UUID) -> bool:
    """Takes back the invitation of a member. Returns False when none stands."""
    with store.write() as connection:
        changed = update(invitations).where(*_open(store, structure, member)).values(withdrawn=store.now(), link=None)
        return connection.execute(changed).rowcount > 0


def standing(store: AccountStore, structure: UUID) -> Sequence[Invitation]:
    """Returns the invitations of a structure that stand, the oldest first."""
    query = select(invitations).where(invitations.c.structure == structure, _stands(store))
    with store.read() as connection:
        return [_invitation(store, row) for row in connection.execute(query.order_by(invitations.c.sent))]


def sweep(store: AccountStore) -> None:
    """Deletes the invitations that stand no more."""
    with store.write() as connection:
        connection.execute(delete(invitations).where(~_stands(store)))


def _stands(store: AccountStore):  # type: ignore[no-untyped-def]
    return invitations.c.answered.is_(None) & invitations.c.withdrawn.is_(None) & (invitations.c.until > store.now())


def _open(store: AccountStore, structure: UUID, member: UUID):  # type: ignore[no-untyped-def]
    return invitations.c.structure == structure, invitations.c.member == member, _stands(store)


def _invitation(store: AccountStore, row: Row[tuple[object, ...]]) -> Invitation:
    email = store.key.open_sealed(row.email, f"invitation {row.id}").decode()
    return Invitation(row.id, row.structure, row.member, email, row.sender, row.sent, row.until)

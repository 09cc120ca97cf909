"""Memberships: the member of staff that an account is in a structure. Only an accepted invitation makes one.

They live outside the structures: a restored backup brings back roles, and no access.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, delete, select

from web.accounts import invitations, signed_rows
from web.accounts.invitations import Invitation
from web.accounts.store import AccountStore
from web.accounts.tables import accounts, memberships, sessions, views

UNUSED = 90 * 24 * 3600
"""Seconds without a sign-in after which a membership sleeps: its member may have left without anybody noting it."""


class Membership(Struct, frozen=True):
    """A member of staff in one structure that an account stands for, since the instant `accepted`."""

    structure: UUID
    member: UUID
    account: UUID
    asleep: bool
    accepted: int
    ended: int | None

    @property
    def is_open(self) -> bool:
        return self.ended is None and not self.asleep


def accept(store: AccountStore, account: UUID, structure: UUID, member: UUID) -> Membership:
    """Makes this account the member's: what stood for that member before ends.

    An account has one member in a structure: accepted again, it moves.
    """
    with store.write() as connection:
        return _make(store, connection, account, structure, member)


def join(store: AccountStore, account: UUID, invitation: Invitation) -> Membership | None:
    """Answers an invitation and makes its membership, both or neither. None when it stands no more."""
    with store.write() as connection:
        if not invitations.answer(store, connection, invitation.id):
            return None
        return _make(store, connection, account, invitation.structure, invitation.member)


def _make(store: AccountStore, connection: Connection, account: UUID, structure: UUID, member: UUID) -> Membership:
    row = {
        "structure": structure,
        "member": member,
        "account": account,
        "asleep": False,
        "accepted": store.read_clock(),
    }
    for table in (memberships, sessions):
        theirs = (table.c.member == member) | (table.c.account == account)
        connection.execute(delete(table).where(table.c.structure == structure, theirs))
    signed_rows.add(store.key, connection, memberships, **row)
    return Membership(**row, ended=None)  # type: ignore[arg-type]


def of_account(store: AccountStore, account: UUID) -> Sequence[Membership]:
    return _list_where(store, memberships.c.account == account)


def of_structure(store: AccountStore, structure: UUID) -> dict[UUID, Membership]:
    """Returns the memberships of a structure, by member."""
    return {one.member: one for one in _list_where(store, memberships.c.structure == structure)}


def structures(store: AccountStore) -> set[UUID]:
    """Returns the structures where a membership has not ended."""
    return set(store.scalars(select(memberships.c.structure).where(memberships.c.ended.is_(None)).distinct()))


def of_member(store: AccountStore, structure: UUID, member: UUID) -> Membership | None:
    return of_structure(store, structure).get(member)


def end(store: AccountStore, structure: UUID, members: Iterable[UUID]) -> int:
    """Ends the memberships of members, their sessions and their views in this structure. Returns the number ended.

    Only a new invitation opens the access again, never a role that comes back.
    """
    of_them = memberships.c.member.in_(gone := set(members)) & (memberships.c.structure == structure)
    with store.write() as connection:
        for table in (sessions, views):
            connection.execute(delete(table).where(table.c.structure == structure, table.c.member.in_(gone)))
        open_ones = (of_them, memberships.c.ended.is_(None))
        return signed_rows.change(store.key, connection, memberships, *open_ones, ended=store.read_clock())


def sleep(store: AccountStore, structure: UUID, members: Iterable[UUID]) -> None:
    """Puts memberships to sleep, and ends their sessions in this structure: the accounts of members were suspended.

    A backup of before the suspension opens nothing.
    """
    of_them = memberships.c.member.in_(gone := set(members)) & (memberships.c.structure == structure)
    with store.write() as connection:
        connection.execute(delete(sessions).where(sessions.c.structure == structure, sessions.c.member.in_(gone)))
        signed_rows.change(store.key, connection, memberships, of_them, asleep=True)


def sleep_elsewhere(store: AccountStore, account: UUID, structure: UUID) -> int:
    """Puts an account's memberships of other structures to sleep: its factors were reset in this one."""
    elsewhere = (memberships.c.account == account) & (memberships.c.structure != structure)
    return store.change(memberships, elsewhere, asleep=True)


def sleep_unused(store: AccountStore, structure: UUID, members: Iterable[UUID]) -> None:
    """Puts the memberships of members to sleep whose accounts nobody used for ninety days."""
    before = store.read_clock() - UNUSED
    unused = select(accounts.c.id).where(accounts.c.used <= before)
    theirs = memberships.c.member.in_(set(members)) & (memberships.c.structure == structure)
    awake = (memberships.c.accepted <= before, memberships.c.account.in_(unused), ~memberships.c.asleep)
    store.change(memberships, theirs, *awake, asleep=True)


def read_standing(store: AccountStore) -> dict[UUID, set[object]]:
    """Returns what the periodic jobs of each structure depend on in this store: its memberships, and who is unused."""
    before = store.read_clock() - UNUSED
    unused = and_(accounts.c.used <= before, memberships.c.accepted <= before)
    rows_by_structure: dict[UUID, set[object]] = {}
    for row in store.rows(select(memberships, unused).outerjoin(accounts, accounts.c.id == memberships.c.account)):
        rows_by_structure.setdefault(row.structure, set()).add(tuple(row))
    return rows_by_structure


def last_used(store: AccountStore, structure: UUID) -> dict[UUID, int]:
    """Returns the instant of the last sign-in of each member of a structure who has an account."""
    query = select(memberships.c.member, accounts.c.used).join(accounts, accounts.c.id == memberships.c.account)
    return {row.member: row.used for row in store.rows(query.where(memberships.c.structure == structure))}


def renew(store: AccountStore, known: Membership, than: datetime, *, wakes: bool) -> None:
    """Makes a membership younger than an event of this instant, and may wake it. The ninety days begin again."""
    mine = (memberships.c.structure == known.structure) & (memberships.c.member == known.member)
    values = {"asleep": False} if wakes else {}
    store.change(memberships, mine, accepted=max(store.read_clock(), int(than.timestamp()) + 1), **values)


def _list_where(store: AccountStore, where: ColumnElement[bool]) -> list[Membership]:
    return [
        Membership(row.structure, row.member, row.account, row.asleep, row.accepted, row.ended)
        for row in store.genuine(memberships, where)
    ]

"""Views of lists that a member keeps by name: addresses. They follow the member from one browser to another."""

from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection, delete, insert, select

from web.accounts.store import AccountStore
from web.accounts.tables import views

MOST = 50
"""The largest number of views of a member; the oldest go first."""


class KeptView(msgspec.Struct, frozen=True):
    """A view: a name that its member wrote, and an address of this site."""

    name: str
    address: str


def of_member(store: AccountStore, structure: UUID, member: UUID) -> list[KeptView]:
    """Returns the views of a member, in the order in which they were kept."""
    with store.read() as connection:
        return _read_views(store, connection, structure, member)


def keep(store: AccountStore, structure: UUID, member: UUID, view: KeptView) -> list[KeptView]:
    """Keeps a view; another one of the same address goes. Returns all of them."""
    return _change(store, structure, member, lambda kept: [*_without(kept, view.address), view][-MOST:])


def forget(store: AccountStore, structure: UUID, member: UUID, address: str) -> list[KeptView]:
    """Deletes the view of an address. Returns those left."""
    return _change(store, structure, member, lambda kept: _without(kept, address))


def _without(kept: Sequence[KeptView], address: str) -> list[KeptView]:
    return [one for one in kept if one.address != address]


def _change(
    store: AccountStore, structure: UUID, member: UUID, change: Callable[[Sequence[KeptView]], list[KeptView]]
) -> list[KeptView]:
    with store.write() as connection:
        left = change(_read_views(store, connection, structure, member))
        sealed = store.key.seal(msgspec.json.encode(left), f"views {member}")
        connection.execute(delete(views).where(views.c.structure == structure, views.c.member == member))
        connection.execute(insert(views).values(structure=structure, member=member, kept=sealed))
    return left


def _read_views(store: AccountStore, connection: Connection, structure: UUID, member: UUID) -> list[KeptView]:
    query = select(views.c.kept).where(views.c.structure == structure, views.c.member == member)
    sealed = connection.execute(query).scalar()
    if sealed is None:
        return []
    return msgspec.json.decode(store.key.open_sealed(sealed, f"views {member}"), type=list[KeptView])

"""The people to call at each partner. Their names stand in the folds alone."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import Connection, Index, Table, Uuid, select

from pixflow.partners.state import Contact
from projections.contract import Change, Row, keys, metadata, required
from projections.statements import Statement
from projections.store.folds import folds_of

NAME = "territory.contacts"
KINDS = frozenset({"contact"})

table = Table(
    "contacts", metadata, *keys(stream=Uuid), *required(partner=Uuid), Index("contacts_of_partner", "partner")
)
TABLES = (table,)


def rows(change: Change) -> dict[Table, list[Row]]:
    state: Contact = change.after
    return {table: [{"stream": change.stream, "partner": state.partner}]} if state.partner else {}


def of_partners(connection: Connection, partners: Collection[UUID]) -> dict[UUID, Contact]:
    """Returns the people of these partners, those who left too, by name."""
    return _by_name(connection, _of_partners(connection, partners=list(partners)).scalars())


def every(connection: Connection) -> dict[UUID, Contact]:
    """Returns the people of all partners, those who left too, by name."""
    return _by_name(connection, connection.execute(select(table.c.stream).order_by(table.c.stream)).scalars())


def _by_name(connection: Connection, streams: Iterable[UUID]) -> dict[UUID, Contact]:
    states = folds_of(connection, streams)
    people = {stream: state for stream, state in states.items() if isinstance(state, Contact)}
    return dict(sorted(people.items(), key=lambda one: (one[1].details.name, one[0])))


_of_partners = Statement(lambda partners: select(table.c.stream).where(table.c.partner.in_(partners)))


def find(connection: Connection, contact: UUID | None) -> Contact | None:
    """Returns a person, None for an unknown or erased one."""
    state = folds_of(connection, [contact]).get(contact) if contact else None
    return state if isinstance(state, Contact) and state.partner else None

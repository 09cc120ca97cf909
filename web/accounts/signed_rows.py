"""Signatures of the rows by which somebody enters: whoever writes into the store without the site's key opens nothing.

A signature covers what gives access, not instants and counters of use. A row of before that is put back is genuine: the
events of the structure say who works there, and who was cut off.
"""

import hmac
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Table, insert, select, update

from web import security_events
from web.accounts.site_key import SiteKey
from web.accounts.tables import SIGNED


def add(key: SiteKey, connection: Connection, table: Table, **values: Any) -> None:
    """Inserts a row, and signs it."""
    connection.execute(insert(table).values(**values, mac=signature(key, table, values)))


def change(key: SiteKey, connection: Connection, table: Table, *where: Any, **values: Any) -> int:
    """Changes the genuine rows among those found, and signs them anew. Returns their number."""
    rows = genuine(key, table, connection.execute(select(table).where(*where).with_for_update()))
    for row in rows:
        here = (column == row._mapping[column] for column in table.primary_key)
        signed = signature(key, table, {**row._mapping, **values})
        connection.execute(update(table).where(*here).values(**values, mac=signed))
    return len(rows)


def genuine(key: SiteKey, table: Table, rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Returns the rows that pixflow wrote. Any other is an event of the log, and counts as absent."""
    genuine_rows = []
    for row in rows:
        if is_genuine(key, table, row._mapping):
            genuine_rows.append(row)
        else:
            security_events.note("authz_fail", f"row of {table.name}")
    return genuine_rows


def is_genuine(key: SiteKey, table: Table, row: Mapping[Any, Any]) -> bool:
    return hmac.compare_digest(row["mac"] or b"", signature(key, table, row))


def signature(key: SiteKey, table: Table, row: Mapping[Any, Any]) -> bytes:
    """Returns the signature of a row: of its table, and of its fields that give access."""
    return key.mac(msgspec.msgpack.encode([f"{table.name}", *(row.get(name) for name in SIGNED[table])]))


def sign_all(key: SiteKey, connection: Connection) -> None:
    """Signs every row, of a store that an earlier version made."""
    for table in SIGNED:
        for row in connection.execute(select(table)).all():
            here = (column == row._mapping[column] for column in table.primary_key)
            connection.execute(update(table).where(*here).values(mac=signature(key, table, row._mapping)))

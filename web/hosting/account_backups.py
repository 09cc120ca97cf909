"""Backups of the accounts: one file for the whole site, apart from those of the structures, the same on both stores.

A backup has neither the site's key, which seals its secrets, nor sessions, tickets and attempts.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Table, Uuid, delete, func, insert, select

from pixflow.store import SiteRefused, StoreRefused
from pixflow.store.durable_files import write_new
from web.accounts import signed_rows
from web.accounts.accounts import KEPT as KEPT_ACCOUNTS
from web.accounts.store import FOLDER, SUFFIX, AccountStore
from web.accounts.tables import (
    SIGNED,
    accounts,
    identities,
    invitations,
    memberships,
    metadata,
    passkeys,
    recovery_codes,
    views,
)

KEPT = (accounts, passkeys, recovery_codes, identities, memberships, invitations, views)
ADDED = {views.name}
"""The tables that backups of earlier versions do not have."""


def back_up(store: AccountStore, root: Path) -> Path:
    """Writes the accounts to a new file of `root`/_site. Returns its path.

    Raises SiteRefused("older") when a backup there is ahead of the store, and writes nothing.
    """
    if there := ahead(store, root / FOLDER):
        raise SiteRefused("older", f"{there[-1]} has more than the accounts store")
    with store.read() as connection:
        rows = {table.name: [list(row) for row in connection.execute(select(table))] for table in KEPT}
    folder = root / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{_format_now(store)}-{os.urandom(2).hex()}{SUFFIX}"
    write_new(path, msgspec.msgpack.encode(rows))
    return path


def ahead(store: AccountStore, folder: Path) -> list[Path]:
    """Returns the backups of a folder that know more than the store, which is then an older copy.

    Such a backup has an account that the store lacks and that `sweep` would keep, or one that was used later.
    """
    with store.read() as connection:
        used = {row.id: row.used for row in connection.execute(select(accounts.c.id, accounts.c.used))}
    with suppress(PermissionError):  # the commands tell it themselves
        return [
            path
            for path in sorted(folder.glob(f"*{SUFFIX}"))
            if _is_ahead(path, used, store.read_clock() - KEPT_ACCOUNTS)
        ]
    return []


def _is_ahead(path: Path, used: Mapping[UUID, int], before: int) -> bool:
    try:
        rows = _read(path)
    except SiteRefused:
        return False
    account_rows = [_row(accounts, values) for values in rows[accounts.name]]
    there = [_row(memberships, values) for values in rows[memberships.name]]
    stay = {one["account"] for one in there if one["ended"] is None or one["ended"] > before}
    stay |= {one["id"] for one in account_rows if one["created"] > before}
    return any(used.get(one["id"], 0 if one["id"] in stay else one["used"]) < one["used"] for one in account_rows)


def keep(store: AccountStore, folder: Path, number: int) -> None:
    """Deletes all backups of a folder but the latest ones. Those dated after now go first, as `backup.keep` does it."""
    now = _format_now(store)
    for path in sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: (path.name[: len(now)] <= now, path.name))[:-number]:
        path.unlink()


def _format_now(store: AccountStore) -> str:
    return f"{store.at(store.read_clock()):%Y-%m-%dT%H-%M-%S}"


def restore(store: AccountStore, path: Path) -> int:
    """Puts the accounts of a backup into an empty store, in one transaction. Returns their number.

    Nobody is signed in afterwards. Raises SiteRefused when the store has accounts: factors that somebody lost since
    would open them again. Raises it too for a file that is no backup, or that this key did not seal and sign.
    """
    rows = _read(path)
    try:
        for id, _, email, *_ in rows[accounts.name]:
            store.key.open_sealed(email, f"e-mail {id}")
    except StoreRefused as error:
        raise SiteRefused("backup", f"{path}: {error}") from None
    rows_by_table = {table: [_row(table, values) for values in rows.get(table.name, ())] for table in KEPT}
    signed = (
        signed_rows.is_genuine(store.key, table, row)
        for table in rows_by_table.keys() & SIGNED
        for row in rows_by_table[table]
    )
    if not all(signed):
        raise SiteRefused("backup", f"{path} was changed: it has rows that pixflow did not write")
    with store.write() as connection:
        if connection.execute(select(func.count()).select_from(accounts)).scalar():
            raise SiteRefused("occupied", "the accounts store is not empty: a backup is restored where it was lost")
        for table in metadata.sorted_tables:
            connection.execute(delete(table))
        for table in KEPT:
            if rows_by_table[table]:
                connection.execute(insert(table), rows_by_table[table])
    return len(rows[accounts.name])


def _read(path: Path) -> dict[str, list[list[Any]]]:
    with suppress(msgspec.DecodeError, msgspec.ValidationError):
        rows_by_name = msgspec.msgpack.decode(path.read_bytes(), type=dict[str, list[list[Any]]])
        whole = all(len(row) == len(table.c) for table in KEPT for row in rows_by_name.get(table.name, ()))
        if whole and rows_by_name.keys() | ADDED == {table.name for table in KEPT}:
            return rows_by_name
    raise SiteRefused(
        "backup", f"{path} is no backup of accounts, is damaged, or is of a version that did not sign its rows"
    )


def _row(table: Table, values: list[Any]) -> dict[str, Any]:
    pairs = zip(table.columns, values, strict=True)
    return {one.name: UUID(value) if isinstance(one.type, Uuid) and value else value for one, value in pairs}

"""Checks of the accounts, for `pixflow doctor`: their store, and the settings of a safe address."""

from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec
from msgspec import MsgspecError
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from pixflow import structure_folder
from pixflow.backups import manifest
from pixflow.backups.backup import folder_of
from pixflow.refused import Refused
from pixflow.store import RecordsLost, SiteRefused, folders
from pixflow.store.replacement import IDENTITY
from pixflow.store.sqlite.recorder import in_words
from pixflow.structure_folder import OpenStructure
from web.accounts import invitations, memberships, signed_rows
from web.accounts.factors import passwords
from web.accounts.store import FOLDER, AccountStore, open_accounts
from web.accounts.tables import SIGNED, accounts
from web.hosting import account_backups
from web.hosting.health import Finding, judge, run
from web.hosting.settings import LOCAL, Settings

VERIFIED = "verify-full"


def findings(settings: Settings, opened: OpenStructure | None = None, *, demo: bool) -> list[Finding]:
    """Runs the checks of this module, and compares with the team of a structure.

    None for a demonstration where nobody was invited: `serve` lets people sign in to the others.
    """
    store = run("account_store", account_store, settings, opened)
    if demo and store.details.get("why") == "none":
        return []
    return [store, run("tls", tls, settings), run("breached_passwords", breached_passwords, settings)]


def account_store(settings: Settings, opened: OpenStructure | None = None) -> Finding:
    """Checks that the store opens, that its key opens what it sealed, that it is whole, and that pixflow wrote it.

    Checks that no backup, and nobody of the team of `opened`, knows more than the store: an older copy.
    """
    key = settings.data / "keys" / "_site.key"
    if key.exists() and key.stat().st_mode & 0o077:
        return Finding("account_store", "alarm", {"why": "modes", "files": [f"keys/{key.name}"]})
    try:
        folders.check_databases(settings.data / FOLDER)
        if (store := open_accounts(settings.data, settings.database())) is None:
            return Finding("account_store", "good", {"why": "none"})
        with closing(store):
            wrong = _wrong(settings, store, opened)
    except SiteRefused as refused:
        wrong = {"why": "lost"} if refused.code == "store" else {}
    except DatabaseError as error:
        if settings.database():  # the server is away
            raise
        cause: Any = error.orig
        if not isinstance(found := in_words(cause), RecordsLost):  # the disk: the content may be whole
            raise found from None
        wrong = {"why": "lost"}
    return Finding("account_store", "good") if wrong is None else Finding("account_store", "alarm", wrong)


def _wrong(settings: Settings, store: AccountStore, opened: OpenStructure | None) -> dict[str, Any] | None:
    """Returns what is wrong with a store that opens, None when all is well."""
    with store.read() as connection:
        row = connection.execute(select(accounts.c.id, accounts.c.email).limit(1)).first()
        pragmas = () if settings.database() else ("journal_mode", "quick_check")
        said = [connection.execute(text(f"PRAGMA {one}")).scalar() for one in pragmas]
        rows = ((table, row) for table in SIGNED for row in connection.execute(select(table)))
        forged = sum(not signed_rows.is_genuine(store.key, table, row._mapping) for table, row in rows)
    if row:
        store.key.open_sealed(row.email, f"e-mail {row.id}")
    if forged:
        return {"why": "forged", "unsigned": forged}
    if said not in ([], ["wal", "ok"]):
        return {}
    if account_backups.ahead(store, settings.data / "backups" / FOLDER):
        return {"why": "older"}
    people = without_account(store, opened) if opened else 0
    return {"why": "missing", "people": people} if people else None


def gone_structures(store: AccountStore, data: Path) -> dict[str, Exception]:
    """Returns an error for each structure that memberships alone know, by its id.

    None while the id of a structure here cannot be read: it may be one of these.
    """
    here = [_ids_of(data, slug) for slug in structure_folder.slugs(data)]
    gone = memberships.structures(store).difference(*here) if all(here) else set[UUID]()
    return {str(id): SiteRefused("gone", f"structure {id}") for id in gone}


def _ids_of(data: Path, slug: str) -> set[UUID]:
    """Returns the ids of a structure, by its folder and by its backups: its structure.json may be another's."""
    ids = set[UUID]()
    with suppress(OSError, MsgspecError):
        ids.add(msgspec.json.decode((data / slug / IDENTITY).read_bytes(), type=structure_folder.Document).id)
    with suppress(Refused):
        ids |= {one.manifest.structure for one in manifest.all_of(folder_of(data, slug))}
    return ids


def without_account(store: AccountStore, opened: OpenStructure) -> int:
    """Counts who works in a structure, has opened an account, and has none here nor an invitation that stands."""
    refs = opened.engine.references()
    today = opened.engine.today(refs)
    known = {*memberships.of_structure(store, opened.id)}
    known |= {one.member for one in invitations.list_standing(store, opened.id)}
    return sum(one.access.opened and one.works(today) and who not in known for who, one in refs.team.items())


def tls(settings: Settings) -> Finding:
    """Checks that a database on another machine is reached over verified TLS only."""
    database = urlsplit(settings.database_url)
    asked = parse_qs(database.query).get("sslmode", [""])[0]
    return judge("tls", database.hostname and database.hostname not in LOCAL and asked != VERIFIED)


def breached_passwords(settings: Settings) -> Finding:
    """Checks the operator's list of breached passwords: there, and sorted."""
    path: Path | None = settings.breached
    if path is None:
        return Finding("breached_passwords", "note")
    right = path.is_file() and path.stat().st_size > 0 and passwords.is_sorted(path)
    return judge("breached_passwords", not right, path=str(path))

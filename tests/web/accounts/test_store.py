"""The accounts store: made once, refused without its key, apart from every structure."""

import os
from pathlib import Path

import pytest

from pixflow.store import SiteRefused, StoreRefused
from pixflow.store.postgres.database import Database
from tests.web.accounts.conftest import Clock
from web.accounts import accounts
from web.accounts.store import SCHEMA, AccountStore, open_accounts


def test_without_create_there_is_none(tmp_path: Path, database: Database | None) -> None:
    assert open_accounts(tmp_path, database) is None
    assert not list(tmp_path.iterdir())


def test_opened_again_it_has_what_it_had(
    tmp_path: Path, database: Database | None, store: AccountStore, clock: Clock
) -> None:
    made = accounts.create(store, "Nadia@exemple.fr")
    again = open_accounts(tmp_path, database, clock=clock)
    assert again
    assert accounts.find(again, made.id) == accounts.find_email(again, "NADIA@exemple.fr") == made
    assert accounts.find_email(again, "paul@exemple.fr") is None
    again.close()


def test_without_its_key_it_is_refused(tmp_path: Path, database: Database | None, store: AccountStore) -> None:
    (tmp_path / "keys" / "_site.key").unlink()
    with pytest.raises(StoreRefused, match="is missing"):
        open_accounts(tmp_path, database, create=True)


@pytest.mark.parametrize("emptied", [True, False])
def test_lost_it_is_made_again_by_a_restore_alone(
    tmp_path: Path, database: Database | None, store: AccountStore, emptied: bool
) -> None:
    store.close()
    if database:
        with database.owner() as owner:
            owner.execute(f"DROP SCHEMA {SCHEMA} CASCADE".encode())
            owner.execute(f"CREATE SCHEMA {SCHEMA}".encode() if emptied else b"SELECT 1")
    else:
        (tmp_path / "_site" / "accounts.db").unlink()
        if emptied:
            (tmp_path / "_site" / "accounts.db").touch()
    for create in (True, False):
        with pytest.raises(SiteRefused, match="gone, or was emptied") as refused:
            open_accounts(tmp_path, database, create=create)
        assert refused.value.code == "store"
    again = open_accounts(tmp_path, database, again=True)
    again.close()


def test_without_key_and_store_a_backup_tells_that_there_was_one(tmp_path: Path, database: Database | None) -> None:
    folder = tmp_path / "backups" / "_site"
    folder.mkdir(parents=True)
    (folder / "2026-03-02T08-00-00-abcd.accounts").touch()
    with pytest.raises(SiteRefused, match="gone"):
        open_accounts(tmp_path, database, create=True)
    assert not (tmp_path / "keys").exists()


def test_a_key_that_others_read_is_refused(tmp_path: Path, database: Database | None, store: AccountStore) -> None:
    (tmp_path / "keys" / "_site.key").chmod(0o640)
    with pytest.raises(StoreRefused, match="can be read by others"):
        open_accounts(tmp_path, database)


def test_another_key_opens_nothing(tmp_path: Path, database: Database | None, store: AccountStore) -> None:
    made = accounts.create(store, "nadia@exemple.fr")
    (tmp_path / "keys" / "_site.key").write_bytes(os.urandom(32))
    other = open_accounts(tmp_path, database)
    assert other
    assert accounts.find_email(other, "nadia@exemple.fr") is None
    assert accounts.find(other, made.id) is None
    other.close()


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = open_accounts(tmp_path, None, create=True)
        assert made
        accounts.create(made, "nadia@exemple.fr")
    finally:
        os.umask(before)
    made.close()
    for path in (tmp_path / "_site").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path

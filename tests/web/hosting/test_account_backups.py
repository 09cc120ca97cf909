"""Backups of the accounts, and what doctor says of them: on both stores where it matters."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import update

from pixflow.store import SiteRefused
from pixflow.store.durable_files import write_new
from tests.web.client import words
from tests.web.pages.account.conftest import NADIA, SECRET, URL, address, first_visit, invited
from tests.web.paths import House, house
from web.accounts import accounts
from web.accounts.site import Site
from web.accounts.store import AccountStore, open_accounts
from web.accounts.tables import accounts as account_rows
from web.accounts.tables import sessions
from web.french.health import sentence
from web.hosting import account_backups, account_checks
from web.hosting.settings import Settings


def emptied(store: AccountStore) -> None:
    with store.write() as connection:
        for table in (*account_backups.KEPT, sessions):
            connection.execute(table.delete())


def test_a_backup_brings_the_accounts_back_and_no_session(store: str, tmp_path: Path) -> None:
    with house(tmp_path / "data", url=URL) as at_work:
        site = at_work.host.site
        assert site
        nadia = first_visit(at_work, site, NADIA)
        made = account_backups.back_up(site.store, tmp_path)
        with pytest.raises(SiteRefused, match="not empty"):
            account_backups.restore(site.store, made)
        emptied(site.store)
        assert account_backups.restore(site.store, made) == 1
        assert nadia.get("/boite").headers["Location"].startswith("/connexion"), "no session came back"
        at_work.pass_by(seconds=60)
        assert nadia.sign_in(address(at_work, NADIA)).status_code == 303


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "data", url=URL) as made:
        yield made


def site_of(at_work: House) -> Site:
    assert at_work.host.site
    return at_work.host.site


def test_a_backup_holds_no_key_no_secret_and_no_name(at_work: House, tmp_path: Path) -> None:
    nadia = first_visit(at_work, site_of(at_work), NADIA)
    made = account_backups.back_up(site_of(at_work).store, tmp_path)
    content = made.read_bytes()
    key = (tmp_path / "data" / "keys" / "_site.key").read_bytes()
    assert made.stat().st_mode & 0o077 == 0
    words = (SECRET, nadia.seed, "nadia", "Benali", *nadia.cookies.values())
    assert [canary for canary in (key, *map(str.encode, words)) if canary in content] == []


def test_a_damaged_backup_or_one_of_another_key_is_refused(at_work: House, tmp_path: Path) -> None:
    first_visit(at_work, site_of(at_work), NADIA)
    made = account_backups.back_up(site_of(at_work).store, tmp_path)
    elsewhere = open_accounts(tmp_path / "other", None, create=True)
    assert elsewhere
    with pytest.raises(SiteRefused, match="does not open"):
        account_backups.restore(elsewhere, made)
    store, rows = site_of(at_work).store, msgspec.msgpack.decode(made.read_bytes())
    emptied(store)
    for change, said in (
        (lambda row: [*row[:4], "$argon2id$mine", *row[5:]], "changed"),
        (lambda row: row[:-1], "sign"),
    ):
        made.write_bytes(msgspec.msgpack.encode({**rows, "accounts": [change(row) for row in rows["accounts"]]}))
        with pytest.raises(SiteRefused, match=said):
            account_backups.restore(store, made)
    assert accounts.find_email(store, "nadia.benali@exemple.fr") is None
    made.write_bytes(made.read_bytes()[:-9])
    with pytest.raises(SiteRefused, match="damaged"):
        account_backups.restore(elsewhere, made)
    assert accounts.find_email(elsewhere, "nadia@exemple.fr") is None
    elsewhere.close()


def test_the_latest_backups_are_kept(at_work: House, tmp_path: Path) -> None:
    made = []
    for _ in range(3):
        made.append(account_backups.back_up(site_of(at_work).store, tmp_path))
        at_work.pass_by(seconds=1)
    store = site_of(at_work).store
    account_backups.keep(store, made[0].parent, 2)
    assert sorted(made[0].parent.iterdir()) == made[1:]
    at_work.pass_by(days=-365)
    latest = account_backups.back_up(store, tmp_path)
    account_backups.keep(store, latest.parent, 1)
    assert list(latest.parent.iterdir()) == [latest], "the clock went back a year: this one is the latest"


# --- an older copy


def test_a_store_that_knows_less_than_a_backup_makes_none(at_work: House, tmp_path: Path) -> None:
    store, root = site_of(at_work).store, tmp_path / "data" / "backups"
    first_visit(at_work, site_of(at_work), NADIA)
    made = account_backups.back_up(store, root)
    opened, about = at_work.served.opened, Settings(data=tmp_path / "data")
    assert account_checks.account_store(about, opened).level == "good"
    with store.write() as connection:
        connection.execute(update(account_rows).values(used=account_rows.c.used - 60))
    with pytest.raises(SiteRefused) as refused:
        account_backups.back_up(store, root)
    assert refused.value.code == "older"
    assert account_checks.account_store(about, opened).details == {"why": "older"}
    emptied(store)
    assert account_backups.ahead(store, root / "_site") == [made]
    assert account_checks.account_store(about, opened).details == {"why": "older"}
    made.unlink()
    missing = account_checks.account_store(about, opened)
    assert (missing.level, missing.details) == ("alarm", {"why": "missing", "people": 1})
    invited(at_work, site_of(at_work), NADIA)
    assert account_checks.without_account(store, opened) == 0, "the invitation waits"


def test_an_account_that_is_over_is_in_older_backups_alone(at_work: House, tmp_path: Path) -> None:
    store = site_of(at_work).store
    account = accounts.create(store, "partie@exemple.fr").id
    account_backups.back_up(store, tmp_path)
    at_work.pass_by(days=400)
    accounts.sweep(store)
    assert accounts.find(store, account) is None
    account_backups.back_up(store, tmp_path)


# --- doctor


def test_doctor_opens_the_store_with_its_key(at_work: House, tmp_path: Path) -> None:
    about = Settings(data=tmp_path / "data")
    first_visit(at_work, site_of(at_work), NADIA)
    assert account_checks.account_store(about).level == "good"
    with site_of(at_work).store.write() as connection:
        connection.execute(update(account_rows).values(password="$argon2id$mine"))
    forged = account_checks.account_store(about)
    assert (forged.level, forged.details) == ("alarm", {"why": "forged", "unsigned": 1})
    assert "1 ligne n’a pas été écrite par pixflow" in words(sentence(forged.check, forged.level, forged.details))
    key = tmp_path / "data" / "keys" / "_site.key"
    was = key.read_bytes()

    def said() -> str:
        found = account_checks.findings(about, demo=False)[0]
        assert found.level == "alarm"
        return words(sentence(found.check, found.level, found.details))

    for damaged in (bytes(32), was[:-1]):
        key.write_bytes(damaged)
        assert "Remettez la clé" in said()
    key.write_bytes(was)
    key.chmod(0o644)
    assert said() == "keys/_site.key peut se lire par d’autres : « chmod 600 »."
    key.unlink()
    assert "Remettez la clé" in said()
    write_new(key, was)
    store = tmp_path / "data" / "_site" / "accounts.db"
    site_of(at_work).store.close()
    store.write_bytes(b"no database" * 500)
    assert "Leur base manque, est vide ou abîmée" in said()
    store.write_bytes(b"")
    assert "Leur base manque, est vide ou abîmée" in said()
    store.unlink()
    assert "Leur base manque, est vide ou abîmée" in said()
    assert account_checks.findings(about, demo=True) == account_checks.findings(about, demo=False)
    assert account_checks.findings(Settings(data=tmp_path / "nobody"), demo=True) == []
    assert account_checks.account_store(Settings(data=tmp_path / "nobody")).details == {"why": "none"}


@pytest.mark.parametrize(
    ("settings", "level"),
    [
        ({}, "good"),
        ({"url": "https://pixflow.exemple.fr"}, "good"),
        ({"database_url": "postgresql://u:p@127.0.0.1/x"}, "good"),
        ({"database_url": "postgresql://u:p@base.exemple.fr/x"}, "alarm"),
        ({"database_url": "postgresql://u:p@base.exemple.fr/x?sslmode=require"}, "alarm"),
        ({"database_url": "postgresql://u:p@base.exemple.fr/x?sslmode=verify-full"}, "good"),
    ],
)
def test_doctor_knows_what_travels_in_clear(settings: dict[str, str], level: str) -> None:
    assert account_checks.tls(Settings(**settings)).level == level  # type: ignore[arg-type]


def test_doctor_reads_the_list_of_breached_passwords(tmp_path: Path) -> None:
    lines = sorted(f"{hashlib.sha1(str(n).encode()).hexdigest().upper()}:{n}" for n in range(2_000))
    path = tmp_path / "breached"

    def level() -> str:
        return account_checks.breached_passwords(Settings(breached=path)).level

    path.write_text("")
    assert level() == "alarm"
    path.write_text("\n".join(lines) + "\n")
    assert level() == "good"
    path.write_text("\n".join(reversed(lines)) + "\n")
    assert level() == "alarm"
    gone = Settings(breached=path)
    path.unlink()
    assert account_checks.breached_passwords(gone).level == "alarm"
    assert account_checks.breached_passwords(Settings()).level == "note"

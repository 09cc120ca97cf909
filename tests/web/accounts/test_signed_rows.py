"""Rows that somebody writes into the accounts store without the site's key: none of them lets anybody enter."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table, insert, select, update

from pixflow.store.postgres.database import Database
from tests.web.accounts.authenticator import Authenticator
from tests.web.accounts.conftest import Clock
from tests.web.accounts.test_passkeys import URL, enrolled, proved
from web.accounts import accounts, invitations, memberships, sessions
from web.accounts.factors import passwords, recovery
from web.accounts.factors.passkeys import BadPasskey
from web.accounts.oidc import identities
from web.accounts.site_key import digest
from web.accounts.store import SCHEMA, AccountStore, open_accounts
from web.accounts.tables import SIGNED, metadata

HERE, THERE = UUID(int=1), UUID(int=2)
ISSUER = "https://issuer.example"


class Thief:
    """Has an account of their own, and the right to write into the store."""

    def __init__(self, store: AccountStore) -> None:
        self.store = store
        self.nadia = accounts.create(store, "nadia@exemple.fr")
        accounts.set_password(store, self.nadia.id, passwords.hashed("quatre girafes lisent lundi"))
        self.membership = memberships.accept(store, self.nadia.id, HERE, UUID(int=11))
        self.mine = accounts.create(store, "voleur@exemple.fr")
        own = memberships.accept(store, self.mine.id, THERE, UUID(int=12))
        self.cookie = sessions.begin(store, own, "password", "")

    def changes(self, table: Table, where: dict[str, Any], **values: Any) -> None:
        """Changes one row, beside its signature."""
        here = (table.c[name] == value for name, value in where.items())
        with self.store.write() as connection:
            assert connection.execute(update(table).where(*here).values(**values)).rowcount == 1

    def copies(self, table: Table, where: dict[str, Any], **values: Any) -> None:
        """Adds a row like one of the thief's, with its signature."""
        here = (table.c[name] == value for name, value in where.items())
        with self.store.write() as connection:
            row = connection.execute(select(table).where(*here)).mappings().one()
            connection.execute(insert(table).values(**{**row, **values}))


def a_session(thief: Thief) -> bool:
    thief.copies(tables["sessions"], {"account": thief.mine.id}, digest=digest("x"), **of_nadia(thief))
    return sessions.find(thief.store, "x") is not None


def ones_own_session(thief: Thief) -> bool:
    thief.changes(tables["sessions"], {"account": thief.mine.id}, **of_nadia(thief))
    return sessions.find(thief.store, thief.cookie) is not None


def of_nadia(thief: Thief) -> dict[str, UUID]:
    return {"account": thief.nadia.id, "structure": HERE, "member": thief.membership.member}


def a_membership(thief: Thief) -> bool:
    thief.changes(tables["memberships"], {"account": thief.nadia.id}, account=thief.mine.id)
    moved = {"structure": HERE, "member": thief.membership.member}
    thief.changes(tables["sessions"], {"account": thief.mine.id}, **moved)
    found = memberships.of_member(thief.store, HERE, thief.membership.member)
    there = [one.structure for one in memberships.of_account(thief.store, thief.mine.id)]
    return found is not None or HERE in there or sessions.find(thief.store, thief.cookie) is not None


def a_membership_that_ended(thief: Thief) -> bool:
    memberships.end(thief.store, THERE, [UUID(int=12)])
    thief.changes(tables["memberships"], {"account": thief.mine.id}, ended=None)
    return bool(memberships.of_account(thief.store, thief.mine.id))


def a_membership_of_a_session(thief: Thief) -> bool:
    """The session is the thief's own: it alone says nothing of a membership that was ended."""
    thief.changes(tables["memberships"], {"account": thief.mine.id}, mac=b"")
    return sessions.find(thief.store, thief.cookie) is not None


def a_password(thief: Thief) -> bool:
    thief.changes(tables["accounts"], {"id": thief.nadia.id}, password=passwords.hashed("le mien, cinq mots"))
    return accounts.find_email(thief.store, "nadia@exemple.fr") is not None


def a_passkey(thief: Thief) -> bool:
    key = enrolled(thief.store, thief.mine, Authenticator(URL))
    thief.changes(tables["passkeys"], {"account": thief.mine.id}, account=thief.nadia.id)
    try:
        return proved(thief.store, key) is not None
    except BadPasskey:
        return False


def a_recovery_code(thief: Thief) -> bool:
    code = recovery.renew(thief.store, thief.nadia.id)[0]
    with thief.store.write() as connection:
        connection.execute(update(tables["recovery_codes"]).values(mac=b"mine"))
    return recovery.spend(thief.store, thief.nadia.id, code)


def an_identity(thief: Thief) -> bool:
    identities.link(thief.store, thief.mine.id, ISSUER, "mine")
    thief.changes(tables["identities"], {"account": thief.mine.id}, account=thief.nadia.id)
    return identities.find(thief.store, ISSUER, "mine") is not None


def an_invitation(thief: Thief) -> bool:
    made, _ = invitations.invite(thief.store, HERE, UUID(int=13), "paul@exemple.fr", str(uuid4()))
    thief.changes(tables["invitations"], {"id": made.id}, link=digest("x"))
    return (
        invitations.find(thief.store, "x") is not None or memberships.join(thief.store, thief.mine.id, made) is not None
    )


tables = metadata.tables
ATTACKS = (
    a_session, ones_own_session, a_membership, a_membership_that_ended, a_membership_of_a_session, a_password,
    a_passkey, a_recovery_code, an_identity, an_invitation,
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_row_that_pixflow_did_not_write_opens_nothing(store: AccountStore, attack: Callable[[Thief], bool]) -> None:
    assert not attack(Thief(store))


def test_the_attacks_reach_every_signed_table(store: AccountStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the signatures each of them opens."""
    monkeypatch.setattr("web.accounts.signed_rows.is_genuine", lambda *_: True)
    for attack in ATTACKS:
        with store.write() as connection:
            for table in SIGNED:
                connection.execute(table.delete())
        assert attack(Thief(store)), attack.__name__


def test_a_store_of_before_is_signed_once(
    tmp_path: Path, database: Database | None, store: AccountStore, clock: Clock
) -> None:
    thief, mark = Thief(store), tmp_path / "keys" / "_site.signed"
    mark.unlink()
    dropped = [f"ALTER TABLE {table.name} DROP COLUMN mac" for table in SIGNED]
    if database:
        with database.owner() as owner:
            for statement in dropped:
                owner.execute(statement.replace("TABLE ", f"TABLE {SCHEMA}.").encode())
    else:
        with store.write() as connection:
            for statement in dropped:
                connection.exec_driver_sql(statement)
    again = open_accounts(tmp_path, database, clock=clock)
    assert again
    assert sessions.find(again, thief.cookie)
    assert not ones_own_session(thief)
    again.close()
    last = open_accounts(tmp_path, database, clock=clock)
    assert last
    assert sessions.find(last, thief.cookie) is None, "signed once: what was written since stays what it is"
    last.close()

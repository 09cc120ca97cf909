"""Views that a member keeps: theirs alone, sealed, gone with the membership; on both stores."""

from pathlib import Path
from uuid import uuid4

from pixflow.store.postgres.database import Database
from tests.web.accounts.conftest import Clock
from web.accounts import accounts, memberships, views
from web.accounts.store import LATEST, SCHEMA, AccountStore, open_accounts
from web.accounts.views import KeptView

CEJ, PACEA = KeptView("CEJ du lundi", "/boite?programme=CEJ"), KeptView("PACEA", "/dossiers?programme=PACEA")


def test_views_are_of_one_member_in_one_structure(store: AccountStore) -> None:
    structure, nadia, paul = uuid4(), uuid4(), uuid4()
    assert views.keep(store, structure, nadia, CEJ) == [CEJ]
    assert views.keep(store, structure, nadia, PACEA) == [CEJ, PACEA]
    assert views.of_member(store, structure, nadia) == [CEJ, PACEA]
    assert views.of_member(store, structure, paul) == views.of_member(store, uuid4(), nadia) == []
    again = KeptView("Mes CEJ", CEJ.address)
    assert views.keep(store, structure, nadia, again) == [PACEA, again]
    assert views.forget(store, structure, nadia, PACEA.address) == [again]
    assert views.forget(store, structure, nadia, "/boite?programme=jamais") == [again]


def test_the_oldest_goes_when_there_are_too_many(store: AccountStore) -> None:
    structure, nadia = uuid4(), uuid4()
    for n in range(views.MOST + 2):
        views.keep(store, structure, nadia, KeptView(str(n), f"/boite?site={n}"))
    assert [one.name for one in views.of_member(store, structure, nadia)] == [str(n) for n in range(2, views.MOST + 2)]


def test_views_go_with_the_membership_and_their_names_are_sealed(store: AccountStore) -> None:
    structure, nadia = uuid4(), uuid4()
    memberships.accept(store, accounts.create(store, "nadia@exemple.fr").id, structure, nadia)
    views.keep(store, structure, nadia, CEJ)
    with store.read() as connection:
        assert b"lundi" not in connection.exec_driver_sql("SELECT kept FROM views").scalar_one()
    memberships.end(store, structure, [nadia])
    assert views.of_member(store, structure, nadia) == []


def test_a_store_of_before_gets_the_table(
    tmp_path: Path, database: Database | None, store: AccountStore, clock: Clock
) -> None:
    if database:
        with database.owner() as owner:
            owner.execute(f"DROP TABLE {SCHEMA}.{LATEST}".encode())
    else:
        with store.write() as connection:
            connection.exec_driver_sql(f"DROP TABLE {LATEST}")
    accounts.create(store, "nadia@exemple.fr")
    again = open_accounts(tmp_path, database, clock=clock)
    assert again
    assert accounts.find_email(again, "nadia@exemple.fr")
    assert views.keep(again, uuid4(), uuid4(), CEJ) == [CEJ]
    again.close()

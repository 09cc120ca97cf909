"""Secrets of accounts stand in no file, no row, no backup, no log and no address, on both stores.

The address of a link has its token, and the read tables have the e-mails of the team.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from pixflow.backups.backup import back_up
from tests.web.filled import texts
from tests.web.pages.account.conftest import HELENE, SECRET, STORES, Browser, account_of, address, invited
from tests.web.paths import House
from tests.web.test_canaries import addresses
from web.accounts.site import Site
from web.accounts.tables import metadata
from web.desk.signed_in import FLOW, KNOWN, SESSION

WRONG = "un mot de passe faux pour rien"


@STORES
def test_no_secret_is_found(at_work: House, site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    browser, token = Browser(at_work), invited(at_work, site, HELENE)
    tokens = {token}
    answers = [browser.get(f"/invitation/{token}")]
    tokens.add(browser.cookies[FLOW])
    answers.append(browser.choose_password())
    tokens.add(browser.cookies[FLOW])
    answers.append(asked := browser.get("/premiere-visite"))
    ticket = browser.scan(asked)
    shown = browser.post("/premiere-visite/application", data={"ticket": ticket, "code": browser.code()})
    answers.append(shown)
    codes = texts(shown.text, ".codes code")
    answers += [browser.post("/premiere-visite/suite"), browser.post("/invitation/accepter")]
    tokens |= {ticket, browser.cookies[SESSION]}
    answers += [browser.send_password(HELENE, WRONG)]
    answers += [browser.send_password(HELENE)]
    answers += [browser.post("/connexion/secours", data={"recovery": codes[0]}), browser.get("/compte")]
    tokens |= {browser.cookies[FLOW], browser.cookies[SESSION], browser.cookies[KNOWN]}
    seed = browser.seed
    plain = {*tokens, *codes, *(one.replace("-", "") for one in codes), SECRET, WRONG, seed, address(at_work, HELENE)}
    totp = account_of(at_work, site, HELENE).totp
    secrets = [one.encode() for one in plain] + [totp]
    back_up(at_work.served.opened, tmp_path / "backups")
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "accounts.db" for path in kept) or at_work.served.opened.database
    read_tables = at_work.served.opened.folder / "read"
    kept = [path for path in kept if not path.is_relative_to(read_tables)]
    found = [(path.name, secret) for path in kept for secret in secrets if secret in path.read_bytes()]
    assert found == []
    rows = b"\n".join(_values(site))
    assert [secret for secret in secrets if secret in rows] == []
    said = "\n".join(record.getMessage() for record in caplog.records if record.name != "httpx2")
    assert [one for one in plain if one in said] == []
    places = "\n".join(one for answer in answers for one in addresses(answer))
    assert [one for one in plain - {token} if one in places] == [], "a link's token is in its own address alone"


def _values(site: Site) -> Iterator[bytes]:
    """The values of every table of the accounts store, as the database has them."""
    with site.store.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                yield from (one if isinstance(one, bytes) else str(one).encode() for one in row)

"""E-mails to the owner of an account whose factors change: whoever does it from a stolen session is noticed.

Source: OWASP ASVS 5.0, 6.3.7.
"""

import logging
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID, uuid4

from fastapi import Response
from starlette.background import BackgroundTask

from pixflow.events.base import Event, Recorded
from pixflow.events.staff import FactorsReset, FactorsResetRequested
from web.accounts import accounts, memberships
from web.accounts.accounts import Account
from web.accounts.site import Site
from web.french.accounts import sign_in as french
from web.hosting.mail import Mail, fault, outbox_for
from web.hosting.settings import sound

_RESETS: dict[type[Event], str] = {FactorsResetRequested: "reset-asked", FactorsReset: "reset"}
_log = logging.getLogger("pixflow.accounts")


def warn(response: Response, site: Site, account: Account, change: str) -> Response:
    """Tells the owner once the answer has left; `change` is a key of `FACTOR_CHANGES`. Returns the answer."""
    response.background = BackgroundTask(send, site, account, change)
    return response


def warn_member(response: Response, site: Site, account: Account, change: str) -> Response:
    """Tells the owner of an account that has a place somewhere; a new one is told of once it is opened."""
    return warn(response, site, account, change) if memberships.of_account(site.store, account.id) else response


def resets(site: Site, structure: UUID, member: UUID, recorded: Iterable[Recorded]) -> list[tuple[Account, str]]:
    """Returns the owner of a member's account with each reset that was asked or made, as a key of `FACTOR_CHANGES`."""
    known = memberships.of_member(site.store, structure, member)
    owner = accounts.find(site.store, known.account) if known else None
    return [(owner, _RESETS[type(one.event)]) for one in recorded if owner and type(one.event) in _RESETS]


def send(site: Site, account: Account, change: str) -> None:
    """Tells the owner now. An e-mail that does not leave is a line of the log."""
    outbox = outbox_for(sound(), Path(), demo=False)
    subject, text = french.factor_changed(change)
    try:
        if outbox:
            outbox(Mail(account.email, subject, text, f"factor-{uuid4()}", site.store.at(site.store.read_clock())))
    except OSError as error:
        _log.warning("a notice could not leave: %s (%s)", type(error).__name__, fault(error))

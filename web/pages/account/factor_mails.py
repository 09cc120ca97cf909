"""E-mails to the owner of an account whose factors change: whoever does it from a stolen session is noticed.

Source: OWASP ASVS 5.0, 6.3.7.
"""

import logging
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from fastapi import Response
from starlette.background import BackgroundTask

from web.accounts.site import Site
from web.accounts.types import Account
from web.french.accounts import sign_in as french
from web.hosting.mail import Mail, fault, outbox_for
from web.hosting.settings import sound

Answer = TypeVar("Answer", bound=Response)
_log = logging.getLogger("pixflow.accounts")


def warn(response: Answer, site: Site, account: Account, change: str) -> Answer:
    """Tells the owner once the answer has left; `change` is a key of `FACTOR_CHANGES`. Returns the answer."""
    response.background = BackgroundTask(_send, site, account, change)
    return response


def _send(site: Site, account: Account, change: str) -> None:
    outbox = outbox_for(sound(), Path(), demo=False)
    subject, text = french.factor_changed(change)
    try:
        if outbox:
            outbox(Mail(account.email, subject, text, f"factor-{uuid4()}", site.store.at(site.store.now())))
    except OSError as error:
        _log.warning("a notice could not leave: %s (%s)", type(error).__name__, fault(error))

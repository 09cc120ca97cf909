"""Security events, in the words of OWASP's Logging Vocabulary: a line of the log each, and counts for a monitor.

A line has ids and codes. It never has a name, an e-mail, a token or an address of a page.
"""

import logging
from collections import Counter
from threading import Lock
from typing import Literal
from uuid import UUID

Kind = Literal[
    "authn_login_success",
    "authn_login_fail",
    "authn_login_lock",
    "authn_password_change",
    "authn_token_revoked",
    "authz_fail",
    "excess_rate_limit_exceeded",
    "session_expired",
    "user_created",
    "user_updated",
]
counts: Counter[tuple[Kind, str]] = Counter()
"""Number of events of this process, by kind and factor."""
_counting = Lock()


_EXPECTED: tuple[Kind, ...] = ("authn_login_success", "authn_token_revoked", "user_created", "user_updated")
_log = logging.getLogger("pixflow.security")


def note(kind: Kind, factor: str = "", *, account: UUID | None = None) -> None:
    """Writes a security event to the log, and counts it."""
    with _counting:
        counts[kind, factor] += 1
    level = logging.INFO if kind in _EXPECTED else logging.WARNING
    _log.log(level, kind, extra={"factor": factor, "account": str(account) if account else None})

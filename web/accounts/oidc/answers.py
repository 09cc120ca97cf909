"""Answers of an issuer: over HTTP, of limited size and time and never a redirect; and by a browser that was there."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from threading import BoundedSemaphore
from time import monotonic
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from httpx2 import Response

CONNECT, READ, WHOLE = 3.0, 5.0, 8.0
"""Seconds to connect, between two parts of an answer, and for the whole answer."""
LARGEST = 256 * 1024
"""Bytes of an answer."""
_at_once = BoundedSemaphore(4)
"""Calls at a time: a slow issuer must not hold the requests of people at work."""


class IssuerError(Exception):
    """A sign-in at the issuer failed; the reason is for the log, never for the page."""


class IssuerRefused(IssuerError):
    """The issuer, or what it sent, is not to be trusted."""


class IssuerUnreached(IssuerError):
    """The issuer does not answer."""


class Departure(Struct, frozen=True):
    """The secrets of a browser that goes to the issuer: compared once it is back.

    `again` is the instant of the departure, in seconds since 1970, when another proof was asked there; else 0.
    """

    state: str
    nonce: str
    verifier: str
    again: int = 0


class Arrival(Struct, frozen=True):
    """A browser that is back, known by issuer and subject.

    `is_strong` when the issuer has checked two factors, after the departure if another proof was asked. `age` counts
    the seconds since it did, None when it does not say.
    """

    issuer: str
    subject: str
    is_strong: bool
    id_token: str
    age: int | None = None


@dataclass(frozen=True, slots=True)
class IssuerAnswer:
    """An answer of the issuer."""

    media_type: str
    body: bytes

    def json_object(self) -> Mapping[str, Any]:
        """Returns the object of a JSON answer. Raises IssuerRefused for anything else."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            raise IssuerRefused("no JSON") from None
        if not isinstance(document, dict):
            raise IssuerRefused("no object")
        return document


def fetch(method: str, url: str, *, headers: Mapping[str, str] | None = None, **sent: Any) -> IssuerAnswer:
    """Returns an answer of status 200. Raises IssuerRefused and IssuerUnreached.

    Asks for no compression: a small answer may be huge once unpacked.
    """
    if not _at_once.acquire(blocking=False):
        raise IssuerUnreached("too many at once")
    try:
        return _fetch(method, url, {"Accept-Encoding": "identity", **(headers or {})}, sent)
    finally:
        _at_once.release()


def _fetch(method: str, url: str, headers: Mapping[str, str], sent: Mapping[str, Any]) -> IssuerAnswer:
    import httpx2  # takes 20 ms: at a call, not at each start

    limits = httpx2.Timeout(READ, connect=CONNECT)
    client = httpx2.Client(verify=_trusted(), timeout=limits, follow_redirects=False, trust_env=False)
    try:
        with client, client.stream(method, url, headers=headers, **sent) as answer:
            if answer.status_code != 200:
                raise IssuerRefused(f"status {answer.status_code}")
            media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            return IssuerAnswer(media_type, _body(answer))
    except httpx2.HTTPError as error:
        raise IssuerUnreached(type(error).__name__) from None
    except httpx2.InvalidURL:
        raise IssuerRefused("an address") from None


@cache
def _trusted() -> ssl.SSLContext:
    """Returns the authorities that this machine trusts: read once, for it takes longer than a call."""
    return ssl.create_default_context()


def _body(answer: "Response") -> bytes:
    body, end = bytearray(), monotonic() + WHOLE
    for part in answer.iter_raw():
        body += part
        if len(body) > LARGEST:
            raise IssuerRefused("a huge answer")
        if monotonic() > end:
            raise IssuerUnreached("a slow answer")
    return bytes(body)

"""The parameters of addresses: numbers are read here, within their bounds."""

from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import Query, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from pixflow.identity import contains_control
from web.french.errors import pages
from web.http import errors

MOST = 2**31 - 1
"""The largest number in an address: the largest integer of a column of PostgreSQL."""

PageNumber = Annotated[int, Query(ge=1, le=MOST)]
"""The number of a page of a list; a page after the last one is the last one."""
Number = Annotated[int, Query(ge=0, le=MOST)]
"""A position, a version, a count; 0 is none."""
Version = Annotated[int, Query(ge=-1, le=MOST)]
"""The version of a stream that a form recorded; 0 when nothing was new, -1 is none."""


def whole_number(text: str) -> int | None:
    """Returns a number of an address or of a hidden field, None for any other text and for a number above MOST."""
    digits = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST))
    return number if digits and (number := int(text)) <= MOST else None


class ReadableAddresses:
    """ASGI middleware: answers 400 to an address with a control character, which no page writes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query: bytes = scope.get("query_string", b"")
        address = f"{scope.get('path')}?{unquote_plus(query.decode('latin-1'))}"
        if scope["type"] == "http" and contains_control(address, lines=False):
            refused = errors.answer(Request(scope, receive), 400, False, instead=pages.UNREADABLE)
            await refused(scope, receive, send)
        else:
            await self.app(scope, receive, send)

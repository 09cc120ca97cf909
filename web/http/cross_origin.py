"""Guard against forms of other sites (CSRF), by the rules of Go's `net/http.CrossOriginProtection`.

Decision record: docs/decisions/0029-our-own-guards-at-the-http-edge.md.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
UNGUESSABLE = "/p/"
"""Beginning of addresses that are secrets themselves: whoever knows one needs no cookie of the browser.

Their pages send no referrer, so an older browser sends `Origin: null` with their forms.
"""
OWN_SITE = frozenset({"same-origin", "none"})


class CrossOriginGuard:
    """ASGI middleware: `deny` answers a request that may write and that another origin sent."""

    def __init__(self, app: ASGIApp, deny: ASGIApp) -> None:
        self.app = app
        self.deny = deny

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = scope["type"] == "http" and not scope["path"].startswith(UNGUESSABLE)
        denied = guarded and is_cross_origin(scope["method"], Headers(scope=scope))
        await (self.deny if denied else self.app)(scope, receive, send)


def is_cross_origin(method: str, headers: Headers) -> bool:
    """Tells if another origin sent a request that may write.

    `Sec-Fetch-Site` decides where the browser sends it: "same-site" is another origin too. An older browser sends
    `Origin`, which must name the host and port of the request. The scheme is not compared: behind a proxy that ends
    TLS it is unknown. A program sends neither header, and no cookie of a browser with them: it passes.
    """
    if method in SAFE_METHODS:
        return False
    if site := headers.get("sec-fetch-site"):
        return site not in OWN_SITE
    return _is_another(headers.get("origin"), headers)


def is_led_from_elsewhere(headers: Headers) -> bool:
    """Tells if a page of another origin led a browser here. An older browser says it in `Referer` alone."""
    if site := headers.get("sec-fetch-site"):
        return site not in OWN_SITE
    return _is_another(headers.get("referer"), headers)


def _is_another(sender: str | None, headers: Headers) -> bool:
    if not sender:
        return False
    known = authority(sender)
    return known is None or known != authority(f"//{headers.get('host', '')}")


def authority(url: str) -> tuple[str, int | None] | None:
    """Returns the host and the port of an address, None for one without a host."""
    try:
        parts = urlsplit(url)
        return (parts.hostname, parts.port) if parts.hostname else None
    except ValueError:
        return None

"""Guard of the host names: a request names this machine or the public address of the pages (PIXFLOW_URL)."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from web.http.cross_origin import authority

THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names of this machine, accepted with every port: a tunnel may end on another one."""
DEFAULT_PORTS = {"http": 80, "https": 443}


class KnownHosts:
    """ASGI middleware: `deny` answers a request to an unknown host, as a page of another site may send (DNS rebinding).

    `url` is the public address: its host and its port are known. A `Host` without a port means the scheme's own port.
    """

    def __init__(self, app: ASGIApp, url: str, deny: ASGIApp) -> None:
        self.app = app
        self.deny = deny
        self._port = DEFAULT_PORTS.get(urlsplit(url).scheme)
        self._public = self._completed(authority(url))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = scope["type"] != "http" or self.knows(Headers(scope=scope).getlist("host"))
        await (self.app if known else self.deny)(scope, receive, send)

    def knows(self, hosts: list[str]) -> bool:
        """Tells if a request with these `Host` headers is for us. It has exactly one."""
        asked = authority(f"//{hosts[0]}") if len(hosts) == 1 else None
        return asked is not None and (asked[0] in THIS_MACHINE or self._completed(asked) == self._public)

    def _completed(self, asked: tuple[str, int | None] | None) -> tuple[str, int | None] | None:
        return (asked[0], asked[1] or self._port) if asked else None

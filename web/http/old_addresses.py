"""Redirects an address whose parameters were renamed: e-mails, bookmarks and saved views still hold the old names."""

from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import RedirectResponse
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

RENAMED: dict[str, dict[str, str]] = {
    "/boite": {"kind": "tache", "stage": "etape", "group": "groupe", "fait": "recu"},
    "/boite/plusieurs": {"do": "faire", "task": "tache"},
    "/resultats": {"form": "formulaire"},
    "/dossiers": {"state": "etat", "stage": "etape", "group": "groupe", "fait": "recu"},
    "/dossiers/groupe": {"group": "groupe", "name": "nom", "until": "fin"},
    "/dossiers/{id:uuid}": {"form": "formulaire", "about": "sur"},
    "/ateliers/{id:uuid}": {"form": "formulaire", "group": "groupe"},
    "/ateliers/{id:uuid}/inscrire": {"group": "groupe"},
    "/journal": {"fait": "sorte"},
    "/equipe/{id:uuid}": {"form": "formulaire", "about": "sur"},
}
"""For each path the parameters that were renamed: the old name, then the new one."""
_PATHS = [(compile_path(path)[0], names) for path, names in RENAMED.items()]
_OLD_NAMES = frozenset(name for names in RENAMED.values() for name in names)


def current(path: str, query: str) -> str | None:
    """Returns the address that has the new names, or None when this one has no old name."""
    asked = parse_qsl(query, keep_blank_values=True)
    if _OLD_NAMES.isdisjoint(name for name, _ in asked):
        return None
    new = renamed(path)
    if new.keys().isdisjoint(name for name, _ in asked):
        return None
    return f"{quote(path)}?{urlencode([(new.get(name, name), value) for name, value in asked])}"


def renamed(path: str) -> dict[str, str]:
    """Returns the parameters of a path that were renamed: the old name, then the new one."""
    return next((names for pattern, names in _PATHS if pattern.match(path)), {})


class OldAddresses:
    """ASGI middleware: answers 307 to an address with old names. The method and the body stay the same."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope.get("query_string", b"")
        there = current(scope["path"], query.decode("latin-1")) if scope["type"] == "http" and query else None
        await (RedirectResponse(there, 307) if there else self.app)(scope, receive, send)

"""The cookies of a sign-in: unreadable for scripts, for this host alone (RFC 6265bis, prefix `__Host-`)."""

from fastapi import Request, Response

from web.accounts import sessions, sign_in
from web.accounts.sign_in import Flow
from web.accounts.site import Site
from web.accounts.tokens import digest
from web.accounts.types import Membership
from web.desk.signed_in import FLOW, KNOWN, SESSION
from web.french.accounts.devices import device
from web.pages.account import sign_in_lines


def put(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Sets a cookie; until the browser closes without `seconds`."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def drop(response: Response, *names: str) -> None:
    for name in names:
        response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def enter(request: Request, response: Response, site: Site, membership: Membership, flow: Flow) -> Response:
    """Begins a session, ends the one before, and remembers this browser for the counts of attempts."""
    agent = device(request.headers.get("user-agent", ""))
    id_token = flow.arrival.id_token.encode() if flow.arrival else None
    here = flow.way == "issuer" and flow.arrival and not flow.arrival.is_strong
    sign_in_lines.write_there(request, "signed-in", membership, f"{flow.way}{'+' if here else ''}")
    sessions.end(site.store, digest(request.cookies.get(SESSION, "")))
    alone = flow.arrival if flow.way == "issuer" and flow.arrival and flow.arrival.is_strong else None
    token = sessions.begin(site.store, membership, flow.way, agent, id_token, alone.age if alone else 0)
    put(response, SESSION, token)
    known = sign_in.known_device(site, membership.account, request.cookies.get(KNOWN, ""))
    put(response, KNOWN, known, sign_in.KNOWN_SECONDS)
    drop(response, FLOW)
    return response


def place(request: Request) -> str | None:
    """Returns the address that a request comes from."""
    return request.client.host if request.client else None

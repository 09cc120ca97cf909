"""The lock: half an hour without a page, one factor opens again. And the form that was sent meanwhile."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit
from uuid import UUID

import msgspec
from fastapi import APIRouter, HTTPException, Request, Response
from starlette.routing import Match

from pixflow.refused import Refused
from pixflow.uploads import Uploads
from web import security_events
from web.accounts import sessions, sign_in
from web.accounts.factors import passkeys
from web.accounts.factors.passkeys import BadPasskey
from web.accounts.oidc import identities
from web.accounts.sessions import Session
from web.accounts.site import Site
from web.desk.signed_in import (
    KNOWN,
    SESSION,
    AtSite,
    account_of,
    read_return_path,
    safe_path,
    session_of,
    sign_in_address,
)
from web.french.accounts import sign_in as french
from web.hosting.served_structure import ServedStructure
from web.http.forms import FormData, text_of
from web.http.people import NOBODY
from web.http.templates import Frame, redirect, show
from web.pages.account.sign_in import passkey_json, place, put, served_at, sign_in_first, write_line

router = APIRouter()
LOCK, ACCOUNT = "/verrou", "/compte"
_VERSIONS = frozenset({"seen", "request"})
"""Fields that hold the version of an event: nobody typed it."""


class _KeptForm(msgspec.Struct):
    """A form as it was sent: `account` may have it back."""

    account: str
    action: str
    back: str
    fields: list[tuple[str, str]]


@router.get(LOCK)
def read(request: Request, site: AtSite, vers: str = "/", reprise: str = "", perdu: bool = False) -> Response:
    """Asks for one factor: of a locked session, or again before some pages. `perdu`: a form was not kept."""
    next = f"/reprise/{quote(reprise)}" if reprise else safe_path(vers)
    return _lock(request, site, _session(request), next, {}, lost=perdu)


@router.post(f"{LOCK}/mot-de-passe")
def password(request: Request, site: AtSite, data: FormData) -> Response:
    """Opens the session again with the password."""
    session = _session(request)
    account, next = account_of(site, session.account), safe_path(text_of(data, "vers"))
    known = request.cookies.get(KNOWN, "")
    try:
        proved = sign_in.prove_password(site, account.email, text_of(data, "password"), place(request), known)
    except Refused as refused:
        return _lock(request, site, session, next, {"password": french.wait(refused.details["seconds"])})
    if proved is None or proved.id != account.id:
        write_line(request, "failed", account.id)
        return _lock(request, site, session, next, {"password": french.NOT_THIS_ONE})
    return _open(request, site, session, next)


@router.post(f"{LOCK}/cle/options")
def passkey_options(request: Request, site: AtSite) -> Response:
    """Returns the options of the browser's `get`, of this account's passkeys."""
    return passkey_json(*passkeys.options_to_prove(site.store, site.url, _session(request).account))


@router.post(f"{LOCK}/cle")
def passkey(request: Request, site: AtSite, data: FormData) -> Response:
    """Opens the session again with a passkey."""
    session, next = _session(request), safe_path(text_of(data, "vers"))
    try:
        passkeys.prove(site.store, site.url, text_of(data, "challenge"), text_of(data, "answer"), session.account)
    except BadPasskey:
        write_line(request, "failed", session.account)
        return _lock(request, site, session, next, {"": french.WRONG_PASSKEY})
    return _open(request, site, session, next)


@router.get("/reprise/{token}")
def resume(request: Request, site: AtSite, token: str) -> Response:
    """Shows a kept form, filled, to its own account. Nothing is sent by itself."""
    session = _session(request)
    served = _served(request, session)
    if session.is_locked:
        return redirect(request, f"{LOCK}?reprise={quote(token)}")
    try:
        content, _ = _uploads(served).get(token)
    except Refused:
        raise HTTPException(410) from None
    form = msgspec.json.decode(content, type=_KeptForm)
    if form.account != str(session.account):
        raise HTTPException(404)
    request.state.frame = Frame(structure_name=served.refs.structure.name)
    hidden = [(name, value) for name, value in form.fields if name != "vers"]
    typed = [(name, value) for name, value in hidden if name not in _VERSIONS and not _is_id(value)]
    texts = [words for name, value in typed if (words := french.phrase_field(name, value.strip()))]
    return show(
        request, "account/kept_form.html", None, NOBODY, action=form.action, fields=hidden, shown=texts, back=form.back
    )


async def locked(request: Request, error: Exception) -> Response:
    """Answers a request that must wait for a factor: the lock; a form without a file is kept for an hour."""
    session = session_of(request)
    if session is None:
        return redirect(request, sign_in_address(request))
    if session.is_locked:
        security_events.note("session_expired", account=session.account)
    if request.method != "POST":
        return redirect(request, f"{LOCK}?vers={quote(read_return_path(request))}")
    token = await _keep(request, session)
    kept = f"reprise={token}" if token else f"vers={quote(_came_from(request))}&perdu=true"
    return redirect(request, f"{LOCK}?{kept}")


async def _keep(request: Request, session: Session) -> str | None:
    """Keeps the fields of a form, sealed. Returns its token; None for a form with a file, or with a new secret."""
    served = served_at(request, session.structure)
    async with request.form() as form:
        sent = form.multi_items()
        fields = [(name, value) for name, value in sent if isinstance(value, str)]
    if served is None or len(fields) != len(sent) or request.url.path.startswith(ACCOUNT):
        return None
    action = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    kept = _KeptForm(str(session.account), action, _came_from(request), fields)
    return _uploads(served).keep(msgspec.json.encode(kept), "form")


def _came_from(request: Request) -> str:
    """Returns the path of the page whose form was sent, or of the nearest above it that is read.

    The page of an answer to a form stands at an address that only takes forms.
    """
    before = request.headers.get("HX-Current-URL") or request.headers.get("referer") or ""
    base = str(request.base_url)
    path = safe_path("/" + before.removeprefix(base)) if before.startswith(base) else "/"
    while not _is_read(request, urlsplit(path).path):
        path = urlsplit(path).path.rpartition("/")[0] or "/"
    return "/" if path.startswith(LOCK) else path


def _is_read(request: Request, path: str) -> bool:
    """Tells if a path is the address of a page; the first page is one."""
    asked = {"type": "http", "method": "GET", "path": path, "headers": []}
    return path == "/" or any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)


def _is_id(value: str) -> bool:
    """Tells if a value is an id or a pair of them, which nobody typed."""
    try:
        return bool([UUID(part) for part in value.split(":")])
    except ValueError:
        return False


def _open(request: Request, site: Site, session: Session, next: str) -> Response:
    response = redirect(request, next)
    put(response, SESSION, sessions.unlock(site.store, session))
    return response


def _lock(
    request: Request, site: Site, session: Session, next: str, errors: Mapping[str, str], *, lost: bool = False
) -> Response:
    account, served = account_of(site, session.account), _served(request, session)
    request.state.frame = Frame(structure_name=served.refs.structure.name)
    return show(
        request,
        "account/lock.html",
        None,
        NOBODY,
        name=served.refs.team[session.member].name,
        next=next,
        locked=session.is_locked,
        kept=next.startswith("/reprise/"),
        lost=lost,
        back=next if next.startswith(ACCOUNT) else _came_from(request),
        password=account.password is not None,
        passkeys=account.passkeys > 0 and site.takes_passkeys,
        issuer=site.issuer is not None and site.issuer.url in identities.of_account(site.store, account.id),
        errors=errors,
    )


def _session(request: Request) -> Session:
    session = session_of(request)
    if session is None:
        raise sign_in_first()
    return session


def _served(request: Request, session: Session) -> ServedStructure:
    served = served_at(request, session.structure)
    if served is None:
        raise sign_in_first()
    return served


def _uploads(served: ServedStructure) -> Uploads:
    return Uploads(served.opened.folder / "uploads")

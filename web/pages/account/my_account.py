"""Mon compte: one's ways to sign in, one's sessions, one's structures, the views that one keeps."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from msgspec.structs import asdict

from pixflow.access_journal.line import instant
from web import security_events
from web.accounts import accounts, sessions, tickets, views
from web.accounts.accounts import Account
from web.accounts.factors import passkeys, passwords
from web.accounts.factors.passkeys import BadPasskey
from web.accounts.oidc import identities
from web.accounts.sessions import Session
from web.accounts.site import Site
from web.accounts.views import KeptView
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.signed_in import SESSION, AtSite, account_of, read_return_path, safe_path
from web.french import dates, vocabulary
from web.french.accounts import access_journal
from web.french.accounts import sign_in as french
from web.http.forms import FormData, text_of
from web.http.people import NOBODY, note
from web.http.templates import redirect, show
from web.pages.account.factor_mails import warn
from web.pages.account.first_visit import (
    application_of,
    keep_passkey,
    password_errors,
    prove_application,
    show_codes,
    words_of,
)
from web.pages.account.lock import ACCOUNT, LOCK
from web.pages.account.sign_in import memberships_served, passkey_json, put, structures_of, write_line

router = APIRouter()
HISTORY = 10
"""The number of lines of what happened to one's ways in."""
LONGEST_NAME, LONGEST_ADDRESS = 60, 1_000
"""Characters of a view that is kept."""

# --- the ways in


@router.get(ACCOUNT)
def read(request: Request, desk: AtDesk, site: AtSite, ajouter: str = "") -> Response:
    """Shows the account; `ajouter=application` begins to enrol another application."""
    application = application_of(site, _fresh(request, site)) if ajouter == "application" else None
    return _account(request, desk, site, {}, application)


def _account(
    request: Request, desk: Desk, site: Site, errors: Mapping[str, str], application: Mapping[str, str] | None = None
) -> Response:
    """Draws the account. `may_change`: a factor was proved within ten minutes. `lone`: there is a single way in."""
    session = _session(request)
    account, at = account_of(site, session.account), site.store.at

    def day(seconds: int) -> date:
        return desk.refs.calendar.local_day(at(seconds))

    return show(
        request,
        "account/account.html",
        None,
        NOBODY,
        email=account.email,
        may_change=sessions.is_fresh(site.store, session),
        passkeys=[(one, day(one.created), day(one.used)) for one in passkeys.of_account(site.store, account.id)],
        takes_passkeys=site.takes_passkeys,
        password=account.password is not None,
        codes=account.totp is not None,
        recovery=account.recovery,
        issuers=identities.of_account(site.store, account.id),
        at_issuer=site.issuer is not None and sessions.id_token(site.store, session) is not None,
        sessions=[
            (one, vocabulary.WAYS[one.way], dates.instant(at(one.created), desk.zone))
            for one in sessions.of_account(site.store, account.id)
        ],
        mine=session.digest,
        structures=structures_of(request, site, account.id),
        here=desk.served.opened.id,
        application=application,
        lone=session.is_lone,
        history=[
            (access_journal.sentence(line), dates.instant(instant(line.at), desk.zone))
            for line in desk.served.journal.of_account(account.id, HISTORY)
        ],
        errors=errors,
    )


@router.post(f"{ACCOUNT}/mot-de-passe")
def change_password(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Changes the password; the other sessions end."""
    account = _fresh(request, site)
    if errors := password_errors(site, data, words_of(desk.served, desk.me, account.email)):
        return _account(request, desk, site, errors)
    accounts.set_password(site.store, account.id, passwords.hashed(text_of(data, "password")))
    security_events.note("authn_password_change", account=account.id)
    return _finish_change(request, site, account, "password")


@router.post(f"{ACCOUNT}/application")
def change_application(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Replaces the application that gives the codes; the other sessions end."""
    account = _fresh(request, site)
    if not prove_application(site, account, data):
        application = application_of(site, account, text_of(data, "ticket"))
        return _account(request, desk, site, {"code": french.WRONG_CODE}, application)
    return _finish_change(request, site, account, "application")


@router.post(f"{ACCOUNT}/cle/options")
def passkey_options(request: Request, desk: AtDesk, site: AtSite) -> Response:
    """Returns the options of the browser's `create`."""
    options, challenge = passkeys.options_to_register(site.store, site.url, _fresh(request, site))
    note(request, NOBODY)
    return passkey_json(options, challenge)


@router.post(f"{ACCOUNT}/cle")
def add_passkey(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Keeps another passkey; the other sessions end."""
    account = _fresh(request, site)
    try:
        keep_passkey(site, account, data)
    except BadPasskey:
        return _account(request, desk, site, {"": french.WRONG_PASSKEY})
    return _finish_change(request, site, account, "passkey")


@router.post(f"{ACCOUNT}/cle/retirer")
def remove_passkey(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Removes a passkey, but not the last way in."""
    account = _fresh(request, site)
    if account.passkeys == 1 and not (account.password and account.totp):
        return _account(request, desk, site, {"": french.LAST_WAY})
    try:
        id = bytes.fromhex(text_of(data, "id"))
    except ValueError:
        raise HTTPException(404) from None
    if not passkeys.remove(site.store, account.id, id):
        raise HTTPException(404)
    return _finish_change(request, site, account, "passkey-gone")


@router.post(f"{ACCOUNT}/fournisseur/retirer")
def unlink_issuer(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Removes the identity at an issuer, but not the last way in."""
    account = _fresh(request, site)
    if not account.is_complete:
        return _account(request, desk, site, {"": french.LAST_WAY})
    if not identities.unlink(site.store, account.id, text_of(data, "issuer")):
        raise HTTPException(404)
    return _finish_change(request, site, account, "issuer-gone")


@router.post(f"{ACCOUNT}/secours")
def renew_codes(request: Request, desk: AtDesk, site: AtSite) -> Response:
    """Shows new recovery codes, once; those of before serve no more, and the other sessions end."""
    account = _fresh(request, site)
    if account.password is None:
        return _account(request, desk, site, {"": french.NO_USE})
    _end_others(request, site, account)
    return warn(show_codes(request, site, account, next=""), site, account, "codes")


def _fresh(request: Request, site: Site) -> Account:
    """Returns the account, if a factor was proved a moment ago; else asks for one first."""
    session = _session(request)
    if not sessions.is_fresh(site.store, session):
        back = read_return_path(request) if request.method == "GET" else ACCOUNT
        raise HTTPException(303, headers={"Location": f"{LOCK}?vers={quote(back)}"})
    return account_of(site, session.account)


def _finish_change(request: Request, site: Site, account: Account, change: str) -> Response:
    """Ends what others may have under way, and tells the owner by e-mail."""
    _end_others(request, site, account)
    return warn(redirect(request, ACCOUNT), site, account, change)


def _end_others(request: Request, site: Site, account: Account) -> None:
    """Ends the other sessions of an account whose factors change, and the sign-ins under way."""
    write_line(request, "factor", account.id)
    sessions.end_all(site.store, account.id, but=_session(request).digest)
    tickets.discard_of(site.store, account.id)
    security_events.note("user_updated", "factor", account=account.id)


def _session(request: Request) -> Session:
    session: Session = request.state.session
    return session


# --- sessions and structures


@router.post(f"{ACCOUNT}/sessions/terminer")
def end_session(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Ends one session, or all others."""
    session, wanted = _session(request), text_of(data, "session")
    mine = {one.digest.hex(): one.digest for one in sessions.of_account(site.store, session.account)}
    if not wanted:
        sessions.end_all(site.store, session.account, but=session.digest)
    elif wanted in mine:
        sessions.end(site.store, mine[wanted])
    else:
        raise HTTPException(404)
    return redirect(request, ACCOUNT)


@router.post(f"{ACCOUNT}/structure")
def change_structure(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Moves this session to another structure of the account, under a new id."""
    session, wanted = _session(request), text_of(data, "structure")
    there = [one for one in memberships_served(request, site, session.account) if str(one.structure) == wanted]
    if not there:
        raise HTTPException(404)
    response = redirect(request, "/")
    put(response, SESSION, sessions.move(site.store, session, there[0]))
    return response


# --- the views: a script of the lists keeps one, or forgets it, and gets those left


@router.post(f"{ACCOUNT}/vues")
def keep_view(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Keeps a view. Raises 422 without a name, or for an address that is none of this site."""
    name, address = text_of(data, "name").strip(), text_of(data, "address")
    if not (0 < len(name) <= LONGEST_NAME and len(address) <= LONGEST_ADDRESS and safe_path(address) == address != "/"):
        raise HTTPException(422)
    return _views(request, views.keep(site.store, desk.served.opened.id, desk.me, KeptView(name, address)))


@router.post(f"{ACCOUNT}/vues/oublier")
def forget_view(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> Response:
    """Forgets the view of an address."""
    return _views(request, views.forget(site.store, desk.served.opened.id, desk.me, text_of(data, "address")))


def _views(request: Request, left: Sequence[KeptView]) -> Response:
    note(request, NOBODY)
    return JSONResponse([asdict(one) for one in left])

"""Signing out: of this session, and of the issuer's."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from web.accounts import sessions
from web.accounts.oidc.answers import IssuerError
from web.accounts.site import Site
from web.desk.signed_in import SESSION, SIGN_IN, AtSite, session_of
from web.http.forms import FormData, text_of
from web.http.people import NOBODY
from web.http.templates import Frame, Page, page, redirect
from web.pages.account.cookies import drop

router = APIRouter()


@dataclass(frozen=True, kw_only=True)
class SignedOutPage(Page):
    """The end of a session here; `next` ends the issuer's."""

    template = "account/signed_out.html"
    shows = NOBODY

    next: str


@router.post("/deconnexion")
def sign_out(request: Request, site: AtSite, data: FormData) -> Response:
    """Ends the session, and the issuer's unless `here` alone is asked.

    On a shared computer what the browser keeps goes too.
    """
    session = session_of(request)
    if session is None:
        return redirect(request, SIGN_IN)
    there = _issuer_end(site, sessions.id_token(site.store, session))
    sessions.end(site.store, session.digest)
    request.state.frame = Frame()
    response = page(request, SignedOutPage(next=there)) if there else redirect(request, SIGN_IN)
    if there and not text_of(data, "here"):
        response.headers["Refresh"] = f"0; url={there}"  # a redirect would meet the policy of forms, of every host
    drop(response, SESSION)
    response.headers["Clear-Site-Data"] = '"cache", "storage"' if text_of(data, "shared") else '"cache"'
    return response


def _issuer_end(site: Site, id_token: bytes | None) -> str | None:
    """Returns the address that ends the issuer's session, None when there is none or the issuer does not answer."""
    if site.issuer is None or id_token is None:
        return None
    try:
        return site.issuer.sign_out(id_token.decode(), f"{site.url}{SIGN_IN}")
    except IssuerError:
        return None

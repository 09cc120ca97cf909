"""The views that a member keeps: a script of the lists keeps one, or forgets it, and gets those left."""

from collections.abc import Sequence

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from msgspec.structs import asdict

from web.accounts import views
from web.accounts.views import KeptView
from web.desk.dependencies import AtDesk
from web.desk.signed_in import AtSite, safe_path
from web.http.forms import FormData, text_of
from web.http.people import NOBODY, note
from web.pages.account.lock_routes import ACCOUNT

router = APIRouter()
LONGEST_NAME, LONGEST_ADDRESS = 60, 1_000


@router.post(f"{ACCOUNT}/vues")
def keep(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> JSONResponse:
    """Keeps a view. Raises 422 without a name, or for an address that is none of this site."""
    name, address = text_of(data, "name").strip(), text_of(data, "address")
    fits = 0 < len(name) <= LONGEST_NAME and len(address) <= LONGEST_ADDRESS and safe_path(address) == address != "/"
    if not fits:
        raise HTTPException(422)
    return _told(request, views.keep(site.store, desk.served.opened.id, desk.me, KeptView(name, address)))


@router.post(f"{ACCOUNT}/vues/oublier")
def forget(request: Request, desk: AtDesk, site: AtSite, data: FormData) -> JSONResponse:
    """Forgets the view of an address."""
    return _told(request, views.forget(site.store, desk.served.opened.id, desk.me, text_of(data, "address")))


def _told(request: Request, left: Sequence[KeptView]) -> JSONResponse:
    note(request, NOBODY)
    return JSONResponse([asdict(one) for one in left])

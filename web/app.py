"""The web application over one site."""

from fastapi import FastAPI, Request, Response

from pixflow.store import StoreBusy, StoreFull
from web import errors, pages
from web.routes import ROUTERS
from web.site import Site


def create_app(site: Site) -> FastAPI:
    """Every page of pixflow, for the structures of `site`."""
    app = FastAPI(title="pixflow", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    for router in ROUTERS:
        app.include_router(router)
    errors.install(app)
    for kind in (StoreBusy, StoreFull):
        app.add_exception_handler(kind, _unavailable)
    pages.protect(app, deny=errors.deny)
    return app


def _unavailable(request: Request, error: Exception) -> Response:
    return errors.answer(request, 503, False)

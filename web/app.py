"""The web application over one site."""

from uuid import UUID

from fastapi import FastAPI, Request, Response

from pixflow.store import StoreBusy, StoreFull
from web import dependencies, errors, pages
from web.routes import ROUTERS
from web.site import Site


def create_app(site: Site) -> FastAPI:
    """Every page of pixflow, for the structures of `site`."""
    app = FastAPI(title="pixflow", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    for router in ROUTERS:
        app.include_router(router)
    errors.install(app, recorded=_recorded)
    for kind in (StoreBusy, StoreFull):
        app.add_exception_handler(kind, _unavailable)
    app.add_exception_handler(dependencies.Unchanged, _unchanged)
    pages.protect(app, deny=errors.deny)
    return app


def _recorded(request: Request) -> bool | None:
    """After a fault: whether the command of the form that was sent is in the store, None when that cannot be told."""
    sent = getattr(request.state, "command_id", None)
    if not isinstance(sent, str):
        return None
    return dependencies.served_for(request).engine.has_recorded(UUID(sent))


def _unavailable(request: Request, error: Exception) -> Response:
    return errors.answer(request, 503, False)


def _unchanged(request: Request, error: Exception) -> Response:
    return Response(status_code=304)

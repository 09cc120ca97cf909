"""One module of routes for each page."""

from fastapi import APIRouter

from web.routes import dossier, dossiers, imports, protocol, queue, replay, results, who

ROUTERS: list[APIRouter] = [
    who.router,
    queue.router,
    dossiers.router,
    dossier.router,
    replay.router,
    protocol.router,
    results.router,
    imports.router,
]

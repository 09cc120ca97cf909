"""One module of routes for each page."""

from fastapi import APIRouter

from web.routes import dossier, dossiers, protocol, queue, replay, who

ROUTERS: list[APIRouter] = [
    who.router,
    queue.router,
    dossiers.router,
    dossier.router,
    replay.router,
    protocol.router,
]

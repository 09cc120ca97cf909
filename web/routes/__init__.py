"""One module of routes for each page."""

from fastapi import APIRouter

from web.routes import dossier, dossiers, queue, who

ROUTERS: list[APIRouter] = [who.router, queue.router, dossiers.router, dossier.router]

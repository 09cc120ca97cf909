"""One module of routes for each page."""

from fastapi import APIRouter
from fastapi.routing import APIRoute

from web.routes import (
    agenda,
    attendance,
    batch,
    campaigns,
    dossier,
    dossiers,
    drafts,
    groups,
    handover,
    health,
    imports,
    journal,
    merging,
    papers,
    portfolio,
    protocol,
    queue,
    replay,
    results,
    retention,
    rights,
    search,
    shortcut,
    team,
    who,
    workshop,
    workshops,
)

MODULES = (
    who, queue, batch, search, dossiers, groups, portfolio, papers, merging, rights, retention, dossier, replay,
    journal, protocol, drafts, results, imports, campaigns, workshops, workshop, attendance, agenda, shortcut, handover,
    team, health,
)  # fmt: skip


def _with_head(router: APIRouter) -> APIRouter:
    """HEAD is answered wherever GET is, as HTTP asks (RFC 9110, 9.1); FastAPI leaves it out."""
    for route in router.routes:
        if isinstance(route, APIRoute) and route.methods and "GET" in route.methods:
            route.methods.add("HEAD")
    return router


ROUTERS: list[APIRouter] = [_with_head(module.router) for module in MODULES]

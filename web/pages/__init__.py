"""One module of routes for each page."""

from fastapi import APIRouter
from fastapi.routing import APIRoute

from web.pages import monitoring as health
from web.pages import sign_in as who
from web.pages.audit import journal_routes as journal
from web.pages.audit import replay_routes as replay
from web.pages.dossier import paper_routes as papers
from web.pages.dossier import routes as dossier
from web.pages.dossiers import group_routes as groups
from web.pages.dossiers import merge_routes as merging
from web.pages.dossiers import routes as dossiers
from web.pages.portfolio import routes as portfolio
from web.pages.privacy import retention_routes as retention
from web.pages.privacy import routes as rights
from web.pages.protocol import draft_routes as drafts
from web.pages.protocol import routes as protocol
from web.pages.queue import batch_routes as batch
from web.pages.queue import routes as queue
from web.pages.results import campaign_routes as campaigns
from web.pages.results import import_routes as imports
from web.pages.results import routes as results
from web.pages.search import routes as search
from web.pages.team import handover_routes as handover
from web.pages.team import routes as team
from web.pages.workshops import attendance_routes as attendance
from web.pages.workshops import feed_routes as agenda
from web.pages.workshops import kiosk_routes as shortcut
from web.pages.workshops import routes as workshops
from web.pages.workshops import seat_routes
from web.pages.workshops import workshop_routes as workshop

MODULES = (  # in the order in which addresses are tried
    who,
    queue,
    batch,
    search,
    dossiers,
    groups,
    portfolio,
    papers,
    merging,
    rights,
    retention,
    dossier,
    replay,
    journal,
    protocol,
    drafts,
    results,
    imports,
    campaigns,
    workshops,
    workshop,
    seat_routes,
    attendance,
    agenda,
    shortcut,
    handover,
    team,
    health,
)


def _with_head(router: APIRouter) -> APIRouter:
    """HEAD is answered wherever GET is, as HTTP asks (RFC 9110, 9.1); FastAPI leaves it out."""
    for route in router.routes:
        if isinstance(route, APIRoute) and route.methods and "GET" in route.methods:
            route.methods.add("HEAD")
    return router


ROUTERS: list[APIRouter] = [_with_head(module.router) for module in MODULES]

"""Pages, one folder a feature: routes, forms, what a page shows."""

from fastapi import APIRouter
from fastapi.routing import APIRoute

from web.pages import monitoring, sign_in
from web.pages.account import (
    first_visit_routes,
    issuer_routes,
    lock_routes,
    my_account_routes,
    sign_in_routes,
    sign_out_routes,
    views_routes,
    wait_routes,
)
from web.pages.agenda import routes as agenda_routes
from web.pages.audit import access_journal_routes, journal_routes, readers_routes, replay_routes
from web.pages.dossier import paper_routes, routes
from web.pages.dossiers import assign_routes, group_routes, merge_routes, receive_routes
from web.pages.dossiers import routes as dossiers_routes
from web.pages.indicators import definition_routes, report_routes
from web.pages.indicators import routes as indicators_routes
from web.pages.partner_link import routes as partner_link_routes
from web.pages.partners import export_routes as places_export_routes
from web.pages.partners import import_routes as places_import_routes
from web.pages.partners import names_routes, partner_routes, territory_routes
from web.pages.partners import routes as partners_routes
from web.pages.partners.contacts import routes as contact_routes
from web.pages.portfolio import routes as portfolio_routes
from web.pages.privacy import retention_routes
from web.pages.privacy import routes as privacy_routes
from web.pages.protocol import draft_routes
from web.pages.protocol import routes as protocol_routes
from web.pages.queue import bulk_routes, claim_routes
from web.pages.queue import routes as queue_routes
from web.pages.resources import editing_routes, public_routes, question_routes
from web.pages.resources import routes as resources_routes
from web.pages.results import campaign_routes, export_routes, import_routes, match_routes
from web.pages.results import routes as results_routes
from web.pages.search import routes as search_routes
from web.pages.team import access_routes, handover_routes, still_here_routes
from web.pages.team import routes as team_routes
from web.pages.workshops import (
    attendance_routes,
    kiosk_routes,
    scheduling_routes,
    seat_routes,
    workshop_routes,
)
from web.pages.workshops import routes as workshops_routes

MODULES = (  # in the order in which addresses are tried
    sign_in,
    sign_in_routes,
    sign_out_routes,
    first_visit_routes,
    lock_routes,
    my_account_routes,
    views_routes,
    issuer_routes,
    wait_routes,
    queue_routes,
    bulk_routes,
    claim_routes,
    search_routes,
    dossiers_routes,
    receive_routes,
    assign_routes,
    group_routes,
    portfolio_routes,
    paper_routes,
    merge_routes,
    privacy_routes,
    retention_routes,
    routes,
    replay_routes,
    readers_routes,
    access_journal_routes,
    journal_routes,
    protocol_routes,
    draft_routes,
    results_routes,
    match_routes,
    export_routes,
    import_routes,
    campaign_routes,
    workshops_routes,
    scheduling_routes,
    workshop_routes,
    seat_routes,
    attendance_routes,
    agenda_routes,
    kiosk_routes,
    partner_link_routes,
    public_routes,
    editing_routes,
    question_routes,
    resources_routes,
    still_here_routes,
    handover_routes,
    access_routes,
    team_routes,
    definition_routes,
    report_routes,
    indicators_routes,
    monitoring,
    partners_routes,
    places_import_routes,
    places_export_routes,
    territory_routes,
    names_routes,
    contact_routes,
    partner_routes,
)


def _with_head(router: APIRouter) -> APIRouter:
    """HEAD is answered wherever GET is, as HTTP asks (RFC 9110, 9.1); FastAPI leaves it out."""
    for route in router.routes:
        if isinstance(route, APIRoute) and route.methods and "GET" in route.methods:
            route.methods.add("HEAD")
    return router


ROUTERS: list[APIRouter] = [_with_head(module.router) for module in MODULES]

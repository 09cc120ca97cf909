"""What a route is handed: the desk of whoever is at work, with everything read up to date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, HTTPException, Request
from sqlalchemy import Connection

from pixflow import people
from pixflow.dossier.state import Dossier
from pixflow.engine import Engine
from pixflow.events.values import Role
from pixflow.people import Actor, Scope
from pixflow.references import References
from projections import advisor_queue, dossier_sheet, result_routing
from projections.catch_up import fold_of
from web.french import words
from web.pages import Frame
from web.site import Served, Site

COOKIE = "pixflow_person"
BLOCKED = "Une partie de ces pages n’a pas pu être mise à jour : prévenez la personne qui exploite pixflow."


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody at work: who they are, what they may read, and the tables as of now."""

    site: Site
    served: Served
    actor: Actor
    roles: frozenset[Role]
    scope: Scope
    refs: References
    read: Connection
    today: date

    @property
    def engine(self) -> Engine:
        return self.served.engine

    @property
    def me(self) -> UUID:
        return UUID(self.actor.id)

    @property
    def zone(self) -> str:
        return self.refs.structure.zone

    def may(self, decision: str, dossier: Dossier | None = None) -> bool:
        """Whether the table of people.py lets this person take the decision here: what a page offers."""
        reach = people.whose_for(self.actor, decision, self.refs)
        return reach == "all" or (reach == "own" and dossier is not None and dossier.advisor == self.me)

    def dossier(self, stream: UUID) -> Dossier:
        """A dossier this person may read; 404 otherwise, the same whether it is unknown or not theirs."""
        state = fold_of(self.read, stream)
        if not isinstance(state, Dossier) or state.opened is None or not self.scope.sees(state):
            raise HTTPException(404)
        return state

    def staff(self, role: Role) -> list[tuple[UUID, str]]:
        """The people who hold a role, by name."""
        held = [(id, member.name) for id, member in self.refs.team.items() if role in member.roles]
        return sorted(held, key=lambda pair: pair[1])

    def refresh(self) -> None:
        """Read on from now: what was recorded since the request began is seen."""
        self.served.read()
        self.read.rollback()

    def new_command(self) -> UUID:
        """A fresh id for a form."""
        return uuid4()


def desk(request: Request) -> Iterator[Desk]:
    """The desk of the person named by the cookie; without one, off to choose who to be (demo)."""
    site: Site = request.app.state.site
    served, actor = _who(request, site)
    side = served.read()
    refs = served.refs
    with side.database.connect() as connection:
        roles = people.roles(actor, refs)
        made = Desk(site, served, actor, roles, people.scope(actor, refs), refs, connection, served.today())
        request.state.frame = _frame(request, made, side.blocked)
        yield made


AtDesk = Annotated[Desk, Depends(desk)]


def allowed(*roles: Role) -> Any:
    """A dependency: 403 unless the person holds one of these roles."""

    def check(made: AtDesk) -> Desk:
        if not made.roles & set(roles):
            raise HTTPException(403)
        return made

    return Depends(check)


def served_for(request: Request) -> Served:
    """The structure of the person named by the cookie."""
    return _who(request, request.app.state.site)[0]


def _who(request: Request, site: Site) -> tuple[Served, Actor]:
    slug, _, person = request.cookies.get(COOKIE, "").partition("/")
    try:
        served = site.find(slug, UUID(person))
    except ValueError:
        served = None
    if served is None:
        raise HTTPException(303, headers={"Location": "/qui"})
    return served, Actor(person)


def _frame(request: Request, desk: Desk, blocked: int) -> Frame:
    member = desk.refs.team[desk.me]
    return Frame(
        structure_name=desk.refs.structure.name,
        person_name=member.name,
        role_label=", ".join(words.ROLES[role] for role in sorted(desk.roles)),
        nav=_nav(request.url.path, desk),
        demo=desk.site.demo,
        search=desk.scope.whose != "none",
        theme=theme if (theme := request.cookies.get("pixflow_theme")) in ("light", "dark") else None,
        change="/qui",
        toasts=[(BLOCKED, "late")] if blocked else (),
    )


def _nav(path: str, desk: Desk) -> list[tuple[str, str, int | None, bool]]:
    items: list[tuple[str, str, int | None]] = []
    if desk.roles & {"advisor", "referent", "manager"}:
        items.append(("/boite", "Ma boîte", queue_count(desk)))
    if "referent" in desk.roles:
        waiting = result_routing.waiting_total(desk.read) + result_routing.to_dispatch_total(desk.read, desk.refs)
        items.append(("/resultats", "Résultats", waiting))
    if desk.scope.whose != "none":
        items.append(("/dossiers", "Dossiers", dossier_sheet.total(desk.read, desk.scope, dossier_sheet.Filter())))
    if desk.roles & {"auditor", "referent", "manager"}:
        items.append(("/rejouer", "Rejouer", None))
    items.append(("/protocole", "Protocole et grille", None))
    return [(href, label, count, path == href or path.startswith(href + "/")) for href, label, count in items]


def queue_count(desk: Desk) -> int:
    """What stands in Ma boîte: one's own rows, one a pile, and for the direction what has waited too long."""
    count = advisor_queue.total(desk.read, desk.me, desk.today) if "advisor" in desk.roles else 0
    if "referent" in desk.roles:
        count += len(advisor_queue.piles(desk.read, "referent", desk.today))
    if "manager" in desk.roles:
        count += advisor_queue.waiting_long_total(desk.read, desk.roles, desk.me, desk.today)
    return count

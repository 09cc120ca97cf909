"""What a route is handed: the desk of whoever is at work, with everything read up to date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, HTTPException, Request
from sqlalchemy import Connection

from pixflow import people
from pixflow.absences import deputised
from pixflow.dossier.state import Dossier
from pixflow.engine import Engine
from pixflow.events.values import Role
from pixflow.people import Actor, Scope
from pixflow.references import References
from pixflow.workshop import Workshop
from projections import advisor_queue, directory, dossier_sheet, result_routing, workshops
from projections.catch_up import fold_of
from projections.directory import Found
from web.french import words
from web.pages import Frame
from web.site import Served, Site

COOKIE = "pixflow_person"
BLOCKED = "Une partie de ces pages n’a pas pu être mise à jour : prévenez la personne qui exploite pixflow."


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody at work: who they are, what they may read, and the tables as of now.

    `deputised` are the colleagues away today whom they deputise for; `roles` are those held today, theirs included.
    """

    site: Site
    served: Served
    actor: Actor
    roles: frozenset[Role]
    scope: Scope
    refs: References
    read: Connection
    today: date
    deputised: frozenset[UUID] = frozenset()

    @property
    def engine(self) -> Engine:
        return self.served.engine

    @property
    def me(self) -> UUID:
        return UUID(self.actor.id)

    @property
    def zone(self) -> str:
        return self.refs.structure.zone

    @property
    def owners(self) -> frozenset[UUID]:
        """Whose tasks are to be done at this desk."""
        return self.deputised | {self.me}

    def may(
        self,
        decision: str,
        dossier: Dossier | None = None,
        member: UUID | None = None,
        workshop: Workshop | None = None,
    ) -> bool:
        """Whether the table of people.py lets this person take the decision here: what a page offers."""
        actor = self.by(decision, dossier, member, workshop)
        return people.allows(actor, decision, self.refs, dossier, self.today, member, workshop)

    def ever(self, decision: str) -> bool:
        """Whether the roles held today give this decision on anything at all; who has none is told so first."""
        return not self.roles.isdisjoint(people.TABLE[decision])

    def by(
        self,
        decision: str,
        dossier: Dossier | None = None,
        member: UUID | None = None,
        workshop: Workshop | None = None,
    ) -> Actor:
        """Whom a decision is stamped with: this person, and for whom they act when deputising.

        On the dossiers of an absent colleague, for them; elsewhere only when their own roles do not give it.
        """
        if member or not self.deputised:
            return self.actor
        acting = [Actor(self.actor.id, str(person)) for person in sorted(self.deputised)]
        theirs = [actor for actor in acting if dossier and str(dossier.advisor) == actor.acting_for]
        likely = (*theirs, self.actor, *acting)
        asked = (decision, self.refs, dossier, self.today, None, workshop)
        may = (actor for actor in likely if people.allows(actor, *asked))
        return next(may, self.actor)

    def dossier(self, stream: UUID) -> Dossier:
        """A dossier this person may read; 404 otherwise, the same whether it is unknown or not theirs."""
        state = fold_of(self.read, stream)
        if not isinstance(state, Dossier) or state.opened is None or not self.scope.sees(state):
            raise HTTPException(404)
        return state

    def erased(self, stream: UUID) -> Dossier | None:
        """A dossier whose person was erased, for those who read every dossier: nobody follows it any more."""
        state = fold_of(self.read, stream)
        gone = isinstance(state, Dossier) and state.erased is not None and self.scope.whose == "all"
        return state if gone else None

    def staff(self, role: Role) -> list[tuple[UUID, str]]:
        """The people who hold a role today, by name."""
        held = [(id, member.name) for id, member in self.refs.team.items() if role in member.roles_on(self.today)]
        return sorted(held, key=lambda pair: pair[1])

    def refresh(self) -> None:
        """Read on from now: what was recorded since the request began is seen."""
        self.served.read()
        self.read.rollback()

    def new_command(self) -> UUID:
        """A fresh id for a form."""
        return uuid4()


class Unchanged(Exception):
    """Nothing was recorded since the page that asks was drawn, and it is the same day: it is answered 304."""


def desk(request: Request) -> Iterator[Desk]:
    """The desk of the person named by the cookie; without one, off to choose who to be (demo).

    Raises Unchanged, having read nothing, for a page that asks whether it is still what it was (HX-PTag).
    """
    site: Site = request.app.state.site
    served, actor = _who(request, site)
    tag = served.tag()
    if request.headers.get("HX-PTag") == tag:
        raise Unchanged
    side = served.read()
    refs = served.refs
    with side.database.connect() as connection:
        today = served.today()
        roles, away = people.roles(actor, refs, today), deputised(refs.team, UUID(actor.id), today)
        made = Desk(site, served, actor, roles, people.scope(actor, refs, today), refs, connection, today, away)
        request.state.frame = _frame(request, made, side.blocked, tag)
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


def _frame(request: Request, desk: Desk, blocked: int, tag: str) -> Frame:
    member = desk.refs.team[desk.me]
    return Frame(
        structure_name=desk.refs.structure.name,
        person_name=member.name,
        role_label=", ".join(words.ROLES[role] for role in sorted(member.roles)),
        acting_for=[desk.refs.team[person].name for person in sorted(desk.deputised)],
        nav=_nav(request.url.path, desk),
        demo=desk.site.demo,
        search=desk.scope.whose != "none",
        theme=theme if (theme := request.cookies.get("pixflow_theme")) in ("light", "dark") else None,
        change="/qui",
        toasts=[(BLOCKED, "late")] if blocked else (),
        me=desk.actor.id,
        tag=tag,
    )


def _nav(path: str, desk: Desk) -> list[tuple[str, str, int | None, bool]]:
    items: list[tuple[str, str, int | None]] = []
    if desk.roles & {"advisor", "facilitator", "referent", "manager"}:
        items.append(("/boite", "Ma boîte", queue_count(desk)))
    if "referent" in desk.roles:
        waiting = result_routing.waiting_total(desk.read) + result_routing.to_dispatch_total(desk.read, desk.refs)
        items.append(("/resultats", "Résultats", waiting))
    if desk.scope.whose != "none":
        items.append(("/dossiers", "Dossiers", dossier_sheet.total(desk.read, desk.scope, dossier_sheet.Filter())))
    if desk.roles - {"administrator"}:
        items.append(("/ateliers", "Ateliers", workshop_count(desk)))
    items.append(("/equipe", "Équipe", None))
    if desk.roles & {"auditor", "referent", "manager"}:
        items += [("/rejouer", "Rejouer", None), ("/journal", "Journal", None)]
    items.append(("/protocole", "Protocole et grille", None))
    return [(href, label, count, path == href or path.startswith(href + "/")) for href, label, count in items]


def workshop_count(desk: Desk) -> int:
    """What waits in Ateliers: workshops to mark, seats kept for one's young people, calls for help."""
    to_mark = sum(workshops.to_mark(desk.read, person, desk.today) for person in desk.owners)
    calls = len(workshops.calls(desk.read, desk.today)) if "facilitator" in desk.roles else 0
    return to_mark + len(seats_kept(desk)) + calls


def seats_kept(desk: Desk) -> list[tuple[Any, Found]]:
    """The seats kept for young people this person follows, and who they are: accepted, or passed on, in time."""
    rows = workshops.offers(desk.read, desk.today) if "advisor" in desk.roles else []
    people = directory.named(desk.read, {row.dossier for row in rows}) if rows else {}
    known = ((row, people[row.dossier]) for row in rows if row.dossier in people)
    return [(row, person) for row, person in known if person.advisor in desk.owners]


def queue_count(desk: Desk) -> int:
    """What stands in Ma boîte: one's own rows, one a pile, and for the direction what has waited too long."""
    count = advisor_queue.total(desk.read, desk.owners, desk.today) if desk.roles & people.OWNING else 0
    count += len(advisor_queue.piles(desk.read, desk.roles, desk.today))
    if "manager" in desk.roles:
        count += advisor_queue.waiting_long_total(desk.read, desk.roles, desk.owners, desk.today)
    return count

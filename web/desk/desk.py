"""A person at work: what they may read, and the tables as of now."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from fastapi import HTTPException
from sqlalchemy import Connection

from pixflow import authorization
from pixflow.authorization import Actor, Scope
from pixflow.dossier.state import Dossier
from pixflow.engine import Engine
from pixflow.events.values import Role
from pixflow.reference_data import References
from pixflow.workshop.state import Workshop
from projections.store.catch_up import fold_of
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody at work: who they are, what they may read, and the tables as of now.

    `deputised` are the colleagues away today whom they deputise for; `roles` are those held today, theirs included.
    """

    host: Host
    served: ServedStructure
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
        return authorization.allows(actor, decision, self.refs, dossier, self.today, member, workshop)

    def ever(self, decision: str) -> bool:
        """Whether the roles held today give this decision on anything at all; who has none is told so first."""
        return not self.roles.isdisjoint(authorization.TABLE[decision])

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
        may = (actor for actor in likely if authorization.allows(actor, *asked))
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

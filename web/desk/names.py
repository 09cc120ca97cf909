"""The names of the ids in a page, and the roles of a colleague, for the sentences of web/french."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from sqlalchemy import Connection

from pixflow.actor import CLOCK, IMPORT, OPERATOR, PARTNER, SITE
from pixflow.authorization import Scope
from pixflow.dossier.state import Dossier
from pixflow.reference_data import References
from pixflow.team.staff import Staff
from projections import directory, workshops
from projections.store.folds import fold_of
from web.french import dates, privacy, vocabulary
from web.french.events.fields import UNNAMED
from web.french.phrases import listed

if TYPE_CHECKING:  # the terminal needs no desk
    from web.desk.desk import Desk


class NameOfStaff(Protocol):
    """Names a colleague, or a system actor."""

    def staff(self, id: str | UUID) -> str: ...


class ScopedNames:
    """Names as somebody with this scope sees them; the young people's are cached."""

    def __init__(self, refs: References, read: Connection, scope: Scope, dossier: Dossier | None = None) -> None:
        self._refs, self._read, self._scope = refs, read, scope
        self._dossier = dossier
        self._people: dict[UUID, str] = {}

    def staff(self, id: str | UUID) -> str:
        """Returns a colleague's name, or the text of a system actor."""
        system = {OPERATOR: "l’exploitant", IMPORT: "import Pix Orga", CLOCK: "pixflow", SITE: "pixflow (connexion)"}
        if str(id) in system:
            return system[str(id)]
        if str(id).startswith(PARTNER):
            return "le partenaire"
        member = self._refs.team.get(UUID(str(id)))
        return member.name if member else "une personne inconnue"

    def campaign(self, id: UUID) -> str:
        known = self._refs.campaigns.get(id)
        return known.name if known else "une campagne inconnue"

    def action(self, id: UUID) -> str:
        known = self._dossier.parcours.actions.get(id) if self._dossier else None
        if known:
            return known.action.label
        return "une action annulée" if self._dossier and not self._dossier.erased else "une action"

    def partner(self, referral: UUID) -> str:
        """Returns the partner that a referral was sent to."""
        actions = self._dossier.parcours.actions.values() if self._dossier else ()
        sent = (known for action in actions for known in action.referrals if known.id == referral)
        found = next(sent, None)
        return found.partner.name if found else "le partenaire"

    def dossier(self, id: UUID) -> str:
        """Returns a young person's name, if this person may read the dossier."""
        if id not in self._people:
            person, name = directory.find_people(self._read, [id]).get(id), UNNAMED[1]
            if person and self._scope.reads(person.advisor):
                name = person.name
            elif not person and is_erased(self._read, id):
                name = privacy.SOMEBODY
            self._people[id] = name
        return self._people[id]

    def workshop(self, id: UUID) -> str:
        """Returns the day and the place of a workshop."""
        row = workshops.find(self._read, id)
        return listed(dates.weekday_day(row.day, year=True), row.site, row.place) if row else "un atelier inconnu"

    @property
    def people(self) -> Collection[UUID]:
        """The young people named so far, without those whose name was kept back."""
        return {id for id, name in self._people.items() if name not in (UNNAMED[1], privacy.SOMEBODY)}

    def task(self, key: str) -> str:
        """Returns the verb of a task, from its key."""
        from web.french.tasks import VERBS

        return VERBS.get(key.split(":", 1)[0], "Une tâche inconnue")


def is_erased(read: Connection, stream: UUID) -> bool:
    """True for the dossier of somebody who was erased."""
    state = fold_of(read, stream)
    return isinstance(state, Dossier) and state.erased is not None


def names_for(desk: "Desk", dossier: Dossier | None = None) -> ScopedNames:
    """Returns the names as the person at the desk sees them."""
    return ScopedNames(desk.refs, desk.read, desk.scope, dossier)


class NoNames:
    """The names when nobody is at a desk: ids stay unnamed."""

    def staff(self, id: str | UUID) -> str:
        return "une personne"

    def campaign(self, id: UUID) -> str:
        return "une campagne"

    def action(self, id: UUID) -> str:
        return "une action"

    def partner(self, referral: UUID) -> str:
        return "le partenaire"

    def dossier(self, id: UUID) -> str:
        return UNNAMED[0]

    def workshop(self, id: UUID) -> str:
        return "un atelier"

    def task(self, key: str) -> str:
        from web.french.tasks import VERBS

        return VERBS.get(key.split(":", 1)[0], "Une tâche inconnue")


def staff_name(desk: "Desk", id: UUID | str) -> str:
    """Returns a colleague's name."""
    return names_for(desk).staff(id)


def advisor_name(desk: "Desk", id: UUID | None) -> str:
    """Returns the name of the advisor of a dossier, or the text for none."""
    return staff_name(desk, id) if id else "sans conseiller·ère"


def campaign_name(desk: "Desk", id: UUID) -> str:
    return names_for(desk).campaign(id)


def role_labels(member: Staff, on: date, waiting: str = "à confirmer") -> list[str]:
    """Returns the roles that are not over, each with its last day, and `waiting` while it waits for a second person."""
    held, labels = member.roles_granted(on), []
    for role, label in vocabulary.ROLES.items():
        if role in held:
            ends = member.ends.get(role)
            about = [f"jusqu’au {dates.day(ends, year=True)}"] if ends else []
            about += [waiting] if role in member.awaiting else []
            labels.append(f"{label} ({', '.join(about)})" if about else label)
    return labels

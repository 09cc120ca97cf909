"""Books several seats of a workshop at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from pixflow.authorization import Subject
from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.events.workshop import WaitlistJoined
from pixflow.workshop.booking import book_seat
from projections import directory
from projections.store.catch_up import fold_of
from web.desk.bulk import Outcomes, Row
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import row_command
from web.french import vocabulary
from web.french.errors import refusals

if TYPE_CHECKING:
    from web.pages.workshops.workshop import Page


def book(page: "Page", dossiers: Sequence[UUID], command_id: UUID, *, or_wait: bool) -> Outcomes:
    """One command for each, one result a row, in the order shown."""
    desk, people = page.desk, directory.named(page.desk.read, dossiers)
    made = []
    for dossier in dossiers:
        one = row_command(command_id, dossier)
        outcome = record(
            desk,
            {"workshop": page.id, "dossier": dossier},
            book_seat,
            command_id=one,
            context={"initial": page.initial, "plan": new_id(one, "plan")},
            or_wait=or_wait,
        )
        waits = any(isinstance(fact.event, WaitlistJoined) for fact in outcome.recorded)
        person = people.get(dossier) if _may_book(desk, dossier) else None
        known = person.name if person else "un dossier inconnu"
        name = f"{known}, en liste d’attente" if waits else known
        refused = outcome.refused
        why = (
            vocabulary.lower_first(refusals.refusal(refused.code, refused.details, names_for(desk))) if refused else ""
        )
        made.append(Row(name, outcome.recorded, why))
    return Outcomes(made, command_id)


def _may_book(desk: Desk, dossier: UUID) -> bool:
    """Whether a seat may be booked for somebody here: whom one may not book for is not named either."""
    state = fold_of(desk.read, dossier)
    return isinstance(state, Dossier) and desk.may(book_seat, Subject(state))

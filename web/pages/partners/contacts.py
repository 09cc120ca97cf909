"""The people to call at a partner: what its page says of them, and their forms."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Literal
from uuid import UUID

from pixflow import erasing
from pixflow.decision import Decision
from pixflow.engine import CommandResult, new_id
from pixflow.events.base import Event
from pixflow.events.contact import ContactErasure
from pixflow.events.values import ContactDetails, OfferContact
from pixflow.partners import contacts as decisions
from pixflow.partners.state import Contact
from pixflow.refused import Refused
from projections import contacts, partners
from projections.store import stores
from web.desk.commands import Outcome, ask_for_reauthentication, record
from web.desk.desk import Desk
from web.french import dates
from web.french.events.contacts import ERASURES, MEANS, MISSED
from web.french.territory.files import CONTACTS
from web.french.typography import phone, say
from web.http.forms import Form, OpenForm, Text

LEFT = "left"
WAYS: Mapping[str, str] = {**MEANS, LEFT: "elle a quitté le lieu"}
"""The reasons why a person is not reached."""
DECISIONS: tuple[Decision[..., list[Event]], ...] = (decisions.name_contact, decisions.erase_contact)
TITLES: Mapping[str, str] = {
    "personne": "Noter une personne à joindre",
    "personne-a-jour": "Mettre à jour une personne à joindre",
    "personne-injoignable": "Signaler une personne injoignable",
    "personne-effacee": "Effacer une personne à joindre",
}
"""The forms about a person, by the name of their address."""


class PersonForm(Form):
    """A person, new or revised; the fields of ContactDetails."""

    contact: UUID | None = None
    name: str
    role: Text = ""
    phone: Text = ""
    email: Text = ""
    answers: OfferContact = "phone"
    note: Text = ""

    def details(self) -> ContactDetails:
        return ContactDetails(**self.model_dump(exclude={"command_id", "seen", "contact"}))


class MissedForm(Form):
    contact: UUID
    why: Literal["phone", "email", "left"]


class ErasureForm(Form):
    contact: UUID
    reason: ContactErasure


AnyForm = PersonForm | MissedForm | ErasureForm
MODELS: Mapping[str, type[PersonForm] | type[MissedForm] | type[ErasureForm]] = {
    "personne": PersonForm,
    "personne-a-jour": PersonForm,
    "personne-injoignable": MissedForm,
    "personne-effacee": ErasureForm,
}


def people_of(desk: Desk, id: UUID) -> list[tuple[UUID, Contact, str, Sequence[str]]]:
    """Returns the people of a partner and of those joined to it, those who left last.

    Each comes with the day of the last word on them, and with what does not work any more.
    """
    rows = []
    for contact, contact_state in contacts.of_partners(desk.read, list_joined(desk, id)).items():
        on = contact_state.revised.on if contact_state.revised else None
        noted = say("noté le {day}", day=dates.day(on, year=on.year != desk.today.year) if on else "")
        rows.append(
            (
                contact,
                contact_state,
                noted,
                ["a quitté le lieu"] if contact_state.left else [MISSED[way] for way in contact_state.missed],
            )
        )
    return sorted(rows, key=lambda row: row[1].left is not None)


def list_joined(desk: Desk, id: UUID) -> list[UUID]:
    """Returns a partner and all those joined to it."""
    return [id, *partners.joined_to(desk.read, [id])]


def blank(desk: Desk, id: UUID, name: str, about: str) -> OpenForm | None:
    """Returns a form about a person with what is known; None for an unknown person."""
    if name == "personne":
        return OpenForm(name, values={"answers": "phone"})
    people = {str(one): known for one, known in contacts.of_partners(desk.read, list_joined(desk, id)).items()}
    contact = people.get(about)
    if contact is None:
        return None
    reason = {"reason": "left"} if name == "personne-effacee" and contact.left else {}
    number = phone(contact.details.phone) if contact.details.phone else ""
    return OpenForm(
        name, about, {**asdict(contact.details), "phone": number, "contact": about, **reason}, seen=contact.version
    )


def labelled(details: ContactDetails) -> list[tuple[str, str]]:
    """Returns what is known of a person, as labels and values."""
    return [
        ("Nom", details.name), ("Rôle", details.role), ("Téléphone direct", phone(details.phone)),
        ("Courriel direct", details.email), ("Répond", CONTACTS[details.answers]), ("Note", details.note),
    ]  # fmt: skip


def choices(form: OpenForm | None) -> dict[str, Sequence[tuple[str, str]]]:
    """Returns the choices of the forms; a means that is not noted is not offered."""
    known = form.values if form else {}
    ways = [(code, label) for code, label in WAYS.items() if code == LEFT or known.get(code)]
    return {"answers": list(CONTACTS.items()), "why": ways, "erasure": list(ERASURES.items())}


def decide(desk: Desk, partner: UUID, form: AnyForm) -> Outcome:
    """Takes the decision of a form about a person."""
    contact = form.contact or new_id(form.command_id, "contact")
    take = partial(record, desk, {"contact": contact}, command_id=form.command_id)
    match form:
        case ErasureForm():
            return _erase(desk, contact, form)
        case MissedForm(why="left"):
            return take(decisions.leave_partner)
        case MissedForm():
            return take(decisions.miss_contact, means=form.why)
        case PersonForm(contact=None):
            return take(decisions.name_contact, partner=partner, details=form.details())
    return take(decisions.revise_contact, details=form.details())


def _erase(desk: Desk, contact: UUID, form: ErasureForm) -> Outcome:
    """Erases a person. The next `tick` retries an unfinished erasure. Raises ReauthenticationAsked."""
    ask_for_reauthentication(desk, {"contact": contact}, decisions.erase_contact)
    desk.read.rollback()
    try:
        done: CommandResult = erasing.erase_contact(
            desk.served.opened, contact, form.reason, by=desk.by(decisions.erase_contact), command_id=form.command_id
        )
        with erasing.unfinished_on_failure():
            desk.served.read()
            stores.tidy(desk.served.reads.stores)
    except Refused as refused:
        return Outcome(refused=refused)
    except erasing.ErasureUnfinished:
        logging.getLogger("pixflow").exception("an erasure is not finished")
        return Outcome()
    return Outcome(done.recorded, done.repeated)

"""The people to call at a partner: what its page says of them, and their forms."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal
from uuid import UUID

from pixflow import erasing
from pixflow.decision import Decision
from pixflow.engine import CommandResult
from pixflow.events.base import Event
from pixflow.events.contact import ContactErasure
from pixflow.events.values import ContactDetails, OfferContact
from pixflow.partners import contacts as decisions
from pixflow.partners.state import Contact, PartnerState
from pixflow.refused import Refused
from projections.store import stores
from projections.territory import contacts
from web.desk.commands import Outcome
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


MODELS: Mapping[str, type[PersonForm] | type[MissedForm] | type[ErasureForm]] = {
    "personne": PersonForm,
    "personne-a-jour": PersonForm,
    "personne-injoignable": MissedForm,
    "personne-effacee": ErasureForm,
}


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A person of the page. `marks` are what does not work any more; `since` the day of the last word on them."""

    contact: UUID
    name: str
    role: str
    phone: str
    said_phone: str
    email: str
    answers: str
    note: str
    since: str
    marks: Sequence[str]
    left: bool


def rows(desk: Desk, id: UUID, state: PartnerState) -> list[ContactRow]:
    """Returns the people of a partner and of those joined to it, those who left last."""
    found = contacts.of_partners(desk.read, [id, *state.joined])
    return sorted((_row(desk, contact, one) for contact, one in found.items()), key=lambda row: row.left)


def _row(desk: Desk, contact: UUID, one: Contact) -> ContactRow:
    known, revised = one.details, one.revised
    day = dates.day(revised.on, year=revised.on.year != desk.today.year) if revised else ""
    return ContactRow(
        contact=contact,
        name=known.name,
        role=known.role,
        phone=known.phone,
        said_phone=phone(known.phone) if known.phone else "",
        email=known.email,
        answers=CONTACTS[known.answers],
        note=known.note,
        since=say("noté le {day}", day=day),
        marks=["a quitté le lieu"] if one.left else [MISSED[means] for means in one.missed],
        left=one.left is not None,
    )


def blank(desk: Desk, id: UUID, state: PartnerState, name: str, about: str) -> OpenForm | None:
    """Returns a form about a person with what is known; None for an unknown person."""
    if name == "personne":
        return OpenForm(name, values={"answers": "phone"})
    found = {str(one): known for one, known in contacts.of_partners(desk.read, [id, *state.joined]).items()}
    known = found.get(about)
    if known is None:
        return None
    reason = {"reason": "left"} if name == "personne-effacee" and known.left else {}
    number = phone(known.details.phone) if known.details.phone else ""
    return OpenForm(
        name, about, {**asdict(known.details), "phone": number, "contact": about, **reason}, seen=known.version
    )


def said(details: ContactDetails) -> list[tuple[str, str]]:
    """Returns what is known of a person, as labels and values."""
    return [
        ("Nom", details.name), ("Rôle", details.role), ("Téléphone direct", phone(details.phone)),
        ("Courriel direct", details.email), ("Répond", CONTACTS[details.answers]), ("Note", details.note),
    ]  # fmt: skip


def choices(form: OpenForm | None) -> dict[str, Sequence[tuple[str, str]]]:
    """Returns the choices of the forms; a means that is not noted is not offered."""
    known = form.values if form else {}
    ways = [(code, said) for code, said in WAYS.items() if code == LEFT or known.get(code)]
    return {"answers": list(CONTACTS.items()), "why": ways, "erasure": list(ERASURES.items())}


def erase(desk: Desk, contact: UUID, form: ErasureForm) -> Outcome:
    """Erases a person. A refusal is an outcome; the next `tick` retries an unfinished erasure."""
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

"""Decisions on a contact: name, revise, note a means that fails or a departure, erase."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from pixflow import identity
from pixflow.actor import CLOCK, OPERATOR
from pixflow.decision import REFERENT_AND_MANAGER, TEAM, decision
from pixflow.events import contact as e
from pixflow.events.base import Event
from pixflow.events.values import ContactDetails
from pixflow.partners.state import Contact
from pixflow.refused import Refused, parse, required


@decision("name_contact", TEAM)
def name_contact(contact: Contact, *, partner: UUID, details: ContactDetails, on: date) -> list[Event]:
    """Names a person to call at a partner. Raises Refused: "required", "bad-phone", "bad-email"."""
    details = _check_details(details)
    return [] if contact.version else [e.ContactNamed(partner=partner, details=details, on=on)]


@decision("revise_contact", TEAM)
def revise_contact(contact: Contact, *, details: ContactDetails, on: date) -> list[Event]:
    """Revises what is known of a person. Unchanged details still answer a means that failed, and a departure."""
    _must_be_known(contact)
    details = _check_details(details)
    if details == contact.details and contact.is_there and not contact.missed:
        return []
    return [e.ContactRevised(details=details, on=on)]


@decision("miss_contact", TEAM, system=(CLOCK,), on_erased="ignore")
def miss_contact(contact: Contact, *, means: e.Means, on: date) -> list[Event]:
    """Notes that a means does not reach the person. Raises Refused("no-such-means") for one that is not known."""
    _must_be_known(contact)
    if not getattr(contact.details, means):
        raise Refused("no-such-means", means=means)
    return [] if means in contact.missed else [e.ContactMissed(means=means, on=on)]


@decision("leave_partner", TEAM)
def leave_partner(contact: Contact, *, on: date) -> list[Event]:
    """Notes that the person works there no more."""
    _must_be_known(contact)
    return [] if contact.left else [e.ContactLeft(on=on)]


@decision("erase_contact", REFERENT_AND_MANAGER, system=(OPERATOR,), on_erased="decide", reauthentication="always")
def erase_contact(contact: Contact, *, reason: e.ContactErasure, left: int, actor: str, on: date) -> list[Event]:
    """Erases the person; it cannot be undone. A restored backup has no key of theirs, and knows their version alone.

    pixflow/erasing.py destroys the key. `left` more may be erased now, but for the operator. Raises Refused:
    "unknown-contact", "too-many-erasures".
    """
    if contact.erased:
        return []
    if not contact.version:
        raise Refused("unknown-contact")
    if actor != OPERATOR and left < 1:
        raise Refused("too-many-erasures")
    return [e.ContactErased(reason=reason, on=on)]


def _must_be_known(contact: Contact) -> None:
    """Raises Refused("unknown-contact")."""
    if contact.partner is None:
        raise Refused("unknown-contact")


def _check_details(details: ContactDetails) -> ContactDetails:
    """Returns the details with a name, and with a telephone and an address as they are stored."""
    return replace(
        details,
        name=required(details.name, "name"),
        role=details.role.strip(),
        phone=parse(identity.phone, details.phone, "phone"),
        email=parse(identity.email, details.email, "email"),
        note=details.note.strip(),
    )

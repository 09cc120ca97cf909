"""A person to call at a partner: a stream each, sealed with a key of its own, erased alone."""

from datetime import date
from typing import Literal
from uuid import UUID

from pixflow.events.base import Event, Personal, event
from pixflow.events.values import ContactDetails

PLAIN = frozenset({"partner", "means", "reason", "proof", "on"})
"""Fields in clear: ids, days, and codes of what was done."""

Means = Literal["phone", "email"]
ContactErasure = Literal["request", "left", "mistake"]


@event("contact.ContactNamed")
class ContactNamed(Event):
    """A colleague names somebody to call at a partner."""

    partner: UUID
    details: Personal[ContactDetails]
    on: date


@event("contact.ContactRevised", closes=True)
class ContactRevised(Event):
    """The details of the person now. They answer a means that failed, and a departure."""

    details: Personal[ContactDetails]
    on: date


@event("contact.ContactMissed")
class ContactMissed(Event):
    """The person is not reached by a means: an e-mail came back, a telephone is another's. No mail uses it any more."""

    means: Means
    on: date


@event("contact.ContactLeft")
class ContactLeft(Event):
    """The person works there no more: `update-contact` is owed until somebody erases them."""

    on: date


@event("contact.ContactErased", closes=True)
class ContactErased(Event):
    """The person was erased, and the key of this stream destroyed. It ends the stream.

    `proof` is as in dossier.PersonErased.
    """

    reason: ContactErasure
    on: date
    proof: str = ""

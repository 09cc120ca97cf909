"""A person to call at a partner: a stream each, sealed with a key of its own, erased alone."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pixflow.events.base import Event, Personal
from pixflow.events.values import ContactDetails

PLAIN = frozenset({"partner", "means", "reason", "proof", "on"})
"""Fields in clear: ids, days, and codes of what was done."""

Means = Literal["phone", "email"]
ContactErasure = Literal["request", "left", "mistake"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactNamed(Event):
    """A colleague names somebody to call at a partner."""

    TOPIC: ClassVar[str] = "contact.ContactNamed"
    partner: UUID
    details: Personal[ContactDetails]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRevised(Event):
    """The details of the person now. They answer a means that failed, and a departure."""

    TOPIC: ClassVar[str] = "contact.ContactRevised"
    CLOSES: ClassVar[bool] = True
    details: Personal[ContactDetails]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMissed(Event):
    """The person is not reached by a means: an e-mail came back, a telephone is another's. No mail uses it any more."""

    TOPIC: ClassVar[str] = "contact.ContactMissed"
    means: Means
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLeft(Event):
    """The person works there no more: `update-contact` is owed until somebody erases them."""

    TOPIC: ClassVar[str] = "contact.ContactLeft"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactErased(Event):
    """The person was erased, and the key of this stream destroyed. It ends the stream.

    `proof` is as in dossier.PersonErased.
    """

    TOPIC: ClassVar[str] = "contact.ContactErased"
    CLOSES: ClassVar[bool] = True
    reason: ContactErasure
    on: date
    proof: str = ""

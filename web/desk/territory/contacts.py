"""The people to call at partners, beside the forms where somebody calls or writes."""

from collections.abc import Collection
from uuid import UUID

from pixflow.dossier.state import Referral
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.partners.state import Contact
from projections import contacts, partners
from web.desk.desk import Desk
from web.french.events.contacts import MISSED
from web.french.phrases import listed
from web.french.territory.files import CONTACTS
from web.french.typography import say

READERS: frozenset[Role] = frozenset({"advisor", "facilitator", "referent", "manager", "auditor"})
"""The roles that read partners, and the people to call there."""


Callee = tuple[str, str, str, str]
"""Somebody to call, or a place; their role, how they answer and what helps to reach them; a phone, an e-mail."""


def find(desk: Desk, text: str, most: int) -> list[tuple[str, str, str]]:
    """Returns the first people of partners whose names have words that begin like these; nobody without a word.

    Each is a name, the role and the partner, and the address of the partner. Only those who read partners find
    somebody.
    """
    wanted = normalise(text).split()
    if not wanted or desk.roles.isdisjoint(READERS):
        return []
    people = desk.memory.partners.get_or_make("everybody", lambda: contacts.every(desk.read)).values()

    def is_named(name: str) -> bool:
        words = normalise(name).split()
        return all(any(word.startswith(begins) for word in words) for begins in wanted)

    pairs = [(one.partner, one) for one in people if one.partner and is_named(one.details.name)][:most]
    titles = partners.titles(desk.read, {partner for partner, _ in pairs})
    return [
        (
            contact.details.name,
            listed(contact.details.role, titles.get(partner, ""), "a quitté le lieu" if contact.left else ""),
            f"/partenaires/{partner}#contacts",
        )
        for partner, contact in pairs
    ]


def options(desk: Desk, named: dict[UUID, str]) -> list[tuple[str, object, str]]:
    """Returns the people of these partners who may be asked, as choices of a form: a group for each partner."""
    groups: dict[UUID, list[tuple[str, str]]] = {}
    for stream, (place, one) in _people(desk, named).items():
        groups.setdefault(place, []).append((str(stream), listed(one.details.name, _how(one))))
    found = [(named[place], groups[place], str(place)) for place in named if place in groups]
    return [("", "Le lieu, sans nommer quelqu’un", ""), *found] if found else []


def is_of(desk: Desk, contact: UUID, partner: UUID) -> bool:
    """Tells if somebody may be asked at a partner."""
    return contact in _people(desk, [partner])


def has_mail(desk: Desk, contact: UUID | None) -> bool:
    """Tells if an e-mail reaches this person."""
    known = contacts.find(desk.read, contact)
    return known is not None and known.mail != ""


def callees(desk: Desk, referral: Referral) -> list[Callee]:
    """Returns whom to call about a referral: who was asked, else everybody there; then the place."""
    partner = referral.partner.id
    found = _people(desk, [partner]) if partner else {}
    pairs = [found[referral.contact]] if referral.contact in found else found.values()
    people = [
        (
            contact.details.name,
            listed(_how(contact), contact.details.note),
            "" if "phone" in contact.missed else contact.details.phone,
            contact.mail,
        )
        for _, contact in pairs
    ]
    row = partners.find(desk.read, partner) if partner else None
    place = [(row.name, "", row.phone, row.email)] if row and (row.phone or row.email) else []
    return [*people, *place]


def _how(contact: Contact) -> str:
    """Returns the role, and how they answer; a means that fails is said instead."""
    means = contact.details.answers
    answers = MISSED[means] if means in contact.missed else say("répond {how}", how=CONTACTS[means])
    return listed(contact.details.role, answers)


def _people(desk: Desk, wanted: Collection[UUID]) -> dict[UUID, tuple[UUID, Contact]]:
    """Returns the people who may be asked, each with the wanted partner that they are at."""

    def find_people() -> dict[UUID, tuple[UUID, Contact]]:
        joined = partners.joined_to(desk.read, set(wanted))
        found = contacts.of_partners(desk.read, [*wanted, *joined])
        there = ((stream, one, one.partner) for stream, one in found.items() if one.is_there)
        return {stream: (joined.get(partner, partner), one) for stream, one, partner in there if partner}

    return desk.memory.partners.get_or_make(("people", *wanted), find_people)

"""A person to call at a partner: named, revised, missed, gone; once erased, nothing is known of them."""

from collections.abc import Callable
from dataclasses import replace as replace_details
from uuid import UUID

import pytest
from msgspec.structs import replace

from pixflow.events import contact as e
from pixflow.events.base import Event, as_erased
from pixflow.events.values import ContactDetails
from pixflow.folding import Stamp
from pixflow.partners import contacts
from pixflow.partners.state import Contact
from pixflow.streams import KINDS
from tests.given import DAY, LATER, given, stamped, state_of

PARTNER = UUID(int=0xE1)
LISE = ContactDetails("Lise Marchand", "conseillère numérique", "+33233840000", "lise@example.org", "email", "le matin")
NAMED = e.ContactNamed(partner=PARTNER, details=LISE, on=DAY)
LEFT, BACK = e.ContactLeft(on=LATER), e.ContactMissed(means="email", on=LATER)
ERASED = e.ContactErased(reason="left", on=LATER)


def contact(*events: Event) -> Contact:
    state: Contact = state_of("contact", *events)
    return state


def test_a_name_is_needed_and_numbers_are_read() -> None:
    asked = {"partner": PARTNER, "on": DAY}
    typed = replace_details(LISE, name=" Lise Marchand ", phone="02 33 84 00 00", email="Lise@Example.org")
    given().when(contacts.name_contact, details=typed, **asked).then(NAMED)
    for wrong, code, field in (
        (replace_details(LISE, name=" "), "required", "name"),
        (replace_details(LISE, phone="12"), "bad-phone", "phone"),
        (replace_details(LISE, email="12"), "bad-email", "email"),
    ):
        given().when(contacts.name_contact, details=wrong, **asked).refused(code, field=field)


def test_the_same_details_answer_what_failed_and_record_nothing_else() -> None:
    revised = e.ContactRevised(details=LISE, on=LATER)
    for before in (BACK, LEFT):
        given(NAMED, before).when(contacts.revise_contact, details=LISE, on=LATER).then(revised)
    given(NAMED).when(contacts.revise_contact, details=LISE, on=LATER).then_nothing()
    again = contact(NAMED, BACK, LEFT, revised)
    assert (again.missed, again.left, again.mail) == ({}, None, LISE.email)


def test_no_mail_goes_to_an_address_that_came_back_nor_to_who_left() -> None:
    assert contact(NAMED).mail == LISE.email
    assert contact(NAMED, BACK).mail == contact(NAMED, LEFT).mail == ""
    given(NAMED).when(contacts.miss_contact, means="email", on=LATER).then(BACK)
    by_phone = e.ContactNamed(partner=PARTNER, details=ContactDetails("Ali", phone="+33233840000"), on=DAY)
    given(by_phone).when(contacts.miss_contact, means="email").refused("no-such-means")


def test_only_somebody_who_is_known_is_changed_or_erased() -> None:
    given().when(contacts.leave_partner).refused("unknown-contact")
    given().when(contacts.erase_contact, reason="left", left=1, actor="somebody").refused("unknown-contact")
    given(NAMED).when(contacts.leave_partner, on=LATER).then(LEFT)
    given(NAMED).when(contacts.erase_contact, reason="left", left=1, actor="somebody", on=LATER).then(ERASED)


@pytest.mark.parametrize("read", [lambda event: event, as_erased], ids=["with the key", "without it"])
def test_an_erased_person_has_the_same_state_with_and_without_keys(read: Callable[[Event], Event]) -> None:
    history = [replace(one, event=read(one.event)) for one in stamped([NAMED, BACK, LEFT, ERASED])]
    assert KINDS["contact"].fold(history) == Contact(version=4, erased=Stamp(LATER, 4))

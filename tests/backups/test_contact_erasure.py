"""A person of a partner is erased for good: on the disk, in backups, after a restore; nobody else with them."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from pixflow import erasing
from pixflow.actor import OPERATOR, Actor
from pixflow.backups import erasure_log, key_copies
from pixflow.backups.erasure_log import lines
from pixflow.events.base import Erased
from pixflow.events.values import ContactDetails
from pixflow.partners import contacts
from pixflow.partners.state import Contact
from pixflow.refused import Refused
from pixflow.team.membership import add_member
from tests.backups.house import House
from tests.backups.test_erasure_proof import alive, forge

LISE, ALI = ContactDetails("Lise Quinquin", email="quinquin@example.org"), ContactDetails("Ali Bah")


def hire(house: House, role: str) -> Actor:
    member = uuid4()
    said: dict[str, Any] = {"name": "Odile", "email": f"{role}@example.org", "site": None, "roles": (role,)}
    engine = house.opened.engine
    engine.execute({"staff": member}, add_member, by=Actor(OPERATOR), command_id=uuid4(), **said)
    return Actor(str(member))


def name(house: House, by: Actor, details: ContactDetails) -> UUID:
    contact = uuid4()
    said: dict[str, Any] = {"partner": UUID(int=1), "details": details}
    house.opened.engine.execute({"contact": contact}, contacts.name_contact, by=by, command_id=uuid4(), **said)
    return contact


def erase(house: House, contact: UUID, by: Actor) -> None:
    erasing.erase_contact(house.opened, contact, "left", by=by, command_id=uuid4())


def state(house: House, contact: UUID) -> Contact:
    found: Contact = house.opened.engine.state("contact", contact)
    return found


def test_nothing_of_them_is_left_and_a_restore_erases_them_again(house: House) -> None:
    by = hire(house, "referent")
    gone, stays = name(house, by, LISE), name(house, by, ALI)
    backup = house.backed_up().path
    erase(house, gone, by)
    assert isinstance(house.opened.engine.history(gone)[0].event, Erased)
    assert state(house, gone).details.name == ""
    assert not key_copies.read(backup).streams[gone]
    files = [path for path in house.data.rglob("*") if path.is_file()]
    assert not [path for path in files if b"quinquin" in path.read_bytes().lower()]
    assert (erasure_log.count_unnamed(house.opened), erasure_log.forged(house.opened)) == (0, 0)
    assert not erasing.has_unfinished(house.opened)
    assert house.restored(backup, replace=True).erased == 1
    assert state(house, gone).erased
    assert gone not in alive(house.opened.engine.keys)
    assert state(house, stays).details == ALI
    assert [(one.person, one.kind, one.reason) for one in erasure_log.register(house.opened)] == [
        (gone, "contact", "left")
    ]


def test_a_line_of_a_register_of_before_is_a_dossier_s() -> None:
    stream = UUID(int=7)
    (line,) = lines(b'{"dossier":"%s","reason":"request","on":"2026-03-02"}\n' % str(stream).encode())
    assert (line.person, line.kind) == (stream, "dossier")


def test_one_written_into_the_store_destroys_nothing(files: House) -> None:
    contact = name(files, hire(files, "advisor"), LISE)
    forge(files, contact, topic="contact.ContactErased")
    assert erasing.settle(files.opened) == 0
    assert contact in alive(files.opened.engine.keys)
    assert erasure_log.forged(files.opened) == 1


def test_a_second_erasure_and_an_advisor_s_record_nothing(files: House) -> None:
    advisor, referent = hire(files, "advisor"), hire(files, "referent")
    contact = name(files, advisor, LISE)
    with pytest.raises(Refused, match="not-allowed"):
        erase(files, contact, advisor)
    erase(files, contact, referent)
    head = files.opened.engine.head()
    erase(files, contact, referent)
    with pytest.raises(Refused, match="person-erased"):
        files.opened.engine.execute({"contact": contact}, contacts.leave_partner, by=advisor, command_id=uuid4())
    assert files.opened.engine.head() == head
    assert not erasing.is_pending(files.opened)

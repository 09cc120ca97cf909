"""The address of a person's own feed, as their page shows it."""

from dataclasses import dataclass
from uuid import UUID

from pixflow.authorization import Subject
from pixflow.events.staff import CalendarAddressReplaced
from pixflow.team.absences import replace_calendar_address
from web.desk import receipts
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.french import agenda
from web.hosting.served_structure import ServedStructure


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """The address of a feed, the receipt of its change, and the number of the next; None for who may not change it."""

    address: str
    following: int | None
    receipt: Receipt | None


def feed_of(desk: Desk, reference: str) -> CalendarFeed:
    """Returns the feed of the person at the desk; `reference` names the change of its address."""
    may = desk.may(replace_calendar_address, Subject(member=desk.me))
    following = desk.refs.team[desk.me].calendar + 1 if may else None
    return CalendarFeed(address_of(desk.served, desk.me), following, _receipt(desk, reference))


def _receipt(desk: Desk, reference: str) -> Receipt | None:
    """Returns the receipt of a change of address, None for anything else."""
    changed = any(isinstance(one.event, CalendarAddressReplaced) for one in receipts.events_of(desk, reference))
    return Receipt(agenda.CHANGED) if changed else None


def address_of(served: ServedStructure, person: UUID) -> str:
    """Returns the address of a person's feed. It cannot be guessed."""
    return f"/agenda/{token_of(served, person)}.ics"


def token_of(served: ServedStructure, person: UUID) -> str:
    """Returns the secret part of an address; the first one has no number."""
    number = served.refs.team[person].calendar
    return served.engine.token("agenda", f"{person} {number}" if number else str(person))

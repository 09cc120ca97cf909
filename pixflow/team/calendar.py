"""The address of a member's own calendar: its owner changes it, and the former one answers no more."""

from datetime import date

from pixflow.decision import ONESELF, decision
from pixflow.events import staff as e
from pixflow.events.base import Event
from pixflow.team.staff import Staff, must_work


@decision("replace_calendar_address", ONESELF)
def replace_calendar_address(staff: Staff, *, number: int, on: date) -> list[Event]:
    """Gives the next address, whose number is `number`; nothing for a number that was given already."""
    must_work(staff, on)
    return [e.CalendarAddressReplaced(number=number, on=on)] if number == staff.calendar + 1 else []

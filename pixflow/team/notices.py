"""E-mails sent to one member of staff, each once."""

from datetime import date
from uuid import UUID, uuid5

from msgspec import Struct

from pixflow.actor import CLOCK
from pixflow.decision import NOBODY, decision
from pixflow.events.base import Event, Recorded
from pixflow.events.notices import NoticeKind, NoticeSent

KEPT = 50
"""The number of latest notices that a state keeps: more than can be sent again."""


class Notices(Struct, frozen=True):
    version: int = 0
    sent: tuple[tuple[str, str], ...] = ()


def stream_of(person: UUID) -> UUID:
    """Returns the stream of the notices sent to a member of staff."""
    return uuid5(person, "notices")


def evolve(state: Notices, recorded: Recorded) -> Notices:
    event = recorded.event
    if not isinstance(event, NoticeSent):
        return state
    return Notices(recorded.originator_version, (*state.sent, (event.notice, event.which))[-KEPT:])


@decision("send_notice", NOBODY, system=(CLOCK,))
def send_notice(notices: Notices, *, notice: NoticeKind, which: str, on: date) -> list[Event]:
    """Records a notice as sent. The same notice is recorded once."""
    return [] if (notice, which) in notices.sent else [NoticeSent(notice=notice, which=which, on=on)]
